#include "base/file.h"
#include "engine/engine.h"
#include "onnx_builder.h"
#include "tensor/trial_tensor.h"
#include "test_files.h"

#include <atomic>
#include <cmath>
#include <QTest>
#include <thread>
#include <unistd.h>

using namespace warmbench;

namespace {

Tensor floats(const Shape &shape, const std::vector<float> &values)
{
    return *Tensor::fromValues<float>(shape, values);
}

Tensor noise(const Shape &shape, unsigned seed)
{
    return *trialTensor(DType::Float32, shape, seed, -0.5F);
}

std::vector<float> list(const Tensor &tensor)
{
    const auto values = tensor.values<float>();
    return {values.begin(), values.end()};
}

float largestDifference(const Tensor &a, const Tensor &b)
{
    float largest = a.shape() == b.shape() ? 0.0F : 1e30F;
    for (std::size_t i = 0; largest < 1e30F && i < a.elementCount(); ++i)
        largest = std::max(largest, std::abs(a.values<float>()[i] - b.values<float>()[i]));
    return largest;
}

bool warnsOf(const NetworkSpec &spec, const char *part)
{
    return std::any_of(spec.warnings.begin(), spec.warnings.end(),
                       [&](const std::string &one) { return one.find(part) != std::string::npos; });
}

// What goes to standard error while it lives, libraries' own writes included.
class StandardErrorCapture
{
public:
    StandardErrorCapture()
        : m_file(std::tmpfile())
        , m_saved(::dup(2))
    {
        std::fflush(stderr);
        ::dup2(::fileno(m_file), 2);
    }
    std::string stop()
    {
        std::fflush(stderr);
        ::dup2(m_saved, 2);
        ::close(m_saved);
        std::string text(static_cast<std::size_t>(std::ftell(m_file) >= 0 ? 65536 : 0), '\0');
        std::rewind(m_file);
        text.resize(std::fread(text.data(), 1, text.size(), m_file));
        std::fclose(m_file);
        return text;
    }

private:
    std::FILE *m_file;
    int m_saved;
};

} // namespace

class TestOpenCvEngine : public QObject
{
    Q_OBJECT

private:
    QTemporaryDir m_folder;
    std::unique_ptr<Engine> m_engine = makeOpenCvEngine();

    Result<std::shared_ptr<Network>> load(const std::filesystem::path &path, int instances = 1)
    {
        const auto files = identifyModelFiles(path);
        if (!files)
            return files.error();
        return m_engine->load(*files, {.instances = instances});
    }

private Q_SLOTS:
    void outputsComeInTheOrderOfTheFile()
    {
        const auto network = *load(testModel("multi_out.onnx"));
        QCOMPARE(network->spec().outputs[0].name, std::string("zeta"));
        QCOMPARE(network->spec().outputs[1].name, std::string("alpha"));
        const auto out = *network->run(std::vector{floats({1, 4}, {-1, 0, 1, 2})});
        QCOMPARE(list(out[0]), (std::vector<float>{0, 0, 1, 2}));
        QCOMPARE(list(out[1]), (std::vector<float>{-2, 0, 2, 4}));
    }

    void outputsAreOwnedNotViews()
    {
        const auto network = *load(testModel("multi_out.onnx"));
        const auto first = *network->run(std::vector{floats({1, 4}, {1, 2, 3, 4})});
        const auto second = *network->run(std::vector{floats({1, 4}, {5, 6, 7, 8})});
        QCOMPARE(list(first[0]), (std::vector<float>{1, 2, 3, 4}));
        QCOMPARE(list(second[0]), (std::vector<float>{5, 6, 7, 8}));
    }

