// Numbers of the monitor as charts and table write them. Thread: any; pure functions.
#pragma once

#include <cstdint>
#include <QString>

namespace warmbench::ui {

QString rateText(double perSecond); // "3.5/s"; a dash for NaN
QString latencyText(double seconds);
QString memoryText(double bytes);
QString countText(double count);
// "97.4 % hits"; 100.0 only where there was nothing else.
QString hitShareText(std::int64_t hits, std::int64_t all);

} // namespace warmbench::ui
