#include "ui/playground/playground.h"

#include "ui/api_control.h"
#include "ui/models/shown_state.h"
#include "ui/playground/curl_command.h"
#include "ui/playground/input_panel.h"
#include "ui/playground/playground_layout.h"
#include "ui/playground/result_view.h"
#include "ui/playground/sample_strip.h"
#include "ui/playground/timings_view.h"
#include "ui/shortcuts.h"
#include "ui/widgets/display_text.h"
#include "ui/widgets/icons.h"
#include "ui/widgets/message_strip.h"
#include "ui/widgets/picture_pane.h"

#include <QAction>
#include <QBuffer>
#include <QClipboard>
#include <QDir>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QLabel>
#include <QMimeData>
#include <QSplitter>
#include <QStandardPaths>
#include <QToolButton>
#include <QUrl>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace warmbench::ui {

namespace {

QString outcomeText(const Prediction &prediction)
{
    const QString time = text(prediction.timings.total);
    switch (prediction.cache) {
    case CacheOutcome::Hit:
        return Playground::tr("Cache hit · %1").arg(time);
    case CacheOutcome::Miss:
        return Playground::tr("Cache miss, loaded · %1").arg(time);
    case CacheOutcome::Coalesced:
        break;
    }
    return Playground::tr("Joined a load · %1").arg(time);
}

QString seenCaption(const TensorSummary &seen)
{
    return Playground::tr("min %1 · max %2 · mean %3 · %4 %5")
        .arg(numberText(seen.minimum, 3), numberText(seen.maximum, 3), numberText(seen.mean, 3),
             seen.dtype, seen.shape);
}

// Saves a pasted picture as a file, so that a command line can name it.
Result<QString> savedForCurl(const PictureInput &picture)
{
    const QDir folder(QStandardPaths::writableLocation(QStandardPaths::CacheLocation));
    const QString path = folder.filePath(u"pasted.png"_s);
    if (!folder.mkpath(u"."_s))
        return Error{ErrorCode::FailedPrecondition,
                     "The folder " + folder.path().toStdString() + " cannot be made."};
    QFile file(path);
    if (!file.open(QIODevice::WriteOnly) ||
        file.write(picture.bytes->data(), static_cast<qint64>(picture.bytes->size())) < 0)
        return Error{ErrorCode::FailedPrecondition,
                     path.toStdString() + ": " + file.errorString().toStdString()};
    return path;
}

} // namespace

Playground::Playground(Workbench &workbench, WorkbenchFeed &feed, ApiControl &api,
                       Background &background, QWidget *parent)
    : QWidget(parent)
    , m_workbench(workbench)
    , m_feed(feed)
    , m_api(api)
    , m_background(background)
    , m_message(new MessageStrip(this))
    , m_seen(new PicturePane(tr("What the network saw"), this))
    , m_result(new ResultView(this))
    , m_samples(new SampleStrip(background, this))
    , m_outputs(new OutputTable(this))
    , m_timings(new TimingsView(this))
{
    makeActions();
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(14, 12, 14, 10);
    layout->setSpacing(10);
    layout->addWidget(makeHeader());
    layout->addWidget(m_message);
    auto *split = new QSplitter(Qt::Vertical, this);
    split->setChildrenCollapsible(false);
    split->setHandleWidth(9);
    split->addWidget(makePanes());
    split->addWidget(makeLower());
    split->setStretchFactor(0, 1);
    split->setStretchFactor(1, 0);
    split->setSizes({460, 150});
    layout->addWidget(split, 1);
    m_message->setObjectName(u"playgroundMessage"_s);

    connect(&feed, &WorkbenchFeed::updated, this, &Playground::setState);
    connect(m_samples, &SampleStrip::chosen, this, &Playground::openInput);
    connect(m_input, &InputPanel::submitted, this, &Playground::run);
    connect(m_input, &InputPanel::rejected, this, &Playground::refuse);
    connect(m_input, &InputPanel::pageChanged, this, &Playground::showParts);
    connect(m_result, &ResultView::decoderChanged, this, &Playground::run);
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
    m_title = headingLabel(this);
    m_title->setObjectName(u"modelName"_s);
    m_subtitle = secondaryLabel(this);
    m_subtitle->setObjectName(u"modelFacts"_s);
    m_outcome = new QLabel(this);
    m_outcome->setObjectName(u"cacheOutcome"_s);
    m_outcome->setAccessibleName(tr("What the cache did"));
    return playgroundHeader({m_title, m_subtitle}, m_outcome, {m_copyCurl, m_cancel, m_run}, this);
}

QWidget *Playground::makePanes()
{
    m_seen->view()->setPlaceholder(u"inspector"_s,
                                   tr("After a run: the very numbers that the network got, "
                                      "as a picture."));
    m_input = new InputPanel({m_openInput, m_paste}, this);
    return playgroundPanes({m_input, m_seen, m_result}, m_samples, this);
}

QWidget *Playground::makeLower()
{
    return playgroundLower(m_outputs, m_timings, this);
}

void Playground::setModel(const QString &name)
{
    if (name == m_model)
        return;
    cancelRun();
    m_model = name;
    m_facts.reset();
    m_message->clear();
    m_result->setDecoder({});
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
    if (!model || model->status.facts == m_facts || !model->status.facts)
        return;
    m_facts = model->status.facts;
    m_result->setDecoder(m_facts->settings.decoder);
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
    m_seen->setVisible(m_input->showsPicture());
    m_samples->setVisible(m_input->takesPictures() && m_samples->count() > 0);
}

