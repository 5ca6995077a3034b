// `warmbench serve` from its first line to its last.
#include "base/file.h"
#include "http_client.h"
#include "program.h"
#include "test_files.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

using namespace warmbench;
using namespace std::chrono_literals;
using Steady = std::chrono::steady_clock;

namespace {

QString text(const std::filesystem::path &path)
{
    return QString::fromStdString(path.string());
}

QStringList serve(const QStringList &arguments)
{
    return QStringList{QStringLiteral("serve"), QStringLiteral("--port"), QStringLiteral("0")} +
           arguments;
}

QJsonObject json(const HttpResponse &response)
{
    return QJsonDocument::fromJson(QByteArray::fromStdString(response.body)).object();
}

// A body that keeps the network `slow` busy for about 100 ms a sample, on one core.
std::string slowBody(int samples)
{
    std::string sample = "[";
    for (int i = 0; i < 128 * 128; ++i)
        sample += i ? ",0" : "0";
    sample += "]";
    std::string body = "{\"inputs\": [";
    for (int i = 0; i < samples; ++i)
        body += (i ? "," : "") + sample;
    return body + "]}";
}

// True once a prediction holds the model.
bool inUse(Program &program, const std::string &model)
{
    const auto end = Steady::now() + 60s;
    while (Steady::now() < end) {
        HttpClient client(program.port());
        if (json(client.exchange("GET", "/models/" + model))[QLatin1String("in_use")].toInt() > 0)
            return true;
    }
    return false;
}

double millisecondsSince(Steady::time_point start)
{
    return std::chrono::duration<double, std::milli>(Steady::now() - start).count();
}

bool contains(const std::string &text, const std::string &word)
{
    return text.find(word) != std::string::npos;
}

} // namespace

