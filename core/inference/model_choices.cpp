#include "inference/model_choices.h"

#include "base/text.h"
#include "engine/engine.h"
#include "model/own_settings.h"
#include "model/settings_edits.h"

#include <algorithm>
#include <fmt/format.h>

namespace warmbench {

void ModelChoices::chooseEngine(const ModelId &id, const std::string &engine,
                                ModelCache::RefreshDone done)
{
    std::vector<std::string> names{"auto"};
    for (const EngineVersion &known : engineVersions())
        names.push_back(known.name);
    if (std::find(names.begin(), names.end(), engine) == names.end())
        return done(invalidArgument(fmt::format("There is no engine \"{}\"{}; use {}.",
                                                printable(engine, 40), didYouMean(engine, names),
                                                joined(names))));
    if (auto known = m_source.contains(id); !known)
        return done(std::move(known).error());
    const std::string chosen = engine == "auto" ? std::string() : engine;
    m_source.chooseEngine(id.name, chosen);
    refreshChosen(id, chosen, std::move(done));
}

// A choice holds once a load with it has gone well; before that, whoever fails goes back to what is
// in memory. A refresh that has begun before the choice counts for nothing.
void ModelChoices::refreshChosen(const ModelId &id, const std::string &chosen,
                                 ModelCache::RefreshDone done)
{
    m_cache.refresh(id, RefreshKind::Forced,
                    [this, id, chosen, done = std::move(done)](const auto &report) {
                        const auto known = facts(id);
                        const std::string inMemory = known ? known->chosen : std::string();
                        if (!report) {
                            m_source.chooseEngine(id.name, inMemory);
                            done(report);
                        } else if (inMemory != chosen) {
                            m_source.chooseEngine(id.name, chosen);
                            refreshChosen(id, chosen, done);
                        } else {
                            done(report);
                        }
                    });
}

void ModelChoices::edit(const ModelId &id, const std::string &changes, ModelCache::RefreshDone done)
{
    if (auto known = m_source.contains(id); !known)
        return done(std::move(known).error());
    ModelSettings none;
    none.json = "{}";
    const auto sound = editedSettings(none, changes);
    if (!sound)
        return done(sound.error());
    m_source.setEdits(id.name, sound->edits);
    const auto status = m_cache.status(id);
    // A load that is under way may have read the settings before the change.
    const bool loads =
        status && (status->state == ModelState::Ready || status->state == ModelState::Probing ||
                   status->state == ModelState::Loading || status->refreshing);
    if (loads)
        refreshEdited(id, sound->edits, std::move(done));
    else
        describeEdited(id, sound->edits, std::move(done));
}

void ModelChoices::refreshEdited(const ModelId &id, const std::string &edits,
                                 ModelCache::RefreshDone done)
{
    m_cache.refresh(
        id, RefreshKind::IfChanged,
        [this, id, edits, done = std::move(done)](const Result<RefreshReport> &report) {
            const auto known = facts(id);
            if (!report)
                takeBack(id, edits);
            else if (m_source.edits(id.name) == edits && known && known->settings.edits != edits)
                return refreshEdited(id, edits, done); // that refresh had begun before the change
            done(report);
        });
}

void ModelChoices::describeEdited(const ModelId &id, const std::string &edits,
                                  ModelCache::RefreshDone done)
{
    m_cache.describe(id, [this, id, edits, done = std::move(done)](const auto &described) {
        if (!described) {
            takeBack(id, edits);
            return done(described.error());
        }
        RefreshReport report;
        report.newDigest = (*described)->digest;
        done(report);
    });
}

void ModelChoices::takeBack(const ModelId &id, const std::string &edits)
{
    if (m_source.edits(id.name) != edits)
        return;
    const auto known = facts(id);
    const std::string before = known ? known->settings.edits : std::string();
    m_source.setEdits(id.name, before == edits ? std::string() : before);
}

Result<std::filesystem::path> ModelChoices::save(const ModelId &id)
{
    const auto known = facts(id);
    if (!known || known->settings.edits.empty())
        return failedPrecondition(fmt::format(
            "Nothing of the settings of {} is changed; there is nothing to save.", id.text()));
    auto own = ownSettings(id, known->files, known->settings);
    if (!own)
        return std::move(own).error();
    const auto edits = parseJson(known->settings.edits);
    if (!edits)
        return edits.error();
    mergeJson(own->value, *edits);
    if (auto written = writeSettings(own->file, own->value); !written)
        return std::move(written).error();
    if (m_source.edits(id.name) == known->settings.edits)
        edit(id, {}, [](const Result<RefreshReport> &) {});
    return own->file;
}

void ModelChoices::move(const std::string &name, const std::string &wanted,
                        const std::optional<ModelStatus> &before)
{
    m_source.setEdits(wanted, m_source.edits(name));
    if (before && before->facts)
        m_source.chooseEngine(wanted, before->facts->chosen);
    forget(name);
}

void ModelChoices::forget(const std::string &name)
{
    m_source.chooseEngine(name, {});
    m_source.setEdits(name, {});
}

std::shared_ptr<const ModelStatus::Facts> ModelChoices::facts(const ModelId &id) const
{
    const auto status = m_cache.status(id);
    return status ? status->facts : nullptr;
}

} // namespace warmbench
