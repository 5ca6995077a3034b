#include "base/file.h"
#include "base/logging.h"
#include "fake_engine.h"
#include "model/file_model_source.h"
#include "test_files.h"

#include <filesystem>
#include <QCryptographicHash>
#include <QTest>
#include <thread>

using namespace warmbench;

namespace {

namespace fs = std::filesystem;

// A network as many classifiers are: "x" [batch, 4] to "y" and "z" [batch, 4], 64 bytes of weights.
FakeNetworkOptions twoOutputs()
{
    FakeNetworkOptions options;
    options.spec.outputs.push_back(options.spec.outputs.front());
    options.spec.outputs.back().name = "z";
    options.spec.warnings = {"the network's own warning"};
    return options;
}

template <typename T>
QByteArray said(const Result<T> &result)
{
    return result ? QByteArray() : QByteArray::fromStdString(result.error().message);
}

} // namespace

class TestFileModelSource : public QObject
{
    Q_OBJECT

private:
    std::unique_ptr<QTemporaryDir> m_folder;
    fs::path m_root;
    std::unique_ptr<Repository> m_repository;
    std::shared_ptr<FakeEngine> m_engine;

    // A loader with the fake engine over m_root, rescanned.
    FileModelSource loader(LoaderOptions options = {})
    {
        m_repository->rescan();
        return {*m_repository, {m_engine}, std::move(options)};
    }
    Result<std::unique_ptr<ModelBundle>> loaded(const std::string &name, int instances = 1)
    {
        FileModelSource source = loader({.instances = instances});
        auto plan = source.probe({name, {}});
        if (!plan)
            return plan.error();
        if (const auto estimate = source.estimate(*plan); !estimate)
            return estimate.error();
        return source.load(*plan);
    }
    void settings(std::string_view json)
    {
        QVERIFY(writeFile(m_root / "net.warmbench.json", json));
    }

private Q_SLOTS:
    void initTestCase() { setLogToStandardError(false); }
    void init()
    {
        m_folder = std::make_unique<QTemporaryDir>();
        m_root = fs::canonical(m_folder->path().toStdString());
        fs::copy_file(testModel("tiny_64.onnx"), m_root / "net.onnx");
        m_repository = std::make_unique<Repository>();
        QVERIFY(m_repository->add(m_root));
        m_engine = std::make_shared<FakeEngine>(twoOutputs());
    }

    void aProbeTellsWhatALoadWillTake()
    {
        settings(R"({"labels": "names.txt", "instances": 3})");
        QVERIFY(writeFile(m_root / "names.txt", "a\nb\nc\nd\n"));
        FileModelSource source = loader();
        const auto plan = source.probe({"net", {}});
        QVERIFY2(plan, said(plan));
        const auto weights = static_cast<std::int64_t>(fs::file_size(m_root / "net.onnx"));
        QCOMPARE(plan->id, (ModelId{"net", "1"}));
        QCOMPARE(plan->files.network, m_root / "net.onnx");
        QCOMPARE(plan->estimate.count, 3 * weights);
        QCOMPARE(plan->fileBytes.count,
                 weights + 8 +
                     static_cast<std::int64_t>(fs::file_size(m_root / "net.warmbench.json")));
        QCOMPARE(plan->settings.labels.size(), std::size_t(4));
        QVERIFY(plan->digest.starts_with("sha256:"));
        QCOMPARE(plan->digest.size(), std::size_t(7 + 64));
        QCOMPARE(m_engine->loads(), 0);
    }

