#include "inference/output_join.h"
#include "inference/run_control.h"
#include "make_tensor.h"
#include "manual_clock.h"

#include <QTest>

using namespace warmbench;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t mib = 1024 * 1024;

RunControl controlOf(const std::shared_ptr<MemoryBudget> &budget, const Clock &clock)
{
    return RunControl(SteadyTime::max(), clock, {}, MemoryBudget::Share(budget));
}

std::vector<NamedTensor> answer(Tensor tensor)
{
    std::vector<NamedTensor> outputs;
    outputs.push_back({"y", std::move(tensor)});
    return outputs;
}

} // namespace

class TestRunControl : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void withoutLimitsEverythingGoes()
    {
        RunControl control;
        QVERIFY(control.check());
        QVERIFY(control.reserve(std::size_t{1} << 60U, "numbers"));
        control.giveBack(std::size_t{1} << 60U);
    }

    void whatIsReservedCountsUntilItIsGivenBack()
    {
        const auto budget = std::make_shared<MemoryBudget>(mebibytes(10));
        const ManualClock clock;
        {
            RunControl control = controlOf(budget, clock);
            QVERIFY(control.reserve(6 * mib, "numbers"));
            QCOMPARE(budget->held(), 6 * mib);
            {
                Reservation passing(control);
                QVERIFY(passing.grow(3 * mib, "numbers"));
                QVERIFY(passing.grow(mib, "numbers"));
                QCOMPARE(budget->held(), 10 * mib);
                passing.keep(mib);
            }
            QCOMPARE(budget->held(), 7 * mib);
            control.giveBack(2 * mib);
            QCOMPARE(budget->held(), 5 * mib);
        }
        QCOMPARE(budget->held(), std::size_t{0});
    }

    void beyondTheBudgetTheNumbersAreTold()
    {
        const auto budget = std::make_shared<MemoryBudget>(mebibytes(10));
        const ManualClock clock;
        RunControl other = controlOf(budget, clock);
        QVERIFY(other.reserve(4 * mib, "numbers"));
        RunControl control = controlOf(budget, clock);
        const auto refused = control.reserve(7 * mib, "pictures");
        QVERIFY(!refused);
        QCOMPARE(errorCodeName(refused.error().code), "RESOURCE_EXHAUSTED");
        for (const char *word : {"pictures", "7.00 MiB", "10.0 MiB", "4.00 MiB", "--max-input"})
            QVERIFY2(refused.error().message.find(word) != std::string::npos,
                     refused.error().message.c_str());
        QCOMPARE(budget->held(), 4 * mib);
        QVERIFY(!control.reserve(std::numeric_limits<std::size_t>::max(), "numbers"));
        QVERIFY(control.reserve(6 * mib, "pictures"));
    }

    void littleIsNotCounted()
    {
        const auto budget = std::make_shared<MemoryBudget>(mebibytes(10));
        const ManualClock clock;
        RunControl control = controlOf(budget, clock);
        QVERIFY(control.reserve(200'000, "numbers"));
        QCOMPARE(budget->held(), std::size_t{0});
        QVERIFY(control.reserve(200'000, "numbers"));
        QVERIFY(budget->held() > 200'000);
    }

    void whatIsHandedOverIsHeldByItsNewOwner()
    {
        const auto budget = std::make_shared<MemoryBudget>(mebibytes(10));
        const ManualClock clock;
        RunControl control = controlOf(budget, clock);
        QVERIFY(control.reserve(8 * mib, "numbers"));
        MemoryBudget::Share held = control.handOver(2 * mib);
        QCOMPARE(budget->held(), 2 * mib);
        held = {};
        control.giveBack(mib);
        QCOMPARE(budget->held(), std::size_t{0});
    }

    void deadlineAndCancellationAreSeen()
    {
        ManualClock clock;
        std::stop_source cancellation;
        RunControl control(clock.now() + 5ms, clock, cancellation.get_token(), {});
        QVERIFY(control.check());
        clock.advance(5ms);
        QCOMPARE(errorCodeName(control.check().error().code), "DEADLINE_EXCEEDED");
        cancellation.request_stop();
        QCOMPARE(errorCodeName(control.check().error().code), "CANCELLED");
        // A loop of small steps sees it within some hundred.
        int steps = 0;
        while (control.step())
            QVERIFY(++steps < 1000);
        QVERIFY(steps > 0);
    }

    void outputsOfPiecesAreJoined()
    {
        RunControl control;
        OutputJoin join(4);
        QVERIFY(join.add(answer(tensorOf({2, 2}, {1, 2, 3, 4})), 2, control));
        QVERIFY(join.add(answer(tensorOf({1, 2}, {5, 6})), 1, control));
        QVERIFY(join.add(answer(tensorOf({1, 2}, {7, 8})), 1, control));
        const auto whole = join.take();
        QVERIFY(whole);
        QCOMPARE(whole->at(0).name, std::string("y"));
        QVERIFY(whole->at(0).tensor == tensorOf({4, 2}, {1, 2, 3, 4, 5, 6, 7, 8}));
    }

    void outputsWithoutABatchGetOne()
    {
        RunControl control;
        OutputJoin join(2);
        QVERIFY(join.add(answer(tensorOf({3}, {1, 2, 3})), 1, control));
        QVERIFY(join.add(answer(tensorOf({3}, {4, 5, 6})), 1, control));
        QVERIFY(join.take()->at(0).tensor == tensorOf({2, 3}, {1, 2, 3, 4, 5, 6}));
    }

    void oneRunStaysAsItIs()
    {
        RunControl control;
        OutputJoin join(3);
        QVERIFY(join.add(answer(tensorOf({2}, {1, 2})), 3, control));
        QVERIFY(join.take()->at(0).tensor == tensorOf({2}, {1, 2}));
    }

    void textsAreJoined()
    {
        RunControl control;
        OutputJoin join(3);
        QVERIFY(join.add(answer(*Tensor::fromStrings({2, 1}, {"a", "b"})), 2, control));
        QVERIFY(join.add(answer(*Tensor::fromStrings({1, 1}, {"c"})), 1, control));
        QVERIFY(join.take()->at(0).tensor == *Tensor::fromStrings({3, 1}, {"a", "b", "c"}));
    }

    void outputsThatDoNotFitAreTheClientsToMend()
    {
        RunControl control;
        OutputJoin differing(3);
        QVERIFY(differing.add(answer(tensorOf({1, 2}, {1, 2})), 1, control));
        auto refused = differing.add(answer(tensorOf({1, 3}, {1, 2, 3})), 1, control);
        QVERIFY(!refused);
        QCOMPARE(errorCodeName(refused.error().code), "INVALID_ARGUMENT");

        OutputJoin uncounted(4);
        refused = uncounted.add(answer(tensorOf({3}, {1, 2, 3})), 2, control);
        QVERIFY(!refused);
        QCOMPARE(errorCodeName(refused.error().code), "INVALID_ARGUMENT");
    }

    void allRowsAreCountedBeforeTheyAreMade()
    {
        const auto budget = std::make_shared<MemoryBudget>(mebibytes(10));
        const ManualClock clock;
        RunControl control = controlOf(budget, clock);
        OutputJoin join(1000);
        const auto refused = join.add(answer(zeros({1, 10'000})), 1, control);
        QVERIFY(!refused);
        QCOMPARE(errorCodeName(refused.error().code), "RESOURCE_EXHAUSTED");
    }
};

QTEST_APPLESS_MAIN(TestRunControl)
#include "tst_run_control.moc"
