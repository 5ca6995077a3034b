// Which bodies are decoded where they arrive. Thread: any; pure.
#pragma once

#include <string_view>

namespace warmbench::http {

// True where decoding takes microseconds: a small body in JSON or .npy without pictures in it.
bool decodesQuickly(std::string_view body);

} // namespace warmbench::http
