#include "model/understanding/image_keys.h"

#include "base/text.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>

namespace warmbench {

namespace {

// A value of a key, which is read without regard to case, and what it means.
struct PixelRange
{
    std::string_view name;
    double scale;
    double mean;
};
constexpr std::array ranges{
    PixelRange{"NominalRange_0_255", 1, 0},
    PixelRange{"Normalized_0_1", 1 / 255.0, 0},
    PixelRange{"Normalized_1_1", 1 / 127.5, 1},
    PixelRange{"NominalRange_16_235", 219 / 255.0, -16},
};

struct PixelFormat
{
    std::string_view name;
    Channels channels;
};
constexpr std::array formats{
    PixelFormat{"Gray8", Channels::Gray}, PixelFormat{"Rgb8", Channels::Rgb},
    PixelFormat{"Bgr8", Channels::Bgr},   PixelFormat{"Rgba8", Channels::Rgb},
    PixelFormat{"Bgra8", Channels::Bgr},
};

// The entry of the table that the key names; a warning if it names another.
template <typename Table>
const typename Table::value_type *entryOf(const NetworkSpec &spec, const char *key,
                                          const Table &table, Hints &hints)
{
    const auto found = spec.metadata.find(key);
    if (found == spec.metadata.end())
        return nullptr;
    const auto *entry = std::find_if(table.begin(), table.end(), [&](const auto &one) {
        return lowered(one.name) == lowered(found->second);
    });
    if (entry != table.end())
        return entry;
    hints.warnings.push_back(
        fmt::format("The model's metadata {} is \"{}\", which is unknown and ignored.", key,
                    printable(found->second, 60)));
    return nullptr;
}

} // namespace

std::optional<Hints> imageKeyHints(const NetworkSpec &spec)
{
    Hints hints;
    hints.origin = Origin::Metadata;
    hints.source = "Image.* keys";
    if (const auto *format = entryOf(spec, "Image.BitmapPixelFormat", formats, hints))
        hints.input.channels = format->channels;
    if (const auto *range = entryOf(spec, "Image.NominalPixelRange", ranges, hints)) {
        hints.input.scale = range->scale;
        hints.input.mean = {range->mean};
        hints.input.std = {1};
    }
    if (!hints.input.channels && !hints.input.scale && hints.warnings.empty())
        return std::nullopt;
    return hints;
}

} // namespace warmbench
