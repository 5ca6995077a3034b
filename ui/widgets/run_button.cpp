#include "ui/widgets/run_button.h"

#include "ui/widgets/icons.h"

#include <algorithm>
#include <QAction>
#include <QPainter>

using namespace Qt::StringLiterals;

namespace warmbench::ui {

namespace {

constexpr int iconSide = 16;
constexpr int gap = 6;

} // namespace

RunButton::RunButton(QAction *run, QAction *cancel, QWidget *parent)
    : QPushButton(parent)
    , m_run(run)
    , m_cancel(cancel)
{
    setObjectName(u"runButton"_s);
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
    connect(this, &QPushButton::clicked, this,
            [this] { (m_cancel->isEnabled() ? m_cancel : m_run)->trigger(); });
    connect(m_run, &QAction::changed, this, &RunButton::showAction);
    connect(m_cancel, &QAction::changed, this, &RunButton::showAction);
    showAction();
}

// The same for both words, so that its neighbours stay where they are.
QSize RunButton::sizeHint() const
{
    const int words = std::max(fontMetrics().horizontalAdvance(m_run->text()),
                               fontMetrics().horizontalAdvance(m_cancel->text()));
    return {words + iconSide + gap + 28, fontMetrics().height() + 14};
}

void RunButton::showAction()
{
    const QAction *shown = m_cancel->isEnabled() ? m_cancel : m_run;
    setText(shown->text());
    setToolTip(shown->toolTip());
    setAccessibleName(shown->text());
    setEnabled(shown->isEnabled());
    update();
}

void RunButton::paintEvent(QPaintEvent *event)
{
    if (!isEnabled()) {
        QPushButton::paintEvent(event);
        return;
    }
    const bool cancels = m_cancel->isEnabled();
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    QColor fill = palette().color(cancels ? QPalette::Button : QPalette::Highlight);
    const QColor ink = cancels ? palette().color(QPalette::ButtonText) : QColor(Qt::white);
    if (isDown() || underMouse())
        fill = fill.darker(isDown() ? 125 : 112);
    const QRectF frame = QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5);
    painter.setPen(fill.darker(130));
    painter.setBrush(fill);
    painter.drawRoundedRect(frame, 4, 4);
    if (hasFocus()) {
        painter.setPen(QPen(ink, 1));
        painter.setBrush(Qt::NoBrush);
        painter.drawRoundedRect(frame.adjusted(2, 2, -2, -2), 2, 2);
    }
    const int words = fontMetrics().horizontalAdvance(text());
    const int left = (width() - iconSide - gap - words) / 2;
    painter.drawPixmap(
        left, (height() - iconSide) / 2,
        iconPixmap(cancels ? u"stop"_s : u"run"_s, iconSide, devicePixelRatioF(), ink));
    painter.setPen(ink);
    painter.drawText(QRect(left + iconSide + gap, 0, words + 2, height()), Qt::AlignVCenter,
                     text());
}

} // namespace warmbench::ui
