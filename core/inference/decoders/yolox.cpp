#include "inference/decoders/yolo_rows.h"

namespace warmbench {

namespace {

// Boxes in units of their cells are small numbers, and logarithms of sides may be negative; boxes
// in pixels are not.
bool isRaw(const Table &table)
{
    float largest = 0;
    bool negative = false;
    for (std::size_t i = 0; i < table.rows; ++i) {
        const auto row = table.row(i);
        largest = std::max({largest, std::abs(row[0]), std::abs(row[1])});
        negative = negative || row[2] < 0 || row[3] < 0;
    }
    return negative || largest < 20;
}

} // namespace

Result<std::vector<RelativeBox>> decodeFastestDet(const RawDetections &raw)
{
    return rowsWithObjectness(raw, [](float objectness, float best) {
        return std::pow(objectness, 0.6F) * std::pow(best, 0.4F);
    });
}

Result<std::vector<RelativeBox>> decodeYolox(const RawDetections &raw)
{
    const auto table = tableOf(raw, 1, 6);
    if (!table)
        return table.error();
    if (!isRaw(*table))
        return rowsWithObjectness(raw,
                                  [](float objectness, float best) { return objectness * best; });
    std::size_t places = 0;
    for (const int stride : yoloStrides)
        places += static_cast<std::size_t>(raw.width / stride) *
                  static_cast<std::size_t>(raw.height / stride);
    if (places != table->rows)
        return failedPrecondition("the number of boxes does not fit the strides 8, 16 and 32");
    const auto layout = layoutOf(raw.settings, table->columns - 5);
    if (!layout)
        return layout.error();
    KeptBoxes boxes(raw, KeptBoxes::Units::Pixels);
    std::size_t next = 0;
    for (const int stride : yoloStrides) {
        const int columns = raw.width / stride;
        const int rows = raw.height / stride;
        const auto unit = static_cast<float>(stride);
        for (int cell = 0; cell < columns * rows; ++cell, ++next) {
            const auto row = table->row(next);
            const BestClass best = bestOf(row.subspan(5, layout->classes));
            const float score = row[4] * best.score;
            if (!boxes.counts(score))
                continue;
            const Cell at = cellOf(cell, columns);
            boxes.add(next, best.index, score, edgesInCell(row, at, unit));
        }
    }
    return boxes.take();
}

} // namespace warmbench
