// Keeping a preparation in the settings file: other keys stay, nothing is half written.
#include "base/file.h"
#include "inference/matching/settings_file.h"
#include "make_tensor.h"

#include <filesystem>
#include <QTemporaryDir>
#include <QTest>
#include <unistd.h>

using namespace warmbench;
namespace fs = std::filesystem;

class TestSettingsFile : public QObject
{
    Q_OBJECT

private:
    static std::string content(const fs::path &file)
    {
        return readFile(file, mebibytes(1)).value_or(std::string());
    }
    // A model "net" in a folder of its own, with this settings file.
    struct Place
    {
        QTemporaryDir whole;
        fs::path folder = fs::path(whole.path().toStdString()) / "model";
        ModelBundle model = loadedModel({});

        explicit Place(const std::string &settings)
        {
            fs::create_directory(folder);
            model.files.network = folder / "net.onnx";
            if (!settings.empty()) {
                model.settings.file = folder / "net.warmbench.json";
                write(model.settings.file, settings);
            }
            write(elsewhere("cat.png"), "picture");
            write(elsewhere("y.npy"), "numbers");
        }
        fs::path elsewhere(const char *name) const { return folder.parent_path() / name; }
        static void write(const fs::path &file, const std::string &content)
        {
            QVERIFY(writeFile(file, content).has_value());
        }
        Result<ModelSettings> read() const { return loadModelSettings(model.files.network); }
        std::size_t files() const
        {
            return static_cast<std::size_t>(
                std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
        }
    };

    static Preprocessing caffe()
    {
        Preprocessing how;
        how.channels = Channels::Bgr;
        how.resize = ResizeMode::Crop;
        how.shorterSide = 256;
        how.scale = 1;
        how.mean = {104, 117, 123};
        return how;
    }

private Q_SLOTS:
    void aFileIsMadeWhereThereIsNone()
    {
        const Place place("");
        const auto kept = keepPreparation(place.model, caffe(), {});
        QVERIFY2(kept.has_value(), kept ? "" : kept.error().message.c_str());
        QCOMPARE(kept->file.filename().string(), std::string("net.warmbench.json"));
        const auto settings = place.read();
        QVERIFY2(settings.has_value(), settings ? "" : settings.error().message.c_str());
        QVERIFY(settings->warnings.empty());
        QVERIFY(settings->input.channels == Channels::Bgr);
        QVERIFY(settings->input.resize == ResizeMode::Crop);
        QVERIFY(settings->input.shorterSide == 256);
        QVERIFY(settings->input.antialias == true);
        QVERIFY(settings->input.scale == 1.0);
        QVERIFY(settings->input.mean == std::vector<double>({104, 117, 123}));
        QVERIFY(settings->golden.empty());
    }

    // What two models share is not changed for one of them.
    void aSharedFileIsTakenOver()
    {
        Place place("");
        Place::write(place.model.files.network, "x");
        Place::write(place.folder / "other.onnx", "y");
        place.model.settings.file = place.folder / "warmbench.json";
        const std::string shared = R"({"keep_alive": "30m", "input": {"channels": "rgb"}})";
        Place::write(place.model.settings.file, shared);
        const auto kept = keepPreparation(place.model, caffe(), {});
        QVERIFY2(kept.has_value(), kept ? "" : kept.error().message.c_str());
        QCOMPARE(kept->file.filename().string(), std::string("net.warmbench.json"));
        QCOMPARE(content(place.model.settings.file), shared);
        const auto settings = place.read();
        QVERIFY2(settings.has_value(), settings ? "" : settings.error().message.c_str());
        QVERIFY(settings->keepAlive);
        QVERIFY(settings->input.channels == Channels::Bgr);
    }

    void otherKeysStayAsTheyWere()
    {
        const Place place(
            "{\"task\": \"classification\", \"mine\": {\"a\": [1.50, null, \"\\u00e4\"]}, "
            "\"input\": {\"name\": \"data\", \"width\": 224, \"preset\": \"imagenet\", "
            "\"pad_value\": 3, \"std\": [2]}, \"keep_alive\": \"30m\"}");
        QVERIFY(keepPreparation(place.model, caffe(), {}).has_value());
        const auto text = readFile(place.model.settings.file, mebibytes(1));
        QVERIFY(text.has_value());
        QCOMPARE(QString::fromStdString(*text),
                 QStringLiteral("{\n"
                                "  \"task\": \"classification\",\n"
                                "  \"mine\": {\"a\": [1.50, null, \"\u00e4\"]},\n"
                                "  \"input\": {\n"
                                "    \"name\": \"data\",\n"
                                "    \"width\": 224,\n"
                                "    \"channels\": \"bgr\",\n"
                                "    \"resize\": \"crop\",\n"
                                "    \"shorter_side\": 256,\n"
                                "    \"interpolation\": \"bilinear\",\n"
                                "    \"antialias\": true,\n"
                                "    \"scale\": 1,\n"
                                "    \"mean\": [104, 117, 123],\n"
                                "    \"std\": [1]\n"
                                "  },\n"
                                "  \"keep_alive\": \"30m\"\n"
                                "}\n"));
    }

