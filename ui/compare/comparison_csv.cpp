#include "ui/compare/comparison_csv.h"

#include "base/clock.h"
#include "tensor/csv.h"

#include <fmt/format.h>
#include <optional>
#include <vector>

namespace warmbench::ui {

namespace {

std::string cellOf(const std::optional<double> &number)
{
    return number ? fmt::format("{}", *number) : std::string();
}

std::string timeOf(const ComparedAnswer &answer, std::chrono::nanoseconds time)
{
    return answer.refusal.empty() ? fmt::format("{}", toMilliseconds(time)) : std::string();
}

std::vector<std::string> cellsOf(const ComparedInput &input)
{
    const ComparedAnswer &a = input.first;
    const ComparedAnswer &b = input.second;
    return {input.name,
            !input.answered()   ? "refused"
            : !input.comparable ? "incomparable"
            : input.changed     ? "changed"
                                : "same",
            a.text,
            b.text,
            a.refusal,
            b.refusal,
            input.difference,
            cellOf(input.cosine),
            cellOf(input.largest),
            timeOf(a, a.infer),
            timeOf(b, b.infer),
            timeOf(a, a.total),
            timeOf(b, b.total),
            std::to_string(input.runs)};
}

} // namespace

std::string comparisonCsv(const Comparison &comparison)
{
    std::string csv = "input,answer,a,b,a_error,b_error,difference,cosine,largest_difference,"
                      "a_infer_ms,b_infer_ms,a_total_ms,b_total_ms,runs\n";
    for (const ComparedInput &input : comparison.inputs) {
        bool first = true;
        for (const std::string &cell : cellsOf(input)) {
            if (!std::exchange(first, false))
                csv += ',';
            appendCsvCell(csv, cell);
        }
        csv += '\n';
    }
    return csv;
}

} // namespace warmbench::ui
