// Reads the keys that Ultralytics and YOLOv5 write into exported models: task, names, size and what
// was built in (ultralytics/ultralytics: ultralytics/engine/exporter.py; ultralytics/yolov5:
// export.py). Every value is text as Python's str() makes it. Thread: pure functions. Private to
// this folder.
#pragma once

#include "engine/network_spec.h"
#include "model/understanding/hints.h"

#include <optional>

namespace warmbench {

// Nothing if the metadata has neither "names" nor "task" of theirs. What cannot be read is left
// out, with a warning.
std::optional<Hints> ultralyticsHints(const NetworkSpec &spec);

} // namespace warmbench
