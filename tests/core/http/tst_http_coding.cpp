// Packed bodies on every protocol, packed answers where they are asked for and worth it.
#include "api_server.h"
#include "base/file.h"
#include "base/logging.h"
#include "packed.h"
#include "test_files.h"

#include <QJsonArray>
#include <QTemporaryDir>
#include <QTest>

using namespace warmbench;
using namespace warmbench::http;
using namespace std::chrono_literals;

namespace {

constexpr auto gzipField = "Content-Encoding: gzip\r\n";
constexpr auto deflateField = "Content-Encoding: deflate\r\n";

std::string oneSample(int count, const std::string &number = "0.25")
{
    std::string text = R"({"input": [)";
    for (int i = 0; i < count; ++i)
        text += (i == 0 ? "" : ", ") + number;
    return text + "]}";
}

std::string raw(const std::vector<float> &values)
{
    return {reinterpret_cast<const char *>(values.data()), values.size() * sizeof(float)};
}

QString errorCode(const HttpResponse &answer)
{
    return jsonOf(answer)[QLatin1String("code")].toString();
}

} // namespace

class TestHttpCoding : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        setLogToStandardError(false);
        HttpOptions options;
        options.maxBody = mebibytes(2);
        m_api = std::make_unique<ApiServer>(nullptr, options);
        QVERIFY(m_api->started());
        QVERIFY(m_api->workbench().open(testModel("tiny_64.onnx"), false));
        QVERIFY(m_api->workbench().open(sampleFile("digits.onnx"), false));
    }
    void cleanupTestCase()
    {
        m_api.reset();
        setLogToStandardError(true);
    }

    void packedBodiesAreReadOnEveryProtocol_data()
    {
        QTest::addColumn<QByteArray>("target");
        QTest::addColumn<QByteArray>("body");
        QTest::addColumn<QByteArray>("fields");
        QTest::addColumn<QByteArray>("words");
        const auto row = [](const char *name, const char *target, const std::string &body,
                            const char *words, const std::string &fields = {}) {
            QTest::newRow(name) << QByteArray(target) << QByteArray::fromStdString(body)
                                << QByteArray::fromStdString(fields) << QByteArray(words);
        };
        row("JSON", "/predict/tiny_64", oneSample(64), "\"prediction\"");
        row("JSON with blanks for more than a moment", "/predict/tiny_64",
            oneSample(64) + std::string(1'900'000, ' '), "\"prediction\"");
        const std::string picture =
            readFile(sampleFile("three.png"), mebibytes(1)).value_or(std::string());
        row("picture", "/predict/digits", picture, "\"label\": \"3\"");
        row("multipart", "/predict/digits",
            "--b\r\nContent-Disposition: form-data; name=\"f\"; filename=\"f.png\"\r\n\r\n" +
                picture + "\r\n--b--\r\n",
            "\"label\": \"3\"", "Content-Type: multipart/form-data; boundary=b\r\n");
        row("Open Inference, JSON", "/v2/models/tiny_64/infer",
            R"({"inputs": [{"name": "input", "shape": [1, 64], "datatype": "FP32", "data": )" +
                oneSample(64).substr(10, oneSample(64).size() - 11) + "}]}",
            "\"outputs\"");
        const std::string head =
            R"({"inputs": [{"name": "input", "shape": [1, 64], "datatype": "FP32",)"
            R"( "parameters": {"binary_data_size": 256}}]})";
        row("Open Inference, binary", "/v2/models/tiny_64/infer",
            head + raw(std::vector<float>(64, 0.5F)), "\"outputs\"",
            "Inference-Header-Content-Length: " + std::to_string(head.size()) + "\r\n");
        row("Open Inference, raw", "/v2/models/tiny_64/infer", raw(std::vector<float>(64, 0.5F)),
            "\"outputs\"", "Inference-Header-Content-Length: 0\r\n");
        row("TensorFlow Serving", "/v1/models/tiny_64:predict",
            "{\"instances\": [" + oneSample(64).substr(10, oneSample(64).size() - 11) + "]}",
            "\"predictions\"");
        row("repository index", "/v2/repository/index", R"({"ready": true})", "\"tiny_64\"");
        row("repository load", "/v2/repository/models/tiny_64/load", "{}", "{}");
    }
    void packedBodiesAreReadOnEveryProtocol()
    {
        QFETCH(QByteArray, target);
        QFETCH(QByteArray, body);
        QFETCH(QByteArray, fields);
        QFETCH(QByteArray, words);
        const std::string plain = body.toStdString();
        const std::string more = fields.toStdString();
        HttpClient client(m_api->port());
        const std::pair<std::string, std::string> forms[] = {
            {packed(plain, Packing::Gzip), gzipField},
            {packed(plain, Packing::Zlib), deflateField},
            {packed(plain, Packing::BareDeflate), deflateField},
            {packed(plain.substr(0, 1), Packing::Gzip) + packed(plain.substr(1), Packing::Gzip),
             gzipField},
            {plain, "Content-Encoding: identity\r\n"},
        };
        for (const auto &[coded, coding] : forms) {
            const auto answer = client.exchange("POST", target.toStdString(), coded, coding + more);
            QVERIFY2(answer.status == 200, (coding + answer.body).c_str());
            QVERIFY2(answer.body.find(words.toStdString()) != std::string::npos,
                     answer.body.c_str());
        }
    }

    void whatIsNoPackedBodyIsRefused_data()
    {
        QTest::addColumn<QByteArray>("body");
        QTest::addColumn<QByteArray>("coding");
        QTest::addColumn<int>("status");
        QTest::addColumn<QByteArray>("code");
        QTest::addColumn<QByteArray>("words");
        const auto row = [](const char *name, const std::string &body, const char *coding,
                            int status, const char *words) {
            const char *code = status == 400   ? "INVALID_ARGUMENT"
                               : status == 413 ? "PAYLOAD_TOO_LARGE"
                                               : "UNSUPPORTED_MEDIA_TYPE";
            QTest::newRow(name) << QByteArray::fromStdString(body) << QByteArray(coding) << status
                                << QByteArray(code) << QByteArray(words);
        };
        const std::string good = packed(oneSample(64), Packing::Gzip);
        const std::string large = packed(oneSample(64) + std::string(3 << 20, ' '), Packing::Gzip);
        row("brotli", good, "br", 415, "\"br\"");
        row("two codings", good, "gzip, gzip", 415, "gzip or deflate");
        row("in two fields", good, "gzip\r\nContent-Encoding: gzip", 415, "\"gzip, gzip\"");
        row("not packed", oneSample(64), "gzip", 400, "no valid gzip");
        row("truncated", good.substr(0, good.size() - 9), "gzip", 400, "too early");
        row("too large", large, "gzip", 413, "2.00 MiB");
        row("too large and truncated", large.substr(0, large.size() - 1), "gzip", 413, "unpacked");
        row("a bomb", packed(std::string(64 << 20, '0'), Packing::Zlib), "deflate", 413,
            "--max-body");
        row("packed twice", packed(good, Packing::Gzip), "gzip", 400, "begins with");
    }
    void whatIsNoPackedBodyIsRefused()
    {
        QFETCH(QByteArray, body);
        QFETCH(QByteArray, coding);
        QFETCH(int, status);
        QFETCH(QByteArray, code);
        QFETCH(QByteArray, words);
        for (const char *target : {"/predict/tiny_64", "/v2/models/tiny_64/infer",
                                   "/v1/models/tiny_64:predict", "/v2/repository/index"}) {
            if (status == 400 && words == "begins with" &&
                target != std::string("/predict/tiny_64"))
                continue; // they word it in their own way
            HttpClient client(m_api->port());
            const auto answer =
                client.exchange("POST", target, body.toStdString(),
                                "Content-Encoding: " + coding.toStdString() + "\r\n");
            QVERIFY2(answer.status == status, answer.body.c_str());
            QCOMPARE(errorCode(answer).toUtf8(), code);
            QVERIFY2(answer.body.find(words.toStdString()) != std::string::npos ||
                         answer.body.find("\\\"") != std::string::npos,
                     answer.body.c_str());
            QCOMPARE(answer.field("accept-encoding"),
                     std::string(status == 415 ? "gzip, deflate" : ""));
            // The connection is as good as before.
            QCOMPARE(client.exchange("GET", "/health").status, 200);
        }
    }

    void answersStayInOrderWhileBodiesAreUnpacked()
    {
        HttpClient client(m_api->port());
        const std::string slow = packed(oneSample(64) + std::string(1'900'000, ' '), Packing::Gzip);
        for (int i = 0; i < 4; ++i) {
            QVERIFY(client.request("POST", "/predict/tiny_64", slow, gzipField));
            QVERIFY(client.request("GET", "/health"));
        }
        for (int i = 0; i < 4; ++i) {
            QVERIFY(client.response().body.find("\"prediction\"") != std::string::npos);
            QVERIFY(client.response().body.find("\"ok\"") != std::string::npos);
        }
    }

    // Going through half a gigabyte takes some tenths of a second; meanwhile others are answered.
    void unpackingHoldsUpNobody()
    {
        HttpOptions options;
        options.maxBody = mebibytes(512);
        ApiServer api(oneFake(), options, defaultFake());
        std::string bomb;
        const std::string member = packed(std::string(64 << 20, ' '), Packing::Gzip);
        for (int i = 0; i < 9; ++i)
            bomb += member;
        HttpClient packing(api.port());
        QVERIFY(packing.request("POST", "/predict", bomb, gzipField));
        int meanwhile = 0;
        while (packing.silentFor(0) && meanwhile < 3)
            meanwhile += api.get("/health").status == 200 ? 1 : 0;
        QCOMPARE(meanwhile, 3);
        QCOMPARE(packing.response(false, 60'000).status, 413);
    }

    void leavingOrStoppingEndsTheUnpacking()
    {
        HttpOptions options;
        options.maxBody = mebibytes(1024 * 1024);
        auto api = std::make_unique<ApiServer>(oneFake(), options, defaultFake());
        std::string bomb;
        const std::string member = packed(std::string(64 << 20, ' '), Packing::Gzip);
        for (int i = 0; i < 500; ++i) // a minute's work
            bomb += member;
        std::vector<HttpClient> clients;
        for (int i = 0; i < 4; ++i) {
            clients.emplace_back(api->port());
            QVERIFY(clients.back().request("POST", "/predict", bomb, gzipField));
        }
        clients[0].reset();
        clients[1].close();
        QCOMPARE(api->get("/health").status, 200);
        QElapsedTimer time;
        time.start();
        api->server().stop(100ms);
        QVERIFY2(time.elapsed() < 10'000, qPrintable(QString::number(time.elapsed())));
    }

    // What comes packed is small, what waits unpacked is not.
    void whatWaitsUnpackedIsBounded()
    {
        auto source = oneFake();
        const auto gate = std::make_shared<Gate>();
        FakeModel model;
        model.network.runGate = gate;
        source->set("fake", model);
        HttpOptions options;
        options.maxBody = mebibytes(2);
        options.limits.bufferedInput = mebibytes(16); // of six, and of one that is read as JSON
        ApiServer api(std::move(source), options, defaultFake());
        QCOMPARE(api.post("/models/fake/load").status, 200);
        gate->close();
        const std::string body =
            packed(R"({"input": [1, 2, 3, 4]})" + std::string(1'900'000, ' '), Packing::Gzip);
        std::vector<HttpClient> clients;
        for (std::size_t i = 0; i < 6; ++i) {
            clients.emplace_back(api.port());
            QVERIFY(clients.back().request("POST", "/predict", body, gzipField));
            QVERIFY(gate->awaitWaiting(1));
            QTRY_COMPARE(api.workbench().scheduler().waiting(), i);
        }
        HttpClient last(api.port());
        const auto refused = last.exchange("POST", "/predict", body, gzipField);
        QCOMPARE(refused.status, 503);
        QCOMPARE(refused.field("retry-after"), std::string("1"));
        gate->open();
        for (HttpClient &client : clients)
            QCOMPARE(client.response().status, 200);
        QTRY_COMPARE(last.exchange("POST", "/predict", body, gzipField).status, 200);
    }

    void answersArePackedWhereAskedForAndWorthIt_data()
    {
        QTest::addColumn<QByteArray>("target");
        QTest::addColumn<QByteArray>("accept");
        QTest::addColumn<QByteArray>("coding");
        const auto row = [](const char *name, const char *target, const char *accept,
                            const char *coding) {
            QTest::newRow(name) << QByteArray(target) << QByteArray(accept) << QByteArray(coding);
        };
        row("gzip", "/openapi.json", "gzip", "gzip");
        row("deflate", "/openapi.json", "deflate", "deflate");
        row("as browsers ask", "/openapi.json", "gzip, deflate, br, zstd", "gzip");
        row("by weight", "/openapi.json", "gzip;q=0.5, deflate;q=0.8", "deflate");
        row("anything", "/openapi.json", "*", "gzip");
        row("nothing", "/openapi.json", "", "");
        row("identity", "/openapi.json", "identity", "");
        row("identity before gzip", "/openapi.json", "gzip;q=0.1, identity", "");
        row("refused", "/openapi.json", "gzip;q=0, deflate;q=0", "");
        row("unknown", "/openapi.json", "br", "");
        row("metrics", "/metrics", "gzip", "gzip");
        row("a page", "/web/index.html", "gzip", "gzip");
        row("a script", "/web/app.js", "gzip", "gzip");
        row("a list of models", "/models", "gzip", "gzip");
        row("too small", "/health", "gzip", "");
        row("an error", "/models/nobody", "gzip", "");
        // Triton's asyncio client asks for gzip everywhere, but unpacks only answers to infer.
        row("Triton's statistics", "/v2/models/stats", "gzip, deflate", "");
    }
    void answersArePackedWhereAskedForAndWorthIt()
    {
        QFETCH(QByteArray, target);
        QFETCH(QByteArray, accept);
        QFETCH(QByteArray, coding);
        HttpClient client(m_api->port());
        const std::string path = target.toStdString();
        const std::string fields =
            accept.isEmpty() ? "" : "Accept-Encoding: " + accept.toStdString() + "\r\n";
        const auto plain = client.exchange("GET", path);
        const auto answer = client.exchange("GET", path, {}, fields);
        QCOMPARE(answer.field("content-encoding"), coding.toStdString());
        QCOMPARE(answer.status, plain.status);
        QCOMPARE(answer.field("content-type"), plain.field("content-type"));
        QCOMPARE(answer.field("vary"), plain.field("vary"));
        if (!coding.isEmpty()) {
            QVERIFY(answer.field("vary").ends_with("Accept-Encoding"));
            const std::string body =
                unpacked(answer.body, coding == "gzip" ? Packing::Gzip : Packing::Zlib);
            QVERIFY(answer.body.size() < plain.body.size() / 2);
            if (path == "/openapi.json" || path == "/web/index.html")
                QVERIFY(body == plain.body);
            QVERIFY(!body.empty());
        }
        const auto head = client.exchange("HEAD", path, {}, fields);
        QCOMPARE(head.field("content-encoding"), coding.toStdString());
        if (path != "/metrics" && path != "/models" && path != "/v2/models/stats")
            QCOMPARE(head.field("content-length"), answer.field("content-length"));
        QCOMPARE(client.exchange("GET", "/health").status, 200);
    }

    void predictionsArePackedToo()
    {
        auto source = oneFake();
        FakeModel wide;
        wide.network.spec.inputs[0].shape = {{-1, "batch"}, {4000, {}}};
        wide.network.spec.outputs[0].shape = {{-1, "batch"}, {4000, {}}};
        source->set("fake", wide);
        ApiServer api(std::move(source), {}, defaultFake());
        const std::string body = oneSample(4000, "1.5");
        const std::string list = body.substr(10, body.size() - 11);
        const std::pair<std::string, std::string> requests[] = {
            {"/predict", body},
            {"/v1/models/fake:predict", "{\"instances\": [" + list + "]}"},
            {"/v2/models/fake/infer",
             R"({"parameters": {"binary_data_output": true}, "inputs": [{"name": "x", )"
             R"("shape": [1, 4000], "datatype": "FP32", "data": )" +
                 list + "}]}"},
        };
        for (const auto &[target, text] : requests) {
            const auto plain = api.post(target, text);
            QVERIFY2(plain.status == 200, plain.body.c_str());
            const auto answer = api.post(target, text, "Accept-Encoding: deflate\r\n");
            QCOMPARE(answer.field("content-encoding"), std::string("deflate"));
            QVERIFY(answer.body.size() < plain.body.size() / 3);
            const std::string back = unpacked(answer.body, Packing::Zlib);
            if (target == "/v2/models/fake/infer") {
                QVERIFY(back == plain.body);
                QCOMPARE(answer.field("inference-header-content-length"),
                         plain.field("inference-header-content-length"));
            }
            QVERIFY(back.find("1.5,") != std::string::npos || back == plain.body);
        }
    }

    void pagesHaveAWeakTagWhenPacked()
    {
        const auto plain = m_api->get("/web/index.html");
        const auto answer = m_api->get("/web/index.html", "Accept-Encoding: gzip\r\n");
        QCOMPARE(answer.field("etag"), "W/" + plain.field("etag"));
        const auto again =
            m_api->get("/web/index.html",
                       "Accept-Encoding: gzip\r\nIf-None-Match: " + answer.field("etag") + "\r\n");
        QCOMPARE(again.status, 304);
        QCOMPARE(again.field("content-encoding"), std::string());
    }

    void eventStreamsAreNotPacked()
    {
        HttpClient client(m_api->port());
        QVERIFY(client.request("GET", "/events", {}, "Accept-Encoding: gzip\r\n"));
        const std::string head = client.until("\r\n\r\n");
        QVERIFY(head.find("text/event-stream") != std::string::npos);
        QVERIFY(head.find("Content-Encoding") == std::string::npos);
        QVERIFY(!client.until("event: stats\n").empty());
    }

private:
    std::unique_ptr<ApiServer> m_api;
};

QTEST_GUILESS_MAIN(TestHttpCoding)
#include "tst_http_coding.moc"
