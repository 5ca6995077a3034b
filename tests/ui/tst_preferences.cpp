// What a person sets of the running program, by the keyboard alone: it holds at once and at the
// next start, what was given for this run stands above it, and what is refused changes nothing.
#include "http_client.h"
#include "ui/models/models_panel.h"
#include "ui/preferences.h"
#include "ui/settings.h"
#include "ui/widgets/theme.h"
#include "window_api.h"
#include "window_fixture.h"

#include <QApplication>
#include <QComboBox>
#include <QDialog>
#include <QLineEdit>
#include <QPushButton>
#include <QSpinBox>
#include <QTcpServer>
#include <QTest>

using namespace Qt::StringLiterals;
using namespace warmbench;

class TestPreferences : public WindowFixture
{
    Q_OBJECT

private Q_SLOTS:
    void cleanup();
    void theBudgetHoldsAtOnceAndAtTheNextStart();
    void whatIsNoSizeIsRefusedBesideItsField();
    void theTimeOfIdleModels();
    void whatWasGivenStandsAbove();
    void aBusyPortLeavesTheOldOne();
    void thePortMovesByKeys();
    void theTextGrowsAtOnceAndStaysSo();
    void theThemeIsTheMenus();
    void defaultsComeBack();

private:
    // Opens the dialog by its keys and goes to a field with Tab.
    QDialog *opened();
    void press(Qt::Key key) { QTest::keyClick(QApplication::focusWidget(), key); }
    void type(const QString &field, const QString &text);
    template <typename T>
    T *field(const QString &name)
    {
        return QApplication::activeModalWidget()->findChild<T *>(name);
    }
    QString note(const QString &name) { return field<QLabel>(name + u"Note"_s)->text(); }
    Bytes budget() const { return m_workbench->cache().statistics().budget; }
};

void TestPreferences::cleanup()
{
    WindowFixture::cleanup();
    ui::applyTextSize(100);
}

QDialog *TestPreferences::opened()
{
    m_window->activateWindow();
    if (!QTest::qWaitForWindowActive(m_window.get()))
        return nullptr;
    QTest::keyClick(m_window.get(), Qt::Key_Comma, Qt::ControlModifier);
    auto *dialog = qobject_cast<QDialog *>(QApplication::activeModalWidget());
    const auto speaks = [dialog] { return dialog->isAncestorOf(QApplication::focusWidget()); };
    return dialog && QTest::qWaitFor(speaks, patience) ? dialog : nullptr;
}

void TestPreferences::type(const QString &name, const QString &text)
{
    constexpr int most = 20; // more stops than the dialog has
    for (int i = 0; i < most && QApplication::focusWidget()->objectName() != name; ++i)
        press(Qt::Key_Tab);
    QCOMPARE(QApplication::focusWidget()->objectName(), name);
    QTest::keyClick(QApplication::focusWidget(), Qt::Key_A, Qt::ControlModifier);
    QTest::keyClicks(QApplication::focusWidget(), text);
    press(Qt::Key_Return);
}

void TestPreferences::theBudgetHoldsAtOnceAndAtTheNextStart()
{
    QVERIFY(opened());
    type(u"budgetField"_s, u"300MiB"_s);
    QCOMPARE(budget(), mebibytes(300));
    QCOMPARE(field<QLineEdit>(u"budgetField"_s)->text(), u"300 MiB"_s);
    QCOMPARE(ui::keptBudget(), std::optional(mebibytes(300)));
    QVERIFY(QApplication::activeModalWidget()); // Return closes nothing
    press(Qt::Key_Escape);
    QVERIFY(!QApplication::activeModalWidget());
}

