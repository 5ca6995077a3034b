#include "ui/widgets/display_text.h"

#include <cmath>
#include <QCoreApplication>
#include <QDateTime>
#include <QLocale>

using namespace Qt::StringLiterals;

namespace warmbench::ui {

namespace {

QString translated(const char *source)
{
    return QCoreApplication::translate("DisplayText", source);
}

} // namespace

QString text(std::chrono::nanoseconds span)
{
    const double ms = toMilliseconds(span);
    if (ms >= 1000)
        return u"%1 s"_s.arg(ms / 1000, 0, 'f', ms >= 10'000 ? 1 : 2);
    if (ms >= 100)
        return u"%1 ms"_s.arg(ms, 0, 'f', 0);
    if (ms >= 10)
        return u"%1 ms"_s.arg(ms, 0, 'f', 1);
    if (span.count() == 0)
        return u"0 ms"_s;
    if (ms < 0.001)
        return u"%1 µs"_s.arg(ms * 1000, 0, 'f', 2);
    return u"%1 ms"_s.arg(ms, 0, 'f', ms < 0.1 ? 3 : 2);
}

QString grouped(std::int64_t value)
{
    return QLocale(QLocale::English).toString(qlonglong{value});
}

QString numberText(double value, int digits)
{
    if (std::isnan(value))
        return u"NaN"_s;
    if (std::isinf(value))
        return value > 0 ? translated("infinity") : translated("-infinity");
    return QString::number(value, 'g', digits);
}

QString agoText(WallTime then, WallTime now)
{
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now - then).count();
    if (seconds < 2)
        return translated("just now");
    if (seconds < 90)
        return translated("%1 s ago").arg(seconds);
    if (seconds < 90 * 60)
        return translated("%1 min ago").arg((seconds + 30) / 60);
    if (seconds < 36 * 3600)
        return translated("%1 h ago").arg((seconds + 1800) / 3600);
    return translated("%1 d ago").arg((seconds + 43'200) / 86'400);
}

QString clockText(WallTime then, WallTime now)
{
    const auto local = [](WallTime time) {
        return QDateTime::fromSecsSinceEpoch(std::chrono::system_clock::to_time_t(time));
    };
    const bool today = local(then).date() == local(now).date();
    return QLocale(QLocale::English).toString(local(then), today ? u"HH:mm"_s : u"d MMM, HH:mm"_s);
}

QStringList filePatterns(std::span<const std::string_view> endings)
{
    QStringList patterns;
    for (const std::string_view ending : endings)
        patterns << u'*' + text(ending);
    return patterns;
}

QString shortDigest(std::string_view digest)
{
    constexpr std::size_t shown = 7 + 12; // "sha256:" and twelve digits
    return digest.size() <= shown ? text(digest) : text(digest.substr(0, shown)) + u'…';
}

} // namespace warmbench::ui
