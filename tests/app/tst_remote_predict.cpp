// `warmbench predict --url`: the same lines as from this process, whatever the input, and one
// sentence for each way in which it can fail.
#include "base/file.h"
#include "canned_server.h"
#include "make_tensor.h"
#include "program.h"
#include "tensor/npy.h"
#include "test_files.h"

#include <fmt/format.h>
#include <QRegularExpression>
#include <QTest>

using namespace warmbench;

namespace {

QString text(const std::filesystem::path &path)
{
    return QString::fromStdString(path.string());
}

QString urlOf(std::uint16_t port)
{
    return QStringLiteral("http://127.0.0.1:%1").arg(port);
}

QStringList remote(const QString &url, const QString &model, const QStringList &inputs)
{
    return QStringList{QStringLiteral("predict"), QStringLiteral("--url"), url, model} + inputs;
}

// Without what may differ: whether the model was loaded, and the times.
QString comparable(const std::string &output)
{
    static const QRegularExpression cache(QStringLiteral("\"cache\": \"[a-z]+\""));
    static const QRegularExpression number(
        QStringLiteral("(\"(load|queue|decode|preprocess|infer|postprocess|total)\": )[0-9.e-]+"));
    return QString::fromStdString(output)
        .replace(cache, QStringLiteral("\"cache\": ?"))
        .replace(number, QStringLiteral("\\1?"));
}

std::string http(const char *status, const char *fields, std::string_view body)
{
    return fmt::format("HTTP/1.1 {}\r\n{}Content-Length: {}\r\n\r\n{}", status, fields, body.size(),
                       body);
}

} // namespace

