#include "http/access.h"

#include "base/text.h"

#include <algorithm>
#include <cctype>
#include <fmt/format.h>
#include <QHostAddress>
#include <QHostInfo>
#include <QNetworkInterface>

namespace warmbench::http {

namespace {

// ":5000", or nothing.
bool isPort(std::string_view text)
{
    return text.empty() ||
           (text.front() == ':' && std::all_of(text.begin() + 1, text.end(), [](unsigned char c) {
                return std::isdigit(c) != 0;
            }));
}

// "localhost:5000" -> "localhost", "[::1]:5000" -> "::1"; as it is where it is no host and port.
std::string withoutPort(std::string_view host)
{
    if (host.starts_with('[')) {
        const auto end = host.find(']');
        const bool whole = end != std::string_view::npos && isPort(host.substr(end + 1));
        return lowered(whole ? host.substr(1, end - 1) : host);
    }
    const auto colon = host.find(':');
    const bool one = colon != std::string_view::npos && host.rfind(':') == colon;
    if (one && isPort(host.substr(colon)))
        host = host.substr(0, colon);
    while (host.ends_with('.')) // a fully qualified name
        host.remove_suffix(1);
    return lowered(host);
}

// Takes the same time wherever the two differ.
bool equalInConstantTime(std::string_view given, std::string_view expected)
{
    unsigned difference = given.size() == expected.size() ? 0U : 1U;
    for (std::size_t i = 0; i < expected.size(); ++i) {
        const char mine = given.empty() ? '\0' : given[i % given.size()];
        difference |= static_cast<unsigned char>(mine) ^ static_cast<unsigned char>(expected[i]);
    }
    volatile unsigned result = difference;
    return result == 0;
}

} // namespace

Access::Access(const HttpOptions &options)
    : m_token(options.token)
{
    const QHostAddress bound(QString::fromStdString(options.host));
    m_loopbackOnly = bound.isLoopback() || withoutPort(options.host) == "localhost";
    m_hosts = {"localhost", withoutPort(options.host)};
    for (const QHostAddress &address : QNetworkInterface::allAddresses()) {
        QHostAddress plain = address;
        plain.setScopeId({});
        m_hosts.insert(plain.toString().toLower().toStdString());
    }
    const std::string name = QHostInfo::localHostName().toLower().toStdString();
    if (!name.empty()) {
        m_hosts.insert(name);
        m_hosts.insert(name + ".local");
    }
    for (const std::string &host : options.allowedHosts)
        m_hosts.insert(withoutPort(host));
    for (const std::string &origin : options.allowedOrigins)
        m_origins.insert(lowered(origin));
}

bool Access::hostAllowed(std::string_view host) const
{
    const std::string name = withoutPort(host);
    return m_hosts.contains(name) || QHostAddress(QString::fromStdString(name)).isLoopback();
}

bool Access::originAllowed(const ApiRequest &request, std::string_view origin) const
{
    const std::string lower = lowered(origin);
    return lower == "http://" + lowered(request.field("host")) || m_origins.contains(lower) ||
           m_origins.contains("*");
}

bool Access::tokenRight(std::string_view authorization) const
{
    constexpr std::string_view scheme = "bearer ";
    if (lowered(authorization.substr(0, scheme.size())) != scheme)
        return false;
    return equalInConstantTime(trimmed(authorization.substr(scheme.size())), m_token);
}

std::optional<ApiReply> Access::refusal(const ApiRequest &request, bool changesState) const
{
    const std::string_view host = request.field("host");
    if (!host.empty() && !hostAllowed(host))
        return errorReply(
            403, "PERMISSION_DENIED",
            fmt::format("\"{}\" is no name of this machine: use its address, or start "
                        "the server with --allow-host {}.",
                        printable(host, 100), printable(withoutPort(host), 100)));
    const std::string origin = request.list("origin"); // two are none that is allowed
    if (!origin.empty() && !originAllowed(request, origin))
        return errorReply(403, "PERMISSION_DENIED",
                          fmt::format("Pages of \"{0}\" may not use this server: start it with "
                                      "--allow-origin {0} to let them.",
                                      printable(origin, 100)));
    if (!changesState)
        return {};
    if (m_token.empty() && !m_loopbackOnly)
        return errorReply(403, "PERMISSION_DENIED",
                          "This server can be reached from other machines, so that what changes it "
                          "needs a token: start it with --token.");
    if (m_token.empty() || tokenRight(request.field("authorization")))
        return {};
    ApiReply reply = errorReply(401, "UNAUTHENTICATED",
                                "A token is needed: send the field \"Authorization: Bearer TOKEN\" "
                                "with the token that the server was started with.");
    reply.fields.emplace_back("WWW-Authenticate", "Bearer");
    return reply;
}

Fields Access::corsFields(const ApiRequest &request) const
{
    const std::string origin = request.list("origin");
    if (origin.empty() || !originAllowed(request, origin))
        return {};
    return {{"Access-Control-Allow-Origin", origin},
            {"Access-Control-Expose-Headers", "Inference-Header-Content-Length, Retry-After"},
            {"Vary", "Origin"}};
}

} // namespace warmbench::http
