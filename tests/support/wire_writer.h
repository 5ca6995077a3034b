// Writes protobuf's wire format by hand, for files whose schema is not on this machine.
// Thread: a value.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace warmbench {

class WireWriter
{
public:
    WireWriter &varint(std::uint32_t field, std::uint64_t value)
    {
        tag(field, 0);
        number(value);
        return *this;
    }
    WireWriter &bytes(std::uint32_t field, std::string_view value)
    {
        tag(field, 2);
        number(value.size());
        m_bytes += value;
        return *this;
    }
    WireWriter &message(std::uint32_t field, const WireWriter &value)
    {
        return bytes(field, value.m_bytes);
    }
    WireWriter &floats(std::uint32_t field, std::span<const float> values)
    {
        return bytes(field, {reinterpret_cast<const char *>(values.data()), values.size_bytes()});
    }
    const std::string &data() const { return m_bytes; }

private:
    void tag(std::uint32_t field, std::uint32_t type) { number(field << 3 | type); }
    void number(std::uint64_t value)
    {
        for (; value >= 0x80; value >>= 7)
            m_bytes.push_back(static_cast<char>(value | 0x80));
        m_bytes.push_back(static_cast<char>(value));
    }

    std::string m_bytes;
};

} // namespace warmbench
