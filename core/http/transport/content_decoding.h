// Takes the content coding off a request's body, so that no route knows of it: the limit of a body
// counts what it unpacks to.
//
// Thread: http. A small body is unpacked at once, any other on a thread aside. Then `next` is
// called on the http thread, or the request is answered: 400 where the body is broken, 413 where it
// is too large, 415 with the codings that are understood where it is another one, 503 where all
// requests together hold too much.
#pragma once

#include "base/bytes.h"
#include "http/api_types.h"
#include "http/transport/replier.h"

#include <functional>

namespace warmbench::http {

void withPlainBody(ApiRequest request, Bytes most, const Replier &reply,
                   std::function<void(ApiRequest)> next);

} // namespace warmbench::http
