#include "ui/monitor/monitor_text.h"

#include "ui/widgets/display_text.h"

#include <cmath>
#include <QCoreApplication>

using namespace Qt::StringLiterals;

namespace warmbench::ui {

namespace {
const QString none = u"\u2013"_s;
} // namespace

QString rateText(double perSecond)
{
    if (!std::isfinite(perSecond))
        return none;
    return QCoreApplication::translate("Monitor", "%1/s")
        .arg(perSecond < 10 ? QString::number(perSecond, 'g', 2)
                            : grouped(std::llround(perSecond)));
}

QString latencyText(double seconds)
{
    return std::isfinite(seconds)
               ? text(std::chrono::nanoseconds(static_cast<std::int64_t>(seconds * 1e9)))
               : none;
}

QString memoryText(double bytes)
{
    return text(Bytes{static_cast<std::int64_t>(bytes)});
}

QString countText(double count)
{
    return std::isfinite(count) ? grouped(std::llround(count)) : none;
}

QString hitShareText(std::int64_t hits, std::int64_t all)
{
    const double tenths = std::floor(1000 * double(hits) / double(all));
    return QCoreApplication::translate("Monitor", "%1 % hits").arg(tenths / 10, 0, 'f', 1);
}

} // namespace warmbench::ui
