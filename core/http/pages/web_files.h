// The browser pages: files of resources/web, built in, served under /web/ and as /, /docs.
//
// Thread: built once (reads all files), then any. Nothing of them comes from another host: the
// Content-Security-Policy forbids it, and inline scripts too.
#pragma once

#include "http/api_types.h"

#include <map>
#include <string>
#include <string_view>

namespace warmbench::http {

class WebFiles
{
public:
    WebFiles();

    // 200, 304 where the client has this very file, 404 where there is none.
    ApiReply reply(std::string_view name, const ApiRequest &request) const;
    // True where the client would rather have a page than JSON.
    static bool wantsPage(const ApiRequest &request);

private:
    struct File
    {
        std::string body;
        std::string contentType;
        std::string tag; // with its quotes
    };
    std::map<std::string, File, std::less<>> m_files;
};

} // namespace warmbench::http
