// The window over a real workbench with the built-in sample: what a person does, and what it shows.
#include "engine/engine.h"
#include "inference/measurement/verdict_store.h"
#include "tensor/npy.h"
#include "test_files.h"
#include "ui/api/api_page.h"
#include "ui/models/model_table.h"
#include "ui/playground/output_table.h"
#include "ui/settings.h"
#include "window_fixture.h"

#include <QAbstractItemView>
#include <QAction>
#include <QApplication>
#include <QClipboard>
#include <QComboBox>
#include <QDialog>
#include <QDoubleSpinBox>
#include <QFile>
#include <QLabel>
#include <QLineEdit>
#include <QListView>
#include <QPushButton>
#include <QTableView>
#include <QTabWidget>
#include <QTest>
#include <QTreeView>
#include <QTreeWidget>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;
using namespace warmbench;

class TestMainWindow : public WindowFixture
{
    Q_OBJECT

private Q_SLOTS:
    void theFirstPageStaysUntilThereIsAModel();
    void theFirstRunIsAMissTheSecondAHit();
    void aTableModelRunsFromItsFields();
    void curlCarriesTheRealValues();
    void aRefreshTellsWhatItDid();
    void aBadFileKeepsTheOldInstanceAndSaysWhy();
    void evictAndPinAct();
    void aFailedModelShowsItsReason();
    void aRefusedDropSaysWhy_data();
    void aRefusedDropSaysWhy();
    void twoModelsDroppedTogetherAreCompared();
    void aNotebookIsMatchedFromTheCommandPalette();
    void aPictureForATableModelIsRefused();
    void aTableModelThatWasNeverLoadedAsksForNumbers();
    void aFileOfNumbersRunsWhereAPictureDoes();
    void everyRowOfATableIsAnswered();
    void aRowIsPastedIntoTheFields();
    void theInspectorNamesTheOriginOfEachValue();
    void theInspectorMeasuresTheEngines();
    void theEngineThatAVerdictOffersIsTaken();
    void theApiIsSwitchedAndItsAddressCopied();
    void anotherPortStaysVisible();
    void theModelOfUnnamedRequestsHasAStar();
    void closingWithWorkInFlightIsSafe();
    void chartsDrawTheirFirstSampleAtOnce();
    void aRemovedModelComesBack();
    void theSessionComesBack();
    void whatIsGoneFromTheSessionIsNamed();
    void everythingIsFoundByItsLetters();
    void theNetworkIsLookedIntoWithTheInputOfTheOtherPage();
};

void TestMainWindow::theFirstPageStaysUntilThereIsAModel()
{
    QVERIFY(part<QPushButton>(u"trySample"_s)->isVisible());
    QVERIFY(!part<QLabel>(u"cacheOutcome"_s)->isVisible());
    QTest::mouseClick(part<QPushButton>(u"trySample"_s), Qt::LeftButton);
    QTRY_VERIFY_WITH_TIMEOUT(!part<QPushButton>(u"trySample"_s)->isVisible(), patience);
    QTRY_COMPARE_WITH_TIMEOUT(part<QLabel>(u"modelName"_s)->text(), u"digits"_s, patience);
    QCOMPARE(stateOf(u"digits"_s), u"Not loaded"_s);
}

void TestMainWindow::theFirstRunIsAMissTheSecondAHit()
{
    openSample();
    runPicture("three.png");
    QVERIFY2(outcome().contains(u"miss"_s), qPrintable(outcome()));
    QTRY_COMPARE_WITH_TIMEOUT(stateOf(u"digits"_s), u"Loaded"_s, patience);
    part<QAction>(u"run"_s)->trigger();
    QTRY_VERIFY_WITH_TIMEOUT(outcome().contains(u"hit"_s), patience);
    QCOMPARE(m_workbench->metrics().answered(), std::int64_t(2)); // as requests of clients count
    QTRY_COMPARE_WITH_TIMEOUT(part<QLabel>(u"statusHits"_s)->text(), u"Hits 1 · misses 1"_s,
                              patience);
    const CacheStatistics statistics = m_workbench->cache().statistics();
    QCOMPARE(statistics.hits, 1);
    QCOMPARE(statistics.misses, 1);
    const QAbstractItemModel *outputs = part<QAbstractItemView>(u"outputs"_s)->model();
    QCOMPARE(outputs->rowCount(), 1);
    QCOMPARE(outputs->index(0, 2).data().toString(), u"[1, 10]"_s);
}

