#include "http/open_inference/wire_tensors.h"

#include "base/text.h"
#include "http/open_inference/open_inference_types.h"
#include "inference/body/base64_text.h"
#include "inference/body/input_bytes.h"
#include "inference/body/json_body.h"
#include "inference/picture_inputs.h"
#include "tensor/json_tensor.h"

#include <algorithm>
#include <fmt/format.h>
#include <functional>
#include <vector>

namespace warmbench::http {

namespace {

// What its texts take at most: those that are there, however many were announced.
std::size_t stringBytes(const WireInput &input)
{
    return input.blob->size() +
           std::min(input.count, input.blob->size() / lengthSize) * 2 * sizeof(std::string);
}

// Gives the elements of a BYTES tensor one by one, each behind its length of 4 bytes,
// little-endian, to `take`, whose error ends it.
Result<void> eachElement(const WireInput &input,
                         const std::function<Result<void>(std::string_view)> &take)
{
    std::size_t taken = 0;
    std::string_view rest = *input.blob;
    for (; taken < input.count && rest.size() >= lengthSize; ++taken) {
        std::size_t length = 0;
        for (std::size_t i = lengthSize; i-- > 0;)
            length = length << 8U | static_cast<unsigned char>(rest[i]);
        rest.remove_prefix(lengthSize);
        if (length > rest.size())
            return invalidArgument(fmt::format(
                "Element {} of the BYTES tensor \"{}\" announces {} bytes, but {} are left.", taken,
                printable(input.name, 60), length, rest.size()));
        if (auto done = take(rest.substr(0, length)); !done)
            return done;
        rest.remove_prefix(length);
    }
    if (taken < input.count || !rest.empty())
        return invalidArgument(fmt::format(
            "The BYTES tensor \"{}\" came with {} elements and {} bytes left over, expected {} "
            "elements as its shape {} says, each behind its length in 4 bytes.",
            printable(input.name, 60), taken, rest.size(), input.count, shapeText(input.shape)));
    return {};
}

std::vector<Dimension> fixedShape(const Shape &shape)
{
    std::vector<Dimension> extents;
    for (const std::int64_t extent : shape)
        extents.push_back({extent, {}});
    return extents;
}

Result<Tensor> tensorOfBlob(const WireInput &input, RunControl &control)
{
    if (input.dtype == DType::String) {
        if (auto room = control.reserve(stringBytes(input), "texts"); !room)
            return std::move(room).error();
        std::vector<std::string> texts;
        const auto done = eachElement(input, [&](std::string_view element) -> Result<void> {
            texts.emplace_back(element);
            return control.step();
        });
        return done ? Tensor::fromStrings(input.shape, std::move(texts)) : done.error();
    }
    const std::size_t expected = input.count * dtypeSize(input.dtype);
    if (input.blob->size() != expected)
        return invalidArgument(
            fmt::format("Input \"{}\" came with {} bytes behind the JSON, expected {} for {} {}.",
                        printable(input.name, 60), input.blob->size(), expected,
                        openDatatype(input.dtype), shapeText(input.shape)));
    if (auto room = control.reserve(expected, "numbers"); !room)
        return std::move(room).error();
    const auto large = [](char c) { return static_cast<unsigned char>(c) > 1; };
    if (input.dtype == DType::Bool && std::any_of(input.blob->begin(), input.blob->end(), large))
        return invalidArgument(fmt::format("Input \"{}\" is BOOL, whose bytes are 0 or 1 alone.",
                                           printable(input.name, 60)));
    return Tensor::fromBytes(input.dtype, input.shape, bytesOf(*input.blob));
}

// ---- pictures ----

using Pieces = std::vector<std::string_view>;

// The files behind the JSON, one an element.
Result<Pieces> blobPieces(const WireInput &input, RunControl &control)
{
    // Each element takes four bytes at least, however many were announced.
    const std::size_t most = std::min(input.count, input.blob->size() / lengthSize);
    if (auto room = control.reserve(most * sizeof(std::string_view), "elements"); !room)
        return std::move(room).error();
    Pieces pieces;
    pieces.reserve(most);
    const auto done = eachElement(input, [&](std::string_view element) -> Result<void> {
        pieces.push_back(element);
        return control.step();
    });
    return done ? Result<Pieces>(std::move(pieces)) : done.error();
}

// The texts of a list in JSON, or of lists of one each; nothing where it is anything else.
Result<std::optional<Pieces>> textPieces(const WireInput &input, RunControl &control)
{
    if (jsonKind(input.json) != "a list")
        return std::optional<Pieces>();
    auto elements =
        jsonElements(input.json, fmt::format("The data of \"{}\"", input.name), &control);
    if (!elements)
        return elements.error();
    for (std::string_view &element : *elements) {
        if (jsonKind(element) == "a list") {
            const auto inner = jsonElements(element, "A list in it");
            if (!inner)
                return inner.error();
            if (inner->size() == 1)
                element = inner->front();
        }
        if (jsonKind(element) != "a text")
            return std::optional<Pieces>();
        if (auto go = control.step(); !go)
            return std::move(go).error();
    }
    return elements->size() == input.count ? std::optional(*std::move(elements))
                                           : std::optional<Pieces>();
}

Result<Image> pictureOfText(std::string_view json, const std::string &what, RunControl &control)
{
    Reservation passing(control);
    if (auto room = passing.grow(base64Bytes(json.size()), "pictures"); !room)
        return std::move(room).error();
    const auto text = jsonString(json, what);
    if (!text)
        return text.error();
    const auto data = bytesFromBase64(*text, what);
    return data ? decodedPicture(bytesOf(*data), control) : data.error();
}

} // namespace

Result<Tensor> tensorOf(const WireInput &input, RunControl &control)
{
    if (input.blob)
        return tensorOfBlob(input, control);
    Reservation passing(control);
    if (auto room =
            passing.grow(jsonTensorBytes(input.json.size(), input.count, input.dtype), "numbers");
        !room)
        return std::move(room).error();
    auto tensor = tensorFromJson(input.json, input.name, input.dtype, fixedShape(input.shape));
    if (tensor) {
        if (auto room = control.reserve(tensor->byteSize(), "numbers"); !room)
            return std::move(room).error();
    }
    return tensor;
}

Result<InferenceInputs> picturesOf(const ModelBundle &model, const WireInput &input,
                                   const Keeper &keeper, RunControl &control)
{
    const bool listed = input.shape.size() == 1 || (input.shape.size() == 2 && input.shape[1] == 1);
    if (!listed || input.count == 0)
        return invalidArgument(
            fmt::format("Input \"{}\" of \"{}\" came as BYTES {}, expected pictures as BYTES [N], "
                        "one element a picture.",
                        printable(input.name, 60), model.id.name, shapeText(input.shape)));
    if (input.blob) {
        auto files = blobPieces(input, control);
        if (!files)
            return files.error();
        return InferenceInputs(ImageInputs(
            input.count, [keeper, files = std::move(*files)](std::size_t i, RunControl &limits) {
                return decodedPicture(bytesOf(files[i]), limits);
            }));
    }
    auto texts = textPieces(input, control);
    if (!texts)
        return texts.error();
    if (!*texts) { // which says what it is instead
        const auto tensor = tensorOf(input, control);
        return tensor
                   ? invalidArgument(fmt::format("Input \"{}\" has no list of texts as its data: "
                                                 "send one text of base64 a picture.",
                                                 printable(input.name, 60)))
                   : tensor.error();
    }
    return InferenceInputs(ImageInputs(
        input.count, [keeper, what = fmt::format("A picture in input \"{}\"", input.name),
                      texts = std::move(**texts)](std::size_t i, RunControl &limits) {
            return pictureOfText(texts[i], what, limits);
        }));
}

} // namespace warmbench::http
