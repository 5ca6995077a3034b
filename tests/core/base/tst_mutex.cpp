#include "base/mutex.h"

#include <QTest>
#include <thread>
#include <vector>

using namespace warmbench;

namespace {

using namespace std::chrono_literals;

constexpr std::chrono::hours never{1};

std::chrono::steady_clock::time_point in(std::chrono::nanoseconds span)
{
    return std::chrono::steady_clock::now() + span;
}

// What one thread says to another.
struct Message
{
    Mutex mutex;
    Condition came;
    StoppableCondition cameOrStop;
    bool said GUARDED_BY(mutex) = false;
    bool waiting GUARDED_BY(mutex) = false;

    void say()
    {
        const MutexLock lock(mutex);
        said = true;
        came.notifyAll();
        cameOrStop.notifyAll();
    }
    // Once another thread waits for the message.
    void sayToWaiting()
    {
        for (;;) {
            const MutexLock lock(mutex);
            if (waiting)
                break;
        }
        say();
    }
};

} // namespace

class TestMutex : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void oneThreadAtATimeHoldsIt()
    {
        Mutex mutex;
        int count = 0;
        std::vector<std::jthread> threads;
        for (int i = 0; i < 4; ++i) {
            threads.emplace_back([&] {
                for (int j = 0; j < 10'000; ++j) {
                    const MutexLock lock(mutex);
                    ++count;
                }
            });
        }
        threads.clear();
        QCOMPARE(count, 40'000);
    }

    void aLockMayBeGivenUpInBetween()
    {
        Mutex mutex;
        MutexLock lock(mutex);
        lock.unlock();
        std::jthread([&] { const MutexLock other(mutex); }).join();
        lock.lock();
        lock.unlock(); // and the destructor does not unlock again
        std::jthread([&] { const MutexLock other(mutex); }).join();
    }

    void waitingEndsWithTheMessage()
    {
        Message message;
        const std::jthread other([&] { message.sayToWaiting(); });
        const MutexLock lock(message.mutex);
        message.waiting = true;
        while (!message.said)
            message.came.wait(message.mutex);
        QVERIFY(message.said);
    }

    void waitingForATimeTellsWhetherItHasCome()
    {
        Message message;
        {
            const MutexLock lock(message.mutex);
            const auto soon = in(20ms);
            while (message.came.waitUntil(message.mutex, soon)) {
            }
            QVERIFY(std::chrono::steady_clock::now() >= soon);
        }
        const std::jthread other([&] { message.sayToWaiting(); });
        const MutexLock lock(message.mutex);
        message.waiting = true;
        const auto late = in(never);
        bool inTime = true;
        while (inTime && !message.said)
            inTime = message.came.waitUntil(message.mutex, late);
        QVERIFY(inTime);
    }

    void aStoppableWaitEndsWithTheMessage()
    {
        Message message;
        const std::stop_source source;
        const std::jthread other([&] { message.sayToWaiting(); });
        const MutexLock lock(message.mutex);
        message.waiting = true;
        while (!message.said)
            message.cameOrStop.wait(message.mutex, source.get_token());
        message.said = false;
        message.waiting = false;
        const std::jthread another([&] { message.sayToWaiting(); });
        message.waiting = true;
        const auto late = in(never);
        bool goesOn = true;
        while (goesOn && !message.said)
            goesOn = message.cameOrStop.waitUntil(message.mutex, source.get_token(), late);
        QVERIFY(goesOn);
    }

    void aStoppableWaitEndsWithTheRequest()
    {
        Message message;
        std::stop_source source;
        const std::jthread other([&] {
            for (;;) {
                const MutexLock lock(message.mutex);
                if (message.waiting)
                    break;
            }
            source.request_stop();
        });
        const MutexLock lock(message.mutex);
        message.waiting = true;
        while (!source.stop_requested())
            message.cameOrStop.wait(message.mutex, source.get_token());
        message.cameOrStop.wait(message.mutex, source.get_token()); // and the next one at once
        QVERIFY(!message.cameOrStop.waitUntil(message.mutex, source.get_token(), in(never)));
    }

    void aStoppableWaitTellsWhetherItsTimeHasCome()
    {
        Message message;
        const std::stop_source source;
        const MutexLock lock(message.mutex);
        const auto soon = in(20ms);
        while (message.cameOrStop.waitUntil(message.mutex, source.get_token(), soon)) {
        }
        QVERIFY(std::chrono::steady_clock::now() >= soon);
    }

    void sleepEndsInTimeOrWithTheRequest()
    {
        std::stop_source source;
        const auto soon = in(20ms);
        QVERIFY(sleepFor(20ms, source.get_token()));
        QVERIFY(std::chrono::steady_clock::now() >= soon);
        const std::jthread other([&] { source.request_stop(); });
        QVERIFY(!sleepFor(never, source.get_token()));
    }
};

QTEST_APPLESS_MAIN(TestMutex)
#include "tst_mutex.moc"
