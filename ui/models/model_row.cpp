#include "ui/models/model_row.h"

#include "ui/models/model_table.h"
#include "ui/models/second_line.h"
#include "ui/widgets/display_text.h"

using namespace Qt::StringLiterals;

namespace warmbench::ui {

ModelRow modelRow(const ModelView &model, WallTime now, bool answersUnnamed)
{
    const ModelStatus &status = model.status;
    ModelRow row;
    row.name = text(model.entry.name);
    row.state = shownState(status);
    if (status.facts && status.state == ModelState::Ready)
        row.memory = text(status.facts->memory);
    row.hits = status.hits;
    row.misses = status.misses;
    row.coalesced = status.coalesced;
    row.inUse = status.inUse;
    if (status.lastUsed)
        row.lastUsed = agoText(*status.lastUsed, now);
    row.pinned = status.pinned;
    row.answersUnnamed = answersUnnamed;
    row.reason = text(status.reason);
    if (status.evicted && row.state == ShownState::NotLoaded)
        row.evicted =
            u"%1, %2"_s.arg(clockText(status.evicted->when, now), text(status.evicted->why));
    return row;
}

QString spokenText(const ModelRow &row)
{
    QStringList parts{row.name, secondLine(row)};
    if (row.answersUnnamed)
        parts << ModelTable::tr("answers /predict without a name");
    if (row.pinned)
        parts << ModelTable::tr("pinned");
    if (!row.reason.isEmpty())
        parts << row.reason;
    return parts.join(u", "_s);
}

} // namespace warmbench::ui
