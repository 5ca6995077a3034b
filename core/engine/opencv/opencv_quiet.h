// Stops OpenCV from printing its errors to standard error (it throws them as well), and turns their
// messages into clauses.
// Thread: any. Private to this room.
#pragma once

#include <string>

namespace warmbench {

// Switches OpenCV's log and its dump of errors off, once in a process; later calls are cheap.
void quietenOpenCv();
// The version of the library in use: "4.6.0".
std::string openCvVersion();
// The innermost reason in a cv::Exception's text, without source paths and codes.
std::string shortReason(const std::string &openCvMessage);

} // namespace warmbench
