#include "inference/matching/golden_guard.h"

#include "base/text.h"
#include "inference/matching/golden_check.h"
#include "inference/prediction_flow.h"

#include <fmt/format.h>

namespace warmbench {

namespace {

Result<GoldenAnswer> answered(const ModelBundle &model, const Golden &golden, const Clock &clock,
                              SteadyTime deadline, const std::stop_token &stop)
{
    auto request = goldenRequest(model, golden);
    if (!request)
        return std::move(request).error();
    request->cancellation = stop;
    request->client = "golden";
    const auto prediction = runPrediction(model, *request, deadline, clock, stop);
    if (!prediction)
        return prediction.error();
    return goldenAnswer(model, golden, *prediction);
}

} // namespace

Result<void> holdsGoldenAnswers(const ModelBundle &model, const Clock &clock, Milliseconds allowed,
                                const std::stop_token &stop)
{
    const auto &all = model.settings.golden;
    std::size_t differ = 0;
    std::string first;
    for (const Golden &golden : all) {
        const SteadyTime deadline = deadlineAfter(clock.now(), allowed);
        const auto answer = answered(model, golden, clock, deadline, stop);
        if (stop.stop_requested())
            return Error{ErrorCode::Cancelled, "The program is ending."};
        if (answer && answer->agrees)
            continue;
        if (differ++ == 0)
            first = fmt::format("{}: {}", printable(golden.input, 80),
                                answer ? answer->sentence : answer.error().message);
    }
    if (differ == 0)
        return {};
    return failedPrecondition(fmt::format("{} of {} golden answers of \"{}\" differ; the first, {}",
                                          differ, all.size(), model.id.name, first));
}

} // namespace warmbench
