#include "commands.h"

#include "comparison_text.h"
#include "inference/comparison/comparison_json.h"
#include "open_models.h"
#include "side_argument.h"
#include "told.h"

#include <fmt/format.h>
#include <future>
#include <memory>
#include <utility>

namespace warmbench::app {

namespace {

Result<ComparisonSide> sideOf(Workbench &workbench, const QString &argument, bool sample)
{
    auto wanted = sideArgument(argument.toStdString());
    if (!wanted)
        return std::move(wanted).error();
    auto name = openOneModel(workbench, wanted->model, sample);
    if (!name)
        return std::move(name).error();
    return ComparisonSide{{*std::move(name), {}}, wanted->engine, wanted->settings, {}};
}

// Nothing can be told where no input was answered by both.
std::optional<Error> failureOf(const Comparison &comparison)
{
    const ComparisonSummary &summary = comparison.summary;
    if (summary.compared > 0)
        return {};
    const ComparedInput &first = comparison.inputs.front();
    const std::string &why =
        first.first.refusal.empty() ? first.second.refusal : first.first.refusal;
    return failedPrecondition(
        summary.inputs == 1
            ? fmt::format("The input was not answered by both: {}", why)
            : fmt::format("None of the {} inputs was answered by both: {}", summary.inputs, why));
}

Result<Told> compare(Workbench &workbench, const CommandLine &line)
{
    const Options &options = line.options;
    auto first = sideOf(workbench, line.arguments[0], options.sample);
    if (!first)
        return std::move(first).error();
    auto second = sideOf(workbench, line.arguments[1], options.sample);
    if (!second)
        return std::move(second).error();
    std::vector<std::string> inputs;
    for (const QString &argument : line.arguments.mid(2))
        inputs.push_back(argument.toStdString());

    ComparisonRequest request;
    request.first = *std::move(first);
    request.second = *std::move(second);
    request.next = inputsFrom(std::move(inputs), options.http.maxBody);
    request.runs = options.runs > 0 ? options.runs : 1;
    const auto promise = std::make_shared<std::promise<Result<Comparison>>>();
    workbench.compare(std::move(request), [promise](Result<Comparison> comparison) {
        promise->set_value(std::move(comparison));
    });
    const auto comparison = promise->get_future().get();
    if (!comparison)
        return comparison.error();
    return Told{options.json ? comparisonJson(*comparison) + "\n" : comparisonText(*comparison),
                failureOf(*comparison)};
}

} // namespace

int runCompare(const CommandLine &line)
{
    return askAndTell(line, compare);
}

} // namespace warmbench::app
