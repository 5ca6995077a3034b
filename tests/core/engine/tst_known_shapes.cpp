#include "engine/known_shapes.h"

#include <QTest>
#include <thread>

using namespace warmbench;

class TestKnownShapes : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void combinationsAreFoundByAllTheirShapes()
    {
        KnownShapes<int> known;
        known.add({{1, 2}, {3}}, 7);
        QCOMPARE(known.find(std::vector<Shape>{{1, 2}, {3}}), std::optional(7));
        QVERIFY(!known.find(std::vector<Shape>{{1, 2}}));
        QVERIFY(!known.find(std::vector<Shape>{{1, 2}, {4}}));
        QVERIFY(!known.find(std::vector<Shape>{{1, 2}, {3}, {3}}));
    }

    void theOldestMakesRoom()
    {
        KnownShapes<int> known;
        const auto shapes = [](std::size_t i) {
            return std::vector<Shape>{{static_cast<std::int64_t>(i)}};
        };
        constexpr std::size_t most = KnownShapes<int>::most;
        for (std::size_t i = 0; i < 3 * most; ++i)
            known.add(shapes(i), static_cast<int>(i));
        QVERIFY(!known.find(shapes(2 * most - 1)));
        for (std::size_t i = 2 * most; i < 3 * most; ++i)
            QCOMPARE(known.find(shapes(i)), std::optional(static_cast<int>(i)));
    }

    void threadsReadWhileOthersAdd()
    {
        KnownShapes<int> known;
        known.add({{-1}}, -1);
        std::thread adding([&] {
            for (int i = 0; i < 10'000; ++i)
                known.add({{i}}, i);
        });
        for (int i = 0; i < 10'000; ++i) {
            const auto found = known.find(std::vector<Shape>{{i}});
            QVERIFY(!found || *found == i);
        }
        adding.join();
    }
};

QTEST_GUILESS_MAIN(TestKnownShapes)
#include "tst_known_shapes.moc"
