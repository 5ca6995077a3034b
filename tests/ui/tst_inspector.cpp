// A model's settings changed in the inspector: in place, by keys, by dropping a file of labels.
#include "base/file.h"
#include "ui/widgets/class_bars.h"
#include "window_fixture.h"

#include <QAction>
#include <QComboBox>
#include <QLineEdit>
#include <QTest>
#include <QToolButton>
#include <QTreeWidget>

using namespace Qt::StringLiterals;
using namespace warmbench;

class TestInspector : public WindowFixture
{
    Q_OBJECT

private:
    QTreeWidgetItem *row(const QString &property) const
    {
        const auto found = part<QTreeWidget>(u"inspectorTree"_s)
                               ->findItems(property, Qt::MatchExactly | Qt::MatchRecursive);
        return found.isEmpty() ? nullptr : found.first();
    }
    QString value(const QString &property) const
    {
        return row(property) ? row(property)->text(1) : QString();
    }
    QString origin(const QString &property) const
    {
        return row(property) ? row(property)->text(2) : QString();
    }
    // Opens the editor of a row by its key and gives what has the focus then.
    template <typename Editor>
    Editor *opened(const QString &property) const
    {
        auto *tree = part<QTreeWidget>(u"inspectorTree"_s);
        tree->setFocus();
        tree->setCurrentItem(row(property));
        QTest::keyClick(tree, Qt::Key_F2);
        return tree->findChild<Editor *>();
    }
    void write(const QString &property, const QString &words) const
    {
        auto *line = opened<QLineEdit>(property);
        QVERIFY(line);
        line->selectAll();
        if (words.isEmpty())
            QTest::keyClick(line, Qt::Key_Delete);
        QTest::keyClicks(line, words);
        QTest::keyClick(line, Qt::Key_Return);
    }
    QString changes() const
    {
        for (const auto *label : m_window->findChildren<ui::CaptionLabel *>())
            if (label->text().contains(u"not saved"_s))
                return label->text();
        return {};
    }
    void answered()
    {
        openSample();
        runPicture("three.png");
        QTRY_COMPARE_WITH_TIMEOUT(origin(u"Mean"_s), u"settings file"_s, patience);
    }
    std::int64_t answers() const { return m_workbench->metrics().answered(); }

private Q_SLOTS:
    void aValueIsChangedInItsPlaceAndTheAnswerFollows()
    {
        answered();
        const auto before = answers();
        write(u"Mean"_s, u"0.5"_s);
        QTRY_COMPARE_WITH_TIMEOUT(value(u"Mean"_s), u"0.5"_s, patience);
        QCOMPARE(origin(u"Mean"_s), u"you"_s);
        QCOMPARE(origin(u"Scale"_s), u"settings file"_s);
        QTRY_COMPARE_WITH_TIMEOUT(answers(), before + 1, patience);       // the preview of it
        QTRY_VERIFY_WITH_TIMEOUT(outcome().contains(u"hit"_s), patience); // no second load
        QVERIFY(!notice().contains(u"has changed since"_s));
        QCOMPARE(changes(), u"1 change(s), not saved"_s);
        QCOMPARE(part<QTreeWidget>(u"inspectorTree"_s)->currentItem(), row(u"Mean"_s));
    }

    void aChoiceIsMadeFromTheListOfWhatThereIs()
    {
        answered();
        auto *list = opened<QComboBox>(u"Resize"_s);
        QVERIFY(list);
        QCOMPARE(list->count(), 4);
        QCOMPARE(list->currentText(), u"stretch"_s);
        list->setCurrentText(u"letterbox"_s);
        QTest::keyClick(list, Qt::Key_Return);
        QTRY_COMPARE_WITH_TIMEOUT(value(u"Resize"_s), u"letterbox"_s, patience);
        QTRY_VERIFY_WITH_TIMEOUT(row(u"Border"_s), patience); // a row of its own
    }

    void undoAndRedoGoThroughWhatWasDone()
    {
        answered();
        write(u"Mean"_s, u"0.5"_s);
        QTRY_COMPARE_WITH_TIMEOUT(value(u"Mean"_s), u"0.5"_s, patience);
        write(u"Std"_s, u"0.25"_s);
        QTRY_COMPARE_WITH_TIMEOUT(value(u"Std"_s), u"0.25"_s, patience);
        auto *tree = part<QTreeWidget>(u"inspectorTree"_s);
        tree->setFocus();
        QTest::keyClick(tree, Qt::Key_Z, Qt::ControlModifier);
        QTRY_COMPARE_WITH_TIMEOUT(value(u"Std"_s), u"1"_s, patience);
        QCOMPARE(value(u"Mean"_s), u"0.5"_s);
        QTest::keyClick(tree, Qt::Key_Z, Qt::ControlModifier);
        QTRY_COMPARE_WITH_TIMEOUT(origin(u"Mean"_s), u"settings file"_s, patience);
        QVERIFY(!part<QAction>(u"undoSetting"_s)->isEnabled());
        QTest::keyClick(tree, Qt::Key_Z, Qt::ControlModifier | Qt::ShiftModifier);
        QTRY_COMPARE_WITH_TIMEOUT(value(u"Mean"_s), u"0.5"_s, patience);
    }

