#include "ui/models/second_line.h"

#include "base/short_count.h"
#include "ui/models/model_row.h"
#include "ui/models/model_table.h"
#include "ui/widgets/display_text.h"

using namespace Qt::StringLiterals;

namespace warmbench::ui {

namespace {

QString stateText(const ModelRow &row)
{
    return row.evicted.isEmpty() ? stateWord(row.state)
                                 : ModelTable::tr("Evicted %1").arg(row.evicted);
}

} // namespace

QString stateLine(const ModelRow &row)
{
    QStringList parts{stateText(row)};
    if (!row.memory.isEmpty())
        parts << row.memory;
    if (row.inUse > 0)
        parts << ModelTable::tr("%1 in use").arg(row.inUse);
    return parts.join(u" · "_s);
}

QString countLine(const ModelRow &row)
{
    return ModelTable::tr("hits %1").arg(grouped(row.hits)) + u" · "_s +
           ModelTable::tr("misses %1").arg(grouped(row.misses));
}

QString briefCountLine(const ModelRow &row)
{
    return ModelTable::tr("hits %1").arg(text(shortCount(row.hits))) + u" · "_s +
           ModelTable::tr("misses %1").arg(text(shortCount(row.misses)));
}

QString secondLine(const ModelRow &row)
{
    QStringList parts{stateText(row)};
    if (!row.memory.isEmpty())
        parts << row.memory;
    if (row.hits + row.misses + row.coalesced > 0)
        parts << ModelTable::tr("hits %1").arg(row.hits);
    if (row.misses > 0)
        parts << ModelTable::tr("misses %1").arg(row.misses);
    if (row.inUse > 0)
        parts << ModelTable::tr("%1 in use").arg(row.inUse);
    if (!row.lastUsed.isEmpty())
        parts << row.lastUsed;
    return parts.join(u" · "_s);
}

} // namespace warmbench::ui
