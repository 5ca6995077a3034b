#include "ui/network/node_tree.h"

#include "base/short_count.h"
#include "ui/widgets/display_text.h"

#include <algorithm>
#include <array>

using namespace Qt::StringLiterals;

namespace warmbench::ui {

namespace {

QString percentText(double share)
{
    return share < 0.0005 ? u"< 0.1 %"_s
                          : u"%1 %"_s.arg(share * 100, 0, 'f', share < 0.0995 ? 1 : 0);
}

} // namespace

void NodeTree::setGraph(std::shared_ptr<const GraphIndex> graph)
{
    if (!graph && !m_graph)
        return;
    if (!graph || !m_graph || !graph->sameNodes(*m_graph)) {
        beginResetModel();
        m_graph = std::move(graph);
        endResetModel();
        return;
    }
    m_graph = std::move(graph);
    const auto changed = [this](const std::vector<int> &siblings) {
        if (!siblings.empty())
            Q_EMIT dataChanged(indexOf(siblings.front()),
                               indexOf(siblings.back(), ColumnCount - 1));
    };
    changed(m_graph->top());
    for (int node = 0; node < m_graph->size(); ++node)
        changed(m_graph->node(node).children);
}

QModelIndex NodeTree::indexOf(int node, int column) const
{
    if (!m_graph || node < 0 || node >= m_graph->size())
        return {};
    return createIndex(m_graph->node(node).row, column, static_cast<quintptr>(node));
}

const std::vector<int> &NodeTree::childrenOf(const QModelIndex &parent) const
{
    static const std::vector<int> none;
    if (!m_graph || parent.column() > 0)
        return none;
    return parent.isValid() ? m_graph->node(nodeOf(parent)).children : m_graph->top();
}

QModelIndex NodeTree::index(int row, int column, const QModelIndex &parent) const
{
    const std::vector<int> &children = childrenOf(parent);
    if (row < 0 || column < 0 || column >= ColumnCount || row >= static_cast<int>(children.size()))
        return {};
    return indexOf(children[static_cast<std::size_t>(row)], column);
}

QModelIndex NodeTree::parent(const QModelIndex &child) const
{
    return child.isValid() ? indexOf(m_graph->node(nodeOf(child)).parent) : QModelIndex();
}

int NodeTree::rowCount(const QModelIndex &parent) const
{
    return static_cast<int>(childrenOf(parent).size());
}

int NodeTree::columnCount(const QModelIndex &) const
{
    return ColumnCount;
}

QString NodeTree::cell(int index, int column) const
{
    const GraphIndex::Node &node = m_graph->node(index);
    const GraphNode &told = m_graph->told(index);
    switch (column) {
    case Name:
        return node.name;
    case Type:
        return node.type;
    case OutputShape:
        return node.shape;
    case Parameters:
        return told.parameters > 0 ? grouped(told.parameters) : QString();
    default:
        return told.flops > 0
                   ? u"%1 · %2"_s.arg(text(shortCount(told.flops)), percentText(node.share))
                   : QString();
    }
}

QVariant NodeTree::data(const QModelIndex &index, int role) const
{
    if (!index.isValid())
        return {};
    if (role == Qt::DisplayRole || role == Qt::ToolTipRole)
        return cell(nodeOf(index), index.column());
    if (role == ShareRole)
        return m_graph->node(nodeOf(index)).share;
    if (role == Qt::TextAlignmentRole && index.column() >= Parameters)
        return int(Qt::AlignRight | Qt::AlignVCenter);
    return {};
}

QVariant NodeTree::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || section < 0 || section >= ColumnCount)
        return {};
    if (role == Qt::TextAlignmentRole)
        return int((section >= Parameters ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
    if (role != Qt::DisplayRole)
        return {};
    const std::array<QString, ColumnCount> names{tr("Node"), tr("Operator"), tr("Output shape"),
                                                 tr("Parameters"), tr("FLOPs")};
    return names[static_cast<std::size_t>(section)];
}

NodeFilter::NodeFilter(NodeTree *tree)
    : QSortFilterProxyModel(tree)
    , m_tree(*tree)
{
    setRecursiveFilteringEnabled(true);
    setSourceModel(tree);
}

void NodeFilter::setWords(const QString &words)
{
    m_words = words.toLower().split(u' ', Qt::SkipEmptyParts);
    invalidateFilter();
}

bool NodeFilter::filterAcceptsRow(int row, const QModelIndex &parent) const
{
    if (m_words.isEmpty())
        return true;
    const QString &searched =
        m_tree.graph()->node(NodeTree::nodeOf(m_tree.index(row, 0, parent))).words;
    return std::all_of(m_words.begin(), m_words.end(),
                       [&](const QString &word) { return searched.contains(word); });
}

bool NodeFilter::lessThan(const QModelIndex &left, const QModelIndex &right) const
{
    const int one = NodeTree::nodeOf(left);
    const int other = NodeTree::nodeOf(right);
    const GraphIndex &graph = *m_tree.graph();
    switch (left.column()) {
    case NodeTree::Type:
        return graph.node(one).type < graph.node(other).type;
    case NodeTree::OutputShape:
        return graph.node(one).shape < graph.node(other).shape;
    case NodeTree::Parameters:
        return graph.told(one).parameters < graph.told(other).parameters;
    case NodeTree::Flops:
        return graph.told(one).flops < graph.told(other).flops;
    default:
        return one < other;
    }
}

} // namespace warmbench::ui
