// The monitor's other views: a table of the same samples, CSV, one model of several, shares of
// memory and the queue.
#include "ui/background.h"
#include "ui/monitor/model_history.h"
#include "ui/monitor/monitor.h"
#include "ui/monitor/monitor_rows.h"
#include "ui/monitor/monitor_text.h"
#include "ui/monitor/sample_table.h"
#include "ui/widgets/time_chart.h"
#include "window_fixture.h"

#include <cmath>
#include <QAbstractItemModelTester>
#include <QAction>
#include <QApplication>
#include <QComboBox>
#include <QFileDialog>
#include <QHeaderView>
#include <QLineEdit>
#include <QSignalSpy>
#include <QTableView>
#include <QTest>
#include <QToolButton>

using namespace Qt::StringLiterals;
using namespace warmbench;

namespace {

MetricsSample sampleAt(int second, std::int64_t hits, std::int64_t queue = 0)
{
    MetricsSample sample;
    sample.time = SteadyTime(std::chrono::seconds(1000 + second));
    sample.wallTime = WallTime(std::chrono::seconds(1'700'000'000 + second));
    sample.hits = hits;
    sample.answered = hits;
    sample.queueLength = queue;
    sample.p50 = second % 2 == 0 ? 0.002 : 0;
    sample.residentBytes = mebibytes(100);
    sample.modelBytes = mebibytes(30);
    sample.budget = mebibytes(200);
    sample.models = {{"a", mebibytes(10)}, {"b", mebibytes(20)}};
    return sample;
}

} // namespace

class TestMonitor : public WindowFixture
{
    Q_OBJECT

private Q_SLOTS:
    void rowsAreWhatTheChartsShow();
    void csvHoldsTheRows();
    void aNewSampleIsOneRowMore();
    void oneMissIsNoRoundedHit();
    void namesOfModelsHaveRoomInTheTable();
    void sharesAreDrawnAndListed();
    void theTableOpensByKeys();
    void oneModelIsShownAlone();
    void whatIsShownIsSaved();
    void pauseSaysResume();
};

void TestMonitor::rowsAreWhatTheChartsShow()
{
    const auto rows = ui::monitorRows({sampleAt(0, 0), sampleAt(1, 6, 4), sampleAt(3, 10)});
    QCOMPARE(rows.size(), 3U);
    QVERIFY(std::isnan(rows[0].hits));
    QCOMPARE(rows[1].hits, 6.0);
    QCOMPARE(rows[1].queue, 4);
    QVERIFY(std::isnan(rows[1].p50)); // nothing was answered
    QCOMPARE(rows[2].hits, 2.0);      // in two seconds
    QCOMPARE(ui::monitorRows({sampleAt(0, 5)})[0].hits, 0.0);
    QCOMPARE(ui::sharingModels(rows), (std::vector<std::string>{"b", "a"}));
}

void TestMonitor::csvHoldsTheRows()
{
    std::vector<MetricsSample> samples{sampleAt(0, 0), sampleAt(1, 6, 4)};
    samples[1].models.emplace_back("with, comma", Bytes{7});
    const std::string csv = ui::monitorCsv(ui::monitorRows(samples));
    const QStringList lines = QString::fromStdString(csv).split(u'\n');
    QCOMPARE(lines.size(), 4);
    QVERIFY2(lines[0].endsWith(u"budget_bytes,a_bytes,b_bytes,\"with, comma_bytes\""_s),
             csv.c_str());
    QVERIFY2(lines[1].startsWith(u"2023-11-14T22:13:20Z,,,,,0.002,"_s), csv.c_str());
    QCOMPARE(lines[2], u"2023-11-14T22:13:21Z,6,0,6,0,,,,4,104857600,31457280,209715200,10485760,"
                       "20971520,7"_s);
}

void TestMonitor::aNewSampleIsOneRowMore()
{
    ui::SampleTable table;
    const QAbstractItemModelTester tester(&table,
                                          QAbstractItemModelTester::FailureReportingMode::QtTest);
    table.setRows(ui::monitorRows({sampleAt(0, 0), sampleAt(1, 3), sampleAt(2, 3)}));
    QSignalSpy reset(&table, &QAbstractItemModel::modelReset);
    QSignalSpy inserted(&table, &QAbstractItemModel::rowsInserted);
    QSignalSpy removed(&table, &QAbstractItemModel::rowsRemoved);
    table.setRows(ui::monitorRows({sampleAt(1, 3), sampleAt(2, 3), sampleAt(3, 13, 2)}));
    QCOMPARE(reset.size(), 0);
    QCOMPARE(inserted.size(), 1);
    QCOMPARE(removed.size(), 1);
    QCOMPARE(table.rowCount(), 3);
    // The newest stands first.
    QCOMPARE(table.index(0, ui::SampleTable::Hits).data().toString(), u"10/s"_s);
    QCOMPARE(table.index(0, ui::SampleTable::Queue).data().toString(), u"2"_s);
    QCOMPARE(table.index(0, ui::SampleTable::FixedColumns + 1).data().toString(), u"20.0 MiB"_s);
    QCOMPARE(table.headerData(ui::SampleTable::FixedColumns, Qt::Horizontal, Qt::DisplayRole),
             QVariant(u"a"_s));
    table.setRows(ui::monitorRows({sampleAt(50, 3)}));
    QCOMPARE(reset.size(), 1);
}

void TestMonitor::oneMissIsNoRoundedHit()
{
    QCOMPARE(ui::hitShareText(226'196, 226'197), u"99.9 % hits"_s);
    QCOMPARE(ui::hitShareText(5, 5), u"100.0 % hits"_s);
    QCOMPARE(ui::hitShareText(1, 3), u"33.3 % hits"_s);
}

void TestMonitor::namesOfModelsHaveRoomInTheTable()
{
    ui::Background background;
    Workbench workbench({}, m_clock);
    ui::Monitor monitor(workbench, background);
    const std::string name = "a_name_of_a_model_that_goes_on_and_on_v2";
    // Of this moment, so that the workbench's own samples leave them in the time that is shown.
    for (const int second : {2, 1}) {
        MetricsSample sample = sampleAt(0, 0);
        sample.time = std::chrono::steady_clock::now() - std::chrono::seconds(second);
        sample.models.emplace_back(name, mebibytes(1));
        workbench.metrics().push(sample);
    }
    monitor.resize(1200, 200);
    monitor.setVisible(true);
    monitor.findChild<QToolButton *>(u"monitorAsTable"_s)->click();
    monitor.sampleNow();
    auto *table = monitor.findChild<QTableView *>(u"monitorTable"_s);
    const int column = ui::SampleTable::FixedColumns; // "a", then the long one
    QTRY_COMPARE(table->model()->headerData(column + 1, Qt::Horizontal).toString(),
                 u"a_name_of_a_…on_and_on_v2"_s);
    QCOMPARE(table->model()->headerData(column + 1, Qt::Horizontal, Qt::ToolTipRole).toString(),
             QString::fromStdString(name));
    QHeaderView *header = table->horizontalHeader();
    QVERIFY(header->sectionSize(column + 1) >= header->sectionSizeHint(column + 1));
    QVERIFY(header->sectionSize(column + 1) > header->sectionSize(column));
}

void TestMonitor::sharesAreDrawnAndListed()
{
    ui::Background background;
    Workbench workbench({}, m_clock);
    ui::Monitor monitor(workbench, background);
    monitor.resize(1200, 200);
    for (int second = 0; second < 3; ++second)
        workbench.metrics().push(sampleAt(second, 4 * second, second));
    monitor.sampleNow();
    QCOMPARE(monitor.queueChart()->pointsOf(0).last().y(), 2.0);
    const QString reading = monitor.memoryChart()->readingAt(0);
    for (const QString &part : {u"process 100 MiB"_s, u"models 30.0 MiB"_s, u"budget 200 MiB"_s,
                                u"b 20.0 MiB"_s, u"a 10.0 MiB"_s})
        QVERIFY2(reading.contains(part), qPrintable(reading));
}

void TestMonitor::theTableOpensByKeys()
{
    openSample();
    auto *asTable = part<QToolButton>(u"monitorAsTable"_s);
    asTable->setFocus();
    QTest::keyClick(asTable, Qt::Key_Space);
    auto *table = part<QTableView>(u"monitorTable"_s);
    QVERIFY(table->isVisible());
    QVERIFY(table->model()->rowCount() > 0);
    QTest::keyClick(asTable, Qt::Key_Space);
    QVERIFY(!table->isVisible());
}

void TestMonitor::oneModelIsShownAlone()
{
    openSample();
    auto *history = part<ui::ModelHistory>({});
    history->look();
    runPicture("three.png");
    QTRY_COMPARE_WITH_TIMEOUT(stateOf(u"digits"_s), u"Loaded"_s, patience);
    part<QAction>(u"run"_s)->trigger();
    QTRY_COMPARE_WITH_TIMEOUT(m_workbench->cache().statistics().hits, 1, patience);
    history->look();
    m_workbench->keepHouse();
    const auto series = m_workbench->metrics().series();
    QVERIFY(!series.empty());
    const auto own = history->of("digits", series);
    QCOMPARE(own.size(), series.size());
    QCOMPARE(own.back().hits, 1);
    QCOMPARE(own.back().misses, 1);
    QVERIFY(own.back().p50 > 0);
    QCOMPARE(own.back().modelBytes, series.back().modelBytes);
    const auto other = history->of("iris", series);
    QCOMPARE(other.back().hits + other.back().misses, 0);
    QCOMPARE(other.back().modelBytes, Bytes{});

    auto *choice = part<QComboBox>(u"monitorModel"_s);
    QTRY_VERIFY_WITH_TIMEOUT(choice->findText(u"digits"_s) > 0, patience);
    choice->setFocus();
    QTest::keyClicks(choice, u"digits"_s);
    QCOMPARE(choice->currentText(), u"digits"_s);
}

void TestMonitor::whatIsShownIsSaved()
{
    openSample();
    auto *save = part<QToolButton>(u"saveMonitor"_s);
    save->setFocus();
    QTest::keyClick(save, Qt::Key_Space);
    QTRY_VERIFY(qobject_cast<QFileDialog *>(QApplication::activeModalWidget()));
    auto *dialog = qobject_cast<QFileDialog *>(QApplication::activeModalWidget());
    const QString path = m_folder->filePath(u"samples.csv"_s);
    dialog->findChild<QLineEdit *>()->setText(path);
    QTest::keyClick(dialog->findChild<QLineEdit *>(), Qt::Key_Return);
    QTRY_VERIFY_WITH_TIMEOUT(message().contains(u"samples.csv"_s), patience);
    QFile file(path);
    QVERIFY(file.open(QIODevice::ReadOnly));
    QVERIFY(file.readLine().startsWith("time,hits_per_second,"));
    QVERIFY(file.readLine().contains("Z,"));
}

void TestMonitor::pauseSaysResume()
{
    openSample();
    auto *pause = part<QToolButton>(u"pauseMonitor"_s);
    const int width = pause->width();
    pause->setFocus();
    QTest::keyClick(pause, Qt::Key_Space);
    QCOMPARE(pause->text(), u"Resume"_s);
    QCOMPARE(pause->accessibleName(), u"Resume"_s);
    QCOMPARE(pause->width(), width);
    auto *chart = part<ui::Monitor>({})->cacheChart();
    const auto before = chart->pointsOf(0);
    m_workbench->keepHouse();
    part<ui::Monitor>({})->sampleNow();
    QCOMPARE(chart->pointsOf(0), before);
    QTest::keyClick(pause, Qt::Key_Space);
    QCOMPARE(pause->text(), u"Pause"_s);
    QVERIFY(chart->pointsOf(0) != before);
}

QTEST_MAIN(TestMonitor)
#include "tst_monitor.moc"
