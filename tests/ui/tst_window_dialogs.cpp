// The list of shortcuts, what the program is made of, and the budget under the models: by keys.
#include "engine/engine.h"
#include "ui/models/model_row.h"
#include "ui/models/second_line.h"
#include "ui/settings.h"
#include "ui/shortcuts.h"
#include "ui/widgets/theme.h"
#include "window_fixture.h"

#include <cmath>
#include <QAction>
#include <QApplication>
#include <QCheckBox>
#include <QClipboard>
#include <QDialog>
#include <QLineEdit>
#include <QPushButton>
#include <QStyle>
#include <QStyleOptionButton>
#include <QTest>
#include <QToolButton>
#include <QTreeWidget>

using namespace Qt::StringLiterals;
using namespace warmbench;

namespace {

QStringList shownKeys(const QTreeWidget &list)
{
    QStringList keys;
    for (int i = 0; i < list.topLevelItemCount(); ++i)
        for (int j = 0; j < list.topLevelItem(i)->childCount(); ++j)
            if (!list.topLevelItem(i)->isHidden() && !list.topLevelItem(i)->child(j)->isHidden())
                keys << list.topLevelItem(i)->child(j)->text(1);
    return keys;
}

} // namespace

class TestWindowDialogs : public WindowFixture
{
    Q_OBJECT

private Q_SLOTS:
    void theListHoldsTheShortcutsThatWork();
    void shortcutsAreFoundByWords();
    void allOfAboutIsCopied();
    void theBudgetIsSetUnderTheModels();
    void anEvictedRowSaysWhyAndWhen();
    void framesOfCheckBoxesAreSeen();

private:
    template <typename T>
    T *inDialog(const QString &name)
    {
        return QApplication::activeModalWidget()->findChild<T *>(name);
    }
    void press(Qt::Key key, Qt::KeyboardModifiers modifiers = {})
    {
        QTest::keyClick(QApplication::focusWidget() ? QApplication::focusWidget() : m_window.get(),
                        key, modifiers);
    }
};

void TestWindowDialogs::theListHoldsTheShortcutsThatWork()
{
    QStringList working;
    for (const QAction *action : m_window->findChildren<QAction *>())
        for (const QKeySequence &keys : action->shortcuts())
            working << keys.toString(QKeySequence::NativeText);
    QTest::keyClick(m_window.get(), Qt::Key_F1);
    QTRY_VERIFY(QApplication::activeModalWidget());
    QStringList shown = shownKeys(*inDialog<QTreeWidget>(u"shortcutList"_s));
    shown.sort();
    working.sort();
    shown.removeDuplicates();
    working.removeDuplicates();
    QCOMPARE(shown, working);
    QCOMPARE(ui::keysOf(ui::Shortcut::ShowShortcuts), QKeySequence(Qt::Key_F1));
}

void TestWindowDialogs::shortcutsAreFoundByWords()
{
    QTest::keyClick(m_window.get(), Qt::Key_F1);
    QTRY_VERIFY(QApplication::activeModalWidget());
    auto *list = inDialog<QTreeWidget>(u"shortcutList"_s);
    QTest::keyClicks(inDialog<QLineEdit>(u"findShortcut"_s), u"page net"_s);
    QCOMPARE(shownKeys(*list), QStringList{u"Ctrl+2"_s});
    inDialog<QLineEdit>(u"findShortcut"_s)->clear();
    QTest::keyClicks(inDialog<QLineEdit>(u"findShortcut"_s), u"ctrl+k"_s);
    QCOMPARE(shownKeys(*list), QStringList{u"Ctrl+K"_s});
    inDialog<QLineEdit>(u"findShortcut"_s)->clear();
    QCOMPARE(shownKeys(*list).size(), qsizetype(ui::allShortcuts().size()));
}

void TestWindowDialogs::allOfAboutIsCopied()
{
    part<QAction>(u"about"_s)->trigger();
    QTRY_VERIFY(QApplication::activeModalWidget());
    inDialog<QPushButton>(u"copyAbout"_s)->setFocus();
    QTest::keyClick(inDialog<QPushButton>(u"copyAbout"_s), Qt::Key_Space);
    const QString copied = QApplication::clipboard()->text();
    const auto *list = inDialog<QTreeWidget>(u"usedParts"_s);
    QVERIFY(list->topLevelItemCount() > 10);
    for (int i = 0; i < list->topLevelItemCount(); ++i)
        for (int column = 0; column < 3; ++column)
            QVERIFY2(copied.contains(list->topLevelItem(i)->text(column)), qPrintable(copied));
    QVERIFY(copied.contains(QString::fromLatin1(qVersion())));
    for (const EngineVersion &engine : engineVersions())
        QVERIFY(copied.contains(
            QString::fromStdString(engine.version.empty() ? engine.reason : engine.version)));
    QVERIFY(copied.contains(QSysInfo::kernelVersion()));
}

