#include "ui/network/network_page.h"

#include "base/short_count.h"
#include "base/text.h"
#include "ui/gui_hop.h"
#include "ui/network/graph_picture.h"
#include "ui/network/node_pane.h"
#include "ui/network/node_tree.h"
#include "ui/network/page_parts.h"
#include "ui/network/profile_view.h"
#include "ui/network/share_delegate.h"
#include "ui/widgets/caption_label.h"
#include "ui/widgets/controls.h"
#include "ui/widgets/display_text.h"
#include "ui/widgets/hairline_splitter.h"

#include <QButtonGroup>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QHideEvent>
#include <QLabel>
#include <QLineEdit>
#include <QShowEvent>
#include <QStackedWidget>
#include <QTabBar>
#include <QTabWidget>
#include <QToolButton>
#include <QTreeView>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace warmbench::ui {

namespace {

constexpr int wide = 880; // pixels from which the node stands beside the list instead of below it
constexpr int columnWidths[] = {170, 84, 112, 78, 100};

using Indexed = Result<std::shared_ptr<const GraphIndex>>;

Indexed indexed(Result<std::shared_ptr<const NetworkGraph>> graph)
{
    if (!graph)
        return std::move(graph).error();
    return std::make_shared<const GraphIndex>(*std::move(graph));
}

} // namespace

NetworkPage::NetworkPage(Workbench &workbench, WorkbenchFeed &feed, Background &background,
                         PresentDecoder input, QWidget *parent)
    : QWidget(parent)
    , m_workbench(workbench)
    , m_feed(feed)
    , m_nodes(new NodeTree(this))
    , m_filter(new NodeFilter(m_nodes))
{
    // In the order in which Tab goes through them.
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(14, 10, 14, 8);
    layout->setSpacing(8);
    layout->addWidget(makeHeader());
    makeTree();
    m_picture = new GraphPicture(background, this);
    m_profile = new ProfileView(workbench, background, this);
    m_node = new NodePane(workbench, this);
    m_tensor = new TensorPane(workbench, background, std::move(input), this);
    arrange();
    layout->addWidget(m_body, 1);
    connect(&feed, &WorkbenchFeed::updated, this, &NetworkPage::setState);
    connect(m_picture, &GraphPicture::said, this, &NetworkPage::said);
    connect(m_profile, &ProfileView::said, this, &NetworkPage::said);
    connect(m_picture, &GraphPicture::nodeClicked, this, &NetworkPage::selectNode);
    connect(m_tensor, &TensorPane::said, this, &NetworkPage::said);
    connect(m_node, &NodePane::tensorChosen, this, [this](const std::string &name) {
        m_side->setCurrentWidget(m_tensor);
        m_side->tabBar()->setFocus(); // from here Left goes back to the node
        m_tensor->ask(name);
    });
    showMessage(tr("Select a model to see its network."));
}

NetworkPage::~NetworkPage()
{
    stop();
}

void NetworkPage::arrange()
{
    m_message = sentenceLabel(u"networkMessage"_s, this);
    m_views = new QStackedWidget(this);
    m_views->addWidget(m_tree);
    m_views->addWidget(m_picture);
    m_views->addWidget(m_profile);
    m_side = new QTabWidget(this);
    m_side->setObjectName(u"networkSide"_s);
    m_side->setDocumentMode(true);
    m_side->addTab(m_node, tr("Node"));
    m_side->addTab(m_tensor, tr("Tensor"));
    m_parts = new HairlineSplitter(Qt::Vertical, u"networkParts"_s, this);
    m_parts->addWidget(m_views);
    m_parts->addWidget(m_side);
    m_parts->setStretchFactor(0, 3);
    m_parts->setStretchFactor(1, 2);
    m_parts->setChildrenCollapsible(false);
    m_body = new QStackedWidget(this);
    m_body->addWidget(m_message);
    m_body->addWidget(m_parts);
}

QWidget *NetworkPage::makeHeader()
{
    auto *header = new QWidget(this);
    m_title = paneTitle({}, header);
    m_title->setTextFormat(Qt::PlainText);
    m_title->setObjectName(u"networkTitle"_s);
    m_title->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    m_totals = new CaptionLabel(header);
    m_totals->setObjectName(u"networkTotals"_s);
    m_find = new QLineEdit(header);
    m_find->setObjectName(u"findNode"_s);
    m_find->setAccessibleName(tr("Find nodes"));
    m_find->setPlaceholderText(tr("Name, operator or tensor"));
    addClearButton(m_find);
    connect(m_find, &QLineEdit::textChanged, this, &NetworkPage::find);
    auto *line = new QHBoxLayout;
    line->addWidget(m_title, 1);
    line->addWidget(m_find, 1);
    line->addWidget(makeViewButtons());
    auto *layout = new QVBoxLayout(header);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(4);
    layout->addLayout(line);
    layout->addWidget(m_totals);
    return header;
}

