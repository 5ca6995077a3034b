#include "layers.h"

#include "base/short_count.h"
#include "base/text.h"
#include "tensor/json_writer.h"

#include <algorithm>
#include <fmt/format.h>

namespace warmbench::app {

namespace {

constexpr std::size_t widestName = 44;

// ---- text

struct Row
{
    std::string type;
    std::string name;
    std::string shape;
    std::string parameters;
    std::string flops;
};

std::string shapeOf(const GraphNode &node)
{
    if (node.outputs.empty())
        return "";
    const GraphValue &first = node.outputs.front();
    if (first.shape)
        return shapeText(std::span<const Dimension>(*first.shape));
    return first.tried ? shapeText(std::span<const std::int64_t>(*first.tried)) : "?";
}

std::string nameOf(const GraphNode &node)
{
    if (!node.name.empty() || node.outputs.empty())
        return printable(node.name, widestName);
    return printable(node.outputs.front().name, widestName);
}

std::string typeOf(const GraphNode &node, std::size_t depth)
{
    const std::string domain = node.domain.empty() || node.domain == "ai.onnx"
                                   ? std::string()
                                   : printable(node.domain, 40) + '.';
    return std::string(2 * depth, ' ') + domain + printable(node.type, 60);
}

std::vector<Row> rowsOf(const NetworkGraph &graph)
{
    std::vector<Row> rows{{"operator", "name", "output", "parameters", "FLOPs"}};
    std::vector<std::size_t> depths;
    for (const GraphNode &node : graph.nodes) {
        depths.push_back(node.parent ? depths[*node.parent] + 1 : 0);
        rows.push_back({typeOf(node, depths.back()), nameOf(node), shapeOf(node),
                        node.parameters ? fmt::format("{}", node.parameters) : "",
                        node.flops ? shortCount(node.flops) : ""});
    }
    rows.push_back({"total", fmt::format("{} nodes", graph.nodes.size()), "",
                    fmt::format("{}", graph.parameters), shortCount(graph.flops)});
    return rows;
}

// ---- JSON

void appendShape(std::string &out, const Shape &shape)
{
    out += shapeText(std::span<const std::int64_t>(shape));
}

void appendValue(std::string &out, const GraphValue &value)
{
    out += "{\"name\": ";
    appendJsonString(out, value.name);
    out += ", \"dtype\": ";
    if (value.type.empty())
        out += "null";
    else
        appendJsonString(out, value.type);
    out += ", \"shape\": ";
    if (value.shape) {
        Shape shape;
        for (const Dimension &extent : *value.shape)
            shape.push_back(extent.size);
        appendShape(out, shape);
    } else {
        out += "null";
    }
    out += ", \"tried\": ";
    if (value.tried)
        appendShape(out, *value.tried);
    else
        out += "null";
    out += "}";
}

template <typename List, typename Append>
void appendList(std::string &out, const char *key, const List &list, Append append)
{
    out += fmt::format(", \"{}\": [", key);
    bool first = true;
    for (const auto &one : list) {
        out += first ? "" : ", ";
        first = false;
        append(out, one);
    }
    out += "]";
}

std::string indexText(const std::optional<std::size_t> &index)
{
    return index ? fmt::format("{}", *index) : "null";
}

void appendNode(std::string &out, const GraphNode &node)
{
    out += "{\"name\": ";
    appendJsonString(out, node.name);
    out += ", \"operator\": ";
    appendJsonString(out, node.type);
    out += ", \"domain\": ";
    appendJsonString(out, node.domain);
    appendList(out, "inputs", node.inputs, appendJsonString);
    appendList(out, "outputs", node.outputs, appendValue);
    out += ", \"attributes\": {";
    for (std::size_t i = 0; i < node.attributes.size(); ++i) {
        out += i ? ", " : "";
        appendJsonString(out, node.attributes[i].name);
        out += ": ";
        appendJsonString(out, node.attributes[i].text);
    }
    out += fmt::format("}}, \"parameters\": {}, \"flops\": {}, \"parent\": {}, \"branch\": ",
                       node.parameters, node.flops, indexText(node.parent));
    appendJsonString(out, node.branch);
    out += "}";
}

void appendInitialiser(std::string &out, const GraphInitialiser &one)
{
    out += "{\"name\": ";
    appendJsonString(out, one.name);
    out += fmt::format(", \"dtype\": \"{}\", \"shape\": ", one.type);
    appendShape(out, one.shape);
    out += fmt::format(
        ", \"elements\": {}, \"bytes\": {}, \"external\": {}, \"sparse\": {}, \"parent\": {}}}",
        one.elements, one.bytes.count, one.external, one.sparse, indexText(one.parent));
}

} // namespace

std::string layersText(const NetworkGraph &graph)
{
    const auto rows = rowsOf(graph);
    std::size_t type = 0;
    std::size_t name = 0;
    std::size_t shape = 0;
    for (const Row &row : rows) {
        type = std::max(type, row.type.size());
        name = std::max(name, row.name.size());
        shape = std::max(shape, row.shape.size());
    }
    std::string out;
    for (const Row &row : rows) {
        out += fmt::format("{:<{}}  {:<{}}  {:<{}}  {:>12}  {:>8}", row.type, type, row.name, name,
                           row.shape, shape, row.parameters, row.flops);
        out.erase(out.find_last_not_of(' ') + 1);
        out += '\n';
    }
    if (!graph.tried.empty()) {
        out += "FLOPs are those of one run with inputs of";
        for (const Shape &one : graph.tried)
            out += ' ' + shapeText(std::span<const std::int64_t>(one));
        out += ".\n";
    }
    for (const std::string &note : graph.notes)
        out += note + '\n';
    return out;
}

std::string layersJson(const NetworkGraph &graph)
{
    std::string out =
        fmt::format("{{\"format\": \"{}\", \"connected\": {}, \"parameters\": {}, \"flops\": {}",
                    modelFormatName(graph.format), graph.connected, graph.parameters, graph.flops);
    appendList(out, "tried", graph.tried, appendShape);
    appendList(out, "inputs", graph.inputs, appendValue);
    appendList(out, "outputs", graph.outputs, appendValue);
    appendList(out, "nodes", graph.nodes, appendNode);
    appendList(out, "initialisers", graph.initialisers, appendInitialiser);
    appendList(out, "notes", graph.notes, appendJsonString);
    return out + "}\n";
}

} // namespace warmbench::app
