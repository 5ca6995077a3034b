// Names of classes, as people keep them in files.
// Thread: any; pure functions.
#pragma once

#include "base/result.h"

#include <string>
#include <string_view>
#include <vector>

namespace warmbench {

// By index: one name a line; or "index,name" lines; or JSON: a list of names, or an object from
// index to name (or to [id, name], as Keras keeps ImageNet's). Told by content. Blank lines at the
// end do not count; gaps between indices get their number as name. InvalidArgument names the line.
Result<std::vector<std::string>> parseLabels(std::string_view text);

} // namespace warmbench
