#include "http/transport/request_framer.h"

#include <QTest>
#include <random>
#include <vector>

using namespace warmbench;
using namespace warmbench::http;

namespace {

// Everything the framer makes of some bytes, as text that can be compared.
std::string framed(const std::string &bytes, const std::vector<std::size_t> &cuts,
                   const HttpLimits &limits = {}, Bytes maxBody = {1000})
{
    RequestFramer framer(limits, maxBody);
    std::string seen;
    std::size_t at = 0;
    for (std::size_t i = 0; i <= cuts.size(); ++i) {
        const std::size_t end = i < cuts.size() ? cuts[i] : bytes.size();
        framer.append(std::string_view(bytes).substr(at, end - at));
        at = end;
        RequestFramer::Progress progress = framer.advance();
        for (; progress == RequestFramer::Progress::Complete; progress = framer.advance()) {
            const FramedRequest request = framer.take();
            seen += request.method + " " + request.target + (request.http10 ? " 1.0" : " 1.1") +
                    (request.keepAlive ? " keep" : " close");
            for (const auto &[name, value] : request.fields)
                seen.append("|").append(name).append("=").append(value);
            seen += "|" + request.body + "\n";
        }
        if (progress == RequestFramer::Progress::Failed)
            return seen + std::to_string(framer.error().status) + " " + framer.error().sentence;
    }
    return seen + (framer.begun() ? "..." : "");
}

int statusOf(const std::string &bytes, const HttpLimits &limits = {}, Bytes maxBody = {1000})
{
    const std::string seen = framed(bytes, {}, limits, maxBody);
    const auto line = seen.rfind('\n');
    return std::atoi(seen.c_str() + (line == std::string::npos ? 0 : line + 1));
}

std::string head(const std::string &fields)
{
    return "POST /x HTTP/1.1\r\nHost: h\r\n" + fields + "\r\n";
}

} // namespace

