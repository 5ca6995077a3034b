// A network as ONNX Runtime loads it from a file. Thread: any.
#pragma once

#include "engine/engine.h"

#include <filesystem>
#include <memory>
#include <string>

namespace warmbench {

inline Result<std::shared_ptr<Network>> loaded(const std::filesystem::path &path)
{
    const auto engine = makeOnnxRuntimeEngine();
    if (!engine)
        return engine.error();
    const auto files = identifyModelFiles(path);
    return files ? (*engine)->load(*files, {}) : files.error();
}

inline bool has(const std::string &text, const char *part)
{
    return text.find(part) != std::string::npos;
}

} // namespace warmbench
