// Who may connect: there are places for so many connections in all, and for so many from one
// address, whichever http threads serve them.
//
// Thread: any.
#pragma once

#include "base/mutex.h"
#include "base/result.h"
#include "http/transport/http_limits.h"

#include <cstddef>
#include <map>
#include <memory>
#include <string>

namespace warmbench::http {

class Admission : public std::enable_shared_from_this<Admission>
{
public:
    // The place that a connection takes; it is free again when this is destroyed.
    class Place
    {
    public:
        Place() = default;
        ~Place() { release(); }
        Place(Place &&) noexcept = default;
        Place &operator=(Place &&) = delete;
        Place(const Place &) = delete;
        Place &operator=(const Place &) = delete;
        void release();

    private:
        friend class Admission;
        Place(std::shared_ptr<Admission> from, std::string peer);

        std::shared_ptr<Admission> m_from;
        std::string m_peer;
    };

    explicit Admission(const HttpLimits &limits)
        : m_limits(limits)
    {
    }

    // Unavailable with what to do where all places, or those of this address, are taken.
    Result<Place> enter(const std::string &peer, bool loopback);

private:
    const HttpLimits m_limits;
    mutable Mutex m_mutex;
    std::size_t m_count GUARDED_BY(m_mutex) = 0;
    std::map<std::string, std::size_t> m_perAddress GUARDED_BY(m_mutex);
};

} // namespace warmbench::http