    void aLoadBundlesEverything()
    {
        settings(
            R"({"output": {"primary": "z"}, "labels": ["a", "b"], "lables": 1, "instances": 2})");
        const auto model = loaded("net");
        QVERIFY2(model, said(model));
        const ModelBundle &bundle = **model;
        QCOMPARE(bundle.engine, std::string("fake"));
        QCOMPARE(m_engine->lastInstances(), 2);
        QCOMPARE(bundle.network.get(), static_cast<Network *>(m_engine->lastNetwork().get()));
        QCOMPARE(bundle.primaryOutput, std::size_t(1));
        QCOMPARE(bundle.input.kind, InputKind::Features);
        QVERIFY(bundle.memory.count >= 64); // the weights' bytes: the fake measures nothing
        QVERIFY(bundle.loadTime.count() > 0);
        QCOMPARE(bundle.warnings.size(), std::size_t(3));
        QCOMPARE(bundle.warnings[0], std::string("the network's own warning"));
        QVERIFY(bundle.warnings[1].find("did you mean \"labels\"") != std::string::npos);
        QVERIFY(bundle.warnings[2].find("2 labels, but output \"z\" has 4 classes") !=
                std::string::npos);
    }

    void aLoadedNetworkIsKeptWhereSettingsAloneDiffer()
    {
        FileModelSource source = loader({.instances = 1});
        const auto plan = source.probe({"net", {}});
        QVERIFY2(plan, said(plan));
        const auto model = source.load(*plan);
        QVERIFY2(model, said(model));
        const auto adapted = [&](std::string_view edits) {
            source.setEdits("net", std::string(edits));
            const auto changed = source.probe({"net", {}});
            return changed ? source.adapt(*changed, **model) : changed.error();
        };
        const auto other = adapted(R"({"output": {"primary": "z"}})");
        QVERIFY2(other && *other, said(other));
        QCOMPARE((*other)->network, (*model)->network);
        QCOMPARE((*other)->primaryOutput, std::size_t(1));
        QVERIFY((*other)->digest != (*model)->digest);
        QCOMPARE(m_engine->loads(), 1);
        // These are matters of the network itself.
        const auto instances = adapted(R"({"instances": 3})");
        QVERIFY2(instances && !*instances, said(instances));
        const auto engine = adapted(R"({"engine": "opencv"})");
        QVERIFY(!engine); // there is only the fake
        fs::copy_file(testModel("add.onnx"), m_root / "net.onnx",
                      fs::copy_options::overwrite_existing);
        const auto weights = adapted({});
        QVERIFY2(weights && !*weights, said(weights));
    }

    void labelsAreCountedAgainstScoresOfConvolutionsAloneToo()
    {
        m_engine->network.spec.outputs.front().shape = {{-1, {}}, {3, {}}, {1, {}}, {1, {}}};
        settings(R"({"labels": ["a", "b"]})");
        const auto model = loaded("net");
        QVERIFY2(model, said(model));
        QVERIFY((*model)->warnings.back().find("has 3 classes") != std::string::npos);
    }

    void whatALoadLeavesAllocatedCountsWhereTheEngineCountsLess()
    {
        if (allocatedMemory().count == 0)
            QSKIP("the sanitizers' malloc tells nothing of what it gave");
        constexpr std::int64_t size = 8 << 20;
        m_engine->network.spec.description = std::string(size, ' '); // copied into each network
        m_engine->network.measure.weights = {1000};
        const auto model = loaded("net");
        QVERIFY((*model)->memory.count >= size);
        QVERIFY((*model)->memory.count < 2 * size);
    }

    void modelsGetAnInstanceACoreWithin64MiBUnlessTold()
    {
        const int cores = std::clamp(static_cast<int>(std::thread::hardware_concurrency()), 1, 4);
        QVERIFY(loaded("net", 0));
        QCOMPARE(m_engine->lastInstances(), cores);
        QVERIFY(loaded("net", 7));
        QCOMPARE(m_engine->lastInstances(), 7);
        settings(R"({"instances": 5})");
        QVERIFY(loaded("net", 7));
        QCOMPARE(m_engine->lastInstances(), 5);
        settings("{}");
        // What the engine says of a copy counts, however small the file is.
        m_engine->each = mebibytes(33);
        QVERIFY(loaded("net", 0));
        QCOMPARE(m_engine->lastInstances(), 1);
        m_engine->each = mebibytes(32);
        QVERIFY(loaded("net", 0));
        QCOMPARE(m_engine->lastInstances(), std::min(cores, 2));
        m_engine->each = {};
        fs::resize_file(m_root / "net.onnx", (33 << 20));
        QVERIFY(loaded("net", 0));
        QCOMPARE(m_engine->lastInstances(), 1);
    }

