// POST /models/NAME/match: the form, its refusals, and what it answers.
#include "api_server.h"
#include "base/logging.h"
#include "fake_picture.h"
#include "tensor/npy.h"

#include <QJsonArray>
#include <QJsonObject>
#include <QTest>

using namespace warmbench;

namespace {

struct Part
{
    std::string name;
    std::string content;
};

constexpr std::string_view formType = "Content-Type: multipart/form-data; boundary=frontier\r\n";

std::string form(const std::vector<Part> &parts)
{
    std::string body;
    for (const Part &part : parts)
        body += "--frontier\r\nContent-Disposition: form-data; name=\"" + part.name +
                "\"; filename=\"f\"\r\n\r\n" + part.content + "\r\n";
    return body + "--frontier--\r\n";
}

std::string scores(const std::vector<float> &values)
{
    return writeNpy(tensorOf({1, std::int64_t(values.size())}, values));
}

} // namespace

class TestMatchRoute : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { setLogToStandardError(false); }

    // The model answers its four grey pixels: 51 is 0.2 of 255.
    void preparationsAreRanked_data()
    {
        QTest::addColumn<float>("pixel");
        QTest::addColumn<QString>("words");
        QTest::newRow("0 to 1") << 0.2F << QStringLiteral("gray, 0 to 1;");
        QTest::newRow("0 to 255") << 51.0F << QStringLiteral("gray, 0 to 255;");
        QTest::newRow("-1 to 1") << -0.6F << QStringLiteral("gray, -1 to 1;");
    }
    void preparationsAreRanked()
    {
        QFETCH(float, pixel);
        QFETCH(QString, words);
        ApiServer api(fakeAndPicture());
        const auto answer = api.post(
            "/models/picture/match",
            form({{"input", pictureOf(51)}, {"expected", scores({pixel, pixel, pixel, pixel})}}),
            formType);
        QCOMPARE(answer.status, 200);
        const QJsonObject told = jsonOf(answer);
        QVERIFY2(told[QLatin1String("matches")].toBool(), answer.body.c_str());
        QVERIFY(told[QLatin1String("summary")].toString().startsWith(
            QStringLiteral("matches: largest difference ")));
        QCOMPARE(told[QLatin1String("compared_with")].toString(), QStringLiteral("output"));
        const QJsonArray candidates = told[QLatin1String("candidates")].toArray();
        QVERIFY(candidates.size() >= 4);
        QVERIFY(candidates[0][QLatin1String("preparation")].toString().startsWith(words));
        double before = 0;
        for (const auto &candidate : candidates) {
            const double share = candidate[QLatin1String("share")].toDouble();
            QVERIFY(share >= before);
            before = share;
        }
        // It is no prediction, so that it counts as none.
        QCOMPARE(jsonOf(api.get("/stats"))[QLatin1String("misses")].toInt(), 0);
    }

    void withoutNumbersTheAnswersLieSideBySide()
    {
        ApiServer api(fakeAndPicture());
        const auto answer = api.post(
            "/models/picture/match",
            form({{"input", pictureOf(5)}, {"input", pictureOf(100)}, {"input", pictureOf(250)}}),
            formType);
        QCOMPARE(answer.status, 200);
        const QJsonObject told = jsonOf(answer);
        QVERIFY(told[QLatin1String("matches")].isNull());
        QVERIFY(told[QLatin1String("compared_with")].isNull());
        QCOMPARE(told[QLatin1String("candidates")][0][QLatin1String("answers")].toArray().size(),
                 3);
    }

    void whatIsWrongWithAFormIsSaid_data()
    {
        QTest::addColumn<std::string>("target");
        QTest::addColumn<std::string>("body");
        QTest::addColumn<bool>("isForm");
        QTest::addColumn<int>("status");
        QTest::addColumn<QString>("word");
        const auto row = [](const char *name, const char *target, const std::string &body,
                            bool isForm, int status, const char *word) {
            QTest::newRow(name) << std::string(target) << body << isForm << status
                                << QString::fromLatin1(word);
        };
        const char *picture = "/models/picture/match";
        const Part input{"input", pictureOf(51)};
        row("no form", picture, pictureOf(51), false, 400, "curl -F input=");
        row("no boundary in the body", picture, "hello", true, 400, "never comes");
        row("no input", picture, form({{"expected", scores({0, 0, 0, 0})}}), true, 400,
            "no \"input\"");
        row("another part", picture, form({input, {"write", "true"}}), true, 400, "match --write");
        row("expected twice", picture, form({input, {"expected", ""}, {"expected", ""}}), true, 400,
            "twice");
        row("no picture", picture, form({{"input", "hello"}, {"expected", scores({0, 0, 0, 0})}}),
            true, 400, "");
        row("another shape", picture, form({input, {"expected", scores({0, 0, 0})}}), true, 400,
            "[1, 3]");
        row("no numbers", picture, form({input, {"expected", "hello"}}), true, 400, "numpy.save");
        row("a model of numbers", "/models/fake/match",
            form({input, {"expected", scores({0, 0, 0, 0})}}), true, 400, "not pictures");
        row("no such model", "/models/nobody/match", form({input}), true, 404, "nobody");
    }
    void whatIsWrongWithAFormIsSaid()
    {
        QFETCH(std::string, target);
        QFETCH(std::string, body);
        QFETCH(bool, isForm);
        QFETCH(int, status);
        QFETCH(QString, word);
        ApiServer api(fakeAndPicture());
        const auto answer = api.post(target, body, isForm ? formType : std::string_view());
        QCOMPARE(answer.status, status);
        const QString error = jsonOf(answer)[QLatin1String("error")].toString();
        QVERIFY2(error.contains(word), qPrintable(error));
        QCOMPARE(api.get("/health").status, 200);
    }

    void theDeadlineHolds()
    {
        auto source = std::make_unique<FakeSource>();
        FakeModel model = pictureModel();
        model.network.endsWhenStopped = true;
        source->set("picture", std::move(model));
        WorkbenchOptions options;
        options.deadline = Milliseconds(300);
        ApiServer api(std::move(source), {}, options);
        const auto answer = api.post(
            "/models/picture/match",
            form({{"input", pictureOf(51)}, {"expected", scores({0, 0, 0, 0})}}), formType);
        QCOMPARE(answer.status, 504);
    }
};

QTEST_GUILESS_MAIN(TestMatchRoute)
#include "tst_match_route.moc"
