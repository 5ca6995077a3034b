// What the decoders of the YOLO families share: tables of rows, and what follows the box in a row.
// Thread: values. Private to this folder.
#pragma once

#include "inference/decoders/kept_boxes.h"

#include <algorithm>
#include <array>
#include <span>

namespace warmbench {

inline constexpr std::array yoloStrides{8, 16, 32};

// The first output of rows and columns.
struct Table
{
    std::span<const float> values;
    std::size_t rows = 0;
    std::size_t columns = 0;

    std::span<const float> row(std::size_t index) const
    {
        return values.subspan(index * columns, columns);
    }
};
Result<Table> tableOf(const RawDetections &raw, std::size_t leastRows, std::size_t leastColumns);

// The numbers that follow the box, and the objectness where there is one: scores of classes, then
// coefficients of a mask, points or an angle.
struct RowLayout
{
    std::size_t classes = 0;
    std::size_t extras = 0; // numbers behind the classes
};
// FailedPrecondition: the numbers are too few for what the settings say follows.
Result<RowLayout> layoutOf(const DecoderSettings &settings, std::size_t behind);

struct BestClass
{
    int index = 0;
    float score = 0;
};
inline BestClass bestOf(std::span<const float> scores)
{
    const auto best = std::max_element(scores.begin(), scores.end());
    return {static_cast<int>(best - scores.begin()), *best};
}
// The corner of a cell, row by row, in units of cells.
struct Cell
{
    float x = 0;
    float y = 0;
};
inline Cell cellOf(int index, int columns)
{
    const int row = index / columns;
    return {static_cast<float>(index - row * columns), static_cast<float>(row)};
}

// Of a box in units of its cell: the offset of its centre from the cell's corner, then the
// logarithms of its sides.
inline Edges edgesInCell(std::span<const float> box, const Cell &cell, float unit)
{
    return edgesAround(std::array{(box[0] + cell.x) * unit, (box[1] + cell.y) * unit,
                                  std::exp(box[2]) * unit, std::exp(box[3]) * unit});
}

// A table with what its rows hold.
struct LaidTable
{
    Table table;
    RowLayout layout;
};
// Of rows of a box, its objectness and its classes.
Result<LaidTable> rowsOf(const RawDetections &raw);

// Decodes rows of a box, its objectness and its classes; `score` combines the two.
template <typename Score>
Result<std::vector<RelativeBox>> rowsWithObjectness(const RawDetections &raw, Score score)
{
    const auto laid = rowsOf(raw);
    if (!laid)
        return laid.error();
    KeptBoxes boxes(raw, KeptBoxes::Units::Pixels);
    for (std::size_t i = 0; i < laid->table.rows; ++i) {
        const auto row = laid->table.row(i);
        const BestClass best = bestOf(row.subspan(5, laid->layout.classes));
        const float value = score(row[4], best.score);
        if (boxes.counts(value))
            boxes.add(i, best.index, value, edgesAround(row));
    }
    return boxes.take();
}

// Points and mask of a box from the numbers behind its classes (yolo_extras.cpp).
Result<void> addExtras(const RawDetections &raw, std::span<const float> extras,
                       const Placement &placement, Detection &found);

} // namespace warmbench
