// How connections rest and end: clients that leave, wholly or by half, and a server that stops.
#include "echo_server.h"
#include "http_client.h"

#include <future>
#include <QDir>
#include <QTest>
#include <thread>

using namespace warmbench;
using namespace warmbench::http;
using namespace std::chrono_literals;

namespace {

// The descriptors in all epoll sets of this process (proc_pid_fdinfo(5)).
int resting()
{
    int count = 0;
    for (const QFileInfo &entry :
         QDir(QStringLiteral("/proc/self/fdinfo")).entryInfoList(QDir::Files)) {
        QFile file(entry.filePath());
        if (file.open(QIODevice::ReadOnly))
            count += static_cast<int>(file.readAll().count("tfd:"));
    }
    return count;
}

} // namespace

class TestHttpEndings : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void quietConnectionsRestAndAreAnsweredAgain()
    {
        HttpOptions options;
        options.limits.rest = 20ms;
        EchoServer echo(options);
        QVERIFY(echo.started());
        const int before = resting();
        std::vector<HttpClient> clients;
        for (int i = 0; i < 20; ++i) {
            clients.emplace_back(echo.port());
            QCOMPARE(clients.back().exchange("GET", "/first", "").status, 200);
        }
        QTRY_COMPARE_WITH_TIMEOUT(resting() - before, 20, 30'000);
        for (HttpClient &client : clients)
            QCOMPARE(client.exchange("POST", "/again", "x").body, std::string("POST /again x"));
        QTRY_COMPARE_WITH_TIMEOUT(resting() - before, 20, 30'000);
        for (std::size_t i = 0; i < clients.size(); i += 2)
            clients[i].reset();
        clients[1].closeOutput(); // has nothing to wait for
        QTRY_COMPARE_WITH_TIMEOUT(resting() - before, 9, 30'000);
        QCOMPARE(clients[3].exchange("GET", "/still", "").status, 200);
    }

    void restingConnectionsEndWhenTheirTimeIsOver()
    {
        HttpOptions options;
        options.limits.rest = 20ms;
        options.limits.idle = 200ms;
        EchoServer echo(options);
        QVERIFY(echo.started());
        HttpClient client(echo.port());
        QCOMPARE(client.exchange("GET", "/", "").status, 200);
        QVERIFY(client.closedByPeer());
    }

    void halfClosedClientsGetTheirAnswers_data()
    {
        QTest::addColumn<std::string>("sent");
        QTest::addColumn<std::vector<std::string>>("answers");
        std::string bigBody;
        bigBody.resize(40'000'000, 'x');
        const auto row = [](const char *name, const char *sent,
                            const std::vector<std::string> &answers) {
            QTest::newRow(name) << std::string(sent) << answers;
        };
        row("one", "GET /a HTTP/1.1\r\nHost: h\r\n\r\n", {"GET /a "});
        row("a body", "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nhi", {"POST /a hi"});
        row("HTTP/1.0", "GET /a HTTP/1.0\r\n\r\n", {"GET /a "});
        row("an empty line behind", "GET /a HTTP/1.1\r\nHost: h\r\n\r\n\r\n", {"GET /a "});
        row("a connection to keep", "GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
            {"GET /a "});
        row("two",
            "GET /a HTTP/1.1\r\nHost: h\r\n\r\nPOST /b HTTP/1.1\r\nHost: h\r\n"
            "Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n",
            {"GET /a ", "POST /b x"});
        row("big", "GET /big HTTP/1.1\r\nHost: h\r\n\r\nGET /a HTTP/1.1\r\nHost: h\r\n\r\n",
            {bigBody, "GET /a "});
    }
    void halfClosedClientsGetTheirAnswers()
    {
        QFETCH(std::string, sent);
        QFETCH(std::vector<std::string>, answers);
        EchoServer echo;
        HttpClient client(echo.port());
        QVERIFY(client.send(sent));
        client.closeOutput();
        for (const std::string &answer : answers)
            QVERIFY(client.response().body == answer);
        QVERIFY(client.closedByPeer());
    }

    void halfClosedClientsWaitForTheirAnswers()
    {
        HttpOptions options;
        options.limits.pipelined = 2;
        EchoServer echo(options);
        HttpClient client(echo.port());
        QVERIFY(echo.acquaint(client));
        for (int i = 1; i <= 5; ++i)
            QVERIFY(client.request("POST", "/later", "/" + std::to_string(i)));
        client.closeOutput();
        QTRY_COMPARE(echo.waiting(), std::size_t(2));
        QVERIFY(client.silentFor(100));
        for (int i = 1; i <= 5; ++i) {
            const std::string name = "/later/" + std::to_string(i);
            QVERIFY(!echo.cancelled(name));
            QTRY_VERIFY(echo.waits(name));
            QVERIFY(echo.answer(name, name));
            QCOMPARE(client.response().body, name);
        }
        QVERIFY(client.closedByPeer());
    }

    void halvesOfRequestsAreToldSo_data()
    {
        QTest::addColumn<std::string>("sent");
        QTest::addColumn<int>("status");
        QTest::newRow("nothing") << std::string() << 0;
        QTest::newRow("an empty line") << std::string("\r\n") << 0;
        QTest::newRow("half a line") << std::string("GET /a HT") << 400;
        QTest::newRow("half a header") << std::string("GET /a HTTP/1.1\r\nHost: h\r\n") << 400;
        QTest::newRow("half a body") << std::string("POST /a HTTP/1.1\r\nHost: h\r\n"
                                                    "Content-Length: 10\r\n\r\nhello")
                                     << 400;
    }
    void halvesOfRequestsAreToldSo()
    {
        QFETCH(std::string, sent);
        QFETCH(int, status);
        EchoServer echo;
        HttpClient client(echo.port());
        QVERIFY(client.send(sent));
        client.closeOutput();
        if (status != 0) {
            const auto answer = client.response();
            QCOMPARE(answer.status, status);
            QVERIFY2(answer.body.find("ended within a request") != std::string::npos,
                     answer.body.c_str());
        }
        QVERIFY(client.closedByPeer());
    }

    void clientsThatHaveGoneCancelTheirRequests()
    {
        EchoServer echo;
        HttpClient resetting(echo.port());
        QVERIFY(resetting.request("GET", "/later/resetting"));
        HttpClient halfFirst(echo.port());
        QVERIFY(halfFirst.request("GET", "/later/half"));
        HttpClient staying(echo.port());
        QVERIFY(staying.request("GET", "/later/staying"));
        QTRY_COMPARE(echo.waiting(), std::size_t(3));
        QVERIFY(!echo.cancelled("/later/resetting"));
        resetting.reset();
        QTRY_VERIFY(echo.cancelled("/later/resetting"));
        halfFirst.closeOutput();
        QTest::qWait(100); // the end of its input alone says nothing
        QVERIFY(!echo.cancelled("/later/half"));
        halfFirst.reset();
        QTRY_VERIFY(echo.cancelled("/later/half"));
        QVERIFY(!echo.cancelled("/later/staying"));
        for (const char *name : {"/later/resetting", "/later/half", "/later/staying"})
            QVERIFY(echo.answer(name, "late"));
        QCOMPARE(staying.response().body, std::string("late"));
    }

    // Closed as a whole looks like closed by half, but this machine tells.
    void localClientsThatCloseCancelTheirRequests()
    {
        EchoServer echo;
        HttpClient half(echo.port());
        QVERIFY(half.request("GET", "/later/half"));
        HttpClient client(echo.port());
        QVERIFY(echo.acquaint(client));
        for (const char *body : {"/1", "/2"})
            QVERIFY(client.request("POST", "/later", body));
        QTRY_COMPARE(echo.waiting(), std::size_t(3));
        half.closeOutput();
        client.close();
        QTRY_VERIFY(echo.cancelled("/later/1"));
        QVERIFY(echo.cancelled("/later/2"));
        QTest::qWait(600); // longer than the next look at all connections takes to come
        QVERIFY(!echo.cancelled("/later/half"));
        QVERIFY(echo.answer("/later/half", "here"));
        QCOMPARE(half.response().body, std::string("here"));
    }

    // Its further requests are not even read.
    void whoVanishesWhileHeldBackIsNoticed()
    {
        HttpOptions options;
        options.limits.pipelined = 1;
        EchoServer echo(options);
        HttpClient client(echo.port());
        QVERIFY(client.request("GET", "/later/1"));
        QVERIFY(client.request("GET", "/later/2"));
        QTRY_COMPARE(echo.waiting(), std::size_t(1));
        QTest::qWait(50);
        client.reset();
        QTRY_VERIFY(echo.cancelled("/later/1"));
    }

    void clientsThatVanishAnywhereDoNoHarm()
    {
        EchoServer echo;
        const std::string bytes =
            "POST /later/v HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello"
            "GET /x HTTP/1.1\r\nHost: h\r\n\r\n";
        for (std::size_t cut = 1; cut <= bytes.size(); ++cut) {
            HttpClient client(echo.port());
            QVERIFY(client.send(bytes.substr(0, cut)));
            if (cut % 2 == 0)
                client.reset();
            while (echo.answer("/later/v", "late")) {
            }
        }
        QCOMPARE(HttpClient(echo.port()).exchange("GET", "/").status, 200);
        while (echo.answer("/later/v", "late")) {
        }
    }

    void stoppingLetsRequestsEndAndStartsAgain()
    {
        EchoServer echo;
        const std::uint16_t port = echo.port();
        HttpClient idle(port);
        QCOMPARE(idle.exchange("GET", "/").status, 200);
        HttpClient client(port);
        QVERIFY(client.request("GET", "/later"));
        QTRY_COMPARE(echo.waiting(), std::size_t(1));
        std::thread stopper([&] { echo.host().stop(10s); });
        QVERIFY(idle.closedByPeer()); // the drain has begun
        QVERIFY(!HttpClient(port).connected());
        QVERIFY(echo.answer("/later", "in time"));
        const auto answer = client.response();
        client.close();
        stopper.join();
        QCOMPARE(answer.body, std::string("in time"));
        QCOMPARE(answer.field("connection"), std::string("close"));
        QVERIFY(!echo.host().running());
        QVERIFY(echo.host().start());
        QCOMPARE(HttpClient(echo.port()).exchange("GET", "/").status, 200);
    }

    void requestsOnTheirWayEndBeforeTheServer()
    {
        HttpOptions options;
        options.limits.lastCall = 60s;
        EchoServer echo(options);
        HttpClient idle(echo.port());
        QCOMPARE(idle.exchange("GET", "/").status, 200);
        HttpClient head(echo.port());
        QVERIFY(head.send("GET /head HTTP/1.1\r\nHo"));
        HttpClient body(echo.port());
        QVERIFY(body.send("POST /body HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nab"));
        HttpClient several(echo.port());
        QVERIFY(echo.acquaint(several));
        QVERIFY(several.request("POST", "/later", "/1"));
        QVERIFY(several.request("POST", "/later", "/2"));
        QTRY_COMPARE(echo.waiting(), std::size_t(2));
        // The server has read what came before on any connection.
        QCOMPARE(idle.exchange("GET", "/").status, 200);
        std::thread stopper([&] { echo.host().stop(60s); });
        const bool begun = idle.closedByPeer();
        head.send("st: h\r\n\r\n");
        body.send("cdGET /next HTTP/1.1\r\nHost: h\r\n\r\n");
        const auto toHead = head.response();
        const auto toBody = body.response();
        const auto toNext = body.response();
        echo.answer("/later/2", "second");
        echo.answer("/later/1", "first");
        const auto toFirst = several.response();
        const auto toSecond = several.response();
        const bool closed = head.closedByPeer() && body.closedByPeer() && several.closedByPeer();
        stopper.join();
        QVERIFY(begun);
        QCOMPARE(toHead.body, std::string("GET /head "));
        QCOMPARE(toHead.field("connection"), std::string("close"));
        QCOMPARE(toBody.body, std::string("POST /body abcd"));
        QCOMPARE(toNext.status, 503);
        QCOMPARE(toNext.field("retry-after"), std::string("1"));
        QCOMPARE(toNext.field("connection"), std::string("close"));
        QCOMPARE(toFirst.body, std::string("first"));
        QCOMPARE(toSecond.body, std::string("second"));
        QCOMPARE(toSecond.field("connection"), std::string("close"));
        QVERIFY(closed);
    }

    void whoSendsNoMoreOfARequestIsNotWaitedFor()
    {
        HttpOptions options;
        options.limits.lastCall = 50ms;
        EchoServer echo(options);
        HttpClient head(echo.port());
        QVERIFY(head.send("GET /head HTTP/1.1\r\nHo"));
        HttpClient body(echo.port());
        QVERIFY(body.send("POST /body HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nab"));
        QCOMPARE(HttpClient(echo.port()).exchange("GET", "/").status, 200); // both are read
        auto stopper = std::async(std::launch::async, [&] { echo.host().stop(60s); });
        for (HttpClient *client : {&head, &body}) {
            const auto answer = client->response();
            QCOMPARE(answer.status, 503);
            QCOMPARE(answer.field("retry-after"), std::string("1"));
        }
        QCOMPARE(stopper.wait_for(30s), std::future_status::ready);
    }

    // Connections that wait to be accepted included.
    void whoAskedBeforeTheServerStoppedIsAnswered()
    {
        for (int round = 0; round < 10; ++round) {
            EchoServer echo;
            std::vector<HttpClient> clients;
            for (int i = 0; i < 100; ++i) {
                clients.emplace_back(echo.port());
                QVERIFY(clients.back().request("POST", "/", "x"));
            }
            echo.host().stop(10s);
            for (HttpClient &client : clients) {
                const auto answer = client.response();
                QVERIFY2(answer.status == 200 ||
                             (answer.status == 503 && !answer.field("retry-after").empty()),
                         std::to_string(answer.status).c_str());
            }
        }
    }

    void halfARequestIsToldThatTheServerStopped()
    {
        EchoServer echo;
        HttpClient client(echo.port());
        QVERIFY(client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nab"));
        QCOMPARE(HttpClient(echo.port()).exchange("GET", "/").status, 200);
        QElapsedTimer time;
        time.start();
        echo.host().stop(200ms);
        QVERIFY(time.elapsed() >= 190);
        QCOMPARE(client.response().status, 503);
        QVERIFY(client.closedByPeer());
    }

    void stoppingDoesNotWaitForEver()
    {
        EchoServer echo;
        HttpClient client(echo.port());
        QVERIFY(client.request("GET", "/later"));
        QTRY_COMPARE(echo.waiting(), std::size_t(1));
        QElapsedTimer time;
        time.start();
        echo.host().stop(100ms);
        QVERIFY(time.elapsed() < 2000);
        QVERIFY(echo.cancelled("/later"));
        QVERIFY(echo.answer("/later", "too late")); // to a server that is gone
        const auto answer = client.response();
        QCOMPARE(answer.status, 503);
        QVERIFY(!answer.field("retry-after").empty());
        QVERIFY(client.closedByPeer());
    }

    void startsWithinMilliseconds()
    {
        QElapsedTimer time;
        time.start();
        EchoServer echo;
        QVERIFY(echo.started());
        QVERIFY2(time.elapsed() < 200, qPrintable(QString::number(time.elapsed())));
    }
};

QTEST_GUILESS_MAIN(TestHttpEndings)
#include "tst_http_endings.moc"
