// What a person changes of a model's settings: in memory, over the network that stays, and saved.
#include "base/file.h"
#include "base/logging.h"
#include "inference/workbench.h"
#include "manual_clock.h"
#include "test_files.h"

#include <future>
#include <QTemporaryDir>
#include <QTest>
#include <thread>

using namespace warmbench;
using namespace std::chrono_literals;

namespace {

namespace fs = std::filesystem;

template <typename T>
QByteArray said(const Result<T> &result)
{
    return result ? QByteArray() : QByteArray::fromStdString(result.error().message);
}

bool tells(const Error &error, std::string_view words)
{
    return error.message.find(words) != std::string::npos;
}

} // namespace

class TestModelChoices : public QObject
{
    Q_OBJECT

private:
    std::unique_ptr<QTemporaryDir> m_folder;
    fs::path m_root;
    ManualClock m_clock;
    std::unique_ptr<Workbench> m_workbench;
    const ModelId m_id{"digits", {}};

    Result<RefreshReport> edited(const std::string &changes)
    {
        std::promise<Result<RefreshReport>> told;
        m_workbench->edit(m_id, changes, [&](auto report) { told.set_value(std::move(report)); });
        return told.get_future().get();
    }
    std::shared_ptr<const ModelStatus::Facts> described()
    {
        std::promise<Result<std::shared_ptr<const ModelStatus::Facts>>> told;
        m_workbench->describe(m_id, [&](auto facts) { told.set_value(std::move(facts)); });
        const auto facts = told.get_future().get();
        return facts ? *facts : nullptr;
    }
    ModelHandle loaded()
    {
        std::promise<Result<Acquired>> told;
        m_workbench->cache().acquire(m_id, Purpose::Other,
                                     [&](auto acquired) { told.set_value(std::move(acquired)); });
        auto acquired = told.get_future().get();
        return acquired ? std::move(acquired->handle) : ModelHandle();
    }
    std::int64_t loads() const { return m_workbench->cache().statistics().loads; }
    void settings(std::string_view json)
    {
        QVERIFY(writeFile(m_root / "digits.warmbench.json", json));
    }

private Q_SLOTS:
    void initTestCase() { setLogLevel(LogLevel::Off); }
    void init()
    {
        m_folder = std::make_unique<QTemporaryDir>();
        m_root = fs::canonical(m_folder->path().toStdString());
        fs::copy_file(sampleFile("digits.onnx"), m_root / "digits.onnx");
        settings(R"({"input": {"scale": "1/255", "std": [2]}, "output": {"top_k": 3}})");
        m_workbench = std::make_unique<Workbench>(WorkbenchOptions{}, m_clock);
        QVERIFY(m_workbench->open(m_root / "digits.onnx", false));
    }
    void cleanup()
    {
        m_workbench.reset();
        m_folder.reset();
    }

    void changesStandAboveTheFileAndTheNetworkStays()
    {
        const ModelHandle before = loaded();
        QVERIFY(before);
        const Bytes memory = m_workbench->cache().statistics().modelBytes;
        const auto report = edited(R"({"input": {"mean": [0.5], "std": null}, "task": "tensor"})");
        QVERIFY2(report, said(report));
        QVERIFY(report->reloaded);
        QCOMPARE(report->oldDigest, before->digest);
        QVERIFY(report->newDigest != before->digest);
        const ModelHandle after = loaded();
        QCOMPARE(after->network.get(), before->network.get());
        QCOMPARE(loads(), std::int64_t(1));
        QCOMPARE(m_workbench->cache().statistics().modelBytes.count, memory.count);
        const InputPlan &plan = after->input;
        QCOMPARE(plan.preprocessing.mean, (std::vector<double>{0.5}));
        QCOMPARE(plan.preprocessing.std, (std::vector<double>{1}));
        QCOMPARE(plan.preprocessing.scale, 1.0 / 255);
        QCOMPARE(originText(plan, "mean"), std::string("you"));
        QCOMPARE(plan.origins.at("mean"), Origin::User);
        QCOMPARE(plan.origins.at("scale"), Origin::SettingsFile);
        QVERIFY(plan.origins.at("std") < Origin::SettingsFile);
        QCOMPARE(after->understood.values.at("task").origin, std::string("you"));
        QCOMPARE(after->settings.output.topK, std::optional(3));
        QVERIFY(isEditedKey(*after, "input.mean"));
        // Requests that began before go on with what they began with.
        QCOMPARE(before->input.preprocessing.std, (std::vector<double>{2}));
    }

