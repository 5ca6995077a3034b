#include "ui/inspector/inspector.h"

#include "ui/inspector/engine_panel.h"
#include "ui/shortcuts.h"
#include "ui/widgets/display_text.h"
#include "ui/widgets/icons.h"
#include "ui/widgets/theme.h"

#include <QAction>
#include <QClipboard>
#include <QEvent>
#include <QFileInfo>
#include <QGuiApplication>
#include <QHeaderView>
#include <QTreeWidget>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace warmbench::ui {

namespace {

enum Column { Name, Value, From };

QString numbersText(const std::vector<double> &numbers)
{
    QStringList texts;
    for (const double number : numbers)
        texts << numberText(number);
    return texts.join(u", "_s);
}

QString originText(const InputPlan &plan, const char *key)
{
    if (const auto source = plan.sources.find(key);
        source != plan.sources.end() && plan.origins.at(key) != Origin::SettingsFile)
        return text(source->second);
    const auto found = plan.origins.find(key);
    if (found == plan.origins.end())
        return Inspector::tr("default");
    switch (found->second) {
    case Origin::Guessed:
        return Inspector::tr("guessed");
    case Origin::Network:
        return Inspector::tr("network");
    case Origin::Form:
        return Inspector::tr("output form");
    case Origin::Beside:
        return Inspector::tr("file beside the model");
    case Origin::Metadata:
        return Inspector::tr("metadata");
    case Origin::SettingsFile:
        return Inspector::tr("settings file");
    case Origin::User:
        break;
    }
    return Inspector::tr("you");
}

QString pathText(const std::filesystem::path &path)
{
    return text(path.string());
}

// A path is shown by its last part; the tool tip and the clipboard have all of it.
QString shownValue(const QString &value)
{
    return value.startsWith(u'/') ? QFileInfo(value).fileName() : value;
}

QString kindText(InputKind kind)
{
    switch (kind) {
    case InputKind::Image:
        return Inspector::tr("picture");
    case InputKind::Features:
        return Inspector::tr("features");
    case InputKind::Tensor:
        break;
    }
    return Inspector::tr("tensor");
}

} // namespace

Inspector::Inspector(Workbench &workbench, QWidget *parent)
    : QWidget(parent)
    , m_engine(new EnginePanel(workbench, this))
    , m_tree(new QTreeWidget(this))
{
    m_tree->setObjectName(u"inspectorTree"_s);
    m_tree->setAccessibleName(tr("Facts of the model"));
    m_tree->setColumnCount(3);
    m_tree->setHeaderLabels({tr("Property"), tr("Value"), tr("From")});
    m_tree->setFrameShape(QFrame::NoFrame);
    m_tree->setRootIsDecorated(true);
    m_tree->setIndentation(12);
    m_tree->setUniformRowHeights(true);
    m_tree->setTextElideMode(Qt::ElideRight);
    m_tree->header()->setStretchLastSection(false);
    m_tree->header()->setSectionResizeMode(Name, QHeaderView::Interactive);
    m_tree->header()->setSectionResizeMode(Value, QHeaderView::Stretch);
    // Long sources ("preprocessor_config.json") are cut, so that values keep their room.
    m_tree->header()->setSectionResizeMode(From, QHeaderView::Interactive);
    m_tree->setColumnWidth(Name, 112);
    m_tree->setColumnWidth(From, 88);
    auto *copy = new QAction(tr("Copy value"), m_tree);
    copy->setShortcut(keysOf(Shortcut::CopySelected));
    copy->setShortcutContext(Qt::WidgetShortcut);
    m_tree->addAction(copy);
    m_tree->setContextMenuPolicy(Qt::ActionsContextMenu);
    connect(copy, &QAction::triggered, this, &Inspector::copySelected);

    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(m_engine);
    layout->addWidget(m_tree, 1);
}

void Inspector::setModel(const QString &name)
{
    m_name = name;
}

void Inspector::setState(const WorkbenchState &state)
{
    const ModelView *model = state.find(m_name.toStdString());
    m_engine->setModel(model);
    if (!model) {
        m_tree->clear();
        m_shown.clear();
        m_facts.reset();
        return;
    }
    // Versions may come and go while the loaded bundle stays the same.
    const QString shown = u"%1/%2/%3/%4"_s.arg(m_name, text(model->status.loadedVersion))
                              .arg(model->entry.versions.size())
                              .arg(model->status.state == ModelState::Failed);
    if (shown == m_shown && model->status.facts == m_facts)
        return;
    m_shown = shown;
    m_facts = model->status.facts;
    rebuild(*model);
}

