// A picture that is fitted into the available space or enlarged, with the answer about it drawn on
// it. Small pictures are enlarged by a whole factor with sharp pixels, to show what the network
// saw. The wheel and + and - enlarge, dragging and the arrow keys move, 0 and a double click fit
// again. Thread: GUI; it is given a preview of limited size, not the whole picture.
#pragma once

#include "inference/sample_result.h"

#include <QImage>
#include <QPixmap>
#include <QWidget>

namespace warmbench::ui {

// Which part of a picture is in the middle of a view, in fractions of its sides, and how many times
// as large as fitted it is shown: 1 to 32.
struct PictureZoom
{
    double factor = 1;
    QPointF centre{0.5, 0.5};
    bool operator==(const PictureZoom &) const = default;
};

class PictureView : public QWidget
{
    Q_OBJECT

public:
    // Longest side of a preview.
    static constexpr int previewSide = 1600;

    explicit PictureView(QWidget *parent = nullptr);

    // `size` is that of the picture that the preview was made from; the answer is in its pixels.
    void setPicture(const QImage &preview, QSize size);
    // Call it after setPicture(). `spoken` describes the answer to those who do not see it.
    void setAnswer(SampleResult answer, const QString &spoken);
    // Draws this detection alone; -1 draws all.
    void setOnly(int detection);
    void setPlaceholder(const QString &iconName, const QString &text);
    bool isEmpty() const { return m_preview.isNull(); }
    void setZoom(PictureZoom zoom);
    PictureZoom zoom() const { return m_zoom; }

    QSize sizeHint() const override { return {260, 220}; }
    QSize minimumSizeHint() const override { return {120, 80}; }

Q_SIGNALS:
    void zoomed(const PictureZoom &zoom); // by the user
    void stepped(int by); // the arrow keys left (-1) and right (1) on a picture that is fitted

protected:
    void paintEvent(QPaintEvent *event) override;
    void wheelEvent(QWheelEvent *event) override;
    void mousePressEvent(QMouseEvent *event) override;
    void mouseMoveEvent(QMouseEvent *event) override;
    void mouseDoubleClickEvent(QMouseEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;

private:
    QRect fitted() const;
    QRectF shownPlace() const; // of the whole picture, which may be larger than the view
    void zoomBy(double factor, const QPointF &at);
    void moveBy(const QPointF &pixels);
    void changeZoom(PictureZoom zoom);
    void paintPlaceholder(QPainter &painter);
    void paintPicture(QPainter &painter, const QRectF &place);

    QImage m_preview;
    QSize m_size;
    QPixmap m_scaled;  // fitted, with the layer of colours, as last painted
    QPixmap m_layered; // the preview with the layer of colours, to enlarge
    SampleResult m_answer;
    SampleResult m_drawn; // of the answer
    PictureZoom m_zoom;
    QPointF m_dragged;
    QString m_placeholderIcon;
    QString m_placeholder;
};

} // namespace warmbench::ui
