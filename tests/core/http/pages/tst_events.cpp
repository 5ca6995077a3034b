// Replies that go on: over the transport alone, then as GET /events.
#include "api_server.h"
#include "http/pages/event_feed.h"
#include "http/transport/http_host.h"
#include "http/transport/reply_stream.h"

#include <QJsonDocument>
#include <QTest>

using namespace warmbench;
using namespace warmbench::http;
using namespace std::chrono_literals;

namespace {

// Answers each request with a stream that the test writes to.
class Streamer
{
public:
    explicit Streamer(HttpOptions options = {})
        : m_host(withFreePort(std::move(options)),
                 {[this](const ApiRequest &, const Replier &replier) {
                      const auto stream = std::make_shared<ReplyStream>();
                      {
                          const std::lock_guard lock(m_mutex);
                          m_streams.push_back(stream);
                      }
                      ApiReply reply;
                      reply.contentType = "text/plain";
                      reply.stream = stream;
                      replier(std::move(reply));
                  },
                  {}})
        , m_started(m_host.start())
    {
    }

    HttpHost &host() { return m_host; }
    std::uint16_t port() const { return m_host.port(); }
    std::size_t count()
    {
        const std::lock_guard lock(m_mutex);
        return m_streams.size();
    }
    std::weak_ptr<ReplyStream> stream(std::size_t index)
    {
        const std::lock_guard lock(m_mutex);
        return m_streams.at(index);
    }
    void write(std::size_t index, std::string_view piece)
    {
        if (const auto known = stream(index).lock())
            known->write(piece);
    }
    void end(std::size_t index)
    {
        if (const auto known = stream(index).lock())
            known->end();
    }

private:
    static HttpOptions withFreePort(HttpOptions options)
    {
        options.port = 0;
        return options;
    }

    std::mutex m_mutex;
    std::vector<std::weak_ptr<ReplyStream>> m_streams;
    HttpHost m_host;
    Result<void> m_started;
};

std::unique_ptr<FakeSource> oneModel()
{
    auto source = std::make_unique<FakeSource>();
    source->set("m \"1\"");
    return source;
}

} // namespace

