#include "inference/matching/match.h"

#include "engine/verdicts/agreement.h"
#include "inference/body/input_bytes.h"
#include "inference/matching/expected_numbers.h"
#include "inference/matching/match_answer.h"
#include "inference/matching/match_summary.h"
#include "inference/matching/preparations.h"
#include "inference/picture_inputs.h"
#include "inference/prediction_flow.h"

#include <algorithm>
#include <fmt/format.h>
#include <functional>
#include <map>
#include <utility>

namespace warmbench {

namespace {

// So many of the closest are tried with the other filters.
constexpr std::size_t mostRefined = 12;

class Search
{
public:
    Search(const ModelBundle &model, const Clock &clock, const MatchLimits &limits)
        : m_model(model)
        , m_clock(clock)
        , m_limits(limits)
        , m_control(limits.deadline, clock, limits.cancellation, MemoryBudget::Share(limits.memory))
        , m_present(model.input.preprocessing)
        , m_plain(plainPreparation(m_present))
        , m_whole(!isFloating(model.spec().inputs.at(model.input.index).dtype))
    {
        m_model.seen = nullptr; // wrongly prepared pictures are nothing to measure with
        m_control.setStop(limits.stop);
    }

    Result<MatchReport> compared(std::string_view picture, std::string_view expected);
    Result<MatchReport> sideBySide(std::span<const std::string_view> pictures);

private:
    Result<Image> decoded(std::string_view picture);
    Result<Prediction> run(Tensor sample);
    Result<void> tryOne(const Image &image, const Preprocessing &how);
    Result<Closeness> closenessOf(const Prediction &prediction) const;
    Result<Closeness> compare(MatchCandidate &candidate, Tensor sample);
    Result<void> tryFilters(const Image &image);
    Result<void> answer(MatchCandidate &candidate, std::span<const Image> images);
    MatchReport report(bool compared);
    void rank();

