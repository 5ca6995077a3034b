// One log line for each refused request, so that a person sees why a client got no answer: who
// asked, for what, the status and the sentence. A client that is refused over and over does not
// fill the log: at most ten lines within any second, then one with the count of the others.
//
// What a query holds, which may be secret, is not shown. Thread: any.
#pragma once

#include "base/clock.h"
#include "base/mutex.h"
#include "http/transport/request_record.h"

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>

namespace warmbench::http {

class RefusalLog
{
public:
    static constexpr std::size_t mostShown = 10; // within `span`
    static constexpr std::chrono::seconds span{1};

    // Writes the line, or counts the request. True where it is the first that is only counted: the
    // caller is to call tellHidden() after `span`.
    [[nodiscard]] bool note(const RequestRecord &record, SteadyTime now);
    // Writes how many were counted since the last call, where there were some.
    void tellHidden();

private:
    Mutex m_mutex;
    // A ring of when lines were written, and the oldest of them.
    std::array<std::optional<SteadyTime>, mostShown> m_shown GUARDED_BY(m_mutex);
    std::size_t m_oldest GUARDED_BY(m_mutex) = 0;
    std::int64_t m_hidden GUARDED_BY(m_mutex) = 0;
};

} // namespace warmbench::http