void TestMainWindow::aTableModelRunsFromItsFields()
{
    openSample();
    select(u"iris"_s);
    QTRY_VERIFY_WITH_TIMEOUT(part<QWidget>(u"feature0"_s), patience);
    part<QAction>(u"run"_s)->trigger();
    QTRY_VERIFY_WITH_TIMEOUT(outcome().contains(u"miss"_s), patience);
    auto *paste = part<QLineEdit>(u"pasteRow"_s);
    paste->setText(u"5.1,3.5,1.4,0.2"_s);
    QTest::keyClick(paste, Qt::Key_Return);
    QTRY_VERIFY_WITH_TIMEOUT(outcome().contains(u"hit"_s), patience);
    QVERIFY2(message().isEmpty(), qPrintable(message()));
}

void TestMainWindow::curlCarriesTheRealValues()
{
    openSample();
    runPicture("three.png");
    part<QAction>(u"copyCurl"_s)->trigger();
    QCOMPARE(QApplication::clipboard()->text(),
             u"curl --data-binary @'%1' 'http://127.0.0.1:5000/predict/digits'"_s.arg(
                 sample("three.png")));
    select(u"iris"_s);
    QTRY_VERIFY_WITH_TIMEOUT(part<QWidget>(u"feature0"_s), patience);
    part<QAction>(u"copyCurl"_s)->trigger();
    QVERIFY2(QApplication::clipboard()->text().contains(u"\"sepal length\": 5.8"_s),
             qPrintable(QApplication::clipboard()->text()));
}

void TestMainWindow::aRefreshTellsWhatItDid()
{
    openSample();
    runPicture("three.png");
    part<QAction>(u"refreshModel"_s)->trigger();
    QTRY_VERIFY_WITH_TIMEOUT(message().contains(u"nothing has changed"_s), patience);
    QFile labels(sample("digits.labels.txt"));
    QVERIFY(labels.open(QIODevice::WriteOnly));
    labels.write("0\n1\n2\n3\n4\n5\n6\n7\neight\n9\n"); // its golden answers are 0, 3 and 7
    labels.close();
    part<QAction>(u"refreshModel"_s)->trigger();
    QTRY_VERIFY2_WITH_TIMEOUT(message().contains(u"digest sha256:"_s), qPrintable(message()),
                              patience);
}

void TestMainWindow::aBadFileKeepsTheOldInstanceAndSaysWhy()
{
    openSample();
    runPicture("three.png");
    QFile file(sample("digits.onnx"));
    QVERIFY(file.resize(200));
    part<QAction>(u"refreshModel"_s)->trigger();
    QTRY_COMPARE_WITH_TIMEOUT(stateOf(u"digits"_s), u"Refresh failed"_s, patience);
    QTRY_VERIFY_WITH_TIMEOUT(notice().contains(u"old instance goes on"_s), patience);
    QTRY_VERIFY_WITH_TIMEOUT(!message().isEmpty(), patience);
    part<QAction>(u"run"_s)->trigger();
    QTRY_VERIFY_WITH_TIMEOUT(outcome().contains(u"hit"_s), patience);
}

void TestMainWindow::evictAndPinAct()
{
    openSample();
    part<QAction>(u"loadModel"_s)->trigger();
    QTRY_COMPARE_WITH_TIMEOUT(stateOf(u"digits"_s), u"Loaded"_s, patience);
    QCOMPARE(m_workbench->cache().statistics().misses, 0);
    part<QAction>(u"pinModel"_s)->trigger();
    QTRY_COMPARE_WITH_TIMEOUT(part<QAction>(u"pinModel"_s)->text(), u"Unpin"_s, patience);
    part<QAction>(u"evictModel"_s)->trigger();
    QTRY_COMPARE_WITH_TIMEOUT(stateOf(u"digits"_s), u"Not loaded"_s, patience);
    QCOMPARE(m_workbench->cache().statistics().unloads, 1);
}

