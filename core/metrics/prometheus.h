// Writes metrics in Prometheus' text format 0.0.4 (prometheus.io, "Exposition formats").
//
// Thread: a value. Families come one after the other, all samples of a family together, as the
// format requires; a family without samples still has its HELP and TYPE lines.
#pragma once

#include "metrics/metrics.h"

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace warmbench {

class PrometheusText
{
public:
    static constexpr std::string_view contentType = "text/plain; version=0.0.4; charset=utf-8";
    enum class Type : std::uint8_t { Counter, Gauge, Histogram };
    using Labels = std::initializer_list<std::pair<std::string_view, std::string_view>>;

    void family(std::string_view name, Type type, std::string_view help);
    // Adds a sample to the family begun last. Label values may be any UTF-8.
    void sample(Labels labels, std::int64_t value);
    void sample(Labels labels, double value);
    // Writes cumulative buckets (bounds double from 32 us to 33.6 s, then infinity), the sum in
    // seconds and the count. Each bound is also a bound of Histogram's finer buckets, so that
    // nothing is guessed.
    void histogram(Labels labels, const Histogram::Values &values);

    const std::string &text() const & { return m_text; }
    std::string text() && { return std::move(m_text); }

private:
    void appendName(std::string_view suffix, std::string_view labels);
    void append(double value);
    void append(std::int64_t value);

    std::string m_text;
    std::string m_name;
};

} // namespace warmbench
