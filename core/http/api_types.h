// A request and its reply without anything of Qt: what routes see, whatever Qt's version.
// Thread: values. Header names are lower-case.
#pragma once

#include "base/memory_budget.h"
#include "http/transport/request_record.h"

#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace warmbench::http {

class ReplyStream;

using Fields = std::vector<std::pair<std::string, std::string>>;

// The value of the first field of that name (lower-case), or empty.
inline std::string_view firstOf(const Fields &fields, std::string_view name)
{
    for (const auto &[key, value] : fields) {
        if (key == name)
            return value;
    }
    return {};
}

struct ApiRequest
{
    std::string method;
    std::string path;  // percent-encoded
    std::string query; // percent-encoded; empty: none
    Fields fields;
    std::string body;
    std::string client;                   // address
    std::stop_token cancellation;         // asks to stop when the client has gone
    std::shared_ptr<MemoryBudget> memory; // where what becomes of it is counted
    bool http10 = false;

    // The first field of that name (lower-case), or empty.
    std::string_view field(std::string_view name) const { return firstOf(fields, name); }
    // All fields of that name as one list (RFC 9110, 5.3).
    std::string list(std::string_view name) const
    {
        std::string all;
        for (const auto &[key, value] : fields) {
            if (key == name)
                all.append(all.empty() ? "" : ", ").append(value);
        }
        return all;
    }
};

struct ApiReply
{
    int status = 200;
    std::string body;
    std::string contentType = "application/json"; // empty: none
    Fields fields;                                // further header fields
    std::shared_ptr<ReplyStream> stream;          // instead of `body`: goes on until it ends
    MemoryBudget::Share held;                     // what the body takes, where it is large

    // For log and metrics.
    std::string sentence; // of an error
    std::string route;
    std::string model;
    std::string cache;
    std::optional<PhaseSpans> phases;
};

// {"error": "sentence", "code": "..."} with the codes that belong to the protocol alone.
ApiReply errorReply(int status, std::string_view code, std::string_view sentence);

// "Not Found"; "Unknown" for a status we never send.
std::string_view statusText(int status);

} // namespace warmbench::http