    void memoryIsWhatTheNetworkMeasures()
    {
        m_engine->network.measure.weights = {1000};
        m_engine->network.measure.activations = {500};
        QCOMPARE((*loaded("net"))->memory.count, 1500);
        m_engine->network.measure = {};
        m_engine->network.spec.weightBytes = {};
        QCOMPARE((*loaded("net"))->memory.count,
                 static_cast<std::int64_t>(fs::file_size(m_root / "net.onnx")));
    }

    void theDigestCoversModelSettingsAndLabels()
    {
        settings(R"({"labels": "names.txt"})");
        QVERIFY(writeFile(m_root / "names.txt", "a\n"));
        FileModelSource source = loader();
        const auto digest = [&] { return source.probe({"net", {}})->digest; };
        const std::string first = digest();
        QCOMPARE(digest(), first);
        QVERIFY(writeFile(m_root / "names.txt", "b\n"));
        const std::string second = digest();
        QVERIFY(second != first);
        settings(R"({"labels": "names.txt", "pinned": true})");
        const std::string third = digest();
        QVERIFY(third != second);
        fs::copy_file(testModel("fixed_batch.onnx"), m_root / "net.onnx",
                      fs::copy_options::overwrite_existing);
        QVERIFY(digest() != third);
    }

    void theDigestIsThatOfNamesSizesAndContents()
    {
        QVERIFY(writeFile(m_root / "a", "xy"));
        QVERIFY(writeFile(m_root / "b", ""));
        QCOMPARE(digestOf({m_root / "a", m_root / "b"}).value(),
                 "sha256:" + QCryptographicHash::hash("a\n2\nxyb\n0\n", QCryptographicHash::Sha256)
                                 .toHex()
                                 .toStdString());
        const auto missing = digestOf({m_root / "none"});
        QCOMPARE(missing.error().code, ErrorCode::FailedPrecondition);
        QVERIFY2(said(missing).contains("There is no file"), said(missing));
    }

    void aChangedFileShowsInTheStamps()
    {
        const auto model = loaded("net");
        const FileModelSource source = loader();
        QVERIFY(source.stampsNow(**model) == (*model)->stamps);
        // Settings that were not there before count too.
        settings("{}");
        QVERIFY(source.stampsNow(**model) != (*model)->stamps);
        fs::remove(m_root / "net.warmbench.json");
        QVERIFY(source.stampsNow(**model) == (*model)->stamps);
        fs::remove(m_root / "net.onnx");
        QCOMPARE(source.stampsNow(**model).front().size, -1);
        QCOMPARE(stampOf(m_root / "net.onnx"), (FileStamp{m_root / "net.onnx", -1, 0}));
    }

    void aWriteDuringTheLoadIsAnErrorNotAMixture()
    {
        FileModelSource source = loader();
        const auto plan = source.probe({"net", {}});
        m_engine->loadGate.close();
        const std::jthread writer([&] {
            m_engine->loadGate.awaitWaiting(1);
            fs::resize_file(m_root / "net.onnx", 10);
            m_engine->loadGate.open();
        });
        const auto model = source.load(*plan);
        QVERIFY(!model);
        QCOMPARE(model.error().code, ErrorCode::FailedPrecondition);
        QVERIFY2(said(model).contains("were written while it was loaded; try again"), said(model));
    }

