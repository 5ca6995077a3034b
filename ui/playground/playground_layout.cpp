#include "ui/playground/playground_layout.h"

#include "ui/widgets/caption_label.h"
#include "ui/widgets/controls.h"

#include <QAction>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QPainter>
#include <QTableView>
#include <QToolButton>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace warmbench::ui {

namespace {

// A table whose columns are a little wider than their content.
class RoomyTable : public QTableView
{
public:
    using QTableView::QTableView;

protected:
    int sizeHintForColumn(int column) const override
    {
        return QTableView::sizeHintForColumn(column) + 14;
    }
};

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

QToolButton *foldButton(const QString &name, const QString &title, QWidget *shown, QWidget *parent)
{
    auto *button = new QToolButton(parent);
    button->setObjectName(name);
    button->setText(title);
    button->setCheckable(true);
    button->setAutoRaise(true);
    button->setArrowType(Qt::RightArrow);
    button->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    button->setFocusPolicy(Qt::StrongFocus);
    button->setAccessibleName(title);
    shown->hide();
    QObject::connect(button, &QToolButton::toggled, shown, [button, shown](bool open) {
        button->setArrowType(open ? Qt::DownArrow : Qt::RightArrow);
        shown->setVisible(open);
    });
    return button;
}

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

QWidget *playgroundDetails(QAbstractItemModel *outputs, QWidget *timings, QWidget *parent)
{
    auto *area = new QWidget(parent);
    auto *table = new RoomyTable(area);
    table->setModel(outputs);
    table->setObjectName(u"outputs"_s);
    table->setAccessibleName(QObject::tr("Raw outputs"));
    table->setShowGrid(false);
    table->setFrameShape(QFrame::NoFrame);
    table->setSelectionBehavior(QAbstractItemView::SelectRows);
    table->setEditTriggers(QAbstractItemView::NoEditTriggers);
    table->setTabKeyNavigation(false);
    table->setMinimumHeight(60);
    table->setMaximumHeight(150);
    table->verticalHeader()->hide();
    table->verticalHeader()->setDefaultSectionSize(table->fontMetrics().height() + 10);
    table->horizontalHeader()->setHighlightSections(false);
    table->horizontalHeader()->setSectionResizeMode(QHeaderView::ResizeToContents);
    table->horizontalHeader()->setSectionResizeMode(outputs->columnCount() - 1,
                                                    QHeaderView::Stretch);
    table->horizontalHeader()->setMinimumSectionSize(48);
    auto *buttons = new QHBoxLayout;
    buttons->setSpacing(8);
    buttons->addWidget(foldButton(u"foldOutputs"_s, QObject::tr("Raw outputs"), table, area));
    buttons->addWidget(foldButton(u"foldTimings"_s, QObject::tr("Timings"), timings, area));
    buttons->addStretch(1);
    auto *parts = new QHBoxLayout;
    parts->setSpacing(16);
    parts->addWidget(table, 3);
    parts->addWidget(timings, 2, Qt::AlignTop);
    auto *layout = new QVBoxLayout(area);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(6);
    layout->addLayout(buttons);
    layout->addLayout(parts);
    return area;
}

} // namespace warmbench::ui
