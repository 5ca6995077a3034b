#include "metrics/prometheus.h"

#include <cmath>
#include <fmt/format.h>
#include <iterator>

namespace warmbench {

namespace {

// Fine bucket 4 * k - 1 ends at 2^k microseconds.
constexpr int firstOctave = 5;
constexpr int lastOctave = 25;

const char *typeName(PrometheusText::Type type)
{
    switch (type) {
    case PrometheusText::Type::Counter:
        return "counter";
    case PrometheusText::Type::Gauge:
        return "gauge";
    case PrometheusText::Type::Histogram:
        break;
    }
    return "histogram";
}

} // namespace

void PrometheusText::family(std::string_view name, Type type, std::string_view help)
{
    m_name = name;
    fmt::format_to(std::back_inserter(m_text), "# HELP {} {}\n# TYPE {} {}\n", name, help, name,
                   typeName(type));
}

void PrometheusText::appendLabel(bool first, std::string_view name, std::string_view value)
{
    fmt::format_to(std::back_inserter(m_text), "{}{}=\"", first ? '{' : ',', name);
    for (const char c : value) {
        if (c == '\n') {
            m_text += "\\n";
            continue;
        }
        if (c == '"' || c == '\\')
            m_text += '\\';
        m_text += c;
    }
    m_text += '"';
}

void PrometheusText::line(std::string_view suffix, Labels labels, std::string_view bound,
                          double value)
{
    m_text += m_name;
    m_text += suffix;
    bool first = true;
    for (const auto &[name, text] : labels) {
        appendLabel(first, name, text);
        first = false;
    }
    if (!bound.empty()) {
        appendLabel(first, "le", bound);
        first = false;
    }
    if (!first)
        m_text += '}';
    if (std::isfinite(value))
        fmt::format_to(std::back_inserter(m_text), " {}\n", value);
    else
        m_text += std::isnan(value) ? " NaN\n" : value > 0 ? " +Inf\n" : " -Inf\n";
}

void PrometheusText::sample(Labels labels, std::int64_t value)
{
    line({}, labels, {}, static_cast<double>(value));
}

void PrometheusText::sample(Labels labels, double value)
{
    line({}, labels, {}, value);
}

void PrometheusText::histogram(Labels labels, const Histogram::Values &values)
{
    std::int64_t below = 0;
    int fine = 0;
    for (int octave = firstOctave; octave <= lastOctave; ++octave) {
        for (; fine < 4 * octave; ++fine)
            below += values.buckets.at(static_cast<std::size_t>(fine));
        line("_bucket", labels, fmt::format("{:.9g}", Histogram::upperBound(fine - 1)),
             static_cast<double>(below));
    }
    line("_bucket", labels, "+Inf", static_cast<double>(values.count));
    line("_sum", labels, {}, values.sumSeconds);
    line("_count", labels, {}, static_cast<double>(values.count));
}

} // namespace warmbench
