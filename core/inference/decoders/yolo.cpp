#include "inference/decoders/yolo_rows.h"

#include <fmt/format.h>
#include <string>

namespace warmbench {

namespace {

// A number after the box of a row of YOLO v8, whose rows are columns.
std::vector<float> extrasOf(const Table &table, std::size_t first, std::size_t count,
                            std::size_t row)
{
    std::vector<float> extras(count);
    for (std::size_t i = 0; i < count; ++i)
        extras[i] = table.row(first + i)[row];
    return extras;
}

// YOLO v8's rows, which are columns: the box, then the classes.
Result<LaidTable> columnsOf(const RawDetections &raw)
{
    const auto table = tableOf(raw, 5, 1);
    if (!table)
        return table.error();
    const auto layout = layoutOf(raw.settings, table->rows - 4);
    if (!layout)
        return layout.error();
    return LaidTable{*table, *layout};
}

// Rows of box, score, class and what follows.
Result<Table> finishedRows(const RawDetections &raw, std::size_t least)
{
    return tableOf(raw, least, raw.settings.oriented ? 7 : 6);
}

} // namespace

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

Result<RowLayout> layoutOf(const DecoderSettings &settings, std::size_t behind)
{
    const auto fixed = static_cast<std::size_t>(settings.masks) + (settings.oriented ? 1 : 0);
    const auto points = static_cast<std::size_t>(settings.points);
    RowLayout layout;
    if (settings.classes > 0)
        layout.classes = static_cast<std::size_t>(settings.classes);
    else
        layout.classes = points > 0 ? 1 : behind - std::min(behind, fixed);
    if (layout.classes > behind || layout.classes == 0)
        return failedPrecondition(
            fmt::format("{} numbers follow its boxes, which is too few for {} classes and what "
                        "else the settings expect",
                        behind, std::max<std::size_t>(layout.classes, 1)));
    layout.extras = behind - layout.classes;
    const bool pointsFit =
        points == 0 || layout.extras == points * 2 || layout.extras == points * 3;
    if (layout.extras < fixed || !pointsFit)
        return failedPrecondition(fmt::format(
            "{} numbers follow the scores of its {} class{}, which is not what {} need",
            layout.extras, layout.classes, layout.classes == 1 ? "" : "es",
            points > 0 ? fmt::format("{} points", points) : fmt::format("{} numbers", fixed)));
    return layout;
}

Result<LaidTable> rowsOf(const RawDetections &raw)
{
    const auto table = tableOf(raw, 1, 6);
    if (!table)
        return table.error();
    const auto layout = layoutOf(raw.settings, table->columns - 5);
    if (!layout)
        return layout.error();
    return LaidTable{*table, *layout};
}

Result<std::vector<RelativeBox>> decodeYolov8(const RawDetections &raw)
{
    const auto laid = columnsOf(raw);
    if (!laid)
        return laid.error();
    const Table &table = laid->table;
    const RowLayout &layout = laid->layout;
    const std::size_t count = table.columns;
    // Class after class, so that memory is read in its order.
    const auto first = table.row(4);
    std::vector<float> scores(first.begin(), first.end());
    std::vector<std::int32_t> indices(count, 0);
    for (std::size_t c = 1; c < layout.classes; ++c) {
        const auto row = table.row(4 + c);
        for (std::size_t i = 0; i < count; ++i) {
            const bool better = row[i] > scores[i];
            scores[i] = better ? row[i] : scores[i];
            indices[i] = better ? static_cast<std::int32_t>(c) : indices[i];
        }
    }
    const auto angleOf = [&](std::size_t i) {
        return raw.settings.oriented ? std::optional(table.row(table.rows - 1)[i]) : std::nullopt;
    };
    KeptBoxes boxes(raw, KeptBoxes::Units::Pixels);
    for (std::size_t i = 0; i < count; ++i) {
        if (boxes.counts(scores[i]))
            boxes.add(i, indices[i], scores[i],
                      edgesAround(std::array{table.row(0)[i], table.row(1)[i], table.row(2)[i],
                                             table.row(3)[i]}),
                      angleOf(i));
    }
    return boxes.take();
}

Result<void> detailYolov8(const RawDetections &raw, const RelativeBox &box,
                          const Placement &placement, Detection &found)
{
    const auto laid = columnsOf(raw);
    if (!laid)
        return laid.error();
    const Table &table = laid->table;
    const RowLayout &layout = laid->layout;
    return addExtras(raw, extrasOf(table, 4 + layout.classes, layout.extras, box.row), placement,
                     found);
}

Result<std::vector<RelativeBox>> decodeYolov5(const RawDetections &raw)
{
    const auto least = static_cast<float>(raw.settings.scoreThreshold);
    return rowsWithObjectness(raw, [least](float objectness, float best) {
        return objectness > least ? objectness * best : 0;
    });
}

Result<void> detailYolov5(const RawDetections &raw, const RelativeBox &box,
                          const Placement &placement, Detection &found)
{
    const auto laid = rowsOf(raw);
    if (!laid)
        return laid.error();
    return addExtras(raw, laid->table.row(box.row).subspan(5 + laid->layout.classes), placement,
                     found);
}

Result<std::vector<RelativeBox>> decodeYoloRows(const RawDetections &raw)
{
    constexpr float largestClass = 1 << 24; // above this a float cannot hold every whole number
    const auto table = finishedRows(raw, 0);
    if (!table)
        return table.error();
    KeptBoxes boxes(raw, KeptBoxes::Units::Pixels);
    for (std::size_t i = 0; i < table->rows; ++i) {
        const auto row = table->row(i);
        if (!boxes.counts(row[4]) || !(row[5] >= 0 && row[5] <= largestClass))
            continue;
        const int index = static_cast<int>(row[5]);
        if (raw.settings.oriented)
            boxes.add(i, index, row[4], edgesAround(row), row.back());
        else
            boxes.add(i, index, row[4], {row[0], row[1], row[2], row[3]});
    }
    return boxes.take();
}

Result<void> detailYoloRows(const RawDetections &raw, const RelativeBox &box,
                            const Placement &placement, Detection &found)
{
    const auto table = finishedRows(raw, box.row + 1);
    if (!table)
        return table.error();
    return addExtras(raw, table->row(box.row).subspan(6), placement, found);
}

} // namespace warmbench
