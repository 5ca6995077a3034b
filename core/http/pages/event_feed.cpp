#include "http/pages/event_feed.h"

#include "base/exceptions.h"
#include "base/thread_name.h"
#include "http/pages/statistics_json.h"
#include "http/transport/reply_stream.h"
#include "inference/workbench.h"
#include "tensor/json_writer.h"

#include <fmt/format.h>

namespace warmbench::http {

namespace {

constexpr std::chrono::seconds interval{1};

const char *kindName(ModelEventKind kind)
{
    switch (kind) {
    case ModelEventKind::LoadStarted:
        return "load_started";
    case ModelEventKind::Loaded:
        return "loaded";
    case ModelEventKind::LoadFailed:
        return "load_failed";
    case ModelEventKind::Refreshed:
        return "refreshed";
    case ModelEventKind::RefreshFailed:
        return "refresh_failed";
    case ModelEventKind::Unloaded:
        return "unloaded";
    case ModelEventKind::Evicted:
        return "evicted";
    case ModelEventKind::Gone:
        return "gone";
    case ModelEventKind::Changed:
        break;
    }
    return "changed";
}

// JSON strings hold no line ends, so that one data line is enough.
std::string eventOf(const ModelEvent &event)
{
    std::string text = "event: model\ndata: {\"model\": ";
    appendJsonString(text, event.id.name);
    text += fmt::format(", \"kind\": \"{}\", \"text\": ", kindName(event.kind));
    appendJsonString(text, event.text);
    return text + "}\n\n";
}

} // namespace

EventFeed::EventFeed(Workbench &workbench, SteadyTime started)
    : m_workbench(workbench)
    , m_started(started)
{
    m_listenerId =
        m_workbench.addListener([this](const ModelEvent &event) { send(eventOf(event)); });
}

EventFeed::~EventFeed()
{
    m_workbench.removeListener(m_listenerId);
}

ApiReply EventFeed::subscribe()
{
    const auto stream = std::make_shared<ReplyStream>();
    stream->write("retry: 2000\n\n" + statistics());
    {
        const MutexLock lock(m_mutex);
        std::erase_if(m_listeners, [](const auto &listener) { return listener.expired(); });
        if (m_listeners.size() >= mostListeners) {
            ApiReply refusal = errorReply(
                503, "UNAVAILABLE",
                fmt::format("{} clients listen already, which is the most: ask /stats instead.",
                            mostListeners));
            refusal.fields.emplace_back("Retry-After", "10");
            return refusal;
        }
        m_listeners.push_back(stream);
        if (!m_thread.joinable())
            m_thread = std::jthread([this](const std::stop_token &stop) { run(stop); });
    }
    m_came.notifyAll();
    ApiReply reply;
    reply.contentType = "text/event-stream";
    reply.fields = {{"Cache-Control", "no-store"}, {"X-Accel-Buffering", "no"}};
    reply.stream = stream;
    return reply;
}

void EventFeed::run(const std::stop_token &stop)
{
    setThreadName("events");
    while (!stop.stop_requested()) {
        {
            const MutexLock lock(m_mutex);
            std::erase_if(m_listeners, [](const auto &listener) { return listener.expired(); });
            while (m_listeners.empty() && !stop.stop_requested())
                m_came.wait(m_mutex, stop);
        }
        if (sleepFor(interval, stop))
            contained("events", [this] { send(statistics()); });
    }
}

// Not under the lock: where this is the http thread, writing reaches the socket at once.
void EventFeed::send(std::string_view event)
{
    std::vector<std::weak_ptr<ReplyStream>> listeners;
    {
        const MutexLock lock(m_mutex);
        listeners = m_listeners;
    }
    for (const auto &listener : listeners) {
        if (const auto stream = listener.lock())
            stream->write(event);
    }
}

std::string EventFeed::statistics() const
{
    return "event: stats\ndata: " +
           statisticsJson(m_workbench, std::chrono::steady_clock::now() - m_started) + "\n\n";
}

} // namespace warmbench::http
