#include "engine/darknet_weights.h"

#include "base/text.h"

#include <charconv>
#include <fmt/format.h>
#include <set>

namespace warmbench {

namespace {

constexpr std::int64_t largest = std::int64_t(1) << 40; // floats

struct Volume
{
    std::int64_t channels = 0;
    std::int64_t height = 0;
    std::int64_t width = 0;
};

std::int64_t toNumber(std::string_view text, std::int64_t fallback)
{
    text = trimmed(text);
    std::int64_t value = 0;
    const auto [stop, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
    return problem == std::errc() && stop != text.data() ? value : fallback;
}

// Follows the sections and adds up their weights, in checked arithmetic.
class Counter
{
public:
    Result<std::optional<std::int64_t>> count(const std::vector<DarknetSection> &sections)
    {
        const DarknetSection &net = sections.front();
        m_now = {net.number("channels", 3), net.number("height", 416), net.number("width", 416)};
        for (std::size_t i = 1; i < sections.size(); ++i) {
            if (!add(sections[i]))
                return std::optional<std::int64_t>();
            const bool sane = m_sound && m_total <= largest && m_now.channels > 0 &&
                              m_now.height > 0 && m_now.width > 0;
            if (!sane)
                return failedPrecondition(
                    fmt::format("section {} ([{}]) has numbers that make no network", i,
                                printable(sections[i].name)));
            m_volumes.push_back(m_now);
        }
        return std::optional(m_total);
    }

private:
    std::int64_t product(std::initializer_list<std::int64_t> factors)
    {
        std::int64_t result = 1;
        for (const std::int64_t factor : factors)
            m_sound = m_sound && factor >= 0 && !__builtin_mul_overflow(result, factor, &result);
        return result;
    }

    void addFloats(std::int64_t floats)
    {
        m_sound = m_sound && !__builtin_add_overflow(m_total, floats, &m_total);
    }

    // False where the section is not known.
    bool add(const DarknetSection &section)
    {
        static const std::set<std::string> keeping{
            "activation", "cost", "crop",           "detection", "dropout", "gaussian_yolo",
            "region",     "sam",  "scale_channels", "shortcut",  "softmax", "yolo"};
        if (section.name == "convolutional")
            convolution(section);
        else if (section.name == "connected")
            connected(section);
        else if (section.name == "maxpool" || section.name == "reorg" || section.name == "upsample")
            resize(section);
        else if (section.name == "avgpool")
            m_now = {m_now.channels, 1, 1};
        else if (section.name == "route")
            route(section);
        else
            return keeping.contains(section.name);
        return true;
    }

    void convolution(const DarknetSection &section)
    {
        const std::int64_t filters = section.number("filters", 1);
        const std::int64_t size = section.number("size", 1);
        const std::int64_t stride = section.number("stride", 1);
        const std::int64_t groups = section.number("groups", 1);
        const std::int64_t padding =
            section.number("pad", 0) != 0 ? size / 2 : section.number("padding", 0);
        m_sound = m_sound && stride > 0 && groups > 0 && size > 0 && filters > 0;
        if (!m_sound)
            return;
        const bool normalised = section.number("batch_normalize", 0) != 0;
        addFloats(product({filters, normalised ? 4 : 1}));
        addFloats(product({filters, m_now.channels / groups, size, size}));
        m_now = {filters, (m_now.height + 2 * padding - size) / stride + 1,
                 (m_now.width + 2 * padding - size) / stride + 1};
    }

    void connected(const DarknetSection &section)
    {
        const std::int64_t outputs = section.number("output", 1);
        const bool normalised = section.number("batch_normalize", 0) != 0;
        addFloats(product({outputs, m_now.channels, m_now.height, m_now.width}));
        addFloats(product({outputs, normalised ? 4 : 1}));
        m_now = {outputs, 1, 1};
    }

    void resize(const DarknetSection &section)
    {
        const std::int64_t stride = section.number("stride", section.name == "upsample" ? 2 : 1);
        m_sound = m_sound && stride > 0 && stride < 1000;
        if (!m_sound)
            return;
        if (section.name == "maxpool") {
            const std::int64_t size = section.number("size", stride);
            const std::int64_t padding = section.number("padding", size - 1);
            m_now.height = (m_now.height + padding - size) / stride + 1;
            m_now.width = (m_now.width + padding - size) / stride + 1;
        } else if (section.name == "upsample") {
            m_now.height = product({m_now.height, stride});
            m_now.width = product({m_now.width, stride});
        } else {
            m_now = {product({m_now.channels, stride, stride}), m_now.height / stride,
                     m_now.width / stride};
        }
    }

    void route(const DarknetSection &section)
    {
        Volume joined;
        const auto here = std::ssize(m_volumes);
        for (std::int64_t layer : section.numbers("layers")) {
            layer += layer < 0 ? here : 0;
            m_sound = m_sound && layer >= 0 && layer < here;
            if (!m_sound)
                return;
            const Volume &from = m_volumes[static_cast<std::size_t>(layer)];
            joined = {joined.channels + from.channels, from.height, from.width};
        }
        const std::int64_t groups = section.number("groups", 1);
        m_sound = m_sound && groups > 0;
        if (m_sound)
            m_now = {joined.channels / groups, joined.height, joined.width};
    }

    Volume m_now;
    std::vector<Volume> m_volumes;
    std::int64_t m_total = 0;
    bool m_sound = true;
};

} // namespace

std::int64_t DarknetSection::number(const std::string &key, std::int64_t fallback) const
{
    const auto found = options.find(key);
    return found == options.end() ? fallback : toNumber(found->second, fallback);
}

std::vector<std::int64_t> DarknetSection::numbers(const std::string &key) const
{
    std::vector<std::int64_t> result;
    const auto found = options.find(key);
    if (found != options.end()) {
        for (const std::string_view part : split(found->second, ','))
            result.push_back(toNumber(part, 0));
    }
    return result;
}

Result<std::vector<DarknetSection>> parseDarknet(std::string_view text)
{
    std::vector<DarknetSection> sections;
    int number = 0;
    for (const std::string_view line : split(text, '\n')) {
        ++number;
        const std::string_view code = trimmed(line);
        if (code.empty() || code.front() == '#' || code.front() == ';')
            continue;
        if (code.front() == '[') {
            const auto close = code.find(']');
            sections.push_back({std::string(code.substr(1, close - 1)), {}});
            continue;
        }
        const auto equals = code.find('=');
        if (sections.empty() || equals == std::string_view::npos)
            return failedPrecondition(
                fmt::format("line {} is neither [section] nor key=value", number));
        sections.back().options.emplace(trimmed(code.substr(0, equals)),
                                        trimmed(code.substr(equals + 1)));
    }
    if (sections.empty() || (sections[0].name != "net" && sections[0].name != "network"))
        return failedPrecondition("it does not begin with [net]");
    return sections;
}

Result<std::optional<std::int64_t>> darknetWeightCount(const std::vector<DarknetSection> &sections)
{
    return Counter().count(sections);
}

std::int64_t darknetHeaderSize(std::int32_t major, std::int32_t minor)
{
    // Images seen became 64 bits wide with version 0.2.
    return 12 + (major * 10 + minor >= 2 ? 8 : 4);
}

} // namespace warmbench
