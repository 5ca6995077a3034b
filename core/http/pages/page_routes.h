// What tells of the server itself: /, health, readiness, statistics, events, metrics, the browser
// pages and the description of the API.
//
// Thread: built by the owner of the router, called on the http threads.
#pragma once

#include "base/clock.h"
#include "http/pages/event_feed.h"
#include "http/pages/web_files.h"
#include "http/router.h"

#include <chrono>

namespace warmbench {
class Workbench;
}

namespace warmbench::http {

class PageRoutes
{
public:
    // Adds itself to the router, of which / and /openapi.json tell, and stays as long as it serves.
    PageRoutes(Router &router, Workbench &workbench);
    PageRoutes(const PageRoutes &) = delete;
    PageRoutes &operator=(const PageRoutes &) = delete;

private:
    void addFiles(Router &router);
    void addState(Router &router);
    void index(const RoutedRequest &routed, const Replier &reply) const;
    void ready(const Replier &reply) const;

    const Router &m_router;
    Workbench &m_workbench;
    SteadyTime m_started = std::chrono::steady_clock::now();
    WebFiles m_webFiles;
    EventFeed m_events;
};

} // namespace warmbench::http
