#include "http/simple/example_routes.h"

#include "base/text.h"
#include "http/json_reply.h"
#include "http/served_models.h"
#include "inference/workbench.h"
#include "tensor/json_object.h"

#include <charconv>
#include <fmt/format.h>
#include <memory>
#include <optional>
#include <QByteArray>
#include <QUrl>
#include <thread>

namespace warmbench::http {

namespace {

using Examples = std::vector<ModelExample>;
using Answer = std::function<ApiReply(const Examples &)>;

std::string encoded(const std::string &name)
{
    return QUrl::toPercentEncoding(QString::fromStdString(name)).toStdString();
}

std::string exampleJson(const ModelExample &example, const std::string &model, std::size_t index)
{
    const std::string address =
        fmt::format("/models/{}/examples/{}?file={}", encoded(model), index, encoded(example.name));
    return JsonObject()
        .text("name", example.name)
        .text("kind", exampleKindName(example.kind))
        .number("bytes", example.size.count)
        .text("content_type", example.contentType)
        .flag("golden", example.golden)
        .textOrNull("expected", example.expected)
        .text("href", address)
        .end();
}

ApiReply listReply(const Examples &examples, const std::string &model)
{
    std::string list = "[";
    for (std::size_t i = 0; i < examples.size(); ++i)
        list += (i == 0 ? "" : ", ") + exampleJson(examples[i], model, i);
    return jsonReply(JsonObject().raw("examples", list + "]").end());
}

// The place in the list is all that the address says; the name beside it is only compared, so that
// a list that has changed meanwhile gives no other file.
ApiReply contentReply(const Examples &examples, const std::string &model, std::size_t index,
                      const std::optional<std::string> &name,
                      const std::shared_ptr<MemoryBudget> &memory)
{
    const auto gone = [&] {
        return errorReplyOf(
            notFound(fmt::format("\"{}\" has no example {}: GET /models/{}/examples lists them.",
                                 printable(model), index, encoded(model))));
    };
    if (index >= examples.size() || (name && *name != examples[index].name))
        return gone();
    MemoryBudget::Share held(memory);
    if (!held.claim(static_cast<std::size_t>(examples[index].size.count)))
        return errorReplyOf({ErrorCode::Unavailable,
                             "There is no room for the example beside other requests: ask again "
                             "in a moment."});
    auto content = readExample(examples[index]);
    if (!content)
        return errorReplyOf(content.error());
    ApiReply reply;
    reply.body = *std::move(content);
    reply.held = std::move(held);
    reply.contentType = examples[index].contentType;
    reply.fields = {{"Cache-Control", "no-cache"},
                    {"Content-Security-Policy", "default-src 'none'; sandbox"},
                    {"Cross-Origin-Resource-Policy", "same-origin"},
                    {"X-Content-Type-Options", "nosniff"}};
    return reply;
}

ApiReply answered(const ModelView &view, Neighbours neighbours, const Answer &answer)
{
    const ModelStatus::Facts &facts = *view.status.facts;
    ApiReply reply = answer(modelExamples(facts.settings, facts.input.kind,
                                          facts.files.network.parent_path(), neighbours));
    reply.model = view.entry.name;
    return reply;
}

void withExamples(Workbench &workbench, const std::string &name, Neighbours neighbours,
                  const Replier &reply, Answer answer)
{
    withFacts(workbench, {name, {}},
              [neighbours, reply, answer = std::move(answer),
               asking = std::this_thread::get_id()](Result<ModelView> view) {
                  if (!view) {
                      reply(errorReplyOf(view.error()));
                  } else if (std::this_thread::get_id() != asking) {
                      reply.with([&] { return answered(*view, neighbours, answer); });
                  } else {
                      reply.runAside([view = *std::move(view), neighbours, reply,
                                      answer]() -> ReplyQueue::Task {
                          const auto made =
                              std::make_shared<ApiReply>(answered(view, neighbours, answer));
                          return [reply, made] { reply(std::move(*made)); };
                      });
                  }
              });
}

void showExample(Workbench &workbench, const RoutedRequest &routed, Neighbours neighbours,
                 const Replier &reply)
{
    const std::string &text = routed.parameter("index");
    std::size_t index = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), index);
    if (error != std::errc() || end != text.data() + text.size()) {
        reply(errorReplyOf(invalidArgument(fmt::format(
            "\"{}\" is no place in a list, expected a number from 0 on.", printable(text, 40)))));
        return;
    }
    std::optional<std::string> expected;
    if (const auto given = routed.query.find("file"); given != routed.query.end())
        expected = given->second;
    const std::string &name = routed.parameter("name");
    withExamples(workbench, name, neighbours, reply,
                 [name, index, expected, memory = routed.request.memory](const Examples &examples) {
                     return contentReply(examples, name, index, expected, memory);
                 });
}

} // namespace

void addExampleRoutes(Router &router, Workbench &workbench, Neighbours neighbours)
{
    router.add({"GET", "/models/{name}/examples",
                "What a model can be tried on: its golden inputs and pictures beside it.", false,
                [&workbench, neighbours](const RoutedRequest &routed, const Replier &reply) {
                    const std::string &name = routed.parameter("name");
                    withExamples(
                        workbench, name, neighbours, reply,
                        [name](const Examples &examples) { return listReply(examples, name); });
                }});
    router.add({"GET", "/models/{name}/examples/{index}", "One of them, as a body to predict.",
                false, [&workbench, neighbours](const RoutedRequest &routed, const Replier &reply) {
                    showExample(workbench, routed, neighbours, reply);
                }});
}

} // namespace warmbench::http
