// Files that crash, hang, eat memory or reach out, in a real worker: this program once more, with
// engines that do so.
#include "base/child_process.h"
#include "base/file.h"
#include "base/logging.h"
#include "engine/worker/trial.h"
#include "engine/worker/worker.h"
#include "engine/worker/worker_order.h"
#include "fake_engine.h"

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <QTemporaryDir>
#include <QTest>
#include <sys/socket.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

using namespace warmbench;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

// Does what it is called when it loads.
class HarmfulEngine final : public Engine
{
public:
    explicit HarmfulEngine(std::string name)
        : m_name(std::move(name))
    {
    }
    std::string_view name() const override { return m_name; }
    std::string version() const override { return "1.0"; }
    bool supports(ModelFormat) const override { return true; }
    Result<NetworkSpec> describe(const ModelFiles &) override { return NetworkSpec(); }
    Result<std::shared_ptr<Network>> load(const ModelFiles &files, const EngineOptions &) override
    {
        if (m_name == "crash")
            std::raise(SIGSEGV);
        if (m_name == "abort")
            std::abort();
        if (m_name == "leave")
            std::_Exit(7);
        while (m_name == "hang")
            work();
        while (m_name == "sleep")
            std::this_thread::sleep_for(1h);
        if (m_name == "eat") {
            for (;;)
                m_eaten.emplace_back(16U * 1024 * 1024, 'x');
        }
        if (m_name == "refuse")
            return failedPrecondition("It is no model.");
        if (m_name == "reach")
            return failedPrecondition(reached(files));
        if (m_name == "thread")
            std::thread([] {}).join();
        return std::shared_ptr<Network>(std::make_shared<FakeNetwork>());
    }

private:
    void work() { m_worked = m_worked + 1; }
    // Writes beside the model what it could do; nothing where it could not even do that.
    static std::string reached(const ModelFiles &files)
    {
        const fs::path secret = files.network.parent_path().parent_path() / "secret.txt";
        const fs::path trace = files.network.parent_path() / "trace.txt";
        const bool read = ::open(secret.c_str(), O_RDONLY) >= 0;
        const bool wrote = ::open(trace.c_str(), O_WRONLY | O_CREAT, 0600) >= 0;
        const bool network = ::socket(AF_INET, SOCK_STREAM, 0) >= 0;
        const pid_t child = ::fork();
        if (child == 0)
            ::_exit(0);
        const bool signalled = ::kill(::getppid(), 0) == 0;
        const bool own = ::open(files.network.c_str(), O_RDONLY) >= 0;
        return fmt::format("read {} wrote {} network {} forked {} signalled {} own {}", read, wrote,
                           network, child > 0, signalled, own);
    }

    const std::string m_name;
    volatile std::int64_t m_worked = 0;
    std::vector<std::string> m_eaten;
};

constexpr bool sanitized()
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    return true;
#else
    return false;
#endif
}

} // namespace

