// Requests that get an error: counted apart from the others, by route and status, and told in the
// log.
#include "api_server.h"
#include "base/logging.h"
#include "http/refusal_log.h"

#include <fmt/format.h>
#include <mutex>
#include <QJsonDocument>
#include <QTest>

using namespace warmbench;
using namespace warmbench::http;
using namespace std::chrono_literals;

namespace {

constexpr const char *fourNumbers = R"({"input": [1, 2, 3, 4]})";

// What is logged of http at info while it lives.
class Heard
{
public:
    std::vector<std::string> lines()
    {
        const std::lock_guard lock(m_mutex);
        return m_lines;
    }
    std::string all()
    {
        std::string text;
        for (const std::string &line : lines())
            text += line + '\n';
        return text;
    }

private:
    std::mutex m_mutex;
    std::vector<std::string> m_lines;
    LogListener m_listener{[this](const LogRecord &record) {
        const std::lock_guard lock(m_mutex);
        if (record.area == "http" && record.level == LogLevel::Info)
            m_lines.push_back(record.message);
    }};
};

// Of /metrics; 0: there is no such sample.
int refused(const ApiServer &api, const char *route, int status)
{
    const std::string page = api.get("/metrics").body;
    const std::string start = fmt::format(
        "\nwarmbench_requests_refused_total{{route=\"{}\",status=\"{}\"}} ", route, status);
    const auto at = page.find(start);
    return at == std::string::npos ? 0 : std::stoi(page.substr(at + start.size()));
}

int figure(const ApiServer &api, const char *key)
{
    return jsonOf(api.get("/stats"))[QLatin1String(key)].toInt(-1);
}

RequestRecord record(int status)
{
    RequestRecord made;
    made.client = "10.0.0.7";
    made.method = "GET";
    made.path = "/x";
    made.status = status;
    made.sentence = "No.";
    return made;
}

int hiddenIn(const std::string &line)
{
    return line.find("more refused") == std::string::npos ? 0 : std::stoi(line);
}

} // namespace