class TestServe : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void printsOneLineAndAnswers()
    {
        Program program(serve({QStringLiteral("--sample")}));
        QVERIFY(program.listens());
        QCOMPARE(program.firstLine(),
                 "Listening on http://127.0.0.1:" + std::to_string(program.port()) + "\n");
        HttpClient client(program.port());
        const HttpResponse health = client.exchange("GET", "/health");
        const double firstAnswer = millisecondsSince(program.started());
        QCOMPARE(health.status, 200);
        qInfo("first answer %.0f ms after the start; the goal is 300 ms", firstAnswer);

        const auto body = readFile(sampleFile("three.json"), mebibytes(1));
        QVERIFY(body.has_value());
        const HttpResponse response = client.exchange("POST", "/predict/digits", *body);
        QCOMPARE(response.status, 200);
        const QJsonObject best = json(response)[QLatin1String("results")]
                                     .toArray()[0][QLatin1String("classes")]
                                     .toArray()[0]
                                     .toObject();
        QCOMPARE(best[QLatin1String("label")].toString(), QStringLiteral("3"));

        program.signal(SIGTERM);
        const Run run = program.finish();
        QCOMPARE(run.code, 0);
        QCOMPARE(run.output, std::string()); // nothing after the first line
    }

    void readyTellsWhenWhatLoadsAtStartIsUp()
    {
        Program program(serve({text(testModel("tiny_64.onnx"))}));
        QVERIFY(program.listens());
        HttpClient client(program.port());
        const auto end = Steady::now() + 60s;
        HttpResponse ready;
        while (ready.status != 200 && Steady::now() < end) {
            ready = client.exchange("GET", "/ready");
            QVERIFY2(ready.status == 200 || ready.status == 503,
                     std::to_string(ready.status).c_str());
        }
        QCOMPARE(ready.status, 200);
        QCOMPARE(json(client.exchange("GET", "/models/tiny_64"))[QLatin1String("state")].toString(),
                 QStringLiteral("ready"));
    }

    void aRequestInFlightEndsAfterTheSignal_data()
    {
        QTest::addColumn<int>("number");
        QTest::newRow("SIGTERM") << SIGTERM;
        QTest::newRow("SIGINT") << SIGINT;
    }
    void aRequestInFlightEndsAfterTheSignal()
    {
        QFETCH(int, number);
        Program program(serve(
            {text(testModel("slow.onnx")), QStringLiteral("--threads"), QStringLiteral("1")}));
        QVERIFY(program.listens());
        HttpClient client(program.port());
        QVERIFY(client.request("POST", "/predict/slow", slowBody(8)));
        QVERIFY(inUse(program, "slow"));
        program.signal(number);
        const HttpResponse response = client.response(false, 60'000);
        const auto answered = Steady::now();
        QCOMPARE(response.status, 200);
        QCOMPARE(json(response)[QLatin1String("results")].toArray().size(), 8);
        const Run run = program.finish();
        const double ending = millisecondsSince(answered);
        QCOMPARE(run.code, 0);
        qInfo("ended %.0f ms after the last answer", ending);
        QVERIFY(ending < 2000);
    }

    void afterTheSignalNobodyElseIsServed()
    {
        Program program(serve(
            {text(testModel("slow.onnx")), QStringLiteral("--threads"), QStringLiteral("1")}));
        QVERIFY(program.listens());
        HttpClient client(program.port());
        QVERIFY(client.request("POST", "/predict/slow", slowBody(8)));
        QVERIFY(inUse(program, "slow"));
        program.signal(SIGTERM);
        const auto end = Steady::now() + 60s;
        bool refused = false;
        while (!refused && Steady::now() < end)
            refused = !HttpClient(program.port()).connected();
        QVERIFY(refused);
        QCOMPARE(client.response(false, 60'000).status, 200);
        QCOMPARE(program.finish().code, 0);
    }

    void aSecondSignalStopsAtOnce()
    {
        Program program(serve(
            {text(testModel("slow.onnx")), QStringLiteral("--threads"), QStringLiteral("1")}));
        QVERIFY(program.listens());
        HttpClient client(program.port());
        QVERIFY(client.request("POST", "/predict/slow", slowBody(100)));
        QVERIFY(inUse(program, "slow"));
        const auto start = Steady::now();
        program.signal(SIGTERM);
        // The first one has been taken once the program refuses connections.
        while (HttpClient(program.port()).connected() && Steady::now() < start + 60s) {
        }
        program.signal(SIGTERM);
        const Run run = program.finish();
        QCOMPARE(run.code, 128 + SIGTERM);
        QVERIFY(millisecondsSince(start) < 2000);
    }

    void aModelThatCannotLoadEndsIt_data()
    {
        QTest::addColumn<std::string>("file");
        QTest::addColumn<std::string>("word");
        QTest::newRow("missing") << std::string("nowhere.onnx") << std::string("nowhere.onnx");
        QTest::newRow("unknown operator")
            << std::string("unknown_op.onnx") << std::string("FooBarOp");
        QTest::newRow("half precision")
            << std::string("fp16_weights.onnx") << std::string("float16");
        QTest::newRow("no model at all")
            << std::string("add.sum.npy") << std::string("add.sum.npy");
        QTest::newRow("weights outside the folder")
            << std::string("external_escape.onnx") << std::string("secret.bin");
    }
    void aModelThatCannotLoadEndsIt()
    {
        QFETCH(std::string, file);
        QFETCH(std::string, word);
        const Run run = Program::run(
            serve({QStringLiteral("--log-level"), QStringLiteral("off"), QStringLiteral("--engine"),
                   QStringLiteral("opencv"), text(testModel(file))}));
        QCOMPARE(run.code, 1);
        QVERIFY2(contains(run.errors, word), run.errors.c_str());
        QVERIFY2(run.errors.starts_with("warmbench: "), run.errors.c_str());
        QCOMPARE(std::count(run.errors.begin(), run.errors.end(), '\n'), 1);
    }

    void aTakenPortNamesItsHolder()
    {
        Program holder(serve({QStringLiteral("--sample")}));
        QVERIFY(holder.listens());
        const Run run = Program::run({QStringLiteral("serve"), QStringLiteral("--sample"),
                                      QStringLiteral("--port"), QString::number(holder.port()),
                                      QStringLiteral("--log-level"), QStringLiteral("off")});
        QCOMPARE(run.code, 1);
        QCOMPARE(run.output, std::string());
        QVERIFY2(contains(run.errors, std::to_string(holder.port())), run.errors.c_str());
        QVERIFY2(contains(run.errors, "warmbench (process " + std::to_string(holder.pid()) + ")"),
                 run.errors.c_str());
    }

    void unansweredHalvesOfRequestsDoNotKeepItAlive()
    {
        Program program(serve({QStringLiteral("--sample")}));
        QVERIFY(program.listens());
        HttpClient half(program.port());
        QVERIFY(
            half.send("POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n"));
        HttpClient idle(program.port());
        QCOMPARE(idle.exchange("GET", "/health").status, 200);
        const auto start = Steady::now();
        program.signal(SIGTERM);
        QCOMPARE(program.finish().code, 0);
        QVERIFY(millisecondsSince(start) < 2000);
    }
};

QTEST_GUILESS_MAIN(TestServe)
#include "tst_serve.moc"
