// Several pictures at once: a strip of thumbnails, each with its answer, that the arrow keys walk.
// They are answered one after another in the background; the one that is walked to is shown and
// answered at once by the page. Hidden while there are none. Thread: GUI.
#pragma once

#include "ui/playground/batch_run.h"
#include "ui/playground/input_list.h"
#include "ui/playground/thumbnails.h"
#include "ui/widgets/message_overlay.h"

#include <QWidget>

class QAction;
class QListView;

namespace warmbench::ui {

class CaptionLabel;

class InputStrip : public QWidget
{
    Q_OBJECT

public:
    InputStrip(Workbench &workbench, Background &background, QWidget *parent = nullptr);

    void setPaths(const QStringList &paths);
    bool contains(const QString &path) const { return m_inputs.rowOf(path) >= 0; }
    bool isEmpty() const { return m_inputs.rowCount({}) == 0; }
    // The model that answers from now on, and what is known of it. Answers of another one are out
    // of date.
    void setModel(const std::string &model, const ModelStatus::Facts *facts,
                  const AnswerOptions &options);
    void answerAll();
    void cancel() { m_batch.cancel(); }
    bool isBusy() const { return m_batch.isBusy(); }
    bool hasAnswers() const;
    // Answers all again that were answered before the model was refreshed; changes() then tells
    // what became of them.
    void checkRefreshed();
    std::vector<AnswerChange> changes() const { return m_inputs.changes(); }
    int notCompared() const; // of those that it put in doubt
    // While the page runs its own input, the strip waits.
    void setHeld(bool held) { m_batch.setHeld(held); }
    // The page's own answer, if it is about a picture of the strip.
    void setAnswer(const QString &path, const Result<RunResult> &result);
    void setShown(const QString &path); // by the page; one that is not in the strip: none
    void step(int by);                  // walks

Q_SIGNALS:
    void chosen(const QString &path);
    void busyChanged(bool busy);
    void changed(); // there are pictures, or there are none any more
    void said(warmbench::ui::MessageOverlay::Kind kind, const QString &text);

private:
    void makeActions();
    void saveCsv();
    void showCounts();

    Background &m_background;
    Thumbnails *m_thumbnails;
    InputList m_inputs;
    BatchRun m_batch;
    AnsweredBy m_present;
    AnswerOptions m_options;
    QListView *m_view;
    CaptionLabel *m_caption;
    QAction *m_runAll;
    QAction *m_export;
    QAction *m_close;
    int m_checked = 0;      // answers that the last refresh put in doubt
    bool m_showing = false; // what is shown is told, not chosen
};

} // namespace warmbench::ui
