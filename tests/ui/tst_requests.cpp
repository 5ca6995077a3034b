// The list of requests over the real API: what is told of a request is what happened to it.
#include "base/file.h"
#include "base/logging.h"
#include "http/kept_bodies.h"
#include "http_client.h"
#include "inference/workbench.h"
#include "test_files.h"
#include "ui/api/phase_bar.h"
#include "ui/api/request_filter.h"
#include "ui/api/requests_panel.h"
#include "ui/background.h"
#include "window_api.h"

#include <numeric>
#include <QAction>
#include <QApplication>
#include <QCheckBox>
#include <QClipboard>
#include <QFileDialog>
#include <QJsonDocument>
#include <QJsonObject>
#include <QLabel>
#include <QProcess>
#include <QSignalSpy>
#include <QStandardPaths>
#include <QTableView>
#include <QTemporaryDir>
#include <QTest>
#include <QUrl>

using namespace Qt::StringLiterals;
using namespace warmbench;
using namespace std::chrono_literals;

namespace {

constexpr int patience = 20'000; // milliseconds
constexpr const char *flower = R"({"input": [5.1, 3.5, 1.4, 0.2]})";

http::HttpOptions freePort()
{
    http::HttpOptions options;
    options.port = 0;
    return options;
}

// The panel beside a real API with the sample's models.
struct Served
{
    Served()
    {
        for (const char *name : {"iris.onnx", "digits.onnx"})
            static_cast<void>(workbench.open(sampleFile(name), false));
        api.start();
        panel.resize(1280, 240);
        panel.show();
    }

    std::uint16_t port() const { return std::uint16_t(QUrl(api.url()).port()); }
    HttpResponse post(const std::string &target, std::string_view body = flower,
                      std::string_view fields = {}) const
    {
        return HttpClient(port()).exchange("POST", target, body, fields);
    }
    QTableView *view() const { return panel.findChild<QTableView *>(u"requestView"_s); }
    int rows() const { return view()->model()->rowCount(); }
    const ui::ServedRequest &request(int row) const
    {
        return *static_cast<const ui::RequestFilter *>(view()->model())
                    ->shown()
                    .at(std::size_t(row));
    }
    QString cell(int row, int column) const
    {
        return view()->model()->index(row, column).data().toString();
    }
    QString label(const QString &name) const { return panel.findChild<QLabel *>(name)->text(); }
    void keepBodies() const
    {
        auto *box = panel.findChild<QCheckBox *>(u"keepBodies"_s);
        box->setFocus();
        QTest::keyClick(box, Qt::Key_Space);
    }

    SystemClock clock;
    Workbench workbench{WorkbenchOptions{}, clock};
    app::WindowApi api{workbench, freePort(), 1s};
    ui::Background background;
    ui::RequestsPanel panel{api, background};
};

} // namespace

class TestRequests : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { setLogToStandardError(false); }

    void phasesAddUpToTheTotal();
    void whatWasNeverReadStandsThereToo();
    void detailsTellAll();
    void bodiesAreKeptOnDemandAlone();
    void copiedLinesSendTheSameAgain_data();
    void copiedLinesSendTheSameAgain();
};

void TestRequests::phasesAddUpToTheTotal()
{
    Served served;
    QCOMPARE(served.post("/predict/iris?top_k=1").status, 200);
    QCOMPARE(served.post("/predict/iris?top_k=1").status, 200);
    QTRY_COMPARE_WITH_TIMEOUT(served.rows(), 2, patience);
    for (int row = 0; row < 2; ++row) {
        const ui::ServedRequest &request = served.request(row);
        QVERIFY(request.phases.has_value());
        auto sum = request.rest();
        for (const Phase phase : allPhases) {
            const auto span = request.phases->at(std::size_t(phase));
            QVERIFY2(span >= 0ns, phaseName(phase));
            sum += span;
            const int column = ui::RequestTable::FirstPhase + int(phase);
            QVERIFY(served.cell(row, column).endsWith(u"s"_s)); // ms or µs
        }
        QCOMPARE(sum, request.total);
        // Reading and writing take time, and no phase is longer than the whole.
        QVERIFY(request.rest() > 0ns);
        QVERIFY(request.phases->at(std::size_t(Phase::Infer)) > 0ns);
        // The first one waited for the load.
        QCOMPARE(request.phases->at(std::size_t(Phase::Load)) > 0ns, row == 0);
        QCOMPARE(served.cell(row, ui::RequestTable::Cache), row == 0 ? u"miss"_s : u"hit"_s);
        QCOMPARE(served.cell(row, ui::RequestTable::Path), u"/predict/iris?top_k=1"_s);
    }
}

