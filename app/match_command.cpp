#include "commands.h"

#include "base/file.h"
#include "base/text.h"
#include "inference/body/predict_inputs.h"
#include "inference/matching/match_json.h"
#include "inference/matching/preparations.h"
#include "inference/matching/settings_file.h"
#include "open_models.h"
#include "tensor/image.h"
#include "told.h"

#include <algorithm>
#include <filesystem>
#include <fmt/format.h>
#include <future>
#include <memory>

namespace warmbench::app {

namespace {

constexpr std::size_t mostShown = 10;
constexpr int widestLabel = 24;

std::string endingOf(const std::string &file)
{
    return lowered(std::filesystem::path(file).extension().string());
}

bool isPicture(const std::string &file)
{
    const auto endings = pictureEndings();
    return std::find(endings.begin(), endings.end(), endingOf(file)) != endings.end();
}

// What the command line names.
struct Given
{
    std::vector<std::string> pictures;
    std::string expected; // empty: none
};

Given givenBy(const CommandLine &line)
{
    Given given;
    QStringList inputs = line.arguments.mid(1);
    const std::string last = inputs.last().toStdString();
    if (inputs.size() > 1 && (endingOf(last) == ".npy" || endingOf(last) == ".npz")) {
        given.expected = last;
        inputs.removeLast();
    }
    for (const QString &argument : inputs) {
        const std::string name = argument.toStdString();
        const auto files = inputFilesOf(name);
        const bool folder = files.size() != 1 || files.front() != name;
        std::copy_if(files.begin(), files.end(), std::back_inserter(given.pictures),
                     [folder](const std::string &file) { return !folder || isPicture(file); });
    }
    return given;
}

// The contents of the files, which the views of the inputs show.
struct Contents
{
    std::vector<std::string> pictures;
    std::string expected;
};

Result<MatchInputs> inputsOf(const Given &given, Bytes limit)
{
    const auto contents = std::make_shared<Contents>();
    for (const std::string &file : given.pictures) {
        auto content = readFile(file, limit);
        if (!content)
            return std::move(content).error();
        contents->pictures.push_back(*std::move(content));
    }
    MatchInputs inputs;
    inputs.pictures.assign(contents->pictures.begin(), contents->pictures.end());
    if (!given.expected.empty()) {
        auto content = readFile(given.expected, limit);
        if (!content)
            return std::move(content).error();
        contents->expected = *std::move(content);
        inputs.expected = contents->expected;
    }
    inputs.keeper = contents;
    return inputs;
}

std::string lineOf(const MatchCandidate &candidate)
{
    const Closeness &close = *candidate.closeness;
    return fmt::format("{:>11}  {:>9.6f}  {:<7}  {}{}\n", differenceText(close.largest),
                       close.cosine,
                       !close.sameBest   ? "-"
                       : *close.sameBest ? "same"
                                         : "another",
                       preparationText(candidate.how), candidate.present ? " (present)" : "");
}

std::string comparedText(const MatchReport &report)
{
    std::string out = " difference     cosine  best     preparation\n";
    for (std::size_t i = 0; i < std::min(report.candidates.size(), mostShown); ++i)
        out += lineOf(report.candidates[i]);
    return out;
}

std::string sideBySideText(const MatchReport &report)
{
    std::string out;
    for (const MatchCandidate &candidate : report.candidates) {
        out += fmt::format("{}{}{}\n   ", preparationText(candidate.how),
                           candidate.present ? " (present)" : "",
                           candidate.tellsNothingApart ? ": cannot be right" : "");
        for (const MatchAnswer &answer : candidate.answers)
            out +=
                fmt::format(" | {}{}", printable(answer.label, widestLabel),
                            answer.score ? fmt::format(" {:.2f}", *answer.score) : std::string());
        out += "\n";
    }
    return out;
}

std::string asText(const MatchReport &report)
{
    std::string out = fmt::format("model   {} ({})\n", report.model.name, report.engine);
    out += report.compared ? comparedText(report) : sideBySideText(report);
    out += report.summary + "\n";
    for (const std::string &note : report.notes)
        out += note + "\n";
    return out;
}

Result<std::string> kept(Workbench &workbench, const std::string &name, const Given &given,
                         const MatchReport &report)
{
    const auto model = loadModel(workbench, name);
    if (!model)
        return model.error();
    const MatchCandidate &best = report.candidates.front();
    std::optional<GoldenFiles> golden;
    if (!report.againstInput)
        golden = GoldenFiles{given.pictures.front(), given.expected, best.closeness->largest};
    const auto written = keepPreparation(**model, best.how, golden);
    if (!written)
        return written.error();
    std::string told = fmt::format("kept in {}", written->file.string());
    for (const auto &copy : written->copies)
        told += fmt::format(", with {}", copy.filename().string());
    return told + "\n";
}

Result<Told> match(Workbench &workbench, const CommandLine &line)
{
    const Given given = givenBy(line);
    if (line.options.write && given.expected.empty())
        return invalidArgument("--write keeps a preparation that agrees with EXPECTED; give it.");
    const auto name =
        openOneModel(workbench, line.arguments.front().toStdString(), line.options.sample);
    if (!name)
        return name.error();
    MatchRequest request;
    request.model = {*name, {}};
    request.read = [&given, &line] { return inputsOf(given, line.options.http.maxBody); };
    const auto promise = std::make_shared<std::promise<Result<MatchReport>>>();
    workbench.match(std::move(request), [promise](Result<MatchReport> report) {
        promise->set_value(std::move(report));
    });
    const auto report = promise->get_future().get();
    if (!report)
        return report.error();
    Told told{line.options.json ? matchJson(*report) + "\n" : asText(*report), {}};
    if (report->compared && !report->matches)
        told.failure = failedPrecondition(fmt::format(
            "{}{}.", report->summary, line.options.write ? "; nothing was written" : ""));
    if (!line.options.write || told.failure)
        return told;
    auto where = kept(workbench, *name, given, *report);
    if (!where)
        told.failure = std::move(where).error();
    else if (!line.options.json)
        told.text += *where;
    return told;
}

} // namespace

int runMatch(const CommandLine &line)
{
    return askAndTell(line, match);
}

} // namespace warmbench::app