    void whatCannotBeLoadedSaysWhy_data()
    {
        QTest::addColumn<QByteArray>("json");
        QTest::addColumn<QByteArray>("expected");
        QTest::newRow("wrong value") << QByteArray(R"({"task": 1})")
                                     << QByteArray("net.warmbench.json\", line 1, column 10");
        QTest::newRow("labels missing")
            << QByteArray(R"({"labels": "none.txt"})") << QByteArray("names the labels file");
        QTest::newRow("primary output")
            << QByteArray(R"({"output": {"primary": "q"}})")
            << QByteArray("\"output.primary\" is \"q\", but the network's outputs are y and z");
        QTest::newRow("input") << QByteArray(R"({"input": {"width": 8}})")
                               << QByteArray("net.warmbench.json\": The settings' \"input.width\"");
        QTest::newRow("engine")
            << QByteArray(R"({"engine": "onnxruntime"})")
            << QByteArray("\"onnxruntime\" that model \"net\" asks for does not run ONNX files "
                          "here; use fake or \"auto\"");
    }
    void whatCannotBeLoadedSaysWhy()
    {
        QFETCH(QByteArray, json);
        QFETCH(QByteArray, expected);
        settings(json.toStdString());
        const auto model = loaded("net");
        QVERIFY(!model);
        QCOMPARE(model.error().code, ErrorCode::FailedPrecondition);
        QVERIFY2(said(model).contains(expected), said(model));
    }

    void theEngineIsChosenBySettingsThenOptions()
    {
        auto other = std::make_shared<FakeEngine>(FakeNetworkOptions(), "onnxruntime");
        FileModelSource automatic(*m_repository, {m_engine, other}, {});
        QCOMPARE((*automatic.load(*automatic.probe({"net", {}})))->engine, std::string("fake"));
        FileModelSource asked(*m_repository, {m_engine, other}, {"onnxruntime", 1});
        QCOMPARE((*asked.load(*asked.probe({"net", {}})))->engine, std::string("onnxruntime"));
        settings(R"({"engine": "onnxruntime"})");
        QCOMPARE((*automatic.load(*automatic.probe({"net", {}})))->engine,
                 std::string("onnxruntime"));
        other->formats.clear();
        QVERIFY(!automatic.load(*automatic.probe({"net", {}})));
        m_engine->formats.clear();
        QVERIFY2(said(automatic.load(*automatic.probe({"net", {}}))).contains("No engine"), "");
    }

    void theEnginesReasonComesThrough()
    {
        m_engine->failWith(failedPrecondition("the node \"q\" is unknown; export it anew."));
        const auto model = loaded("net");
        QCOMPARE(said(model), QByteArray("the node \"q\" is unknown; export it anew."));
    }

    void aDescriptionLoadsNothing()
    {
        settings(R"({"lables": 1})");
        FileModelSource source = loader();
        const auto plan = source.probe({"net", {}});
        QVERIFY2(plan, said(plan));
        const auto told = source.describe(*plan);
        QVERIFY2(told, said(told));
        QCOMPARE(m_engine->loads(), 0);
        QCOMPARE(told->engine, std::string("fake"));
        QCOMPARE(told->spec.outputs.size(), std::size_t(2));
        QCOMPARE(told->input.kind, InputKind::Features);
        QCOMPARE(told->warnings.size(), std::size_t(2));
        QVERIFY(writeFile(m_root / "net.warmbench.json", "{ }"));
        QVERIFY2(said(source.describe(*plan)).contains("were written"), "");
    }

