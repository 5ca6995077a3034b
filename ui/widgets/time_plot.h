// The lines of a chart over time. Qt Charts cannot leave a line open where nothing was measured.
// Thread: GUI. Private to this folder.
#pragma once

#include <QList>
#include <QPen>
#include <QPointF>
#include <QWidget>

namespace warmbench::ui {

class TimePlot : public QWidget
{
    Q_OBJECT

public:
    struct Line
    {
        QList<QPointF> points; // x in seconds relative to now, ascending; y NaN: nothing is known
        QPen pen;
    };

    explicit TimePlot(QWidget *parent = nullptr);

    void setLines(QList<Line> lines, double spanSeconds, double ceiling);
    const QList<Line> &lines() const { return m_lines; }

Q_SIGNALS:
    // The pointer is over this moment, in seconds relative to now; `at` in pixels of the screen.
    void pointedAt(double seconds, const QPoint &at);

protected:
    void paintEvent(QPaintEvent *event) override;
    void mouseMoveEvent(QMouseEvent *event) override;
    void leaveEvent(QEvent *event) override;

private:
    QPointF placeOf(const QPointF &point) const;
    void draw(QPainter &painter, const Line &line) const;

    QList<Line> m_lines;
    double m_span = 60;
    double m_ceiling = 1;
    int m_pointer = -1; // x of the pointer, -1: elsewhere
};

} // namespace warmbench::ui
