// Tries the selected model: an input, what the network saw of it, the answer, the raw outputs and
// where the time went. Thread: GUI. Pictures are decoded in the background, runs go through the
// workbench; while one is under way the newest wish waits, older ones are dropped.
#pragma once

#include "ui/background.h"
#include "ui/playground/prediction_run.h"
#include "ui/workbench_feed.h"

#include <QWidget>
#include <stop_token>

class QAction;
class QLabel;
class QSplitter;
class QStackedWidget;

namespace warmbench::ui {

class ApiControl;
class FeatureForm;
class MessageStrip;
class NumbersForm;
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
    void openPicture(const QString &path); // and run it
    void useNumbers(const QString &body);  // and run them
    void paste();                          // a picture or its file from the clipboard
    void refuse(const QString &reason);

    QAction *runAction() const { return m_run; }
    QAction *cancelAction() const { return m_cancel; }
    QAction *curlAction() const { return m_copyCurl; }
    QAction *openPictureAction() const { return m_openPicture; }

Q_SIGNALS:
    void finished(const QString &model, const QString &engine, std::chrono::nanoseconds total);
    void noted(const QString &text); // for the status bar

private:
    enum class Kind { Picture, Features, Numbers };

    void makeActions();
    QWidget *makeHeader();
    QWidget *makePanes();
    QWidget *makeLower();
    void setState(const WorkbenchState &state);
    void readSettingsBeside(const ModelView &model);
    void showKind(Kind kind);
    void showTitle(const ModelView *model);
    void usePicture(PictureInput picture);
    void takePicture(const Result<PictureInput> &picture);
    void clearResult();
    void run();
    void cancelRun();
    void start();
    void showResult(const RunResult &result, const PictureInput *picture);
    void copyCurl();
    void copyPictureCurl();
    QString numbersBody() const;
    QString apiUrl() const;

    Workbench &m_workbench;
    WorkbenchFeed &m_feed;
    ApiControl &m_api;
    Background &m_background;

    QAction *m_run;
    QAction *m_cancel;
    QAction *m_copyCurl;
    QAction *m_openPicture;
    QAction *m_paste;

    QLabel *m_title;
    QLabel *m_subtitle;
    QLabel *m_outcome;
    MessageStrip *m_message;
    QStackedWidget *m_input;
    PicturePane *m_picturePane;
    FeatureForm *m_features;
    NumbersForm *m_numbers;
    PicturePane *m_seen;
    ResultView *m_result;
    SampleStrip *m_samples;
    OutputTable *m_outputs;
    TimingsView *m_timings;

    QString m_model;
    Kind m_kind = Kind::Picture;
    std::shared_ptr<const ModelStatus::Facts> m_facts; // as last shown
    std::optional<PictureInput> m_picture;
    std::stop_source m_cancellation;
    bool m_running = false;
    bool m_again = false;
    quint64 m_runNumber = 0;
    quint64 m_pictureNumber = 0;
};

} // namespace warmbench::ui
