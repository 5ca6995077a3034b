// What is kept of an answer to tell later whether another one to the same input says the same, such
// as after a refresh. Thread: any; pure functions.
#pragma once

#include "inference/comparison/answer_difference.h"

#include <cstddef>
#include <memory>
#include <QString>
#include <QStringList>
#include <vector>

namespace warmbench::ui {

struct ComparableAnswer
{
    // Results without masks and pictures; the primary output only where the answer is numbers.
    Prediction prediction;
    QStringList phrases; // of each sample
    std::size_t bytes = 0;
};

// A larger answer is not kept.
inline constexpr std::size_t largestComparable = std::size_t{4} << 20U; // bytes

// `outputs` are those of the run. Null: the answer is larger than largestComparable.
std::shared_ptr<const ComparableAnswer> comparableAnswer(const Prediction &prediction,
                                                         const std::vector<NamedTensor> &outputs,
                                                         const QStringList &phrases);

// How the answer to one input has changed.
struct AnswerChange
{
    QString input; // its name
    bool changed = false;
    QString how; // "was seven 63 %, is three 99 %"; empty if it has not changed
};

// Nothing if one of both is not known.
std::optional<AnswerChange> answerChange(const std::shared_ptr<const ComparableAnswer> &before,
                                         const std::shared_ptr<const ComparableAnswer> &after);

// A sentence of how many of the answers changed, which names the first of them. `unknown` are
// inputs whose earlier answer was too large to keep. Empty if there are no inputs.
QString changesText(const std::vector<AnswerChange> &changes, int unknown);

} // namespace warmbench::ui
