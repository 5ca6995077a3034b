// The sheet that finds a notebook's preparation, over a real workbench: what it shows, what it
// keeps, and what it says of numbers that are none.
#include "base/file.h"
#include "base/logging.h"
#include "inference/body/prediction_body.h"
#include "inference/workbench.h"
#include "tensor/npy.h"
#include "test_files.h"
#include "ui/background.h"
#include "ui/sheets/match_sheet.h"
#include "ui/sheets/notebook_lines.h"
#include "ui/sheets/pasted_numbers.h"

#include <cmath>
#include <future>
#include <QApplication>
#include <QClipboard>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPointer>
#include <QProcess>
#include <QPushButton>
#include <QStandardPaths>
#include <QTableWidget>
#include <QTemporaryDir>
#include <QTest>

using namespace Qt::StringLiterals;
using namespace warmbench;

namespace {

constexpr int patience = 30'000; // milliseconds, on a machine that has other work

// The digits without the division by 255 that their notebook does.
constexpr const char *wrongSettings = R"({"task": "classification",
 "input": {"name": "input", "height": 8, "width": 8, "channels": "gray", "layout": "NCHW",
           "resize": "stretch", "antialias": true, "scale": 1, "mean": [0], "std": [1]},
 "output": {"primary": "logits", "activation": "softmax"}})";

} // namespace

class TestMatchSheet : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { setLogToStandardError(false); }
    void init();
    void cleanup();

    void thePreparationThatMatchesIsShownAndKept();
    void pastedNumbersAreKeptAsAFile();
    void numbersThatMatchNothingKeepNothing();
    void whatIsMissingIsSaid();
    void closingGivesTheSearchUp();
    void theLinesRunInPython();
    void copiedNumbers_data();
    void copiedNumbers();

private:
    QString file(const QString &name) const { return m_folder->filePath(name); }
    template <typename T>
    T *part(const QString &name) const
    {
        return m_sheet->findChild<T *>(name);
    }
    QString summary() const { return part<QLabel>(u"matchSummary"_s)->text(); }
    void type(const QString &line, const QString &words) const
    {
        part<QLineEdit>(line)->setFocus();
        part<QLineEdit>(line)->clear();
        QTest::keyClicks(part<QLineEdit>(line), words);
    }
    void match() const;
    void keep() const;
    std::vector<float> outputOf(Workbench &workbench, const std::string &model) const;
    void writeOutput() const; // the notebook's y.npy
    bool givesTheNotebooksNumbers() const;

    std::unique_ptr<QTemporaryDir> m_folder;
    SystemClock m_clock;
    std::unique_ptr<Workbench> m_workbench;
    std::unique_ptr<ui::Background> m_background;
    QPointer<ui::MatchSheet> m_sheet;
    std::vector<float> m_output;
};

void TestMatchSheet::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
    for (const char *name :
         {"digits.onnx", "digits.warmbench.json", "digits.labels.txt", "three.png", "seven.png"})
        QVERIFY(QFile::copy(QString::fromStdString(sampleFile(name).string()),
                            file(QString::fromLatin1(name))));
    QVERIFY(QFile::copy(file(u"digits.onnx"_s), file(u"wrong.onnx"_s)));
    QVERIFY(writeFile(file(u"wrong.warmbench.json"_s).toStdString(), wrongSettings));
    m_workbench = std::make_unique<Workbench>(WorkbenchOptions{}, m_clock);
    QVERIFY(m_workbench->open(m_folder->path().toStdString(), false));
    m_output = outputOf(*m_workbench, "digits");
    QCOMPARE(m_output.size(), std::size_t(10));
    m_background = std::make_unique<ui::Background>();
    m_sheet = new ui::MatchSheet(*m_workbench, *m_background, u"wrong"_s, file(u"three.png"_s));
    m_sheet->open();
    QVERIFY(QTest::qWaitForWindowExposed(m_sheet));
}

void TestMatchSheet::cleanup()
{
    delete m_sheet;
    m_background.reset();
    m_workbench.reset();
}

std::vector<float> TestMatchSheet::outputOf(Workbench &workbench, const std::string &model) const
{
    const auto picture = readFile(file(u"three.png"_s).toStdString(), mebibytes(1));
    auto decode = bodyDecoder(std::make_shared<const std::string>(*picture));
    InferenceRequest request;
    request.model = {model, {}};
    request.decode = *std::move(decode);
    std::promise<std::vector<float>> numbers;
    workbench.predict(std::move(request), [&numbers](const Result<Prediction> &prediction) {
        if (!prediction)
            return numbers.set_value({});
        const auto values = prediction->outputs.front().tensor.values<float>();
        numbers.set_value({values.begin(), values.end()});
    });
    return numbers.get_future().get();
}