    void withoutChangesTheModelIsAsItsFilesSay()
    {
        const std::string digest = loaded()->digest;
        QVERIFY(edited(R"({"labels": ["a", "b"]})"));
        QCOMPARE(loaded()->settings.labels, (std::vector<std::string>{"a", "b"}));
        QVERIFY(edited({}));
        const ModelHandle after = loaded();
        QCOMPARE(after->digest, digest);
        QVERIFY(after->settings.labels.empty());
        QVERIFY(after->settings.edits.empty());
        QCOMPARE(loads(), std::int64_t(1));
    }

    void memoryIsGivenBackOnce()
    {
        std::promise<void> gone;
        {
            const ModelHandle inUse = loaded();
            QVERIFY(edited(R"({"task": "tensor"})"));
            m_workbench->cache().unload(m_id, [&](const auto &) { gone.set_value(); });
        }
        gone.get_future().get();
        QCOMPARE(m_workbench->cache().statistics().modelBytes.count, std::int64_t(0));
        QVERIFY(loaded());
        QCOMPARE(loads(), std::int64_t(2));
        QVERIFY(m_workbench->cache().statistics().modelBytes.count > 0);
    }

    void aWrongChangeIsNamedAndTheOneBeforeHolds()
    {
        QVERIFY(loaded());
        QVERIFY(edited(R"({"input": {"mean": [0.5]}})"));
        const auto unknown = edited(R"({"input": {"resize": "sideways"}})");
        QVERIFY(!unknown);
        QCOMPARE(unknown.error().code, ErrorCode::InvalidArgument);
        QVERIFY2(tells(unknown.error(), "\"input.resize\" is"), said(unknown));
        const auto unfit = edited(R"({"input": {"channels": "rgb"}})"); // of a network of one
        QVERIFY(!unfit);
        QVERIFY2(tells(unfit.error(), "channels"), said(unfit));
        const auto file = edited(R"({"labels": "names.txt"})");
        QVERIFY(!file);
        QVERIFY2(tells(file.error(), "as a list"), said(file));
        QCOMPARE(loaded()->input.preprocessing.mean, (std::vector<double>{0.5}));
        QVERIFY(edited(R"({"output": {"top_k": 2}})")); // what failed does not come back
        QCOMPARE(loaded()->input.preprocessing.channels, Channels::Gray);
    }

    void aModelThatIsNotLoadedIsDescribedWithThem()
    {
        QCOMPARE(described()->input.origins.at("scale"), Origin::SettingsFile);
        QVERIFY(edited(R"({"input": {"scale": 2}})"));
        QCOMPARE(described()->input.preprocessing.scale, 2.0);
        QCOMPARE(described()->input.origins.at("scale"), Origin::User);
        QCOMPARE(loads(), std::int64_t(0));
        QVERIFY(!edited(R"({"input": {"channels": "rgb"}})"));
        QCOMPARE(described()->input.preprocessing.scale, 2.0);
        QCOMPARE(loaded()->input.preprocessing.scale, 2.0);
    }

    void aChangeDuringALoadHolds()
    {
        // At many moments of a load; no signal tells of those within it.
        for (int turn = 0; turn < 40; ++turn) {
            std::promise<void> done;
            m_workbench->cache().load(m_id, [](const auto &) {});
            std::this_thread::sleep_for(turn * std::chrono::microseconds(100));
            m_workbench->edit(m_id, R"({"input": {"scale": 2}})",
                              [&](const auto &) { done.set_value(); });
            done.get_future().get();
            QCOMPARE(loaded()->input.preprocessing.scale, 2.0);
            std::promise<void> gone;
            QVERIFY(edited({}));
            m_workbench->cache().unload(m_id, [&](const auto &) { gone.set_value(); });
            gone.get_future().get();
        }
    }

    void theNewestOfManyHolds()
    {
        QVERIFY(loaded());
        constexpr int many = 20;
        std::vector<std::promise<bool>> told(many);
        for (int i = 0; i < many; ++i)
            m_workbench->edit(m_id, "{\"input\": {\"scale\": " + std::to_string(i + 1) + "}}",
                              [&told, i](const auto &report) {
                                  told[std::size_t(i)].set_value(report.has_value());
                              });
        for (auto &one : told)
            QVERIFY(one.get_future().get());
        QCOMPARE(loaded()->input.preprocessing.scale, double(many));
        QCOMPARE(loads(), std::int64_t(1));
    }

    void otherInstancesLoadAnew()
    {
        QVERIFY(loaded());
        QVERIFY(edited(R"({"instances": 2})"));
        QCOMPARE(loads(), std::int64_t(2));
    }

