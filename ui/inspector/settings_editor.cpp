#include "ui/inspector/settings_editor.h"

#include "ui/inspector/fact_rows.h"
#include "ui/shortcuts.h"
#include "ui/widgets/display_text.h"

#include <QAction>
#include <QDir>
#include <QJsonDocument>

using namespace Qt::StringLiterals;

namespace warmbench::ui {

namespace {

QJsonObject objectOf(const std::string &json)
{
    return QJsonDocument::fromJson(QByteArray::fromStdString(json)).object();
}

std::string jsonOf(const QJsonObject &changes)
{
    return changes.isEmpty() ? std::string()
                             : QJsonDocument(changes).toJson(QJsonDocument::Compact).toStdString();
}

QAction *action(QObject *parent, const QString &name, const QString &text, const QString &tip)
{
    auto *made = new QAction(text, parent);
    made->setObjectName(name);
    made->setToolTip(tip);
    return made;
}

} // namespace

SettingsEditor::SettingsEditor(Workbench &workbench, Background &background, QObject *parent)
    : QObject(parent)
    , m_workbench(workbench)
    , m_background(background)
    , m_undo(action(parent, u"undoSetting"_s, tr("Undo"), {}))
    , m_redo(action(parent, u"redoSetting"_s, tr("Redo"), {}))
    , m_save(action(parent, u"saveSettings"_s, tr("Save"),
                    tr("Write the changes into the model's settings file")))
    , m_discard(action(parent, u"discardSettings"_s, tr("Discard"),
                       tr("Take back all changes that are not saved")))
{
    setShortcut(m_undo, tr("Undo the last change of a setting"), Shortcut::UndoSetting);
    setShortcut(m_redo, tr("Make the undone change again"), Shortcut::RedoSetting);
    connect(m_undo, &QAction::triggered, this, [this] { go(m_histories[m_name].at - 1); });
    connect(m_redo, &QAction::triggered, this, [this] { go(m_histories[m_name].at + 1); });
    connect(m_discard, &QAction::triggered, this, [this] { push({}); });
    connect(m_save, &QAction::triggered, this, &SettingsEditor::save);
    showActions();
}

void SettingsEditor::setModel(const ModelView *model)
{
    m_name = model ? text(model->entry.name) : QString();
    m_facts = model ? model->status.facts : nullptr;
    const std::string edits = m_facts ? m_facts->settings.edits : std::string();
    // Changes that came with the model, which has been renamed; not those that were just saved and
    // that the model has until it is loaded with the new file.
    if (!edits.empty() && edits != m_saved.value(m_name) && !m_histories.contains(m_name))
        m_histories[m_name].states = {objectOf(edits)};
    if (edits.empty())
        m_saved.remove(m_name);
    showActions();
}

const QJsonObject &SettingsEditor::present() const
{
    static const QJsonObject none;
    const auto history = m_histories.constFind(m_name);
    return history == m_histories.constEnd() ? none : history->states[history->at];
}

void SettingsEditor::set(const QString &key, const QJsonValue &value)
{
    if (!m_facts)
        return;
    QJsonObject changes = present();
    const QString group = key.section(u'.', 0, 0);
    const QString name = key.section(u'.', 1);
    if (name.isEmpty()) {
        changes[key] = value;
    } else if (group == "decoder"_L1) {
        // A decoder is of one piece: without its type its values mean nothing.
        if (m_facts->settings.decoder)
            changes[group] = decoderWith(*m_facts->settings.decoder, name, value);
    } else {
        QJsonObject inner = changes[group].toObject();
        inner[name] = value;
        changes[group] = inner;
    }
    push(changes);
}

void SettingsEditor::keep(const AnswerOptions &options)
{
    if (!m_facts)
        return;
    if (options.topK)
        set(u"output.top_k"_s, *options.topK);
    const auto &known = m_facts->settings.decoder;
    if (!known || !(options.scoreThreshold || options.nmsThreshold))
        return;
    DecoderSettings decoder = *known;
    decoder.scoreThreshold = options.scoreThreshold.value_or(decoder.scoreThreshold);
    // A decoder is of one piece, so both are one change.
    set(u"decoder"_s, decoderWith(decoder, u"nms_threshold"_s,
                                  options.nmsThreshold.value_or(decoder.nmsThreshold)));
}

void SettingsEditor::reset(const QString &key)
{
    QJsonObject changes = present();
    const QString group = key.section(u'.', 0, 0);
    const QString name = key.section(u'.', 1);
    QJsonObject inner = changes[group].toObject();
    inner.remove(name);
    if (name.isEmpty() || group == "decoder"_L1 || inner.isEmpty())
        changes.remove(group);
    else
        changes[group] = inner;
    push(changes);
}

bool SettingsEditor::isChanged(const QString &key) const
{
    const QString group = key.section(u'.', 0, 0);
    const QString name = key.section(u'.', 1);
    return name.isEmpty() ? present().contains(group) : present()[group].toObject().contains(name);
}

int SettingsEditor::changes() const
{
    int count = 0;
    for (const auto &value : present())
        count += value.isObject() ? static_cast<int>(value.toObject().size()) : 1;
    return count;
}

void SettingsEditor::push(const QJsonObject &changes)
{
    if (!m_facts || changes == present())
        return;
    History &history = m_histories[m_name];
    const History before = history;
    history.states.resize(history.at + 1);
    history.states << changes;
    history.at = history.states.size() - 1;
    apply(changes, [this, name = m_name, before] { m_histories[name] = before; });
}

void SettingsEditor::go(qsizetype to)
{
    History &history = m_histories[m_name];
    if (to < 0 || to >= history.states.size())
        return;
    const qsizetype before = std::exchange(history.at, to);
    apply(history.states[to], [this, name = m_name, before] { m_histories[name].at = before; });
}

void SettingsEditor::apply(const QJsonObject &changes, const std::function<void()> &failed)
{
    showActions();
    m_workbench.edit({m_name.toStdString(), {}}, jsonOf(changes),
                     onGui(this, [this, failed](const Result<RefreshReport> &report) {
                         if (!report) {
                             failed();
                             Q_EMIT said(MessageOverlay::Kind::Error, text(report.error().message));
                         }
                         showActions();
                         if (report)
                             Q_EMIT applied();
                     }));
}

void SettingsEditor::save()
{
    if (!m_facts)
        return;
    const QString name = m_name;
    m_background.run(
        this, [this, id = ModelId{name.toStdString(), {}}] { return m_workbench.saveEdits(id); },
        [this, name, edits = m_facts->settings.edits](const Result<std::filesystem::path> &file) {
            if (!file)
                return Q_EMIT said(MessageOverlay::Kind::Error, text(file.error().message));
            m_histories.remove(name); // what is in the file is the beginning of what comes
            m_saved[name] = edits;
            showActions();
            Q_EMIT said(MessageOverlay::Kind::Information,
                        tr("The settings of %1 are saved as %2.")
                            .arg(name, QDir::toNativeSeparators(text(file->string()))));
            Q_EMIT applied();
        });
}

void SettingsEditor::showActions()
{
    const auto history = m_histories.constFind(m_name);
    const bool known = m_facts && history != m_histories.constEnd();
    m_undo->setEnabled(known && history->at > 0);
    m_redo->setEnabled(known && history->at + 1 < history->states.size());
    const bool changed = known && !present().isEmpty();
    m_save->setEnabled(changed);
    m_discard->setEnabled(changed);
}

} // namespace warmbench::ui
