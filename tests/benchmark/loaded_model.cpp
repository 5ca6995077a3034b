#include "loaded_model.h"

#include "tensor/conversion.h"

#include <algorithm>
#include <fmt/format.h>
#include <future>

namespace warmbench {

namespace {

Shape shapeOf(const ModelBundle &model, std::size_t input)
{
    const TensorSpec &spec = model.spec().inputs[input];
    const bool picture = model.input.kind == InputKind::Image && model.input.index == input &&
                         spec.shape.size() == 4;
    const Preprocessing &how = model.input.preprocessing;
    const std::size_t height = how.layout == Layout::Nchw ? 2 : 1;
    Shape shape;
    for (std::size_t axis = 0; axis < spec.shape.size(); ++axis) {
        const std::int64_t free = !picture             ? 1
                                  : axis == height     ? how.height
                                  : axis == height + 1 ? how.width
                                                       : 1;
        shape.push_back(spec.shape[axis].free() ? free : spec.shape[axis].size);
    }
    return shape;
}

} // namespace

std::optional<LoadedModel> loadModel(const std::string &path, WorkbenchOptions options,
                                     const Clock &clock)
{
    LoadedModel loaded;
    loaded.workbench = std::make_unique<Workbench>(std::move(options), clock);
    const auto names = loaded.workbench->open(path, true);
    std::promise<void> ready;
    loaded.workbench->whenReady([&] { ready.set_value(); });
    ready.get_future().wait();
    const auto failure = names ? loaded.workbench->startFailure() : names.error();
    if (failure) {
        fmt::print(stderr, "{}\n", failure->message);
        return std::nullopt;
    }
    loaded.name = names->front();
    auto handle = loaded.workbench->cache().acquireIfReady({loaded.name, {}}, Purpose::Other);
    if (!handle) {
        fmt::print(stderr, "\"{}\" is not loaded; name one file.\n", loaded.name);
        return std::nullopt;
    }
    loaded.handle = *std::move(handle);
    return loaded;
}

std::vector<Tensor> pixelsFor(const ModelBundle &model)
{
    std::vector<Tensor> inputs;
    for (std::size_t i = 0; i < model.spec().inputs.size(); ++i) {
        Tensor tensor = *Tensor::create(DType::Float32, shapeOf(model, i));
        float value = 0;
        for (float &one : tensor.mutableValues<float>())
            one = value = value < 1 ? value + 0.0173F : 0;
        inputs.push_back(*converted(tensor, model.spec().inputs[i].dtype));
    }
    return inputs;
}

std::string takeOption(std::vector<std::string> &arguments, const std::string &name,
                       const std::string &otherwise)
{
    const auto found = std::find(arguments.begin(), arguments.end(), name);
    if (found == arguments.end() || std::next(found) == arguments.end())
        return otherwise;
    std::string value = *std::next(found);
    arguments.erase(found, found + 2);
    return value;
}

} // namespace warmbench
