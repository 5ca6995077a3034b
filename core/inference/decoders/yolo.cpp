#include "inference/decoders/decoder.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

namespace warmbench {

namespace {

constexpr std::array strides{8, 16, 32};

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

Result<Table> tableOf(const RawDetections &raw, std::size_t leastRows, std::size_t leastColumns)
{
    for (const OutputView &output : raw.outputs) {
        if (output.shape.size() != 2)
            continue;
        const auto rows = static_cast<std::size_t>(output.shape[0]);
        const auto columns = static_cast<std::size_t>(output.shape[1]);
        if (rows >= leastRows && columns >= leastColumns && rows * columns == output.values.size())
            return Table{output.values, rows, columns};
    }
    return failedPrecondition("no output has this form");
}

// How many of the numbers behind the box are scores.
std::size_t classesIn(const RawDetections &raw, std::size_t behind)
{
    return raw.classes > 0 ? std::min(behind, static_cast<std::size_t>(raw.classes)) : behind;
}

struct Pixels // a box around its centre
{
    float x = 0;
    float y = 0;
    float width = 0;
    float height = 0;
};

// The corner of a cell, row by row, in units of cells.
struct Cell
{
    float x = 0;
    float y = 0;
};
Cell cellOf(int index, int columns)
{
    const int row = index / columns;
    return {static_cast<float>(index - row * columns), static_cast<float>(row)};
}

// Keeps the boxes that are finite.
class Boxes
{
public:
    explicit Boxes(const RawDetections &raw)
        : m_width(static_cast<float>(raw.width))
        , m_height(static_cast<float>(raw.height))
        , m_least(static_cast<float>(raw.scoreThreshold))
    {
    }

