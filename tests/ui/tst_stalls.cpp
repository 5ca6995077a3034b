// Does the window ever freeze? No event may keep it for more than 50 ms: while a large model loads,
// runs, is refreshed and evicted, with 10,000 requests in its lists, with a picture of 60
// megapixels, and on every page.
#include "stall_watch.h"
#include "test_files.h"
#include "ui/widgets/picture_view.h"
#include "window_fixture.h"

#include "base/logging.h"

#include <ctime>
#include <QAction>
#include <QFile>
#include <QLineEdit>
#include <QPainter>
#include <QProcess>
#include <QScrollBar>
#include <QTableView>
#include <QTabWidget>
#include <QTest>
#include <QThread>
#include <QTimer>

using namespace Qt::StringLiterals;
using namespace warmbench;

namespace {

constexpr double mostMs = 50;
constexpr int manyLines = 10'000;

StallWatch &watch()
{
    return *static_cast<StallWatch *>(qApp);
}

} // namespace

class TestStalls : public WindowFixture
{
    Q_OBJECT

private Q_SLOTS:
    void theWatchSeesWorkAndWaits_data();
    void theWatchSeesWorkAndWaits();
    void aLargeModelComesAndGoes();
    void thousandsOfRequestsAreListed();
    void aLargePictureIsOpenedAndZoomed();
    void everyPageIsVisited();

private:
    void noStall(const char *where);
    void settle() { QTest::qWait(600); } // the timers of lists and charts, and what they redraw
};

// Judges all since the last call.
void TestStalls::noStall(const char *where)
{
    std::fprintf(stderr, "%-28s %6.1f ms  %s\n", where, watch().longestMs(),
                 qPrintable(watch().what()));
    QVERIFY2(watch().longestMs() <= mostMs,
             qPrintable(u"%1: %2 ms by %3"_s.arg(QString::fromLatin1(where))
                            .arg(watch().longestMs())
                            .arg(watch().what())));
    watch().forget();
}

void TestStalls::theWatchSeesWorkAndWaits_data()
{
    QTest::addColumn<bool>("works");
    QTest::newRow("works") << true;
    QTest::newRow("waits") << false;
}

void TestStalls::theWatchSeesWorkAndWaits()
{
    QFETCH(bool, works);
    watch().forget();
    QTimer::singleShot(0, this, [works] {
        const std::clock_t end = std::clock() + 70 * CLOCKS_PER_SEC / 1000;
        while (works && std::clock() < end) {
        }
        if (!works)
            QThread::msleep(70);
    });
    QTRY_VERIFY2(watch().longestMs() > mostMs, qPrintable(watch().what()));
    watch().forget();
}