void TestMatchSheet::writeOutput() const
{
    const auto tensor = Tensor::fromValues<float>({1, 10}, std::span<const float>(m_output));
    QVERIFY(writeFile(file(u"y.npy"_s).toStdString(), writeNpy(*tensor)));
}

void TestMatchSheet::match() const
{
    QTest::mouseClick(part<QPushButton>(u"matchButton"_s), Qt::LeftButton);
    QTRY_VERIFY_WITH_TIMEOUT(!summary().startsWith("Searching"_L1), patience);
}

void TestMatchSheet::keep() const
{
    part<QPushButton>(u"keepPreparation"_s)->setFocus();
    QTest::keyClick(part<QPushButton>(u"keepPreparation"_s), Qt::Key_Space);
    QTRY_VERIFY2_WITH_TIMEOUT(summary().startsWith("Kept in"_L1), qPrintable(summary()), patience);
    QVERIFY(!part<QPushButton>(u"keepPreparation"_s)->isEnabled());
}

// A workbench that begins anew reads the settings that were kept.
bool TestMatchSheet::givesTheNotebooksNumbers() const
{
    Workbench anew(WorkbenchOptions{}, m_clock);
    if (!anew.open(file(u"wrong.onnx"_s).toStdString(), false))
        return false;
    const auto output = outputOf(anew, "wrong");
    return output.size() == m_output.size() &&
           std::equal(output.begin(), output.end(), m_output.begin(),
                      [](float a, float b) { return std::abs(a - b) < 1e-3F; });
}

void TestMatchSheet::thePreparationThatMatchesIsShownAndKept()
{
    writeOutput();
    QVERIFY(!givesTheNotebooksNumbers());
    type(u"matchExpected"_s, file(u"y.npy"_s));
    QVERIFY(!part<QPlainTextEdit>(u"matchPasted"_s)->isEnabled());
    QTest::keyClick(part<QLineEdit>(u"matchExpected"_s), Qt::Key_Return);
    QTRY_VERIFY2_WITH_TIMEOUT(summary().startsWith("Matches"_L1), qPrintable(summary()), patience);
    const auto *table = part<QTableWidget>(u"matchTable"_s);
    QVERIFY(table->rowCount() > 10);
    QVERIFY(table->item(0, 0)->text().toDouble() < 1e-3);
    QCOMPARE(table->item(0, 2)->text(), u"same"_s);
    QVERIFY(table->item(0, 3)->text().contains(u"0 to 1"_s));
    int present = 0;
    for (int row = 0; row < table->rowCount(); ++row)
        present += table->item(row, 3)->text().contains(u"what the model has"_s) ? 1 : 0;
    QCOMPARE(present, 1);
    QVERIFY(!table->item(0, 3)->text().contains(u"what the model has"_s));
    keep();
    QVERIFY(givesTheNotebooksNumbers());
    const auto settings = readFile(file(u"wrong.warmbench.json"_s).toStdString(), mebibytes(1));
    const QJsonArray golden =
        QJsonDocument::fromJson(QByteArray::fromStdString(*settings))[u"golden"_s].toArray();
    QCOMPARE(golden.size(), 1);
    QCOMPARE(golden[0][u"input"_s].toString(), u"three.png"_s);
}

void TestMatchSheet::pastedNumbersAreKeptAsAFile()
{
    QStringList words;
    for (const float number : m_output)
        words << QString::number(static_cast<double>(number), 'g', 9);
    auto *pasted = part<QPlainTextEdit>(u"matchPasted"_s);
    pasted->setFocus();
    QApplication::clipboard()->setText(u"array([[%1]], dtype=float32)"_s.arg(words.join(u", "_s)));
    QTest::keyClick(pasted, Qt::Key_V, Qt::ControlModifier);
    match();
    QVERIFY2(summary().startsWith("Matches"_L1), qPrintable(summary()));
    keep();
    QVERIFY(givesTheNotebooksNumbers());
    QVERIFY(QFile::exists(file(u"wrong.golden.npy"_s)));
}

