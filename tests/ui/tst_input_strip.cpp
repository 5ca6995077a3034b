// Several pictures at once: dropped files and folders become a strip that the arrow keys walk, is
// answered in the background, and leaves the window fluid however many there are.
#include "base/file.h"
#include "pattern_picture.h"
#include "stall_watch.h"
#include "tensor/image.h"
#include "test_files.h"
#include "ui/playground/input_list.h"
#include "ui/playground/input_strip.h"
#include "ui/playground/picture_stage.h"
#include "ui/playground/playground.h"
#include "ui/playground/thumbnails.h"
#include "ui/widgets/picture_view.h"
#include "ui/widgets/theme.h"
#include "window_fixture.h"

#include <QAbstractItemModelTester>
#include <QAction>
#include <QDir>
#include <QFileDialog>
#include <QListView>
#include <QListWidget>
#include <QScrollBar>
#include <QSignalSpy>
#include <QTest>

using namespace Qt::StringLiterals;
using namespace warmbench;

class TestInputStrip : public WindowFixture
{
    Q_OBJECT

private Q_SLOTS:
    void droppedPicturesAreWalkedWithTheArrowKeys();
    void aFailingPictureHasItsSentenceAndTheRestGoesOn();
    void answersOfAnotherModelAreOutOfDate();
    void theAnswersAreSavedAsCsv();
    void theStripStandsInThePlaceOfTheSamples();
    void cancelEndsTheRest();
    void aFolderOfManyPicturesLeavesTheWindowFluid();

private:
    QListView *strip() const { return part<QListView>(u"inputStrip"_s); }
    QAbstractItemModel *rows() const { return strip()->model(); }
    QString counts() const { return part<ui::CaptionLabel>(u"stripCounts"_s)->text(); }
    QString phrase(int row) const
    {
        return rows()->index(row, 0).data(ui::InputList::PhraseRole).toString();
    }
    ui::PictureView *picture() const
    {
        return m_window->findChild<ui::PictureStage *>()->findChild<ui::PictureView *>();
    }
    void dropThree();
    void photograph(const QString &name) const;
};

void TestInputStrip::dropThree()
{
    openSample();
    drop({QUrl::fromLocalFile(sample("three.png")), QUrl::fromLocalFile(sample("seven.png")),
          QUrl::fromLocalFile(sample("zero.png"))});
    QTRY_VERIFY_WITH_TIMEOUT(strip()->isVisible(), patience);
}

void TestInputStrip::photograph(const QString &name) const
{
    for (const ui::Theme theme : {ui::Theme::Light, ui::Theme::Dark}) {
        ui::applyTheme(theme);
        QTest::qWait(0);
        m_window->grab().save(
            QDir::temp().filePath(u"%1_%2.png"_s.arg(name, ui::themeName(theme))));
    }
}

void TestInputStrip::droppedPicturesAreWalkedWithTheArrowKeys()
{
    dropThree();
    const QAbstractItemModelTester tester(rows());
    QTRY_COMPARE_WITH_TIMEOUT(counts(), u"3 pictures · 3 answered"_s, patience);
    QCOMPARE(phrase(0).section(u' ', 0, 0), u"3"_s);
    QCOMPARE(phrase(1).section(u' ', 0, 0), u"7"_s);
    QCOMPARE(phrase(2).section(u' ', 0, 0), u"0"_s);
    auto *page = m_window->findChild<ui::Playground *>();
    QTRY_COMPARE(page->inputPath(), sample("three.png"));
    // In the strip itself, then on the large picture.
    const auto walked = [&](QWidget *where, Qt::Key key, const char *shown) {
        QSignalSpy finished(page, &ui::Playground::finished);
        where->setFocus();
        QTest::keyClick(where, key);
        return finished.wait(patience) && page->inputPath() == sample(shown);
    };
    QVERIFY(walked(strip(), Qt::Key_Right, "seven.png"));
    QVERIFY(walked(strip(), Qt::Key_Right, "zero.png"));
    QVERIFY(walked(strip(), Qt::Key_Left, "seven.png"));
    ui::PictureView *view = picture();
    QVERIFY(walked(view, Qt::Key_Right, "zero.png"));
    QVERIFY(walked(view, Qt::Key_Left, "seven.png"));
    QCOMPARE(strip()->currentIndex().row(), 1);
    photograph(u"strip"_s);
    m_window->resize(960, 600);
    QCOMPARE(m_window->size(), QSize(960, 600));
    photograph(u"strip_small"_s);
}

