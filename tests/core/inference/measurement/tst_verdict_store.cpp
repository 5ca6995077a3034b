// Verdicts on the disk: kept for the next start, bounded, and never believed where they are
// damaged.
#include "base/file.h"
#include "base/logging.h"
#include "engine/engine.h"
#include "inference/measurement/verdict_json.h"
#include "inference/measurement/verdict_store.h"

#include <fstream>
#include <limits>
#include <QTemporaryDir>
#include <QTest>

using namespace warmbench;
using namespace std::chrono_literals;

namespace {

namespace fs = std::filesystem;

Verdict verdictOf(const std::string &digest)
{
    Verdict verdict;
    verdict.digest = digest;
    verdict.machine = thisMachine();
    verdict.measured = WallTime(1'700'000'000s);
    verdict.golden = 3;
    verdict.seen = 1;
    verdict.random = 2;
    verdict.timedOn = InputSource::Golden;
    for (const EngineVersion &engine : engineVersions()) {
        EngineTrial trial;
        trial.engine = engine.name;
        trial.version = engine.version;
        trial.runTime = 1500us;
        trial.loadTime = 20ms;
        trial.memory = {12345};
        if (!verdict.engines.empty())
            trial.agreement = Agreement{true, 3e-6, {}};
        verdict.engines.push_back(trial);
    }
    return verdict;
}

std::vector<fs::path> filesIn(const fs::path &folder)
{
    std::vector<fs::path> files;
    for (const auto &entry : fs::directory_iterator(folder))
        files.push_back(entry.path());
    return files;
}

} // namespace

class TestVerdictStore : public QObject
{
    Q_OBJECT

    QTemporaryDir m_home;
    fs::path m_folder;

    // The store of the next start, after it has looked for that model.
    std::shared_ptr<const Verdict> recalled(const std::string &digest) const
    {
        VerdictStore next(m_folder);
        next.recall(digest);
        return next.find(digest);
    }
    // Rewrites the only file.
    void change(const std::string &from, const std::string &to)
    {
        const auto files = filesIn(m_folder);
        QCOMPARE(files.size(), std::size_t(1));
        std::string text = *readFile(files.front(), mebibytes(1));
        const auto at = text.find(from);
        QVERIFY2(at != std::string::npos, text.c_str());
        QVERIFY(writeFile(files.front(), text.replace(at, from.size(), to)).has_value());
    }

private Q_SLOTS:
    void initTestCase() { setLogLevel(LogLevel::Off); }
    void init()
    {
        static int round = 0;
        m_folder = fs::path(m_home.path().toStdString()) / std::to_string(++round) / "verdicts";
    }

    void theNextStartKnowsIt()
    {
        VerdictStore store(m_folder);
        QVERIFY(!store.find("sha256:ab"));
        store.keep(verdictOf("sha256:ab"));
        QVERIFY(store.find("sha256:ab"));
        const auto again = recalled("sha256:ab");
        QVERIFY(again);
        QCOMPARE(verdictJson(*again), verdictJson(verdictOf("sha256:ab")));
        QCOMPARE(again->engines[0].runTime, std::chrono::nanoseconds(1500us));
        QVERIFY(!recalled("sha256:cd"));
    }

    void infiniteDifferencesSurvive()
    {
        Verdict verdict = verdictOf("sha256:ab");
        verdict.engines.back().agreement =
            Agreement{false, std::numeric_limits<double>::infinity(), "Output \"y\" differs."};
        const auto read = verdictFromJson(verdictJson(verdict));
        QVERIFY(read.has_value());
        QCOMPARE(read->engines.back().agreement->largest, std::numeric_limits<double>::infinity());
        QCOMPARE(read->engines.back().agreement->difference, std::string("Output \"y\" differs."));
    }

    void anotherVersionOrMachineDoesNotCount()
    {
        VerdictStore(m_folder).keep(verdictOf("sha256:ab"));
        const std::string version = "\"version\": \"" + engineVersions().back().version;
        change(version, version + "9");
        QVERIFY(!recalled("sha256:ab"));
        change(version + "9", version);
        QVERIFY(recalled("sha256:ab"));
        change("\"machine\": \"", "\"machine\": \"another ");
        QVERIFY(!recalled("sha256:ab"));
    }

