#include "inference/answer/answer_bytes.h"

#include <algorithm>

namespace warmbench {

namespace {

constexpr std::size_t escaped = 6; // bytes of JSON for one of a text: "\u001f"

// The longest number of a type with the comma behind it.
std::size_t numberBytes(DType dtype)
{
    switch (dtype) {
    case DType::Float16:
    case DType::Float32:
        return 16; // -1.17549435e-38
    case DType::Float64:
        return 25;
    case DType::Int64:
    case DType::UInt64:
        return 21;
    case DType::Int32:
    case DType::UInt32:
        return 12;
    case DType::Int8:
    case DType::UInt8:
    case DType::Int16:
    case DType::UInt16:
    case DType::Bool:
    case DType::String: // has a length of its own
        break;
    }
    return 7; // a small integer, true or false
}

// Brackets and commas of the lists, one pair a list.
std::size_t bracketBytes(const Shape &shape)
{
    std::size_t lists = 1;
    std::size_t bytes = 3;
    for (const std::int64_t extent : shape) {
        bytes += 3 * lists;
        lists *= static_cast<std::size_t>(extent);
    }
    return bytes;
}

std::size_t classBytes(const std::string &label)
{
    constexpr std::size_t withoutLabel = 72; // {"index": -2147483648, "label": "", "score": ...},
    return withoutLabel + escaped * label.size();
}

} // namespace

std::size_t jsonBytes(const Tensor &tensor)
{
    std::size_t bytes = bracketBytes(tensor.shape());
    if (tensor.dtype() != DType::String)
        return bytes + tensor.elementCount() * numberBytes(tensor.dtype());
    for (const std::string &text : tensor.strings())
        bytes += escaped * text.size() + 3;
    return bytes;
}

std::size_t jsonBytes(std::span<const SampleResult> results)
{
    constexpr std::size_t withoutParts = 200; // the keys, size and range of a picture
    constexpr std::size_t boxes = 240;        // eight numbers of up to 20 digits
    constexpr std::size_t turned = 420;       // an angle and four corners
    constexpr std::size_t place = 100;        // of a point: two numbers of up to 40 digits
    std::size_t bytes = 0;
    for (const SampleResult &result : results) {
        bytes += withoutParts;
        for (const ScoredClass &entry : result.classes)
            bytes += classBytes(entry.label);
        for (const Detection &found : result.detections) {
            bytes += classBytes(found.label) + boxes + (found.angle ? turned : 0);
            for (const Keypoint &point : found.keypoints)
                bytes += classBytes(point.name) + place;
        }
        if (result.segmentation) {
            for (const auto &share : result.segmentation->shares)
                bytes += classBytes(share.label);
        }
        for (const TextLine &line : result.text)
            bytes += classBytes(line.text) + turned;
    }
    return bytes;
}

Result<void> makeRoom(std::string &text, std::size_t bytes, RunControl &control)
{
    if (auto room = control.reserve(bytes, "answer"); !room)
        return room;
    // A small one grows as it will; a large one would be copied, and be there twice, for that.
    constexpr std::size_t mostGrown = 64 * 1024;
    if (bytes > mostGrown)
        text.reserve(text.size() + bytes);
    return {};
}

} // namespace warmbench
