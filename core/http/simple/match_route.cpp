#include "http/simple/match_route.h"

#include "base/text.h"
#include "http/bodies/multipart.h"
#include "http/json_reply.h"
#include "inference/matching/match_json.h"
#include "inference/workbench.h"

#include <fmt/format.h>
#include <memory>

namespace warmbench::http {

namespace {

Error wrongForm(std::string_view what)
{
    return invalidArgument(fmt::format(
        "{}; send a form, as `curl -F input=@picture.png -F expected=@y.npy` does.", what));
}

// The views point into the form.
Result<MatchInputs> inputsOf(const std::shared_ptr<const std::string> &form,
                             const std::string &contentType)
{
    const auto parts = multipartParts(*form, contentType);
    if (!parts)
        return parts.error();
    MatchInputs inputs;
    inputs.keeper = form;
    for (const FormPart &part : *parts) {
        if (part.name == "input")
            inputs.pictures.push_back(part.content);
        else if (part.name == "expected" && !inputs.expected)
            inputs.expected = part.content;
        else if (part.name == "expected")
            return wrongForm("The form has \"expected\" twice");
        else
            return wrongForm(fmt::format(
                "The form has a part \"{}\", but only \"input\" and \"expected\" count; settings "
                "are written by `warmbench match --write` alone",
                printable(part.name, 40)));
    }
    if (inputs.pictures.empty())
        return wrongForm("The form has no \"input\"");
    return inputs;
}

void match(Workbench &workbench, RoutedRequest routed, const Replier &reply)
{
    const std::string name = routed.parameter("name");
    const std::string type(routed.request.field("content-type"));
    if (!isMultipart(type)) {
        reply(errorReplyOf(wrongForm("The body is no form")));
        return;
    }
    MatchRequest request;
    request.model = {name, {}};
    request.cancellation = routed.request.cancellation;
    request.memory = std::move(routed.request.memory);
    const auto form = std::make_shared<const std::string>(std::move(routed.request.body));
    request.read = [form, type] { return inputsOf(form, type); };
    workbench.match(std::move(request), [name, reply](const Result<MatchReport> &report) {
        reply.with([&] {
            ApiReply answer = report ? jsonReply(matchJson(*report)) : errorReplyOf(report.error());
            answer.model = name;
            return answer;
        });
    });
}

} // namespace

void addMatchRoute(Router &router, Workbench &workbench)
{
    router.add({"POST", "/models/{name}/match",
                "Runs a picture through the plausible preparations and ranks them by how close the "
                "output comes to a notebook's.",
                true, [&workbench](RoutedRequest routed, const Replier &reply) {
                    match(workbench, std::move(routed), reply);
                }});
}

} // namespace warmbench::http
