// Limits how long a thread may decode pictures before it has to stop and say so.
//
// How long a picture takes is known only from its bytes, deep within the decoding of a request,
// where the scheduler cannot see it. So the caller gives an allowance for one run: a picture that
// goes beyond it is not decoded, and the caller runs the request again in a place for heavy ones.
// Thread: the allowance binds the thread that made it, until it is destroyed there; one at a time.
// Without one, pictures are decoded whatever they take. Cost: nanoseconds.
#pragma once

#include <chrono>

namespace warmbench {

class PictureAllowance
{
public:
    explicit PictureAllowance(std::chrono::nanoseconds most);
    ~PictureAllowance();
    PictureAllowance(const PictureAllowance &) = delete;
    PictureAllowance &operator=(const PictureAllowance &) = delete;

    // True if a picture was not decoded because its estimated time and that of the ones before it
    // are more than the allowance.
    bool exceeded() const { return m_exceeded; }

    // For decodeImage: takes the time off this thread's allowance. False if less than that is left.
    static bool take(std::chrono::nanoseconds time);

private:
    std::chrono::nanoseconds m_left;
    bool m_exceeded = false;
};

} // namespace warmbench
