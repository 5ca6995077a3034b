// One comparison under way, whose inputs come in bursts: many of them are one signal, so that ten
// thousand quick ones do not flood the window. Thread: GUI; the comparison runs on core's thread.
#pragma once

#include "inference/workbench.h"

#include <memory>
#include <QObject>
#include <QTimer>
#include <stop_token>

namespace warmbench::ui {

class ComparisonRun : public QObject
{
    Q_OBJECT

public:
    explicit ComparisonRun(Workbench &workbench, QObject *parent = nullptr);
    ~ComparisonRun() override; // cancel()

    // What `heard` and `cancellation` of the request are, this class says. One at a time.
    void start(ComparisonRequest request);
    // Nothing of it is heard any more, though the run of a network that is under way may still end.
    void cancel();
    bool isRunning() const { return m_arrived != nullptr; }

Q_SIGNALS:
    void arrived(const std::vector<warmbench::ComparedInput> &inputs,
                 const warmbench::ComparisonProgress &progress);
    // All inputs have arrived before.
    void finished(const warmbench::Result<warmbench::Comparison> &comparison);

private:
    struct Arrived;
    void takeArrived();

    Workbench &m_workbench;
    std::shared_ptr<Arrived> m_arrived; // null: nothing runs
    std::stop_source m_cancellation;
    QTimer m_timer;
};

} // namespace warmbench::ui
