// The routes of the simple API over a workbench. Other protocols add their own to the same table.
//
// Thread: built by the owner, called on the http threads. Nothing here waits: predictions, loads
// and refreshes answer from the workbench's continuations, which run on its threads.
#pragma once

#include "http/access.h"
#include "http/event_feed.h"
#include "http/http_server.h"
#include "http/router.h"
#include "http/web_files.h"

#include <chrono>

namespace warmbench {
class Workbench;
}

namespace warmbench::http {

class Api
{
public:
    Api(Workbench &workbench, const HttpOptions &options);

    void handle(ApiRequest request, const Replier &reply) const;
    const Router &router() const { return m_router; }
    // So that a page of an allowed origin can read what the guard refuses, too.
    Fields refusalFields(const Fields &asked) const;

private:
    void addPageRoutes();
    void addStateRoutes();
    void addPredictRoutes();
    void addModelRoutes();

    void index(const RoutedRequest &routed, const Replier &reply) const;
    void ready(const Replier &reply) const;
    void predict(RoutedRequest routed, const Replier &reply) const;
    void listModels(const RoutedRequest &routed, const Replier &reply) const;
    void showModel(const RoutedRequest &routed, const Replier &reply) const;
    void load(const RoutedRequest &routed, const Replier &reply) const;
    void unload(const RoutedRequest &routed, const Replier &reply) const;
    void pin(const RoutedRequest &routed, bool pinned, const Replier &reply) const;
    void refresh(const std::string &name, const RoutedRequest &routed, const Replier &reply) const;
    void run(const Route &route, RoutedRequest routed, const Replier &reply) const;
    static ApiReply optionsReply(const ApiRequest &request, const std::string &allowed);

    Workbench &m_workbench;
    Access m_access;
    Bytes m_maxBody;
    WebFiles m_webFiles;
    Router m_router;
    SteadyTime m_started = std::chrono::steady_clock::now();
    std::unique_ptr<EventFeed> m_events;
};

} // namespace warmbench::http
