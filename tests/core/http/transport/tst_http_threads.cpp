// Several http threads in front of one handler: who serves whom, and what they share.
#include "echo_server.h"
#include "http/transport/http_host.h"
#include "http_client.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <future>
#include <map>
#include <QTest>
#include <QThread>

using namespace warmbench;
using namespace warmbench::http;
using namespace std::chrono_literals;

namespace {

HttpOptions withThreads(int threads)
{
    HttpOptions options;
    options.port = 0;
    options.threads = threads;
    return options;
}

// Answers with the name of the thread that was asked.
HttpHost namingHost(int threads)
{
    return {withThreads(threads),
            {[](const ApiRequest &, const Replier &replier) {
                 replier(plainText(QThread::currentThread()->objectName().toStdString()));
             },
             {}}};
}

bool threadRuns(const std::string &name)
{
    for (const auto &task : std::filesystem::directory_iterator("/proc/self/task")) {
        std::string comm;
        std::getline(std::ifstream(task.path() / "comm"), comm);
        if (comm == name)
            return true;
    }
    return false;
}

std::vector<HttpClient> clientsOf(std::uint16_t port, int count)
{
    std::vector<HttpClient> clients;
    for (int i = 0; i < count; ++i)
        clients.emplace_back(port);
    return clients;
}

} // namespace

class TestHttpThreads : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void connectionsAreDealtOutEvenlyAndStayWhereTheyAre()
    {
        HttpHost host = namingHost(3);
        QVERIFY(host.start());
        auto clients = clientsOf(host.port(), 6);
        std::map<std::string, int> served;
        for (HttpClient &client : clients) {
            const std::string first = client.exchange("GET", "/").body;
            QCOMPARE(client.exchange("GET", "/").body, first);
            ++served[first];
        }
        QCOMPARE(served, (std::map<std::string, int>{{"http-1", 2}, {"http-2", 2}, {"http-3", 2}}));
    }

    void whoComesGoesToTheThreadWithTheFewest()
    {
        HttpHost host = namingHost(2);
        QVERIFY(host.start());
        auto clients = clientsOf(host.port(), 4);
        std::map<std::string, int> served;
        for (HttpClient &client : clients)
            ++served[client.exchange("GET", "/").body];
        for (HttpClient &client : clients) {
            if (client.exchange("GET", "/").body == "http-2")
                client.close();
        }
        // That they have closed is known a moment later.
        QTRY_COMPARE(HttpClient(host.port()).exchange("GET", "/").body, std::string("http-2"));
    }

    void limitsCountOverAllThreads()
    {
        HttpOptions options = withThreads(2);
        options.limits.connections = 3;
        EchoServer echo(options);
        QVERIFY(echo.started());
        auto clients = clientsOf(echo.port(), 3);
        for (HttpClient &client : clients)
            QCOMPARE(client.exchange("GET", "/").status, 200);
        QCOMPARE(HttpClient(echo.port()).exchange("GET", "/").status, 503);
        clients.pop_back();
        QCOMPARE(HttpClient(echo.port()).exchange("GET", "/").status, 200);
    }

    void addressesCountOverAllThreads()
    {
        HttpOptions options = withThreads(2);
        options.limits.connectionsPerAddress = 3;
        options.limits.countLoopback = true;
        EchoServer echo(options);
        QVERIFY(echo.started());
        auto clients = clientsOf(echo.port(), 3);
        for (HttpClient &client : clients)
            QCOMPARE(client.exchange("GET", "/").status, 200);
        QCOMPARE(HttpClient(echo.port()).exchange("GET", "/").status, 503);
        QCOMPARE(HttpClient(echo.port(), 0, "127.0.0.2").exchange("GET", "/").status, 200);
    }

    void everyAnswerBelongsToItsRequest()
    {
        EchoServer echo(withThreads(4));
        QVERIFY(echo.started());
        std::vector<std::future<int>> callers;
        for (int caller = 0; caller < 8; ++caller)
            callers.push_back(std::async(std::launch::async, [&echo, caller] {
                HttpClient client(echo.port());
                int right = 0;
                for (int i = 0; i < 200; ++i) {
                    const std::string body = fmt::format("{}.{}", caller, i);
                    right += client.exchange("POST", "/", body).body == "POST / " + body ? 1 : 0;
                }
                return right;
            }));
        for (auto &caller : callers)
            QCOMPARE(caller.get(), 200);
    }

    // Whoever finds no place waits for word of all threads, which may come when the first has gone.
    void aBusyThreadMayOutliveTheOneThatAccepts()
    {
        std::promise<void> busy;
        std::promise<void> release;
        HttpOptions options = withThreads(2);
        options.limits.connections = 2;
        HttpHost host(options, {[&](const ApiRequest &request, const Replier &replier) {
                                    if (request.path == "/busy") {
                                        busy.set_value();
                                        release.get_future().wait();
                                    }
                                    replier(plainText("done"));
                                },
                                {}});
        QVERIFY(host.start());
        auto clients = clientsOf(host.port(), 2);
        QCOMPARE(clients[0].exchange("GET", "/").body, std::string("done"));
        QVERIFY(clients[1].request("GET", "/busy"));
        busy.get_future().wait();
        const HttpClient doubtful(host.port());
        QCOMPARE(clients[0].exchange("GET", "/").body,
                 std::string("done")); // it was accepted before
        clients[0].close();
        auto stopper = std::async(std::launch::async, [&] { host.stop(60s); });
        QTRY_VERIFY(!threadRuns("http-1"));
        release.set_value();
        QCOMPARE(clients[1].response().body, std::string("done"));
        QCOMPARE(stopper.wait_for(60s), std::future_status::ready);
    }

    void stoppingLetsRequestsOfAllThreadsEnd()
    {
        EchoServer echo(withThreads(3));
        QVERIFY(echo.started());
        const std::uint16_t port = echo.port();
        auto clients = clientsOf(port, 3);
        for (HttpClient &client : clients)
            QVERIFY(client.request("GET", "/later"));
        QTRY_COMPARE(echo.waiting(), std::size_t(3));
        auto stopper = std::async(std::launch::async, [&] { echo.host().stop(10s); });
        QTRY_VERIFY(!HttpClient(port).connected());
        QCOMPARE(stopper.wait_for(0s), std::future_status::timeout);
        for (std::size_t i = 0; i < clients.size(); ++i)
            QVERIFY(echo.answer("/later", "in time"));
        for (HttpClient &client : clients)
            QCOMPARE(client.response().body, std::string("in time"));
        stopper.get();
        QVERIFY(echo.host().start());
        QCOMPARE(HttpClient(echo.port()).exchange("GET", "/").status, 200);
    }
};

QTEST_GUILESS_MAIN(TestHttpThreads)
#include "tst_http_threads.moc"
