// A chart over time: a title, a legend with the newest values, and lines that differ in dashes as
// well as colour. A tool tip reads the values under the pointer. Thread: GUI.
#pragma once

#include <QList>
#include <QPointF>
#include <QWidget>

class QLabel;

namespace warmbench::ui {

class TimeChart : public QWidget
{
    Q_OBJECT

public:
    static constexpr int mostPoints = 2000;

    struct Line
    {
        QString name;
        int colour = 0;     // index in ThemeColours::series
        bool limit = false; // drawn as a thin, dashed line in the text colour, such as the budget
        bool optional = false; // in the legend while it has points, and where there is room
    };
    using Format = QString (*)(double value);

    TimeChart(const QString &title, const QList<Line> &lines, Format format,
              QWidget *parent = nullptr);
    ~TimeChart() override;

    // Sets the points of each line: x in seconds relative to now (<= 0), y a value, or NaN where
    // nothing was measured; at most mostPoints.
    void replace(const QList<QList<QPointF>> &points, double spanSeconds);
    void rename(int line, const QString &name);
    // Sets a number beside the title, such as a ratio.
    void setNote(const QString &note);
    QList<QPointF> pointsOf(int line) const;
    // What stood so many seconds before now: "3 s ago", then a line for each of the chart.
    QString readingAt(double seconds) const;

    QSize sizeHint() const override { return {280, 190}; }
    QSize minimumSizeHint() const override;

protected:
    void changeEvent(QEvent *event) override;
    void resizeEvent(QResizeEvent *event) override;

private:
    void dress();
    void showLines();
    void showLegend();
    void showReading(double seconds, const QPoint &at);

    struct Private;
    std::unique_ptr<Private> m_d;
};

// A round number of at least `value`, with one leading digit or 1.5, so that axes do not change at
// each sample. `base` is 1024 for bytes.
double niceCeiling(double value, double base);

} // namespace warmbench::ui
