// A request that waits for its answer, in the order of arrival.
//
// Thread: the http thread of its connection alone looks inside, but for `cut`.
#pragma once

#include "base/clock.h"
#include "base/memory_budget.h"
#include "http/transport/reply_stream.h"
#include "http/transport/request_record.h"

#include <atomic>
#include <cstddef>
#include <memory>
#include <stop_token>
#include <string>

namespace warmbench::http {

class Connection;

struct Exchange
{
    Connection *connection = nullptr; // null once the client has gone
    std::stop_source cancellation;
    bool head = false;  // the request was HEAD
    bool close = false; // the connection ends after the answer
    bool http10 = false;
    std::size_t likeness = 0; // equal for requests whose answers are of about the same size
    std::size_t expected = 0; // bytes of the answer, as far as known before
    bool answered = false;
    bool begun = false; // the answer's head is written
    std::shared_ptr<ReplyStream> stream;
    std::string wire; // the answer as it will be sent
    std::string body; // follows `wire`, where it is large
    MemoryBudget::Share held;
    std::atomic<bool> cut{false}; // its answer could not be made
    std::string route;
    RequestRecord record;
    SteadyTime began;
};

} // namespace warmbench::http
