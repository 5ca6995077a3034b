// Bodies of requests that a person wants to see again: in memory alone, never on disk, the newest
// within a fixed amount.
//
// Thread: any. While nothing is kept, a request costs one atomic read; else a copy of its body.
#pragma once

#include "base/bytes.h"
#include "base/mutex.h"
#include "http/transport/request_record.h"

#include <atomic>
#include <cstddef>
#include <deque>
#include <memory>
#include <string>
#include <string_view>

namespace warmbench::http {

struct ApiRequest;

class KeptBodies
{
public:
    static constexpr Bytes most = mebibytes(64); // all together
    static constexpr Bytes largest = mebibytes(4);

    bool on() const { return m_on.load(std::memory_order_relaxed); }
    // Off forgets all at once. Off at first.
    void setOn(bool on);
    // What the record of the request says of its body. The oldest bodies make room.
    RecordedBody recorded(const ApiRequest &request);
    Bytes held() const;

private:
    std::weak_ptr<const std::string> keep(std::string_view body);

    std::atomic<bool> m_on{false};
    mutable Mutex m_mutex;
    std::deque<std::shared_ptr<const std::string>> m_bodies GUARDED_BY(m_mutex); // oldest first
    std::size_t m_held GUARDED_BY(m_mutex) = 0;
};

} // namespace warmbench::http
