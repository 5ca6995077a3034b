// The walk of somebody who has just exported a network: a fresh start, `train4/weights/best.onnx`
// dropped on the window, a photograph dropped on it, and the same question by HTTP. No settings
// file. packaging/walk.sh runs it under Xvfb, with pictures of each step in the folder that
// WARMBENCH_WALK_PICTURES names.
#include "base/file.h"
#include "base/logging.h"
#include "fake_api.h"
#include "http/http_server.h"
#include "http_client.h"
#include "inference/workbench.h"
#include "test_files.h"
#include "ui/widgets/caption_label.h"
#include "ui/widgets/picture_view.h"
#include "ui/window/main_window.h"

#include <algorithm>
#include <cmath>
#include <QApplication>
#include <QDir>
#include <QDropEvent>
#include <QElapsedTimer>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QLabel>
#include <QMimeData>
#include <QSettings>
#include <QTemporaryDir>
#include <QTest>

using namespace Qt::StringLiterals;
using namespace warmbench;

namespace {

constexpr int patience = 20'000; // ms, on machines that do other things too

void drop(QWidget &window, const QString &path)
{
    QMimeData data;
    data.setUrls({QUrl::fromLocalFile(path)});
    QDragEnterEvent enter(QPoint(50, 50), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
    QApplication::sendEvent(&window, &enter);
    QVERIFY(enter.isAccepted());
    QDropEvent event(QPointF(50, 50), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
    QApplication::sendEvent(&window, &event);
}

void photographed(QWidget &window, const QString &name)
{
    const QString folder = qEnvironmentVariable("WARMBENCH_WALK_PICTURES");
    if (folder.isEmpty())
        return;
    QTest::qWait(400); // what is drawn by timers
    QVERIFY(window.grab().save(QDir(folder).filePath(name + u".png"_s)));
}

} // namespace

class TestWalk : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { setLogToStandardError(false); }

    void anExportAndAPhotographGiveNamedBoxes()
    {
        const QTemporaryDir home;
        QSettings::setPath(QSettings::IniFormat, QSettings::UserScope, home.filePath(u"config"_s));
        QVERIFY(QDir(home.path()).mkpath(u"train4/weights"_s));
        const QString model = home.filePath(u"train4/weights/best.onnx"_s);
        QVERIFY(QFile::copy(
            QString::fromStdString(testModel("ultralytics/four_faces.onnx").string()), model));
        const auto shared = sharedModel("faces.jpg");
        if (!shared)
            QSKIP("the photograph is not here");
        const QString photograph = home.filePath(u"faces.jpg"_s);
        QVERIFY(QFile::copy(QString::fromStdString(shared->string()), photograph));

        QElapsedTimer timer;
        timer.start();
        const SystemClock clock;
        Workbench workbench({}, clock);
        http::HttpOptions options;
        options.port = 0;
        http::HttpServer server(workbench, options);
        QVERIFY(server.start());
        FakeApi api;
        ui::MainWindow window(workbench, api);
        window.resize(1280, 800);
        window.show();
        QVERIFY(QTest::qWaitForWindowExposed(&window));
        photographed(window, u"1-fresh"_s);
        const auto label = [&](const QString &name) { return window.findChild<QLabel *>(name); };
        drop(window, model);
        QTRY_COMPARE_WITH_TIMEOUT(label(u"modelName"_s)->text(), u"train4"_s, patience);
        drop(window, photograph);
        QTRY_VERIFY_WITH_TIMEOUT(!label(u"cacheOutcome"_s)->text().isEmpty(), patience);
        const auto views = window.findChildren<ui::PictureView *>();
        const auto result = std::find_if(views.begin(), views.end(), [](const QWidget *view) {
            return view->accessibleName() == u"Result"_s;
        });
        QVERIFY(result != views.end());
        const auto said = [&] { return (*result)->accessibleDescription(); };
        QTRY_VERIFY2_WITH_TIMEOUT(said().startsWith(u"4 found: driver's seat 90 %"_s),
                                  qPrintable(said()), patience);
        const QString facts = window.findChild<ui::CaptionLabel *>(u"modelFacts"_s)->text();
        QVERIFY2(facts.startsWith(
                     u"YOLO v11 detection, 3 names, letterbox 640 x 640 (Ultralytics keys)"_s),
                 qPrintable(facts));
        const qint64 taken = timer.elapsed();
        photographed(window, u"2-answered"_s);

        const auto content = readFile(*shared, mebibytes(16));
        QVERIFY(content.has_value());
        const auto answer = HttpClient(server.port()).exchange("POST", "/predict", *content);
        QCOMPARE(answer.status, 200);
        const auto told = QJsonDocument::fromJson(QByteArray::fromStdString(answer.body))
                              .object()[u"results"_s][0]
                              .toObject();
        const auto found = told[u"detections"_s].toArray();
        QCOMPARE(found.size(), 4);
        // Where the faces of the photograph are, as left, top, width and height.
        const std::array<std::array<int, 4>, 4> faces{
            {{308, 90, 93, 142}, {551, 77, 98, 145}, {718, 115, 106, 156}, {136, 108, 87, 139}}};
        for (int i = 0; i < 4; ++i) {
            QCOMPARE(found[i][u"label"_s].toString(), u"driver's seat"_s);
            const auto box = found[i][u"box_xywh"_s].toArray();
            for (int side = 0; side < 4; ++side)
                QVERIFY(std::abs(box[side].toInt() - faces[std::size_t(i)][std::size_t(side)]) <=
                        1);
        }
        std::fprintf(stderr, "From start to named boxes: %lld ms.\n", taken);
        QVERIFY(taken < 60'000);
    }
};

QTEST_MAIN(TestWalk)
#include "tst_walk.moc"
