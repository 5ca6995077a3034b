#include "ui/widgets/message_overlay.h"

#include "base/logging.h"
#include "ui/widgets/icons.h"
#include "ui/widgets/theme.h"

#include <algorithm>
#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QToolButton>

using namespace Qt::StringLiterals;

namespace warmbench::ui {

namespace {

constexpr int readingMs = 6000;
constexpr int widest = 640;
constexpr int margin = 16;

LogLevel levelOf(MessageOverlay::Kind kind)
{
    switch (kind) {
    case MessageOverlay::Kind::Error:
        return LogLevel::Error;
    case MessageOverlay::Kind::Warning:
        return LogLevel::Warning;
    case MessageOverlay::Kind::Information:
        break;
    }
    return LogLevel::Info;
}

} // namespace

MessageOverlay::MessageOverlay(QWidget *anchor)
    : QFrame(anchor->window())
    , m_anchor(anchor)
    , m_icon(new QLabel(this))
    , m_text(new QLabel(this))
    , m_action(new QToolButton(this))
    , m_close(new QToolButton(this))
{
    setObjectName(u"message"_s);
    m_icon->setFixedWidth(20);
    m_text->setWordWrap(true);
    m_text->setTextFormat(Qt::PlainText);
    m_text->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    m_text->setObjectName(u"messageText"_s);
    m_action->setObjectName(u"messageAction"_s);
    m_action->setToolButtonStyle(Qt::ToolButtonTextOnly);
    m_action->setFocusPolicy(Qt::StrongFocus);
    m_action->hide();
    m_close->setAutoRaise(true);
    m_close->setText(u"×"_s);
    m_close->setToolTip(tr("Close this message"));
    m_close->setAccessibleName(tr("Close this message"));
    m_close->setFocusPolicy(Qt::StrongFocus);

    auto *layout = new QHBoxLayout(this);
    layout->setContentsMargins(12, 10, 6, 10);
    layout->setSpacing(8);
    layout->addWidget(m_icon, 0, Qt::AlignTop);
    layout->addWidget(m_text, 1);
    layout->addWidget(m_action, 0, Qt::AlignTop);
    layout->addWidget(m_close, 0, Qt::AlignTop);
    m_timer.setSingleShot(true);
    m_timer.setInterval(readingMs);
    connect(&m_timer, &QTimer::timeout, this, &MessageOverlay::clear);
    connect(m_close, &QToolButton::clicked, this, &MessageOverlay::clear);
    connect(m_action, &QToolButton::clicked, this, [this] {
        const auto accept = m_offer.accept;
        clear();
        if (accept)
            accept();
    });
    m_anchor->installEventFilter(this);
    hide();
}

void MessageOverlay::setMessage(Kind kind, const QString &text, Offer offer)
{
    if (text.isEmpty()) {
        if (m_offer.text.isEmpty())
            clear();
        return;
    }
    log(levelOf(kind), "window", text.toStdString());
    m_kind = kind;
    m_offer = std::move(offer);
    m_text->setText(text);
    m_text->setAccessibleName(text);
    m_action->setText(m_offer.text);
    m_action->setAccessibleName(m_offer.text);
    m_action->setVisible(!m_offer.text.isEmpty());
    dress();
    place();
    show();
    raise();
    if (kind == Kind::Information && m_offer.text.isEmpty())
        m_timer.start();
    else
        m_timer.stop();
}

void MessageOverlay::clear()
{
    m_timer.stop();
    m_text->clear();
    m_offer = {};
    hide();
}

QString MessageOverlay::text() const
{
    return m_text->text();
}

bool MessageOverlay::eventFilter(QObject *watched, QEvent *event)
{
    if (event->type() == QEvent::Resize || event->type() == QEvent::Move)
        place();
    return QFrame::eventFilter(watched, event);
}

void MessageOverlay::place()
{
    const QRect page(m_anchor->mapTo(parentWidget(), QPoint()), m_anchor->size());
    const int wide = std::min(widest, page.width() - 2 * margin);
    const int high = std::min(layout()->hasHeightForWidth() ? layout()->heightForWidth(wide)
                                                            : sizeHint().height(),
                              page.height() - 2 * margin);
    setGeometry(page.center().x() - wide / 2, page.bottom() - margin - high, wide, high);
}

void MessageOverlay::changeEvent(QEvent *event)
{
    QFrame::changeEvent(event);
    if (event->type() == QEvent::PaletteChange)
        dress();
}

QColor MessageOverlay::tone() const
{
    const ThemeColours colours = themeColours();
    return m_kind == Kind::Error     ? colours.bad
           : m_kind == Kind::Warning ? colours.warning
                                     : palette().color(QPalette::Link);
}

void MessageOverlay::dress()
{
    const QString name = m_kind == Kind::Error     ? u"error"_s
                         : m_kind == Kind::Warning ? u"warning"_s
                                                   : u"info"_s;
    m_icon->setPixmap(iconPixmap(name, 18, devicePixelRatioF(), tone()));
    m_icon->setAccessibleName(m_kind == Kind::Error     ? tr("Error")
                              : m_kind == Kind::Warning ? tr("Warning")
                                                        : tr("Information"));
    update();
}

void MessageOverlay::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const QRectF card = QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5);
    painter.setPen(Qt::NoPen);
    painter.setBrush(palette().brush(QPalette::Base)); // opaque: the page lies beneath
    painter.drawRoundedRect(card, 6, 6);
    QColor fill = tone();
    fill.setAlpha(isDark(palette()) ? 34 : 20);
    painter.setPen(QPen(tone(), 1));
    painter.setBrush(fill);
    painter.drawRoundedRect(card, 6, 6);
}

} // namespace warmbench::ui
