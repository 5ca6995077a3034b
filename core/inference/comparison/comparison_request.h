// What is to be compared, and on which inputs.
// Thread: values; the functions in a request are called on the thread "compare".
#pragma once

#include "base/duration.h"
#include "inference/comparison/comparison.h"
#include "inference/comparison/comparison_inputs.h"
#include "model/model_id.h"
#include "tensor/preprocessing.h"

#include <cstddef>
#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>

namespace warmbench {

// A comparison ends there; it says so in a note.
inline constexpr std::size_t mostComparedInputs = 10'000;

// A model as it is served, unless it is wanted otherwise; it is then loaded beside the cache for as
// long as the comparison lasts, and what is served stays as it is.
struct ComparisonSide
{
    ModelId model;
    std::string engine{};             // "opencv", "onnxruntime"; empty or "auto": the served one
    std::filesystem::path settings{}; // a settings file instead of the model's own; empty: that
    // Instead of what settings, metadata and guesses say. It needs no load.
    std::optional<Preprocessing> preparation{};
};

struct ComparisonProgress
{
    std::size_t done = 0;     // inputs
    std::size_t expected = 0; // all together; 0: not known
};

struct ComparisonRequest
{
    ComparisonSide first; // A
    ComparisonSide second;
    NextComparisonInput next;
    int runs = 1; // timed, of each model on each input, from 1
    // Hears of each input as soon as it is compared; may be empty.
    std::function<void(const ComparedInput &, ComparisonProgress)> heard{};
    std::stop_token cancellation{};
    std::optional<Milliseconds> deadline{}; // of one run; unset: that of the service's requests
};

} // namespace warmbench
