#include "ui/playground/playground.h"

#include "ui/api_control.h"
#include "ui/models/shown_state.h"
#include "ui/playground/answer_export.h"
#include "ui/playground/answer_sliders.h"
#include "ui/playground/answer_view.h"
#include "ui/playground/failed_page.h"
#include "ui/playground/header_text.h"
#include "ui/playground/input_panel.h"
#include "ui/playground/input_strip.h"
#include "ui/playground/picture_stage.h"
#include "ui/playground/playground_layout.h"
#include "ui/playground/present_input.h"
#include "ui/playground/run_details.h"
#include "ui/playground/sample_strip.h"
#include "ui/shortcuts.h"
#include "ui/widgets/caption_label.h"
#include "ui/widgets/display_text.h"
#include "ui/widgets/icons.h"

#include <QAction>
#include <QBuffer>
#include <QClipboard>
#include <QFileInfo>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QLabel>
#include <QMimeData>
#include <QStackedWidget>
#include <QUrl>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace warmbench::ui {

Playground::Playground(Workbench &workbench, WorkbenchFeed &feed, ApiControl &api,
                       Background &background, QWidget *parent)
    : QWidget(parent)
    , m_workbench(workbench)
    , m_feed(feed)
    , m_api(api)
    , m_background(background)
    , m_export(new AnswerExport(background, this))
    , m_stage(nullptr)
    , m_failed(new FailedPage(this))
    , m_body(new QStackedWidget(this))
    , m_answer(new AnswerView({m_export->jsonAction()}, this))
    , m_samples(new SampleStrip(background, this))
    , m_strip(new InputStrip(workbench, background, this))
    , m_details(new RunDetails(background, this))
{
    makeActions();
    const QList<QAction *> opening{m_openInput, m_paste};
    m_stage = new PictureStage(m_export->pictureActions() + opening, this);
    m_input = new InputPanel(m_stage, opening, this);
    m_body->addWidget(m_input);
    m_body->addWidget(m_failed);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(14, 8, 14, 4);
    layout->setSpacing(6);
    layout->addWidget(makeHeader());
    layout->addWidget(m_body, 1);
    layout->addWidget(m_samples);
    layout->addWidget(m_strip);
    layout->addWidget(m_details);

    connect(&feed, &WorkbenchFeed::updated, this, &Playground::setState);
    connect(m_samples, &SampleStrip::chosen, this, &Playground::openInput);
    connect(m_strip, &InputStrip::chosen, this, &Playground::openInput);
    connect(m_strip, &InputStrip::changed, this, &Playground::showParts);
    connect(m_strip, &InputStrip::said, this, &Playground::said);
    connect(m_strip, &InputStrip::busyChanged, this, [this] {
        setRunning(m_running);
        tellChanges();
    });
    connect(m_stage, &PictureStage::stepped, m_strip, &InputStrip::step);
    connect(m_input, &InputPanel::submitted, this, &Playground::run);
    connect(m_input, &InputPanel::edited, this, &Playground::setEdited);
    connect(m_input, &InputPanel::rejected, this, &Playground::refuse);
    connect(m_input, &InputPanel::pageChanged, this, &Playground::showParts);
    connect(m_input, &InputPanel::sampleChosen, m_answer,
            [this](int sample) { m_answer->showSample(static_cast<std::size_t>(sample)); });
    connect(m_answer->sliders(), &AnswerSliders::changed, this, [this] {
        showStrip(m_feed.state().find(m_model.toStdString()));
        decodeAgain();
    });
    connect(m_answer, &AnswerView::detectionChosen, m_stage, &PictureStage::setOnly);
    connect(m_export, &AnswerExport::said, this, &Playground::said);
    connect(m_details, &RunDetails::said, this, &Playground::said);
    connect(m_failed, &FailedPage::retried, this, &Playground::loadAsked);
    clearResult();
    showParts();
    showTitle(nullptr);
}

Playground::~Playground()
{
    m_cancellation.request_stop();
}

