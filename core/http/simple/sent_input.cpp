#include "http/simple/sent_input.h"

#include "http/bodies/multipart.h"
#include "http/transport/content_coding.h"
#include "inference/body/base64_text.h"
#include "inference/body/json_body.h"
#include "inference/body/prediction_body.h"

#include <utility>
#include <variant>

namespace warmbench::http {

namespace {

bool isBelow(std::string_view path, std::string_view base)
{
    return path.starts_with(base) && (path.size() == base.size() || path[base.size()] == '/');
}

// The bytes of {"image_b64": "..."}; any other body as it is.
Result<std::string> withoutBase64(std::string body)
{
    if (bodyKind(body) != BodyKind::Object || body.find("\"image_b64\"") == std::string::npos)
        return body;
    const JsonText json(body);
    const auto members = jsonMembers(json.view(), "The body");
    if (!members || members->size() != 1 || members->front().key != "image_b64")
        return body;
    const auto text = jsonString(members->front().value, "\"image_b64\"");
    return text ? bytesFromBase64(*text, "\"image_b64\"") : text;
}

} // namespace

Result<std::string> sentInput(std::string_view path, const Fields &fields, std::string_view body,
                              Bytes most)
{
    if (!isBelow(path, "/predict") && !isBelow(path, "/advanced_predict"))
        return Error{ErrorCode::FailedPrecondition,
                     "Only the body of a request to /predict is an input of the page Try: copy "
                     "this request as curl to send it again."};
    const auto coding = sentCoding(firstOf(fields, "content-encoding"));
    if (!coding)
        return invalidArgument("The body is packed in a way that is not understood.");
    std::string plain(body);
    if (*coding != ContentCoding::Identity) {
        auto outcome = decoded(body, *coding, most);
        if (const auto *error = std::get_if<CodingError>(&outcome))
            return invalidArgument(error->sentence);
        plain = std::get<std::string>(std::move(outcome));
    }
    const std::string_view type = firstOf(fields, "content-type");
    if (!isMultipart(type))
        return withoutBase64(std::move(plain));
    const auto content = multipartInput(plain, type);
    return content ? withoutBase64(std::string(*content)) : content.error();
}

} // namespace warmbench::http