class TestRequestFramer : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void wholeRequestsComeOut()
    {
        QCOMPARE(framed("GET /a?b=c HTTP/1.1\r\nHost: h\r\nX-Y:  z \r\n\r\n", {}),
                 std::string("GET /a?b=c 1.1 keep|host=h|x-y=z|\n"));
        QCOMPARE(framed(head("Content-Length: 3\r\n") + "abcGET / HTTP/1.0\r\n\r\n", {}),
                 std::string("POST /x 1.1 keep|host=h|content-length=3|abc\nGET / 1.0 close|\n"));
        QCOMPARE(framed(head("Transfer-Encoding: chunked\r\n") +
                            "3\r\nabc\r\nA;note=1\r\n0123456789\r\n0\r\nTrailer: t\r\n\r\n",
                        {}),
                 std::string("POST /x 1.1 keep|host=h|transfer-encoding=chunked|abc0123456789\n"));
        QCOMPARE(framed("\r\n\r\nGET http://other/way HTTP/1.1\r\nHost: h\r\n"
                        "Connection: foo, Close\r\n\r\n",
                        {}),
                 std::string("GET /way 1.1 close|host=other|connection=foo, Close|\n"));
        QCOMPARE(framed("GET http://other?a=/b HTTP/1.1\r\nHost: h\r\n\r\n", {}),
                 std::string("GET /?a=/b 1.1 keep|host=other|\n"));
        QCOMPARE(framed("GET /%2F//\xC3\xA4?%fF HTTP/1.1\r\nHost: h\r\n\r\n", {}),
                 std::string("GET /%2F//\xC3\xA4?%fF 1.1 keep|host=h|\n"));
        QCOMPARE(framed("GET /only HTTP/1.1\r\nHo", {}), std::string("..."));
    }

    void refusalsHaveTheirStatus_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<int>("status");
        const auto row = [](const char *name, const std::string &bytes, int status) {
            QTest::newRow(name) << QByteArray::fromStdString(bytes) << status;
        };
        row("garbage", "hello\r\n\r\n", 400);
        row("TLS", std::string("\x16\x03\x01\x02\x00", 5), 400);
        row("no version", "GET /\r\n", 400);
        row("blank in the target", "GET /a b HTTP/1.1\r\n", 400);
        row("control character in the target", "GET /a\x01 HTTP/1.1\r\n", 400);
        row("CR in the authority", "GET http://a\rb/ HTTP/1.1\r\n", 400);
        row("NUL in the target", std::string("GET /a\0 HTTP/1.1\r\n", 18), 400);
        row("target without slash", "GET a HTTP/1.1\r\n", 400);
        row("two slashes first", "GET //a HTTP/1.1\r\n", 400);
        row("two slashes behind the authority", "GET http://a//b HTTP/1.1\r\n", 400);
        row("broken escape", "GET /a%4z HTTP/1.1\r\n", 400);
        row("escape cut short", "GET /a%4 HTTP/1.1\r\n", 400);
        row("broken escape in the query", "GET /a?b=%% HTTP/1.1\r\n", 400);
        row("no UTF-8 in the target", "GET /a\xFF HTTP/1.1\r\n", 400);
        row("HTTP/2", "GET / HTTP/2.0\r\n", 505);
        row("lower-case version", "GET / http/1.1\r\n", 400);
        row("unknown method", "BREW / HTTP/1.1\r\n", 501);
        row("method that Qt does not know", "TRACE / HTTP/1.1\r\n", 501);
        row("no host", "GET / HTTP/1.1\r\n\r\n", 400);
        row("two hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", 400);
        row("line too long", "GET /" + std::string(16 * 1024, 'a') + " HTTP/1.1\r\n", 414);
        row("line without end", std::string(20'000, 'a'), 414);
        row("field too long", head("A: " + std::string(33'000, 'a') + "\r\n"), 431);
        row("101 fields", head([] {
                std::string fields;
                for (int i = 0; i < 100; ++i)
                    fields += "A: b\r\n";
                return fields;
            }()),
            431);
        row("folded field", head("A: b\r\n c\r\n"), 400);
        row("blank before the colon", head("A : b\r\n"), 400);
        row("no colon", head("A\r\n"), 400);
        row("bare CR", head("A: b\rC: d\r\n"), 400);
        row("NUL in a value", head(std::string("A: b\0c\r\n", 8)), 400);
        row("length and coding", head("Content-Length: 3\r\nTransfer-Encoding: chunked\r\n"), 400);
        row("length and empty coding", head("Content-Length: 3\r\nTransfer-Encoding:\r\n"), 400);
        row("empty coding", head("Transfer-Encoding: \r\n"), 501);
        row("coding in 1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400);
        row("two lengths", head("Content-Length: 3\r\nContent-Length: 4\r\n"), 400);
        row("two lengths alike", head("Content-Length: 3\r\nContent-Length: 3\r\n"), 400);
        row("negative length", head("Content-Length: -1\r\n"), 400);
        row("signed length", head("Content-Length: +3\r\n"), 400);
        row("length in words", head("Content-Length: three\r\n"), 400);
        row("list of lengths", head("Content-Length: 3, 3\r\n"), 400);
        row("empty length", head("Content-Length:\r\n"), 400);
        row("too large", head("Content-Length: 1001\r\n"), 413);
        row("beyond 64 bits", head("Content-Length: 99999999999999999999999\r\n"), 413);
        row("other coding", head("Transfer-Encoding: gzip, chunked\r\n"), 501);
        row("coding twice", head("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"),
            501);
        row("other expectation", head("Expect: a miracle\r\nContent-Length: 1\r\n"), 417);
        const std::string chunked = head("Transfer-Encoding: chunked\r\n");
        row("chunk size in words", chunked + "many\r\n", 400);
        row("chunk size with 0x", chunked + "0x3\r\nabc\r\n", 400);
        row("negative chunk size", chunked + "-3\r\nabc\r\n", 400);
        row("chunk size empty", chunked + "\r\n", 400);
        row("chunk size overflows", chunked + "10000000000000003\r\nabc\r\n", 413);
        row("chunk too large", chunked + "3E9\r\n", 413);
        row("chunks too large together", chunked + "3E0\r\n" + std::string(992, 'a') + "\r\n9\r\n",
            413);
        row("chunk longer than it says", chunked + "3\r\nabcd\r\n", 400);
        row("chunk line without end", chunked + std::string(300, '1'), 400);
        row("chunk line with LF alone", chunked + "3\nabc\r\n0\r\n\r\n", 400);
        row("last chunk line with LF alone", chunked + "3\r\nabc\r\n0\n\r\n", 400);
        row("control character in an extension", chunked + "3;a=\x01\r\nabc\r\n", 400);
        row("CR in an extension", chunked + "3;a=\rb\r\nabc\r\n", 400);
        row("trailer without colon", chunked + "0\r\nA b\r\n\r\n", 400);
        row("control character in a trailer", chunked + "0\r\nA: \x02\r\n\r\n", 400);
        row("folded trailer", chunked + "0\r\nA: b\r\n c\r\n\r\n", 400);
        row(
            "101 fields and trailers",
            chunked + "0\r\n" +
                [] {
                    std::string fields;
                    for (int i = 0; i < 99; ++i)
                        fields += "A: b\r\n";
                    return fields;
                }(),
            431);
        row("endless trailers", chunked + "0\r\nA: " + std::string(33'000, 'a'), 431);
    }
    void refusalsHaveTheirStatus()
    {
        QFETCH(QByteArray, bytes);
        QFETCH(int, status);
        QCOMPARE(statusOf(bytes.toStdString()), status);
    }

    void limitsAreExact()
    {
        HttpLimits limits;
        limits.requestLine = 20;
        limits.headerFields = 2;
        QCOMPARE(statusOf("GET /123456 HTTP/1.1\r\nHost: h\r\n\r\n", limits), 0);
        QCOMPARE(statusOf("GET /1234567 HTTP/1.1\r\nHost: h\r\n\r\n", limits), 414);
        QCOMPARE(statusOf("GET / HTTP/1.1\r\nHost: h\r\nA: b\r\n\r\n", limits), 0);
        QCOMPARE(statusOf("GET / HTTP/1.1\r\nHost: h\r\nA: b\r\nA: b\r\n\r\n", limits), 431);
        limits = {};
        limits.headerBytes = 11;
        QCOMPARE(statusOf("GET / HTTP/1.1\r\nHost: h\r\n\r\n", limits), 0);
        QCOMPARE(statusOf("GET / HTTP/1.1\r\nHost: hh\r\n\r\n", limits), 431);
        QCOMPARE(statusOf(head("Content-Length: 4\r\n") + "abcd", {}, {4}), 0);
        QCOMPARE(statusOf(head("Content-Length: 5\r\n") + "abcde", {}, {4}), 413);
    }

    void sizesThatRoundAlikeAreToldInBytes()
    {
        const auto sentence = [](const char *length) {
            return framed(head(std::string("Content-Length: ") + length + "\r\n"), {}, {},
                          mebibytes(64));
        };
        const std::string close = sentence("67108865");
        QVERIFY2(close.find("67108865 bytes, more than the 67108864 bytes") != std::string::npos,
                 close.c_str());
        const std::string far = sentence("134217728");
        QVERIFY2(far.find("128 MiB, more than the 64.0 MiB") != std::string::npos, far.c_str());
    }

    void anySplitGivesTheSame()
    {
        const std::vector<std::string> inputs{
            head("Content-Length: 10\r\n") + "0123456789" + "GET /two HTTP/1.1\r\nHost: h\r\n\r\n",
            head("Transfer-Encoding: chunked\r\n") + "3\r\nabc\r\n4\r\ndefg\r\n0\r\nT: u\r\n\r\n" +
                "\r\nGET /two HTTP/1.0\r\n\r\n",
            head("Transfer-Encoding: chunked\r\n") + "3\r\nabcX\r\n",
            "GET /" + std::string(60, 'l') + " HTTP/1.1\r\nHost: h\r\n\r\n",
            head("A: " + std::string(80, 'b') + "\r\n"),
            head("A: b\r\nA: b\r\nA: b\r\nA: b\r\n"),
            "GET / HTTP/1.1\nHost: h\n\nGET / HTTP/1.1\r\nHost: h\r\nA: b\rc\r\n\r\n",
            head("Content-Length: 10\r\n") + "012345",
        };
        HttpLimits limits;
        limits.requestLine = 40;
        limits.headerBytes = 64;
        limits.headerFields = 4;
        std::mt19937 random(7);
        for (const std::string &input : inputs) {
            const std::string whole = framed(input, {}, limits);
            for (std::size_t cut = 0; cut <= input.size(); ++cut)
                QCOMPARE(framed(input, {cut}, limits), whole);
            for (int turn = 0; turn < 200; ++turn) {
                std::vector<std::size_t> cuts;
                for (std::size_t i = 1; i < input.size(); ++i) {
                    if (random() % 4 == 0)
                        cuts.push_back(i);
                }
                QCOMPARE(framed(input, cuts, limits), whole);
            }
        }
    }

    void noBytesBringItDown()
    {
        std::mt19937 random(11);
        constexpr char letters[] = "GET / HTTP/1.1\r\nHost: h\r\nContent-Length:\n\0;0aF\x80";
        const std::string alphabet(letters, sizeof letters - 1);
        for (int turn = 0; turn < 5000; ++turn) {
            std::string bytes;
            for (unsigned i = 0; i < random() % 200; ++i)
                bytes += alphabet[random() % alphabet.size()];
            if (turn % 2 == 0)
                bytes.insert(0, head("Transfer-Encoding: chunked\r\n"));
            QCOMPARE(framed(bytes, {bytes.size() / 2}), framed(bytes, {}));
        }
    }

    void memoryFollowsWhatCame()
    {
        RequestFramer framer({}, mebibytes(64));
        framer.append(head("Content-Length: 60000000\r\n") + "abc");
        QVERIFY(framer.advance() == RequestFramer::Progress::NeedMore);
        QVERIFY(framer.inBody());
        QCOMPARE(framer.buffered(), std::size_t(3));
    }

    void continueIsWishedForOnce()
    {
        RequestFramer framer({}, {1000});
        framer.append(head("Content-Length: 2\r\nExpect: 100-Continue\r\n"));
        QVERIFY(framer.advance() == RequestFramer::Progress::NeedMore);
        QVERIFY(framer.takeContinueWish());
        QVERIFY(!framer.takeContinueWish());
        framer.append("ab");
        QVERIFY(framer.advance() == RequestFramer::Progress::Complete);
        QCOMPARE(framer.take().body, std::string("ab"));
    }
};

QTEST_APPLESS_MAIN(TestRequestFramer)
#include "tst_request_framer.moc"