void Inspector::changeEvent(QEvent *event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange)
        m_shown.clear(); // so that the next update builds the rows in the new colours
}

void Inspector::rebuild(const ModelView &model)
{
    m_tree->clear();
    addWarnings(model);
    if (m_facts) {
        addPreprocessing(*m_facts);
        addTask(*m_facts);
    }
    addFiles(model);
    if (m_facts)
        addNetwork(*m_facts);
    m_tree->expandAll();
}

// As rows, which move nothing else; the tool tip has the whole sentence.
void Inspector::addWarnings(const ModelView &model)
{
    QStringList warnings;
    if (!model.entry.warning.empty())
        warnings << text(model.entry.warning);
    if (m_facts)
        for (const std::string &warning : m_facts->warnings)
            warnings << text(warning);
    if (warnings.isEmpty())
        return;
    QTreeWidgetItem *shown = group(tr("Warnings"));
    for (const QString &warning : warnings) {
        auto *item = new QTreeWidgetItem(shown, {warning});
        item->setFirstColumnSpanned(true);
        item->setIcon(Name, icon(u"warning"_s, themeColours().warning));
        item->setToolTip(Name, warning);
    }
}

QTreeWidgetItem *Inspector::group(const QString &title)
{
    auto *item = new QTreeWidgetItem(m_tree, {title});
    QFont font = m_tree->font();
    font.setWeight(QFont::DemiBold);
    item->setFont(Name, font);
    item->setFirstColumnSpanned(true);
    return item;
}

void Inspector::add(QTreeWidgetItem *parent, const QString &name, const QString &value,
                    const QString &origin)
{
    if (value.isEmpty())
        return;
    auto *item = new QTreeWidgetItem(parent, {name, shownValue(value), origin});
    item->setData(Value, Qt::UserRole, value);
    item->setToolTip(Name, name);
    item->setToolTip(Value, value);
    item->setToolTip(From, origin);
    item->setForeground(Name, palette().brush(QPalette::PlaceholderText));
    item->setForeground(From, palette().brush(QPalette::PlaceholderText));
}

void Inspector::addFiles(const ModelView &model)
{
    QTreeWidgetItem *file = group(tr("File"));
    add(file, tr("Name"), m_name);
    QStringList versions;
    for (const auto &[number, path] : model.entry.versions)
        versions << QString::number(number);
    if (!m_facts) {
        if (!model.entry.versions.empty())
            add(file, tr("Path"), pathText(model.entry.versions.rbegin()->second));
        add(file, tr("Versions"), versions.join(u", "_s));
        add(file, tr("State"),
            model.status.state == ModelState::Failed ? tr("failed") : tr("not loaded yet"));
        return;
    }
    add(file, tr("Path"), pathText(m_facts->files.network));
    add(file, tr("Weights"), pathText(m_facts->files.weights));
    for (const auto &external : m_facts->files.external)
        add(file, tr("External data"), pathText(external));
    add(file, tr("Settings"),
        m_facts->settings.file.empty() ? tr("none") : pathText(m_facts->settings.file));
    add(file, tr("Digest"), text(m_facts->digest));
    add(file, tr("Size"), text(m_facts->fileBytes));
    add(file, tr("Versions"), versions.join(u", "_s));
    add(file, tr("Loaded"), text(model.status.loadedVersion));
    add(file, tr("Engine"), text(m_facts->engine));
    add(file, tr("Memory"), text(m_facts->memory));
    add(file, tr("Load time"), text(model.status.loadTime));
}

