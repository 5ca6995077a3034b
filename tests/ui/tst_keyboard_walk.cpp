// The first minutes of somebody without a mouse: the sample is opened, run twice, asked over HTTP
// as copied, sent, refreshed and evicted, and the window is left; by real key events alone.
#include "http/http_server.h"
#include "window_fixture.h"

#include <QAction>
#include <QApplication>
#include <QClipboard>
#include <QListView>
#include <QMenu>
#include <QMenuBar>
#include <QProcess>
#include <QTabWidget>
#include <QTest>

using namespace Qt::StringLiterals;
using namespace warmbench;

class TestKeyboardWalk : public WindowFixture
{
    Q_OBJECT

private Q_SLOTS:
    void cleanup()
    {
        m_server.reset();
        WindowFixture::cleanup();
    }
    void fromTheSampleToTheEnd();

private:
    // To whom a keyboard speaks: an open menu, else the focus.
    void press(Qt::Key key, Qt::KeyboardModifiers modifiers = Qt::NoModifier);
    bool tabTo(const QString &name);
    // Opens the menu that `letter` opens and walks down to the action.
    bool chooseInMenu(Qt::Key letter, const QString &action);
    QString hits() const { return part<QLabel>(u"statusHits"_s)->text(); }

    std::unique_ptr<http::HttpServer> m_server;
};

void TestKeyboardWalk::press(Qt::Key key, Qt::KeyboardModifiers modifiers)
{
    QWidget *listener = QApplication::activePopupWidget();
    if (!listener)
        listener = QApplication::focusWidget();
    QTest::keyClick(listener ? listener : m_window.get(), key, modifiers);
}

bool TestKeyboardWalk::tabTo(const QString &name)
{
    constexpr int most = 150; // more stops than the window has
    for (int i = 0; i < most; ++i) {
        const QWidget *focused = QApplication::focusWidget();
        if (focused && focused->objectName() == name)
            return true;
        press(Qt::Key_Tab);
    }
    return false;
}

bool TestKeyboardWalk::chooseInMenu(Qt::Key letter, const QString &action)
{
    press(letter, Qt::AltModifier);
    auto *menu = qobject_cast<QMenu *>(QApplication::activePopupWidget());
    for (qsizetype i = 0; menu && i < 2 * menu->actions().size(); ++i) {
        if (menu->activeAction() && menu->activeAction()->objectName() == action) {
            press(Qt::Key_Return);
            // The menu was a window too; without a window manager nobody else gives the focus back.
            return QTest::qWaitFor([this] {
                m_window->activateWindow();
                return QApplication::activeWindow() == m_window.get();
            });
        }
        press(Qt::Key_Down);
    }
    return false;
}

void TestKeyboardWalk::fromTheSampleToTheEnd()
{
    http::HttpOptions options;
    options.port = 0;
    m_server = std::make_unique<http::HttpServer>(*m_workbench, options);
    QVERIFY(m_server->start());
    m_api->setUrl(QString::fromStdString(m_server->url()));
    m_window->activateWindow();
    QVERIFY(QTest::qWaitForWindowActive(m_window.get()));

    QVERIFY(tabTo(u"trySample"_s));
    press(Qt::Key_Space);
    auto *models = part<QListView>(u"modelList"_s);
    QTRY_COMPARE_WITH_TIMEOUT(models->model()->rowCount(), 2, patience);
    QVERIFY(tabTo(u"modelList"_s));
    press(Qt::Key_Home);
    while (models->currentIndex().data().toString() != u"digits"_s &&
           models->currentIndex().row() + 1 < models->model()->rowCount())
        press(Qt::Key_Down);
    QTRY_COMPARE_WITH_TIMEOUT(part<QLabel>(u"modelName"_s)->text(), u"digits"_s, patience);

    // A picture of the strip is a run; then the same again.
    QTRY_VERIFY_WITH_TIMEOUT(part<QWidget>(u"sampleStrip"_s)->isVisible(), patience);
    QVERIFY(tabTo(u"sampleStrip"_s));
    press(Qt::Key_Right);
    press(Qt::Key_Return);
    QTRY_VERIFY2_WITH_TIMEOUT(outcome().contains(u"miss"_s), qPrintable(outcome()), patience);
    QTRY_VERIFY_WITH_TIMEOUT(part<QAction>(u"run"_s)->isEnabled(), patience);
    press(Qt::Key_Return, Qt::ControlModifier);
    QTRY_VERIFY2_WITH_TIMEOUT(outcome().contains(u"hit"_s), qPrintable(outcome()), patience);
    QTRY_COMPARE_WITH_TIMEOUT(hits(), u"Hits 1 · misses 1"_s, patience);

    // What is on the clipboard is sent by a shell, and the window counts it.
    QApplication::clipboard()->clear();
    press(Qt::Key_C, Qt::ControlModifier | Qt::ShiftModifier);
    QTRY_VERIFY_WITH_TIMEOUT(QApplication::clipboard()->text().startsWith(u"curl "_s), patience);
    QProcess shell;
    shell.start(u"bash"_s, {u"-c"_s, QApplication::clipboard()->text()}, QIODevice::ReadOnly);
    QTRY_COMPARE_WITH_TIMEOUT(shell.state(), QProcess::NotRunning, patience);
    const QByteArray answer = shell.readAllStandardOutput();
    QVERIFY2(answer.contains("\"prediction\""), answer + shell.readAllStandardError());
    QTRY_COMPARE_WITH_TIMEOUT(hits(), u"Hits 2 · misses 1"_s, patience);

    // The same from the window itself.
    auto *pages = part<QTabWidget>(u"pages"_s);
    for (int page = 0;
         page < pages->count() && pages->currentWidget()->objectName() != u"apiPage"_s; ++page)
        press(static_cast<Qt::Key>(Qt::Key_1 + page), Qt::ControlModifier);
    QTRY_VERIFY_WITH_TIMEOUT(part<QWidget>(u"sendRequest"_s)->isEnabled(), patience);
    QVERIFY(tabTo(u"sendRequest"_s));
    press(Qt::Key_Space);
    QTRY_COMPARE_WITH_TIMEOUT(hits(), u"Hits 3 · misses 1"_s, patience);
    press(Qt::Key_1, Qt::ControlModifier);

    press(Qt::Key_F5);
    QTRY_VERIFY2_WITH_TIMEOUT(message().contains(u"nothing has changed"_s), qPrintable(message()),
                              patience);
    QCOMPARE(stateOf(u"digits"_s), u"Loaded"_s);
    QVERIFY(chooseInMenu(Qt::Key_M, u"evictModel"_s));
    QTRY_VERIFY2_WITH_TIMEOUT(stateOf(u"digits"_s) != u"Loaded"_s, qPrintable(stateOf(u"digits"_s)),
                              patience);
    QTRY_COMPARE_WITH_TIMEOUT(m_workbench->cache().statistics().modelBytes.count, 0, patience);

    press(Qt::Key_Q, Qt::ControlModifier);
    QVERIFY(!m_window->isVisible());
}

QTEST_MAIN(TestKeyboardWalk)
#include "tst_keyboard_walk.moc"
