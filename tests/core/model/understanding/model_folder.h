// A model's folder with files beside the model, and what they tell of a network that takes
// pictures.
#pragma once

#include "base/file.h"
#include "model/understanding/files_beside.h"
#include "model/understanding/understanding.h"

#include <filesystem>
#include <QTemporaryDir>
#include <string>
#include <vector>

namespace warmbench {

class ModelFolder
{
public:
    std::filesystem::path put(const char *leaf, const std::string &content = "onnx") const
    {
        std::filesystem::path path = std::filesystem::path(m_folder.path().toStdString()) / leaf;
        std::filesystem::create_directories(path.parent_path());
        const auto done = writeFile(path, content);
        Q_ASSERT(done);
        return path;
    }

private:
    const QTemporaryDir m_folder;
};

inline NetworkSpec pictures(std::int64_t side)
{
    NetworkSpec spec;
    TensorSpec input;
    input.name = "pixel_values";
    input.shape = {{-1, {}}, {3, {}}, {side, {}}, {side, {}}};
    TensorSpec output;
    output.name = "logits";
    output.shape = {{-1, {}}, {3, {}}};
    output.producedBy = "Softmax";
    spec.inputs = {input};
    spec.outputs = {output};
    return spec;
}

struct Told
{
    Preprocessing how;
    ModelSettings settings;
    Understood understood;
    std::string warnings;
};

inline Told toldBy(const std::filesystem::path &model, std::int64_t side = 224,
                   bool aboveOpened = false)
{
    Told told;
    const auto understood =
        understand(pictures(side), told.settings, readFilesBeside(model, aboveOpened).hints);
    if (!understood) {
        told.warnings = understood.error().message;
        return told;
    }
    told.how = understood->input.preprocessing;
    told.understood = understood->told;
    for (const std::string &warning : understood->warnings)
        told.warnings += warning + "\n";
    return told;
}

inline bool contains(const std::string &text, const char *part)
{
    return text.find(part) != std::string::npos;
}

// The names of the files that were read.
inline std::vector<std::string> readBeside(const std::filesystem::path &model, bool aboveOpened)
{
    std::vector<std::string> names;
    const auto beside = readFilesBeside(model, aboveOpened);
    for (const std::filesystem::path &file : beside.files)
        names.push_back(file.lexically_relative(model.parent_path()).string());
    return names;
}

} // namespace warmbench
