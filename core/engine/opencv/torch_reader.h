// Reads the numbers and strings of a Torch7 file, in binary or text form, from bytes in memory, as
// OpenCV's THDiskFile does.
// Thread: a value. Errors: functions return false if the bytes end or are no such number; they
// never read beyond the end. Private to this room.
#pragma once

#include <cstdint>
#include <string_view>

namespace warmbench {

class TorchReader
{
public:
    TorchReader(std::string_view bytes, bool binary)
        : m_bytes(bytes)
        , m_binary(binary)
    {
    }

    bool integer(int &value); // 32 bits
    bool longer(std::int64_t &value);
    bool real(double &value);
    bool string(std::string_view &value); // a string with its length before it
    // Skips `count` numbers; `size` is the size of one in the binary form.
    bool skip(std::int64_t count, std::size_t size);
    // How many numbers of `size` can be left at most.
    std::int64_t room(std::size_t size) const;

private:
    template <typename T>
    bool fixed(T &value);
    template <typename T>
    bool written(T &value);
    template <typename T>
    bool number(T &value);
    bool word(std::string_view &value);
    void skipBlanks();
    void skipLineEnd();

    std::string_view m_bytes;
    bool m_binary;
};

} // namespace warmbench
