// Networks that run in a real worker: this program once more, with engines that answer, die or
// wait.
#include "base/child_process.h"
#include "base/logging.h"
#include "engine/worker/isolated_engine.h"
#include "engine/worker/network_packets.h"
#include "engine/worker/worker.h"
#include "fake_engine.h"

#include <atomic>
#include <csignal>
#include <filesystem>
#include <QTest>
#include <random>
#include <sys/wait.h>
#include <thread>

using namespace warmbench;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

constexpr float death = 666; // an input that its worker does not survive

FakeNetworkOptions networkOf(const std::string &name)
{
    FakeNetworkOptions options;
    options.concurrency = 2;
    options.endsWhenStopped = name == "waits";
    options.measure.weights = {1000};
    options.spec.metadata = {{"author", "nobody"}, {"", "\n"}};
    options.spec.classes = ClassNames{0, {"cat", "dog"}};
    options.spec.constantOutputs = {0};
    options.spec.caveats = {"It draws random numbers."};
    options.spec.opset = 17;
    options.spec.takesEmpty = true;
    options.answer = [name](std::span<const Tensor> inputs) -> Result<std::vector<Tensor>> {
        const Tensor &first = inputs.front();
        if (name == "dies" || (first.dtype() == DType::Float32 && first.elementCount() > 0 &&
                               first.values<float>()[0] == death))
            std::raise(SIGKILL);
        if (name == "refuses")
            return invalidArgument("Send something else.");
        return std::vector<Tensor>(inputs.begin(), inputs.end());
    };
    return options;
}

std::shared_ptr<Engine> engineOf(const std::string &name, Bytes)
{
    return std::make_shared<FakeEngine>(networkOf(name), name);
}

Tensor numbers(std::size_t count, float first = 1)
{
    auto tensor = Tensor::create(DType::Float32, {static_cast<std::int64_t>(count)}).value();
    for (std::size_t i = 0; i < count; ++i)
        tensor.mutableValues<float>()[i] = first + static_cast<float>(i);
    return tensor;
}

std::size_t openFiles()
{
    return static_cast<std::size_t>(
        std::distance(fs::directory_iterator("/proc/self/fd"), fs::directory_iterator()));
}

} // namespace

class TestIsolatedNetwork : public QObject
{
    Q_OBJECT

    static std::shared_ptr<Network> loaded(const std::string &name)
    {
        const auto engine = isolated(engineOf(name, {}), {"/proc/self/exe", {}});
        ModelFiles files;
        files.network = "/proc/self/exe";
        auto network = engine->load(files, {});
        if (!network)
            qFatal("%s", network.error().message.c_str());
        return *std::move(network);
    }

private Q_SLOTS:
    void initTestCase() { setLogToStandardError(false); }

