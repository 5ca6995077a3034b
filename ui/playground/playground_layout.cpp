#include "ui/playground/playground_layout.h"

#include "ui/widgets/caption_label.h"
#include "ui/widgets/controls.h"

#include <QAction>
#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QToolButton>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace warmbench::ui {

namespace {

// A label that shows where its text is cut.
class ElidedLabel : public QLabel
{
public:
    using QLabel::QLabel;

protected:
    void paintEvent(QPaintEvent *) override
    {
        QPainter painter(this);
        painter.setPen(palette().color(QPalette::WindowText));
        const QRect place = contentsRect();
        painter.drawText(place, static_cast<int>(alignment()),
                         fontMetrics().elidedText(text(), Qt::ElideMiddle, place.width()));
    }
};

} // namespace

QLabel *headingLabel(QWidget *parent)
{
    auto *label = new ElidedLabel(parent);
    QFont font = label->font();
    font.setPointSizeF(font.pointSizeF() * 1.35);
    font.setWeight(QFont::DemiBold);
    label->setFont(font);
    label->setTextFormat(Qt::PlainText);
    return label;
}

QLabel *secondaryLabel(QWidget *parent)
{
    auto *label = new QLabel(parent);
    label->setForegroundRole(QPalette::PlaceholderText);
    label->setTextFormat(Qt::PlainText);
    return label;
}

QToolButton *smallButton(QAction *action, QWidget *parent)
{
    QToolButton *button = actionButton(action, parent);
    button->setToolButtonStyle(Qt::ToolButtonIconOnly);
    button->setIconSize({16, 16});
    return button;
}

QWidget *titled(const QString &title, QWidget *inner, QWidget *parent,
                const QList<QAction *> &actions)
{
    auto *outer = new QWidget(parent);
    auto *row = new QHBoxLayout;
    row->setSpacing(4);
    row->addWidget(paneTitle(title, outer));
    row->addStretch(1);
    for (QAction *action : actions)
        row->addWidget(smallButton(action, outer));
    auto *layout = new QVBoxLayout(outer);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(8);
    layout->addLayout(row);
    layout->addWidget(inner, 1);
    return outer;
}

} // namespace warmbench::ui
