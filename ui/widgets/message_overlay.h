// The one place where the window speaks to its user: a card over the page, with an icon for its
// severity and at most one button. It moves no other widget, wraps, can be selected and copied, and
// stands in the log as well. Hidden while there is no message. Thread: GUI.
#pragma once

#include <functional>
#include <QFrame>
#include <QTimer>

class QLabel;
class QToolButton;

namespace warmbench::ui {

class MessageOverlay : public QFrame
{
    Q_OBJECT

public:
    enum class Kind { Information, Warning, Error };
    struct Offer
    {
        QString text; // of the button; empty: there is none
        std::function<void()> accept;
    };

    // `anchor` is the widget at whose lower edge the card stands; it is in the same window.
    explicit MessageOverlay(QWidget *anchor);

    // Information goes by itself after some seconds, unless it offers something. An empty text
    // takes back the last message, unless that offers something.
    void setMessage(Kind kind, const QString &text, Offer offer = {});
    void clear();
    QString text() const;

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;
    void changeEvent(QEvent *event) override;
    void paintEvent(QPaintEvent *event) override;

private:
    void dress();
    void place();
    QColor tone() const;

    QWidget *m_anchor;
    Kind m_kind = Kind::Information;
    Offer m_offer;
    QLabel *m_icon;
    QLabel *m_text;
    QToolButton *m_action;
    QToolButton *m_close;
    QTimer m_timer;
};

} // namespace warmbench::ui
