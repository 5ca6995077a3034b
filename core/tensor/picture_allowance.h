// How much decoding of pictures a thread may do before it has to say that there is more.
//
// What a picture takes is known only from its bytes, deep within the decoding of a request, where
// who shares the workers out cannot see it. So he gives an allowance for one run: a picture that
// goes beyond it is left undecoded, and he runs the request again in a place for heavy ones.
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

    // A picture was left undecoded: its estimated time and that of the ones before it are more.
    bool exceeded() const { return m_exceeded; }

    // For decodeImage: takes the time off this thread's allowance. False where it does not suffice.
    static bool take(std::chrono::nanoseconds time);

private:
    std::chrono::nanoseconds m_left;
    bool m_exceeded = false;
};

} // namespace warmbench
