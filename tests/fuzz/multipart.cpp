// Forms with files. What is found is a piece of the body between two boundaries; whatever bytes a
// well-made form carries come out as they are.
//
// Input: the field Content-Type, a line feed, the body.
#include "http/bodies/multipart.h"
#include "checks.h"
#include "http/simple/form_body.h"
#include "models.h"

#include <fmt/format.h>

using namespace warmbench;
using namespace warmbench::fuzz;
using namespace warmbench::http;

namespace {

void checkFound(std::string_view body, std::string_view content, const std::string &boundary)
{
    require(content.data() >= body.data() &&
                content.data() + content.size() <= body.data() + body.size(),
            "the content lies in the body");
    const auto at = static_cast<std::size_t>(content.data() - body.data());
    const std::string delimiter = "\r\n--" + boundary;
    require(content.find(delimiter) == std::string_view::npos, "no boundary is in the content");
    require(body.substr(at + content.size()).starts_with(delimiter), "a boundary ends the content");
    require(body.substr(0, at).ends_with("\r\n") || body.substr(0, at).ends_with("\r\n\r\n"),
            "an empty line begins the content");
}

void checkSent(std::string_view type, std::string_view body)
{
    const auto boundary = multipartBoundary(type);
    const auto content = multipartInput(body, type);
    if (!boundary)
        requireSentence(boundary.error().message);
    else
        require(!boundary->empty() && boundary->size() <= 70, "a boundary has 1 to 70 characters");
    if (content) {
        require(boundary.has_value(), "a form has a boundary");
        checkFound(body, *content, *boundary);
    } else {
        requireSentence(content.error().message);
    }
}

// A form as a client makes it, around the bytes.
void checkMade(std::string_view bytes)
{
    constexpr std::string_view boundary = "----made'()+_,-./:=?4b1d";
    if (bytes.find(boundary) != std::string_view::npos)
        return;
    const std::string body = fmt::format(
        "--{0}\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\n{1}\r\n"
        "--{0}\r\nContent-Disposition: form-data; name=\"image\"; filename=\"a \\\"b\\\".png\"\r\n"
        "Content-Type: image/png\r\n\r\n{1}\r\n--{0}--\r\n",
        boundary, bytes);
    const std::string type = fmt::format("multipart/form-data; boundary=\"{}\"", boundary);
    const auto content = multipartInput(body, type);
    require(content && *content == bytes, "a file comes out of a form as it went in");
}

// As /predict takes it; pictures inside are for Qt to judge.
void checkBody(std::string_view type, std::string_view body)
{
    const auto decoder = decoderFor(std::string(body), type);
    if (!decoder)
        return requireSentence(decoder.error().message);
    const auto content =
        isMultipart(type) ? multipartInput(body, type) : Result<std::string_view>(body);
    if (content && looksLikeImage(std::as_bytes(std::span(content->data(), content->size()))))
        return;
    RunControl unlimited;
    const auto inputs = (*decoder)(modelNamed("float32"), unlimited);
    if (!inputs)
        requireSentence(inputs.error().message);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    const auto [type, body] = headAndRest(textOf(data, size));
    checkSent(type, body);
    checkMade(body);
    checkBody(type, body);
    return 0;
}
