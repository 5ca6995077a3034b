// Shows where the time of one prediction went: a bar split by phase, each phase with its name and
// time. Thread: GUI.
#pragma once

#include "inference/inference_types.h"

#include <optional>
#include <QWidget>

namespace warmbench::ui {

class TimingsView : public QWidget
{
    Q_OBJECT

public:
    explicit TimingsView(QWidget *parent = nullptr);

    void setTimings(const std::optional<PhaseTimings> &timings);
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    std::optional<PhaseTimings> m_timings;
};

} // namespace warmbench::ui
