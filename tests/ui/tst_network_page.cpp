// The list of a network's nodes, and what the file tells of one.
#include "base/file.h"
#include "network_fixture.h"
#include "test_files.h"
#include "ui/network/node_tree.h"
#include "ui/widgets/caption_label.h"

#include <atomic>
#include <cmath>
#include <QAbstractItemModelTester>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QScrollBar>
#include <QTest>

using namespace Qt::StringLiterals;
using namespace warmbench;

class TestNetworkPage : public NetworkFixture
{
    Q_OBJECT

private Q_SLOTS:
    void theTreeShowsNodesInTheOrderOfTheFile();
    void innerGraphsStandWithinTheirNode();
    void wordsFindNodes();
    void columnsSort();
    void aNodeTellsAttributesAndTensors();
    void statisticsOfAWeightAreItsNumbers();
    void networksThatNoEngineRunsAreShown();
    void aLookLoadsNothing();
    void damageIsASentenceOnThePage();
    void nothingIsReadBeforeThePageIsShown();
    void aRefreshedModelIsReadAgainAndKeepsTheSelection();
    void hostileNamesAreShownOnOneLine();
    void twoThousandNodesHoldNothingUp();
};

void TestNetworkPage::theTreeShowsNodesInTheOrderOfTheFile()
{
    open(smallNetwork());
    show(u"net"_s);
    const QAbstractItemModelTester tester(tree()->model(),
                                          QAbstractItemModelTester::FailureReportingMode::QtTest);
    using Column = ui::NodeTree::Column;
    QCOMPARE(column(Column::Name), (QStringList{u"n_Add"_s, u"n_Softmax"_s, u"n_Mul"_s}));
    QCOMPARE(column(Column::Type), (QStringList{u"Add"_s, u"Softmax"_s, u"Mul"_s}));
    QCOMPARE(column(Column::OutputShape).at(0), u"[batch, 2]"_s);
    QCOMPARE(column(Column::Parameters), (QStringList{u"2"_s, u""_s, u"1"_s}));
    const QString totals = part<ui::CaptionLabel>(u"networkTotals"_s)->text();
    QVERIFY2(totals.startsWith(u"3 nodes · 3 parameters"_s), qPrintable(totals));
    // Shares of the FLOPs add up.
    double share = 0;
    for (int row = 0; row < 3; ++row)
        share +=
            tree()->model()->index(row, Column::Flops).data(ui::NodeTree::ShareRole).toDouble();
    QVERIFY2(std::abs(share - 1) < 1e-9, qPrintable(QString::number(share)));
    picture("small");
}

void TestNetworkPage::innerGraphsStandWithinTheirNode()
{
    OnnxBuilder yes;
    yes.node("Neg", {"x"}, {"t"});
    yes.output("t", {2});
    OnnxBuilder no;
    no.node("Add", {"x", "k"}, {"e"});
    no.output("e", {2});
    OnnxBuilder net(13);
    net.input("x", {2});
    net.input("c", {}, onnx::TensorProto::BOOL);
    net.floats("k", {2}, {3, 4});
    auto *choice = net.node("If", {"c"}, {"i"});
    OnnxBuilder::graph(choice, "then_branch", yes);
    OnnxBuilder::graph(choice, "else_branch", no);
    net.node("Relu", {"i"}, {"y"});
    net.output("y", {2});
    open(net.save(*m_folder, "if.onnx"));
    show(u"if"_s);
    const QAbstractItemModelTester tester(tree()->model(),
                                          QAbstractItemModelTester::FailureReportingMode::QtTest);
    QCOMPARE(tree()->model()->rowCount(), 2);
    const QModelIndex outer = tree()->model()->index(0, 0);
    QCOMPARE(tree()->model()->rowCount(outer), 2);
    // Words find what is within, and keep what is around it.
    QTest::keyClicks(part<QLineEdit>(u"findNode"_s), u"add"_s);
    QTRY_COMPARE(tree()->model()->rowCount(), 1);
    const QModelIndex around = tree()->model()->index(0, 0);
    QCOMPARE(tree()->model()->rowCount(around), 1);
    QVERIFY(tree()->isExpanded(around));
    // A weight of the graph around it is a weight there, too.
    const QRect place = tree()->visualRect(tree()->model()->index(0, 0, around));
    QTest::mouseClick(tree()->viewport(), Qt::LeftButton, {}, place.center());
    QVERIFY(told(u"Weights"_s, u"k"_s).startsWith(u"float32 [2]"_s));
    QCOMPARE(told(u"Add"_s, u"Within"_s), u"else_branch of n_If"_s);
}

void TestNetworkPage::wordsFindNodes()
{
    open(smallNetwork());
    show(u"net"_s);
    auto *find = part<QLineEdit>(u"findNode"_s);
    QTest::keyClicks(find, u"SOFT"_s);
    QTRY_COMPARE(column(0), QStringList{u"n_Softmax"_s});
    find->clear();
    QTest::keyClicks(find, u"sum"_s); // the tensor that Add makes
    QTRY_COMPARE(column(0), QStringList{u"n_Add"_s});
    find->clear();
    QTest::keyClicks(find, u"n_ mul"_s); // both words
    QTRY_COMPARE(column(0), QStringList{u"n_Mul"_s});
    find->clear();
    QTRY_COMPARE(column(0).size(), 3);
}