void TestWindowDialogs::theBudgetIsSetUnderTheModels()
{
    openSample();
    auto *figures = part<QToolButton>(u"memoryFigures"_s);
    const int height = figures->parentWidget()->height();
    figures->setFocus();
    press(Qt::Key_Space);
    auto *field = part<QLineEdit>(u"budgetInPlace"_s);
    QVERIFY(field->isVisible() && field->hasFocus());
    QCOMPARE(figures->parentWidget()->height(), height);
    QTest::keyClicks(field, u"many"_s);
    press(Qt::Key_Return);
    QVERIFY(message().contains(u"\"many\""_s));
    QVERIFY(field->isVisible());
    QTest::keyClicks(field, u"400MiB"_s);
    press(Qt::Key_Return);
    QCOMPARE(m_workbench->cache().statistics().budget, mebibytes(400));
    QCOMPARE(ui::read(ui::settings::memoryBudget), u"400MiB"_s);
    QVERIFY(figures->isVisible() && figures->hasFocus());
    QTRY_VERIFY(figures->text().endsWith(u"of 400 MiB"_s));
    press(Qt::Key_Space);
    QTest::keyClicks(field, u"7MiB"_s);
    press(Qt::Key_Escape);
    QVERIFY(figures->isVisible());
    QCOMPARE(m_workbench->cache().statistics().budget, mebibytes(400));
}

void TestWindowDialogs::anEvictedRowSaysWhyAndWhen()
{
    openSample();
    runPicture("three.png");
    QTRY_COMPARE_WITH_TIMEOUT(stateOf(u"digits"_s), u"Loaded"_s, patience);
    m_workbench->cache().setBudget(Bytes{1000});
    QTRY_COMPARE_WITH_TIMEOUT(stateOf(u"digits"_s), u"Not loaded"_s, patience);
    const std::optional<ModelStatus> status = m_workbench->cache().status({"digits", {}});
    QVERIFY(status && status->evicted);
    ModelView view;
    view.status = *status;
    const WallTime then = status->evicted->when;
    const QString row = ui::stateLine(ui::modelRow(view, then, false));
    const QString clock = QDateTime::fromSecsSinceEpoch(std::chrono::system_clock::to_time_t(then))
                              .toString(u"HH:mm"_s);
    QCOMPARE(row, u"Evicted %1, to fit the new budget of 1000 B"_s.arg(clock));
    // Of another day with its date, and gone once the model is loaded.
    QVERIFY(ui::stateLine(ui::modelRow(view, then + std::chrono::hours(48), false))
                .contains(QLocale(QLocale::English)
                              .toString(QDateTime::fromSecsSinceEpoch(
                                            std::chrono::system_clock::to_time_t(then)),
                                        u"d MMM"_s)));
    view.status.state = ModelState::Ready;
    QCOMPARE(ui::stateLine(ui::modelRow(view, then, false)).section(u' ', 0, 0), u"Loaded"_s);
}

// 3 to 1 is what WCAG asks of the parts of a control.
void TestWindowDialogs::framesOfCheckBoxesAreSeen()
{
    for (const ui::Theme theme : {ui::Theme::Light, ui::Theme::Dark}) {
        ui::applyTheme(theme);
        QCheckBox box;
        box.ensurePolished();
        const QImage picture = box.grab().toImage();
        const auto light = [&](int x, int y) {
            const double value = picture.pixelColor(x, y).lightnessF();
            return std::pow(value, 2.2) + 0.05;
        };
        const int middle = picture.height() / 2;
        QStyleOptionButton option;
        option.initFrom(&box);
        const QRect indicator =
            box.style()->subElementRect(QStyle::SE_CheckBoxIndicator, &option, &box);
        const double frame = light(indicator.left(), middle);
        const double inside = light(indicator.center().x(), middle);
        const double contrast = std::max(frame, inside) / std::min(frame, inside);
        QVERIFY2(contrast > (theme == ui::Theme::Dark ? 3.0 : 1.5),
                 qPrintable(QString::number(contrast)));
    }
    ui::applyTheme(ui::Theme::System);
}

QTEST_MAIN(TestWindowDialogs)
#include "tst_window_dialogs.moc"
