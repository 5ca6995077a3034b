// A client's request opened in the window: the page Try runs what the client sent, and answers what
// the client was told.
#include "base/logging.h"
#include "http/transport/content_coding.h"
#include "http_client.h"
#include "inference/workbench.h"
#include "test_files.h"
#include "told_numbers.h"
#include "ui/playground/answer_view.h"
#include "ui/playground/picture_stage.h"
#include "ui/widgets/caption_label.h"
#include "ui/window/main_window.h"
#include "window_api.h"

#include <QAbstractItemView>
#include <QAction>
#include <QCheckBox>
#include <QDirIterator>
#include <QDoubleSpinBox>
#include <QFile>
#include <QJsonDocument>
#include <QLabel>
#include <QLineEdit>
#include <QListView>
#include <QSettings>
#include <QSignalSpy>
#include <QTableView>
#include <QTabWidget>
#include <QTemporaryDir>
#include <QTest>
#include <QUrl>

using namespace Qt::StringLiterals;
using namespace warmbench;
using namespace std::chrono_literals;

namespace {

constexpr int patience = 20'000; // milliseconds

http::HttpOptions freePort()
{
    http::HttpOptions options;
    options.port = 0;
    return options;
}

QByteArray threePng()
{
    QFile file(QString::fromStdString(sampleFile("three.png").string()));
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

} // namespace

class TestReplay : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { setLogToStandardError(false); }
    void init();
    void cleanup();

    void thePageAnswersAsTheApiDid_data();
    void thePageAnswersAsTheApiDid();
    void whatTheQueryAskedIsTold();
    void aClientsPictureStaysInMemory();
    void whatIsNoInputSaysSo_data();
    void whatIsNoInputSaysSo();

private:
    template <typename T>
    T *part(const QString &name) const
    {
        return m_window->findChild<T *>(name);
    }
    HttpResponse posted(const QByteArray &target, const QByteArray &body,
                        const QByteArray &fields = {});
    void openNewest();
    QString message() const { return part<QLabel>(u"messageText"_s)->text(); }

    std::unique_ptr<QTemporaryDir> m_folder;
    SystemClock m_clock;
    std::unique_ptr<Workbench> m_workbench;
    std::unique_ptr<app::WindowApi> m_api;
    std::unique_ptr<ui::MainWindow> m_window;
};

void TestReplay::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
    qputenv("XDG_CACHE_HOME", m_folder->path().toLocal8Bit());
    QSettings::setPath(QSettings::IniFormat, QSettings::UserScope, m_folder->filePath(u"config"_s));
    m_workbench = std::make_unique<Workbench>(WorkbenchOptions{}, m_clock);
    for (const char *name : {"iris.onnx", "digits.onnx"})
        QVERIFY(m_workbench->open(sampleFile(name), false));
    m_api = std::make_unique<app::WindowApi>(*m_workbench, freePort(), 1s);
    m_api->start();
    m_window = std::make_unique<ui::MainWindow>(*m_workbench, *m_api);
    m_window->show();
    QVERIFY(QTest::qWaitForWindowExposed(m_window.get()));
    QTRY_COMPARE_WITH_TIMEOUT(part<QListView>(u"modelList"_s)->model()->rowCount(), 2, patience);
    part<QAction>(u"showRequests"_s)->trigger();
    part<QCheckBox>(u"keepBodies"_s)->setChecked(true);
    part<QTabWidget>(u"pages"_s)->setCurrentIndex(2);
}

void TestReplay::cleanup()
{
    m_window.reset();
    m_api.reset();
    m_workbench.reset();
}

HttpResponse TestReplay::posted(const QByteArray &target, const QByteArray &body,
                                const QByteArray &fields)
{
    return HttpClient(std::uint16_t(QUrl(m_api->url()).port()))
        .exchange("POST", target.toStdString(), body.toStdString(), fields.toStdString());
}

void TestReplay::openNewest()
{
    auto *view = part<QTableView>(u"requestView"_s);
    QTRY_VERIFY_WITH_TIMEOUT(view->model()->rowCount() > 0, patience);
    view->setFocus();
    view->selectRow(view->model()->rowCount() - 1);
    QTest::keyClick(view, Qt::Key_Return);
}

void TestReplay::thePageAnswersAsTheApiDid_data()
{
    QTest::addColumn<QString>("model");
    QTest::addColumn<QByteArray>("fields");
    QTest::addColumn<QByteArray>("body");
    QTest::addColumn<QString>("shown"); // the part of the page that shows the input
    const QByteArray png = threePng();
    const QString picture = u"pictureStage"_s;
    const QString form = u"feature0"_s;
    const QString rows = u"rows"_s;
    QTest::newRow("picture") << u"digits"_s << QByteArray("Content-Type: image/png\r\n") << png
                             << picture;
    QTest::newRow("base64") << u"digits"_s << QByteArray()
                            << R"({"image_b64": ")" + png.toBase64() + R"("})" << picture;
    QTest::newRow("form") << u"digits"_s
                          << QByteArray("Content-Type: multipart/form-data; boundary=xyz\r\n")
                          << "--xyz\r\nContent-Disposition: form-data; name=\"file\"; "
                             "filename=\"a.png\"\r\n\r\n" +
                                 png + "\r\n--xyz--\r\n"
                          << picture;
    const QByteArray flower = R"({"input": [5.1, 3.5, 1.4, 0.2]})";
    QTest::newRow("row") << u"iris"_s << QByteArray() << flower << form;
    const auto packed =
        http::encoded(std::string(200, ' ') + flower.toStdString(), http::ContentCoding::Gzip);
    QTest::newRow("packed") << u"iris"_s << QByteArray("Content-Encoding: gzip\r\n")
                            << QByteArray::fromStdString(packed.value_or("")) << form;
    QTest::newRow("digits beyond the fields")
        << u"iris"_s << QByteArray() << QByteArray(R"({"input": [5.1, 3.5, 1.4, 1e-14]})") << rows;
    QTest::newRow("csv") << u"iris"_s << QByteArray()
                         << QByteArray("5.1,3.5,1.4,0.2\n6.1,2.5,4.4,1.2\n") << rows;
    QTest::newRow("batch") << u"iris"_s << QByteArray()
                           << QByteArray(R"({"inputs": [[5.1, 3.5, 1.4, 0.2], [1, 2, 3, 4]]})")
                           << rows;
}

