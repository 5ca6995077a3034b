#include "ui/window/kept_changes.h"

#include "ui/gui_hop.h"
#include "ui/settings.h"
#include "ui/widgets/display_text.h"

#include <QJsonDocument>

using namespace Qt::StringLiterals;

namespace warmbench::ui {

KeptChanges::KeptChanges(Workbench &workbench, QObject *parent)
    : QObject(parent)
    , m_workbench(workbench)
    , m_kept(QJsonDocument::fromJson(read(settings::unsavedChanges)).object())
{
}

QString KeptChanges::keyOf(const ModelStatus::Facts &facts) const
{
    QString path = text(facts.files.network.string());
    if (!m_sampleFolder.isEmpty() && path.startsWith(m_sampleFolder))
        path.replace(0, m_sampleFolder.size(), u":sample"_s);
    return path;
}

void KeptChanges::setState(const WorkbenchState &state)
{
    std::erase_if(m_seen, [&state](const auto &seen) { return !state.find(seen.first); });
    for (const ModelView &model : state.models) {
        const auto &facts = model.status.facts;
        if (!facts)
            continue;
        const auto [seen, isNew] = m_seen.try_emplace(model.entry.name);
        if (!isNew && seen->second == facts->settings.edits)
            continue;
        seen->second = facts->settings.edits;
        const QString key = keyOf(*facts);
        if (!isNew || !facts->settings.edits.empty())
            keep(key, facts->settings.edits);
        else if (m_kept.contains(key))
            giveBack(model.entry.name, key);
    }
}

void KeptChanges::giveBack(const std::string &name, const QString &key)
{
    const QByteArray changes = QJsonDocument(m_kept[key].toObject()).toJson(QJsonDocument::Compact);
    m_workbench.edit(
        {name, {}}, changes.toStdString(),
        onGui(this, [this, name, key](const Result<RefreshReport> &report) {
            if (!report) {
                keep(key, {});
                return Q_EMIT said(
                    MessageOverlay::Kind::Warning,
                    tr("The changes of %1's settings that were not saved no longer fit: %2")
                        .arg(text(name), text(report.error().message)));
            }
            Q_EMIT said(MessageOverlay::Kind::Information,
                        tr("%1 has again the changes of its settings that were not saved: Save or "
                           "Discard them at the right.")
                            .arg(text(name)));
        }));
}

void KeptChanges::keep(const QString &key, const std::string &changes)
{
    QJsonObject kept = m_kept;
    if (changes.empty())
        kept.remove(key);
    else
        kept[key] = QJsonDocument::fromJson(QByteArray::fromStdString(changes)).object();
    if (kept == m_kept)
        return;
    m_kept = kept;
    write(settings::unsavedChanges, QJsonDocument(m_kept).toJson(QJsonDocument::Compact));
}

} // namespace warmbench::ui
