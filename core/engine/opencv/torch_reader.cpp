#include "engine/opencv/torch_reader.h"

#include <algorithm>
#include <charconv>
#include <cstring>

namespace warmbench {

namespace {

bool isBlank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

template <typename T>
bool parsed(std::string_view text, T &value)
{
    if (text.starts_with('+'))
        text.remove_prefix(1);
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
    return problem == std::errc() && end == text.data() + text.size();
}

} // namespace

template <typename T>
bool TorchReader::fixed(T &value)
{
    if (m_bytes.size() < sizeof value)
        return false;
    std::memcpy(&value, m_bytes.data(), sizeof value);
    m_bytes.remove_prefix(sizeof value);
    return true;
}

void TorchReader::skipBlanks()
{
    while (!m_bytes.empty() && isBlank(m_bytes.front()))
        m_bytes.remove_prefix(1);
}

void TorchReader::skipLineEnd()
{
    if (m_bytes.starts_with('\n'))
        m_bytes.remove_prefix(1);
}

bool TorchReader::word(std::string_view &value)
{
    constexpr std::size_t longest = 64;
    skipBlanks();
    const auto start = m_bytes.substr(0, longest);
    const auto end = std::find_if(start.begin(), start.end(), isBlank);
    value = start.substr(0, static_cast<std::size_t>(end - start.begin()));
    m_bytes.remove_prefix(value.size());
    return !value.empty() && value.size() < longest;
}

// In the text form the caller skips what follows the number.
template <typename T>
bool TorchReader::written(T &value)
{
    std::string_view text;
    return word(text) && parsed(text, value);
}

template <typename T>
bool TorchReader::number(T &value)
{
    if (m_binary)
        return fixed(value);
    if (!written(value))
        return false;
    skipLineEnd();
    return true;
}

bool TorchReader::integer(int &value)
{
    if (m_binary)
        return fixed(value);
    if (!written(value))
        return false;
    skipBlanks(); // as scanf("%d\n\r") does
    return true;
}

bool TorchReader::longer(std::int64_t &value)
{
    return number(value);
}

bool TorchReader::real(double &value)
{
    return number(value);
}

bool TorchReader::string(std::string_view &value)
{
    int size = 0;
    if (!integer(size) || size < 0 || static_cast<std::size_t>(size) > m_bytes.size())
        return false;
    value = m_bytes.substr(0, static_cast<std::size_t>(size));
    m_bytes.remove_prefix(value.size());
    if (!m_binary && size > 0)
        skipLineEnd();
    return true;
}

std::int64_t TorchReader::room(std::size_t size) const
{
    // In the text form each number takes at least a character and a blank; bytes are stored as they
    // are.
    const bool asIs = m_binary || size == 1;
    return static_cast<std::int64_t>(asIs ? m_bytes.size() / size : (m_bytes.size() + 1) / 2);
}

bool TorchReader::skip(std::int64_t count, std::size_t size)
{
    if (count < 0 || count > room(size))
        return false;
    if (m_binary || size == 1) {
        m_bytes.remove_prefix(static_cast<std::size_t>(count) * size);
    } else {
        double passed = 0;
        for (std::int64_t i = 0; i < count; ++i) {
            if (!written(passed))
                return false;
        }
    }
    if (!m_binary && count > 0)
        skipLineEnd();
    return true;
}

} // namespace warmbench
