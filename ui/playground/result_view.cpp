#include "ui/playground/result_view.h"

#include "ui/widgets/class_bars.h"
#include "ui/widgets/display_text.h"
#include "ui/widgets/picture_pane.h"

#include <cmath>
#include <QFontDatabase>
#include <QGridLayout>
#include <QLabel>
#include <QScrollArea>
#include <QSlider>
#include <QStackedWidget>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace warmbench::ui {

namespace {

QSlider *percentSlider(const QString &name, QWidget *parent)
{
    auto *slider = new QSlider(Qt::Horizontal, parent);
    slider->setRange(0, 100);
    slider->setAccessibleName(name);
    return slider;
}

QScrollArea *scrolled(QWidget *inner, const QString &name)
{
    auto *area = new QScrollArea;
    area->setFrameShape(QFrame::NoFrame);
    area->setWidgetResizable(true);
    area->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    area->setAccessibleName(name);
    area->setWidget(inner);
    return area;
}

} // namespace

ResultView::ResultView(QWidget *parent)
    : QWidget(parent)
    , m_pages(new QStackedWidget(this))
    , m_picture(new PictureView(this))
    , m_bars(new ClassBars(this))
    , m_numbers(new QLabel(this))
    , m_caption(new CaptionLabel(this))
    , m_sliders(makeSliders())
{
    m_picture->setPlaceholder(u"run"_s, tr("The answer appears here."));
    m_picture->setAccessibleName(tr("Result"));
    m_numbers->setWordWrap(true);
    m_numbers->setTextFormat(Qt::PlainText);
    m_numbers->setAlignment(Qt::AlignTop | Qt::AlignLeft);
    m_numbers->setFont(QFontDatabase::systemFont(QFontDatabase::FixedFont));
    m_numbers->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    m_barsPage = new QWidget(this);
    auto *bars = new QVBoxLayout(m_barsPage);
    bars->setContentsMargins(0, 4, 6, 0);
    bars->addWidget(m_bars);
    bars->addStretch(1);
    m_pages->addWidget(m_picture);
    m_pages->addWidget(scrolled(m_barsPage, tr("Classes")));
    m_pages->addWidget(scrolled(m_numbers, tr("Numbers")));

    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(6);
    layout->addWidget(paneTitle(tr("Result"), this));
    layout->addWidget(m_pages, 1);
    layout->addWidget(m_caption);
    layout->addWidget(m_sliders);
    m_sliders->hide();
}

QWidget *ResultView::makeSliders()
{
    auto *area = new QWidget(this);
    m_score = percentSlider(tr("Score threshold"), area);
    m_nms = percentSlider(tr("Overlap threshold"), area);
    m_scoreText = new QLabel(area);
    m_nmsText = new QLabel(area);
    auto *grid = new QGridLayout(area);
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setHorizontalSpacing(10);
    grid->setVerticalSpacing(4);
    grid->addWidget(new QLabel(tr("Score"), area), 0, 0);
    grid->addWidget(m_score, 0, 1);
    grid->addWidget(m_scoreText, 0, 2);
    auto *overlap = new QLabel(tr("Overlap"), area);
    overlap->setToolTip(tr("Of two boxes that overlap more than this, the better one stays"));
    grid->addWidget(overlap, 1, 0);
    grid->addWidget(m_nms, 1, 1);
    grid->addWidget(m_nmsText, 1, 2);
    for (QSlider *slider : {m_score, m_nms})
        connect(slider, &QSlider::valueChanged, this, [this] {
            showSliderValues();
            Q_EMIT decoderChanged();
        });
    return area;
}

void ResultView::showSliderValues()
{
    m_scoreText->setText(u"≥ %1"_s.arg(m_score->value() / 100.0, 0, 'f', 2));
    m_nmsText->setText(u"≤ %1"_s.arg(m_nms->value() / 100.0, 0, 'f', 2));
}

void ResultView::setDecoder(const std::optional<DecoderSettings> &decoder)
{
    m_decoder = decoder;
    m_sliders->setVisible(decoder.has_value());
    if (!decoder)
        return;
    const QSignalBlocker score(m_score);
    const QSignalBlocker nms(m_nms);
    m_score->setValue(static_cast<int>(std::lround(decoder->scoreThreshold * 100)));
    m_nms->setValue(static_cast<int>(std::lround(decoder->nmsThreshold * 100)));
    showSliderValues();
}

