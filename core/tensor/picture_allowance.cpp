#include "tensor/picture_allowance.h"

#include <cassert>

namespace warmbench {

namespace {

thread_local PictureAllowance *current = nullptr;

} // namespace

PictureAllowance::PictureAllowance(std::chrono::nanoseconds most)
    : m_left(most)
{
    assert(!current);
    current = this;
}

PictureAllowance::~PictureAllowance()
{
    current = nullptr;
}

bool PictureAllowance::take(std::chrono::nanoseconds time)
{
    if (!current)
        return true;
    current->m_left -= time;
    current->m_exceeded = current->m_exceeded || current->m_left.count() < 0;
    return !current->m_exceeded;
}

} // namespace warmbench
