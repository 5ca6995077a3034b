#include "ui/api/request_details.h"

#include "ui/api/phase_bar.h"
#include "ui/api/request_text.h"
#include "ui/widgets/controls.h"
#include "ui/widgets/display_text.h"

#include <QAction>
#include <QHBoxLayout>
#include <QLabel>
#include <QScrollArea>
#include <QToolButton>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace warmbench::ui {

namespace {

// Where a long address may be broken.
QString breakable(QString target)
{
    for (const QChar sign : u"/?&"_s)
        target.replace(sign, sign + QString(QChar(0x200b)));
    return target;
}

QString outcomeText(const ServedRequest &request)
{
    QStringList parts{RequestDetails::tr("Status %1").arg(request.status)};
    if (!request.model.empty())
        parts << text(request.model);
    if (!request.cache.empty())
        parts << RequestDetails::tr("cache %1").arg(cacheText(request));
    parts << RequestDetails::tr("%1 at %2").arg(text(request.client), timeText(request));
    return parts.join(u" · "_s);
}

QString bytesText(const ServedRequest &request)
{
    QStringList parts{RequestDetails::tr("%1 bytes in").arg(grouped(request.requestBytes)),
                      RequestDetails::tr("%1 bytes out").arg(grouped(request.responseBytes))};
    if (!request.phases)
        parts << RequestDetails::tr("took %1").arg(text(request.total));
    const QString body = bodyText(request);
    if (!body.isEmpty())
        parts << RequestDetails::tr("body %1").arg(body);
    return parts.join(u" · "_s);
}

} // namespace

RequestDetails::RequestDetails(const QList<QAction *> &actions, QWidget *parent)
    : QWidget(parent)
{
    setObjectName(u"requestDetails"_s);
    auto *page = new QWidget;
    m_target = makeText(u"requestTarget"_s, tr("Address"), page);
    QFont bold = m_target->font();
    bold.setWeight(QFont::DemiBold);
    m_target->setFont(bold);
    m_outcome = makeText(u"requestOutcome"_s, tr("What came of it"), page);
    m_sentence = makeText(u"requestSentence"_s, tr("Why it was refused"), page);
    m_phases = new PhaseBar(page);
    m_bytes = makeText(u"requestBytes"_s, tr("Bytes"), page);
    auto *lines = new QVBoxLayout(page);
    lines->setContentsMargins(12, 4, 12, 4);
    lines->setSpacing(4);
    for (QWidget *each : {static_cast<QWidget *>(m_target), static_cast<QWidget *>(m_outcome),
                          static_cast<QWidget *>(m_sentence), static_cast<QWidget *>(m_phases),
                          static_cast<QWidget *>(m_bytes)})
        lines->addWidget(each);
    lines->addStretch(1);
    auto *scroll = new QScrollArea(this);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setWidgetResizable(true);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->setAccessibleName(tr("The request in full"));
    scroll->setWidget(page);

    auto *buttons = new QHBoxLayout;
    buttons->setContentsMargins(8, 2, 8, 4);
    for (QAction *action : actions) {
        QToolButton *button = actionButton(action, this);
        button->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
        buttons->addWidget(button);
    }
    buttons->addStretch(1);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(scroll, 1);
    layout->addLayout(buttons);
    setMinimumWidth(m_phases->minimumSizeHint().width() + 40);
    setRequest({});
}

QLabel *RequestDetails::makeText(const QString &name, const QString &spoken, QWidget *parent)
{
    auto *label = new QLabel(parent);
    label->setObjectName(name);
    label->setAccessibleName(spoken);
    label->setTextFormat(Qt::PlainText); // clients write it
    label->setWordWrap(true);
    label->setTextInteractionFlags(Qt::TextSelectableByMouse);
    return label;
}

void RequestDetails::setRequest(std::shared_ptr<const ServedRequest> request)
{
    m_request = std::move(request);
    m_phases->setRequest(m_request.get());
    m_phases->setVisible(m_request && m_request->phases);
    m_sentence->setVisible(m_request && !m_request->sentence.empty());
    if (!m_request) {
        m_target->setText(tr("Select a request to see where its time went."));
        m_outcome->clear();
        m_sentence->clear();
        m_bytes->clear();
        return;
    }
    m_target->setText(m_request->method.empty()
                          ? tr("Refused before it was read")
                          : text(m_request->method) + u' ' + breakable(targetText(*m_request)));
    m_outcome->setText(outcomeText(*m_request));
    m_sentence->setText(text(m_request->sentence));
    m_bytes->setText(bytesText(*m_request));
}

void RequestDetails::showBody()
{
    if (m_request)
        m_bytes->setText(bytesText(*m_request));
}

} // namespace warmbench::ui