void TestPreferences::whatIsNoSizeIsRefusedBesideItsField()
{
    QVERIFY(opened());
    const Bytes before = budget();
    for (const QString &wrong : {u"much"_s, u"0"_s, u"-3GiB"_s}) {
        type(u"budgetField"_s, wrong);
        QVERIFY2(note(u"budgetField"_s).startsWith(u"⚠"_s), qPrintable(wrong));
        QCOMPARE(field<QLineEdit>(u"budgetField"_s)->text(), wrong); // to be mended
    }
    QCOMPARE(budget(), before);
    QVERIFY(!ui::keptBudget());
    const int height = field<QLabel>(u"budgetFieldNote"_s)->height();
    type(u"budgetField"_s, u"1GiB"_s);
    QVERIFY(!note(u"budgetField"_s).startsWith(u"⚠"_s));
    QCOMPARE(field<QLabel>(u"budgetFieldNote"_s)->height(), height);
    QCOMPARE(budget(), mebibytes(1024));
}

void TestPreferences::theTimeOfIdleModels()
{
    QVERIFY(opened());
    type(u"keepAliveField"_s, u"90s"_s);
    QCOMPARE(m_workbench->cache().keepAlive(), Milliseconds(90'000));
    QCOMPARE(ui::keptKeepAlive(), std::optional(Milliseconds(90'000)));
    type(u"keepAliveField"_s, u"never"_s);
    QCOMPARE(m_workbench->cache().keepAlive(), forever);
    QCOMPARE(ui::keptKeepAlive(), std::optional(forever));
    type(u"keepAliveField"_s, u"soon"_s);
    QVERIFY(note(u"keepAliveField"_s).contains(u"\"soon\""_s));
    QCOMPARE(m_workbench->cache().keepAlive(), forever);
}

void TestPreferences::whatWasGivenStandsAbove()
{
    const Bytes before = budget();
    m_window->setStart({mebibytes(1000),
                        forever,
                        5000,
                        {u"on the command line: --memory-budget 2GiB"_s, QString(), QString()}});
    QVERIFY(opened());
    QVERIFY(!field<QLineEdit>(u"budgetField"_s)->isEnabled());
    QCOMPARE(note(u"budgetField"_s), u"Given on the command line: --memory-budget 2GiB"_s);
    field<QPushButton>(u"restoreDefaults"_s)->setFocus();
    press(Qt::Key_Space);
    QCOMPARE(budget(), before);
    QVERIFY(field<QLineEdit>(u"portField"_s)->isEnabled());
    // Nor from any other place.
    QVERIFY(!part<ui::Preferences>({})->set(ui::Preference::Budget, u"1GiB"_s));
    QCOMPARE(budget(), before);
    QVERIFY(!ui::keptBudget());
}

void TestPreferences::aBusyPortLeavesTheOldOne()
{
    QVERIFY(opened());
    type(u"portField"_s, QString::number(FakeApi::taken));
    QCOMPARE(note(u"portField"_s), u"⚠ Port 4999 is taken by a test."_s);
    QCOMPARE(m_api->port(), 5000);
    QVERIFY(!ui::keptPort());
    type(u"portField"_s, u"70000"_s);
    QVERIFY(note(u"portField"_s).startsWith(u"⚠ Write the number"_s));
    type(u"portField"_s, u"5007"_s);
    QCOMPARE(m_api->port(), 5007);
    QCOMPARE(ui::keptPort(), std::optional(5007));
}

// With the real server.
void TestPreferences::thePortMovesByKeys()
{
    m_window.reset();
    http::HttpOptions options;
    options.port = 0;
    app::WindowApi api(*m_workbench, options, std::chrono::seconds(1));
    api.start();
    const auto old = static_cast<std::uint16_t>(api.port());
    QCOMPARE(HttpClient(old).exchange("GET", "/health").status, 200);
    m_window = std::make_unique<ui::MainWindow>(*m_workbench, api);
    m_window->show();
    QVERIFY(QTest::qWaitForWindowExposed(m_window.get()));
    QTcpServer busy;
    QVERIFY(busy.listen(QHostAddress::LocalHost));
    QVERIFY(opened());
    type(u"portField"_s, QString::number(busy.serverPort()));
    QVERIFY(note(u"portField"_s).contains(u"is taken"_s));
    QCOMPARE(HttpClient(old).exchange("GET", "/health").status, 200);

    const quint16 free = busy.serverPort();
    busy.close();
    type(u"portField"_s, u" "_s + QString::number(free));
    QCOMPARE(note(u"portField"_s).startsWith(u"⚠"_s), false);
    QCOMPARE(HttpClient(free).exchange("GET", "/health").status, 200);
    QTRY_VERIFY_WITH_TIMEOUT(!HttpClient(old).connected(), patience);
    QVERIFY(api.url().endsWith(u":%1"_s.arg(free)));
    QVERIFY(part<QAbstractButton>(u"apiAddress"_s)->text().endsWith(u":%1"_s.arg(free)));
    // A server that is switched off stays so, and begins on the port that was chosen.
    api.stop();
    QVERIFY(api.moveTo(old));
    QVERIFY(!api.isRunning());
    api.start();
    QCOMPARE(api.port(), int(old));
    m_window.reset();
}

void TestPreferences::theTextGrowsAtOnceAndStaysSo()
{
    const qreal usual = QApplication::font().pointSizeF();
    auto *status = part<QLabel>(u"statusHits"_s);
    const int height = status->sizeHint().height();
    auto *title = part<QLabel>(u"modelName"_s);
    const qreal large = title->font().pointSizeF();
    QVERIFY(large > usual);
    const int models = part<ui::ModelsPanel>({})->minimumWidth();
    QVERIFY(opened());
    type(u"textSizeField"_s, u"150"_s);
    QCOMPARE(QApplication::font().pointSizeF(), usual * 1.5);
    QTRY_COMPARE(status->font().pointSizeF(), usual * 1.5);
    QVERIFY(status->sizeHint().height() > height);
    QVERIFY(part<ui::ModelsPanel>({})->minimumWidth() > models); // hits and misses are not cut
    press(Qt::Key_Up);
    QCOMPARE(ui::read(ui::settings::textSize), 160);
    // Letters with a size of their own grow as much.
    QVERIFY(qFuzzyCompare(title->font().pointSizeF(), large * 1.6));
    m_window.reset();
    ui::applyTextSize(100); // as a program that starts
    QCOMPARE(QApplication::font().pointSizeF(), usual);
    makeWindow();
    QCOMPARE(part<QLabel>(u"statusHits"_s)->font().pointSizeF(), usual * 1.6);
    QVERIFY(qFuzzyCompare(part<QLabel>(u"modelName"_s)->font().pointSizeF(), large * 1.6));
}

void TestPreferences::theThemeIsTheMenus()
{
    QVERIFY(opened());
    auto *theme = field<QComboBox>(u"themeField"_s);
    theme->setFocus();
    press(Qt::Key_End);
    QCOMPARE(theme->currentText(), u"Dark"_s);
    QVERIFY(ui::isDark(QApplication::palette()));
    QCOMPARE(ui::read(ui::settings::theme), u"dark"_s);
    press(Qt::Key_Home);
    QCOMPARE(ui::read(ui::settings::theme), u"system"_s);
}

void TestPreferences::defaultsComeBack()
{
    m_window->setStart({mebibytes(1000), Milliseconds(60'000), 5000, {}});
    QVERIFY(opened());
    type(u"budgetField"_s, u"2GiB"_s);
    type(u"portField"_s, u"5011"_s);
    type(u"textSizeField"_s, u"120"_s);
    field<QPushButton>(u"restoreDefaults"_s)->setFocus();
    press(Qt::Key_Space);
    QCOMPARE(budget(), mebibytes(1000));
    QCOMPARE(m_workbench->cache().keepAlive(), Milliseconds(60'000));
    QCOMPARE(m_api->port(), 5000);
    QCOMPARE(field<QSpinBox>(u"textSizeField"_s)->value(), 100);
    QVERIFY(!ui::keptBudget() && !ui::keptPort() && !ui::keptKeepAlive());
    QCOMPARE(field<QLineEdit>(u"portField"_s)->text(), u"5000"_s);
}

QTEST_MAIN(TestPreferences)
#include "tst_preferences.moc"
