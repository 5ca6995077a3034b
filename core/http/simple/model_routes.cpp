#include "http/simple/model_routes.h"

#include "base/text.h"
#include "http/json_reply.h"
#include "http/simple/example_routes.h"
#include "http/simple/model_json.h"
#include "inference/measurement/verdict_json.h"
#include "inference/workbench.h"
#include "tensor/json_object.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <fmt/format.h>

namespace warmbench::http {

namespace {

constexpr std::size_t pageSize = 1000;

enum class Pinned : std::uint8_t { No, Yes };

ApiReply refreshReply(const Result<RefreshReport> &report)
{
    if (!report)
        return errorReplyOf(report.error());
    return jsonReply(JsonObject()
                         .flag("reloaded", report->reloaded)
                         .textOrNull("old_digest", report->oldDigest)
                         .textOrNull("new_digest", report->newDigest)
                         .real("load_ms", toMilliseconds(report->loadTime))
                         .end());
}

// A load may end when the routes are gone already; the workbench is there then.
ApiReply modelReply(const Workbench &workbench, const std::string &name)
{
    const auto view = workbench.model({name, {}});
    ApiReply reply = view ? jsonReply(modelJson(*view)) : errorReplyOf(view.error());
    reply.model = name;
    return reply;
}

// A switch in the query; off where it is not there.
Result<bool> queriedSwitch(const RoutedRequest &routed, const char *name)
{
    const auto found = routed.query.find(name);
    if (found == routed.query.end())
        return false;
    const std::string text = lowered(found->second);
    if (text == "true" || text == "1" || text == "yes" || text.empty())
        return true;
    if (text == "false" || text == "0" || text == "no")
        return false;
    return invalidArgument(fmt::format("\"{}\" is \"{}\", expected true or false (1 or 0, yes or "
                                       "no).",
                                       name, printable(found->second, 40)));
}

void listModels(Workbench &workbench, const RoutedRequest &routed, const Replier &reply)
{
    std::size_t limit = pageSize;
    if (const std::string text = routed.queried("limit"); !text.empty()) {
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), limit);
        if (error != std::errc() || end != text.data() + text.size() || limit == 0) {
            reply(errorReplyOf(invalidArgument(fmt::format(
                "\"limit\" is \"{}\", expected a number from 1 on.", printable(text, 40)))));
            return;
        }
        limit = std::min(limit, pageSize);
    }
    auto views = workbench.models(routed.queried("after"), limit + 1);
    const bool more = views.size() > limit;
    if (more)
        views.pop_back();
    std::string list = "[";
    for (const ModelView &view : views)
        list += (&view == &views.front() ? "" : ", ") + modelJson(view);
    reply(jsonReply(JsonObject()
                        .raw("models", list + "]")
                        .textOrNull("next", more ? views.back().entry.name : std::string())
                        .end()));
}

void showModel(Workbench &workbench, const RoutedRequest &routed, const Replier &reply)
{
    reply(modelReply(workbench, routed.parameter("name")));
}

void load(Workbench &workbench, const RoutedRequest &routed, const Replier &reply)
{
    const std::string &name = routed.parameter("name");
    workbench.cache().load({name, {}}, [&workbench, name, reply](const Result<void> &done) {
        reply.with([&] { return done ? modelReply(workbench, name) : errorReplyOf(done.error()); });
    });
}

void unload(Workbench &workbench, const RoutedRequest &routed, const Replier &reply)
{
    const std::string &name = routed.parameter("name");
    workbench.cache().unload({name, {}}, [&workbench, name, reply](const Result<void> &done) {
        reply.with([&] { return done ? modelReply(workbench, name) : errorReplyOf(done.error()); });
    });
}

void pin(Workbench &workbench, const RoutedRequest &routed, Pinned pinned, const Replier &reply)
{
    const std::string &name = routed.parameter("name");
    const auto done = workbench.cache().setPinned({name, {}}, pinned == Pinned::Yes);
    reply(done ? modelReply(workbench, name) : errorReplyOf(done.error()));
}

void refresh(Workbench &workbench, const std::string &name, const RoutedRequest &routed,
             const Replier &reply)
{
    const auto force = queriedSwitch(routed, "force");
    if (!force) {
        reply(errorReplyOf(force.error()));
        return;
    }
    auto refreshed = [name, reply](const Result<RefreshReport> &report) {
        reply.with([&] {
            ApiReply answer = refreshReply(report);
            answer.model = name;
            return answer;
        });
    };
    if (const auto engine = routed.query.find("engine"); engine != routed.query.end())
        workbench.refreshWith({name, {}}, engine->second, std::move(refreshed));
    else
        workbench.cache().refresh({name, {}}, *force ? RefreshKind::Forced : RefreshKind::IfChanged,
                                  std::move(refreshed));
}

void measure(Workbench &workbench, const RoutedRequest &routed, const Replier &reply)
{
    const std::string &name = routed.parameter("name");
    workbench.measure({name, {}}, [name, reply](const Workbench::Measured &verdict) {
        reply.with([&] {
            ApiReply answer =
                verdict ? jsonReply(verdictJson(**verdict)) : errorReplyOf(verdict.error());
            answer.model = name;
            return answer;
        });
    });
}

} // namespace

void addModelRoutes(Router &router, Workbench &workbench, Neighbours neighbours)
{
    router.add({"GET", "/models", "All models, by name; ?limit= and ?after= page through them.",
                false, [&workbench](const RoutedRequest &routed, const Replier &reply) {
                    listModels(workbench, routed, reply);
                }});
    router.add({"GET", "/models/{name}", "One model: state, inputs, outputs, counters.", false,
                [&workbench](const RoutedRequest &routed, const Replier &reply) {
                    showModel(workbench, routed, reply);
                }});
    addExampleRoutes(router, workbench, neighbours);
    router.add({"POST", "/models/{name}/refresh",
                "Loads a model's changed file; ?force=true loads an unchanged one too, ?engine= "
                "with that engine.",
                true, [&workbench](const RoutedRequest &routed, const Replier &reply) {
                    refresh(workbench, routed.parameter("name"), routed, reply);
                }});
    router.add({"POST", "/refresh", "Refreshes the default model.", true,
                [&workbench](const RoutedRequest &routed, const Replier &reply) {
                    const auto name = workbench.defaultModel();
                    if (name)
                        refresh(workbench, *name, routed, reply);
                    else
                        reply(errorReplyOf(name.error()));
                }});
    router.add({"POST", "/models/{name}/load", "Loads a model; a loaded one stays as it is.", true,
                [&workbench](const RoutedRequest &routed, const Replier &reply) {
                    load(workbench, routed, reply);
                }});
    router.add({"POST", "/models/{name}/unload",
                "Unloads a model; answers after its last use has ended.", true,
                [&workbench](const RoutedRequest &routed, const Replier &reply) {
                    unload(workbench, routed, reply);
                }});
    router.add({"POST", "/models/{name}/pin", "Keeps a model in memory.", true,
                [&workbench](const RoutedRequest &routed, const Replier &reply) {
                    pin(workbench, routed, Pinned::Yes, reply);
                }});
    router.add({"POST", "/models/{name}/unpin", "Lets a model go when room is needed.", true,
                [&workbench](const RoutedRequest &routed, const Replier &reply) {
                    pin(workbench, routed, Pinned::No, reply);
                }});
    router.add({"POST", "/models/{name}/measure",
                "Runs each engine on the same inputs: time, memory, agreement, an offer.", true,
                [&workbench](const RoutedRequest &routed, const Replier &reply) {
                    measure(workbench, routed, reply);
                }});
}

} // namespace warmbench::http
