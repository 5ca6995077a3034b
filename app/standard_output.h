// Prints a command's results on standard output: each text is written whole and at once.
// Thread: one object at a time.
#pragma once

#include <string_view>

namespace warmbench::app {

class StandardOutput
{
public:
    // Returns 0, or 1 if the text cannot be written. The first failure is reported, unless the
    // reader has gone (`| head`), which is no error.
    int print(std::string_view text);
    bool ended() const { return m_ended; } // nothing more can be written

private:
    bool m_ended = false;
};

} // namespace warmbench::app
