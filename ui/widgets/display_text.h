// Numbers and times as the window writes them. Thread: any; pure functions.
#pragma once

#include "base/bytes.h"
#include "base/clock.h"

#include <QString>
#include <QStringList>
#include <span>
#include <string>
#include <string_view>

namespace warmbench::ui {

inline QString text(std::string_view utf8)
{
    return QString::fromUtf8(utf8.data(), static_cast<qsizetype>(utf8.size()));
}
inline QString text(Bytes bytes)
{
    return QString::fromStdString(toText(bytes));
}
// "0.42 ms", "12.3 ms", "1.84 s".
QString text(std::chrono::nanoseconds span);
// "12,345".
QString grouped(std::int64_t value);
// Up to `digits` significant digits, "NaN" and "infinity" in words.
QString numberText(double value, int digits = 4);
// "just now", "12 s ago", "3 min ago", "2 h ago", "5 d ago".
QString agoText(WallTime then, WallTime now);
// "10:41" of today, else "3 May, 10:41".
QString clockText(WallTime then, WallTime now);
// "*.png" for ".png", as file dialogs and folders want it.
QStringList filePatterns(std::span<const std::string_view> endings);
// "sha256:9f86d081…" for a digest.
QString shortDigest(std::string_view digest);

} // namespace warmbench::ui