    bool counts(float score) const { return score > m_least; }
    void add(int index, float score, const Pixels &box)
    {
        addCorners(index, score, box.x - box.width / 2, box.y - box.height / 2,
                   box.x + box.width / 2, box.y + box.height / 2);
    }
    void addCorners(int index, float score, float left, float top, float right, float bottom)
    {
        if (!std::isfinite(left) || !std::isfinite(top) || !std::isfinite(right) ||
            !std::isfinite(bottom) || !std::isfinite(score))
            return;
        m_found.push_back(
            {index, score, left / m_width, top / m_height, right / m_width, bottom / m_height});
    }
    std::vector<RelativeBox> take() { return std::move(m_found); }

private:
    const float m_width;
    const float m_height;
    const float m_least;
    std::vector<RelativeBox> m_found;
};

struct Best
{
    int index = 0;
    float score = 0;
};
Best bestOf(std::span<const float> scores)
{
    const auto best = std::max_element(scores.begin(), scores.end());
    return {static_cast<int>(best - scores.begin()), *best};
}

Pixels boxOf(std::span<const float> row)
{
    return {row[0], row[1], row[2], row[3]};
}

template <typename Score>
Result<std::vector<RelativeBox>> rowsWithObjectness(const RawDetections &raw, Score score)
{
    const auto table = tableOf(raw, 1, 6);
    if (!table)
        return table.error();
    const std::size_t classes = classesIn(raw, table->columns - 5);
    Boxes boxes(raw);
    for (std::size_t i = 0; i < table->rows; ++i) {
        const auto row = table->row(i);
        const Best best = bestOf(row.subspan(5, classes));
        const float value = score(row[4], best.score);
        if (boxes.counts(value))
            boxes.add(best.index, value, boxOf(row));
    }
    return boxes.take();
}

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

Result<std::vector<RelativeBox>> decodeYolov8(const RawDetections &raw)
{
    const auto table = tableOf(raw, 5, 1);
    if (!table)
        return table.error();
    const std::size_t count = table->columns;
    const std::size_t classes = classesIn(raw, table->rows - 4);
    // Class after class, so that memory is read in its order.
    const auto first = table->row(4);
    std::vector<float> scores(first.begin(), first.end());
    std::vector<std::int32_t> indices(count, 0);
    for (std::size_t c = 1; c < classes; ++c) {
        const auto row = table->row(4 + c);
        for (std::size_t i = 0; i < count; ++i) {
            const bool better = row[i] > scores[i];
            scores[i] = better ? row[i] : scores[i];
            indices[i] = better ? static_cast<std::int32_t>(c) : indices[i];
        }
    }
    Boxes boxes(raw);
    for (std::size_t i = 0; i < count; ++i) {
        if (boxes.counts(scores[i]))
            boxes.add(indices[i], scores[i],
                      {table->row(0)[i], table->row(1)[i], table->row(2)[i], table->row(3)[i]});
    }
    return boxes.take();
}

Result<std::vector<RelativeBox>> decodeYolov5(const RawDetections &raw)
{
    const auto least = static_cast<float>(raw.scoreThreshold);
    return rowsWithObjectness(raw, [least](float objectness, float best) {
        return objectness > least ? objectness * best : 0;
    });
}

Result<std::vector<RelativeBox>> decodeFastestDet(const RawDetections &raw)
{
    return rowsWithObjectness(raw, [](float objectness, float best) {
        return std::pow(objectness, 0.6F) * std::pow(best, 0.4F);
    });
}

Result<std::vector<RelativeBox>> decodeYoloRows(const RawDetections &raw)
{
    constexpr float largestClass = 1 << 24; // above this a float cannot hold every whole number
    const auto table = tableOf(raw, 0, 6);
    if (!table)
        return table.error();
    Boxes boxes(raw);
    for (std::size_t i = 0; i < table->rows; ++i) {
        const auto row = table->row(i);
        if (boxes.counts(row[4]) && row[5] >= 0 && row[5] <= largestClass)
            boxes.addCorners(static_cast<int>(row[5]), row[4], row[0], row[1], row[2], row[3]);
    }
    return boxes.take();
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
    for (const int stride : strides)
        places += static_cast<std::size_t>(raw.width / stride) *
                  static_cast<std::size_t>(raw.height / stride);
    if (places != table->rows)
        return failedPrecondition("the number of boxes does not fit the strides 8, 16 and 32");
    const std::size_t classes = classesIn(raw, table->columns - 5);
    Boxes boxes(raw);
    std::size_t next = 0;
    for (const int stride : strides) {
        const int columns = raw.width / stride;
        const int rows = raw.height / stride;
        const auto unit = static_cast<float>(stride);
        for (int cell = 0; cell < columns * rows; ++cell, ++next) {
            const auto row = table->row(next);
            const Best best = bestOf(row.subspan(5, classes));
            const float score = row[4] * best.score;
            if (!boxes.counts(score))
                continue;
            const Cell at = cellOf(cell, columns);
            boxes.add(best.index, score,
                      {(row[0] + at.x) * unit, (row[1] + at.y) * unit, std::exp(row[2]) * unit,
                       std::exp(row[3]) * unit});
        }
    }
    return boxes.take();
}

Result<std::vector<RelativeBox>> decodeYunet(const RawDetections &raw)
{
    const auto values = [&](const char *part, int stride, std::size_t count) {
        const std::string name = part + std::to_string(stride);
        const auto found =
            std::find_if(raw.outputs.begin(), raw.outputs.end(), [&](const OutputView &output) {
                return output.name == name && output.values.size() == count;
            });
        return found == raw.outputs.end() ? std::span<const float>() : found->values;
    };
    Boxes boxes(raw);
    for (const int stride : strides) {
        const int columns = raw.width / stride;
        const int rows = raw.height / stride;
        const auto count = static_cast<std::size_t>(columns) * static_cast<std::size_t>(rows);
        const auto unit = static_cast<float>(stride);
        const auto classes = values("cls_", stride, count);
        const auto objects = values("obj_", stride, count);
        const auto sides = values("bbox_", stride, count * 4);
        if (classes.empty() || objects.empty() || sides.empty())
            return failedPrecondition("no outputs have this form");
        for (std::size_t i = 0; i < count; ++i) {
            const float score =
                std::sqrt(std::clamp(classes[i], 0.0F, 1.0F) * std::clamp(objects[i], 0.0F, 1.0F));
            if (!boxes.counts(score))
                continue;
            const Cell at = cellOf(static_cast<int>(i), columns);
            const auto box = sides.subspan(i * 4, 4);
            boxes.add(0, score,
                      {(box[0] + at.x) * unit, (box[1] + at.y) * unit, std::exp(box[2]) * unit,
                       std::exp(box[3]) * unit});
        }
    }
    return boxes.take();
}

} // namespace warmbench