void TestInputStrip::aFailingPictureHasItsSentenceAndTheRestGoesOn()
{
    openSample();
    const QUrl broken = written(u"broken.png"_s, std::string("\x89PNG\r\n\x1a\n0000", 12));
    QVERIFY(picture()->isEmpty());
    drop({QUrl::fromLocalFile(sample("three.png")), broken,
          QUrl::fromLocalFile(sample("zero.png"))});
    QTRY_VERIFY_WITH_TIMEOUT(strip()->isVisible(), patience);
    QTRY_COMPARE_WITH_TIMEOUT(counts(), u"3 pictures · 2 answered · 1 refused"_s, patience);
    QVERIFY(phrase(1).contains(u"PNG"_s));
    QVERIFY(!phrase(1).contains(u"broken.png"_s)); // which stands above it
    QCOMPARE(phrase(2).section(u' ', 0, 0), u"0"_s);
    QVERIFY(!picture()->isEmpty());
    // Where it is walked to, no other picture stands above it.
    strip()->setFocus();
    QTest::keyClick(strip(), Qt::Key_Right);
    QTRY_VERIFY_WITH_TIMEOUT(message().contains(u"broken.png"_s), patience);
    QVERIFY(picture()->isEmpty());
    QVERIFY(!phrase(1).contains(u"broken.png"_s));
    photograph(u"strip_refused"_s);
}

void TestInputStrip::answersOfAnotherModelAreOutOfDate()
{
    dropThree();
    QTRY_COMPARE_WITH_TIMEOUT(counts(), u"3 pictures · 3 answered"_s, patience);
    const auto stale = [this](int row) {
        return rows()->index(row, 0).data(ui::InputList::StaleRole).toBool();
    };
    QVERIFY(!stale(0) && !stale(2));
    for (const char *name : {"digits.onnx", "digits.warmbench.json", "digits.labels.txt"})
        QFile::copy(sample(name), QString(sample(name)).replace(u"/digits"_s, u"/other"_s));
    m_window->openPaths({sample("other.onnx")});
    QTRY_COMPARE_WITH_TIMEOUT(part<QLabel>(u"modelName"_s)->text(), u"other"_s, patience);
    QTRY_VERIFY_WITH_TIMEOUT(stale(0) && stale(1) && stale(2), patience);
    QVERIFY(counts().contains(u"another model"_s));
    photograph(u"strip_stale"_s);
    part<QAction>(u"runAll"_s)->trigger();
    QTRY_COMPARE_WITH_TIMEOUT(counts(), u"3 pictures · 3 answered"_s, patience);
    QVERIFY(!stale(0) && !stale(1) && !stale(2));
}

void TestInputStrip::theAnswersAreSavedAsCsv()
{
    dropThree();
    QTRY_COMPARE_WITH_TIMEOUT(counts(), u"3 pictures · 3 answered"_s, patience);
    part<QAction>(u"exportAnswers"_s)->trigger();
    auto *dialog = m_window->findChild<QFileDialog *>();
    QVERIFY(dialog);
    const QString path = m_folder->filePath(u"saved.csv"_s);
    dialog->selectFile(path);
    QMetaObject::invokeMethod(dialog, "accept");
    QTRY_VERIFY_WITH_TIMEOUT(message().startsWith(u"Saved as"_s), patience);
    const auto saved = readFile(path.toStdString(), mebibytes(1));
    QVERIFY(saved);
    const QStringList lines = QString::fromStdString(*saved).trimmed().split(u'\n');
    QCOMPARE(lines.size(), 4);
    QCOMPARE(lines[0], u"file,model,label,score,found,answer,error,out_of_date,change"_s);
    const QStringList cells = lines[2].split(u',');
    QCOMPARE(cells.mid(0, 3), (QStringList{u"seven.png"_s, u"digits"_s, u"7"_s}));
    QVERIFY(cells[3].toDouble() > 0.5 && cells[3].toDouble() <= 1);
}

