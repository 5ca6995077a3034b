#include "ui/playground/output_table.h"

#include "tensor/value_statistics.h"
#include "ui/widgets/display_text.h"

#include <algorithm>
#include <array>

using namespace Qt::StringLiterals;

namespace warmbench::ui {

namespace {

constexpr std::size_t shownValues = 8;

QString shortText(const Tensor &tensor, std::size_t index)
{
    if (tensor.dtype() == DType::String)
        return text(tensor.strings()[index]);
    return withElementType(tensor.dtype(), [&](auto element) {
        const auto value = tensor.values<decltype(element)>()[index];
        if constexpr (std::is_same_v<decltype(element), Half>)
            return numberText(static_cast<double>(toFloat(value)));
        else
            return numberText(static_cast<double>(value));
    });
}

} // namespace

TensorSummary summarise(const std::string &name, const Tensor &tensor)
{
    TensorSummary summary;
    summary.name = text(name);
    summary.dtype = text(dtypeName(tensor.dtype()));
    summary.shape = text(shapeText(tensor.shape()));
    if (const auto values = statisticsOf(tensor)) {
        summary.minimum = values->min;
        summary.maximum = values->max;
        summary.mean = values->mean;
        summary.nans = values->nans;
        summary.infinities = values->infinities;
    }
    QStringList first;
    const std::size_t count = tensor.elementCount();
    for (std::size_t i = 0; i < std::min(shownValues, count); ++i)
        first << shortText(tensor, i);
    summary.values = first.join(u", "_s) + (count > shownValues ? u", …"_s : QString());
    return summary;
}

void OutputTable::setOutputs(std::vector<TensorSummary> outputs)
{
    // If only the numbers differ, only cells change, so that the selection stays.
    if (outputs.size() == m_outputs.size()) {
        m_outputs = std::move(outputs);
        if (!m_outputs.empty())
            Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, ColumnCount - 1));
        return;
    }
    beginResetModel();
    m_outputs = std::move(outputs);
    endResetModel();
}

int OutputTable::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_outputs.size());
}

int OutputTable::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant OutputTable::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const TensorSummary &output = m_outputs[static_cast<std::size_t>(index.row())];
    const int column = index.column();
    if (role == Qt::TextAlignmentRole && column >= Minimum && column <= Infinite)
        return QVariant::fromValue((column >= NaNs ? Qt::AlignHCenter : Qt::AlignRight) |
                                   Qt::AlignVCenter);
    if (role != Qt::DisplayRole && role != Qt::ToolTipRole)
        return {};
    switch (column) {
    case Name:
        return output.name;
    case Type:
        return output.dtype;
    case ShapeColumn:
        return output.shape;
    case Minimum:
        return numberText(output.minimum);
    case Maximum:
        return numberText(output.maximum);
    case Mean:
        return numberText(output.mean);
    case NaNs:
        return grouped(output.nans);
    case Infinite:
        return grouped(output.infinities);
    default:
        return output.values;
    }
}

QVariant OutputTable::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || section < 0 || section >= ColumnCount)
        return {};
    if (role == Qt::TextAlignmentRole)
        return QVariant::fromValue((section >= Minimum && section < NaNs     ? Qt::AlignRight
                                    : section == NaNs || section == Infinite ? Qt::AlignHCenter
                                                                             : Qt::AlignLeft) |
                                   Qt::AlignVCenter);
    if (role != Qt::DisplayRole)
        return {};
    const std::array<QString, ColumnCount> names{tr("Output"), tr("Type"),     tr("Shape"),
                                                 tr("Min"),    tr("Max"),      tr("Mean"),
                                                 tr("NaN"),    tr("Infinite"), tr("Values")};
    return names[static_cast<std::size_t>(section)];
}

} // namespace warmbench::ui
