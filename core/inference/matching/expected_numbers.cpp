#include "inference/matching/expected_numbers.h"

#include "base/text.h"
#include "inference/matching/closeness.h"
#include "inference/picture_network.h"
#include "tensor/npy.h"
#include "tensor/npz.h"

#include <algorithm>
#include <fmt/format.h>
#include <iterator>
#include <span>

namespace warmbench {

namespace {

const TensorSpec *find(const std::vector<TensorSpec> &specs, const std::string &name)
{
    const auto found = std::find_if(specs.begin(), specs.end(),
                                    [&](const TensorSpec &spec) { return spec.name == name; });
    return found == specs.end() ? nullptr : &*found;
}

std::vector<std::string> namesOf(const std::vector<TensorSpec> &specs)
{
    std::vector<std::string> names;
    for (const TensorSpec &spec : specs)
        names.push_back(spec.name);
    return names;
}

// Whether a tensor can be of this shape, apart from extents of 1.
bool fits(const std::vector<Dimension> &declared, const Shape &shape)
{
    if (shape.size() != declared.size()) {
        Shape fixed;
        for (const Dimension &dimension : declared)
            fixed.push_back(dimension.free() ? 1 : dimension.size);
        return sameForm(fixed, shape);
    }
    for (std::size_t i = 0; i < shape.size(); ++i) {
        if (!declared[i].free() && declared[i].size != shape[i])
            return false;
    }
    return true;
}

// The shape of the prepared picture, which the settings fix even where the network is free.
Shape pictureShape(const Preprocessing &how)
{
    if (how.layout == Layout::Nchw)
        return {channelCount(how.channels), how.height, how.width};
    return {how.height, how.width, channelCount(how.channels)};
}

} // namespace

Result<std::vector<NamedTensor>> readTensors(std::string_view content, RunControl &control)
{
    const auto data = std::as_bytes(std::span(content.data(), content.size()));
    if (looksLikeNpz(data))
        return readNpz(data,
                       [&](std::size_t bytes) { return control.reserve(2 * bytes, "tensors"); });
    if (!looksLikeNpy(data))
        return invalidArgument("These are neither .npy nor .npz; write the numbers with "
                               "numpy.save or numpy.savez.");
    if (auto room = control.reserve(content.size(), "tensors"); !room)
        return std::move(room).error();
    auto tensor = readNpy(data);
    if (!tensor)
        return std::move(tensor).error();
    std::vector<NamedTensor> one;
    one.push_back({{}, *std::move(tensor)});
    return one;
}

Result<std::vector<NamedTensor>> named(std::vector<NamedTensor> tensors,
                                       const std::vector<TensorSpec> &specs,
                                       const std::vector<TensorSpec> &others, std::string_view what)
{
    std::vector<NamedTensor> known;
    std::vector<NamedTensor> left;
    for (NamedTensor &tensor : tensors) {
        if (find(specs, tensor.name))
            known.push_back(std::move(tensor));
        else if (!find(others, tensor.name))
            left.push_back(std::move(tensor));
    }
    if (known.empty() && left.size() == 1 && specs.size() == 1) {
        left.front().name = specs.front().name;
        return left;
    }
    if (left.empty() && !known.empty())
        return known;
    if (left.empty())
        return invalidArgument(fmt::format("The file holds none of the network's {}, which are {}.",
                                           what, joined(namesOf(specs))));
    const std::string &name = left.front().name;
    return invalidArgument(fmt::format(
        "The file names a tensor \"{}\"{}, but the network's {} are {}; name it as the network "
        "does.",
        printable(name, 60), didYouMean(name, namesOf(specs)), what, joined(namesOf(specs))));
}

Result<void> keepFirst(const ModelBundle &model, std::vector<NamedTensor> &tensors)
{
    const NetworkSpec &spec = model.spec();
    for (NamedTensor &each : tensors) {
        const TensorSpec *const named = find(spec.outputs, each.name);
        const TensorSpec &primary = spec.outputs.at(model.primaryOutput);
        const TensorSpec &input = spec.inputs.at(model.input.index);
        const bool prepared = !named && each.tensor.shape().size() == input.shape.size() &&
                              fits(input.shape, each.tensor.shape());
        auto one = PictureNetwork::ofTheFirst(std::move(each.tensor),
                                              named ? *named : (prepared ? input : primary),
                                              model.input, spec);
        if (!one)
            return std::move(one).error();
        each.tensor = *std::move(one);
    }
    return {};
}

Result<Expected> expectedOf(const ModelBundle &model, std::vector<NamedTensor> tensors)
{
    const NetworkSpec spec = PictureNetwork::seenAs(model.spec(), model.input);
    if (auto kept = keepFirst(model, tensors); !kept)
        return std::move(kept).error();
    if (tensors.size() == 1 && !find(spec.outputs, tensors.front().name)) {
        NamedTensor &only = tensors.front();
        const TensorSpec &primary = spec.outputs.at(model.primaryOutput);
        const TensorSpec &input = model.spec().inputs.at(model.input.index);
        const Shape picture = pictureShape(model.input.preprocessing);
        const bool output = fits(primary.shape, only.tensor.shape());
        const bool prepared = sameForm(picture, only.tensor.shape());
        if (!output && !prepared)
            return invalidArgument(fmt::format(
                "The expected numbers have shape {}; the output \"{}\" has {}, and the input "
                "\"{}\" takes {}: save the notebook's own output for this one picture.",
                shapeText(only.tensor.shape()), printable(primary.name, 60),
                shapeText(primary.shape), printable(input.name, 60), shapeText(picture)));
        only.name = output ? primary.name : input.name;
        return Expected{!output, std::move(tensors)};
    }
    auto outputs = named(std::move(tensors), spec.outputs, model.spec().inputs, "outputs");
    if (!outputs)
        return std::move(outputs).error();
    return Expected{false, *std::move(outputs)};
}

} // namespace warmbench
