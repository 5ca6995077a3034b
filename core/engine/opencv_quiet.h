// OpenCV and protobuf as libraries that keep their mouths shut: what they would print on standard
// error comes back as an Error instead.
// Thread: any. Private to this room.
#pragma once

#include <string>

namespace warmbench {

// Once a process: no log, no dump of errors; cheap afterwards.
void quietenLibraries();
// "4.6.0", of the library in use.
std::string openCvVersion();
// The innermost reason of a cv::Exception's text, without source paths and codes.
std::string shortReason(const std::string &openCvMessage);

} // namespace warmbench
