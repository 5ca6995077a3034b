#include "ui/network/share_delegate.h"

#include "ui/widgets/theme.h"

#include <algorithm>
#include <QPainter>

namespace warmbench::ui {

namespace {

constexpr int barHeight = 2;
constexpr int cellMargin = 4;
constexpr int roominess = 8; // of a row beyond its text

} // namespace

ShareDelegate::ShareDelegate(int role, QObject *parent)
    : QStyledItemDelegate(parent)
    , m_role(role)
{
}

QSize ShareDelegate::sizeHint(const QStyleOptionViewItem &option, const QModelIndex &index) const
{
    return {QStyledItemDelegate::sizeHint(option, index).width(),
            option.fontMetrics.height() + roominess};
}

void ShareDelegate::paint(QPainter *painter, const QStyleOptionViewItem &option,
                          const QModelIndex &index) const
{
    QStyledItemDelegate::paint(painter, option, index);
    const double share = std::clamp(index.data(m_role).toDouble(), 0.0, 1.0);
    const double width = (option.rect.width() - 2 * cellMargin) * share;
    if (width < 1.5) // a dot would look like a comma
        return;
    const bool selected = option.state.testFlag(QStyle::State_Selected);
    painter->fillRect(QRectF(option.rect.right() + 1 - cellMargin - width,
                             option.rect.bottom() - barHeight, width, barHeight),
                      selected ? option.palette.color(QPalette::HighlightedText)
                               : themeColours().series[0]);
}

} // namespace warmbench::ui
