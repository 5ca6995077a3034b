#include "base/bytes.h"
#include "base/file.h"
#include "base/logging.h"
#include "model/model_names.h"
#include "model/repository.h"

#include <atomic>
#include <filesystem>
#include <fstream>
#include <QTest>
#include <sys/stat.h>
#include <thread>

using namespace warmbench;

namespace {

namespace fs = std::filesystem;

// Names with their files relative to a folder, "digits=3/model.onnx other=other.onnx".
std::string summary(const Repository &repository, const fs::path &root)
{
    std::string text;
    for (const RepositoryEntry &entry : repository.entries()) {
        text += text.empty() ? "" : " ";
        text += entry.name + "=" +
                repository.fileOf({entry.name, {}})->lexically_relative(root).string();
    }
    return text;
}

std::string messageOf(const Result<std::vector<std::string>> &added)
{
    return added ? std::string() : added.error().message;
}

} // namespace

class TestRepository : public QObject
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

private Q_SLOTS:
    void initTestCase() { setLogToStandardError(false); }
    void init()
    {
        m_folder = std::make_unique<QTemporaryDir>();
        m_root = fs::canonical(m_folder->path().toStdString());
    }

    void cleanup()
    {
        std::error_code gone; // Qt's own clean-up does not know names that are no UTF-8
        fs::remove_all(m_root, gone);
    }

    void aFolderHoldsFilesFoldersAndVersions()
    {
        put("flat.onnx");
        put("inner/model.onnx");
        put("lone/whatever.onnx");
        put("digits/1/model.onnx");
        put("digits/12/model.onnx");
        put("digits/9/digits.onnx");
        put("digits/latest/model.onnx");
        put("net.prototxt");
        put("net.caffemodel");
        put("notes.txt");
        put("flat.labels.txt");
        put("flat.warmbench.json", "{}");
        Repository repository;
        const auto names = repository.add(m_root);
        QVERIFY2(names, messageOf(names).c_str());
        QCOMPARE(*names, (std::vector<std::string>{"digits", "flat", "inner", "lone", "net"}));
        QCOMPARE(summary(repository, m_root),
                 std::string("digits=digits/12/model.onnx flat=flat.onnx inner=inner/model.onnx "
                             "lone=lone/whatever.onnx net=net.prototxt"));
        QCOMPARE(repository.find("digits")->highest(), 12);
        QCOMPARE(*repository.fileOf({"digits", "9"}), m_root / "digits/9/digits.onnx");
        QVERIFY(!repository.find("flat")->named);
        const auto missing = repository.fileOf({"digits", "2"});
        QCOMPARE(missing.error().code, ErrorCode::NotFound);
        QCOMPARE(missing.error().message,
                 std::string("Model \"digits\" has no version \"2\"; there are 1, 9 and 12."));
        QVERIFY(!repository.rescan());
    }

    void filesWhoseNamesTellNothingAreCalledByTheirFolder_data()
    {
        QTest::addColumn<QByteArray>("file");
        QTest::addColumn<QByteArray>("name");
        const auto row = [](const char *file, const char *name) {
            QTest::newRow(file) << QByteArray(file) << QByteArray(name);
        };
        row("train4/weights/best.onnx", "train4");
        row("train4/weights/Last.onnx", "train4");
        row("resnet/model.onnx", "resnet");
        row("resnet/checkpoint.onnx", "resnet");
        row("resnet/weights.pb", "resnet");
        row("digits/3/model.onnx", "digits");
        row("digits/03/best/model.onnx", "digits");
        row("train4/weights/better.onnx", "better");
        row("train4/bestof/model.onnx", "bestof");
        row("train4/model.v2.onnx", "model.v2");
        row("runs/train4/weights/best.onnx", "train4");
        row("resnet/onnx/model.onnx", "resnet");
        row("resnet/Models/7/best.onnx", "resnet");
        row("resnet/exports/checkpoints/last.onnx", "resnet");
        row("runs/run7/artifacts/model/model.onnx", "run7");
        row("resnet/onnx/runs.onnx", "runs");
    }
    void filesWhoseNamesTellNothingAreCalledByTheirFolder()
    {
        QFETCH(QByteArray, file);
        QFETCH(QByteArray, name);
        put(file.toStdString());
        const std::vector<std::string> expected{name.toStdString()};
        Repository alone;
        const auto names = alone.add(m_root / file.toStdString());
        QVERIFY2(names, messageOf(names).c_str());
        QCOMPARE(*names, expected);
        Repository folder; // the one that the file lies in
        QVERIFY(folder.add((m_root / file.toStdString()).parent_path()));
        QVERIFY(folder.contains(expected.front()));
    }

    void namesTakenFromFoldersClashAsAllDo()
    {
        put("train4/weights/best.onnx");
        put("train4/weights/last.onnx");
        put("train5/weights/best.onnx");
        put("other/train5/weights/best.onnx");
        Repository repository;
        for (const char *folder :
             {"train4/weights", "train5/weights", "other/train5/weights", "train4/weights"})
            QVERIFY(repository.add(m_root / folder));
        QCOMPARE(summary(repository, m_root),
                 std::string("train4=train4/weights/best.onnx train4-2=train4/weights/last.onnx "
                             "train5=train5/weights/best.onnx "
                             "train5-2=other/train5/weights/best.onnx"));
        QVERIFY(repository.find("train4-2")->warning.find("best.onnx") != std::string::npos);
        QVERIFY(!repository.rescan());
    }

    void aFileOfTheFoldersNameKeepsItBesideOneThatTellsNothing()
    {
        put("digits/best.onnx");
        put("digits/digits.onnx");
        Repository repository;
        QVERIFY(repository.add(m_root / "digits"));
        QCOMPARE(summary(repository, m_root),
                 std::string("digits=digits/digits.onnx digits-2=digits/best.onnx"));
    }

    void foldersWhoseNamesTellNothingAreCalledByTheOneAbove()
    {
        put("train4/weights/best.onnx");
        put("train4/model/2/model.onnx");
        Repository repository;
        QCOMPARE(*repository.add(m_root / "train4"),
                 (std::vector<std::string>{"train4", "train4-2"}));
        QCOMPARE(summary(repository, m_root), std::string("train4=train4/model/2/model.onnx "
                                                          "train4-2=train4/weights/best.onnx"));
    }

    void aNameTakenFromAFolderAboveIsFoundBetweenTwoScans()
    {
        put("vit/other.onnx");
        Repository repository;
        QVERIFY(repository.add(m_root / "vit"));
        put("vit/onnx/model.onnx");
        QVERIFY(!repository.lookUp("vit")); // the folder was looked through a moment ago
        QTRY_VERIFY_WITH_TIMEOUT(repository.lookUp("vit"), 20'000);
        QCOMPARE(*repository.fileOf({"vit", {}}), m_root / "vit/onnx/model.onnx");
    }

    void oneStemGoesToTheOnnxFile()
    {
        put("rfb.onnx");
        put("rfb.prototxt");
        put("rfb.caffemodel");
        put("two.pb");
        put("two.t7");
        Repository repository;
        QVERIFY(repository.add(m_root));
        QCOMPARE(summary(repository, m_root),
                 std::string("rfb=rfb.onnx rfb.prototxt=rfb.prototxt two.pb=two.pb two.t7=two.t7"));
        QVERIFY(repository.find("rfb")->warning.empty());
        QCOMPARE(repository.find("rfb.prototxt")->warning,
                 std::string("Named \"rfb.prototxt\" in full because \"rfb.onnx\" has the same "
                             "stem."));
        QVERIFY(repository.find("two.pb")->warning.find("two.t7") != std::string::npos);
    }

    void otherFilesWithAModelsEndingAreLookedInto()
    {
        put("svm.xml", "<?xml version=\"1.0\"?>\n<opencv_storage>\n<opencv_ml_svm>");
        put("three.json", R"({"input": [0, 1]})");
        put("trees.json", R"({"opencv_ml_rtrees": {}})");
        put("setup.cfg");
        put("yolo.cfg");
        put("yolo.weights");
        Repository repository;
        QVERIFY(repository.add(m_root));
        QCOMPARE(summary(repository, m_root),
                 std::string("svm=svm.xml trees=trees.json yolo=yolo.cfg"));
        put("three.json", R"({"opencv_ml_svm": {}, "more": 1})");
        QVERIFY(repository.rescan());
        QVERIFY(repository.find("three"));
    }

    void clashesBetweenPlacesGetASuffix()
    {
        put("a/net.onnx");
        put("b/net.onnx");
        put("b/net/model.onnx");
        Repository repository;
        QCOMPARE(*repository.add(m_root / "a" / "net.onnx"), std::vector<std::string>{"net"});
        QCOMPARE(*repository.add(m_root / "b"), (std::vector<std::string>{"net-2", "net-3"}));
        QVERIFY(repository.find("net")->named);
        QCOMPARE(repository.find("net-2")->warning, "Named \"net-2\" because \"" +
                                                        (m_root / "a/net.onnx").string() +
                                                        "\" is called \"net\" already.");
        // A name stays with its model when the others go.
        QVERIFY(repository.remove("net"));
        QVERIFY(!repository.rescan());
        QVERIFY(repository.find("net-2"));
    }

    void theSameFileAgainIsNoSecondModel()
    {
        put("net.prototxt");
        put("net.caffemodel");
        fs::create_directory_symlink(m_root, m_root / "other");
        Repository repository;
        QVERIFY(repository.add(m_root));
        for (const char *path : {"net.prototxt", "net.caffemodel", "other/net.prototxt",
                                 "other/./net.prototxt", "./net.caffemodel"})
            QCOMPARE(*repository.add(m_root / path), std::vector<std::string>{"net"});
        QCOMPARE(repository.entries().size(), std::size_t(1));
        QVERIFY(repository.find("net")->named);
        QCOMPARE(*repository.add(m_root.string() + "/"), std::vector<std::string>{"net"});
    }

    void aModelsOwnFolderIsOneModel()
    {
        put("digits/3/model.onnx");
        put("digits/4/model.onnx");
        Repository repository;
        QCOMPARE(*repository.add(m_root / "digits"), std::vector<std::string>{"digits"});
        QCOMPARE(*repository.fileOf({"digits", {}}), m_root / "digits/4/model.onnx");
        put("digits/5/model.onnx");
        QVERIFY(repository.rescan());
        QCOMPARE(repository.find("digits")->highest(), 5);
    }

    void rescanFindsWhatCameAndWent()
    {
        put("old.onnx");
        put("versions/1/model.onnx");
        Repository repository;
        QVERIFY(repository.add(m_root));
        QVERIFY(!repository.rescan());
        put("fresh.onnx");
        fs::remove(m_root / "old.onnx");
        QVERIFY(repository.rescan());
        QVERIFY(repository.find("fresh"));
        QVERIFY(!repository.find("old"));
        put("versions/2/model.onnx");
        QVERIFY(repository.rescan());
        QCOMPARE(repository.find("versions")->highest(), 2);
        fs::remove_all(m_root / "versions" / "2");
        QVERIFY(repository.rescan());
        QCOMPARE(repository.find("versions")->highest(), 1);
        fs::remove_all(m_root);
        QVERIFY(repository.rescan());
        QVERIFY(repository.entries().empty());
    }

    void aFolderThatCannotBeReadKeepsItsModels()
    {
        put("in/net.onnx");
        Repository repository;
        QVERIFY(repository.add(m_root / "in"));
        // A loop cannot be read by anybody, root included.
        fs::rename(m_root / "in", m_root / "away");
        fs::create_directory_symlink(m_root / "in", m_root / "in");
        QVERIFY(!repository.rescan());
        QVERIFY(repository.find("net"));
    }

    void namedFilesStayWhenTheyVanish()
    {
        put("net.onnx");
        Repository repository;
        QVERIFY(repository.add(m_root));
        QVERIFY(repository.add(m_root / "net.onnx"));
        fs::remove(m_root / "net.onnx");
        QVERIFY(!repository.rescan());
        QVERIFY(repository.find("net"));
    }

    void hiddenFilesLinksAndLoopsAreSurvived()
    {
        put(".secret.onnx");
        put(".cache/model.onnx");
        put("real/net.onnx");
        fs::create_symlink(m_root / "nowhere", m_root / "broken.onnx");
        fs::create_symlink(m_root / "loop.onnx", m_root / "loop.onnx");
        fs::create_directory_symlink(m_root, m_root / "self");
        fs::create_directory_symlink(m_root / "real", m_root / "real" / "1");
        fs::create_symlink(m_root / "real" / "net.onnx", m_root / "link.onnx");
        QCOMPARE(::mkfifo((m_root / "pipe.onnx").c_str(), 0600), 0);
        Repository repository;
        QVERIFY(repository.add(m_root));
        QCOMPARE(summary(repository, m_root), std::string("link=link.onnx real=real/net.onnx"));
    }

    void namesThatCannotBeTypedAreSkipped()
    {
        put("fine name.onnx");
        put("line\nbreak.onnx");
        put("latin\xE9.onnx");
        std::vector<std::string> heard;
        const LogListener listener(
            [&](const LogRecord &record) { heard.push_back(record.message); });
        Repository repository;
        QCOMPARE(*repository.add(m_root), std::vector<std::string>{"fine name"});
        repository.rescan();
        QCOMPARE(heard.size(), std::size_t(2)); // once each
        QVERIFY(heard[0].find("rename the file") != std::string::npos);
        const auto added = repository.add(m_root / "line\nbreak.onnx");
        QCOMPARE(added.error().code, ErrorCode::InvalidArgument);
        for (const char *bad : {"", "a/b", "a\tb", "\xff"})
            QVERIFY2(!checkModelName(bad), bad);
        QVERIFY(checkModelName("d\xC3\xA9j\xC3\xA0 vu-2.1"));
    }

    void everyNameThatIsListedCanBeAskedFor()
    {
        std::vector<std::string> odd{"\xC2\x85",         "\xED\xA0\x80", "\xE2\x80\xA8", "\xC3",
                                     "\xF4\x90\x80\x80", "\x7F",         "\x1B[2J"};
        for (unsigned byte = 1; byte < 256; ++byte)
            odd.emplace_back(1, static_cast<char>(byte));
        std::size_t put = 0;
        for (const std::string &part : odd) {
            if (part != "/")
                put += writeFile(m_root / ("a" + part + "b.onnx"), "x") ? 1 : 0;
        }
        QVERIFY(put > 200);
        for (std::size_t length : {240, 250})
            std::ofstream(m_root / (std::string(length, 'n') + ".onnx")).put('x');
        Repository repository;
        const auto names = repository.add(m_root);
        QVERIFY(names);
        QCOMPARE(names->size(), repository.entries().size());
        QVERIFY2(names->size() > 90 && names->size() < 110, std::to_string(names->size()).c_str());
        for (const std::string &name : *names) {
            QVERIFY2(repository.fileOf({name, {}}), name.c_str());
            QVERIFY2(QString::fromStdString(name).toStdString() == name, name.c_str());
        }
        QVERIFY(repository.find(std::string(250, 'n')));
    }

    void aNameThatNoFileCanHaveIsRefusedAtOnce()
    {
        for (int i = 0; i < 2000; ++i)
            std::ofstream(m_root / (std::string(200, 'n') + std::to_string(i) + ".onnx")).put('x');
        Repository repository;
        QVERIFY(repository.add(m_root));
        QElapsedTimer timer;
        timer.start();
        const auto refused = repository.find(std::string(16'000, 'n'));
        QCOMPARE(refused.error().code, ErrorCode::NotFound);
        QVERIFY(refused.error().message.find("at most 255 bytes, this one has 16000") !=
                std::string::npos);
        QVERIFY(refused.error().message.size() < 500);
        const auto slip = repository.find(std::string(200, 'n') + "77x");
        QVERIFY2(slip.error().message.find("did you mean") != std::string::npos,
                 slip.error().message.c_str());
        QVERIFY2(timer.elapsed() < 300, std::to_string(timer.elapsed()).c_str());
    }

    void aLookThatIsToldToStopForgetsNothing()
    {
        for (int i = 0; i < 1000; ++i)
            std::ofstream(m_root / ("net" + std::to_string(i) + ".onnx")).put('x');
        Repository repository;
        QVERIFY(repository.add(m_root));
        std::stop_source stop;
        ScanPace pace(stop.get_token(), [&] { return repository.touched(); });
        put("new.onnx");
        QVERIFY(repository.touched());
        QVERIFY(repository.rescan(&pace));
        QVERIFY(!repository.touched());
        QVERIFY(repository.find("new"));
        stop.request_stop();
        fs::remove(m_root / "new.onnx");
        QVERIFY(!repository.rescan(&pace));
        QVERIFY(!pace.nextRound());
        QCOMPARE(repository.entries().size(), std::size_t(1001));
        QCOMPARE(repository.entries("net5", 2).front().name, std::string("net50"));
    }

    void aModelTakesFewBytesOfMemory()
    {
        constexpr int count = 50'000;
        for (int i = 0; i < count; ++i)
            std::ofstream(m_root / ("some-model-" + std::to_string(i) + ".onnx"));
        const Bytes before = allocatedMemory();
        Repository repository;
        QCOMPARE(repository.add(m_root)->size(), std::size_t(count));
        const Bytes taken = allocatedMemory() - before;
        qInfo("%lld bytes a model", static_cast<long long>(taken.count / count));
        QVERIFY(taken.count / count < 600); // 0 under sanitizers
    }

    void whatCannotBeAddedSaysWhy_data()
    {
        QTest::addColumn<QByteArray>("path");
        QTest::addColumn<int>("code");
        QTest::addColumn<QByteArray>("said");
        QTest::newRow("nothing") << QByteArray("none.onnx") << int(ErrorCode::NotFound)
                                 << QByteArray("check the path");
        QTest::newRow("below a file")
            << QByteArray("net.onnx/x") << int(ErrorCode::NotFound) << QByteArray("check the path");
        QTest::newRow("loop") << QByteArray("loop.onnx") << int(ErrorCode::FailedPrecondition)
                              << QByteArray("cannot be opened");
        QTest::newRow("pipe") << QByteArray("pipe") << int(ErrorCode::InvalidArgument)
                              << QByteArray("neither a file nor a folder");
        QTest::newRow("settings") << QByteArray("net.warmbench.json")
                                  << int(ErrorCode::InvalidArgument)
                                  << QByteArray("name the model that it belongs to");
    }
    void whatCannotBeAddedSaysWhy()
    {
        QFETCH(QByteArray, path);
        QFETCH(int, code);
        QFETCH(QByteArray, said);
        put("net.onnx");
        put("net.warmbench.json");
        fs::create_symlink("loop.onnx", m_root / "loop.onnx");
        QCOMPARE(::mkfifo((m_root / "pipe").c_str(), 0600), 0);
        Repository repository;
        const auto added = repository.add(m_root / path.toStdString());
        QVERIFY(!added);
        QCOMPARE(int(added.error().code), code);
        QVERIFY2(QByteArray::fromStdString(added.error().message).contains(said),
                 added.error().message.c_str());
        QVERIFY(repository.entries().empty());
    }

    void removedModelsStayAwayUntilAddedAgain()
    {
        put("net.onnx");
        put("other.onnx");
        Repository repository;
        QVERIFY(repository.add(m_root));
        QVERIFY(repository.remove("net"));
        QVERIFY(!repository.rescan());
        QVERIFY(!repository.find("net"));
        QCOMPARE(repository.remove("net").error().code, ErrorCode::NotFound);
        QCOMPARE(*repository.add(m_root / "net.onnx"), std::vector<std::string>{"net"});
        QVERIFY(repository.remove("net"));
        QVERIFY(repository.add(m_root));
        QVERIFY(repository.find("net"));
    }

    void aModelKeepsTheNameThatAPersonGaveIt()
    {
        put("a/net.onnx");
        put("a/digits/1/model.onnx");
        Repository repository;
        QVERIFY(repository.add(m_root / "a"));
        QVERIFY(repository.rename("net", "people counter"));
        QVERIFY(repository.rename("digits", "d\303\251j\303\240 vu"));
        QVERIFY(repository.rename("people counter", "people counter")); // no change
        QCOMPARE(summary(repository, m_root),
                 std::string("d\303\251j\303\240 vu=a/digits/1/model.onnx "
                             "people counter=a/net.onnx"));
        QVERIFY(!repository.rescan());
        QVERIFY(!repository.lookUp("net"));
        QCOMPARE(*repository.add(m_root / "a/net.onnx"),
                 std::vector<std::string>{"people counter"});
        put("a/digits/2/model.onnx");
        QVERIFY(repository.rescan());
        QCOMPARE(repository.find("d\303\251j\303\240 vu")->highest(), 2);
        // The old name is free for another model.
        put("b/net.onnx");
        QCOMPARE(*repository.add(m_root / "b"), std::vector<std::string>{"net"});
        fs::remove_all(m_root / "a/digits");
        QVERIFY(repository.rescan());
        QVERIFY(!repository.contains("d\303\251j\303\240 vu"));
    }

    void namesThatCannotBeGivenAreRefused()
    {
        put("a.onnx");
        put("b.onnx");
        Repository repository;
        QVERIFY(repository.add(m_root));
        const auto taken = repository.rename("a", "b");
        QCOMPARE(taken.error().code, ErrorCode::InvalidArgument);
        QCOMPARE(taken.error().message,
                 std::string("Another model is called \"b\" already; choose another name."));
        for (const std::string &bad :
             {std::string(), std::string("a/b"), std::string("a\nb"), std::string(256, 'n')})
            QCOMPARE(repository.rename("a", bad).error().code, ErrorCode::InvalidArgument);
        QCOMPARE(repository.rename("c", "d").error().code, ErrorCode::NotFound);
        QCOMPARE(summary(repository, m_root), std::string("a=a.onnx b=b.onnx"));
    }

    void unknownNamesGetTheNearest()
    {
        Repository repository;
        QVERIFY(repository.find("x").error().message.find("open a model's file") !=
                std::string::npos);
        put("digits.onnx");
        QVERIFY(repository.add(m_root));
        const auto slip = repository.find("digit");
        QCOMPARE(slip.error().code, ErrorCode::NotFound);
        QVERIFY(slip.error().message.find("did you mean \"digits\"?") != std::string::npos);
        QVERIFY(repository.find("zzzzzzzzz").error().message.find("those there are: digits") !=
                std::string::npos);
    }

    void severalFilesInAModelsFolderNeedAName()
    {
        put("mixed/a.onnx");
        put("mixed/b.onnx");
        put("both/model.onnx");
        put("both/model.t7");
        std::vector<std::string> heard;
        const LogListener listener(
            [&](const LogRecord &record) { heard.push_back(record.message); });
        Repository repository;
        QCOMPARE(*repository.add(m_root), std::vector<std::string>{"both"});
        QCOMPARE(*repository.fileOf({"both", {}}), m_root / "both/model.onnx");
        QVERIFY(heard[0].find("holds several files named \"model\"") != std::string::npos);
        QVERIFY(heard[1].find("holds 2 model files and none named \"model\"") != std::string::npos);
    }

    void twoThousandModelsAreFoundInUnderASecond()
    {
        for (int i = 0; i < 1900; ++i)
            std::ofstream(m_root / ("flat" + std::to_string(i) + ".onnx")).put('x');
        for (int i = 0; i < 100; ++i)
            put("folder" + std::to_string(i) + "/1/model.onnx");
        Repository repository;
        QElapsedTimer timer;
        timer.start();
        QCOMPARE(repository.add(m_root)->size(), std::size_t(2000));
        const qint64 first = timer.restart();
        QVERIFY(!repository.rescan());
        qInfo("2,000 models: found in %lld ms, scanned again in %lld ms", first, timer.elapsed());
        QVERIFY2(first < 1000, std::to_string(first).c_str());
    }

    void lookUpsAndScansGoTogether()
    {
        put("net.onnx");
        Repository repository;
        QVERIFY(repository.add(m_root));
        std::atomic<bool> lost = false;
        {
            const std::jthread reader([&](const std::stop_token &stop) {
                while (!stop.stop_requested()) {
                    if (!repository.fileOf({"net", {}}))
                        lost = true;
                }
            });
            const std::jthread scanner([&](const std::stop_token &stop) {
                while (!stop.stop_requested())
                    repository.rescan();
            });
            for (int i = 0; i < 100; ++i) {
                put("more" + std::to_string(i) + ".onnx");
                if (!repository.add(m_root / ("more" + std::to_string(i) + ".onnx")) ||
                    !repository.remove("more" + std::to_string(i)))
                    lost = true;
            }
        }
        QVERIFY(!lost);
        QCOMPARE(repository.entries().size(), std::size_t(1));
    }
};

QTEST_APPLESS_MAIN(TestRepository)
#include "tst_repository.moc"
