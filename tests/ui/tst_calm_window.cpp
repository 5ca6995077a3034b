// What the window keeps calm: nothing moves because a text comes or goes, all of it fits into a
// small window, answers out of date say so, the keyboard and screen readers reach everything.
#include "ui/settings.h"
#include "window_fixture.h"

#include <map>
#include <QAction>
#include <QApplication>
#include <QClipboard>
#include <QDoubleSpinBox>
#include <QFile>
#include <QListView>
#include <QSplitter>
#include <QTest>
#include <QTreeWidget>

using namespace Qt::StringLiterals;
using namespace warmbench;

class TestCalmWindow : public WindowFixture
{
    Q_OBJECT

private Q_SLOTS:
    void theLayoutIsRememberedAndReset();
    void theLayoutOfAnotherVersionIsLeftAlone();
    void theKeyboardReachesEveryButton();
    void f6MovesFromPartToPart();
    void anAnswerThatIsOutOfDateSaysSo();
    void aTextThatComesOrGoesMovesNothing();
    void aSmallWindowHasRoomForAll();
    void aMessageLeavesThePasteLineFree();

private:
    using Places = std::map<const QWidget *, QRect>;
    Places places() const;
    QString moved(const Places &before) const;
};

void TestCalmWindow::theLayoutIsRememberedAndReset()
{
    openSample();
    QVERIFY(part<QWidget>(u"inspectorTree"_s)->isVisible());
    part<QAction>(u"showFacts"_s)->trigger();
    part<QAction>(u"showLog"_s)->trigger();
    QVERIFY(!part<QWidget>(u"inspectorTree"_s)->isVisible());
    m_window->close();
    makeWindow();
    m_window->trySample();
    QTRY_VERIFY_WITH_TIMEOUT(part<QWidget>(u"modelList"_s)->isVisible(), patience);
    QVERIFY(!part<QWidget>(u"inspectorTree"_s)->isVisible());
    QVERIFY(part<QWidget>(u"logView"_s)->isVisible());
    part<QAction>(u"resetLayout"_s)->trigger();
    QVERIFY(part<QWidget>(u"inspectorTree"_s)->isVisible());
    QVERIFY(!part<QWidget>(u"logView"_s)->isVisible());
}

void TestCalmWindow::theLayoutOfAnotherVersionIsLeftAlone()
{
    part<QAction>(u"showMonitor"_s)->trigger();
    QVERIFY(!part<QWidget>(u"drawer"_s)->isVisible());
    m_window->close();
    ui::write(ui::settings::layoutVersion, 999);
    makeWindow();
    QVERIFY(part<QWidget>(u"drawer"_s)->isVisible());
}

void TestCalmWindow::theKeyboardReachesEveryButton()
{
    openSample();
    runPicture("three.png");
    m_window->activateWindow();
    QVERIFY(QTest::qWaitForWindowActive(m_window.get()));
    part<QListView>(u"modelList"_s)->setFocus();
    QSet<QString> reached;
    for (int i = 0; i < 120; ++i) {
        if (const QWidget *focused = QApplication::focusWidget())
            reached << focused->objectName();
        QTest::keyClick(m_window->focusWidget() ? m_window->focusWidget() : m_window.get(),
                        Qt::Key_Tab);
    }
    for (const QString &name :
         {u"modelList"_s, u"openButton"_s, u"refreshModelButton"_s, u"runButton"_s, u"apiAddress"_s,
          u"inspectorTree"_s, u"pauseMonitor"_s, u"sampleStrip"_s, u"foldOutputs"_s,
          u"showMonitorButton"_s, u"showLogButton"_s})
        QVERIFY2(reached.contains(name),
                 qPrintable(name + u" of "_s + QStringList(reached.values()).join(u", "_s)));
}

void TestCalmWindow::f6MovesFromPartToPart()
{
    openSample();
    runPicture("three.png");
    m_window->activateWindow();
    QVERIFY(QTest::qWaitForWindowActive(m_window.get()));
    part<QListView>(u"modelList"_s)->setFocus();
    QSet<const QWidget *> visited;
    for (int i = 0; i < 5; ++i) {
        QTest::keyClick(m_window->focusWidget(), Qt::Key_F6);
        visited << QApplication::focusWidget();
    }
    QCOMPARE(visited.size(), 5);
    QCOMPARE(QApplication::focusWidget()->objectName(), u"modelList"_s); // once around
}

void TestCalmWindow::anAnswerThatIsOutOfDateSaysSo()
{
    openSample();
    runPicture("three.png");
    QCOMPARE(notice(), QString());
    QVERIFY(written(u"digits.labels.txt"_s, "0\n1\n2\n3\n4\n5\n6\n7\neight\n9\n").isValid());
    // As a client of the API does; the window's own Refresh asks for the answer again.
    m_workbench->cache().refresh({"digits", {}}, RefreshKind::IfChanged, [](const auto &) {});
    QTRY_VERIFY_WITH_TIMEOUT(notice().startsWith(u"The model has changed since this answer"_s),
                             patience);
    part<QAction>(u"run"_s)->trigger();
    QTRY_COMPARE_WITH_TIMEOUT(notice(), QString(), patience);

    select(u"iris"_s);
    QTRY_VERIFY_WITH_TIMEOUT(part<QDoubleSpinBox>(u"feature0"_s), patience);
    part<QAction>(u"run"_s)->trigger();
    QTRY_VERIFY_WITH_TIMEOUT(!outcome().isEmpty(), patience);
    part<QDoubleSpinBox>(u"feature0"_s)->stepUp();
    QVERIFY2(notice().startsWith(u"The input has changed since this answer"_s),
             qPrintable(notice()));
    part<QAction>(u"run"_s)->trigger();
    QTRY_COMPARE_WITH_TIMEOUT(notice(), QString(), patience);
}

