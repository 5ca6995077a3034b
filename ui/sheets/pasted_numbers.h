// Numbers that a person copies from a notebook, as a list: "[0.1, 2e-3, nan]", numpy's and torch's
// words and brackets around them included. Thread: any; a pure function.
#pragma once

#include "base/result.h"

#include <QString>
#include <string>

namespace warmbench::ui {

// The bytes of an .npy file with one row of float32. InvalidArgument: there is no number, or
// something that is none, such as the dots of a shortened print.
Result<std::string> npyOfNumbers(const QString &pasted);

} // namespace warmbench::ui