void TestMainWindow::aFailedModelShowsItsReason()
{
    m_window->openPaths({QString::fromStdString(testModel("unknown_op.onnx").string())});
    QTRY_COMPARE_WITH_TIMEOUT(stateOf(u"unknown_op"_s), u"Failed"_s, patience);
    auto *reason = part<QLabel>(u"failedReason"_s);
    QTRY_VERIFY_WITH_TIMEOUT(!reason->text().isEmpty(), patience);
    const auto status = m_workbench->cache().status({"unknown_op", {}});
    QVERIFY(status);
    QCOMPARE(reason->text(), QString::fromStdString(status->reason));
    QVERIFY(part<QWidget>(u"failedReason"_s)->isVisible());
}

void TestMainWindow::aRefusedDropSaysWhy_data()
{
    QTest::addColumn<QByteArray>("content");
    QTest::addColumn<QString>("name");
    QTest::addColumn<QString>("says");
    QTest::newRow("words") << QByteArray() << QString() << u"Only files of this machine"_s;
    QTest::newRow("labels") << QByteArray("cat\ndog\nhorse\n") << u"names.txt"_s
                            << u"select the model"_s;
    QTest::newRow("empty file") << QByteArray("") << u"nothing.onnx"_s << u"empty"_s;
    QTest::newRow("input without a model")
        << QByteArray("{\"input\": [1]}") << u"row.json"_s << u"open a model first"_s;
}

void TestMainWindow::aRefusedDropSaysWhy()
{
    QFETCH(QByteArray, content);
    QFETCH(QString, name);
    QFETCH(QString, says);
    QList<QUrl> urls;
    if (!name.isEmpty()) {
        QFile file(m_folder->filePath(name));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(content);
        urls << QUrl::fromLocalFile(file.fileName());
    }
    drop(urls);
    QTRY_VERIFY2_WITH_TIMEOUT(message().contains(says), qPrintable(message()), patience);
    QVERIFY(part<QWidget>(u"message"_s)->isVisible());
}

void TestMainWindow::twoModelsDroppedTogetherAreCompared()
{
    drop({QUrl::fromLocalFile(sample("digits.onnx")), QUrl::fromLocalFile(sample("iris.onnx"))});
    QTRY_VERIFY_WITH_TIMEOUT(part<QWidget>(u"compareButton"_s)->isVisible(), patience);
    QCOMPARE(part<QComboBox>(u"modelA"_s)->currentText(), u"digits"_s);
    QCOMPARE(part<QComboBox>(u"modelB"_s)->currentText(), u"iris"_s);
    QVERIFY(part<QAction>(u"compare"_s)->isEnabled());
}

void TestMainWindow::aNotebookIsMatchedFromTheCommandPalette()
{
    openSample();
    runPicture("three.png");
    QTest::keyClick(m_window.get(), Qt::Key_K, Qt::ControlModifier);
    auto *palette = m_window->findChild<QDialog *>(u"commandPalette"_s);
    QVERIFY(palette);
    QTest::keyClicks(palette->findChild<QLineEdit *>(), u"match notebook"_s);
    QTest::keyClick(palette->findChild<QLineEdit *>(), Qt::Key_Return);
    QTRY_VERIFY(part<QDialog>(u"matchSheet"_s));
    QVERIFY(part<QDialog>(u"matchSheet"_s)->isVisible());
    QCOMPARE(part<QLineEdit>(u"matchPicture"_s)->text(), sample("three.png"));
    part<QDialog>(u"matchSheet"_s)->reject();
    part<QAction>(u"copyNotebook"_s)->trigger();
    QVERIFY(QApplication::clipboard()->text().contains(u"three.png"_s));
    QVERIFY(message().contains(u"clipboard"_s));
}

