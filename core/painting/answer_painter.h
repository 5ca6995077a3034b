// Draws an answer over the picture it is about: masks and classes of pixels as a layer of colours,
// then boxes, skeletons, lines of text and names. The API's drawings and the window use the same
// functions. Thread: any, on a QImage; widgets on the GUI thread. Text needs a QGuiApplication;
// without one it is left out.
#pragma once

#include "inference/sample_result.h"

#include <QImage>
#include <QRectF>

class QPainter;

namespace warmbench {

// What is painted with: how large the picture is that places are told in, where it is painted, and
// how many of the painter's units a thin line takes.
struct PaintedPicture
{
    QSize size;
    QRectF place;
    double unit = 1;
};

// Objects and classes of pixels in their colours, half transparent, as a picture of `size`; null
// where the answer has none. The background of a segmentation stays clear.
QImage colourLayer(const SampleResult &result, QSize size);
// Boxes with names and scores, points with their skeleton, lines of text, the best classes, the
// legend of a segmentation. Of names that would hide each other the better one is drawn, and of
// detections the best 300.
void paintMarks(QPainter &painter, const SampleResult &result, const PaintedPicture &picture);

} // namespace warmbench
