// Whether two engines agree, and what a measurement says of them.
#include "engine/verdicts/verdict.h"
#include "make_tensor.h"
#include "tensor/conversion.h"

#include <cmath>
#include <limits>
#include <QTest>

using namespace warmbench;
using namespace std::chrono_literals;

namespace {

constexpr float notANumber = std::numeric_limits<float>::quiet_NaN();
constexpr float endless = std::numeric_limits<float>::infinity();

TensorSpec spec(DType dtype)
{
    return {.name = "y", .dtype = dtype, .shape = {}, .producedBy = {}};
}

Agreement compared(const Tensor &reference, const Tensor &other)
{
    const TensorSpec output = spec(reference.dtype());
    return compareOutputs({&output, 1}, {&reference, 1}, {&other, 1});
}

Agreement compared(const std::vector<float> &reference, const std::vector<float> &other)
{
    const auto count = std::ssize(reference);
    return compared(tensorOf({count}, reference), tensorOf({count}, other));
}

EngineTrial trial(const char *engine, std::chrono::nanoseconds time,
                  std::optional<Agreement> agreement = {})
{
    EngineTrial made;
    made.engine = engine;
    made.runTime = time;
    made.agreement = std::move(agreement);
    return made;
}

Verdict verdictOf(std::vector<EngineTrial> engines)
{
    Verdict verdict;
    verdict.engines = std::move(engines);
    return verdict;
}

} // namespace

class TestVerdict : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void differencesCountAsShareOfTheLargestNumber()
    {
        const Agreement near = compared({1000, 0.5F}, {1000, 1.0F});
        QVERIFY(near.agrees);
        QVERIFY(std::abs(near.largest - 5e-4) < 1e-9);
        const Agreement far = compared({1, 0.5F}, {1, 0.49F});
        QVERIFY(!far.agrees);
        QVERIFY(std::abs(far.largest - 0.01) < 1e-6);
        QVERIFY2(far.difference.find("\"y\" differs by 0.01") != std::string::npos,
                 far.difference.c_str());
    }

    void whatIsNoNumberAgreesWithItsLikeAlone()
    {
        QVERIFY(compared({notANumber, endless, 1}, {notANumber, endless, 1}).agrees);
        QVERIFY(!compared({notANumber, 1}, {0, 1}).agrees);
        QVERIFY(!compared({0, 1}, {notANumber, 1}).agrees);
        QVERIFY(!compared({endless, 1}, {-endless, 1}).agrees);
        QVERIFY(compared({0, 0}, {0, 0}).agrees);
        QVERIFY(!compared({0, 0}, {0.1F, 0}).agrees);
    }

    void halvesMayDifferMore()
    {
        const auto halves = [](const std::vector<float> &values) {
            return *converted(tensorOf({2}, values), DType::Float16);
        };
        QVERIFY(compared(halves({1, 2}), halves({1, 1.99F})).agrees);
        QVERIFY(!compared(halves({1, 2}), halves({1, 1.9F})).agrees);
    }

    void integersAndTextsMustBeEqual()
    {
        const auto integers = [](std::vector<std::int64_t> values) {
            return *Tensor::fromValues<std::int64_t>({2}, values);
        };
        QVERIFY(compared(integers({1, 1'000'000}), integers({1, 1'000'000})).agrees);
        QVERIFY(!compared(integers({1, 1'000'000}), integers({1, 1'000'001})).agrees);
        QVERIFY(!compared(*Tensor::fromStrings({1}, {"ham"}), *Tensor::fromStrings({1}, {"spam"}))
                     .agrees);
    }

    void shapesAndTypesMustBeEqual()
    {
        QVERIFY(!compared(tensorOf({2}, {1, 2}), tensorOf({1, 2}, {1, 2})).agrees);
        QVERIFY(!compared(tensorOf({1}, {1}), *Tensor::create(DType::Float64, {1})).agrees);
        QVERIFY(!compareOutputs({}, {}, std::vector<Tensor>(1)).agrees);
    }

    void theFirstDifferenceIsKept()
    {
        const Agreement both = Agreement{true, 0.25, {}} + Agreement{false, 0.5, "first"} +
                               Agreement{false, 0.125, "second"};
        QVERIFY(!both.agrees);
        QCOMPARE(both.largest, 0.5);
        QCOMPARE(both.difference, std::string("first"));
    }

    void anEngineThatAgreesAndIsFasterIsOffered()
    {
        const Agreement agrees{true, 3e-6, {}};
        const Verdict faster =
            verdictOf({trial("onnxruntime", 180us), trial("opencv", 100us, agrees)});
        QVERIFY(offerOf(faster));
        QCOMPARE(offerOf(faster)->engine, std::string("opencv"));
        QVERIFY(isVerified(faster));
        QCOMPARE(summaryOf(faster),
                 std::string("OpenCV is 1.8 times as fast here and differs by 3e-06 at most."));

        const Verdict slightly =
            verdictOf({trial("onnxruntime", 120us), trial("opencv", 100us, agrees)});
        QVERIFY(!offerOf(slightly));
        QCOMPARE(summaryOf(slightly),
                 std::string("OpenCV is about as fast here and differs by 3e-06 at most."));

        const Verdict slower =
            verdictOf({trial("onnxruntime", 100us), trial("opencv", 250us, Agreement{})});
        QVERIFY(!offerOf(slower));
        QCOMPARE(summaryOf(slower), std::string("OpenCV takes 2.5 times as long here and gives the "
                                                "same numbers."));
    }

    void aFewMicrosecondsAreNoDifference()
    {
        const Verdict verdict =
            verdictOf({trial("onnxruntime", 30us), trial("opencv", 18us, Agreement{})});
        QVERIFY(!offerOf(verdict));
        QVERIFY(summaryOf(verdict).starts_with("OpenCV is about as fast here"));
        const Verdict other =
            verdictOf({trial("onnxruntime", 18us), trial("opencv", 30us, Agreement{})});
        QVERIFY(summaryOf(other).starts_with("OpenCV is about as fast here"));
    }

    void anEngineThatAnswersOtherwiseIsNotOffered()
    {
        const Verdict verdict =
            verdictOf({trial("onnxruntime", 100us),
                       trial("opencv", 1us, Agreement{false, 0.5, "Output \"y\" differs."})});
        QVERIFY(!offerOf(verdict));
        QVERIFY(!isVerified(verdict));
        QCOMPARE(summaryOf(verdict),
                 std::string("OpenCV answers otherwise than ONNX Runtime: Output \"y\" differs."));
    }

    void theFirstEngineThatRunsIsTheReference()
    {
        EngineTrial refuses = trial("onnxruntime", 0ns);
        refuses.refusal = "no";
        const Verdict second = verdictOf({refuses, trial("opencv", 1us)});
        QCOMPARE(referenceOf(second)->engine, std::string("opencv"));
        QVERIFY(!isVerified(second));
        QVERIFY(summaryOf(second).find("No second engine") != std::string::npos);
        const Verdict none = verdictOf({refuses});
        QVERIFY(!referenceOf(none));
        QVERIFY(!offerOf(none));
        QCOMPARE(summaryOf(none), std::string("No engine runs it."));
        refuses.agreement = Agreement();
        QVERIFY(!offerOf(verdictOf({refuses})));
        QCOMPARE(summaryOf(verdictOf({trial("opencv", 1us)})),
                 std::string("OpenCV alone reads it. No second engine confirms the answers."));
    }
};

QTEST_GUILESS_MAIN(TestVerdict)
#include "tst_verdict.moc"
