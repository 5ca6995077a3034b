#include "base/exceptions.h"

#include "base/logging.h"
#include "base/text.h"

#include <atomic>
#include <cstddef>
#include <exception>
#include <fmt/format.h>
#include <new>
#include <sys/mman.h>

namespace warmbench {

namespace {

constexpr std::size_t reserveSize = std::size_t{8} << 20;

std::atomic<void *> reserve{nullptr};

// operator new calls this when malloc has no memory left, and then tries again.
void spendReserve()
{
    void *kept = reserve.exchange(nullptr);
    if (!kept)
        throw std::bad_alloc();
    ::munmap(kept, reserveSize);
}

Error described()
{
    try {
        throw;
    } catch (const std::bad_alloc &) {
        return {ErrorCode::ResourceExhausted,
                "There is not enough memory for this request; send less at once."};
    } catch (const std::exception &error) {
        return {ErrorCode::Internal,
                fmt::format("The request ended in an unexpected error, please report it: {}",
                            printable(error.what()))};
    } catch (...) {
        return {ErrorCode::Internal, "The request ended in an unexpected error, please report it."};
    }
}

} // namespace

Error errorOfException() noexcept
{
    try {
        return described();
    } catch (...) {
        return {ErrorCode::ResourceExhausted, "No memory."}; // short enough to need no heap memory
    }
}

Error loggedException(std::string_view where) noexcept
{
    Error error = errorOfException();
    try {
        logError(where, error.message);
    } catch (...) {
        error.code = ErrorCode::ResourceExhausted; // there was not even memory for a line
    }
    return error;
}

void keepReserve()
{
    if (reserve.load(std::memory_order_relaxed))
        return;
    void *fresh = ::mmap(nullptr, reserveSize, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (fresh == MAP_FAILED)
        return;
    void *none = nullptr;
    if (!reserve.compare_exchange_strong(none, fresh))
        ::munmap(fresh, reserveSize);
    std::set_new_handler(spendReserve);
}

} // namespace warmbench
