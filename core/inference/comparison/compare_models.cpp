#include "inference/comparison/compare_models.h"

#include "base/exceptions.h"
#include "inference/answer/answer_text.h"
#include "inference/body/prediction_body.h"
#include "inference/comparison/answer_difference.h"
#include "inference/comparison/compared_side.h"

#include <fmt/format.h>
#include <optional>
#include <utility>
#include <vector>

namespace warmbench {

namespace {

using Nanoseconds = std::chrono::nanoseconds;

// What one of the models said of one input so far.
struct Turns
{
    std::optional<Prediction> answer; // of the first run
    std::optional<Error> refusal;
    std::vector<Nanoseconds> infer;
    std::vector<Nanoseconds> total;

    ComparedAnswer told() const
    {
        if (refusal || !answer)
            return {{}, refusal ? refusal->message : std::string(), {}, {}};
        return {answerText(*answer), {}, medianOf(infer), medianOf(total)};
    }
};

bool hasLabels(const ComparedSide &side)
{
    return !side.model().settings.labels.empty();
}

class Comparing
{
public:
    Comparing(const ComparisonRequest &request, ComparedSide first, ComparedSide second,
              Milliseconds allowed, const std::stop_token &stop)
        : m_request(request)
        , m_first{std::move(first)}
        , m_second{std::move(second)}
        , m_allowed(allowed)
        , m_stop(stop)
        , m_by(hasLabels(m_first.model) && hasLabels(m_second.model) ? KnownBy::Label
                                                                     : KnownBy::Index)
    {
    }

    Result<Comparison> run();

private:
    struct Side
    {
        ComparedSide model;
        bool warm = false;
    };

    ComparedInput compare(const ComparisonInput &input);
    void takeTurn(Side &side, const InputDecoder &decode, Turns &turns) const;
    std::vector<std::string> notes(const Comparison &comparison, bool more) const;

    const ComparisonRequest &m_request;
    Side m_first;
    Side m_second;
    const Milliseconds m_allowed;
    const std::stop_token m_stop;
    const KnownBy m_by;
    bool m_secondBegins = false;
};

// The first answer of a network is followed by another: what it does once only is not timed.
void Comparing::takeTurn(Side &side, const InputDecoder &decode, Turns &turns) const
{
    if (turns.refusal || m_stop.stop_requested())
        return;
    auto prediction = side.model.run(decode, m_allowed, m_stop);
    if (prediction && !std::exchange(side.warm, true))
        prediction = side.model.run(decode, m_allowed, m_stop);
    if (!prediction) {
        turns.refusal = std::move(prediction).error();
        return;
    }
    turns.infer.push_back(prediction->timings[Phase::Infer]);
    turns.total.push_back(prediction->timings.total);
    if (!turns.answer)
        turns.answer = *std::move(prediction);
}

ComparedInput Comparing::compare(const ComparisonInput &input)
{
    ComparedInput told;
    told.name = input.name;
    auto decode = input.body ? bodyDecoder(*input.body) : Result<InputDecoder>(input.body.error());
    if (!decode) {
        told.first.refusal = told.second.refusal = decode.error().message;
        return told;
    }
    Turns first;
    Turns second;
    for (int run = 0; run < m_request.runs; ++run) {
        if (m_secondBegins)
            takeTurn(m_second, *decode, second);
        takeTurn(m_first, *decode, first);
        if (!m_secondBegins)
            takeTurn(m_second, *decode, second);
        m_secondBegins = !m_secondBegins;
    }
    told.first = first.told();
    told.second = second.told();
    if (!first.answer || !second.answer || !told.answered())
        return told;
    told.runs = first.infer.size();
    const AnswerDifference difference = differenceOf(*first.answer, *second.answer, m_by);
    told.comparable = difference.comparable;
    told.changed = difference.changed;
    told.difference = difference.how;
    told.pixels = difference.pixels;
    if (difference.closeness) {
        told.cosine = difference.closeness->cosine;
        told.largest = difference.closeness->largest;
    }
    return told;
}

std::vector<std::string> Comparing::notes(const Comparison &comparison, bool more) const
{
    std::vector<std::string> notes;
    if (more)
        notes.push_back(
            fmt::format("Only the first {} inputs were compared.", comparison.inputs.size()));
    if (&m_first.model.model() == &m_second.model.model())
        notes.emplace_back("A and B are the same loaded model.");
    const ComparisonSummary &summary = comparison.summary;
    if (summary.compared < summary.answered())
        notes.push_back(fmt::format(
            "{} of {} answers cannot be compared: the models have other tasks, and outputs of "
            "other shapes.",
            summary.answered() - summary.compared, summary.answered()));
    if (summary.answered() > 0 && !summary.latenciesTrusted())
        notes.push_back(
            fmt::format("The latencies cannot be trusted: {} of each {} timed, and {} "
                        "are the least; give more inputs, or more runs of each.",
                        summary.runs == 1 ? "1 run" : std::to_string(summary.runs) + " runs",
                        summary.runs == 1 ? "was" : "were", leastRunsToTrust));
    return notes;
}

Result<Comparison> Comparing::run()
{
    Comparison comparison{m_first.model.told(), m_second.model.told(), {}, {}, {}};
    bool more = false;
    while (auto input = m_request.next()) {
        more = comparison.inputs.size() == mostComparedInputs;
        if (more || m_stop.stop_requested())
            break;
        ComparedInput compared = compare(*input);
        if (m_stop.stop_requested())
            break;
        comparison.inputs.push_back(std::move(compared));
        if (m_request.heard)
            contained("compare", [&] {
                m_request.heard(comparison.inputs.back(),
                                {comparison.inputs.size(), input->expected});
            });
    }
    if (m_stop.stop_requested())
        return comparisonEnded();
    if (comparison.inputs.empty())
        return invalidArgument("There is no input to compare on; give a file or a folder of them.");
    comparison.summary = summaryOf(comparison.inputs);
    comparison.notes = notes(comparison, more);
    return comparison;
}

Error namedFor(const char *side, const Error &error)
{
    return error.code == ErrorCode::Cancelled
               ? error
               : Error{error.code, fmt::format("{}: {}", side, error.message)};
}

} // namespace

Result<Comparison> compareModels(const ComparisonRequest &request,
                                 const ComparisonServices &services, Milliseconds allowed,
                                 const std::stop_token &stop)
{
    auto first = ComparedSide::load(request.first, services, stop);
    if (!first)
        return namedFor("A", first.error());
    auto second = ComparedSide::load(request.second, services, stop);
    if (!second)
        return namedFor("B", second.error());
    return Comparing(request, *std::move(first), *std::move(second), allowed, stop).run();
}

} // namespace warmbench
