// A network's graph with what its views look up in it: texts to show and to search, the nodes
// within a node, who makes and who holds a tensor. Texts are printable; the graph's own names may
// hold any bytes.
// Thread: a value that does not change; built away from the GUI thread. Cost: some microseconds a
// node.
#pragma once

#include "engine/network_graph.h"

#include <memory>
#include <QString>
#include <string>
#include <unordered_map>
#include <vector>

namespace warmbench::ui {

// "float32 [batch, 64, 56, 56]": what the file tells of a tensor.
QString tensorText(const GraphValue &value);

class GraphIndex
{
public:
    struct Node
    {
        QString name;     // a node without one has that of its first output
        QString type;     // with its domain where that is not ONNX's own
        QString shape;    // of the first output; empty: not known
        QString words;    // to search in, lower case
        double share = 0; // of the network's FLOPs, 0 to 1
        int parent = -1;
        int row = 0; // among the nodes with the same parent
        std::vector<int> children;
    };

    explicit GraphIndex(std::shared_ptr<const NetworkGraph> graph);

    const NetworkGraph &graph() const { return *m_graph; }
    int size() const { return static_cast<int>(m_nodes.size()); }
    const Node &node(int index) const { return m_nodes[static_cast<std::size_t>(index)]; }
    const GraphNode &told(int index) const
    {
        return m_graph->nodes[static_cast<std::size_t>(index)];
    }
    const std::vector<int> &top() const { return m_top; } // the nodes within no other, in order

    // The weight that the node reads under this name; null: the tensor is computed or given.
    const GraphInitialiser *weightOf(int node, const std::string &name) const;
    // An input of the network or an output of a node; null: nothing is told of it.
    const GraphValue *value(const std::string &name) const;
    // The node that makes the tensor; -1: none does.
    int producer(const std::string &name) const;
    // Whether both have the same nodes in the same places.
    bool sameNodes(const GraphIndex &other) const;

private:
    struct Made
    {
        const GraphValue *value = nullptr;
        int node = -1;
    };
    void addNode(int index);

    std::shared_ptr<const NetworkGraph> m_graph;
    std::vector<Node> m_nodes;
    std::vector<int> m_top;
    std::unordered_map<std::string, Made> m_made;
    std::unordered_map<std::string, std::vector<const GraphInitialiser *>> m_weights;
};

} // namespace warmbench::ui
