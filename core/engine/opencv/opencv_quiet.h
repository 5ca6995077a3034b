// OpenCV prints on standard error what it also throws; it is told not to, and what it throws is put
// into a clause.
// Thread: any. Private to this room.
#pragma once

#include <string>

namespace warmbench {

// Once a process: no log, no dump of errors; cheap afterwards.
void quietenOpenCv();
// "4.6.0", of the library in use.
std::string openCvVersion();
// The innermost reason of a cv::Exception's text, without source paths and codes.
std::string shortReason(const std::string &openCvMessage);

} // namespace warmbench
