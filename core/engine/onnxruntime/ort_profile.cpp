#include "engine/onnxruntime/ort_profile.h"

#include "base/file.h"
#include "engine/onnxruntime/ort_library.h"

#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <simdjson.h>
#include <string>
#include <utility>

namespace warmbench {

namespace {

using Microseconds = std::chrono::microseconds;

constexpr std::string_view kernelTime = "_kernel_time";
constexpr Bytes mostProfile = mebibytes(512);

struct Event
{
    Microseconds start{};
    Microseconds span{};
    std::string node; // empty name: of a whole run
    std::string type;
    std::string index; // of the node
};

struct Events
{
    std::vector<Event> runs;
    std::vector<Event> nodes;
};

Error unreadable(std::string_view why)
{
    return {ErrorCode::Internal,
            fmt::format("ONNX Runtime wrote a profile that cannot be read: {}.", why)};
}

simdjson::error_code textOf(simdjson::dom::element object, std::string_view key, std::string &text)
{
    std::string_view found;
    const auto error = object[key].get(found);
    if (!error)
        text = found;
    return error;
}

Events eventsOf(simdjson::dom::array list)
{
    Events events;
    for (const simdjson::dom::element entry : list) {
        std::string_view category;
        std::string_view name;
        std::int64_t start = 0;
        std::int64_t span = 0;
        if (entry["cat"].get(category) || entry["name"].get(name) || entry["ts"].get(start) ||
            entry["dur"].get(span))
            continue;
        Event event{Microseconds(start), Microseconds(span), {}, {}, {}};
        if (category == "Session" && name == "model_run") {
            events.runs.push_back(std::move(event));
        } else if (category == "Node" && name.ends_with(kernelTime)) {
            event.node = name.substr(0, name.size() - kernelTime.size());
            simdjson::dom::element details;
            if (entry["args"].get(details) || textOf(details, "op_name", event.type))
                continue;
            (void)textOf(details, "node_index", event.index); // a name may do without
            events.nodes.push_back(std::move(event));
        }
    }
    return events;
}

// A node that holds others comes before them.
void sortByTime(std::vector<Event> &events)
{
    std::stable_sort(events.begin(), events.end(), [](const Event &a, const Event &b) {
        return std::pair(a.start, -a.span) < std::pair(b.start, -b.span);
    });
}

} // namespace

Result<std::filesystem::path> endOrtProfile(OrtSession &session)
{
    OrtAllocator *allocator = nullptr;
    auto failure = failureOf(ort().GetAllocatorWithDefaultOptions(&allocator));
    char *name = nullptr;
    if (!failure)
        failure = failureOf(ort().SessionEndProfiling(&session, allocator, &name));
    if (failure)
        return unreadable(failure->message);
    std::filesystem::path file = name;
    if (const auto freed = failureOf(ort().AllocatorFree(allocator, name)))
        return unreadable(freed->message);
    return file;
}

Result<LayerTimes> readOrtProfile(const std::filesystem::path &file, int runs)
{
    const auto text = readFile(file, mostProfile);
    if (!text)
        return text.error();
    simdjson::dom::parser parser;
    simdjson::dom::array list;
    if (const auto error = parser.parse(simdjson::padded_string(*text)).get(list))
        return unreadable(simdjson::error_message(error));
    Events events = eventsOf(list);
    sortByTime(events.runs);
    sortByTime(events.nodes);
    if (std::ssize(events.runs) < runs)
        return unreadable("it tells of fewer runs than there were");

    LayerTimes times;
    times.step = Microseconds(1);
    const auto first = events.runs.end() - runs;
    for (auto run = first; run != events.runs.end(); ++run)
        times.run += run->span;
    std::map<std::pair<std::string, std::string>, std::size_t> places;
    Microseconds free{}; // when the last node that counts had ended
    for (Event &event : events.nodes) {
        if (event.start < first->start || event.start < free)
            continue;
        free = event.start + event.span;
        const auto [place, isNew] =
            places.try_emplace({event.node, event.index}, times.layers.size());
        if (isNew)
            times.layers.push_back({std::move(event.node), std::move(event.type), {}});
        times.layers[place->second].time += event.span;
    }
    times.run /= runs;
    for (LayerTime &layer : times.layers)
        layer.time /= runs;
    return times;
}

} // namespace warmbench
