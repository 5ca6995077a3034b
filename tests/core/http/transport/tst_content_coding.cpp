// gzip and deflate in and out: what is understood, what is refused, what it may cost.
#include "http/transport/content_coding.h"
#include "packed.h"

#include <atomic>
#include <cstdlib>
#include <malloc.h>
#include <new>
#include <QTest>
#include <random>

using namespace warmbench;
using namespace warmbench::http;

namespace {

std::atomic<std::size_t> allocated{0};
std::atomic<std::size_t> mostAllocated{0};

void giveBack(void *memory)
{
    allocated -= malloc_usable_size(memory);
    std::free(memory);
}

} // namespace

// Counts what this program has allocated; zlib's own 40 KiB come from malloc and are not in it.
void *operator new(std::size_t size)
{
    void *memory = std::malloc(size);
    if (!memory)
        throw std::bad_alloc();
    const std::size_t now = allocated += malloc_usable_size(memory);
    std::size_t most = mostAllocated;
    while (now > most && !mostAllocated.compare_exchange_weak(most, now)) {
    }
    return memory;
}
void operator delete(void *memory) noexcept
{
    giveBack(memory);
}
void operator delete(void *memory, std::size_t /*size*/) noexcept
{
    giveBack(memory);
}

namespace {

std::string noise(std::size_t size)
{
    std::mt19937 random(5);
    std::string text(size, '\0');
    for (char &c : text)
        c = static_cast<char>(random());
    return text;
}

std::string prose(std::size_t size)
{
    std::string text;
    for (int i = 0; text.size() < size; ++i)
        text += std::to_string(i * 37 % 1001) + ", ";
    text.resize(size);
    return text;
}

// The bytes, or the status that refuses them.
std::string outcome(const std::string &coded, ContentCoding coding, Bytes most = mebibytes(8))
{
    const auto result = decoded(coded, coding, most);
    if (const auto *error = std::get_if<CodingError>(&result))
        return std::to_string(error->status) + " " + error->sentence;
    return std::get<std::string>(result);
}

} // namespace

