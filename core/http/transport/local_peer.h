// What the system knows of the other end of a connection, where that is on this machine too.
//
// A client that has closed as a whole and one that has closed its half and reads on look the same
// from here: their input has ended. But the end of the first belongs to no program any more.
//
// Thread: any; pure. Cost: about 15 us.
#pragma once

namespace warmbench::http {

// True where the client's end is on this machine and no program holds it any more; false where it
// is held, elsewhere, or the system does not tell.
bool localPeerHasClosed(int descriptor);

} // namespace warmbench::http
