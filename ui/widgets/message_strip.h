// A sentence to the person, with an icon that says its weight: wraps, can be selected and copied,
// can be closed. Hidden while it has nothing to say. Thread: GUI.
#pragma once

#include <QFrame>

class QLabel;
class QToolButton;

namespace warmbench::ui {

class MessageStrip : public QFrame
{
    Q_OBJECT

public:
    enum class Kind { Information, Warning, Error };

    explicit MessageStrip(QWidget *parent = nullptr);

    // What the person closed stays closed until something else is said or clear() is called.
    void setMessage(Kind kind, const QString &text);
    void clear();
    QString text() const;
    // One button beside the text; empty text removes it.
    void setAction(const QString &actionText);

Q_SIGNALS:
    void actionTriggered();

protected:
    void changeEvent(QEvent *event) override;
    void paintEvent(QPaintEvent *event) override;

private:
    void dress();
    void dismiss();

    Kind m_kind = Kind::Information;
    QLabel *m_icon;
    QLabel *m_text;
    QToolButton *m_action;
    QToolButton *m_close;
    QString m_dismissed;
};

} // namespace warmbench::ui
