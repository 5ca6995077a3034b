#include "ui/window/main_window.h"

#include "engine/model_files.h"
#include "inference/body/prediction_body.h"
#include "ui/api/api_page.h"
#include "ui/api/request_text.h"
#include "ui/api/requests_panel.h"
#include "ui/api_control.h"
#include "ui/compare/compare_page.h"
#include "ui/inspector/inspector.h"
#include "ui/log/log_panel.h"
#include "ui/models/models_panel.h"
#include "ui/monitor/monitor.h"
#include "ui/network/network_page.h"
#include "ui/playground/answer_sliders.h"
#include "ui/playground/answer_view.h"
#include "ui/playground/playground.h"
#include "ui/preferences.h"
#include "ui/settings.h"
#include "ui/sheets/match_sheet.h"
#include "ui/sheets/notebook_lines.h"
#include "ui/widgets/display_text.h"
#include "ui/widgets/icons.h"
#include "ui/widgets/message_overlay.h"
#include "ui/widgets/theme.h"
#include "ui/window/first_run_page.h"
#include "ui/window/kept_changes.h"
#include "ui/window/main_window_private.h"
#include "ui/window/status_line.h"

#include <array>
#include <QAction>
#include <QClipboard>
#include <QCloseEvent>
#include <QDragEnterEvent>
#include <QFileDialog>
#include <QFileInfo>
#include <QGuiApplication>
#include <QJsonArray>
#include <QMenu>
#include <QMimeData>
#include <QSplitter>
#include <QStackedWidget>
#include <QTabWidget>
#include <QToolButton>

using namespace Qt::StringLiterals;

