// Lines read from steps whose best classes are known.
#include "inference/text_line.h"

#include <array>
#include <cmath>
#include <limits>
#include <QTest>
#include <vector>

using namespace warmbench;

namespace {

constexpr float nanValue = std::numeric_limits<float>::quiet_NaN();
const std::vector<std::string> names{"", "a", "b", "\u00e9", " "};

// Steps with 0.8 for the class given and 0.05 for each of the others.
std::vector<float> steps(const std::vector<std::size_t> &best)
{
    std::vector<float> scores(best.size() * names.size(), 0.05F);
    for (std::size_t i = 0; i < best.size(); ++i)
        scores[i * names.size() + best[i]] = 0.8F;
    return scores;
}

} // namespace

class TestTextLine : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void repeatsAreOneUnlessABlankIsBetween_data()
    {
        QTest::addColumn<QList<int>>("best");
        QTest::addColumn<QString>("text");
        QTest::newRow("none") << QList<int>{} << QString();
        QTest::newRow("blanks") << QList<int>{0, 0, 0} << QString();
        QTest::newRow("one") << QList<int>{1, 1, 1} << QStringLiteral("a");
        QTest::newRow("two") << QList<int>{1, 0, 1} << QStringLiteral("aa");
        QTest::newRow("several") << QList<int>{0, 1, 2, 2, 0, 3, 4, 4, 1, 0}
                                 << QString::fromUtf8("ab\u00e9 a");
    }
    void repeatsAreOneUnlessABlankIsBetween()
    {
        QFETCH(QList<int>, best);
        QFETCH(QString, text);
        const TextLine line = readTextLine(steps({best.begin(), best.end()}), names.size(), names);
        QCOMPARE(QString::fromStdString(line.text), text);
        QCOMPARE(line.score, text.isEmpty() ? 0.0F : 0.8F);
    }

    void theScoreIsTheMeanOfTheCharacters()
    {
        std::vector<float> scores = steps({1, 0, 2});
        scores[2 * names.size() + 2] = 0.6F;
        QCOMPARE(readTextLine(scores, names.size(), names).score, 0.7F);
    }

    // exp(2) / (exp(2) + 4) for a class of 2 among four of 0.
    void logitsBecomeProbabilities()
    {
        std::vector<float> scores(names.size(), 0);
        scores[3] = 2;
        const TextLine line = readTextLine(scores, names.size(), names);
        QCOMPARE(line.text, std::string("\u00e9"));
        QVERIFY(std::abs(line.score - std::exp(2.0F) / (std::exp(2.0F) + 4)) < 1e-6F);
    }

    void hostileNumbersSayNothing()
    {
        const std::vector<float> nans(names.size() * 3, nanValue);
        QCOMPARE(readTextLine(nans, names.size(), names).text, std::string());
        std::vector<float> mixed = steps({1, 2});
        mixed[0] = nanValue;
        mixed[3] = std::numeric_limits<float>::infinity();
        const TextLine line = readTextLine(mixed, names.size(), names);
        QCOMPARE(line.text, std::string("\u00e9b"));
        QVERIFY(line.score >= 0 && line.score <= 1);
        QVERIFY(readTextLine(steps({1}), 0, names).text.empty());
        QVERIFY(readTextLine(steps({1}), names.size() + 1, names).text.empty());
    }
};

QTEST_APPLESS_MAIN(TestTextLine)
#include "tst_text_line.moc"
