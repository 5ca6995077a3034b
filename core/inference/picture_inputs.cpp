#include "inference/picture_inputs.h"

namespace warmbench {

namespace {

// The decoder makes four bytes for each pixel, and we keep three.
constexpr std::size_t bytesAPixel = 7;

} // namespace

Result<Image> decodedPicture(std::span<const std::byte> data, RunControl &control)
{
    Reservation passing(control);
    return decodeImage(data, [&passing](std::int64_t pixels) {
        return passing.grow(static_cast<std::size_t>(pixels) * bytesAPixel, "pictures");
    });
}

ImageInputs pictureInput(std::shared_ptr<const void> keeper, std::span<const std::byte> data)
{
    return {1, [keeper = std::move(keeper), data](std::size_t, RunControl &control) {
                return decodedPicture(data, control);
            }};
}

} // namespace warmbench
