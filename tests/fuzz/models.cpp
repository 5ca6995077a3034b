#include "models.h"

#include "make_tensor.h"

#include <algorithm>
#include <numeric>

namespace warmbench::fuzz {

namespace {

LoadedModel echo(std::string name, const std::vector<TensorSpec> &tensors, bool batches = true)
{
    FakeNetworkOptions options;
    options.spec = networkSpec(tensors, tensors);
    options.batches = batches;
    LoadedModel model = loadedModel(std::move(options));
    model.id.name = std::move(name);
    return model;
}

LoadedModel table()
{
    LoadedModel model = echo("table", {tensorSpec("x", {-1, 3})});
    model.input.kind = InputKind::Features;
    model.input.features = {{"sepal length", "cm", 4.3, 7.9, {}},
                            {"sepal width", "cm", {}, {}, {}},
                            {"petals", "", {}, {}, 5.0}};
    return model;
}

LoadedModel picture()
{
    LoadedModel model = echo("picture", {tensorSpec("image", {1, 1, 2, 2})});
    model.input.kind = InputKind::Image;
    return model;
}

std::vector<LoadedModel> everyModel()
{
    std::vector<LoadedModel> models;
    for (const DType dtype : allDTypes)
        models.push_back(echo(std::string(dtypeName(dtype)), {tensorSpec("x", {-1, 2}, dtype)}));
    models.push_back(echo("grid", {tensorSpec("x", {1, 2, 3}, DType::Int32)}, false));
    models.push_back(echo("free", {tensorSpec("x", {-1, -1, 2})}));
    models.push_back(echo("scalar", {tensorSpec("x", {}, DType::Float64)}, false));
    models.push_back(
        echo("two", {tensorSpec("a", {2, 3}, DType::Int64), tensorSpec("b", {2, 3}, DType::UInt64)},
             false));
    models.push_back(table());
    models.push_back(picture());
    return models;
}

} // namespace

const LoadedModel &modelNamed(std::string_view name)
{
    static const std::vector<LoadedModel> models = everyModel();
    const auto found = std::find_if(models.begin(), models.end(), [&](const LoadedModel &model) {
        return model.id.name == name;
    });
    if (found != models.end())
        return *found;
    const auto sum =
        std::accumulate(name.begin(), name.end(), std::size_t{0},
                        [](std::size_t so, char c) { return so + static_cast<unsigned char>(c); });
    return models[sum % models.size()];
}

} // namespace warmbench::fuzz
