#include "inference/output_join.h"

#include "base/text.h"

#include <algorithm>
#include <fmt/format.h>

namespace warmbench {

namespace {

// The shape of one sample's part of the output; nothing if its first extent does not count samples.
std::optional<Shape> rowOf(const Shape &shape, std::size_t count)
{
    if (!shape.empty() && shape.front() == static_cast<std::int64_t>(count))
        return Shape(shape.begin() + 1, shape.end());
    return count == 1 ? std::optional(shape) : std::nullopt;
}

Error differs(const NamedTensor &output, const Shape &row, std::size_t count)
{
    return invalidArgument(fmt::format(
        "The output \"{}\" has shape {} for {} sample{} of this request, but others gave {} each; "
        "send those alone that differ in size.",
        printable(output.name), shapeText(output.tensor.shape()), count, count == 1 ? "" : "s",
        shapeText(row)));
}

} // namespace

Result<void> OutputJoin::add(std::vector<NamedTensor> outputs, std::size_t count,
                             RunControl &control)
{
    if (count == m_samples) {
        m_all = std::move(outputs);
        m_joined = count;
        return {};
    }
    if (m_joined == 0) {
        if (auto begun = begin(outputs, count, control); !begun)
            return begun;
    }
    for (std::size_t i = 0; i < m_outputs.size(); ++i) {
        auto done = append(m_outputs[i], outputs.at(i), count);
        if (done)
            continue;
        if (!m_mayDiffer)
            return done;
        m_outputs.clear();
    }
    m_joined += count;
    return {};
}

Result<void> OutputJoin::begin(const std::vector<NamedTensor> &outputs, std::size_t count,
                               RunControl &control)
{
    for (const NamedTensor &output : outputs) {
        auto row = rowOf(output.tensor.shape(), count);
        if (!row)
            return invalidArgument(
                fmt::format("The output \"{}\" has shape {}, which does not count the {} samples "
                            "that ran together; send fewer at once.",
                            printable(output.name), shapeText(output.tensor.shape()), count));
        Rows rows;
        rows.name = output.name;
        rows.dtype = output.tensor.dtype();
        rows.row = std::move(*row);
        if (rows.dtype != DType::String) {
            const std::size_t each = output.tensor.byteSize() / count;
            if (auto room = control.reserve(m_samples * each, "outputs"); !room)
                return room;
            Shape shape = rows.row;
            shape.insert(shape.begin(), static_cast<std::int64_t>(m_samples));
            auto whole = Tensor::create(rows.dtype, std::move(shape));
            if (!whole)
                return std::move(whole).error();
            rows.whole = std::move(*whole);
        }
        m_outputs.push_back(std::move(rows));
    }
    return {};
}

Result<void> OutputJoin::append(Rows &rows, const NamedTensor &output, std::size_t count) const
{
    const Tensor &tensor = output.tensor;
    // An output [1, 3] can be one sample of [3] or a sample without its count: the first run
    // decides.
    const auto row = count == 1 && tensor.shape() == rows.row ? std::optional(rows.row)
                                                              : rowOf(tensor.shape(), count);
    if (row != rows.row || tensor.dtype() != rows.dtype)
        return differs(output, rows.row, count);
    if (rows.dtype == DType::String) {
        rows.strings.insert(rows.strings.end(), tensor.strings().begin(), tensor.strings().end());
        return {};
    }
    const std::size_t each = tensor.byteSize() / count;
    std::copy(tensor.bytes().begin(), tensor.bytes().end(),
              rows.whole.mutableBytes().begin() + static_cast<std::ptrdiff_t>(m_joined * each));
    return {};
}

Result<std::vector<NamedTensor>> OutputJoin::take()
{
    if (m_outputs.empty())
        return std::move(m_all);
    std::vector<NamedTensor> joined;
    for (Rows &rows : m_outputs) {
        if (rows.dtype == DType::String) {
            Shape shape = rows.row;
            shape.insert(shape.begin(), static_cast<std::int64_t>(m_samples));
            auto whole = Tensor::fromStrings(std::move(shape), std::move(rows.strings));
            if (!whole)
                return std::move(whole).error();
            rows.whole = std::move(*whole);
        }
        joined.push_back({std::move(rows.name), std::move(rows.whole)});
    }
    return joined;
}

} // namespace warmbench
