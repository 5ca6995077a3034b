// GET /models/NAME/examples: what is offered, how it is given out, and what stays inside.
#include "api_server.h"
#include "base/file.h"
#include "base/logging.h"
#include "fake_picture.h"
#include "test_files.h"

#include <filesystem>
#include <fmt/format.h>
#include <QJsonArray>
#include <QJsonValue>
#include <QTemporaryDir>
#include <QTest>

using namespace warmbench;
namespace fs = std::filesystem;

namespace {

// A folder with the network of digits, and what a test lays beside it.
class Folder
{
public:
    Folder() { copy("digits.onnx"); }

    fs::path path() const { return m_folder.path().toStdString() + "/models"; }
    fs::path outside() const { return m_folder.path().toStdString() + "/outside"; }
    void copy(const char *name, const char *as = nullptr) const
    {
        const fs::path target = path() / (as ? as : name);
        fs::create_directories(target.parent_path());
        fs::create_directories(outside());
        fs::copy_file(sampleFile(name), target);
    }
    void write(const fs::path &name, std::string_view content) const
    {
        QVERIFY(writeFile(path() / name, content));
    }
    // The settings of the sample, with these as golden inputs.
    void settle(const std::vector<std::string> &golden) const
    {
        std::string list;
        for (const std::string &input : golden)
            list += fmt::format("{}{{\"input\": \"{}\", \"expect\": {{\"label\": \"3\"}}}}",
                                list.empty() ? "" : ", ", input);
        write("digits.warmbench.json",
              R"({"task": "classification", "input": {"channels": "gray"}, "golden": [)" + list +
                  "]}");
    }

private:
    QTemporaryDir m_folder;
};

QJsonArray examplesOf(const ApiServer &api, std::string_view model = "digits")
{
    const auto answer = api.get(fmt::format("/models/{}/examples", model));
    if (answer.status != 200)
        qWarning("%d %s", answer.status, answer.body.c_str());
    return jsonOf(answer)[QLatin1String("examples")].toArray();
}

QStringList namesOf(const QJsonArray &examples)
{
    QStringList names;
    for (const auto &example : examples)
        names.append(example[QLatin1String("name")].toString());
    return names;
}

std::string hrefOf(const QJsonValue &example)
{
    return example[QLatin1String("href")].toString().toStdString();
}

// A PNG whose header says so many pixels; the rest of it is missing.
std::string announcing(std::uint32_t side)
{
    std::string png = pictureOf(5);
    for (const std::size_t at : {16U, 20U}) {
        for (std::size_t i = 0; i < 4; ++i)
            png[at + i] = static_cast<char>(side >> (24 - 8 * i));
    }
    return png;
}

} // namespace

