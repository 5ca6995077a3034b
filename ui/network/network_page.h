// The inside of the selected model's network, whether or not an engine runs it: its nodes as a
// list, found by words, what the file tells of one, totals, any tensor for the present input, and
// what it costs to run.
// It is read whenever the page is shown, the model is refreshed or another one is selected; nothing
// is loaded for it. Thread: GUI; the workbench reads on a thread of its own. What is under way ends
// when the model changes or the page is hidden.
#pragma once

#include "ui/network/graph_index.h"
#include "ui/network/tensor_pane.h"
#include "ui/workbench_feed.h"

#include <QWidget>
#include <stop_token>

class QLabel;
class QLineEdit;
class QSplitter;
class QStackedWidget;
class QTabWidget;
class QTreeView;

namespace warmbench::ui {

class CaptionLabel;
class GraphPicture;
class NodeFilter;
class NodePane;
class NodeTree;
class ProfileView;

class NetworkPage : public QWidget
{
    Q_OBJECT

public:
    NetworkPage(Workbench &workbench, WorkbenchFeed &feed, Background &background,
                PresentDecoder input, QWidget *parent = nullptr);
    ~NetworkPage() override;

    void setModel(const QString &name);
    // A tensor that is shown may not be that of the present input any more.
    void setOutOfDate();

Q_SIGNALS:
    void said(warmbench::ui::MessageOverlay::Kind kind, const QString &text);

protected:
    void showEvent(QShowEvent *event) override;
    void hideEvent(QHideEvent *event) override;
    void resizeEvent(QResizeEvent *event) override;

private:
    void arrange();
    QWidget *makeHeader();
    void makeTree();
    QWidget *makeViewButtons();
    void selectNode(int node);
    const ModelView *view() const; // of the model; null: it is not known yet
    void setState();
    void read();
    void readGraph(const std::stop_token &token);
    void stop();
    void take(const Result<std::shared_ptr<const GraphIndex>> &graph);
    void showMessage(const QString &text);
    void showTotals();
    void find(const QString &words);
    int currentNode() const;

    Workbench &m_workbench;
    WorkbenchFeed &m_feed;
    QString m_model;
    std::string m_digest;      // of the files when the graph was read; empty: not known yet
    bool m_awaitsLoad = false; // only a loaded model tells its layers
    std::stop_source m_stop;

    QLabel *m_title;
    CaptionLabel *m_totals;
    QLineEdit *m_find;
    NodeTree *m_nodes;
    NodeFilter *m_filter;
    QTreeView *m_tree;
    GraphPicture *m_picture;
    ProfileView *m_profile;
    QStackedWidget *m_views; // list, picture, profile
    NodePane *m_node;
    TensorPane *m_tensor;
    QTabWidget *m_side; // the two
    QLabel *m_message;
    QSplitter *m_parts;
    QStackedWidget *m_body;
};

} // namespace warmbench::ui
