// The transport alone, under a handler of the test's: what clients can say on a connection.
#include "echo_server.h"
#include "http_client.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>
#include <thread>

using namespace warmbench;
using namespace warmbench::http;
using namespace std::chrono_literals;

class TestHttpTransport : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void answersOverOneConnection()
    {
        EchoServer echo;
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

    // Qt decodes escapes of letters that need none, and encodes what needs it: the request reaches
    // the handler as Qt has parsed it.
    void qtParsesTheRequestLine()
    {
        EchoServer echo;
        HttpClient client(echo.port());
        QCOMPARE(client.exchange("PUT", "/%41%2fb/\xC3\xA4/%ff?%42=%2B+%26").body,
                 std::string("PUT /A%2Fb/%C3%A4/%FF?B=%2B+%26 "));
        QCOMPARE(client.exchange("DELETE", "/?").body, std::string("DELETE / "));
        QVERIFY(client.send("PATCH http://other/way?x HTTP/1.1\r\nHost: a/b?c#d\r\n\r\n"));
        QCOMPARE(client.response().body, std::string("PATCH /way?x "));
        QTRY_COMPARE(echo.records().size(), std::size_t(3));
        QCOMPARE(echo.records()[0].method, std::string("PUT"));
        QCOMPARE(echo.records()[0].path, std::string("/A%2Fb/%C3%A4/%FF"));
    }

    // In its turn, and the connection goes on.
    void optionsOfTheServerItselfAreToldByTheGuard()
    {
        EchoServer echo;
        HttpClient client(echo.port());
        QVERIFY(client.send("GET /later/1 HTTP/1.1\r\nHost: h\r\n\r\n"
                            "OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n"
                            "OPTIONS /x HTTP/1.1\r\nHost: h\r\n\r\n"));
        QTRY_COMPARE(echo.waiting(), std::size_t(1));
        QVERIFY(echo.answer("/later/1", "first"));
        QCOMPARE(client.response().body, std::string("first"));
        const auto options = client.response();
        QCOMPARE(options.status, 204);
        QCOMPARE(options.field("allow"), std::string("GET, HEAD, POST, OPTIONS"));
        QCOMPARE(client.response().body, std::string("OPTIONS /x "));
        QTRY_COMPARE(echo.records().size(), std::size_t(3));
        QCOMPARE(echo.records()[1].path, std::string("*"));
    }

    void pipelinedAnswersKeepTheOrderOfTheRequests()
    {
        EchoServer echo;
        HttpClient client(echo.port());
        QVERIFY(echo.acquaint(client));
        for (const char *body : {"/1", "/2", "/3"})
            QVERIFY(client.request("POST", "/later", body));
        QVERIFY(client.request("GET", "/at-once"));
        QTRY_COMPARE(echo.waiting(), std::size_t(3));
        QVERIFY(echo.answer("/later/3", "third"));
        QVERIFY(echo.answer("/later/2", "second"));
        QVERIFY(client.silentFor(50));
        QVERIFY(echo.answer("/later/1", "first"));
        QCOMPARE(client.response().body, std::string("first"));
        QCOMPARE(client.response().body, std::string("second"));
        QCOMPARE(client.response().body, std::string("third"));
        QCOMPARE(client.response().body, std::string("GET /at-once "));
    }

    void nothingIsAnsweredAfterARequestToClose()
    {
        EchoServer echo;
        HttpClient client(echo.port());
        QVERIFY(client.send("GET /a HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"
                            "GET /b HTTP/1.1\r\nHost: h\r\n\r\n"));
        QCOMPARE(client.response().body, std::string("GET /a "));
        QVERIFY(client.closedByPeer());
        QCOMPARE(echo.records().size(), std::size_t(1));
    }

    void hundredsOfPipelinedRequestsAreAllAnswered()
    {
        EchoServer echo;
        HttpClient client(echo.port());
        std::string all;
        for (int i = 0; i < 500; ++i)
            all += "POST /" + std::to_string(i) +
                   " HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n";
        QVERIFY(client.send(all));
        for (int i = 0; i < 500; ++i)
            QCOMPARE(client.response().body, "POST /" + std::to_string(i) + " ab");
    }

    void anyPiecesOfARequestMakeTheSameRequest()
    {
        EchoServer echo;
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
        EchoServer echo;
        HttpClient client(echo.port());
        QVERIFY(client.request("HEAD", "/h"));
        const auto answer = client.response(true);
        QCOMPARE(answer.status, 200);
        QCOMPARE(answer.field("content-length"), std::string("8"));
        QCOMPARE(client.exchange("GET", "/after").body, std::string("GET /after "));
    }

    void closesWhenAsked()
    {
        EchoServer echo;
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
        EchoServer echo;
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
        EchoServer echo;
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
        EchoServer echo;
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
        EchoServer echo(options);
        HttpClient client(echo.port());
        QVERIFY(client.send("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"));
        const std::string chunk = "100\r\n" + std::string(256, 'a') + "\r\n";
        for (int i = 0; i < 1000; ++i)
            client.send(chunk);
        QCOMPARE(client.response().status, 413);
    }

    void bigAnswersArriveWhole()
    {
        EchoServer echo;
        HttpClient client(echo.port());
        QCOMPARE(client.exchange("GET", "/big").body.size(), std::size_t(40'000'000));
    }

    void aRequestThatIsDroppedIsAnswered()
    {
        EchoServer echo;
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
        EchoServer echo;
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
        EchoServer echo;
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
};

QTEST_GUILESS_MAIN(TestHttpTransport)
#include "tst_http_transport.moc"
