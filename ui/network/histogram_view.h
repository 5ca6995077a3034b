// How often numbers occur, in bars of equal width. Those of a tensor grow with the logarithm of the
// count and have the colours of the numbers in the tensor's picture; plain ones grow with the count
// and have one colour. A tool tip reads the bar under the
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

    // The last bin holds what is above `high`, too, where `last` says how far that reaches.
    void setBins(std::vector<std::int64_t> bins, double low, double high, const QString &last = {});
    // How a number on the axis is written, and what is counted: "%1 numbers".
    void setWords(std::function<QString(double)> number, const QString &counted);
    void setPlain(bool plain) { m_plain = plain; }
    const std::vector<std::int64_t> &bins() const { return m_bins; }
    QSize sizeHint() const override { return {200, 110}; }
    QSize minimumSizeHint() const override { return {90, 56}; }

protected:
    bool event(QEvent *event) override;
    void paintEvent(QPaintEvent *event) override;

private:
    QString reading(int bin) const;
    QString lastText() const;

    std::vector<std::int64_t> m_bins;
    std::function<QString(double)> m_number;
    QString m_counted;
    double m_low = 0;
    double m_high = 0;
    QString m_last; // instead of the highest number; empty: that
    bool m_plain = false;
};

} // namespace warmbench::ui
