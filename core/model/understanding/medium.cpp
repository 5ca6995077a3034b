#include "model/understanding/medium.h"

#include "base/text.h"
#include "model/understanding/hugging_face.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <string>

namespace warmbench {

namespace {

struct Purpose
{
    std::string_view ending; // of the architecture's name
    Medium medium;
};
constexpr std::array purposes{
    Purpose{"ForCTC", Medium::Sound},
    Purpose{"ForSpeechSeq2Seq", Medium::Sound},
    Purpose{"ForAudioClassification", Medium::Sound},
    Purpose{"ForAudioFrameClassification", Medium::Sound},
    Purpose{"WhisperForConditionalGeneration", Medium::Sound},
    Purpose{"ForVideoClassification", Medium::Video},
    Purpose{"ForSequenceClassification", Medium::Text},
    Purpose{"ForTokenClassification", Medium::Text},
    Purpose{"ForQuestionAnswering", Medium::Text},
    Purpose{"ForMaskedLM", Medium::Text},
    Purpose{"ForCausalLM", Medium::Text},
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

const TensorSpec *inputNamed(const NetworkSpec &spec, std::string_view name)
{
    const auto found = std::find_if(spec.inputs.begin(), spec.inputs.end(),
                                    [&](const TensorSpec &input) { return input.name == name; });
    return found == spec.inputs.end() ? nullptr : &*found;
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
    for (const Purpose &purpose : purposes) {
        if (name.ends_with(purpose.ending))
            hints.medium = purpose.medium;
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