    ModelBundle m_model; // a copy that shares the network
    const Clock &m_clock;
    const MatchLimits &m_limits;
    RunControl m_control;
    const Preprocessing m_present;
    const Preprocessing m_plain;
    const bool m_whole;
    Expected m_expected;
    std::vector<MatchCandidate> m_candidates;
    std::map<std::size_t, std::size_t> m_tensors; // hash of a tensor, its candidate
    std::optional<Error> m_failure;               // the first of a candidate
    std::size_t m_runs = 0;
};

bool endsAll(const Error &error)
{
    return error.code == ErrorCode::Cancelled || error.code == ErrorCode::DeadlineExceeded ||
           error.code == ErrorCode::ResourceExhausted || error.code == ErrorCode::Unavailable;
}

Result<Image> Search::decoded(std::string_view picture)
{
    auto image = decodedPicture(bytesOf(picture), m_control);
    if (!image)
        return image;
    // It stays until the search ends.
    if (auto room = m_control.reserve(image->rgb.size(), "pictures"); !room)
        return std::move(room).error();
    return image;
}

Result<Prediction> Search::run(Tensor sample)
{
    InferenceRequest request;
    request.cancellation = m_limits.cancellation;
    request.memory = m_limits.memory;
    request.decode = [&sample](const ModelBundle &, RunControl &) {
        return Result<InferenceInputs>(oneSample(std::move(sample)));
    };
    ++m_runs;
    return runPrepared(m_model, request, m_limits.deadline, m_clock, m_limits.stop);
}

Result<Closeness> Search::closenessOf(const Prediction &prediction) const
{
    std::optional<Closeness> all;
    for (const NamedTensor &expected : m_expected.tensors) {
        const auto output =
            std::find_if(prediction.outputs.begin(), prediction.outputs.end(),
                         [&](const NamedTensor &each) { return each.name == expected.name; });
        if (output == prediction.outputs.end())
            continue;
        auto close = warmbench::closenessOf(expected.tensor, output->tensor, {},
                                            fmt::format("The output \"{}\"", expected.name));
        if (!close)
            return close;
        const bool half = output->tensor.dtype() == DType::Float16;
        close->within = close->share <= (half ? agreedShareOfHalves : agreedShare);
        all = all ? *all + *close : *close;
    }
    return all.value_or(Closeness());
}

Result<Closeness> Search::compare(MatchCandidate &candidate, Tensor sample)
{
    if (m_expected.isInput) {
        auto close = warmbench::closenessOf(m_expected.tensors.front().tensor, sample, {},
                                            "The prepared picture");
        if (close)
            close->within = close->share <= agreedShare;
        return close;
    }
    const auto prediction = run(std::move(sample));
    if (!prediction)
        return prediction.error();
    candidate.answers = answersOf(*prediction);
    return closenessOf(*prediction);
}

// An error ends the search; where only this preparation does not run, it is kept and passed over.
Result<void> Search::tryOne(const Image &image, const Preprocessing &how)
{
    if (auto go = m_control.check(); !go)
        return go;
    auto prepared = preprocess(image, how);
    if (!prepared) {
        m_failure = m_failure.value_or(prepared.error());
        return {};
    }
    const auto bytes = prepared->tensor.bytes();
    const std::string_view view(reinterpret_cast<const char *>(bytes.data()), bytes.size());
    const std::size_t hash = std::hash<std::string_view>()(view);
    if (const auto known = m_tensors.find(hash); known != m_tensors.end()) {
        MatchCandidate &same = m_candidates[known->second];
        if (same.how != how &&
            std::find(same.same.begin(), same.same.end(), how) == same.same.end())
            same.same.push_back(how);
        return {};
    }
    MatchCandidate candidate{.how = how, .present = how == m_present};
    const auto close = compare(candidate, std::move(prepared->tensor));
    if (!close && (endsAll(close.error()) || m_expected.isInput))
        return close.error();
    if (!close) {
        m_failure = m_failure.value_or(close.error());
        return {};
    }
    candidate.closeness = *close;
    m_tensors.emplace(hash, m_candidates.size());
    m_candidates.push_back(std::move(candidate));
    return {};
}

void Search::rank()
{
    std::stable_sort(m_candidates.begin(), m_candidates.end(),
                     [](const MatchCandidate &a, const MatchCandidate &b) {
                         if (a.closeness->share != b.closeness->share)
                             return a.closeness->share < b.closeness->share;
                         return a.closeness->cosine > b.closeness->cosine;
                     });
}

Result<void> Search::tryFilters(const Image &image)
{
    std::vector<MatchCandidate> best = m_candidates;
    std::stable_sort(best.begin(), best.end(), [](const auto &a, const auto &b) {
        return a.closeness->share < b.closeness->share;
    });
    best.resize(std::min(best.size(), mostRefined));
    for (const MatchCandidate &candidate : best) {
        for (const Preprocessing &how : withFilters(candidate.how)) {
            if (auto tried = tryOne(image, how); !tried)
                return tried;
        }
    }
    return {};
}

Result<MatchReport> Search::compared(std::string_view picture, std::string_view expected)
{
    const auto image = decoded(picture);
    if (!image)
        return image.error();
    auto tensors = readTensors(expected, m_control);
    if (!tensors)
        return std::move(tensors).error();
    auto about = expectedOf(m_model, *std::move(tensors));
    if (!about)
        return std::move(about).error();
    m_expected = *std::move(about);
    if (auto tried = tryOne(*image, m_present); !tried)
        return std::move(tried).error();
    for (const Preprocessing &valued : withValues(m_plain, m_whole)) {
        for (const Preprocessing &how : withSizes(valued)) {
            if (auto tried = tryOne(*image, how); !tried)
                return std::move(tried).error();
        }
    }
    if (auto tried = tryFilters(*image); !tried)
        return std::move(tried).error();
    if (m_candidates.empty())
        return m_failure.value_or(Error{ErrorCode::Internal, "No preparation was tried."});
    rank();
    return report(true);
}

Result<void> Search::answer(MatchCandidate &candidate, std::span<const Image> images)
{
    for (const Image &image : images) {
        if (auto go = m_control.check(); !go)
            return go;
        auto prepared = preprocess(image, candidate.how);
        if (!prepared)
            return std::move(prepared).error();
        const auto prediction = run(std::move(prepared->tensor));
        if (!prediction)
            return prediction.error();
        const auto answers = answersOf(*prediction);
        if (answers.empty())
            return failedPrecondition(fmt::format(
                "The task of model \"{}\" is \"{}\", whose answers no label tells apart: "
                "give the notebook's output as EXPECTED to compare with.",
                m_model.id.name, taskName(prediction->task)));
        candidate.answers.push_back(answers.front());
    }
    return {};
}

Result<MatchReport> Search::sideBySide(std::span<const std::string_view> pictures)
{
    std::vector<Image> images;
    for (const std::string_view picture : pictures) {
        auto image = decoded(picture);
        if (!image)
            return std::move(image).error();
        images.push_back(*std::move(image));
    }
    std::vector<Preprocessing> all{m_present};
    Preprocessing sized = m_present;
    sized.channels = m_plain.channels;
    for (const Preprocessing &how : withValues(sized, m_whole)) {
        if (how != m_present)
            all.push_back(how);
    }
    for (const Preprocessing &how : all) {
        MatchCandidate candidate{.how = how, .present = how == m_present};
        const auto answered = answer(candidate, images);
        if (!answered &&
            (endsAll(answered.error()) || answered.error().code == ErrorCode::FailedPrecondition))
            return answered.error();
        if (answered)
            m_candidates.push_back(std::move(candidate));
        else
            m_failure = m_failure.value_or(answered.error());
    }
    if (m_candidates.empty())
        return m_failure.value_or(Error{ErrorCode::Internal, "No preparation was tried."});
    return report(false);
}

MatchReport Search::report(bool compared)
{
    MatchReport report;
    report.model = m_model.id;
    report.digest = m_model.digest;
    report.engine = m_model.engine;
    report.againstInput = m_expected.isInput;
    report.compared = compared;
    report.candidates = std::move(m_candidates);
    report.runs = m_runs;
    judge(report);
    return report;
}

} // namespace

Result<MatchReport> matchPreparations(const ModelBundle &model, const MatchInputs &inputs,
                                      const Clock &clock, const MatchLimits &limits)
{
    if (model.input.kind != InputKind::Image)
        return invalidArgument(fmt::format(
            "The model \"{}\" takes numbers, not pictures, so that there is nothing to match; keep "
            "its input and output as \"golden\" in its settings, and run warmbench check.",
            model.id.name));
    if (model.input.preprocessing.resize == ResizeMode::Fit)
        return invalidArgument(fmt::format(
            "The model \"{}\" takes pictures of any size; set \"input.width\" and "
            "\"input.height\" in its settings to what the notebook used, then match again.",
            model.id.name));
    if (inputs.expected && inputs.pictures.size() != 1)
        return invalidArgument(fmt::format("There are {} pictures, but what is expected belongs to "
                                           "one; send that one alone.",
                                           inputs.pictures.size()));
    if (inputs.pictures.empty() || inputs.pictures.size() > mostMatchPictures)
        return invalidArgument(fmt::format("There are {} pictures; send 1 to {}.",
                                           inputs.pictures.size(), mostMatchPictures));
    Search search(model, clock, limits);
    return inputs.expected ? search.compared(inputs.pictures.front(), *inputs.expected)
                           : search.sideBySide(inputs.pictures);
}

} // namespace warmbench