void Playground::makeActions()
{
    m_run = new QAction(icon(u"run"_s), tr("Run"), this);
    m_run->setObjectName(u"run"_s);
    setShortcut(m_run, tr("Run the model on this input"), Shortcut::Run);
    m_cancel = new QAction(icon(u"stop"_s), tr("Cancel"), this);
    m_cancel->setObjectName(u"cancelRun"_s);
    setShortcut(m_cancel, tr("Give up the run under way"), Shortcut::CancelRun);
    m_cancel->setEnabled(false);
    m_cancel->setPriority(QAction::LowPriority);
    m_copyCurl = new QAction(icon(u"copy"_s), tr("Copy curl"), this);
    m_copyCurl->setObjectName(u"copyCurl"_s);
    setShortcut(m_copyCurl, tr("Copy the command line that gets the same answer from the API"),
                Shortcut::CopyCurl);
    m_openInput = new QAction(icon(u"image"_s), tr("Open input…"), this);
    m_openInput->setObjectName(u"openInput"_s);
    setShortcut(m_openInput, tr("Open a picture, .npy, CSV or JSON as the input and run it"),
                Shortcut::OpenInput);
    m_paste = new QAction(icon(u"paste"_s), tr("Paste input"), this);
    m_paste->setObjectName(u"pasteInput"_s);
    setShortcut(m_paste, tr("Paste a picture, numbers or a file from the clipboard and run it"),
                Shortcut::PasteInput);
    m_paste->setShortcutContext(Qt::WidgetWithChildrenShortcut);
    addAction(m_paste);
    connect(m_run, &QAction::triggered, this, &Playground::run);
    connect(m_cancel, &QAction::triggered, this, &Playground::cancelRun);
    connect(m_copyCurl, &QAction::triggered, this, &Playground::copyCurl);
    connect(m_paste, &QAction::triggered, this, &Playground::paste);
}

QWidget *Playground::makeHeader()
{
    auto *header = new QWidget(this);
    m_title = headingLabel(header);
    m_title->setObjectName(u"modelName"_s);
    m_subtitle = new CaptionLabel(header);
    m_subtitle->setObjectName(u"modelFacts"_s);
    m_outcome = new QLabel(header);
    m_outcome->setObjectName(u"cacheOutcome"_s);
    m_outcome->setAccessibleName(tr("What the cache did"));
    m_notice = new CaptionLabel(header);
    m_notice->setObjectName(u"notice"_s);
    m_notice->setUrgent(true);
    auto *titles = new QHBoxLayout;
    // The row is shared in fixed parts, so that the one text does not push the other.
    for (QLabel *label : {m_title, m_outcome})
        label->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    m_outcome->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
    titles->addWidget(m_title, 3);
    titles->addWidget(m_outcome, 2);
    auto *layout = new QVBoxLayout(header);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(2);
    layout->addLayout(titles);
    layout->addWidget(m_subtitle);
    layout->addWidget(m_notice);
    return header;
}

void Playground::setModel(const QString &name)
{
    if (name == m_model)
        return;
    cancelRun();
    m_model = name;
    m_inputNote.clear();
    m_facts.reset();
    m_answer->sliders()->setModel(nullptr);
    clearResult();
    m_input->forgetModel();
    const ModelView *model = m_feed.state().find(name.toStdString());
    if (model && !model->status.facts)
        describe();
    const bool files = model && !model->entry.versions.empty();
    m_samples->setFolder(files ? text(model->entry.versions.rbegin()->second.parent_path().string())
                               : QString());
    setState(m_feed.state());
}

void Playground::setState(const WorkbenchState &state)
{
    const ModelView *model = state.find(m_model.toStdString());
    m_run->setEnabled(model != nullptr);
    m_copyCurl->setEnabled(model != nullptr);
    showTitle(model);
    showNotice(model);
    const bool failed = model && shownState(model->status) == ShownState::Failed;
    if (failed)
        m_failed->setFailure(m_model, text(model->status.reason));
    showStrip(model);
    m_body->setCurrentWidget(failed ? static_cast<QWidget *>(m_failed) : m_input);
    if (!model || model->status.facts == m_facts || !model->status.facts)
        return;
    m_facts = model->status.facts;
    m_answer->sliders()->setModel(m_facts.get());
    m_input->setModel(m_model.toStdString(), *m_facts);
}

