// Golden answers guard a refresh: a model that does not give them does not take the place of one
// that serves.
#include "base/file.h"
#include "base/logging.h"
#include "inference/workbench.h"
#include "test_files.h"

#include <atomic>
#include <filesystem>
#include <future>
#include <QTemporaryDir>
#include <QTest>
#include <thread>

using namespace warmbench;
namespace fs = std::filesystem;

namespace {

constexpr std::string_view golden = R"("golden": [
  {"input": "three.png", "expect": {"label": "3", "min_score": 0.8}},
  {"input": "zero.png", "expect": {"label": "0", "min_score": 0.8}}
])";

} // namespace

class TestGoldenGuard : public QObject
{
    Q_OBJECT

    const ModelId m_id{"digits", {}};
    std::unique_ptr<QTemporaryDir> m_folder;
    fs::path m_root;
    SystemClock m_clock;
    std::unique_ptr<Workbench> m_workbench;

    // Inverted pictures are no digits that the network knows.
    void settings(const std::string &scale) const
    {
        QVERIFY(writeFile(m_root / "digits.warmbench.json",
                          "{\"input\": {\"scale\": \"" + scale +
                              "\", \"antialias\": true, \"channels\": \"gray\"}, " +
                              std::string(golden) + "}"));
    }
    Result<RefreshReport> refreshed() const
    {
        std::promise<Result<RefreshReport>> told;
        m_workbench->cache().refresh(m_id, RefreshKind::IfChanged,
                                     [&](auto report) { told.set_value(std::move(report)); });
        return told.get_future().get();
    }
    Result<Prediction> predicted() const
    {
        std::promise<Result<Prediction>> told;
        InferenceRequest request;
        request.model = m_id;
        request.decode = [](const ModelBundle &, RunControl &) -> Result<InferenceInputs> {
            auto tensor = Tensor::create(DType::Float32, {1, 1, 8, 8});
            if (!tensor)
                return tensor.error();
            return InferenceInputs(TensorInputs{{"input", *std::move(tensor)}});
        };
        m_workbench->predict(std::move(request),
                             [&](auto prediction) { told.set_value(std::move(prediction)); });
        return told.get_future().get();
    }
    ModelStatus status() const { return m_workbench->model(m_id)->status; }

private Q_SLOTS:
    void initTestCase() { setLogLevel(LogLevel::Off); }
    void init()
    {
        m_folder = std::make_unique<QTemporaryDir>();
        m_root = fs::canonical(m_folder->path().toStdString());
        for (const char *name : {"digits.onnx", "three.png", "zero.png"})
            fs::copy_file(sampleFile(name), m_root / name);
        settings("1/255");
        m_workbench = std::make_unique<Workbench>(WorkbenchOptions{}, m_clock);
        QVERIFY(m_workbench->open(m_root / "digits.onnx", false));
    }
    void cleanup()
    {
        m_workbench.reset();
        m_folder.reset();
    }

    void aRefreshThatAnswersOtherwiseLeavesTheOldInstance()
    {
        const auto first = predicted();
        QVERIFY2(first, first ? "" : first.error().message.c_str());
        std::atomic<bool> ended = false;
        std::atomic<int> refused = 0;
        std::atomic<int> answers = 0;
        std::thread load([&] {
            while (!ended) {
                const auto answer = predicted();
                refused += answer && answer->digest == first->digest ? 0 : 1;
                ++answers;
            }
        });
        for (int turn = 0; turn < 10; ++turn) {
            settings("-1/" + std::to_string(255 + turn));
            const auto report = refreshed();
            if (report)
                qWarning("turn %d was taken", turn);
            refused += report ? 1000 : 0;
            refused += !report && report.error().code == ErrorCode::FailedPrecondition ? 0 : 1000;
        }
        ended = true;
        load.join();
        QVERIFY(answers > 0);
        QCOMPARE(refused.load(), 0);
        QCOMPARE(status().state, ModelState::Ready);
        const std::string reason = status().reason;
        QVERIFY2(reason.find("2 of 2 golden answers of \"digits\" differ; the first, three.png: "
                             "\"3\"") != std::string::npos,
                 reason.c_str());
        settings("1/255"); // mended
        QVERIFY(refreshed());
        QVERIFY(status().reason.empty());
    }

    void otherWeightsAreAskedToo()
    {
        QVERIFY(predicted());
        const std::string digest = status().facts->digest;
        // Every weight the other way round: the first bits of the file's floats are their signs.
        std::string file = readFile(m_root / "digits.onnx", mebibytes(4)).value();
        for (std::size_t i = file.size() / 4; i < file.size() / 4 + 4096; ++i)
            file[i] = static_cast<char>(0x3f);
        QVERIFY(writeFile(m_root / "digits.onnx", file));
        const auto report = refreshed();
        QVERIFY(!report);
        QCOMPARE(status().facts->digest, digest);
        QVERIFY(predicted());
    }

    void aFirstLoadServesWithAWarning()
    {
        settings("-1/255");
        QVERIFY(predicted());
        const auto warnings = status().facts->warnings;
        QVERIFY(std::any_of(warnings.begin(), warnings.end(), [](const std::string &warning) {
            return warning.starts_with("2 of 2 golden answers");
        }));
        settings("-1/200"); // it is no better, and what serves is as bad
        QVERIFY(!refreshed());
        settings("1/255");
        QVERIFY(refreshed());
        QVERIFY(status().facts->warnings.size() < warnings.size());
    }

    void whatAPersonTriesOutIsServed()
    {
        QVERIFY(predicted());
        std::promise<bool> edited;
        m_workbench->edit(m_id, R"({"input": {"scale": "-1/255"}})",
                          [&](const auto &report) { edited.set_value(report.has_value()); });
        QVERIFY(edited.get_future().get());
        QVERIFY(!status().facts->warnings.empty());
        QVERIFY(m_workbench->saveEdits(m_id)); // settings of the same meaning
        QTRY_VERIFY(status().facts->settings.edits.empty());
        QVERIFY(status().reason.empty());
    }

    void anAnswerThatCannotBeReadDiffers()
    {
        QVERIFY(predicted());
        fs::remove(m_root / "zero.png");
        settings("1/254");
        const auto report = refreshed();
        QVERIFY(!report);
        QVERIFY2(report.error().message.find("1 of 2 golden answers") != std::string::npos &&
                     report.error().message.find("zero.png") != std::string::npos,
                 report.error().message.c_str());
    }
};

QTEST_GUILESS_MAIN(TestGoldenGuard)
#include "tst_golden_guard.moc"
