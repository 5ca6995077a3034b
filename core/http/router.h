// The table of routes: which verb and path calls what, and what a description of the API says of
// it. Thread: filled once, then read by the http threads.
#pragma once

#include "http/api_types.h"
#include "http/transport/replier.h"

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace warmbench::http {

// A request on its route.
struct RoutedRequest
{
    ApiRequest request;
    std::map<std::string, std::string, std::less<>> parameters; // of the path, decoded
    std::map<std::string, std::string, std::less<>> query;      // decoded; the last of a key counts

    const std::string &parameter(std::string_view name) const;
    // Empty where it is not given.
    std::string queried(std::string_view name) const;
};

struct Route
{
    std::string verb;    // "GET" answers HEAD too
    std::string pattern; // "/models/{name}/load", "/v1/models/{name}:predict"
    std::string summary; // a sentence for people
    bool changesState = false;
    std::function<void(RoutedRequest, const Replier &)> run;
    bool listed = true; // false: there only to say what to use instead
};

class Router
{
public:
    void add(Route route);
    const std::vector<Route> &routes() const { return m_routes; }

    struct Match
    {
        const Route *route = nullptr; // null: `reply` says why
        std::map<std::string, std::string, std::less<>> parameters;
        std::string allowed; // the verbs of the path, for Allow; empty: unknown path
        ApiReply reply;
    };
    // 404: no such path; 405 with Allow: not with this verb; 400: a name that none can have.
    Match match(std::string_view method, std::string_view path) const;

private:
    // What a path may lead to: the routes of one pattern, one a verb.
    struct Place
    {
        std::string pattern;
        std::vector<std::string> segments;
        bool plain = false; // no parameters
        std::vector<std::size_t> routes = {};
        std::string allowed = {};
    };
    const Place *placeOf(std::string_view path, std::string_view verb) const;
    const Route *routeOf(const Place &place, std::string_view verb) const;
    static bool takeParameters(const Place &place, std::string_view path, Match &match);

    std::vector<Route> m_routes;
    std::vector<Place> m_places; // of several that fit a path, the first has it
    std::map<std::string, std::size_t, std::less<>> m_plain; // patterns without parameters
};

// RFC 3986, 2.1. The text has no broken escapes: the guard lets none through. `plusIsBlank` as in
// query strings.
std::string percentDecoded(std::string_view text, bool plusIsBlank = false);
std::map<std::string, std::string, std::less<>> parsedQuery(std::string_view query);

} // namespace warmbench::http