    void damagedFilesCountAsAbsentAndAreWrittenAgain()
    {
        VerdictStore(m_folder).keep(verdictOf("sha256:ab"));
        const fs::path file = filesIn(m_folder).front();
        const std::string whole = *readFile(file, mebibytes(1));
        const std::vector<std::string> damaged{"",
                                               "{",
                                               "null",
                                               "[]",
                                               "{\"engines\": [], \"inputs\": {}}",
                                               "{\"engines\": 1e999, \"inputs\": {}}",
                                               std::string(100'000, '['),
                                               whole.substr(0, whole.size() / 2),
                                               std::string(1'000'000, ' ') + whole};
        for (const std::string &text : damaged) {
            QVERIFY(writeFile(file, text).has_value());
            QVERIFY2(!recalled("sha256:ab"), text.substr(0, 40).c_str());
        }
        VerdictStore(m_folder).keep(verdictOf("sha256:ab"));
        QVERIFY(recalled("sha256:ab"));
    }

    // A reader of such a verdict would look for a reference in vain, or find another one.
    void whatNoMeasurementGivesIsRefused()
    {
        const auto refuses = [](const char *engines) {
            return !verdictFromJson("{\"inputs\": {}, \"engines\": [" + std::string(engines) +
                                    "]}");
        };
        const char *const runs = R"({"engine": "a", "run_ms": 1})";
        QVERIFY(!refuses(runs));
        QVERIFY(refuses(""));
        QVERIFY(refuses(R"({"engine": "a", "refusal": "x", "agrees": true})"));
        QVERIFY(refuses(R"({"engine": "a", "refusal": "x"})"));
        QVERIFY(refuses(R"({"engine": "a", "run_ms": 0})"));
        QVERIFY(refuses(R"({"engine": "a", "run_ms": 1, "agrees": true})"));
        QVERIFY(refuses((std::string(runs) + ", " + runs).c_str()));

        VerdictStore(m_folder).keep(verdictOf("sha256:ab"));
        if (engineVersions().size() > 1 && !engineVersions().front().version.empty()) {
            change("\"engine\": \"onnxruntime\"", "\"engine\": \"opencv\"");
            QVERIFY(!recalled("sha256:ab"));
        }
    }

    void absurdNumbersAreRead()
    {
        const auto read = verdictFromJson(
            "{\"engines\": [{\"engine\": \"e\", \"run_ms\": 2, \"load_ms\": 1e300, "
            "\"memory_bytes\": "
            "-5, \"agrees\": 1}], \"inputs\": {\"golden\": 1e14}, \"measured\": \"soon\"}");
        QVERIFY(read.has_value());
        QCOMPARE(read->engines[0].loadTime.count(), 0);
        QCOMPARE(read->engines[0].memory.count, std::int64_t(0));
        QVERIFY(!read->engines[0].agreement);
        QCOMPARE(read->golden, 0);
    }

    void theOldestGo()
    {
        VerdictStore store(m_folder);
        store.keep(verdictOf("sha256:first"));
        for (const auto &file : filesIn(m_folder))
            fs::last_write_time(file, fs::file_time_type::clock::now() - 1h);
        for (int i = 0; i < 500; ++i)
            store.keep(verdictOf("sha256:" + std::to_string(i)));
        QCOMPARE(filesIn(m_folder).size(), std::size_t(500));
        QVERIFY(!recalled("sha256:first"));
        QVERIFY(recalled("sha256:499"));
    }

    void aFolderThatCannotBeWrittenLosesNothingInMemory()
    {
        fs::create_directories(m_folder.parent_path());
        std::ofstream(m_folder) << "a file where the folder should be";
        VerdictStore store(m_folder);
        store.keep(verdictOf("sha256:ab"));
        QVERIFY(store.find("sha256:ab"));
        QVERIFY(!recalled("sha256:ab"));
    }

    void withoutAFolderNothingIsWritten()
    {
        VerdictStore store({});
        store.keep(verdictOf("sha256:ab"));
        store.recall("sha256:cd");
        QVERIFY(store.find("sha256:ab"));
        QVERIFY(!store.find("sha256:cd"));
    }
};

QTEST_GUILESS_MAIN(TestVerdictStore)
#include "tst_verdict_store.moc"
