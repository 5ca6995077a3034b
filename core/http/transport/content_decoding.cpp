#include "http/transport/content_decoding.h"

#include "base/text.h"
#include "http/transport/content_coding.h"
#include "http/transport/reply_writer.h"

#include <algorithm>
#include <fmt/format.h>
#include <memory>
#include <utility>

namespace warmbench::http {

namespace {

// So much is unpacked on the http thread, which takes a fraction of a millisecond.
constexpr std::size_t mostDecodedAtOnce = 16 * 1024;
constexpr Bytes mostPlainAtOnce{64 * 1024};

using Outcome = std::variant<std::string, CodingError>;
using Next = std::function<void(ApiRequest)>;

ApiReply refusal(int status, std::string_view sentence)
{
    ApiReply reply = errorReply(status, protocolCode(status), sentence);
    if (status == 415)
        reply.fields.emplace_back("Accept-Encoding", "gzip, deflate");
    if (status == 503)
        reply.fields.emplace_back("Retry-After", "1");
    return reply;
}

void goOn(ApiRequest request, Outcome outcome, const Replier &reply, const Next &next)
{
    if (const auto *error = std::get_if<CodingError>(&outcome)) {
        reply(refusal(error->status, error->sentence));
        return;
    }
    request.body = std::get<std::string>(std::move(outcome));
    if (!reply.hold(request.body.size())) {
        reply(refusal(503, "The server is unpacking more than it has room for: try again in a "
                           "moment."));
        return;
    }
    next(std::move(request));
}

} // namespace

void withPlainBody(ApiRequest request, Bytes most, const Replier &reply, Next next)
{
    const std::string field = request.list("content-encoding");
    const auto coding = sentCoding(field);
    if (!coding) {
        reply(refusal(415, fmt::format("The Content-Encoding \"{}\" is not understood: send the "
                                       "body as gzip or deflate, or as it is.",
                                       printable(field, 60))));
        return;
    }
    if (*coding == ContentCoding::Identity || request.body.empty()) {
        next(std::move(request));
        return;
    }
    if (request.body.size() <= mostDecodedAtOnce) {
        auto outcome = decoded(request.body, *coding, std::min(most, mostPlainAtOnce));
        const auto *error = std::get_if<CodingError>(&outcome);
        if (!error || error->status != 413 || most <= mostPlainAtOnce) {
            goOn(std::move(request), std::move(outcome), reply, next);
            return;
        }
    }
    reply.runAside([request = std::make_shared<ApiRequest>(std::move(request)), coding = *coding,
                    most, reply, next = std::move(next)]() -> ReplyQueue::Task {
        auto outcome =
            std::make_shared<Outcome>(decoded(request->body, coding, most, request->cancellation));
        return [request, outcome, reply, next] {
            goOn(std::move(*request), std::move(*outcome), reply, next);
        };
    });
}

} // namespace warmbench::http