    void integersAreConvertedAtTheBorder()
    {
        const auto network = *load(testModel("addsub_int32.onnx"));
        QVERIFY(warnsOf(network->spec(), "16777216"));
        for (const std::int32_t offset : {1, 100}) { // not the values of the call before
            std::vector<std::int32_t> a(16);
            std::vector<std::int32_t> b(16, offset);
            for (int i = 0; i < 16; ++i)
                a[static_cast<std::size_t>(i)] = i * 1000;
            const auto out =
                *network->run(std::vector{*Tensor::fromValues<std::int32_t>({1, 16}, a),
                                          *Tensor::fromValues<std::int32_t>({1, 16}, b)});
            QCOMPARE(out[0].dtype(), DType::Int32);
            QCOMPARE(out[0].values<std::int32_t>()[3], 3000 + offset);
            QCOMPARE(out[1].values<std::int32_t>()[3], 3000 - offset);
        }
        // 2^24 + 1, which float32 makes 2^24.
        std::vector<std::int32_t> edge(16, 1);
        const std::vector<std::int32_t> ones(16, 1);
        edge[3] = 1 << 24;
        QVERIFY(!network->run(std::vector{*Tensor::fromValues<std::int32_t>({1, 16}, edge),
                                          *Tensor::fromValues<std::int32_t>({1, 16}, ones)}));
        const std::vector<std::int32_t> large(16, 1 << 30);
        const auto beyond =
            network->run(std::vector{*Tensor::fromValues<std::int32_t>({1, 16}, large),
                                     *Tensor::fromValues<std::int32_t>({1, 16}, large)});
        QVERIFY(!beyond);
        QCOMPARE(beyond.error().code, ErrorCode::InvalidArgument);
        QVERIFY2(beyond.error().message.find("tells no integers apart") != std::string::npos,
                 beyond.error().message.c_str());
    }

    void integersThatFloat32CannotHoldAreRefused_data()
    {
        QTest::addColumn<int>("onnxType");
        QTest::addColumn<int>("dtype");
        QTest::addColumn<qint64>("number");
        QTest::addColumn<QByteArray>("refusal"); // empty: runs
        const auto row = [](const char *name, int onnxType, DType dtype, qint64 number,
                            const char *refusal) {
            QTest::newRow(name) << onnxType << static_cast<int>(dtype) << number
                                << QByteArray(refusal);
        };
        row("int32 2^24", onnx::TensorProto::INT32, DType::Int32, 16777216, "");
        row("int32 2^24 + 2", onnx::TensorProto::INT32, DType::Int32, 16777218, "");
        row("int32 least", onnx::TensorProto::INT32, DType::Int32, -2147483648LL, "");
        row("int32 2^24 + 1", onnx::TensorProto::INT32, DType::Int32, 16777217,
            "16777217 as element 1, but OpenCV computes in float32, which would make 16777216");
        row("int32 most", onnx::TensorProto::INT32, DType::Int32, 2147483647,
            "2147483647 as element 1");
        row("uint32", onnx::TensorProto::UINT32, DType::UInt32, 4294967295LL,
            "4294967295 as element 1");
        row("int64", onnx::TensorProto::INT64, DType::Int64, -9007199254740993LL,
            "-9007199254740993 as element 1");
        row("int64 2^40", onnx::TensorProto::INT64, DType::Int64, 1LL << 40, "");
        row("int64 most", onnx::TensorProto::INT64, DType::Int64, 9223372036854775807LL,
            "9223372036854775807 as element 1");
        row("uint64 most", onnx::TensorProto::UINT64, DType::UInt64, -1,
            "18446744073709551615 as element 1");
        row("double", onnx::TensorProto::DOUBLE, DType::Float64, 16777217, ""); // rounded
    }
    void integersThatFloat32CannotHoldAreRefused()
    {
        QFETCH(int, onnxType);
        QFETCH(int, dtype);
        QFETCH(qint64, number);
        QFETCH(QByteArray, refusal);
        const QTemporaryDir folder;
        OnnxBuilder builder;
        builder.input("x", {1, 2}, onnxType);
        builder.output("y", {1, 2});
        builder.node("Relu", {"x"}, {"y"});
        const auto network = load(builder.save(folder, "typed.onnx"));
        QVERIFY2(network, network ? "" : network.error().message.c_str());
        auto x = *Tensor::create(static_cast<DType>(dtype), {1, 2});
        withElementType(x.dtype(), [&](auto element) {
            if constexpr (!std::is_same_v<decltype(element), Half>)
                x.mutableValues<decltype(element)>()[1] = static_cast<decltype(element)>(number);
        });
        const auto out = (*network)->run(std::vector{x});
        if (refusal.isEmpty()) {
            QVERIFY2(out, out ? "" : out.error().message.c_str());
            QCOMPARE((*out)[0].values<float>()[1], std::max(0.0F, static_cast<float>(number)));
        } else {
            QVERIFY(!out);
            QCOMPARE(out.error().code, ErrorCode::InvalidArgument);
            QVERIFY2(out.error().message.find("\"x\" has " + refusal.toStdString()) !=
                         std::string::npos,
                     out.error().message.c_str());
        }
    }

