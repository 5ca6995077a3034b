// The transport alone, under a handler of the test's: what clients can do to connections.
#include "http/http_host.h"
#include "http_client.h"

#include <QDir>
#include <QtTest>
#include <sys/resource.h>
#include <thread>

using namespace warmbench;
using namespace warmbench::http;
using namespace std::chrono_literals;

namespace {

ApiReply text(std::string body)
{
    ApiReply reply;
    reply.body = std::move(body);
    reply.contentType = "text/plain";
    return reply;
}

// Answers at once with what came, except under /later: those wait until the test lets them go.
class Echo
{
public:
    explicit Echo(HttpOptions options = {})
        : m_host(
              withFreePort(std::move(options)),
              {[this](ApiRequest request, Replier replier) {
                   handle(std::move(request), std::move(replier));
               },
               [this](const RequestRecord &record, const std::string &, std::chrono::nanoseconds) {
                   const std::lock_guard lock(m_mutex);
                   m_records.push_back(record);
               }})
    {
        m_started = m_host.start();
    }

    HttpHost &host() { return m_host; }
    std::uint16_t port() const { return m_host.port(); }
    const Result<void> &started() const { return m_started; }

    std::size_t waiting()
    {
        const std::lock_guard lock(m_mutex);
        return m_later.size();
    }
    std::vector<RequestRecord> records()
    {
        const std::lock_guard lock(m_mutex);
        return m_records;
    }
    // Answers the waiting request with that target, on the calling thread.
    bool answer(const std::string &target, std::string body)
    {
        std::optional<Replier> replier;
        {
            const std::lock_guard lock(m_mutex);
            const auto found = std::find_if(m_later.begin(), m_later.end(), [&](const auto &entry) {
                return entry.first.target == target;
            });
            if (found == m_later.end())
                return false;
            replier = found->second;
            m_later.erase(found);
        }
        (*replier)(text(std::move(body)));
        return true;
    }
    bool cancelled(const std::string &target)
    {
        const std::lock_guard lock(m_mutex);
        return std::any_of(m_later.begin(), m_later.end(), [&](const auto &entry) {
            return entry.first.target == target && entry.first.cancellation.cancelled();
        });
    }
    void dropAll()
    {
        const std::lock_guard lock(m_mutex);
        m_later.clear();
    }

private:
    static HttpOptions withFreePort(HttpOptions options)
    {
        options.port = 0;
        return options;
    }

    void handle(ApiRequest request, Replier replier)
    {
        if (request.target.starts_with("/later")) {
            const std::lock_guard lock(m_mutex);
            m_later.emplace_back(std::move(request), std::move(replier));
        } else if (request.target == "/throw") {
            throw std::runtime_error("on purpose");
        } else if (request.target == "/big") {
            std::string body;
            body.resize(40'000'000, 'x');
            replier(text(std::move(body)));
        } else {
            replier(text(request.method + " " + request.target + " " + request.body));
        }
    }

    std::mutex m_mutex;
    std::vector<std::pair<ApiRequest, Replier>> m_later;
    std::vector<RequestRecord> m_records;
    HttpHost m_host;
    Result<void> m_started;
};

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

HttpLimits shortTimes()
{
    HttpLimits limits;
    limits.header = 150ms;
    limits.bodyGrace = 150ms;
    limits.idle = 300ms;
    limits.linger = 100ms;
    return limits;
}

} // namespace

