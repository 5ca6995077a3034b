// What a model costs: series of runs as clients send them, and the layers on a copy.
#include "../workbench_bench.h"
#include "inference/profile/profile_export.h"

#include <fmt/format.h>
#include <future>
#include <mutex>
#include <QTest>

using namespace warmbench;
using namespace std::chrono_literals;

namespace {

using Profiled = Result<std::shared_ptr<const Profile>>;

std::future<Profiled> begin(Bench &bench, ProfileRequest request)
{
    const auto promise = std::make_shared<std::promise<Profiled>>();
    bench.workbench->profile(std::move(request), [promise](Profiled profile) {
        promise->set_value(std::move(profile));
    });
    return promise->get_future();
}

Profiled profiled(Bench &bench, ProfileRequest request)
{
    auto profile = begin(bench, std::move(request));
    if (profile.wait_for(patience) != std::future_status::ready)
        return Error{ErrorCode::Internal, "no profile came"};
    return profile.get();
}

ProfileRequest requestFor(const char *model, std::vector<SeriesPlan> series)
{
    ProfileRequest request;
    request.model.name = model;
    request.series = std::move(series);
    request.runs = 8;
    request.each = 0ns; // the warm-up is as short
    return request;
}

std::string why(const Profiled &profile)
{
    return profile ? profileJson(**profile) : profile.error().message;
}

bool doubts(const Profile &profile, const char *part)
{
    return std::any_of(profile.doubts.begin(), profile.doubts.end(), [&](const std::string &doubt) {
        return doubt.find(part) != std::string::npos;
    });
}

} // namespace