// If the model was never loaded, its files still say what it takes.
void Playground::describe()
{
    m_workbench.describe({m_model.toStdString(), {}}, onGui(this, [this](const auto &facts) {
                             // From now on the model's state has these facts.
                             if (facts)
                                 m_feed.updateNow();
                         }));
}

void Playground::showParts()
{
    // One place for thumbnails: what was opened stands where the model's samples do otherwise.
    const bool strip = m_input->takesPictures() && !m_strip->isEmpty();
    m_strip->setVisible(strip);
    m_samples->setVisible(m_input->takesPictures() && m_samples->count() > 0 && !strip);
}

void Playground::showTitle(const ModelView *model)
{
    if (!model) {
        m_title->setText(tr("No model selected"));
        m_subtitle->setText(tr("Open one, or drop its file anywhere in this window."));
        return;
    }
    m_title->setText(m_model);
    m_title->setToolTip(m_model);
    m_subtitle->setText(factsText(*model));
}

void Playground::showStrip(const ModelView *model)
{
    const auto facts = model ? model->status.facts : nullptr;
    m_strip->setModel(m_model.toStdString(), facts.get(), m_answer->sliders()->options());
}

void Playground::showNotice(const ModelView *model)
{
    PageNotices notices;
    notices.inputNote = m_inputNote;
    notices.answered = m_answered.get();
    notices.edited = m_edited;
    notices.facts = m_facts.get();
    const bool stale = isOutOfDate(notices, model);
    m_answer->setStale(stale);
    m_stage->setStale(stale);
    m_notice->setText(noticeText(notices, model));
}

void Playground::setEdited()
{
    m_edited = true;
    m_export->setAnswer(m_answered, nullptr); // the picture is no longer that of the answer
    showNotice(m_feed.state().find(m_model.toStdString()));
}

void Playground::openInput(const QString &path)
{
    m_opening = path;
    m_strip->setShown(path);
    readInBackground([path] { return readInput(path); });
}

void Playground::openRead(std::function<Result<std::string>()> read, const QString &name,
                          const QString &note)
{
    m_opening.clear();
    m_strip->setShown({});
    readInBackground([read = std::move(read), name]() -> Result<OpenedInput> {
        Result<std::string> bytes = read();
        if (!bytes)
            return bytes.error();
        Result<OpenedInput> input = inputFromBytes(*std::move(bytes), name);
        if (auto *picture = input ? std::get_if<PictureInput>(&*input) : nullptr)
            picture->ofRequest = true;
        return input;
    });
    m_inputNote = note;
}

void Playground::openPictures(const QStringList &paths)
{
    const bool several = paths.size() > 1 && m_input->takesPictures();
    if (several)
        m_strip->setPaths(paths);
    if (!paths.isEmpty())
        openInput(paths.first());
    if (several)
        m_strip->answerAll();
}

void Playground::showInput(const QString &path)
{
    readInBackground([path] { return readInput(path); }, false);
}

QString Playground::inputPath() const
{
    return m_input->path();
}

template <typename Read>
void Playground::readInBackground(Read read, bool runs)
{
    m_inputNote.clear();
    const quint64 number = ++*m_inputNumber;
    const auto newest = [all = m_inputNumber, number] { return *all == number; };
    auto readNewest = [read = std::move(read), newest]() -> Result<OpenedInput> {
        if (newest())
            return read();
        return Error{ErrorCode::Cancelled, "Another input was opened meanwhile."};
    };
    m_background.run(this, std::move(readNewest), [=, this](const Result<OpenedInput> &input) {
        if (!newest())
            return;
        if (runs)
            take(input);
        else if (input)
            m_input->take(*input);
    });
}

void Playground::take(const Result<OpenedInput> &input)
{
    if (!input) {
        const QString reason = text(input.error().message);
        const QString name = QFileInfo(m_opening).fileName();
        refuse(reason.contains(name) ? reason : tr("%1: %2").arg(name, reason));
        if (!m_strip->contains(m_opening))
            return;
        // The strip shows which one was chosen, so no other picture stands above it.
        m_strip->setAnswer(m_opening, input.error());
        clearResult();
        m_input->clearPicture();
    } else if (m_input->take(*input)) {
        setEdited();
        run();
    }
}

