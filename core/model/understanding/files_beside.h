// Reads the files beside a model that tell of it: preprocessor_config.json and config.json of
// Hugging Face or the config.json of timm, MLmodel of MLflow with its example, config.pbtxt of
// Triton, and one that names its classes, NAME.labels.txt or NAME.names, else labels.txt,
// classes.txt, classes.names, coco.names or data.yaml. Those without the model's name count only
// where the folder holds no other model. Lists of characters (*keys*.txt, dict.txt, en_dict.txt)
// lie beside several models; their count tells to which one they belong.
//
// Hugging Face's stand one folder up if the model's folder is called "onnx", Triton's if it is a
// version's number, MLflow's if MLmodel names the file there. They are read if the folder above was
// opened; else a warning offers to open it. Nothing else above the model's folder is read, and no
// link that leads out of the folder of the file. Thread: any; blocks on the disk.
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

FilesBeside readFilesBeside(const std::filesystem::path &modelFile, bool aboveOpened = false);

} // namespace warmbench
