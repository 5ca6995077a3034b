// What the way through the workbench (cache, scheduler, flow) costs beside the engine's bare loop:
//
//     bench_scheduler MODEL [--engine auto] [--turns 20] [--seconds 1] [--least 97] [--most 1.5]
//
// The same loaded network runs in N threads by Network::run and by Workbench::predict, as
// `warmbench bench` asks it, in turns of so many seconds; each figure is the median of the turns.
// With a network that takes more than 100 us the goal is the share of the bare loop's throughput in
// percent, with a quicker one the microseconds that predict() adds to a run, one caller at a time.
// Exits 1 if the goal is missed.
#include "loaded_model.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <fmt/format.h>
#include <functional>
#include <latch>
#include <mutex>
#include <thread>

using namespace warmbench;

namespace {

using Clock = std::chrono::steady_clock;
using Seconds = std::chrono::duration<double>;

double microseconds(std::chrono::nanoseconds time)
{
    return std::chrono::duration<double, std::micro>(time).count();
}

double median(std::vector<double> values)
{
    const auto middle = values.begin() + std::ssize(values) / 2;
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

struct Turn
{
    double perSecond = 0;
    double microseconds = 0; // median of the calls
};

// One call of a caller that has been made for its thread.
using Call = std::function<bool()>;
using MakeCall = std::function<Call()>;

class Callers
{
public:
    Callers(int threads, Seconds wanted)
        : m_threads(threads)
        , m_wanted(wanted)
    {
    }

    Turn turn(const MakeCall &make)
    {
        m_microseconds.clear();
        m_perSecond = 0;
        {
            std::latch together(m_threads);
            std::vector<std::jthread> threads;
            for (int i = 0; i < m_threads; ++i)
                threads.emplace_back([&] {
                    const Call call = make();
                    together.arrive_and_wait();
                    loop(call);
                });
        }
        return {m_perSecond, median(m_microseconds)};
    }

private:
    // A thread counts its own time, so that what the last call takes beyond the turn does no harm.
    void loop(const Call &call)
    {
        std::vector<double> taken;
        const auto start = Clock::now();
        auto now = start;
        while (now - start < m_wanted) {
            const auto began = now;
            if (!call()) {
                fmt::print(stderr, "A run failed; try the model with `warmbench bench`.\n");
                std::exit(1);
            }
            now = Clock::now();
            taken.push_back(microseconds(now - began));
        }
        const std::lock_guard lock(m_mutex);
        m_perSecond += static_cast<double>(taken.size()) / Seconds(now - start).count();
        m_microseconds.insert(m_microseconds.end(), taken.begin(), taken.end());
    }

    const int m_threads;
    const Seconds m_wanted;
    std::mutex m_mutex;
    std::vector<double> m_microseconds;
    double m_perSecond = 0;
};

struct Compared
{
    double share = 0; // percent of the bare loop's throughput
    double added = 0; // microseconds
    double bare = 0;  // microseconds
};

class BesideTheLoop
{
public:
    // Gives up the handle: then the model falls idle after each prediction, as it does in a server.
    explicit BesideTheLoop(LoadedModel &loaded)
        : m_workbench(*loaded.workbench)
        , m_name(loaded.name)
        , m_network(loaded.handle->network)
        , m_inputs(pixelsFor(*loaded.handle))
    {
        for (std::size_t i = 0; i < m_inputs.size(); ++i)
            m_named.push_back({m_network->spec().inputs[i].name, m_inputs[i]});
        loaded.handle.release();
    }

    Compared compare(int threads, int turns, Seconds wanted)
    {
        Callers callers(threads, wanted);
        const MakeCall run = [this] { return bareCall(); };
        const MakeCall predict = [this] { return predictCall(); };
        for (const auto *make : {&run, &predict})
            (void)callers.turn(*make);
        std::vector<double> shares;
        std::vector<double> added;
        std::vector<double> bare;
        for (int i = 0; i < turns; ++i) {
            // The first of a pair changes, in case one profits from what went before.
            const bool bareFirst = i % 2 == 0;
            const Turn first = callers.turn(bareFirst ? run : predict);
            const Turn second = callers.turn(bareFirst ? predict : run);
            const Turn &ours = bareFirst ? second : first;
            const Turn &engine = bareFirst ? first : second;
            shares.push_back(100 * ours.perSecond / engine.perSecond);
            added.push_back(ours.microseconds - engine.microseconds);
            bare.push_back(engine.microseconds);
        }
        return {median(shares), median(added), median(bare)};
    }

private:
    // Each run has inputs of its own, as each request brings some.
    Call bareCall() const
    {
        return [this] {
            const std::vector<Tensor> inputs = m_inputs;
            return m_network->run(inputs).has_value();
        };
    }

    Call predictCall()
    {
        struct Answer
        {
            std::atomic<int> came = 0; // a semaphore would call the system each time
            bool good = false;
        };
        const auto answer = std::make_shared<Answer>();
        return [this, answer] {
            InferenceRequest request;
            request.model.name = m_name;
            request.quick = true;
            request.client = "bench";
            request.decode = [this](const ModelBundle &, RunControl &) -> Result<InferenceInputs> {
                return InferenceInputs(m_named);
            };
            m_workbench.predict(std::move(request),
                                [&answer = *answer](const Result<Prediction> &prediction) {
                                    answer.good = prediction.has_value();
                                    answer.came = 1;
                                    answer.came.notify_one();
                                });
            answer->came.wait(0);
            answer->came = 0;
            return answer->good;
        };
    }

    Workbench &m_workbench;
    const std::string m_name;
    const std::shared_ptr<Network> m_network;
    const std::vector<Tensor> m_inputs;
    TensorInputs m_named;
};

} // namespace

int main(int count, char **words)
{
    std::vector<std::string> arguments(words + 1, words + count);
    WorkbenchOptions options;
    options.loader.engine = takeOption(arguments, "--engine", "auto");
    const int turns = std::max(1, std::atoi(takeOption(arguments, "--turns", "20").c_str()));
    const Seconds wanted(std::atof(takeOption(arguments, "--seconds", "1").c_str()));
    const double least = std::atof(takeOption(arguments, "--least", "97").c_str());
    const double most = std::atof(takeOption(arguments, "--most", "1.5").c_str());
    if (arguments.size() != 1) {
        fmt::print(stderr, "usage: bench_scheduler MODEL [--engine auto] [--turns 20] "
                           "[--seconds 1] [--least 97] [--most 1.5]\n");
        return 2;
    }
    const SystemClock clock;
    auto loaded = loadModel(arguments.front(), options, clock);
    if (!loaded)
        return 1;
    const std::string title = fmt::format("{} ({})", loaded->name, loaded->handle->engine);
    BesideTheLoop beside(*loaded);
    bool good = true;
    for (const int threads : {1, 2}) {
        const Compared compared = beside.compare(threads, turns, wanted);
        const bool quick = compared.bare < microseconds(quickRunTime);
        fmt::print("{}, {} at once: {:.1f} % of the bare loop's throughput; a run takes "
                   "{:.2f} us, predict adds {:.2f} us\n",
                   title, threads, compared.share, compared.bare, compared.added);
        good = good && (quick ? threads > 1 || compared.added <= most : compared.share >= least);
    }
    if (!good)
        fmt::print(stderr, "The goal is missed.\n");
    return good ? 0 : 1;
}