void Playground::paste()
{
    m_opening.clear();
    m_strip->setShown({});
    const QMimeData *copied = QGuiApplication::clipboard()->mimeData();
    // A spreadsheet copies cells both as text and as a picture.
    const bool words = copied && copied->hasText() && !copied->hasUrls() &&
                       (!copied->hasImage() || !m_input->takesPictures());
    if (words) {
        readInBackground([copy = copied->text().toStdString(), name = tr("Pasted text")] {
            return inputFromBytes(copy, name);
        });
    } else if (copied && copied->hasImage()) {
        readInBackground(
            [image = qvariant_cast<QImage>(copied->imageData()), name = tr("Pasted picture")] {
                QByteArray png;
                QBuffer buffer(&png);
                image.save(&buffer, "PNG");
                return inputFromBytes(png.toStdString(), name);
            });
    } else if (copied && copied->hasUrls() && copied->urls().first().isLocalFile()) {
        openInput(copied->urls().first().toLocalFile());
    } else {
        refuse(tr("The clipboard holds no input: copy a picture, a row of numbers or a file, then "
                  "paste again."));
    }
}

void Playground::refuse(const QString &reason)
{
    Q_EMIT said(MessageOverlay::Kind::Error, reason);
}

void Playground::clearResult()
{
    m_answered.reset();
    m_edited = false;
    m_answer->clear();
    m_stage->clearAnswer();
    m_export->clear();
    m_details->setResult({});
    m_outcome->clear();
    m_input->setAnswers({});
}

void Playground::run()
{
    if (m_model.isEmpty())
        return;
    if (!m_input->body()) {
        if (const QString sample = m_samples->first(); !sample.isEmpty())
            return openInput(sample);
        Q_EMIT said(MessageOverlay::Kind::Information,
                    tr("There is no picture yet: drop one or open one."));
        return;
    }
    if (m_running)
        m_again = true;
    else
        start();
}

void Playground::runAgain()
{
    const ModelView *model = m_feed.state().find(m_model.toStdString());
    if (m_answered && model && model->status.state == ModelState::Ready)
        run();
}

void Playground::checkRefreshed(const QString &model, const QString &refreshed)
{
    const bool page = m_answered && !m_edited && m_input->body();
    if (model != m_model || (!page && !m_strip->hasAnswers()))
        return;
    m_check.begin(refreshed, page && !m_strip->contains(m_input->path()) ? m_answered : nullptr,
                  page);
    if (page)
        run();
    m_strip->checkRefreshed();
}

// Once the run of the page and the strip are through.
void Playground::tellChanges()
{
    if (!m_check.isPending() || m_check.waitsForPage() || m_running || m_strip->isBusy())
        return;
    if (const QString found = m_check.finish(m_strip->changes(), m_strip->notCompared());
        !found.isEmpty())
        Q_EMIT said(MessageOverlay::Kind::Information, found);
}

void Playground::start()
{
    setRunning(true);
    m_again = false;
    m_cancellation = std::stop_source();
    const quint64 number = ++m_runNumber;
    RunRequest request;
    request.model = m_model.toStdString();
    request.body = m_input->body();
    // The picture of this run, even if another one is opened meanwhile.
    const auto picture = m_input->picture();
    request.answer = m_answer->sliders()->options();
    if (m_check.isPending() && m_answered)
        request.before = m_answered->comparable;
    request.cancellation = m_cancellation.get_token();
    startRun(m_workbench, request,
             onGui(this, [this, number, name = m_model, picture](Result<RunResult> &&done) {
                 if (number != m_runNumber)
                     return;
                 setRunning(false);
                 if (name == m_model && picture &&
                     (done || done.error().code != ErrorCode::Cancelled))
                     m_strip->setAnswer(picture->path, done);
                 m_feed.updateNow();
                 if (name == m_model && done) {
                     if (!m_check.isPending())
                         Q_EMIT said(MessageOverlay::Kind::Information, {});
                     showResult(std::make_shared<const RunResult>(*std::move(done)),
                                picture ? &*picture : nullptr);
                     Q_EMIT finished();
                     if (!sameOptions(m_answered->options, m_answer->sliders()->options()))
                         decodeAgain(); // they have moved meanwhile
                 } else if (name == m_model && done.error().code != ErrorCode::Cancelled) {
                     m_check.giveUp();
                     clearResult();
                     refuse(text(done.error().message));
                 }
                 if (m_again)
                     start();
                 m_check.pageIsThrough();
                 tellChanges();
             }));
    m_feed.updateNow();
}

