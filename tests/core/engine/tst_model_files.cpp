#include "base/file.h"
#include "engine/model_files.h"
#include "test_files.h"
#include "wire_writer.h"

#include <QTest>
#include <sys/stat.h>

using namespace warmbench;

namespace {

QByteArray raw(std::string_view bytes)
{
    return QByteArray(bytes.data(), static_cast<qsizetype>(bytes.size()));
}

QByteArray onnxBytes()
{
    WireWriter model;
    model.varint(1, 7).bytes(2, "someone").message(7, WireWriter().bytes(2, "graph"));
    return raw(model.data());
}

constexpr const char *prototxt = "name: \"n\"\nlayer {\n  name: \"a\"\n  type: \"Input\"\n}\n";
constexpr const char *cfg = "# comment\n\n[net]\nwidth=8\n";

QByteArray caffeWeights()
{
    WireWriter net;
    net.bytes(1, "n").message(100, WireWriter().bytes(1, "conv").bytes(2, "Convolution"));
    return raw(net.data());
}

QByteArray graphDef()
{
    const WireWriter node = WireWriter().bytes(1, "x").bytes(2, "Placeholder");
    return raw(WireWriter().message(1, node).data());
}

QByteArray darknetWeights()
{
    return QByteArray::fromHex("00000000"
                               "02000000"
                               "00000000"
                               "0000000000000000"
                               "0000803f");
}

} // namespace

class TestModelFiles : public QObject
{
    Q_OBJECT

private:
    QTemporaryDir m_folder;

    std::filesystem::path put(const char *name, const QByteArray &content)
    {
        std::filesystem::path path = std::filesystem::path(m_folder.path().toStdString()) / name;
        const auto done = writeFile(path, content.toStdString());
        Q_ASSERT(done);
        return path;
    }

private Q_SLOTS:
    void init()
    {
        for (const auto &entry : std::filesystem::directory_iterator(m_folder.path().toStdString()))
            std::filesystem::remove_all(entry.path());
    }

    void formatsAreToldByContent_data()
    {
        QTest::addColumn<QString>("name");
        QTest::addColumn<QByteArray>("content");
        QTest::addColumn<int>("format");
        const auto row = [](const char *title, const char *name, const QByteArray &content,
                            ModelFormat format) {
            QTest::newRow(title) << QString::fromLatin1(name) << content << int(format);
        };
        row("onnx", "a.onnx", onnxBytes(), ModelFormat::Onnx);
        row("onnx under a wrong ending", "a.pb", onnxBytes(), ModelFormat::Onnx);
        row("onnx, damaged until it looks like weights of Caffe", "a.onnx", caffeWeights(),
            ModelFormat::Onnx);
        row("tensorflow", "a.pb", graphDef(), ModelFormat::TensorFlow);
        row("torch7", "a.t7",
            QByteArray::fromHex("04000000"
                                "01000000"
                                "03000000") +
                "V 1" + QByteArray::fromHex("0d000000") + "nn.Sequential",
            ModelFormat::Torch7);
        row("torch7 as text", "a.t7", "4\n1\n3\nV 1\n13\nnn.Sequential\n", ModelFormat::Torch7);
        row("opencv xml", "a.xml", "<?xml version=\"1.0\"?>\n<opencv_storage>\n<opencv_ml_svm>\n",
            ModelFormat::OpenCvMl);
        row("opencv yaml", "a.yml", "%YAML:1.0\n---\nopencv_ml_svm:\n", ModelFormat::OpenCvMl);
        row("opencv json", "a.json", "{\n\"opencv_ml_knn\": {\n", ModelFormat::OpenCvMl);
    }
    void formatsAreToldByContent()
    {
        QFETCH(QString, name);
        QFETCH(QByteArray, content);
        QFETCH(int, format);
        const auto path = put(name.toUtf8().constData(), content);
        const auto files = identifyModelFiles(path);
        QVERIFY2(files, files ? "" : files.error().message.c_str());
        QCOMPARE(int(files->format), format);
        QCOMPARE(files->network, path);
        QVERIFY(files->weights.empty());
    }

