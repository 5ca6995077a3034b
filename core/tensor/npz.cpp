#include "tensor/npz.h"

#include "base/text.h"
#include "tensor/npy.h"

#include <algorithm>
#include <cstdint>
#include <fmt/format.h>
#include <set>
#include <string>
#include <string_view>
#include <zlib.h>

namespace warmbench {

namespace {

using Data = std::span<const std::byte>;

constexpr std::uint32_t localSignature = 0x04034b50;
constexpr std::uint32_t entrySignature = 0x02014b50;
constexpr std::uint32_t endSignature = 0x06054b50;
constexpr std::size_t localSize = 30;
constexpr std::size_t entrySize = 46;
constexpr std::size_t endSize = 22;
constexpr std::size_t longestComment = 0xFFFF;

constexpr std::size_t mostTensors = 1000;
constexpr std::size_t mostUnpacked = std::size_t{1} << 30;
// Deflate cannot pack better: 258 bytes take two bits at least.
constexpr std::size_t bestRatio = 1032;

enum class Method : std::uint16_t { Stored = 0, Deflated = 8 };

struct Entry
{
    std::string name; // with ".npy"
    std::uint16_t method = 0;
    std::uint32_t checksum = 0;
    std::size_t packed = 0;
    std::size_t unpacked = 0;
    std::size_t at = 0; // of its local header
};

Error damaged(std::string_view how)
{
    return invalidArgument(fmt::format("The .npz file {}; write it again with numpy.savez.", how));
}

// Little-endian; the caller has checked that the bytes are there.
std::uint16_t shortAt(Data data, std::size_t at)
{
    return static_cast<std::uint16_t>(std::to_integer<unsigned>(data[at]) |
                                      std::to_integer<unsigned>(data[at + 1]) << 8U);
}
std::uint32_t longAt(Data data, std::size_t at)
{
    return shortAt(data, at) | std::uint32_t{shortAt(data, at + 2)} << 16U;
}

// The record at the end of the file, which a comment may follow.
Result<std::size_t> endRecord(Data data)
{
    if (data.size() >= endSize) {
        const std::size_t last = data.size() - endSize;
        const std::size_t first = last > longestComment ? last - longestComment : 0;
        for (std::size_t at = last + 1; at-- > first;) {
            if (longAt(data, at) == endSignature && shortAt(data, at + 20) == last - at)
                return at;
        }
    }
    return damaged("is cut off or no zip at all: the directory at its end is missing");
}

Result<Entry> readEntry(Data directory, std::size_t &at)
{
    if (directory.size() - at < entrySize || longAt(directory, at) != entrySignature)
        return damaged("has a damaged directory");
    const std::size_t nameLength = shortAt(directory, at + 28);
    const std::size_t whole = entrySize + nameLength + shortAt(directory, at + 30) +
                              std::size_t{shortAt(directory, at + 32)};
    if (directory.size() - at < whole)
        return damaged("has a damaged directory");
    Entry entry;
    entry.method = shortAt(directory, at + 10);
    entry.checksum = longAt(directory, at + 16);
    entry.packed = longAt(directory, at + 20);
    entry.unpacked = longAt(directory, at + 24);
    entry.at = longAt(directory, at + 42);
    entry.name.assign(reinterpret_cast<const char *>(directory.data()) + at + entrySize,
                      nameLength);
    const std::string shown = printable(entry.name, 60);
    if ((shortAt(directory, at + 8) & 1U) != 0)
        return damaged(fmt::format("is encrypted at \"{}\"", shown));
    if (entry.method != static_cast<std::uint16_t>(Method::Stored) &&
        entry.method != static_cast<std::uint16_t>(Method::Deflated))
        return damaged(
            fmt::format("packs \"{}\" by method {}, not stored or deflated", shown, entry.method));
    if (!entry.name.ends_with(".npy"))
        return damaged(fmt::format("holds \"{}\", which is no .npy", shown));
    at += whole;
    return entry;
}

Result<std::vector<Entry>> readDirectory(Data data)
{
    const auto end = endRecord(data);
    if (!end)
        return end.error();
    const std::size_t count = shortAt(data, *end + 10);
    const std::size_t size = longAt(data, *end + 12);
    const std::size_t from = longAt(data, *end + 16);
    if (count > mostTensors)
        return damaged(fmt::format("holds more than {} tensors", mostTensors));
    if (from > *end || size > *end - from)
        return damaged("has its directory beyond its end");
    const Data directory = data.subspan(from, size);
    std::vector<Entry> entries;
    std::set<std::string> names;
    std::size_t at = 0;
    for (std::size_t i = 0; i < count; ++i) {
        auto entry = readEntry(directory, at);
        if (!entry)
            return entry.error();
        if (!names.insert(entry->name).second)
            return damaged(fmt::format("has \"{}\" twice", printable(entry->name, 60)));
        entries.push_back(*std::move(entry));
    }
    return entries;
}

// The packed bytes of an entry. Its local header is read for its own length alone.
Result<Data> contentOf(Data data, const Entry &entry)
{
    const Error beyond = damaged(
        fmt::format("has \"{}\" outside of itself or of another size", printable(entry.name, 60)));
    if (entry.at > data.size() || data.size() - entry.at < localSize ||
        longAt(data, entry.at) != localSignature)
        return beyond;
    const std::size_t from = entry.at + localSize + shortAt(data, entry.at + 26) +
                             std::size_t{shortAt(data, entry.at + 28)};
    if (from > data.size() || data.size() - from < entry.packed)
        return beyond;
    const bool stored = entry.method == static_cast<std::uint16_t>(Method::Stored);
    if (stored ? entry.packed != entry.unpacked : entry.unpacked > entry.packed * bestRatio)
        return beyond;
    return data.subspan(from, entry.packed);
}

// Inflates into exactly so many bytes as the directory says.
bool inflated(Data packed, std::span<std::byte> to)
{
    constexpr int rawWindow = -15;
    z_stream stream{};
    if (inflateInit2(&stream, rawWindow) != Z_OK)
        return false;
    stream.next_in = reinterpret_cast<Bytef *>(const_cast<std::byte *>(packed.data()));
    stream.avail_in = static_cast<uInt>(packed.size());
    stream.next_out = reinterpret_cast<Bytef *>(to.data());
    stream.avail_out = static_cast<uInt>(to.size());
    const int ended = inflate(&stream, Z_FINISH);
    const bool whole = ended == Z_STREAM_END && stream.avail_out == 0 && stream.avail_in == 0;
    inflateEnd(&stream);
    return whole;
}

Result<Tensor> readTensor(Data data, const Entry &entry)
{
    const auto packed = contentOf(data, entry);
    if (!packed)
        return packed.error();
    std::vector<std::byte> unpacked;
    Data content = *packed;
    if (entry.method == static_cast<std::uint16_t>(Method::Deflated)) {
        unpacked.resize(entry.unpacked);
        if (!inflated(*packed, unpacked))
            return damaged(fmt::format("is damaged in \"{}\"", printable(entry.name, 60)));
        content = unpacked;
    }
    const auto sum = crc32_z(0, reinterpret_cast<const Bytef *>(content.data()), content.size());
    if (sum != entry.checksum)
        return damaged(
            fmt::format("is damaged in \"{}\": its checksum differs", printable(entry.name, 60)));
    auto tensor = readNpy(content);
    if (!tensor)
        return Error{tensor.error().code,
                     fmt::format("\"{}\" of the .npz file: {}", printable(entry.name, 60),
                                 tensor.error().message)};
    return tensor;
}

} // namespace

bool looksLikeNpz(Data data)
{
    return data.size() >= 4 &&
           (longAt(data, 0) == localSignature || longAt(data, 0) == endSignature);
}

Result<std::vector<NamedTensor>> readNpz(Data data, const UnpackCheck &mayUnpack)
{
    const auto entries = readDirectory(data);
    if (!entries)
        return entries.error();
    std::size_t all = 0;
    for (const Entry &entry : *entries)
        all += entry.unpacked;
    if (all > mostUnpacked)
        return damaged("unpacks to more than 1 GiB");
    if (mayUnpack) {
        if (auto room = mayUnpack(all); !room)
            return std::move(room).error();
    }
    std::vector<NamedTensor> tensors;
    for (const Entry &entry : *entries) {
        auto tensor = readTensor(data, entry);
        if (!tensor)
            return std::move(tensor).error();
        constexpr std::size_t ending = 4; // ".npy"
        tensors.push_back({entry.name.substr(0, entry.name.size() - ending), *std::move(tensor)});
    }
    return tensors;
}

} // namespace warmbench