void TestMatchSheet::numbersThatMatchNothingKeepNothing()
{
    auto *pasted = part<QPlainTextEdit>(u"matchPasted"_s);
    pasted->setFocus();
    QTest::keyClicks(pasted, u"1 -2 300 4 5 6 7 8 9 10"_s);
    match();
    QVERIFY2(summary().startsWith("None agrees"_L1), qPrintable(summary()));
    QVERIFY(part<QTableWidget>(u"matchTable"_s)->rowCount() > 10);
    QVERIFY(!part<QPushButton>(u"keepPreparation"_s)->isEnabled());
}

void TestMatchSheet::whatIsMissingIsSaid()
{
    match();
    QVERIFY2(summary().contains(u"paste them"_s), qPrintable(summary()));
    type(u"matchPicture"_s, {});
    match();
    QVERIFY2(summary().startsWith("Choose the picture"_L1), qPrintable(summary()));
    type(u"matchPicture"_s, file(u"none.png"_s));
    type(u"matchExpected"_s, file(u"none.npy"_s));
    match();
    QVERIFY2(summary().contains(u"none.png"_s), qPrintable(summary()));
    QTest::keyClicks(part<QPlainTextEdit>(u"matchPasted"_s), u"1 2"_s);
    type(u"matchPicture"_s, file(u"three.png"_s));
    type(u"matchExpected"_s, {});
    part<QPlainTextEdit>(u"matchPasted"_s)->setFocus();
    QTest::keyClicks(part<QPlainTextEdit>(u"matchPasted"_s), u"1 2"_s);
    match();
    QVERIFY2(summary().contains(u"[2]"_s), qPrintable(summary())); // the shapes do not fit
}

void TestMatchSheet::closingGivesTheSearchUp()
{
    writeOutput();
    type(u"matchExpected"_s, file(u"y.npy"_s));
    QTest::mouseClick(part<QPushButton>(u"matchButton"_s), Qt::LeftButton);
    QTest::keyClick(m_sheet, Qt::Key_Escape);
    QTRY_VERIFY(!m_sheet);
}

void TestMatchSheet::theLinesRunInPython()
{
    QTest::mouseClick(part<QPushButton>(u"copyNotebookLines"_s), Qt::LeftButton);
    const QString lines = QApplication::clipboard()->text();
    QCOMPARE(lines, ui::notebookLines(u"three.png"_s));
    QVERIFY(lines.contains(u"three.png"_s));
    QProcess python;
    python.setWorkingDirectory(m_folder->path());
    python.start(u"/usr/bin/python3"_s, {u"-c"_s, u"x, y = [[0.5]], [0.25, 0.75]\n"_s + lines});
    if (!python.waitForFinished(patience) ||
        python.readAllStandardError().contains("No module named"))
        QSKIP("there is no Python with numpy");
    QCOMPARE(python.exitCode(), 0);
    const auto saved = readFile(file(u"y.npy"_s).toStdString(), mebibytes(1));
    QVERIFY(saved && saved->starts_with("\x93NUMPY"));
    QVERIFY(QFile::exists(file(u"x.npy"_s)));
}

void TestMatchSheet::copiedNumbers_data()
{
    QTest::addColumn<QString>("pasted");
    QTest::addColumn<int>("count"); // 0: refused
    QTest::newRow("a list") << u"[0.1, 2e-3, -4]"_s << 3;
    QTest::newRow("numpy") << u"array([[1., 2.],\n       [3., nan]], dtype=float32)"_s << 4;
    QTest::newRow("torch") << u"tensor([[ 1.5, -2.5]], grad_fn=<AddmmBackward0>)"_s << 2;
    QTest::newRow("lines") << u"1\n2\n3\n"_s << 3;
    QTest::newRow("shortened") << u"[0.1, 0.2, ..., 0.9]"_s << 0;
    QTest::newRow("words") << u"0.1 percent"_s << 0;
    QTest::newRow("nothing") << u" []\n"_s << 0;
}

void TestMatchSheet::copiedNumbers()
{
    QFETCH(const QString, pasted);
    QFETCH(const int, count);
    const auto npy = ui::npyOfNumbers(pasted);
    QCOMPARE(npy.has_value(), count > 0);
    if (!npy)
        return;
    const auto tensor = readNpy(std::as_bytes(std::span(*npy)));
    QVERIFY(tensor);
    QCOMPARE(tensor->values<float>().size(), std::size_t(count));
}

QTEST_MAIN(TestMatchSheet)
#include "tst_match_sheet.moc"
