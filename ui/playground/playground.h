// Tries the selected model: an input, what the network saw of it, the answer, the raw outputs and
// where the time went. Thread: GUI. Inputs are read and decoded in the background, runs go through
// the workbench; while one is under way, only the newest wish waits for it, and older ones are
// dropped.
#pragma once

#include "ui/background.h"
#include "ui/playground/prediction_run.h"
#include "ui/workbench_feed.h"

#include <QWidget>
#include <stop_token>

class QAction;
class QLabel;
class QSplitter;

namespace warmbench::ui {

class ApiControl;
class InputPanel;
class MessageStrip;
class OutputTable;
class PicturePane;
class ResultView;
class SampleStrip;
class TimingsView;

class Playground : public QWidget
{
    Q_OBJECT

public:
    Playground(Workbench &workbench, WorkbenchFeed &feed, ApiControl &api, Background &background,
               QWidget *parent = nullptr);
    ~Playground() override;

    void setModel(const QString &name);
    QString model() const { return m_model; }
    void openInput(const QString &path); // opens it and runs the model on it
    void paste();                        // a picture, numbers or a file from the clipboard
    void refuse(const QString &reason);

    QAction *runAction() const { return m_run; }
    QAction *cancelAction() const { return m_cancel; }
    QAction *curlAction() const { return m_copyCurl; }
    QAction *openInputAction() const { return m_openInput; }

Q_SIGNALS:
    void finished(const QString &model, const QString &engine, std::chrono::nanoseconds total);
    void noted(const QString &text); // for the status bar

private:
    void makeActions();
    QWidget *makeHeader();
    QWidget *makePanes();
    QWidget *makeLower();
    void setState(const WorkbenchState &state);
    void describe();
    void showParts();
    void showTitle(const ModelView *model);
    template <typename Read>
    void readInBackground(Read read); // and take what was read, unless something newer was opened
    void take(const Result<OpenedInput> &input);
    void clearResult();
    void run();
    void cancelRun();
    void start();
    void showResult(const RunResult &result, const PictureInput *picture);
    void copyCurl();
    void copyCommand(const QString &command);
    QString apiUrl() const;

    Workbench &m_workbench;
    WorkbenchFeed &m_feed;
    ApiControl &m_api;
    Background &m_background;

    QAction *m_run;
    QAction *m_cancel;
    QAction *m_copyCurl;
    QAction *m_openInput;
    QAction *m_paste;

    QLabel *m_title;
    QLabel *m_subtitle;
    QLabel *m_outcome;
    MessageStrip *m_message;
    InputPanel *m_input;
    PicturePane *m_seen;
    ResultView *m_result;
    SampleStrip *m_samples;
    OutputTable *m_outputs;
    TimingsView *m_timings;

    QString m_model;
    std::shared_ptr<const ModelStatus::Facts> m_facts; // the facts that are shown
    std::stop_source m_cancellation;
    bool m_running = false;
    bool m_again = false;
    quint64 m_runNumber = 0;
    quint64 m_inputNumber = 0;
};

} // namespace warmbench::ui
