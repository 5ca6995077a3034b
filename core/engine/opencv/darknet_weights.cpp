#include "engine/opencv/darknet_weights.h"

#include "base/text.h"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>
#include <iterator>
#include <limits>
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

constexpr std::int64_t largestVolume = std::numeric_limits<int>::max(); // numbers in one blob
constexpr std::int64_t largestExtent = 1'000'000;
constexpr std::size_t mostSections = 20'000;

// Reads an int as a C++ stream does: text after the digits is ignored, no digits give 0, and a
// number too large gives the largest.
std::int64_t toNumber(std::string_view text)
{
    int value = 0;
    if (text.starts_with('+'))
        text.remove_prefix(1);
    const auto [stop, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (problem == std::errc::result_out_of_range)
        return text.starts_with('-') ? std::numeric_limits<int>::min()
                                     : std::numeric_limits<int>::max();
    return problem == std::errc() ? value : 0;
}

// Drops the characters that OpenCV's importer drops before it looks at a line: all but visible
// ASCII up to 'z'.
std::string plain(std::string_view line)
{
    std::string kept;
    std::copy_if(line.begin(), line.end(), std::back_inserter(kept),
                 [](char c) { return c > ' ' && c <= 'z'; });
    return kept;
}

// Goes through the sections and adds up their weights without overflow.
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
            if (!m_problem.empty())
                return failedPrecondition(
                    fmt::format("section {} ([{}]) {}", i, printable(sections[i].name), m_problem));
            const bool sane =
                m_sound && m_total <= largest && m_now.channels > 0 && m_now.height > 0 &&
                m_now.width > 0 &&
                product({m_now.channels, m_now.height, m_now.width}) <= largestVolume && m_sound;
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

    // False if the section is unknown.
    bool add(const DarknetSection &section)
    {
        static const std::set<std::string> keeping{
            "activation", "cost", "crop", "detection", "dropout", "gaussian_yolo", "softmax"};
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
        else if (section.name == "shortcut" || section.name == "sam" ||
                 section.name == "scale_channels")
            join(section);
        else if (section.name == "yolo" || section.name == "region")
            detect(section);
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
        m_sound = m_sound && stride > 0 && groups > 0 && size > 0 && filters > 0 && padding >= 0 &&
                  std::max({stride, size, padding, filters}) <= largestExtent &&
                  m_now.channels % groups == 0;
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

    // The output of an earlier section: `number` is its number or, if negative, how many sections
    // back it is.
    const Volume *earlier(std::int64_t number)
    {
        const auto here = std::ssize(m_volumes);
        const std::int64_t index = number + (number < 0 ? here : 0);
        if (index >= 0 && index < here)
            return &m_volumes[static_cast<std::size_t>(index)];
        m_problem = fmt::format("reads section {}, which is none before it", number);
        return nullptr;
    }

    void join(const DarknetSection &section)
    {
        const Volume *other = earlier(section.number("from", 0));
        if (!other)
            return;
        const bool scales = section.name == "scale_channels";
        const bool same = other->height == m_now.height && other->width == m_now.width;
        const bool thin = m_now.height == 1 && m_now.width == 1;
        if ((scales && other->channels != m_now.channels) || (scales ? !same && !thin : !same) ||
            (section.name == "sam" && other->channels != m_now.channels))
            m_problem = "joins sections of unequal extents";
        if (scales)
            m_now = *other;
    }

    // Checks a section that makes boxes from anchors; each anchor is a pair of numbers.
    void detect(const DarknetSection &section)
    {
        const bool yolo = section.name == "yolo";
        const auto anchors = static_cast<std::int64_t>(section.parts("anchors").size());
        const std::int64_t count = section.number("num", -1);
        const auto chosen = section.numbers("mask");
        const bool inside = std::all_of(chosen.begin(), chosen.end(), [anchors](auto one) {
            return one >= 0 && one < anchors / 2;
        });
        if (anchors == 0 || anchors != 2 * count)
            m_problem = fmt::format("has {} numbers of anchors where num={} needs {}", anchors,
                                    count, 2 * count);
        else if (yolo && (chosen.empty() || !inside))
            m_problem = fmt::format("has a mask that names other anchors than its {}", anchors / 2);
        const std::int64_t used = yolo ? std::ssize(chosen) : count;
        const std::int64_t coordinates = yolo ? 4 : section.number("coords", 4);
        const std::int64_t classes = section.number("classes", -1);
        const bool fits =
            coordinates >= 4 && classes > 0 && (1 + coordinates + classes) * used == m_now.channels;
        if (m_problem.empty() && !fits)
            m_problem = fmt::format("finds {} classes with {} anchors in {} channels", classes,
                                    used, m_now.channels);
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
            m_sound = m_sound && size > 0 && size <= largestExtent && padding >= 0 &&
                      padding <= largestExtent;
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
        for (const std::int64_t layer : section.numbers("layers")) {
            const Volume *from = earlier(layer);
            if (!from)
                return;
            joined = {joined.channels + from->channels, from->height, from->width};
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
    std::string m_problem; // what is wrong with this section, if that is known
};

} // namespace

std::int64_t DarknetSection::number(const std::string &key, std::int64_t fallback) const
{
    const auto found = options.find(key);
    return found == options.end() ? fallback : toNumber(found->second);
}

std::vector<std::string_view> DarknetSection::parts(const std::string &key) const
{
    const auto found = options.find(key);
    if (found == options.end())
        return {};
    auto all = split(found->second, ',');
    // A list may end with a comma, as it does in files of the first YOLO.
    if (!all.empty() && all.back().empty())
        all.pop_back();
    return all;
}

std::vector<std::int64_t> DarknetSection::numbers(const std::string &key) const
{
    std::vector<std::int64_t> result;
    for (const std::string_view part : parts(key))
        result.push_back(toNumber(part));
    return result;
}

Result<std::vector<DarknetSection>> parseDarknet(std::string_view text)
{
    std::vector<DarknetSection> sections;
    int number = 0;
    for (const std::string_view line : split(text, '\n')) {
        ++number;
        const std::string code = plain(line);
        if (code.empty() || code.front() == '#' || code.front() == ';')
            continue;
        if (code.front() == '[') {
            sections.push_back({code.substr(1, code.find(']') - 1), {}});
            if (sections.size() > mostSections)
                return failedPrecondition(
                    fmt::format("it has more than {} sections", mostSections));
            if (sections.size() > 1 && sections.back().name == "net")
                return failedPrecondition(fmt::format("line {} is a second [net]", number));
            continue;
        }
        const auto equals = code.find('=');
        if (sections.empty() || equals == std::string::npos)
            return failedPrecondition(
                fmt::format("line {} is neither [section] nor key=value", number));
        const std::string key = code.substr(0, equals);
        const std::string value = code.substr(equals + 1);
        if (value.starts_with(',') || value.find(",,") != value.npos)
            return failedPrecondition(
                fmt::format("line {} has a list with an empty place", number));
        if (!key.empty() && !value.empty())
            sections.back().options[key] = value; // the last one counts
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
    // Since version 0.2 the number of images seen has 64 bits.
    return 12 + (major * 10 + minor >= 2 ? 8 : 4);
}

} // namespace warmbench
