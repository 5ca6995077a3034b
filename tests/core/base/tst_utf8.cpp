#include "base/utf8.h"

#include <QTest>
#include <simdjson.h>

using namespace warmbench;

class TestUtf8 : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyCodePointComesBack()
    {
        for (char32_t point = 0; point < 0x110000; ++point) {
            if (point == 0xD800)
                point = 0xE000;
            std::string text;
            appendUtf8(text, point);
            QCOMPARE(utf8Length(text), text.size());
            QVERIFY(simdjson::validate_utf8(text));
            QCOMPARE(codePointsOf(text), std::u32string(1, point));
        }
    }

    // Every beginning of three bytes, with two more that continue it: as simdjson sees it.
    void lengthsAgreeWithSimdjson()
    {
        for (unsigned first = 0; first < 256; ++first) {
            for (unsigned second = 0; second < 256; ++second) {
                for (const char third : {'\x80', '\xBF', 'a', '\xC3'}) {
                    const std::string text{static_cast<char>(first), static_cast<char>(second),
                                           third, '\x80'};
                    const std::size_t length = utf8Length(text);
                    bool any = false;
                    for (std::size_t n = 1; n <= 4; ++n) {
                        const bool whole = simdjson::validate_utf8(text.data(), n);
                        any = any || whole;
                        if (whole) { // the shortest that is well-formed
                            QCOMPARE(length, n);
                            break;
                        }
                    }
                    QVERIFY(any || length == 0);
                }
            }
        }
    }

    void whatIsNoTextBecomesTheReplacementCharacter()
    {
        QCOMPARE(utf8Length(""), std::size_t(0));
        QCOMPARE(codePointsOf("a\xFFz\xC3"), std::u32string(U"a\xFFFDz\xFFFD"));
        std::string text;
        appendUtf8(text, 0xD800);
        appendUtf8(text, 0x110000);
        QCOMPARE(text, std::string("\xEF\xBF\xBD\xEF\xBF\xBD"));
    }

    void aByteOrderMarkIsTakenOffOnce()
    {
        QCOMPARE(withoutByteOrderMark("\xEF\xBB\xBF\xEF\xBB\xBFx"),
                 std::string_view("\xEF\xBB\xBFx"));
        QCOMPARE(withoutByteOrderMark("x"), std::string_view("x"));
        QCOMPARE(withoutByteOrderMark("\xEF\xBB"), std::string_view("\xEF\xBB"));
    }
};

QTEST_APPLESS_MAIN(TestUtf8)
#include "tst_utf8.moc"
