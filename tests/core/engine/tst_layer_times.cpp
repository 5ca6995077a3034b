// What the layers of a network take, as each engine tells it.
#include "engine/engine.h"
#include "make_tensor.h"
#include "onnx_builder.h"
#include "test_files.h"

#include <algorithm>
#include <numeric>
#include <QDir>
#include <QTest>

using namespace warmbench;
using namespace std::chrono_literals;

namespace {

using Time = std::chrono::nanoseconds;

Result<LayerTimes> timesOf(Engine &engine, const std::filesystem::path &path,
                           std::vector<Tensor> inputs, int runs, const std::stop_token &stop = {})
{
    const auto files = identifyModelFiles(path);
    if (!files)
        return files.error();
    auto network = engine.load(*files, {.timeLayers = true});
    return network ? (*network)->timeLayers(inputs, runs, stop) : network.error();
}

Tensor input()
{
    return zeros({1, 1, 384, 384});
}

Time sumOf(const LayerTimes &times)
{
    return std::accumulate(times.layers.begin(), times.layers.end(), Time{},
                           [](Time sum, const LayerTime &layer) { return sum + layer.time; });
}

const LayerTime *slowest(const LayerTimes &times)
{
    const auto found =
        std::max_element(times.layers.begin(), times.layers.end(),
                         [](const LayerTime &a, const LayerTime &b) { return a.time < b.time; });
    return found == times.layers.end() ? nullptr : &*found;
}

} // namespace

class TestLayerTimes : public QObject
{
    Q_OBJECT

    const QTemporaryDir m_folder;

    // A long product of matrices and a short sum.
    std::filesystem::path productAndSum() const
    {
        OnnxBuilder builder(13);
        builder.input("x", {1, 1, 384, 384});
        builder.node("MatMul", {"x", "x"}, {"product"});
        builder.node("Sigmoid", {"product"}, {"s"});
        builder.node("GlobalAveragePool", {"s"}, {"y"});
        builder.output("y", {1, 1, 1, 1});
        return builder.save(m_folder, "product.onnx");
    }

private Q_SLOTS:
    void aLongLayerTakesMostOfTheRun_data()
    {
        QTest::addColumn<int>("at");
        const auto engines = makeEngines();
        for (std::size_t i = 0; i < engines.size(); ++i)
            QTest::newRow(std::string(engines[i]->name()).c_str()) << int(i);
    }
    void aLongLayerTakesMostOfTheRun()
    {
        QFETCH(const int, at);
        const auto engines = makeEngines();
        Engine &engine = *engines[static_cast<std::size_t>(at)];
        const auto times = timesOf(engine, productAndSum(), {input()}, 5);
        QVERIFY2(times.has_value(), times ? "" : times.error().message.c_str());
        QVERIFY(slowest(*times));
        QCOMPARE(slowest(*times)->name, std::string("n_MatMul"));
        QVERIFY(slowest(*times)->time > 100us);
        QVERIFY2(
            sumOf(*times) <= times->run && 2 * sumOf(*times) > times->run,
            qPrintable(
                QStringLiteral("%1 of %2 ns").arg(sumOf(*times).count()).arg(times->run.count())));
    }

    void theBranchOfAnIfCountsAsPartOfTheIf()
    {
        const auto engine = makeOnnxRuntimeEngine();
        if (!engine)
            QSKIP("ONNX Runtime is not there");
        OnnxBuilder builder(13);
        builder.input("x", {1, 1, 384, 384});
        builder.input("c", {1}, onnx::TensorProto::BOOL);
        auto *choice = builder.node("If", {"c"}, {"y"});
        for (const char *const name : {"then_branch", "else_branch"}) {
            OnnxBuilder branch(13);
            branch.node("MatMul", {"x", "x"}, {"product"});
            branch.output("product", {1, 1, 384, 384});
            OnnxBuilder::graph(choice, name, branch);
        }
        builder.output("y", {1, 1, 384, 384});
        const auto times = timesOf(**engine, builder.save(m_folder, "if.onnx"),
                                   {input(), zeros({1}, DType::Bool)}, 3);
        QVERIFY2(times.has_value(), times ? "" : times.error().message.c_str());
        QCOMPARE(times->layers.size(), std::size_t(1));
        QCOMPARE(times->layers[0].type, std::string("If"));
        QVERIFY(times->layers[0].time > 100us);
        QVERIFY(sumOf(*times) <= times->run);
    }

    void nothingIsLeftInTheTemporaryFolder()
    {
        const auto engine = makeOnnxRuntimeEngine();
        if (!engine)
            QSKIP("ONNX Runtime is not there");
        const QTemporaryDir temporary;
        const QByteArray before = qgetenv("TMPDIR");
        qputenv("TMPDIR", temporary.path().toLocal8Bit());
        const auto times = timesOf(**engine, productAndSum(), {input()}, 1);
        {
            const auto files = identifyModelFiles(productAndSum());
            const auto unused = (*engine)->load(*files, {.timeLayers = true});
            QVERIFY(unused.has_value());
            QVERIFY(!QDir(temporary.path()).isEmpty());
        }
        QVERIFY(times.has_value());
        QVERIFY(QDir(temporary.path()).isEmpty());
        QVERIFY(QDir(temporary.path()).removeRecursively());
        const auto nowhere = timesOf(**engine, productAndSum(), {input()}, 1);
        qputenv("TMPDIR", before);
        if (before.isEmpty())
            qunsetenv("TMPDIR");
        QVERIFY(!nowhere);
        QVERIFY2(nowhere.error().message.find("TMPDIR") != std::string::npos,
                 nowhere.error().message.c_str());
    }

    void aNetworkThatWasNotLoadedForItSaysSo()
    {
        const auto engine = makeOnnxRuntimeEngine();
        if (!engine)
            QSKIP("ONNX Runtime is not there");
        const auto files = identifyModelFiles(productAndSum());
        const auto network = (*engine)->load(*files, {});
        QVERIFY(network.has_value());
        const std::vector<Tensor> inputs{input()};
        const auto times = (*network)->timeLayers(inputs, 1, {});
        QVERIFY(!times);
        QVERIFY(times.error().code == ErrorCode::FailedPrecondition);
    }
};

QTEST_APPLESS_MAIN(TestLayerTimes)
#include "tst_layer_times.moc"
