#include "ui/widgets/message_strip.h"

#include "ui/widgets/icons.h"
#include "ui/widgets/theme.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QToolButton>

using namespace Qt::StringLiterals;

namespace warmbench::ui {

MessageStrip::MessageStrip(QWidget *parent)
    : QFrame(parent)
    , m_icon(new QLabel(this))
    , m_text(new QLabel(this))
    , m_action(new QToolButton(this))
    , m_close(new QToolButton(this))
{
    m_icon->setFixedWidth(20);
    m_icon->setAlignment(Qt::AlignTop);
    m_text->setWordWrap(true);
    m_text->setTextFormat(Qt::PlainText);
    m_text->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    m_text->setObjectName(u"messageText"_s);
    m_action->setVisible(false);
    m_action->setToolButtonStyle(Qt::ToolButtonTextOnly);
    m_close->setAutoRaise(true);
    m_close->setText(u"×"_s);
    m_close->setToolTip(tr("Close this message"));
    m_close->setAccessibleName(tr("Close this message"));

    auto *layout = new QHBoxLayout(this);
    layout->setContentsMargins(10, 8, 4, 8);
    layout->setSpacing(6);
    layout->addWidget(m_icon, 0, Qt::AlignTop);
    layout->addWidget(m_text, 1);
    layout->addWidget(m_action, 0, Qt::AlignTop);
    layout->addWidget(m_close, 0, Qt::AlignTop);
    connect(m_close, &QToolButton::clicked, this, &MessageStrip::dismiss);
    connect(m_action, &QToolButton::clicked, this, &MessageStrip::actionTriggered);
    hide();
}

void MessageStrip::setMessage(Kind kind, const QString &text)
{
    if (text == m_dismissed ||
        (kind == m_kind && text == m_text->text() && isVisibleTo(parentWidget())))
        return;
    m_dismissed.clear();
    m_kind = kind;
    m_text->setText(text);
    m_text->setAccessibleName(text);
    dress();
    setVisible(!text.isEmpty());
}

void MessageStrip::dismiss()
{
    const QString text = m_text->text();
    clear();
    m_dismissed = text;
}

void MessageStrip::clear()
{
    m_dismissed.clear();
    m_text->clear();
    setAction({});
    hide();
}

QString MessageStrip::text() const
{
    return m_text->text();
}

void MessageStrip::setAction(const QString &actionText)
{
    m_action->setText(actionText);
    m_action->setAccessibleName(actionText);
    m_action->setVisible(!actionText.isEmpty());
}

void MessageStrip::changeEvent(QEvent *event)
{
    QFrame::changeEvent(event);
    if (event->type() == QEvent::PaletteChange)
        dress();
}

void MessageStrip::dress()
{
    const ThemeColours colours = themeColours();
    const QColor colour = m_kind == Kind::Error     ? colours.bad
                          : m_kind == Kind::Warning ? colours.warning
                                                    : palette().color(QPalette::Link);
    const QString name = m_kind == Kind::Error     ? u"error"_s
                         : m_kind == Kind::Warning ? u"warning"_s
                                                   : u"info"_s;
    m_icon->setPixmap(iconPixmap(name, 18, devicePixelRatioF(), colour));
    m_icon->setAccessibleName(m_kind == Kind::Error     ? tr("Error")
                              : m_kind == Kind::Warning ? tr("Warning")
                                                        : tr("Information"));
    update();
}

void MessageStrip::paintEvent(QPaintEvent *)
{
    const ThemeColours colours = themeColours();
    QColor fill = m_kind == Kind::Error     ? colours.bad
                  : m_kind == Kind::Warning ? colours.warning
                                            : palette().color(QPalette::Link);
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    QColor edge = fill;
    edge.setAlpha(110);
    fill.setAlpha(isDark(palette()) ? 34 : 20);
    painter.setPen(edge);
    painter.setBrush(fill);
    painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6);
}

} // namespace warmbench::ui
