// The page that compares two models, alone over a real workbench: what it tells, that it can be
// given up, exported, and used while ten thousand rows come.
#include "base/file.h"
#include "base/logging.h"
#include "inference/workbench.h"
#include "test_files.h"
#include "ui/background.h"
#include "ui/compare/compare_page.h"
#include "ui/compare/compare_table.h"
#include "ui/widgets/caption_label.h"
#include "ui/widgets/picture_view.h"

#include <map>
#include <QAbstractItemModelTester>
#include <QAccessible>
#include <QAction>
#include <QCheckBox>
#include <QComboBox>
#include <QDir>
#include <QElapsedTimer>
#include <QFileDialog>
#include <QHeaderView>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSettings>
#include <QSignalSpy>
#include <QSpinBox>
#include <QTableView>
#include <QTemporaryDir>
#include <QTest>
#include <QToolButton>

using namespace Qt::StringLiterals;
using namespace warmbench;

namespace {

constexpr int patience = 30'000; // milliseconds, on a machine that has other work
constexpr int manyRows = 10'000;

// The digits with another name for the three: of three pictures, one answer changes.
constexpr const char *otherNames = R"({"task": "classification",
 "labels": ["0", "1", "2", "drei", "4", "5", "6", "7", "8", "9"],
 "input": {"name": "input", "height": 8, "width": 8, "channels": "gray", "layout": "NCHW",
           "resize": "stretch", "antialias": true, "scale": "1/255", "mean": [0], "std": [1]},
 "output": {"primary": "logits", "activation": "softmax"}})";

} // namespace

class TestComparePage : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void init();
    void cleanup();

    void changedAnswersAreCountedMarkedAndFiltered();
    void twoEnginesOfOneModelAgree();
    void aModelThatRefusesTheInputsSaysWhy();
    void aComparisonThatFailsLeavesTheLastOne();
    void theAnswersHaveTheRoomThatIsLeft();
    void theInputOfThePageTryIsCompared();
    void withoutInputsItSaysWhatToDo();
    void thePicturesOfAnInputMoveTogether();
    void escapeKeepsWhatHasCome();
    void theExportIsReadBack();
    void nothingMovesWhileFiguresCome();
    void tenThousandRowsLeaveTheWindowFluid();
    void everyControlHasAName();

private:
    template <typename T>
    T *part(const QString &name) const
    {
        return m_page->findChild<T *>(name);
    }
    QString file(const QString &name) const { return m_folder->filePath(name); }
    void write(const QString &name, const std::string &content) const
    {
        QVERIFY(writeFile(file(name).toStdString(), content));
    }
    void writeRows(int rows) const;
    void choose(const QString &a, const QString &b);
    void press(const QString &button) const
    {
        QTest::mouseClick(part<QWidget>(button), Qt::LeftButton);
    }
    bool isRunning() const { return m_page->cancelAction()->isEnabled(); }
    void compare();
    QString figure(const QString &name) const { return part<QLabel>(name)->text(); }
    QString notes() const { return part<ui::CaptionLabel>(u"compareNotes"_s)->text(); }
    QAbstractItemModel *rows() const { return part<QTableView>(u"comparedInputs"_s)->model(); }
    QStringList column(ui::CompareTable::Column column) const;
    void save(const QString &path);
    std::map<const QWidget *, QRect> places() const;

    std::unique_ptr<QTemporaryDir> m_folder;
    SystemClock m_clock;
    std::unique_ptr<Workbench> m_workbench;
    std::unique_ptr<ui::WorkbenchFeed> m_feed;
    std::unique_ptr<ui::Background> m_background;
    std::unique_ptr<ui::ComparePage> m_page;
    ui::ApiInput m_present; // the input of the page Try
};

void TestComparePage::initTestCase()
{
    setLogToStandardError(false);
}

