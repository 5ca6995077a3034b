// All routes behind one door: who may come in, what a request is unpacked to, and which route it is
// handed to. Each protocol adds its routes itself.
//
// Thread: built by the owner, called on the http threads. Nothing here waits: predictions, loads
// and refreshes answer from the workbench's continuations, which run on its threads.
#pragma once

#include "http/access.h"
#include "http/http_options.h"
#include "http/pages/page_routes.h"
#include "http/router.h"

#include <string>

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
    // So that a page of an allowed origin can read what the guard (see transport) answers, too.
    Fields guardFields(const Fields &asked) const;

private:
    void run(const Route &route, RoutedRequest routed, const Replier &reply) const;
    static ApiReply optionsReply(const ApiRequest &request, const std::string &allowed);

    Access m_access;
    Bytes m_maxBody;
    Router m_router;
    PageRoutes m_pages;
};

} // namespace warmbench::http
