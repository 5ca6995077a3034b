// What a comparison of two models tells: A and B beside each other on the same inputs. They may be
// one model in two engines, or prepared in two ways. There are numbers and phrases here, and no
// tensors.
// Thread: values, pure functions.
#pragma once

#include "base/bytes.h"
#include "model/model_id.h"

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace warmbench {

// Latencies of fewer runs say little: one of them may have met another load on the machine.
inline constexpr std::size_t leastRunsToTrust = 5;

// A loaded model of a comparison.
struct ComparedModel
{
    ModelId id; // with the version that is loaded
    std::string digest;
    std::string engine;
    Bytes memory; // that the loaded model takes
    std::chrono::nanoseconds loadTime{};
    std::vector<std::string> warnings{}; // why its answers may be wrong
};

// How one of them answered an input.
struct ComparedAnswer
{
    std::string text;    // a short phrase; empty where it refused the input
    std::string refusal; // a sentence; empty where it answered
    // Medians of the timed runs. The total is without the wait for a worker.
    std::chrono::nanoseconds infer{};
    std::chrono::nanoseconds total{};
};

struct ComparedInput
{
    std::string name;
    ComparedAnswer first; // A's
    ComparedAnswer second;
    std::size_t runs = 0; // timed, of each
    // What follows says something only where both answered.
    bool comparable = true; // as AnswerDifference::comparable
    bool changed = false;
    std::string difference;        // a phrase where the answers do not show what changed
    std::optional<double> pixels;  // share of those that differ, of a map of classes
    std::optional<double> cosine;  // of the primary outputs, where their shapes agree
    std::optional<double> largest; // difference of two numbers of theirs; may be infinite

    bool answered() const { return first.refusal.empty() && second.refusal.empty(); }
    bool compared() const { return answered() && comparable; }
};

struct Latencies
{
    std::chrono::nanoseconds first{}; // medians over the inputs that both answered
    std::chrono::nanoseconds second{};
    // Of B to A: 2 where B takes twice as long. None without a time of A.
    std::optional<double> ratio() const;
    // Both take about as long: within a tenth, or so few microseconds apart that the machine's
    // other work decides.
    bool areAlike() const;
};

struct ComparisonSummary
{
    std::size_t inputs = 0;
    std::size_t refused = 0;  // by one of them at least
    std::size_t compared = 0; // of the others those whose answers can be compared
    std::size_t changed = 0;
    std::optional<double> lowestCosine;
    std::optional<double> meanCosine;
    std::optional<double> largest;
    std::string largestInput; // where that difference is; empty if it is 0
    std::size_t runs = 0;     // timed, of each
    Latencies infer;
    Latencies total;

    std::size_t answered() const { return inputs - refused; }
    bool latenciesTrusted() const { return runs >= leastRunsToTrust; }
};

struct Comparison
{
    ComparedModel first;
    ComparedModel second;
    std::vector<ComparedInput> inputs;
    ComparisonSummary summary;
    std::vector<std::string> notes; // sentences: what to know before believing the figures
};

ComparisonSummary summaryOf(const std::vector<ComparedInput> &inputs);
// The middle one, the lower of two; 0 of none.
std::chrono::nanoseconds medianOf(std::vector<std::chrono::nanoseconds> times);

} // namespace warmbench
