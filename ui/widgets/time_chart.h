// A chart over time: a title, a legend with the newest values, and lines that differ in dashes as
// well as colour. No other file uses Qt Charts. Thread: GUI.
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
    };
    using Format = QString (*)(double value);

    TimeChart(const QString &title, const QList<Line> &lines, Format format,
              QWidget *parent = nullptr);
    ~TimeChart() override;

    // Sets the points of each line: x in seconds relative to now (<= 0), y a value; at most
    // mostPoints.
    void replace(const QList<QList<QPointF>> &points, double spanSeconds);
    // Sets a number beside the title, such as a ratio.
    void setNote(const QString &note);
    QList<QPointF> pointsOf(int line) const;

    QSize sizeHint() const override { return {280, 190}; }
    QSize minimumSizeHint() const override { return {180, 130}; }

protected:
    void changeEvent(QEvent *event) override;

private:
    void dress();
    void showLegend();

    struct Private;
    std::unique_ptr<Private> m_d;
};

// A round number of at least `value`, with one leading digit or 1.5, so that axes do not change at
// each sample. `base` is 1024 for bytes.
double niceCeiling(double value, double base);

} // namespace warmbench::ui
