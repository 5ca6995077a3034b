// What the targets share: checks that end the program, so that a fuzzer keeps the input that broke
// one, and numbers drawn from the input itself, so that it always breaks again.
//
// Thread: any; pure functions but require, which may not return.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string>
#include <string_view>
#include <utility>

// The entry that libFuzzer and replay.cpp call.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size);

namespace warmbench::fuzz {

inline std::string_view textOf(const std::uint8_t *data, std::size_t size)
{
    return size == 0 ? std::string_view()
                     : std::string_view(reinterpret_cast<const char *>(data), size);
}

inline void require(bool holds, std::string_view what, std::string_view shown = {})
{
    if (holds)
        return;
    std::cerr << "Does not hold: " << what << " [" << shown.substr(0, 4000) << "]" << std::endl;
    std::abort();
}

// What a client is told: one line that says something, ends as a sentence does, and repeats neither
// control characters nor an endless name of what was sent.
inline void requireSentence(std::string_view text)
{
    require(!text.empty() && text.size() <= 2000, "a message says something, and not too much",
            text);
    require(text.ends_with('.') || text.ends_with('?'), "a message is a sentence", text);
    require(std::none_of(text.begin(), text.end(),
                         [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }),
            "a message is one line", text);
}

// The text up to the first line feed, and what is behind it.
inline std::pair<std::string_view, std::string_view> headAndRest(std::string_view text)
{
    const auto feed = text.find('\n');
    if (feed == std::string_view::npos)
        return {text, {}};
    return {text.substr(0, feed), text.substr(feed + 1)};
}

// SplitMix64 (Steele, Lea, Flood 2014), seeded with FNV-1a of the input.
class Draw
{
public:
    explicit Draw(std::string_view seed)
    {
        for (const char c : seed)
            m_state = (m_state ^ static_cast<unsigned char>(c)) * 0x100000001B3U;
    }
    // From 0 to below `end`.
    std::size_t below(std::size_t end)
    {
        std::uint64_t mixed = m_state += 0x9E3779B97F4A7C15U;
        mixed = (mixed ^ (mixed >> 30U)) * 0xBF58476D1CE4E5B9U;
        mixed = (mixed ^ (mixed >> 27U)) * 0x94D049BB133111EBU;
        return static_cast<std::size_t>((mixed ^ (mixed >> 31U)) % end);
    }

private:
    std::uint64_t m_state = 0xCBF29CE484222325U;
};

} // namespace warmbench::fuzz
