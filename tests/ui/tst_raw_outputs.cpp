// A look inside the raw outputs: statistics, values in any order, slices as colours and bars, what
// is copied and saved, and that a large tensor holds nothing up and is not copied.
#include "base/file.h"
#include "base/logging.h"
#include "stall_watch.h"
#include "tensor/csv.h"
#include "tensor/npy.h"
#include "ui/playground/output_window.h"
#include "ui/playground/run_details.h"
#include "ui/widgets/colour_scale.h"
#include "ui/widgets/theme.h"

#include <cmath>
#include <QAbstractButton>
#include <QAbstractItemModelTester>
#include <QAction>
#include <QClipboard>
#include <QComboBox>
#include <QDir>
#include <QFileDialog>
#include <QHeaderView>
#include <QLabel>
#include <QSettings>
#include <QSignalSpy>
#include <QSpinBox>
#include <QTableView>
#include <QTemporaryDir>
#include <QTest>

using namespace Qt::StringLiterals;
using namespace warmbench;

namespace {

constexpr int patience = 60'000;
const float noNumber = std::numeric_limits<float>::quiet_NaN();
const float infinity = std::numeric_limits<float>::infinity();

using Output = ui::OutputWindow::Output;

Output output(const QString &name, const Shape &shape, const std::vector<float> &values)
{
    return {name,
            std::make_shared<const Tensor>(*Tensor::fromValues<float>(shape, std::span(values)))};
}

std::vector<float> counted(std::size_t count)
{
    std::vector<float> values(count);
    for (std::size_t i = 0; i < count; ++i)
        values[i] = static_cast<float>(i);
    return values;
}

long residentMiB()
{
    const auto statm = readFile("/proc/self/statm", mebibytes(1));
    return std::stol(statm->substr(statm->find(' '))) * 4096 / (1024 * 1024);
}

} // namespace

class TestRawOutputs : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void init();
    void cleanup() { m_window.reset(); }
    void theValuesAreCounted();
    void valuesAreSortedByAnyColumn();
    void wholeNumbersKeepTheirDigits();
    void aSliceIsDrawnInTheColoursOfItsValues();
    void oneDimensionIsDrawnAsBars();
    void selectedRowsAreCopiedWithTabs();
    void anOutputIsSavedInThreeFormats();
    void theNextAnswerKeepsWhatIsLookedAt();
    void enterOnAnOutputLooksInside();
    void aLargeTensorHoldsNothingUpAndIsNotCopied();

private:
    template <typename T>
    T *part(const QString &name) const
    {
        return m_window->findChild<T *>(name);
    }
    QTableView *table() const { return part<QTableView>(u"outputValues"_s); }
    QString summary() const { return part<QLabel>(u"outputSummary"_s)->text(); }
    QString cell(int row, int column) const
    {
        return table()->model()->index(row, column).data().toString();
    }
    void clickHeader(int column) const;
    ui::SliceView *slice() const { return part<ui::SliceView>(u"sliceView"_s); }
    void photograph(const QString &name) const;

    QTemporaryDir m_folder;
    ui::Background m_background;
    std::unique_ptr<ui::OutputWindow> m_window;
};

void TestRawOutputs::initTestCase()
{
    setLogToStandardError(false);
    QSettings::setPath(QSettings::IniFormat, QSettings::UserScope, m_folder.filePath(u"config"_s));
}

void TestRawOutputs::init()
{
    m_window = std::make_unique<ui::OutputWindow>(m_background);
    m_window->show();
    QVERIFY(QTest::qWaitForWindowExposed(m_window.get()));
}

void TestRawOutputs::clickHeader(int column) const
{
    QHeaderView *header = table()->horizontalHeader();
    const QPoint middle(header->sectionViewportPosition(column) + header->sectionSize(column) / 2,
                        header->height() / 2);
    QTest::mouseClick(header->viewport(), Qt::LeftButton, Qt::NoModifier, middle);
}

