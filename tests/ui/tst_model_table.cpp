// The models' item model: differences only, and what each state says.
#include "ui/models/model_table.h"

#include <QAbstractItemModelTester>
#include <QItemSelectionModel>
#include <QSignalSpy>
#include <QTest>

using namespace Qt::StringLiterals;
using namespace warmbench;
using ui::ModelTable;

namespace {

const WallTime noon = WallTime(std::chrono::hours(12));

ModelView model(const std::string &name, ModelState state = ModelState::Registered)
{
    ModelView view;
    view.entry.name = name;
    view.status.id = {name, {}};
    view.status.state = state;
    return view;
}

} // namespace

class TestModelTable : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void comingAndGoingModelsKeepTheSelection();
    void neighboursComeAndGoTogether();
    void aChangedModelIsAChangeOfItsRowAlone();
    void theSameSnapshotTwiceEmitsNothing();
    void statesAreWords_data();
    void statesAreWords();
    void theSpokenTextTellsEverything();
    void theModelOfUnnamedRequestsIsMarked();
    void aNameThatIsEditedIsAskedFor();
};

void TestModelTable::comingAndGoingModelsKeepTheSelection()
{
    ModelTable table;
    const QAbstractItemModelTester tester(&table,
                                          QAbstractItemModelTester::FailureReportingMode::QtTest);
    table.setModels({model("b"), model("d")}, noon);
    QItemSelectionModel selection(&table);
    selection.setCurrentIndex(table.index(table.rowOf(u"d"_s), 0),
                              QItemSelectionModel::ClearAndSelect);
    const QSignalSpy resets(&table, &QAbstractItemModel::modelReset);

    table.setModels({model("a"), model("c"), model("d"), model("e")}, noon);

    QCOMPARE(table.rowCount(), 4);
    QCOMPARE(table.nameAt(0), u"a"_s);
    QCOMPARE(table.nameAt(3), u"e"_s);
    QCOMPARE(selection.currentIndex().data().toString(), u"d"_s);
    QCOMPARE(resets.count(), 0);
    table.setModels({}, noon);
    QCOMPARE(table.rowCount(), 0);
    QVERIFY(!selection.currentIndex().isValid());
}

void TestModelTable::aNameThatIsEditedIsAskedFor()
{
    ModelTable table;
    const QAbstractItemModelTester tester(&table,
                                          QAbstractItemModelTester::FailureReportingMode::QtTest);
    table.setModels({model("a"), model("b")}, noon);
    QSignalSpy asked(&table, &ModelTable::renameAsked);
    const QModelIndex name = table.index(1, ModelTable::Name);
    QVERIFY(table.flags(name).testFlag(Qt::ItemIsEditable));
    QVERIFY(!table.flags(table.index(1, ModelTable::Memory)).testFlag(Qt::ItemIsEditable));
    QVERIFY(table.setData(name, u" numbers "_s, Qt::EditRole));
    QCOMPARE(asked.takeFirst(), (QVariantList{u"b"_s, u"numbers"_s}));
    QCOMPARE(table.nameAt(1), u"b"_s); // until the model has it
    QVERIFY(table.setData(name, u"b"_s, Qt::EditRole));
    QVERIFY(!table.setData(table.index(1, ModelTable::Memory), u"x"_s, Qt::EditRole));
    QCOMPARE(asked.count(), 0);
}

void TestModelTable::neighboursComeAndGoTogether()
{
    std::vector<ModelView> all;
    for (int i = 1000; i < 3000; ++i)
        all.push_back(model("model " + std::to_string(i)));
    std::vector<ModelView> ends{all.front(), all[999], all[1001], all.back()};
    ModelTable table;
    const QAbstractItemModelTester tester(&table,
                                          QAbstractItemModelTester::FailureReportingMode::QtTest);
    const QSignalSpy inserted(&table, &QAbstractItemModel::rowsInserted);
    const QSignalSpy removed(&table, &QAbstractItemModel::rowsRemoved);

    table.setModels(all, noon);
    QCOMPARE(inserted.count(), 1);
    table.setModels(ends, noon);
    QCOMPARE(removed.count(), 3);
    QCOMPARE(table.rowCount(), 4);
    table.setModels(all, noon);
    QCOMPARE(inserted.count(), 4);
    for (int row = 0; row < table.rowCount(); ++row)
        QCOMPARE(table.nameAt(row).toStdString(), all[static_cast<std::size_t>(row)].entry.name);
    QCOMPARE(table.rowCount(), 2000);
}