void TestComparePage::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
    QSettings::setPath(QSettings::IniFormat, QSettings::UserScope, file(u"config"_s));
    QDir(m_folder->path()).mkdir(u"inputs"_s);
    const auto copy = [this](const char *name, const QString &into) {
        QVERIFY(QFile::copy(QString::fromStdString(sampleFile(name).string()),
                            file(into + QString::fromLatin1(name))));
    };
    for (const char *name : {"digits.onnx", "digits.warmbench.json", "digits.labels.txt",
                             "iris.onnx", "iris.warmbench.json", "iris.labels.txt"})
        copy(name, {});
    for (const char *name : {"three.png", "zero.png", "seven.png"})
        copy(name, u"inputs/"_s);
    write(u"inputs/bad.png"_s, "no picture at all");
    write(u"other.json"_s, otherNames);
    m_present = {};
    m_workbench = std::make_unique<Workbench>(WorkbenchOptions{}, m_clock);
    QVERIFY(m_workbench->open(m_folder->path().toStdString(), false));
    m_feed = std::make_unique<ui::WorkbenchFeed>(*m_workbench);
    m_background = std::make_unique<ui::Background>();
    m_page = std::make_unique<ui::ComparePage>(*m_workbench, *m_feed, *m_background,
                                               [this](const auto &use) { use(m_present); });
    m_page->resize(640, 560);
    m_feed->updateNow();
    m_page->show();
    QVERIFY(QTest::qWaitForWindowExposed(m_page.get()));
}

void TestComparePage::cleanup()
{
    m_page.reset();
    m_background.reset();
    m_feed.reset();
    m_workbench.reset();
}

void TestComparePage::writeRows(int rows) const
{
    std::string csv;
    for (int row = 0; row < rows; ++row)
        csv += "5.1,3.5,1.4,0." + std::to_string(row % 10) + "\n";
    write(u"rows.csv"_s, csv);
}

// With the keyboard, as a person without a mouse does.
void TestComparePage::choose(const QString &a, const QString &b)
{
    for (const auto &[box, model] : {std::pair(u"modelA"_s, a), std::pair(u"modelB"_s, b)}) {
        auto *choice = part<QComboBox>(box);
        choice->setFocus();
        QTest::keyClicks(choice, model);
        QCOMPARE(choice->currentText(), model);
    }
}

void TestComparePage::compare()
{
    press(u"compareButton"_s);
    QVERIFY(isRunning());
    QTRY_VERIFY_WITH_TIMEOUT(!isRunning(), patience);
}

QStringList TestComparePage::column(ui::CompareTable::Column column) const
{
    QStringList cells;
    for (int row = 0; row < rows()->rowCount(); ++row)
        cells << rows()->index(row, column).data().toString();
    return cells;
}

void TestComparePage::save(const QString &path)
{
    QSignalSpy said(m_page.get(), &ui::ComparePage::said);
    press(u"exportComparison"_s);
    auto *dialog = m_page->findChild<QFileDialog *>();
    QVERIFY(dialog);
    auto *name = dialog->findChild<QLineEdit *>(u"fileNameEdit"_s);
    name->setText(path);
    QTest::keyClick(name, Qt::Key_Return);
    QTRY_COMPARE_WITH_TIMEOUT(said.size(), 1, patience);
    QVERIFY(QFile::exists(path));
    QTRY_VERIFY(!m_page->findChild<QFileDialog *>());
}

std::map<const QWidget *, QRect> TestComparePage::places() const
{
    std::map<const QWidget *, QRect> places;
    const auto *table = part<QTableView>(u"comparedInputs"_s);
    for (const QWidget *widget : m_page->findChildren<QWidget *>())
        if (widget->isVisible() && widget != table && !table->isAncestorOf(widget) &&
            widget->objectName() != u"compareProgress"_s)
            places[widget] = QRect(widget->mapTo(m_page.get(), QPoint()), widget->size());
    return places;
}

