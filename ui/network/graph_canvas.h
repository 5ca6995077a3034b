// Shows a laid-out graph, to zoom and to click. The wheel and + and - enlarge, dragging and the
// arrow keys move, 0 fits. Only what is in sight is painted, and plainly where it is small, so that
// thousands of boxes stay fluid. Thread: GUI. Private to this folder.
#pragma once

#include "ui/network/graph_drawing.h"

#include <QGraphicsView>

namespace warmbench::ui {

class GraphCanvas : public QGraphicsView
{
    Q_OBJECT

public:
    explicit GraphCanvas(QWidget *parent = nullptr);

    void setDrawing(std::shared_ptr<const GraphDrawing> drawing); // null: nothing
    void choose(int node); // marks its box and brings it into sight; -1: none
    void fit();
    void zoomBy(double factor);

Q_SIGNALS:
    void nodeClicked(int node);

protected:
    void wheelEvent(QWheelEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;
    void mousePressEvent(QMouseEvent *event) override;
    void mouseReleaseEvent(QMouseEvent *event) override;
    void changeEvent(QEvent *event) override;

private:
    double scale() const { return transform().m11(); }

    std::shared_ptr<const GraphDrawing> m_drawing;
    std::vector<QGraphicsItem *> m_boxes; // one for each of the drawing's
    QPoint m_pressed;
    int m_chosen = -1; // box
};

} // namespace warmbench::ui
