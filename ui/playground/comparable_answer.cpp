#include "ui/playground/comparable_answer.h"

#include "ui/widgets/display_text.h"

#include <algorithm>
#include <QCoreApplication>

using namespace Qt::StringLiterals;

namespace warmbench::ui {

namespace {

constexpr int mostNamed = 3;

struct AnswerChanges
{
    Q_DECLARE_TR_FUNCTIONS(AnswerChanges)
};

SampleResult withoutPictures(const SampleResult &sample)
{
    SampleResult kept;
    kept.classes = sample.classes;
    kept.segmentation = sample.segmentation;
    kept.text = sample.text;
    kept.detections.reserve(sample.detections.size());
    for (const Detection &box : sample.detections) {
        Detection without;
        without.index = box.index;
        without.label = box.label;
        without.left = box.left;
        without.top = box.top;
        without.right = box.right;
        without.bottom = box.bottom;
        kept.detections.push_back(std::move(without));
    }
    return kept;
}

// Of what may be large. Labels and texts are short.
std::size_t sizeOf(const SampleResult &sample)
{
    return sample.classes.size() * sizeof(ScoredClass) +
           sample.detections.size() * sizeof(Detection) + sample.text.size() * sizeof(TextLine) +
           (sample.segmentation ? sample.segmentation->classes.size() * sizeof(std::uint16_t) : 0);
}

QString howChanged(const ComparableAnswer &before, const ComparableAnswer &after,
                   const AnswerDifference &difference)
{
    const bool several = after.prediction.results.size() > 1;
    if (!several && before.phrases.value(0) != after.phrases.value(0))
        return AnswerChanges::tr("was %1, is %2")
            .arg(before.phrases.value(0), after.phrases.value(0));
    // The words of a comparison speak of two models.
    if (!several && after.prediction.task == Task::Detection)
        return AnswerChanges::tr("other boxes");
    return text(difference.how);
}

} // namespace

std::shared_ptr<const ComparableAnswer> comparableAnswer(const Prediction &prediction,
                                                         const std::vector<NamedTensor> &outputs,
                                                         const QStringList &phrases)
{
    const bool numbers = prediction.task == Task::Tensor || prediction.task == Task::Image;
    const NamedTensor *primary =
        numbers && prediction.primary < outputs.size() ? &outputs[prediction.primary] : nullptr;
    std::size_t bytes = primary ? primary->tensor.byteSize() : 0;
    for (const SampleResult &sample : prediction.results)
        bytes += sizeOf(sample);
    if (bytes > largestComparable)
        return {};
    auto kept = std::make_shared<ComparableAnswer>();
    kept->prediction.task = prediction.task;
    kept->phrases = phrases;
    kept->bytes = bytes;
    if (primary)
        kept->prediction.outputs.push_back(*primary);
    for (const SampleResult &sample : prediction.results)
        kept->prediction.results.push_back(withoutPictures(sample));
    return kept;
}

std::optional<AnswerChange> answerChange(const std::shared_ptr<const ComparableAnswer> &before,
                                         const std::shared_ptr<const ComparableAnswer> &after)
{
    if (!before || !after)
        return {};
    const auto difference = differenceOf(before->prediction, after->prediction, KnownBy::Label);
    AnswerChange change;
    change.changed = difference.changed;
    if (change.changed)
        change.how = howChanged(*before, *after, difference);
    return change;
}

QString changesText(const std::vector<AnswerChange> &changes, int unknown)
{
    if (changes.empty() && unknown == 0)
        return {};
    QStringList named;
    qsizetype changed = 0;
    for (const AnswerChange &change : changes) {
        if (!change.changed)
            continue;
        if (++changed <= mostNamed)
            named << (change.how.isEmpty() ? change.input
                                           : u"%1 %2"_s.arg(change.input, change.how));
    }
    const auto all = static_cast<qsizetype>(changes.size());
    QString sentence =
        changed == 0
            ? (all == 1 ? AnswerChanges::tr("The answer is the same")
                        : AnswerChanges::tr("All %1 answers are the same").arg(grouped(all)))
        : all == 1
            ? AnswerChanges::tr("The answer has changed")
            : AnswerChanges::tr("Changed answers: %1 of %2").arg(grouped(changed), grouped(all));
    if (all == 0)
        sentence.clear();
    if (unknown > 0) {
        if (!sentence.isEmpty())
            sentence += u"; "_s;
        sentence += unknown == 1 ? AnswerChanges::tr("one answer was too large to be compared")
                                 : AnswerChanges::tr("%1 answers were too large to be compared")
                                       .arg(grouped(unknown));
    }
    if (!named.isEmpty())
        sentence += u": "_s + named.join(u"; "_s);
    if (changed > mostNamed)
        sentence += AnswerChanges::tr("; and %1 more").arg(grouped(changed - mostNamed));
    return sentence + u'.';
}

} // namespace warmbench::ui