void TestComparePage::changedAnswersAreCountedMarkedAndFiltered()
{
    const QAbstractItemModelTester tester(rows());
    choose(u"digits"_s, u"digits"_s);
    part<QLineEdit>(u"settingsB"_s)->setFocus();
    QTest::keyClicks(part<QLineEdit>(u"settingsB"_s), file(u"other.json"_s));
    m_page->setInputs({file(u"inputs"_s)});
    compare();

    QCOMPARE(column(ui::CompareTable::Input),
             QStringList({u"bad.png"_s, u"seven.png"_s, u"three.png"_s, u"zero.png"_s}));
    QCOMPARE(column(ui::CompareTable::Verdict),
             QStringList({u"refused"_s, u"same"_s, u"changed"_s, u"same"_s}));
    QVERIFY(column(ui::CompareTable::First)[2].startsWith(u'3'));
    QVERIFY(column(ui::CompareTable::Second)[2].startsWith("drei"_L1));
    QCOMPARE(column(ui::CompareTable::Cosine)[2], u"1"_s);
    QCOMPARE(figure(u"changedFigure"_s), u"1 of 3"_s);
    QVERIFY(part<QLabel>(u"changedFigure"_s)->accessibleName().contains(u"1 refused"_s));
    QCOMPARE(figure(u"cosineFigure"_s), u"1"_s);
    QVERIFY(figure(u"latencyFigure"_s) != u"–"_s);
    QCOMPARE(figure(u"memoryFigure"_s), u"alike"_s); // the same network twice
    QVERIFY2(!notes().contains(u"cannot be trusted"_s), qPrintable(notes()));
    // Told by a sign and a word, not by colour.
    QVERIFY(!rows()->index(2, ui::CompareTable::Verdict).data(Qt::DecorationRole).isNull());
    QVERIFY(rows()->index(1, ui::CompareTable::Verdict).data(Qt::DecorationRole).isNull());

    QTest::keyClick(part<QCheckBox>(u"onlyChanged"_s), Qt::Key_Space);
    QCOMPARE(column(ui::CompareTable::Input), QStringList(u"three.png"_s));
    QTest::keyClick(part<QCheckBox>(u"onlyChanged"_s), Qt::Key_Space);
    QCOMPARE(rows()->rowCount(), 4);

    // Too few runs: nothing is said to be quicker.
    part<QSpinBox>(u"compareRuns"_s)->setFocus();
    part<QSpinBox>(u"compareRuns"_s)->selectAll();
    QTest::keyClicks(part<QSpinBox>(u"compareRuns"_s), u"1"_s);
    compare();
    QVERIFY2(notes().contains(u"cannot be trusted"_s), qPrintable(notes()));
    QCOMPARE(figure(u"latencyFigure"_s), u"–"_s);
    QCOMPARE(rows()->rowCount(), 4);
}

void TestComparePage::twoEnginesOfOneModelAgree()
{
    for (const EngineVersion &engine : engineVersions())
        if (engine.version.empty())
            QSKIP("an engine is not there");
    choose(u"digits"_s, u"digits"_s);
    for (const auto &[box, engine] :
         {std::pair(u"engineA"_s, u"ONNX Runtime"_s), std::pair(u"engineB"_s, u"OpenCV"_s)}) {
        auto *choice = part<QComboBox>(box);
        choice->setFocus();
        QTest::keyClicks(choice, engine);
        QCOMPARE(choice->currentText(), engine);
    }
    m_page->setInputs({file(u"inputs/three.png"_s), file(u"inputs/zero.png"_s)});
    compare();
    QCOMPARE(figure(u"changedFigure"_s), u"0 of 2"_s);
    QVERIFY(figure(u"cosineFigure"_s).toDouble() > 0.9999);
    const QString status = part<ui::CaptionLabel>(u"compareStatus"_s)->text();
    QVERIFY2(status.contains(u"digits · ONNX Runtime"_s) && status.contains(u"digits · OpenCV"_s),
             qPrintable(status));
}

void TestComparePage::aModelThatRefusesTheInputsSaysWhy()
{
    // Engine and settings that were chosen for another model are not those of this one.
    part<QComboBox>(u"engineB"_s)->setCurrentIndex(1);
    part<QLineEdit>(u"settingsB"_s)->setText(file(u"other.json"_s));
    m_page->setSides(u"digits"_s, u"iris"_s);
    QCOMPARE(part<QComboBox>(u"engineB"_s)->currentIndex(), 0);
    QVERIFY(part<QLineEdit>(u"settingsB"_s)->text().isEmpty());
    m_page->setInputs({file(u"inputs/three.png"_s)});
    compare();
    QCOMPARE(column(ui::CompareTable::Verdict), QStringList(u"refused"_s));
    QVERIFY(column(ui::CompareTable::First)[0].startsWith(u'3'));
    QVERIFY(column(ui::CompareTable::Second)[0].size() > 20);
    QCOMPARE(figure(u"changedFigure"_s), u"–"_s);
}