class TestExamples : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { setLogToStandardError(false); }

    void goldenInputsComeFirstAndThenThePicturesBeside()
    {
        const Folder folder;
        folder.settle({"seven.png", "shown/three.png"});
        folder.copy("three.png", "shown/three.png");
        for (const char *name : {"seven.png", "zero.png", "nine.png"})
            folder.copy(name);
        folder.write("notes.txt", "private");
        folder.write("notes.png", "no picture");
        ApiServer api;
        QVERIFY(api.workbench().open(folder.path(), false));
        const QJsonArray examples = examplesOf(api);
        QCOMPARE(namesOf(examples),
                 QStringList({QStringLiteral("seven.png"), QStringLiteral("shown/three.png"),
                              QStringLiteral("nine.png"), QStringLiteral("zero.png")}));
        QCOMPARE(examples[1][QLatin1String("kind")].toString(), QStringLiteral("picture"));
        QCOMPARE(examples[1][QLatin1String("golden")].toBool(), true);
        QCOMPARE(examples[1][QLatin1String("expected")].toString(), QStringLiteral("3"));
        QVERIFY(examples[2][QLatin1String("expected")].isNull());
        const auto content = api.get(hrefOf(examples[1]));
        QCOMPARE(content.status, 200);
        QCOMPARE(QByteArray::fromStdString(content.body),
                 QByteArray::fromStdString(
                     readFile(sampleFile("three.png"), mebibytes(1)).value_or(std::string())));
        QCOMPARE(content.field("content-type"), "image/png");
        QCOMPARE(content.field("x-content-type-options"), "nosniff");
        QCOMPARE(content.field("cross-origin-resource-policy"), "same-origin");
        // A look loads nothing.
        QCOMPARE(jsonOf(api.get("/stats"))[QLatin1String("loads")].toInt(), 0);
        // A model that is loaded answers the same.
        QCOMPARE(api.post("/models/digits/load").status, 200);
        QCOMPARE(examplesOf(api), examples);
        QCOMPARE(api.get(hrefOf(examples[1])).body, content.body);
    }

    void onlyGoldenInputsAreGivenWhereOthersMayAsk_data()
    {
        QTest::addColumn<QString>("host");
        QTest::addColumn<QString>("allowedHost");
        QTest::addColumn<QString>("allowedOrigin");
        QTest::newRow("other machines") << QStringLiteral("0.0.0.0") << QString() << QString();
        QTest::newRow("through a proxy")
            << QStringLiteral("127.0.0.1") << QStringLiteral("models.example") << QString();
        QTest::newRow("foreign pages")
            << QStringLiteral("127.0.0.1") << QString() << QStringLiteral("http://a.example");
    }
    void onlyGoldenInputsAreGivenWhereOthersMayAsk()
    {
        QFETCH(QString, host);
        QFETCH(QString, allowedHost);
        QFETCH(QString, allowedOrigin);
        const Folder folder;
        folder.settle({"seven.png"});
        folder.copy("seven.png");
        folder.copy("zero.png");
        http::HttpOptions options;
        options.host = host.toStdString();
        options.token = "secret";
        if (!allowedHost.isEmpty())
            options.allowedHosts = {allowedHost.toStdString()};
        if (!allowedOrigin.isEmpty())
            options.allowedOrigins = {allowedOrigin.toStdString()};
        ApiServer api(nullptr, options);
        QVERIFY(api.workbench().open(folder.path(), false));
        QCOMPARE(namesOf(examplesOf(api)), QStringList(QStringLiteral("seven.png")));
        QCOMPARE(api.get("/models/digits/examples/1").status, 404);
    }

    void nothingOutsideIsGiven()
    {
        const Folder folder;
        QVERIFY(writeFile(folder.outside() / "secret.png", pictureOf(1)));
        fs::create_symlink(folder.outside() / "secret.png", folder.path() / "link.png");
        fs::create_directory_symlink(folder.outside(), folder.path() / "linked");
        folder.copy("zero.png");
        fs::create_symlink("zero.png", folder.path() / "nought.png");
        folder.settle({"../outside/secret.png", (folder.outside() / "secret.png").string(),
                       "link.png", "linked/secret.png", "nought.png"});
        ApiServer api;
        QVERIFY(api.workbench().open(folder.path(), false));
        // A link that stays inside was named on purpose; the file that it leads to is there once.
        QCOMPARE(namesOf(examplesOf(api)), QStringList(QStringLiteral("nought.png")));
        for (const char *index : {"1", "99", "18446744073709551615"})
            QCOMPARE(api.get(fmt::format("/models/digits/examples/{}", index)).status, 404);
        for (const char *index :
             {"link.png", "-1", "0x", "..", "%2E%2E%2Foutside", "1e1", "99999999999999999999"}) {
            const int status = api.get(fmt::format("/models/digits/examples/{}", index)).status;
            QVERIFY2(status == 400 || status == 404, index);
        }
        QCOMPARE(api.get("/models/digits/examples/0?file=../outside/secret.png").status, 404);
        QCOMPARE(api.get("/models/none/examples").status, 404);
        QCOMPARE(api.get("/models/digits/examples", "Origin: http://evil.example\r\n").status, 403);
    }

    void whatVanishedIsSaidInASentence()
    {
        const Folder folder;
        for (const char *name : {"one.png", "two.png"})
            folder.copy(name);
        ApiServer api;
        QVERIFY(api.workbench().open(folder.path(), false));
        const QJsonArray examples = examplesOf(api);
        QCOMPARE(examples.size(), 2);
        fs::remove(folder.path() / "one.png");
        // Another file has its place now.
        for (const auto &example : examples) {
            const auto answer = api.get(hrefOf(example));
            QCOMPARE(answer.status, 404);
            QCOMPARE(jsonOf(answer)[QLatin1String("code")].toString(), QStringLiteral("NOT_FOUND"));
            QVERIFY2(answer.body.find("GET /models/digits/examples lists them.") !=
                         std::string::npos,
                     answer.body.c_str());
        }
        // A link is none, wherever it leads to.
        fs::remove(folder.path() / "two.png");
        folder.write("three.png.kept", pictureOf(5));
        fs::create_symlink("three.png.kept", folder.path() / "two.png");
        QCOMPARE(api.get("/models/digits/examples/0").status, 404);
    }

    void whatIsTooLargeIsNotOffered()
    {
        const Folder folder;
        folder.write("a_small.png", announcing(4999));
        folder.write("b_many_pixels.png", announcing(5001));
        folder.write("c_no_size.png", announcing(0));
        folder.write("d_many_bytes.png", pictureOf(5) + std::string(8 * 1024 * 1024, '\0'));
        folder.write("e_empty.png", "");
        ApiServer api;
        QVERIFY(api.workbench().open(folder.path(), false));
        QCOMPARE(namesOf(examplesOf(api)), QStringList(QStringLiteral("a_small.png")));
    }

    void oneThatFindsNoRoomIsAskedForAgain()
    {
        const Folder folder;
        folder.copy("three.png");
        http::HttpOptions options;
        options.maxBody = Bytes{500};
        options.limits.bufferedInput = Bytes{500};
        options.limits.requestLine = options.limits.headerBytes =
            1000; // there has to be room for them
        ApiServer api(nullptr, options);
        QVERIFY(api.workbench().open(folder.path(), false));
        QCOMPARE(examplesOf(api).size(), 1);
        const auto answer = api.get("/models/digits/examples/0");
        QCOMPARE(answer.status, 503);
        QCOMPARE(answer.field("retry-after"), "1");
    }

    void thereAreAtMostTwentyFour()
    {
        const Folder folder;
        std::vector<std::string> golden;
        for (int i = 0; i < 10; ++i) {
            folder.write(fmt::format("golden{}.png", i), pictureOf(5));
            golden.push_back(fmt::format("golden{}.png", i));
        }
        for (int i = 10; i < 40; ++i)
            folder.write(fmt::format("p{}.png", i), pictureOf(5));
        folder.settle(golden);
        ApiServer api;
        QVERIFY(api.workbench().open(folder.path(), false));
        const QStringList names = namesOf(examplesOf(api));
        QCOMPARE(names.size(), 24);
        QCOMPARE(names.last(), QStringLiteral("p23.png"));
        QCOMPARE(api.get("/models/digits/examples/24").status, 404);
    }

    void rowsOfATableAreToldApart()
    {
        const Folder folder;
        for (const char *name : {"iris.onnx", "iris.warmbench.json", "iris.labels.txt",
                                 "setosa.json", "virginica.json", "zero.png"})
            folder.copy(name);
        folder.write("versicolor.json",
                     R"({"features": {}})" + std::string(70'000, ' ')); // too long to be shown
        ApiServer api;
        QVERIFY(api.workbench().open(folder.path(), false));
        const QJsonArray examples = examplesOf(api, "iris");
        QCOMPARE(namesOf(examples),
                 QStringList({QStringLiteral("setosa.json"), QStringLiteral("versicolor.json"),
                              QStringLiteral("virginica.json")}));
        QCOMPARE(examples[0][QLatin1String("kind")].toString(), QStringLiteral("row"));
        QCOMPARE(examples[1][QLatin1String("kind")].toString(), QStringLiteral("file"));
        QCOMPARE(examples[2][QLatin1String("expected")].toString(), QStringLiteral("virginica"));
        const auto row = api.get(hrefOf(examples[2]));
        QCOMPARE(row.field("content-type"), "application/json");
        const auto answer = api.post("/predict/iris", row.body);
        QVERIFY2(answer.body.find("\"virginica\"") != std::string::npos, answer.body.c_str());
    }
};

QTEST_GUILESS_MAIN(TestExamples)
#include "tst_examples.moc"
