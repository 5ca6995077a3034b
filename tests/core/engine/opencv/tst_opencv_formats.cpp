#include "base/file.h"
#include "engine/engine.h"
#include "wire_writer.h"

#include <cstring>
#include <QTest>

using namespace warmbench;

namespace {

std::string bytesOf(std::span<const float> values)
{
    return {reinterpret_cast<const char *>(values.data()), values.size_bytes()};
}

template <typename T>
std::string littleEndian(T value)
{
    return {reinterpret_cast<const char *>(&value), sizeof value};
}

// y = x * [[1, 2], [3, 4]]^T + [10, 20], as every format can say it.
constexpr float weights[] = {1, 2, 3, 4};
constexpr float bias[] = {10, 20};
const std::vector<float> sample{1, 1};
const std::vector<float> answer{13, 27};

constexpr const char *denseText = R"(name: "dense"
input: "data"
input_shape { dim: 1 dim: 2 }
layer {
  name: "ip" type: "InnerProduct" bottom: "data" top: "ip_out"
  inner_product_param { num_output: 2 }
}
layer { name: "half" type: "Power" bottom: "ip_out" top: "second" power_param { scale: 0.5 } }
layer { name: "twice" type: "Power" bottom: "ip_out" top: "first" power_param { scale: 2.0 } }
)";

std::string caffeWeights()
{
    const auto blob = [](std::initializer_list<std::uint64_t> dims, std::span<const float> data) {
        WireWriter shape;
        for (const std::uint64_t extent : dims)
            shape.varint(1, extent);
        return WireWriter().floats(5, data).message(7, shape);
    };
    WireWriter layer;
    layer.bytes(1, "ip").bytes(2, "InnerProduct");
    layer.message(7, blob({2, 2}, weights)).message(7, blob({2}, bias));
    return WireWriter().bytes(1, "dense").message(100, layer).data();
}

constexpr const char *darknetText = "[net]\nbatch=1\nwidth=1\nheight=1\nchannels=2\n\n"
                                    "[convolutional]\nfilters=2\nsize=1\nstride=1\npad=0\n"
                                    "activation=linear\n";

std::string darknetWeights()
{
    return littleEndian(0) + littleEndian(2) + littleEndian(0) + littleEndian(std::int64_t(0)) +
           bytesOf(bias) + bytesOf(weights);
}

// x -> MatMul -> BiasAdd.
std::string tensorFlowGraph()
{
    const auto type = WireWriter().varint(6, 1);
    const auto attribute = [](std::string_view key, const WireWriter &value) {
        return WireWriter().bytes(1, key).message(2, value);
    };
    const auto dims = [](std::initializer_list<std::int64_t> extents) {
        WireWriter shape;
        for (const std::int64_t extent : extents)
            shape.message(2, WireWriter().varint(1, static_cast<std::uint64_t>(extent)));
        return shape;
    };
    const auto constant = [&](std::string_view name, const WireWriter &shape,
                              std::span<const float> values) {
        const auto tensor = WireWriter().varint(1, 1).message(2, shape).bytes(4, bytesOf(values));
        return WireWriter()
            .bytes(1, name)
            .bytes(2, "Const")
            .message(5, attribute("dtype", type))
            .message(5, attribute("value", WireWriter().message(8, tensor)));
    };
    constexpr float transposed[] = {1, 3, 2, 4};
    const auto input = WireWriter()
                           .bytes(1, "x")
                           .bytes(2, "Placeholder")
                           .message(5, attribute("dtype", type))
                           .message(5, attribute("shape", WireWriter().message(7, dims({-1, 2}))));
    const auto no = WireWriter().varint(5, 0);
    const auto product = WireWriter()
                             .bytes(1, "product")
                             .bytes(2, "MatMul")
                             .bytes(3, "x")
                             .bytes(3, "w")
                             .message(5, attribute("T", type))
                             .message(5, attribute("transpose_a", no))
                             .message(5, attribute("transpose_b", no));
    const auto sum = WireWriter()
                         .bytes(1, "sum")
                         .bytes(2, "BiasAdd")
                         .bytes(3, "product")
                         .bytes(3, "b")
                         .message(5, attribute("T", type));
    return WireWriter()
        .message(1, input)
        .message(1, constant("w", dims({2, 2}), transposed))
        .message(1, product)
        .message(1, constant("b", dims({2}), bias))
        .message(1, sum)
        .data();
}

