// The second line of a model's row in the list. Thread: any; a pure function.
#pragma once

#include <QString>

namespace warmbench::ui {

struct ModelRow;

// "Loaded · 1.4 MiB · hits 3 · misses 1 · 2 in use · 12 s ago"; parts that are 0 or empty are left
// out.
QString secondLine(const ModelRow &row);

} // namespace warmbench::ui
