// The answer beside the picture: bars, a table of boxes or of classes of pixels, text, or numbers;
// below it the sliders. Thread: GUI.
#pragma once

#include "ui/playground/prediction_run.h"

#include <QWidget>

class QAction;
class QLabel;
class QStackedWidget;
class QTreeWidget;

namespace warmbench::ui {

class AnswerSliders;
class CaptionLabel;
class ClassBars;
class PictureView;

class AnswerView : public QWidget
{
    Q_OBJECT

public:
    // The buttons of `actions` are beside the title.
    explicit AnswerView(const QList<QAction *> &actions, QWidget *parent = nullptr);

    // What shows a part of the answer beside this view: the large picture, or a row for each
    // sample.
    enum class Beside { Nothing, Picture, Rows };

    void clear();
    // Shows the answer of one sample, or a list of all where no rows beside do.
    void setResult(std::shared_ptr<const RunResult> result, Beside beside, std::size_t sample);
    void showSample(std::size_t sample);
    // Draws the answer faintly, because it is not that of the present model and input.
    void setStale(bool stale);
    // What the answer takes of the outputs.
    AnswerSliders *sliders() const { return m_sliders; }
    QString caption() const;

Q_SIGNALS:
    void detectionChosen(int index); // -1: none

private:
    enum class Page { Empty, Bars, Table, Numbers, Picture };

    void showCaption();
    void showPage(Page page, const QString &caption);
    void showAll(const QStringList &phrases);
    void showDetections(const SampleResult &sample);
    void showShares(const Segmentation &map);
    void showText(const SampleResult &sample);
    void showNumbers(const RunResult &result, std::size_t sample);

    std::shared_ptr<const RunResult> m_shown;
    Beside m_beside = Beside::Nothing;
    QString m_about; // in the caption, beside the model
    bool m_stale = false;
    QStackedWidget *m_pages;
    PictureView *m_picture;
    ClassBars *m_bars;
    QTreeWidget *m_table;
    QLabel *m_numbers;
    CaptionLabel *m_caption;
    AnswerSliders *m_sliders;
};

} // namespace warmbench::ui