void Playground::showTitle(const ModelView *model)
{
    if (!model) {
        m_title->setText(tr("No model selected"));
        m_subtitle->setText(tr("Open one, or drop its file anywhere in this window."));
        return;
    }
    m_title->setText(m_model);
    QStringList parts;
    if (const auto &facts = model->status.facts) {
        if (!facts->understood.summary.empty())
            parts << text(facts->understood.summary);
        if (facts->input.index < facts->spec.inputs.size())
            parts << text(shapeText(facts->spec.inputs[facts->input.index].shape));
        parts << text(modelFormatName(facts->spec.format));
    }
    const ShownState state = shownState(model->status);
    if (state == ShownState::NotLoaded)
        parts << tr("not loaded: the next run loads it");
    else if (state != ShownState::Loaded)
        parts << stateWord(state);
    m_subtitle->setText(parts.join(u" · "_s));
}

void Playground::openInput(const QString &path)
{
    readInBackground([path] { return readInput(path); });
}

template <typename Read>
void Playground::readInBackground(Read read)
{
    const quint64 number = ++m_inputNumber;
    m_background.run(this, std::move(read), [this, number](const Result<OpenedInput> &input) {
        if (number == m_inputNumber)
            take(input);
    });
}

void Playground::take(const Result<OpenedInput> &input)
{
    if (!input)
        refuse(text(input.error().message));
    else if (m_input->take(*input))
        run();
}

void Playground::paste()
{
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
    m_message->setMessage(MessageStrip::Kind::Error, reason);
}

void Playground::clearResult()
{
    m_result->clear();
    m_seen->view()->setPicture({}, {});
    m_seen->setCaption({});
    m_outputs->setOutputs({});
    m_timings->setTimings({});
    m_outcome->clear();
}

void Playground::run()
{
    if (m_model.isEmpty())
        return;
    if (!m_input->body()) {
        m_message->setMessage(MessageStrip::Kind::Information,
                              tr("There is no picture yet: drop one, open one or click a sample."));
        return;
    }
    if (m_running)
        m_again = true;
    else
        start();
}

void Playground::start()
{
    m_running = true;
    m_again = false;
    m_cancellation = std::stop_source();
    m_cancel->setEnabled(true);
    const quint64 number = ++m_runNumber;
    RunRequest request;
    request.model = m_model.toStdString();
    request.body = m_input->body();
    // The picture of this run, even if another one is opened meanwhile.
    const auto picture = m_input->picture();
    request.decoder = m_result->chosenDecoder();
    request.cancellation = m_cancellation.get_token();
    startRun(m_workbench, request,
             onGui(this, [this, number, name = m_model, picture](const Result<RunResult> &done) {
                 if (number != m_runNumber)
                     return;
                 m_running = false;
                 m_cancel->setEnabled(false);
                 m_feed.updateNow();
                 if (name == m_model && done) {
                     m_message->clear();
                     showResult(*done, picture ? &*picture : nullptr);
                 } else if (name == m_model && done.error().code != ErrorCode::Cancelled) {
                     clearResult();
                     refuse(text(done.error().message));
                 }
                 if (m_again)
                     start();
             }));
    m_feed.updateNow();
}

void Playground::cancelRun()
{
    if (!m_running)
        return;
    m_cancellation.request_stop();
    ++m_runNumber; // the answer of the present run is no longer wanted
    m_running = false;
    m_again = false;
    m_cancel->setEnabled(false);
    Q_EMIT noted(tr("Run cancelled"));
}

void Playground::showResult(const RunResult &result, const PictureInput *picture)
{
    m_result->setResult(result, picture);
    m_seen->view()->setPicture(result.seen, result.seen.size());
    m_seen->setCaption(result.seen.isNull() ? QString() : seenCaption(result.seenNumbers));
    m_outputs->setOutputs(result.outputs);
    m_timings->setTimings(result.prediction.timings);
    m_outcome->setText(outcomeText(result.prediction));
    Q_EMIT finished(m_model, text(result.prediction.engine), result.prediction.timings.total);
}

QString Playground::apiUrl() const
{
    return m_api.url().isEmpty() ? u"http://127.0.0.1:5000"_s : m_api.url();
}

void Playground::copyCurl()
{
    const auto picture = m_input->picture();
    if (!m_input->body())
        refuse(tr("There is no picture to send yet: open one, then copy its command."));
    else if (picture && picture->path.isEmpty())
        m_background.run(
            this, [picture = *picture] { return savedForCurl(picture); },
            [this, name = m_model](const Result<QString> &path) {
                if (path)
                    copyCommand(curlForFile(apiUrl(), name, *path));
                else
                    refuse(text(path.error().message));
            });
    else if (const QString path = m_input->path(); !path.isEmpty())
        copyCommand(curlForFile(apiUrl(), m_model, path));
    else
        copyCommand(curlForNumbers(apiUrl(), m_model, m_input->bodyText()));
}

void Playground::copyCommand(const QString &command)
{
    QGuiApplication::clipboard()->setText(command);
    Q_EMIT noted(tr("The curl command is on the clipboard"));
}

} // namespace warmbench::ui