// Torch7's binary form: type tags 1 number, 2 string, 3 table, 4 object.
class Torch7Writer
{
public:
    std::string linear()
    {
        object("nn.Sequential");
        table(1);
        text("modules");
        table(1);
        number(1);
        object("nn.Linear");
        table(2);
        text("weight");
        tensor({2, 2}, weights);
        text("bias");
        tensor({2}, bias);
        return m_bytes;
    }

    // Takes any channels by its file, and three by its weights.
    std::string normalisation()
    {
        constexpr float three[] = {1, 2, 3};
        object("nn.Sequential");
        table(1);
        text("modules");
        table(1);
        number(1);
        object("nn.SpatialBatchNormalization");
        table(5);
        for (const char *name : {"running_mean", "running_var", "weight", "bias"}) {
            text(name);
            tensor({3}, three);
        }
        text("eps");
        number(0);
        return m_bytes;
    }

private:
    void string(const std::string &value)
    {
        m_bytes += littleEndian(static_cast<std::int32_t>(value.size())) + value;
    }
    void object(const char *name)
    {
        m_bytes += littleEndian(4) + littleEndian(++m_index);
        string("V 1");
        string(name);
    }
    void table(std::int32_t size)
    {
        m_bytes += littleEndian(3) + littleEndian(++m_index) + littleEndian(size);
    }
    void text(const char *value)
    {
        m_bytes += littleEndian(2);
        string(value);
    }
    void number(double value) { m_bytes += littleEndian(1) + littleEndian(value); }
    void tensor(const std::vector<std::int64_t> &sizes, std::span<const float> values)
    {
        object("torch.FloatTensor");
        m_bytes += littleEndian(static_cast<std::int32_t>(sizes.size()));
        for (const std::int64_t size : sizes)
            m_bytes += littleEndian(size);
        for (std::size_t i = 0; i < sizes.size(); ++i)
            m_bytes += littleEndian(i + 1 == sizes.size() ? std::int64_t(1) : sizes.back());
        m_bytes += littleEndian(std::int64_t(1));
        object("torch.FloatStorage");
        m_bytes += littleEndian(static_cast<std::int64_t>(values.size())) + bytesOf(values);
    }

    std::string m_bytes;
    std::int32_t m_index = 0;
};

constexpr const char *annText = R"(%YAML:1.0
---
opencv_ml_ann_mlp:
   format: 3
   layer_sizes: [ 2, 2 ]
   activation_function: IDENTITY
   f_param1: 0.
   f_param2: 0.
   min_val: 0.
   max_val: 0.
   min_val1: 0.
   max_val1: 0.
   training_params:
      train_method: BACKPROP
      dw_scale: 1.0e-01
      moment_scale: 1.0e-01
      term_criteria: { iterations:10 }
   input_scale: [ 1., 0., 1., 0. ]
   output_scale: [ 1., 0., 1., 0. ]
   inv_output_scale: [ 1., 0., 1., 0. ]
   weights:
      - [ 1., 3., 2., 4., 10., 20. ]
)";

} // namespace

class TestOpenCvFormats : public QObject
{
    Q_OBJECT

private:
    QTemporaryDir m_folder;
    std::unique_ptr<Engine> m_engine = makeOpenCvEngine();

    std::filesystem::path put(const char *name, const std::string &content)
    {
        auto path = std::filesystem::path(m_folder.path().toStdString()) / name;
        const auto done = writeFile(path, content);
        Q_ASSERT(done);
        return path;
    }
    Result<std::shared_ptr<Network>> load(const std::filesystem::path &path)
    {
        const auto files = identifyModelFiles(path);
        if (!files)
            return files.error();
        return m_engine->load(*files, {.instances = 2});
    }
    std::filesystem::path putFormat(const QByteArray &format)
    {
        if (format == "caffe") {
            put("n.caffemodel", caffeWeights());
            return put("n.prototxt", denseText);
        }
        if (format == "darknet") {
            put("n.weights", darknetWeights());
            return put("n.cfg", darknetText);
        }
        if (format == "tensorflow")
            return put("n.pb", tensorFlowGraph());
        if (format == "torch7")
            return put("n.t7", Torch7Writer().linear());
        return put("n.yml", annText);
    }

private Q_SLOTS:
    void init()
    {
        for (const auto &entry : std::filesystem::directory_iterator(m_folder.path().toStdString()))
            std::filesystem::remove_all(entry.path());
    }