void TestStalls::aLargeModelComesAndGoes()
{
    const QString folder = m_folder->filePath(u"large"_s);
    QDir().mkpath(folder);
    QProcess make;
    make.start(QString::fromStdString(testPython().string()),
               {QString::fromStdString(sourceFile("tests/support/make_models.py").string()),
                u"--only"_s, u"big100mb"_s, folder});
    QVERIFY(make.waitForFinished(60'000));
    const QString path = folder + u"/big100mb.onnx"_s;
    QVERIFY(QFile(path).size() > 90'000'000);
    watch().forget();

    m_window->openPaths({path});
    QTRY_COMPARE_WITH_TIMEOUT(stateOf(u"big100mb"_s), u"Loaded"_s, 60'000);
    settle();
    noStall("load");
    std::string row = "{\"input\": [[0";
    for (int i = 1; i < 2500; ++i)
        row += ", 0.5";
    drop({written(u"row.json"_s, row + "]]}")});
    QTRY_VERIFY_WITH_TIMEOUT(!outcome().isEmpty(), patience);
    settle();
    noStall("run");
    QFile file(path);
    QVERIFY(file.open(QIODevice::ReadWrite));
    file.seek(file.size() / 2); // a weight
    const char weight[] = {0, 0, 0, 0};
    QCOMPARE(file.write(weight, sizeof weight), 4);
    file.close();
    watch().forget();
    QTest::keyClick(m_window.get(), Qt::Key_F5);
    QTRY_VERIFY2_WITH_TIMEOUT(message().contains(u"digest"_s), qPrintable(message()), 60'000);
    settle();
    noStall("refresh");
    part<QAction>(u"evictModel"_s)->trigger();
    QTRY_VERIFY_WITH_TIMEOUT(stateOf(u"big100mb"_s) != u"Loaded"_s, patience);
    settle();
    noStall("evict");
}

void TestStalls::thousandsOfRequestsAreListed()
{
    openSample();
    for (const bool requests : {true, false}) {
        part<QAction>(requests ? u"showRequests"_s : u"showLog"_s)->trigger();
        auto *lines = part<QTableView>(requests ? u"requestView"_s : u"logView"_s);
        settle();
        watch().forget();
        std::vector<ui::ServedRequest> served;
        for (int i = 0; i < manyLines; ++i) {
            ui::ServedRequest one;
            one.time = std::chrono::system_clock::now();
            one.client = "127.0.0.1";
            one.method = "POST";
            one.path = "/predict/digits?number=" + std::to_string(i);
            one.model = "digits";
            one.status = i % 7 == 0 ? 400 : 200;
            served.push_back(std::move(one));
            if (!requests)
                logInfo("http", "POST /predict/digits 200, number " + std::to_string(i));
        }
        if (requests)
            m_api->serve(std::move(served));
        QTRY_VERIFY_WITH_TIMEOUT(lines->model()->rowCount() >= manyLines / 2, patience);
        settle();
        noStall(requests ? "requests arrive" : "log lines arrive");
        lines->setFocus();
        for (const Qt::Key key : {Qt::Key_End, Qt::Key_PageUp, Qt::Key_Home, Qt::Key_PageDown})
            QTest::keyClick(lines, key);
        auto *find = requests ? part<QLineEdit>(u"findRequest"_s)
                              : lines->parentWidget()->findChild<QLineEdit *>();
        for (const char letter : std::string("number 99")) {
            QTest::keyClick(find, letter);
            QTest::qWait(1);
        }
        find->clear();
        settle();
        noStall(requests ? "requests are searched" : "the log is searched");
    }
}

void TestStalls::aLargePictureIsOpenedAndZoomed()
{
    QImage image(10'000, 6'000, QImage::Format_RGB32);
    QPainter painter(&image);
    QLinearGradient ramp(0, 0, 10'000, 6'000);
    ramp.setColorAt(0, Qt::darkBlue);
    ramp.setColorAt(1, Qt::yellow);
    painter.fillRect(image.rect(), ramp);
    painter.end();
    const QString path = m_folder->filePath(u"large.jpg"_s);
    QVERIFY(image.save(path, "JPEG", 80));
    openSample();
    settle();
    watch().forget();
    m_window->openPaths({path});
    QTRY_VERIFY_WITH_TIMEOUT(!outcome().isEmpty(), 60'000);
    settle();
    noStall("60 megapixels are opened");
    for (auto *view : m_window->findChildren<ui::PictureView *>()) {
        if (!view->isVisible() || view->isEmpty())
            continue;
        view->setFocus();
        for (const Qt::Key key : {Qt::Key_Plus, Qt::Key_Plus, Qt::Key_Plus, Qt::Key_Plus,
                                  Qt::Key_Left, Qt::Key_Up, Qt::Key_Minus, Qt::Key_0}) {
            QTest::keyClick(view, key);
            QTest::qWait(20);
        }
    }
    for (int i = 0; part<QWidget>(u"show%1"_s.arg(i)); ++i) {
        QTest::mouseClick(part<QWidget>(u"show%1"_s.arg(i)), Qt::LeftButton);
        QTest::qWait(50);
    }
    m_window->resize(1600, 1000);
    settle();
    noStall("and zoomed");
}

void TestStalls::everyPageIsVisited()
{
    openSample();
    runPicture("three.png");
    settle();
    watch().forget();
    auto *pages = part<QTabWidget>(u"pages"_s);
    for (int page = 0; page < pages->count(); ++page) {
        QTest::keyClick(m_window.get(), static_cast<Qt::Key>(Qt::Key_1 + page),
                        Qt::ControlModifier);
        settle();
        noStall(qPrintable(u"page "_s + pages->tabText(page)));
    }
    for (const QString &drawer : {u"showRequests"_s, u"showLog"_s, u"showMonitor"_s}) {
        part<QAction>(drawer)->trigger();
        settle();
        noStall(qPrintable(drawer));
    }
    for (const QString &dialog :
         {u"searchEverything"_s, u"preferences"_s, u"shortcuts"_s, u"about"_s}) {
        part<QAction>(dialog)->trigger();
        QTRY_VERIFY(QApplication::activeModalWidget());
        settle();
        QTest::keyClick(QApplication::activeModalWidget(), Qt::Key_Escape);
        QTRY_VERIFY(!QApplication::activeModalWidget());
        noStall(qPrintable(dialog));
    }
    select(u"iris"_s);
    settle();
    noStall("another model");
    part<QAction>(u"resetLayout"_s)->trigger();
    m_window->resize(960, 600);
    settle();
    noStall("another size");
}

int main(int argc, char *argv[])
{
    StallWatch application(argc, argv);
    TestStalls tests;
    return QTest::qExec(&tests, argc, argv);
}

#include "tst_stalls.moc"
