#include "metrics/prometheus.h"

#include <QTest>

using namespace warmbench;
using namespace std::chrono_literals;

class TestPrometheus : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aFamilyHasHelpTypeAndItsSamples()
    {
        PrometheusText page;
        page.family("x_total", PrometheusText::Type::Counter, "What x did.");
        page.sample({}, std::int64_t(1'234'567'890'123));
        page.sample({{"model", "a"}, {"version", "1"}}, 0.25);
        page.family("y", PrometheusText::Type::Gauge, "No samples.");
        QCOMPARE(page.text(), std::string("# HELP x_total What x did.\n"
                                          "# TYPE x_total counter\n"
                                          "x_total 1234567890123\n"
                                          "x_total{model=\"a\",version=\"1\"} 0.25\n"
                                          "# HELP y No samples.\n"
                                          "# TYPE y gauge\n"));
    }

    void labelValuesAreEscaped()
    {
        PrometheusText page;
        page.family("x", PrometheusText::Type::Gauge, "x");
        page.sample({{"model", "a\"b\\c\nd\u00e9"}}, std::int64_t(1));
        QVERIFY(page.text().ends_with("x{model=\"a\\\"b\\\\c\\nd\u00e9\"} 1\n"));
    }

    void valuesThatAreNoNumbersHaveTheirNames()
    {
        PrometheusText page;
        page.family("x", PrometheusText::Type::Gauge, "x");
        page.sample({}, std::numeric_limits<double>::infinity());
        page.sample({}, -std::numeric_limits<double>::infinity());
        page.sample({}, std::numeric_limits<double>::quiet_NaN());
        QVERIFY(page.text().ends_with("x +Inf\nx -Inf\nx NaN\n"));
    }

    void bucketsAreCumulativeAndEndWithAll()
    {
        Histogram histogram;
        for (const auto span : {1'000ns, 32'000ns, 32'001ns, 1'024'000ns, 3'600'000'000'000ns})
            histogram.record(span);
        PrometheusText page;
        page.family("t_seconds", PrometheusText::Type::Histogram, "t");
        page.histogram({{"phase", "infer"}}, histogram.values());
        const auto has = [&](std::string_view line) {
            return page.text().find(std::string("\n") + std::string(line) + "\n") !=
                   std::string::npos;
        };
        QVERIFY2(has("t_seconds_bucket{phase=\"infer\",le=\"3.2e-05\"} 2"), page.text().c_str());
        QVERIFY(has("t_seconds_bucket{phase=\"infer\",le=\"6.4e-05\"} 3"));
        QVERIFY(has("t_seconds_bucket{phase=\"infer\",le=\"0.000512\"} 3"));
        QVERIFY(has("t_seconds_bucket{phase=\"infer\",le=\"0.001024\"} 4"));
        QVERIFY(has("t_seconds_bucket{phase=\"infer\",le=\"33.554432\"} 4"));
        QVERIFY(has("t_seconds_bucket{phase=\"infer\",le=\"+Inf\"} 5"));
        QVERIFY(page.text().find("t_seconds_sum{phase=\"infer\"} 3600.00108900") !=
                std::string::npos);
        QVERIFY(has("t_seconds_count{phase=\"infer\"} 5"));
    }
};

QTEST_APPLESS_MAIN(TestPrometheus)
#include "tst_prometheus.moc"