    void everyFormatAnswers_data()
    {
        QTest::addColumn<QByteArray>("input");
        QTest::addColumn<QByteArray>("output");
        QTest::newRow("darknet") << QByteArray("data [batch, 2, 1, 1]")
                                 << QByteArray("conv_0 [batch, 2, 1, 1]");
        QTest::newRow("tensorflow") << QByteArray("x [?, 2]") << QByteArray("[batch, 2]");
        QTest::newRow("torch7") << QByteArray("input [batch, 2]") << QByteArray("[batch, 2]");
        QTest::newRow("ml") << QByteArray("input [batch, 2]")
                            << QByteArray("prediction [batch, 2]");
    }
    void everyFormatAnswers()
    {
        QFETCH(QByteArray, input);
        QFETCH(QByteArray, output);
        const auto network = load(putFormat(QTest::currentDataTag()));
        QVERIFY2(network, network ? "" : network.error().message.c_str());
        const NetworkSpec &spec = (*network)->spec();
        const auto text = [](const TensorSpec &one) {
            return one.name + ' ' + shapeText(std::span<const Dimension>(one.shape));
        };
        QCOMPARE(QByteArray::fromStdString(text(spec.inputs.at(0))), input);
        QVERIFY2(text(spec.outputs.at(0)).ends_with(output.toStdString()),
                 text(spec.outputs[0]).c_str());
        QVERIFY((*network)->batches());
        QCOMPARE((*network)->concurrency(), 2);
        Shape shape{1};
        for (std::size_t i = 1; i < spec.inputs[0].shape.size(); ++i)
            shape.push_back(spec.inputs[0].shape[i].size);
        const auto out = (*network)->run(std::vector{*Tensor::fromValues<float>(shape, sample)});
        QVERIFY2(out, out ? "" : out.error().message.c_str());
        const auto values = (*out)[0].values<float>();
        QCOMPARE(std::vector<float>(values.begin(), values.end()), answer);
    }

