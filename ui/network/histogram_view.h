// How often numbers occur: bars of equal width whose height grows with the logarithm of the count,
// in the colours that the numbers have in the tensor's picture. A tool tip reads the bar under the
// pointer. Thread: GUI.
#pragma once

#include <cstdint>
#include <functional>
#include <QString>
#include <QWidget>
#include <vector>

namespace warmbench::ui {

class HistogramView : public QWidget
{
    Q_OBJECT

public:
    explicit HistogramView(QWidget *parent = nullptr);

    void setBins(std::vector<std::int64_t> bins, double low, double high);
    // How a number on the axis is written, and what is counted: "%1 numbers".
    void setWords(std::function<QString(double)> number, const QString &counted);
    const std::vector<std::int64_t> &bins() const { return m_bins; }
    QSize sizeHint() const override { return {200, 110}; }
    QSize minimumSizeHint() const override { return {120, 56}; }

protected:
    bool event(QEvent *event) override;
    void paintEvent(QPaintEvent *event) override;

private:
    QString reading(int bin) const;

    std::vector<std::int64_t> m_bins;
    std::function<QString(double)> m_number;
    QString m_counted;
    double m_low = 0;
    double m_high = 0;
};

} // namespace warmbench::ui
