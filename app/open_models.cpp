#include "open_models.h"

#include "sample.h"

#include <fmt/format.h>
#include <future>
#include <memory>

namespace warmbench::app {

Result<void> openModels(Workbench &workbench, const CommandLine &line)
{
    for (const QString &argument : line.arguments) {
        if (auto opened = workbench.open(argument.toStdString(), true); !opened)
            return std::move(opened).error();
    }
    if (line.options.sample) {
        auto folder = unpackSamples();
        if (!folder)
            return std::move(folder).error();
        if (auto opened = workbench.open(*folder, true); !opened)
            return std::move(opened).error();
    }
    const std::string &preferred = line.options.workbench.defaultModel;
    if (preferred.empty())
        return {};
    if (auto known = workbench.model({preferred, {}}); !known)
        return Error{known.error().code, "--default: " + known.error().message};
    return {};
}

Result<std::string> openOneModel(Workbench &workbench, const std::string &model, bool sample)
{
    if (sample) {
        auto folder = unpackSamples();
        if (!folder)
            return std::move(folder).error();
        if (auto opened = workbench.open(*folder, false); !opened)
            return std::move(opened).error();
        if (workbench.model({model, {}}))
            return model;
    }
    auto names = workbench.open(model, false);
    if (!names)
        return std::move(names).error();
    if (names->size() != 1)
        return notOneModel(model, names->size());
    return names->front();
}

Error notOneModel(const std::string &folder, std::size_t models)
{
    return invalidArgument(
        models == 0
            ? fmt::format("\"{}\" holds no model; name a model's file.", folder)
            : fmt::format("\"{}\" holds {} models; name one of them by its file.", folder, models));
}

Result<ModelHandle> loadModel(Workbench &workbench, const std::string &name)
{
    const auto promise = std::make_shared<std::promise<Result<Acquired>>>();
    workbench.cache().acquire({name, {}}, Purpose::Other, [promise](Result<Acquired> acquired) {
        promise->set_value(std::move(acquired));
    });
    auto acquired = promise->get_future().get();
    if (!acquired)
        return std::move(acquired).error();
    return std::move(acquired->handle);
}

} // namespace warmbench::app
