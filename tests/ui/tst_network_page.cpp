// The page of a network's inside, shown alone over a real workbench.
#include "base/file.h"
#include "base/logging.h"
#include "inference/workbench.h"
#include "onnx_builder.h"
#include "tensor/npy.h"
#include "test_files.h"
#include "ui/background.h"
#include "ui/network/graph_canvas.h"
#include "ui/network/graph_folding.h"
#include "ui/network/graph_picture.h"
#include "ui/network/network_page.h"
#include "ui/network/node_tree.h"
#include "ui/network/tensor_view.h"
#include "ui/widgets/caption_label.h"
#include "ui/widgets/theme.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <csignal>
#include <ctime>
#include <numeric>
#include <QAbstractItemModelTester>
#include <QApplication>
#include <QCheckBox>
#include <QFileDialog>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QScrollBar>
#include <QSettings>
#include <QSignalSpy>
#include <QTabWidget>
#include <QTemporaryDir>
#include <QTest>
#include <QTimer>
#include <QToolButton>
#include <QTreeView>
#include <QTreeWidget>
#include <QXmlStreamReader>
#include <thread>

using namespace Qt::StringLiterals;
using namespace warmbench;

namespace {

constexpr int patience = 20'000; // milliseconds, on a machine that has other work
constexpr double longestHold = 0.05;

// y = 2 * relu(x + w)
std::filesystem::path smallNetwork(const QTemporaryDir &folder, const char *name = "net.onnx")
{
    OnnxBuilder net(13);
    net.input("x", {-1, 2});
    net.floats("w", {2}, {1, -10});
    net.floats("two", {1}, {2});
    net.node("Add", {"x", "w"}, {"sum"});
    OnnxBuilder::number(net.node("Softmax", {"sum"}, {"soft"}), "axis", 1);
    net.node("Mul", {"soft", "two"}, {"y"});
    net.output("y", {-1, 2});
    return net.save(folder, name);
}

// A chain of `count` nodes that no rule folds, as their operators never repeat in step.
std::filesystem::path longNetwork(const QTemporaryDir &folder, int count)
{
    static constexpr const char *operators[] = {"Relu", "Neg", "Abs", "Exp", "Sigmoid"};
    OnnxBuilder net(13);
    net.input("x", {1, 4});
    std::string from = "x";
    for (int i = 0; i < count; ++i) {
        const std::string to = i + 1 < count ? "t" + std::to_string(i) : "y";
        auto *node = net.node(operators[(i * i / 7 + i % 3) % 5], {from.c_str()}, {to.c_str()});
        node->set_name("layer/" + std::to_string(i));
        from = to;
    }
    net.output("y", {1, 4});
    return net.save(folder, "long.onnx");
}

// Seconds of the processor that this thread has taken: other work on the machine does not count.
double workedSeconds()
{
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

// The longest that the GUI thread worked between two turns of the event loop.
class Heartbeat
{
public:
    Heartbeat()
    {
        QObject::connect(&m_timer, &QTimer::timeout, [this] { beat(); });
        m_timer.start(0);
        m_last = workedSeconds();
    }
    void beat()
    {
        const double now = workedSeconds();
        m_longest = std::max(m_longest, now - m_last);
        m_last = now;
    }
    double longest() const { return m_longest; }

private:
    QTimer m_timer;
    double m_last = 0;
    double m_longest = 0;
};

} // namespace

class TestNetworkPage : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        setLogToStandardError(false);
        ui::applyTheme(ui::Theme::Light);
    }
    void init();
    void cleanup();

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
    void anInnerTensorIsThatOfThePresentInput();
    void withoutAnInputThePageSaysSo();
    void whatCannotBeComputedIsASentenceOnThePage();
    void channelsBecomePictures();
    void numbersAreCountedInBins();
    void aTensorIsSavedAsNumPy();
    void whatIsUnderWayEndsWithTheModel();
    void whatIsUnderWayEndsWhenThePageIsHidden();
    void cancelGivesUpTheTensor();
    void thePictureHasABoxForEachNode();
    void chainsThatRepeatAreFolded();
    void branchesAreNotFolded();
    void thePictureIsSaved();
    void withoutDotThePictureSaysSo();
    void aSlowDotIsEnded();
    void aFailingDotIsASentence();
    void tooManyNodesHaveTheListAlone();
    void hostileNamesNeverReachDot();
    void aPictureOfTwoThousandNodesIsFluid();

