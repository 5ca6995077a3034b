#include "inference/scheduler.h"

#include "base/exceptions.h"
#include "base/mutex.h"
#include "base/thread_name.h"

#include <algorithm>
#include <deque>
#include <fmt/format.h>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

namespace warmbench {
namespace {

Error stoppingError()
{
    return {ErrorCode::Unavailable,
            "Warmbench is shutting down; send the request again when it is back."};
}

// Why a job need not run any more; nothing if it should.
std::optional<Error> obstacle(const Job &job, SteadyTime now)
{
    if (job.cancellation.stop_requested())
        return Error{ErrorCode::Cancelled, "The request was cancelled while it waited."};
    if (now >= job.deadline)
        return Error{ErrorCode::DeadlineExceeded,
                     fmt::format("The deadline passed while the request waited for {}; send fewer "
                                 "at once or allow more time (--deadline).",
                                 job.queue)};
    return std::nullopt;
}

// The scheduler that this thread is a worker of.
thread_local const void *workerOf = nullptr;

// Every request gets an answer, even when memory runs out.
void runGuarded(const Job &job) noexcept
{
    try {
        job.run();
    } catch (...) {
        Error error = loggedException("inference");
        if (job.abandon)
            contained("inference", [&] { job.abandon(std::move(error)); });
    }
}

// Collects jobs that will not run; their `abandon` is called later, when no lock is held.
class Abandoned
{
public:
    Abandoned() = default;
    ~Abandoned() { tell(); }
    Abandoned(const Abandoned &) = delete;
    Abandoned &operator=(const Abandoned &) = delete;
    void add(Job job, Error error) { m_jobs.emplace_back(std::move(job), std::move(error)); }
    void tell()
    {
        for (auto &[job, error] : std::exchange(m_jobs, {})) {
            if (job.abandon)
                contained("inference",
                          [&, &job = job, &error = error] { job.abandon(std::move(error)); });
        }
    }

private:
    std::vector<std::pair<Job, Error>> m_jobs;
};

} // namespace

struct Scheduler::Private
{
    // Heavy jobs wait apart from the light ones, and run only on some of the threads.
    enum class Weight : std::uint8_t { Light, Heavy };

    struct Queue
    {
        std::deque<Job> jobs;
        std::deque<Job> heavy; // these wait apart from `jobs`
        int concurrency = 1;
        int running = 0;
        bool listed = false;     // stands in `turns`
        Queue *behind = nullptr; // in `turns`
        bool lightTurn = false;  // the last job taken was a heavy one

        std::size_t size() const { return jobs.size() + heavy.size(); }
    };

    // A linked list of queues, each in it at most once. It allocates nothing, so that a place can
    // be given back even when memory has run out.
    class Row
    {
    public:
        bool empty() const { return !m_first; }
        void push(Queue &queue)
        {
            queue.behind = nullptr;
            (m_first ? m_last->behind : m_first) = &queue;
            m_last = &queue;
        }
        Queue &pop() { return *std::exchange(m_first, m_first->behind); }
        void clear() { m_first = nullptr; }

    private:
        Queue *m_first = nullptr;
        Queue *m_last = nullptr;
    };

    struct Taken
    {
        Job job;
        Queue *queue = nullptr;
        Weight weight = Weight::Light;
    };

    Private(const Clock &time, SchedulerOptions wanted)
        : clock(time)
        , options{std::max(wanted.threads, 1), std::max(wanted.queueLimit, 0)}
        , mostHeavy(std::max(options.threads / 2, 1))
    {
    }

