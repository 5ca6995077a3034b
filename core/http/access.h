// Who may ask: against DNS rebinding (Host), cross-site requests (Origin) and strangers (token).
//
// Thread: built once (asks the system for its names and addresses), then any.
#pragma once

#include "http/api_types.h"
#include "http/http_options.h"

#include <optional>
#include <string>
#include <unordered_set>

namespace warmbench::http {

class Access
{
public:
    explicit Access(const HttpOptions &options);

    // The refusal, if any: 403 for a Host that is not this machine or a foreign Origin; for what
    // changes state 401 where the token is missing or wrong, and 403 where none is set though the
    // server is reachable from other machines.
    std::optional<ApiReply> refusal(const ApiRequest &request, bool changesState) const;

    bool loopbackOnly() const { return m_loopbackOnly; } // no other machine can ask

    // What a browser needs to let a page of an allowed origin read the answer; none for others.
    Fields corsFields(const ApiRequest &request) const;

private:
    bool hostAllowed(std::string_view host) const;
    bool originAllowed(const ApiRequest &request, std::string_view origin) const;
    bool tokenRight(std::string_view authorization) const;

    std::string m_token;
    bool m_loopbackOnly = true;
    std::unordered_set<std::string> m_hosts; // lower-case, without port or brackets
    std::unordered_set<std::string> m_origins;
};

} // namespace warmbench::http
