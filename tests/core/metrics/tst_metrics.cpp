#include "metrics/metrics.h"

#include <cmath>
#include <limits>
#include <QTest>
#include <thread>

using namespace warmbench;
using namespace std::chrono_literals;

class TestMetrics : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void bucketsAreFourAnOctaveFromAMicrosecondToTwoMinutes()
    {
        QVERIFY(std::abs(Histogram::upperBound(3) - 2e-6) < 1e-9);
        QVERIFY(std::abs(Histogram::upperBound(7) - 4e-6) < 1e-9);
        QVERIFY(Histogram::upperBound(Histogram::bucketCount - 2) > 128);
        QVERIFY(std::isinf(Histogram::upperBound(Histogram::bucketCount - 1)));
        for (int i = 1; i < Histogram::bucketCount - 1; ++i) {
            const double ratio = Histogram::upperBound(i) / Histogram::upperBound(i - 1);
            QVERIFY(ratio > 1.185 && ratio < 1.195);
        }
    }

    void aSpanFallsIntoTheFirstBucketThatIsNotTooSmall_data()
    {
        QTest::addColumn<qint64>("ns");
        QTest::addColumn<int>("bucket");
        QTest::newRow("nothing") << qint64(0) << 0;
        QTest::newRow("before its start") << qint64(-5) << 0;
        QTest::newRow("a microsecond") << qint64(1000) << 0;
        QTest::newRow("exactly a bound") << qint64(2000) << 3;
        QTest::newRow("just over a bound") << qint64(2001) << 4;
        QTest::newRow("a millisecond") << qint64(1'000'000) << 39;
        QTest::newRow("an hour") << qint64(3'600'000'000'000) << Histogram::bucketCount - 1;
        QTest::newRow("the longest")
            << std::numeric_limits<qint64>::max() << Histogram::bucketCount - 1;
    }
    void aSpanFallsIntoTheFirstBucketThatIsNotTooSmall()
    {
        QFETCH(qint64, ns);
        QFETCH(int, bucket);
        Histogram histogram;
        histogram.record(std::chrono::nanoseconds(ns));
        const auto values = histogram.values();
        QCOMPARE(values.count, 1);
        QCOMPARE(int(std::find(values.buckets.begin(), values.buckets.end(), 1) -
                     values.buckets.begin()),
                 bucket);
    }

    void quantilesAreInterpolatedWithinTheirBucket()
    {
        Histogram histogram;
        QCOMPARE(histogram.values().quantile(0.5), 0.0);
        for (int i = 1; i <= 1000; ++i)
            histogram.record(std::chrono::microseconds(i * 10));
        const auto values = histogram.values();
        // Where the spans do lie evenly; the last bucket ends beyond the greatest of them.
        for (const double q : {0.1, 0.5, 0.9, 0.95})
            QVERIFY2(std::abs(values.quantile(q) / (q * 0.01) - 1) < 0.01,
                     qPrintable(QString::number(values.quantile(q))));
        QVERIFY(values.quantile(0.99) > 0.0099 && values.quantile(0.99) < 0.0099 * 1.19);
        QVERIFY(values.quantile(-1) <= 10e-6);
        QCOMPARE(values.quantile(2), values.quantile(1));
        QVERIFY(std::abs(values.sumSeconds - 5.005) < 1e-6);
        Histogram endless;
        endless.record(1h);
        QVERIFY(std::isfinite(endless.values().quantile(0.5)));
    }

    // As Prometheus' histogram_quantile() would tell it of the same buckets.
    void aQuantileStandsBetweenTheBoundsOfItsBucket_data()
    {
        QTest::addColumn<double>("q");
        QTest::addColumn<double>("expected");
        const double low = Histogram::upperBound(2);
        const double high = Histogram::upperBound(3); // 2 us
        const auto between = [&](double part) { return low + (high - low) * part; };
        QTest::newRow("none below it") << 0.0 << low;
        QTest::newRow("a quarter of them") << 0.125 << between(0.25);
        QTest::newRow("half of them") << 0.25 << between(0.5);
        QTest::newRow("all of them") << 0.5 << high;
        QTest::newRow("the first of the next ones")
            << 0.625
            << Histogram::upperBound(19) +
                   (Histogram::upperBound(20) - Histogram::upperBound(19)) * 0.25;
        QTest::newRow("the last") << 1.0 << Histogram::upperBound(20);
    }
    void aQuantileStandsBetweenTheBoundsOfItsBucket()
    {
        QFETCH(double, q);
        QFETCH(double, expected);
        Histogram histogram;
        for (int i = 0; i < 4; ++i) {
            histogram.record(2us);
            histogram.record(33us); // 32 us is the bound before
        }
        QCOMPARE(histogram.values().quantile(q), expected);
    }

    void theDifferenceIsWhatCameInBetween()
    {
        Histogram histogram;
        histogram.record(1s);
        const auto earlier = histogram.values();
        histogram.record(1ms);
        histogram.record(1ms);
        const auto recent = histogram.values() - earlier;
        QCOMPARE(recent.count, 2);
        QVERIFY(recent.quantile(1) < 0.0012);
        QVERIFY(std::abs(recent.sumSeconds - 0.002) < 1e-9);
    }

    void theRingKeepsTheNewestInOrder()
    {
        RingBuffer<int> ring(3);
        QCOMPARE(ring.items(), std::vector<int>{});
        ring.push(1);
        ring.push(2);
        QCOMPARE(ring.items(), (std::vector<int>{1, 2}));
        for (int i = 3; i <= 7; ++i)
            ring.push(i);
        QCOMPARE(ring.items(), (std::vector<int>{5, 6, 7}));
        RingBuffer<int> none(0); // holds one
        none.push(1);
        none.push(2);
        QCOMPARE(none.items(), std::vector<int>{2});
    }

    void theSeriesKeepsAnHour()
    {
        Metrics metrics;
        for (int i = 0; i < 3700; ++i) {
            MetricsSample sample;
            sample.answered = i;
            metrics.push(sample);
        }
        const auto series = metrics.series();
        QCOMPARE(series.size(), std::size_t(3600));
        QCOMPARE(series.front().answered, 100);
        QCOMPARE(series.back().answered, 3699);
    }

    void recordsFromManyThreadsAreAllCounted()
    {
        Metrics metrics;
        constexpr int threads = 4;
        constexpr int each = 500;
        {
            std::vector<std::jthread> recorders;
            for (int t = 0; t < threads; ++t) {
                recorders.emplace_back([&metrics, t] {
                    for (int i = 0; i < each; ++i) {
                        const std::string model = i % 2 ? "digits" : "iris";
                        const auto meter = metrics.meter(model, "1");
                        metrics.recordPrediction(1ms);
                        meter->predictions.record(1ms);
                        meter->recordPhase(static_cast<std::size_t>(i) % ModelMeter::phaseCount,
                                           1ms);
                        metrics.recordHttp("/predict", i % 5 ? 200 : 400, 1ms);
                        metrics.meter("model " + std::to_string(t), "1")->loads.record(1s);
                        if (i % 50 == 0) {
                            metrics.push({});
                            (void)metrics.series();
                            (void)metrics.models();
                            metrics.keepMeters([](const auto &) { return true; });
                        }
                    }
                });
            }
        }
        QCOMPARE(metrics.answered(), threads * each * 4 / 5);
        QCOMPARE(metrics.refused(), threads * each / 5);
        QCOMPARE(metrics.predictionLatency().count, threads * each);
        QCOMPARE(metrics.models().size(), std::size_t(2));
        QCOMPARE(metrics.models().at({"digits", "1"}).count, threads * each / 2);
        QCOMPARE(metrics.http().at({"/predict", 400}).count, threads * each / 5);
        const auto meters = metrics.meters();
        QCOMPARE(meters.size(), std::size_t(2 + threads));
        std::int64_t phases = 0;
        for (std::size_t phase = 0; phase < ModelMeter::phaseCount; ++phase)
            phases += meters.at({"digits", "1"})->phase(phase).count;
        QCOMPARE(phases, threads * each / 2);
        QCOMPARE(meters.at({"model 3", "1"})->loads.values().count, each);
    }

    void aMeterIsKeptForAsLongAsItsModelIsKnown()
    {
        Metrics metrics;
        const auto first = metrics.meter("digits", "1");
        QCOMPARE(metrics.meter("digits", "1").get(), first.get());
        QVERIFY(metrics.meter("digits", "2") != first);
        first->evictions.add();
        metrics.keepMeters([](const Metrics::ModelKey &key) { return key.second == "2"; });
        QCOMPARE(metrics.meters().size(), std::size_t(1));
        first->evictions.add(); // who still holds it may go on
        QCOMPARE(metrics.meter("digits", "1")->evictions.value(), 0);
    }

    void inferencesAreToldByBatchUpTo256Sizes()
    {
        Metrics metrics;
        InferenceTotals one;
        one.requests = 1;
        one.runs = 2;
        one.infer = std::chrono::nanoseconds(10);
        for (int size = 1; size <= 1000; ++size) {
            one.samples = 2 * size;
            metrics.meter("m", "1")->recordInference(one);
        }
        one.samples = 2;
        metrics.meter("m", "1")->recordInference(one);
        const InferenceTotals all = metrics.inferences().at({"m", "1"});
        QCOMPARE(all.requests, 1001);
        QCOMPARE(all.runs, 2002);
        QCOMPARE(std::ssize(all.batches), 256);
        QCOMPARE(all.batches.at(1).runs, 4);
        QCOMPARE(all.batches.at(1).infer.count(), 20);
        QCOMPARE(all.batches.at(256).runs, 2);
        QVERIFY(all.last.time_since_epoch().count() > 0);
    }
};

QTEST_APPLESS_MAIN(TestMetrics)
#include "tst_metrics.moc"
