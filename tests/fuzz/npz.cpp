// .npz files: what is read takes no more than was announced before anything was unpacked, and reads
// the same again; the rest is refused with one line.
//
// Input: the file.
#include "tensor/npz.h"
#include "checks.h"

#include <span>
#include <string>

using namespace warmbench;
using namespace warmbench::fuzz;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    constexpr std::size_t most = std::size_t{16} << 20;
    const auto bytes = std::as_bytes(std::span(data, size));
    std::size_t announced = 0;
    const auto check = [&announced](std::size_t all) -> Result<void> {
        announced = all;
        return all > most ? invalidArgument("That is too much for this test.") : Result<void>();
    };
    const auto tensors = readNpz(bytes, check);
    if (!tensors) {
        requireSentence(tensors.error().message);
        return 0;
    }
    std::size_t all = 0;
    for (const NamedTensor &each : *tensors)
        all += each.tensor.byteSize();
    require(all <= announced, "no tensor is larger than announced");
    const auto again = readNpz(bytes, check);
    require(again && again->size() == tensors->size(), "it reads the same again");
    for (std::size_t i = 0; i < tensors->size(); ++i)
        require((*again)[i].name == (*tensors)[i].name &&
                    (*again)[i].tensor == (*tensors)[i].tensor,
                "it reads the same again");
    return 0;
}
