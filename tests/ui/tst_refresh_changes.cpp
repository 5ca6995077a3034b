// A refresh tells which answers to the inputs at hand are other ones now: those of the strip and
// that of the page.
#include "base/file.h"
#include "test_files.h"
#include "ui/playground/input_list.h"
#include "window_fixture.h"

#include <onnx/onnx_pb.h>
#include <QAction>
#include <QFile>
#include <QListView>
#include <QTest>

using namespace Qt::StringLiterals;
using namespace warmbench;

class TestRefreshChanges : public WindowFixture
{
    Q_OBJECT

private Q_SLOTS:
    void theStripNamesWhatHasFlipped();
    void allAreTheSame();
    void aPictureWithoutAnAnswerHasChanged();
    void thePageNamesItsOwn();
    void numbersHaveChanged();
    void otherSettingsCountAsAnotherState();
    void cancellingSaysNothingOfAnswers();

private:
    QAbstractItemModel *rows() const { return part<QListView>(u"inputStrip"_s)->model(); }
    QString counts() const { return part<ui::CaptionLabel>(u"stripCounts"_s)->text(); }
    std::int64_t hits(const char *model) const
    {
        for (const ModelStatus &status : m_workbench->cache().statuses())
            if (status.id.name == model)
                return status.hits;
        return -1;
    }
    // The message contains `part`, sooner or later.
    bool saidAtLast(QStringView part) const
    {
        const bool said =
            QTest::qWaitFor([this, part] { return message().contains(part); }, patience);
        if (!said)
            qWarning("It says: %s", qPrintable(message()));
        return said;
    }
    void answerThree();
    // Writes digits.onnx anew. Its answer never is `digit` any more; -1: it answers as before.
    void replaceDigits(int digit);
};

void TestRefreshChanges::answerThree()
{
    dropGoldenAnswers();
    openSample();
    drop({QUrl::fromLocalFile(sample("three.png")), QUrl::fromLocalFile(sample("seven.png")),
          QUrl::fromLocalFile(sample("zero.png"))});
    QTRY_COMPARE_WITH_TIMEOUT(counts(), u"3 pictures · 3 answered"_s, patience);
}

void TestRefreshChanges::replaceDigits(int digit)
{
    const auto bytes = readFile(sampleFile("digits.onnx"), mebibytes(8));
    QVERIFY(bytes);
    onnx::ModelProto model;
    QVERIFY(model.ParseFromString(*bytes));
    model.set_producer_name("another state"); // other bytes, whatever the weights are
    if (digit >= 0) {
        onnx::GraphProto &graph = *model.mutable_graph();
        const std::string last = graph.output(0).name();
        for (onnx::NodeProto &node : *graph.mutable_node())
            for (std::string &output : *node.mutable_output())
                if (output == last)
                    output = "before";
        auto *punishment = graph.add_initializer();
        punishment->set_name("punishment");
        punishment->set_data_type(onnx::TensorProto::FLOAT);
        punishment->add_dims(1);
        punishment->add_dims(10);
        for (int i = 0; i < 10; ++i)
            punishment->add_float_data(i == digit ? -1000.F : 0.F);
        auto *node = graph.add_node();
        node->set_op_type("Add");
        node->add_input("before");
        node->add_input("punishment");
        node->add_output(last);
    }
    QVERIFY(writeFile(sample("digits.onnx").toStdString(), model.SerializeAsString()));
}

