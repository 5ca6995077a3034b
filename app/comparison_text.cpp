#include "comparison_text.h"

#include "base/clock.h"
#include "base/text.h"
#include "inference/matching/closeness.h"

#include <fmt/format.h>
#include <optional>

namespace warmbench::app {

namespace {

constexpr std::size_t nameWidth = 24;
constexpr std::size_t answerWidth = 21;
constexpr std::size_t cutWidth = 3; // of the dots

// The end of a path tells more than its beginning.
std::string endOf(const std::string &name, std::size_t most)
{
    std::string shown = printable(name, name.size());
    if (shown.size() <= most)
        return shown;
    const auto within = [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80; };
    std::size_t from = shown.size() - (most - cutWidth);
    while (from < shown.size() && within(shown[from])) // not in the middle of a character
        ++from;
    return "..." + shown.substr(from);
}

// The beginning of it; the dots count as part of the width.
std::string beginningOf(const std::string &text, std::size_t most)
{
    return text.size() <= most ? printable(text, most) : printable(text, most - cutWidth);
}

std::string cosineText(const std::optional<double> &cosine)
{
    return cosine ? fmt::format("{:.6f}", *cosine) : "-";
}

std::string largestText(const std::optional<double> &largest)
{
    return largest ? differenceText(*largest) : "-";
}

std::string modelLine(const char *side, const ComparedModel &model)
{
    std::string line = fmt::format("{}  {} ({}), {}\n", side, printable(model.id.name, 60),
                                   model.engine, toText(model.memory));
    for (const std::string &warning : model.warnings)
        line += fmt::format("   {}\n", warning);
    return line;
}

std::string rowOf(const std::string &input, const std::string &a, const std::string &b,
                  const std::string &answer, const std::string &cosine, const std::string &largest)
{
    return fmt::format("{:<{}}  {:<{}}  {:<{}}  {:<7}  {:>9}  {:>7}\n", input, nameWidth, a,
                       answerWidth, b, answerWidth, answer, cosine, largest);
}

std::string lineOf(const ComparedInput &input)
{
    const auto cell = [](const ComparedAnswer &answer) {
        return answer.refusal.empty() ? beginningOf(answer.text, answerWidth) : "refused";
    };
    std::string line = rowOf(endOf(input.name, nameWidth), cell(input.first), cell(input.second),
                             !input.compared() ? "-"
                             : input.changed   ? "changed"
                                               : "same",
                             cosineText(input.cosine), largestText(input.largest));
    if (!input.difference.empty())
        line += fmt::format("    {}\n", input.difference);
    if (!input.first.refusal.empty() && input.first.refusal == input.second.refusal)
        return line + fmt::format("    A and B: {}\n", input.first.refusal);
    if (!input.first.refusal.empty())
        line += fmt::format("    A: {}\n", input.first.refusal);
    if (!input.second.refusal.empty())
        line += fmt::format("    B: {}\n", input.second.refusal);
    return line;
}

std::string speedText(const Latencies &latencies)
{
    const auto ratio = latencies.ratio();
    return fmt::format("A {:.3f} ms, B {:.3f} ms{}", toMilliseconds(latencies.first),
                       toMilliseconds(latencies.second),
                       latencies.areAlike() ? "; no clear difference"
                       : ratio              ? fmt::format("; B takes {:.2f} times as long", *ratio)
                                            : "");
}

std::string summaryText(const ComparisonSummary &summary)
{
    std::string text =
        fmt::format("changed     {} of {} answers\n", summary.changed, summary.compared);
    if (summary.refused > 0)
        text += fmt::format("refused     {} of {} inputs\n", summary.refused, summary.inputs);
    if (summary.lowestCosine)
        text += fmt::format("cosine      {} at least, {} on average\n",
                            cosineText(summary.lowestCosine), cosineText(summary.meanCosine));
    if (summary.largest)
        text += fmt::format("difference  {} at most{}{}\n", differenceText(*summary.largest),
                            summary.largestInput.empty() ? "" : ", on ",
                            printable(summary.largestInput));
    if (summary.answered() > 0)
        text +=
            fmt::format("infer       {}\ntotal       {}\n            medians of {} run{} of each\n",
                        speedText(summary.infer), speedText(summary.total), summary.runs,
                        summary.runs == 1 ? "" : "s");
    return text;
}

} // namespace

std::string comparisonText(const Comparison &comparison)
{
    std::string text = modelLine("A", comparison.first) + modelLine("B", comparison.second) + "\n" +
                       rowOf("input", "A", "B", "answer", "cosine", "differ");
    for (const ComparedInput &input : comparison.inputs)
        text += lineOf(input);
    text += "\n" + summaryText(comparison.summary);
    for (const std::string &note : comparison.notes)
        text += note + "\n";
    return text;
}

} // namespace warmbench::app
