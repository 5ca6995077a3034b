// Protobuf prints on standard error what it also answers; it is told not to.
// Thread: any. Private to this room.
#pragma once

namespace warmbench {

// Once a process; cheap afterwards.
void quietenProtobuf();

} // namespace warmbench
