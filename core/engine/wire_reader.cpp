#include "engine/wire_reader.h"

#include <unistd.h>
#include <utility>

namespace warmbench {

Result<BlockFile> BlockFile::open(const std::filesystem::path &path)
{
    auto file = openRegularFile(path);
    if (!file)
        return std::move(file).error();
    const auto size = static_cast<std::uint64_t>(file->size());
    return BlockFile(*std::move(file), size);
}

BlockFile BlockFile::over(std::string_view bytes)
{
    BlockFile file(FileDescriptor(), bytes.size());
    file.m_memory = bytes;
    return file;
}

BlockFile::BlockFile(FileDescriptor file, std::uint64_t size)
    : m_file(std::move(file))
    , m_size(size)
{
}

bool BlockFile::fill(std::uint64_t offset)
{
    m_blockStart = offset;
    if (m_file.get() < 0) {
        m_blockSize = m_memory.copy(m_block.data(), m_block.size(), offset);
        return m_blockSize > 0;
    }
    const auto got =
        ::pread(m_file.get(), m_block.data(), m_block.size(), static_cast<off_t>(offset));
    m_blockSize = got > 0 ? static_cast<std::size_t>(got) : 0;
    return got > 0;
}

bool BlockFile::byteAt(std::uint64_t offset, std::uint8_t &byte)
{
    const bool held = offset >= m_blockStart && offset - m_blockStart < m_blockSize;
    if (!held && (offset >= m_size || !fill(offset)))
        return false;
    byte = static_cast<std::uint8_t>(m_block[offset - m_blockStart]);
    return true;
}

std::string BlockFile::text(std::uint64_t begin, std::uint64_t end, std::size_t most)
{
    std::string result;
    std::uint8_t byte = 0;
    while (begin < end && result.size() < most && byteAt(begin++, byte))
        result.push_back(static_cast<char>(byte));
    return result;
}

bool WireReader::varint(std::uint64_t &value)
{
    value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        std::uint8_t byte = 0;
        if (m_at >= m_end || !m_file.byteAt(m_at, byte))
            return false;
        ++m_at;
        value |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
        if ((byte & 0x80) == 0)
            return true;
    }
    return false;
}

bool readVarints(BlockFile &file, const WireField &field, std::vector<std::uint64_t> &numbers)
{
    // A tensor has few dimensions, but a file may claim a million.
    constexpr std::size_t most = 64;
    WireReader reader(file, field.begin, field.end);
    std::uint64_t number = 0;
    while (!reader.atEnd() && numbers.size() < most) {
        if (!reader.varint(number))
            return false;
        numbers.push_back(number);
    }
    return reader.atEnd();
}

bool WireReader::skip(std::uint64_t count)
{
    if (count > m_end - m_at) {
        m_truncated = true;
        m_at = m_end;
        return false;
    }
    m_at += count;
    return true;
}

// Finds the payload of a field whose tag has been read; false if there is no such type.
bool WireReader::locate(WireField &field)
{
    const auto payload = [&](std::uint64_t length) {
        field.begin = m_at;
        skip(length);
        return true;
    };
    std::uint64_t length = 0;
    switch (field.type) {
    case WireType::Varint:
        field.begin = m_at;
        return varint(field.value);
    case WireType::Fixed64:
        return payload(8);
    case WireType::Fixed32:
        return payload(4);
    case WireType::Bytes:
        return varint(length) && payload(length);
    }
    return false;
}

std::optional<WireField> WireReader::next()
{
    if (m_malformed || m_truncated || m_at >= m_end)
        return std::nullopt;
    std::uint64_t tag = 0;
    WireField field;
    const bool tagged = varint(tag) && (tag >> 3) != 0 && (tag >> 3) < (1U << 29);
    field.number = static_cast<std::uint32_t>(tag >> 3);
    field.type = static_cast<WireType>(tag & 7);
    if (!tagged || !locate(field)) {
        m_malformed = true;
        return std::nullopt;
    }
    field.end = m_at;
    return field;
}

} // namespace warmbench
