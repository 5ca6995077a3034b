#include "base/bytes.h"
#include "base/contained_path.h"
#include "base/duration.h"
#include "base/file.h"
#include "base/logging.h"
#include "base/short_count.h"
#include "base/text.h"
#include "base/usual_time.h"

#include <fcntl.h>
#include <filesystem>
#include <limits>
#include <QTest>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <thread>
#include <unistd.h>

using namespace warmbench;

class TestBase : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void memoryOfTheMachineDoesNotDrift()
    {
        const Bytes before = machineMemory();
        QVERIFY(before > residentMemory());
        const std::vector<char> taken(std::size_t{200} << 20, 'x');
        QVERIFY(residentMemory() > mebibytes(200));
        QCOMPARE(machineMemory().count, before.count);
        QCOMPARE(taken.back(), 'x');
    }

    void countsAreShortenedToThreeDigits()
    {
        QCOMPARE(shortCount(0), "0");
        QCOMPARE(shortCount(999), "999");
        QCOMPARE(shortCount(1'820'000'000), "1.82 G");
        QCOMPARE(shortCount(123'456), "123 k");
        QCOMPARE(shortCount(999'600), "1 M"); // never "1e+03 k"
        QCOMPARE(shortCount(std::numeric_limits<std::int64_t>::max()), "9.22 E");
    }

    void sizesAreReadAsPeopleWriteThem_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<qint64>("bytes"); // -1: refused
        QTest::newRow("plain") << QByteArray("4096") << qint64(4096);
        QTest::newRow("binary") << QByteArray("512MiB") << qint64(512) * 1024 * 1024;
        QTest::newRow("decimal") << QByteArray("10KB") << qint64(10'000);
        QTest::newRow("fraction") << QByteArray("1.5GiB") << qint64(1536) * 1024 * 1024;
        QTest::newRow("case and space") << QByteArray("2 gib") << (qint64(2) << 30);
        QTest::newRow("negative") << QByteArray("-1MiB") << qint64(-1);
        QTest::newRow("unit unknown") << QByteArray("5 pounds") << qint64(-1);
        QTest::newRow("empty") << QByteArray("") << qint64(-1);
        QTest::newRow("too large") << QByteArray("99999999999TiB") << qint64(-1);
        QTest::newRow("not a number") << QByteArray("nan") << qint64(-1);
    }
    void sizesAreReadAsPeopleWriteThem()
    {
        QFETCH(QByteArray, text);
        QFETCH(qint64, bytes);
        const auto parsed = parseBytes(text.toStdString());
        QCOMPARE(parsed.has_value(), bytes >= 0);
        if (parsed)
            QCOMPARE(qint64(parsed->count), bytes);
        else
            QVERIFY(parsed.error().message.find("512MiB") != std::string::npos);
    }

    void timesAreReadAsPeopleWriteThem()
    {
        QCOMPARE(parseDuration("30m")->count(), 1'800'000);
        QCOMPARE(parseDuration("1.5s")->count(), 1'500);
        QCOMPARE(parseDuration("200ms")->count(), 200);
        QCOMPARE(parseDuration("7")->count(), 7'000);
        QCOMPARE(*parseDuration("-1"), forever);
        for (const char *bad : {"", "soon", "5 parsecs", "nan", "1e300h"})
            QVERIFY2(!parseDuration(bad), bad);
        QCOMPARE(toText(std::chrono::minutes(30)), std::string("30m"));
        QCOMPARE(toText(forever), std::string("never"));
    }

    void fileErrorsNameTheFileAndTheCause()
    {
        QTemporaryDir folder;
        const std::filesystem::path root = folder.path().toStdString();
        QVERIFY(readFile(root / "none", mebibytes(1)).error().code == ErrorCode::NotFound);
        QVERIFY(readFile(root, mebibytes(1)).error().message.find("is a folder") !=
                std::string::npos);
        QVERIFY(writeFile(root / "a", "12345"));
        QCOMPARE(*readFile(root / "a", {5}), std::string("12345"));
        QVERIFY(readFile(root / "a", {4}).error().code == ErrorCode::InvalidArgument);
        QCOMPARE(*readFileStart(root / "a", 2), std::string("12"));
        QVERIFY(!writeFile(root / "no" / "where", "x"));
        // A symlink loop cannot be opened by anybody, root included.
        std::filesystem::create_symlink("loop", root / "loop");
        QVERIFY(readFile(root / "loop", {5}).error().code == ErrorCode::FailedPrecondition);
        QVERIFY(!readFile("/proc/self/status", mebibytes(1))->empty());
        QVERIFY(readFile(root / std::string(300, 'n'), {5}).error().code == ErrorCode::NotFound);
    }

    // Opening one of these waits for somebody at its other end, or reads without end.
    void onlyRegularFilesAreOpened()
    {
        QTemporaryDir folder;
        const std::filesystem::path root = folder.path().toStdString();
        QCOMPARE(::mkfifo((root / "pipe").c_str(), 0600), 0);
        std::filesystem::create_symlink("pipe", root / "link");
        std::filesystem::create_symlink("/dev/zero", root / "device");
        const int listener = ::socket(AF_UNIX, SOCK_STREAM, 0);
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        const std::string place = (root / "socket").string();
        place.copy(address.sun_path, sizeof address.sun_path - 1);
        QCOMPARE(::bind(listener, reinterpret_cast<sockaddr *>(&address), sizeof address), 0);
        ::close(listener);
        for (const char *name : {"pipe", "link", "device", "socket"}) {
            for (const Error &error :
                 {readFile(root / name, mebibytes(1)).error(),
                  readFileStart(root / name, 1).error(), readFilePart(root / name, 0, 1).error(),
                  openRegularFile(root / name).error()}) {
                QCOMPARE(error.code, ErrorCode::FailedPrecondition);
                QVERIFY2(error.message.find("is a pipe, socket or device") != std::string::npos,
                         error.message.c_str());
            }
        }
        QVERIFY(openRegularFile(root).error().code == ErrorCode::InvalidArgument);
    }

    void whatAPersonNamesMayBeAPipe()
    {
        QTemporaryDir folder;
        const std::string pipe = folder.filePath(QStringLiteral("pipe")).toStdString();
        QCOMPARE(::mkfifo(pipe.c_str(), 0600), 0);
        std::thread writer([&pipe] {
            const int end = ::open(pipe.c_str(), O_WRONLY | O_CLOEXEC);
            [[maybe_unused]] const auto written = ::write(end, "hello", 5);
            ::close(end);
        });
        const auto read = readFileOrPipe(pipe, mebibytes(1));
        writer.join();
        QVERIFY(read);
        QCOMPARE(*read, std::string("hello"));
    }

    void partsAreReadWholeOrNotAtAll()
    {
        QTemporaryDir folder;
        const std::string path = folder.filePath(QStringLiteral("file")).toStdString();
        QVERIFY(writeFile(path, "12345"));
        QCOMPARE(*readFilePart(path, 1, 3), std::string("234"));
        QCOMPARE(readFilePart(path, 3, 3).error().code, ErrorCode::FailedPrecondition);
        const auto memory = memoryFile("abc");
        QVERIFY(memory);
        QCOMPARE(*readFile("/proc/self/fd/" + std::to_string(memory->get()), {10}),
                 std::string("abc"));
    }

    void aFullDiskLeavesTheOldFileWhole()
    {
        if (!std::filesystem::exists("/dev/full"))
            QSKIP("no /dev/full on this system");
        QVERIFY(!writeFile("/dev/full/x", "abc"));
        QTemporaryDir folder;
        const std::filesystem::path target =
            std::filesystem::path(folder.path().toStdString()) / "t";
        QVERIFY(writeFile(target, "old"));
        std::filesystem::create_directory(target.string() + "." + std::to_string(getpid()) +
                                          ".tmp");
        QVERIFY(!writeFile(target, "new"));
        QCOMPARE(*readFile(target, mebibytes(1)), std::string("old"));
    }

    void theNearestWordIsOfferedOnlyWhenNear()
    {
        const std::vector<std::string> keys{"labels", "task", "interpolation"};
        QCOMPARE(nearest("lables", keys), std::string("labels"));
        QCOMPARE(nearest("Interpolatoin", keys), std::string("interpolation"));
        QCOMPARE(nearest("zzzzzz", keys), std::string());
        QCOMPARE(printable("a\x01\xff\xc3\xa4"), std::string("a??\xc3\xa4"));
    }

    void theNearestWordTakesBoundedTime()
    {
        std::vector<std::string> names;
        for (int i = 0; i < 100'000; ++i)
            names.push_back(std::string(200, static_cast<char>('a' + i % 26)) + std::to_string(i));
        std::string huge;
        huge.resize(60'000'000, 'a');
        QElapsedTimer timer;
        timer.start();
        QCOMPARE(nearest(huge, names), std::string());
        QCOMPARE(nearest(std::string(256, 'a'), {{std::string(256, 'a')}}), std::string());
        QCOMPARE(nearest(std::string(200, 'a') + "x", names), names.front());
        for (const char letter : {'m', 'z', '-'})
            nearest(std::string(200, letter), names);
        QVERIFY2(timer.elapsed() < 1000, std::to_string(timer.elapsed()).c_str());
    }

    void distancesWithinTheBandAreThoseOfTheWholeTable_data()
    {
        QTest::addColumn<QByteArray>("word");
        QTest::addColumn<QByteArray>("other");
        QTest::addColumn<bool>("near"); // at most a third of the word's length, at least 2
        QTest::newRow("the same") << QByteArray("label") << QByteArray("LABEL") << true;
        QTest::newRow("two more") << QByteArray("a") << QByteArray("abc") << true;
        QTest::newRow("three more") << QByteArray("a") << QByteArray("abcd") << false;
        QTest::newRow("all others") << QByteArray("abc") << QByteArray("xyz") << false;
        QTest::newRow("in front") << QByteArray("sepal length") << QByteArray("my sepal length")
                                  << true;
        QTest::newRow("moved") << QByteArray("kitten") << QByteArray("sitting") << false;
        QTest::newRow("nine letters")
            << QByteArray("intention") << QByteArray("execution") << false;
        QTest::newRow("three slips") << QByteArray("intention") << QByteArray("intantoin") << true;
        QTest::newRow("empty") << QByteArray("") << QByteArray("ab") << true;
    }
    void distancesWithinTheBandAreThoseOfTheWholeTable()
    {
        QFETCH(QByteArray, word);
        QFETCH(QByteArray, other);
        QFETCH(bool, near);
        const std::vector<std::string> candidates{other.toStdString()};
        QCOMPARE(nearest(word.toStdString(), candidates) == candidates.front(), near);
    }

    void sentencesStaySentences()
    {
        const std::vector<std::string> many(1000, std::string(10'000, 'x'));
        QVERIFY(joined(many).size() < 6000);
        QVERIFY(joined(many).ends_with("... and 976 more"));
        QCOMPARE(joined(std::vector<std::string>{"a", "b", "c"}, 2),
                 std::string("a, b and 1 more"));
        QCOMPARE(joined(std::vector<std::string>{"a", "b", "c"}, 3), std::string("a, b and c"));
    }

    void whatBreaksALineOrIsNoTextIsNotPrintable_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<bool>("good");
        QTest::newRow("letters") << QByteArray("d\xC3\xA9j\xC3\xA0 vu \xF0\x9F\x98\x80") << true;
        QTest::newRow("last of all") << QByteArray("\xF4\x8F\xBF\xBD") << true;
        QTest::newRow("no-break space") << QByteArray("\xC2\xA0") << true;
        QTest::newRow("line feed") << QByteArray("a\nb") << false;
        QTest::newRow("delete") << QByteArray("a\x7F") << false;
        QTest::newRow("U+0085") << QByteArray("a\xC2\x85") << false;
        QTest::newRow("U+0080") << QByteArray("\xC2\x80") << false;
        QTest::newRow("U+2028") << QByteArray("a\xE2\x80\xA8") << false;
        QTest::newRow("U+2029") << QByteArray("a\xE2\x80\xA9") << false;
        QTest::newRow("surrogate") << QByteArray("\xED\xA0\x80") << false;
        QTest::newRow("overlong") << QByteArray("\xE0\x80\xAF") << false;
        QTest::newRow("overlong of four") << QByteArray("\xF0\x80\x80\xAF") << false;
        QTest::newRow("beyond Unicode") << QByteArray("\xF4\x90\x80\x80") << false;
        QTest::newRow("cut short") << QByteArray("a\xE2\x80") << false;
    }
    void whatBreaksALineOrIsNoTextIsNotPrintable()
    {
        QFETCH(QByteArray, text);
        QFETCH(bool, good);
        QCOMPARE(isPrintable(text.toStdString()), good);
        QCOMPARE(printable(text.toStdString()) == text.toStdString(), good);
    }

    void namesInFilesStayWithinTheFolder()
    {
        QTemporaryDir folder;
        const std::filesystem::path root = std::filesystem::canonical(folder.path().toStdString());
        std::filesystem::create_directories(root / "in" / "below");
        QVERIFY(writeFile(root / "out.txt", "x"));
        QVERIFY(writeFile(root / "in" / "below" / "own.txt", "x"));
        std::filesystem::create_symlink("../out.txt", root / "in" / "link.txt");
        std::filesystem::create_symlink("below/own.txt", root / "in" / "within.txt");
        std::filesystem::create_directory_symlink("in", root / "also");
        std::filesystem::create_directory_symlink("..", root / "in" / "up");
        for (const char *name : {"below/own.txt", "within.txt", "none.txt", "./below/../x"}) {
            const bool climbs = std::string_view(name).find("..") != std::string_view::npos;
            QVERIFY2(resolveWithin(root / "in", name).has_value() != climbs, name);
        }
        QCOMPARE(*resolveWithin(root / "also", "within.txt"), root / "in" / "below" / "own.txt");
        for (const char *name : {"", "/etc/passwd", "../out.txt", "link.txt", "up/out.txt"})
            QVERIFY2(!resolveWithin(root / "in", name), name);
        QVERIFY(!resolveWithin(root / "in", std::string_view("a\0b", 3)));
    }

    void listenersHearWhatIsLoggedWhileTheyLive()
    {
        setLogToStandardError(false);
        std::vector<std::string> heard;
        {
            const LogListener listener(
                [&](const LogRecord &record) { heard.push_back(record.message); });
            logInfo("test", "one");
            logDebug("test", "below the level");
        }
        logInfo("test", "after");
        QCOMPARE(heard, std::vector<std::string>{"one"});
        QVERIFY(formatLogJson({{}, LogLevel::Info, "a", "say \"x\"\n"}).find(R"(say \"x\"?)") !=
                std::string::npos);
        setLogToStandardError(true);
    }

    void theUsualTimeFollowsTheMedianNotTheOutliers()
    {
        UsualTime usual;
        QCOMPARE(usual.value(), std::chrono::nanoseconds::max());
        usual.add(std::chrono::microseconds(400)); // the first is cold
        QCOMPARE(usual.value(), std::chrono::nanoseconds(400'000));
        for (int i = 0; i < 200; ++i)
            usual.add(i % 4 == 3 ? std::chrono::milliseconds(20)
                                 : std::chrono::milliseconds(0) + std::chrono::microseconds(10));
        QVERIFY2(usual.value() < std::chrono::microseconds(15),
                 std::to_string(usual.value().count()).c_str());
        for (int i = 0; i < 200; ++i)
            usual.add(std::chrono::microseconds(300));
        QVERIFY(usual.value() > std::chrono::microseconds(250));
    }
};

QTEST_APPLESS_MAIN(TestBase)
#include "tst_base.moc"