TestCalmWindow::Places TestCalmWindow::places() const
{
    QApplication::processEvents(); // what a change asks of the layouts
    QApplication::sendPostedEvents(nullptr, QEvent::LayoutRequest);
    Places found;
    for (const QWidget *widget : m_window->findChildren<QWidget *>()) {
        const bool inMessage = part<QWidget>(u"message"_s)->isAncestorOf(widget);
        if (widget->isVisible() && !inMessage && widget->objectName() != "message"_L1)
            found[widget] = QRect(widget->mapTo(m_window.get(), QPoint()), widget->size());
    }
    return found;
}

// The widgets that stood elsewhere before, or were not there.
QString TestCalmWindow::moved(const Places &before) const
{
    QStringList all;
    for (const auto &[widget, place] : places()) {
        const auto found = before.find(widget);
        if (found == before.end() || found->second != place)
            all << QString::fromLatin1(widget->metaObject()->className()) + u' ' +
                       widget->objectName();
    }
    return all.join(u", "_s);
}

void TestCalmWindow::aTextThatComesOrGoesMovesNothing()
{
    openSample();
    runPicture("three.png");
    part<QAction>(u"run"_s)->trigger();
    QTRY_VERIFY_WITH_TIMEOUT(outcome().contains(u"hit"_s), patience);
    auto before = places();
    QVERIFY(before.size() > 60);
    const auto after = [&](const QString &said) {
        QTRY_VERIFY2_WITH_TIMEOUT(message().contains(said), qPrintable(message()), patience);
        QVERIFY(part<QWidget>(u"message"_s)->isVisible());
        QCOMPARE(moved(before), QString());
    };
    drop({QUrl::fromLocalFile(sample("digits.warmbench.json"))});
    after(u"settings file"_s);
    part<QAction>(u"refreshModel"_s)->trigger();
    after(u"nothing has changed"_s);
    // A bad file: the old instance goes on.
    QVERIFY(QFile(sample("digits.onnx")).resize(200));
    part<QAction>(u"refreshModel"_s)->trigger();
    QTRY_VERIFY_WITH_TIMEOUT(notice().contains(u"old instance"_s), patience);
    QCOMPARE(moved(before), QString());
    part<QAction>(u"run"_s)->trigger();
    QTRY_VERIFY_WITH_TIMEOUT(message().isEmpty(), patience);
    QCOMPARE(moved(before), QString());
    // Two runs that fail: only what is opened differs.
    QApplication::clipboard()->setText(u"no numbers"_s);
    part<QAction>(u"pasteInput"_s)->trigger();
    QTRY_VERIFY_WITH_TIMEOUT(message().contains(u"neither a picture"_s), patience);
    before = places();
    drop({written(u"short.json"_s, "{\"input\": [1, 2, 3]}")});
    after(u"64"_s);
}

void TestCalmWindow::aSmallWindowHasRoomForAll()
{
    openSample();
    runPicture("three.png");
    const auto needed = [this] { return m_window->minimumSizeHint(); };
    QString parts = u"%1 x %2"_s.arg(needed().width()).arg(needed().height());
    for (const QSplitter *splitter : m_window->findChildren<QSplitter *>())
        for (int i = 0; i < splitter->count(); ++i)
            parts += u", %1 of %2 %3 x %4"_s.arg(i)
                         .arg(splitter->objectName())
                         .arg(splitter->widget(i)->minimumSizeHint().width())
                         .arg(splitter->widget(i)->minimumSizeHint().height());
    QVERIFY2(needed().width() <= 960 && needed().height() <= 600, qPrintable(parts));
    const QSize least = needed();
    QVERIFY(QFile(sample("digits.onnx")).resize(200));
    part<QAction>(u"refreshModel"_s)->trigger();
    QTRY_VERIFY_WITH_TIMEOUT(!message().isEmpty(), patience);
    QCOMPARE(needed(), least); // a long sentence asks for no room
    m_window->resize(960, 600);
    for (const auto &[widget, place] : places())
        QVERIFY2(widget->parentWidget()->inherits("QAbstractScrollArea") ||
                     m_window->rect().contains(place) || place.isEmpty(),
                 qPrintable(widget->objectName()));
    for (const QString &name : {u"runButton"_s, u"apiAddress"_s, u"modelList"_s, u"inspectorTree"_s,
                                u"foldTimings"_s, u"showLogButton"_s})
        QVERIFY2(part<QWidget>(name)->isVisible() && part<QWidget>(name)->width() >= 40 &&
                     part<QWidget>(name)->height() >= 14,
                 qPrintable(name));
}

void TestCalmWindow::aMessageLeavesThePasteLineFree()
{
    openSample();
    select(u"iris"_s);
    m_window->resize(960, 600);
    QTRY_VERIFY_WITH_TIMEOUT(
        part<QWidget>(u"pasteRow"_s) && part<QWidget>(u"pasteRow"_s)->isVisible(), patience);
    m_window->openPaths({u"/no/such/folder/first.onnx"_s, u"/no/such/folder/second.onnx"_s,
                         u"/no/such/folder/third.onnx"_s});
    QTRY_VERIFY_WITH_TIMEOUT(message().count(u'\n') == 2, patience);
    const auto place = [this](const QString &name) {
        const auto *widget = part<QWidget>(name);
        return QRect(widget->mapTo(m_window.get(), QPoint()), widget->size());
    };
    QVERIFY(!place(u"message"_s).intersects(place(u"pasteRow"_s)));
}

QTEST_MAIN(TestCalmWindow)
#include "tst_calm_window.moc"
