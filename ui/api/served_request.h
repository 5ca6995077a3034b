// One request that the API has answered, as the window shows it. Thread: a value.
#pragma once

#include "base/bytes.h"

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace warmbench::ui {

struct ServedRequest
{
    using Span = std::chrono::nanoseconds;

    std::chrono::system_clock::time_point time; // of the answer
    std::string client;
    std::string method; // empty: refused before it was read
    std::string path;
    std::string query;
    std::string model;
    std::string cache;    // "hit", "miss", "coalesced" or empty
    std::string sentence; // of an error
    int status = 0;
    Span total{};
    // In the order of inference's Phase; none where no prediction came about.
    std::optional<std::array<Span, 6>> phases;
    std::int64_t requestBytes = 0;
    std::int64_t responseBytes = 0;

    bool bodyKept = false;                 // when the request came
    std::weak_ptr<const std::string> body; // expired: forgotten since
    Bytes bodyLimit;                       // what the body was too large for; else 0
    std::vector<std::pair<std::string, std::string>> fields; // that tell what the body is

    // What is left of the total: reading the request and writing its answer.
    Span rest() const
    {
        Span rest = total;
        if (phases)
            for (const Span span : *phases)
                rest -= span;
        return rest;
    }
};

} // namespace warmbench::ui
