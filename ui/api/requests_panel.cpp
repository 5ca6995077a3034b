#include "ui/api/requests_panel.h"

#include "ui/api/request_table.h"
#include "ui/api/snippets.h"
#include "ui/api_control.h"
#include "ui/save_file.h"
#include "ui/shortcuts.h"
#include "ui/widgets/controls.h"

#include <QAction>
#include <QCheckBox>
#include <QClipboard>
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
    m_view->setModel(m_filter);
    m_view->setObjectName(u"requestView"_s);
    m_view->setAccessibleName(tr("Requests"));
    setLines(m_view);
    m_view->setSelectionMode(QAbstractItemView::SingleSelection);
    const QList<int> widths{96, 90, 60, 180, 54, 120, 54, 72, 72, 72};
    for (int column = 0; column < widths.size(); ++column)
        m_view->setColumnWidth(column, widths[column]);
    auto *copy = new QAction(tr("Copy as curl"), m_view);
    copy->setObjectName(u"copyRequest"_s);
    copy->setShortcut(keysOf(Shortcut::CopySelected));
    copy->setShortcutContext(Qt::WidgetShortcut);
    m_view->addAction(copy);
    m_view->setContextMenuPolicy(Qt::ActionsContextMenu);
    connect(copy, &QAction::triggered, this, &RequestsPanel::copyCurl);

    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(makeTools());
    layout->addWidget(m_view, 1);
    connect(&m_timer, &QTimer::timeout, this, &RequestsPanel::takeServed);
    m_timer.start(250);
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
    auto *refused = new QCheckBox(tr("Only refused"), tools);
    refused->setObjectName(u"onlyRefused"_s);
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
    layout->addWidget(refused);
    layout->addStretch(1);
    layout->addWidget(save);
    layout->addWidget(clear);
    connect(find, &QLineEdit::textChanged, m_filter, &RequestFilter::setWords);
    connect(refused, &QCheckBox::toggled, m_filter, &RequestFilter::setRefusedOnly);
    connect(clear, &QToolButton::clicked, m_table, &RequestTable::clear);
    connect(save, &QToolButton::clicked, this, &RequestsPanel::exportShown);
    return tools;
}

void RequestsPanel::takeServed()
{
    const QScrollBar *bar = m_view->verticalScrollBar();
    const bool follows = bar->value() == bar->maximum();
    m_table->add(m_api.takeServed());
    if (follows)
        m_view->scrollToBottom();
}

void RequestsPanel::copyCurl()
{
    const QModelIndex current = m_view->currentIndex();
    if (!current.isValid())
        return;
    const ServedRequest &request = m_table->at(m_filter->mapToSource(current).row());
    const QString address = shellQuoted(m_api.url() + QString::fromStdString(request.path));
    const QString method = QString::fromStdString(request.method);
    QGuiApplication::clipboard()->setText(
        method == u"GET"_s ? u"curl %1"_s.arg(address) : u"curl -X %1 %2"_s.arg(method, address));
    Q_EMIT said(MessageOverlay::Kind::Information,
                method == u"GET"_s ? tr("The curl command is on the clipboard.")
                                   : tr("The curl command is on the clipboard, without the body "
                                        "that the client sent: bodies are not kept."));
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
