#include "ui/api/requests_panel.h"

#include "ui/api/request_curl.h"
#include "ui/api/request_details.h"
#include "ui/api/request_filter.h"
#include "ui/api/request_text.h"
#include "ui/api_control.h"
#include "ui/save_file.h"
#include "ui/shortcuts.h"
#include "ui/widgets/controls.h"
#include "ui/widgets/display_text.h"
#include "ui/widgets/hairline_splitter.h"
#include "ui/widgets/icons.h"

#include <QAction>
#include <QCheckBox>
#include <QClipboard>
#include <QComboBox>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLineEdit>
#include <QScrollBar>
#include <QTableView>
#include <QToolButton>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace warmbench::ui {

RequestsPanel::RequestsPanel(ApiControl &api, Background &background, QWidget *parent)
    : QWidget(parent)
    , m_api(api)
    , m_background(background)
    , m_table(new RequestTable(this))
    , m_filter(new RequestFilter(m_table))
    , m_view(new QTableView(this))
{
    makeActions();
    makeView();
    m_details = new RequestDetails({m_open, m_copy, m_saveBody}, this);
    auto *parts = new HairlineSplitter(Qt::Horizontal, u"requestParts"_s, this);
    parts->addWidget(m_view);
    parts->addWidget(m_details);
    parts->setStretchFactor(0, 1);
    parts->setChildrenCollapsible(false);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(makeTools());
    layout->addWidget(parts, 1);
    connect(&m_timer, &QTimer::timeout, this, &RequestsPanel::takeServed);
    m_timer.start(250);
    showSelected();
}

void RequestsPanel::makeActions()
{
    const auto add = [this](const QString &name, const QString &iconName, const QString &text,
                            const QString &tip) {
        auto *action = new QAction(icon(iconName), text, m_view);
        action->setObjectName(name);
        action->setToolTip(tip);
        m_view->addAction(action);
        return action;
    };
    m_open = add(u"openRequest"_s, u"run"_s, tr("Open in Try"),
                 tr("Run the request's input on the page Try (Return)"));
    m_copy =
        add(u"copyRequest"_s, u"copy"_s, tr("Copy as curl"),
            tipWithKeys(tr("Copy the line that sends this request again"), Shortcut::CopySelected));
    m_copy->setShortcut(keysOf(Shortcut::CopySelected));
    m_copy->setShortcutContext(Qt::WidgetShortcut);
    m_saveBody =
        add(u"saveBody"_s, u"save"_s, tr("Save body…"), tr("Save the body as the client sent it"));
    connect(m_open, &QAction::triggered, this, &RequestsPanel::openSelected);
    connect(m_copy, &QAction::triggered, this, &RequestsPanel::copyCurl);
    connect(m_saveBody, &QAction::triggered, this, &RequestsPanel::saveBody);
}

void RequestsPanel::makeView()
{
    m_view->setModel(m_filter);
    m_view->setObjectName(u"requestView"_s);
    m_view->setAccessibleName(tr("Requests"));
    setLines(m_view);
    m_view->setSelectionMode(QAbstractItemView::SingleSelection);
    m_view->setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
    m_view->setContextMenuPolicy(Qt::ActionsContextMenu);
    const QList<int> widths{96, 84, 54, 190, 50, 100, 50, 66, 66,
                            66, 66, 78, 66,  84, 66,  78, 78, 130};
    for (int column = 0; column < widths.size(); ++column)
        m_view->setColumnWidth(column, widths[column]);
    connect(m_view, &QTableView::activated, this, &RequestsPanel::openSelected);
    connect(m_view->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
            &RequestsPanel::showSelected);
    connect(m_filter, &QAbstractItemModel::modelReset, this, &RequestsPanel::showSelected);
}

