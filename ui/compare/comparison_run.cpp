#include "ui/compare/comparison_run.h"

#include "base/mutex.h"
#include "ui/gui_hop.h"

#include <utility>

namespace warmbench::ui {

namespace {

constexpr int tickMs = 100;

} // namespace

struct ComparisonRun::Arrived
{
    Mutex mutex;
    std::vector<ComparedInput> inputs GUARDED_BY(mutex);
    ComparisonProgress progress GUARDED_BY(mutex);
};

ComparisonRun::ComparisonRun(Workbench &workbench, QObject *parent)
    : QObject(parent)
    , m_workbench(workbench)
{
    m_timer.setInterval(tickMs);
    connect(&m_timer, &QTimer::timeout, this, &ComparisonRun::takeArrived);
}

ComparisonRun::~ComparisonRun()
{
    cancel();
}

void ComparisonRun::start(ComparisonRequest request)
{
    cancel();
    m_arrived = std::make_shared<Arrived>();
    m_cancellation = std::stop_source();
    request.cancellation = m_cancellation.get_token();
    request.heard = [arrived = m_arrived](const ComparedInput &input, ComparisonProgress progress) {
        const MutexLock lock(arrived->mutex);
        arrived->inputs.push_back(input);
        arrived->progress = progress;
    };
    m_timer.start();
    m_workbench.compare(std::move(request),
                        onGui(this, [this, mine = m_arrived](const Result<Comparison> &comparison) {
                            if (mine != m_arrived)
                                return; // it was cancelled
                            takeArrived();
                            m_timer.stop();
                            m_arrived.reset();
                            Q_EMIT finished(comparison);
                        }));
}

void ComparisonRun::cancel()
{
    m_cancellation.request_stop();
    m_timer.stop();
    m_arrived.reset();
}

void ComparisonRun::takeArrived()
{
    std::vector<ComparedInput> inputs;
    ComparisonProgress progress;
    {
        const MutexLock lock(m_arrived->mutex);
        inputs = std::exchange(m_arrived->inputs, {});
        progress = m_arrived->progress;
    }
    if (!inputs.empty())
        Q_EMIT arrived(inputs, progress);
}

} // namespace warmbench::ui
