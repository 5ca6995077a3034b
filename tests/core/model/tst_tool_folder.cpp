// Folders of Hugging Face, MLflow and Triton as one model each.
#include "base/file.h"
#include "base/logging.h"
#include "model/repository.h"
#include "model/tool_folder.h"

#include <filesystem>
#include <QTest>

using namespace warmbench;

namespace {

namespace fs = std::filesystem;

constexpr const char *vit = R"({"architectures": ["ViTForImageClassification"]})";
constexpr const char *mlmodel =
    "flavors:\n  onnx:\n    data: model.onnx\n    onnx_version: 1.16.0\n";

} // namespace

class TestToolFolder : public QObject
{
    Q_OBJECT

private:
    std::unique_ptr<QTemporaryDir> m_folder;
    fs::path m_root;

    void put(const fs::path &file, std::string_view content = "x")
    {
        fs::create_directories((m_root / file).parent_path());
        QVERIFY(writeFile(m_root / file, content));
    }
    // Names and files of all models in a folder that is opened.
    std::string opened(const fs::path &folder)
    {
        Repository repository;
        if (const auto names = repository.add(m_root / folder); !names)
            return names.error().message;
        std::string text;
        for (const RepositoryEntry &entry : repository.entries())
            text += (text.empty() ? "" : " ") + entry.name + "=" +
                    repository.fileOf({entry.name, {}})->lexically_relative(m_root).string();
        return text;
    }

private Q_SLOTS:
    void initTestCase() { setLogToStandardError(false); }
    void init()
    {
        m_folder = std::make_unique<QTemporaryDir>();
        m_root = fs::canonical(m_folder->path().toStdString());
    }

    void aFolderIsOneModelWhetherItOrItsParentIsOpened_data()
    {
        QTest::addColumn<QByteArray>("files");
        QTest::addColumn<QByteArray>("model");
        const auto row = [](const char *name, const char *files, const char *model) {
            QTest::newRow(name) << QByteArray(files) << QByteArray(model);
        };
        row("Hugging Face, in onnx", "config.json,onnx/model.onnx", "onnx/model.onnx");
        row("Hugging Face, beside", "config.json,model.onnx", "model.onnx");
        row("several precisions",
            "config.json,onnx/model.onnx,onnx/model_fp16.onnx,onnx/model_quantized.onnx,onnx/"
            "decoder_model.onnx",
            "onnx/model.onnx");
        row("none is whole", "config.json,onnx/decoder_model_merged.onnx,onnx/encoder_model.onnx",
            "onnx/encoder_model.onnx");
        row("one precision", "config.json,onnx/model_q4f16.onnx", "onnx/model_q4f16.onnx");
        row("a name of one's own", "config.json,onnx/vit.onnx", "onnx/vit.onnx");
        row("MLflow", "MLmodel,model.onnx,other.onnx", "model.onnx");
        row("Triton", "config.pbtxt,1/model.onnx,2/model.onnx", "2/model.onnx");
    }
    void aFolderIsOneModelWhetherItOrItsParentIsOpened()
    {
        QFETCH(QByteArray, files);
        QFETCH(QByteArray, model);
        for (const QByteArray &file : files.split(','))
            put("store/tiny/" + file.toStdString(), file == "config.json" ? vit
                                                    : file == "MLmodel"   ? mlmodel
                                                                          : "x");
        const std::string expected = "tiny=store/tiny/" + model.toStdString();
        QCOMPARE(opened("store"), expected);
        QCOMPARE(opened("store/tiny"), expected);
    }

    void theFileThatCountsIsSaid()
    {
        put("tiny/config.json", vit);
        put("tiny/onnx/model.onnx");
        put("tiny/onnx/model_fp16.onnx");
        Repository repository;
        QVERIFY(repository.add(m_root / "tiny"));
        QCOMPARE(repository.find("tiny")->warning,
                 "\"" + (m_root / "tiny").string() +
                     "\" holds 2 networks of one model; \"onnx/model.onnx\" counts. Open another "
                     "one, such as \"onnx/model_fp16.onnx\", by its file.");
        QVERIFY(!repository.rescan());
        QCOMPARE(*repository.add(m_root / "tiny/onnx/model_fp16.onnx"),
                 std::vector<std::string>{"model_fp16"});
    }