    void outputsAreCastToTheirDeclaredType()
    {
        const auto network = *load(testModel("int64_out.onnx"));
        const auto out =
            *network->run(std::vector{floats({2, 3}, {0.1F, 0.9F, 0.2F, 0.7F, 0.1F, 0.2F})});
        QCOMPARE(out[0].dtype(), DType::Int64);
        QCOMPARE(out[0].shape(), (Shape{2}));
        QCOMPARE(out[0].values<std::int64_t>()[0], 1);
        QCOMPARE(out[0].values<std::int64_t>()[1], 0);
    }

    void wrongInputsAreNamed_data()
    {
        QTest::addColumn<int>("wrong");
        QTest::addColumn<QByteArray>("part");
        QTest::newRow("count") << 0 << QByteArray("takes 1 input, but 0 came");
        QTest::newRow("dtype") << 1 << QByteArray("takes float32, but int64 came");
        QTest::newRow("shape") << 2 << QByteArray("takes the shape [1, 8], but [1, 9] came");
        QTest::newRow("batch of a fixed one") << 3 << QByteArray("run samples one by one");
        QTest::newRow("rank") << 4 << QByteArray("[1, 8]");
    }
    void wrongInputsAreNamed()
    {
        QFETCH(int, wrong);
        QFETCH(QByteArray, part);
        const auto network = *load(testModel("fixed_batch.onnx"));
        QVERIFY(!network->batches());
        std::vector<std::vector<Tensor>> cases(5);
        cases[1] = {*Tensor::create(DType::Int64, {1, 8})};
        cases[2] = {*Tensor::create(DType::Float32, {1, 9})};
        cases[3] = {*Tensor::create(DType::Float32, {2, 8})};
        cases[4] = {*Tensor::create(DType::Float32, {8})};
        const auto out = network->run(cases[static_cast<std::size_t>(wrong)]);
        QCOMPARE(out.error().code, ErrorCode::InvalidArgument);
        QVERIFY2(out.error().message.find(part.toStdString()) != std::string::npos,
                 out.error().message.c_str());
        QVERIFY(network->run(std::vector{*Tensor::create(DType::Float32, {1, 8})}));
    }

    void aFreeBatchAnswersAsSinglesDo()
    {
        const auto network = *load(testModel("tiny_64.onnx"));
        QVERIFY(network->batches());
        const std::vector<Tensor> samples{noise({1, 64}, 1), noise({1, 64}, 2), noise({1, 64}, 3)};
        const auto together = *network->run(std::vector{*concatenated(samples)});
        QCOMPARE(together[0].shape(), (Shape{3, 10}));
        for (std::size_t i = 0; i < 3; ++i) {
            const auto alone = *network->run(std::span(samples).subspan(i, 1));
            const auto row = slice(together[0], i);
            for (std::size_t k = 0; k < 10; ++k)
                QVERIFY(std::abs(row.values<float>()[k] - alone[0].values<float>()[k]) < 1e-5F);
        }
    }

    void whatWorksAlongTheFirstExtentIsNotSplit()
    {
        OnnxBuilder builder(13);
        builder.input("x", {-1, 4});
        auto *softmax = builder.node("Softmax", {"x"}, {"y"});
        auto *axis = softmax->add_attribute();
        axis->set_name("axis");
        axis->set_type(onnx::AttributeProto::INT);
        axis->set_i(0); // over the rows
        builder.output("y", {-1, 4});
        const auto network = load(builder.save(m_folder, "mixing.onnx"));
        QVERIFY2(network, network ? "" : network.error().message.c_str());
        QVERIFY(!(*network)->spec().samplesApart);
        QVERIFY(!(*network)->batches());
        const auto out = (*network)->run(std::vector{floats({2, 4}, {1, 2, 3, 4, 1, 2, 3, 4})});
        QVERIFY2(out, out ? "" : out.error().message.c_str());
        QCOMPARE(list((*out)[0]), std::vector<float>(8, 0.5F));
    }

    void aChangedShapeBetweenRunsAnswersAsAFreshNetwork()
    {
        const auto used = *load(testModel("dynamic.onnx"));
        const std::vector<Shape> shapes{{1, 3, 8, 8}, {1, 3, 5, 9}, {2, 3, 8, 8},
                                        {1, 3, 8, 8}, {1, 3, 9, 5}, {1, 3, 5, 9}};
        unsigned seed = 1;
        for (const Shape &shape : shapes) {
            const std::vector<Tensor> input{noise(shape, seed++)};
            const auto fresh = *(*load(testModel("dynamic.onnx")))->run(input);
            const auto reused = *used->run(input);
            QVERIFY(largestDifference(fresh[0], reused[0]) < 1e-6F);
            QCOMPARE(reused[0].shape(), (Shape{shape[0], 2, shape[2], shape[3]}));
        }
    }