void TestMainWindow::aPictureForATableModelIsRefused()
{
    openSample();
    select(u"iris"_s);
    QTRY_VERIFY_WITH_TIMEOUT(part<QWidget>(u"feature0"_s), patience);
    drop({QUrl::fromLocalFile(sample("three.png"))});
    QTRY_VERIFY_WITH_TIMEOUT(message().contains(u"takes numbers"_s), patience);
}

void TestMainWindow::aTableModelThatWasNeverLoadedAsksForNumbers()
{
    // Nothing but the network itself says that it takes a row.
    QVERIFY(QFile::remove(m_folder->filePath(u"iris.warmbench.json"_s)));
    openSample();
    select(u"iris"_s);
    QTRY_VERIFY_WITH_TIMEOUT(part<QWidget>(u"feature0"_s), patience);
    QVERIFY(part<QWidget>(u"feature0"_s)->isVisible());
    QCOMPARE(part<QWidget>(u"feature0"_s)->accessibleName(), u"feature 1"_s);
    QCOMPARE(stateOf(u"iris"_s), u"Not loaded"_s);
    QCOMPARE(m_workbench->cache().statistics().loads, 0);
}

void TestMainWindow::aFileOfNumbersRunsWhereAPictureDoes()
{
    openSample();
    const std::vector<float> pixels(64, 0.5F);
    const auto tensor = Tensor::fromValues<float>({1, 8, 8}, std::span(pixels));
    drop({written(u"three.npy"_s, writeNpy(*tensor))});
    QTRY_VERIFY2_WITH_TIMEOUT(outcome().contains(u"miss"_s), qPrintable(message()), patience);
    QVERIFY(part<QLabel>(u"fileName"_s)->isVisible());
    QCOMPARE(part<QLabel>(u"fileName"_s)->text(), u"three.npy"_s);
    QVERIFY2(part<QLabel>(u"fileSummary"_s)->text().contains(u"[1, 8, 8]"_s),
             qPrintable(part<QLabel>(u"fileSummary"_s)->text()));
    QVERIFY(!part<QTableView>(u"fileRows"_s)->isVisible());
    part<QAction>(u"copyCurl"_s)->trigger();
    QVERIFY(QApplication::clipboard()->text().contains(u"--data-binary @"_s));
    QTest::mouseClick(part<QPushButton>(u"closeFile"_s), Qt::LeftButton);
    QVERIFY(!part<QLabel>(u"fileName"_s)->isVisible());
    drop({QUrl::fromLocalFile(sample("three.png"))});
    QTRY_VERIFY_WITH_TIMEOUT(outcome().contains(u"hit"_s), patience);
}

void TestMainWindow::everyRowOfATableIsAnswered()
{
    openSample();
    select(u"iris"_s);
    QTRY_VERIFY_WITH_TIMEOUT(part<QWidget>(u"feature0"_s), patience);
    QApplication::clipboard()->setText(
        u"sepal length,sepal width,petal length,petal width\n5.1,3.5,1.4,0.2\n6.7,3,5.2,2.3\n"_s);
    part<QAction>(u"pasteInput"_s)->trigger();
    QTRY_VERIFY2_WITH_TIMEOUT(outcome().contains(u"miss"_s), qPrintable(message()), patience);
    auto *rows = part<QTableView>(u"fileRows"_s);
    QVERIFY(rows->isVisible());
    QCOMPARE(rows->model()->rowCount(), 2);
    const auto answer = [&](int row) { return rows->model()->index(row, 0).data().toString(); };
    QVERIFY2(answer(0).startsWith(u"setosa "_s), qPrintable(answer(0)));
    QVERIFY2(answer(1).startsWith(u"virginica "_s), qPrintable(answer(1)));
    QCOMPARE(rows->model()->index(1, 1).data().toString(), u"6.7"_s);
    QCOMPARE(m_workbench->metrics().answered(), std::int64_t(1)); // one request
}

