// The files that make_goldens.py wrote.
#pragma once

#include "base/file.h"

#include <span>
#include <string>

namespace warmbench::test {

inline std::string data(const std::string &name)
{
    const auto content = readFile(std::filesystem::path(TENSOR_TEST_DATA) / name, mebibytes(16));
    return content ? *content : std::string();
}

inline std::span<const std::byte> asBytes(std::string_view text)
{
    return std::as_bytes(std::span(text));
}

} // namespace warmbench::test