class TestProfile : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void eachSeriesRunsAsManyCallersAndSamplesAsItSays()
    {
        Bench bench;
        FakeModel model;
        std::mutex mutex;
        std::map<std::int64_t, int> batches; // runs by the samples of each
        model.network.batches = true;
        model.network.concurrency = 4;
        model.network.answer = [&](std::span<const Tensor> inputs) {
            const std::lock_guard lock(mutex);
            ++batches[inputs[0].shape()[0]];
            return Result<std::vector<Tensor>>({inputs.begin(), inputs.end()});
        };
        bench.source.set("fake", std::move(model));
        std::vector<std::string> heard;
        auto request = requestFor("fake", {{1, 1}, {3, 1}, {1, 5}});
        request.heard = [&](const ProfileProgress &progress) {
            heard.push_back(fmt::format("{}/{} {}", progress.done, progress.all, progress.next));
        };
        const auto profile = profiled(bench, std::move(request));
        QVERIFY2(profile.has_value(), why(profile).c_str());
        QCOMPARE((*profile)->series.size(), std::size_t(3));
        for (const LatencySeries &series : (*profile)->series) {
            QCOMPARE(series.latencies.size(), std::size_t(8));
            QVERIFY(std::is_sorted(series.latencies.begin(), series.latencies.end()));
            QVERIFY(series.samplesPerSecond() > 0);
        }
        QCOMPARE((*profile)->series[1].plan.concurrency, 3);
        QVERIFY(batches[5] >= 8);
        QCOMPARE(heard, (std::vector<std::string>{"0/3 1 caller, 1 sample each",
                                                  "1/3 3 callers, 1 sample each",
                                                  "2/3 1 caller, 5 samples each"}));
        QVERIFY(doubts(**profile, "only 8 runs"));
        QVERIFY(!doubts(**profile, "other prediction"));
        const CacheStatistics counted = bench.workbench->cache().statistics();
        QVERIFY(counted.hits >= 24); // they go the way of every prediction
        QCOMPARE(counted.loads, 1);
    }

    void whatFailsBehindTheFirstSeriesIsToldWithinTheProfile()
    {
        Bench bench;
        FakeModel model;
        model.network.spec = networkSpec({tensorSpec("x", {1, 4})}, {tensorSpec("y", {1, 4})});
        bench.source.set("fake", std::move(model));
        auto request = requestFor("fake", {{1, 1}, {1, 3}});
        request.engines = {"fake"};
        const auto profile = profiled(bench, std::move(request));
        QVERIFY2(profile.has_value(), why(profile).c_str());
        QVERIFY((*profile)->series[0].refusal.empty());
        QVERIFY(!(*profile)->series[1].refusal.empty());
        QVERIFY2((*profile)->engines.at(0).refusal.find("layers") != std::string::npos,
                 why(profile).c_str());
        QCOMPARE(bench.workbench->cache().statistics().modelBytes.count, 1000); // no copy is left

        const auto refused = profiled(bench, requestFor("fake", {{1, 3}}));
        QVERIFY(!refused);
        QCOMPARE(refused.error().message, (*profile)->series[1].refusal);
    }

    void anotherClientIsTold()
    {
        Bench bench;
        FakeModel model;
        std::atomic<int> runs = 0;
        Workbench *workbench = bench.workbench.get();
        model.network.answer = [&runs, workbench](std::span<const Tensor> inputs) {
            if (++runs == 12) {
                // Counted when it is accepted; its answer is nobody's.
                InferenceRequest request;
                request.model.name = "fake";
                request.decode = [tensor = inputs[0]](const ModelBundle &, RunControl &) {
                    return Result<InferenceInputs>(TensorInputs{{"x", tensor}});
                };
                workbench->predict(std::move(request), [](const auto &) {});
            }
            return Result<std::vector<Tensor>>({inputs.begin(), inputs.end()});
        };
        bench.source.set("fake", std::move(model));
        const auto profile = profiled(bench, requestFor("fake", {{1, 1}, {1, 1}}));
        QVERIFY2(profile.has_value(), why(profile).c_str());
        QVERIFY2(doubts(**profile, "1 other prediction ran"), why(profile).c_str());
    }

    void itEndsWhenAsked()
    {
        Bench bench;
        FakeModel model;
        model.network.endsWhenStopped = true;
        bench.source.set("fake", std::move(model));
        std::stop_source stop;
        auto request = requestFor("fake", {{2, 1}});
        request.cancellation = stop.get_token();
        request.heard = [&](const ProfileProgress &) { stop.request_stop(); };
        const auto profile = profiled(bench, std::move(request));
        QVERIFY(!profile);
        QVERIFY2(profile.error().code == ErrorCode::Cancelled, profile.error().message.c_str());
    }

    void nonsenseIsRefusedAtOnce()
    {
        Bench bench;
        bench.source.set("fake", FakeModel());
        for (const SeriesPlan &plan : {SeriesPlan{0, 1}, SeriesPlan{1, 0}}) {
            const auto profile = profiled(bench, requestFor("fake", {plan}));
            QVERIFY(profile.error().code == ErrorCode::InvalidArgument);
        }
        QVERIFY(profiled(bench, requestFor("fake", {})).error().code == ErrorCode::InvalidArgument);
        QVERIFY(profiled(bench, requestFor("nobody", {{1, 1}})).error().code ==
                ErrorCode::NotFound);
    }

    void binsHoldEveryRunOnce()
    {
        LatencySeries series;
        for (int i = 1; i <= 100; ++i)
            series.latencies.emplace_back(i == 100 ? 5000us : std::chrono::microseconds(100 + i));
        series.time = 1s;
        QVERIFY(series.latency(0.5) == 150us);
        QVERIFY(series.latency(0.99) == 199us);
        QVERIFY(series.latency(1) == 5ms);
        const auto bins = latencyBins(series, 7);
        QCOMPARE(bins.size(), std::size_t(7));
        std::size_t runs = 0;
        for (const LatencyBin &bin : bins)
            runs += bin.runs;
        QCOMPARE(runs, std::size_t(100));
        QCOMPARE(bins.front().runs, std::size_t(15)); // 101 us to under 115.001 us: 98 us in seven
        QVERIFY(bins.back().to == 5ms);
        QVERIFY(latencyBins(LatencySeries(), 7).empty());
    }
};

QTEST_APPLESS_MAIN(TestProfile)
#include "tst_profile.moc"
