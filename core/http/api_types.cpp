#include "http/api_types.h"

#include "base/text.h"
#include "tensor/json_writer.h"

#include <algorithm>
#include <array>

namespace warmbench::http {

namespace {

constexpr std::size_t longestSentence = 4000; // bytes: what a client or a file says is quoted

} // namespace

ApiReply errorReply(int status, std::string_view code, std::string_view sentence)
{
    ApiReply reply;
    reply.status = status;
    reply.sentence = sentence.size() > longestSentence ? printable(sentence, longestSentence)
                                                       : std::string(sentence);
    reply.body = "{\"error\": ";
    appendJsonString(reply.body, reply.sentence);
    reply.body += ", \"code\": \"";
    reply.body += code;
    reply.body += "\"}\n";
    return reply;
}

std::string_view statusText(int status)
{
    using Entry = std::pair<int, std::string_view>;
    static constexpr std::array texts{
        Entry{200, "OK"},
        Entry{204, "No Content"},
        Entry{304, "Not Modified"},
        Entry{400, "Bad Request"},
        Entry{401, "Unauthorized"},
        Entry{403, "Forbidden"},
        Entry{404, "Not Found"},
        Entry{405, "Method Not Allowed"},
        Entry{406, "Not Acceptable"},
        Entry{408, "Request Timeout"},
        Entry{413, "Content Too Large"},
        Entry{414, "URI Too Long"},
        Entry{415, "Unsupported Media Type"},
        Entry{417, "Expectation Failed"},
        Entry{424, "Failed Dependency"},
        Entry{431, "Request Header Fields Too Large"},
        Entry{499, "Client Closed Request"},
        Entry{500, "Internal Server Error"},
        Entry{501, "Not Implemented"},
        Entry{503, "Service Unavailable"},
        Entry{504, "Gateway Timeout"},
        Entry{505, "HTTP Version Not Supported"},
        Entry{507, "Insufficient Storage"},
    };
    const auto *found = std::find_if(texts.begin(), texts.end(),
                                     [&](const Entry &entry) { return entry.first == status; });
    return found == texts.end() ? std::string_view("Unknown") : found->second;
}

} // namespace warmbench::http
