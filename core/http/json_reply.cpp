#include "http/json_reply.h"

#include "http/error_status.h"

namespace warmbench::http {

ApiReply jsonReply(std::string body)
{
    ApiReply reply;
    reply.body = std::move(body);
    reply.body += '\n';
    return reply;
}

ApiReply errorReplyOf(const Error &error)
{
    ApiReply reply = errorReply(httpStatus(error.code), errorCodeName(error.code), error.message);
    if (error.code == ErrorCode::Unavailable)
        reply.fields.emplace_back("Retry-After", "1");
    return reply;
}

ApiReply aboutModel(const std::string &name, ApiReply reply)
{
    if (reply.model.empty())
        reply.model = name;
    return reply;
}

} // namespace warmbench::http
