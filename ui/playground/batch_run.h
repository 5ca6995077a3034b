// Answers the pictures of the strip one after another in the background, through the same call as
// Run. A picture that fails has its sentence, and the next one follows. While it is held, as for a
// run that a person waits for, nothing new starts. Thread: GUI.
#pragma once

#include "ui/background.h"
#include "ui/playground/input_list.h"

#include <QObject>
#include <stop_token>

namespace warmbench::ui {

class BatchRun : public QObject
{
    Q_OBJECT

public:
    BatchRun(Workbench &workbench, Background &background, InputList &inputs,
             QObject *parent = nullptr);
    ~BatchRun() override;

    // Answers all that have no answer of the present model, from row `first` on.
    void start(AnsweredBy present, AnswerOptions options, int first);
    void cancel(); // what is under way is given up; nothing is said
    void setHeld(bool held);
    bool isBusy() const { return m_busy; }

Q_SIGNALS:
    void busyChanged(bool busy);

private:
    void next();
    void read(const QString &path);
    void answer(const QString &path, std::string bytes);
    void take(const QString &path, ListedAnswer answer);
    void setBusy(bool busy);

    Workbench &m_workbench;
    Background &m_background;
    InputList &m_inputs;
    AnsweredBy m_present; // who answers
    AnswerOptions m_options;
    std::stop_source m_cancellation;
    int m_row = 0;
    int m_left = 0;       // each picture once, even if the model changes meanwhile
    quint64 m_number = 0; // of start() or cancel(); what belongs to an older one is dropped
    bool m_busy = false;
    bool m_held = false;
    bool m_inFlight = false;
};

} // namespace warmbench::ui
