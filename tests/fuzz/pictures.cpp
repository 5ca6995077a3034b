// Pictures of all formats. The readers of their headers keep within the bytes, what they make of
// them agrees with the decoder, and what is refused is refused in a sentence.
//
// Input: the file.
#include "checks.h"
#include "tensor/image.h"
#include "tensor/image_format.h"
#include "tensor/orientation.h"
#include "tensor/picture_allowance.h"
#include "tensor/picture_end.h"
#include "tensor/picture_work.h"

using namespace warmbench;
using namespace warmbench::fuzz;

namespace {

// Larger ones take the decoder longer than a fuzzer has.
constexpr std::int64_t mostPixels = 300'000;

void checkDecoded(PictureBytes data, const PictureWork &work, bool whole)
{
    const auto image = decodeImage(data);
    if (!image)
        return requireSentence(image.error().message);
    require(whole, "what is decoded reaches to its end");
    const auto pixels =
        static_cast<std::size_t>(image->width) * static_cast<unsigned>(image->height);
    require(pixels > 0 && image->rgb.size() == 3 * pixels, "each pixel has three samples");
    require(pixels <= static_cast<std::size_t>(work.pixels), "no pixel came unannounced");
    const PictureAllowance none(work.time - std::chrono::nanoseconds(1));
    require(!decodeImage(data) && none.exceeded(), "an allowance binds");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *bytes, std::size_t size)
{
    const PictureBytes data = std::as_bytes(std::span(bytes, size));
    const auto format = imageFormat(data);
    if (!format) {
        requireSentence(decodeImage(data).error().message);
        return 0;
    }
    const PictureWork work = pictureWork(*format, data);
    require(work.pixels >= 0 && work.time.count() >= 0, "work is not negative");
    if (const auto accepted = checkWork(*format, work); !accepted)
        requireSentence(accepted.error().message);
    const int orientation = orientationOf(*format, data);
    require(orientation >= 1 && orientation <= 8, "there are eight orientations");
    const bool whole = isWhole(*format, data);
    if (work.pixels <= mostPixels)
        checkDecoded(data, work, whole);
    return 0;
}
