#include "sample.h"

#include "base/file.h"
#include "cache_folder.h"

#include <fmt/format.h>
#include <QDir>
#include <QFile>

namespace warmbench::app {

Result<std::filesystem::path> unpackSamples()
{
    // Each version of the program has its own folder, so that new samples do not overwrite files
    // that the user has changed.
    const auto folder =
        QString::fromStdString((cacheFolder() / "samples" / WARMBENCH_VERSION).string());
    if (!QDir().mkpath(folder))
        return failedPrecondition(fmt::format("The folder \"{}\" for the samples cannot be made; "
                                              "set XDG_CACHE_HOME to a folder that can be written.",
                                              folder.toStdString()));
    const QDir inside(QStringLiteral(":/sample"));
    for (const QString &name : inside.entryList(QDir::Files)) {
        const std::filesystem::path target = (folder + QLatin1Char('/') + name).toStdString();
        if (std::filesystem::exists(target))
            continue;
        QFile source(inside.filePath(name));
        if (!source.open(QIODevice::ReadOnly))
            return Error{ErrorCode::Internal,
                         fmt::format("The built-in sample {} is missing.", name.toStdString())};
        const QByteArray content = source.readAll();
        if (auto written =
                writeFile(target, {content.data(), static_cast<std::size_t>(content.size())});
            !written)
            return std::move(written).error();
    }
    return std::filesystem::path(folder.toStdString());
}

} // namespace warmbench::app