void TestModelTable::aChangedModelIsAChangeOfItsRowAlone()
{
    ModelTable table;
    table.setModels({model("a"), model("b"), model("c")}, noon);
    const QSignalSpy changes(&table, &QAbstractItemModel::dataChanged);
    ModelView used = model("b", ModelState::Ready);
    used.status.hits = 3;

    table.setModels({model("a"), used, model("c")}, noon);

    QCOMPARE(changes.count(), 1);
    QCOMPARE(changes[0][0].toModelIndex().row(), 1);
    QCOMPARE(changes[0][1].toModelIndex().row(), 1);
    QCOMPARE(table.index(1, ModelTable::Hits).data().toString(), u"3"_s);
}

void TestModelTable::theSameSnapshotTwiceEmitsNothing()
{
    ModelTable table;
    table.setModels({model("a")}, noon);
    const QSignalSpy changes(&table, &QAbstractItemModel::dataChanged);
    table.setModels({model("a")}, noon);
    QCOMPARE(changes.count(), 0);
}

void TestModelTable::statesAreWords_data()
{
    QTest::addColumn<int>("state");
    QTest::addColumn<bool>("changed");
    QTest::addColumn<bool>("refreshing");
    QTest::addColumn<QString>("reason");
    QTest::addColumn<QString>("word");

    const auto row = [](const char *name, ModelState state, const char *word) -> QTestData & {
        return QTest::newRow(name) << static_cast<int>(state) << false << false << QString()
                                   << QString::fromLatin1(word);
    };
    row("never asked for", ModelState::Registered, "Not loaded");
    row("looked at", ModelState::Probing, "Loading");
    row("loading", ModelState::Loading, "Loading");
    row("up", ModelState::Ready, "Loaded");
    row("leaving", ModelState::Retiring, "Not loaded");
    row("broken", ModelState::Failed, "Failed");
    const int ready = static_cast<int>(ModelState::Ready);
    QTest::newRow("new file") << ready << true << false << QString() << u"Changed on disk"_s;
    QTest::newRow("swapping") << ready << true << true << QString() << u"Refreshing"_s;
    QTest::newRow("bad new file") << ready << true << false << u"cut short"_s
                                  << u"Refresh failed"_s;
}

void TestModelTable::statesAreWords()
{
    QFETCH(int, state);
    QFETCH(bool, changed);
    QFETCH(bool, refreshing);
    QFETCH(QString, reason);
    QFETCH(QString, word);
    ModelView view = model("a", static_cast<ModelState>(state));
    view.status.changedOnDisk = changed;
    view.status.refreshing = refreshing;
    view.status.reason = reason.toStdString();
    ModelTable table;

    table.setModels({view}, noon);

    QCOMPARE(table.index(0, ModelTable::State).data().toString(), word);
    QVERIFY(!table.index(0, ModelTable::State).data(Qt::DecorationRole).isNull());
}

void TestModelTable::theSpokenTextTellsEverything()
{
    ModelView view = model("digits", ModelState::Ready);
    view.status.hits = 2;
    view.status.misses = 1;
    view.status.inUse = 4;
    view.status.pinned = true;
    view.status.lastUsed = noon - std::chrono::seconds(5);
    ModelTable table;
    table.setModels({view}, noon);

    const QString spoken = table.index(0, 0).data(Qt::AccessibleTextRole).toString();

    for (const QString &part : {u"digits"_s, u"Loaded"_s, u"hits 2"_s, u"misses 1"_s, u"4 in use"_s,
                                u"5 s ago"_s, u"pinned"_s})
        QVERIFY2(spoken.contains(part), qPrintable(spoken + u" lacks "_s + part));
}

void TestModelTable::theModelOfUnnamedRequestsIsMarked()
{
    ModelTable table;
    const std::vector<ModelView> models{model("a"), model("b")};
    table.setModels(models, noon, "b");
    const auto marked = [&](int row) {
        const QModelIndex index = table.index(row, 0);
        const bool star = index.data(ModelTable::UnnamedRole).toBool();
        const bool spoken =
            index.data(Qt::AccessibleTextRole).toString().contains(u"without a name"_s);
        const bool tip = index.data(Qt::ToolTipRole).toString().contains(u"without a name"_s);
        return star == spoken && star == tip ? QString::number(int(star)) : u"not everywhere"_s;
    };
    QCOMPARE(marked(0), u"0"_s);
    QCOMPARE(marked(1), u"1"_s);
    const QSignalSpy changes(&table, &QAbstractItemModel::dataChanged);
    table.setModels(models, noon, "a");
    QCOMPARE(changes.count(), 2);
    QCOMPARE(marked(0), u"1"_s);
    QCOMPARE(marked(1), u"0"_s);
    table.setModels(models, noon);
    QCOMPARE(marked(0), u"0"_s);
}

QTEST_MAIN(TestModelTable)
#include "tst_model_table.moc"
