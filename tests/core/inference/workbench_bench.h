// A workbench over a fake source and a clock turned by hand, and a place where its answers are
// counted.
#pragma once

#include "fake_source.h"
#include "inference/workbench.h"
#include "make_tensor.h"
#include "manual_clock.h"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>

namespace warmbench {

inline constexpr std::chrono::seconds patience{30};

// Answers to come, each counted.
class Inbox
{
public:
    Workbench::PredictDone slot()
    {
        const std::lock_guard lock(m_mutex);
        const std::size_t index = m_answers.size();
        m_answers.emplace_back();
        return [this, index](Result<Prediction> result) {
            const std::lock_guard inner(m_mutex);
            m_answers[index].push_back(std::move(result));
            m_changed.notify_all();
        };
    }
    // True as soon as `count` of the slots have an answer.
    bool await(std::size_t count)
    {
        std::unique_lock lock(m_mutex);
        return m_changed.wait_for(lock, patience, [&] { return answered() >= count; });
    }
    // How many slots were answered other than once.
    std::size_t wronglyAnswered()
    {
        const std::lock_guard lock(m_mutex);
        return std::size_t(std::count_if(m_answers.begin(), m_answers.end(),
                                         [](const auto &all) { return all.size() != 1; }));
    }
    Result<Prediction> &at(std::size_t index)
    {
        const std::lock_guard lock(m_mutex);
        return m_answers.at(index).at(0);
    }
    // "ok", or the error's code, and how often.
    std::map<std::string, int> outcomes()
    {
        const std::lock_guard lock(m_mutex);
        std::map<std::string, int> counts;
        for (const auto &all : m_answers) {
            for (const auto &one : all)
                ++counts[one ? "ok" : errorCodeName(one.error().code)];
        }
        return counts;
    }

private:
    std::size_t answered() const
    {
        return std::size_t(std::count_if(m_answers.begin(), m_answers.end(),
                                         [](const auto &all) { return !all.empty(); }));
    }

    std::mutex m_mutex;
    std::condition_variable m_changed;
    std::deque<std::vector<Result<Prediction>>> m_answers;
};

inline InferenceRequest requestFor(const std::string &model)
{
    InferenceRequest request;
    request.model.name = model;
    request.decode = [](const ModelBundle &, RunControl &) {
        return Result<InferenceInputs>(SampleInputs{tensorOf({4}, {1, 2, 3, 4})});
    };
    return request;
}

// A workbench over a fake source that a test still holds.
struct Bench
{
    explicit Bench(WorkbenchOptions options = {})
        : owned(std::make_unique<FakeSource>())
        , source(*owned)
    {
        options.workers = options.workers ? options.workers : 2;
        workbench = std::make_unique<Workbench>(std::move(options), clock, std::move(owned));
    }
    Result<Prediction> predict(InferenceRequest request)
    {
        Inbox inbox;
        workbench->predict(std::move(request), inbox.slot());
        if (!inbox.await(1))
            return Error{ErrorCode::Internal, "no answer came"};
        return std::move(inbox.at(0));
    }

    ManualClock clock;
    std::unique_ptr<FakeSource> owned;
    FakeSource &source;
    std::unique_ptr<Workbench> workbench;
};

inline FakeModel gatedModel(const std::shared_ptr<Gate> &gate)
{
    FakeModel model;
    model.network.runGate = gate;
    return model;
}

inline std::string codeOf(const Result<Prediction> &prediction)
{
    return prediction ? "ok" : errorCodeName(prediction.error().code);
}

} // namespace warmbench
