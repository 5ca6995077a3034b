#include "base/file.h"
#include "engine/engine.h"
#include "test_files.h"

#include <cmath>
#include <QProcess>
#include <QTest>

using namespace warmbench;

namespace {

Tensor ramp(const Shape &shape)
{
    auto tensor = *Tensor::create(DType::Float32, shape);
    int i = 0;
    for (float &value : tensor.mutableValues<float>())
        value = static_cast<float>(i++ % 251) / 125.0F - 1.0F;
    return tensor;
}

std::string rawBytes(const Tensor &tensor)
{
    return {reinterpret_cast<const char *>(tensor.bytes().data()), tensor.byteSize()};
}

} // namespace

// Models made by others, which lie beside the source tree on some machines only.
class TestOpenCvRealModels : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void theyRun_data()
    {
        QTest::addColumn<QByteArray>("file");
        QTest::addColumn<QByteArray>("inputs");
        QTest::addColumn<QByteArray>("outputs");
        QTest::newRow("onnx detector")
            << QByteArray("rfb320.onnx") << QByteArray("input [1, 3, 240, 320]")
            << QByteArray("scores [1, 4420, 2] Softmax; boxes [1, 4420, 4] Concat");
        QTest::newRow("caffe detector")
            << QByteArray("rfb320.prototxt") << QByteArray("input [1, 3, 240, 320]")
            << QByteArray("boxes [1, 4420, 4] Concat; scores [1, 4420, 2] Softmax");
        QTest::newRow("digits") << QByteArray("mnist.onnx") << QByteArray("Input3 [1, 1, 28, 28]")
                                << QByteArray("Plus214_Output_0 [1, 10] Add");
    }
    void theyRun()
    {
        QFETCH(QByteArray, file);
        QFETCH(QByteArray, inputs);
        QFETCH(QByteArray, outputs);
        const auto path = sharedModel(file.toStdString());
        if (!path)
            QSKIP("the real models are not on this machine");
        const auto network = makeOpenCvEngine()->load(*identifyModelFiles(*path), {});
        QVERIFY2(network, network ? "" : network.error().message.c_str());
        const NetworkSpec &spec = (*network)->spec();
        std::string in;
        std::string out;
        for (const TensorSpec &one : spec.inputs)
            in += one.name + ' ' + shapeText(std::span<const Dimension>(one.shape));
        for (const TensorSpec &one : spec.outputs)
            out += (out.empty() ? "" : "; ") + one.name + ' ' +
                   shapeText(std::span<const Dimension>(one.shape)) + ' ' + one.producedBy;
        QCOMPARE(QByteArray::fromStdString(in), inputs);
        QCOMPARE(QByteArray::fromStdString(out), outputs);
        QVERIFY(spec.parameterCount > 5'000);

        Shape shape;
        for (const Dimension &extent : spec.inputs[0].shape)
            shape.push_back(extent.size);
        const std::vector<Tensor> input{ramp(shape)};
        const auto answer = (*network)->run(input);
        QVERIFY2(answer, answer ? "" : answer.error().message.c_str());
        QCOMPARE(answer->size(), spec.outputs.size());
        const auto measure = (*network)->measure();
        QVERIFY(measure.flops > 100'000 && measure.weights.count > 20'000);
        QVERIFY(!measure.layers.empty());
    }

    void theyAreRefusedWithNodeOperatorOpsetAndNextStep_data()
    {
        QTest::addColumn<QByteArray>("file");
        QTest::addColumn<QList<QByteArray>>("parts");
        QTest::newRow("left ONNX")
            << QByteArray("candy.onnx")
            << QList<QByteArray>{"\"crop\"", "operator Crop", "opset 7", "export the model again"};
        QTest::newRow("float16") << QByteArray("squeezenet_fp16.onnx")
                                 << QList<QByteArray>{"float16", "operator Conv", "opset 7",
                                                      "export the model in float32"};
    }
    void theyAreRefusedWithNodeOperatorOpsetAndNextStep()
    {
        QFETCH(QByteArray, file);
        QFETCH(QList<QByteArray>, parts);
        const auto path = sharedModel(file.toStdString());
        if (!path)
            QSKIP("the real models are not on this machine");
        const auto network = makeOpenCvEngine()->load(*identifyModelFiles(*path), {});
        QVERIFY(!network);
        QCOMPARE(network.error().code, ErrorCode::FailedPrecondition);
        for (const QByteArray &part : parts)
            QVERIFY2(network.error().message.find(part.toStdString()) != std::string::npos,
                     network.error().message.c_str());
    }

    void caffeAnswersAsAnIndependentRunFromPython()
    {
        const auto prototxt = sharedModel("rfb320.prototxt");
        if (!prototxt)
            QSKIP("the real models are not on this machine");
        const auto files = *identifyModelFiles(*prototxt);
        const auto network = makeOpenCvEngine()->load(files, {});
        QVERIFY2(network, network ? "" : network.error().message.c_str());
        const std::vector<Tensor> input{ramp({1, 3, 240, 320})};
        const auto ours = (*network)->run(input);
        QVERIFY2(ours, ours ? "" : ours.error().message.c_str());

        QTemporaryDir folder;
        const std::filesystem::path root = folder.path().toStdString();
        QVERIFY(writeFile(root / "shape.txt", "1 3 240 320"));
        QVERIFY(writeFile(root / "input.bin", rawBytes(input[0])));
        QStringList arguments;
        for (const auto &path : {sourceFile("tests/core/engine/opencv/compare_caffe.py"),
                                 files.network, files.weights, root})
            arguments << QString::fromStdString(path.string());
        for (const TensorSpec &output : (*network)->spec().outputs)
            arguments << QString::fromStdString(output.name);
        QProcess python;
        python.start(QString::fromStdString(testPython().string()), arguments);
        QVERIFY(python.waitForFinished(60'000));
        if (python.exitCode() == 3) {
            qWarning("SKIPPED: python3-opencv is not on this machine");
            QSKIP("python3-opencv is not on this machine");
        }
        QVERIFY2(python.exitCode() == 0, python.readAllStandardError().constData());
        for (std::size_t i = 0; i < ours->size(); ++i) {
            const std::string name = (*network)->spec().outputs[i].name;
            const auto theirs = *readFile(root / (name + ".bin"), mebibytes(64));
            QCOMPARE(theirs.size(), (*ours)[i].byteSize());
            const auto *their = reinterpret_cast<const float *>(theirs.data());
            float largest = 0;
            for (const float our : (*ours)[i].values<float>())
                largest = std::max(largest, std::abs(our - *their++));
            QVERIFY2(largest <= 1e-5F, qPrintable(QString::number(largest)));
        }
    }
};

QTEST_GUILESS_MAIN(TestOpenCvRealModels)
#include "tst_opencv_real_models.moc"
