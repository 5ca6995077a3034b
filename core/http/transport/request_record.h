// What is known of a request when it has been answered. Thread: a value.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace warmbench::http {

// Where the time of a prediction went, in the order of inference's Phase.
using PhaseSpans = std::array<std::chrono::nanoseconds, 6>;

// The body of a request as it was sent, where the person wants bodies kept.
struct RecordedBody
{
    enum class State : std::uint8_t { NotKept, Kept, TooLarge };
    State state = State::NotKept;
    std::weak_ptr<const std::string> bytes; // expired: forgotten since
    // The header fields that say what the body is and how to answer it.
    std::vector<std::pair<std::string, std::string>> fields;
};

// One answered request, for the request log.
struct RequestRecord
{
    std::string client; // address
    std::string method;
    std::string path;
    std::string query; // percent-encoded; may hold what nobody else should see
    int status = 0;
    std::string sentence; // of an error
    std::string model;
    std::string cache;                // "hit", "miss", "coalesced" or empty
    std::chrono::nanoseconds total{}; // from the whole request to its answer
    std::optional<PhaseSpans> phases; // within the total; none where no prediction came about
    std::int64_t requestBytes = 0;
    std::int64_t responseBytes = 0;
    RecordedBody body;
};

} // namespace warmbench::http
