#include "tensor/orientation.h"

#include "tensor/jpeg_markers.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace warmbench {

namespace {

constexpr std::uint64_t orientationTag = 0x0112;
constexpr std::uint64_t shortType = 3;
constexpr int side = 64; // in pixels, of the squares that are turned one at a time

// Looks in the first directory of a TIFF structure.
int orientationIn(PictureBytes exif)
{
    if (hasText(exif, 0, std::string_view("Exif\0\0", 6))) // some writers keep JPEG's prefix
        exif = exif.subspan(6);
    const bool little = hasText(exif, 0, std::string_view("II*\0", 4));
    if (!little && !hasText(exif, 0, std::string_view("MM\0*", 4)))
        return uprightOrientation;
    const auto number16 = little ? little16 : big16;
    const auto number32 = little ? little32 : big32;
    const std::uint64_t directory = number32(exif, 4);
    const std::uint64_t entries = number16(exif, directory);
    for (std::uint64_t i = 0; i < entries; ++i) {
        const std::uint64_t entry = directory + 2 + 12 * i;
        if (number16(exif, entry) != orientationTag)
            continue;
        const std::uint64_t value = number16(exif, entry + 8);
        const bool known = number16(exif, entry + 2) == shortType && value >= 1 && value <= 8;
        return known ? static_cast<int>(value) : uprightOrientation;
    }
    return uprightOrientation;
}

PictureBytes exifOfPng(PictureBytes data)
{
    for (std::uint64_t at = 8; at + 12 <= data.size(); at += 12 + big32(data, at)) {
        if (hasText(data, at + 4, "eXIf"))
            return piece(data, at + 8, big32(data, at));
        if (hasText(data, at + 4, "IEND"))
            break;
    }
    return {};
}

PictureBytes exifOfWebP(PictureBytes data)
{
    data = piece(data, 0, 8 + little32(data, 4));
    for (std::uint64_t at = 12; at + 8 <= data.size();) {
        const std::uint64_t size = little32(data, at + 4);
        if (hasText(data, at, "EXIF"))
            return piece(data, at + 8, size);
        at += 8 + size + (size & 1U);
    }
    return {};
}

// Where the first pixel of the upright picture is in the stored picture, and how far it is there to
// the next pixel of the row and of the column. In pixels.
struct Steps
{
    std::ptrdiff_t first = 0;
    std::ptrdiff_t across = 0;
    std::ptrdiff_t down = 0;
};

Steps stepsFor(int orientation, std::ptrdiff_t width, std::ptrdiff_t height)
{
    const std::ptrdiff_t right = width - 1;
    const std::ptrdiff_t bottom = (height - 1) * width;
    switch (orientation) {
    case 2: // mirrored
        return {right, -1, width};
    case 3: // half a turn
        return {bottom + right, -1, -width};
    case 4: // upside down, mirrored
        return {bottom, 1, -width};
    case 5: // mirrored along the diagonal
        return {0, width, 1};
    case 6: // needs a turn clockwise
        return {bottom, -width, 1};
    case 7: // mirrored along the other diagonal
        return {bottom + right, -width, -1};
    case 8: // needs a turn counterclockwise
        return {right, width, -1};
    default:
        return {0, 1, width};
    }
}

// Turns one square of the upright picture; with squares the rows of both pictures stay in the
// processor's cache.
void turnSquare(const Image &from, const Steps &steps, Image &to, int left, int top)
{
    const int right = std::min(left + side, to.width);
    const int bottom = std::min(top + side, to.height);
    for (int y = top; y < bottom; ++y) {
        std::ptrdiff_t source = steps.first + y * steps.down + left * steps.across;
        std::uint8_t *target =
            to.rgb.data() + 3 * (static_cast<std::ptrdiff_t>(y) * to.width + left);
        for (int x = left; x < right; ++x, source += steps.across, target += 3)
            std::memcpy(target, from.rgb.data() + 3 * source, 3);
    }
}

} // namespace

int orientationOf(ImageFormat format, PictureBytes data)
{
    switch (format) {
    case ImageFormat::Jpeg:
        return orientationIn(jpegMarkers(data).exif);
    case ImageFormat::Png:
        return orientationIn(exifOfPng(data));
    case ImageFormat::WebP:
        return orientationIn(exifOfWebP(data));
    case ImageFormat::Bmp:
    case ImageFormat::Gif:
        break;
    }
    return uprightOrientation;
}

Image turnedUpright(Image image, int orientation)
{
    if (orientation == uprightOrientation)
        return image;
    const Steps steps = stepsFor(orientation, image.width, image.height);
    Image upright;
    upright.width = image.width;
    upright.height = image.height;
    if (orientation >= 5)
        std::swap(upright.width, upright.height);
    upright.rgb.resize(image.rgb.size());
    for (int top = 0; top < upright.height; top += side) {
        for (int left = 0; left < upright.width; left += side)
            turnSquare(image, steps, upright, left, top);
    }
    return upright;
}

} // namespace warmbench
