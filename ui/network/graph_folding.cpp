#include "ui/network/graph_folding.h"

#include <algorithm>
#include <QStringList>
#include <set>

using namespace Qt::StringLiterals;

namespace warmbench::ui {

namespace {

constexpr std::size_t longestPeriod = 8;

using Arrows = std::set<std::pair<int, int>>;

Arrows arrowsOf(const GraphIndex &graph)
{
    const auto outermost = [&graph](int node) {
        while (graph.node(node).parent >= 0)
            node = graph.node(node).parent;
        return node;
    };
    Arrows arrows;
    for (int node = 0; node < graph.size(); ++node)
        for (const std::string &input : graph.told(node).inputs) {
            const int from = graph.producer(input);
            if (from >= 0 && outermost(from) != outermost(node))
                arrows.emplace(outermost(from), outermost(node));
        }
    return arrows;
}

// Nodes that only follow each other.
std::vector<std::vector<int>> chainsOf(const GraphIndex &graph, const Arrows &arrows)
{
    const auto size = static_cast<std::size_t>(graph.size());
    std::vector<int> readers(size, 0);
    std::vector<int> read(size, 0);
    std::vector<int> next(size, -1);
    for (const auto &[from, to] : arrows) {
        ++readers[static_cast<std::size_t>(from)];
        ++read[static_cast<std::size_t>(to)];
    }
    std::vector<bool> follows(size, false);
    for (const auto &[from, to] : arrows)
        // An arrow against the order of the file belongs to a damaged graph, which may have rings.
        if (from < to && readers[static_cast<std::size_t>(from)] == 1 &&
            read[static_cast<std::size_t>(to)] == 1) {
            next[static_cast<std::size_t>(from)] = to;
            follows[static_cast<std::size_t>(to)] = true;
        }
    std::vector<std::vector<int>> chains;
    for (const int first : graph.top()) {
        if (follows[static_cast<std::size_t>(first)])
            continue;
        chains.emplace_back();
        for (int node = first; node >= 0; node = next[static_cast<std::size_t>(node)])
            chains.back().push_back(node);
    }
    return chains;
}

struct Run
{
    std::size_t period = 1;
    std::size_t count = 1;
};

// What repeats from this place of the chain on.
Run runAt(const GraphIndex &graph, const std::vector<int> &chain, std::size_t at)
{
    Run best;
    for (std::size_t period = 1; period <= longestPeriod && at + 2 * period <= chain.size();
         ++period) {
        std::size_t same = 0;
        while (at + period + same < chain.size() &&
               graph.node(chain[at + same]).type == graph.node(chain[at + period + same]).type)
            ++same;
        const Run run{period, 1 + same / period};
        if (run.count > 1 && (best.count == 1 || run.period * run.count > best.period * best.count))
            best = run;
    }
    return best;
}

GraphBox boxOf(const GraphIndex &graph, const std::vector<int> &chain, std::size_t at, Run run)
{
    GraphBox box;
    const auto from = chain.begin() + static_cast<std::ptrdiff_t>(at);
    box.nodes.assign(from, from + static_cast<std::ptrdiff_t>(run.period * run.count));
    box.count = static_cast<int>(run.count);
    QStringList types;
    for (std::size_t i = 0; i < run.period; ++i)
        types << graph.node(box.nodes[i]).type;
    box.title = types.join(u" + "_s);
    box.detail = box.count > 1 ? u"× %1"_s.arg(box.count) : graph.node(box.nodes.back()).shape;
    return box;
}

} // namespace

FoldedGraph foldedGraph(const GraphIndex &graph, bool fold)
{
    const Arrows arrows = arrowsOf(graph);
    FoldedGraph folded;
    std::vector<int> boxOfNode(static_cast<std::size_t>(graph.size()), -1);
    for (const std::vector<int> &chain : chainsOf(graph, arrows))
        for (std::size_t at = 0; at < chain.size();) {
            const Run run = fold ? runAt(graph, chain, at) : Run();
            folded.boxes.push_back(boxOf(graph, chain, at, run));
            for (const int node : folded.boxes.back().nodes)
                boxOfNode[static_cast<std::size_t>(node)] =
                    static_cast<int>(folded.boxes.size()) - 1;
            at += run.period * run.count;
        }
    Arrows between;
    for (const auto &[from, to] : arrows) {
        const int one = boxOfNode[static_cast<std::size_t>(from)];
        const int other = boxOfNode[static_cast<std::size_t>(to)];
        if (one != other)
            between.emplace(one, other);
    }
    folded.arrows.assign(between.begin(), between.end());
    return folded;
}

} // namespace warmbench::ui