void TestComparePage::aComparisonThatFailsLeavesTheLastOne()
{
    choose(u"digits"_s, u"digits"_s);
    m_page->setInputs({file(u"inputs/three.png"_s)});
    compare();
    const QString status = part<ui::CaptionLabel>(u"compareStatus"_s)->text();
    QSignalSpy said(m_page.get(), &ui::ComparePage::said);
    part<QLineEdit>(u"settingsB"_s)->setText(file(u"missing.json"_s));
    compare();
    QVERIFY(said.size() > 0 && said.last()[1].toString().contains(u"missing.json"_s));
    QCOMPARE(column(ui::CompareTable::Input), QStringList(u"three.png"_s));
    QCOMPARE(figure(u"changedFigure"_s), u"0 of 1"_s);
    QCOMPARE(part<ui::CaptionLabel>(u"compareStatus"_s)->text(), status);
    QVERIFY(part<QToolButton>(u"exportComparison"_s)->isEnabled());
}

void TestComparePage::theAnswersHaveTheRoomThatIsLeft()
{
    auto *table = part<QTableView>(u"comparedInputs"_s);
    choose(u"digits"_s, u"digits"_s);
    m_page->setInputs({file(u"inputs/three.png"_s)});
    compare();
    m_page->resize(1100, 560);
    QTRY_VERIFY(table->columnWidth(ui::CompareTable::First) > 200);
    QCOMPARE(table->columnWidth(ui::CompareTable::Second),
             table->columnWidth(ui::CompareTable::First));
    QVERIFY(table->horizontalHeader()->length() <= table->viewport()->width());
    m_page->resize(500, 560);
    QTRY_VERIFY(table->columnWidth(ui::CompareTable::First) < 150);
}

void TestComparePage::theInputOfThePageTryIsCompared()
{
    choose(u"iris"_s, u"iris"_s);
    QVERIFY(part<ui::CaptionLabel>(u"inputName"_s)->text().startsWith("There is no input"_L1));
    m_present = {u"iris"_s, std::make_shared<const std::string>("5.1,3.5,1.4,0.2"), {}, u"x"_s};
    compare();
    QCOMPARE(figure(u"changedFigure"_s), u"0 of 1"_s);
    QVERIFY2(notes().contains(u"the same loaded model"_s), qPrintable(notes()));
}

void TestComparePage::withoutInputsItSaysWhatToDo()
{
    QSignalSpy said(m_page.get(), &ui::ComparePage::said);
    choose(u"iris"_s, u"digits"_s);
    press(u"compareButton"_s);
    QCOMPARE(said.size(), 1);
    QVERIFY(said[0][1].toString().contains(u"page Try"_s));
    part<QComboBox>(u"inputKind"_s)->setFocus();
    QTest::keyClicks(part<QComboBox>(u"inputKind"_s), u"Fo"_s);
    press(u"compareButton"_s);
    QCOMPARE(said.size(), 2);
    QVERIFY(!isRunning());
    QTest::keyClick(part<QPushButton>(u"chooseInputs"_s), Qt::Key_Space);
    auto *dialog = m_page->findChild<QFileDialog *>();
    QVERIFY(dialog);
    QCOMPARE(dialog->fileMode(), QFileDialog::Directory);
    dialog->reject();
}

