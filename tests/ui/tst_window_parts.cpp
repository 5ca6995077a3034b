// The window's parts without a window: command lines, dropped files, charts, the log.
#include "base/logging.h"
#include "test_files.h"
#include "ui/api/snippets.h"
#include "ui/background.h"
#include "ui/log/log_table.h"
#include "ui/models/models_panel.h"
#include "ui/monitor/monitor.h"
#include "ui/playground/answer_phrase.h"
#include "ui/playground/output_table.h"
#include "ui/playground/picture_stage.h"
#include "ui/playground/timings_view.h"
#include "ui/settings.h"
#include "ui/widgets/picture_view.h"
#include "ui/widgets/time_chart.h"
#include "ui/widgets/time_plot.h"
#include "ui/window/dropped_files.h"

#include <cmath>
#include <limits>
#include <QAbstractItemModelTester>
#include <QFile>
#include <QLabel>
#include <QSettings>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

using namespace Qt::StringLiterals;
using namespace warmbench;

namespace {

MetricsSample sampleAt(int second, std::int64_t hits = 0)
{
    MetricsSample sample;
    sample.time = SteadyTime(std::chrono::seconds(1000 + second));
    sample.hits = hits;
    return sample;
}

} // namespace

class TestWindowParts : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void commandLinesAreQuotedForTheShell();
    void filesAreToldByTheirContent_data();
    void filesAreToldByTheirContent();
    void outputsAreSummedUp();
    void picturesTellTheirRange();
    void loadingIsToldAsAPhase();
    void refusedRequestsStandApart();
    void idleSecondsHaveNoLatency();
    void chartsDrawGapsAndLonePoints();
    void oneMissIsSeenBesideThousandsOfHits();
    void chartsKeepTheNewestPointsAndAtMostTwoThousand();
    void ceilingsAreRound_data();
    void ceilingsAreRound();
    void theLogKeepsTheNewestLines();
    void refreshesTellWhatChanged();
    void anAnswerThatIsAPictureGoesWithTheAnswer();
    void recentFilesAreTenAndUnique();
    void settingsThatMakeNoSenseGiveTheDefault();

private:
    QString written(const QString &name, const QByteArray &content) const;

    QTemporaryDir m_folder;
};

void TestWindowParts::initTestCase()
{
    QSettings::setPath(QSettings::IniFormat, QSettings::UserScope, m_folder.path());
    setLogToStandardError(false);
}

QString TestWindowParts::written(const QString &name, const QByteArray &content) const
{
    QFile file(m_folder.filePath(name));
    if (file.open(QIODevice::WriteOnly))
        file.write(content);
    return file.fileName();
}

void TestWindowParts::commandLinesAreQuotedForTheShell()
{
    ui::ApiInput file;
    file.model = u"my model"_s;
    file.path = u"/tmp/it's.png"_s;
    QCOMPARE(
        ui::curlSnippet(u"http://127.0.0.1:5000"_s, file),
        uR"(curl --data-binary @'/tmp/it'\''s.png' 'http://127.0.0.1:5000/predict/my%20model')"_s);
    ui::ApiInput row;
    row.model = u"m"_s;
    row.text = u"{\"input\": [1]}"_s;
    QCOMPARE(ui::curlSnippet(u"http://h:1"_s, row),
             uR"(curl -d '{"input": [1]}' 'http://h:1/predict/m')"_s);
}

