#include "base/file.h"
#include "base/text.h"
#include "engine/opencv/darknet_weights.h"
#include "engine/opencv/dnn_parts.h"

#include <cstring>
#include <fmt/format.h>
#include <opencv2/dnn.hpp>

namespace warmbench {

namespace {

constexpr Bytes largestText = mebibytes(16);

Result<void> checkWeights(const ModelFiles &files, const std::string &bytes,
                          const std::vector<DarknetSection> &sections, NetworkSpec &spec)
{
    const auto count = darknetWeightCount(sections);
    const std::string weights = printable(files.weights.filename().string());
    const std::string text = printable(files.network.filename().string());
    if (!count)
        return failedPrecondition(
            fmt::format("\"{}\" cannot be run: {}; copy it again.", text, count.error().message));
    std::int32_t version[2] = {};
    if (bytes.size() >= sizeof version)
        std::memcpy(version, bytes.data(), sizeof version);
    const auto held = static_cast<std::int64_t>(bytes.size());
    if (!*count) {
        spec.warnings.push_back(fmt::format("The size of \"{}\" could not be checked: \"{}\" has "
                                            "sections that are not known here.",
                                            weights, text));
        return {};
    }
    const std::int64_t needed = darknetHeaderSize(version[0], version[1]) + 4 * **count;
    if (held < needed)
        return failedPrecondition(fmt::format(
            "\"{}\" has {} bytes but \"{}\" needs {}: the weights are cut short or belong to "
            "another network; copy the pair again.",
            weights, held, text, needed));
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
    const auto weights = readFile(files.weights, largestWeights);
    if (!weights)
        return weights.error();
    if (auto checked = checkWeights(files, *weights, *sections, spec); !checked)
        return std::move(checked).error();
    const DarknetSection &net = sections->front();
    // The batch in [net] is the one used for training.
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
        [&] {
            return cv::dnn::readNetFromDarknet(text->data(), text->size(), weights->data(),
                                               weights->size());
        },
        outputsOf);
}

} // namespace warmbench
