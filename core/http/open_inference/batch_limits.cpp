#include "http/open_inference/batch_limits.h"

#include "base/text.h"
#include "http/open_inference/wire_tensors.h"
#include "inference/batching.h"
#include "inference/body/json_body.h"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>
#include <limits>
#include <variant>

namespace warmbench::http {

namespace {

constexpr std::int64_t mostSamples = std::numeric_limits<std::int32_t>::max(); // Triton's type

bool countsSamples(const TensorSpec &output)
{
    return !output.shape.empty() && (output.shape[0].free() || output.shape[0].size == 1);
}

// Of one sample of all inputs, a free extent taken as 1; never below 1.
double sampleBytes(const NetworkSpec &spec)
{
    double sum = 0;
    for (const TensorSpec &input : spec.inputs) {
        double bytes =
            static_cast<double>(input.dtype == DType::String ? lengthSize : dtypeSize(input.dtype));
        for (const Dimension &extent : std::span(input.shape).subspan(1))
            bytes *= extent.free() ? 1.0 : static_cast<double>(extent.size);
        sum += bytes;
    }
    return std::max(sum, 1.0);
}

std::int64_t samplesOf(const ModelBundle &model, const InferenceInputs &inputs)
{
    if (const auto *samples = std::get_if<SampleInputs>(&inputs))
        return static_cast<std::int64_t>(samples->size());
    if (const auto *images = std::get_if<ImageInputs>(&inputs))
        return static_cast<std::int64_t>(images->size());
    const auto *tensors = std::get_if<TensorInputs>(&inputs);
    if (!tensors || tensors->empty() || !hasBatchDimension(model.spec()))
        return 1;
    const Shape &shape = tensors->front().tensor.shape();
    return shape.empty() ? 1 : shape.front();
}

// A number, or a text of one: protobuf's JSON writes 64-bit numbers so, and reads both.
Result<std::int64_t> batchSize(std::string_view json)
{
    std::string text(trimmed(json));
    if (jsonKind(json) == "a text") {
        auto inner = jsonString(json, "\"max_batch_size\"");
        if (!inner)
            return inner.error();
        text = std::move(*inner);
    }
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size() || number < 1 ||
        number > mostSamples)
        return invalidArgument(fmt::format(
            "\"max_batch_size\" is {}, expected a whole number from 1 on.", printable(json, 40)));
    return number;
}

} // namespace

std::int64_t largestBatch(const NetworkSpec &spec, Bytes maxBody)
{
    if (!hasBatchDimension(spec) ||
        !std::all_of(spec.outputs.begin(), spec.outputs.end(), countsSamples))
        return 0;
    const bool free = std::all_of(spec.inputs.begin(), spec.inputs.end(),
                                  [](const TensorSpec &input) { return input.shape[0].free(); });
    if (!free)
        return 1;
    const double samples = static_cast<double>(maxBody.count) / sampleBytes(spec);
    return std::clamp<std::int64_t>(
        static_cast<std::int64_t>(std::min(samples, static_cast<double>(mostSamples))), 1,
        mostSamples);
}

Result<std::optional<std::int64_t>> batchSizeOfConfig(const std::string &config,
                                                      std::string_view model)
{
    const JsonText json(config);
    const auto members = jsonMembers(json.view(), "\"config\"");
    if (!members)
        return members.error();
    std::optional<std::int64_t> size;
    for (const JsonMember &member : *members) {
        if (member.key == "name" && jsonKind(member.value) == "a text" &&
            jsonString(member.value, "\"name\"").value_or(std::string()) == model)
            continue;
        if (member.key != "max_batch_size")
            return invalidArgument(fmt::format(
                "\"config\" has \"{}\", but max_batch_size alone can be set in a request: change "
                "the model's files and its settings file on disk.",
                printable(member.key, 60)));
        const auto number = batchSize(member.value);
        if (!number)
            return number.error();
        size = *number;
    }
    return size;
}

void BatchLimits::set(const std::string &model, std::int64_t limit)
{
    const MutexLock lock(m_mutex);
    m_set[model] = limit;
}

void BatchLimits::clear(const std::string &model)
{
    const MutexLock lock(m_mutex);
    m_set.erase(model);
}

std::optional<std::int64_t> BatchLimits::find(const std::string &model) const
{
    const MutexLock lock(m_mutex);
    const auto found = m_set.find(model);
    return found == m_set.end() ? std::nullopt : std::optional(found->second);
}

std::int64_t BatchLimits::of(const std::string &model, const NetworkSpec &spec) const
{
    const std::int64_t most = possible(spec);
    return std::min(most, find(model).value_or(most));
}

Result<void> BatchLimits::check(const ModelBundle &model, const InferenceInputs &inputs) const
{
    const auto limit = find(model.id.name);
    const std::int64_t came = samplesOf(model, inputs);
    if (!limit || came <= *limit)
        return {};
    return invalidArgument(fmt::format("inference request batch-size must be <= {} for '{}', as it "
                                       "was loaded; {} samples came.",
                                       *limit, model.id.name, came));
}

} // namespace warmbench::http