private:
    template <typename T>
    T *part(const QString &name) const
    {
        return m_page->findChild<T *>(name);
    }
    void open(const std::filesystem::path &file);
    void show(const QString &model); // selects it and waits for its nodes
    QTreeView *tree() const { return part<QTreeView>(u"nodeTree"_s); }
    QStringList column(int column) const;
    void selectNode(int row);
    QTreeWidgetItem *detail(const QString &group, const QString &name) const;
    QString told(const QString &group, const QString &name) const
    {
        const QTreeWidgetItem *item = detail(group, name);
        return item ? item->text(1) : u"(none)"_s;
    }
    QString childText(QTreeWidgetItem *item, const QString &name) const;
    void picture(const char *name) const;
    void askFor(const QString &group, const QString &tensor); // of the selected node
    void giveInput(std::vector<float> numbers);
    void blockOnInput();
    QString fact(const QString &name) const;
    void showPicture();
    ui::GraphCanvas *canvas() const { return m_page->findChild<ui::GraphCanvas *>(); }
    int boxes() const;                       // that the picture says to have; -1: there is none
    QByteArray saved(const QString &name);   // the picture, written to a file of this name
    void fakeDot(const std::string &script); // along a PATH of its own

    std::unique_ptr<QTemporaryDir> m_folder;
    SystemClock m_clock;
    std::unique_ptr<Workbench> m_workbench;
    std::unique_ptr<ui::WorkbenchFeed> m_feed;
    Result<InputDecoder> m_input = notFound("There is no input yet.");
    QByteArray m_path = qgetenv("PATH");
    std::shared_ptr<std::atomic<int>> m_waiting; // decoders that wait
    std::shared_ptr<std::atomic<int>> m_ended;   // decoders that were told to stop
    std::unique_ptr<ui::Background> m_background;
    std::unique_ptr<ui::NetworkPage> m_page;
};

void TestNetworkPage::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
    QSettings::setPath(QSettings::IniFormat, QSettings::UserScope, m_folder->filePath(u"config"_s));
    m_workbench = std::make_unique<Workbench>(WorkbenchOptions{}, m_clock);
    m_feed = std::make_unique<ui::WorkbenchFeed>(*m_workbench);
    m_background = std::make_unique<ui::Background>();
    m_input = notFound("There is no input yet.");
    m_page = std::make_unique<ui::NetworkPage>(*m_workbench, *m_feed, *m_background,
                                               [this] { return m_input; });
    m_page->resize(700, 560);
}

void TestNetworkPage::cleanup()
{
    qputenv("PATH", m_path);
    m_background.reset();
    m_page.reset();
    m_feed.reset();
    m_workbench.reset();
}

void TestNetworkPage::open(const std::filesystem::path &file)
{
    const auto opened = m_workbench->open(file, false);
    QVERIFY2(opened.has_value(), opened ? "" : opened.error().message.c_str());
    m_feed->updateNow();
}

void TestNetworkPage::show(const QString &model)
{
    m_page->setModel(model);
    m_page->show();
    QVERIFY(QTest::qWaitForWindowExposed(m_page.get()));
    QTRY_VERIFY_WITH_TIMEOUT(tree()->model()->rowCount() > 0, patience);
}

QStringList TestNetworkPage::column(int column) const
{
    QStringList cells;
    for (int row = 0; row < tree()->model()->rowCount(); ++row)
        cells << tree()->model()->index(row, column).data().toString();
    return cells;
}

void TestNetworkPage::selectNode(int row)
{
    const QRect place = tree()->visualRect(tree()->model()->index(row, 0));
    QTest::mouseClick(tree()->viewport(), Qt::LeftButton, {}, place.center());
}

QTreeWidgetItem *TestNetworkPage::detail(const QString &group, const QString &name) const
{
    const auto *details = part<QTreeWidget>(u"nodeDetails"_s);
    for (int i = 0; i < details->topLevelItemCount(); ++i) {
        const QTreeWidgetItem *found = details->topLevelItem(i);
        for (int j = 0; found->text(0) == group && j < found->childCount(); ++j)
            if (found->child(j)->text(0) == name)
                return found->child(j);
    }
    return nullptr;
}

