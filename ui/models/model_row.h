// One model as the list shows it. Thread: any; values and pure functions.
#pragma once

#include "inference/workbench.h"
#include "ui/models/shown_state.h"

#include <QString>

namespace warmbench::ui {

struct ModelRow
{
    QString name;
    ShownState state = ShownState::NotLoaded;
    QString memory; // empty if it is not loaded
    qint64 hits = 0;
    qint64 misses = 0;
    qint64 coalesced = 0;
    int inUse = 0;
    QString lastUsed; // "12 s ago"; empty if it was never used
    bool pinned = false;
    bool answersUnnamed = false; // it answers requests that name no model
    QString reason;              // why it failed
    QString evicted;             // "10:41, to make room for digits"; empty if it was not
    bool operator==(const ModelRow &) const = default;
};

ModelRow modelRow(const ModelView &model, WallTime now, bool answersUnnamed);

// The whole row in one sentence, for screen readers.
QString spokenText(const ModelRow &row);

} // namespace warmbench::ui