void Playground::setRunning(bool running)
{
    m_running = running;
    m_strip->setHeld(running);
    m_cancel->setEnabled(running || m_strip->isBusy());
}

void Playground::cancelRun()
{
    if (!m_running && !m_strip->isBusy())
        return;
    m_cancellation.request_stop();
    ++m_runNumber; // the answer of the present run is no longer wanted
    m_check.giveUp();
    m_strip->cancel();
    setRunning(false);
    m_again = false;
    Q_EMIT said(MessageOverlay::Kind::Information, tr("Run cancelled"));
}

void Playground::showResult(std::shared_ptr<const RunResult> result, const PictureInput *picture)
{
    m_answered = std::move(result);
    m_edited = false;
    const Prediction &prediction = m_answered->prediction;
    using Beside = AnswerView::Beside;
    const bool rows = m_input->showsFile();
    m_input->setAnswers(m_answered->phrases);
    m_answer->setResult(m_answered,
                        picture ? Beside::Picture
                        : rows  ? Beside::Rows
                                : Beside::Nothing,
                        m_input->sample());
    if (picture)
        m_stage->setResult(*m_answered, *picture);
    m_export->setAnswer(m_answered, picture);
    m_details->setResult(m_answered);
    m_check.take(*m_answered, picture ? picture->name : QString());
    m_outcome->setText(outcomeText(prediction));
    showNotice(m_feed.state().find(m_model.toStdString()));
}

// Moved sliders change the answer, not the run. While one change is decoded, only the newest wish
// waits.
void Playground::decodeAgain()
{
    if (!m_answered || m_edited || m_decoding || m_running)
        return;
    const auto run = m_answered->run ? m_answered->run : m_answered;
    const AnswerOptions options = m_answer->sliders()->options();
    m_decoding = true;
    m_background.run(
        this, [this, run, options] { return decodedAgain(m_workbench, run, options); },
        [this, run, options](Result<RunResult> &&again) {
            m_decoding = false;
            const bool same = m_answered && (m_answered == run || m_answered->run == run);
            if (!same || m_edited || m_running)
                return;
            if (!again)
                return this->run(); // the model is gone or another one
            const auto picture = m_input->picture();
            if (picture)
                m_strip->setAnswer(picture->path, again);
            showResult(std::make_shared<const RunResult>(*std::move(again)),
                       picture ? &*picture : nullptr);
            if (!sameOptions(options, m_answer->sliders()->options()))
                decodeAgain();
        });
}

Result<InputDecoder> Playground::presentInput() const
{
    const auto body = m_input->body();
    if (!body)
        return notFound(
            tr("There is no input yet: open a picture on the page Try first.").toStdString());
    return bodyDecoder(body);
}

QString Playground::apiUrl() const
{
    return m_api.url().isEmpty() ? u"http://127.0.0.1:5000"_s : m_api.url();
}

void Playground::withApiInput(std::function<void(const Result<ApiInput> &)> use)
{
    withPresentInput(*m_input, m_model, m_background, std::move(use));
}

void Playground::copyCurl()
{
    withApiInput([this](const Result<ApiInput> &input) {
        if (!input)
            return refuse(text(input.error().message));
        if (!input->body)
            return refuse(tr("There is no picture to send yet: open one, then copy its command."));
        QGuiApplication::clipboard()->setText(curlSnippet(apiUrl(), *input));
        Q_EMIT said(MessageOverlay::Kind::Information, tr("The curl command is on the clipboard."));
    });
}

} // namespace warmbench::ui
