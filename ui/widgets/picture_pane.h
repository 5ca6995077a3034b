// A picture with a title above it and a caption below. Thread: GUI.
#pragma once

#include "ui/widgets/picture_view.h"

#include <QWidget>

class QHBoxLayout;
class QLabel;

namespace warmbench::ui {

// A title in the style of all panes of the playground.
QLabel *paneTitle(const QString &text, QWidget *parent);
// A line of secondary text. If it does not fit, it is elided; its tool tip has the whole text.
class CaptionLabel;

class PicturePane : public QWidget
{
    Q_OBJECT

public:
    explicit PicturePane(const QString &title, QWidget *parent = nullptr);

    PictureView *view() const { return m_view; }
    QHBoxLayout *titleRow() const { return m_titleRow; } // for buttons beside the title
    void setCaption(const QString &caption);
    QString caption() const;

private:
    QHBoxLayout *m_titleRow;
    PictureView *m_view;
    CaptionLabel *m_caption;
};

class CaptionLabel : public QWidget
{
    Q_OBJECT

public:
    explicit CaptionLabel(QWidget *parent = nullptr);
    void setText(const QString &text);
    QString text() const { return m_text; }
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    QString m_text;
};

} // namespace warmbench::ui