class TestTrial : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        setLogToStandardError(false);
        QVERIFY(m_folder.isValid());
        m_model = fs::path(m_folder.path().toStdString()) / "models" / "net.onnx";
        fs::create_directories(m_model.parent_path());
        QVERIFY(writeFile(m_model, "a network"));
        QVERIFY(writeFile(m_model.parent_path().parent_path() / "secret.txt", "a secret"));
    }

    void harmIsASentence_data()
    {
        QTest::addColumn<QString>("engine");
        QTest::addColumn<QString>("says");
        QTest::newRow("segmentation fault") << "crash"
                                            << "crashed (Segmentation fault)";
        QTest::newRow("abort") << "abort"
                               << "crashed (Aborted)";
        QTest::newRow("exit") << "leave"
                              << "ended with the code 7";
        QTest::newRow("no end") << "hang"
                                << "did not end its first run within";
        QTest::newRow("waits forever") << "sleep"
                                       << "did not end its first run within";
    }
    void harmIsASentence()
    {
        QFETCH(const QString, engine);
        QFETCH(const QString, says);
        if (sanitized() && engine == QLatin1String("crash"))
            QSKIP("A sanitizer takes the signal for its own report.");
        ModelTrials trials(options());
        const TrialSubject what = subject(engine.toStdString());
        QVERIFY(!trials.known(what));
        const auto found = trials.tryOut(what, {});
        QVERIFY(!found);
        QVERIFY(found.error().code == ErrorCode::FailedPrecondition);
        QVERIFY2(found.error().message.find(says.toStdString()) != std::string::npos,
                 found.error().message.c_str());
        QVERIFY(trials.known(what));
        QVERIFY(trials.known(what)->error() == found.error());
    }

    void memoryIsLimited()
    {
        if (sanitized())
            QSKIP("Sanitizers keep terabytes of shadow memory, so the limit is off under them.");
        TrialOptions limited = options();
        limited.memory = mebibytes(64);
        limited.time = 20s;
        ModelTrials trials(limited);
        const auto found = trials.tryOut(subject("eat"), {});
        QVERIFY(!found);
        QVERIFY2(found.error().code == ErrorCode::ResourceExhausted, found.error().message.c_str());
        QVERIFY(!trials.known(subject("eat"))); // another budget may do
    }

    void soundFilesAreHarmless()
    {
        ModelTrials trials(options());
        for (const char *engine : {"fine", "thread"}) {
            QVERIFY(trials.tryOut(subject(engine), {}));
            QVERIFY(trials.known(subject(engine)) && *trials.known(subject(engine)));
        }
    }

    void aRefusalIsPassedOnAndNotKept()
    {
        ModelTrials trials(options());
        const auto found = trials.tryOut(subject("refuse"), {});
        QVERIFY(!found);
        QCOMPARE(found.error().message, std::string("It is no model."));
        QVERIFY(found.error().code == ErrorCode::FailedPrecondition);
        QVERIFY(!trials.known(subject("refuse")));
    }

    void aWorkerReachesNothingButItsModel()
    {
        auto worker = started("reach");
        QVERIFY(worker);
        auto answer = receivePacket(worker->socket());
        QVERIFY(answer);
        const auto told = loadedFrom(*std::move(answer));
        QVERIFY(!told);
        QCOMPARE(told.error().message, std::string("read false wrote false network false forked "
                                                   "false signalled false own true"));
    }

    void aWorkerEndsWithTheOtherEndOfItsSocket()
    {
        auto worker = started("sleep");
        QVERIFY(worker);
        ::shutdown(worker->socket(), SHUT_RDWR);
        const auto end = worker->wait(std::chrono::steady_clock::now() + 30s);
        QCOMPARE(end.signal, 0); // it was not killed for being late
        QCOMPARE(end.code, 1);
    }

    void whatWasFoundOutlivesTheProgram()
    {
        const QTemporaryDir kept;
        TrialOptions keeping = options();
        keeping.folder = fs::path(kept.path().toStdString()) / "trials";
        {
            ModelTrials trials(keeping);
            QVERIFY(!trials.tryOut(subject("abort"), {}));
            QVERIFY(trials.tryOut(subject("fine"), {}));
        }
        const ModelTrials later(keeping);
        QVERIFY(later.known(subject("abort")));
        QVERIFY(later.known(subject("abort"))->error().message.find("Aborted") !=
                std::string::npos);
        QVERIFY(later.known(subject("fine")) && *later.known(subject("fine")));
        TrialSubject updated = subject("abort");
        updated.version = "2.0";
        QVERIFY(!later.known(updated));
        for (const auto &file : fs::directory_iterator(keeping.folder))
            QVERIFY(writeFile(file.path(), "damaged"));
        QVERIFY(!ModelTrials(keeping).known(subject("abort")));
    }

    void stoppingEndsATrial()
    {
        ModelTrials trials(options());
        std::stop_source stop;
        Result<void> found;
        {
            const std::jthread trying(
                [&] { found = trials.tryOut(subject("sleep"), stop.get_token()); });
            stop.request_stop();
        }
        QVERIFY(!found);
        QVERIFY(found.error().code == ErrorCode::Cancelled);
        QVERIFY(!trials.known(subject("sleep")));
    }

    void aProgramThatCannotStartIsNoReasonToRefuse()
    {
        TrialOptions missing = options();
        missing.program = "/no/such/program";
        ModelTrials trials(missing);
        QVERIFY(trials.tryOut(subject("crash"), {}));
        QVERIFY(!trials.known(subject("crash")));
    }

    void nothingIsLeft()
    {
        QCOMPARE(::waitpid(-1, nullptr, WNOHANG), -1);
        QCOMPARE(errno, ECHILD);
    }

private:
    static TrialOptions options()
    {
        TrialOptions made;
        made.program = "/proc/self/exe";
        made.time =
            sanitized() ? 5s : 1s; // under sanitizers its start takes the better part of one
        return made;
    }
    // A worker that has limited itself and is at work. On a system without one of the limits this
    // fails, as the test of what it reaches would.
    Result<ChildProcess> started(const std::string &engine) const
    {
        auto worker = ChildProcess::start("/proc/self/exe", {"worker"});
        if (!worker)
            return worker;
        WorkerOrder order;
        order.engine = engine;
        order.files.network = m_model;
        order.limits.readable = {m_model.parent_path()};
        if (auto sent = sendPacket(worker->socket(), toPacket(order)); !sent)
            return std::move(sent).error();
        auto limited = receivePacket(worker->socket());
        if (!limited)
            return std::move(limited).error();
        if (const auto missing = missingLimitsFrom(*std::move(limited)); !missing.empty())
            return failedPrecondition(missing.front());
        return worker;
    }
    TrialSubject subject(const std::string &engine) const
    {
        ModelFiles files;
        files.network = m_model;
        return {"sha256:1", files, engine, "1.0"};
    }

    QTemporaryDir m_folder;
    fs::path m_model;
};

namespace {

std::shared_ptr<Engine> makeHarmful(const std::string &name, Bytes)
{
    return std::make_shared<HarmfulEngine>(name);
}

} // namespace

int main(int argc, char **argv)
{
    const std::string_view role = argc > 1 ? argv[1] : "";
    if (role == "worker")
        runWorker(ChildProcess::socketOfChild, makeHarmful);
    QCoreApplication application(argc, argv);
    TestTrial test;
    return QTest::qExec(&test, argc, argv);
}

#include "tst_trial.moc"
