// What a command prints on standard output: whole texts, written at once.
// Thread: one object at a time.
#pragma once

#include <string_view>

namespace warmbench::app {

class StandardOutput
{
public:
    // 0, or 1 where it cannot be written, which is said once: in no words where the reader has gone
    // (`| head`), who wants no more.
    int print(std::string_view text);
    bool ended() const { return m_ended; } // nothing more can be written

private:
    bool m_ended = false;
};

} // namespace warmbench::app