    void shapesThatDoNotFitNameTheNodeAndLeaveTheNetworkUsable()
    {
        OnnxBuilder builder;
        builder.input("x", {-1, -1});
        builder.int64s("pairs", {-1, 2});
        builder.node("Reshape", {"x", "pairs"}, {"y"});
        builder.output("y", {-1, 2});
        const auto network = load(builder.save(m_folder, "reshape.onnx"));
        QVERIFY2(network, network ? "" : network.error().message.c_str());
        const std::vector<Tensor> good{floats({1, 2}, {4, 6})};
        for (int i = 0; i < 2; ++i) {
            const auto bad = (*network)->run(std::vector{noise({1, 3}, 1)});
            QCOMPARE(bad.error().code, ErrorCode::InvalidArgument);
            QVERIFY2(bad.error().message.find("n_Reshape") != std::string::npos,
                     bad.error().message.c_str());
            QCOMPARE(list((*(*network)->run(good))[0]), (std::vector<float>{4, 6}));
        }
    }

    void externalDataIsInlined()
    {
        const auto network = load(testModel("external.onnx"));
        QVERIFY2(network, network ? "" : network.error().message.c_str());
        QCOMPARE((*network)->spec().parameterCount, 36);
    }

    // Nodes for which OpenCV 4.6 answers other numbers than ONNX says.
    void whatWouldBeFalsifiedIsRefused_data()
    {
        QTest::addColumn<QByteArray>("op");
        QTest::addColumn<QList<QByteArray>>("attributes"); // name=integer
        QTest::addColumn<bool>("free");
        QTest::addColumn<QByteArray>("word"); // empty: it loads
        using List = QList<QByteArray>;
        QTest::newRow("mean of free columns")
            << QByteArray("ReduceMean") << List{"axes=1"} << true << QByteArray("leaves free");
        QTest::newRow("mean of all, rows free")
            << QByteArray("ReduceMean") << List{} << true << QByteArray("leaves free");
        QTest::newRow("mean of fixed columns")
            << QByteArray("ReduceMean") << List{"axes=1"} << false << QByteArray();
        QTest::newRow("softmax of rows")
            << QByteArray("Softmax") << List{"axis=0"} << false << QByteArray("below opset 13");
        QTest::newRow("softmax of columns")
            << QByteArray("Softmax") << List{"axis=1"} << false << QByteArray();
        QTest::newRow("weights that are not transposed")
            << QByteArray("Gemm") << List{} << false << QByteArray("transB 1");
        QTest::newRow("transposed weights")
            << QByteArray("Gemm") << List{"transB=1"} << false << QByteArray();
    }
    void whatWouldBeFalsifiedIsRefused()
    {
        QFETCH(QByteArray, op);
        QFETCH(QList<QByteArray>, attributes);
        QFETCH(bool, free);
        QFETCH(QByteArray, word);
        OnnxBuilder builder;
        builder.input("x", {free ? -1 : 2, free ? -1 : 2});
        builder.floats("w", {2, 2}, {1, 2, 3, 4});
        auto *node = op == "Gemm" ? builder.node("Gemm", {"x", "w"}, {"y"})
                                  : builder.node(op.constData(), {"x"}, {"y"});
        for (const QByteArray &one : attributes) {
            auto *attribute = node->add_attribute();
            attribute->set_name(one.split('=')[0].toStdString());
            const bool list = one.startsWith("axes");
            attribute->set_type(list ? onnx::AttributeProto::INTS : onnx::AttributeProto::INT);
            if (list)
                attribute->add_ints(one.split('=')[1].toInt());
            else
                attribute->set_i(one.split('=')[1].toInt());
        }
        builder.output("y", {-1, -1});
        const auto network = load(builder.save(m_folder, "falsified.onnx"));
        QCOMPARE(network.has_value(), word.isEmpty());
        if (!network)
            QVERIFY2(network.error().message.find(word.toStdString()) != std::string::npos,
                     network.error().message.c_str());
    }

