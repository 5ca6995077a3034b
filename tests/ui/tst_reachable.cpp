// Every part of the window, on all pages and in all dialogs, in light and in dark: each control has
// a name and a role for screen readers and a place in the order of the Tab key, and each text
// stands out from what is painted behind it, 4.5 to 1.
#include "ui/settings.h"
#include "ui/widgets/theme.h"
#include "window_fixture.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <QAbstractButton>
#include <QAbstractItemView>
#include <QAccessible>
#include <QAction>
#include <QApplication>
#include <QTabWidget>
#include <QTest>

using namespace Qt::StringLiterals;
using namespace warmbench;

namespace {

constexpr double leastContrast = 4.5;

// As WCAG 2.2 defines it.
double luminance(QRgb colour)
{
    const auto linear = [](int part) {
        const double value = part / 255.0;
        return value <= 0.04045 ? value / 12.92 : std::pow((value + 0.055) / 1.055, 2.4);
    };
    return 0.2126 * linear(qRed(colour)) + 0.7152 * linear(qGreen(colour)) +
           0.0722 * linear(qBlue(colour));
}

double contrast(QRgb one, QRgb other)
{
    const auto [darker, lighter] = std::minmax({luminance(one), luminance(other)});
    return (lighter + 0.05) / (darker + 0.05);
}

// The best contrast of any pixel with the most frequent one, which is the background. The strokes
// of letters are smoothed, so that thin ones never reach their colour: the result is what a person
// sees, or less.
double paintedContrast(const QImage &image)
{
    std::map<QRgb, int> counts;
    for (int y = 0; y < image.height(); ++y)
        for (int x = 0; x < image.width(); ++x)
            ++counts[image.pixel(x, y)];
    const auto often = [](const auto &a, const auto &b) { return a.second < b.second; };
    const QRgb background = std::max_element(counts.begin(), counts.end(), often)->first;
    double best = 1;
    for (const auto &[colour, count] : counts)
        best = std::max(best, contrast(colour, background));
    return best;
}

// Qt's own helpers, which are reached or spoken through their owners.
bool isInner(const QWidget &widget)
{
    const QString name = widget.objectName();
    const bool kind = widget.inherits("QScrollBar") || widget.inherits("QHeaderView") ||
                      widget.inherits("QTableCornerButton") || widget.inherits("QSplitterHandle") ||
                      widget.inherits("QMenu") || widget.inherits("QMenuBar") ||
                      widget.inherits("QTabBar") || widget.inherits("QTabWidget") ||
                      widget.inherits("QLabel");
    return kind || name.startsWith("qt_"_L1) || name == "ScrollLeftButton"_L1 ||
           name == "ScrollRightButton"_L1;
}

QString called(const QWidget &widget)
{
    return QString::fromLatin1(widget.metaObject()->className()) + u" \""_s + widget.objectName() +
           u"\" of "_s +
           (widget.parentWidget()
                ? QString::fromLatin1(widget.parentWidget()->metaObject()->className())
                : u"nobody"_s);
}

QString textOf(const QWidget &widget)
{
    if (const auto *caption = dynamic_cast<const ui::CaptionLabel *>(&widget))
        return caption->text();
    return widget.property("text").toString();
}

} // namespace

class TestReachable : public WindowFixture
{
    Q_OBJECT

private Q_SLOTS:
    void init() {} // made for each theme
    void everyPartHasANameAndIsRead_data();
    void everyPartHasANameAndIsRead();

private:
    void visit(QWidget &top, const QString &place);
    void visitDialogs();
    void isInReadingOrder(QWidget &top);
    void hasName(QWidget &control);
    void isRead(QWidget &widget);
    void isRead(QWidget &widget, const QRect &place, const QString &text);

    QString m_place;
    QStringList m_faults;
    int m_controls = 0;
    int m_texts = 0;
};

void TestReachable::hasName(QWidget &control)
{
    ++m_controls;
    QAccessibleInterface *spoken = QAccessible::queryAccessibleInterface(&control);
    if (!spoken || spoken->text(QAccessible::Name).isEmpty())
        m_faults << m_place + u": no name: "_s + called(control);
    else if (spoken->role() == QAccessible::NoRole ||
             (spoken->role() == QAccessible::Client &&
              !control.inherits("QScrollArea"))) // Qt gives these no other
        m_faults << m_place + u": no role: "_s + called(control);
}

void TestReachable::isRead(QWidget &widget)
{
    isRead(widget, widget.rect(), textOf(widget));
    auto *view = qobject_cast<QAbstractItemView *>(&widget);
    if (!view || !view->model())
        return;
    for (int row = 0; row < std::min(view->model()->rowCount(), 20); ++row)
        for (int column = 0; column < view->model()->columnCount(); ++column) {
            const QModelIndex cell = view->model()->index(row, column);
            isRead(*view->viewport(), view->visualRect(cell), cell.data().toString());
        }
}