    void newWeightsAreLoadedUnderTheChanges()
    {
        QVERIFY(loaded());
        QVERIFY(edited(R"({"input": {"mean": [0.5]}})"));
        fs::copy_file(testModel("classifier_scores.onnx"), m_root / "digits.onnx",
                      fs::copy_options::overwrite_existing);
        std::promise<Result<RefreshReport>> told;
        m_workbench->cache().refresh(m_id, RefreshKind::IfChanged,
                                     [&](auto report) { told.set_value(std::move(report)); });
        static_cast<void>(told.get_future().get());
        QCOMPARE(m_workbench->cache().statistics().loads +
                     m_workbench->cache().statistics().loadFailures,
                 std::int64_t(2));
    }

    void theyGoOnUnderANewName()
    {
        QVERIFY(edited(R"({"input": {"scale": 2}})"));
        std::promise<bool> renamed;
        m_workbench->rename("digits", "numbers",
                            [&](const auto &done) { renamed.set_value(done.has_value()); });
        QVERIFY(renamed.get_future().get());
        std::promise<double> scale;
        m_workbench->describe({"numbers", {}}, [&](const auto &facts) {
            scale.set_value(facts ? (*facts)->input.preprocessing.scale : 0);
        });
        QCOMPARE(scale.get_future().get(), 2.0);
    }

    void savedTheyAreTheFilesOwn()
    {
        QVERIFY(loaded());
        QVERIFY(!m_workbench->saveEdits(m_id));
        QVERIFY(edited(R"({"input": {"mean": [0.5], "std": null}, "labels": ["a", "b"]})"));
        const std::string digest = loaded()->digest;
        const auto file = m_workbench->saveEdits(m_id);
        QVERIFY2(file, said(file));
        QCOMPARE(*file, m_root / "digits.warmbench.json");
        const auto written = readModelSettings(*file);
        QVERIFY2(written, said(written));
        QCOMPARE(written->input.mean, std::optional(std::vector<double>{0.5}));
        QVERIFY(!written->input.std);
        QCOMPARE(written->output.topK, std::optional(3));
        QCOMPARE(written->labels.size(), std::size_t(2));
        QTRY_VERIFY(loaded()->settings.edits.empty());
        QCOMPARE(loaded()->input.origins.at("mean"), Origin::SettingsFile);
        QCOMPARE(loads(), std::int64_t(1));
        QCOMPARE(loaded()->digest, digest); // the answers are the same as before
    }

    void theLayoutOfAFileCountsForNothingAndIsKept()
    {
        const std::string text = R"({
  "input": {"scale": "1/255", "std": [2]},
  "golden": [
    {"input": "three.png", "expect": {"label": "3", "min_score": 0.8}},
    {"input": "zero.png", "expect": {"label": "0"}}
  ],
  "output": {
    "top_k": 3
  }
}
)";
        settings(text);
        const std::string digest = loaded()->digest;
        QVERIFY(edited(R"({"output": {"top_k": 5}})"));
        QVERIFY(loaded()->digest != digest);
        QVERIFY(m_workbench->saveEdits(m_id));
        std::string expected = text;
        expected.replace(expected.find("3\n  }"), 1, "5");
        QCOMPARE(readFile(m_root / "digits.warmbench.json", mebibytes(1)).value(), expected);
        QTRY_VERIFY(loaded()->settings.edits.empty());
        settings("{\"output\": {\"top_k\": 5},\"input\":{\"scale\":\"1/255\"}}");
        std::promise<Result<RefreshReport>> told;
        m_workbench->cache().refresh(m_id, RefreshKind::IfChanged,
                                     [&](auto report) { told.set_value(std::move(report)); });
        QVERIFY(told.get_future().get()->reloaded);
        const std::string other = loaded()->digest;
        settings("{\"output\": {\n\"top_k\": 5},  \"input\": {\"scale\": \"1/255\"}}\n");
        std::promise<Result<RefreshReport>> again;
        m_workbench->cache().refresh(m_id, RefreshKind::IfChanged,
                                     [&](auto report) { again.set_value(std::move(report)); });
        QVERIFY(!again.get_future().get()->reloaded);
        QCOMPARE(loaded()->digest, other);
    }

    void aFolderThatCannotBeWrittenKeepsTheChanges()
    {
        QVERIFY(edited(R"({"input": {"scale": 2}})"));
        fs::remove(m_root / "digits.warmbench.json");
        fs::create_directory(m_root / "digits.warmbench.json");
        QVERIFY(!m_workbench->saveEdits(m_id));
        fs::remove(m_root / "digits.warmbench.json");
        QCOMPARE(described()->input.preprocessing.scale, 2.0);
    }

private:
    static bool isEditedKey(const ModelBundle &model, const std::string &key)
    {
        const auto &edited = model.settings.edited;
        return std::find(edited.begin(), edited.end(), key) != edited.end();
    }
};

QTEST_GUILESS_MAIN(TestModelChoices)
#include "tst_model_choices.moc"
