// Files and folders that are opened, at start and later, and when everything is ready.
#include "base/logging.h"
#include "test_files.h"
#include "workbench_bench.h"

#include <atomic>
#include <future>
#include <QTemporaryDir>
#include <QTest>

using namespace warmbench;
using namespace std::chrono_literals;

namespace {

std::filesystem::path onnxFile(const QTemporaryDir &folder, const std::string &name)
{
    auto path = std::filesystem::path(folder.path().toStdString()) / name;
    std::filesystem::copy_file(testModel("tiny_64.onnx"), path,
                               std::filesystem::copy_options::overwrite_existing);
    return path;
}

} // namespace

class TestWorkbenchOpening : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { setLogLevel(LogLevel::Off); } // thousands of events

    void readyOnceEverythingOpenedHasLoaded()
    {
        const QTemporaryDir folder;
        Bench bench;
        bench.source.set("a");
        bench.source.set("b");
        QVERIFY(bench.workbench->ready());
        bench.source.loadGate.close();
        for (const char *name : {"a.onnx", "b.onnx"}) {
            const auto opened = bench.workbench->open(onnxFile(folder, name), true);
            QVERIFY2(opened.has_value(), opened ? "" : opened.error().message.c_str());
        }
        QVERIFY(!bench.workbench->ready());
        std::atomic<int> called{0};
        std::promise<void> ready;
        bench.workbench->whenReady([&] {
            ++called;
            ready.set_value();
        });
        QCOMPARE(called.load(), 0);
        bench.source.loadGate.open();
        QVERIFY(ready.get_future().wait_for(patience) == std::future_status::ready);
        QVERIFY(bench.workbench->ready());
        QVERIFY(!bench.workbench->startFailure());
        QCOMPARE(bench.source.loads(), 2);
        bench.workbench->whenReady([&] { ++called; });
        QCOMPARE(called.load(), 2);
        QCOMPARE(*bench.workbench->defaultModel(), std::string("a"));
    }

    void theFirstFailureAtStartIsKept()
    {
        const QTemporaryDir folder;
        Bench bench;
        bench.source.set("a");
        bench.source.set("b");
        bench.source.failLoads("a", failedPrecondition("a is broken."));
        bench.source.failLoads("b", failedPrecondition("b is broken."));
        QVERIFY(bench.workbench->open(onnxFile(folder, "a.onnx"), true).has_value());
        QVERIFY(bench.workbench->open(onnxFile(folder, "b.onnx"), true).has_value());
        std::promise<void> ready;
        bench.workbench->whenReady([&] { ready.set_value(); });
        QVERIFY(ready.get_future().wait_for(patience) == std::future_status::ready);
        QVERIFY(bench.workbench->startFailure().has_value());
        QVERIFY(bench.workbench->startFailure()->message.find("a is broken.") != std::string::npos);
    }

    void modelsInFoldersLoadAtTheirFirstUse()
    {
        const QTemporaryDir folder;
        onnxFile(folder, "a.onnx");
        onnxFile(folder, "b.onnx");
        Bench bench;
        bench.source.set("a");
        bench.source.set("b");
        const auto names = bench.workbench->open(folder.path().toStdString(), true);
        QVERIFY(names.has_value());
        QCOMPARE(*names, std::vector<std::string>({"a", "b"}));
        QVERIFY(bench.workbench->ready());
        QCOMPARE(bench.source.loads(), 0);
        QCOMPARE(int(bench.workbench->models().size()), 2);
        QVERIFY(bench.workbench->models()[0].status.state == ModelState::Registered);
        QVERIFY(bench.predict(requestFor("a")).has_value());
        QVERIFY(bench.workbench->models()[0].status.state == ModelState::Ready);
    }

    void preloadLoadsModelsInFoldersToo()
    {
        const QTemporaryDir folder;
        onnxFile(folder, "a.onnx");
        WorkbenchOptions options;
        options.preload = true;
        Bench bench(options);
        bench.source.set("a");
        QVERIFY(bench.workbench->open(folder.path().toStdString(), false).has_value());
        std::promise<void> ready;
        bench.workbench->whenReady([&] { ready.set_value(); });
        QVERIFY(ready.get_future().wait_for(patience) == std::future_status::ready);
        QCOMPARE(bench.source.loads(), 1);
    }

    void whatCannotBeOpenedIsNamed()
    {
        Bench bench;
        const auto missing = bench.workbench->open("/nowhere/digits.onnx", true);
        QVERIFY(!missing);
        QCOMPARE(errorCodeName(missing.error().code), "NOT_FOUND");
        QVERIFY(missing.error().message.find("/nowhere/digits.onnx") != std::string::npos);
        QVERIFY(bench.workbench->ready());
        QVERIFY(bench.workbench->models().empty());
    }

    void aRemovedModelIsUnloadedAndForgotten()
    {
        const QTemporaryDir folder;
        Bench bench;
        bench.source.set("a");
        QVERIFY(bench.workbench->open(onnxFile(folder, "a.onnx"), false).has_value());
        QVERIFY(bench.predict(requestFor("a")).has_value());
        QCOMPARE(bench.source.alive(), 1);
        std::promise<Result<void>> removed;
        bench.workbench->remove("a",
                                [&](const Result<void> &result) { removed.set_value(result); });
        auto answer = removed.get_future();
        QVERIFY(answer.wait_for(patience) == std::future_status::ready);
        QVERIFY(answer.get().has_value());
        QTRY_COMPARE(bench.source.alive(), 0);
        QVERIFY(!bench.workbench->cache().status({"a", {}}));
        bench.source.remove("a");
        QVERIFY(bench.workbench->models().empty());
        QVERIFY(!bench.workbench->defaultModel());

        std::promise<Result<void>> again;
        bench.workbench->remove("a", [&](const Result<void> &result) { again.set_value(result); });
        const Result<void> refused = again.get_future().get();
        QVERIFY(!refused);
        QCOMPARE(errorCodeName(refused.error().code), "NOT_FOUND");
    }
};

QTEST_APPLESS_MAIN(TestWorkbenchOpening)
#include "tst_workbench_opening.moc"
