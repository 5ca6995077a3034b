#include "base/file.h"
#include "base/text.h"
#include "engine/darknet_weights.h"
#include "engine/dnn_parts.h"

#include <cstring>
#include <fmt/format.h>
#include <opencv2/dnn.hpp>

namespace warmbench {

namespace {

constexpr Bytes largestText = mebibytes(16);

Result<void> checkWeights(const ModelFiles &files, const std::vector<DarknetSection> &sections,
                          NetworkSpec &spec)
{
    const auto count = darknetWeightCount(sections);
    const std::string weights = printable(files.weights.filename().string());
    const std::string text = printable(files.network.filename().string());
    if (!count)
        return failedPrecondition(
            fmt::format("\"{}\" cannot be run: {}; copy it again.", text, count.error().message));
    const auto header = readFileStart(files.weights, 8);
    if (!header)
        return header.error();
    std::int32_t version[2] = {};
    if (header->size() == sizeof version)
        std::memcpy(version, header->data(), sizeof version);
    std::error_code problem;
    const auto held = static_cast<std::int64_t>(std::filesystem::file_size(files.weights, problem));
    if (!*count) {
        spec.warnings.push_back(fmt::format("The size of \"{}\" could not be checked: \"{}\" has "
                                            "sections that are not known here.",
                                            weights, text));
        return {};
    }
    const std::int64_t needed = darknetHeaderSize(version[0], version[1]) + 4 * **count;
    if (problem || held < needed)
        return failedPrecondition(fmt::format(
            "\"{}\" has {} bytes but \"{}\" needs {}: the weights are cut short or belong to "
            "another network; copy the pair again.",
            weights, problem ? 0 : held, text, needed));
    if (held > needed)
        spec.warnings.push_back(fmt::format(
            "\"{}\" has {} bytes more than \"{}\" needs: it may belong to another network.",
            weights, held - needed, text));
    return {};
}

} // namespace

Result<OpenCvParts> loadDarknetParts(const ModelFiles &files, int instances)
{
    const auto text = readFile(files.network, largestText);
    if (!text)
        return text.error();
    const auto sections = parseDarknet(*text);
    if (!sections)
        return failedPrecondition(fmt::format("\"{}\" is no whole Darknet description: {}; copy it "
                                              "again.",
                                              printable(files.network.filename().string()),
                                              sections.error().message));
    NetworkSpec spec;
    if (auto checked = checkWeights(files, *sections, spec); !checked)
        return std::move(checked).error();
    const DarknetSection &net = sections->front();
    // [net]'s batch is that of training.
    spec.inputs.push_back({.name = "data",
                           .shape = {{-1, "batch"},
                                     {net.number("channels", 3), ""},
                                     {net.number("height", 416), ""},
                                     {net.number("width", 416), ""}},
                           .producedBy = {}});
    const auto outputsOf = [](const cv::dnn::Net &read,
                              NetworkSpec &) -> Result<std::vector<DnnOutput>> {
        return unconnectedOutputs(read);
    };
    return readInstances(
        files, instances, std::move(spec),
        [&] { return cv::dnn::readNetFromDarknet(files.network.string(), files.weights.string()); },
        outputsOf);
}

} // namespace warmbench