    void goldenFilesAreCopiedOnceAndNeverOverOthers()
    {
        const Place place("{\"golden\": [{\"input\": \"a.png\", \"expect\": {\"label\": \"a\"}}]}");
        Place::write(place.folder / "net.golden.png", "another picture");
        const GoldenFiles golden{place.elsewhere("cat.png"), place.elsewhere("y.npy"), 0.25};
        for (int time = 0; time < 2; ++time) {
            const auto kept = keepPreparation(place.model, caffe(), golden);
            QVERIFY2(kept.has_value(), kept ? "" : kept.error().message.c_str());
            QCOMPARE(kept->copies.size(), std::size_t(time == 0 ? 2 : 0));
        }
        const auto settings = place.read();
        QVERIFY(settings.has_value());
        QCOMPARE(settings->golden.size(), std::size_t(2));
        QCOMPARE(settings->golden[0].label, std::string("a"));
        QCOMPARE(settings->golden[1].input, std::string("net.golden-2.png"));
        QCOMPARE(settings->golden[1].expectFile, std::string("net.golden.npy"));
        QCOMPARE(settings->golden[1].absoluteTolerance, 0.5);
        QCOMPARE(content(place.folder / "net.golden.png"), std::string("another picture"));
        QCOMPARE(content(place.folder / "net.golden-2.png"), std::string("picture"));
    }

    void filesBesideTheModelAreNamedNotCopied()
    {
        const Place place("");
        fs::create_directory(place.folder / "golden");
        Place::write(place.folder / "golden" / "cat.png", "picture");
        Place::write(place.folder / "y.npy", "numbers");
        const auto kept = keepPreparation(
            place.model, caffe(),
            GoldenFiles{place.folder / "golden" / "cat.png", place.folder / "y.npy", 0});
        QVERIFY(kept.has_value());
        QVERIFY(kept->copies.empty());
        const auto settings = place.read();
        QVERIFY(settings.has_value());
        QCOMPARE(settings->golden.at(0).input, std::string("golden/cat.png"));
        QCOMPARE(settings->golden.at(0).expectFile, std::string("y.npy"));
    }

    void aFailureLeavesEverythingAsItWas()
    {
        const std::string before = "{\"keep_alive\": \"30m\"}";
        Place place(before);
        const std::size_t files = place.files();
        const auto missing = keepPreparation(
            place.model, caffe(), GoldenFiles{place.elsewhere("cat.png"), "/nowhere/y.npy", 0});
        QVERIFY(!missing.has_value());
        QVERIFY(missing.error().message.find("/nowhere/y.npy") != std::string::npos);
        QCOMPARE(place.files(), files); // the copy of the picture is gone again
        QCOMPARE(content(place.model.settings.file), std::string(before));
        // A file that a person has just broken is not overwritten.
        Place::write(place.model.settings.file, "{\"keep_alive\": ");
        const auto broken = keepPreparation(place.model, caffe(), {});
        QVERIFY(!broken.has_value());
        QVERIFY(broken.error().message.find("line 1") != std::string::npos);
        QCOMPARE(content(place.model.settings.file), std::string("{\"keep_alive\": "));
    }

    void aFolderThatCannotBeWrittenIsOneSentence()
    {
        if (::geteuid() == 0)
            QSKIP("root may write everywhere");
        const Place place("");
        fs::permissions(place.folder, fs::perms::owner_read | fs::perms::owner_exec);
        const auto kept = keepPreparation(place.model, caffe(), {});
        fs::permissions(place.folder, fs::perms::owner_all);
        QVERIFY(!kept.has_value());
        QVERIFY(kept.error().code == ErrorCode::FailedPrecondition);
    }
};

QTEST_GUILESS_MAIN(TestSettingsFile)
#include "tst_settings_file.moc"