void TestNetworkPage::columnsSort()
{
    open(smallNetwork());
    show(u"net"_s);
    const auto clickHeader = [this](int section) {
        QHeaderView *header = tree()->header();
        QTest::mouseClick(header->viewport(), Qt::LeftButton, {},
                          {header->sectionViewportPosition(section) + 20, header->height() / 2});
    };
    clickHeader(ui::NodeTree::Parameters);
    const QStringList up = column(ui::NodeTree::Parameters);
    QVERIFY(up == (QStringList{u""_s, u"1"_s, u"2"_s}) ||
            up == (QStringList{u"2"_s, u"1"_s, u""_s}));
    clickHeader(ui::NodeTree::Name);
    if (column(0).first() != u"n_Add"_s)
        clickHeader(ui::NodeTree::Name);
    QCOMPARE(column(0), (QStringList{u"n_Add"_s, u"n_Softmax"_s, u"n_Mul"_s}));
}

void TestNetworkPage::aNodeTellsAttributesAndTensors()
{
    open(smallNetwork());
    show(u"net"_s);
    selectNode(1);
    QCOMPARE(told(u"Attributes"_s, u"axis"_s), u"1"_s);
    QCOMPARE(told(u"Inputs"_s, u"sum"_s), u"float32 [batch, 2]"_s);
    QCOMPARE(told(u"Outputs"_s, u"soft"_s), u"float32 [batch, 2]"_s);
    QVERIFY(!detail(u"Weights"_s, u"w"_s));
    QTest::keyClick(tree(), Qt::Key_Up);
    QCOMPARE(told(u"Weights"_s, u"w"_s), u"float32 [2], 8 B"_s);
    QCOMPARE(told(u"Inputs"_s, u"x"_s), u"float32 [batch, 2]"_s);
    QVERIFY(!detail(u"Inputs"_s, u"w"_s));
}

void TestNetworkPage::statisticsOfAWeightAreItsNumbers()
{
    open(smallNetwork());
    show(u"net"_s);
    selectNode(0);
    auto *details = part<QTreeWidget>(u"nodeDetails"_s);
    QTreeWidgetItem *weight = detail(u"Weights"_s, u"w"_s);
    QVERIFY(weight);
    QCOMPARE(weight->childCount(), 0); // only on request
    details->setCurrentItem(weight);
    QTest::keyClick(details, Qt::Key_Return);
    // 1 and -10
    QTRY_COMPARE_WITH_TIMEOUT(childText(weight, u"Minimum"_s), u"-10"_s, patience);
    QCOMPARE(childText(weight, u"Maximum"_s), u"1"_s);
    QCOMPARE(childText(weight, u"Mean"_s), u"-4.5"_s);
    QCOMPARE(childText(weight, u"Standard deviation"_s), u"5.5"_s);
    QCOMPARE(childText(weight, u"Zeros"_s), u"0 of 2"_s);
    QCOMPARE(childText(weight, u"NaN"_s), u"0"_s);
    picture("weight");
    // Nothing was loaded for all that.
    const auto status = m_workbench->cache().status({"net", {}});
    QVERIFY(!status || status->state != ModelState::Ready);
}

void TestNetworkPage::networksThatNoEngineRunsAreShown()
{
    open(testModel("unknown_op.onnx"));
    show(u"unknown_op"_s);
    QVERIFY(tree()->model()->rowCount() > 0);
}

