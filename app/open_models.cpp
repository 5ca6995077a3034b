#include "open_models.h"

#include "sample.h"

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

} // namespace warmbench::app
