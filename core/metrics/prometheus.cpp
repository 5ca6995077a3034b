#include "metrics/prometheus.h"

#include <array>
#include <charconv>
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

using BoundTexts = std::array<std::string, lastOctave - firstOctave + 1>;

const BoundTexts &boundTexts()
{
    static const BoundTexts texts = [] {
        BoundTexts made;
        for (int octave = firstOctave; octave <= lastOctave; ++octave)
            made.at(static_cast<std::size_t>(octave - firstOctave)) =
                fmt::format("{:.9g}", Histogram::upperBound(4 * octave - 1));
        return made;
    }();
    return texts;
}

void appendEscaped(std::string &out, std::string_view value)
{
    for (const char c : value) {
        if (c == '\n') {
            out += "\\n";
            continue;
        }
        if (c == '"' || c == '\\')
            out += '\\';
        out += c;
    }
}

// The labels as text, without the braces.
std::string labelText(PrometheusText::Labels labels)
{
    std::string out;
    for (const auto &[name, value] : labels) {
        if (!out.empty())
            out += ',';
        out += name;
        out += "=\"";
        appendEscaped(out, value);
        out += '"';
    }
    return out;
}

} // namespace

void PrometheusText::family(std::string_view name, Type type, std::string_view help)
{
    m_name = name;
    fmt::format_to(std::back_inserter(m_text), "# HELP {} {}\n# TYPE {} {}\n", name, help, name,
                   typeName(type));
}

void PrometheusText::append(double value)
{
    if (std::isfinite(value))
        fmt::format_to(std::back_inserter(m_text), " {}\n", value);
    else
        m_text += std::isnan(value) ? " NaN\n" : value > 0 ? " +Inf\n" : " -Inf\n";
}

void PrometheusText::append(std::int64_t value)
{
    std::array<char, 24> digits;
    m_text += ' ';
    m_text.append(digits.data(),
                  std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr);
    m_text += '\n';
}

void PrometheusText::appendName(std::string_view suffix, std::string_view labels)
{
    m_text += m_name;
    m_text += suffix;
    if (!labels.empty()) {
        m_text += '{';
        m_text += labels;
        m_text += '}';
    }
}

void PrometheusText::sample(Labels labels, std::int64_t value)
{
    appendName({}, labelText(labels));
    append(value);
}

void PrometheusText::sample(Labels labels, double value)
{
    appendName({}, labelText(labels));
    append(value);
}

// Many models make many lines, so the part that all lines of one histogram share is made once.
void PrometheusText::histogram(Labels labels, const Histogram::Values &values)
{
    const std::string common = labelText(labels);
    const std::string start =
        fmt::format("{}_bucket{{{}{}le=\"", m_name, common, common.empty() ? "" : ",");
    const auto bucket = [&](std::string_view bound, std::int64_t below) {
        m_text += start;
        m_text += bound;
        m_text += "\"}";
        append(below);
    };
    std::int64_t below = 0;
    int fine = 0;
    for (int octave = firstOctave; octave <= lastOctave; ++octave) {
        for (; fine < 4 * octave; ++fine)
            below += values.buckets.at(static_cast<std::size_t>(fine));
        bucket(boundTexts().at(static_cast<std::size_t>(octave - firstOctave)), below);
    }
    bucket("+Inf", values.count);
    appendName("_sum", common);
    append(values.sumSeconds);
    appendName("_count", common);
    append(values.count);
}

} // namespace warmbench
