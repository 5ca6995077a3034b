#include "model/understanding/triton.h"

#include "engine/proto_text.h"

#include <algorithm>

namespace warmbench {

namespace {

constexpr std::int64_t largestSide = 16384;

std::optional<int> sideOf(std::int64_t extent)
{
    return extent >= 1 && extent <= largestSide ? std::optional(static_cast<int>(extent))
                                                : std::nullopt;
}

// The dims have no batch where max_batch_size is above 0, else they may begin with one.
std::vector<std::int64_t> pictureOf(const ProtoText &input)
{
    auto dims = input.numbers("dims");
    if (dims.size() == 4)
        dims.erase(dims.begin());
    return dims.size() == 3 ? dims : std::vector<std::int64_t>();
}

void readInput(const ProtoText &input, Hints &hints)
{
    const std::string format = input.text("format");
    if (format != "FORMAT_NCHW" && format != "FORMAT_NHWC")
        return;
    const bool last = format == "FORMAT_NHWC";
    hints.input.name = input.text("name");
    hints.input.layout = last ? Layout::Nhwc : Layout::Nchw;
    const auto dims = pictureOf(input);
    if (dims.empty())
        return;
    hints.input.height = sideOf(dims[last ? 0 : 1]);
    hints.input.width = sideOf(dims[last ? 1 : 2]);
}

} // namespace

Result<TritonModel> readTritonConfig(std::string_view text)
{
    const auto root = parseProtoText(text);
    if (!root)
        return root.error();
    TritonModel model;
    model.hints.origin = Origin::Beside;
    model.hints.source = "config.pbtxt";
    const auto inputs = root->all("input");
    const auto picture = std::find_if(inputs.begin(), inputs.end(), [](const ProtoText *input) {
        return input->text("format").starts_with("FORMAT_N") &&
               input->text("format") != "FORMAT_NONE";
    });
    if (picture != inputs.end())
        readInput(**picture, model.hints);
    for (const ProtoText *output : root->all("output")) {
        if (model.labelsFile.empty())
            model.labelsFile = output->text("label_filename");
    }
    return model;
}

} // namespace warmbench
