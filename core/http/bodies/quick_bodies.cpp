#include "http/bodies/quick_bodies.h"

#include "base/text.h"
#include "tensor/npy.h"

#include <cstddef>
#include <span>

namespace warmbench::http {

bool decodesQuickly(std::string_view body)
{
    constexpr std::size_t most = 64 * 1024;
    if (body.size() > most)
        return false;
    // Pictures come as "image_b64", {"b64": ...} or tensors of type "BYTES".
    const auto holds = [body](std::string_view word) {
        return body.find(word) != std::string_view::npos;
    };
    const std::string_view start = trimmed(body.substr(0, 64));
    return looksLikeNpy(std::as_bytes(std::span(body.data(), body.size()))) ||
           ((start.starts_with('{') || start.starts_with('[')) && !holds("b64") && !holds("BYTES"));
}

} // namespace warmbench::http
