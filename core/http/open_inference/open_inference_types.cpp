#include "http/open_inference/open_inference_types.h"

#include "base/text.h"

#include <vector>

namespace warmbench::http {

std::string_view openDatatype(DType dtype)
{
    switch (dtype) {
    case DType::Float64:
        return "FP64";
    case DType::Float16:
        return "FP16";
    case DType::Int8:
        return "INT8";
    case DType::Int16:
        return "INT16";
    case DType::Int32:
        return "INT32";
    case DType::Int64:
        return "INT64";
    case DType::UInt8:
        return "UINT8";
    case DType::UInt16:
        return "UINT16";
    case DType::UInt32:
        return "UINT32";
    case DType::UInt64:
        return "UINT64";
    case DType::Bool:
        return "BOOL";
    case DType::String:
        return "BYTES";
    case DType::Float32:
        break;
    }
    return "FP32";
}

std::optional<DType> dtypeOfOpen(std::string_view datatype)
{
    for (const DType dtype : allDTypes) {
        if (openDatatype(dtype) == datatype)
            return dtype;
    }
    return {};
}

std::string openDatatypes()
{
    std::vector<std::string> names;
    for (const DType dtype : allDTypes)
        names.emplace_back(openDatatype(dtype));
    return joined(names);
}

std::string openShape(std::span<const Dimension> shape)
{
    Shape extents;
    for (const Dimension &extent : shape)
        extents.push_back(extent.free() ? -1 : extent.size);
    return shapeText(extents);
}

} // namespace warmbench::http
