#include "ui/playground/batch_run.h"

#include "base/file.h"

namespace warmbench::ui {

BatchRun::BatchRun(Workbench &workbench, Background &background, InputList &inputs, QObject *parent)
    : QObject(parent)
    , m_workbench(workbench)
    , m_background(background)
    , m_inputs(inputs)
{
}

BatchRun::~BatchRun()
{
    m_cancellation.request_stop();
}

void BatchRun::start(AnsweredBy present, AnswerOptions options, int first)
{
    cancel();
    m_present = std::move(present);
    m_options = options;
    m_row = first;
    m_left = m_inputs.rowCount();
    m_inputs.forgetRefusals();
    m_cancellation = std::stop_source();
    setBusy(true);
    next();
}

void BatchRun::cancel()
{
    m_cancellation.request_stop();
    ++m_number;
    m_inFlight = false;
    setBusy(false);
}

void BatchRun::setBusy(bool busy)
{
    if (busy == m_busy)
        return;
    m_busy = busy;
    Q_EMIT busyChanged(busy);
}

void BatchRun::setHeld(bool held)
{
    m_held = held;
    if (!held && m_busy)
        next();
}

void BatchRun::next()
{
    if (m_held || m_inFlight)
        return;
    const std::optional<int> row =
        m_inputs.rowCount() > 0 ? m_inputs.nextWithoutAnswer(m_row) : std::nullopt;
    if (!row || m_left-- == 0)
        return setBusy(false);
    m_row = *row;
    m_inFlight = true;
    read(m_inputs.pathOf(*row));
}

void BatchRun::read(const QString &path)
{
    m_background.run(
        this, [path] { return readFile(path.toStdString(), largestInput); },
        [this, path, number = m_number](Result<std::string> &&bytes) {
            if (number != m_number)
                return;
            if (bytes)
                answer(path, *std::move(bytes));
            else
                take(path, listedAnswer(bytes.error(), m_present));
        });
}

void BatchRun::answer(const QString &path, std::string bytes)
{
    RunRequest request;
    request.model = m_present.model;
    request.body = std::make_shared<const std::string>(std::move(bytes));
    request.answer = m_options;
    request.before = m_inputs.answerBefore(path);
    request.cancellation = m_cancellation.get_token();
    auto done = onGui(this, [this, path, number = m_number](ListedAnswer &&answer) {
        if (number == m_number)
            take(path, std::move(answer));
    });
    // Of an answer only the words are kept.
    startRun(m_workbench, request,
             [by = m_present, done = std::move(done)](const Result<RunResult> &result) {
                 done(listedAnswer(result, by));
             });
}

void BatchRun::take(const QString &path, ListedAnswer answer)
{
    m_inFlight = false;
    m_inputs.setAnswer(path, std::move(answer));
    ++m_row;
    next();
}

} // namespace warmbench::ui
