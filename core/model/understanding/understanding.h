// What a model was taken for, and why: merges what its sources say into settings and a plan of its
// input.
//
// The settings file comes first, then keys in the model's metadata, then the form of its outputs,
// then its shapes, and a guess where nothing tells. Thread: pure functions.
#pragma once

#include "engine/network_spec.h"
#include "model/input_plan.h"
#include "model/understanding/hints.h"

#include <map>
#include <string>
#include <vector>

namespace warmbench {

struct UnderstoodValue
{
    std::string value;  // as JSON
    std::string origin; // "Ultralytics keys", "settings file", "guessed"
};

// For people and for /models/NAME.
struct Understood
{
    std::string summary; // "YOLO v8 detection, 80 names, letterbox 640 x 640 (Ultralytics keys)"
    std::map<std::string, UnderstoodValue> values; // by key of the settings file
};
// {"summary": "...", "values": {"width": {"value": 640, "origin": "Ultralytics keys"}}}
std::string understoodJson(const Understood &understood);

struct Understanding
{
    InputPlan input;
    Understood told;
    std::vector<std::string> warnings;
};

// Whether the classes that the network itself names are those of the output that counts.
bool ownClasses(const NetworkSpec &spec, const ModelSettings &settings);
// What the network's own file says, the most binding first.
std::vector<Hints> hintsOf(const NetworkSpec &spec);
// Fills in what the settings leave open: task, labels, decoder, activation. `beside` is what files
// beside the model say. InvalidArgument, as planInput(): settings that the network cannot take.
Result<Understanding> understand(const NetworkSpec &spec, ModelSettings &settings,
                                 const std::vector<Hints> &beside = {});

} // namespace warmbench