namespace warmbench::ui {

namespace {

// A model may be opened by any of its files.
std::vector<std::string_view> openedEndings()
{
    const auto leaders = modelEndings();
    std::vector<std::string_view> endings(leaders.begin(), leaders.end());
    for (const PartnerEnding &partner : partnerEndings())
        endings.push_back(partner.own);
    return endings;
}

// A choice of a file dialog: "Models (*.onnx *.pb)".
QString filter(const QString &name, std::span<const std::string_view> endings)
{
    return u"%1 (%2)"_s.arg(name, filePatterns(endings).join(u' '));
}

bool isModelFile(const DroppedFile &file)
{
    return file.kind == DroppedFile::Kind::Model && !QFileInfo(file.path).isDir();
}

QStringList localFiles(const QMimeData &data)
{
    QStringList paths;
    for (const QUrl &url : data.urls())
        if (url.isLocalFile())
            paths << url.toLocalFile();
    return paths;
}

} // namespace

struct MainWindow::Private::Opened
{
    QString path;
    Result<std::vector<std::string>> names;
};

MainWindow::MainWindow(Workbench &workbench, ApiControl &api, QWidget *parent)
    : QMainWindow(parent)
    , m_d(std::make_unique<Private>(*this, workbench, api))
{
    m_d->build();
    m_d->connectParts();
    m_d->restore();
    m_d->feed->updateNow();
}

MainWindow::~MainWindow()
{
    // The parts use the feed and the background, so they are destroyed before these.
    m_d->feed->disconnect();
    delete m_d->message;
    delete takeCentralWidget();
}

MainWindow::Private::Private(MainWindow &owner, Workbench &bench, ApiControl &control)
    : window(owner)
    , workbench(bench)
    , api(control)
{
}

void MainWindow::Private::connectParts()
{
    QObject::connect(feed, &WorkbenchFeed::updated, &window,
                     [this](const WorkbenchState &state) { setState(state); });
    QObject::connect(models, &ModelsPanel::selectionChanged, &window,
                     [this](const QString &name) { selectModel(name); });
    const auto say = [this](MessageOverlay::Kind kind, const QString &text) {
        message->setMessage(kind, text);
    };
    QObject::connect(keptChanges, &KeptChanges::said, message, say);
    QObject::connect(playground, &Playground::said, message, say);
    QObject::connect(comparePage, &ComparePage::said, message, say);
    QObject::connect(comparePage->compareAction(), &QAction::triggered, tabs,
                     [this] { tabs->setCurrentWidget(comparePage); });
    QObject::connect(network, &NetworkPage::said, message, say);
    QObject::connect(playground, &Playground::finished, network, &NetworkPage::setOutOfDate);
    QObject::connect(playground, &Playground::loadAsked, models->loadAction(), &QAction::trigger);
    QObject::connect(models, &ModelsPanel::said, message, say);
    QObject::connect(models, &ModelsPanel::refreshed, playground, &Playground::checkRefreshed);
    QObject::connect(models, &ModelsPanel::removed, &window,
                     [this](const QString &name, const QString &path) { offerBack(name, path); });
    const auto tell = [this](const QString &text) {
        message->setMessage(MessageOverlay::Kind::Information, text);
    };
    QObject::connect(inspector->editor(), &SettingsEditor::said, message, say);
    QObject::connect(playground->answer()->sliders(), &AnswerSliders::kept, inspector->editor(),
                     &SettingsEditor::keep);
    QObject::connect(inspector->editor(), &SettingsEditor::applied, &window, [this] {
        feed->updateNow();
        playground->runAgain();
    });
    QObject::connect(apiPage, &ApiPage::copied, message, tell);
    QObject::connect(requests, &RequestsPanel::said, message, say);
    QObject::connect(monitor, &Monitor::said, message, say);
    QObject::connect(
        requests, &RequestsPanel::openAsked, &window,
        [this](const std::shared_ptr<const ServedRequest> &request) { openRequest(request); });
    QObject::connect(tabs, &QTabWidget::currentChanged, &window, [this] { showSnippets(); });
    QObject::connect(playground, &Playground::finished, &window, [this] { showSnippets(); });
    QObject::connect(copyAddress, &QAction::triggered, &window, [this] {
        QGuiApplication::clipboard()->setText(api.url());
        message->setMessage(MessageOverlay::Kind::Information,
                            MainWindow::tr("%1 is on the clipboard.").arg(api.url()));
    });
    QObject::connect(playground->openInputAction(), &QAction::triggered, &window,
                     [this] { askForInput(); });
    QObject::connect(firstRun, &FirstRunPage::openRequested, open, &QAction::trigger);
    QObject::connect(firstRun, &FirstRunPage::sampleRequested, &window, &MainWindow::trySample);
    QObject::connect(firstRun, &FirstRunPage::recentRequested, &window,
                     [this](const QString &path) { window.openPaths({path}); });
    QObject::connect(&api, &ApiControl::changed, &window, [this] { showApi(); });
    storing.setSingleShot(true);
    QObject::connect(&storing, &QTimer::timeout, &window, [this] { store(); });
    for (const QSplitter *each : {rows, columns, facts})
        QObject::connect(each, &QSplitter::splitterMoved, &window, [this] { storeSoon(); });
    QObject::connect(tabs, &QTabWidget::currentChanged, &window, [this] { storeSoon(); });
    QObject::connect(playground, &Playground::finished, &window, [this] { storeSoon(); });
    showApi();
    fillRecent();
}

void MainWindow::Private::setState(const WorkbenchState &state)
{
    QWidget *page = state.models.empty() ? static_cast<QWidget *>(firstRun) : tabs;
    if (page != centre->currentWidget()) {
        centre->setCurrentWidget(page);
        showSides(showModels->isChecked(), showFacts->isChecked());
    }
    keptChanges->setState(state);
    inspector->setState(state);
    status->setState(state);
}

void MainWindow::Private::selectModel(const QString &name)
{
    playground->setModel(name);
    comparePage->setModel(name);
    matchNotebook->setEnabled(!name.isEmpty());
    network->setModel(name);
    showSnippets();
    inspector->setModel(name);
    inspector->setState(feed->state());
    storeSoon();
}

void MainWindow::Private::offerBack(const QString &name, const QString &path)
{
    session.removeAll(path);
    storeSoon();
    message->setMessage(
        MessageOverlay::Kind::Information,
        MainWindow::tr("%1 was removed from the list; its file is untouched.").arg(name),
        {MainWindow::tr("Undo"), [this, path] { window.openPaths({path}); }});
}

void MainWindow::Private::openRequest(const std::shared_ptr<const ServedRequest> &request)
{
    const QString name = text(request->model);
    if (!name.isEmpty() && !feed->state().find(request->model))
        return message->setMessage(
            MessageOverlay::Kind::Error,
            MainWindow::tr("There is no model %1: open it, then open the request again.")
                .arg(name));
    if (!name.isEmpty())
        models->select(name);
    tabs->setCurrentWidget(playground);
    playground->answer()->sliders()->setOptions(askedOptions(*request));
    playground->openRead([this, request] { return api.inputOf(*request); },
                         MainWindow::tr("Request at %1").arg(timeText(*request)),
                         askedText(*request));
}

void MainWindow::Private::askForModel(bool folder)
{
    auto *dialog =
        new QFileDialog(&window, folder ? MainWindow::tr("Open a folder of models or pictures")
                                        : MainWindow::tr("Open a model"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(folder ? QFileDialog::Directory : QFileDialog::ExistingFiles);
    if (!folder)
        dialog->setNameFilters(
            {filter(MainWindow::tr("Models"), openedEndings()), MainWindow::tr("All files (*)")});
    dialog->setDirectory(read(settings::lastFolder));
    QObject::connect(dialog, &QFileDialog::filesSelected, &window,
                     [this](const QStringList &paths) { window.openPaths(paths); });
    dialog->open();
}

void MainWindow::Private::askForInput()
{
    auto *dialog = new QFileDialog(&window, MainWindow::tr("Open an input"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::ExistingFiles);
    dialog->setNameFilters(
        {filter(MainWindow::tr("Inputs"), bodyEndings()), MainWindow::tr("All files (*)")});
    dialog->setDirectory(read(settings::lastFolder));
    QObject::connect(dialog, &QFileDialog::filesSelected, &window,
                     [this](const QStringList &paths) {
                         write(settings::lastFolder, QFileInfo(paths.first()).absolutePath());
                         if (paths.size() == 1)
                             playground->openInput(paths.first());
                         else
                             window.openPaths(paths);
                     });
    dialog->open();
}

void MainWindow::Private::take(const std::vector<DroppedFile> &files)
{
    const bool pair = files.size() == 2 && isModelFile(files[0]) && isModelFile(files[1]);
    if (pair)
        return openPair(files[0].path, files[1].path);
    QStringList refusals;
    QStringList pictures;
    for (const DroppedFile &file : files) {
        switch (file.kind) {
        case DroppedFile::Kind::Model:
            openModel(file.path, true);
            break;
        case DroppedFile::Kind::Input:
            if (playground->model().isEmpty())
                refusals << MainWindow::tr(
                                "%1 is an input: open a model first, then drop it again.")
                                .arg(QFileInfo(file.path).fileName());
            else if (file.pictures.isEmpty())
                playground->openInput(file.path);
            pictures << file.pictures;
            break;
        case DroppedFile::Kind::Labels:
            if (!attachLabels(file))
                refusals << MainWindow::tr("%1 is a list of labels: select the model that it "
                                           "belongs to, then drop it again.")
                                .arg(QFileInfo(file.path).fileName());
            break;
        case DroppedFile::Kind::Refused:
            refusals << file.text;
            break;
        }
    }
    if (!playground->model().isEmpty())
        playground->openPictures(pictures);
    if (!refusals.isEmpty())
        message->setMessage(MessageOverlay::Kind::Error, refusals.join(u'\n'));
}

bool MainWindow::Private::attachLabels(const DroppedFile &file)
{
    SettingsEditor *editor = inspector->editor();
    if (!editor->canEdit())
        return false;
    editor->set(u"labels"_s, QJsonArray::fromStringList(file.labels));
    message->setMessage(MessageOverlay::Kind::Information,
                        MainWindow::tr("%1 takes its %2 names from %3 until it is removed.")
                            .arg(models->selected())
                            .arg(file.labels.size())
                            .arg(QFileInfo(file.path).fileName()),
                        {MainWindow::tr("Save them with the model"),
                         [editor] { editor->saveAction()->trigger(); }});
    return true;
}

// What an opened file has brought; no names where it was refused, and a message has said why.
std::vector<std::string> MainWindow::Private::takeOpened(const Opened &opened)
{
    if (!opened.names) {
        message->setMessage(MessageOverlay::Kind::Error, text(opened.names.error().message));
        return {};
    }
    session.removeAll(opened.path);
    session << opened.path;
    storeSoon();
    if (opened.path != sampleFolder) {
        rememberRecent(opened.path);
        write(settings::lastFolder, QFileInfo(opened.path).absolutePath());
        fillRecent();
    }
    return *opened.names;
}

void MainWindow::Private::openModel(const QString &path, bool load)
{
    background.run(
        &window,
        [this, path, load] {
            return Opened{path, workbench.open(path.toStdString(), load)};
        },
        [this, selected = models->selected()](const Opened &opened) {
            const auto names = takeOpened(opened);
            // If the user has selected another model meanwhile, that stays selected.
            const bool unchanged = models->selected() == selected;
            feed->updateNow();
            if (unchanged && !names.empty())
                models->select(text(names.front()));
        });
}

// Two files of one model are that model; two models are compared.
void MainWindow::Private::openPair(const QString &first, const QString &second)
{
    background.run(
        &window,
        [this, first, second] {
            return std::array{Opened{first, workbench.open(first.toStdString(), true)},
                              Opened{second, workbench.open(second.toStdString(), true)}};
        },
        [this](const std::array<Opened, 2> &opened) {
            const auto a = takeOpened(opened[0]);
            const auto b = takeOpened(opened[1]);
            feed->updateNow();
            if (!a.empty() || !b.empty())
                models->select(text((a.empty() ? b : a).front()));
            if (a.empty() || b.empty() || a.front() == b.front())
                return;
            comparePage->setSides(text(a.front()), text(b.front()));
            tabs->setCurrentWidget(comparePage);
        });
}

void MainWindow::Private::fillRecent()
{
    const QStringList paths = read(settings::recentPaths);
    recent->clear();
    recent->setEnabled(!paths.isEmpty());
    for (const QString &path : paths) {
        QAction *action = recent->addAction(path);
        QObject::connect(action, &QAction::triggered, &window,
                         [this, path] { window.openPaths({path}); });
    }
    firstRun->setRecent(paths);
}

void MainWindow::Private::showSnippets()
{
    if (tabs->currentWidget() != apiPage)
        return;
    playground->withApiInput([this](const Result<ApiInput> &input) {
        ApiInput none;
        none.model = playground->model();
        apiPage->setInput(input ? *input : none);
        if (!input)
            message->setMessage(MessageOverlay::Kind::Error, text(input.error().message));
    });
}

// It begins with the picture at hand, if that is a file or was pasted.
void MainWindow::Private::openMatchSheet()
{
    playground->withApiInput([this](const Result<ApiInput> &input) {
        const bool picture = input && input->body && bodyKind(*input->body) == BodyKind::Picture;
        auto *sheet = new MatchSheet(workbench, background, playground->model(),
                                     picture ? input->path : QString(), &window);
        sheet->open();
    });
}

void MainWindow::Private::copyNotebookLines()
{
    QGuiApplication::clipboard()->setText(
        notebookLines(QFileInfo(playground->inputPath()).fileName()));
    message->setMessage(MessageOverlay::Kind::Information,
                        MainWindow::tr("The lines are on the clipboard: paste them into the "
                                       "notebook after its network has run."));
}

void MainWindow::Private::toggleApi(bool on)
{
    if (on == api.isRunning())
        return;
    if (on)
        api.start();
    else
        api.stop();
    showApi();
}

void MainWindow::Private::showApi()
{
    const bool running = api.isRunning();
    apiSwitch->setChecked(running);
    apiSwitch->setText(running ? MainWindow::tr("Stop the API") : MainWindow::tr("Start the API"));
    copyAddress->setEnabled(running);
    QString address = api.url();
    apiButton->setText(running ? MainWindow::tr("API %1").arg(address.remove(u"http://"_s))
                               : MainWindow::tr("API stopped"));
    apiButton->setIcon(
        icon(running ? u"api"_s : u"stop"_s, running ? themeColours().good : themeColours().muted));
    apiButton->setAccessibleName(running ? MainWindow::tr("API address %1").arg(api.url())
                                         : MainWindow::tr("API stopped"));
    apiButton->setToolTip(api.statusText().isEmpty() ? apiButton->accessibleName()
                                                     : api.statusText());
}

void MainWindow::setSampleFolder(const QString &folder)
{
    m_d->sampleFolder = folder;
    m_d->keptChanges->setSampleFolder(folder);
    m_d->firstRun->setSampleAvailable(!folder.isEmpty());
    m_d->sample->setEnabled(!folder.isEmpty());
}

void MainWindow::setStart(const ProgramStart &start)
{
    m_d->preferences->setStart(start);
}

void MainWindow::openPaths(const QStringList &paths)
{
    m_d->message->clear();
    m_d->background.run(
        this,
        [paths] {
            std::vector<DroppedFile> files;
            for (const QString &path : paths)
                files.push_back(judgeFile(path));
            return files;
        },
        [this](const std::vector<DroppedFile> &files) { m_d->take(files); });
}

void MainWindow::trySample()
{
    if (!m_d->sampleFolder.isEmpty())
        m_d->openModel(m_d->sampleFolder, false);
}

void MainWindow::closeEvent(QCloseEvent *event)
{
    m_d->storing.stop();
    m_d->store();
    QMainWindow::closeEvent(event);
}

void MainWindow::resizeEvent(QResizeEvent *event)
{
    QMainWindow::resizeEvent(event);
    m_d->storeSoon();
}

void MainWindow::moveEvent(QMoveEvent *event)
{
    QMainWindow::moveEvent(event);
    m_d->storeSoon();
}

void MainWindow::dragEnterEvent(QDragEnterEvent *event)
{
    // Accepted even if the drop will be refused: only then can a message say why.
    event->acceptProposedAction();
}

void MainWindow::dropEvent(QDropEvent *event)
{
    event->acceptProposedAction();
    const QStringList paths = localFiles(*event->mimeData());
    if (paths.isEmpty())
        m_d->message->setMessage(
            MessageOverlay::Kind::Error,
            tr("Only files of this machine can be dropped: save what you dragged, "
               "then drop the file."));
    else
        openPaths(paths);
}

void MainWindow::resetLayout()
{
    m_d->arrange();
    m_d->showSides(true, true);
    m_d->openDrawer(m_d->showMonitor);
}

} // namespace warmbench::ui