class TestContentCoding : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void bytesComeBack()
    {
        const std::size_t sizes[] = {0,         1,         1000,      65'536,
                                     1'048'575, 1'048'576, 1'048'577, 3'000'000};
        for (const std::size_t size : sizes) {
            for (const std::string &plain : {prose(size), noise(size), std::string(size, 'a')}) {
                QVERIFY(outcome(packed(plain, Packing::Gzip), ContentCoding::Gzip) == plain);
                QVERIFY(outcome(packed(plain, Packing::Zlib), ContentCoding::Deflate) == plain);
                QVERIFY(outcome(packed(plain, Packing::BareDeflate), ContentCoding::Deflate) ==
                        plain);
                QVERIFY(outcome(packed(plain, Packing::Zlib, 1), ContentCoding::Deflate) == plain);
                QVERIFY(outcome(packed(plain, Packing::Gzip, 0), ContentCoding::Gzip) == plain);
            }
        }
    }

    void gzipMayHaveSeveralMembers()
    {
        const std::string one = prose(700'000);
        const std::string empty = packed({}, Packing::Gzip);
        QVERIFY(outcome(packed(one, Packing::Gzip) + packed("and more", Packing::Gzip),
                        ContentCoding::Gzip) == one + "and more");
        QVERIFY(
            outcome(empty + packed(one, Packing::Gzip) + empty + packed(one, Packing::Gzip) + empty,
                    ContentCoding::Gzip) == one + one);
    }

    void whatIsWrongIsRefused_data()
    {
        QTest::addColumn<QByteArray>("coded");
        QTest::addColumn<bool>("gzip");
        QTest::addColumn<QByteArray>("words");
        const auto row = [](const char *name, const std::string &coded, bool gzip,
                            const char *words) {
            QTest::newRow(name) << QByteArray::fromStdString(coded) << gzip << QByteArray(words);
        };
        const std::string text = prose(5000);
        const std::string large = prose(2'000'000);
        std::string flipped = packed(text, Packing::Gzip);
        flipped[flipped.size() / 2] = static_cast<char>(flipped[flipped.size() / 2] ^ 0x55);
        std::string sum = packed(text, Packing::Gzip);
        sum[sum.size() - 6] = static_cast<char>(sum[sum.size() - 6] ^ 1);
        std::string largeSum = packed(large, Packing::Gzip);
        largeSum[largeSum.size() - 6] = static_cast<char>(largeSum[largeSum.size() - 6] ^ 1);
        row("plain JSON as gzip", "{\"input\": [1, 2, 3]}", true, "no valid gzip");
        row("plain JSON as deflate", "{\"input\": [1, 2, 3]}", false, "no valid deflate");
        row("zlib as gzip", packed(text, Packing::Zlib), true, "no valid gzip");
        row("gzip as deflate", packed(text, Packing::Gzip), false, "no valid deflate");
        row("a flipped bit", flipped, true, "no valid gzip");
        row("a wrong checksum", sum, true, "no valid gzip");
        row("a wrong checksum of much", largeSum, true, "no valid gzip");
        row("nothing", "", true, "too early");
        row("half a header", packed(text, Packing::Gzip).substr(0, 5), true, "too early");
        row("truncated", packed(text, Packing::Gzip).substr(0, 700), true, "too early");
        row("much, truncated",
            packed(large, Packing::Zlib).substr(0, packed(large, Packing::Zlib).size() / 4 * 3),
            false, "too early");
        row("without its checksum",
            packed(text, Packing::Zlib).substr(0, packed(text, Packing::Zlib).size() - 4), false,
            "too early");
        row("something behind gzip", packed(text, Packing::Gzip) + "more", true, "no valid gzip");
        row("something behind deflate", packed(text, Packing::Zlib) + "more", false,
            "no valid deflate");
        row("a second member cut off",
            packed(text, Packing::Gzip) + packed(text, Packing::Gzip).substr(0, 100), true,
            "too early");
        row("a preset dictionary", std::string("\x78\xbb\x01\x02\x03\x04\x03\x00", 8), false,
            "no valid deflate");
    }
    void whatIsWrongIsRefused()
    {
        QFETCH(QByteArray, coded);
        QFETCH(bool, gzip);
        QFETCH(QByteArray, words);
        const std::string said =
            outcome(coded.toStdString(), gzip ? ContentCoding::Gzip : ContentCoding::Deflate);
        QVERIFY2(said.starts_with("400 ") && said.ends_with('.') &&
                     said.find(words.toStdString()) != std::string::npos,
                 said.c_str());
    }

    void theLimitIsExact()
    {
        for (const std::int64_t size : {1, 1000, 1 << 20, (1 << 20) + 1, 3'000'000}) {
            const std::string coded = packed(prose(static_cast<std::size_t>(size)), Packing::Gzip);
            QCOMPARE(outcome(coded, ContentCoding::Gzip, {size}).size(),
                     static_cast<std::size_t>(size));
            const std::string said = outcome(coded, ContentCoding::Gzip, {size - 1});
            QVERIFY2(said.starts_with("413 ") && said.find("--max-body") != std::string::npos,
                     said.c_str());
        }
    }

    // 64 MiB of zeros are 64 KiB packed, and a coding within a coding would be 4 KiB.
    void bombsTakeNoMemory()
    {
        const std::string bomb = packed(std::string(64 << 20, '\0'), Packing::Gzip, 9);
        QVERIFY(bomb.size() < 70'000);
        std::string members;
        for (int i = 0; i < 50; ++i)
            members += packed(std::string(1 << 20, '\0'), Packing::Gzip);
        constexpr std::size_t allowance = 128 * 1024; // a chunk, and the sentence
        for (const std::int64_t limit : {100'000, 1 << 20, 20 << 20}) {
            for (const std::string &coded : {bomb, members}) {
                const std::size_t before = allocated;
                mostAllocated = before;
                QVERIFY(outcome(coded, ContentCoding::Gzip, {limit}).starts_with("413 "));
                const std::size_t took = mostAllocated - before;
                QVERIFY2(took <= static_cast<std::size_t>(limit) + allowance,
                         std::to_string(took).c_str());
            }
        }
        // What fits takes its size, not more.
        const std::size_t before = allocated;
        mostAllocated = before;
        QCOMPARE(decoded(bomb, ContentCoding::Gzip, mebibytes(64)).index(), std::size_t(0));
        QVERIFY(mostAllocated - before <= (64U << 20U) + allowance);
    }

    void unpackingStopsWhenTheClientHasGone()
    {
        std::stop_source gone;
        gone.request_stop();
        const std::string coded = packed(std::string(8 << 20, '\0'), Packing::Gzip);
        QCOMPARE(decoded(coded, ContentCoding::Gzip, mebibytes(64), gone.get_token()).index(),
                 std::size_t(1));
    }

    void noBytesBringItDown()
    {
        std::mt19937 random(3);
        const std::string whole = packed(prose(3000), Packing::Gzip);
        const std::string bare = packed(prose(3000), Packing::BareDeflate);
        for (int turn = 0; turn < 3000; ++turn) {
            for (std::string coded : {whole, bare, whole + bare}) {
                for (unsigned i = 0; i < 1 + random() % 4; ++i)
                    coded[random() % coded.size()] = static_cast<char>(random());
                coded.resize(random() % (coded.size() + 1));
                const auto coding = turn % 2 == 0 ? ContentCoding::Gzip : ContentCoding::Deflate;
                QVERIFY(outcome(coded, coding, {5000}).size() <= 5000);
            }
        }
    }

    void codingsOfRequests_data()
    {
        QTest::addColumn<QByteArray>("field");
        QTest::addColumn<int>("coding"); // -1: refused
        const auto row = [](const char *field, int coding) {
            QTest::newRow(field) << QByteArray(field) << coding;
        };
        row("", 0);
        row("identity", 0);
        row("gzip", 1);
        row("GZip", 1);
        row("x-gzip", 1);
        row(" deflate ", 2);
        row("identity, gzip", 1);
        row(",gzip,", 1);
        row("br", -1);
        row("zstd", -1);
        row("gzip, gzip", -1);
        row("gzip, br", -1);
        row("gzip;q=1", -1);
    }
    void codingsOfRequests()
    {
        QFETCH(QByteArray, field);
        QFETCH(int, coding);
        const auto sent = sentCoding(field.toStdString());
        QCOMPARE(sent ? static_cast<int>(*sent) : -1, coding);
    }

    void codingsThatClientsWant_data()
    {
        QTest::addColumn<QByteArray>("field");
        QTest::addColumn<QByteArray>("coding");
        const auto row = [](const char *field, const char *coding) {
            QTest::newRow(field) << QByteArray(field) << QByteArray(coding);
        };
        row("", "identity");
        row("gzip", "gzip");
        row("deflate", "deflate");
        row("gzip, deflate, br, zstd", "gzip");
        row("deflate, gzip", "gzip");
        row("deflate, gzip;q=0.9", "deflate");
        row("gzip;q=0", "identity");
        row("gzip;q=0.000, deflate;q=0.001", "deflate");
        row("GZIP ; Q=1.0", "gzip");
        row("*", "gzip");
        row("*;q=0", "identity");
        row("gzip;q=0, *", "deflate");
        row("*;q=0.1, deflate;q=0.2", "deflate");
        row("gzip, *;q=0", "gzip");
        row("identity", "identity");
        row("identity, gzip;q=0.5", "identity");
        row("identity;q=0.5, gzip;q=1.0", "gzip");
        row("gzip, identity", "gzip");
        row("br", "identity");
        row("gzip;q=much", "identity");
        row("gzip;q=", "identity");
        row("gzip;level=9", "gzip");
        row(",,;,", "identity");
    }
    void codingsThatClientsWant()
    {
        QFETCH(QByteArray, field);
        QFETCH(QByteArray, coding);
        QCOMPARE(
            QByteArray::fromStdString(std::string(codingName(wantedCoding(field.toStdString())))),
            coding);
    }

    void whatIsPackedIsSmallerOrNotPacked()
    {
        for (const auto coding : {ContentCoding::Gzip, ContentCoding::Deflate}) {
            const auto small = encoded(prose(50'000), coding);
            QVERIFY(small && small->size() < 25'000);
            QVERIFY(outcome(*small, coding) == prose(50'000));
            QVERIFY(!encoded(noise(50'000), coding));
            QVERIFY(!encoded("", coding));
        }
        // Under the name deflate goes what RFC 9110 means by it.
        QCOMPARE(encoded(prose(5000), ContentCoding::Deflate)->substr(0, 1), std::string("\x78"));
    }

    void aPackedReplySaysSo()
    {
        ApiReply reply;
        reply.body = prose(5000);
        reply.fields = {{"ETag", "\"abc\""}, {"Vary", "Accept"}};
        QVERIFY(worthCoding(reply));
        addVary(reply.fields, "Accept-Encoding");
        encodeReply(reply, ContentCoding::Gzip);
        const Fields expected{{"ETag", "W/\"abc\""},
                              {"Vary", "Accept, Accept-Encoding"},
                              {"Content-Encoding", "gzip"}};
        QVERIFY(reply.fields == expected);
        QVERIFY(outcome(reply.body, ContentCoding::Gzip) == prose(5000));

        ApiReply picture;
        picture.body = prose(5000);
        picture.contentType = "image/png";
        QVERIFY(!worthCoding(picture));
        ApiReply small;
        small.body = prose(500);
        QVERIFY(!worthCoding(small));
        ApiReply wild;
        wild.body = noise(5000);
        encodeReply(wild, ContentCoding::Gzip);
        QVERIFY(wild.body == noise(5000) && wild.fields.empty());
    }
};

QTEST_APPLESS_MAIN(TestContentCoding)
#include "tst_content_coding.moc"
