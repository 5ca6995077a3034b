// How much the answers to a client's requests took, by which the next like them are judged.
//
// Thread: one at a time. A value; no allocation.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>

namespace warmbench::http {

class KnownAnswers
{
public:
    // The bytes of the largest answer so far to a request of this likeness; nothing where no
    // request of it was as large as this one. `likeness` is equal for requests whose answers are of
    // about the same size.
    std::optional<std::size_t> find(std::size_t likeness, std::size_t requestBytes) const
    {
        for (const Entry &entry : m_entries) {
            if (entry.likeness == likeness && entry.answer > 0 && requestBytes <= entry.request)
                return entry.answer;
        }
        return {};
    }

    void remember(std::size_t likeness, std::size_t requestBytes, std::size_t answerBytes)
    {
        for (Entry &entry : m_entries) {
            if (entry.likeness != likeness || entry.answer == 0)
                continue;
            entry.request = std::max(entry.request, requestBytes);
            entry.answer = std::max(entry.answer, answerBytes);
            return;
        }
        m_entries.at(m_next) = {likeness, requestBytes, answerBytes};
        m_next = (m_next + 1) % m_entries.size();
    }

private:
    struct Entry
    {
        std::size_t likeness = 0;
        std::size_t request = 0;
        std::size_t answer = 0; // 0: unused
    };
    std::array<Entry, 4> m_entries{};
    std::size_t m_next = 0;
};

} // namespace warmbench::http