void TestRequests::whatWasNeverReadStandsThereToo()
{
    Served served;
    HttpClient nonsense(served.port());
    QVERIFY(nonsense.send("nonsense\r\n\r\n"));
    QCOMPARE(nonsense.response().status, 400);
    HttpClient large(served.port());
    QVERIFY(large.send("POST /predict/iris?score=1 HTTP/1.1\r\nHost: localhost\r\n"
                       "Content-Length: 99999999999\r\n\r\n"));
    QCOMPARE(large.response().status, 413);
    QTRY_COMPARE_WITH_TIMEOUT(served.rows(), 2, patience);
    QCOMPARE(served.workbench.metrics().answered(), 0);
    QCOMPARE(served.workbench.metrics().refused(), 2);
    served.view()->setFocus();
    served.view()->selectRow(0);
    QCOMPARE(served.label(u"requestTarget"_s), u"Refused before it was read"_s);
    QVERIFY(!served.label(u"requestSentence"_s).isEmpty());
    QCOMPARE(served.label(u"requestSentence"_s), served.cell(0, ui::RequestTable::Why));
    QCOMPARE(served.cell(0, ui::RequestTable::Rest), QString());
    QVERIFY(!served.panel.findChild<QAction *>(u"copyRequest"_s)->isEnabled());
    QTest::keyClick(served.view(), Qt::Key_Down);
    QVERIFY(served.label(u"requestTarget"_s).endsWith(u"score=1"_s));
    QVERIFY(served.label(u"requestOutcome"_s).startsWith(u"Status 413 · 127.0.0.1"_s));
}

void TestRequests::detailsTellAll()
{
    Served served;
    auto *bar = served.panel.findChild<ui::PhaseBar *>();
    QCOMPARE(served.label(u"requestTarget"_s), u"Select a request to see where its time went."_s);
    QVERIFY(!bar->isVisible());
    QCOMPARE(served.post("/predict/iris?top_k=2").status, 200);
    QCOMPARE(served.post("/predict/iris", R"({"input": [1]})").status, 400);
    QTRY_COMPARE_WITH_TIMEOUT(served.rows(), 2, patience);
    served.view()->setFocus();
    served.view()->selectRow(0);
    QVERIFY(bar->isVisible());
    QVERIFY(served.label(u"requestOutcome"_s).startsWith(u"Status 200 · iris · cache miss"_s));
    for (const QString &name : {u"Load "_s, u"Queue "_s, u"Infer "_s, u"Rest "_s, u"total "_s})
        QVERIFY2(bar->accessibleDescription().contains(name), qPrintable(name));
    // Each colour of the bar is told by a swatch beside a name.
    const QImage picture = bar->grab().toImage();
    QVERIFY(picture.pixelColor(2, 6) != picture.pixelColor(2, 14));
    QTest::keyClick(served.view(), Qt::Key_Down);
    QVERIFY(!bar->isVisible());
    QVERIFY(served.label(u"requestSentence"_s).contains(u"expected"_s));
    QVERIFY(served.label(u"requestOutcome"_s).startsWith(u"Status 400 · iris · "_s));
}

void TestRequests::bodiesAreKeptOnDemandAlone()
{
    Served served;
    auto *box = served.panel.findChild<QCheckBox *>(u"keepBodies"_s);
    auto *open = served.panel.findChild<QAction *>(u"openRequest"_s);
    QSignalSpy asked(&served.panel, &ui::RequestsPanel::openAsked);
    QSignalSpy said(&served.panel, &ui::RequestsPanel::said);
    QVERIFY(!box->isChecked());
    QCOMPARE(served.post("/predict/iris").status, 200);
    QTRY_COMPARE_WITH_TIMEOUT(served.rows(), 1, patience);
    served.view()->setFocus();
    served.view()->selectRow(0);
    QVERIFY(!open->isEnabled());
    QTest::keyClick(served.view(), Qt::Key_Return);
    QVERIFY(asked.isEmpty());
    QVERIFY(said.takeFirst()[1].toString().contains(u"switch on Keep bodies"_s));

    served.keepBodies();
    QVERIFY(box->isChecked());
    QCOMPARE(served.post("/predict/iris").status, 200);
    const std::string large(std::size_t(http::KeptBodies::largest.count) + 1, ' ');
    QCOMPARE(served.post("/predict/iris", large).status, 400);
    QTRY_COMPARE_WITH_TIMEOUT(served.rows(), 3, patience);
    QCOMPARE(served.cell(0, ui::RequestTable::Body), QString());
    QCOMPARE(served.cell(1, ui::RequestTable::Body), u"kept, 31 B"_s);
    QCOMPARE(served.cell(2, ui::RequestTable::Body), u"not kept: larger than 4.00 MiB"_s);
    served.view()->setFocus();
    served.view()->selectRow(1);
    QVERIFY(served.label(u"requestBytes"_s).endsWith(u"body kept, 31 B"_s));
    QVERIFY(open->isEnabled());
    QTest::keyClick(served.view(), Qt::Key_Return);
    QCOMPARE(asked.size(), 1);

    // Off forgets at once, and says so.
    served.keepBodies();
    QVERIFY(served.request(1).body.expired());
    QCOMPARE(served.cell(1, ui::RequestTable::Body), u"forgotten"_s);
    QVERIFY(served.label(u"requestBytes"_s).endsWith(u"body forgotten"_s));
    QVERIFY(!open->isEnabled());
}

