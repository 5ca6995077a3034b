#include "engine/opencv/opencv_quiet.h"

#include "base/text.h"
#include "engine/quiet_protobuf.h"

#include <algorithm>
#include <mutex>
#include <opencv2/core.hpp>
#include <opencv2/core/utils/logger.hpp>

namespace warmbench {

void quietenOpenCv()
{
    quietenProtobuf(); // OpenCV reads networks with it
    static std::once_flag once;
    std::call_once(once, [] {
        cv::utils::logging::setLogLevel(cv::utils::logging::LOG_LEVEL_SILENT);
        // Without a handler OpenCV prints every error before it throws it.
        cv::redirectError(
            [](int, const char *, const char *, const char *, int, void *) { return 0; });
    });
}

std::string openCvVersion()
{
    return cv::getVersionString();
}

std::string shortReason(const std::string &openCvMessage)
{
    // The message is "OpenCV(4.6.0) ./modules/x.cpp:710: error: (-215:Assertion failed) REASON in
    // function 'f'", possibly nested; the last one is the cause.
    std::string reason = openCvMessage;
    if (const auto last = reason.rfind(" error: ("); last != std::string::npos) {
        const auto close = reason.find(") ", last);
        reason.erase(0, close == std::string::npos ? last : close + 2);
    }
    // CV_Check writes "in function 'f'\n> (expected: 'a == b'), where\n> 'a' is 1" instead.
    if (const auto tail = reason.find("in function '"); tail != std::string::npos) {
        const auto end = reason.find("'\n", tail + 13);
        const bool before = !trimmed(std::string_view(reason).substr(0, tail)).empty();
        reason =
            before || end == std::string::npos ? reason.substr(0, tail) : reason.substr(end + 1);
    }
    for (auto mark = reason.find("\n>"); mark != std::string::npos; mark = reason.find("\n>"))
        reason.replace(mark, 2, " ");
    std::replace_if(
        reason.begin(), reason.end(), [](char c) { return c == '\n'; }, ' ');
    const auto twoBlanks = [](char a, char b) { return a == ' ' && b == ' '; };
    reason.erase(std::unique(reason.begin(), reason.end(), twoBlanks), reason.end());
    reason = std::string(trimmed(reason));
    std::string line = printable(reason, 300);
    return line.empty() ? "no reason given" : line;
}

} // namespace warmbench
