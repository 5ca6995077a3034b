#include "ui/playground/playground_layout.h"

#include "ui/widgets/icons.h"
#include "ui/widgets/picture_pane.h"

#include <QAction>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QPainter>
#include <QPushButton>
#include <QSplitter>
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

// The main button, filled with the accent colour.
class AccentButton : public QPushButton
{
public:
    using QPushButton::QPushButton;

protected:
    void paintEvent(QPaintEvent *event) override
    {
        if (!isEnabled()) {
            QPushButton::paintEvent(event);
            return;
        }
        QPainter painter(this);
        painter.setRenderHint(QPainter::Antialiasing);
        QColor fill = palette().color(QPalette::Highlight);
        if (isDown() || underMouse())
            fill = fill.darker(isDown() ? 125 : 112);
        const QRectF frame = QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5);
        painter.setPen(fill.darker(120));
        painter.setBrush(fill);
        painter.drawRoundedRect(frame, 3, 3);
        if (hasFocus()) {
            painter.setPen(QPen(Qt::white, 1));
            painter.setBrush(Qt::NoBrush);
            painter.drawRoundedRect(frame.adjusted(2, 2, -2, -2), 2, 2);
        }
        const int side = iconSize().width();
        const int words = fontMetrics().horizontalAdvance(text());
        const int left = (width() - side - 6 - words) / 2;
        icon().paint(&painter, left, (height() - side) / 2, side, side);
        painter.setPen(Qt::white);
        painter.drawText(QRect(left + side + 6, 0, words + 2, height()), Qt::AlignVCenter, text());
    }
};

QPushButton *mainButton(QAction *action, QWidget *parent)
{
    auto *button = new AccentButton(icon(u"run"_s, Qt::white), action->text(), parent);
    button->setToolTip(action->toolTip());
    button->setEnabled(action->isEnabled());
    QObject::connect(button, &QPushButton::clicked, action, &QAction::trigger);
    QObject::connect(action, &QAction::enabledChanged, button, &QWidget::setEnabled);
    return button;
}

} // namespace

QLabel *headingLabel(QWidget *parent)
{
    auto *label = new QLabel(parent);
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
    auto *button = new QToolButton(parent);
    button->setDefaultAction(action);
    button->setToolButtonStyle(Qt::ToolButtonIconOnly);
    button->setIconSize({16, 16});
    button->setAutoRaise(true);
    button->setFocusPolicy(Qt::StrongFocus);
    button->setAccessibleName(action->text());
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

QWidget *playgroundHeader(const QList<QLabel *> &titles, QLabel *outcome,
                          const QList<QAction *> &actions, QWidget *parent)
{
    auto *header = new QWidget(parent);
    auto *words = new QVBoxLayout;
    words->setSpacing(2);
    for (QLabel *title : titles)
        words->addWidget(title);
    auto *layout = new QHBoxLayout(header);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(6);
    layout->addLayout(words, 1);
    layout->addWidget(outcome);
    layout->addSpacing(8);
    for (QAction *action : actions.first(actions.size() - 1)) {
        auto *button = new QToolButton(header);
        button->setDefaultAction(action);
        button->setAccessibleName(action->text());
        button->setToolButtonStyle(action->priority() == QAction::LowPriority
                                       ? Qt::ToolButtonIconOnly
                                       : Qt::ToolButtonTextBesideIcon);
        button->setIconSize({18, 18});
        button->setFocusPolicy(Qt::StrongFocus);
        button->setMinimumHeight(32);
        button->setObjectName(action->objectName() + u"Button"_s);
        layout->addWidget(button);
    }
    QPushButton *main = mainButton(actions.last(), header);
    main->setIconSize({18, 18});
    main->setMinimumSize(86, 32);
    main->setObjectName(actions.last()->objectName() + u"Button"_s);
    layout->addWidget(main);
    return header;
}

QWidget *playgroundPanes(const QList<QWidget *> &panes, QWidget *strip, QWidget *parent)
{
    auto *area = new QWidget(parent);
    auto *split = new QSplitter(Qt::Horizontal, area);
    split->setChildrenCollapsible(false);
    split->setHandleWidth(15);
    for (QWidget *pane : panes) {
        split->addWidget(pane);
        split->setStretchFactor(split->count() - 1, 1);
    }
    split->setSizes(QList<int>(panes.size(), 300));
    auto *layout = new QVBoxLayout(area);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(8);
    layout->addWidget(split, 1);
    layout->addWidget(strip);
    return area;
}

QWidget *playgroundLower(QAbstractItemModel *outputs, QWidget *timings, QWidget *parent)
{
    auto *table = new RoomyTable(parent);
    table->setModel(outputs);
    table->setObjectName(u"outputs"_s);
    table->setAccessibleName(QObject::tr("Raw outputs"));
    table->setShowGrid(false);
    table->setFrameShape(QFrame::NoFrame);
    table->setSelectionBehavior(QAbstractItemView::SelectRows);
    table->setEditTriggers(QAbstractItemView::NoEditTriggers);
    table->setTabKeyNavigation(false);
    table->verticalHeader()->hide();
    table->verticalHeader()->setDefaultSectionSize(table->fontMetrics().height() + 10);
    table->horizontalHeader()->setHighlightSections(false);
    table->horizontalHeader()->setSectionResizeMode(QHeaderView::ResizeToContents);
    table->horizontalHeader()->setSectionResizeMode(outputs->columnCount() - 1,
                                                    QHeaderView::Stretch);
    table->horizontalHeader()->setMinimumSectionSize(48);
    auto *split = new QSplitter(Qt::Horizontal, parent);
    split->setChildrenCollapsible(false);
    split->setHandleWidth(15);
    split->addWidget(titled(QObject::tr("Raw outputs"), table, split));
    auto *right = new QWidget(split);
    auto *column = new QVBoxLayout(right);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(8);
    column->addWidget(paneTitle(QObject::tr("Timings"), right));
    column->addWidget(timings);
    column->addStretch(1);
    split->addWidget(right);
    split->setStretchFactor(0, 3);
    split->setStretchFactor(1, 1);
    split->setSizes({640, 220});
    return split;
}

} // namespace warmbench::ui
