// What was measured of the engines that read a model's files: who runs it, how fast, in how much
// memory, and whether they agree.
// Thread: values, pure functions.
#pragma once

#include "base/bytes.h"
#include "base/clock.h"
#include "engine/verdicts/agreement.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace warmbench {

// Where the inputs of a measurement come from: the settings' known answers, what clients or the
// window sent last, or numbers that look random.
enum class InputSource : std::uint8_t { Golden, Seen, Random };
const char *inputSourceName(InputSource source); // "golden", "seen", "random"

// One engine's part.
struct EngineTrial
{
    std::string engine; // "opencv"
    std::string version;
    std::string refusal;                // why it does not load or run the model; empty: it does
    std::chrono::nanoseconds runTime{}; // median of runs by one caller
    std::chrono::nanoseconds loadTime{};
    Bytes memory; // that the loaded network keeps
    // With the reference, over all inputs; unset for the reference itself and for a refusal.
    std::optional<Agreement> agreement;
};

struct Verdict
{
    std::string digest; // of the model
    // In the order in which "auto" prefers them. The first that runs the model is the reference.
    std::vector<EngineTrial> engines;
    int golden = 0; // numbers of inputs that the engines were compared on
    int seen = 0;
    int random = 0;
    InputSource timedOn = InputSource::Random;
    std::string machine; // processor and threads of a run
    WallTime measured;
};

// Null if no engine runs the model.
const EngineTrial *referenceOf(const Verdict &verdict);
// The engine that is worth a change: it agrees with the reference and is at least 1.3 times as
// fast. Null if there is none.
const EngineTrial *offerOf(const Verdict &verdict);
// False if only one engine runs the model, so that nobody confirms its answers.
bool isVerified(const Verdict &verdict);
// One or two sentences: "OpenCV is 1.8 times as fast here and differs by 3e-06 at most."
std::string summaryOf(const Verdict &verdict);
// A name as people write it: "OpenCV", "ONNX Runtime".
std::string engineTitle(const std::string &engine);

} // namespace warmbench
