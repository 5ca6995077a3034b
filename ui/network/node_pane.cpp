#include "ui/network/node_pane.h"

#include "base/text.h"
#include "ui/gui_hop.h"
#include "ui/widgets/caption_label.h"
#include "ui/widgets/display_text.h"

#include <algorithm>
#include <QHeaderView>
#include <QKeyEvent>
#include <QLabel>
#include <QTreeWidget>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace warmbench::ui {

namespace {

constexpr std::size_t mostTensors = 500; // listed in a group
constexpr std::size_t mostNotes = 6;
constexpr int nameRole = Qt::UserRole; // a tensor's own name, as bytes
constexpr int kindRole = Qt::UserRole + 1;
enum Kind { Text, TensorItem, WeightItem };

QTreeWidgetItem *addLine(QTreeWidgetItem *group, const QString &name, const QString &value)
{
    auto *line = new QTreeWidgetItem(group, {name, value});
    line->setToolTip(0, name);
    line->setToolTip(1, value);
    return line;
}

QTreeWidgetItem *addNamed(QTreeWidgetItem *group, const std::string &name, const QString &value,
                          Kind kind)
{
    QTreeWidgetItem *line = addLine(group, text(printable(name)), value);
    line->setData(0, nameRole, QByteArray::fromStdString(name));
    line->setData(0, kindRole, kind);
    return line;
}

void addRest(QTreeWidgetItem *group, std::size_t all)
{
    if (all > mostTensors)
        addLine(group, NodePane::tr("and %1 more").arg(all - mostTensors), {});
}

QString weightText(const GraphInitialiser &weight)
{
    return u"%1 %2, %3%4"_s.arg(
        text(printable(weight.type)), text(shapeText(std::span<const std::int64_t>(weight.shape))),
        text(weight.bytes), weight.external ? NodePane::tr(", in a file of its own") : QString());
}

} // namespace

NodePane::NodePane(Workbench &workbench, QWidget *parent)
    : QWidget(parent)
    , m_workbench(workbench)
    , m_notes(new QLabel(this))
    , m_tree(new QTreeWidget(this))
    , m_hint(new CaptionLabel(this))
{
    m_notes->setObjectName(u"networkNotes"_s);
    m_notes->setTextFormat(Qt::PlainText);
    m_notes->setWordWrap(true);
    m_notes->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    m_notes->hide();
    m_tree->setObjectName(u"nodeDetails"_s);
    m_tree->setAccessibleName(tr("What the file tells of the node"));
    m_tree->setFrameShape(QFrame::NoFrame);
    m_tree->setHeaderHidden(true);
    m_tree->setColumnCount(2);
    m_tree->setUniformRowHeights(true);
    m_tree->setExpandsOnDoubleClick(false);
    m_tree->header()->setStretchLastSection(true);
    m_tree->header()->resizeSection(0, 190);
    m_tree->installEventFilter(this);
    m_hint->setObjectName(u"nodeHint"_s);
    m_hint->setText(tr("Click or press Enter: values of a tensor, statistics of a weight."));
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 6, 0, 0);
    layout->setSpacing(6);
    layout->addWidget(m_notes);
    layout->addWidget(m_tree, 1);
    layout->addWidget(m_hint);
    connect(m_tree, &QTreeWidget::itemClicked, this,
            [this](QTreeWidgetItem *item) { choose(item); });
}

NodePane::~NodePane()
{
    m_stop.request_stop();
}

void NodePane::setGraph(const QString &model, std::shared_ptr<const GraphIndex> graph)
{
    m_model = model;
    m_graph = std::move(graph);
    showNode(-1);
}

void NodePane::showNode(int node)
{
    stop();
    m_node = node;
    m_tree->clear();
    m_notes->hide();
    if (!m_graph)
        return;
    if (node < 0)
        addNetwork();
    else
        addNodeFacts(m_graph->told(node));
    for (int i = 0; i < m_tree->topLevelItemCount(); ++i)
        m_tree->topLevelItem(i)->setExpanded(true);
}

void NodePane::stop()
{
    m_stop.request_stop();
    if (!m_reading)
        return;
    qDeleteAll(m_reading->takeChildren());
    m_reading = nullptr;
}

QTreeWidgetItem *NodePane::addGroup(const QString &title)
{
    auto *group = new QTreeWidgetItem(m_tree, {title});
    QFont font = m_tree->font();
    font.setWeight(QFont::DemiBold);
    group->setFont(0, font);
    group->setFirstColumnSpanned(true);
    group->setSizeHint(0,
                       {0, m_tree->fontMetrics().height() + 6}); // of all lines: they are uniform
    return group;
}

void NodePane::addTensors(const QString &title, const std::vector<GraphValue> &values)
{
    if (values.empty())
        return;
    QTreeWidgetItem *group = addGroup(title);
    for (std::size_t i = 0; i < std::min(values.size(), mostTensors); ++i)
        addNamed(group, values[i].name, tensorText(values[i]), TensorItem);
    addRest(group, values.size());
}

