// Large blocks of the whole program begin at a cache line.
//
// OpenCV's convolutions copy their input into a buffer from operator new and align it to 32 bytes,
// but read it 64 bytes at a time where the processor can. Whether each read touches one cache line
// or two is then the luck of malloc: the same network took 93 or 140 ms, process by process
// (tests/benchmark, engine_loop). The standard lets a program bring its own operator new
// ([new.delete.single]); what it hands out is freed as ever. Not with sanitizers, which bring
// theirs.
#include <cstddef>
#include <cstdlib>
#include <new>

namespace {

constexpr std::size_t cacheLine = 64;
// Smaller ones come often, and malloc is quicker than aligned_alloc.
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
