// Reads protobuf's wire format straight from a file, skipping fields that are not needed, so that a
// gigabyte of weights costs only a few reads (https://protobuf.dev/programming-guides/encoding).
//
// Thread: one object a thread. Memory: one block of 4 KiB. Errors: those of readFile if the file
// cannot be opened. Bad or missing bytes end the reading and show in `malformed()` and
// `truncated()`.
#pragma once

#include "base/file.h"
#include "base/result.h"

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace warmbench {

// A file that is read at any offset through one small block.
class BlockFile
{
public:
    static Result<BlockFile> open(const std::filesystem::path &path);
    // Reads bytes that are in memory already; they must outlive this object.
    static BlockFile over(std::string_view bytes);

    std::uint64_t size() const { return m_size; }
    // False past the end or on a read error.
    bool byteAt(std::uint64_t offset, std::uint8_t &byte);
    // The bytes from `begin` to `end`, as far as they exist; at most `most`.
    std::string text(std::uint64_t begin, std::uint64_t end, std::size_t most = 4096);

private:
    BlockFile(FileDescriptor file, std::uint64_t size);
    bool fill(std::uint64_t offset);

    FileDescriptor m_file;
    std::string_view m_memory;
    std::uint64_t m_size;
    std::uint64_t m_blockStart = 0;
    std::size_t m_blockSize = 0;
    std::array<char, 4096> m_block{};
};

enum class WireType : std::uint8_t { Varint = 0, Fixed64 = 1, Bytes = 2, Fixed32 = 5 };

struct WireField
{
    std::uint32_t number = 0;
    WireType type = WireType::Varint;
    std::uint64_t value = 0; // of a varint
    std::uint64_t begin = 0; // of the payload
    std::uint64_t end = 0;
};

// Reads the fields of one message between two offsets.
class WireReader
{
public:
    explicit WireReader(BlockFile &file)
        : WireReader(file, 0, file.size())
    {
    }
    WireReader(BlockFile &file, std::uint64_t begin, std::uint64_t end)
        : m_file(file)
        , m_at(begin)
        , m_end(end)
    {
    }

    // The next field; none at the end or if the bytes are no protobuf. A field that reaches beyond
    // the end is returned cut off, and `truncated()` is true from then on.
    std::optional<WireField> next();
    bool atEnd() const { return m_at >= m_end; }
    bool malformed() const { return m_malformed; }
    bool truncated() const { return m_truncated; }

    bool varint(std::uint64_t &value); // reads a number without a tag, as packed fields hold them

private:
    bool locate(WireField &field);
    bool skip(std::uint64_t count);

    BlockFile &m_file;
    std::uint64_t m_at;
    std::uint64_t m_end;
    bool m_malformed = false;
    bool m_truncated = false;
};

// Appends the numbers of a packed field to `numbers`; false if the last one is cut off.
bool readVarints(BlockFile &file, const WireField &field, std::vector<std::uint64_t> &numbers);

} // namespace warmbench
