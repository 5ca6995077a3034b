#include "tensor/value_statistics.h"

#include "tensor/json_writer.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <fmt/format.h>
#include <numeric>

namespace warmbench {

namespace {

constexpr std::size_t blockSize = 1024;

double toDouble(Half value)
{
    return static_cast<double>(toFloat(value));
}

template <typename T>
double toDouble(T value)
{
    return static_cast<double>(value);
}

} // namespace

void ValueCounter::add(DType dtype, std::span<const std::byte> elements)
{
    withElementType(dtype, [&](auto element) { addAll<decltype(element)>(elements); });
}

template <typename T>
void ValueCounter::addAll(std::span<const std::byte> elements)
{
    std::array<double, blockSize> finite{};
    std::size_t held = 0;
    for (std::size_t at = 0; at + sizeof(T) <= elements.size(); at += sizeof(T)) {
        T element;
        std::memcpy(&element, elements.data() + at, sizeof(T));
        const double value = toDouble(element);
        ++m_found.count;
        if (std::isnan(value)) {
            ++m_found.nans;
            continue;
        }
        m_found.zeros += value == 0 ? 1 : 0;
        m_found.min = std::fmin(m_found.min, value); // fmin leaves out a NaN
        m_found.max = std::fmax(m_found.max, value);
        if (std::isinf(value)) {
            ++m_found.infinities;
            continue;
        }
        m_found.low = std::fmin(m_found.low, value);
        m_found.high = std::fmax(m_found.high, value);
        finite[held++] = value;
        if (held == blockSize) {
            addBlock(finite);
            held = 0;
        }
    }
    addBlock(std::span(finite).first(held));
}

// Joins mean and squares of a block with those so far (Chan, Golub and LeVeque, "Updating Formulae
// and a Pairwise Algorithm for Computing Sample Variances", 1979).
void ValueCounter::addBlock(std::span<const double> finite)
{
    if (finite.empty())
        return;
    const auto count = static_cast<double>(finite.size());
    const double mean = std::accumulate(finite.begin(), finite.end(), 0.0) / count;
    double squares = 0;
    for (const double value : finite)
        squares += (value - mean) * (value - mean);
    const auto before = static_cast<double>(m_finite);
    const double apart = mean - m_mean;
    m_finite += std::ssize(finite);
    const auto all = static_cast<double>(m_finite);
    m_mean += apart * count / all;
    m_squares += squares + apart * apart * before * count / all;
}

ValueStatistics ValueCounter::result() const
{
    ValueStatistics found = m_found;
    if (m_finite > 0) {
        found.mean = m_mean;
        found.deviation = std::sqrt(m_squares / static_cast<double>(m_finite));
    }
    return found;
}

Result<ValueStatistics> statisticsOf(const Tensor &tensor)
{
    if (tensor.dtype() == DType::String)
        return invalidArgument("A tensor of strings has no statistics; look at its values.");
    ValueCounter counter;
    counter.add(tensor.dtype(), tensor.bytes());
    return counter.result();
}

std::vector<std::int64_t> histogramOf(const Tensor &tensor, const ValueStatistics &values,
                                      std::size_t parts)
{
    if (tensor.dtype() == DType::String || std::isnan(values.low) || parts == 0)
        return {};
    std::vector<std::int64_t> counts(parts);
    const double range = values.high - values.low;
    const double scale = range > 0 ? static_cast<double>(parts) / range : 0;
    withElementType(tensor.dtype(), [&](auto element) {
        for (const auto raw : tensor.values<decltype(element)>()) {
            const double value = toDouble(raw);
            if (std::isfinite(value))
                ++counts[std::min(parts - 1,
                                  static_cast<std::size_t>((value - values.low) * scale))];
        }
    });
    return counts;
}

std::string statisticsJson(const ValueStatistics &values)
{
    std::string out = fmt::format("\"count\": {}", values.count);
    const auto add = [&out](const char *key, double value) {
        out += fmt::format(", \"{}\": ", key);
        if (std::isnan(value))
            out += "null";
        else if (std::isinf(value))
            out += value < 0 ? "\"-Infinity\"" : "\"Infinity\"";
        else
            appendJsonNumber(out, value);
    };
    add("min", values.min);
    add("max", values.max);
    add("mean", values.mean);
    add("std", values.deviation);
    return out + fmt::format(", \"nan\": {}, \"infinite\": {}, \"zeros\": {}", values.nans,
                             values.infinities, values.zeros);
}

} // namespace warmbench