void TestComparePage::thePicturesOfAnInputMoveTogether()
{
    choose(u"digits"_s, u"digits"_s);
    m_page->setInputs({file(u"inputs"_s)});
    compare();
    auto *table = part<QTableView>(u"comparedInputs"_s);
    table->setFocus();
    table->setCurrentIndex(rows()->index(1, 0));
    QTest::keyClick(table, Qt::Key_Down);
    auto *a = part<ui::PictureView>(u"pictureA"_s);
    auto *b = part<ui::PictureView>(u"pictureB"_s);
    QTRY_VERIFY_WITH_TIMEOUT(!a->isEmpty() && !b->isEmpty(), patience);
    QVERIFY(part<ui::CaptionLabel>(u"answerA"_s)->text().startsWith("A: 3"_L1));
    QVERIFY(part<ui::CaptionLabel>(u"answerB"_s)->text().startsWith("B: 3"_L1));
    QTest::keyClick(a, Qt::Key_Plus);
    QTest::keyClick(a, Qt::Key_Left);
    QVERIFY(a->zoom().factor > 1 && a->zoom().centre.x() < 0.5);
    QCOMPARE(b->zoom(), a->zoom());
    QTest::keyClick(b, Qt::Key_0);
    QCOMPARE(a->zoom(), ui::PictureZoom());
    table->setFocus();
    QTest::keyClick(table, Qt::Key_Up);
    QTest::keyClick(table, Qt::Key_Up); // the file that is no picture
    QTRY_VERIFY_WITH_TIMEOUT(a->isEmpty() && b->isEmpty(), patience);
}

void TestComparePage::escapeKeepsWhatHasCome()
{
    writeRows(manyRows);
    choose(u"iris"_s, u"iris"_s);
    m_page->setInputs({file(u"rows.csv"_s)});
    part<QSpinBox>(u"compareRuns"_s)->setValue(100);
    press(u"compareButton"_s);
    QTRY_VERIFY_WITH_TIMEOUT(rows()->rowCount() > 0, patience);
    QVERIFY(part<QWidget>(u"compareProgress"_s)->isVisible());
    QTest::keyClick(part<QTableView>(u"comparedInputs"_s), Qt::Key_Escape);
    QVERIFY(!isRunning());
    const int come = rows()->rowCount();
    QVERIFY(come > 0 && come < manyRows);
    QVERIFY2(notes().startsWith("Cancelled"_L1), qPrintable(notes()));
    QVERIFY(!part<QWidget>(u"compareProgress"_s)->isVisible());

    // Another one begins anew, and nothing of the first one comes into it.
    part<QSpinBox>(u"compareRuns"_s)->setValue(1);
    m_page->setInputs({file(u"inputs"_s)});
    compare();
    QCOMPARE(rows()->rowCount(), 4);
    QVERIFY2(!notes().contains(u"Cancelled"_s), qPrintable(notes()));
}

void TestComparePage::theExportIsReadBack()
{
    choose(u"digits"_s, u"digits"_s);
    QVERIFY(!part<QToolButton>(u"exportComparison"_s)->isEnabled());
    QTest::keyClicks(part<QLineEdit>(u"settingsB"_s), file(u"other.json"_s));
    m_page->setInputs({file(u"inputs"_s)});
    compare();
    save(file(u"saved.csv"_s));
    const auto csv = readFile(file(u"saved.csv"_s).toStdString(), mebibytes(1));
    QVERIFY(csv);
    const QStringList lines = QString::fromStdString(*csv).split(u'\n', Qt::SkipEmptyParts);
    QCOMPARE(lines.size(), 5);
    QVERIFY(lines[0].startsWith("input,answer,a,b,a_error,b_error,"_L1));
    QVERIFY(lines[1].contains("bad.png,refused,,,"_L1));
    QString why = column(ui::CompareTable::First)[0];
    QCOMPARE(QString(lines[1]).remove(u'"').count(why.remove(u'"')), 2);
    QVERIFY(lines[3].contains("three.png,changed,"_L1));

    save(file(u"saved.json"_s));
    const auto json = readFile(file(u"saved.json"_s).toStdString(), mebibytes(1));
    QVERIFY(json);
    const QJsonObject told = QJsonDocument::fromJson(QByteArray::fromStdString(*json)).object();
    QCOMPARE(told[u"inputs"].toArray().size(), 4);
    QCOMPARE(told[u"summary"][u"changed"].toInt(), 1);
    QCOMPARE(told[u"a"][u"model"].toString(), u"digits"_s);
    QVERIFY(told[u"b"][u"memory_bytes"].toDouble() > 0);
}