    void aWrongValueIsRefusedInOneSentenceAndNothingChanges()
    {
        answered();
        write(u"Std"_s, u"zero"_s);
        QTRY_VERIFY2_WITH_TIMEOUT(message().startsWith(u"\"input.std"_s), qPrintable(message()),
                                  patience);
        QCOMPARE(value(u"Std"_s), u"1"_s);
        QVERIFY(changes().isEmpty());
        QVERIFY(!part<QAction>(u"undoSetting"_s)->isEnabled());
        write(u"Width"_s, u"32"_s); // the network takes 8
        QTRY_VERIFY2_WITH_TIMEOUT(message().contains(u"input.width"_s), qPrintable(message()),
                                  patience);
        QCOMPARE(value(u"Width"_s), u"8"_s);
    }

    void anEmptyValueIsWhatTheModelSaysWithoutAPerson()
    {
        answered();
        write(u"Scale"_s, QString());
        QTRY_VERIFY_WITH_TIMEOUT(origin(u"Scale"_s) != u"settings file"_s, patience);
        QVERIFY(origin(u"Scale"_s) != u"you"_s);
        part<QTreeWidget>(u"inspectorTree"_s)->setCurrentItem(row(u"Scale"_s));
        QTRY_VERIFY_WITH_TIMEOUT(part<QAction>(u"resetSetting"_s)->isEnabled(), patience);
        part<QAction>(u"resetSetting"_s)->trigger();
        QTRY_COMPARE_WITH_TIMEOUT(origin(u"Scale"_s), u"settings file"_s, patience);
        QVERIFY(changes().isEmpty());
    }

    void labelsThatAreDroppedWorkAtOnceAndAreSavedOnRequest()
    {
        answered();
        std::string names;
        for (const char *digit :
             {"nil", "one", "two", "drei", "four", "five", "six", "seven", "eight", "nine"})
            names += std::string(digit) + '\n';
        drop({written(u"other.txt"_s, names)});
        const auto bars = [&] {
            return m_window->findChild<ui::ClassBars *>()->accessibleDescription();
        };
        QTRY_VERIFY2_WITH_TIMEOUT(bars().contains(u"drei"_s), qPrintable(bars()), patience);
        QVERIFY2(message().contains(u"10 names"_s), qPrintable(message()));
        QCOMPARE(origin(u"Labels"_s), u"you"_s);
        auto *save = part<QToolButton>(u"messageAction"_s);
        QVERIFY(save->isVisible());
        save->click();
        QTRY_COMPARE_WITH_TIMEOUT(origin(u"Labels"_s), u"settings file"_s, patience);
        const auto saved = readFile(sample("digits.warmbench.json").toStdString(), mebibytes(1));
        QVERIFY(saved);
        QVERIFY(saved->find("drei") != std::string::npos);
        QVERIFY(saved->find("\"golden\"") != std::string::npos); // what was there stays
        QTRY_VERIFY_WITH_TIMEOUT(changes().isEmpty(), patience);
    }

    // What is saved answers as it did before.
    void savingLeavesTheAnswerValid()
    {
        answered();
        const auto before = answers();
        write(u"Mean"_s, u"0.5"_s);
        QTRY_COMPARE_WITH_TIMEOUT(answers(), before + 1, patience);
        part<QAction>(u"saveSettings"_s)->trigger();
        QTRY_COMPARE_WITH_TIMEOUT(origin(u"Mean"_s), u"settings file"_s, patience);
        QCOMPARE(value(u"Mean"_s), u"0.5"_s);
        QVERIFY2(!notice().contains(u"has changed since"_s), qPrintable(notice()));
    }

    void labelsWithoutAModelAreRefusedWithWhatToDo()
    {
        drop({written(u"other.txt"_s, "cat\ndog\nbird\n")});
        QTRY_VERIFY2_WITH_TIMEOUT(message().contains(u"select the model"_s), qPrintable(message()),
                                  patience);
    }

    void aFileIsTakenByItselfWhereThePersonSaysSo()
    {
        answered();
        auto *list = opened<QComboBox>(u"File changes"_s);
        QVERIFY(list);
        list->setCurrentText(u"auto"_s);
        QTest::keyClick(list, Qt::Key_Return);
        QTRY_COMPARE_WITH_TIMEOUT(value(u"File changes"_s), u"auto"_s, patience);
        QVERIFY(
            writeFile(sample("digits.labels.txt").toStdString(), "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\n"));
        QTRY_VERIFY_WITH_TIMEOUT(
            m_workbench->model({"digits", {}})->status.facts->settings.labels.front() == "a",
            patience);
    }
};

QTEST_MAIN(TestInspector)
#include "tst_inspector.moc"
