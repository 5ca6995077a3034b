#include "model/understanding/data_yaml.h"

#include "base/text.h"
#include "model/labels.h"

#include <fmt/format.h>

namespace warmbench {

Hints dataYamlHints(const JsonValue &file)
{
    Hints hints;
    hints.origin = Origin::Beside;
    hints.source = "data.yaml";
    const JsonValue *const names = file.member("names");
    auto labels = names ? labelsOf(*names) : invalidArgument("it has no \"names\"");
    if (!labels) {
        hints.warnings.push_back(fmt::format("\"data.yaml\" beside the model names no classes: {}.",
                                             labels.error().message));
        return hints;
    }
    hints.labels = *std::move(labels);
    const JsonValue *const count = file.member("nc");
    if (count && count->text != std::to_string(hints.labels.size()))
        hints.warnings.push_back(fmt::format("data.yaml has {} names, but \"nc\" is {}; the names "
                                             "count.",
                                             hints.labels.size(), printable(count->text, 40)));
    return hints;
}

} // namespace warmbench
