#include "models.h"

#include "make_tensor.h"

#include <algorithm>
#include <numeric>

namespace warmbench::fuzz {

namespace {

ModelBundle echo(std::string name, const std::vector<TensorSpec> &tensors, bool batches = true)
{
    FakeNetworkOptions options;
    options.spec = networkSpec(tensors, tensors);
    options.batches = batches;
    ModelBundle model = loadedModel(std::move(options));
    model.id.name = std::move(name);
    return model;
}

ModelBundle table()
{
    ModelBundle model = echo("table", {tensorSpec("x", {-1, 3})});
    model.input.kind = InputKind::Features;
    model.input.features = {{"sepal length", "cm", 4.3, 7.9, {}},
                            {"sepal width", "cm", {}, {}, {}},
                            {"petals", "", {}, {}, 5.0}};
    return model;
}

ModelBundle picture()
{
    ModelBundle model = echo("picture", {tensorSpec("image", {1, 1, 2, 2})});
    model.input.kind = InputKind::Image;
    return model;
}

std::vector<ModelBundle> everyModel()
{
    std::vector<ModelBundle> models;
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

const ModelBundle &modelNamed(std::string_view name)
{
    static const std::vector<ModelBundle> models = everyModel();
    const auto found = std::find_if(models.begin(), models.end(), [&](const ModelBundle &model) {
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
