#include "open_models.h"

#include "sample.h"

namespace warmbench::app {

Result<void> openModels(Workbench &workbench, const CommandLine &line)
{
    for (const QString &argument : line.arguments) {
        if (auto opened = workbench.open(argument.toStdString(), true); !opened)
            return std::move(opened).error();
    }
    if (!line.options.sample)
        return {};
    auto folder = unpackSamples();
    if (!folder)
        return std::move(folder).error();
    if (auto opened = workbench.open(*folder, true); !opened)
        return std::move(opened).error();
    return {};
}

} // namespace warmbench::app
