// Does a window that serves for days stay as it is? A window with 200 models in its list and its
// requests shown answers 100,000 requests over HTTP: its processor time while nobody asks, what its
// memory grows by from request 20,000 to 100,000, and the longest event of its thread meanwhile,
// beside the longest gap of a bare thread that sleeps 1 ms.
// bench_served_window [REQUESTS]; exits 1 beyond 1 % of a core, 5 MB or 50 ms.
#include "../ui/stall_watch.h"
#include "bare_thread.h"
#include "base/logging.h"
#include "http_client.h"
#include "inference/workbench.h"
#include "run_loop.h"
#include "test_files.h"
#include "ui/window/main_window.h"
#include "window_api.h"

#include <atomic>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <QAction>
#include <QEventLoop>
#include <QListView>
#include <QSettings>
#include <QTableView>
#include <QTemporaryDir>
#include <QTimer>
#include <QUrl>
#include <thread>
#include <vector>

using namespace Qt::StringLiterals;
using namespace warmbench;

namespace {

constexpr int models = 200;
constexpr int warmUp = 20'000; // requests, after which the list is full
constexpr int clients = 2;
constexpr int idleMs = 10'000;
constexpr double mostIdlePercent = 1;
constexpr double mostGrowthMb = 5;
constexpr double mostStallMs = 50;

double processorMs()
{
    timespec used{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    return static_cast<double>(used.tv_sec) * 1e3 + static_cast<double>(used.tv_nsec) / 1e6;
}

double residentMb()
{
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);)
        if (line.starts_with("VmRSS:"))
            return std::stod(line.substr(6)) * 1024 / 1e6;
    return 0;
}

// The same without a timer of its own, which would cost more than an idle window does.
void rest(int ms)
{
    QEventLoop loop;
    QTimer::singleShot(ms, &loop, &QEventLoop::quit);
    loop.exec();
}

// Each on a connection of its own, until `count` requests are answered by all together.
class Clients
{
public:
    Clients(std::uint16_t port, int count)
        : m_count(count)
    {
        for (int i = 0; i < clients; ++i)
            m_threads.emplace_back([this, port] { ask(port); });
    }
    ~Clients()
    {
        m_stop = true;
        for (std::thread &thread : m_threads)
            thread.join();
    }
    bool done() const { return m_answered + m_failed >= m_count; }
    int failed() const { return m_failed; }

private:
    void ask(std::uint16_t port)
    {
        HttpClient client(port);
        for (int i = 0; !m_stop && !done(); ++i) {
            // Every tenth is refused.
            const std::string target =
                i % 10 == 9 ? "/predict/nobody" : fmt::format("/predict/model_{:03}", i % 10);
            const int status =
                client.exchange("POST", target, R"({"input": [5.1, 3.5, 1.4, 0.2]})").status;
            ++(status == 200 || status == 404 ? m_answered : m_failed);
        }
    }

    const int m_count;
    std::atomic<bool> m_stop{false};
    std::atomic<int> m_answered{0};
    std::atomic<int> m_failed{0};
    std::vector<std::thread> m_threads;
};

bool row(const char *what, double value, const char *unit, double most)
{
    const bool good = value <= most;
    std::printf("%-44s %8.2f %-2s  %s %g\n", what, value, unit, good ? "of" : "ABOVE", most);
    return good;
}

// Until all are answered and the window has had time to show them.
bool serve(std::uint16_t port, int count)
{
    const Clients asking(port, count);
    const bool done = runLoop(600'000, [&] { return asking.done(); });
    rest(2000);
    return done && asking.failed() == 0;
}

} // namespace

int main(int argc, char *argv[])
{
    StallWatch application(argc, argv);
    const int requests = argc > 1 ? std::atoi(argv[1]) : 100'000;
    setLogToStandardError(false);
    const QTemporaryDir folder;
    QSettings::setPath(QSettings::IniFormat, QSettings::UserScope, folder.filePath(u"config"_s));
    const std::filesystem::path many = folder.filePath(u"models"_s).toStdString();
    std::filesystem::create_directory(many);
    for (int i = 0; i < models; ++i)
        std::filesystem::copy_file(sampleFile("iris.onnx"),
                                   many / fmt::format("model_{:03}.onnx", i));
    const SystemClock clock;
    Workbench workbench(WorkbenchOptions{}, clock);
    http::HttpOptions options;
    options.port = 0;
    app::WindowApi api(workbench, options, std::chrono::seconds(1));
    api.start();
    const auto port = std::uint16_t(QUrl(api.url()).port());
    bool good = true;
    {
        ui::MainWindow window(workbench, api);
        window.show();
        window.openPaths({QString::fromStdString(many.string())});
        window.findChild<QAction *>(u"showRequests"_s)->trigger();
        const auto *list = window.findChild<QListView *>(u"modelList"_s);
        if (!runLoop(60'000, [&] { return list->model()->rowCount() == models; })) {
            std::fprintf(stderr, "The list has %d models.\n", list->model()->rowCount());
            return 1;
        }
        rest(3000); // what starting took in passing goes back
        const double before = processorMs();
        rest(idleMs);
        good &= row("processor time while nobody asks", 100 * (processorMs() - before) / idleMs,
                    "%", mostIdlePercent);
        BareThread bare;
        application.forget();
        if (!serve(port, warmUp)) {
            std::fprintf(stderr, "Not all requests were answered.\n");
            return 1;
        }
        const double warm = residentMb();
        const SteadyTime began = std::chrono::steady_clock::now();
        if (!serve(port, requests - warmUp)) {
            std::fprintf(stderr, "Not all requests were answered.\n");
            return 1;
        }
        const double seconds = toMilliseconds(std::chrono::steady_clock::now() - began) / 1000 - 2;
        std::printf("%-44s %8.0f /s\n", "requests", (requests - warmUp) / seconds);
        std::printf("%-44s %8.1f MB\n", "memory at request 20,000", warm);
        good &= row("memory that it grew by until the last one", residentMb() - warm, "MB",
                    mostGrowthMb);
        const double longest = application.longestMs();
        const double gap = bare.end();
        std::printf("%-44s %8.2f ms\n", "longest gap of a bare thread", gap);
        good &= row("longest event of the window, above that", longest - gap, "ms", mostStallMs);
        std::printf("  which was %s\n", qPrintable(application.what()));
        std::printf("%-44s %8d\n", "requests in the list",
                    window.findChild<QTableView *>(u"requestView"_s)->model()->rowCount());
    }
    api.stop();
    workbench.stop(std::chrono::seconds(2));
    return good ? 0 : 1;
}
