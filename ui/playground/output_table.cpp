#include "ui/playground/output_table.h"

#include "ui/widgets/display_text.h"

#include <array>
#include <cmath>
#include <limits>

using namespace Qt::StringLiterals;

namespace warmbench::ui {

namespace {

constexpr std::size_t shownValues = 8;

double asDouble(Half value)
{
    return toFloat(value);
}

template <typename T>
double asDouble(T value)
{
    return static_cast<double>(value);
}

template <typename T>
void summariseNumbers(std::span<const T> values, TensorSummary &summary)
{
    double low = std::numeric_limits<double>::infinity();
    double high = -low;
    double sum = 0;
    for (const T raw : values) {
        const double value = asDouble(raw);
        if (std::isnan(value)) {
            ++summary.nans;
            continue;
        }
        low = std::min(low, value);
        high = std::max(high, value);
        sum += value;
    }
    const auto counted = static_cast<double>(values.size()) - static_cast<double>(summary.nans);
    const double none = std::numeric_limits<double>::quiet_NaN();
    summary.minimum = counted > 0 ? low : none;
    summary.maximum = counted > 0 ? high : none;
    summary.mean = counted > 0 ? sum / counted : none;
    QStringList first;
    for (const T raw : values.first(std::min(shownValues, values.size())))
        first << numberText(asDouble(raw));
    summary.values = first.join(u", "_s) + (values.size() > shownValues ? u", …"_s : QString());
}

} // namespace

TensorSummary summarise(const std::string &name, const Tensor &tensor)
{
    TensorSummary summary;
    summary.name = text(name);
    summary.dtype = text(dtypeName(tensor.dtype()));
    summary.shape = text(shapeText(tensor.shape()));
    if (tensor.dtype() == DType::String) {
        summary.minimum = summary.maximum = summary.mean = std::nan("");
        QStringList first;
        for (std::size_t i = 0; i < std::min(shownValues, tensor.strings().size()); ++i)
            first << text(tensor.strings()[i]);
        summary.values = first.join(u", "_s);
        return summary;
    }
    withElementType(tensor.dtype(), [&](auto element) {
        summariseNumbers(tensor.values<decltype(element)>(), summary);
    });
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
    if (role == Qt::TextAlignmentRole && column >= Minimum && column <= NaNs)
        return QVariant::fromValue((column == NaNs ? Qt::AlignHCenter : Qt::AlignRight) |
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
        return QString::number(output.nans);
    default:
        return output.values;
    }
}

QVariant OutputTable::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || section < 0 || section >= ColumnCount)
        return {};
    if (role == Qt::TextAlignmentRole)
        return QVariant::fromValue((section >= Minimum && section < NaNs ? Qt::AlignRight
                                    : section == NaNs                    ? Qt::AlignHCenter
                                                                         : Qt::AlignLeft) |
                                   Qt::AlignVCenter);
    if (role != Qt::DisplayRole)
        return {};
    const std::array<QString, ColumnCount> names{tr("Output"), tr("Type"),  tr("Shape"),
                                                 tr("Min"),    tr("Max"),   tr("Mean"),
                                                 tr("NaN"),    tr("Values")};
    return names[static_cast<std::size_t>(section)];
}

} // namespace warmbench::ui