void TestWindowParts::filesAreToldByTheirContent_data()
{
    using Kind = ui::DroppedFile::Kind;
    QTest::addColumn<QString>("path");
    QTest::addColumn<int>("kind");
    QTest::addColumn<QString>("says");
    const auto sample = [](const char *name) {
        return QString::fromStdString(sampleFile(name).string());
    };
    const auto row = [](const char *name, const QString &path, Kind kind, const QString &says) {
        QTest::newRow(name) << path << static_cast<int>(kind) << says;
    };
    row("model", sample("digits.onnx"), Kind::Model, {});
    row("folder", m_folder.path(), Kind::Model, {});
    row("picture", sample("three.png"), Kind::Input, {});
    row("picture under a wrong name",
        written(u"picture.onnx"_s, QByteArray("\x89PNG\r\n\x1a\n0000", 12)), Kind::Input, {});
    row("numbers", sample("three.json"), Kind::Input, {});
    row("features", written(u"row.json"_s, R"({"features": {"a": 1}})"), Kind::Input, {});
    row("list of numbers", written(u"list.json"_s, "[1, 2]"), Kind::Input, {});
    row(".npy", QString::fromStdString(testModel("add.sum.npy").string()), Kind::Input, {});
    row("CSV", written(u"rows.csv"_s, "1,2,3\n4,5,6\n"), Kind::Input, {});
    row("CSV with a header", written(u"named.csv"_s, "a,b,c\n1,2,3\n4,5,6\n7,8,9\n"), Kind::Input,
        {});
    row("CSV of one column", written(u"column.csv"_s, "1\n2\n3\n"), Kind::Input, {});
    row("CSV with a mistake", written(u"mistake.csv"_s, "a,b\n1,2\n3,x\n"), Kind::Input, {});
    row("CSV with a mistake in its first row", written(u"first.csv"_s, "1,abc,3\n4,5,6\n"),
        Kind::Input, {});
    row("CSV with decimal commas", written(u"commas.csv"_s, "x;y\n1,5;2,5\n"), Kind::Input, {});
    row("rows under another ending", written(u"rows.txt"_s, "1;2\n3;4\n"), Kind::Input, {});
    row("numbered labels", written(u"names.csv"_s, "0,cat\n1,dog\n2,horse\n"), Kind::Labels,
        u"cat, dog, horse"_s);
    row("labels as a list", written(u"list.txt"_s, R"(["cat", "dog"])"), Kind::Labels,
        u"cat, dog"_s);
    row("labels", sample("digits.labels.txt"), Kind::Labels, u"0, 1, 2"_s);
    row("settings", sample("digits.warmbench.json"), Kind::Refused, u"settings file"_s);
    row("missing", m_folder.filePath(u"none.onnx"_s), Kind::Refused, u"not there"_s);
    row("empty", written(u"empty.onnx"_s, {}), Kind::Refused, u"empty"_s);
    row("Keras", written(u"net.h5"_s, QByteArray("\x89HDF\r\n\x1a\n") + QByteArray(60, '\0')),
        Kind::Refused, u"export"_s);
}

void TestWindowParts::filesAreToldByTheirContent()
{
    QFETCH(QString, path);
    QFETCH(int, kind);
    QFETCH(QString, says);
    const ui::DroppedFile file = ui::judgeFile(path);
    QVERIFY2(static_cast<int>(file.kind) == kind, qPrintable(file.text));
    const QString told = file.text + file.labels.join(u", "_s);
    QVERIFY2(told.contains(says, Qt::CaseInsensitive), qPrintable(told));
}

void TestWindowParts::outputsAreSummedUp()
{
    const float nan = std::numeric_limits<float>::quiet_NaN();
    const std::vector<float> values{1, nan, -3, 5};
    const auto tensor = Tensor::fromValues<float>({2, 2}, std::span(values));
    QVERIFY(tensor);
    const ui::TensorSummary summary = ui::summarise("scores", *tensor);
    QCOMPARE(summary.shape, u"[2, 2]"_s);
    QCOMPARE(summary.minimum, -3.0);
    QCOMPARE(summary.maximum, 5.0);
    QCOMPARE(summary.mean, 1.0);
    QCOMPARE(summary.nans, 1);
    QCOMPARE(summary.values, u"1, NaN, -3, 5"_s);

    ui::OutputTable table;
    const QAbstractItemModelTester tester(&table,
                                          QAbstractItemModelTester::FailureReportingMode::QtTest);
    table.setOutputs({summary});
    table.setOutputs({summary, summary});
    QCOMPARE(table.index(1, ui::OutputTable::NaNs).data().toString(), u"1"_s);
    table.setOutputs({});
    QCOMPARE(table.rowCount(), 0);
}