void TestNetworkPage::aLookLoadsNothing()
{
    const auto put = [this](const QString &name, const std::string &content) {
        return writeFile(m_folder->filePath(name).toStdString(), content).has_value();
    };
    std::string weights("\0\0\0\0\2\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 20); // version 0.2
    weights.append(6 * sizeof(float), '\0');
    QVERIFY(put(u"dark.weights"_s, weights));
    QVERIFY(put(u"dark.cfg"_s, "[net]\nbatch=1\nwidth=1\nheight=1\nchannels=2\n\n[convolutional]\n"
                               "filters=2\nsize=1\nstride=1\npad=0\nactivation=linear\n"));
    open(m_folder->filePath(u"dark.cfg"_s).toStdString());
    m_page->setModel(u"dark"_s);
    m_page->show();
    const auto *message = part<QLabel>(u"networkMessage"_s);
    QTRY_VERIFY_WITH_TIMEOUT(message->text().contains(u"load the model"_s), patience);
    const auto status = m_workbench->cache().status({"dark", {}});
    QVERIFY(!status || status->state != ModelState::Ready);
    // Once somebody has loaded it, the layers are there.
    m_workbench->cache().load({"dark", {}}, [](const Result<void> &) {});
    QTRY_VERIFY_WITH_TIMEOUT(tree()->model()->rowCount() > 0, patience);
    QVERIFY(tree()->isVisible());
}

void TestNetworkPage::damageIsASentenceOnThePage()
{
    const auto path = smallNetwork();
    open(path);
    const auto bytes = readFile(path, mebibytes(1));
    QVERIFY(writeFile(path, bytes->substr(0, bytes->size() / 2)).has_value());
    m_page->setModel(u"net"_s);
    m_page->show();
    auto *message = part<QLabel>(u"networkMessage"_s);
    QTRY_VERIFY_WITH_TIMEOUT(message->text().contains(u"net.onnx"_s), patience);
    QVERIFY(message->isVisible());
    QVERIFY(!tree()->isVisible());
    // Mended, it is shown as soon as the page is.
    smallNetwork();
    m_page->hide();
    m_page->show();
    QTRY_VERIFY_WITH_TIMEOUT(tree()->isVisible(), patience);
    QCOMPARE(tree()->model()->rowCount(), 3);
}

void TestNetworkPage::nothingIsReadBeforeThePageIsShown()
{
    open(smallNetwork());
    m_page->setModel(u"net"_s);
    // One thread looks into networks, so an answer means that nothing asked before is left.
    std::atomic<bool> answered{false};
    m_workbench->graph({"net", {}}, [&](const auto &) { answered = true; });
    QTRY_VERIFY_WITH_TIMEOUT(answered, patience);
    QCoreApplication::processEvents();
    QCOMPARE(tree()->model()->rowCount(), 0);
    show(u"net"_s);
}

void TestNetworkPage::aRefreshedModelIsReadAgainAndKeepsTheSelection()
{
    open(smallNetwork());
    std::atomic<int> refreshed{0};
    const auto count = [&](const auto &report) { refreshed += report.has_value() ? 1 : 100; };
    m_workbench->cache().refresh({"net", {}}, RefreshKind::Forced, count);
    QTRY_COMPARE_WITH_TIMEOUT(refreshed.load(), 1, patience);
    m_feed->updateNow();
    show(u"net"_s);
    selectNode(1);
    OnnxBuilder other(13);
    other.input("x", {-1, 2});
    other.floats("w", {2}, {1, -10});
    other.floats("two", {1}, {2});
    other.node("Add", {"x", "w"}, {"sum"});
    OnnxBuilder::number(other.node("Softmax", {"sum"}, {"soft"}), "axis", 0);
    other.node("Mul", {"soft", "two"}, {"y"});
    other.output("y", {-1, 2});
    other.save(*m_folder, "net.onnx");
    m_workbench->cache().refresh({"net", {}}, RefreshKind::Forced, count);
    QTRY_COMPARE_WITH_TIMEOUT(refreshed.load(), 2, patience);
    QTRY_COMPARE_WITH_TIMEOUT(told(u"Attributes"_s, u"axis"_s), u"0"_s, patience);
    QCOMPARE(tree()->currentIndex().row(), 1);
}

void TestNetworkPage::hostileNamesAreShownOnOneLine()
{
    OnnxBuilder net(13);
    net.input("x", {2});
    net.node("Relu", {"x"}, {"a\n\"b\\"})->set_name("evil\n\"];}\\N<b>\xff");
    net.node("Neg", {"a\n\"b\\"}, {"y"})->set_name(std::string(5000, 'n'));
    net.output("y", {2});
    open(net.save(*m_folder, "evil.onnx"));
    show(u"evil"_s);
    QCOMPARE(column(0).at(0), u"evil?\"];}\\N<b>?"_s);
    QVERIFY(column(0).at(1).size() < 300);
    selectNode(0);
    QVERIFY(detail(u"Outputs"_s, u"a?\"b\\"_s));
}

void TestNetworkPage::twoThousandNodesHoldNothingUp()
{
    open(longNetwork(2000));
    m_page->show();
    QVERIFY(QTest::qWaitForWindowExposed(m_page.get()));
    Heartbeat heart;
    m_page->setModel(u"long"_s);
    QTRY_COMPARE_WITH_TIMEOUT(tree()->model()->rowCount(), 2000, patience);
    QScrollBar *bar = tree()->verticalScrollBar();
    for (int step = 0; step <= 100; ++step) {
        bar->setValue(bar->maximum() * step / 100);
        QCoreApplication::processEvents();
    }
    auto *find = part<QLineEdit>(u"findNode"_s);
    QTest::keyClicks(find, u"layer/19"_s);
    QTRY_COMPARE(tree()->model()->rowCount(), 111);
    find->clear();
    QTRY_COMPARE(tree()->model()->rowCount(), 2000);
    heart.beat();
    qInfo("the longest hold: %.1f ms", heart.longest() * 1000);
    QVERIFY2(heart.longest() < longestHold, qPrintable(QString::number(heart.longest())));
}

QTEST_MAIN(TestNetworkPage)
#include "tst_network_page.moc"
