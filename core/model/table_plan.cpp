#include "model/table_plan.h"

#include "base/text.h"
#include "tensor/csv.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <optional>

namespace warmbench {

namespace {

// A row of at most so many numbers is shown as fields, a longer one as a tensor.
constexpr std::int64_t mostFeatures = 64;

std::optional<std::int64_t> featureCount(const TensorSpec &input)
{
    const std::size_t rank = input.shape.size();
    if (input.dtype == DType::Bool || rank == 0 || rank > 2 || input.shape.back().free())
        return std::nullopt;
    if (rank == 2 && !input.shape.front().free() && input.shape.front().size != 1)
        return std::nullopt;
    return input.shape.back().size;
}

// What an input is called where the settings name nothing.
std::vector<Feature> unnamed(const TensorSpec &input, std::int64_t count)
{
    std::vector<Feature> features(static_cast<std::size_t>(count));
    for (std::size_t i = 0; i < features.size(); ++i)
        features[i].name = count == 1 ? input.name : fmt::format("feature {}", i + 1);
    return features;
}

// The columns of the first source that names as many as a row has; false if none does.
bool takeColumns(std::int64_t count, std::span<const Hints> hints, InputPlan &plan)
{
    for (const Hints &one : hints) {
        if (one.input.features.size() != static_cast<std::size_t>(count))
            continue;
        plan.features = one.input.features;
        plan.origins["features"] = one.origin;
        plan.sources["features"] = one.source;
        return true;
    }
    return false;
}

// Takes what the settings say of a column, whose name and type are the network's.
Result<void> describe(Feature &column, const Feature &told)
{
    const DType dtype = column.dtype;
    if (dtype == DType::String && (told.minimum || told.maximum || told.fallback))
        return invalidArgument(fmt::format(
            "The settings' \"input.features\" give \"{}\" a \"min\", \"max\" or \"default\", but "
            "it holds texts; leave these keys out.",
            printable(told.name, 60)));
    column = told;
    column.dtype = dtype;
    return {};
}

// Whether a column of this type can hold what was written.
bool holds(DType dtype, const std::string &written)
{
    constexpr std::size_t longest = 1000; // of a text in a form
    if (dtype == DType::String)
        return written.size() <= longest;
    const auto number = csvNumber(written);
    return number &&
           (isFloating(dtype) || (*number == std::floor(*number) && std::abs(*number) <= 0x1p53));
}

const Example *exampleOf(const Hints &source, const std::string &column, std::size_t index,
                         std::size_t columns)
{
    // Rows without names are as long as the table is wide.
    if (source.examples.size() == columns && source.examples[index].column.empty())
        return &source.examples[index];
    const auto found = std::find_if(source.examples.begin(), source.examples.end(),
                                    [&](const Example &one) { return one.column == column; });
    return found == source.examples.end() ? nullptr : &*found;
}

// The first source that has an example of a column counts.
void giveExamples(std::span<const Hints> hints, InputPlan &plan)
{
    for (const Hints &source : hints) {
        for (std::size_t i = 0; i < plan.features.size(); ++i) {
            Feature &feature = plan.features[i];
            const Example *const example = exampleOf(source, feature.name, i, plan.features.size());
            if (!example || example->value.empty() || !feature.example.empty())
                continue;
            if (holds(feature.dtype, example->value))
                feature.example = example->value;
            else
                plan.warnings.push_back(fmt::format(
                    "\"{}\" gives the column \"{}\" of {} the example {}; the form begins without "
                    "it.",
                    printable(source.source, 60), printable(feature.name, 60),
                    dtypeName(feature.dtype), printable(example->value, 40)));
        }
    }
}

} // namespace

bool hasColumns(const NetworkSpec &spec)
{
    const auto isColumn = [](const TensorSpec &input) {
        return input.shape.size() == 2 && input.shape[0].free() && input.shape[1].size == 1;
    };
    return spec.samplesApart && spec.inputs.size() > 1 &&
           std::all_of(spec.inputs.begin(), spec.inputs.end(), isColumn);
}

bool isRow(const TensorSpec &input)
{
    const auto count = featureCount(input);
    return count && *count <= mostFeatures;
}

Result<void> planColumns(const NetworkSpec &spec, const InputSettings &settings,
                         std::span<const Hints> hints, InputPlan &plan)
{
    plan.kind = InputKind::Features;
    plan.columns = true;
    plan.origins["features"] = settings.features.empty() ? Origin::Network : Origin::SettingsFile;
    std::vector<std::string> names;
    for (const TensorSpec &input : spec.inputs) {
        names.push_back(input.name);
        plan.features.push_back({input.name, {}, {}, {}, {}, input.dtype});
    }
    for (const Feature &told : settings.features) {
        const auto found = std::find(names.begin(), names.end(), told.name);
        if (found == names.end())
            return invalidArgument(fmt::format(
                "The settings' \"input.features\" name \"{}\"{}, but the network's columns are "
                "{}; name them as the network does.",
                printable(told.name, 60), didYouMean(told.name, names), joined(names)));
        Feature &column = plan.features[static_cast<std::size_t>(found - names.begin())];
        if (auto done = describe(column, told); !done)
            return done;
    }
    giveExamples(hints, plan);
    return {};
}

Result<void> planFeatures(const TensorSpec &input, const InputSettings &settings,
                          std::span<const Hints> hints, InputPlan &plan)
{
    plan.kind = InputKind::Features;
    const auto count = featureCount(input);
    if (settings.features.empty()) {
        if (!takeColumns(*count, hints, plan)) {
            plan.features = unnamed(input, *count);
            plan.origins["features"] = Origin::Network;
        }
    } else {
        const bool freeCount =
            !input.shape.empty() && input.shape.size() <= 2 && input.shape.back().free();
        if (!freeCount && count != static_cast<std::int64_t>(settings.features.size()))
            return invalidArgument(fmt::format(
                "The settings' \"input.features\" names {} numbers, but input \"{}\" {} takes {}; "
                "name each number of a row, in order.",
                settings.features.size(), printable(input.name, 60), shapeText(input.shape),
                count ? std::to_string(*count) : "no row of numbers"));
        plan.features = settings.features;
        plan.origins["features"] = Origin::SettingsFile;
    }
    for (Feature &feature : plan.features)
        feature.dtype = input.dtype;
    giveExamples(hints, plan);
    return {};
}

} // namespace warmbench