void Inspector::addPreprocessing(const ModelStatus::Facts &facts)
{
    const InputPlan &plan = facts.input;
    QTreeWidgetItem *input = group(tr("Preprocessing"));
    add(input, tr("Takes"), kindText(plan.kind));
    if (plan.kind == InputKind::Features) {
        for (const Feature &feature : plan.features)
            add(input, text(feature.name),
                feature.minimum && feature.maximum
                    ? u"%1 – %2 %3"_s.arg(numberText(*feature.minimum),
                                          numberText(*feature.maximum), text(feature.unit))
                : feature.dtype == DType::String ? tr("text")
                                                 : tr("number"),
                originText(plan, "features"));
        return;
    }
    if (plan.kind != InputKind::Image)
        return;
    const Preprocessing &how = plan.preprocessing;
    const auto row = [&](const QString &name, const QString &value, const char *key) {
        add(input, name, value, originText(plan, key));
    };
    const auto side = [](int size, bool follows) {
        return follows ? tr("follows the picture") : QString::number(size);
    };
    row(tr("Width"), side(how.width, how.fit.freeWidth), "width");
    row(tr("Height"), side(how.height, how.fit.freeHeight), "height");
    row(tr("Channels"), text(channelsName(how.channels)), "channels");
    row(tr("Layout"), text(layoutName(how.layout)), "layout");
    row(tr("Resize"), text(resizeModeName(how.resize)), "resize");
    if (how.shorterSide)
        row(tr("Shorter side"), QString::number(*how.shorterSide), "shorter_side");
    if (how.resize == ResizeMode::Fit) {
        if (how.fit.longestSide > 0)
            row(tr("Longest side"), QString::number(how.fit.longestSide), "longest_side");
        row(tr("Multiple of"), QString::number(how.fit.multipleOf), "multiple_of");
    }
    if (how.resize == ResizeMode::Letterbox) {
        row(tr("Border"), how.padsWithMean ? tr("mean") : numberText(how.padValue), "pad_value");
        row(tr("Border at"), how.padPosition == PadPosition::End ? tr("end") : tr("all sides"),
            "pad_position");
    }
    row(tr("Interpolation"), text(interpolationName(how.interpolation)), "interpolation");
    row(tr("Antialias"), how.antialias ? tr("yes") : tr("no"), "antialias");
    row(tr("Scale"), numberText(how.scale, 6), "scale");
    row(tr("Mean"), numbersText(how.mean), "mean");
    row(tr("Std"), numbersText(how.std), "std");
}

void Inspector::addTask(const ModelStatus::Facts &facts)
{
    const ModelSettings &settings = facts.settings;
    QTreeWidgetItem *task = group(tr("Answer"));
    const QString from = tr("settings file");
    const auto origin = [&](const char *key) {
        const auto told = facts.understood.values.find(key);
        return told == facts.understood.values.end() ? from : text(told->second.origin);
    };
    if (settings.task)
        add(task, tr("Task"), text(taskName(*settings.task)), origin("task"));
    if (!settings.labels.empty())
        add(task, tr("Labels"), QString::number(settings.labels.size()), origin("labels"));
    if (settings.output.activation)
        add(task, tr("Activation"), text(activationName(*settings.output.activation)),
            origin("activation"));
    if (const auto &range = settings.output.range)
        add(task, tr("Range"), u"%1 – %2"_s.arg(numberText(range->low), numberText(range->high)),
            from);
    if (settings.decoder) {
        add(task, tr("Decoder"), text(settings.decoder->type), origin("decoder"));
        add(task, tr("Score"), numberText(settings.decoder->scoreThreshold), origin("decoder"));
        add(task, tr("Overlap"), numberText(settings.decoder->nmsThreshold), origin("decoder"));
    }
    if (task->childCount() == 0)
        delete task;
}

void Inspector::addNetwork(const ModelStatus::Facts &facts)
{
    const NetworkSpec &spec = facts.spec;
    const auto tensors = [&](const QString &title, const std::vector<TensorSpec> &specs) {
        QTreeWidgetItem *item = group(title);
        for (const TensorSpec &tensor : specs)
            add(item, text(tensor.name),
                u"%1 %2"_s.arg(text(shapeText(tensor.shape)), text(dtypeName(tensor.dtype))));
    };
    tensors(tr("Inputs"), spec.inputs);
    tensors(tr("Outputs"), spec.outputs);
    QTreeWidgetItem *network = group(tr("Network"));
    add(network, tr("Format"), text(modelFormatName(spec.format)));
    add(network, tr("Producer"), text(spec.producer));
    add(network, tr("Graph"), text(spec.graphName));
    add(network, tr("Description"), text(spec.description));
    if (spec.opset > 0)
        add(network, tr("Opset"), QString::number(spec.opset));
    if (spec.irVersion > 0)
        add(network, tr("IR version"), QString::number(spec.irVersion));
    if (spec.layerCount > 0)
        add(network, tr("Layers"), QString::number(spec.layerCount));
    if (spec.parameterCount > 0)
        add(network, tr("Parameters"), locale().toString(qlonglong(spec.parameterCount)));
    if (spec.metadata.empty())
        return;
    QTreeWidgetItem *metadata = group(tr("Metadata"));
    for (const auto &[key, value] : spec.metadata)
        add(metadata, text(key), text(value));
}

void Inspector::copySelected()
{
    if (const QTreeWidgetItem *item = m_tree->currentItem())
        QGuiApplication::clipboard()->setText(item->text(Value).isEmpty()
                                                  ? item->text(Name)
                                                  : item->data(Value, Qt::UserRole).toString());
}

} // namespace warmbench::ui
