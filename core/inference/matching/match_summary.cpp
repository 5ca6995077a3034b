#include "inference/matching/match_summary.h"

#include "base/text.h"
#include "inference/matching/preparations.h"

#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <string>

namespace warmbench {

namespace {

// Where even the best is farther away than this, its place says little.
constexpr double nearShare = 0.05;

std::string distance(const MatchReport &report)
{
    const Closeness &best = *report.candidates.front().closeness;
    return fmt::format("{} ({:.2g} of the largest number; cosine {:.6f}{})",
                       differenceText(best.largest), best.share, best.cosine,
                       !best.sameBest   ? ""
                       : *best.sameBest ? "; the same best class"
                                        : "; another best class");
}

// With those that give the same tensor, the closest first.
std::vector<Preprocessing> agreeing(const std::vector<MatchCandidate> &candidates)
{
    std::vector<Preprocessing> all;
    for (const MatchCandidate &candidate : candidates) {
        if (!candidate.closeness->within)
            continue;
        all.push_back(candidate.how);
        all.insert(all.end(), candidate.same.begin(), candidate.same.end());
    }
    return all;
}

void judgeCompared(MatchReport &report)
{
    const MatchCandidate &best = report.candidates.front();
    report.matches = best.closeness->within;
    if (report.matches)
        report.summary =
            fmt::format("matches: largest difference {}, with {}",
                        differenceText(best.closeness->largest), preparationText(best.how));
    else
        report.summary = fmt::format("none agrees: the closest, {}, differs by {}",
                                     preparationText(best.how), distance(report));
    if (!report.matches && best.closeness->share <= nearShare)
        report.notes.emplace_back("That is close enough for the right values of the pixels; size "
                                  "or filter are others, or the notebook's network computes "
                                  "otherwise, in float16 for one.");
    const auto alike = agreeing(report.candidates);
    if (alike.size() > 1)
        report.notes.push_back(fmt::format(
            "{} {} within the tolerance too, such as \"{}\"; if that is another size, a "
            "photograph of other proportions tells them apart.",
            alike.size() - 1, alike.size() == 2 ? "other agrees" : "others agree",
            preparationText(alike[1])));
}

// How many pictures have the most frequent answer.
std::size_t mostAlike(const MatchCandidate &candidate)
{
    std::map<std::string, std::size_t> counts;
    std::size_t most = 0;
    for (const MatchAnswer &answer : candidate.answers)
        most = std::max(most, ++counts[answer.label]);
    return most;
}

bool finds(const MatchAnswer &answer)
{
    return answer.score || answer.label != "nothing";
}

// One label wins nearly all pictures where the range is wrong: of a hundred photographs some few
// have another one. A detector that finds nothing anywhere is as telling, one that finds a person
// everywhere is not.
bool collapses(const MatchCandidate &candidate)
{
    constexpr std::size_t picturesAnException = 6;
    const std::size_t pictures = candidate.answers.size();
    const MatchAnswer &first = candidate.answers.front();
    return mostAlike(candidate) + pictures / picturesAnException >= pictures &&
           (first.score || !finds(first));
}

// Only what another preparation tells of the same pictures makes that a fault.
bool tells(const MatchCandidate &candidate)
{
    const std::size_t half = (candidate.answers.size() + 1) / 2;
    if (candidate.answers.front().score)
        return mostAlike(candidate) <= half;
    return static_cast<std::size_t>(
               std::count_if(candidate.answers.begin(), candidate.answers.end(), finds)) >= half;
}

void judgeSideBySide(MatchReport &report)
{
    const std::size_t pictures = report.candidates.front().answers.size();
    const bool enough = pictures >= leastPicturesToJudge;
    const bool toldApart = std::any_of(report.candidates.begin(), report.candidates.end(), tells);
    std::size_t wrong = 0;
    for (MatchCandidate &candidate : report.candidates) {
        candidate.tellsNothingApart = enough && toldApart && collapses(candidate);
        wrong += candidate.tellsNothingApart ? 1 : 0;
    }
    if (!enough)
        report.summary = fmt::format("nothing can be told from {} picture{}; give {} or more of "
                                     "different things",
                                     pictures, pictures == 1 ? "" : "s", leastPicturesToJudge);
    else if (!toldApart)
        report.summary =
            "nothing can be told: no preparation tells these pictures apart; give some "
            "of different things";
    else if (wrong == 0)
        report.summary = "no range is wrong for sure: each tells these pictures apart";
    else
        report.summary =
            fmt::format("{} of {} cannot be right: they answer the same for {} picture, so that "
                        "their range is wrong",
                        wrong, report.candidates.size(), pictures < 6 ? "every" : "nearly every");
    report.notes.emplace_back(
        "Order of colours, mean, size, crop and filter cannot be told without the notebook's "
        "numbers: wrong ones are often the more confident. Give its output as EXPECTED.");
}

} // namespace

void judge(MatchReport &report)
{
    if (report.compared)
        judgeCompared(report);
    else
        judgeSideBySide(report);
    report.notes.push_back(fmt::format("{} preparations compared, in {} runs of the network.",
                                       report.candidates.size(), report.runs));
}

} // namespace warmbench
