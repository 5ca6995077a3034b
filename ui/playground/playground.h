// Tries the selected model: an input with the answer drawn on it, what the network saw, the raw
// outputs and where the time went. An answer that is not that of the present model and input says
// so. Thread: GUI. Inputs are read and decoded in the background, runs go through
// the workbench; while one is under way, only the newest wish waits for it, and older ones are
// dropped.
#pragma once

#include "ui/api/snippets.h"
#include "ui/background.h"
#include "ui/playground/prediction_run.h"
#include "ui/playground/refresh_check.h"
#include "ui/widgets/message_overlay.h"
#include "ui/workbench_feed.h"

#include <atomic>
#include <functional>
#include <QWidget>
#include <stop_token>

class QAction;
class QLabel;
class QStackedWidget;

namespace warmbench::ui {

class AnswerView;
class ApiControl;
class CaptionLabel;
class FailedPage;
class InputPanel;
class InputStrip;
class AnswerExport;
class PictureStage;
class RunDetails;
class SampleStrip;

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
    // The same for what a client sent, which stays in memory: `read` runs in the background. `note`
    // is what the user should know of it beside its name; may be empty.
    void openRead(std::function<Result<std::string>()> read, const QString &name,
                  const QString &note);
    // Several pictures become a strip, which is answered in the background.
    void openPictures(const QStringList &paths);
    void showInput(const QString &path); // opens it; if it is refused, nothing is said
    QString inputPath() const;           // empty if the input is no file
    void runAgain();                     // where an answer of the loaded model is shown
    // The model has been refreshed, which `refreshed` says in words: answers the inputs at hand
    // again, and says which answers are other ones now.
    void checkRefreshed(const QString &model, const QString &refreshed);
    void paste(); // a picture, numbers or a file from the clipboard
    void refuse(const QString &reason);

    // Gives what a run would send now, as withPresentInput() does.
    void withApiInput(std::function<void(const Result<ApiInput> &)> use);
    // Reads what a run would send now, in any form that the model takes. NotFound: there is no
    // input yet.
    Result<InputDecoder> presentInput() const;
    // The part of the page that stands at the window's right side.
    AnswerView *answer() const { return m_answer; }

    QAction *runAction() const { return m_run; }
    QAction *cancelAction() const { return m_cancel; }
    QAction *curlAction() const { return m_copyCurl; }
    QAction *openInputAction() const { return m_openInput; }

Q_SIGNALS:
    void finished(); // a run, and its answer is shown
    // A message for the user; an empty text takes back the last one.
    void said(warmbench::ui::MessageOverlay::Kind kind, const QString &text);
    void loadAsked(); // of a model that failed

private:
    void makeActions();
    QWidget *makeHeader();
    void setState(const WorkbenchState &state);
    void describe();
    void showParts();
    void showTitle(const ModelView *model);
    void showNotice(const ModelView *model);
    template <typename Read>
    // And take what was read, unless something newer was opened.
    void readInBackground(Read read, bool runs = true);
    void take(const Result<OpenedInput> &input);
    void clearResult();
    void run();
    void cancelRun();
    void start();
    void showResult(std::shared_ptr<const RunResult> result, const PictureInput *picture);
    void setEdited();
    void setRunning(bool running);
    void decodeAgain();
    void tellChanges();
    void showStrip(const ModelView *model);
    void copyCurl();
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
    CaptionLabel *m_subtitle;
    QLabel *m_outcome;
    CaptionLabel *m_notice;
    AnswerExport *m_export;
    PictureStage *m_stage;
    InputPanel *m_input = nullptr;
    FailedPage *m_failed;
    QStackedWidget *m_body;
    AnswerView *m_answer; // the window owns it as soon as it places it
    SampleStrip *m_samples;
    InputStrip *m_strip;
    RunDetails *m_details;

    QString m_model;
    std::shared_ptr<const ModelStatus::Facts> m_facts; // the facts that are shown
    std::shared_ptr<const RunResult> m_answered;       // what is shown
    QString m_opening;                                 // path of the input opened last
    bool m_edited = false;                             // the input is no longer that of the answer
    QString m_inputNote;
    std::stop_source m_cancellation;
    bool m_running = false;
    bool m_again = false;
    bool m_decoding = false; // the outputs at hand, again; after it the newest wish is decoded
    quint64 m_runNumber = 0;
    RefreshCheck m_check;
    // Of the input that was opened last; what is still to be read of an older one is left out.
    std::shared_ptr<std::atomic<quint64>> m_inputNumber = std::make_shared<std::atomic<quint64>>(0);
};

} // namespace warmbench::ui
