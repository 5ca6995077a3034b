#include "painting/drawn_answer.h"

#include "painting/answer_painter.h"

#include <algorithm>
#include <QPainter>

namespace warmbench {

namespace {

constexpr std::size_t layerPixel = 4; // bytes
constexpr double usualSide = 900;     // of a picture whose lines are as thin as in the window

} // namespace

std::size_t drawingBytes(const Image &picture)
{
    return static_cast<std::size_t>(picture.width) * static_cast<std::size_t>(picture.height) *
           layerPixel;
}

Result<Image> drawnAnswer(Image picture, const SampleResult &result)
{
    QImage canvas(picture.rgb.data(), picture.width, picture.height,
                  static_cast<qsizetype>(picture.width) * 3, QImage::Format_RGB888);
    QPainter painter(&canvas);
    if (!painter.isActive())
        return Error{ErrorCode::ResourceExhausted,
                     "There is no memory to draw on a picture of this size; ask for "
                     "JSON instead."};
    const QSize size(picture.width, picture.height);
    if (const QImage layer = colourLayer(result, size); !layer.isNull())
        painter.drawImage(0, 0, layer);
    const double unit = std::max(1.0, std::max(picture.width, picture.height) / usualSide);
    paintMarks(painter, result, {size, QRectF(QPointF(), size), unit});
    painter.end();
    return picture;
}

} // namespace warmbench