void TestReplay::thePageAnswersAsTheApiDid()
{
    QFETCH(QString, model);
    QFETCH(QByteArray, fields);
    QFETCH(QByteArray, body);
    QFETCH(QString, shown);
    const HttpResponse answer = posted("/predict/" + model.toUtf8(), body, fields);
    QCOMPARE(answer.status, 200);
    auto *outcome = part<QLabel>(u"cacheOutcome"_s);
    QVERIFY(outcome->text().isEmpty());
    openNewest();
    QTRY_VERIFY2_WITH_TIMEOUT(!outcome->text().isEmpty(), qPrintable(message()), patience);
    QCOMPARE(part<QTabWidget>(u"pages"_s)->currentIndex(), 0);
    QCOMPARE(part<QLabel>(u"modelName"_s)->text(), model);
    QVERIFY(outcome->text().contains(u"hit"_s)); // the same instance
    const QJsonObject told =
        QJsonDocument::fromJson(QByteArray::fromStdString(answer.body)).object();
    const QString otherwise = shownOtherwise(*part<QAbstractItemView>(u"outputs"_s)->model(), told);
    QVERIFY2(otherwise.isEmpty(), qPrintable(otherwise));
    if (shown == u"pictureStage"_s)
        QVERIFY(m_window->findChild<ui::PictureStage *>()->isVisible());
    else
        QCOMPARE(part<QWidget>(u"feature0"_s)->isVisible(), shown == u"feature0"_s);
}

void TestReplay::whatTheQueryAskedIsTold()
{
    QCOMPARE(posted("/predict/digits?score=0.7&top_k=2", threePng()).status, 200);
    openNewest();
    auto *notice = part<ui::CaptionLabel>(u"notice"_s);
    QTRY_VERIFY_WITH_TIMEOUT(!part<QLabel>(u"cacheOutcome"_s)->text().isEmpty(), patience);
    QVERIFY2(notice->text().contains(u"score=0.7&top_k=2"_s), qPrintable(notice->text()));
    QCOMPARE(part<QDoubleSpinBox>(u"bestBox"_s)->value(), 2.0);
    QCOMPARE(m_window->findChild<ui::AnswerView *>()->caption(), u"Best 2, by score · digits"_s);
    m_window->openPaths({QString::fromStdString(sampleFile("zero.png").string())});
    QTRY_VERIFY_WITH_TIMEOUT(!notice->text().contains(u"score"_s), patience);
}

// Other pages save a pasted picture, so that their lines can name a file.
void TestReplay::aClientsPictureStaysInMemory()
{
    QCOMPARE(posted("/predict/digits", threePng()).status, 200);
    openNewest();
    QTRY_VERIFY_WITH_TIMEOUT(!part<QLabel>(u"cacheOutcome"_s)->text().isEmpty(), patience);
    for (const int page : {3, 2}) { // API, Compare
        part<QTabWidget>(u"pages"_s)->setCurrentIndex(page);
        QCOMPARE(part<QTabWidget>(u"pages"_s)->currentIndex(), page);
    }
    part<QAction>(u"copyCurl"_s)->trigger();
    QTRY_VERIFY2_WITH_TIMEOUT(message().contains(u"never written to disk"_s), qPrintable(message()),
                              patience);
    QDirIterator files(m_folder->path(), QDir::Files, QDirIterator::Subdirectories);
    while (files.hasNext())
        QVERIFY2(!files.next().endsWith(u".png"_s), qPrintable(files.filePath()));
}

void TestReplay::whatIsNoInputSaysSo_data()
{
    QTest::addColumn<QByteArray>("target");
    QTest::addColumn<QByteArray>("body");
    QTest::addColumn<QString>("words");
    QTest::newRow("other protocol")
        << QByteArray("/v1/models/iris:predict")
        << QByteArray(R"({"instances": [[5.1, 3.5, 1.4, 0.2]]})") << u"copy this request as curl"_s;
    QTest::newRow("unknown model")
        << QByteArray("/predict/roses") << QByteArray("[1]") << u"There is no model roses"_s;
    QTest::newRow("broken base64")
        << QByteArray("/predict/digits") << QByteArray(R"({"image_b64": "***"})") << u"image_b64"_s;
    // What the API refused is refused here for the same reason.
    QTest::newRow("unknown key") << QByteArray("/predict/iris") << QByteArray(R"({"inpt": [1]})")
                                 << u"unknown key \"inpt\""_s;
}

void TestReplay::whatIsNoInputSaysSo()
{
    QFETCH(QByteArray, target);
    QFETCH(QByteArray, body);
    QFETCH(QString, words);
    posted(target, body);
    openNewest();
    QTRY_VERIFY2_WITH_TIMEOUT(message().contains(words), qPrintable(message()), patience);
    QVERIFY(part<QLabel>(u"cacheOutcome"_s)->text().isEmpty());
}

QTEST_MAIN(TestReplay)
#include "tst_replay.moc"