    void otherFoldersStayWhatTheyWere_data()
    {
        QTest::addColumn<QByteArray>("files");
        QTest::addColumn<QByteArray>("models");
        const auto row = [](const char *name, const char *files, const char *models) {
            QTest::newRow(name) << QByteArray(files) << QByteArray(models);
        };
        row("models of their own", "config.json,cats.onnx,dogs.onnx",
            "cats=tiny/cats.onnx dogs=tiny/dogs.onnx");
        row("no precision of one model", "config.json,model.onnx,model_cats.onnx",
            "model_cats=tiny/model_cats.onnx tiny=tiny/model.onnx");
        row("another program's config.json", "config.json of a game,a/model.onnx,b.onnx",
            "a=tiny/a/model.onnx b=tiny/b.onnx");
        row("MLmodel without ONNX", "MLmodel of scikit-learn,b.onnx", "b=tiny/b.onnx");
        row("MLmodel that climbs", "MLmodel that climbs,b.onnx", "b=tiny/b.onnx");
        row("MLmodel that is damaged", "MLmodel damaged,b.onnx", "b=tiny/b.onnx");
    }
    void otherFoldersStayWhatTheyWere()
    {
        QFETCH(QByteArray, files);
        QFETCH(QByteArray, models);
        put("secret.onnx");
        for (const QByteArray &file : files.split(','))
            put("tiny/" + file.split(' ').front().toStdString(),
                file == "config.json"               ? vit
                : file == "MLmodel of scikit-learn" ? "flavors:\n  sklearn:\n    data: model.pkl\n"
                : file == "MLmodel that climbs" ? "flavors:\n  onnx:\n    data: ../secret.onnx\n"
                : file == "MLmodel damaged"     ? "flavors: [\n"
                                                : "{\"width\": 5}");
        QCOMPARE(QByteArray::fromStdString(opened("tiny")), models);
    }

    void aConfigurationElsewhereIsNotFollowed()
    {
        put("elsewhere/config.json", vit);
        put("tiny/model.onnx");
        put("tiny/model_fp16.onnx");
        fs::create_symlink(m_root / "elsewhere/config.json", m_root / "tiny/config.json");
        QCOMPARE(opened("tiny"),
                 std::string("model_fp16=tiny/model_fp16.onnx tiny=tiny/model.onnx"));
    }

    void whatWasOpenedIsKnown()
    {
        put("store/tiny/onnx/model.onnx");
        put("store-2/model.onnx");
        Repository repository;
        QVERIFY(repository.add(m_root / "store/tiny/onnx/model.onnx"));
        QVERIFY(!repository.isOpened(m_root / "store/tiny/onnx"));
        QVERIFY(repository.add(m_root / "store"));
        QVERIFY(repository.isOpened(m_root / "store/tiny"));
        QVERIFY(repository.isOpened(m_root / "store"));
        QVERIFY(!repository.isOpened(m_root));
        QVERIFY(!repository.isOpened(m_root / "store-2"));
    }

    void aFileWhoseFolderIsOpenedLaterStaysOneModel()
    {
        put("tiny/config.json", vit);
        put("tiny/onnx/model.onnx");
        Repository repository;
        const std::vector<std::string> tiny{"tiny"};
        QCOMPARE(*repository.add(m_root / "tiny/onnx/model.onnx"), tiny);
        QCOMPARE(*repository.add(m_root / "tiny"), tiny);
        QCOMPARE(repository.entries().size(), std::size_t(1));
        QCOMPARE(repository.find("tiny")->root, m_root / "tiny");
        QVERIFY(repository.isNamed("tiny"));
        QVERIFY(!repository.rescan());
        QCOMPARE(*repository.add(m_root / "tiny/onnx/model.onnx"), tiny);
    }

    void aFolderThatBecomesAModelIsFound()
    {
        put("store/tiny/readme.txt");
        Repository repository;
        QVERIFY(repository.add(m_root / "store")->empty());
        put("store/tiny/config.json", vit);
        put("store/tiny/onnx/model.onnx");
        QVERIFY(repository.rescan());
        QVERIFY(repository.contains("tiny"));
        fs::remove_all(m_root / "store/tiny/onnx");
        QVERIFY(repository.rescan());
        QVERIFY(!repository.contains("tiny"));
    }
};

QTEST_APPLESS_MAIN(TestToolFolder)
#include "tst_tool_folder.moc"
