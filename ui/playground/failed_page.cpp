#include "ui/playground/failed_page.h"

#include "ui/playground/playground_layout.h"
#include "ui/widgets/icons.h"
#include "ui/widgets/theme.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QScrollArea>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace warmbench::ui {

FailedPage::FailedPage(QWidget *parent)
    : QWidget(parent)
    , m_icon(new QLabel(this))
    , m_title(headingLabel(this))
    , m_reason(new QLabel(this))
{
    m_reason->setObjectName(u"failedReason"_s);
    m_reason->setTextFormat(Qt::PlainText);
    m_reason->setWordWrap(true);
    m_reason->setAlignment(Qt::AlignTop | Qt::AlignLeft);
    m_reason->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    auto *scroll = new QScrollArea(this);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setWidgetResizable(true);
    scroll->setMinimumHeight(40);
    scroll->setAccessibleName(tr("Why it failed"));
    scroll->setWidget(m_reason);
    auto *again = new QPushButton(icon(u"refresh"_s), tr("Try again"), this);
    again->setObjectName(u"tryAgain"_s);
    auto *titles = new QHBoxLayout;
    titles->setSpacing(10);
    titles->addWidget(m_icon);
    titles->addWidget(m_title, 1);
    titles->addWidget(again);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(8, 12, 8, 8);
    layout->setSpacing(12);
    layout->addLayout(titles);
    layout->addWidget(scroll, 1);
    connect(again, &QPushButton::clicked, this, &FailedPage::retried);
    dress();
}

void FailedPage::setFailure(const QString &model, const QString &reason)
{
    m_title->setText(tr("%1 could not be loaded").arg(model));
    m_reason->setText(reason);
}

void FailedPage::changeEvent(QEvent *event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange)
        dress();
}

void FailedPage::dress()
{
    m_icon->setPixmap(iconPixmap(u"error"_s, 28, devicePixelRatioF(), themeColours().bad));
    m_icon->setAccessibleName(tr("Error"));
}

} // namespace warmbench::ui