void TestWindowParts::picturesTellTheirRange()
{
    using Origin = ImageRange::Origin;
    const auto caption = [](double black, double white, Origin origin) {
        return ui::pictureCaption({8, 4}, ImageRange{black, white, origin});
    };
    QCOMPARE(ui::pictureCaption({8, 4}, {}), u"8 × 4 pixels"_s);
    QCOMPARE(caption(0, 1, Origin::Usual), u"8 × 4 pixels · black 0, white 1"_s);
    QCOMPARE(caption(-0.94, 4.87, Origin::Data),
             u"8 × 4 pixels · black -0.94, white 4.87 (its lowest and highest number)"_s);
    QCOMPARE(caption(-10, 10, Origin::Settings),
             u"8 × 4 pixels · black -10, white 10 (settings file)"_s);
}

void TestWindowParts::loadingIsToldAsAPhase()
{
    ui::TimingsView view;
    PhaseTimings timings;
    timings[Phase::Load] = std::chrono::milliseconds(120);
    timings[Phase::Infer] = std::chrono::milliseconds(30);
    timings.total = std::chrono::milliseconds(150);
    view.setTimings(timings);
    QVERIFY2(view.accessibleDescription().startsWith("Load 120 ms; Queue 0 ms; "_L1),
             qPrintable(view.accessibleDescription()));
    QVERIFY(view.accessibleDescription().endsWith("total 150 ms"_L1));
}

void TestWindowParts::refusedRequestsStandApart()
{
    const SystemClock clock;
    Workbench workbench({}, clock);
    ui::Background background;
    ui::Monitor monitor(workbench, background);
    workbench.keepHouse();
    for (int i = 0; i < 3; ++i)
        workbench.metrics().recordHttp("/predict", 400, std::chrono::milliseconds(1));
    workbench.keepHouse();
    monitor.sampleNow();
    const auto highest = [&](int line) {
        double most = 0;
        for (const QPointF &point : monitor.requestsChart()->pointsOf(line))
            most = std::max(most, point.y());
        return most;
    };
    QCOMPARE(highest(0), 0.0); // answered
    QVERIFY(highest(1) > 0.0); // refused
    const auto labels = monitor.requestsChart()->findChildren<QLabel *>();
    QVERIFY(std::any_of(labels.begin(), labels.end(),
                        [](const QLabel *label) { return label->text() == "3 refused"_L1; }));
}

// Nothing was answered in the second between two requests, so that nothing is known of it.
void TestWindowParts::idleSecondsHaveNoLatency()
{
    const SystemClock clock;
    Workbench workbench({}, clock);
    ui::Background background;
    ui::Monitor monitor(workbench, background);
    const auto push = [&](int second, double p50) {
        MetricsSample sample = sampleAt(second);
        sample.p50 = sample.p95 = sample.p99 = p50;
        workbench.metrics().push(std::move(sample));
    };
    push(0, 0.002);
    push(1, 0);
    monitor.sampleNow();
    QVERIFY(std::isnan(monitor.latencyChart()->pointsOf(0).last().y()));
    QVERIFY(monitor.latencyChart()->readingAt(0).endsWith(u"p50 \u2013\np95 \u2013\np99 \u2013"_s));
    QCOMPARE(monitor.latencyChart()->readingAt(-1.2).section(u'\n', 0, 1),
             u"1 s ago\np50 2.00 ms"_s);
    push(2, 0.003);
    monitor.sampleNow();
    QCOMPARE(monitor.latencyChart()->pointsOf(0).last().y(), 0.003);
}

void TestWindowParts::chartsDrawGapsAndLonePoints()
{
    ui::TimePlot plot;
    plot.resize(101, 51);
    const auto inked = [&] { // pixels of the line's colour in each column
        const QImage picture = plot.grab().toImage();
        QList<int> columns;
        for (int x = 0; x < picture.width(); ++x) {
            int count = 0;
            for (int y = 0; y < picture.height(); ++y) {
                const QColor colour = picture.pixelColor(x, y);
                count += colour.red() > 200 && colour.green() < 80 ? 1 : 0;
            }
            columns << count;
        }
        return columns;
    };
    const double none = std::nan("");
    plot.setLines(
        {{{{-10, 1}, {-8, 1}, {-6, none}, {-4, none}, {-2, 1}, {-1, none}}, {Qt::red, 2}}}, 10, 2);
    const auto columns = inked();
    QVERIFY(columns[10] > 0); // between -10 and -8 s
    QCOMPARE(columns[50], 0); // a gap
    QVERIFY(columns[79] > 0); // the lone point at -2 s
    QCOMPARE(columns[90], 0);
}

