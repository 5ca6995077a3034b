#include "model/understanding/medium.h"

#include "base/text.h"
#include "model/understanding/form_parts.h"
#include "model/understanding/hugging_face.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <string>

namespace warmbench {

namespace {

struct Ending
{
    std::string_view text; // of the architecture's name
    Medium medium;
};
constexpr std::array endings{
    Ending{"ForCTC", Medium::Sound},
    Ending{"ForSpeechSeq2Seq", Medium::Sound},
    Ending{"ForAudioClassification", Medium::Sound},
    Ending{"ForAudioFrameClassification", Medium::Sound},
    Ending{"WhisperForConditionalGeneration", Medium::Sound},
    Ending{"ForVideoClassification", Medium::Video},
    Ending{"ForSequenceClassification", Medium::Text},
    Ending{"ForTokenClassification", Medium::Text},
    Ending{"ForQuestionAnswering", Medium::Text},
    Ending{"ForMaskedLM", Medium::Text},
    Ending{"ForCausalLM", Medium::Text},
};

// Of an input, in lower case.
bool namesSound(std::string_view name)
{
    constexpr std::array whole{"input_features", "input_values", "mel", "sr", "wav", "speech"};
    constexpr std::array part{"audio", "waveform", "spectrogram", "mel_"};
    return std::find(whole.begin(), whole.end(), name) != whole.end() ||
           std::any_of(part.begin(), part.end(), [&](std::string_view word) {
               return name.find(word) != std::string_view::npos;
           });
}

Hints hintsOf(const std::string &source, Medium medium)
{
    Hints hints;
    hints.origin = Origin::Form;
    hints.source = source;
    hints.medium = medium;
    return hints;
}

} // namespace

std::optional<Hints> inputNameHints(const NetworkSpec &spec)
{
    for (const TensorSpec &input : spec.inputs) {
        if (input.shape.size() == 5 && (input.shape[1].size == 3 || input.shape[2].size == 3))
            return hintsOf(
                fmt::format("its input {} has five dimensions", printable(input.name, 60)),
                Medium::Video);
    }
    if (inputNamed(spec, "pixel_values"))
        return std::nullopt;
    for (const TensorSpec &input : spec.inputs) {
        if (namesSound(lowered(input.name)))
            return hintsOf(fmt::format("its input {}", printable(input.name, 60)), Medium::Sound);
    }
    if (inputNamed(spec, "input_ids"))
        return hintsOf("its input input_ids", Medium::Text);
    return std::nullopt;
}

Hints anyPreprocessorHints(const JsonValue &config)
{
    if (!config.member("sampling_rate"))
        return preprocessorHints(config);
    Hints hints = hintsOf("preprocessor_config.json", Medium::Sound);
    hints.origin = Origin::Beside;
    return hints;
}

Hints anyConfigHints(const JsonValue &config)
{
    Hints hints = configHints(config);
    const JsonValue *const architectures = config.member("architectures");
    if (!architectures || architectures->items.empty())
        return hints;
    const std::string &name = architectures->items.front().text;
    for (const Ending &ending : endings) {
        if (name.ends_with(ending.text))
            hints.medium = ending.medium;
    }
    return hints;
}

std::string unservedBy(const NetworkSpec &spec, const std::vector<Hints> &hints, bool tensors)
{
    // Inputs say more of themselves than the files beside them do.
    const auto named = inputNameHints(spec);
    const auto telling =
        std::find_if(hints.begin(), hints.end(), [](const Hints &one) { return one.medium; });
    const Hints *const teller = named ? &*named : telling == hints.end() ? nullptr : &*telling;
    const bool texts = std::any_of(spec.inputs.begin(), spec.inputs.end(),
                                   [](const auto &input) { return input.dtype == DType::String; });
    if (!teller || texts || spec.inputs.empty() || (!tensors && !named))
        return {};
    std::vector<std::string> names;
    for (const TensorSpec &input : spec.inputs)
        names.push_back(input.name);
    const char *const what = *teller->medium == Medium::Text    ? "text"
                             : *teller->medium == Medium::Sound ? "sound"
                                                                : "video";
    const char *const lacks = *teller->medium == Medium::Text    ? "tokenize"
                              : *teller->medium == Medium::Sound ? "prepare sound"
                                                                 : "read videos";
    return fmt::format("A {} model ({}): Warmbench does not {} yet; send {} as tensors", what,
                       teller->source, lacks, joined(names));
}

} // namespace warmbench
