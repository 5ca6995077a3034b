// Reads the files beside a model that tell of it: preprocessor_config.json and config.json of
// Hugging Face, and one that names its classes, NAME.labels.txt or NAME.names, else labels.txt,
// classes.txt, classes.names or coco.names. Those without the model's name count only where the
// folder holds no other model. Thread: any; blocks on the disk. Nothing above the model's folder is
// read, and no link that leads out of it.
#pragma once

#include "model/understanding/hints.h"

#include <filesystem>
#include <vector>

namespace warmbench {

struct FilesBeside
{
    std::vector<Hints> hints;                 // the most binding first
    std::vector<std::filesystem::path> files; // that were read: they belong to the model
    // Where a file would take precedence over those that were read.
    std::vector<std::filesystem::path> places;
};

FilesBeside readFilesBeside(const std::filesystem::path &modelFile);

} // namespace warmbench
