#include "inference/description_runner.h"

#include <atomic>
#include <fmt/format.h>
#include <utility>
#include <vector>

namespace warmbench {

struct DescriptionRunner::Question
{
    Question(ModelId asked, SteadyTime until, ModelCache::DescribeDone done)
        : model(std::move(asked))
        , deadline(until)
        , m_done(std::move(done))
    {
    }

    bool answered() const { return m_answered; }
    void answer(Result<std::shared_ptr<const ModelStatus::Facts>> facts)
    {
        if (!m_answered.exchange(true))
            m_done(std::move(facts));
    }

    const ModelId model;
    const SteadyTime deadline;

private:
    std::atomic<bool> m_answered{false};
    ModelCache::DescribeDone m_done;
};

DescriptionRunner::DescriptionRunner(ModelCache &cache, const Clock &clock)
    : m_cache(cache)
    , m_clock(clock)
{
}

void DescriptionRunner::describe(const ModelId &id, Milliseconds allowed,
                                 ModelCache::DescribeDone done)
{
    const auto question =
        std::make_shared<Question>(id, deadlineAfter(m_clock.now(), allowed), std::move(done));
    if (question->deadline != SteadyTime::max()) {
        const MutexLock lock(m_mutex);
        m_waiting.push_back(question);
    }
    m_cache.describe(id, [question](Result<std::shared_ptr<const ModelStatus::Facts>> facts) {
        question->answer(std::move(facts));
    });
}

SteadyTime DescriptionRunner::answerOverdue()
{
    std::vector<std::shared_ptr<Question>> overdue;
    SteadyTime earliest = SteadyTime::max();
    {
        const MutexLock lock(m_mutex);
        m_waiting.remove_if([&](const std::weak_ptr<Question> &waiting) {
            auto question = waiting.lock();
            if (!question || question->answered())
                return true;
            if (m_clock.now() < question->deadline) {
                earliest = std::min(earliest, question->deadline);
                return false;
            }
            overdue.push_back(std::move(question));
            return true;
        });
    }
    for (const auto &question : overdue)
        question->answer(
            Error{ErrorCode::DeadlineExceeded,
                  fmt::format("What the model {} is could not be told before the deadline, since "
                              "the loader is busy; ask again in a moment.",
                              question->model.text())});
    return earliest;
}

} // namespace warmbench