QString TestNetworkPage::childText(QTreeWidgetItem *item, const QString &name) const
{
    for (int i = 0; i < item->childCount(); ++i)
        if (item->child(i)->text(0) == name)
            return item->child(i)->text(1);
    return {};
}

// For people who judge the page's looks: WARMBENCH_PICTURES names a folder.
void TestNetworkPage::picture(const char *name) const
{
    const QString folder = qEnvironmentVariable("WARMBENCH_PICTURES");
    if (folder.isEmpty())
        return;
    for (const ui::Theme theme : {ui::Theme::Dark, ui::Theme::Light}) {
        ui::applyTheme(theme);
        QTest::qWait(300);
        m_page->grab().save(
            u"%1/%2-%3.png"_s.arg(folder, QLatin1StringView(name), ui::themeName(theme)));
    }
}

void TestNetworkPage::theTreeShowsNodesInTheOrderOfTheFile()
{
    open(smallNetwork(*m_folder));
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
    open(smallNetwork(*m_folder));
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
    open(smallNetwork(*m_folder));
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
    open(smallNetwork(*m_folder));
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
    open(smallNetwork(*m_folder));
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

// Only a loaded Darknet network tells its layers.
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
    const auto path = smallNetwork(*m_folder);
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
    smallNetwork(*m_folder);
    m_page->hide();
    m_page->show();
    QTRY_VERIFY_WITH_TIMEOUT(tree()->isVisible(), patience);
    QCOMPARE(tree()->model()->rowCount(), 3);
}

