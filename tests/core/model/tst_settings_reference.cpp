// The reference of the settings file in README.md, held against the reader: the same keys, and
// examples that it takes.
#include "base/file.h"
#include "base/text.h"
#include "model/model_settings.h"
#include "test_files.h"

#include <algorithm>
#include <QTest>
#include <set>

using namespace warmbench;

namespace {

constexpr const char *unknown = "qqqqqqqq"; // like no key

// Where keys stand: what comes before them in a full name, and a file with a place for one more.
struct Place
{
    QByteArray prefix;
    QByteArray file;
};
const std::vector<Place> &places()
{
    static const std::vector<Place> all{
        {"", "{%1}"},
        {"input.", R"({"input": {%1}})"},
        {"input.features[].", R"({"input": {"features": [{"name": "a", %1}]}})"},
        {"output.", R"({"output": {%1}})"},
        {"decoder.", R"({"decoder": {"type": "ssd", %1}})"},
        {"golden[].", R"({"golden": [{"input": "a", "expect": "b", %1}]})"},
        {"golden[].expect.", R"({"golden": [{"input": "a", "expect": {"label": "b", %1}}]})"},
    };
    return all;
}

// The keys that the reader names where it meets an unknown one.
QSet<QByteArray> keysKnownAt(const Place &place)
{
    QByteArray file = place.file;
    file.replace("%1", QByteArray("\"") + unknown + "\": 1");
    const auto settings = parseModelSettings(file.toStdString());
    if (!settings || settings->warnings.size() != 1)
        return {};
    QByteArray list = QByteArray::fromStdString(settings->warnings.front());
    const QByteArray opening = "known here are ";
    list = list.mid(list.indexOf(opening) + opening.size());
    list.chop(1); // the full stop
    list.replace(" and ", ", ");
    QSet<QByteArray> keys;
    for (const QByteArray &key : list.split(','))
        keys << place.prefix + key.trimmed();
    return keys;
}

QSet<QByteArray> knownKeys()
{
    QSet<QByteArray> keys;
    for (const Place &place : places())
        keys += keysKnownAt(place);
    return keys;
}

// Lines of README.md's section about settings.
QList<QByteArray> reference()
{
    const auto readme = readFile(sourceFile("README.md"), mebibytes(1));
    const QByteArray text = QByteArray::fromStdString(readme.value_or(std::string()));
    const qsizetype begin = text.indexOf("\n## A model's settings\n");
    return begin < 0 ? QList<QByteArray>()
                     : text.mid(begin, text.indexOf("\n## ", begin + 1) - begin).split('\n');
}

// What stands in backticks in the first column of the table; a name twice counts twice.
QList<QByteArray> describedKeys()
{
    QList<QByteArray> keys;
    for (const QByteArray &line : reference()) {
        if (!line.startsWith("| `"))
            continue;
        const QList<QByteArray> parts = line.split('|').value(1).split('`');
        for (qsizetype i = 1; i < parts.size(); i += 2)
            keys << parts[i];
    }
    return keys;
}

QList<QByteArray> examples()
{
    QList<QByteArray> found;
    bool inside = false;
    for (const QByteArray &line : reference()) {
        if (line == "```json")
            found << QByteArray();
        else if (inside && line != "```")
            found.last() += line + '\n';
        inside = line == "```json" || (inside && line != "```");
    }
    return found;
}

QByteArray listed(const QSet<QByteArray> &keys)
{
    QList<QByteArray> sorted(keys.begin(), keys.end());
    std::sort(sorted.begin(), sorted.end());
    return sorted.join(' ');
}

} // namespace

class TestSettingsReference : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void theTableHasTheKeysThatTheReaderKnows()
    {
        const QList<QByteArray> described = describedKeys();
        const QSet<QByteArray> once(described.begin(), described.end());
        QCOMPARE(described.size(), once.size());
        const QSet<QByteArray> known = knownKeys();
        QVERIFY(known.size() > 30);
        QCOMPARE(listed(known - once), QByteArray()); // the README lacks them
        QCOMPARE(listed(once - known), QByteArray()); // the reader does not know them
    }

    // An object whose keys this test does not look at would hide them.
    void everyObjectIsLookedAt()
    {
        for (const Place &place : places()) {
            for (const QByteArray &key : keysKnownAt(place)) {
                for (const char *form : {R"({"%1": 1})", R"([{"%1": 1}])"}) {
                    QByteArray value(form);
                    value.replace("%1", unknown);
                    QByteArray file = place.file;
                    file.replace("%1", '"' + key.mid(place.prefix.size()) + "\": " + value);
                    const auto settings = parseModelSettings(file.toStdString());
                    const bool takesAny = settings && !settings->warnings.empty();
                    const QByteArray inner = key + (value.startsWith('[') ? "[]." : ".");
                    QVERIFY2(!takesAny ||
                                 std::any_of(places().begin(), places().end(),
                                             [&](const Place &one) { return one.prefix == inner; }),
                             inner);
                }
            }
        }
    }

    void theExamplesAreSettings()
    {
        std::set<Task> tasks;
        for (const QByteArray &example : examples()) {
            const auto settings = parseModelSettings(example.toStdString());
            QVERIFY2(settings, settings ? "" : settings.error().message.c_str());
            QVERIFY2(settings->warnings.empty(), example);
            QVERIFY2(settings->task, example);
            tasks.insert(*settings->task);
        }
        for (const Task task : {Task::Classification, Task::Detection, Task::Segmentation,
                                Task::Image, Task::Tensor, Task::Text})
            QVERIFY2(tasks.contains(task), taskName(task));
    }
};

QTEST_APPLESS_MAIN(TestSettingsReference)
#include "tst_settings_reference.moc"
