// Folders of other tools and files without telling names: what they are called, and what they say.
#include "answer.h"
#include "base/file.h"
#include "base/logging.h"
#include "inference/body/prediction_body.h"
#include "inference/workbench.h"
#include "test_files.h"

#include <filesystem>
#include <QTemporaryDir>
#include <QTest>

using namespace warmbench;

namespace {

namespace fs = std::filesystem;

std::string contentOf(const fs::path &file)
{
    return readFile(file, mebibytes(16)).value_or(std::string());
}

class Folder
{
public:
    fs::path operator/(const char *leaf) const
    {
        return fs::path(m_folder.path().toStdString()) / leaf;
    }
    void put(const char *leaf, const std::string &content) const
    {
        fs::create_directories((*this / leaf).parent_path());
        const auto done = writeFile(*this / leaf, content);
        Q_ASSERT(done);
    }

private:
    const QTemporaryDir m_folder;
};

// The label of the first class, or the error's sentence.
std::string answerTo(Workbench &workbench, const char *model, const std::string &body)
{
    auto decoder = bodyDecoder(std::make_shared<const std::string>(body));
    if (!decoder)
        return decoder.error().message;
    InferenceRequest request;
    request.model.name = model;
    request.decode = *std::move(decoder);
    Answer<Prediction> answer;
    workbench.predict(std::move(request), answer.callback());
    const auto &prediction = answer.get();
    if (!prediction)
        return prediction.error().message;
    const auto &classes = prediction->results.front().classes;
    if (classes.empty())
        return "numbers";
    const ScoredClass &best = classes.front();
    return best.label.empty() ? std::to_string(best.index) : best.label;
}

} // namespace

class TestOpenedFolders : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { setLogToStandardError(false); }

    void aFolderThatIsOpenedTellsOfTheModelInIt()
    {
        const Folder folder;
        folder.put("tiny/onnx/model.onnx", contentOf(sampleFile("digits.onnx")));
        folder.put("tiny/config.json",
                   R"({"architectures": ["TinyForImageClassification"], "id2label": {"0": "null",
                       "1": "un", "2": "deux", "3": "trois", "4": "quatre", "5": "cinq",
                       "6": "six", "7": "sept", "8": "huit", "9": "neuf"}})");
        const std::string three = contentOf(sampleFile("three.json"));
        const SystemClock clock;
        Workbench workbench({}, clock);
        QVERIFY(workbench.open(folder / "tiny/onnx/model.onnx", false));
        QCOMPARE(answerTo(workbench, "tiny", three), std::string("3"));
        const auto facts = workbench.model({"tiny", {}})->status.facts;
        QVERIFY(facts);
        QVERIFY(std::any_of(
            facts->warnings.begin(), facts->warnings.end(), [](const std::string &warning) {
                return warning.find("one folder up may tell of this model") != std::string::npos;
            }));
        // The model that is loaded takes it up by itself.
        QVERIFY(workbench.open(folder / "tiny", false));
        QTRY_COMPARE(answerTo(workbench, "tiny", three), std::string("trois"));
        QCOMPARE(workbench.models().size(), std::size_t(1));
    }

    void aModelAnswersUnderItsNewName()
    {
        const Folder folder;
        folder.put("train4/weights/best.onnx", contentOf(sampleFile("digits.onnx")));
        folder.put("iris.onnx", contentOf(sampleFile("iris.onnx")));
        const std::string three = contentOf(sampleFile("three.json"));
        const SystemClock clock;
        Workbench workbench({}, clock);
        QVERIFY(workbench.open(folder / "train4/weights/best.onnx", false));
        QVERIFY(workbench.open(folder / "iris.onnx", false));
        const std::string digit = answerTo(workbench, "train4", three);
        QVERIFY(workbench.cache().setPinned({"train4", {}}, true));
        const auto rename = [&](const char *name, const char *wanted) {
            Answer<void> answer;
            workbench.rename(name, wanted, answer.callback());
            return answer.get();
        };
        QVERIFY(rename("train4", "numbers"));
        QVERIFY(answerTo(workbench, "train4", three).starts_with("There is no model \"train4\""));
        QCOMPARE(answerTo(workbench, "numbers", three), digit);
        const auto view = workbench.model({"numbers", {}});
        QVERIFY(view);
        QVERIFY(view->status.pinned);
        QCOMPARE(view->status.hits + view->status.misses + view->status.coalesced, std::int64_t(1));
        QCOMPARE(rename("numbers", "iris").error().message,
                 std::string("Another model is called \"iris\" already; choose another name."));
        QCOMPARE(rename("nothing", "x").error().code, ErrorCode::NotFound);
        QCOMPARE(*workbench.defaultModel(), std::string("numbers"));
        workbench.keepHouse();
        QCOMPARE(answerTo(workbench, "numbers", three), digit);
    }

    void textModelsSayWhatTheyTake()
    {
        const Folder folder;
        folder.put("minilm/model.onnx", contentOf(testModel("add.onnx")));
        folder.put("minilm/tokenizer.json", "{}");
        const SystemClock clock;
        Workbench workbench({}, clock);
        QVERIFY(workbench.open(folder / "minilm/model.onnx", false));
        for (const std::string &body :
             {std::string("How are you?"), std::string("Well, thanks, and you?"),
              std::string(R"({"input": "How are you?"})"),
              std::string(R"({"inputs": ["How", "are"]})"), contentOf(sampleFile("three.png"))})
            QCOMPARE(answerTo(workbench, "minilm", body),
                     std::string("A text model (tokenizer.json): Warmbench does not tokenize yet; "
                                 "send a and b as tensors."));
        const std::string sum = R"({"tensors": {"b": [[1,1,1],[2,2,2]], "a": [1,2,3,4,5,6]}})";
        QCOMPARE(answerTo(workbench, "minilm", sum), std::string("numbers"));
    }
};

QTEST_GUILESS_MAIN(TestOpenedFolders)
#include "tst_opened_folders.moc"
