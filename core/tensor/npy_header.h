// The header of a .npy file: a Python dictionary with element type, order and shape.
// Private to tensor/. Thread: any. Source: numpy.lib.format, versions 1.0 to 3.0.
#pragma once

#include "base/result.h"
#include "tensor/dtype.h"
#include "tensor/shape.h"

#include <cstddef>
#include <span>
#include <string>

namespace warmbench {

inline constexpr std::size_t mostNpyRank = 64; // the limit of NumPy 2

struct NpyHeader
{
    std::string type; // as written: "<f4"
    DType dtype = DType::Float32;
    std::size_t itemSize = 0; // bytes of an element
    bool bigEndian = false;
    bool unicode = false; // String of UCS-4 rather than of bytes
    bool fortranOrder = false;
    Shape shape;
    std::size_t dataOffset = 0;
};

// `data` begins with the magic bytes. InvalidArgument: cut off, not the dictionary that NumPy
// writes, or a type that no tensor has.
Result<NpyHeader> readNpyHeader(std::span<const std::byte> data);

} // namespace warmbench