    void answersAsTheNetworkInsideIt()
    {
        const auto network = loaded("echo");
        const std::vector<Tensor> inputs[] = {
            {numbers(64)},
            {numbers(150'000)}, // 600 KB go through shared memory
            {numbers(10'000'000)},
        };
        for (const auto &each : inputs) {
            const auto outputs = network->run(each);
            QVERIFY2(outputs, outputs ? "" : outputs.error().message.c_str());
            QVERIFY(*outputs == each);
        }
    }

    void tensorsOfAllKindsAreSent()
    {
        const std::vector<Tensor> all[] = {
            {Tensor::create(DType::Int64, {0, 4}).value()},
            {Tensor::create(DType::Bool, {}).value(),
             Tensor::create(DType::Float16, {2, 3}).value()},
            {Tensor::fromStrings({2}, {"", std::string(70'000, 'x')}).value(), numbers(200'000)},
        };
        SharedBlock block = SharedBlock::make().value();
        for (const auto &tensors : all) {
            PacketWriter packet;
            QVERIFY(put(packet, tensors, block));
            PacketReader reader(packet.bytes());
            const auto got = tensorsFrom(reader, block);
            QVERIFY2(got, got ? "" : got.error().message.c_str());
            QVERIFY(*got == tensors);
            QVERIFY(reader.done());
        }
    }

    void tellsWhatTheNetworkTells()
    {
        const auto network = loaded("echo");
        const FakeNetwork inside(networkOf("echo"));
        const NetworkSpec &told = network->spec();
        const NetworkSpec &is = inside.spec();
        QCOMPARE(told.inputs.size(), is.inputs.size());
        QCOMPARE(told.inputs[0].name, is.inputs[0].name);
        QVERIFY(told.inputs[0].shape == is.inputs[0].shape);
        QVERIFY(told.metadata == is.metadata);
        QVERIFY(told.classes && told.classes->names == is.classes->names);
        QVERIFY(told.constantOutputs == is.constantOutputs);
        QVERIFY(told.caveats == is.caveats);
        QCOMPARE(told.opset, is.opset);
        QCOMPARE(told.takesEmpty, true);
        QCOMPARE(network->concurrency(), 2);
        QCOMPARE(network->batches(), inside.batches());
        QVERIFY2(network->measure().weights > mebibytes(1), "the worker's memory counts");
    }

    void anErrorOfARunIsPassedOn()
    {
        const auto network = loaded("refuses");
        const std::vector<Tensor> inputs{numbers(4)};
        const auto answer = network->run(inputs);
        QVERIFY(!answer);
        QVERIFY(answer.error().code == ErrorCode::InvalidArgument);
        QCOMPARE(answer.error().message, std::string("Send something else."));
    }

    void aDeathFailsTheRequestThatItHad()
    {
        const auto network = loaded("echo");
        const std::vector<Tensor> good{numbers(4)};
        const std::vector<Tensor> bad{numbers(4, death)};
        QVERIFY(network->run(good));
        const auto failed = network->run(bad);
        QVERIFY(!failed);
        QVERIFY(failed.error().code == ErrorCode::Unavailable);
        QVERIFY(network->run(good)); // waits for the next worker
        QVERIFY(!network->broken());
    }

    void deathsUnderLoadFailOnlyTheirOwn()
    {
        const auto network = loaded("echo");
        std::atomic<int> wrong = 0;
        std::atomic<int> died = 0;
        {
            std::vector<std::jthread> clients;
            for (int client = 0; client < 4; ++client)
                clients.emplace_back([&, client] {
                    for (int i = 0; i < 50; ++i) {
                        const bool last = client == 0 && i % 5 == 4;
                        const std::vector<Tensor> inputs{numbers(
                            i % 3 == 0 ? 150'000 : 64, last ? death : static_cast<float>(i))};
                        const auto answer = network->run(inputs);
                        const bool lost = !answer && answer.error().code == ErrorCode::Unavailable;
                        died += lost ? 1 : 0;
                        wrong += lost || (answer && *answer == inputs) ? 0 : 1;
                    }
                });
        }
        QCOMPARE(wrong.load(), 0);
        QVERIFY2(died >= 10 && died <= 20,
                 qPrintable(QString::number(died))); // each death has two at most
    }

    void aRunThatNobodyWaitsForIsEnded()
    {
        const auto network = loaded("waits");
        std::stop_source stop;
        Result<std::vector<Tensor>> answer = std::vector<Tensor>();
        {
            const std::jthread running([&] {
                const std::vector<Tensor> inputs{numbers(4)};
                answer = network->run(inputs, stop.get_token());
            });
            stop.request_stop();
        }
        QVERIFY(!answer);
        QVERIFY(answer.error().code == ErrorCode::Cancelled);
    }

    void threeDeathsAtTheFirstRequestAreTheEnd()
    {
        const auto network = loaded("dies");
        const std::vector<Tensor> inputs{numbers(4)};
        for (int i = 0; i < 3; ++i)
            QVERIFY(!network->run(inputs));
        QTRY_VERIFY_WITH_TIMEOUT(network->broken(), 30'000);
        const auto answer = network->run(inputs);
        QVERIFY(!answer);
        QVERIFY(answer.error().code == ErrorCode::FailedPrecondition);
    }

    void whatAWorkerSendsIsNotBelieved()
    {
        PacketWriter whole;
        put(whole, LoadedFacts{networkOf("echo").spec, 2, true, {}});
        SharedBlock block = SharedBlock::make().value();
        const std::vector<Tensor> tensors{numbers(50'000), numbers(3)};
        PacketWriter sent;
        QVERIFY(put(sent, tensors, block));
        std::mt19937 random(1);
        for (int turn = 0; turn < 20'000; ++turn) {
            std::string bytes = turn % 2 ? whole.bytes() : sent.bytes();
            const auto at = random() % bytes.size();
            if (turn % 4 < 2)
                bytes[at] = static_cast<char>(random());
            else
                bytes.resize(at);
            PacketReader reader(bytes);
            if (turn % 2)
                static_cast<void>(factsFrom(reader));
            else
                static_cast<void>(tensorsFrom(reader, block));
        }
        QVERIFY(block.written(1'000'000'000).error().code == ErrorCode::Internal);
    }

    void nothingIsLeft()
    {
        const std::size_t before = openFiles();
        {
            const auto network = loaded("echo");
            const std::vector<Tensor> inputs{numbers(150'000)};
            QVERIFY(network->run(inputs));
            QVERIFY(openFiles() > before);
        }
        QCOMPARE(openFiles(), before);
        QCOMPARE(::waitpid(-1, nullptr, WNOHANG), -1);
        QCOMPARE(errno, ECHILD);
    }
};

int main(int argc, char **argv)
{
    if (argc > 1 && std::string_view(argv[1]) == "worker")
        runWorker(ChildProcess::socketOfChild, engineOf);
    QCoreApplication application(argc, argv);
    TestIsolatedNetwork test;
    return QTest::qExec(&test, argc, argv);
}

#include "tst_isolated_network.moc"
