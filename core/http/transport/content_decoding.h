// Takes the content coding off a request's body, so that no route knows of it: the limit of a body
// counts what it unpacks to.
//
// Thread: http. What is small is unpacked at once, anything else aside; `next` is called on the
// http thread, or the request is answered: 400 broken, 413 too large, 415 another coding (with the
// ones that are understood in Accept-Encoding), 503 where all requests together hold too much.
#pragma once

#include "base/bytes.h"
#include "http/api_types.h"
#include "http/transport/replier.h"

#include <functional>

namespace warmbench::http {

void withPlainBody(ApiRequest request, Bytes most, const Replier &reply,
                   std::function<void(ApiRequest)> next);

} // namespace warmbench::http
