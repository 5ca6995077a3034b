#include "ui/network/graph_index.h"

#include "base/text.h"
#include "ui/widgets/display_text.h"

using namespace Qt::StringLiterals;

namespace warmbench::ui {

namespace {

QString shapeOf(const GraphValue &value)
{
    if (value.shape)
        return text(printable(shapeText(std::span<const Dimension>(*value.shape))));
    return value.tried ? text(shapeText(std::span<const std::int64_t>(*value.tried))) : QString();
}

QString typeOf(const GraphNode &node)
{
    const bool own = node.domain.empty() || node.domain == "ai.onnx";
    return text(own ? printable(node.type) : printable(node.domain) + '.' + printable(node.type));
}

} // namespace

QString tensorText(const GraphValue &value)
{
    return u"%1 %2"_s.arg(text(printable(value.type)), shapeOf(value)).trimmed();
}

GraphIndex::GraphIndex(std::shared_ptr<const NetworkGraph> graph)
    : m_graph(std::move(graph))
    , m_nodes(m_graph->nodes.size())
{
    for (const GraphInitialiser &weight : m_graph->initialisers)
        m_weights[weight.name].push_back(&weight);
    for (const GraphValue &input : m_graph->inputs)
        m_made.try_emplace(input.name, Made{&input, -1});
    for (int i = 0; i < size(); ++i)
        addNode(i);
}

void GraphIndex::addNode(int index)
{
    const GraphNode &from = told(index);
    Node &node = m_nodes[static_cast<std::size_t>(index)];
    const bool nameless = from.name.empty() && !from.outputs.empty();
    node.name = text(printable(nameless ? from.outputs.front().name : from.name));
    node.type = typeOf(from);
    if (!from.outputs.empty())
        node.shape = shapeOf(from.outputs.front());
    QStringList words{node.name, node.type};
    for (const GraphValue &output : from.outputs) {
        words << text(printable(output.name));
        m_made.try_emplace(output.name, Made{&output, index});
    }
    node.words = words.join(u'\n').toLower();
    if (m_graph->flops > 0)
        node.share = static_cast<double>(from.flops) / static_cast<double>(m_graph->flops);
    node.parent = from.parent ? static_cast<int>(*from.parent) : -1;
    auto &siblings = from.parent ? m_nodes[*from.parent].children : m_top;
    node.row = static_cast<int>(siblings.size());
    siblings.push_back(index);
}

const GraphInitialiser *GraphIndex::weightOf(int node, const std::string &name) const
{
    const auto found = m_weights.find(name);
    if (found == m_weights.end())
        return nullptr;
    // A graph within a node sees its own weights and those of the graphs around it.
    for (int scope = node < 0 ? -1 : this->node(node).parent;; scope = this->node(scope).parent) {
        for (const GraphInitialiser *weight : found->second)
            if ((weight->parent ? static_cast<int>(*weight->parent) : -1) == scope)
                return weight;
        if (scope < 0)
            return nullptr;
    }
}

const GraphValue *GraphIndex::value(const std::string &name) const
{
    const auto found = m_made.find(name);
    return found == m_made.end() ? nullptr : found->second.value;
}

int GraphIndex::producer(const std::string &name) const
{
    const auto found = m_made.find(name);
    return found == m_made.end() ? -1 : found->second.node;
}

bool GraphIndex::sameNodes(const GraphIndex &other) const
{
    if (size() != other.size())
        return false;
    for (int i = 0; i < size(); ++i)
        if (node(i).parent != other.node(i).parent || node(i).words != other.node(i).words)
            return false;
    return true;
}

} // namespace warmbench::ui