void NodePane::addInputs(const GraphNode &node)
{
    std::vector<const GraphInitialiser *> weights;
    std::vector<std::string> computed;
    for (const std::string &input : node.inputs) {
        if (const GraphInitialiser *weight = m_graph->weightOf(m_node, input))
            weights.push_back(weight);
        else if (!input.empty())
            computed.push_back(input);
    }
    if (!computed.empty()) {
        QTreeWidgetItem *group = addGroup(tr("Inputs"));
        for (std::size_t i = 0; i < std::min(computed.size(), mostTensors); ++i) {
            const GraphValue *value = m_graph->value(computed[i]);
            addNamed(group, computed[i], value ? tensorText(*value) : QString(), TensorItem);
        }
        addRest(group, computed.size());
    }
    addTensors(tr("Outputs"), node.outputs);
    if (weights.empty())
        return;
    QTreeWidgetItem *group = addGroup(tr("Weights"));
    for (std::size_t i = 0; i < std::min(weights.size(), mostTensors); ++i)
        addNamed(group, weights[i]->name, weightText(*weights[i]), WeightItem);
    addRest(group, weights.size());
}

void NodePane::addNodeFacts(const GraphNode &node)
{
    QTreeWidgetItem *facts = addGroup(m_graph->node(m_node).type);
    if (!node.name.empty())
        addLine(facts, tr("Name"), text(printable(node.name, 2000)));
    if (!node.branch.empty())
        addLine(facts, tr("Within"),
                tr("%1 of %2")
                    .arg(text(printable(node.branch)),
                         m_graph->node(m_graph->node(m_node).parent).name));
    if (node.parameters > 0)
        addLine(facts, tr("Parameters"), grouped(node.parameters));
    if (node.flops > 0)
        addLine(facts, tr("FLOPs"), grouped(node.flops));
    if (!node.attributes.empty()) {
        QTreeWidgetItem *group = addGroup(tr("Attributes"));
        for (const GraphAttribute &attribute : node.attributes)
            addLine(group, text(printable(attribute.name)), text(attribute.text));
    }
    addInputs(node);
}

void NodePane::addNetwork()
{
    const NetworkGraph &graph = m_graph->graph();
    QStringList notes;
    for (std::size_t i = 0; i < std::min(graph.notes.size(), mostNotes); ++i)
        notes << text(printable(graph.notes[i], 400));
    if (graph.notes.size() > mostNotes)
        notes << tr("And %1 more notes.").arg(graph.notes.size() - mostNotes);
    m_notes->setText(notes.join(u'\n'));
    m_notes->setVisible(!notes.isEmpty());
    addTensors(tr("Inputs of the network"), graph.inputs);
    addTensors(tr("Outputs of the network"), graph.outputs);
}

bool NodePane::eventFilter(QObject *watched, QEvent *event)
{
    if (watched == m_tree && event->type() == QEvent::KeyPress) {
        const int key = static_cast<QKeyEvent *>(event)->key();
        if ((key == Qt::Key_Return || key == Qt::Key_Enter) && m_tree->currentItem()) {
            choose(m_tree->currentItem());
            return true;
        }
    }
    return QWidget::eventFilter(watched, event);
}

void NodePane::choose(QTreeWidgetItem *item)
{
    const int kind = item->data(0, kindRole).toInt();
    if (kind == WeightItem)
        readWeight(item);
    else if (kind == TensorItem)
        Q_EMIT tensorChosen(item->data(0, nameRole).toByteArray().toStdString());
}

void NodePane::readWeight(QTreeWidgetItem *item)
{
    if (item->childCount() > 0)
        return item->setExpanded(!item->isExpanded());
    stop();
    m_stop = std::stop_source();
    m_reading = item;
    addLine(item, tr("Reading…"), {});
    item->setExpanded(true);
    const auto done = [this, item, token = m_stop.get_token()](Result<WeightStatistics> &&found) {
        if (token.stop_requested())
            return;
        m_reading = nullptr;
        showStatistics(item, found);
    };
    m_workbench.weights({m_model.toStdString(), {}},
                        item->data(0, nameRole).toByteArray().toStdString(), onGui(this, done),
                        m_stop.get_token());
}

void NodePane::showStatistics(QTreeWidgetItem *item, const Result<WeightStatistics> &found)
{
    qDeleteAll(item->takeChildren());
    if (!found) {
        addLine(item, text(found.error().message), {})->setFirstColumnSpanned(true);
        return item->setExpanded(true);
    }
    const ValueStatistics &values = found->values;
    addLine(item, tr("Minimum"), numberText(values.min, 7));
    addLine(item, tr("Maximum"), numberText(values.max, 7));
    addLine(item, tr("Mean"), numberText(values.mean, 7));
    addLine(item, tr("Standard deviation"), numberText(values.deviation, 7));
    addLine(item, tr("Zeros"), tr("%1 of %2").arg(grouped(values.zeros), grouped(values.count)));
    addLine(item, tr("NaN"), grouped(values.nans));
    if (values.infinities > 0)
        addLine(item, tr("Infinite"), grouped(values.infinities));
    item->setExpanded(true);
}

} // namespace warmbench::ui
