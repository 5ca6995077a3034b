#include "base/bytes.h"
#include "base/duration.h"
#include "option_values.h"

#include <algorithm>

namespace warmbench::app {

namespace {

constexpr int mostConnections = 1'000'000;
constexpr int mostFields = 10'000;

Result<void> storeSize(const std::string &text, std::size_t &target)
{
    Bytes size{static_cast<std::int64_t>(target)};
    auto stored = storePositive(parseBytes(text), size);
    if (stored)
        target = static_cast<std::size_t>(size.count);
    return stored;
}

// -1 is a time that does not pass, and that sums of times can bear.
Result<void> storeTime(const std::string &text, Milliseconds &target)
{
    constexpr Milliseconds century = std::chrono::hours(24 * 36'525);
    auto stored = storePositive(parseDuration(text), target);
    if (stored)
        target = target == forever ? century : std::min(target, century);
    return stored;
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

std::vector<OptionSpec> guardOptions()
{
    return {
        {"max-request-line", "SIZE", "Longest request line (16KiB)", servers,
         [](Options &o, const std::string &v) { return storeSize(v, o.http.limits.requestLine); }},
        {"max-header", "SIZE", "Largest header of a request (32KiB)", servers,
         [](Options &o, const std::string &v) { return storeSize(v, o.http.limits.headerBytes); }},
        {"max-header-fields", "N", "Most fields in a header (100)", servers,
         [](Options &o, const std::string &v) {
             return store(parseNumber(v, 1, mostFields), o.http.limits.headerFields);
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
        {"max-input", "SIZE", "Requests that are held in memory, of all clients together (1GiB)",
         servers,
         [](Options &o, const std::string &v) {
             return storePositive(parseBytes(v), o.http.limits.bufferedInput);
         }},
        {"header-timeout", "TIME", "Time for a header to come (10s); -1 any", servers,
         [](Options &o, const std::string &v) { return storeTime(v, o.http.limits.header); }},
        {"body-grace", "TIME", "Time after which a body must keep to --min-body-rate (10s)",
         servers,
         [](Options &o, const std::string &v) { return storeTime(v, o.http.limits.bodyGrace); }},
        {"min-body-rate", "SIZE", "Least bytes a second of a body (1KiB); 0 any", servers,
         [](Options &o, const std::string &v) {
             return storeRate(v, o.http.limits.bodyBytesPerSecond);
         }},
        {"idle-timeout", "TIME",
         "Time without a request, or without an answer being taken, until a connection is closed "
         "(60s); -1 never",
         servers,
         [](Options &o, const std::string &v) { return storeTime(v, o.http.limits.idle); }},
    };
}

} // namespace warmbench::app
