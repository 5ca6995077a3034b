// Packs bytes with zlib as clients do, and unpacks them. Thread: any. Needs ZLIB::ZLIB.
#pragma once

#include <string>
#include <zlib.h>

namespace warmbench {

// The values are zlib's window bits, which choose the form.
enum class Packing : int { Gzip = 15 + 16, Zlib = 15, BareDeflate = -15 };

// Empty if zlib fails.
inline std::string packed(const std::string &plain, Packing form, int level = 6)
{
    z_stream stream{};
    if (deflateInit2(&stream, level, Z_DEFLATED, static_cast<int>(form), 8, Z_DEFAULT_STRATEGY) !=
        Z_OK)
        return {};
    std::string out(deflateBound(&stream, plain.size()) + 64, '\0');
    stream.next_in = reinterpret_cast<Bytef *>(const_cast<char *>(plain.data()));
    stream.avail_in = static_cast<uInt>(plain.size());
    stream.next_out = reinterpret_cast<Bytef *>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    const bool done = deflate(&stream, Z_FINISH) == Z_STREAM_END;
    out.resize(done ? out.size() - stream.avail_out : 0);
    deflateEnd(&stream);
    return out;
}

// Empty if the bytes do not have that form.
inline std::string unpacked(const std::string &coded, Packing form)
{
    z_stream stream{};
    if (inflateInit2(&stream, static_cast<int>(form)) != Z_OK)
        return {};
    std::string out;
    std::string piece(65536, '\0');
    stream.next_in = reinterpret_cast<Bytef *>(const_cast<char *>(coded.data()));
    stream.avail_in = static_cast<uInt>(coded.size());
    int outcome = Z_OK;
    while (outcome == Z_OK) {
        stream.next_out = reinterpret_cast<Bytef *>(piece.data());
        stream.avail_out = static_cast<uInt>(piece.size());
        outcome = inflate(&stream, Z_NO_FLUSH);
        out.append(piece, 0, piece.size() - stream.avail_out);
    }
    inflateEnd(&stream);
    return outcome == Z_STREAM_END ? out : std::string();
}

} // namespace warmbench
