// Where the time of one request went: a bar split by phase, and each phase with its colour, name
// and time below it. Thread: GUI.
#pragma once

#include <chrono>
#include <QColor>
#include <QString>
#include <QWidget>
#include <vector>

namespace warmbench::ui {

struct ServedRequest;

class PhaseBar : public QWidget
{
    Q_OBJECT

public:
    explicit PhaseBar(QWidget *parent = nullptr);

    void setRequest(const ServedRequest *request); // null or without phases: nothing is drawn
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    struct Part
    {
        QString name;
        std::chrono::nanoseconds span;
    };
    std::vector<Part> m_parts;
    std::chrono::nanoseconds m_total{};
};

} // namespace warmbench::ui