class TestRefusals : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { setLogToStandardError(false); }

    void whatIsRefusedIsNotAnswered()
    {
        const ApiServer api(oneFake(), {}, defaultFake());
        for (int i = 0; i < 3; ++i)
            QCOMPARE(api.post("/predict", fourNumbers).status, 200);
        QCOMPARE(api.post("/predict", R"({"input": [1]})").status, 400);
        QCOMPARE(api.post("/predict/none", fourNumbers).status, 404);
        QCOMPARE(api.get("/nowhere/1").status, 404);
        QCOMPARE(api.get("/nowhere/2").status, 404);
        QCOMPARE(api.get("/predict").status, 405);
        QCOMPARE(figure(api, "answered"), 3);
        QCOMPARE(figure(api, "refused"), 5);
        QCOMPARE(figure(api, "answered"), 5); // the two before it
        QCOMPARE(refused(api, "/predict", 400), 1);
        QCOMPARE(refused(api, "/predict/{name}", 404), 1);
        QCOMPARE(refused(api, "other", 404), 2); // one label, however many paths there are
        QCOMPARE(refused(api, "other", 405), 1);
        QCOMPARE(refused(api, "/predict", 200), 0);
    }

    void whatTheTransportRefusesCountsToo_data()
    {
        QTest::addColumn<std::string>("bytes");
        QTest::addColumn<int>("status");
        QTest::addColumn<std::string>("line"); // begins so
        const auto row = [](const char *name, const std::string &bytes, int status,
                            const char *line) {
            QTest::newRow(name) << bytes << status << std::string(line);
        };
        row("no HTTP", "hello\r\n\r\n", 400, "127.0.0.1 - - -> 400: ");
        row("two lengths",
            "POST /predict?token=secret HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n"
            "Content-Length: 2\r\n\r\n",
            400, "127.0.0.1 POST /predict -> 400: The request has two");
        row("a token without its colon",
            "GET /stats HTTP/1.1\r\nHost: localhost\r\nAuthorization Bearer secret\r\n\r\n", 400,
            "127.0.0.1 GET /stats -> 400: The header line that begins with \"Authorization\" is");
        row("too slow", "GET / HTT", 408, "127.0.0.1 - - -> 408: ");
        row("too large",
            "POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2000000\r\n\r\n", 413,
            "127.0.0.1 POST /predict -> 413: The body has 1.91 MiB");
        row("too long", "GET /" + std::string(20'000, 'x') + " HTTP/1.1\r\n\r\n", 414,
            "127.0.0.1 - - -> 414: ");
        row("too much header",
            "GET /health HTTP/1.1\r\nHost: localhost\r\nX: " + std::string(40'000, 'x') +
                "\r\n\r\n",
            431, "127.0.0.1 GET /health -> 431: ");
    }
    void whatTheTransportRefusesCountsToo()
    {
        QFETCH(std::string, bytes);
        QFETCH(int, status);
        QFETCH(std::string, line);
        HttpOptions options;
        options.maxBody = mebibytes(1);
        options.limits.header = 200ms;
        const ApiServer api(oneFake(), options);
        Heard heard;
        HttpClient client(api.port());
        QVERIFY(client.send(bytes));
        QCOMPARE(client.response().status, status);
        QCOMPARE(refused(api, "guard", status), 1);
        QCOMPARE(figure(api, "refused"), 1);
        const auto lines = heard.lines();
        QCOMPARE(int(lines.size()), 1);
        QVERIFY2(lines[0].starts_with(line), lines[0].c_str());
        QVERIFY2(lines[0].find("secret") == std::string::npos, lines[0].c_str());
    }

    void whoFindsNoPlaceCountsToo()
    {
        HttpOptions options;
        options.limits.connections = 1;
        const ApiServer api(oneFake(), options);
        Heard heard;
        HttpClient first(api.port());
        QVERIFY(first.request("GET", "/health"));
        QCOMPARE(first.response().status, 200);
        HttpClient second(api.port());
        QCOMPARE(second.response().status, 503);
        const auto counted = [&] {
            return first.request("GET", "/stats") &&
                   jsonOf(first.response())[QLatin1String("refused")].toInt() == 1;
        };
        QTRY_VERIFY(counted());
        QVERIFY2(heard.all().starts_with("127.0.0.1 - - -> 503: "), heard.all().c_str());
    }

    void theLogTellsWhoAskedForWhatAndWhyNot()
    {
        const ApiServer api(oneFake(), {}, defaultFake());
        Heard heard;
        QCOMPARE(api.post("/models/none/load?token=secret").status, 404);
        QCOMPARE(api.get("/stats?token=secret%zz").status, 400);
        QCOMPARE(api.get("/" + std::string(5000, 'x')).status, 404);
        QCOMPARE(api.get("/a\"b\\c").status, 404);
        QCOMPARE(api.get("/health").status, 200);
        const auto lines = heard.lines();
        QCOMPARE(int(lines.size()), 4);
        QVERIFY2(lines[0].starts_with("127.0.0.1 POST /models/none/load -> 404: ") &&
                     lines[0].find("\"none\"") != std::string::npos,
                 lines[0].c_str());
        QVERIFY2(lines[1].starts_with("127.0.0.1 - - -> 400: The query has a broken"),
                 lines[1].c_str());
        QVERIFY2(lines[2].size() < 500, lines[2].c_str());
        QVERIFY2(heard.all().find("secret") == std::string::npos, heard.all().c_str());
        // As one line and as one JSON object, whatever the path.
        const LogRecord odd{{}, LogLevel::Info, "http", lines[3]};
        QVERIFY(formatLogText(odd).find('\n') == std::string::npos);
        const auto parsed =
            QJsonDocument::fromJson(QByteArray::fromStdString(formatLogJson(odd))).object();
        QCOMPARE(parsed[QLatin1String("message")].toString().toStdString(), lines[3]);
    }

    void atMostTenLinesWithinAnySecond()
    {
        RefusalLog log;
        Heard heard;
        const SteadyTime start = std::chrono::steady_clock::now();
        QVERIFY(!log.note(record(400), start));
        for (int i = 0; i < 9; ++i)
            QVERIFY(!log.note(record(400), start + 900ms));
        QCOMPARE(int(heard.lines().size()), 10);
        QCOMPARE(heard.lines()[0], std::string("10.0.0.7 GET /x -> 400: No."));
        QVERIFY(log.note(record(404), start + 999ms)); // somebody is to tell the count
        QVERIFY(!log.note(record(404), start + 999ms));
        QVERIFY(!log.note(record(500), start + 1s)); // the place of the first one is free
        QVERIFY(!log.note(record(404), start + 1s)); // the others are not yet
        QCOMPARE(int(heard.lines().size()), 11);
        log.tellHidden();
        log.tellHidden();
        QCOMPARE(int(heard.lines().size()), 12);
        QCOMPARE(hiddenIn(heard.lines()[11]), 3);
        QVERIFY(!log.note(record(404), start + 1900ms));
        QCOMPARE(int(heard.lines().size()), 13);
    }

    void aFloodEndsWithItsCount()
    {
        ApiServer api(oneFake());
        Heard heard;
        HttpClient client(api.port());
        const int all = 100;
        for (int i = 0; i < all; ++i) {
            QVERIFY(client.request("GET", "/nowhere"));
            QCOMPARE(client.response().status, 404);
        }
        const auto told = [&] {
            int sum = 0;
            for (const std::string &line : heard.lines())
                sum += std::max(hiddenIn(line), 1);
            return sum;
        };
        // Nobody asks any more: a timer tells the count.
        QTRY_COMPARE(told(), all);
        QVERIFY(int(heard.lines().size()) < all);

        // One that is still to come is told when the server stops.
        for (int i = 0; i < 2 * int(RefusalLog::mostShown); ++i) {
            QVERIFY(client.request("GET", "/nowhere"));
            QCOMPARE(client.response().status, 404);
        }
        api.server().stop(1s);
        QCOMPARE(told(), all + 2 * int(RefusalLog::mostShown));
    }

    void whoWantsNoInformationGetsNone()
    {
        const ApiServer api(oneFake());
        setLogLevel(LogLevel::Warning);
        Heard heard;
        QCOMPARE(api.get("/nowhere").status, 404);
        setLogLevel(LogLevel::Info);
        QVERIFY(heard.lines().empty());
    }
};

QTEST_GUILESS_MAIN(TestRefusals)
#include "tst_refusals.moc"