void TestMainWindow::aRowIsPastedIntoTheFields()
{
    openSample();
    select(u"iris"_s);
    QTRY_VERIFY_WITH_TIMEOUT(part<QWidget>(u"feature0"_s), patience);
    QApplication::clipboard()->setText(u"sepal length\tpetal width\n6.7\t2.3\n"_s);
    part<QAction>(u"pasteInput"_s)->trigger();
    QTRY_VERIFY2_WITH_TIMEOUT(outcome().contains(u"miss"_s), qPrintable(message()), patience);
    QCOMPARE(part<QDoubleSpinBox>(u"feature0"_s)->value(), 6.7);
    QApplication::clipboard()->setText(u"a longer text"_s);
    part<QAction>(u"pasteInput"_s)->trigger();
    QTRY_VERIFY2_WITH_TIMEOUT(message().contains(u"neither a picture"_s), qPrintable(message()),
                              patience);
}

void TestMainWindow::theInspectorNamesTheOriginOfEachValue()
{
    openSample();
    runPicture("three.png");
    auto *tree = part<QTreeWidget>(u"inspectorTree"_s);
    const auto origin = [&](const QString &property) {
        const auto found = tree->findItems(property, Qt::MatchExactly | Qt::MatchRecursive);
        return found.isEmpty() ? QString() : found.first()->text(2);
    };
    QTRY_COMPARE_WITH_TIMEOUT(origin(u"Channels"_s), u"settings file"_s, patience);
    QVERIFY(!tree->findItems(u"Digest"_s, Qt::MatchExactly | Qt::MatchRecursive).isEmpty());
}

void TestMainWindow::theInspectorMeasuresTheEngines()
{
    openSample();
    runPicture("three.png");
    auto *engine = part<QLabel>(u"engineName"_s);
    auto *verdict = part<QLabel>(u"engineVerdict"_s);
    QTRY_VERIFY_WITH_TIMEOUT(engine->isVisible() && !engine->text().isEmpty(), patience);
    QVERIFY(!verdict->isVisible());
    QVERIFY(!part<QPushButton>(u"changeEngine"_s)->isVisible());
    const bool both = engine->text().startsWith(u"ONNX Runtime"_s);
    part<QPushButton>(u"measureEngines"_s)->click();
    QVERIFY(!part<QPushButton>(u"measureEngines"_s)->isEnabled());
    QTRY_VERIFY_WITH_TIMEOUT(part<QPushButton>(u"measureEngines"_s)->isEnabled(), patience);
    QVERIFY(verdict->isVisible());
    const QString said = both ? u"OpenCV"_s : u"No second engine"_s;
    QVERIFY2(verdict->text().contains(said), qPrintable(verdict->text()));
}

void TestMainWindow::theEngineThatAVerdictOffersIsTaken()
{
    if (!engineVersion("onnxruntime") || engineVersion("onnxruntime")->version.empty())
        QSKIP("ONNX Runtime is not there");
    openSample();
    QTRY_VERIFY_WITH_TIMEOUT(m_workbench->model({"digits", {}})->status.facts, patience);
    Verdict found;
    found.digest = m_workbench->model({"digits", {}})->status.facts->digest;
    for (const auto &[name, time] : {std::pair("onnxruntime", 900us), std::pair("opencv", 300us)}) {
        EngineTrial trial;
        trial.engine = name;
        trial.version = engineVersion(name)->version;
        trial.runTime = time;
        found.engines.push_back(trial);
    }
    found.engines.back().agreement = Agreement{true, 0, {}};
    WorkbenchOptions options;
    options.verdicts = m_folder->filePath(u"verdicts"_s).toStdString();
    VerdictStore(options.verdicts).keep(found);

    m_window.reset();
    m_workbench = std::make_unique<Workbench>(options, m_clock);
    makeWindow();
    openSample();
    runPicture("three.png");
    auto *verdict = part<QLabel>(u"engineVerdict"_s);
    auto *change = part<QPushButton>(u"changeEngine"_s);
    QTRY_VERIFY2_WITH_TIMEOUT(verdict->text().startsWith(u"OpenCV is 3.0 times as fast"_s),
                              qPrintable(verdict->text()), patience);
    QTRY_COMPARE_WITH_TIMEOUT(change->text(), u"Use OpenCV"_s, patience);
    change->click();
    QTRY_VERIFY_WITH_TIMEOUT(part<QLabel>(u"engineName"_s)->text().startsWith(u"OpenCV"_s),
                             patience);
    QTRY_VERIFY_WITH_TIMEOUT(!change->isVisible(), patience);
    QVERIFY(verdict->text().contains(u"times as fast"_s));
}

