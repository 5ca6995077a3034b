// The limits of `warmbench serve` as options: each really limits.
#include "base/file.h"
#include "http_client.h"
#include "program.h"

#include <ctime>
#include <QTest>
#include <sys/resource.h>

using namespace warmbench;
using namespace std::chrono_literals;

namespace {

QStringList serve(const char *more)
{
    return QStringLiteral("serve --sample --port 0 ")
        .append(QLatin1String(more))
        .split(QLatin1Char(' '), Qt::SkipEmptyParts);
}

std::string get(const std::string &path, const std::string &fields = {})
{
    return "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n" + fields + "\r\n";
}

// So many beside Host.
std::string fields(int count)
{
    std::string all;
    for (int i = 0; i < count; ++i)
        all += "A: 1\r\n";
    return all;
}

std::chrono::nanoseconds cpuTime(pid_t process)
{
    clockid_t clock{};
    timespec time{};
    if (clock_getcpuclockid(process, &clock) != 0 || clock_gettime(clock, &time) != 0)
        return {};
    return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

} // namespace

class TestLimitOptions : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void optionsLimit_data()
    {
        QTest::addColumn<QByteArray>("options");
        QTest::addColumn<QByteArray>("fine"); // answered 200
        QTest::addColumn<QByteArray>("beyond");
        QTest::addColumn<int>("status"); // 0: closed without an answer
        const auto row = [](const char *options, const std::string &fine, const std::string &beyond,
                            int status) {
            QTest::newRow(options) << QByteArray(options) << QByteArray::fromStdString(fine)
                                   << QByteArray::fromStdString(beyond) << status;
        };
        const std::string health = get("/health");
        const std::string load = "POST /models/iris/load HTTP/1.1\r\nHost: localhost\r\n";
        row("--max-request-line 256", get("/health?" + std::string(220, 'a')),
            get("/health?" + std::string(256, 'a')), 414);
        row("--max-header 256", health, get("/health", "A: " + std::string(256, 'a') + "\r\n"),
            431);
        row("--max-header-fields 8", get("/health", fields(7)), get("/health", fields(8)), 431);
        row("--max-body 10", load + "Content-Length: 10\r\n\r\n          ",
            load + "Content-Length: 11\r\n\r\n", 413);
        row("--header-timeout 300ms", health, "GET /health HTTP/1.1\r\n", 408);
        row("--body-grace 300ms --min-body-rate 1KiB", health,
            load + "Content-Length: 5\r\n\r\nhalf", 408);
        row("--idle-timeout 300ms", health, "", 0);
        row("--max-input 50KiB --max-body 1KiB", health, load + "Content-Length: 1100\r\n\r\n",
            413);
    }
    void optionsLimit()
    {
        QFETCH(QByteArray, options);
        QFETCH(QByteArray, fine);
        QFETCH(QByteArray, beyond);
        QFETCH(int, status);
        Program program(serve(options.constData()));
        QVERIFY(program.listens());
        HttpClient client(program.port());
        QVERIFY(client.send(fine.toStdString()));
        QCOMPARE(client.response().status, 200);
        QVERIFY(client.send(beyond.toStdString()));
        if (status != 0) {
            const auto answer = client.response();
            QVERIFY2(answer.status == status, answer.body.c_str());
            QVERIFY(answer.body.starts_with("{\"error\": \""));
        }
        QVERIFY(client.closedByPeer());
    }

    void environmentAndFileSetThemToo()
    {
        const QTemporaryDir folder;
        const auto file = std::filesystem::path(folder.path().toStdString()) / "options.json";
        QVERIFY(writeFile(file, R"({"max-header-fields": 8})").has_value());
        const QString config = QStringLiteral("--config ") + QString::fromStdString(file.string());
        Program byFile(serve(config.toLatin1().constData()));
        Program byEnvironment(serve(""), {QStringLiteral("WARMBENCH_MAX_HEADER_FIELDS=8")});
        for (Program *program : {&byFile, &byEnvironment}) {
            QVERIFY(program->listens());
            HttpClient client(program->port());
            QVERIFY(client.send(get("/health", fields(8))));
            QCOMPARE(client.response().status, 431);
        }
    }

    void connectionsAreCounted()
    {
        Program program(serve("--max-connections 2 --max-connections-per-address 1"));
        QVERIFY(program.listens());
        HttpClient first(program.port());
        HttpClient second(program.port());
        QCOMPARE(first.exchange("GET", "/health").status, 200);
        QCOMPARE(second.exchange("GET", "/health").status, 200); // loopback is not counted apart
        QCOMPARE(HttpClient(program.port()).response().status, 503);
        QCOMPARE(first.exchange("GET", "/health").status, 200);
    }

    // Qt's own accepting spins here, or treats every later connection as a failure, as the process
    // has or has not had a connection before.
    void runningOutOfDescriptorsDoesNotEndAccepting_data()
    {
        QTest::addColumn<bool>("first");
        QTest::newRow("at the first connection") << true;
        QTest::newRow("later") << false;
    }
    void runningOutOfDescriptorsDoesNotEndAccepting()
    {
#ifdef __SANITIZE_ADDRESS__
        QSKIP("the sanitizers open a pipe to look at an object and take it for broken without one");
#endif
        QFETCH(bool, first);
        Program program(serve(""));
        QVERIFY(program.listens());
        const auto health = [&program] {
            return HttpClient(program.port()).exchange("GET", "/health").status;
        };
        if (!first)
            QCOMPARE(health(), 200);
        const auto pid = static_cast<pid_t>(program.pid());
        const rlimit tight{30, 4096};
        QCOMPARE(prlimit(pid, RLIMIT_NOFILE, &tight, nullptr), 0);
        std::vector<HttpClient> held;
        for (int i = 0; i < 60; ++i) {
            held.emplace_back(program.port()); // the backlog takes them all
            QVERIFY(held.back().request("GET", "/health"));
        }
        // Those that were accepted are answered; the others wait, and the process too.
        QCOMPARE(held.front().response().status, 200);
        const auto before = cpuTime(pid);
        QVERIFY(held.back().silentFor(500));
        const auto took = cpuTime(pid) - before;
        QVERIFY2(took < 30ms, std::to_string(took.count()).c_str());
        // Places that get free go to those that wait, until all have been answered.
        held.front().close();
        for (std::size_t i = 1; i < held.size(); ++i) {
            QCOMPARE(held[i].response().status, 200);
            held[i].close();
        }
        for (int i = 0; i < 30; ++i)
            QCOMPARE(health(), 200);
        program.signal(SIGTERM);
        const Run run = program.finish();
        QCOMPARE(run.code, 0);
        const qsizetype told = QByteArray::fromStdString(run.errors).count("could not be accepted");
        QVERIFY2(told >= 1 && told <= 5, run.errors.c_str());
    }
};

QTEST_GUILESS_MAIN(TestLimitOptions)
#include "tst_limit_options.moc"
