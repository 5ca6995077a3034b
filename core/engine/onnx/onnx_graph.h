// Reads the graph of an ONNX file, as it stands in the file, into a NetworkGraph.
// Thread: any; a pure function. Private to this room.
#pragma once

#include "engine/network_graph.h"

#include <filesystem>

namespace warmbench {

// Errors as OnnxFile::read. Shapes that do not fit each other are no error, but a note.
Result<NetworkGraph> readOnnxGraph(const std::filesystem::path &path);

} // namespace warmbench
