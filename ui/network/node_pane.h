// What a network's file tells of one node: attributes, inputs and outputs with types and shapes,
// weights. A click or Enter on a weight reads its statistics from the file, on any other tensor
// asks for its values. Without a node it tells of the network itself. Thread: GUI; statistics are
// counted by the workbench, and a newer choice or stop() ends those under way.
#pragma once

#include "inference/workbench.h"
#include "ui/network/graph_index.h"

#include <QWidget>
#include <stop_token>

class QLabel;
class QTreeWidget;
class QTreeWidgetItem;

namespace warmbench::ui {

class CaptionLabel;

class NodePane : public QWidget
{
    Q_OBJECT

public:
    explicit NodePane(Workbench &workbench, QWidget *parent = nullptr);
    ~NodePane() override;

    void setGraph(const QString &model, std::shared_ptr<const GraphIndex> graph);
    void showNode(int node); // -1: the network itself
    void stop();

Q_SIGNALS:
    void tensorChosen(const std::string &name);

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    QTreeWidgetItem *addGroup(const QString &title);
    void addTensors(const QString &title, const std::vector<GraphValue> &values);
    void addInputs(const GraphNode &node);
    void addNodeFacts(const GraphNode &node);
    void addNetwork();
    void choose(QTreeWidgetItem *item);
    void readWeight(QTreeWidgetItem *item);
    void showStatistics(QTreeWidgetItem *item, const Result<WeightStatistics> &found);

    Workbench &m_workbench;
    QString m_model;
    std::shared_ptr<const GraphIndex> m_graph;
    int m_node = -1;
    QLabel *m_notes;
    QTreeWidget *m_tree;
    CaptionLabel *m_hint;
    QTreeWidgetItem *m_reading = nullptr; // the weight whose statistics are under way
    std::stop_source m_stop;
};

} // namespace warmbench::ui
