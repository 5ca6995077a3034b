// The picture of the chosen input twice, with A's and with B's answer, moved and enlarged together.
// A side that is what is served draws its answer, or shows the picture that it made: the workbench
// runs it once more for that. Of a side that was loaded for the comparison alone, only the words of
// its answer are at hand. Thread: GUI; pictures are read in the background.
#pragma once

#include "inference/comparison/comparison.h"
#include "inference/comparison/comparison_request.h"
#include "ui/background.h"
#include "ui/playground/prediction_run.h"

#include <array>
#include <QTimer>
#include <QWidget>
#include <stop_token>

namespace warmbench::ui {

class CaptionLabel;
class PictureView;

class PicturePair : public QWidget
{
    Q_OBJECT

public:
    PicturePair(Workbench &workbench, Background &background, QWidget *parent = nullptr);
    ~PicturePair() override;

    // What the answers that are shown from now on come from.
    void setSides(const ComparisonSide &first, const ComparisonSide &second);
    // `path`: of the file with the picture; empty: the input is no picture.
    void show(const ComparedInput &input, const QString &path);
    void clear();

private:
    struct Shown
    {
        PictureView *view;
        CaptionLabel *answer;
        ComparisonSide side;
    };

    void read();
    void run(const PictureInput &picture);
    void draw(Shown &shown, const RunResult &result);

    Workbench &m_workbench;
    Background &m_background;
    std::array<Shown, 2> m_shown;
    QString m_path;
    QTimer m_pause; // so that a walk through the table reads only where it ends
    quint64 m_number = 0;
    std::stop_source m_cancellation;
};

} // namespace warmbench::ui
