// Element types and shapes as the Open Inference Protocol (KServe v2) writes them: "FP32", "BYTES";
// a free extent is -1. Thread: any; pure functions.
#pragma once

#include "tensor/dtype.h"
#include "tensor/shape.h"

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace warmbench::http {

std::string_view openDatatype(DType dtype);
std::optional<DType> dtypeOfOpen(std::string_view datatype);
// All of them, for messages.
std::string openDatatypes();
// "[-1, 3, 240, 320]".
std::string openShape(std::span<const Dimension> shape);

} // namespace warmbench::http
