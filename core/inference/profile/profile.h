// What a model costs here: its load, its runs under several loads, and the layers within a run.
// Thread: values; pure functions.
#pragma once

#include "base/bytes.h"
#include "engine/engine.h"
#include "inference/profile/latency_series.h"
#include "model/model_id.h"

#include <functional>
#include <stop_token>
#include <string>
#include <vector>

namespace warmbench {

// The cold side of an engine, and its layers, measured on a copy of the model beside the cache.
struct EngineProfile
{
    std::string engine; // "opencv"
    std::string version;
    std::string refusal;                 // why it does not run the model; empty: it does
    std::chrono::nanoseconds loadTime{}; // with the warm-up
    std::chrono::nanoseconds firstRun{};
    Bytes memory; // that the copy keeps
    int runs = 0; // that the layers are averages of
    LayerTimes layers;
};

struct Profile
{
    ModelId model; // with the version that ran
    std::string digest;
    std::string engine;
    std::chrono::nanoseconds loadTime{}; // of the model that serves
    std::string machine;
    std::vector<LatencySeries> series;
    std::vector<EngineProfile> engines;
    std::vector<std::string> doubts; // sentences: why the figures may mislead
};

struct ProfileProgress
{
    std::size_t done = 0; // steps
    std::size_t all = 0;
    std::string next; // "2 callers at once"
};

struct ProfileRequest
{
    ModelId model;
    std::vector<SeriesPlan> series{{}};
    std::chrono::nanoseconds each = std::chrono::seconds(1); // of a series, at least 20 runs
    int runs = 0;                                            // of a series, instead of a time
    std::vector<std::string> engines; // whose layers are measured; none: no layers
    std::function<void(ProfileProgress)> heard{};
    std::stop_token cancellation{};
};

// The engines that are here, whether or not they read a certain model.
std::vector<std::string> enginesHere();
// What a person wants to know at first: one caller and several, single samples and several.
std::vector<SeriesPlan> usualSeries();

// The share of a layer in what all layers took, 0 to 1.
double shareOf(const LayerTime &layer, const LayerTimes &layers);

} // namespace warmbench
