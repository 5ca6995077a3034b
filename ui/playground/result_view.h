// Shows the answer in the form that suits its task: bars, boxes over the picture, a picture, or
// numbers; for detectors also sliders for the two thresholds. Thread: GUI.
#pragma once

#include "ui/playground/prediction_run.h"

#include <QWidget>

class QLabel;
class QSlider;
class QStackedWidget;

namespace warmbench::ui {

class CaptionLabel;
class ClassBars;
class PictureView;

class ResultView : public QWidget
{
    Q_OBJECT

public:
    explicit ResultView(QWidget *parent = nullptr);

    void clear();
    // `input` is the picture that was sent, for the boxes; null for numbers.
    void setResult(const RunResult &result, const PictureInput *input);
    // Sets the sliders to the model's own thresholds; without a `decoder` there are no sliders.
    void setDecoder(const std::optional<DecoderSettings> &decoder);
    // The thresholds of the sliders, if they differ from the model's own.
    std::optional<DecoderSettings> chosenDecoder() const;
    QString caption() const;

Q_SIGNALS:
    void decoderChanged();

private:
    QWidget *makeSliders();
    void showSliderValues();
    void showClasses(const SampleResult &sample);
    void showOnPicture(const SampleResult &sample, const PictureInput &input);
    void showText(const SampleResult &sample);
    void showNumbers(const RunResult &result);

    QStackedWidget *m_pages;
    PictureView *m_picture;
    ClassBars *m_bars;
    QWidget *m_barsPage;
    QLabel *m_numbers;
    CaptionLabel *m_caption;
    QWidget *m_sliders;
    QSlider *m_score;
    QSlider *m_nms;
    QLabel *m_scoreText;
    QLabel *m_nmsText;
    std::optional<DecoderSettings> m_decoder;
};

// The caption of an answer that is drawn on a picture: what was found, or the share of each class.
QString answerSentence(const SampleResult &sample);
// The caption of an answer that is a picture: its size, which numbers are black and white, and
// where these come from if that is not obvious.
QString pictureCaption(QSize size, const std::optional<ImageRange> &range);

} // namespace warmbench::ui