std::optional<DecoderSettings> ResultView::chosenDecoder() const
{
    if (!m_decoder)
        return {};
    DecoderSettings chosen = *m_decoder;
    // A slider that nobody has moved keeps the exact value, which may be between two of its steps.
    if (m_score->value() != std::lround(chosen.scoreThreshold * 100))
        chosen.scoreThreshold = m_score->value() / 100.0;
    if (m_nms->value() != std::lround(chosen.nmsThreshold * 100))
        chosen.nmsThreshold = m_nms->value() / 100.0;
    if (chosen.scoreThreshold == m_decoder->scoreThreshold &&
        chosen.nmsThreshold == m_decoder->nmsThreshold)
        return {};
    return chosen;
}

QString pictureCaption(QSize size, const std::optional<ImageRange> &range)
{
    QString pixels = ResultView::tr("%1 × %2 pixels").arg(size.width()).arg(size.height());
    if (!range)
        return pixels;
    const QString black = numberText(range->black, 3);
    const QString white = numberText(range->white, 3);
    switch (range->origin) {
    case ImageRange::Origin::Usual:
        break;
    case ImageRange::Origin::Settings:
        return ResultView::tr("%1 · black %2, white %3 (settings file)").arg(pixels, black, white);
    case ImageRange::Origin::Data:
        return ResultView::tr("%1 · black %2, white %3 (its lowest and highest number)")
            .arg(pixels, black, white);
    }
    return ResultView::tr("%1 · black %2, white %3").arg(pixels, black, white);
}

QString ResultView::caption() const
{
    return m_caption->text();
}

void ResultView::clear()
{
    m_picture->setPicture({}, {});
    m_pages->setCurrentIndex(0);
    m_caption->setText({});
}

void ResultView::setResult(const RunResult &result, const PictureInput *input)
{
    const SampleResult none;
    const SampleResult &sample =
        result.prediction.results.empty() ? none : result.prediction.results.front();
    const bool drawn =
        result.prediction.task == Task::Detection || result.prediction.task == Task::Segmentation;
    if (drawn && input)
        showOnPicture(sample, *input);
    else if (!result.image.isNull()) {
        m_picture->setPicture(result.image, result.imageSize);
        m_caption->setText(pictureCaption(result.imageSize, sample.imageRange));
        m_pages->setCurrentIndex(0);
    } else if (!sample.classes.empty())
        showClasses(sample);
    else if (!sample.text.empty())
        showText(sample);
    else
        showNumbers(result);
}

void ResultView::showClasses(const SampleResult &sample)
{
    m_bars->setClasses(sample.classes);
    m_caption->setText(tr("Best %1, by score").arg(sample.classes.size()));
    m_pages->setCurrentIndex(1);
}

QString answerSentence(const SampleResult &sample)
{
    QStringList parts;
    for (const Detection &detection : sample.detections)
        parts << u"%1 %2 %"_s.arg(text(detection.label)).arg(detection.score * 100, 0, 'f', 0);
    if (sample.segmentation) {
        for (const Segmentation::Share &share : sample.segmentation->shares)
            parts << u"%1 %2 %"_s.arg(text(share.label)).arg(share.share * 100, 0, 'f', 1);
        return parts.join(u", "_s);
    }
    if (sample.detections.empty())
        return ResultView::tr("Nothing found at this score");
    return ResultView::tr("%1 found: %2").arg(sample.detections.size()).arg(parts.join(u", "_s));
}

void ResultView::showOnPicture(const SampleResult &sample, const PictureInput &input)
{
    const QString sentence = answerSentence(sample);
    m_picture->setPicture(input.preview, input.size);
    m_picture->setAnswer(sample, sentence);
    m_caption->setText(sentence);
    m_pages->setCurrentIndex(0);
}

void ResultView::showText(const SampleResult &sample)
{
    QStringList lines;
    QStringList scores;
    for (const TextLine &line : sample.text) {
        lines << text(line.text);
        scores << u"%1 %"_s.arg(line.score * 100, 0, 'f', 0);
    }
    m_numbers->setText(lines.join(u'\n'));
    m_caption->setText(tr("Text, mean score %1").arg(scores.join(u", "_s)));
    m_pages->setCurrentIndex(2);
}

void ResultView::showNumbers(const RunResult &result)
{
    const std::size_t primary = result.prediction.primary;
    if (primary < result.outputs.size()) {
        const TensorSummary &output = result.outputs[primary];
        m_numbers->setText(output.values);
        m_caption->setText(u"%1 %2 %3"_s.arg(output.name, output.dtype, output.shape));
    }
    m_pages->setCurrentIndex(2);
}

} // namespace warmbench::ui
