// Stops protobuf from printing errors to standard error; it returns them as well.
// Thread: any. Private to this room.
#pragma once

namespace warmbench {

// Takes effect once in a process; later calls are cheap.
void quietenProtobuf();

} // namespace warmbench
