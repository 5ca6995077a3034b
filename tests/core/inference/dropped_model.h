// A model as somebody drops it: alone in a folder, with nothing but the files that lie beside it.
#pragma once

#include "answer.h"
#include "base/file.h"
#include "inference/workbench.h"

#include <filesystem>
#include <fstream>
#include <map>
#include <QTemporaryDir>
#include <string>

namespace warmbench {

// What lies beside the model: contents by name of the file.
using FilesOfModel = std::map<std::string, std::string>;

inline Result<Prediction> predicted(const std::filesystem::path &model, const Image &picture,
                                    const FilesOfModel &beside = {},
                                    const AnswerOptions &wanted = {})
{
    const QTemporaryDir folder;
    const auto path = std::filesystem::path(folder.path().toStdString());
    const auto copy = path / model.filename();
    std::filesystem::copy_file(model, copy);
    for (const auto &[name, content] : beside)
        std::ofstream(path / name) << content;
    const SystemClock clock;
    Workbench workbench({}, clock);
    if (const auto opened = workbench.open(copy, false); !opened)
        return opened.error();
    InferenceRequest request;
    request.answer = wanted;
    request.decode = [&](const ModelBundle &, RunControl &) -> Result<InferenceInputs> {
        return InferenceInputs(ImageInputs{Image(picture)});
    };
    Answer<Prediction> answer;
    workbench.predict(std::move(request), answer.callback());
    return std::move(answer.get());
}

inline Image greyPicture(int width, int height)
{
    Image picture;
    picture.width = width;
    picture.height = height;
    picture.rgb.assign(static_cast<std::size_t>(width) * static_cast<std::size_t>(height) * 3, 90);
    return picture;
}

} // namespace warmbench
