#include "ui/playground/value_table.h"

#include "ui/widgets/display_text.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <limits>
#include <numeric>

using namespace Qt::StringLiterals;

namespace warmbench::ui {

namespace {

using Order = std::vector<std::uint32_t>;

// How far apart two elements are whose index in this dimension differs by one.
std::size_t strideOf(const Shape &shape, std::size_t dimension)
{
    std::size_t stride = 1;
    for (std::size_t i = dimension + 1; i < shape.size(); ++i)
        stride *= static_cast<std::size_t>(shape[i]);
    return stride;
}

std::int64_t indexIn(const Shape &shape, std::size_t dimension, std::size_t element)
{
    return static_cast<std::int64_t>(element / strideOf(shape, dimension) %
                                     static_cast<std::size_t>(shape[dimension]));
}

Order naturalOrder(std::size_t count)
{
    Order order(count);
    std::iota(order.begin(), order.end(), 0);
    return order;
}

template <typename T>
double asNumber(T value)
{
    if constexpr (std::is_same_v<T, Half>)
        return static_cast<double>(toFloat(value));
    else
        return static_cast<double>(value);
}

template <typename T>
bool isNaN(T value)
{
    if constexpr (std::is_integral_v<T>)
        return false;
    else
        return std::isnan(asNumber(value));
}

template <typename T>
bool isLess(T left, T right)
{
    if constexpr (std::is_integral_v<T>) // doubles do not tell large ones apart
        return left < right;
    else
        return asNumber(left) < asNumber(right);
}

Order orderByValue(const Tensor &tensor, Qt::SortOrder direction)
{
    Order order = naturalOrder(tensor.elementCount());
    const bool up = direction == Qt::AscendingOrder;
    if (tensor.dtype() == DType::String) {
        const auto &strings = tensor.strings();
        std::stable_sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
            return up ? strings[a] < strings[b] : strings[b] < strings[a];
        });
        return order;
    }
    withElementType(tensor.dtype(), [&](auto element) {
        const auto values = tensor.values<decltype(element)>();
        const auto numbers = std::stable_partition(
            order.begin(), order.end(), [&](std::uint32_t i) { return !isNaN(values[i]); });
        std::stable_sort(order.begin(), numbers, [&](std::uint32_t a, std::uint32_t b) {
            return up ? isLess(values[a], values[b]) : isLess(values[b], values[a]);
        });
    });
    return order;
}

Order orderByIndex(const Tensor &tensor, std::size_t dimension, Qt::SortOrder direction)
{
    Order order = naturalOrder(tensor.elementCount());
    const std::size_t stride = strideOf(tensor.shape(), dimension);
    const auto extent = static_cast<std::size_t>(tensor.shape()[dimension]);
    const bool up = direction == Qt::AscendingOrder;
    std::stable_sort(order.begin(), order.end(), [=](std::uint32_t a, std::uint32_t b) {
        const std::size_t left = a / stride % extent;
        const std::size_t right = b / stride % extent;
        return up ? left < right : right < left;
    });
    return order;
}

} // namespace

QString elementText(const Tensor &tensor, std::size_t index)
{
    if (tensor.dtype() == DType::String)
        return text(tensor.strings()[index]);
    return withElementType(tensor.dtype(), [&](auto element) {
        const auto value = tensor.values<decltype(element)>()[index];
        if constexpr (std::is_integral_v<decltype(element)>) {
            return text(fmt::format("{}", +value));
        } else {
            const double number = asNumber(value);
            if (!std::isfinite(number))
                return numberText(number);
            if constexpr (std::is_same_v<decltype(element), Half>)
                return text(fmt::format("{}", toFloat(value)));
            else
                return text(fmt::format("{}", value));
        }
    });
}

ValueTable::ValueTable(Background &background, QObject *parent)
    : QAbstractTableModel(parent)
    , m_background(background)
{
}

void ValueTable::setTensor(std::shared_ptr<const Tensor> tensor)
{
    beginResetModel();
    m_tensor = std::move(tensor);
    m_order.reset();
    m_page = 0;
    endResetModel();
    if (m_column > 0 || m_direction != Qt::AscendingOrder)
        sort(m_column, m_direction);
}

int ValueTable::pages() const
{
    const std::size_t count = m_tensor ? m_tensor->elementCount() : 0;
    return static_cast<int>(std::max<std::size_t>(1, (count + pageRows - 1) / pageRows));
}

void ValueTable::setPage(int page)
{
    if (page == this->page())
        return;
    beginResetModel();
    m_page = static_cast<std::size_t>(std::clamp(page, 0, pages() - 1));
    endResetModel();
}

int ValueTable::rowCount(const QModelIndex &parent) const
{
    if (parent.isValid() || !m_tensor)
        return 0;
    return static_cast<int>(std::min(pageRows, m_tensor->elementCount() - m_page * pageRows));
}

int ValueTable::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() || !m_tensor ? 0 : static_cast<int>(m_tensor->shape().size()) + 1;
}

std::size_t ValueTable::elementAt(int row) const
{
    const std::size_t place = m_page * pageRows + static_cast<std::size_t>(row);
    return m_order ? (*m_order)[place] : place;
}

QVariant ValueTable::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    if (role == Qt::TextAlignmentRole)
        return QVariant::fromValue(Qt::AlignRight | Qt::AlignVCenter);
    if (role != Qt::DisplayRole)
        return {};
    const std::size_t element = elementAt(index.row());
    const auto column = static_cast<std::size_t>(index.column());
    if (column == m_tensor->shape().size())
        return elementText(*m_tensor, element);
    return QString::number(indexIn(m_tensor->shape(), column, element));
}

QVariant ValueTable::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || section < 0 || section >= columnCount())
        return {};
    if (role == Qt::TextAlignmentRole)
        return QVariant::fromValue(Qt::AlignRight | Qt::AlignVCenter);
    if (role != Qt::DisplayRole)
        return {};
    return section == columnCount() - 1 ? tr("Value") : tr("Index %1").arg(section);
}

void ValueTable::sort(int column, Qt::SortOrder order)
{
    m_column = column;
    m_direction = order;
    const quint64 number = ++m_number;
    if (!m_tensor || column < 0 || column >= columnCount() ||
        m_tensor->elementCount() > std::numeric_limits<std::uint32_t>::max())
        return;
    if (column == 0 && order == Qt::AscendingOrder && columnCount() > 1)
        return show(nullptr);
    m_sorting = true;
    Q_EMIT sortingChanged();
    const bool byValue = column == columnCount() - 1;
    m_background.run(
        this,
        [tensor = m_tensor, byValue, column, order]() -> std::shared_ptr<const Order> {
            return std::make_shared<const Order>(
                byValue ? orderByValue(*tensor, order)
                        : orderByIndex(*tensor, static_cast<std::size_t>(column), order));
        },
        [this, number](const std::shared_ptr<const Order> &made) {
            if (number == m_number)
                show(made);
        });
}

void ValueTable::show(std::shared_ptr<const Order> order)
{
    beginResetModel();
    m_order = std::move(order);
    m_page = 0;
    endResetModel();
    m_sorting = false;
    Q_EMIT sortingChanged();
}

} // namespace warmbench::ui
