// Bodies of requests that are kept for a person: only on demand, within a fixed amount, forgotten
// at once.
#include "api_server.h"
#include "base/logging.h"
#include "http/api_types.h"
#include "http/kept_bodies.h"

#include <atomic>
#include <mutex>
#include <QTest>
#include <thread>
#include <vector>

using namespace warmbench;
using namespace warmbench::http;
using namespace std::chrono_literals;

namespace {

constexpr const char *fourNumbers = R"({"input": [1, 2, 3, 4]})";
using State = RecordedBody::State;

ApiRequest withBody(std::string body)
{
    ApiRequest request;
    request.method = "POST";
    request.body = std::move(body);
    return request;
}

} // namespace

class TestKeptBodies : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { setLogToStandardError(false); }

    void nothingIsKeptUnasked()
    {
        KeptBodies bodies;
        QVERIFY(!bodies.on());
        QCOMPARE(bodies.recorded(withBody("one")).state, State::NotKept);
        QCOMPARE(bodies.held(), Bytes{});
        bodies.setOn(true);
        QCOMPARE(bodies.recorded(withBody("")).state, State::NotKept);
        QCOMPARE(bodies.held(), Bytes{});
    }

    void theOldestMakeRoom()
    {
        KeptBodies bodies;
        bodies.setOn(true);
        std::vector<RecordedBody> records;
        for (char i = 0; i < 100; ++i) {
            records.push_back(bodies.recorded(withBody(std::string(1'000'000, i))));
            QVERIFY(bodies.held() <= KeptBodies::most);
        }
        QVERIFY(records[0].bytes.expired());
        QVERIFY(records[32].bytes.expired());
        QVERIFY(!records[34].bytes.expired());
        QCOMPARE(*records[99].bytes.lock(), std::string(1'000'000, char(99)));
        // What is large alone is told, and leaves the others.
        const auto large =
            bodies.recorded(withBody(std::string(std::size_t(KeptBodies::largest.count) + 1, 'x')));
        QCOMPARE(large.state, State::TooLarge);
        QVERIFY(large.bytes.expired());
        QVERIFY(!records[99].bytes.expired());
    }

    // Lists and counts of very many small bodies take more than the bodies.
    void smallBodiesCountAsWhatTheyTake()
    {
        KeptBodies bodies;
        bodies.setOn(true);
        const RecordedBody first = bodies.recorded(withBody("1"));
        for (int i = 0; i < 600'000; ++i)
            static_cast<void>(bodies.recorded(withBody("1")));
        QVERIFY(bodies.held() <= KeptBodies::most);
        QVERIFY(first.bytes.expired());
    }

    void offForgetsAtOnce()
    {
        KeptBodies bodies;
        bodies.setOn(true);
        const RecordedBody record = bodies.recorded(withBody("secret"));
        QCOMPARE(*record.bytes.lock(), std::string("secret"));
        bodies.setOn(false);
        QVERIFY(record.bytes.expired());
        QCOMPARE(bodies.held(), Bytes{});
    }

    void clientsAndThePersonDoNotMeet()
    {
        KeptBodies bodies;
        std::atomic<bool> done{false};
        std::vector<std::thread> clients;
        std::atomic<int> kept{0};
        for (int i = 0; i < 3; ++i)
            clients.emplace_back([&] {
                while (!done) {
                    const RecordedBody record = bodies.recorded(withBody(std::string(5000, 'x')));
                    if (const auto body = record.bytes.lock())
                        kept += body->size() == 5000 ? 1 : -1'000'000;
                }
            });
        for (int i = 0; i < 200 || kept < 100; ++i)
            bodies.setOn(i % 2 == 0);
        done = true;
        for (std::thread &client : clients)
            client.join();
        bodies.setOn(false);
        QCOMPARE(bodies.held(), Bytes{});
        QVERIFY(kept >= 100);
    }

    void recordsHoldWhatWasSent()
    {
        std::mutex mutex;
        std::vector<RequestRecord> records;
        ApiServer api(oneFake(), {}, defaultFake());
        api.server().stop(1s);
        api.server().setRequestListener([&](const RequestRecord &record) {
            const std::lock_guard lock(mutex);
            records.push_back(record);
        });
        QVERIFY(api.server().start());
        QVERIFY(!api.server().bodies().on());
        QCOMPARE(api.post("/predict", fourNumbers).status, 200);
        api.server().bodies().setOn(true);
        QCOMPARE(api.post("/predict?score=0.5", fourNumbers,
                          "Content-Type: application/json\r\nAuthorization: Bearer secret\r\n")
                     .status,
                 200);
        QCOMPARE(api.post("/predict", R"({"input": [1]})").status, 400);
        QCOMPARE(api.post("/predict", std::string(5'000'000, ' ')).status, 400);
        QCOMPARE(api.get("/models").status, 200);
        api.server().stop(1s);
        QCOMPARE(records.size(), std::size_t(5));
        QCOMPARE(records[0].body.state, State::NotKept);
        QCOMPARE(*records[1].body.bytes.lock(), std::string(fourNumbers));
        QCOMPARE(records[1].body.fields.size(), std::size_t(1)); // and no secrets
        QCOMPARE(records[1].body.fields.front().second, std::string("application/json"));
        QCOMPARE(*records[2].body.bytes.lock(), std::string(R"({"input": [1]})"));
        QCOMPARE(records[3].body.state, State::TooLarge);
        QCOMPARE(records[4].body.state, State::NotKept);
        api.server().bodies().setOn(false);
        QVERIFY(records[1].body.bytes.expired());
    }
};

QTEST_GUILESS_MAIN(TestKeptBodies)
#include "tst_kept_bodies.moc"