void TestMainWindow::theApiIsSwitchedAndItsAddressCopied()
{
    part<QAction>(u"copyAddress"_s)->trigger();
    QCOMPARE(QApplication::clipboard()->text(), u"http://127.0.0.1:5000"_s);
    part<QAction>(u"apiSwitch"_s)->trigger();
    QVERIFY(!m_api->isRunning());
    QCOMPARE(part<QAbstractButton>(u"apiAddress"_s)->text(), u"API stopped"_s);
    QTest::mouseClick(part<QPushButton>(u"firstRunApiSwitch"_s), Qt::LeftButton);
    QVERIFY(m_api->isRunning());
}

void TestMainWindow::anotherPortStaysVisible()
{
    const QString moved = u"Port 5000 is taken by another program; using 5001."_s;
    m_api->setStatus(moved);
    auto *note = part<QWidget>(u"apiNote"_s);
    QCOMPARE(note->accessibleName(), moved);
    QTRY_VERIFY(note->isVisible() && note->width() > 100);
    m_api->setStatus({});
    QVERIFY(note->accessibleName().isEmpty());
}

void TestMainWindow::theModelOfUnnamedRequestsHasAStar()
{
    openSample();
    const QAbstractItemModel *list = part<QListView>(u"modelList"_s)->model();
    const std::string unnamed = *m_workbench->defaultModel();
    QVERIFY(list->rowCount() > 1);
    for (int row = 0; row < list->rowCount(); ++row) {
        const QModelIndex index = list->index(row, 0);
        QCOMPARE(index.data(ui::ModelTable::UnnamedRole).toBool(),
                 index.data().toString().toStdString() == unnamed);
    }
}

void TestMainWindow::closingWithWorkInFlightIsSafe()
{
    openSample();
    for (int i = 0; i < 5; ++i) {
        m_window->openPaths({sample("three.png"), sample("zero.png")});
        part<QAction>(u"refreshModel"_s)->trigger();
        part<QAction>(u"loadModel"_s)->trigger();
    }
    QApplication::processEvents();
    m_window.reset();
    m_workbench->stop(std::chrono::seconds(5));
    QApplication::processEvents(); // what was still queued finds nobody
    QVERIFY(!m_workbench->cache().statistics().modelBytes.count ||
            m_workbench->cache().statistics().loads > 0);
}

void TestMainWindow::chartsDrawTheirFirstSampleAtOnce()
{
    auto *drawer = part<QWidget>(u"drawer"_s);
    QVERIFY(drawer->isVisible());
    const auto labels = drawer->findChildren<QLabel *>();
    const bool budget = std::any_of(labels.begin(), labels.end(), [](const QLabel *label) {
        return label->text().contains("budget"_L1);
    });
    QVERIFY(budget);
}

void TestMainWindow::aRemovedModelComesBack()
{
    openSample();
    part<QAction>(u"removeModel"_s)->trigger();
    const QAbstractItemModel *models = part<QListView>(u"modelList"_s)->model();
    QTRY_COMPARE_WITH_TIMEOUT(models->rowCount(), 1, patience);
    QTRY_VERIFY_WITH_TIMEOUT(message().contains(u"its file is untouched"_s), patience);
    QTest::mouseClick(part<QAbstractButton>(u"messageAction"_s), Qt::LeftButton);
    QTRY_COMPARE_WITH_TIMEOUT(models->rowCount(), 2, patience);
    QVERIFY(!stateOf(u"digits"_s).isEmpty());
}

