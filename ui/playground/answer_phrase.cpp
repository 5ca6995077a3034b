#include "ui/playground/answer_phrase.h"

#include "tensor/conversion.h"
#include "ui/widgets/display_text.h"

#include <algorithm>
#include <QCoreApplication>

using namespace Qt::StringLiterals;

namespace warmbench::ui {

namespace {

constexpr std::size_t numbersShown = 6;

QString translated(const char *source)
{
    return QCoreApplication::translate("AnswerPhrase", source);
}

QString percent(double share, int digits = 0)
{
    return u"%1 %"_s.arg(share * 100, 0, 'f', digits);
}

// "seven 63 %"; a label that is a number itself keeps its distance: "7 · 63 %".
QString scored(const std::string &label, double share, int digits = 0)
{
    const QString name = text(label);
    const bool number = !name.isEmpty() && name.back().isDigit();
    return name + (number ? u" · "_s : u" "_s) + percent(share, digits);
}

QString linesOf(const std::vector<TextLine> &lines)
{
    QStringList words;
    for (const TextLine &line : lines)
        words << text(line.text);
    return words.join(u" / "_s);
}

// The numbers of one sample in an output whose first dimension is the batch.
QString numbersOf(const Tensor &numbers, std::size_t sample, std::size_t samples)
{
    const auto values = numbers.values<double>();
    const std::size_t width = values.size() / samples;
    QStringList texts;
    for (const double value : values.subspan(sample * width, std::min(width, numbersShown)))
        texts << numberText(value);
    return texts.join(u", "_s) + (width > numbersShown ? u", …"_s : QString());
}

} // namespace

bool isDrawnOnPicture(Task task)
{
    return task == Task::Detection || task == Task::Segmentation;
}

QString answerSentence(const SampleResult &sample)
{
    QStringList parts;
    for (const Detection &detection : sample.detections)
        parts << scored(detection.label, double{detection.score});
    if (sample.segmentation) {
        for (const Segmentation::Share &share : sample.segmentation->shares)
            parts << scored(share.label, share.share, 1);
        return parts.join(u", "_s);
    }
    if (sample.detections.empty())
        return translated("Nothing found at this score");
    return translated("%1 found: %2").arg(sample.detections.size()).arg(parts.join(u", "_s));
}

QString pictureCaption(QSize size, const std::optional<ImageRange> &range)
{
    QString pixels = translated("%1 × %2 pixels").arg(size.width()).arg(size.height());
    if (!range)
        return pixels;
    const QString black = numberText(range->black, 3);
    const QString white = numberText(range->white, 3);
    switch (range->origin) {
    case ImageRange::Origin::Usual:
        break;
    case ImageRange::Origin::Settings:
        return translated("%1 · black %2, white %3 (settings file)").arg(pixels, black, white);
    case ImageRange::Origin::Data:
        return translated("%1 · black %2, white %3 (its lowest and highest number)")
            .arg(pixels, black, white);
    }
    return translated("%1 · black %2, white %3").arg(pixels, black, white);
}

QStringList answerPhrases(const Prediction &prediction, const std::vector<NamedTensor> &outputs)
{
    const std::size_t samples = prediction.results.size();
    std::optional<Tensor> numbers;
    if (prediction.primary < outputs.size()) {
        auto wide = converted(outputs[prediction.primary].tensor, DType::Float64);
        if (wide && wide->elementCount() % std::max<std::size_t>(1, samples) == 0)
            numbers = *std::move(wide);
    }
    QStringList phrases;
    for (std::size_t i = 0; i < samples; ++i) {
        const SampleResult &sample = prediction.results[i];
        if (isDrawnOnPicture(prediction.task))
            phrases << answerSentence(sample);
        else if (!sample.classes.empty())
            phrases << scored(sample.classes.front().label, double{sample.classes.front().score});
        else if (!sample.text.empty())
            phrases << linesOf(sample.text);
        else
            phrases << (numbers ? numbersOf(*numbers, i, samples) : QString());
    }
    return phrases;
}

} // namespace warmbench::ui
