// Events, status, and everything at once.
#include "cache_bench.h"

#include <atomic>
#include <QTest>
#include <random>
#include <thread>

using namespace warmbench;
using namespace std::chrono_literals;

class TestModelCache : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void eventsAreHeardInOrder()
    {
        Bench bench;
        Diary diary(bench.cache);
        QVERIFY(bench.use(digits));
        bench.source.change("digits", "sha256:2");
        QVERIFY(bench.refresh(digits));
        QTRY_COMPARE(diary.count("gone digits"), 1);
        bench.source.failLoads("digits", broken());
        QVERIFY(!bench.refresh(digits, RefreshKind::Forced));
        QVERIFY(bench.cache.setPinned(digits, true));
        QVERIFY(bench.cache.setPinned(digits, true)); // no change, no event
        QVERIFY(bench.unload(digits));
        QVERIFY(!bench.load(digits));
        const std::vector<std::string> expected{
            "started digits",  "loaded digits",  "started digits", "refreshed digits",
            "gone digits",     "started digits", "refused digits", "changed digits",
            "unloaded digits", "gone digits",    "started digits", "failed digits"};
        QTRY_COMPARE(diary.lines(), expected);
    }

    void aListenerMayAskTheCache()
    {
        Bench bench;
        std::atomic<int> heard = 0;
        bench.cache.setListener([&](const ModelEvent &event) {
            bench.cache.statuses();
            if (event.kind == ModelEventKind::Loaded)
                QVERIFY(bench.cache.setPinned(event.id, true)); // causes an event itself
            ++heard;
        });
        QVERIFY(bench.use(digits));
        QTRY_COMPARE(heard.load(), 3);
        bench.cache.setListener({});
        QVERIFY(bench.unload(digits));
        QCOMPARE(heard.load(), 3);
    }

    void statusTellsWhatIsKnown()
    {
        Bench bench;
        QVERIFY(!bench.cache.status(digits));
        QVERIFY(bench.load(digits));
        QVERIFY(!bench.status(digits).lastUsed);
        QVERIFY(bench.use(digits));
        bench.clock.advance(5s);
        const ModelStatus status = bench.status(digits);
        QVERIFY(*status.lastUsed == bench.clock.wallNow() - 5s);
        QCOMPARE(status.facts->digest, std::string("sha256:1"));
        QCOMPARE(status.facts->memory.count, 1000);
        QCOMPARE(status.facts->spec.inputs.size(), std::size_t(1));
        QVERIFY(status.loadTime == 1ms);
        QVERIFY(bench.use(iris));
        QCOMPARE(bench.cache.statuses().size(), std::size_t(2));
        QCOMPARE(bench.cache.statuses().front().id.name, std::string("digits"));
    }

    void hammeredFromAllSidesTheCountsStillAgree()
    {
        CacheOptions options = withBudget(2500);
        options.reload = ReloadMode::Auto;
        Bench bench(options);
        FakeModel fleeting;
        fleeting.settings.keepAlive = Milliseconds(0);
        fleeting.versions = {"1", "2"};
        bench.source.set("iris", fleeting);
        const std::vector<ModelId> ids{digits, iris, faces, {"iris", "1"}, {"iris", "2"}};
        std::atomic<std::int64_t> predictions = 0;
        std::atomic<std::int64_t> wrong = 0;
        constexpr int threads = 6;
        constexpr int rounds = 300;
        {
            std::vector<std::jthread> hammers;
            for (int t = 0; t < threads; ++t) {
                hammers.emplace_back([&, t] {
                    std::mt19937 random(t + 1);
                    std::vector<ModelHandle> held;
                    for (int i = 0; i < rounds; ++i)
                        strike(bench, ids.at(random() % ids.size()), random() % 15, held,
                               predictions, wrong);
                });
            }
        }
        bench.cache.close();
        const auto statistics = bench.cache.statistics();
        QCOMPARE(wrong.load(), 0);
        QCOMPARE(statistics.hits + statistics.misses + statistics.coalesced, predictions.load());
        QCOMPARE(bench.source.mostAtOnce(), 1);
        QCOMPARE(bench.source.alive(), 0);
        QCOMPARE(statistics.modelBytes.count, 0);
        QVERIFY(statistics.loads > 0);
    }

private:
    static void strike(Bench &bench, const ModelId &id, unsigned what,
                       std::vector<ModelHandle> &held, std::atomic<std::int64_t> &predictions,
                       std::atomic<std::int64_t> &wrong)
    {
        switch (what) {
        case 0:
            bench.cache.refresh(id, RefreshKind::Forced, [](const Result<RefreshReport> &) {});
            break;
        case 14: {
            Answer<std::shared_ptr<const ModelStatus::Facts>> told;
            bench.cache.describe(id, told.callback());
            wrong += !told.get() || !*told.get();
            break;
        }
        case 1: {
            held.clear(); // or it would wait for itself
            wrong += !bench.unload(id);
            break;
        }
        case 2:
            wrong += !bench.cache.setPinned(id, held.empty());
            break;
        case 3:
            bench.clock.advance(std::chrono::seconds(1));
            bench.cache.housekeep();
            break;
        case 4:
            bench.source.touch(id.name);
            wrong += bench.cache.statuses().size() > 6;
            break;
        case 5:
            bench.cache.setBudget({2500 + (held.empty() ? 500 : 0)});
            break;
        default: {
            ++predictions;
            auto acquired = bench.acquire(id);
            if (acquired)
                held.push_back(std::move(acquired->handle));
            else
                wrong += acquired.error().code != ErrorCode::ResourceExhausted;
            if (held.size() > 2)
                held.erase(held.begin());
        }
        }
    }
};

QTEST_APPLESS_MAIN(TestModelCache)
#include "tst_model_cache.moc"
