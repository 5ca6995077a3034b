// Content codings (RFC 9110, 8.4): which one a field names or asks for, and bytes into and out of
// gzip (RFC 1952, of several members too) and deflate (RFC 1950; many clients send bare RFC 1951
// under that name, which is understood as well).
//
// Thread: any; pure functions. Cost: some 300 MB/s out of a coding, 60 MB/s into one. Memory of
// decoded(): what comes out, never more than allowed, and one chunk. Bytes that come to more than
// 1 MiB are decoded twice, the first time to learn how much they come to.
#pragma once

#include "base/bytes.h"
#include "http/api_types.h"

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <variant>

namespace warmbench::http {

enum class ContentCoding : std::uint8_t { Identity, Gzip, Deflate };

// The weight that an Accept field gives this very name (RFC 9110, 12.5.1); 0 where it is not named.
double acceptedWeight(std::string_view accept, std::string_view name);

std::string_view codingName(ContentCoding coding);
// The coding that a Content-Encoding field names; nothing where it is not understood or several.
std::optional<ContentCoding> sentCoding(std::string_view contentEncoding);
// The coding that an Accept-Encoding field likes best (RFC 9110, 12.5.3), gzip among equals.
ContentCoding wantedCoding(std::string_view acceptEncoding);

struct CodingError
{
    int status; // 400: broken; 413: more than `most`
    std::string sentence;
};

std::variant<std::string, CodingError> decoded(std::string_view coded, ContentCoding coding,
                                               Bytes most,
                                               const std::stop_token &cancellation = {});
// Nothing where the text would not get smaller.
std::optional<std::string> encoded(std::string_view plain, ContentCoding coding);

// True where a coding may pay: a body of some size of a kind that is not compressed already.
bool worthCoding(const ApiReply &reply);
// Packs the body and adds the fields that say so. Leaves a body that would not get smaller.
void encodeReply(ApiReply &reply, ContentCoding coding);
// Says that the answer depends on a field of the request.
void addVary(Fields &fields, std::string_view field);

} // namespace warmbench::http
