// The picture of a graph: boxes and arrows with their places, and how they are painted on a screen
// or into a file. Thread: a value; functions any, with fonts of the application. Lengths are pixels
// at the scale of 1. Cost: some ten microseconds a box.
#pragma once

#include "base/result.h"
#include "ui/network/graph_folding.h"

#include <memory>
#include <QColor>
#include <QFont>
#include <QPainterPath>
#include <QRectF>
#include <string>
#include <vector>

class QPainter;

namespace warmbench::ui {

struct GraphColours
{
    QColor paper;
    QColor box;
    QColor border;
    QColor text;
    QColor muted;
    QColor chosen;
};
GraphColours graphColours(); // of the present palette; GUI thread alone

struct GraphDrawing
{
    struct Box
    {
        QRectF place;
        QString title; // as much as fits
        QString detail;
        bool folded = false;
        int node = -1; // the first of its nodes
    };
    struct Arrow
    {
        QPainterPath line;
        QPointF end;      // the tip
        double angle = 0; // radians
    };
    QSizeF size;
    std::vector<Box> boxes;
    std::vector<Arrow> arrows;
    std::vector<int> boxOfNode; // -1: has none
};

// What dot is asked. Names stay out of it.
QByteArray dotText(const FoldedGraph &graph);
// From what dot -Tplain answers (Graphviz, Output Formats, "plain"). Internal: it is not that.
Result<std::shared_ptr<const GraphDrawing>> drawingOf(const FoldedGraph &graph, int nodes,
                                                      const QByteArray &plain);

// `scale`: pixels of the device for one of the picture; little of it is painted plainly.
void paintBox(QPainter &painter, const GraphDrawing::Box &box, const GraphColours &colours,
              double scale, bool chosen);
void paintArrow(QPainter &painter, const GraphDrawing::Arrow &arrow, const GraphColours &colours,
                double scale);

std::string svgOf(const GraphDrawing &drawing, const GraphColours &colours);
// Of at most 16,000 pixels a side and 64 million in all. Internal: the encoder failed.
Result<std::string> pngOf(const GraphDrawing &drawing, const GraphColours &colours);

} // namespace warmbench::ui
