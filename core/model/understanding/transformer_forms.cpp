#include "model/understanding/transformer_forms.h"

#include "model/understanding/form_parts.h"

#include <algorithm>
#include <fmt/format.h>

namespace warmbench {

namespace {

// Scores that Hugging Face's detectors give for each query; nothing if the network is none.
std::optional<Dimension> scoresOf(const NetworkSpec &spec)
{
    const auto *const logits = outputNamed(spec, "logits");
    const auto *const boxes = outputNamed(spec, "pred_boxes");
    if (!logits || !boxes || logits->shape.size() != 3 || !endsWith(*boxes, 3, 4))
        return std::nullopt;
    return logits->shape.back();
}

InputSettings rtDetrInput(const NetworkSpec &spec)
{
    InputSettings input = stretched(plainNumbers(Channels::Rgb, 1 / 255.0, 0, 1));
    input.antialias = true;
    return freeSize(std::move(input), spec, 640);
}

Hints huggingFace(const NetworkSpec &spec, std::string_view decoder)
{
    if (decoder == "detr")
        return detector("DETR detection", "detr",
                        shorterSide(stretched(imagenetNumbers()), spec, 800, 1333));
    return detector("RT-DETR detection", "rtdetr", rtDetrInput(spec));
}

std::optional<Hints> original(const NetworkSpec &spec)
{
    const auto *const labels = outputNamed(spec, "labels");
    const auto *const boxes = outputNamed(spec, "boxes");
    const auto *const scores = outputNamed(spec, "scores");
    if (!inputNamed(spec, "orig_target_sizes") || !labels || !boxes || !scores ||
        labels->shape.size() != 2 || !endsWith(*boxes, 3, 4) || scores->shape.size() != 2)
        return std::nullopt;
    return detector("RT-DETR detection", "detr-finished", rtDetrInput(spec));
}

std::optional<Hints> rfDetr(const NetworkSpec &spec)
{
    const auto *const boxes = outputNamed(spec, "dets");
    const auto *const scores = outputNamed(spec, "labels");
    if (!boxes || !scores || !endsWith(*boxes, 3, 4) || scores->shape.size() != 3)
        return std::nullopt;
    return detector("RF-DETR detection", "rf-detr",
                    freeSize(stretched(imagenetNumbers()), spec, 560));
}

// The names that count, and who gives them.
struct Names
{
    std::size_t count = 0;
    std::string source;
};
Names namesOf(const ModelSettings &settings, const std::vector<Hints> &hints)
{
    if (!settings.labels.empty())
        return {settings.labels.size(), originName(Origin::SettingsFile)};
    const auto told = std::find_if(hints.begin(), hints.end(),
                                   [](const Hints &one) { return !one.labels.empty(); });
    return told == hints.end() ? Names() : Names{told->labels.size(), told->source};
}

std::string countDiffers(const Names &names, std::int64_t scores, std::string_view decoder)
{
    return fmt::format("The {} names {} classes, but output \"logits\" has {} scores, which the "
                       "decoder \"{}\" takes for {} classes; see that the names belong to this "
                       "model.",
                       names.source, names.count, scores, decoder,
                       decoder == "detr" ? scores - 1 : scores);
}

std::string cannotBeTold(std::string_view decoder)
{
    const bool softmax = decoder == "detr";
    return fmt::format(
        "Nothing tells whether the scores in \"logits\" mean {}, or {}; the first is taken: put "
        "the model's config.json beside it, or set \"decoder\" to {{\"type\": \"{}\"}} in the "
        "settings file if the answers are wrong.",
        softmax ? "softmax, as DETR's and YOLOS'" : "sigmoid, as RT-DETR's and D-FINE's",
        softmax ? "sigmoid, as RT-DETR's and D-FINE's" : "softmax, as DETR's and YOLOS'",
        softmax ? "rtdetr" : "detr");
}

} // namespace

std::optional<Hints> transformerFormHints(const NetworkSpec &spec)
{
    if (scoresOf(spec)) {
        constexpr std::int64_t queriesOfRtDetr = 300; // DETR and YOLOS have 100
        const bool sigmoid = outputNamed(spec, "logits")->shape[1].size == queriesOfRtDetr;
        return huggingFace(spec, sigmoid ? "rtdetr" : "detr");
    }
    for (const auto form : {original, rfDetr}) {
        if (auto hints = form(spec))
            return hints;
    }
    return std::nullopt;
}

void settleTransformer(const NetworkSpec &spec, const ModelSettings &settings,
                       std::vector<Hints> &hints)
{
    const auto scores = scoresOf(spec);
    const auto form = std::find_if(hints.begin(), hints.end(), [](const Hints &one) {
        return one.origin == Origin::Form && one.decoder;
    });
    if (!scores || form == hints.end())
        return;
    std::string decoder = form->decoder->type;
    const auto told =
        std::find_if(hints.begin(), form, [](const Hints &one) { return one.decoder.has_value(); });
    const Names names = namesOf(settings, hints);
    const auto count = static_cast<std::int64_t>(names.count);
    bool known = true;
    if (settings.decoder)
        decoder = settings.decoder->type;
    else if (told != form)
        decoder = told->decoder->type;
    else if (count > 0 && (scores->size == count || scores->size == count + 1))
        decoder = scores->size == count ? "rtdetr" : "detr";
    else
        known = false;
    if (decoder != "detr" && decoder != "rtdetr")
        return;
    *form = huggingFace(spec, decoder);
    if (!known)
        form->warnings.push_back(cannotBeTold(decoder));
    else if (count > 0 && !scores->free() && scores->size != count + (decoder == "detr" ? 1 : 0))
        form->warnings.push_back(countDiffers(names, scores->size, decoder));
}

} // namespace warmbench