void TestNetworkPage::nothingIsReadBeforeThePageIsShown()
{
    open(smallNetwork(*m_folder));
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
    open(smallNetwork(*m_folder));
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
    open(longNetwork(*m_folder, 2000));
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

// ---- tensors

void TestNetworkPage::giveInput(std::vector<float> numbers)
{
    m_input = InputDecoder([numbers = std::move(numbers)](const ModelBundle &,
                                                          RunControl &) -> Result<InferenceInputs> {
        auto tensor = Tensor::fromValues<float>({1, std::int64_t(numbers.size())},
                                                std::span<const float>(numbers));
        if (!tensor)
            return tensor.error();
        return InferenceInputs(TensorInputs{{"x", *std::move(tensor)}});
    });
}

// An input that is never read to its end: only a request to stop ends it.
void TestNetworkPage::blockOnInput()
{
    m_waiting = std::make_shared<std::atomic<int>>(0);
    m_ended = std::make_shared<std::atomic<int>>(0);
    m_input =
        InputDecoder([waiting = m_waiting, ended = m_ended](
                         const ModelBundle &, RunControl &control) -> Result<InferenceInputs> {
            ++*waiting;
            const auto giveUp = std::chrono::steady_clock::now() + std::chrono::seconds(60);
            while (std::chrono::steady_clock::now() < giveUp) {
                if (auto told = control.check(); !told) {
                    ++*ended;
                    return told.error();
                }
                std::this_thread::yield();
            }
            return notFound("nobody stopped it");
        });
}

void TestNetworkPage::askFor(const QString &group, const QString &tensor)
{
    auto *details = part<QTreeWidget>(u"nodeDetails"_s);
    QTreeWidgetItem *item = detail(group, tensor);
    QVERIFY(item);
    details->setCurrentItem(item);
    QTest::keyClick(details, Qt::Key_Return);
}

QString TestNetworkPage::fact(const QString &name) const
{
    const QString html = part<QLabel>(u"tensorFacts"_s)->text();
    const qsizetype at = html.indexOf(u"<td>%1&nbsp;&nbsp;</td><td>"_s.arg(name));
    return at < 0 ? QString() : html.mid(at).section(u"<td>"_s, 2, 2).section(u"&nbsp;"_s, 0, 0);
}

void TestNetworkPage::anInnerTensorIsThatOfThePresentInput()
{
    open(smallNetwork(*m_folder));
    show(u"net"_s);
    selectNode(0);
    giveInput({1, 2});
    askFor(u"Outputs"_s, u"sum"_s);
    // x + w = {1, 2} + {1, -10}, as core's own test expects.
    QTRY_COMPARE_WITH_TIMEOUT(fact(u"Min"_s), u"-8"_s, patience);
    QCOMPARE(fact(u"Max"_s), u"2"_s);
    QCOMPARE(fact(u"Mean"_s), u"-3"_s);
    QCOMPARE(fact(u"Std"_s), u"5"_s);
    QCOMPARE(part<ui::CaptionLabel>(u"tensorName"_s)->text(), u"sum · float32 [1, 2]"_s);
    QCOMPARE(fact(u"NaN"_s), u"0"_s);
    picture("tensor");
    // A run on the page Try takes its truth away.
    m_page->setOutOfDate();
    QVERIFY(part<ui::CaptionLabel>(u"tensorName"_s)->text().contains(u"ask again"_s));
    // Another input, another tensor.
    giveInput({5, 6});
    part<QTabWidget>(u"networkSide"_s)->setCurrentIndex(0);
    askFor(u"Inputs"_s, u"x"_s);
    QTRY_COMPARE_WITH_TIMEOUT(fact(u"Min"_s), u"5"_s, patience);
    QVERIFY(part<ui::CaptionLabel>(u"tensorName"_s)->text().startsWith(u"x · "_s));
}

void TestNetworkPage::withoutAnInputThePageSaysSo()
{
    open(smallNetwork(*m_folder));
    show(u"net"_s);
    selectNode(0);
    askFor(u"Outputs"_s, u"sum"_s);
    QCOMPARE(part<QLabel>(u"tensorMessage"_s)->text(), u"There is no input yet."_s);
    QVERIFY(!part<QToolButton>(u"cancelTensor"_s)->isEnabled());
    QVERIFY(!part<QToolButton>(u"saveTensor"_s)->isEnabled());
}

void TestNetworkPage::whatCannotBeComputedIsASentenceOnThePage()
{
    open(smallNetwork(*m_folder));
    show(u"net"_s);
    selectNode(0);
    giveInput({1, 2, 3}); // one too many
    askFor(u"Outputs"_s, u"sum"_s);
    QTRY_VERIFY_WITH_TIMEOUT(!part<QToolButton>(u"cancelTensor"_s)->isEnabled(), patience);
    const auto *message = part<QLabel>(u"tensorMessage"_s);
    QVERIFY(message->isVisible());
    QVERIFY2(message->text().contains(u"3"_s), qPrintable(message->text()));
}

void TestNetworkPage::channelsBecomePictures()
{
    const auto planes = [](const Shape &shape) {
        const ui::Planes found = ui::planesOf(shape);
        return Shape{found.channels, found.rows, found.columns, found.numbers};
    };
    QCOMPARE(planes({1, 3, 4, 5}), (Shape{3, 4, 5, 20}));
    QCOMPARE(planes({2, 3, 4, 5}), (Shape{6, 4, 5, 20}));
    QCOMPARE(planes({1, 7, 9}), (Shape{1, 7, 9, 63}));
    QCOMPARE(planes({1, 10}), (Shape{1, 3, 4, 10}));
    QCOMPARE(planes({}), (Shape{1, 1, 1, 1}));
    QCOMPARE(planes({0, 4}).front(), 0);
    // Two channels of 1 x 2: 0 1 and 2 NaN.
    auto tensor = Tensor::fromValues<float>({2, 2, 2}, std::span<const float>(std::array<float, 8>{
                                                           0, 1, 2, std::nanf(""), 4, 4, 4, 4}));
    const auto view = ui::viewOf(
        std::make_shared<const InnerTensor>(InnerTensor{{"t", *std::move(tensor)}, {}, {}, {}}));
    QCOMPARE(view.picture.size(), QSize(5, 2)); // a gap of a pixel between the two
    QCOMPARE(view.picture.pixel(0, 0), ui::scaleColour(0));
    QCOMPARE(view.picture.pixel(1, 0), ui::scaleColour(0.25));
    QCOMPARE(view.picture.pixel(1, 1), qRgb(128, 128, 128));
    QCOMPARE(qAlpha(view.picture.pixel(2, 0)), 0);
    QCOMPARE(view.picture.pixel(3, 1), ui::scaleColour(1));
    QCOMPARE(ui::channelsImage(view, 1).size(), QSize(2, 2));
    QCOMPARE(ui::channelsImage(view, 1).pixel(0, 0), ui::scaleColour(1));
    // What is larger than a screen is thinned out.
    const auto large = Tensor::create(DType::UInt8, {1, 5000, 4000});
    const auto thinned =
        ui::viewOf(std::make_shared<const InnerTensor>(InnerTensor{{"t", *large}, {}, {}, {}}));
    QCOMPARE(thinned.picture.size(), QSize(1000, 1250));
}

void TestNetworkPage::numbersAreCountedInBins()
{
    const float infinity = std::numeric_limits<float>::infinity();
    auto tensor = Tensor::fromValues<float>(
        {6}, std::span<const float>(std::array<float, 6>{0, 0, 0.5F, 1, infinity, std::nanf("")}));
    const auto view = ui::viewOf(
        std::make_shared<const InnerTensor>(InnerTensor{{"t", *std::move(tensor)}, {}, {}, {}}));
    QCOMPARE(view.low, 0.0);
    QCOMPARE(view.high, 1.0);
    QCOMPARE(view.bins.front(), 2);
    QCOMPARE(view.bins[view.bins.size() / 2], 1);
    QCOMPARE(view.bins.back(), 1);
    QCOMPARE(std::accumulate(view.bins.begin(), view.bins.end(), std::int64_t{0}), 4);
    QCOMPARE(view.values->nans, 1);
    QCOMPARE(view.values->infinities, 1);
}

void TestNetworkPage::aTensorIsSavedAsNumPy()
{
    open(smallNetwork(*m_folder));
    show(u"net"_s);
    selectNode(0);
    giveInput({1, 2});
    askFor(u"Outputs"_s, u"sum"_s);
    auto *save = part<QToolButton>(u"saveTensor"_s);
    QTRY_VERIFY_WITH_TIMEOUT(save->isEnabled(), patience);
    QSignalSpy said(m_page.get(), &ui::NetworkPage::said);
    QTest::mouseClick(save, Qt::LeftButton);
    auto *dialog = m_page->findChild<QFileDialog *>();
    QVERIFY(dialog);
    const QString path = m_folder->filePath(u"sum.npy"_s);
    Q_EMIT dialog->fileSelected(path);
    dialog->close();
    QTRY_COMPARE_WITH_TIMEOUT(said.size(), 1, patience);
    const auto bytes = readFile(path.toStdString(), mebibytes(1));
    QVERIFY(bytes.has_value());
    const auto read = readNpy(std::as_bytes(std::span(*bytes)));
    QVERIFY(read.has_value());
    QCOMPARE(read->shape(), (Shape{1, 2}));
    QCOMPARE(read->values<float>()[0], 2.0F);
    QCOMPARE(read->values<float>()[1], -8.0F);
}

void TestNetworkPage::whatIsUnderWayEndsWithTheModel()
{
    open(smallNetwork(*m_folder));
    open(smallNetwork(*m_folder, "other.onnx"));
    show(u"net"_s);
    selectNode(0);
    blockOnInput();
    askFor(u"Outputs"_s, u"sum"_s);
    QTRY_COMPARE_WITH_TIMEOUT(m_waiting->load(), 1, patience);
    // A weight waits behind it, for networks are looked into one after the other.
    part<QTabWidget>(u"networkSide"_s)->setCurrentIndex(0);
    QTreeWidgetItem *weight = detail(u"Weights"_s, u"w"_s);
    askFor(u"Weights"_s, u"w"_s);
    QCOMPARE(weight->childCount(), 1);
    m_page->setModel(u"other"_s);
    QTRY_COMPARE_WITH_TIMEOUT(m_ended->load(), 1, patience);
    QTRY_COMPARE_WITH_TIMEOUT(tree()->model()->rowCount(), 3, patience);
    QCOMPARE(part<QTreeWidget>(u"nodeDetails"_s)->topLevelItemCount(), 2); // of the network itself
    QVERIFY(!part<QToolButton>(u"cancelTensor"_s)->isEnabled());
    QVERIFY(part<QLabel>(u"tensorMessage"_s)->text().startsWith(u"Click a tensor"_s));
}

void TestNetworkPage::whatIsUnderWayEndsWhenThePageIsHidden()
{
    open(smallNetwork(*m_folder));
    show(u"net"_s);
    selectNode(0);
    blockOnInput();
    askFor(u"Outputs"_s, u"sum"_s);
    QTRY_COMPARE_WITH_TIMEOUT(m_waiting->load(), 1, patience);
    m_page->hide();
    QTRY_COMPARE_WITH_TIMEOUT(m_ended->load(), 1, patience);
}

void TestNetworkPage::cancelGivesUpTheTensor()
{
    open(smallNetwork(*m_folder));
    show(u"net"_s);
    selectNode(0);
    blockOnInput();
    askFor(u"Outputs"_s, u"sum"_s);
    QTRY_COMPARE_WITH_TIMEOUT(m_waiting->load(), 1, patience);
    auto *cancel = part<QToolButton>(u"cancelTensor"_s);
    QVERIFY(cancel->isEnabled());
    QTest::mouseClick(cancel, Qt::LeftButton);
    QTRY_COMPARE_WITH_TIMEOUT(m_ended->load(), 1, patience);
    QVERIFY(!cancel->isEnabled());
    QVERIFY(part<QLabel>(u"tensorMessage"_s)->text().contains(u"given up"_s));
    // And by Esc.
    part<QTabWidget>(u"networkSide"_s)->setCurrentIndex(0);
    askFor(u"Outputs"_s, u"sum"_s);
    QTRY_COMPARE_WITH_TIMEOUT(m_waiting->load(), 2, patience);
    QTest::keyClick(cancel, Qt::Key_Escape);
    QTRY_COMPARE_WITH_TIMEOUT(m_ended->load(), 2, patience);
}

// ---- the picture

#define NEEDS_DOT()                                                                                \
    if (!ui::DotLayout::isInstalled())                                                             \
    QSKIP("dot is not installed: apt-get install graphviz")

void TestNetworkPage::showPicture()
{
    QTest::mouseClick(part<QToolButton>(u"showPicture"_s), Qt::LeftButton);
}

int TestNetworkPage::boxes() const
{
    return canvas()->isVisible() ? canvas()->accessibleDescription().section(u' ', 0, 0).toInt()
                                 : -1;
}

QByteArray TestNetworkPage::saved(const QString &name)
{
    QSignalSpy said(m_page.get(), &ui::NetworkPage::said);
    QTest::mouseClick(part<QToolButton>(u"saveGraph"_s), Qt::LeftButton);
    auto *dialog = m_page->findChild<QFileDialog *>();
    const QString path = m_folder->filePath(name);
    Q_EMIT dialog->fileSelected(path);
    delete dialog;
    if (said.isEmpty() && !said.wait(patience))
        return {};
    const auto bytes = readFile(path.toStdString(), mebibytes(64));
    return bytes ? QByteArray::fromStdString(*bytes) : QByteArray();
}

void TestNetworkPage::fakeDot(const std::string &script)
{
    const auto path = m_folder->filePath(u"dot"_s);
    QVERIFY(writeFile(path.toStdString(), "#!/bin/sh\n" + script + "\n").has_value());
    QVERIFY(QFile::setPermissions(path, QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner));
    qputenv("PATH", m_folder->path().toLocal8Bit() + ":" + m_path);
}

void TestNetworkPage::thePictureHasABoxForEachNode()
{
    NEEDS_DOT();
    open(smallNetwork(*m_folder));
    show(u"net"_s);
    showPicture();
    QTRY_COMPARE_WITH_TIMEOUT(boxes(), 3, patience);
    picture("picture");
    // From above to below, as data flows, and a click selects the node.
    const QRectF all = canvas()->sceneRect();
    QTest::mouseClick(canvas()->viewport(), Qt::LeftButton, {},
                      canvas()->mapFromScene(all.center()));
    QCOMPARE(tree()->currentIndex().row(), 1);
    QCOMPARE(told(u"Attributes"_s, u"axis"_s), u"1"_s);
    QTest::mouseClick(canvas()->viewport(), Qt::LeftButton, {},
                      canvas()->mapFromScene(QPointF(all.center().x(), 36)));
    QCOMPARE(tree()->currentIndex().row(), 0);
    // Keys and wheel zoom.
    const double before = canvas()->transform().m11();
    QTest::keyClick(canvas(), Qt::Key_Plus);
    QVERIFY(canvas()->transform().m11() > before);
    QTest::keyClick(canvas(), Qt::Key_0);
    QCOMPARE(canvas()->transform().m11(), before);
}

void TestNetworkPage::chainsThatRepeatAreFolded()
{
    NEEDS_DOT();
    OnnxBuilder net(13);
    net.input("x", {4});
    net.node("Relu", {"x"}, {"a"});
    net.node("Neg", {"a"}, {"b"});
    net.node("Relu", {"b"}, {"c"});
    net.node("Neg", {"c"}, {"d"});
    net.node("Relu", {"d"}, {"e"});
    net.node("Neg", {"e"}, {"f"});
    net.node("Abs", {"f"}, {"y"});
    net.output("y", {4});
    open(net.save(*m_folder, "chain.onnx"));
    show(u"chain"_s);
    showPicture();
    QTRY_COMPARE_WITH_TIMEOUT(boxes(), 2, patience);
    const QByteArray svg = saved(u"chain.svg"_s);
    QVERIFY(svg.contains("Relu + Neg"));
    QVERIFY(svg.contains("× 3"));
    picture("folded");
    QTest::mouseClick(part<QCheckBox>(u"foldRepetition"_s), Qt::LeftButton);
    QTRY_COMPARE_WITH_TIMEOUT(boxes(), 7, patience);
}

void TestNetworkPage::branchesAreNotFolded()
{
    auto graph = std::make_shared<NetworkGraph>();
    const auto add = [&](const char *type, std::vector<std::string> inputs, const char *output) {
        GraphNode node;
        node.type = type;
        node.inputs = std::move(inputs);
        node.outputs.push_back({output, {}, {}, {}});
        graph->nodes.push_back(std::move(node));
    };
    add("Relu", {"x"}, "a");
    add("Relu", {"a"}, "b"); // b is read twice
    add("Relu", {"b"}, "c");
    add("Add", {"b", "c"}, "d");
    add("Add", {"d", "w"}, "e");
    add("Add", {"e", "w"}, "f");
    const ui::FoldedGraph folded = ui::foldedGraph(ui::GraphIndex(graph), true);
    std::vector<int> counts;
    for (const ui::GraphBox &box : folded.boxes)
        counts.push_back(box.count);
    QCOMPARE(counts, (std::vector<int>{2, 1, 3}));
    QCOMPARE(folded.arrows.size(), 3U);
    QCOMPARE(ui::foldedGraph(ui::GraphIndex(graph), false).boxes.size(), 6U);
    // Rings, as a damaged file may have them, end.
    add("Neg", {"h"}, "g");
    add("Neg", {"g"}, "h");
    QCOMPARE(ui::foldedGraph(ui::GraphIndex(graph), false).boxes.size(), 8U);
}

void TestNetworkPage::thePictureIsSaved()
{
    NEEDS_DOT();
    open(smallNetwork(*m_folder));
    show(u"net"_s);
    showPicture();
    QTRY_COMPARE_WITH_TIMEOUT(boxes(), 3, patience);
    const QByteArray svg = saved(u"net.svg"_s);
    QVERIFY(svg.startsWith("<svg") && svg.trimmed().endsWith("</svg>"));
    for (const char *name : {"Add", "Softmax", "Mul"})
        QVERIFY2(svg.contains(QByteArray(">") + name + "<"), name);
    const QImage png = QImage::fromData(saved(u"net.png"_s), "PNG");
    QVERIFY(png.width() > 200 && png.height() > 200);
}

void TestNetworkPage::withoutDotThePictureSaysSo()
{
    open(smallNetwork(*m_folder));
    show(u"net"_s);
    qputenv("PATH", m_folder->path().toLocal8Bit());
    showPicture();
    const auto *message = part<QLabel>(u"graphMessage"_s);
    QVERIFY(message->isVisible());
    QVERIFY2(message->text().contains(u"package graphviz"_s), qPrintable(message->text()));
    QVERIFY(!part<QToolButton>(u"saveGraph"_s)->isEnabled());
    QTest::mouseClick(part<QToolButton>(u"showList"_s), Qt::LeftButton);
    QVERIFY(tree()->isVisible());
}

void TestNetworkPage::aSlowDotIsEnded()
{
    fakeDot("echo $$ > \"" + m_folder->path().toStdString() + "/pid\"; exec sleep 600");
    const auto ended = [this] {
        const auto pid = readFile(m_folder->filePath(u"pid"_s).toStdString(), mebibytes(1));
        return pid && !pid->empty() && kill(std::stoi(*pid), 0) != 0;
    };
    ui::DotLayout dot(nullptr, std::chrono::milliseconds(1000));
    QSignalSpy failed(&dot, &ui::DotLayout::failed);
    dot.start("digraph{}");
    QTRY_COMPARE_WITH_TIMEOUT(failed.size(), 1, patience);
    QVERIFY(failed[0][0].toString().contains(u"1 s"_s));
    QTRY_VERIFY_WITH_TIMEOUT(ended(), patience);
    // On the page, Cancel ends it.
    QFile::remove(m_folder->filePath(u"pid"_s));
    open(smallNetwork(*m_folder));
    show(u"net"_s);
    showPicture();
    QTRY_VERIFY_WITH_TIMEOUT(QFile::exists(m_folder->filePath(u"pid"_s)), patience);
    auto *cancel = part<QToolButton>(u"cancelGraph"_s);
    QVERIFY(cancel->isEnabled());
    QTest::mouseClick(cancel, Qt::LeftButton);
    QTRY_VERIFY_WITH_TIMEOUT(ended(), patience);
    QVERIFY(part<QLabel>(u"graphMessage"_s)->text().contains(u"given up"_s));
}

void TestNetworkPage::aFailingDotIsASentence()
{
    fakeDot("cat > /dev/null; echo bad luck >&2; exit 3");
    open(smallNetwork(*m_folder));
    show(u"net"_s);
    showPicture();
    const auto *message = part<QLabel>(u"graphMessage"_s);
    QTRY_VERIFY_WITH_TIMEOUT(message->text().contains(u"bad luck"_s), patience);
    // And one that answers nonsense.
    fakeDot("cat > /dev/null; echo node n0 here there");
    QTest::mouseClick(part<QToolButton>(u"showList"_s), Qt::LeftButton);
    showPicture();
    QTRY_VERIFY_WITH_TIMEOUT(message->text().contains(u"not known"_s), patience);
}

void TestNetworkPage::tooManyNodesHaveTheListAlone()
{
    open(longNetwork(*m_folder, ui::GraphPicture::mostNodes + 1));
    show(u"long"_s);
    showPicture();
    QVERIFY(part<QLabel>(u"graphMessage"_s)->text().startsWith(u"2,001 nodes are too many"_s));
}

void TestNetworkPage::hostileNamesNeverReachDot()
{
    NEEDS_DOT();
    OnnxBuilder net(13);
    net.input("x", {2});
    auto *first = net.node("Relu", {"x"}, {"a"});
    first->set_name("\"];evil[label=\"");
    first->set_op_type("<b>\"]; \\N\n\xff&");
    net.node("Neg", {"a"}, {"y"});
    net.output("y", {2});
    open(net.save(*m_folder, "evil.onnx"));
    show(u"evil"_s);
    showPicture();
    QTRY_COMPARE_WITH_TIMEOUT(boxes(), 2, patience);
    const QByteArray svg = saved(u"evil.svg"_s);
    QVERIFY(svg.contains("&lt;b&gt;&quot;]; \\N??&amp;"));
    QXmlStreamReader reader(svg);
    while (!reader.atEnd())
        reader.readNext();
    QVERIFY2(!reader.hasError(), qPrintable(reader.errorString()));
}

void TestNetworkPage::aPictureOfTwoThousandNodesIsFluid()
{
    NEEDS_DOT();
    open(longNetwork(*m_folder, 2000));
    show(u"long"_s);
    QTest::mouseClick(part<QCheckBox>(u"foldRepetition"_s), Qt::LeftButton);
    Heartbeat heart;
    showPicture();
    QTRY_COMPARE_WITH_TIMEOUT(boxes(), 2000, 3 * patience);
    const double laidOut = heart.longest();
    double frame = 0;
    QTest::keyClick(canvas(), Qt::Key_0); // the whole
    for (int i = 0; i < 40; ++i) {
        const double before = workedSeconds();
        QTest::keyClick(canvas(), Qt::Key_Plus);
        canvas()->viewport()->repaint();
        frame = std::max(frame, workedSeconds() - before);
        QCoreApplication::processEvents();
    }
    qInfo("the longest hold: %.1f ms, the longest frame: %.1f ms", laidOut * 1000, frame * 1000);
    QVERIFY2(laidOut < longestHold, qPrintable(QString::number(laidOut)));
    QVERIFY2(frame < longestHold, qPrintable(QString::number(frame)));
}

QTEST_MAIN(TestNetworkPage)
#include "tst_network_page.moc"