void TestInputStrip::theStripStandsInThePlaceOfTheSamples()
{
    openSample();
    auto *samples = part<QListWidget>(u"sampleStrip"_s);
    QTRY_VERIFY_WITH_TIMEOUT(samples->isVisible(), patience);
    drop({QUrl::fromLocalFile(sample("three.png")), QUrl::fromLocalFile(sample("zero.png"))});
    QTRY_VERIFY_WITH_TIMEOUT(strip()->isVisible(), patience);
    QVERIFY(!samples->isVisible());
    part<QAction>(u"closeStrip"_s)->trigger();
    QVERIFY(!strip()->isVisible());
    QVERIFY(samples->isVisible());
}

void TestInputStrip::cancelEndsTheRest()
{
    const QDir many(m_folder->filePath(u"many"_s));
    many.mkpath(u"."_s);
    for (int i = 0; i < 300; ++i)
        QFile::copy(sample("three.png"), many.filePath(u"%1.png"_s.arg(i)));
    openSample();
    QFile::remove(sample("zero.png"));
    drop({QUrl::fromLocalFile(many.path())});
    QTRY_VERIFY_WITH_TIMEOUT(!counts().contains(u" 0 answered"_s) && !counts().isEmpty(), patience);
    auto *cancel = part<QAction>(u"cancelRun"_s);
    QVERIFY(cancel->isEnabled());
    cancel->trigger();
    QVERIFY(!cancel->isEnabled());
    const QString then = counts();
    QVERIFY2(!then.contains(u" 300 answered"_s), qPrintable(then));
    // What was in flight comes to nothing.
    QSignalSpy changed(rows(), &QAbstractItemModel::dataChanged);
    QTest::qWait(100);
    QCOMPARE(counts(), then);
    part<QAction>(u"runAll"_s)->trigger();
    QTRY_VERIFY_WITH_TIMEOUT(counts().contains(u" 300 answered"_s), patience);
}

void TestInputStrip::aFolderOfManyPicturesLeavesTheWindowFluid()
{
    const QDir many(m_folder->filePath(u"many"_s));
    many.mkpath(u"."_s);
    const std::string png = *encodePng(patternPicture(900, 600));
    for (int i = 0; i < 500; ++i)
        QVERIFY(
            writeFile(many.filePath(u"%1.png"_s.arg(i, 3, 10, QChar(u'0'))).toStdString(), png));
    openSample();
    QTest::qWait(300);
    auto *watch = static_cast<StallWatch *>(qApp);
    auto *thumbnails = m_window->findChild<ui::Thumbnails *>();
    QVERIFY(thumbnails);
    QSignalSpy made(thumbnails, &ui::Thumbnails::ready);
    watch->forget();
    drop({QUrl::fromLocalFile(many.path())});
    QTRY_COMPARE_WITH_TIMEOUT(rows()->rowCount(), 500, patience);
    QTRY_VERIFY_WITH_TIMEOUT(!made.isEmpty(), patience);
    QScrollBar *bar = strip()->horizontalScrollBar();
    QVERIFY(bar->maximum() > 50'000);
    // Through all of them as with the mouse, and to the end as with a key.
    for (int at = 0; at <= 40; ++at) {
        bar->setValue(bar->maximum() * at / 40);
        QTest::qWait(10);
    }
    strip()->setFocus();
    QTest::keyClick(strip(), Qt::Key_End);
    QTRY_COMPARE_WITH_TIMEOUT(m_window->findChild<ui::Playground *>()->inputPath(),
                              many.filePath(u"499.png"_s), patience);
    QVERIFY2(made.size() < 400, qPrintable(QString::number(made.size())));
    QTRY_VERIFY_WITH_TIMEOUT(counts().contains(u" 500 answered"_s), 3 * patience);
    QVERIFY2(watch->longestMs() < 50,
             qPrintable(u"%1 ms: %2"_s.arg(watch->longestMs()).arg(watch->what())));
    photograph(u"strip_many"_s);
}

int main(int argc, char *argv[])
{
    StallWatch application(argc, argv);
    TestInputStrip tests;
    return QTest::qExec(&tests, argc, argv);
}

#include "tst_input_strip.moc"
