#include "engine/quiet_protobuf.h"

#include <google/protobuf/stubs/common.h>
#include <google/protobuf/stubs/logging.h>
#include <mutex>

namespace warmbench {

void quietenProtobuf()
{
    static std::once_flag once;
    std::call_once(once, [] {
#if GOOGLE_PROTOBUF_VERSION < 4022000
        google::protobuf::SetLogHandler(nullptr);
#endif
    });
}

} // namespace warmbench
