// A slice of a tensor as a picture: two dimensions as a heat map, one as bars. Extents of 1 are
// passed over; the last two of the rest are rows and columns, and an index is chosen for each one
// before them. Thread: GUI for the widget, any for the functions. Of more numbers than pixels every
// second, third, ... is drawn, of bars the least and the greatest.
#pragma once

#include "tensor/tensor.h"
#include "tensor/value_statistics.h"

#include <QImage>
#include <QWidget>
#include <utility>
#include <vector>

namespace warmbench::ui {

// What can be chosen and what is drawn of a shape.
struct SlicePlan
{
    std::vector<std::size_t> leading; // dimensions that an index is chosen for
    std::int64_t rows = 0;            // 1: bars; 0: there is nothing to draw
    std::int64_t columns = 0;
};
SlicePlan slicePlan(const Shape &shape);

struct SlicePicture
{
    QImage heat;                                 // of two dimensions
    std::vector<std::pair<double, double>> bars; // of one: least and greatest; NaN: nothing finite
    double low = 0;
    double high = 0;
    std::int64_t rows = 0;
    std::int64_t columns = 0;
};
// `chosen` has an index for each leading dimension. Not for strings.
SlicePicture slicePicture(const Tensor &tensor, const ValueStatistics &values,
                          const std::vector<std::int64_t> &chosen);

class SliceView : public QWidget
{
    Q_OBJECT

public:
    explicit SliceView(QWidget *parent = nullptr);

    void setPicture(SlicePicture picture);
    const SlicePicture &picture() const { return m_picture; }
    QSize sizeHint() const override { return {380, 320}; }
    QSize minimumSizeHint() const override { return {160, 120}; }

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    void paintHeat(QPainter &painter, const QRect &area);
    void paintBars(QPainter &painter, const QRect &area);
    void paintLegend(QPainter &painter, const QRect &area);

    SlicePicture m_picture;
};

} // namespace warmbench::ui
