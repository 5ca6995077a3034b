#include "ui/network/graph_canvas.h"

#include <algorithm>
#include <cmath>
#include <QApplication>
#include <QGraphicsItem>
#include <QGraphicsScene>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QStyleOptionGraphicsItem>
#include <QWheelEvent>

using namespace Qt::StringLiterals;

namespace warmbench::ui {

namespace {

constexpr double largest = 4;
constexpr double step = 1.25;
constexpr double margin = 6; // of an item, for pens and shadows

class ArrowItem : public QGraphicsItem
{
public:
    ArrowItem(const GraphDrawing::Arrow &arrow, const GraphColours &colours)
        : m_arrow(arrow)
        , m_colours(colours)
        , m_bounds(arrow.line.controlPointRect().adjusted(-margin, -margin, margin, margin))
    {
    }
    QRectF boundingRect() const override { return m_bounds; }
    void paint(QPainter *painter, const QStyleOptionGraphicsItem *, QWidget *) override
    {
        paintArrow(*painter, m_arrow, m_colours, painter->worldTransform().m11());
    }

private:
    const GraphDrawing::Arrow &m_arrow;
    const GraphColours m_colours;
    QRectF m_bounds;
};

class BoxItem : public QGraphicsItem
{
public:
    BoxItem(const GraphDrawing::Box &box, const GraphColours &colours)
        : m_box(box)
        , m_colours(colours)
    {
    }
    const GraphDrawing::Box &box() const { return m_box; }
    void setChosen(bool chosen)
    {
        m_chosen = chosen;
        update();
    }
    QRectF boundingRect() const override
    {
        return m_box.place.adjusted(-margin, -margin, margin, margin);
    }
    void paint(QPainter *painter, const QStyleOptionGraphicsItem *, QWidget *) override
    {
        paintBox(*painter, m_box, m_colours, painter->worldTransform().m11(), m_chosen);
    }

private:
    const GraphDrawing::Box &m_box;
    const GraphColours m_colours;
    bool m_chosen = false;
};

} // namespace

GraphCanvas::GraphCanvas(QWidget *parent)
    : QGraphicsView(parent)
{
    setObjectName(u"graphCanvas"_s);
    setAccessibleName(tr("Picture of the graph"));
    viewport()->setAccessibleName(accessibleName());
    setFrameShape(QFrame::NoFrame);
    setDragMode(QGraphicsView::ScrollHandDrag);
    setTransformationAnchor(QGraphicsView::AnchorUnderMouse);
    setOptimizationFlag(QGraphicsView::DontSavePainterState);
    setMinimumSize(160, 80);
}

void GraphCanvas::setDrawing(std::shared_ptr<const GraphDrawing> drawing)
{
    m_chosen = -1;
    m_boxes.clear();
    auto *before = scene();
    auto *scene = new QGraphicsScene(this);
    m_drawing = std::move(drawing);
    if (m_drawing) {
        const GraphColours colours = graphColours();
        scene->setBackgroundBrush(colours.paper);
        scene->setSceneRect(QRectF({}, m_drawing->size));
        for (const GraphDrawing::Arrow &arrow : m_drawing->arrows)
            scene->addItem(new ArrowItem(arrow, colours));
        for (const GraphDrawing::Box &box : m_drawing->boxes) {
            m_boxes.push_back(new BoxItem(box, colours));
            scene->addItem(m_boxes.back());
        }
    }
    setScene(scene);
    delete before;
    setAccessibleDescription(
        m_drawing
            ? tr("%1 boxes, %2 arrows").arg(m_drawing->boxes.size()).arg(m_drawing->arrows.size())
            : QString());
    fit();
    // What is too large to be read as a whole begins at its beginning.
    if (m_drawing && scale() < 0.4) {
        resetTransform();
        zoomBy(0.8);
        centerOn(m_drawing->size.width() / 2, 0);
    }
}

void GraphCanvas::choose(int node)
{
    const int box = m_drawing && node >= 0 && node < static_cast<int>(m_drawing->boxOfNode.size())
                        ? m_drawing->boxOfNode[static_cast<std::size_t>(node)]
                        : -1;
    if (box == m_chosen || !m_drawing)
        return;
    const auto item = [this](int of) {
        return static_cast<BoxItem *>(m_boxes[static_cast<std::size_t>(of)]);
    };
    if (m_chosen >= 0)
        item(m_chosen)->setChosen(false);
    m_chosen = box;
    if (box < 0)
        return;
    item(box)->setChosen(true);
    ensureVisible(item(box)->box().place, 20, 20);
}

void GraphCanvas::fit()
{
    if (!m_drawing || m_drawing->size.isEmpty())
        return;
    const double fitting = std::min(viewport()->width() / m_drawing->size.width(),
                                    viewport()->height() / m_drawing->size.height());
    resetTransform();
    QGraphicsView::scale(std::min(1.0, fitting), std::min(1.0, fitting));
}

void GraphCanvas::zoomBy(double factor)
{
    if (!m_drawing || m_drawing->size.isEmpty())
        return;
    const double least = std::min({1.0, viewport()->width() / m_drawing->size.width(),
                                   viewport()->height() / m_drawing->size.height()});
    const double wanted = std::clamp(scale() * factor, least, largest);
    QGraphicsView::scale(wanted / scale(), wanted / scale());
}

void GraphCanvas::wheelEvent(QWheelEvent *event)
{
    zoomBy(std::pow(step, event->angleDelta().y() / 120.0));
    event->accept();
}

void GraphCanvas::keyPressEvent(QKeyEvent *event)
{
    switch (event->key()) {
    case Qt::Key_Plus:
    case Qt::Key_Equal:
        return zoomBy(step);
    case Qt::Key_Minus:
        return zoomBy(1 / step);
    case Qt::Key_0:
        return fit();
    default:
        QGraphicsView::keyPressEvent(event);
    }
}

void GraphCanvas::mousePressEvent(QMouseEvent *event)
{
    m_pressed = event->pos();
    QGraphicsView::mousePressEvent(event);
}

void GraphCanvas::mouseReleaseEvent(QMouseEvent *event)
{
    QGraphicsView::mouseReleaseEvent(event);
    // A drag moves the picture.
    if ((event->pos() - m_pressed).manhattanLength() >= QApplication::startDragDistance())
        return;
    if (const auto *box = dynamic_cast<BoxItem *>(itemAt(event->pos())))
        Q_EMIT nodeClicked(box->box().node);
}

void GraphCanvas::changeEvent(QEvent *event)
{
    QGraphicsView::changeEvent(event);
    if (event->type() != QEvent::PaletteChange || !m_drawing)
        return;
    const QTransform before = transform();
    setDrawing(m_drawing);
    setTransform(before);
}

} // namespace warmbench::ui