QWidget *RequestsPanel::makeTools()
{
    auto *tools = new QWidget(this);
    auto *find = new QLineEdit(tools);
    find->setObjectName(u"findRequest"_s);
    find->setAccessibleName(tr("Find requests"));
    find->setPlaceholderText(tr("Path, model, client or error"));
    addClearButton(find);
    find->setMaximumWidth(260);
    auto *statuses = new QComboBox(tools);
    statuses->setObjectName(u"requestStatuses"_s);
    statuses->setAccessibleName(tr("Which statuses are shown"));
    statuses->addItems({tr("All statuses"), tr("Answered"), tr("Refused, 4xx"), tr("Failed, 5xx")});
    auto *keep = new QCheckBox(tr("Keep bodies"), tools);
    keep->setObjectName(u"keepBodies"_s);
    keep->setToolTip(tr("Hold what clients send in memory, the newest %1, to open it again. It is "
                        "never written to disk, forgotten when this is switched off, and off "
                        "whenever the program starts.")
                         .arg(text(m_api.bodyRoom())));
    keep->setChecked(m_api.keepsBodies());
    auto *save = new QToolButton(tools);
    save->setObjectName(u"exportRequests"_s);
    save->setText(tr("Export…"));
    save->setToolTip(tr("Save the requests that are shown as CSV"));
    auto *clear = new QToolButton(tools);
    clear->setText(tr("Clear"));
    clear->setToolTip(tr("Empty this list"));
    for (QToolButton *button : {save, clear})
        button->setFocusPolicy(Qt::StrongFocus);
    auto *layout = new QHBoxLayout(tools);
    layout->setContentsMargins(8, 6, 8, 6);
    layout->addWidget(find, 1);
    layout->addWidget(statuses);
    layout->addStretch(1);
    layout->addWidget(keep);
    layout->addWidget(save);
    layout->addWidget(clear);
    connect(find, &QLineEdit::textChanged, m_filter, &RequestFilter::setWords);
    connect(statuses, &QComboBox::currentIndexChanged, m_filter, [this](int index) {
        m_filter->setStatuses(static_cast<RequestFilter::Statuses>(index));
    });
    connect(keep, &QCheckBox::toggled, this, [this](bool on) {
        m_api.setKeepsBodies(on);
        showBodies();
    });
    connect(clear, &QToolButton::clicked, m_table, &RequestTable::clear);
    connect(save, &QToolButton::clicked, this, &RequestsPanel::exportShown);
    return tools;
}

void RequestsPanel::takeServed()
{
    const QScrollBar *bar = m_view->verticalScrollBar();
    const bool follows = bar->value() == bar->maximum();
    std::vector<ServedRequest> served = m_api.takeServed();
    if (served.empty())
        return;
    m_table->add(std::move(served));
    if (follows)
        m_view->scrollToBottom();
    showSelected(); // its row may have left, or its body made room
}

std::shared_ptr<const ServedRequest> RequestsPanel::selected() const
{
    const QModelIndex current = m_view->currentIndex();
    return current.isValid() ? m_table->kept(m_filter->mapToSource(current).row()) : nullptr;
}

void RequestsPanel::showSelected()
{
    const auto request = selected();
    m_details->setRequest(request);
    const bool body = request && !request->body.expired();
    m_copy->setEnabled(request && !request->method.empty());
    m_open->setEnabled(body);
    m_saveBody->setEnabled(body);
}

void RequestsPanel::showBodies()
{
    m_table->showBodies();
    showSelected();
}

void RequestsPanel::openSelected()
{
    const auto request = selected();
    if (!request)
        return;
    if (!request->body.expired())
        Q_EMIT openAsked(request);
    else if (request->bodyKept)
        Q_EMIT said(MessageOverlay::Kind::Information,
                    tr("The body of this request is forgotten: only the newest are kept."));
    else
        Q_EMIT said(MessageOverlay::Kind::Information,
                    tr("This request's body was not kept: switch on Keep bodies, then let the "
                       "client ask again."));
}

void RequestsPanel::copyCurl()
{
    const auto request = selected();
    if (!request || request->method.empty())
        return;
    const auto body = request->body.lock();
    const bool saved = m_saved.lock() == request;
    const QString file = saved ? m_savedAs : body ? bodyFileName(*body) : QString();
    QGuiApplication::clipboard()->setText(requestCurl(m_api.url(), *request, file));
    const bool bodiless =
        !body && request->requestBytes > 0 && request->method != "GET" && request->method != "HEAD";
    const bool unsaved = body && !saved && !fitsCommandLine(*body);
    Q_EMIT said(MessageOverlay::Kind::Information,
                bodiless ? tr("The curl command is on the clipboard, without the body that the "
                              "client sent: it was not kept.")
                : unsaved
                    ? tr("The curl command is on the clipboard. It reads %1: save the body with "
                         "Save body…, then copy again.")
                          .arg(file)
                    : tr("The curl command is on the clipboard."));
}

void RequestsPanel::saveBody()
{
    const auto request = selected();
    const auto body = request ? request->body.lock() : nullptr;
    if (!body)
        return;
    const auto path = std::make_shared<QString>();
    saveFile(
        this, m_background, {tr("Save the body"), bodyFileName(*body), {tr("All files (*)")}},
        [body, path](const QString &chosen) -> Result<std::string> {
            *path = chosen;
            return *body;
        },
        [this, request, path](MessageOverlay::Kind kind, const QString &text) {
            if (kind == MessageOverlay::Kind::Information) {
                m_saved = request;
                m_savedAs = *path;
            }
            Q_EMIT said(kind, text);
        });
}

void RequestsPanel::exportShown()
{
    saveFile(
        this, m_background, {tr("Export the requests"), u"requests.csv"_s, {tr("CSV (*.csv)")}},
        [requests = m_filter->shown()](const QString &) -> Result<std::string> {
            return requestsAsCsv(requests);
        },
        [this](MessageOverlay::Kind kind, const QString &text) { Q_EMIT said(kind, text); });
}

} // namespace warmbench::ui