class TestRemotePredict : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        m_server = std::make_unique<Program>(QStringList{
            QStringLiteral("serve"), QStringLiteral("--port"), QStringLiteral("0"),
            QStringLiteral("--token"), QStringLiteral("secret"),
            text(sampleFile("digits.onnx").parent_path()), text(testModel("multi_out.onnx")),
            text(testModel("addsub_int32.onnx")), text(testModel("image_out.onnx"))});
        QVERIFY(m_server->listens());
        writeInputs();
    }
    void cleanupTestCase() { m_server.reset(); }

    void localAndRemoteLookAlike_data()
    {
        QTest::addColumn<std::string>("model");
        QTest::addColumn<QStringList>("inputs");
        QTest::addColumn<QByteArray>("standardInput");
        QTest::addColumn<int>("lines");
        const auto row = [](const char *name, const char *model, const QStringList &inputs,
                            int lines, const QByteArray &standardInput = {}) {
            QTest::newRow(name) << std::string(model) << inputs << standardInput << lines;
        };
        const auto sample = [](const char *name) { return text(sampleFile(name)); };
        row("picture", "digits", {sample("three.png")}, 1);
        row("several", "digits", {sample("three.png"), sample("three.json")}, 2);
        row("JSON", "digits", {sample("three.json")}, 1);
        row("bare list", "iris", {input("list.json")}, 1);
        row("tensors by name", "addsub_int32", {input("tensors.json")}, 1);
        row(".npy", "iris", {input("row.npy")}, 1);
        row(".npy of a batch", "iris", {input("rows.npy")}, 1);
        row("table without names", "iris", {input("plain.csv")}, 2);
        row("table with names", "iris", {input("named.csv")}, 2);
        row("names where the model has none", "multi_out", {input("named.csv")}, 2);
        row("table with its answers", "iris", {QStringLiteral("--csv"), input("named.csv")}, 3);
        row("many numbers", "image_out", {sample("three.png")}, 1);
        row("many numbers whole", "image_out", {QStringLiteral("--raw"), sample("three.png")}, 1);
        row("folder", "iris", {text(m_folder.path().toStdString() + "/folder")}, 3);
        row("picture on standard input", "digits", {QStringLiteral("-")}, 1, picture());
        row("JSON on standard input", "iris", {QStringLiteral("-")}, 1, "[5.1,3.5,1.4,0.2]");
    }
    void localAndRemoteLookAlike()
    {
        QFETCH(std::string, model);
        QFETCH(QStringList, inputs);
        QFETCH(QByteArray, standardInput);
        QFETCH(int, lines);
        const auto file = model == "digits" || model == "iris" ? sampleFile(model + ".onnx")
                                                               : testModel(model + ".onnx");
        const Run here = Program::run(QStringList{QStringLiteral("predict"), text(file)} + inputs,
                                      standardInput);
        const Run there = Program::run(
            remote(urlOf(m_server->port()), QString::fromStdString(model), inputs), standardInput);
        QVERIFY2(here.code == 0, here.errors.c_str());
        QVERIFY2(there.code == 0, there.errors.c_str());
        QCOMPARE(there.errors, std::string());
        QCOMPARE(int(std::count(here.output.begin(), here.output.end(), '\n')), lines);
        QCOMPARE(comparable(there.output), comparable(here.output));
    }

    void whatFailsIsToldAlike_data()
    {
        QTest::addColumn<QStringList>("inputs");
        QTest::newRow("no picture") << QStringList{text(sampleFile("README.md"))};
        QTest::newRow("empty") << QStringList{QStringLiteral("/dev/null")};
        QTest::newRow("missing") << QStringList{QStringLiteral("/nowhere/three.png")};
        QTest::newRow("wrong count") << QStringList{input("list.json")};
        QTest::newRow("table that is none") << QStringList{input("broken.csv")};
        QTest::newRow("goes on after it")
            << QStringList{QStringLiteral("/nowhere/three.png"), text(sampleFile("three.png"))};
    }
    void whatFailsIsToldAlike()
    {
        QFETCH(QStringList, inputs);
        const Run here = Program::run(
            QStringList{QStringLiteral("predict"), text(sampleFile("digits.onnx"))} + inputs);
        const Run there =
            Program::run(remote(urlOf(m_server->port()), QStringLiteral("digits"), inputs));
        QCOMPARE(here.code, 1);
        QCOMPARE(there.code, 1);
        QVERIFY(!here.errors.empty());
        QCOMPARE(there.errors, here.errors);
        QCOMPARE(comparable(there.output), comparable(here.output));
    }

    void wrongAddressesGetOneSentence_data()
    {
        QTest::addColumn<QString>("url");
        QTest::addColumn<int>("code");
        QTest::addColumn<QString>("told");
        const auto row = [](const char *name, const char *url, int code, const char *told) {
            QTest::newRow(name) << QString::fromUtf8(url) << code << QString::fromUtf8(told);
        };
        row("nothing listens", "127.0.0.1:1", 1, "Nothing listens at http://127.0.0.1:1");
        row("other scheme", "ftp://127.0.0.1", 2, "no address of a server");
        row("no host", "http://", 2, "no address of a server");
        row("no port", "127.0.0.1:99999", 2, "no address of a server");
        row("a query", "http://127.0.0.1:1/?x=1", 2, "no address of a server");
        row("a password", "http://me:it@127.0.0.1:1", 2, "no address of a server");
        row("empty", " ", 2, "no address of a server");
    }
    void wrongAddressesGetOneSentence()
    {
        QFETCH(QString, url);
        QFETCH(int, code);
        QFETCH(QString, told);
        judge(Program::run(remote(url, QStringLiteral("digits"), {input("list.json")})), code,
              told);
    }

    void whatAnswersThereIsTold_data()
    {
        QTest::addColumn<QByteArray>("answer");
        QTest::addColumn<QString>("told");
        const auto row = [](const char *name, const std::string &answer, const char *told) {
            QTest::newRow(name) << QByteArray::fromStdString(answer) << QString::fromUtf8(told);
        };
        row("a web page", http("200 OK", "Content-Type: text/html\r\n", "<html>"),
            "no Warmbench server");
        row("another's 404", http("404 Not Found", "Content-Type: text/plain\r\n", "nothing"),
            "no Warmbench server (status 404, text/plain)");
        row("other JSON", http("200 OK", "", "{\"name\": \"triton\"}"), "no Warmbench server");
        row("redirect", http("301 Moved", "Location: https://elsewhere.example/\r\n", ""),
            "redirects to https://elsewhere.example/");
        row("token wanted",
            http("401 Unauthorized", "WWW-Authenticate: Bearer\r\n", "{\"error\": \"no\"}"),
            "wants a token; give it with --token");
        row("sentence",
            http("503 Service Unavailable", "", "{\"error\": \"Shutting down.\", \"code\": \"X\"}"),
            "warmbench: Shutting down.");
        row("no HTTP", "SSH-2.0-OpenSSH_9.2\r\n", "No answer from http://127.0.0.1:");
        row("closes", "", "No answer from http://127.0.0.1:");
        row("cut off", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{", "no Warmbench server");
    }
    void whatAnswersThereIsTold()
    {
        QFETCH(QByteArray, answer);
        QFETCH(QString, told);
        const CannedServer server(answer.toStdString());
        judge(Program::run(
                  remote(urlOf(server.port()), QStringLiteral("digits"), {input("list.json")})),
              1, told);
    }

    void aWrongTokenAndASilentServerAreTold()
    {
        const CannedServer strict(http("401 Unauthorized", "WWW-Authenticate: Bearer\r\n", ""));
        judge(Program::run(QStringList{QStringLiteral("predict"), QStringLiteral("--token=wrong"),
                                       QStringLiteral("--url"), urlOf(strict.port()),
                                       QStringLiteral("digits"), input("list.json")}),
              1, QStringLiteral("refuses the token"));
        const CannedServer silent({}, false);
        judge(Program::run(QStringList{QStringLiteral("predict"), QStringLiteral("--deadline=1ms"),
                                       QStringLiteral("--url"), urlOf(silent.port()),
                                       QStringLiteral("digits"), input("list.json")}),
              1, QStringLiteral("did not answer in time; --deadline"));
    }

    void theServerSaysWhatItDoesNotKnow()
    {
        judge(Program::run(remote(urlOf(m_server->port()), QStringLiteral("digitz"),
                                  {input("list.json"), input("list.json")})),
              1, QStringLiteral("did you mean \"digits\""));
        judge(Program::run(
                  remote(urlOf(m_server->port()), QStringLiteral("a%2Fb"), {input("list.json")})),
              1, QStringLiteral("a%2Fb"));
        const Run slash = Program::run(remote(urlOf(m_server->port()) + QStringLiteral("/"),
                                              QStringLiteral("iris"), {input("list.json")}));
        QVERIFY2(slash.code == 0, slash.errors.c_str());
    }

    void optionsThatTheServerDecidesAreRefused_data()
    {
        QTest::addColumn<QStringList>("options");
        QTest::addColumn<QString>("told");
        const QString url = QStringLiteral("--url=127.0.0.1:1");
        QTest::newRow("threads") << QStringList{url, QStringLiteral("--threads=2")}
                                 << QStringLiteral("--threads has no effect with --url");
        QTest::newRow("sample") << QStringList{url, QStringLiteral("--sample")}
                                << QStringLiteral("--sample has no effect with --url");
        QTest::newRow("token alone")
            << QStringList{QStringLiteral("--token=x")} << QStringLiteral("give --url too");
    }
    void optionsThatTheServerDecidesAreRefused()
    {
        QFETCH(QStringList, options);
        QFETCH(QString, told);
        judge(Program::run(QStringList{QStringLiteral("predict")} + options +
                           QStringList{QStringLiteral("digits"), input("list.json")}),
              2, told);
    }

private:
    QString input(const char *name) const
    {
        return text(std::filesystem::path(m_folder.path().toStdString()) / name);
    }
    static QByteArray picture()
    {
        return QByteArray::fromStdString(
            readFile(sampleFile("eight.png"), mebibytes(1)).value_or(std::string()));
    }

    static void judge(const Run &run, int code, const QString &told)
    {
        QVERIFY2(run.code == code, (run.output + run.errors).c_str());
        QVERIFY2(QString::fromStdString(run.errors).contains(told), run.errors.c_str());
        QVERIFY2(std::count(run.errors.begin(), run.errors.end(), '\n') == 1, run.errors.c_str());
        QVERIFY2(run.errors.starts_with("warmbench: "), run.errors.c_str());
        QCOMPARE(run.output, std::string());
    }

    void writeInputs() const
    {
        const std::filesystem::path folder = m_folder.path().toStdString();
        std::filesystem::create_directory(folder / "folder");
        const std::vector<float> row{5.1F, 3.5F, 1.4F, 0.2F};
        std::vector<float> rows = row;
        rows.insert(rows.end(), {6.7F, 3.0F, 5.2F, 2.3F});
        const auto one = Tensor::fromValues<float>({4}, row);
        const auto two = Tensor::fromValues<float>({2, 4}, rows);
        QVERIFY(one && two);
        const std::string header = "petal width,sepal length,sepal width,petal length\n";
        const std::string ones = "[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1]";
        for (const auto &[name, content] : std::vector<std::pair<std::string, std::string>>{
                 {"list.json", "[5.1, 3.5, 1.4, 0.2]"},
                 {"tensors.json",
                  fmt::format(R"({{"tensors": {{"INPUT0": [{0}], "INPUT1": [{0}]}}}})", ones)},
                 {"row.npy", writeNpy(*one)},
                 {"rows.npy", writeNpy(*two)},
                 {"plain.csv", "5.1,3.5,1.4,0.2\n6.7,3.0,5.2,2.3\n"},
                 {"named.csv", header + "0.2,5.1,3.5,1.4\n2.3,6.7,3.0,5.2\n"},
                 {"broken.csv", "1,2,3\n1,2\n"},
                 {"folder/a.json", R"({"features": {"sepal length": 5.1}})"},
                 {"folder/b.csv", "5.1,3.5,1.4,0.2\n"},
                 {"folder/c.npy", writeNpy(*one)},
                 {"folder/d.txt", "no input"}})
            QVERIFY(writeFile(folder / name, content).has_value());
    }

    const QTemporaryDir m_folder;
    std::unique_ptr<Program> m_server;
};

QTEST_GUILESS_MAIN(TestRemotePredict)
#include "tst_remote_predict.moc"