void TestRequests::copiedLinesSendTheSameAgain_data()
{
    QTest::addColumn<QByteArray>("target");
    QTest::addColumn<QByteArray>("fields");
    QTest::addColumn<QByteArray>("body");
    QTest::addColumn<bool>("inLine");
    const auto row = [](const char *name, const QByteArray &target, const QByteArray &fields,
                        const QByteArray &body,
                        bool inLine) { QTest::newRow(name) << target << fields << body << inLine; };
    const QByteArray json = "Content-Type: application/json\r\n";
    row("json", "/predict/iris?top_k=2", json, flower, true);
    row("no type", "/predict/iris", {}, "5.1,3.5,1.4,0.2\n4,3,2,1\n", true);
    row("what a shell would read", "/predict/iris", json,
        R"({"input": "it's $HOME `id` \\ !! \"x\""})", true);
    row("what curl would read", "/predict/iris", json, "@/etc/hostname", true);
    row("letters", "/predict/iris", json, "{\"März\": \"日本\"}", true);
    row("other protocol", "/v1/models/iris:predict", json,
        R"({"instances": [[5.1, 3.5, 1.4, 0.2]]})", true);
    row("brackets", "/predict/[iris]{1,2}/../a", json, flower, true);
    row("long", "/predict/iris", json, QByteArray(5000, ' ') + flower, false);
    row("zero byte", "/predict/iris", json, QByteArray("{\"a\0\"", 6), false);
    QFile picture(QString::fromStdString(sampleFile("three.png").string()));
    QVERIFY(picture.open(QIODevice::ReadOnly));
    const QByteArray png = picture.readAll();
    row("picture", "/predict/digits", "Content-Type: image/png\r\n", png, false);
    row("form", "/predict/digits", "Content-Type: multipart/form-data; boundary=\"it's\"\r\n",
        "--it's\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.png\"\r\n\r\n" +
            png + "\r\n--it's--\r\n",
        false);
}

// What curl prints is what the client got, but for the times.
void TestRequests::copiedLinesSendTheSameAgain()
{
    QFETCH(QByteArray, target);
    QFETCH(QByteArray, fields);
    QFETCH(QByteArray, body);
    QFETCH(bool, inLine);
    if (QStandardPaths::findExecutable(u"curl"_s).isEmpty())
        QSKIP("curl is not here");
    Served served;
    served.keepBodies();
    const HttpResponse answer =
        served.post(target.toStdString(), body.toStdString(), fields.toStdString());
    QVERIFY(answer.status > 0);
    QTRY_COMPARE_WITH_TIMEOUT(served.rows(), 1, patience);
    served.view()->setFocus();
    served.view()->selectRow(0);
    QSignalSpy said(&served.panel, &ui::RequestsPanel::said);
    auto *copy = served.panel.findChild<QAction *>(u"copyRequest"_s);
    const QTemporaryDir folder;
    copy->trigger();
    QCOMPARE(said.takeFirst()[1].toString().contains(u"Save body"_s), !inLine);
    if (!inLine) {
        served.panel.findChild<QAction *>(u"saveBody"_s)->trigger();
        auto *dialog = served.panel.findChild<QFileDialog *>();
        QVERIFY(dialog);
        Q_EMIT dialog->fileSelected(folder.filePath(u"it's a body"_s));
        QTRY_COMPARE_WITH_TIMEOUT(said.size(), 1, patience);
        copy->trigger();
    }
    const QString line = QApplication::clipboard()->text();
    QCOMPARE(line.contains(u" --data-binary @"_s), !inLine);
    QProcess bash;
    bash.start(u"bash"_s, {u"-c"_s, line}, QIODevice::ReadOnly);
    QVERIFY(bash.waitForFinished(60'000));
    QJsonObject again = QJsonDocument::fromJson(bash.readAllStandardOutput()).object();
    QJsonObject first = QJsonDocument::fromJson(QByteArray::fromStdString(answer.body)).object();
    QVERIFY2(!again.isEmpty(), qPrintable(line));
    for (const QString &each : {u"timings_ms"_s, u"cache"_s}) {
        again.remove(each);
        first.remove(each);
    }
    QCOMPARE(again, first);
    // The server took it for the same request, too.
    QTRY_COMPARE_WITH_TIMEOUT(served.rows(), 2, patience);
    QCOMPARE(served.request(1).status, served.request(0).status);
    QCOMPARE(served.request(1).path, served.request(0).path);
    QCOMPARE(*served.request(1).body.lock(), *served.request(0).body.lock());
}

QTEST_MAIN(TestRequests)
#include "tst_requests.moc"
