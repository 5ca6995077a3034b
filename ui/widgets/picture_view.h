// A picture that is fitted into the available space, with the answer about it drawn on it. Small
// pictures are enlarged by a whole factor with sharp pixels, to show what the network saw. Thread:
// GUI; it is given a preview of limited size, not the whole picture.
#pragma once

#include "inference/sample_result.h"

#include <QImage>
#include <QPixmap>
#include <QWidget>

namespace warmbench::ui {

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
    void setPlaceholder(const QString &iconName, const QString &text);
    bool isEmpty() const { return m_preview.isNull(); }

    QSize sizeHint() const override { return {260, 220}; }
    QSize minimumSizeHint() const override { return {120, 100}; }

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    QRect fitted() const;
    void paintPlaceholder(QPainter &painter);

    QImage m_preview;
    QSize m_size;
    QPixmap m_scaled; // with the layer of colours, scaled to the size last painted
    SampleResult m_answer;
    QString m_placeholderIcon;
    QString m_placeholder;
};

} // namespace warmbench::ui
