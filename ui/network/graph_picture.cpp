#include "ui/network/graph_picture.h"

#include "ui/background.h"
#include "ui/network/graph_canvas.h"
#include "ui/network/page_parts.h"
#include "ui/save_file.h"
#include "ui/widgets/display_text.h"

#include <QCheckBox>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QShowEvent>
#include <QStackedWidget>
#include <QToolButton>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace warmbench::ui {

namespace {

// Whether both make the same picture.
bool looksTheSame(const GraphIndex &one, const GraphIndex &other)
{
    if (!one.sameNodes(other))
        return false;
    for (int i = 0; i < one.size(); ++i)
        if (one.node(i).shape != other.node(i).shape || one.told(i).inputs != other.told(i).inputs)
            return false;
    return true;
}

} // namespace

GraphPicture::GraphPicture(Background &background, QWidget *parent)
    : QWidget(parent)
    , m_background(background)
{
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(6);
    layout->addWidget(makeTools()); // first: it is the first for Tab
    m_body = new QStackedWidget(this);
    m_message = sentenceLabel(u"graphMessage"_s, m_body);
    m_canvas = new GraphCanvas(m_body);
    m_body->addWidget(m_message);
    m_body->addWidget(m_canvas);
    layout->addWidget(m_body, 1);
    connect(m_canvas, &GraphCanvas::nodeClicked, this, &GraphPicture::nodeClicked);
    connect(&m_dot, &DotLayout::failed, this, [this](const QString &sentence) {
        m_cancel->setEnabled(false);
        showMessage(sentence);
    });
    connect(&m_dot, &DotLayout::finished, this, [this](const QByteArray &plain) {
        m_background.run(
            this,
            [folded = m_folded, nodes = m_graph->size(), plain] {
                return drawingOf(*folded, nodes, plain);
            },
            [this, wish = m_wish](const Result<std::shared_ptr<const GraphDrawing>> &drawing) {
                if (wish == m_wish)
                    take(drawing);
            });
    });
}

QWidget *GraphPicture::makeTools()
{
    auto *tools = new QWidget(this);
    m_fold = new QCheckBox(tr("Fold repetition"), tools);
    m_fold->setObjectName(u"foldRepetition"_s);
    m_fold->setToolTip(tr("Show operators that come again and again as one box with their count"));
    m_fold->setChecked(true);
    auto *fit = flatButton(u"fitGraph"_s, {}, tr("Fit"), tr("Show the whole graph (0)"), tools);
    fit->setEnabled(true);
    m_save = flatButton(u"saveGraph"_s, u"save"_s, tr("Save…"),
                        tr("Save the picture as SVG or PNG"), tools);
    m_cancel = flatButton(u"cancelGraph"_s, u"stop"_s, tr("Cancel"),
                          tr("Give up the picture under way"), tools);
    auto *layout = new QHBoxLayout(tools);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(6);
    layout->addWidget(m_fold);
    layout->addStretch(1);
    layout->addWidget(fit);
    layout->addWidget(m_save);
    layout->addWidget(m_cancel);
    connect(m_fold, &QCheckBox::toggled, this, &GraphPicture::start);
    connect(fit, &QToolButton::clicked, this, [this] { m_canvas->fit(); });
    connect(m_save, &QToolButton::clicked, this, &GraphPicture::save);
    connect(m_cancel, &QToolButton::clicked, this, &GraphPicture::cancel);
    return tools;
}

void GraphPicture::setGraph(std::shared_ptr<const GraphIndex> graph)
{
    const bool same = graph && m_graph && m_drawing && looksTheSame(*graph, *m_graph);
    m_graph = std::move(graph);
    if (same)
        return;
    stop();
    m_node = -1;
    m_drawing.reset();
    m_canvas->setDrawing(nullptr);
    m_save->setEnabled(false);
    showMessage({});
    if (isVisible())
        start();
}

void GraphPicture::showNode(int node)
{
    m_node = node;
    m_canvas->choose(node);
}

void GraphPicture::showEvent(QShowEvent *event)
{
    QWidget::showEvent(event);
    if (m_graph && !m_drawing && !event->spontaneous())
        start();
}

void GraphPicture::keyPressEvent(QKeyEvent *event)
{
    if (event->key() == Qt::Key_Escape && m_cancel->isEnabled())
        return cancel();
    QWidget::keyPressEvent(event);
}

void GraphPicture::stop()
{
    ++m_wish;
    m_dot.stop();
    m_cancel->setEnabled(false);
}

void GraphPicture::cancel()
{
    stop();
    if (m_drawing)
        m_body->setCurrentWidget(m_canvas);
    else
        showMessage(tr("The picture was given up: choose List, then Picture, to make it."));
}

QString GraphPicture::refusal() const
{
    if (!m_graph->graph().connected)
        return tr("This format does not tell how its layers are connected, so there is no picture; "
                  "the list has all of them.");
    if (m_graph->size() > mostNodes)
        return tr("%1 nodes are too many for a picture, which has at most %2; the list has all of "
                  "them.")
            .arg(grouped(m_graph->size()), grouped(mostNodes));
    if (!DotLayout::isInstalled())
        return tr("The picture needs the program dot: install the package graphviz. The list shows "
                  "the same nodes.");
    return {};
}

void GraphPicture::start()
{
    stop();
    if (!m_graph)
        return;
    if (const QString why = refusal(); !why.isEmpty())
        return showMessage(why);
    m_cancel->setEnabled(true);
    if (!m_drawing)
        showMessage(tr("Laying the graph out…"));
    m_background.run(
        this,
        [graph = m_graph, fold = m_fold->isChecked()] {
            return std::make_shared<const FoldedGraph>(foldedGraph(*graph, fold));
        },
        [this, wish = m_wish](std::shared_ptr<const FoldedGraph> folded) {
            if (wish == m_wish)
                layOut(std::move(folded));
        });
}

void GraphPicture::layOut(std::shared_ptr<const FoldedGraph> folded)
{
    m_folded = std::move(folded);
    m_dot.start(dotText(*m_folded));
}

void GraphPicture::take(const Result<std::shared_ptr<const GraphDrawing>> &drawing)
{
    m_cancel->setEnabled(false);
    if (!drawing)
        return showMessage(text(drawing.error().message));
    m_drawing = *drawing;
    m_save->setEnabled(true);
    m_body->setCurrentWidget(m_canvas);
    m_canvas->setDrawing(m_drawing);
    m_canvas->choose(m_node);
}

void GraphPicture::showMessage(const QString &text)
{
    m_message->setText(text);
    m_body->setCurrentWidget(m_message);
}

void GraphPicture::save()
{
    if (!m_drawing)
        return;
    saveFile(
        this, m_background,
        {tr("Save the picture of the graph"),
         u"graph.svg"_s,
         {tr("SVG (*.svg)"), tr("PNG (*.png)")}},
        [drawing = m_drawing,
         colours = graphColours()](const QString &path) -> Result<std::string> {
            if (path.endsWith(u".png"_s, Qt::CaseInsensitive))
                return pngOf(*drawing, colours);
            return svgOf(*drawing, colours);
        },
        [this](MessageOverlay::Kind kind, const QString &text) { Q_EMIT said(kind, text); });
}

} // namespace warmbench::ui