void TestRawOutputs::photograph(const QString &name) const
{
    for (const ui::Theme theme : {ui::Theme::Light, ui::Theme::Dark}) {
        ui::applyTheme(theme);
        QTest::qWait(0);
        m_window->grab().save(
            QDir::temp().filePath(u"%1_%2.png"_s.arg(name, ui::themeName(theme))));
    }
}

void TestRawOutputs::theValuesAreCounted()
{
    m_window->setOutputs({output(u"scores"_s, {2, 3}, {1, noNumber, -3, 5, infinity, 0})});
    QTRY_COMPARE_WITH_TIMEOUT(summary(),
                              u"6 values · min -3 · max infinity · mean 0.75 · deviation 2.861 · "
                              "NaN 1 · infinite 1"_s,
                              patience);
    QCOMPARE(part<QComboBox>(u"outputChoice"_s)->currentText(), u"scores  float32 [2, 3]"_s);
}

void TestRawOutputs::valuesAreSortedByAnyColumn()
{
    m_window->setOutputs({output(u"scores"_s, {2, 3}, {1, noNumber, -3, 5, infinity, 0})});
    QAbstractItemModel *model = table()->model();
    const QAbstractItemModelTester tester(model);
    QCOMPARE(model->rowCount(), 6);
    QCOMPARE(model->columnCount(), 3);
    QCOMPARE(cell(4, 0) + u' ' + cell(4, 1) + u' ' + cell(4, 2), u"1 1 infinity"_s);
    clickHeader(2);
    const auto column = [&](int index) {
        QStringList cells;
        for (int row = 0; row < model->rowCount(); ++row)
            cells << cell(row, index);
        return cells.join(u' ');
    };
    QTRY_COMPARE_WITH_TIMEOUT(column(2), u"-3 0 1 5 infinity NaN"_s, patience);
    QCOMPARE(column(0), u"0 1 0 1 1 0"_s);
    QCOMPARE(column(1), u"2 2 0 0 1 1"_s);
    clickHeader(2);
    QTRY_COMPARE_WITH_TIMEOUT(column(2), u"infinity 5 1 0 -3 NaN"_s, patience);
    clickHeader(1);
    QTRY_COMPARE_WITH_TIMEOUT(column(1), u"0 0 1 1 2 2"_s, patience);
    QCOMPARE(column(0), u"0 1 0 1 0 1"_s);
    // Another answer comes in the same order.
    clickHeader(2);
    QTRY_COMPARE_WITH_TIMEOUT(column(2), u"-3 0 1 5 infinity NaN"_s, patience);
    m_window->setOutputs({output(u"scores"_s, {2, 3}, {6, 5, 4, 3, 2, 1})});
    QTRY_COMPARE_WITH_TIMEOUT(column(2), u"1 2 3 4 5 6"_s, patience);
}

void TestRawOutputs::wholeNumbersKeepTheirDigits()
{
    const std::vector<std::int64_t> values{9007199254740993, 9007199254740992};
    m_window->setOutputs(
        {{u"ids"_s, std::make_shared<const Tensor>(
                        *Tensor::fromValues<std::int64_t>({2}, std::span(values)))}});
    QCOMPARE(cell(0, 1), u"9007199254740993"_s);
    clickHeader(1);
    QTRY_COMPARE_WITH_TIMEOUT(cell(0, 1), u"9007199254740992"_s, patience);
}

void TestRawOutputs::aSliceIsDrawnInTheColoursOfItsValues()
{
    m_window->setOutputs({output(u"maps"_s, {1, 4, 8, 16}, counted(4 * 8 * 16))});
    QTRY_VERIFY_WITH_TIMEOUT(!slice()->picture().heat.isNull(), patience);
    const auto colour = [&](int x, int y) { return slice()->picture().heat.pixel(x, y); };
    const auto expected = [](int index) { return ui::valueColour(index, 0, 511); };
    QCOMPARE(slice()->picture().heat.size(), QSize(16, 8));
    QCOMPARE(colour(3, 2), expected(2 * 16 + 3));
    auto *index = part<QSpinBox>(u"sliceIndex1"_s);
    QVERIFY(index && !part<QSpinBox>(u"sliceIndex0"_s)); // of which there is one
    QVERIFY(table()->isColumnHidden(0) && !table()->isColumnHidden(1));
    QVERIFY(!table()->isColumnHidden(4));
    index->setFocus();
    QTest::keyClick(index, Qt::Key_Up);
    QTest::keyClick(index, Qt::Key_Up);
    QTRY_COMPARE_WITH_TIMEOUT(colour(3, 2), expected(2 * 128 + 2 * 16 + 3), patience);
    photograph(u"raw_outputs"_s);
}

