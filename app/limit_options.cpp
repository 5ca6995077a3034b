#include "base/bytes.h"
#include "base/duration.h"
#include "option_values.h"

#include <algorithm>

namespace warmbench::app {

namespace {

constexpr int mostConnections = 1'000'000;
constexpr int mostFields = 10'000;

// The simplest clients need this much: a lower limit would refuse nearly every request.
constexpr Bytes leastHead{256};
constexpr int leastFields = 8;
constexpr Milliseconds leastTime{100};

Result<void> storeSize(const std::string &text, std::size_t &target)
{
    const auto size = parseBytes(text);
    if (!size)
        return size.error();
    if (*size < leastHead)
        return invalidArgument(
            fmt::format("\"{}\" is less than the requests of most clients; give at least {}.", text,
                        toText(leastHead)));
    target = static_cast<std::size_t>(size->count);
    return {};
}

Result<void> storeTime(const std::string &text, Milliseconds &target)
{
    const auto time = parseDuration(text);
    if (!time)
        return time.error();
    if (*time < leastTime)
        return invalidArgument(fmt::format(
            "\"{}\" is too short for most clients; give at least {}.", text, toText(leastTime)));
    // Small enough for sums of times not to overflow.
    constexpr Milliseconds century = std::chrono::hours(24 * 36'525);
    target = std::min(*time, century);
    return {};
}

// Takes -1 for a time that never ends.
Result<void> storeTimeOrNever(const std::string &text, Milliseconds &target)
{
    const auto time = parseDuration(text);
    return storeTime(time && *time == forever ? "36525d" : text, target);
}

Result<void> storeGrace(const std::string &text, Milliseconds &target)
{
    const auto time = parseDuration(text);
    if (time && *time == forever)
        return invalidArgument(
            fmt::format("\"{}\" would let a body take for ever; give a time such "
                        "as 10s, or --min-body-rate 0 for just that.",
                        text));
    return storeTime(text, target);
}

Result<void> storeRate(const std::string &text, double &target)
{
    const auto rate = parseBytes(text);
    if (!rate)
        return rate.error();
    target = static_cast<double>(rate->count);
    return {};
}

} // namespace

Result<void> checkLimits(const Options &options)
{
    const http::HttpLimits &limits = options.http.limits;
    const Bytes one = options.http.maxBody +
                      Bytes{static_cast<std::int64_t>(limits.requestLine + limits.headerBytes)};
    // The default is no choice of the user's; it grows with the other limits.
    if (limits.bufferedInput >= one || limits.bufferedInput == http::HttpLimits().bufferedInput)
        return {};
    return invalidArgument(
        fmt::format("--max-input: {} bytes hold no request of the size that --max-body, "
                    "--max-header and --max-request-line allow; give at least {}.",
                    limits.bufferedInput.count, one.count));
}

std::vector<OptionSpec> limitOptions()
{
    return {
        {"max-request-line", "SIZE", "Longest request line (16KiB)", servers,
         [](Options &o, const std::string &v) { return storeSize(v, o.http.limits.requestLine); }},
        {"max-header", "SIZE", "Largest header of a request (32KiB)", servers,
         [](Options &o, const std::string &v) { return storeSize(v, o.http.limits.headerBytes); }},
        {"max-header-fields", "N", "Most fields in a header (100)", servers,
         [](Options &o, const std::string &v) {
             return store(parseNumber(v, leastFields, mostFields), o.http.limits.headerFields);
         }},
        {"max-connections", "N", "Most connections at once (512)", servers,
         [](Options &o, const std::string &v) {
             return store(parseNumber(v, 1, mostConnections), o.http.limits.connections);
         }},
        {"max-connections-per-address", "N",
         "Most connections from one address that is not this machine (64)", servers,
         [](Options &o, const std::string &v) {
             return store(parseNumber(v, 1, mostConnections), o.http.limits.connectionsPerAddress);
         }},
        {"max-unsent", "SIZE", "Answers that wait for a client before no more is read (16MiB)",
         servers,
         [](Options &o, const std::string &v) {
             return storePositive(parseBytes(v), o.http.limits.unsentOutput);
         }},
        {"max-input", "SIZE",
         "Requests in memory with all they become, of all clients together (1GiB)", servers,
         [](Options &o, const std::string &v) {
             auto stored = storePositive(parseBytes(v), o.http.limits.bufferedInput);
             o.workbench.requestMemory = o.http.limits.bufferedInput;
             return stored;
         }},
        {"header-timeout", "TIME", "Time for a header to come (10s); -1 any", servers,
         [](Options &o, const std::string &v) {
             return storeTimeOrNever(v, o.http.limits.header);
         }},
        {"body-grace", "TIME", "Time after which a body must keep to --min-body-rate (10s)",
         servers,
         [](Options &o, const std::string &v) { return storeGrace(v, o.http.limits.bodyGrace); }},
        {"min-body-rate", "SIZE", "Least bytes a second of a body (1KiB); 0 any", servers,
         [](Options &o, const std::string &v) {
             return storeRate(v, o.http.limits.bodyBytesPerSecond);
         }},
        {"idle-timeout", "TIME",
         "Time without a request, or without an answer being taken, until a connection is closed "
         "(60s); -1 never",
         servers,
         [](Options &o, const std::string &v) { return storeTimeOrNever(v, o.http.limits.idle); }},
    };
}

} // namespace warmbench::app