    // The weights would be read beyond their end.
    void shapesBeyondTheWeightsAreRefused()
    {
        const auto network = load(put("n.t7", Torch7Writer().normalisation()));
        QVERIFY2(network, network ? "" : network.error().message.c_str());
        const auto input = [](const Shape &shape) {
            return std::vector{*Tensor::create(DType::Float32, shape)};
        };
        const auto good = (*network)->run(input({1, 3, 1, 1}));
        QVERIFY2(good, good ? "" : good.error().message.c_str());
        const auto expected = (*good)[0].values<float>();
        for (const std::int64_t channels : {1, 4, 4096, 300'000}) {
            const auto wrong = (*network)->run(input({1, channels, 1, 1}));
            QVERIFY(!wrong);
            QCOMPARE(wrong.error().code, ErrorCode::InvalidArgument);
            QVERIFY2(wrong.error().message.find("3 numbers for") != std::string::npos,
                     wrong.error().message.c_str());
            const auto again = (*network)->run(input({1, 3, 1, 1}));
            QVERIFY(again);
            const auto values = (*again)[0].values<float>();
            QVERIFY(std::equal(values.begin(), values.end(), expected.begin(), expected.end()));
        }
    }

    void caffeOutputsAreBlobsInTheOrderOfTheFile()
    {
        const auto network = load(putFormat("caffe"));
        QVERIFY2(network, network ? "" : network.error().message.c_str());
        const NetworkSpec &spec = (*network)->spec();
        QCOMPARE(spec.graphName, std::string("dense"));
        QCOMPARE(spec.parameterCount, 6);
        QCOMPARE(spec.outputs.size(), std::size_t(2));
        QCOMPARE(spec.outputs[0].name, std::string("second"));
        QCOMPARE(spec.outputs[1].name, std::string("first"));
        const auto out = *(*network)->run(std::vector{*Tensor::fromValues<float>({1, 2}, sample)});
        QCOMPARE(out[0].values<float>()[0], 6.5F);
        QCOMPARE(out[1].values<float>()[0], 26.0F);
    }

    void weightsThatAreCutShortAreRefused_data()
    {
        QTest::addColumn<QByteArray>("leaf");
        QTest::newRow("caffe") << QByteArray("n.caffemodel");
        QTest::newRow("darknet") << QByteArray("n.weights");
        QTest::newRow("tensorflow") << QByteArray("n.pb");
        QTest::newRow("torch7") << QByteArray("n.t7");
    }
    // OpenCV reads some of these without a word and computes with what was in memory.
    void weightsThatAreCutShortAreRefused()
    {
        QFETCH(QByteArray, leaf);
        const auto path = putFormat(QTest::currentDataTag());
        const auto file = path.parent_path() / leaf.toStdString();
        const auto whole = *readFile(file, mebibytes(1));
        QVERIFY(load(path));
        for (std::size_t size = 0; size < whole.size(); ++size) {
            QVERIFY(writeFile(file, whole.substr(0, size)));
            const auto network = load(path);
            // TensorFlow's graph may end after any node and is then another, smaller graph.
            if (network && qstrcmp(QTest::currentDataTag(), "tensorflow") == 0)
                continue;
            QVERIFY2(!network, qPrintable(QString::number(size)));
            QVERIFY(network.error().code != ErrorCode::Internal);
        }
    }

    void caffeWeightsOfAnotherNetworkAreNamed()
    {
        const auto path = putFormat("caffe");
        put("n.caffemodel", WireWriter()
                                .bytes(1, "x")
                                .message(100, WireWriter().bytes(1, "other").bytes(2, "ReLU"))
                                .data());
        const auto network = load(path);
        QCOMPARE(network.error().code, ErrorCode::FailedPrecondition);
        QVERIFY2(network.error().message.find("no weights for the layer \"ip\"") !=
                     std::string::npos,
                 network.error().message.c_str());
    }

    void aCaffeDescriptionOfTrainingIsPointedOut()
    {
        const auto path = putFormat("caffe");
        put("n.prototxt", "layer {\n name: \"d\" type: \"Data\" top: \"data\"\n}\n");
        QVERIFY(load(path).error().message.find("deploy.prototxt") != std::string::npos);
    }

    void anUnknownCaffeLayerIsRefusedAtLoad()
    {
        const auto path = putFormat("caffe");
        put("n.prototxt", std::string(denseText) +
                              "layer { name: \"odd\" type: \"Mystery\" bottom: \"first\" top: "
                              "\"z\" }\n");
        const auto network = load(path);
        QCOMPARE(network.error().code, ErrorCode::FailedPrecondition);
        QVERIFY2(network.error().message.find("Mystery") != std::string::npos ||
                     network.error().message.find("odd") != std::string::npos,
                 network.error().message.c_str());
    }

    void darknetSizesAreTold()
    {
        const auto path = putFormat("darknet");
        put("n.weights", darknetWeights() + std::string(40, '\0'));
        const auto longer = load(path);
        QVERIFY2(longer, longer ? "" : longer.error().message.c_str());
        QVERIFY((*longer)->spec().warnings.at(0).find("40 bytes more") != std::string::npos);
        put("n.weights", darknetWeights().substr(0, 30));
        const auto shorter = load(path).error();
        QVERIFY2(shorter.message.find("has 30 bytes but \"n.cfg\" needs 44") != std::string::npos,
                 shorter.message.c_str());
        put("n.cfg", "[net]\nchannels=2\nwidth=1\nheight=1\n[convolutional]\n"
                     "filters=9223372036854775807\nsize=9\n");
        QCOMPARE(load(path).error().code, ErrorCode::FailedPrecondition);
    }

    void theMlClassIsTakenFromTheRootNode_data()
    {
        QTest::addColumn<QByteArray>("root");
        QTest::addColumn<QByteArray>("part");
        // Its content is that of another class: OpenCV loads it with no variables.
        QTest::newRow("another class") << QByteArray("opencv_ml_svm") << QByteArray("SVM");
        QTest::newRow("no class") << QByteArray("opencv_ml_nothing")
                                  << QByteArray("opencv_ml_nothing");
    }
    void theMlClassIsTakenFromTheRootNode()
    {
        QFETCH(QByteArray, root);
        QFETCH(QByteArray, part);
        std::string text = annText;
        text.replace(text.find("opencv_ml_ann_mlp"), std::strlen("opencv_ml_ann_mlp"),
                     root.toStdString());
        const auto network = load(put("m.yml", text));
        QCOMPARE(network.error().code, ErrorCode::FailedPrecondition);
        QVERIFY2(network.error().message.find(part.toStdString()) != std::string::npos,
                 network.error().message.c_str());
    }
};

QTEST_GUILESS_MAIN(TestOpenCvFormats)
#include "tst_opencv_formats.moc"
