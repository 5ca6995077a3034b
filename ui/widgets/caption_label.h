// Titles of parts and lines of secondary text. Thread: GUI.
#pragma once

#include <QWidget>

class QLabel;

namespace warmbench::ui {

// A title in the style of all parts of the window.
QLabel *paneTitle(const QString &text, QWidget *parent);

// A line of secondary text. If it does not fit, it is elided; its tool tip has the whole text. Its
// height is always the same.
class CaptionLabel : public QWidget
{
    Q_OBJECT

public:
    explicit CaptionLabel(QWidget *parent = nullptr);
    void setText(const QString &text);
    QString text() const { return m_text; }
    // Text that asks for something stands in the colour of warnings, after a sign.
    void setUrgent(bool urgent);
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    QString m_text;
    bool m_urgent = false;
};

} // namespace warmbench::ui