class TestHttpTransport : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void quietConnectionsRestAndAreAnsweredAgain()
    {
        HttpOptions options;
        options.limits.rest = 20ms;
        Echo echo(options);
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
        clients[1].closeOutput();
        QTRY_COMPARE_WITH_TIMEOUT(resting() - before, 9, 30'000);
        QCOMPARE(clients[3].exchange("GET", "/still", "").status, 200);
    }

    void restingConnectionsEndWhenTheirTimeIsOver()
    {
        HttpOptions options;
        options.limits.rest = 20ms;
        options.limits.idle = 200ms;
        Echo echo(options);
        QVERIFY(echo.started());
        HttpClient client(echo.port());
        QCOMPARE(client.exchange("GET", "/", "").status, 200);
        QVERIFY(client.closedByPeer());
    }

    void answersOverOneConnection()
    {
        Echo echo;
        QVERIFY(echo.started());
        HttpClient client(echo.port());
        for (int i = 0; i < 3; ++i) {
            const auto answer = client.exchange("POST", "/x?y=1", "hello");
            QCOMPARE(answer.status, 200);
            QCOMPARE(answer.body, std::string("POST /x?y=1 hello"));
            QCOMPARE(answer.field("content-type"), std::string("text/plain"));
            QVERIFY(answer.field("date").ends_with(" GMT"));
        }
        QTRY_COMPARE(echo.records().size(), std::size_t(3));
        QCOMPARE(echo.records()[0].path, std::string("/x"));
        QCOMPARE(echo.records()[0].requestBytes, std::int64_t(5));
        QCOMPARE(echo.records()[0].client, std::string("127.0.0.1"));
    }

    void pipelinedAnswersKeepTheOrderOfTheRequests()
    {
        Echo echo;
        HttpClient client(echo.port());
        QVERIFY(client.send("GET /later/1 HTTP/1.1\r\nHost: h\r\n\r\n"
                            "GET /at-once HTTP/1.1\r\nHost: h\r\n\r\n"
                            "GET /later/2 HTTP/1.1\r\nHost: h\r\n\r\n"));
        QTRY_COMPARE(echo.waiting(), std::size_t(2));
        QVERIFY(echo.answer("/later/2", "second"));
        QVERIFY(client.silentFor(50));
        QVERIFY(echo.answer("/later/1", "first"));
        QCOMPARE(client.response().body, std::string("first"));
        QCOMPARE(client.response().body, std::string("GET /at-once "));
        QCOMPARE(client.response().body, std::string("second"));
    }

    void hundredsOfPipelinedRequestsAreAllAnswered()
    {
        Echo echo;
        HttpClient client(echo.port());
        std::string all;
        for (int i = 0; i < 500; ++i)
            all += "POST /" + std::to_string(i) +
                   " HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n";
        QVERIFY(client.send(all));
        for (int i = 0; i < 500; ++i)
            QCOMPARE(client.response().body, "POST /" + std::to_string(i) + " ab");
    }

    void requestsBeyondThePipelineWaitForAnswers()
    {
        HttpOptions options;
        options.limits.pipelined = 2;
        Echo echo(options);
        HttpClient client(echo.port());
        std::string all;
        for (int i = 0; i < 6; ++i)
            all += "GET /later/" + std::to_string(i) + " HTTP/1.1\r\nHost: h\r\n\r\n";
        QVERIFY(client.send(all));
        for (int i = 0; i < 6; ++i) {
            QTRY_COMPARE(echo.waiting(), std::size_t(i < 5 ? 2 : 1));
            QVERIFY(echo.answer("/later/" + std::to_string(i), std::to_string(i)));
            QCOMPARE(client.response().body, std::to_string(i));
        }
    }

    // Twenty megabytes ahead of the answers: the client has to wait, and loses nothing.
    void whoSendsAheadOfTheAnswersHasToWait()
    {
        HttpOptions options;
        options.limits.pipelined = 2;
        options.maxBody = {4096};
        Echo echo(options);
        HttpClient client(echo.port());
        QVERIFY(client.request("GET", "/later/1"));
        QVERIFY(client.request("GET", "/later/2"));
        QTRY_COMPARE(echo.waiting(), std::size_t(2));
        constexpr int ahead = 5000;
        const std::string body(4000, 'b');
        std::atomic<int> sent{0};
        std::thread sender([&] {
            while (sent < ahead && client.request("POST", "/ahead", body))
                ++sent;
        });
        // As much as the system buffers goes out, then no more.
        int before = -1;
        while (sent != before) {
            before = sent;
            std::this_thread::sleep_for(300ms);
        }
        const int stuck = before;
        const auto cpu = [] {
            timespec time{};
            clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
            return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
        };
        const auto start = cpu();
        std::this_thread::sleep_for(500ms);
        const auto took = cpu() - start;
        const bool answered = echo.answer("/later/1", "1") && echo.answer("/later/2", "2");
        const auto first = client.response().body;
        const auto second = client.response().body;
        int right = 0;
        for (int i = 0; i < ahead; ++i)
            right += client.response().body.size() == body.size() + 12 ? 1 : 0;
        sender.join();
        QVERIFY(answered);
        QCOMPARE(first, std::string("1"));
        QCOMPARE(second, std::string("2"));
        QCOMPARE(right, ahead);
        QVERIFY2(stuck < ahead, std::to_string(stuck).c_str());
        QVERIFY2(took < 50ms, std::to_string(took.count()).c_str()); // it waited, it did not spin
    }

    void answersThatWaitForTheClientHoldBackItsRequests()
    {
        HttpOptions options;
        options.limits.unsentOutput = mebibytes(1);
        Echo echo(options);
        HttpClient client(echo.port());
        for (int i = 0; i < 3; ++i)
            QVERIFY(client.request("GET", "/big"));
        QVERIFY(client.request("GET", "/last"));
        QTRY_COMPARE(echo.records().size(), std::size_t(1));
        QTest::qWait(200);
        QCOMPARE(echo.records().size(), std::size_t(1));
        for (int i = 0; i < 3; ++i)
            QCOMPARE(client.response().body.size(), std::size_t(40'000'000));
        QCOMPARE(client.response().body, std::string("GET /last "));
    }

    void anyPiecesOfARequestMakeTheSameRequest()
    {
        Echo echo;
        HttpClient client(echo.port());
        const std::string bytes =
            "POST /pieces HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
            "5\r\nhello\r\n0\r\n\r\nGET /next HTTP/1.1\r\nHost: h\r\n\r\n";
        for (const char c : bytes) {
            QVERIFY(client.send({&c, 1}));
            std::this_thread::yield();
        }
        QCOMPARE(client.response().body, std::string("POST /pieces hello"));
        QCOMPARE(client.response().body, std::string("GET /next "));
    }

    void headHasNoBody()
    {
        Echo echo;
        HttpClient client(echo.port());
        QVERIFY(client.request("HEAD", "/h"));
        const auto answer = client.response(true);
        QCOMPARE(answer.status, 200);
        QCOMPARE(answer.field("content-length"), std::string("8"));
        QCOMPARE(client.exchange("GET", "/after").body, std::string("GET /after "));
    }

    void closesWhenAsked()
    {
        Echo echo;
        HttpClient client(echo.port());
        const auto answer = client.exchange("GET", "/x", {}, "Connection: close\r\n");
        QCOMPARE(answer.field("connection"), std::string("close"));
        QVERIFY(client.closedByPeer());

        HttpClient old(echo.port());
        QVERIFY(old.send("GET /x HTTP/1.0\r\n\r\n"));
        QCOMPARE(old.response().status, 200);
        QVERIFY(old.closedByPeer());

        HttpClient kept(echo.port());
        for (int i = 0; i < 2; ++i) {
            QVERIFY(kept.send("GET /x HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"));
            QCOMPARE(kept.response().field("connection"), std::string("keep-alive"));
        }
    }

    void continueIsSentBeforeTheBody()
    {
        Echo echo;
        HttpClient client(echo.port());
        QVERIFY(client.send("POST /e HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n"
                            "Expect: 100-continue\r\n\r\n"));
        QCOMPARE(client.response().status, 100);
        QVERIFY(client.send("abc"));
        QCOMPARE(client.response().body, std::string("POST /e abc"));
        // Refused before a byte of the body is sent.
        QVERIFY(client.send("POST /e HTTP/1.1\r\nHost: h\r\nContent-Length: 99999999999\r\n"
                            "Expect: 100-continue\r\n\r\n"));
        QCOMPARE(client.response().status, 413);
    }

    void continueWaitsForEarlierAnswers()
    {
        Echo echo;
        HttpClient client(echo.port());
        QVERIFY(client.send("GET /later/1 HTTP/1.1\r\nHost: h\r\n\r\n"
                            "POST /e HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n"
                            "Expect: 100-continue\r\n\r\n"));
        QTRY_COMPARE(echo.waiting(), std::size_t(1));
        QVERIFY(client.silentFor(50));
        QVERIFY(echo.answer("/later/1", "one"));
        QCOMPARE(client.response().body, std::string("one"));
        QCOMPARE(client.response().status, 100);
    }

    void guardAnswersInJsonAndCloses_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<int>("status");
        QTest::addColumn<QByteArray>("code");
        const auto row = [](const char *name, const QByteArray &bytes, int status,
                            const char *code) {
            QTest::newRow(name) << bytes << status << QByteArray(code);
        };
        row("garbage", "\x01\x02\x03\r\n\r\n", 400, "INVALID_ARGUMENT");
        row("too large", "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 99999999999\r\n\r\n", 413,
            "PAYLOAD_TOO_LARGE");
        row("long line", "GET /" + QByteArray(20'000, 'a') + " HTTP/1.1\r\n\r\n", 414,
            "URI_TOO_LONG");
        row("expectation", "GET / HTTP/1.1\r\nHost: h\r\nExpect: x\r\n\r\n", 417,
            "EXPECTATION_FAILED");
        row("long header",
            "GET / HTTP/1.1\r\nHost: h\r\nA: " + QByteArray(40'000, 'a') + "\r\n\r\n", 431,
            "HEADER_TOO_LARGE");
        // Stock Qt drops all fields then, and takes the body for the next request.
        QByteArray many = "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 46\r\n";
        for (int i = 0; i < 99; ++i)
            many += "A: b\r\n";
        row("101 fields before a body", many + "\r\n", 431, "HEADER_TOO_LARGE");
        row("length and coding",
            "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n"
            "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            400, "INVALID_ARGUMENT");
        row("chunk without size",
            "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400,
            "INVALID_ARGUMENT");
        row("endless chunk",
            "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n",
            413, "PAYLOAD_TOO_LARGE");
        row("method", "BREW / HTTP/1.1\r\nHost: h\r\n\r\n", 501, "NOT_IMPLEMENTED");
        row("version", "GET / HTTP/3.0\r\nHost: h\r\n\r\n", 505, "VERSION_NOT_SUPPORTED");
    }
    void guardAnswersInJsonAndCloses()
    {
        QFETCH(QByteArray, bytes);
        QFETCH(int, status);
        QFETCH(QByteArray, code);
        Echo echo;
        HttpClient client(echo.port());
        QVERIFY(client.send("GET /later/before HTTP/1.1\r\nHost: h\r\n\r\n" + bytes.toStdString() +
                            "GET /smuggled HTTP/1.1\r\nHost: h\r\n\r\n"));
        QTRY_COMPARE(echo.waiting(), std::size_t(1));
        QVERIFY(echo.answer("/later/before", "before"));
        QCOMPARE(client.response().body, std::string("before"));
        const auto answer = client.response();
        QCOMPARE(answer.status, status);
        QCOMPARE(answer.field("content-type"), std::string("application/json"));
        QCOMPARE(answer.field("connection"), std::string("close"));
        const auto json = QJsonDocument::fromJson(QByteArray::fromStdString(answer.body)).object();
        QCOMPARE(json[QLatin1String("code")].toString().toUtf8(), code);
        QVERIFY(json[QLatin1String("error")].toString().size() > 20);
        QVERIFY(client.closedByPeer());
    }

    // A client that is still sending gets its answer instead of a reset.
    void refusalReachesAClientThatKeepsSending()
    {
        HttpOptions options;
        options.maxBody = {1000};
        Echo echo(options);
        HttpClient client(echo.port());
        QVERIFY(client.send("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"));
        const std::string chunk = "100\r\n" + std::string(256, 'a') + "\r\n";
        for (int i = 0; i < 1000; ++i)
            client.send(chunk);
        QCOMPARE(client.response().status, 413);
    }

    void slowHeadersAreTimedOut()
    {
        HttpOptions options;
        options.limits = shortTimes();
        Echo echo(options);
        HttpClient client(echo.port());
        QElapsedTimer time;
        time.start();
        QVERIFY(client.send("GET / HTTP/1.1\r\n"));
        // A byte now and then does not help.
        while (client.silentFor(20) && time.elapsed() < 5000)
            client.send("X");
        QCOMPARE(client.response().status, 408);
        QVERIFY(time.elapsed() >= 140);
        QVERIFY(client.closedByPeer());
    }

    void slowBodiesAreTimedOutAndSteadyOnesAreNot()
    {
        HttpOptions options;
        options.limits = shortTimes();
        // Windows wide enough that a busy machine does not make the steady client slow.
        options.limits.bodyGrace = 600ms;
        options.limits.bodyBytesPerSecond = 1000;
        Echo echo(options);
        HttpClient slow(echo.port());
        QVERIFY(slow.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1000000\r\n\r\n"));
        HttpClient steady(echo.port());
        const int pieces = 60;
        QVERIFY(steady.send("POST /steady HTTP/1.1\r\nHost: h\r\nContent-Length: " +
                            std::to_string(pieces * 10'000) + "\r\n\r\n"));
        for (int i = 0; i < pieces; ++i) {
            QVERIFY(steady.send(std::string(10'000, 'a')));
            slow.send("a");
            QVERIFY(i + 1 == pieces || steady.silentFor(25));
        }
        QCOMPARE(steady.response().status, 200);
        QCOMPARE(slow.response().status, 408);
    }

    void idleConnectionsAreClosed()
    {
        HttpOptions options;
        options.limits = shortTimes();
        Echo echo(options);
        HttpClient silent(echo.port());
        HttpClient used(echo.port());
        QCOMPARE(used.exchange("GET", "/").status, 200);
        QVERIFY(silent.closedByPeer());
        QVERIFY(used.closedByPeer());
    }

    void waitingForAnAnswerIsNotIdle()
    {
        HttpOptions options;
        options.limits = shortTimes();
        Echo echo(options);
        HttpClient client(echo.port());
        QVERIFY(client.request("GET", "/later"));
        QVERIFY(client.silentFor(700));
        QVERIFY(echo.answer("/later", "done"));
        QCOMPARE(client.response().body, std::string("done"));
    }

    void connectionsBeyondTheLimitAreToldSo()
    {
        HttpOptions options;
        options.limits.connections = 3;
        Echo echo(options);
        std::vector<HttpClient> held;
        for (int i = 0; i < 3; ++i) {
            held.emplace_back(echo.port());
            QCOMPARE(held.back().exchange("GET", "/").status, 200);
        }
        HttpClient extra(echo.port());
        const auto answer = extra.response();
        QCOMPARE(answer.status, 503);
        QCOMPARE(answer.field("retry-after"), std::string("1"));
        QVERIFY(extra.closedByPeer());
        held.pop_back();
        int status = 503;
        const auto admitted = [&] {
            if (status == 503)
                status = HttpClient(echo.port()).exchange("GET", "/").status;
            return status == 200;
        };
        QTRY_VERIFY(admitted());
    }

    void connectionsFromOneAddressAreBounded()
    {
        HttpOptions options;
        options.limits.connectionsPerAddress = 3;
        options.limits.countLoopback = true;
        Echo echo(options);
        std::vector<HttpClient> held;
        for (int i = 0; i < 3; ++i) {
            held.emplace_back(echo.port());
            QCOMPARE(held.back().exchange("GET", "/").status, 200);
        }
        HttpClient extra(echo.port());
        const auto answer = extra.response();
        QCOMPARE(answer.status, 503);
        QVERIFY2(answer.body.find("3 connections from this address") != std::string::npos,
                 answer.body.c_str());
        QVERIFY(extra.closedByPeer());
        QCOMPARE(held.front().exchange("GET", "/").status, 200);
        held.pop_back();
        int status = 503;
        const auto admitted = [&] {
            if (status == 503)
                status = HttpClient(echo.port()).exchange("GET", "/").status;
            return status == 200;
        };
        QTRY_VERIFY(admitted());

        options.limits.countLoopback = false;
        Echo free(options);
        for (int i = 0; i < 4; ++i) {
            held.emplace_back(free.port());
            QCOMPARE(held.back().exchange("GET", "/").status, 200);
        }
    }

    void inputOfAllConnectionsIsBounded()
    {
        HttpOptions options;
        options.limits.bufferedInput = {300'000};
        options.maxBody = {250'000};
        Echo echo(options);
        HttpClient first(echo.port());
        HttpClient second(echo.port());
        const std::string head = "POST /b HTTP/1.1\r\nHost: h\r\nContent-Length: 250000\r\n\r\n";
        QVERIFY(first.send(head + std::string(200'000, 'a')));
        QVERIFY(second.send(head + std::string(200'000, 'a')));
        const bool firstRefused = !first.silentFor(500);
        HttpClient &refused = firstRefused ? first : second;
        HttpClient &served = firstRefused ? second : first;
        QCOMPARE(refused.response().status, 503);
        QVERIFY(served.send(std::string(50'000, 'a')));
        QCOMPARE(served.response().status, 200);
    }

    void readersThatStallAreDropped()
    {
        HttpOptions options;
        options.limits = shortTimes();
        Echo echo(options);
        HttpClient client(echo.port(), 4096);
        QVERIFY(client.request("GET", "/big"));
        QTRY_COMPARE(echo.records().size(), std::size_t(1));
        QTRY_VERIFY(client.hungUp());
        QCOMPARE(client.response().status, 0);
        QCOMPARE(HttpClient(echo.port()).exchange("GET", "/").status, 200);
    }

    void bigAnswersArriveWhole()
    {
        Echo echo;
        HttpClient client(echo.port());
        QCOMPARE(client.exchange("GET", "/big").body.size(), std::size_t(40'000'000));
    }

    void leavingClientsCancelTheirRequests()
    {
        Echo echo;
        {
            HttpClient closing(echo.port());
            QVERIFY(closing.request("GET", "/later/closing"));
            HttpClient resetting(echo.port());
            QVERIFY(resetting.request("GET", "/later/resetting"));
            HttpClient halfClosing(echo.port());
            QVERIFY(halfClosing.request("GET", "/later/half"));
            QTRY_COMPARE(echo.waiting(), std::size_t(3));
            QVERIFY(!echo.cancelled("/later/closing"));
            resetting.reset();
            halfClosing.closeOutput();
            QTRY_VERIFY(echo.cancelled("/later/half"));
        }
        QTRY_VERIFY(echo.cancelled("/later/closing"));
        QTRY_VERIFY(echo.cancelled("/later/resetting"));
        for (const char *target : {"/later/closing", "/later/resetting", "/later/half"})
            QVERIFY(echo.answer(target, "to nobody"));
        QCOMPARE(HttpClient(echo.port()).exchange("GET", "/").status, 200);
    }

    void clientsThatVanishAnywhereDoNoHarm()
    {
        Echo echo;
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

    void aRequestThatIsDroppedIsAnswered()
    {
        Echo echo;
        HttpClient client(echo.port());
        QVERIFY(client.request("GET", "/later"));
        QTRY_COMPARE(echo.waiting(), std::size_t(1));
        echo.dropAll();
        QCOMPARE(client.response().status, 500);
        QCOMPARE(client.exchange("GET", "/throw").status, 500);
        QCOMPARE(client.exchange("GET", "/x").status, 200);
    }

    void answersFromManyThreadsReachTheirRequests()
    {
        Echo echo;
        std::vector<std::thread> threads;
        std::atomic<int> right{0};
        for (int t = 0; t < 8; ++t) {
            threads.emplace_back([&, t] {
                HttpClient client(echo.port());
                for (int i = 0; i < 50; ++i) {
                    const std::string target =
                        "/later/" + std::to_string(t) + "/" + std::to_string(i);
                    client.request("GET", target);
                    while (!echo.answer(target, "answer to " + target))
                        std::this_thread::yield();
                    right += client.response().body == "answer to " + target ? 1 : 0;
                }
            });
        }
        for (std::thread &thread : threads)
            thread.join();
        QCOMPARE(right.load(), 400);
    }

    void takenPortNamesItsHolder()
    {
        Echo echo;
        HttpOptions options;
        options.port = echo.port();
        HttpHost second(options, {});
        const auto started = second.start();
        QVERIFY(!started);
        QVERIFY(started.error().code == ErrorCode::Unavailable);
        const std::string message = started.error().message;
        QVERIFY2(message.find(std::to_string(echo.port())) != std::string::npos, message.c_str());
        QVERIFY2(message.find("tst_http_transp") != std::string::npos, message.c_str());
        QVERIFY2(message.find(std::to_string(getpid())) != std::string::npos, message.c_str());

        options.nextFreePort = true;
        HttpHost third(options, {});
        QVERIFY(third.start());
        QVERIFY(third.port() > echo.port());
    }

    void strangeHostsAreRefused()
    {
        for (const char *host : {"192.0.2.1", "no.such.host.invalid", "not an address"}) {
            HttpOptions options;
            options.host = host;
            options.port = 0;
            HttpHost hosted(options, {});
            const auto started = hosted.start();
            QVERIFY2(!started, host);
            QVERIFY2(started.error().code == ErrorCode::InvalidArgument, host);
            QVERIFY2(started.error().message.find(host) != std::string::npos, host);
        }
    }

    void acceptingGoesOnAfterDescriptorsRanOut()
    {
        Echo echo;
        QCOMPARE(HttpClient(echo.port()).exchange("GET", "/").status, 200);
        rlimit before{};
        getrlimit(RLIMIT_NOFILE, &before);
        HttpClient waiting(echo.port());
        QCOMPARE(waiting.exchange("GET", "/").status, 200);
        // Leaves this process one descriptor: the client takes it, the server gets none.
        const int next = dup(0);
        ::close(next);
        rlimit tight = before;
        tight.rlim_cur = static_cast<rlim_t>(next) + 1;
        setrlimit(RLIMIT_NOFILE, &tight);
        HttpClient starved(echo.port());
        const bool connected = starved.connected() && starved.request("GET", "/starved");
        const bool silent = connected && starved.silentFor(300);
        setrlimit(RLIMIT_NOFILE, &before);
        QVERIFY(connected);
        QVERIFY(silent);
        QCOMPARE(starved.response().body, std::string("GET /starved "));
    }

    void stoppingLetsRequestsEndAndStartsAgain()
    {
        Echo echo;
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

    void stoppingDoesNotWaitForEver()
    {
        Echo echo;
        HttpClient client(echo.port());
        QVERIFY(client.request("GET", "/later"));
        QTRY_COMPARE(echo.waiting(), std::size_t(1));
        QElapsedTimer time;
        time.start();
        echo.host().stop(100ms);
        QVERIFY(time.elapsed() < 2000);
        QVERIFY(echo.cancelled("/later"));
        QVERIFY(echo.answer("/later", "too late")); // to a server that is gone
        QVERIFY(client.closedByPeer());
    }

    void startsWithinMilliseconds()
    {
        QElapsedTimer time;
        time.start();
        Echo echo;
        QVERIFY(echo.started());
        QVERIFY2(time.elapsed() < 200, qPrintable(QString::number(time.elapsed())));
    }
};

QTEST_GUILESS_MAIN(TestHttpTransport)
#include "tst_http_transport.moc"
