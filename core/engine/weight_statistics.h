// What one initialiser of a network's file holds, read when it is asked for: the file's other
// weights stay on the disk, and so does the network.
//
// Thread: any; blocks on the disk. Memory: some MiB; the whole initialiser where the file keeps its
// numbers one by one instead of as a block. Cost: the file is walked through, the initialiser read.
#pragma once

#include "base/bytes.h"
#include "base/result.h"
#include "engine/model_files.h"
#include "tensor/shape.h"
#include "tensor/value_statistics.h"

#include <stop_token>
#include <string>

namespace warmbench {

struct WeightStatistics
{
    std::string name;
    std::string type; // "float32"
    Shape shape;
    Bytes bytes;
    bool external = false; // in a file of its own
    ValueStatistics values;
};

// The first initialiser of this name, those of the graph itself before those of graphs within its
// nodes. NotFound: there is none. FailedPrecondition: the file is no ONNX network, is damaged, or
// holds numbers of a type that is not read here. Cancelled: `stop` was requested.
Result<WeightStatistics> weightStatistics(const ModelFiles &files, const std::string &name,
                                          const std::stop_token &stop = {});

} // namespace warmbench
