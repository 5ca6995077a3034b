// Shows one widget alone on the whole screen, until Esc or the same shortcut brings it back where
// it was. Thread: GUI.
#pragma once

#include <QPointer>
#include <QWidget>

class QAction;
class QVBoxLayout;

namespace warmbench::ui {

class FullScreen : public QWidget
{
    Q_OBJECT

public:
    // `content` lives in this widget whenever it is not on the whole screen.
    explicit FullScreen(QWidget *content, QWidget *parent = nullptr);

    QAction *action() const { return m_action; }

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    void enter();
    void leave();

    QWidget *m_content;
    QVBoxLayout *m_home;
    QPointer<QWidget> m_screen; // null while the content is at home
    QPointer<QWidget> m_focused;
    QAction *m_action;
};

} // namespace warmbench::ui
