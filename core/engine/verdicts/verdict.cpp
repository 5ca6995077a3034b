#include "engine/verdicts/verdict.h"

#include <algorithm>
#include <fmt/format.h>

namespace warmbench {

namespace {

constexpr double worthAChange = 1.3;
// Smaller differences of a run come and go with the machine's other work.
constexpr std::chrono::microseconds leastGain{20};

double speedAgainst(const EngineTrial &trial, const EngineTrial &other)
{
    const auto own = std::max<std::int64_t>(trial.runTime.count(), 1);
    return static_cast<double>(other.runTime.count()) / static_cast<double>(own);
}

// Whether the first one takes so much less time that a person would notice.
bool isFaster(const EngineTrial &trial, const EngineTrial &other)
{
    return speedAgainst(trial, other) >= worthAChange && other.runTime - trial.runTime >= leastGain;
}

bool agrees(const EngineTrial &trial)
{
    return trial.agreement && trial.agreement->agrees;
}

std::string distance(const Agreement &agreement)
{
    return agreement.largest > 0 ? fmt::format("differs by {:.1g} at most", agreement.largest)
                                 : "gives the same numbers";
}

std::string speedSentence(const EngineTrial &trial, const EngineTrial &reference)
{
    const double speed = speedAgainst(trial, reference);
    const std::string name = engineTitle(trial.engine);
    if (isFaster(trial, reference))
        return fmt::format("{} is {:.1f} times as fast here and {}.", name, speed,
                           distance(*trial.agreement));
    if (isFaster(reference, trial))
        return fmt::format("{} takes {:.1f} times as long here and {}.", name, 1 / speed,
                           distance(*trial.agreement));
    return fmt::format("{} is about as fast here and {}.", name, distance(*trial.agreement));
}

std::string sentenceOf(const EngineTrial &trial, const EngineTrial &reference)
{
    if (!trial.agreement)
        return fmt::format("{} does not run it.", engineTitle(trial.engine));
    if (trial.agreement->agrees)
        return speedSentence(trial, reference);
    return fmt::format("{} answers otherwise than {}: {}", engineTitle(trial.engine),
                       engineTitle(reference.engine), trial.agreement->difference);
}

} // namespace

const char *inputSourceName(InputSource source)
{
    switch (source) {
    case InputSource::Golden:
        return "golden";
    case InputSource::Seen:
        return "seen";
    case InputSource::Random:
        break;
    }
    return "random";
}

const EngineTrial *referenceOf(const Verdict &verdict)
{
    const auto found = std::find_if(verdict.engines.begin(), verdict.engines.end(),
                                    [](const EngineTrial &trial) { return trial.refusal.empty(); });
    return found == verdict.engines.end() ? nullptr : &*found;
}

const EngineTrial *offerOf(const Verdict &verdict)
{
    const EngineTrial *const reference = referenceOf(verdict);
    const EngineTrial *best = nullptr;
    if (!reference)
        return best;
    for (const EngineTrial &trial : verdict.engines) {
        if (&trial != reference && agrees(trial) && isFaster(trial, *reference) &&
            (!best || trial.runTime < best->runTime))
            best = &trial;
    }
    return best;
}

bool isVerified(const Verdict &verdict)
{
    return std::any_of(verdict.engines.begin(), verdict.engines.end(), agrees);
}

std::string summaryOf(const Verdict &verdict)
{
    const EngineTrial *const reference = referenceOf(verdict);
    if (!reference)
        return "No engine runs it.";
    std::string all;
    for (const EngineTrial &trial : verdict.engines) {
        if (&trial != reference)
            all += (all.empty() ? "" : " ") + sentenceOf(trial, *reference);
    }
    if (verdict.engines.size() == 1)
        all = fmt::format("{} alone reads it.", engineTitle(reference->engine));
    if (std::none_of(verdict.engines.begin(), verdict.engines.end(),
                     [](const EngineTrial &trial) { return trial.agreement.has_value(); }))
        all += " No second engine confirms the answers.";
    return all;
}

std::string engineTitle(const std::string &engine)
{
    return engine == "opencv" ? "OpenCV" : engine == "onnxruntime" ? "ONNX Runtime" : engine;
}

} // namespace warmbench
