// Numbers of the monitor as charts and table write them. Thread: any; pure functions.
#pragma once

#include <QString>

namespace warmbench::ui {

QString rateText(double perSecond); // "3.5/s"; a dash for NaN
QString latencyText(double seconds);
QString memoryText(double bytes);
QString countText(double count);

} // namespace warmbench::ui
