// The user's folder for what Warmbench can make again: $XDG_CACHE_HOME/warmbench, or
// ~/.cache/warmbench. Thread: any.
#pragma once

#include <filesystem>

#include <QStandardPaths>

namespace warmbench::app {

// Makes nothing on the disk.
inline std::filesystem::path cacheFolder()
{
    return std::filesystem::path(
               QStandardPaths::writableLocation(QStandardPaths::GenericCacheLocation)
                   .toStdString()) /
           "warmbench";
}

} // namespace warmbench::app
