// What stands under the name of a model in the list. Thread: any; pure functions.
#pragma once

#include <QString>

namespace warmbench::ui {

struct ModelRow;

// "Loaded · 1.4 MiB · hits 3 · misses 1 · 2 in use · 12 s ago"; parts that are 0 or empty are left
// out.
QString secondLine(const ModelRow &row);
// "Loaded · 1.4 MiB · 2 in use", "Evicted 10:41, to make room for digits".
QString stateLine(const ModelRow &row);
// "hits 3 · misses 1"; never empty, so that each row has its numbers in the same place.
QString countLine(const ModelRow &row);
// "hits 123 k · misses 1", for where that has not the room.
QString briefCountLine(const ModelRow &row);

} // namespace warmbench::ui