QWidget *NetworkPage::makeViewButtons()
{
    auto *buttons = new QWidget(this);
    auto *line = new QHBoxLayout(buttons);
    line->setContentsMargins(0, 0, 0, 0);
    line->setSpacing(2);
    auto *group = new QButtonGroup(buttons);
    // The views stand in the same order.
    const auto add = [&](const QString &name, const QString &text, const QString &tip, int view) {
        auto *button = new QToolButton(buttons);
        button->setObjectName(name);
        button->setText(text);
        button->setToolTip(tip);
        button->setCheckable(true);
        button->setAutoRaise(true);
        button->setFocusPolicy(Qt::StrongFocus);
        button->setChecked(view == 0);
        group->addButton(button);
        line->addWidget(button);
        connect(button, &QToolButton::toggled, this, [this, view](bool on) {
            if (!on)
                return;
            m_views->setCurrentIndex(view);
            m_side->setVisible(m_views->currentWidget() != m_profile); // it tells of no node
        });
    };
    add(u"showList"_s, tr("List"), tr("The nodes as a list"), 0);
    add(u"showPicture"_s, tr("Picture"), tr("The graph as a picture"), 1);
    add(u"showProfile"_s, tr("Profile"), tr("What the model costs: load, latency, layers"), 2);
    return buttons;
}

void NetworkPage::selectNode(int node)
{
    m_find->clear(); // or the list may lack it
    m_tree->setCurrentIndex(m_filter->mapFromSource(m_nodes->indexOf(node)));
}

void NetworkPage::makeTree()
{
    m_tree = new QTreeView(this);
    m_tree->setObjectName(u"nodeTree"_s);
    m_tree->setAccessibleName(tr("Nodes of the network"));
    m_tree->setFrameShape(QFrame::NoFrame);
    m_tree->setUniformRowHeights(true);
    m_tree->setAlternatingRowColors(true);
    m_tree->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_tree->setModel(m_filter);
    m_tree->setItemDelegateForColumn(NodeTree::Flops,
                                     new ShareDelegate(NodeTree::ShareRole, m_tree));
    m_tree->header()->setStretchLastSection(false);
    m_tree->header()->setSectionResizeMode(QHeaderView::Interactive);
    m_tree->header()->setSectionsMovable(false);
    m_tree->header()->setSectionResizeMode(NodeTree::Name, QHeaderView::Stretch);
    m_tree->header()->setMinimumSectionSize(60);
    for (int column = 0; column < NodeTree::ColumnCount; ++column)
        m_tree->header()->resizeSection(column, columnWidths[column]);
    m_tree->header()->setSortIndicator(-1, Qt::AscendingOrder); // as the file has them
    m_tree->setSortingEnabled(true);
    connect(m_tree->selectionModel(), &QItemSelectionModel::currentChanged, this, [this] {
        m_node->showNode(currentNode());
        m_picture->showNode(currentNode());
        m_side->setCurrentWidget(m_node);
    });
}

int NetworkPage::currentNode() const
{
    const QModelIndex current = m_filter->mapToSource(m_tree->currentIndex());
    return current.isValid() ? NodeTree::nodeOf(current) : -1;
}

void NetworkPage::setModel(const QString &name)
{
    if (name == m_model)
        return;
    stop();
    m_model = name;
    m_nodes->setGraph(nullptr);
    m_node->setGraph(name, nullptr);
    m_picture->setGraph(nullptr);
    m_profile->setModel(name);
    m_tensor->setModel(name);
    m_side->setCurrentWidget(m_node);
    m_title->setText(name);
    m_title->setToolTip(name);
    showTotals();
    m_find->clear();
    if (isVisible())
        read();
}

const ModelView *NetworkPage::view() const
{
    return m_feed.state().find(m_model.toStdString());
}

void NetworkPage::setState()
{
    const ModelView *model = view();
    if (!model || !model->status.facts)
        return;
    const std::string &digest = model->status.facts->digest;
    const bool changed = !m_digest.empty() && m_digest != digest;
    const bool loaded = m_awaitsLoad && model->status.state == ModelState::Ready;
    m_digest = digest;
    if (changed)
        m_profile->setOutOfDate();
    if ((changed || loaded) && isVisible())
        read();
}

