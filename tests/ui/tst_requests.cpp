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
#include <QCheckBox>
#include <QLabel>
#include <QTableView>
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
            QVERIFY(served.cell(row, column).endsWith(u" ms"_s));
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

QTEST_MAIN(TestRequests)
#include "tst_requests.moc"