void TestRefreshChanges::theStripNamesWhatHasFlipped()
{
    answerThree();
    const std::int64_t before = hits("digits");
    replaceDigits(7);
    part<QAction>(u"refreshModel"_s)->trigger();
    QVERIFY(saidAtLast(u"Changed answers: 1 of 3: seven.png was 7"_s));
    QVERIFY2(message().startsWith(u"digits refreshed in"_s), qPrintable(message()));
    QVERIFY2(message().contains(u"digest"_s), qPrintable(message()));
    QVERIFY2(!message().contains(u"three.png"_s), qPrintable(message()));
    QCOMPARE(counts(), u"3 pictures · 3 answered · 1 changed by the refresh"_s);
    QCOMPARE(hits("digits") - before, 3); // each once
    const QModelIndex seven = rows()->index(1, 0);
    QVERIFY(seven.data(ui::InputList::PhraseRole).toString().startsWith(u"≠ "_s));
    QVERIFY(seven.data(Qt::ToolTipRole).toString().contains(u"was 7"_s));
    QVERIFY(!rows()->index(0, 0).data(ui::InputList::PhraseRole).toString().contains(u'≠'));
    // The next refresh speaks of its own changes alone.
    replaceDigits(0);
    part<QAction>(u"refreshModel"_s)->trigger();
    QVERIFY(saidAtLast(u"Changed answers: 2 of 3: seven.png was"_s));
    QVERIFY2(message().contains(u"; zero.png was 0"_s), qPrintable(message()));
    replaceDigits(-1);
    part<QAction>(u"refreshModel"_s)->trigger();
    QVERIFY(saidAtLast(u"Changed answers: 1 of 3: zero.png was"_s));
}

void TestRefreshChanges::allAreTheSame()
{
    answerThree();
    replaceDigits(-1);
    part<QAction>(u"refreshModel"_s)->trigger();
    QVERIFY(saidAtLast(u"All 3 answers are the same."_s));
}

void TestRefreshChanges::aPictureWithoutAnAnswerHasChanged()
{
    answerThree();
    replaceDigits(-1);
    QVERIFY(QFile::remove(sample("zero.png")));
    part<QAction>(u"refreshModel"_s)->trigger();
    QVERIFY(saidAtLast(u"Changed answers: 1 of 3: zero.png has no answer any more"_s));
}

void TestRefreshChanges::thePageNamesItsOwn()
{
    dropGoldenAnswers();
    openSample();
    runPicture("three.png");
    replaceDigits(3);
    part<QAction>(u"refreshModel"_s)->trigger();
    QVERIFY(saidAtLast(u"The answer has changed: three.png was 3"_s));
    QVERIFY2(!notice().contains(u"run it again"_s), qPrintable(notice()));
}

void TestRefreshChanges::numbersHaveChanged()
{
    dropGoldenAnswers();
    openSample();
    select(u"iris"_s);
    m_window->openPaths({sample("setosa.json")});
    QTRY_VERIFY_WITH_TIMEOUT(!outcome().isEmpty(), patience);
    written(u"iris.labels.txt"_s, "red\ngreen\nblue\n");
    part<QAction>(u"refreshModel"_s)->trigger();
    QVERIFY(saidAtLast(u"The answer has changed: it was setosa"_s));
    QVERIFY2(message().contains(u"is red"_s), qPrintable(message()));
}

void TestRefreshChanges::otherSettingsCountAsAnotherState()
{
    answerThree();
    m_workbench->edit({"digits", {}}, R"({"input": {"mean": [10]}})",
                      [](const Result<RefreshReport> &) {});
    for (int row = 0; row < 3; ++row)
        QTRY_VERIFY_WITH_TIMEOUT(rows()->index(row, 0).data(ui::InputList::StaleRole).toBool(),
                                 patience);
}

void TestRefreshChanges::cancellingSaysNothingOfAnswers()
{
    answerThree();
    replaceDigits(-1);
    auto *cancel = part<QAction>(u"cancelRun"_s);
    connect(cancel, &QAction::changed, this, [cancel] {
        if (cancel->isEnabled())
            cancel->trigger();
    });
    part<QAction>(u"refreshModel"_s)->trigger();
    QTRY_COMPARE_WITH_TIMEOUT(message(), u"Run cancelled"_s, patience);
    QTest::qWait(0);
    QVERIFY(!message().contains(u"answers"_s));
}

QTEST_MAIN(TestRefreshChanges)
#include "tst_refresh_changes.moc"