    void eitherFileOfAPairNamesBoth_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QByteArray>("textContent");
        QTest::addColumn<QString>("weights");
        QTest::addColumn<QByteArray>("weightsContent");
        QTest::newRow("caffe") << "n.prototxt" << QByteArray(prototxt) << "n.caffemodel"
                               << caffeWeights();
        QTest::newRow("darknet") << "n.cfg" << QByteArray(cfg) << "n.weights" << darknetWeights();
    }
    void eitherFileOfAPairNamesBoth()
    {
        QFETCH(QString, text);
        QFETCH(QByteArray, textContent);
        QFETCH(QString, weights);
        QFETCH(QByteArray, weightsContent);
        const auto textPath = put(text.toUtf8().constData(), textContent);
        const auto alone = identifyModelFiles(textPath);
        QCOMPARE(alone.error().code, ErrorCode::NotFound);
        QVERIFY(alone.error().message.find(weights.toStdString()) != std::string::npos);

        const auto weightsPath = put(weights.toUtf8().constData(), weightsContent);
        for (const auto &path : {textPath, weightsPath}) {
            const auto files = identifyModelFiles(path);
            QVERIFY2(files, files ? "" : files.error().message.c_str());
            QCOMPARE(files->network, textPath);
            QCOMPARE(files->weights, weightsPath);
            QCOMPARE(files->all().size(), std::size_t(2));
        }
        std::filesystem::remove(textPath);
        const auto orphan = identifyModelFiles(weightsPath);
        QCOMPARE(orphan.error().code, ErrorCode::NotFound);
        QVERIFY(orphan.error().message.find(text.toStdString()) != std::string::npos);
    }

    void aPartnerUnderAnotherStemIsPointedOut()
    {
        put("other.caffemodel", caffeWeights());
        const auto files = identifyModelFiles(put("n.prototxt", prototxt));
        QVERIFY(files.error().message.find("other.caffemodel") != std::string::npos);
        QVERIFY(files.error().message.find("rename") != std::string::npos);
    }

    void aPartnerOfAnotherKindIsRefused()
    {
        put("n.caffemodel", QByteArray("hello, world\n"));
        const auto files = identifyModelFiles(put("n.prototxt", prototxt));
        QCOMPARE(files.error().code, ErrorCode::FailedPrecondition);
        QVERIFY(files.error().message.find("n.caffemodel") != std::string::npos);
    }

    void aTextGraphIsOptionalForTensorFlow()
    {
        const auto pb = put("n.pb", graphDef());
        QVERIFY(identifyModelFiles(pb)->weights.empty());
        const auto pbtxt = put("n.pbtxt", "node {\n  name: \"x\"\n}\n");
        for (const auto &path : {pb, pbtxt}) {
            const auto files = identifyModelFiles(path);
            QVERIFY2(files, files ? "" : files.error().message.c_str());
            QCOMPARE(files->network, pb);
            QCOMPARE(files->weights, pbtxt);
        }
        std::filesystem::remove(pb);
        QCOMPARE(identifyModelFiles(pbtxt).error().code, ErrorCode::NotFound);
    }

    void filesOfOtherToolsGetTheirExportCommand_data()
    {
        QTest::addColumn<QString>("name");
        QTest::addColumn<QByteArray>("content");
        QTest::addColumn<QString>("command");
        const auto zip = [](const char *entry) {
            return QByteArray("PK\x03\x04", 4) + QByteArray(26, '\0') + entry;
        };
        QTest::newRow("torch zip") << "n.pt" << zip("n/data.pkl") << "torch.load('n.pt'";
        QTest::newRow("torchscript") << "n.pt" << zip("n/code/__torch__.py") << "torch.jit.load";
        QTest::newRow("torch, name that needs quoting")
            << "my 'net.pt" << zip("n/data.pkl") << "torch.load('MODEL'";
        QTest::newRow("torch under an onnx name")
            << "n.onnx" << zip("n/data.pkl") << "torch.onnx.export";
        QTest::newRow("torch legacy")
            << "n.pth" << QByteArray::fromHex("80028a0a6cfc9c46f9206aa85019") + "."
            << "torch.load";
        QTest::newRow("ultralytics") << "n.pt" << zip("n/data.pkl ultralytics.nn") << "yolo export";
        QTest::newRow("safetensors")
            << "n.safetensors" << QByteArray::fromHex("4000000000000000") + "{\"weight\":"
            << "optimum-cli export onnx";
        QTest::newRow("hdf5") << "n.h5" << QByteArray("\x89HDF\r\n\x1a\n", 8) + QByteArray(8, '\0')
                              << "keras.saving.load_model('n.h5').export('n.onnx'";
        QTest::newRow("keras") << "n.keras" << zip("metadata.json..model.weights.h5")
                               << "format='onnx'";
        QTest::newRow("tflite") << "n.tflite" << QByteArray("\x1c\0\0\0TFL3", 8)
                                << "tf2onnx.convert --tflite n.tflite --output n.onnx";
        QTest::newRow("pickle") << "n.pkl" << QByteArray::fromHex("8004958a") + "sklearn"
                                << "skl2onnx";
        QTest::newRow("joblib, compressed")
            << "n.joblib" << QByteArray::fromHex("789c0102") << "joblib.load('n.joblib')";
        WireWriter coreMl;
        coreMl.varint(1, 4).message(2, WireWriter().bytes(1, "x")).message(500, WireWriter());
        QTest::newRow("core ml") << "n.mlmodel" << raw(coreMl.data()) << "convert_coreml";
        WireWriter saved;
        saved.varint(1, 1).message(2, WireWriter().bytes(1, "x"));
        QTest::newRow("saved model") << "saved_model.pb" << raw(saved.data()) << "--saved-model";
        QTest::newRow("gguf") << "n.gguf" << QByteArray("GGUF\3\0\0\0", 8) << "optimum-cli";
        QTest::newRow("git lfs") << "n.onnx"
                                 << QByteArray("version https://git-lfs.github.com/spec/v1\n")
                                 << "git lfs pull";
        QTest::newRow("web page") << "n.onnx" << QByteArray("<!DOCTYPE html><html>")
                                  << "download it again";
    }
    void filesOfOtherToolsGetTheirExportCommand()
    {
        QFETCH(QString, name);
        QFETCH(QByteArray, content);
        QFETCH(QString, command);
        const auto files = identifyModelFiles(put(name.toUtf8().constData(), content));
        QVERIFY(!files);
        QCOMPARE(files.error().code, ErrorCode::FailedPrecondition);
        QVERIFY2(files.error().message.find(command.toStdString()) != std::string::npos,
                 files.error().message.c_str());
    }

    void whatIsNoModelIsRefused_data()
    {
        QTest::addColumn<QByteArray>("content");
        QTest::newRow("empty") << QByteArray();
        QTest::newRow("text") << QByteArray("hello\n");
        QTest::newRow("zeros") << QByteArray(4096, '\0');
        QTest::newRow("ones") << QByteArray(4096, '\xff');
        QTest::newRow("png") << QByteArray("\x89PNG\r\n\x1a\n", 8) + QByteArray(64, '\1');
        QTest::newRow("a settings file") << QByteArray("{\"task\": \"classification\"}");
    }
    void whatIsNoModelIsRefused()
    {
        QFETCH(QByteArray, content);
        const auto files = identifyModelFiles(put("a.onnx", content));
        QVERIFY(!files);
        QCOMPARE(files.error().code, ErrorCode::FailedPrecondition);
        QVERIFY(files.error().message.find("a.onnx") != std::string::npos);
    }

    void foldersPipesAndMissingFilesAreRefused()
    {
        const std::filesystem::path root = m_folder.path().toStdString();
        QCOMPARE(identifyModelFiles(root).error().code, ErrorCode::InvalidArgument);
        QCOMPARE(identifyModelFiles(root / "none.onnx").error().code, ErrorCode::NotFound);
        QCOMPARE(::mkfifo((root / "pipe.onnx").c_str(), 0600), 0);
        QCOMPARE(identifyModelFiles(root / "pipe.onnx").error().code,
                 ErrorCode::FailedPrecondition);
    }

    void externalDataIsListed()
    {
        const auto files = identifyModelFiles(testModel("external.onnx"));
        QVERIFY2(files, files ? "" : files.error().message.c_str());
        QCOMPARE(files->external, std::vector<std::filesystem::path>{testModel("external.bin")});
        QCOMPARE(files->all().size(), std::size_t(2));
    }

    void externalDataOutsideTheFolderIsRefused()
    {
        const auto files = identifyModelFiles(testModel("external_escape.onnx"));
        QCOMPARE(files.error().code, ErrorCode::FailedPrecondition);
        QVERIFY(files.error().message.find("secret.bin") != std::string::npos);
    }

    void externalDataThroughASymbolicLinkIsRefused()
    {
        const std::filesystem::path root = m_folder.path().toStdString();
        std::filesystem::create_directory(root / "inner");
        std::filesystem::copy_file(testModel("external.onnx"), root / "inner" / "n.onnx");
        put("secret.bin", QByteArray(8192, 'x'));
        std::filesystem::create_symlink("../secret.bin", root / "inner" / "external.bin");
        const auto files = identifyModelFiles(root / "inner" / "n.onnx");
        QVERIFY(!files);
        QCOMPARE(files.error().code, ErrorCode::FailedPrecondition);
        QVERIFY(files.error().message.find("outside") != std::string::npos);
    }

    void missingExternalDataIsNamed()
    {
        const std::filesystem::path root = m_folder.path().toStdString();
        std::filesystem::copy_file(testModel("external.onnx"), root / "n.onnx");
        const auto files = identifyModelFiles(root / "n.onnx");
        QCOMPARE(files.error().code, ErrorCode::NotFound);
        QVERIFY(files.error().message.find("external.bin") != std::string::npos);
    }

    void everyBeginningOfAModelIsRefusedOrStillToldAsIts()
    {
        const auto whole = *readFile(testModel("tiny_64.onnx"), mebibytes(1));
        for (std::size_t size = 0; size < whole.size(); size += 61) {
            const auto files =
                identifyModelFiles(put("cut.onnx", raw(std::string_view(whole).substr(0, size))));
            QVERIFY(!files || files->format == ModelFormat::Onnx);
        }
    }

    void endingsOfModels()
    {
        for (const char *yes : {"a.onnx", "A.ONNX", "b.prototxt", "c.cfg", "d.pb", "e.t7", "f.xml"})
            QVERIFY2(hasModelEnding(yes), yes);
        for (const char *no : {"a.txt", "a.warmbench.json", "warmbench.json", "a.caffemodel",
                               "a.weights", "a.onnx.bak", "onnx"})
            QVERIFY2(!hasModelEnding(no), no);
    }
};

QTEST_APPLESS_MAIN(TestModelFiles)
#include "tst_model_files.moc"
