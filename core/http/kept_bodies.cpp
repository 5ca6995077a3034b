#include "http/kept_bodies.h"

#include "http/api_types.h"

#include <array>
#include <utility>

namespace warmbench::http {

namespace {

// The string, its counts and its place in the list take memory, too.
constexpr std::size_t eachTakes = 128;

std::size_t sizeOf(const std::string &body)
{
    return body.size() + eachTakes;
}

// The others are of the connection, or secrets.
constexpr std::array<std::string_view, 4> toldFields{"accept", "content-encoding", "content-type",
                                                     "inference-header-content-length"};

} // namespace

void KeptBodies::setOn(bool on)
{
    std::deque<std::shared_ptr<const std::string>> forgotten; // destroyed after the lock
    const MutexLock lock(m_mutex);
    m_on = on;
    if (on)
        return;
    forgotten.swap(m_bodies);
    m_held = 0;
}

RecordedBody KeptBodies::recorded(const ApiRequest &request)
{
    RecordedBody recorded;
    if (!on() || request.body.empty())
        return recorded;
    recorded.state = RecordedBody::State::TooLarge;
    if (request.body.size() > static_cast<std::size_t>(largest.count))
        return recorded;
    recorded.state = RecordedBody::State::Kept;
    recorded.bytes = keep(request.body);
    for (const std::string_view name : toldFields)
        if (std::string value = request.list(name); !value.empty())
            recorded.fields.emplace_back(name, std::move(value));
    return recorded;
}

std::weak_ptr<const std::string> KeptBodies::keep(std::string_view body)
{
    auto kept = std::make_shared<const std::string>(body);
    std::deque<std::shared_ptr<const std::string>> forgotten; // destroyed after the lock
    const MutexLock lock(m_mutex);
    if (!on())
        return {};
    m_held += sizeOf(*kept);
    m_bodies.push_back(kept);
    while (m_held > static_cast<std::size_t>(most.count)) {
        m_held -= sizeOf(*m_bodies.front());
        forgotten.push_back(std::move(m_bodies.front()));
        m_bodies.pop_front();
    }
    return kept;
}

Bytes KeptBodies::held() const
{
    const MutexLock lock(m_mutex);
    return Bytes{static_cast<std::int64_t>(m_held)};
}

} // namespace warmbench::http