void TestWindowParts::oneMissIsSeenBesideThousandsOfHits()
{
    ui::TimePlot plot;
    plot.resize(101, 51);
    const auto lowestClear = [&](double misses) { // rows of ground between the line and the edge
        plot.setLines({{{{-10, misses}, {0, misses}}, {Qt::red, 2}}}, 10, 10'000);
        const QImage picture = plot.grab().toImage();
        int y = picture.height() - 1;
        while (y > 0 && picture.pixelColor(50, y).red() < 200)
            --y;
        while (y > 0 && picture.pixelColor(50, y).green() > 80)
            --y;
        return picture.height() - 1 - y;
    };
    QVERIFY2(lowestClear(1) >= 4, qPrintable(QString::number(lowestClear(1))));
    QVERIFY(lowestClear(0) < 3);
    QVERIFY(lowestClear(5000) > 20);
}

void TestWindowParts::chartsKeepTheNewestPointsAndAtMostTwoThousand()
{
    std::vector<MetricsSample> series;
    for (int second = 0; second < 3600; ++second)
        series.push_back(sampleAt(second, second));
    const SteadyTime now = series.back().time;

    const auto hour = ui::shownSamples(series, now, 3600, ui::TimeChart::mostPoints);
    QVERIFY(hour.size() <= ui::TimeChart::mostPoints);
    QVERIFY(hour.size() >= ui::TimeChart::mostPoints / 2);
    QCOMPARE(hour.back().hits, 3599);
    const auto minute = ui::shownSamples(series, now, 60, ui::TimeChart::mostPoints);
    QCOMPARE(minute.size(), 62U); // both ends, and one before them for the first rate
    QCOMPARE(ui::shownSamples({sampleAt(0)}, now, 60, 10).size(), 1U);
}

void TestWindowParts::ceilingsAreRound_data()
{
    QTest::addColumn<double>("value");
    QTest::addColumn<double>("base");
    QTest::addColumn<double>("ceiling");
    QTest::newRow("nothing") << 0.0 << 10.0 << 1.0;
    QTest::newRow("NaN") << std::nan("") << 10.0 << 1.0;
    QTest::newRow("between") << 6.5 << 10.0 << 8.0;
    QTest::newRow("exact") << 200.0 << 10.0 << 200.0;
    QTest::newRow("small") << 0.0011 << 10.0 << 0.0015;
    QTest::newRow("bytes") << 130.0 * 1048576 << 1024.0 << 150.0 * 1048576;
    QTest::newRow("nearly a unit more") << 1000.0 * 1024 << 1024.0 << 1000.0 * 1024;
    QTest::newRow("a unit") << 1020.0 * 1024 << 1024.0 << 1024.0 * 1024;
}

void TestWindowParts::ceilingsAreRound()
{
    QFETCH(double, value);
    QFETCH(double, base);
    QFETCH(double, ceiling);
    QCOMPARE(ui::niceCeiling(value, base), ceiling);
}

void TestWindowParts::theLogKeepsTheNewestLines()
{
    ui::LogTable table;
    const QAbstractItemModelTester tester(&table,
                                          QAbstractItemModelTester::FailureReportingMode::QtTest);
    logWarning("test", "first");
    table.takeQueued();
    QCOMPARE(table.rowCount(), 1);
    QCOMPARE(table.index(0, ui::LogTable::Level).data().toString(), u"warning"_s);
    for (std::size_t i = 0; i < ui::LogTable::mostLines + 5; ++i)
        logInfo("test", std::to_string(i));
    table.takeQueued();
    const int last = static_cast<int>(ui::LogTable::mostLines) - 1;
    QCOMPARE(table.rowCount(), last + 1);
    QCOMPARE(table.index(last, ui::LogTable::Message).data().toString(), u"10004"_s);
    QCOMPARE(table.index(0, ui::LogTable::Message).data().toString(), u"5"_s);
    table.clear();
    QCOMPARE(table.rowCount(), 0);
}

void TestWindowParts::refreshesTellWhatChanged()
{
    ModelStatus::Facts before;
    before.fileBytes = {1024};
    before.spec.inputs = {{"x", DType::Float32, {{1, {}}, {4, {}}}, {}}};
    ModelStatus::Facts after = before;
    RefreshReport report;
    QVERIFY(ui::refreshText(u"m"_s, &before, &after, report).contains(u"nothing has changed"_s));
    report.reloaded = true;
    report.oldDigest = "sha256:1";
    report.newDigest = "sha256:2";
    report.oldMemory = mebibytes(100);
    report.newMemory = mebibytes(200);
    before.settings.labels = {"a", "b", "c"};
    after.settings.labels = {"a", "x"};
    after.fileBytes = {2048};
    after.spec.inputs.front().shape.back().size = 5;
    const QString text = ui::refreshText(u"m"_s, &before, &after, report);
    for (const QString &part :
         {u"sha256:1 → sha256:2"_s, u"file 1.00 KiB"_s, u"[1, 4] → x [1, 5]"_s, u"labels 2 of 3"_s,
          u"memory 100 MiB → 200 MiB"_s})
        QVERIFY2(text.contains(part), qPrintable(text + u" lacks "_s + part));
    // Measured figures that differ by less than they do from load to load are no change.
    report.oldDigest = report.newDigest;
    report.newMemory = mebibytes(103);
    QVERIFY(ui::refreshText(u"m"_s, &before, &before, report).contains(u"same digest"_s));
}

void TestWindowParts::anAnswerThatIsAPictureGoesWithTheAnswer()
{
    ui::PictureStage stage({});
    stage.resize(400, 400);
    const auto middle = [&stage] {
        const QImage seen = stage.findChild<ui::PictureView *>()->grab().toImage();
        return seen.pixelColor(seen.width() / 2, seen.height() / 2);
    };
    ui::PictureInput picture;
    picture.size = {64, 64};
    picture.preview = QImage(picture.size, QImage::Format_RGB32);
    picture.preview.fill(Qt::red);
    stage.setOriginal(picture);
    QCOMPARE(middle(), QColor(Qt::red));
    ui::RunResult result;
    result.imageSize = {32, 32};
    result.image = QImage(result.imageSize, QImage::Format_RGB32);
    result.image.fill(Qt::green);
    stage.setResult(result, picture);
    QCOMPARE(middle(), QColor(Qt::green));
    stage.clearAnswer();
    QCOMPARE(middle(), QColor(Qt::red));
}

void TestWindowParts::recentFilesAreTenAndUnique()
{
    for (int i = 0; i < 12; ++i)
        ui::rememberRecent(u"/models/%1.onnx"_s.arg(i));
    ui::rememberRecent(u"/models/5.onnx"_s);
    const QStringList recent = ui::read(ui::settings::recentPaths);
    QCOMPARE(recent.size(), 10);
    QCOMPARE(recent.first(), u"/models/5.onnx"_s);
    QCOMPARE(recent.count(u"/models/5.onnx"_s), 1);
}

void TestWindowParts::settingsThatMakeNoSenseGiveTheDefault()
{
    ui::write(ui::settings::theme, u"purple"_s);
    QCOMPARE(ui::read(ui::settings::theme), u"system"_s);
    ui::write(ui::settings::monitorSpanSeconds, -4);
    QCOMPARE(ui::read(ui::settings::monitorSpanSeconds), 60);
    ui::write(ui::settings::theme, u"dark"_s);
    QCOMPARE(ui::read(ui::settings::theme), u"dark"_s);
}

QTEST_MAIN(TestWindowParts)
#include "tst_window_parts.moc"
