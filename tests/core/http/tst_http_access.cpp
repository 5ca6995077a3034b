// Who may ask: Host, Origin, the token, addresses beyond the machine itself.
#include "api_server.h"
#include "base/logging.h"
#include "test_files.h"

#include <QTest>

using namespace warmbench;
using namespace warmbench::http;

namespace {

constexpr std::string_view fourNumbers = R"({"input": [1, 2, 3, 4]})";

} // namespace

class TestHttpAccess : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { setLogToStandardError(false); }

    void hostsAndOriginsAreChecked()
    {
        HttpOptions options;
        options.allowedHosts = {"lab.example"};
        options.allowedOrigins = {"https://page.example"};
        ApiServer api(oneFake(), options);
        const auto statusWith = [&](const std::string &host, const std::string &fields) {
            HttpClient client(api.port());
            if (!client.send("GET /health HTTP/1.1\r\nHost: " + host + "\r\n" + fields + "\r\n"))
                return 0;
            return client.response().status;
        };
        for (const char *host : {"localhost", "LOCALHOST:5000", "127.0.0.1", "127.0.0.1:80",
                                 "[::1]:5000", "lab.example", "lab.example:80", "localhost."})
            QVERIFY2(statusWith(host, "") == 200, host);
        for (const char *host :
             {"evil.example", "localhost.evil.example", "lab.example.evil", "8.8.8.8",
              "127.0.0.1.evil.example", "localhost@evil.example", "[::1]evil", "[::1]:80evil",
              "[::1", "localhost:evil", "localhost:80:80", "localhost/evil"})
            QVERIFY2(statusWith(host, "") == 403, host);
        QCOMPARE(statusWith("localhost:1", "Origin: http://localhost:1\r\n"), 200);
        QCOMPARE(statusWith("localhost:1", "Origin: http://localhost:2\r\n"), 403);
        QCOMPARE(statusWith("localhost", "Origin: https://page.example\r\n"), 200);
        QCOMPARE(statusWith("localhost", "Origin: https://other.example\r\n"), 403);
        QCOMPARE(statusWith("localhost", "Origin: null\r\n"), 403);
        QCOMPARE(
            statusWith("localhost", "Origin: http://localhost\r\nOrigin: http://evil.example\r\n"),
            403);
        // An address in the request line counts before Host.
        HttpClient absolute(api.port());
        QVERIFY(
            absolute.send("GET http://evil.example/health HTTP/1.1\r\nHost: localhost\r\n\r\n"));
        QCOMPARE(absolute.response().status, 403);
        QVERIFY(absolute.send("GET http://localhost:80/health HTTP/1.1\r\nHost: h\r\n\r\n"));
        QCOMPARE(absolute.response().status, 200);

        const auto preflight =
            HttpClient(api.port())
                .exchange("OPTIONS", "/predict", {}, "Origin: https://page.example\r\n");
        QCOMPARE(preflight.status, 204);
        QCOMPARE(preflight.field("access-control-allow-origin"),
                 std::string("https://page.example"));
        QVERIFY(preflight.field("access-control-allow-methods").find("POST") != std::string::npos);
        for (const char *field : {"Authorization", "Content-Type", "Content-Encoding",
                                  "Inference-Header-Content-Length"})
            QVERIFY2(preflight.field("access-control-allow-headers").find(field) !=
                         std::string::npos,
                     field);
        const auto strange =
            HttpClient(api.port())
                .exchange("OPTIONS", "/predict", {}, "Origin: https://other.example\r\n");
        QCOMPARE(strange.status, 403);
        QCOMPARE(strange.field("access-control-allow-origin"), std::string());
    }

    void tokensGuardWhatChangesState()
    {
        HttpOptions options;
        options.token = "secret";
        ApiServer api(oneFake(), options, defaultFake());
        const auto refused = api.post("/models/fake/load");
        QCOMPARE(refused.status, 401);
        QCOMPARE(refused.field("www-authenticate"), std::string("Bearer"));
        for (const char *wrong : {"Bearer", "Bearer ", "Bearer secre", "Bearer secrets",
                                  "Bearer SECRET", "Basic secret", "Bearer secretsecret"}) {
            const std::string field = std::string("Authorization: ") + wrong + "\r\n";
            QVERIFY2(api.post("/models/fake/load", {}, field).status == 401, wrong);
        }
        QCOMPARE(api.post("/models/fake/load", {}, "Authorization: Bearer secret\r\n").status, 200);
        QCOMPARE(api.post("/predict", fourNumbers).status, 200);
    }

    void offLoopbackNothingChangesWithoutAToken()
    {
        HttpOptions options;
        options.host = "0.0.0.0";
        ApiServer api(oneFake(), options, defaultFake());
        QVERIFY(api.started());
        QCOMPARE(api.post("/models/fake/load").status, 403);
        QCOMPARE(api.post("/predict", fourNumbers).status, 200);
        QCOMPARE(api.get("/models").status, 200);
    }
};

QTEST_GUILESS_MAIN(TestHttpAccess)
#include "tst_http_access.moc"
