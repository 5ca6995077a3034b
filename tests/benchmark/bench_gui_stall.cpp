// Does the window ever freeze? The longest gap between the beats of a 1 ms timer in the window's
// event loop, beside that of a bare thread that sleeps 1 ms: while a large model loads, and while
// clients send all they can. bench_gui_stall MODEL [SECONDS]; exits 1 where the window's gap is
// more than 50 ms longer than the thread's.
#include "../ui/fake_api.h"
#include "bare_thread.h"
#include "base/logging.h"
#include "inference/workbench.h"
#include "run_loop.h"
#include "test_files.h"
#include "ui/window/main_window.h"

#include <atomic>
#include <condition_variable>
#include <cstdio>
#include <mutex>
#include <QAction>
#include <QApplication>
#include <QElapsedTimer>
#include <QSettings>
#include <QTemporaryDir>
#include <QTimer>
#include <thread>

using namespace Qt::StringLiterals;
using namespace warmbench;

namespace {

constexpr double allowedMs = 50;
constexpr int clients = 4;

class Heartbeat
{
public:
    Heartbeat()
    {
        m_timer.setTimerType(Qt::PreciseTimer);
        QObject::connect(&m_timer, &QTimer::timeout, [this] { m_gap.beat(); });
        m_timer.start(1);
    }
    double end()
    {
        m_gap.beat(); // what lies between the last beat and now counts too
        return m_gap.longest();
    }

private:
    QTimer m_timer;
    Gap m_gap;
};

template <typename Work>
bool measured(const char *what, Work work)
{
    BareThread control;
    Heartbeat heartbeat;
    work();
    const double window = heartbeat.end();
    const double bare = control.end();
    const bool good = window - bare <= allowedMs;
    std::printf("%-28s window %7.1f ms   bare thread %7.1f ms   %s\n", what, window, bare,
                good ? "ok" : "STALLED");
    return good;
}

void predictOnce(Workbench &workbench)
{
    InferenceRequest request;
    request.model = {"digits", {}};
    request.decode = [](const ModelBundle &, RunControl &) -> Result<InferenceInputs> {
        Result<Tensor> sample = Tensor::create(DType::Float32, {1, 8, 8});
        if (!sample)
            return sample.error();
        return InferenceInputs(SampleInputs{std::move(*sample)});
    };
    std::mutex mutex;
    std::condition_variable answered;
    bool done = false;
    workbench.predict(std::move(request), [&](const Result<Prediction> &) {
        const std::lock_guard lock(mutex);
        done = true;
        answered.notify_one();
    });
    std::unique_lock lock(mutex);
    answered.wait(lock, [&] { return done; });
}

std::int64_t hammer(Workbench &workbench, int seconds)
{
    std::atomic<bool> stop{false};
    std::atomic<std::int64_t> sent{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < clients; ++i)
        threads.emplace_back([&] {
            while (!stop) {
                predictOnce(workbench);
                ++sent;
            }
        });
    runLoop(seconds * 1000, [] { return false; });
    stop = true;
    for (std::thread &thread : threads)
        thread.join();
    return sent;
}

} // namespace

int main(int argc, char *argv[])
{
    QApplication application(argc, argv);
    if (argc < 2) {
        std::fprintf(stderr, "usage: bench_gui_stall MODEL [SECONDS]\n");
        return 2;
    }
    const std::string big = argv[1];
    const int seconds = argc > 2 ? std::atoi(argv[2]) : 10;
    setLogToStandardError(false);
    const QTemporaryDir settings;
    QSettings::setPath(QSettings::IniFormat, QSettings::UserScope, settings.path());
    const SystemClock clock;
    Workbench workbench(WorkbenchOptions{}, clock);
    FakeApi api;
    bool good = true;
    {
        ui::MainWindow window(workbench, api);
        window.show();
        window.openPaths({QString::fromStdString(sampleFile("digits.onnx").string())});
        runLoop(30'000, [&] { return workbench.cache().statistics().loads == 1; });
        runLoop(1000, [] { return false; });

        good &= measured("idle, 2 s", [] { runLoop(2000, [] { return false; }); });
        const auto names = workbench.open(big, false);
        if (!names) {
            std::fprintf(stderr, "%s\n", names.error().message.c_str());
            return 1;
        }
        good &= measured("a large model loads", [&] {
            std::atomic<bool> ended{false};
            workbench.cache().load({names->front(), {}},
                                   [&](const Result<void> &) { ended = true; });
            runLoop(60'000, [&] { return ended.load(); });
        });
        if (workbench.cache().statistics().loads < 2) {
            std::fprintf(stderr, "%s did not load.\n", big.c_str());
            return 1;
        }
        std::int64_t sent = 0;
        good &= measured("clients send all they can", [&] { sent = hammer(workbench, seconds); });
        std::printf("%lld predictions by %d clients in %d s\n", static_cast<long long>(sent),
                    clients, seconds);
    }
    workbench.stop(std::chrono::seconds(2));
    return good ? 0 : 1;
}