    void namesAndVersionsAreLookedUp()
    {
        fs::create_directories(m_root / "many" / "1");
        fs::create_directories(m_root / "many" / "20");
        fs::copy_file(m_root / "net.onnx", m_root / "many" / "1" / "model.onnx");
        fs::copy_file(m_root / "net.onnx", m_root / "many" / "20" / "model.onnx");
        FileModelSource source = loader();
        QCOMPARE(source.probe({"many", {}})->id, (ModelId{"many", "20"}));
        QCOMPARE(source.probe({"many", "1"})->files.network, m_root / "many/1/model.onnx");
        QVERIFY(source.contains({"many", "20"}));
        QCOMPARE(source.contains({"many", "3"}).error().code, ErrorCode::NotFound);
        QCOMPARE(source.probe({"nett", {}}).error().code, ErrorCode::NotFound);
        QVERIFY2(said(source.contains({"nett", {}})).contains("\"net\""), "");
        fs::remove(m_root / "net.onnx");
        QCOMPARE(source.probe({"net", {}}).error().code, ErrorCode::NotFound);
    }

    void theSamplesLoadWithTheRealEngine()
    {
        Repository repository;
        QVERIFY(repository.add(sampleFile("digits.onnx")));
        QVERIFY(repository.add(sampleFile("iris.onnx")));
        FileModelSource source(repository, {std::shared_ptr<Engine>(makeOpenCvEngine())}, {});
        const auto plan = source.probe({"digits", {}});
        QVERIFY2(plan, said(plan));
        const auto digits = source.load(*plan);
        QVERIFY2(digits, said(digits));
        const auto told = source.describe(*plan);
        QVERIFY2(told, said(told));
        QCOMPARE(told->engine, (*digits)->engine);
        QCOMPARE(told->spec.outputs.front().shape, (*digits)->spec().outputs.front().shape);
        const InputPlan &input = (*digits)->input;
        QCOMPARE(told->input.kind, input.kind);
        QCOMPARE(input.kind, InputKind::Image);
        QCOMPARE(input.preprocessing.channels, Channels::Gray);
        QCOMPARE(input.preprocessing.width, 8);
        QCOMPARE((*digits)->settings.labels.size(), std::size_t(10));
        QVERIFY2((*digits)->warnings.empty(),
                 (*digits)->warnings.empty() ? "" : (*digits)->warnings.front().c_str());
        QVERIFY((*digits)->memory >= (*digits)->spec().weightBytes);
        // Model, settings and labels, each as a file that is there; the others are places where one
        // would count.
        const auto &stamps = (*digits)->stamps;
        QCOMPARE(std::count_if(stamps.begin(), stamps.end(),
                               [](const FileStamp &stamp) { return stamp.size >= 0; }),
                 std::ptrdiff_t(3));
        const auto watched = [&](const char *leaf) {
            return std::any_of(stamps.begin(), stamps.end(), [&](const FileStamp &stamp) {
                return stamp.path.filename() == leaf && stamp.size < 0;
            });
        };
        for (const char *leaf : {"digits.onnx.warmbench.json", "config.json", "MLmodel"})
            QVERIFY2(watched(leaf), leaf);

        const auto iris = source.load(*source.probe({"iris", {}}));
        QVERIFY2(iris, said(iris));
        QCOMPARE((*iris)->input.kind, InputKind::Features);
        QCOMPARE((*iris)->input.features.front().name, std::string("sepal length"));
    }

    void embeddedMetadataOfARealModelIsUsed()
    {
        const auto file = sharedModel("mnist.onnx");
        if (!file)
            QSKIP("mnist.onnx is not on this machine");
        Repository repository;
        QVERIFY(repository.add(*file));
        FileModelSource source(repository, {std::shared_ptr<Engine>(makeOpenCvEngine())}, {});
        const auto model = source.load(*source.probe({"mnist", {}}));
        QVERIFY2(model, said(model));
        QCOMPARE((*model)->input.preprocessing.scale, 1.0);
        QCOMPARE((*model)->input.origins.at("scale"), Origin::Metadata);
        QCOMPARE((*model)->input.origins.at("channels"), Origin::Metadata);
        QCOMPARE((*model)->input.preprocessing.width, 28);
    }
};

QTEST_GUILESS_MAIN(TestFileModelSource)
#include "tst_file_model_source.moc"
