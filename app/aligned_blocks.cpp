// Makes large blocks of memory begin at a cache line, in the whole program.
//
// OpenCV's convolutions copy their input into a buffer from operator new and align it to 32 bytes,
// but read it 64 bytes at a time where the processor can. Whether each read touches one cache line
// or two then depends on where malloc puts the buffer: the same network took 93 ms in some
// processes and 140 ms in others (tests/benchmark, engine_loop). The standard lets a program bring
// its own operator new ([new.delete.single]); its blocks are freed as usual. This file is not built
// with sanitizers, which bring their own.
#include <cstddef>
#include <cstdlib>
#include <new>

namespace {

constexpr std::size_t cacheLine = 64;
// Smaller blocks are frequent, and malloc is quicker than aligned_alloc.
constexpr std::size_t large = 4096;

void *block(std::size_t size)
{
    if (size < large)
        return std::malloc(size == 0 ? 1 : size);
    const std::size_t whole = (size + cacheLine - 1) / cacheLine * cacheLine;
    return whole < size ? nullptr : std::aligned_alloc(cacheLine, whole);
}

} // namespace

void *operator new(std::size_t size)
{
    for (;;) {
        if (void *memory = block(size))
            return memory;
        const std::new_handler handler = std::get_new_handler();
        if (!handler)
            throw std::bad_alloc();
        handler();
    }
}

void operator delete(void *memory) noexcept
{
    std::free(memory);
}

void operator delete(void *memory, std::size_t /*size*/) noexcept
{
    std::free(memory);
}
