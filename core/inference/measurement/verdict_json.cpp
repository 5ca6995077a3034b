#include "inference/measurement/verdict_json.h"

#include "model/json_value.h"
#include "tensor/json_object.h"

#include <algorithm>
#include <cmath>
#include <ctime>
#include <fmt/chrono.h>
#include <iomanip>
#include <limits>
#include <sstream>

namespace warmbench {

namespace {

std::string realOrNull(double value)
{
    if (!std::isfinite(value))
        return "null";
    std::string digits;
    appendJsonNumber(digits, value);
    return digits;
}

std::string trialJson(const EngineTrial &trial)
{
    JsonObject object;
    object.text("engine", trial.engine)
        .text("version", trial.version)
        .textOrNull("refusal", trial.refusal);
    if (trial.refusal.empty())
        object.real("run_ms", toMilliseconds(trial.runTime))
            .real("load_ms", toMilliseconds(trial.loadTime))
            .number("memory_bytes", trial.memory.count);
    else
        object.raw("run_ms", "null").raw("load_ms", "null").raw("memory_bytes", "null");
    if (trial.agreement)
        object.flag("agrees", trial.agreement->agrees)
            .raw("largest_difference", realOrNull(trial.agreement->largest))
            .textOrNull("difference", trial.agreement->difference);
    else
        object.raw("agrees", "null").raw("largest_difference", "null").raw("difference", "null");
    return object.end();
}

// ---- reading

const JsonValue *member(const JsonValue &object, std::string_view key, JsonValue::Kind kind)
{
    const JsonValue *const found = object.member(key);
    return found && found->kind == kind ? found : nullptr;
}

std::string textOf(const JsonValue &object, std::string_view key)
{
    const JsonValue *const found = member(object, key, JsonValue::Kind::Text);
    return found ? found->text : std::string();
}

double numberOf(const JsonValue &object, std::string_view key, double otherwise = 0)
{
    const JsonValue *const found = member(object, key, JsonValue::Kind::Number);
    return found ? found->number : otherwise;
}

// Counts and sizes; what is no such number is 0.
std::int64_t countOf(const JsonValue &object, std::string_view key, double below = 1e15)
{
    const double number = numberOf(object, key);
    return number >= 0 && number < below ? std::llround(number) : 0;
}

std::chrono::nanoseconds timeOf(const JsonValue &object, std::string_view key)
{
    const double nanoseconds = numberOf(object, key) * 1e6;
    return std::chrono::nanoseconds(
        nanoseconds >= 0 && nanoseconds < 1e18 ? std::llround(nanoseconds) : 0);
}

WallTime wallTimeOf(const JsonValue &object, std::string_view key)
{
    std::tm parts{};
    std::istringstream text(textOf(object, key));
    text >> std::get_time(&parts, "%Y-%m-%dT%H:%M:%S");
    return text ? std::chrono::system_clock::from_time_t(::timegm(&parts)) : WallTime();
}

EngineTrial trialOf(const JsonValue &object)
{
    EngineTrial trial;
    trial.engine = textOf(object, "engine");
    trial.version = textOf(object, "version");
    trial.refusal = textOf(object, "refusal");
    trial.runTime = timeOf(object, "run_ms");
    trial.loadTime = timeOf(object, "load_ms");
    trial.memory.count = countOf(object, "memory_bytes");
    if (const auto *agrees = member(object, "agrees", JsonValue::Kind::Boolean))
        trial.agreement = Agreement{
            agrees->boolean,
            numberOf(object, "largest_difference", std::numeric_limits<double>::infinity()),
            textOf(object, "difference")};
    return trial;
}

// Whether a measurement can have made it: what refuses does not agree, the reference agrees with
// nobody, and all others that run were compared.
bool isSound(const Verdict &verdict)
{
    const EngineTrial *const reference = referenceOf(verdict);
    return reference &&
           std::all_of(verdict.engines.begin(), verdict.engines.end(), [&](const auto &trial) {
               const bool runs = trial.refusal.empty();
               return trial.agreement.has_value() == (runs && &trial != reference) &&
                      (!runs || trial.runTime.count() > 0);
           });
}

} // namespace

std::string verdictJson(const Verdict &verdict)
{
    std::string engines = "[";
    for (const EngineTrial &trial : verdict.engines)
        engines += (engines.size() > 1 ? ", " : "") + trialJson(trial);
    const EngineTrial *const reference = referenceOf(verdict);
    const EngineTrial *const offer = offerOf(verdict);
    const std::time_t measured = std::chrono::system_clock::to_time_t(verdict.measured);
    return JsonObject()
        .text("digest", verdict.digest)
        .text("measured", fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(measured)))
        .text("machine", verdict.machine)
        .raw("inputs", JsonObject()
                           .number("golden", verdict.golden)
                           .number("seen", verdict.seen)
                           .number("random", verdict.random)
                           .end())
        .text("timed_on", inputSourceName(verdict.timedOn))
        .raw("engines", engines + "]")
        .textOrNull("reference", reference ? reference->engine : "")
        .flag("verified", isVerified(verdict))
        .textOrNull("offer", offer ? offer->engine : "")
        .text("summary", summaryOf(verdict))
        .end();
}

Result<Verdict> verdictFromJson(std::string_view json)
{
    const auto root = parseJson(json);
    if (!root)
        return root.error();
    const JsonValue *const engines = member(*root, "engines", JsonValue::Kind::List);
    const JsonValue *const inputs = member(*root, "inputs", JsonValue::Kind::Object);
    if (!engines || !inputs)
        return invalidArgument("This is no verdict.");
    Verdict verdict;
    verdict.digest = textOf(*root, "digest");
    verdict.measured = wallTimeOf(*root, "measured");
    verdict.machine = textOf(*root, "machine");
    verdict.golden = static_cast<int>(countOf(*inputs, "golden", 1e6));
    verdict.seen = static_cast<int>(countOf(*inputs, "seen", 1e6));
    verdict.random = static_cast<int>(countOf(*inputs, "random", 1e6));
    const std::string timedOn = textOf(*root, "timed_on");
    for (const InputSource source : {InputSource::Golden, InputSource::Seen, InputSource::Random}) {
        if (timedOn == inputSourceName(source))
            verdict.timedOn = source;
    }
    for (const JsonValue &engine : engines->items)
        verdict.engines.push_back(trialOf(engine));
    if (!isSound(verdict))
        return invalidArgument("This is no verdict.");
    return verdict;
}

} // namespace warmbench