    void aLargeRunLeavesNothingBehindForLong()
    {
        if (allocatedMemory() == Bytes{})
            QSKIP("The sanitizer brings a malloc that does not tell what it handed out.");
        const auto network = *load(testModel("dynamic.onnx"));
        QVERIFY(network->run(std::vector{noise({1, 3, 8, 8}, 1)}));
        const auto small = *network->run(std::vector{noise({1, 3, 8, 8}, 2)});
        const Bytes before = allocatedMemory();
        QVERIFY(network->run(std::vector{noise({1, 3, 1500, 1500}, 3)}));
        QVERIFY(allocatedMemory() > before + mebibytes(16));
        network->handBack(); // it ran since the last one
        QVERIFY(allocatedMemory() > before + mebibytes(16));
        network->handBack();
        QVERIFY(allocatedMemory() < before + mebibytes(4));
        QCOMPARE(list((*network->run(std::vector{noise({1, 3, 8, 8}, 2)}))[0]), list(small[0]));
    }

    void refusalsSayWhatToDoAndPrintNothing_data()
    {
        QTest::addColumn<QByteArray>("file");
        QTest::addColumn<QList<QByteArray>>("parts");
        QTest::newRow("unknown operator")
            << QByteArray("unknown_op.onnx")
            << QList<QByteArray>{"\"mystery\"", "FooBarOp", "opset 13", "export"};
        QTest::newRow("float16") << QByteArray("fp16_weights.onnx")
                                 << QList<QByteArray>{"float16", "\"dense1\"", "operator Gemm",
                                                      "opset 13", "float32"};
        QTest::newRow("raw data too short") << QByteArray("truncated_raw.onnx")
                                            << QList<QByteArray>{"\"w\"", "128 bytes", "holds 8"};
        QTest::newRow("dims that overflow")
            << QByteArray("huge_dims.onnx") << QList<QByteArray>{"\"w\"", "8589934592"};
        QTest::newRow("empty graph")
            << QByteArray("empty_graph.onnx") << QList<QByteArray>{"empty_graph.onnx", "no graph"};
        QTest::newRow("external data too short")
            << QByteArray("external_short.onnx") << QList<QByteArray>{"external_short.bin", "100"};
    }
    void refusalsSayWhatToDoAndPrintNothing()
    {
        QFETCH(QByteArray, file);
        QFETCH(QList<QByteArray>, parts);
        StandardErrorCapture capture;
        const auto network = load(testModel(file.toStdString()));
        const std::string printed = capture.stop();
        QVERIFY(!network);
        QCOMPARE(network.error().code, ErrorCode::FailedPrecondition);
        for (const QByteArray &part : parts)
            QVERIFY2(network.error().message.find(part.toStdString()) != std::string::npos,
                     network.error().message.c_str());
        QCOMPARE(QByteArray::fromStdString(printed), QByteArray());
    }

    void instancesRunSideBySideAndFurtherCallersWait()
    {
        const auto network = *load(testModel("tiny_64.onnx"), 2);
        QCOMPARE(network->concurrency(), 2);
        QVERIFY(network->measure().weights.count >= 2 * 4 * (64 * 128 + 128 * 64 + 64 * 10));
        std::vector<std::vector<float>> expected;
        for (unsigned t = 0; t < 6; ++t)
            expected.push_back(list((*network->run(std::vector{noise({1, 64}, t)}))[0]));
        std::atomic<int> wrong = 0;
        std::vector<std::thread> callers;
        for (unsigned t = 0; t < 6; ++t)
            callers.emplace_back([&, t] {
                for (int i = 0; i < 50; ++i) {
                    const auto out = network->run(std::vector{noise({1, 64}, t)});
                    wrong += !out || list((*out)[0]) != expected[t];
                }
            });
        for (std::thread &caller : callers)
            caller.join();
        QCOMPARE(wrong.load(), 0);
    }

    void loadsFromManyThreadsAreSerialised()
    {
        std::atomic<int> failed = 0;
        std::vector<std::thread> loaders;
        for (int t = 0; t < 4; ++t)
            loaders.emplace_back([&] {
                for (int i = 0; i < 10; ++i)
                    failed += !load(testModel("tiny_64.onnx"));
            });
        for (std::thread &loader : loaders)
            loader.join();
        QCOMPARE(failed.load(), 0);
    }

    void describingLoadsNothingAndAgreesWithTheLoad()
    {
        const auto files = *identifyModelFiles(testModel("dynamic.onnx"));
        const auto spec = *m_engine->describe(files);
        QCOMPARE(shapeText(std::span<const Dimension>(spec.inputs[0].shape)),
                 std::string("[batch, 3, height, width]"));
        // What OpenCV refuses can still be described.
        QVERIFY(m_engine->describe(*identifyModelFiles(testModel("unknown_op.onnx"))));
    }
};

QTEST_GUILESS_MAIN(TestOpenCvEngine)
#include "tst_opencv_engine.moc"