void TestRawOutputs::oneDimensionIsDrawnAsBars()
{
    m_window->setOutputs({output(u"logits"_s, {1, 5}, {-2, 0, 4, noNumber, 1})});
    QTRY_COMPARE_WITH_TIMEOUT(slice()->picture().bars.size(), std::size_t(5), patience);
    const auto &bars = slice()->picture().bars;
    QCOMPARE(bars[0], std::pair(-2.0, -2.0));
    QCOMPARE(bars[2], std::pair(4.0, 4.0));
    QVERIFY(std::isnan(bars[3].first));
    photograph(u"raw_outputs_bars"_s);
    // Of more values than pixels none is lost from sight.
    std::vector<float> many(100'000, 0);
    many[77'777] = 9;
    m_window->setOutputs({output(u"many"_s, {100'000}, many)});
    QTRY_VERIFY_WITH_TIMEOUT(slice()->picture().bars.size() > 5, patience);
    QVERIFY(slice()->picture().bars.size() <= 600);
    double greatest = 0;
    for (const auto &[low, high] : slice()->picture().bars)
        greatest = std::max(greatest, high);
    QCOMPARE(greatest, 9.0);
}

void TestRawOutputs::selectedRowsAreCopiedWithTabs()
{
    m_window->setOutputs({output(u"scores"_s, {2, 2}, {1, 2, 3.5, 4})});
    QVERIFY(QTest::qWaitForWindowActive(m_window.get()));
    table()->setFocus();
    table()->selectRow(2);
    QTest::keyClick(table(), Qt::Key_Down, Qt::ShiftModifier);
    QTest::keyClick(table(), Qt::Key_C, Qt::ControlModifier);
    QCOMPARE(QApplication::clipboard()->text(), u"1\t0\t3.5\n1\t1\t4"_s);
}

void TestRawOutputs::anOutputIsSavedInThreeFormats()
{
    const Output scores = output(u"a/scores"_s, {2, 2}, {1, 2, 3.5, 4});
    m_window->setOutputs({scores});
    QSignalSpy said(m_window.get(), &ui::OutputWindow::said);
    const auto saved = [&](const QString &name) -> std::string {
        part<QAction>(u"saveValues"_s)->trigger();
        QFileDialog *dialog = m_window->findChildren<QFileDialog *>().last();
        if (!dialog->selectedFiles().first().endsWith(u"/a_scores.npy"_s))
            return "the name is wrong";
        dialog->selectFile(m_folder.filePath(name));
        said.clear();
        QMetaObject::invokeMethod(dialog, "accept");
        if (said.isEmpty() && !said.wait(patience))
            return "nothing was said";
        return *readFile(m_folder.filePath(name).toStdString(), mebibytes(1));
    };
    QVERIFY(saved(u"scores.npy"_s) == writeNpy(*scores.tensor));
    QCOMPARE(saved(u"scores.csv"_s), writeCsv(*scores.tensor));
    QCOMPARE(QByteArray::fromStdString(saved(u"scores.json"_s)), QByteArray("[[1,2],[3.5,4]]"));
}

void TestRawOutputs::theNextAnswerKeepsWhatIsLookedAt()
{
    const auto outputs = [](float first) {
        std::vector<float> values = counted(24);
        values[0] = first;
        return std::vector{output(u"a"_s, {3}, {1, 2, 3}), output(u"b"_s, {2, 3, 4}, values)};
    };
    m_window->setOutputs(outputs(0));
    m_window->showOutput(1);
    auto *index = part<QSpinBox>(u"sliceIndex0"_s);
    QVERIFY(index);
    index->setValue(1);
    m_window->setOutputs(outputs(100));
    QCOMPARE(part<QComboBox>(u"outputChoice"_s)->currentIndex(), 1);
    QCOMPARE(part<QSpinBox>(u"sliceIndex0"_s)->value(), 1);
    QTRY_VERIFY_WITH_TIMEOUT(summary().contains(u"max 100"_s), patience);
    m_window->setOutputs({});
    QCOMPARE(table()->model()->rowCount(), 0);
    QVERIFY(!part<QAction>(u"saveValues"_s)->isEnabled());
}

void TestRawOutputs::enterOnAnOutputLooksInside()
{
    ui::RunDetails details(m_background);
    details.resize(700, 220);
    details.show();
    QVERIFY(QTest::qWaitForWindowExposed(&details));
    auto *look = details.findChild<QAction *>(u"lookInside"_s);
    QVERIFY(!look->isEnabled());
    ui::RunResult result;
    for (const char *name : {"first", "second"}) {
        const std::vector<float> values = counted(4);
        result.prediction.outputs.push_back(
            {name, *Tensor::fromValues<float>({2, 2}, std::span(values))});
        result.outputs.push_back(ui::summarise(name, result.prediction.outputs.back().tensor));
    }
    details.setResult(std::make_shared<const ui::RunResult>(std::move(result)));
    QVERIFY(look->isEnabled());
    details.findChild<QAbstractButton *>(u"foldOutputs"_s)->click();
    auto *outputs = details.findChild<QTableView *>(u"outputs"_s);
    outputs->setFocus();
    outputs->setCurrentIndex(outputs->model()->index(1, 0));
    QTest::keyClick(outputs, Qt::Key_Return);
    auto *window = details.findChild<ui::OutputWindow *>();
    QVERIFY(window && window->isVisible());
    QVERIFY(
        window->findChild<QComboBox *>(u"outputChoice"_s)->currentText().startsWith(u"second"_s));
    details.setResult(nullptr);
    QCOMPARE(window->findChild<QTableView *>(u"outputValues"_s)->model()->rowCount(), 0);
}

void TestRawOutputs::aLargeTensorHoldsNothingUpAndIsNotCopied()
{
    constexpr std::int64_t side = 5000;
    auto tensor = std::make_shared<Tensor>(*Tensor::create(DType::Float32, {1, side, side}));
    auto values = tensor->mutableValues<float>();
    for (std::size_t i = 0; i < values.size(); ++i)
        values[i] = static_cast<float>((i * 7919) % values.size());
    auto *watch = static_cast<StallWatch *>(qApp);
    QTest::qWait(100);
    const long before = residentMiB();
    watch->forget();
    m_window->setOutputs({{u"large"_s, tensor}});
    QTRY_VERIFY_WITH_TIMEOUT(!slice()->picture().heat.isNull(), patience);
    QVERIFY(summary().startsWith(u"25,000,000 values"_s));
    auto *page = part<QSpinBox>(u"valuePage"_s);
    QCOMPARE(page->maximum(), 1250);
    page->setFocus();
    QTest::keyClick(page, Qt::Key_Up);
    QCOMPARE(cell(0, 2), u"0"_s); // value 20,000 of rows of 5,000
    QCOMPARE(cell(0, 1), u"4"_s);
    QTest::keyClick(table(), Qt::Key_End, Qt::ControlModifier);
    const long after = residentMiB();
    QVERIFY2(after - before < 60, qPrintable(u"%1 MiB more"_s.arg(after - before)));
    clickHeader(3);
    QTRY_COMPARE_WITH_TIMEOUT(cell(7, 3), u"7"_s, patience);
    QVERIFY2(watch->longestMs() < 50,
             qPrintable(u"%1 ms: %2"_s.arg(watch->longestMs()).arg(watch->what())));
}

int main(int argc, char *argv[])
{
    StallWatch application(argc, argv);
    TestRawOutputs tests;
    return QTest::qExec(&tests, argc, argv);
}

#include "tst_raw_outputs.moc"
