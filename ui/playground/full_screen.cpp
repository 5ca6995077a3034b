#include "ui/playground/full_screen.h"

#include "ui/shortcuts.h"
#include "ui/widgets/icons.h"

#include <QAction>
#include <QApplication>
#include <QKeyEvent>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace warmbench::ui {

FullScreen::FullScreen(QWidget *content, QWidget *parent)
    : QWidget(parent)
    , m_content(content)
    , m_home(new QVBoxLayout(this))
    , m_action(new QAction(icon(u"full-screen"_s), tr("Full screen"), this))
{
    m_action->setObjectName(u"fullScreen"_s);
    setShortcut(m_action, tr("Show the picture on the whole screen; Esc leaves it"),
                Shortcut::FullScreen);
    m_home->setContentsMargins(0, 0, 0, 0);
    m_home->addWidget(content);
    content->addAction(m_action); // it goes along, so that the shortcut works on the screen, too
    connect(m_action, &QAction::triggered, this, [this] { m_screen ? leave() : enter(); });
}

void FullScreen::enter()
{
    m_focused = QApplication::focusWidget();
    m_screen = new QWidget(this, Qt::Window);
    m_screen->setObjectName(u"fullScreenWindow"_s);
    m_screen->setWindowTitle(window()->windowTitle());
    m_screen->installEventFilter(this);
    auto *layout = new QVBoxLayout(m_screen);
    layout->addWidget(m_content);
    m_content->show();
    m_screen->showFullScreen();
    m_content->setFocus();
}

void FullScreen::leave()
{
    m_home->addWidget(m_content);
    m_content->show();
    m_screen->removeEventFilter(this);
    m_screen->hide();
    m_screen->deleteLater();
    m_screen = nullptr;
    window()->activateWindow();
    if (m_focused)
        m_focused->setFocus();
}

bool FullScreen::eventFilter(QObject *watched, QEvent *event)
{
    const bool escape = event->type() == QEvent::KeyPress &&
                        static_cast<QKeyEvent *>(event)->key() == Qt::Key_Escape;
    if (escape || event->type() == QEvent::Close) {
        leave();
        event->accept();
        return true;
    }
    return QWidget::eventFilter(watched, event);
}

} // namespace warmbench::ui