void TestMainWindow::theSessionComesBack()
{
    openSample();
    m_window->openPaths({QString::fromStdString(testModel("unknown_op.onnx").string())});
    QTRY_COMPARE_WITH_TIMEOUT(stateOf(u"unknown_op"_s), u"Failed"_s, patience);
    select(u"digits"_s);
    runPicture("three.png");
    m_window->close();
    m_window.reset();
    m_workbench = std::make_unique<Workbench>(WorkbenchOptions{}, m_clock);
    makeWindow();
    m_window->restoreSession();
    QTRY_COMPARE_WITH_TIMEOUT(part<QLabel>(u"modelName"_s)->text(), u"digits"_s, patience);
    QCOMPARE(part<QListView>(u"modelList"_s)->model()->rowCount(), 3);
    QCOMPARE(m_workbench->cache().statistics().loads, 0);
    // The picture is there, and nothing has run on it.
    part<QAction>(u"copyCurl"_s)->trigger();
    QTRY_VERIFY_WITH_TIMEOUT((part<QAction>(u"copyCurl"_s)->trigger(),
                              QApplication::clipboard()->text().contains(u"three.png"_s)),
                             patience);
    QVERIFY(outcome().isEmpty());
}

void TestMainWindow::whatIsGoneFromTheSessionIsNamed()
{
    ui::write(ui::settings::sessionPaths,
              {sample("iris.onnx"), m_folder->filePath(u"gone.onnx"_s)});
    m_window->restoreSession();
    QTRY_COMPARE_WITH_TIMEOUT(message(), u"No longer there, or no longer a model: gone.onnx."_s,
                              patience);
    QCOMPARE(stateOf(u"iris"_s), u"Not loaded"_s);
}

void TestMainWindow::everythingIsFoundByItsLetters()
{
    openSample();
    const auto choose = [this](const QString &words) {
        part<QAction>(u"searchEverything"_s)->trigger();
        auto *palette = m_window->findChild<QDialog *>(u"commandPalette"_s);
        QVERIFY(palette);
        QTest::keyClicks(palette->findChild<QLineEdit *>(), words);
        QTest::keyClick(palette->findChild<QLineEdit *>(), Qt::Key_Return);
        delete palette;
    };
    choose(u"ris"_s);
    QTRY_COMPARE_WITH_TIMEOUT(part<QLabel>(u"modelName"_s)->text(), u"iris"_s, patience);
    choose(u"raw none such"_s); // nothing is chosen, nothing happens
    choose(u"page api"_s);
    QVERIFY(part<ui::ApiPage>({})->isVisible());
}

void TestMainWindow::theNetworkIsLookedIntoWithTheInputOfTheOtherPage()
{
    openSample();
    QTest::keyClick(m_window.get(), Qt::Key_2, Qt::ControlModifier);
    auto *nodes = part<QTreeView>(u"nodeTree"_s);
    QTRY_VERIFY_WITH_TIMEOUT(nodes->model()->rowCount() > 0, patience);
    const auto askForOutput = [&] {
        nodes->setCurrentIndex({});
        nodes->setCurrentIndex(nodes->model()->index(0, 0));
        auto *details = part<QTreeWidget>(u"nodeDetails"_s);
        details->setCurrentItem(details->findItems(u"Outputs"_s, Qt::MatchExactly).at(0)->child(0));
        QTest::keyClick(details, Qt::Key_Return);
    };
    askForOutput();
    QVERIFY(part<QLabel>(u"tensorMessage"_s)->text().startsWith(u"There is no input yet"_s));
    runPicture("three.png");
    askForOutput();
    auto *name = part<ui::CaptionLabel>(u"tensorName"_s);
    QTRY_VERIFY_WITH_TIMEOUT(name->text().endsWith(u"[1, 64]"_s), patience);
    part<QAction>(u"run"_s)->trigger();
    QTRY_VERIFY_WITH_TIMEOUT(name->text().contains(u"has run since"_s), patience);
}

QTEST_MAIN(TestMainWindow)
#include "tst_main_window.moc"
