// The embedded server: Qt HTTP Server in threads of its own ("http-N", each with its share of the
// connections), in front of the same workbench that the window uses.
//
// Thread: start, stop and the getters from the thread that owns the object (the GUI's or main's),
// which they block for some milliseconds only; everything else happens on the http threads, which
// run no network but the quickest, load no model and parse no big body. Replies are safe when the
// client has gone and come in order when it pipelines.
#pragma once

#include "base/duration.h"
#include "base/result.h"
#include "http/http_options.h"
#include "http/transport/request_record.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace warmbench {
class Workbench;
}

namespace warmbench::http {

class KeptBodies;

class HttpServer
{
public:
    // `bodies`: where bodies of requests are kept; null: in a place of its own.
    HttpServer(Workbench &workbench, HttpOptions options,
               std::shared_ptr<KeptBodies> bodies = nullptr);
    ~HttpServer(); // stop
    HttpServer(const HttpServer &) = delete;
    HttpServer &operator=(const HttpServer &) = delete;

    // Listens when it returns. Unavailable: the port is taken (by which process, where the system
    // tells) or not allowed; InvalidArgument: the host is no address of this machine.
    Result<void> start();
    // Stops accepting, lets requests in flight end for at most `drain`, closes connections, joins
    // the thread. start() works again.
    void stop(std::chrono::milliseconds drain);

    bool running() const;
    std::uint16_t port() const; // the one in use; 0 when stopped
    std::string url() const;    // "http://127.0.0.1:5000"; the host is bracketed for IPv6
    // Called after each answer, one at a time, on the http thread that gave it; set before start.
    void setRequestListener(std::function<void(const RequestRecord &)> listener);

    // Any thread. Keeps none until it is set on.
    KeptBodies &bodies();

private:
    struct Private;
    std::unique_ptr<Private> m_d;
};

} // namespace warmbench::http
