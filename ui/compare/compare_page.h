// Compares two models, or one model in two engines or with two settings files, on the same inputs:
// which answers change, how far apart the numbers are, how fast both are. Thread: GUI; core loads,
// reads and runs on its own threads, and the rows come as they are computed.
#pragma once

#include "ui/compare/comparison_run.h"
#include "ui/compare/input_choice.h"
#include "ui/widgets/message_overlay.h"
#include "ui/workbench_feed.h"

#include <QHash>
#include <QWidget>

class QAction;
class QProgressBar;
class QSpinBox;
class QStackedWidget;
class QTableView;
class QToolButton;

namespace warmbench::ui {

class Background;
class CaptionLabel;
class CompareFilter;
class CompareSummary;
class CompareTable;
class PicturePair;
class SideForm;

class ComparePage : public QWidget
{
    Q_OBJECT

public:
    ComparePage(Workbench &workbench, WorkbenchFeed &feed, Background &background,
                PresentInput present, QWidget *parent = nullptr);
    ~ComparePage() override;

    // The model that A is until a person chooses another one.
    void setModel(const QString &name);
    void setSides(const QString &first, const QString &second);
    void setInputs(const QStringList &paths); // files, or one folder

    QAction *compareAction() const { return m_compare; }
    QAction *cancelAction() const { return m_cancel; }

Q_SIGNALS:
    // A message for the user; an empty text takes back the last one.
    void said(warmbench::ui::MessageOverlay::Kind kind, const QString &text);

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;
    void showEvent(QShowEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override; // Escape cancels

private:
    void makeActions();
    QWidget *makeForm(PresentInput present);
    QWidget *makeResults();
    QWidget *makeTools();
    void setState(const WorkbenchState &state);
    void showReady();
    void start(const InputChoice::Chosen &inputs);
    void begin();
    void fitColumns();
    void cancel();
    void add(const std::vector<ComparedInput> &inputs, const ComparisonProgress &progress);
    void finish(const Result<Comparison> &comparison);
    void end(const QString &status); // with what has come so far
    void showPictures();
    void exportTable();
    Comparison present() const; // all of it, or what has come before it was cancelled

    Workbench &m_workbench;
    WorkbenchFeed &m_feed;
    Background &m_background;
    ComparisonRun m_run;
    struct Starting
    {
        InputChoice::Chosen inputs;
        ComparisonSide first;
        ComparisonSide second;
        QString sides; // for people
    };
    std::optional<Starting> m_starting; // nothing of it has come yet: the last one is shown
    InputChoice::Chosen m_inputs;       // of the comparison that is shown
    Comparison m_told;                  // without the inputs, which the table has
    QString m_sides;                    // that are compared, for people

    QAction *m_compare;
    QAction *m_cancel;
    SideForm *m_first = nullptr;
    SideForm *m_second = nullptr;
    InputChoice *m_input = nullptr;
    QSpinBox *m_runs = nullptr;
    QProgressBar *m_progress = nullptr;
    CaptionLabel *m_status = nullptr;
    CompareSummary *m_summary;
    CompareTable *m_table;
    CompareFilter *m_filter;
    QTableView *m_view;
    QStackedWidget *m_rows = nullptr; // the table, or what to do to fill it
    QToolButton *m_export = nullptr;
    PicturePair *m_pictures;
};

} // namespace warmbench::ui
