// The graph of a network as a picture, laid out by dot and with repetition folded; saved as SVG or
// PNG. It is made when it is first shown. Where it cannot be made, one sentence says so: dot is not
// installed, takes too long, or the network has over 2,000 nodes or tells no tensors. Thread: GUI;
// texts are read and written in the background.
#pragma once

#include "ui/network/dot_layout.h"
#include "ui/network/graph_drawing.h"
#include "ui/widgets/message_overlay.h"

#include <memory>
#include <QWidget>

class QCheckBox;
class QLabel;
class QStackedWidget;
class QToolButton;

namespace warmbench::ui {

class Background;
class GraphCanvas;

class GraphPicture : public QWidget
{
    Q_OBJECT

public:
    static constexpr int mostNodes = 2000;

    explicit GraphPicture(Background &background, QWidget *parent = nullptr);

    void setGraph(std::shared_ptr<const GraphIndex> graph); // null: nothing is shown
    void showNode(int node);                                // -1: none
    void stop();

Q_SIGNALS:
    void nodeClicked(int node);
    void said(warmbench::ui::MessageOverlay::Kind kind, const QString &text);

protected:
    void showEvent(QShowEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;

private:
    QWidget *makeTools();
    QString refusal() const; // why there is no picture; empty: there can be one
    void start();
    void layOut(std::shared_ptr<const FoldedGraph> folded);
    void take(const Result<std::shared_ptr<const GraphDrawing>> &drawing);
    void showMessage(const QString &text);
    void cancel();
    void save();

    Background &m_background;
    std::shared_ptr<const GraphIndex> m_graph;
    std::shared_ptr<const FoldedGraph> m_folded; // what dot lays out
    std::shared_ptr<const GraphDrawing> m_drawing;
    quint64 m_wish = 0; // counts pictures that were asked for
    int m_node = -1;
    DotLayout m_dot;

    QCheckBox *m_fold;
    QToolButton *m_save;
    QToolButton *m_cancel;
    QStackedWidget *m_body;
    QLabel *m_message;
    GraphCanvas *m_canvas;
};

} // namespace warmbench::ui
