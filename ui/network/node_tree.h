// The nodes of a network as an item model: in the order of the file, those of inner graphs within
// their node. A graph with the same nodes as the one before, such as after a refresh, changes cells
// alone, so that selection and scroll position stay. Thread: GUI.
#pragma once

#include "ui/network/graph_index.h"

#include <memory>
#include <QAbstractItemModel>
#include <QSortFilterProxyModel>
#include <QStringList>

namespace warmbench::ui {

class NodeTree : public QAbstractItemModel
{
    Q_OBJECT

public:
    enum Column { Name, Type, OutputShape, Parameters, Flops, ColumnCount };
    static constexpr int ShareRole = Qt::UserRole; // of the FLOPs, 0 to 1

    using QAbstractItemModel::QAbstractItemModel;

    void setGraph(std::shared_ptr<const GraphIndex> graph); // null: empties it
    const std::shared_ptr<const GraphIndex> &graph() const { return m_graph; }
    QModelIndex indexOf(int node, int column = Name) const;
    static int nodeOf(const QModelIndex &index) { return static_cast<int>(index.internalId()); }

    QModelIndex index(int row, int column, const QModelIndex &parent = {}) const override;
    QModelIndex parent(const QModelIndex &child) const override;
    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    const std::vector<int> &childrenOf(const QModelIndex &parent) const;
    QString cell(int node, int column) const;

    std::shared_ptr<const GraphIndex> m_graph;
};

// The nodes that have all words in their name, type or outputs, with the nodes around them. Sorted
// by the first column, they stand in the order of the file.
class NodeFilter : public QSortFilterProxyModel
{
    Q_OBJECT

public:
    explicit NodeFilter(NodeTree *tree);
    void setWords(const QString &words);

protected:
    bool filterAcceptsRow(int row, const QModelIndex &parent) const override;
    bool lessThan(const QModelIndex &left, const QModelIndex &right) const override;

private:
    const NodeTree &m_tree;
    QStringList m_words; // lower case
};

} // namespace warmbench::ui
