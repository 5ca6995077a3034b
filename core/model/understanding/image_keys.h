// Reads Image.BitmapPixelFormat and Image.NominalPixelRange, which converters for Core ML and
// Windows ML write (docs/MetadataProps.md of the ONNX repository). Thread: pure functions. Private
// to this folder.
#pragma once

#include "engine/network_spec.h"
#include "model/understanding/hints.h"

#include <optional>

namespace warmbench {

// Nothing if the metadata has neither key.
std::optional<Hints> imageKeyHints(const NetworkSpec &spec);

} // namespace warmbench
