// The boxes of a graph's picture: the nodes of the network itself, with repetition folded.
//
// The rule: along a chain, where each node is read by the next alone and that reads nothing else
// that is computed, operators that come again in the same order at once (Conv, Relu, Conv, Relu)
// become one box with their count. Of several ways to begin at a node, the one that folds the most
// nodes is taken, then the one with the fewest operators; at most eight operators repeat. Nodes
// within others have no box; what they read counts as read by the node that they are within.
// Thread: any; pure functions. Cost: some microseconds a node.
#pragma once

#include "ui/network/graph_index.h"

#include <string>
#include <utility>
#include <vector>

namespace warmbench::ui {

struct GraphBox
{
    std::vector<int> nodes; // in the order of the chain
    int count = 1;          // how often its operators come
    QString title;          // "Conv + Relu"
    QString detail;         // "x 3", or the output's shape
};

struct FoldedGraph
{
    std::vector<GraphBox> boxes;
    std::vector<std::pair<int, int>> arrows; // from box to box, each once
};

FoldedGraph foldedGraph(const GraphIndex &graph, bool fold);

} // namespace warmbench::ui
