// Loads of files that have to be tried out first.
#include "cache_bench.h"

#include <QTest>

using namespace warmbench;

class TestCacheTrials : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aTrialHoldsUpNoOtherModel()
    {
        Bench bench;
        bench.source.set("digits", {.digest = "sha256:new"});
        bench.source.needTrial("sha256:new", {});
        bench.source.trialGate.close();
        Answer<Acquired> first;
        Answer<Acquired> second;
        bench.cache.acquire(digits, Purpose::Prediction, first.callback());
        QVERIFY(bench.source.trialGate.awaitWaiting(1));
        bench.cache.acquire(digits, Purpose::Prediction, second.callback());
        QVERIFY(bench.acquire(iris));
        QVERIFY(!first.came());
        QVERIFY(bench.state(digits) == ModelState::Probing);
        bench.source.trialGate.open();
        QVERIFY(first.get());
        QVERIFY(second.get());
        QCOMPARE(bench.source.trials(), 1);
        QCOMPARE(bench.source.loads(), 2);
        QVERIFY(second.get()->outcome == CacheOutcome::Coalesced);
    }

    void harmfulFilesAreRefusedAndTriedAgainOnlyOnDemand()
    {
        Bench bench;
        bench.source.set("digits", {.digest = "sha256:bad"});
        bench.source.needTrial("sha256:bad", failedPrecondition("It crashed."));
        const auto refused = bench.acquire(digits);
        QVERIFY(!refused);
        QCOMPARE(refused.error().message, std::string("It crashed."));
        QVERIFY(bench.state(digits) == ModelState::Failed);
        QVERIFY(!bench.load(digits));
        QCOMPARE(bench.source.trials(), 1);
        QVERIFY(!bench.refresh(digits, RefreshKind::Forced));
        QCOMPARE(bench.source.trials(), 2);
        bench.source.needTrial("sha256:bad", {});
        QVERIFY(bench.refresh(digits, RefreshKind::Forced));
        QCOMPARE(bench.source.trials(), 3);
        QCOMPARE(bench.source.loads(), 1);
    }

    void aRefreshWithHarmfulFilesKeepsWhatServes()
    {
        Bench bench;
        QVERIFY(bench.acquire(digits));
        bench.source.change("digits", "sha256:bad");
        bench.source.needTrial("sha256:bad", failedPrecondition("It crashed."));
        QVERIFY(!bench.refresh(digits));
        QVERIFY(bench.state(digits) == ModelState::Ready);
        QCOMPARE(bench.status(digits).reason, std::string("It crashed."));
        QVERIFY(bench.acquire(digits)->outcome == CacheOutcome::Hit);
    }

    void filesThatChangeDuringTheirTrialAreTriedAnew()
    {
        Bench bench;
        bench.source.set("digits", {.digest = "sha256:new"});
        bench.source.needTrial("sha256:new", {});
        bench.source.needTrial("sha256:newer", {});
        bench.source.trialGate.close();
        Answer<Acquired> answer;
        bench.cache.acquire(digits, Purpose::Prediction, answer.callback());
        QVERIFY(bench.source.trialGate.awaitWaiting(1));
        bench.source.change("digits", "sha256:newer");
        bench.source.trialGate.open();
        QVERIFY(answer.get());
        QCOMPARE(bench.source.trials(), 2);
        QCOMPARE(answer.get()->handle->digest, std::string("sha256:newer"));
    }

    void anUnloadWaitsForTheLoadBehindATrial()
    {
        Bench bench;
        bench.source.set("digits", {.digest = "sha256:new"});
        bench.source.needTrial("sha256:new", {});
        bench.source.trialGate.close();
        Answer<void> loaded;
        Answer<void> unloaded;
        bench.cache.load(digits, loaded.callback());
        QVERIFY(bench.source.trialGate.awaitWaiting(1));
        bench.cache.unload(digits, unloaded.callback());
        bench.source.trialGate.open();
        QVERIFY(loaded.get());
        QVERIFY(unloaded.get());
        QVERIFY(bench.state(digits) == ModelState::Registered);
    }

    void theEndOfTheCacheEndsATrial()
    {
        Answer<Acquired> answer;
        {
            Bench bench;
            bench.source.set("digits", {.digest = "sha256:new"});
            bench.source.needTrial("sha256:new", {});
            bench.source.trialGate.close();
            bench.cache.acquire(digits, Purpose::Prediction, answer.callback());
            QVERIFY(bench.source.trialGate.awaitWaiting(1));
        }
        QVERIFY(!answer.get());
        QVERIFY(answer.get().error().code == ErrorCode::Unavailable);
    }
};

QTEST_GUILESS_MAIN(TestCacheTrials)
#include "tst_cache_trials.moc"