void NetworkPage::setOutOfDate()
{
    m_tensor->setOutOfDate();
}

void NetworkPage::showEvent(QShowEvent *event)
{
    QWidget::showEvent(event);
    if (!event->spontaneous())
        read();
}

void NetworkPage::hideEvent(QHideEvent *event)
{
    QWidget::hideEvent(event);
    if (!event->spontaneous())
        stop();
}

void NetworkPage::resizeEvent(QResizeEvent *event)
{
    QWidget::resizeEvent(event);
    m_parts->setOrientation(width() >= wide ? Qt::Horizontal : Qt::Vertical);
}

void NetworkPage::stop()
{
    m_stop.request_stop();
    m_node->stop();
    m_picture->stop();
    m_tensor->stop();
}

// The format is asked for first: where only an engine knows the layers, a look must not load the
// model.
void NetworkPage::read()
{
    m_stop.request_stop();
    m_stop = std::stop_source();
    m_awaitsLoad = false;
    if (m_model.isEmpty())
        return showMessage(tr("Select a model to see its network."));
    if (!m_nodes->graph())
        showMessage(tr("Reading the network…"));
    const ModelView *model = view();
    m_digest = model && model->status.facts ? model->status.facts->digest : std::string();
    using Facts = Result<std::shared_ptr<const ModelStatus::Facts>>;
    m_workbench.describe({m_model.toStdString(), {}},
                         onGui(this, [this, token = m_stop.get_token()](const Facts &facts) {
                             if (token.stop_requested())
                                 return;
                             const ModelView *asked = view();
                             m_awaitsLoad = facts && showsLayersWhenLoaded((*facts)->spec.format) &&
                                            asked && asked->status.state != ModelState::Ready;
                             if (m_awaitsLoad)
                                 take(failedPrecondition(
                                     tr("Only an engine knows the layers of this format: load the "
                                        "model, or run it, to see them.")
                                         .toStdString()));
                             else
                                 readGraph(token);
                         }));
}

void NetworkPage::readGraph(const std::stop_token &token)
{
    auto done = onGui(this, [this, token](const Indexed &graph) {
        if (!token.stop_requested())
            take(graph);
    });
    // What is looked up is prepared on the thread that has read the file.
    m_workbench.graph(
        {m_model.toStdString(), {}},
        [done = std::move(done)](Result<std::shared_ptr<const NetworkGraph>> graph) {
            done(indexed(std::move(graph)));
        },
        token);
}

void NetworkPage::take(const Indexed &graph)
{
    if (!graph) {
        m_nodes->setGraph(nullptr);
        m_node->setGraph(m_model, nullptr);
        m_picture->setGraph(nullptr);
        showTotals();
        return showMessage(text(graph.error().message));
    }
    m_nodes->setGraph(*graph);
    // Without inner graphs nothing is to be opened.
    m_tree->setRootIsDecorated((*graph)->top().size() < (*graph)->graph().nodes.size());
    m_node->setGraph(m_model, *graph);
    m_node->showNode(currentNode());
    m_picture->setGraph(*graph);
    m_picture->showNode(currentNode());
    showTotals();
    m_body->setCurrentWidget(m_parts);
}

void NetworkPage::showMessage(const QString &text)
{
    m_message->setText(text);
    m_body->setCurrentWidget(m_message);
}

void NetworkPage::showTotals()
{
    if (!m_nodes->graph())
        return m_totals->setText({});
    const NetworkGraph &graph = m_nodes->graph()->graph();
    QStringList parts{tr("%1 nodes").arg(grouped(m_nodes->graph()->size())),
                      tr("%1 parameters").arg(grouped(graph.parameters))};
    if (graph.flops > 0) {
        QStringList shapes;
        for (const Shape &shape : graph.tried)
            shapes << text(shapeText(std::span<const std::int64_t>(shape)));
        parts << tr("%1FLOPs for %2")
                     .arg(text(shortCount(graph.flops)) + (graph.flops < 1000 ? u" "_s : QString()),
                          shapes.join(u", "_s));
    }
    for (const std::string &note : graph.notes)
        parts << text(printable(note, 400));
    m_totals->setText(parts.join(u" · "_s));
}

void NetworkPage::find(const QString &words)
{
    m_filter->setWords(words);
    // What was found within a node is to be seen.
    if (!words.isEmpty())
        m_tree->expandAll();
}

} // namespace warmbench::ui
