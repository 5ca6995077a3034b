#include "engine/onnx/onnx_external.h"

#include "base/contained_path.h"
#include "base/text.h"
#include "engine/wire_reader.h"

#include <algorithm>
#include <fmt/format.h>
#include <system_error>

namespace warmbench {

namespace {

// Field numbers of onnx.proto that lead to tensors.
enum class Message : std::uint8_t { Model, Graph, Node, Attribute, Function, Sparse, Tensor };
struct Step
{
    Message from;
    std::uint32_t field;
    Message to;
};
constexpr Step pathSteps[] = {
    {Message::Model, 7, Message::Graph},       {Message::Model, 25, Message::Function},
    {Message::Graph, 1, Message::Node},        {Message::Graph, 5, Message::Tensor},
    {Message::Graph, 15, Message::Sparse},     {Message::Function, 7, Message::Node},
    {Message::Node, 5, Message::Attribute},    {Message::Attribute, 5, Message::Tensor},
    {Message::Attribute, 6, Message::Graph},   {Message::Attribute, 10, Message::Tensor},
    {Message::Attribute, 11, Message::Graph},  {Message::Attribute, 22, Message::Sparse},
    {Message::Attribute, 23, Message::Sparse}, {Message::Sparse, 1, Message::Tensor},
    {Message::Sparse, 2, Message::Tensor},
};
constexpr std::uint32_t tensorExternalData = 13;
constexpr int deepest = 100; // protobuf's own limit

// Adds the value if the key of this entry is "location".
void addLocation(BlockFile &file, const WireField &entry, std::vector<std::string> &locations)
{
    WireReader pair(file, entry.begin, entry.end);
    std::string key;
    std::string value;
    while (const auto field = pair.next()) {
        if (field->number == 1)
            key = file.text(field->begin, field->end);
        else if (field->number == 2)
            value = file.text(field->begin, field->end);
    }
    const bool known = std::find(locations.begin(), locations.end(), value) != locations.end();
    if (key == "location" && !known)
        locations.push_back(std::move(value));
}

void collect(BlockFile &file, Message message, std::uint64_t begin, std::uint64_t end, int depth,
             std::vector<std::string> &locations)
{
    if (depth > deepest)
        return;
    WireReader reader(file, begin, end);
    while (const auto field = reader.next()) {
        if (field->type != WireType::Bytes)
            continue;
        if (message == Message::Tensor && field->number == tensorExternalData)
            addLocation(file, *field, locations);
        for (const Step &step : pathSteps) {
            if (step.from == message && step.field == field->number)
                collect(file, step.to, field->begin, field->end, depth + 1, locations);
        }
    }
}

} // namespace

Result<std::filesystem::path> resolveExternal(const std::filesystem::path &network,
                                              const std::string &location)
{
    const std::string shown = printable(location);
    const auto outside = [&] {
        return failedPrecondition(fmt::format(
            "\"{}\" keeps weights in \"{}\", outside its own folder; move that file beside the "
            "network and save the network again so that it names it without a path.",
            network.filename().string(), shown));
    };
    const auto target = resolveWithin(network.parent_path(), location);
    if (!target)
        return outside();
    std::error_code problem;
    if (!std::filesystem::is_regular_file(*target, problem))
        return notFound(fmt::format("\"{}\" keeps weights in \"{}\", which is not there; copy it "
                                    "into the same folder.",
                                    network.filename().string(), shown));
    return network.parent_path() / location;
}

Result<std::vector<std::filesystem::path>> listExternalFiles(const std::filesystem::path &network)
{
    auto file = BlockFile::open(network);
    if (!file)
        return std::move(file).error();
    std::vector<std::string> locations;
    collect(*file, Message::Model, 0, file->size(), 0, locations);
    std::vector<std::filesystem::path> files;
    for (const std::string &location : locations) {
        auto path = resolveExternal(network, location);
        if (!path)
            return std::move(path).error();
        if (std::find(files.begin(), files.end(), *path) == files.end())
            files.push_back(*std::move(path));
    }
    return files;
}

} // namespace warmbench
