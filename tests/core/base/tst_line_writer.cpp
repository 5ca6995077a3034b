#include "base/line_writer.h"

#include <algorithm>
#include <array>
#include <fcntl.h>
#include <fmt/format.h>
#include <QTest>
#include <sstream>
#include <thread>
#include <unistd.h>

using namespace warmbench;

namespace {

constexpr std::chrono::seconds patience{30};

// A pipe with room for one page, as small as pipes get.
class Pipe
{
public:
    Pipe()
    {
        if (::pipe2(m_ends.data(), O_CLOEXEC) != 0 || ::fcntl(m_ends[1], F_SETPIPE_SZ, 4096) < 0)
            qFatal("no pipe");
    }
    ~Pipe()
    {
        closeReader();
        ::close(m_ends[1]);
    }
    Pipe(const Pipe &) = delete;
    Pipe &operator=(const Pipe &) = delete;

    int writer() const { return m_ends[1]; }
    void closeReader()
    {
        if (m_ends[0] >= 0)
            ::close(std::exchange(m_ends[0], -1));
    }
    // Everything up to a line with these words; empty where the pipe ends before.
    std::string readTo(std::string_view words)
    {
        std::string text;
        std::array<char, 4096> piece{};
        for (;;) {
            const auto at = text.find(words);
            if (at != std::string::npos && text.find('\n', at) != std::string::npos)
                return text;
            const auto got = ::read(m_ends[0], piece.data(), piece.size());
            if (got <= 0)
                return {};
            text.append(piece.data(), static_cast<std::size_t>(got));
        }
    }

private:
    std::array<int, 2> m_ends{-1, -1};
};

std::string notice(std::uint64_t lines)
{
    return fmt::format("{} are missing\n", lines);
}

// The sum of all notices.
std::uint64_t missingIn(const std::string &text)
{
    std::uint64_t sum = 0;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        if (line.ends_with(" are missing"))
            sum += std::stoull(line);
    }
    return sum;
}

} // namespace

class TestLineWriter : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void linesComeInTheirOrder()
    {
        Pipe pipe;
        LineWriter writer(pipe.writer(), "test", notice);
        std::string expected;
        for (int i = 0; i < 100; ++i) {
            writer.write(fmt::format("{}\n", i));
            expected += fmt::format("{}\n", i);
        }
        QCOMPARE(pipe.readTo("99"), expected);
        QVERIFY(writer.flush(patience));
        QCOMPARE(writer.dropped(), std::uint64_t(0));
    }

    void nobodyWaitsForAPipeThatNobodyReads()
    {
        Pipe pipe;
        LineWriter writer(pipe.writer(), "test", notice, {100, 100'000});
        const std::string line = std::string(99, 'x') + "\n";
        for (int i = 0; i < 5000; ++i)
            writer.write(line);
        QVERIFY(!writer.flush(std::chrono::milliseconds(10)));
        const std::uint64_t dropped = writer.dropped();
        // What waits, what the thread holds and what the pipe has taken is not lost.
        QVERIFY2(dropped >= 4700 && dropped < 5000, std::to_string(dropped).c_str());
        std::string text;
        while (missingIn(text) < dropped) {
            const std::string more = pipe.readTo("are missing");
            QVERIFY(!more.empty());
            text += more;
        }
        QCOMPARE(missingIn(text), dropped);
        QCOMPARE(static_cast<std::uint64_t>(std::count(text.begin(), text.end(), 'x')) / 99 +
                     dropped,
                 std::uint64_t(5000));
        writer.write("flows again\n");
        QVERIFY(pipe.readTo("flows again") == "flows again\n");
    }

    void bytesAreBoundedToo()
    {
        Pipe pipe;
        LineWriter writer(pipe.writer(), "test", notice, {100, 10'000});
        for (int i = 0; i < 50; ++i)
            writer.write(std::string(3000, 'y') + "\n");
        QVERIFY(writer.dropped() >= 40);
    }

    void aReaderThatHasGoneEndsNothing()
    {
        Pipe pipe;
        LineWriter writer(pipe.writer(), "test", notice);
        pipe.closeReader(); // SIGPIPE is not ignored here
        for (int i = 0; i < 10; ++i)
            writer.write("lost\n");
        QVERIFY(writer.flush(patience));
        QCOMPARE(writer.dropped(), std::uint64_t(10));
    }

    void aFullDiskIsToldOnceThereIsRoom()
    {
        QTemporaryDir folder;
        const std::string path = (folder.path() + QStringLiteral("/log")).toStdString();
        const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
        QVERIFY(file >= 0);
        const int full = ::open("/dev/full", O_WRONLY | O_CLOEXEC);
        QVERIFY(full >= 0);
        const int descriptor = ::dup(full);
        LineWriter writer(descriptor, "test", notice);
        writer.write("one\n");
        writer.write("two\n");
        QVERIFY(writer.flush(patience));
        QCOMPARE(writer.dropped(), std::uint64_t(2));
        QVERIFY(::dup2(file, descriptor) == descriptor); // room again
        writer.write("three\n");
        QVERIFY(writer.flush(patience));
        std::array<char, 100> text{};
        const auto got = ::pread(file, text.data(), text.size(), 0);
        QCOMPARE(std::string(text.data(), static_cast<std::size_t>(std::max<ssize_t>(got, 0))),
                 std::string("three\n2 are missing\n"));
        ::close(full);
        ::close(file);
    }

    void manyThreadsLoseNothingThatHasRoom()
    {
        Pipe pipe;
        LineWriter writer(pipe.writer(), "test", notice, {100'000, 1 << 24});
        constexpr std::string_view line = "a line\n";
        int lines = 0;
        {
            std::jthread reader([&] {
                const std::string text = pipe.readTo("end");
                for (auto at = text.find(line); at != std::string::npos;
                     at = text.find(line, at + 1))
                    ++lines;
            });
            {
                std::vector<std::jthread> threads;
                for (int t = 0; t < 4; ++t) {
                    threads.emplace_back([&writer] {
                        for (int i = 0; i < 1000; ++i)
                            writer.write("a line\n");
                    });
                }
            }
            writer.write("end\n");
        }
        QCOMPARE(lines, 4000);
        QCOMPARE(writer.dropped(), std::uint64_t(0));
    }

    void aLineForAFullPipeIsWrittenLater()
    {
        Pipe pipe;
        const std::string filling(4096, 'f');
        QVERIFY(writeWhole(pipe.writer(), filling));
        writeOrGoOn(pipe.writer(), "\nListening\n", std::chrono::milliseconds(10));
        QCOMPARE(pipe.readTo("Listening"), filling + "\nListening\n");
    }
};

QTEST_APPLESS_MAIN(TestLineWriter)
#include "tst_line_writer.moc"
