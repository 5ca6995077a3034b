#include "base/exceptions.h"

#include <new>
#include <QTest>
#include <stdexcept>

using namespace warmbench;

namespace {

template <typename Throw>
Error errorOf(const Throw &doThrow)
{
    try {
        doThrow();
    } catch (...) {
        return errorOfException();
    }
    return {ErrorCode::NotFound, "Nothing was thrown."};
}

} // namespace

class TestExceptions : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aLackOfMemoryIsOne()
    {
        const Error error = errorOf([] { throw std::bad_alloc(); });
        QCOMPARE(errorCodeName(error.code), "RESOURCE_EXHAUSTED");
        QVERIFY(error.message.find("memory") != std::string::npos);
    }

    void othersAreDefectsThatSayWhat()
    {
        const Error error = errorOf([] { throw std::runtime_error("the\nbolt broke"); });
        QCOMPARE(errorCodeName(error.code), "INTERNAL");
        QVERIFY(error.message.find("bolt broke") != std::string::npos);
        QVERIFY(error.message.find('\n') == std::string::npos);
    }

    void whatIsNoExceptionOfTheLibraryIsOneToo()
    {
        QCOMPARE(errorCodeName(errorOf([] { throw 7; }).code), "INTERNAL");
    }

    void theyEndAtAGuard()
    {
        QVERIFY(contained("test", [] {}));
        QVERIFY(!contained("test", [] { throw std::bad_alloc(); }));
        QVERIFY(!contained("test", [] { throw 7; }));
    }

    void aLargeAllocationThatFailsLeavesTheReserveForSmallOnes()
    {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
        QSKIP("the sanitizers' operator new ends the program where another would throw");
#endif
        keepReserve();
        keepReserve();
        const auto large = [] {
            const std::vector<char> all(std::size_t{1} << 60U);
            QVERIFY(all.empty());
        };
        QCOMPARE(errorCodeName(errorOf(large).code), "RESOURCE_EXHAUSTED");
        QCOMPARE(errorCodeName(errorOf(large).code), "RESOURCE_EXHAUSTED");
        keepReserve();
    }
};

QTEST_APPLESS_MAIN(TestExceptions)
#include "tst_exceptions.moc"