void TestReachable::isRead(QWidget &widget, const QRect &place, const QString &text)
{
    const QRect seen = widget.visibleRegion().boundingRect() & place;
    if (text.trimmed().isEmpty() || seen.width() < 12 || seen.height() < 8)
        return;
    ++m_texts;
    const QRect inWindow(widget.mapTo(widget.window(), seen.topLeft()), seen.size());
    const double best = paintedContrast(widget.window()->grab(inWindow).toImage());
    if (best < leastContrast)
        m_faults << u"%1: contrast %2: %3, \"%4\""_s.arg(m_place)
                        .arg(best, 0, 'f', 2)
                        .arg(called(widget), text.left(30));
}

void TestReachable::visit(QWidget &top, const QString &place)
{
    m_place = place;
    QTest::qWait(50);
    QSet<const QWidget *> chain;
    for (QWidget *next = top.nextInFocusChain(); next != &top; next = next->nextInFocusChain())
        chain << next;
    for (QWidget *widget : top.findChildren<QWidget *>()) {
        if (!widget->isVisible() || widget->window() != &top)
            continue;
        const bool button = qobject_cast<QAbstractButton *>(widget) != nullptr;
        if ((button || widget->focusPolicy() != Qt::NoFocus) && !isInner(*widget)) {
            hasName(*widget);
            const bool byTab = (widget->focusPolicy() & Qt::TabFocus) != 0;
            const bool inside = widget->focusProxy() ||
                                widget->parentWidget()->inherits("QTabBar") ||
                                widget->parentWidget()->inherits("QLineEdit");
            if (!inside && (!byTab || !chain.contains(widget)))
                m_faults << m_place + u": Tab passes by: "_s + called(*widget);
        }
        // What is switched off may be faint.
        if (widget->isEnabled())
            isRead(*widget);
    }
    isInReadingOrder(top);
}

// Among neighbours, Tab goes down, and to the right within a row.
void TestReachable::isInReadingOrder(QWidget &top)
{
    std::map<const QWidget *, const QWidget *> last; // of each parent
    for (QWidget *next = top.nextInFocusChain(); next != &top; next = next->nextInFocusChain()) {
        if (!next->isVisible() || !(next->focusPolicy() & Qt::TabFocus) || isInner(*next))
            continue;
        const QWidget *&before = last[next->parentWidget()];
        const QRect here = next->geometry();
        if (before && (here.bottom() < before->geometry().top() ||
                       (here.right() < before->geometry().left() &&
                        here.top() <= before->geometry().bottom())))
            m_faults << u"%1: Tab goes back from %2 to %3"_s.arg(m_place, called(*before),
                                                                 called(*next));
        before = next;
    }
}

void TestReachable::visitDialogs()
{
    for (const QString &name :
         {u"searchEverything"_s, u"preferences"_s, u"shortcuts"_s, u"about"_s, u"open"_s}) {
        part<QAction>(name)->trigger();
        QTRY_VERIFY(QApplication::activeModalWidget());
        QWidget *dialog = QApplication::activeModalWidget();
        if (name != "open"_L1) // Qt's own
            visit(*dialog, name);
        dialog->close();
        QTRY_VERIFY(!QApplication::activeModalWidget());
    }
}

void TestReachable::everyPartHasANameAndIsRead_data()
{
    QTest::addColumn<QString>("theme");
    QTest::newRow("light") << u"light"_s;
    QTest::newRow("dark") << u"dark"_s;
}

void TestReachable::everyPartHasANameAndIsRead()
{
    QFETCH(QString, theme);
    m_faults.clear();
    m_controls = m_texts = 0;
    WindowFixture::init();
    m_window.reset();
    ui::write(ui::settings::theme, theme);
    makeWindow();
    visit(*m_window, u"first run"_s);
    openSample();
    runPicture("three.png");
    part<QAction>(u"resetLayout"_s)->trigger();
    auto *pages = part<QTabWidget>(u"pages"_s);
    for (const QString &model : {u"digits"_s, u"iris"_s}) {
        select(model);
        part<QAction>(u"run"_s)->trigger();
        for (int page = 0; page < pages->count(); ++page) {
            pages->setCurrentIndex(page);
            visit(*m_window, model + u", "_s + pages->tabText(page));
        }
        pages->setCurrentIndex(0);
    }
    for (const QString &drawer : {u"showRequests"_s, u"showLog"_s, u"showMonitor"_s}) {
        part<QAction>(drawer)->trigger();
        visit(*m_window, drawer);
    }
    part<QAbstractButton>(u"monitorAsTable"_s)->click();
    visit(*m_window, u"monitor's table"_s);
    part<QAbstractButton>(u"monitorAsTable"_s)->click();
    part<QAbstractButton>(u"memoryFigures"_s)->click();
    visit(*m_window, u"budget"_s);
    drop({written(u"rows.csv"_s, "1,2,3,4\n5,6,7,8\n")});
    QTest::qWait(300);
    visit(*m_window, u"rows"_s);
    drop({}); // refused with a message
    visit(*m_window, u"message"_s);
    visitDialogs();
    m_faults.removeDuplicates();
    std::fprintf(stderr, "%d controls and %d texts were looked at.\n", m_controls, m_texts);
    QVERIFY2(m_faults.isEmpty(), qPrintable(u'\n' + m_faults.join(u'\n')));
    QVERIFY(m_controls > 200 && m_texts > 150);
}

QTEST_MAIN(TestReachable)
#include "tst_reachable.moc"
