// A message to the user, with an icon for its severity. It wraps, can be selected and copied, and
// can be closed. Hidden while there is no message. Thread: GUI.
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

    // A message that the user has closed stays closed until there is another message or clear() is
    // called.
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
