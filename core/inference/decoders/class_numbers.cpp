#include "inference/decoders/class_numbers.h"

#include "base/text.h"
#include "inference/model_outputs.h"

#include <algorithm>
#include <array>

namespace warmbench {

namespace {

constexpr std::array cocoGaps{12, 26, 29, 30, 45, 66, 68, 69, 71, 83};
constexpr int lastCocoId = 90;

bool areCoco(std::span<const std::string> labels)
{
    return labels.size() == 80 && labels.front() == "person" && labels.back() == "toothbrush";
}

bool isBackground(const std::string &label)
{
    constexpr std::array<std::string_view, 7> names{"",    "0",   "background", "__background__",
                                                    "n/a", "???", "none"};
    return std::find(names.begin(), names.end(), lowered(label)) != names.end();
}

// -1: the number is no id of COCO.
int indexInCoco(int id)
{
    if (id < 1 || id > lastCocoId || std::binary_search(cocoGaps.begin(), cocoGaps.end(), id))
        return -1;
    const auto below = std::lower_bound(cocoGaps.begin(), cocoGaps.end(), id) - cocoGaps.begin();
    return id - 1 - static_cast<int>(below);
}

} // namespace

std::string className(std::span<const std::string> labels, int number, ClassNumbers numbers)
{
    int index = number;
    if (numbers != ClassNumbers::FromZero && areCoco(labels))
        index = indexInCoco(number);
    else if (numbers == ClassNumbers::FromOne && !labels.empty() && !isBackground(labels.front()))
        index = number - 1;
    const bool named = index >= 0 && static_cast<std::size_t>(index) < labels.size();
    return named ? labelOf(labels, index) : std::to_string(number);
}

} // namespace warmbench