    const Clock &clock;
    const SchedulerOptions options;
    const int mostHeavy;
    mutable Mutex mutex;
    Condition work; // workers wait for it
    Condition idle; // stop() waits for it
    std::unordered_map<std::string, Queue> queues GUARDED_BY(mutex);
    // Queues with jobs that may run and a free place, the next one first.
    Row turns GUARDED_BY(mutex);
    // Queues with heavy jobs, the next one first.
    std::deque<Queue *> heavyTurns GUARDED_BY(mutex);
    int runningHeavy GUARDED_BY(mutex) = 0;
    std::size_t waiting GUARDED_BY(mutex) = 0;
    std::size_t waitingHeavy GUARDED_BY(mutex) = 0; // how many of `waiting` are heavy
    std::size_t running GUARDED_BY(mutex) = 0;
    std::size_t stoppingJobs GUARDED_BY(mutex) = 0; // jobs that are inside stop()
    int sleeping GUARDED_BY(mutex) = 0;             // workers that wait for work
    bool stopping GUARDED_BY(mutex) = false;        // new jobs are refused
    bool ended GUARDED_BY(mutex) = false;           // the threads end
    Mutex joining;
    std::vector<std::thread> threads GUARDED_BY(joining);

    // The queue whose heavy job runs next; null if none may run.
    Queue *nextHeavy() const REQUIRES(mutex)
    {
        if (runningHeavy >= mostHeavy)
            return nullptr;
        const auto found =
            std::find_if(heavyTurns.begin(), heavyTurns.end(),
                         [](const Queue *queue) { return queue->running < queue->concurrency; });
        return found == heavyTurns.end() ? nullptr : *found;
    }
    void list(Queue &queue) REQUIRES(mutex)
    {
        if (queue.listed || queue.running >= queue.concurrency ||
            (queue.jobs.empty() && nextHeavy() != &queue))
            return;
        turns.push(queue);
        queue.listed = true;
    }
    // Takes the jobs out of the queue that need not run any more.
    void sift(Queue &queue, SteadyTime now, Abandoned &abandoned) REQUIRES(mutex)
    {
        const std::size_t light = siftJobs(queue.jobs, now, abandoned);
        const std::size_t heavy = siftJobs(queue.heavy, now, abandoned);
        waiting -= light + heavy;
        waitingHeavy -= heavy;
        if (queue.heavy.empty())
            std::erase(heavyTurns, &queue);
        tellIfIdle();
    }
    static std::size_t siftJobs(std::deque<Job> &jobs, SteadyTime now, Abandoned &abandoned)
    {
        std::deque<Job> kept;
        for (Job &job : jobs) {
            if (auto error = obstacle(job, now))
                abandoned.add(std::move(job), std::move(*error));
            else
                kept.push_back(std::move(job));
        }
        jobs.swap(kept);
        return kept.size() - jobs.size();
    }
    bool full(const Queue &queue) const REQUIRES(mutex)
    {
        const int free = std::min(queue.concurrency - queue.running,
                                  options.threads - static_cast<int>(running));
        return queue.size() >= static_cast<std::size_t>(options.queueLimit) +
                                   static_cast<std::size_t>(std::max(free, 0));
    }
    void begin(Queue &queue) REQUIRES(mutex)
    {
        ++running;
        ++queue.running;
    }
    void end(Queue &queue, Weight weight) REQUIRES(mutex)
    {
        --running;
        --queue.running;
        runningHeavy -= weight == Weight::Heavy ? 1 : 0;
        list(queue);
        listNextHeavy();
        tellIfIdle();
    }
    void listNextHeavy() REQUIRES(mutex)
    {
        if (Queue *queue = nextHeavy())
            list(*queue);
    }
    void tellIfIdle() REQUIRES(mutex)
    {
        if (stopping && drained())
            idle.notifyAll();
    }
    void workOn(int number);
    bool workUntilEnd();
    // Takes the next job whose turn it is. False: no job is left that should run.
    bool take(Taken &taken, Abandoned &abandoned) REQUIRES(mutex);
    Weight nextWeight(const Queue &queue) const REQUIRES(mutex);
    Job next(Queue &queue, Weight weight) REQUIRES(mutex);
    bool drained() const REQUIRES(mutex) { return waiting == 0 && running <= stoppingJobs; }
};

void Scheduler::Private::workOn(int number)
{
    setThreadName(fmt::format("infer-{}", number));
    workerOf = this;
    bool goesOn = true;
    while (goesOn)
        contained("inference", [&] { goesOn = workUntilEnd(); });
}

// Returns false when the scheduler ends.
bool Scheduler::Private::workUntilEnd()
{
    for (;;) {
        Abandoned abandoned;
        Taken taken;
        {
            const MutexLock lock(mutex);
            ++sleeping;
            while (!ended && turns.empty())
                work.wait(mutex);
            --sleeping;
            if (ended)
                return false;
            if (!take(taken, abandoned))
                continue;
        }
        abandoned.tell(); // these are answered before the job runs, which may take long
        runGuarded(taken.job);
        taken.job = {}; // frees what the job holds before its place is given back
        const MutexLock lock(mutex);
        end(*taken.queue, taken.weight);
    }
}

bool Scheduler::Private::take(Taken &taken, Abandoned &abandoned)
{
    Queue &queue = turns.pop();
    queue.listed = false;
    const SteadyTime now = clock.now();
    while (!taken.queue && queue.running < queue.concurrency &&
           (!queue.jobs.empty() || nextHeavy() == &queue)) {
        const Weight weight = nextWeight(queue);
        Job job = next(queue, weight);
        if (auto error = obstacle(job, now)) {
            abandoned.add(std::move(job), std::move(*error));
            continue;
        }
        taken = {std::move(job), &queue, weight};
        queue.lightTurn = weight == Weight::Heavy;
        runningHeavy += weight == Weight::Heavy ? 1 : 0;
        begin(queue);
    }
    list(queue);
    listNextHeavy();
    // Two jobs may have come with one wake-up: if more can run, the next worker is woken here.
    if (!turns.empty() && sleeping > 0)
        work.notifyOne();
    tellIfIdle();
    return taken.queue != nullptr;
}

// Light and heavy jobs of a queue take turns, so that neither kind waits for ever.
Scheduler::Private::Weight Scheduler::Private::nextWeight(const Queue &queue) const
{
    const bool heavy = nextHeavy() == &queue && (queue.jobs.empty() || !queue.lightTurn);
    return heavy ? Weight::Heavy : Weight::Light;
}

Job Scheduler::Private::next(Queue &queue, Weight weight)
{
    std::deque<Job> &jobs = weight == Weight::Heavy ? queue.heavy : queue.jobs;
    Job job = std::move(jobs.front());
    jobs.pop_front();
    --waiting;
    if (weight == Weight::Heavy) {
        --waitingHeavy;
        std::erase(heavyTurns, &queue);
        if (!queue.heavy.empty())
            heavyTurns.push_back(&queue);
    }
    return job;
}

Scheduler::Scheduler(const Clock &clock, SchedulerOptions options)
    : m_d(std::make_unique<Private>(clock, options))
{
    for (int i = 0; i < m_d->options.threads; ++i)
        m_d->threads.emplace_back([d = m_d.get(), i] { d->workOn(i + 1); });
}

Scheduler::~Scheduler()
{
    stop(std::chrono::milliseconds(0));
}

Result<void> Scheduler::submit(Job job)
{
    Abandoned abandoned;
    const MutexLock lock(m_d->mutex);
    if (m_d->stopping)
        return stoppingError();
    Private::Queue &queue = m_d->queues[job.queue];
    queue.concurrency = std::max(job.concurrency, 1);
    if (m_d->full(queue))
        m_d->sift(queue, m_d->clock.now(), abandoned);
    if (m_d->full(queue))
        return Error{ErrorCode::Unavailable,
                     fmt::format("The queue of {} is full ({} requests wait); try again in a "
                                 "moment.",
                                 job.queue, queue.size())};
    queue.jobs.push_back(std::move(job));
    ++m_d->waiting;
    m_d->list(queue);
    m_d->work.notifyOne();
    return {};
}

void Scheduler::giveBack(Job job)
{
    Abandoned abandoned;
    const MutexLock lock(m_d->mutex);
    if (m_d->ended) {
        abandoned.add(std::move(job), stoppingError());
        return;
    }
    Private::Queue &queue = m_d->queues[job.queue];
    queue.concurrency = std::max(job.concurrency, 1);
    if (queue.heavy.empty())
        m_d->heavyTurns.push_back(&queue);
    queue.heavy.push_back(std::move(job));
    ++m_d->waiting;
    ++m_d->waitingHeavy;
    m_d->listNextHeavy();
    m_d->work.notifyOne();
}

bool Scheduler::runHere(const std::string &name, int concurrency, const std::function<void()> &run)
{
    Private::Queue *queue = nullptr;
    {
        const MutexLock lock(m_d->mutex);
        if (m_d->stopping || m_d->waiting > m_d->waitingHeavy ||
            m_d->running >= static_cast<std::size_t>(m_d->options.threads))
            return false;
        queue = &m_d->queues[name];
        queue->concurrency = std::max(concurrency, 1);
        if (queue->running >= queue->concurrency)
            return false;
        m_d->begin(*queue);
    }
    // The place is given back even if `run` throws.
    const auto end = [d = m_d.get(), queue](const void *) {
        const MutexLock lock(d->mutex);
        d->end(*queue, Private::Weight::Light);
        if (!d->turns.empty() && d->sleeping > 0)
            d->work.notifyOne();
    };
    const std::unique_ptr<const void, decltype(end)> place(queue, end);
    run();
    return true;
}

SteadyTime Scheduler::sweep()
{
    Abandoned abandoned;
    SteadyTime earliest = SteadyTime::max();
    const MutexLock lock(m_d->mutex);
    const SteadyTime now = m_d->clock.now();
    for (auto it = m_d->queues.begin(); it != m_d->queues.end();) {
        Private::Queue &queue = it->second;
        m_d->sift(queue, now, abandoned);
        for (const auto *jobs : {&queue.jobs, &queue.heavy}) {
            for (const Job &job : *jobs)
                earliest = std::min(earliest, job.deadline);
        }
        const bool unused = queue.size() == 0 && queue.running == 0 && !queue.listed;
        it = unused ? m_d->queues.erase(it) : std::next(it);
    }
    return earliest;
}

std::size_t Scheduler::waiting() const
{
    const MutexLock lock(m_d->mutex);
    return m_d->waiting;
}

std::size_t Scheduler::waiting(const std::string &queue) const
{
    const MutexLock lock(m_d->mutex);
    const auto found = m_d->queues.find(queue);
    return found == m_d->queues.end() ? 0 : found->second.size();
}

std::size_t Scheduler::running() const
{
    const MutexLock lock(m_d->mutex);
    return m_d->running;
}

void Scheduler::stop(std::chrono::milliseconds drain)
{
    const bool byJob = workerOf == m_d.get();
    const auto end = std::chrono::steady_clock::now() + drain;
    {
        Abandoned abandoned;
        const MutexLock lock(m_d->mutex);
        m_d->stopping = true;
        m_d->stoppingJobs += byJob ? 1 : 0;
        m_d->tellIfIdle();
        bool inTime = true;
        while (inTime && !m_d->drained())
            inTime = m_d->idle.waitUntil(m_d->mutex, end);
        m_d->stoppingJobs -= byJob ? 1 : 0;
        m_d->ended = true;
        m_d->turns.clear();
        for (auto &[name, queue] : m_d->queues) {
            for (auto *jobs : {&queue.jobs, &queue.heavy}) {
                for (Job &job : std::exchange(*jobs, {}))
                    abandoned.add(std::move(job), stoppingError());
            }
            queue.listed = false;
        }
        m_d->heavyTurns.clear();
        m_d->waiting = 0;
        m_d->waitingHeavy = 0;
        m_d->work.notifyAll();
    }
    if (byJob)
        return;
    const MutexLock joining(m_d->joining);
    for (std::thread &thread : m_d->threads) {
        if (thread.joinable())
            thread.join();
    }
}

} // namespace warmbench