class TestEvents : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void piecesComeAsTheyAreWritten()
    {
        Streamer streamer;
        HttpClient client(streamer.port());
        QVERIFY(client.request("GET", "/"));
        const auto head = client.response(true);
        QCOMPARE(head.status, 200);
        QCOMPARE(head.field("transfer-encoding"), std::string("chunked"));
        QVERIFY(!head.fields.contains("content-length"));
        streamer.write(0, "hello");
        QCOMPARE(client.until("hello\r\n"), std::string("5\r\nhello\r\n"));
        streamer.write(0, "again");
        QCOMPARE(client.until("again\r\n"), std::string("5\r\nagain\r\n"));
        streamer.end(0);
        QCOMPARE(client.until("0\r\n\r\n"), std::string("0\r\n\r\n"));
        QTRY_VERIFY(streamer.stream(0).expired());
        // The connection goes on.
        QVERIFY(client.request("GET", "/next"));
        QCOMPARE(client.response(true).status, 200);
        QCOMPARE(streamer.count(), std::size_t(2));
    }

    void anOldClientIsToldTheEndByClosing()
    {
        Streamer streamer;
        HttpClient client(streamer.port());
        QVERIFY(client.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"));
        const auto head = client.response(true);
        QVERIFY(!head.fields.contains("transfer-encoding"));
        QCOMPARE(head.field("connection"), std::string("close"));
        streamer.write(0, "plain");
        QCOMPARE(client.until("plain"), std::string("plain"));
        streamer.end(0);
        QVERIFY(client.closedByPeer());
    }

    void headHasNoStream()
    {
        Streamer streamer;
        HttpClient client(streamer.port());
        QVERIFY(client.request("HEAD", "/"));
        QCOMPARE(client.response(true).status, 200);
        QTRY_VERIFY(streamer.stream(0).expired());
        QVERIFY(client.request("GET", "/"));
        QCOMPARE(client.response(true).status, 200);
    }

    void aPipelinedRequestIsAnsweredBehindTheStream()
    {
        Streamer streamer;
        HttpClient client(streamer.port());
        QVERIFY(
            client.send("GET /1 HTTP/1.1\r\nHost: h\r\n\r\nGET /2 HTTP/1.1\r\nHost: h\r\n\r\n"));
        QTRY_COMPARE(streamer.count(), std::size_t(2));
        streamer.write(1, "second");
        QCOMPARE(client.response(true).status, 200);
        streamer.write(0, "first");
        QCOMPARE(client.until("first\r\n"), std::string("5\r\nfirst\r\n"));
        QVERIFY(client.silentFor(50));
        streamer.end(0);
        QCOMPARE(client.until("0\r\n\r\n"), std::string("0\r\n\r\n"));
        QCOMPARE(client.response(true).status, 200);
        QCOMPARE(client.until("second\r\n"), std::string("6\r\nsecond\r\n"));
    }

    void aStreamEndsWhenItsClientGoes()
    {
        Streamer streamer;
        {
            HttpClient client(streamer.port());
            QVERIFY(client.request("GET", "/"));
            QCOMPARE(client.response(true).status, 200);
            QVERIFY(!streamer.stream(0).expired());
        }
        QTRY_VERIFY(streamer.stream(0).expired());
    }

    void aClientThatTakesNothingIsDropped()
    {
        Streamer streamer;
        HttpClient slow(streamer.port(), 4096);
        HttpClient quick(streamer.port());
        QVERIFY(slow.request("GET", "/"));
        QTRY_COMPARE(streamer.count(), std::size_t(1));
        QVERIFY(quick.request("GET", "/"));
        QTRY_COMPARE(streamer.count(), std::size_t(2));
        const std::string piece = std::string(100'000, 'x') + "\n";
        for (int i = 0; i < 4; ++i) {
            streamer.write(0, piece);
            streamer.write(1, piece);
            QVERIFY(!quick.until("x\n").empty());
        }
        QTRY_VERIFY_WITH_TIMEOUT(streamer.stream(0).expired(), 30'000);
        QVERIFY(!streamer.stream(1).expired());
    }

    void whoFloodsAStreamWaitsForNoLook()
    {
        HttpOptions options;
        options.limits.unsentOutput = {1'000'000};
        options.limits.unsentStream = mebibytes(1024);
        Streamer streamer(options);
        HttpClient slow(streamer.port(), 4096);
        QVERIFY(slow.request("GET", "/"));
        QTRY_COMPARE(streamer.count(), std::size_t(1));
        const std::string piece(100'000, 'x');
        // What the system buffers comes on top.
        for (int i = 0; i < 10'000 && !streamer.stream(0).expired(); ++i) {
            streamer.write(0, piece);
            QTest::qWait(1);
        }
        QVERIFY(streamer.stream(0).expired());
    }

    void stoppingTheServerEndsStreams()
    {
        Streamer streamer;
        HttpClient client(streamer.port());
        QVERIFY(client.request("GET", "/"));
        QCOMPARE(client.response(true).status, 200);
        const auto began = std::chrono::steady_clock::now();
        streamer.host().stop(30s);
        QVERIFY(std::chrono::steady_clock::now() - began < 10s);
        QCOMPARE(client.until("0\r\n\r\n"), std::string("0\r\n\r\n"));
        QVERIFY(client.closedByPeer());
    }

    void figuresComeAtOnceAndEachSecond()
    {
        ApiServer api(oneModel());
        HttpClient client(api.port());
        QVERIFY(client.request("GET", "/events"));
        const auto head = client.response(true);
        QCOMPARE(head.field("content-type"), std::string("text/event-stream"));
        QCOMPARE(head.field("cache-control"), std::string("no-store"));
        for (int i = 0; i < 2; ++i) {
            QVERIFY(!client.until("event: stats\ndata: ").empty());
            const std::string data = client.until("\n\n");
            const auto figures = QJsonDocument::fromJson(QByteArray::fromStdString(data)).object();
            for (const char *key : {"answered", "refused", "budget_bytes"})
                QVERIFY2(figures.contains(QLatin1String(key)), data.c_str());
        }
    }

    void modelEventsAreTold()
    {
        ApiServer api(oneModel());
        HttpClient client(api.port());
        QVERIFY(client.request("GET", "/events"));
        QCOMPARE(client.response(true).status, 200);
        QCOMPARE(api.post("/models/m%20%221%22/load").status, 200);
        QVERIFY(!client
                     .until("event: model\ndata: {\"model\": \"m \\\"1\\\"\", \"kind\": "
                            "\"load_started\", \"text\": \"")
                     .empty());
        QVERIFY(!client.until("\"kind\": \"loaded\"").empty());
        // An event that the http thread itself causes.
        QCOMPARE(api.post("/models/m%20%221%22/pin").status, 200);
        QVERIFY(!client.until("\"kind\": \"changed\"").empty());
    }

    void asManyListenAsMay()
    {
        ApiServer api(oneModel());
        std::vector<HttpClient> clients;
        for (std::size_t i = 0; i < EventFeed::mostListeners; ++i) {
            QVERIFY(clients.emplace_back(api.port()).request("GET", "/events"));
            QCOMPARE(clients.back().response(true).status, 200);
        }
        const auto refused = api.get("/events");
        QCOMPARE(refused.status, 503);
        QCOMPARE(refused.field("retry-after"), std::string("10"));
        QVERIFY(refused.body.find("100 clients listen") != std::string::npos);
        clients.pop_back();
        const auto listens = [&] {
            HttpClient next(api.port());
            return next.request("GET", "/events") && next.response(true).status == 200;
        };
        QTRY_VERIFY(listens());
    }

    void whoNeverReadsLosesItsPlace()
    {
        ApiServer api(oneModel());
        std::vector<HttpClient> silent;
        for (std::size_t i = 0; i < EventFeed::mostListeners; ++i)
            QVERIFY(silent.emplace_back(api.port(), 4096).request("GET", "/events"));
        QTRY_COMPARE(api.get("/events").status, 503);
        for (int i = 0; i < 5000; ++i) // each an event
            QVERIFY(api.workbench().cache().setPinned({"m \"1\"", {}}, i % 2 == 0));
        const auto listens = [&] {
            HttpClient next(api.port());
            return next.request("GET", "/events") && next.response(true).status == 200;
        };
        QTRY_VERIFY_WITH_TIMEOUT(listens(), 60'000);
    }
};

QTEST_GUILESS_MAIN(TestEvents)
#include "tst_events.moc"
