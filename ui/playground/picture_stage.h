// The large picture of the playground: the result, what the network saw, the original, or all three
// beside each other with one zoom; F11 shows it on the whole screen. Thread: GUI.
#pragma once

#include "ui/playground/prediction_run.h"

#include <array>
#include <QWidget>

class QAction;

namespace warmbench::ui {

class CaptionLabel;
class FullScreen;
class PictureView;

class PictureStage : public QWidget
{
    Q_OBJECT

public:
    enum class Shown { Result, Saw, Original, Split };

    // The buttons of `actions` are at the right end of the title row.
    explicit PictureStage(const QList<QAction *> &actions, QWidget *parent = nullptr);

    // A new input: the answer that was shown is not about it and goes. An empty one invites to
    // open another.
    void setOriginal(const PictureInput &picture);
    void clearAnswer();
    // The answer of a run on `picture`.
    void setResult(const RunResult &result, const PictureInput &picture);
    void setStale(bool stale);
    void setShown(Shown shown);
    void setOnly(int detection); // of the answer; -1: all

Q_SIGNALS:
    void stepped(int by); // to another picture: -1 before, 1 after

private:
    void makeChoices(QWidget *content);
    void makeViews(QWidget *content);
    void showCaption();

    QImage m_original; // a preview
    QSize m_originalSize;
    std::array<PictureView *, 3> m_views; // as in Shown
    std::array<QString, 3> m_captions;
    std::array<QAction *, 4> m_choices;
    Shown m_shown = Shown::Result;
    CaptionLabel *m_caption;
    FullScreen *m_screen;
};

} // namespace warmbench::ui