void TestComparePage::nothingMovesWhileFiguresCome()
{
    writeRows(manyRows);
    choose(u"iris"_s, u"digits"_s);
    m_page->setInputs({file(u"rows.csv"_s)});
    part<QSpinBox>(u"compareRuns"_s)->setValue(20);
    const auto before = places();
    const auto moved = [&] {
        for (const auto &[widget, place] : places())
            if (const auto was = before.find(widget); was != before.end() && was->second != place)
                return u"%1 %2"_s.arg(QLatin1StringView(widget->metaObject()->className()),
                                      widget->objectName());
        return QString();
    };
    press(u"compareButton"_s);
    QCOMPARE(moved(), QString());
    QTRY_VERIFY_WITH_TIMEOUT(rows()->rowCount() > 0, patience);
    QCOMPARE(moved(), QString());
    press(u"compareButton"_s); // it cancels meanwhile
    QVERIFY(!isRunning());
    QCOMPARE(moved(), QString());
    m_page->setSides(u"iris"_s, u"iris"_s);
    part<QSpinBox>(u"compareRuns"_s)->setValue(1);
    m_page->setInputs({file(u"inputs"_s)});
    compare();
    part<QTableView>(u"comparedInputs"_s)->selectRow(0);
    QTest::qWait(0);
    QCOMPARE(moved(), QString());
    QVERIFY(before.size() > 20);
}

void TestComparePage::tenThousandRowsLeaveTheWindowFluid()
{
    writeRows(manyRows);
    choose(u"iris"_s, u"iris"_s);
    m_page->setInputs({file(u"rows.csv"_s)});
    QSignalSpy inserted(rows(), &QAbstractItemModel::rowsInserted);
    QSignalSpy reset(rows(), &QAbstractItemModel::modelReset);
    part<QTableView>(u"comparedInputs"_s)
        ->horizontalHeader()
        ->setSortIndicator(ui::CompareTable::Largest, Qt::DescendingOrder);
    press(u"compareButton"_s);
    const qsizetype resets = reset.size() + 1; // the first rows take the place of the last ones
    qint64 longest = 0;
    QElapsedTimer whole;
    whole.start();
    while (isRunning() && whole.elapsed() < 2 * patience) {
        QElapsedTimer step;
        step.start();
        QCoreApplication::processEvents(QEventLoop::AllEvents);
        longest = std::max(longest, step.elapsed());
    }
    QCOMPARE(rows()->rowCount(), manyRows);
    QCOMPARE(reset.size(), resets); // rows are added: selection and place survive
    QVERIFY(inserted.size() > 0 && inserted.size() < 2'000);
    qInfo("%d rows in %lld ms, %lld insertions; the window was busy for %lld ms at most", manyRows,
          whole.elapsed(), static_cast<long long>(inserted.size()), longest);
    QVERIFY2(longest < 250, "the window stood still");
}

void TestComparePage::everyControlHasAName()
{
    for (const QWidget *widget : m_page->findChildren<QWidget *>()) {
        const bool inner = widget->objectName().startsWith("qt_"_L1) ||
                           widget->inherits("QScrollBar") || widget->inherits("QHeaderView") ||
                           widget->inherits("QTableCornerButton") ||
                           widget->inherits("QSplitterHandle") || widget->inherits("QLabel");
        if (widget->focusPolicy() == Qt::NoFocus || inner || widget->isHidden())
            continue;
        const QAccessibleInterface *accessible =
            QAccessible::queryAccessibleInterface(const_cast<QWidget *>(widget));
        QVERIFY2(accessible && !accessible->text(QAccessible::Name).isEmpty(),
                 widget->metaObject()->className());
        QVERIFY2(!widget->objectName().isEmpty(), widget->metaObject()->className());
    }
}

QTEST_MAIN(TestComparePage)
#include "tst_compare_page.moc"
