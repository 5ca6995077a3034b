// The API's page and the list of requests, over a real server: what stands there runs as pasted.
#include "http/http_server.h"
#include "ui/api/api_page.h"
#include "ui/api/request_filter.h"
#include "ui/api/requests_panel.h"
#include "ui/background.h"
#include "ui/playground/output_table.h"
#include "window_fixture.h"

#include <algorithm>
#include <QAbstractButton>
#include <QAbstractItemModelTester>
#include <QAction>
#include <QApplication>
#include <QClipboard>
#include <QComboBox>
#include <QDir>
#include <QFileDialog>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QProcess>
#include <QSignalSpy>
#include <QStandardPaths>
#include <QTableView>
#include <QTabWidget>
#include <QTest>
#include <QTimer>
#include <string>
#include <time.h>

using namespace Qt::StringLiterals;
using namespace std::string_literals;
using namespace warmbench;

namespace {

struct Ran
{
    int status = -1;
    QString output;
    QString complaint;
};

Ran run(const QString &program, const QStringList &arguments)
{
    QProcess process;
    process.start(program, arguments, QIODevice::ReadOnly);
    process.waitForFinished(60'000);
    return {process.exitStatus() == QProcess::NormalExit ? process.exitCode() : -1,
            QString::fromUtf8(process.readAllStandardOutput()),
            QString::fromUtf8(process.readAllStandardError())};
}

// Of this thread, in milliseconds: other work of the machine does not count.
double cpuMs()
{
    timespec used{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
    return static_cast<double>(used.tv_sec) * 1e3 + static_cast<double>(used.tv_nsec) / 1e6;
}

// The longest time that this thread worked without a return to its events.
class Heartbeat
{
public:
    Heartbeat()
    {
        QObject::connect(&m_timer, &QTimer::timeout, &m_timer, [this] {
            m_longestMs = std::max(m_longestMs, cpuMs() - m_lastMs);
            m_lastMs = cpuMs();
        });
        m_timer.start(0);
    }
    double longestMs() const { return std::max(m_longestMs, cpuMs() - m_lastMs); }

private:
    QTimer m_timer;
    double m_lastMs = cpuMs();
    double m_longestMs = 0;
};

// The panel without a window, with an API that was asked before it was made.
struct Alone
{
    explicit Alone(std::vector<ui::ServedRequest> requests)
    {
        api.serve(std::move(requests));
        panel.resize(960, 240);
        panel.show();
        panel.takeServed();
    }
    // The dialog that the button opens, with the name of the file in it.
    QFileDialog *askedFor(const QString &path)
    {
        QTest::mouseClick(panel.findChild<QAbstractButton *>(u"exportRequests"_s), Qt::LeftButton);
        auto *dialog = panel.findChild<QFileDialog *>();
        if (dialog)
            dialog->selectFile(path);
        return dialog;
    }
    static void accept(QFileDialog &dialog) { QMetaObject::invokeMethod(&dialog, "accept"); }

    FakeApi api;
    ui::Background background;
    ui::RequestsPanel panel{api, background};
    QSignalSpy said{&panel, &ui::RequestsPanel::said};
};

QByteArray readBack(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

ui::ServedRequest request(int status, const std::string &path, const std::string &sentence = {})
{
    ui::ServedRequest made;
    made.client = "127.0.0.1";
    made.method = "POST";
    made.path = path;
    made.model = "digits";
    made.status = status;
    made.sentence = sentence;
    return made;
}

} // namespace

class TestApiPage : public WindowFixture
{
    Q_OBJECT

private Q_SLOTS:
    void cleanup()
    {
        m_server.reset();
        WindowFixture::cleanup();
    }

    void everySnippetRunsAsPasted_data();
    void everySnippetRunsAsPasted();
    void whatIsSentCountsAsAHit();
    void aStoppedApiSaysSo();
    void requestsAreListedAndFiltered();
    void theListKeepsTheNewest();
    void whatIsShownIsExported();
    void aLongExportLeavesTheWindowFluid();
    void anExportThatFailsSaysSo();

private:
    void serve(); // and open the API's page
    QString snippet(int index) const
    {
        return part<QPlainTextEdit>(u"snippet%1"_s.arg(index))->toPlainText();
    }
    std::unique_ptr<http::HttpServer> m_server;
};

void TestApiPage::serve()
{
    http::HttpOptions options;
    options.port = 0;
    m_server = std::make_unique<http::HttpServer>(*m_workbench, options);
    QVERIFY(m_server->start());
    m_api->setUrl(QString::fromStdString(m_server->url()));
    part<QTabWidget>(u"pages"_s)->setCurrentWidget(m_window->findChild<ui::ApiPage *>());
}

void TestApiPage::everySnippetRunsAsPasted_data()
{
    QTest::addColumn<int>("index");
    QTest::addColumn<QString>("program");
    QTest::addColumn<QStringList>("before");
    QTest::addColumn<bool>("picture");
    for (const bool picture : {true, false}) {
        const auto row = [&](const char *name, int index, const QString &program,
                             const QStringList &before) {
            QTest::newRow(
                qPrintable(QString::fromLatin1(name) + (picture ? u", picture"_s : u", row"_s)))
                << index << program << before << picture;
        };
        row("curl", 0, u"bash"_s, {u"-c"_s});
        row("Python", 1, u"python3"_s, {u"-c"_s});
        row("JavaScript", 2, u"node"_s, {u"--input-type=module"_s, u"-e"_s});
    }
}

void TestApiPage::everySnippetRunsAsPasted()
{
    QFETCH(int, index);
    QFETCH(QString, program);
    QFETCH(QStringList, before);
    QFETCH(bool, picture);
    if (QStandardPaths::findExecutable(program).isEmpty())
        QSKIP(qPrintable(program + u" is not here"_s));
    openSample();
    // Quotes, blanks and letters beyond ASCII are those of real paths.
    const QString folder = m_folder->filePath(u"it's \"März\""_s);
    QVERIFY(QDir().mkpath(folder));
    const QString file = folder + u"/three 3.png"_s;
    QVERIFY(QFile::copy(sample("three.png"), file));
    serve();
    if (picture) {
        m_window->openPaths({file});
        QTRY_VERIFY_WITH_TIMEOUT(snippet(0).contains(u"three 3.png"_s), patience);
    } else {
        select(u"iris"_s);
        QTRY_VERIFY_WITH_TIMEOUT(part<QWidget>(u"feature0"_s), patience);
        part<QAction>(u"run"_s)->trigger();
        QTRY_VERIFY_WITH_TIMEOUT(snippet(0).contains(u"sepal"_s), patience);
    }
    QTest::mouseClick(part<QAbstractButton>(u"copySnippet"_s), Qt::LeftButton);
    QCOMPARE(QApplication::clipboard()->text(), snippet(0));
    const Ran ran = run(program, before + QStringList{snippet(index)});
    QVERIFY2(ran.status == 0, qPrintable(snippet(index) + ran.complaint));
    // The first number that the window shows; its last digit is rounded.
    const QString shown = part<QAbstractItemView>(u"outputs"_s)
                              ->model()
                              ->index(0, ui::OutputTable::Values)
                              .data()
                              .toString()
                              .section(u',', 0, 0)
                              .chopped(1);
    QVERIFY(shown.size() > 2);
    QVERIFY2(ran.output.contains(shown), qPrintable(shown + u" of "_s + ran.output));
}

void TestApiPage::whatIsSentCountsAsAHit()
{
    openSample();
    serve();
    m_window->openPaths({sample("three.png")});
    QTRY_VERIFY_WITH_TIMEOUT(outcome().contains(u"miss"_s), patience);
    auto *send = part<QAbstractButton>(u"sendRequest"_s);
    QTRY_VERIFY_WITH_TIMEOUT(send->isEnabled(), patience);
    QTest::mouseClick(send, Qt::LeftButton);
    auto *answer = part<QPlainTextEdit>(u"apiAnswer"_s);
    QTRY_VERIFY_WITH_TIMEOUT(answer->toPlainText().contains(u"\"prediction\""_s), patience);
    QVERIFY2(part<ui::CaptionLabel>(u"apiStatus"_s)->text().startsWith(u"200 · "_s),
             qPrintable(part<ui::CaptionLabel>(u"apiStatus"_s)->text()));
    QCOMPARE(m_workbench->cache().statistics().hits, 1); // the same instance
    QTRY_COMPARE_WITH_TIMEOUT(part<QLabel>(u"statusHits"_s)->text(), u"Hits 1 · misses 1"_s,
                              patience);
}

void TestApiPage::aStoppedApiSaysSo()
{
    openSample();
    serve();
    runPicture("three.png");
    QTRY_VERIFY_WITH_TIMEOUT(part<QAbstractButton>(u"sendRequest"_s)->isEnabled(), patience);
    m_server->stop(std::chrono::seconds(2));
    QTest::mouseClick(part<QAbstractButton>(u"sendRequest"_s), Qt::LeftButton);
    auto *status = part<ui::CaptionLabel>(u"apiStatus"_s);
    QTRY_VERIFY_WITH_TIMEOUT(status->text().startsWith(u"No answer: "_s), patience);
    m_api->stop();
    QVERIFY(!part<QAbstractButton>(u"sendRequest"_s)->isEnabled());
    QVERIFY(snippet(0).startsWith(u"curl "_s)); // as it will be
}

void TestApiPage::requestsAreListedAndFiltered()
{
    part<QAction>(u"showRequests"_s)->trigger();
    auto *view = part<QTableView>(u"requestView"_s);
    m_api->serve({request(200, "/predict/digits"), request(404, "/predict/none", "No such model."),
                  request(200, "/models")});
    QTRY_COMPARE_WITH_TIMEOUT(view->model()->rowCount(), 3, patience);
    auto *statuses = part<QComboBox>(u"requestStatuses"_s);
    QTest::keyClick(statuses, Qt::Key_Down); // answered
    QCOMPARE(view->model()->rowCount(), 2);
    QTest::keyClick(statuses, Qt::Key_Down); // refused
    QCOMPARE(view->model()->rowCount(), 1);
    QCOMPARE(view->model()->index(0, ui::RequestTable::Why).data().toString(), u"No such model."_s);
    QTest::keyClick(statuses, Qt::Key_Down); // failed
    QCOMPARE(view->model()->rowCount(), 0);
    QTest::keyClick(statuses, Qt::Key_Home);
    part<QLineEdit>(u"findRequest"_s)->setText(u"MODELS"_s);
    QCOMPARE(view->model()->rowCount(), 1);
    view->selectRow(0);
    part<QAction>(u"copyRequest"_s)->trigger();
    QCOMPARE(QApplication::clipboard()->text(), u"curl -X POST 'http://127.0.0.1:5000/models'"_s);
}

void TestApiPage::theListKeepsTheNewest()
{
    ui::RequestTable table;
    const QAbstractItemModelTester tester(&table,
                                          QAbstractItemModelTester::FailureReportingMode::QtTest);
    constexpr std::size_t most = ui::RequestTable::mostRequests;
    table.add(std::vector(most - 1, request(200, "/old")));
    table.add({request(200, "/newer"), request(200, "/newest")});
    QCOMPARE(table.rowCount(), static_cast<int>(most));
    QCOMPARE(table.at(static_cast<int>(most) - 1).path, "/newest"s);
    table.add(std::vector(most + 5, request(200, "/burst")));
    QCOMPARE(table.rowCount(), static_cast<int>(most));
    QCOMPARE(table.at(0).path, "/burst"s);
}

void TestApiPage::whatIsShownIsExported()
{
    Alone alone({request(200, "/predict/digits"),
                 request(404, "/predict/none", "No model \"none\", sorry."),
                 request(200, "/models")});
    alone.panel.findChild<QComboBox *>(u"requestStatuses"_s)
        ->setCurrentIndex(int(ui::RequestFilter::Statuses::Refused));
    const QString path = m_folder->filePath(u"refused.csv"_s);
    QFileDialog *dialog = alone.askedFor(path);
    QVERIFY(dialog);
    // What arrives while the dialog is open is not what the user saw.
    alone.api.serve({request(500, "/late")});
    alone.panel.takeServed();
    Alone::accept(*dialog);
    QTRY_COMPARE_WITH_TIMEOUT(alone.said.size(), 1, patience);
    QCOMPARE(alone.said[0][0].value<ui::MessageOverlay::Kind>(),
             ui::MessageOverlay::Kind::Information);
    const QList<QByteArray> lines = readBack(path).split('\n');
    QCOMPARE(lines.size(), 3); // the names, one request, the end of the file
    QCOMPARE(lines[0],
             QByteArray("Time,Client,Method,Path,Query,Status,Model,Cache,Took ms,Load ms,"
                        "Queue ms,Decode ms,Preprocess ms,Infer ms,Postprocess ms,Rest ms,"
                        "Bytes in,Bytes out,Body,Why"));
    QVERIFY2(lines[1].contains(",/predict/none,,404,digits,"), lines[1].constData());
    QVERIFY2(lines[1].endsWith(",\"No model \"\"none\"\", sorry.\""), lines[1].constData());
}

void TestApiPage::aLongExportLeavesTheWindowFluid()
{
    constexpr int many = static_cast<int>(ui::RequestTable::mostRequests);
    Alone alone(std::vector(many, request(200, "/predict/a-model-with-a-long-name")));
    auto *filter = qobject_cast<ui::RequestFilter *>(
        alone.panel.findChild<QTableView *>(u"requestView"_s)->model());
    const double before = cpuMs();
    QCOMPARE(filter->shown().size(), static_cast<std::size_t>(many));
    const double tookMs = cpuMs() - before;
    QVERIFY2(tookMs < 50, qPrintable(u"%1 ms for what is shown"_s.arg(tookMs)));
    const QString path = m_folder->filePath(u"all.csv"_s);
    QFileDialog *dialog = alone.askedFor(path);
    QVERIFY(dialog);
    const Heartbeat heart;
    Alone::accept(*dialog);
    QTRY_COMPARE_WITH_TIMEOUT(alone.said.size(), 1, patience);
    QVERIFY2(heart.longestMs() < 50, qPrintable(u"%1 ms at once"_s.arg(heart.longestMs())));
    QCOMPARE(readBack(path).count('\n'), many + 1);
}

void TestApiPage::anExportThatFailsSaysSo()
{
    Alone alone({request(200, "/models")});
    const QString folder = m_folder->filePath(u"gone"_s);
    QVERIFY(QDir().mkpath(folder));
    QFileDialog *dialog = alone.askedFor(folder + u"/requests.csv"_s);
    QVERIFY(dialog);
    QVERIFY(QDir(folder).removeRecursively());
    Q_EMIT dialog->fileSelected(folder + u"/requests.csv"_s); // the dialog checks no more
    QTRY_COMPARE_WITH_TIMEOUT(alone.said.size(), 1, patience);
    QCOMPARE(alone.said[0][0].value<ui::MessageOverlay::Kind>(), ui::MessageOverlay::Kind::Error);
}

QTEST_MAIN(TestApiPage)
#include "tst_api_page.moc"
