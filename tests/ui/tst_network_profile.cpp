// What a model costs, as the page Network measures and shows it.
#include "base/file.h"
#include "network_fixture.h"
#include "ui/network/profile_view.h"
#include "ui/widgets/caption_label.h"

#include <QFileDialog>
#include <QHeaderView>
#include <QLabel>
#include <QTableView>
#include <QTest>
#include <QToolButton>

using namespace Qt::StringLiterals;
using namespace warmbench;

class TestNetworkProfile : public NetworkFixture
{
    Q_OBJECT

private Q_SLOTS:
    void keysMeasureAndTheTablesTell()
    {
        open(smallNetwork());
        show(u"net"_s);
        auto *profile = part<QToolButton>(u"showProfile"_s);
        profile->setFocus();
        QTest::keyClick(profile, Qt::Key_Space);
        auto *measure = part<QToolButton>(u"profileMeasure"_s);
        QVERIFY(measure->isVisible());
        measure->setFocus();
        QTest::keyClick(measure, Qt::Key_Space);
        QVERIFY(!measure->isEnabled());
        QVERIFY(part<QToolButton>(u"profileCancel"_s)->isEnabled());
        QTRY_VERIFY_WITH_TIMEOUT(measure->isEnabled(), patience);

        const QAbstractItemModel *series = part<QTableView>(u"profileSeries"_s)->model();
        QCOMPARE(series->rowCount(), int(usualSeries().size()));
        for (int row = 0; row < series->rowCount(); ++row) {
            QVERIFY(series->index(row, ui::SeriesTable::Rate).data(ui::profileSortRole).toDouble() >
                    0);
        }
        QCOMPARE(series->index(3, ui::SeriesTable::Callers).data().toString(), u"8"_s);
        QCOMPARE(series->index(7, ui::SeriesTable::Samples).data().toString(), u"16"_s);

        // One row for each layer, one column for each engine; the longest stands first.
        const QAbstractItemModel *layers = part<QTableView>(u"profileLayers"_s)->model();
        const int engines = layers->columnCount() - ui::LayerTable::FirstEngine;
        QCOMPARE(engines, int(enginesHere().size()));
        for (int engine = 0; engine < engines; ++engine) {
            double shares = 0;
            for (int row = 0; row < layers->rowCount(); ++row) {
                const QModelIndex cell = layers->index(row, ui::LayerTable::FirstEngine + engine);
                shares += cell.data(ui::profileShareRole).toDouble();
                QVERIFY(cell.data(ui::profileSortRole).toDouble() >= 0 ||
                        cell.data().toString() == u"–"_s);
            }
            QVERIFY(std::abs(shares - 1) < 1e-6);
        }
        const auto first = [&](int row) {
            return layers->index(row, ui::LayerTable::FirstEngine)
                .data(ui::profileSortRole)
                .toDouble();
        };
        for (int row = 1; row < layers->rowCount(); ++row)
            QVERIFY(first(row - 1) >= first(row));
        const QString facts = part<QLabel>(u"profileFacts"_s)->text();
        QVERIFY2(facts.contains(u"to load"_s) && facts.contains(u"the first run"_s),
                 qPrintable(facts));
        picture("profile");
    }

    void whatWasMeasuredIsSaved()
    {
        open(smallNetwork());
        show(u"net"_s);
        part<QToolButton>(u"showProfile"_s)->click();
        const int narrowest = m_page->minimumSizeHint().width();
        part<ui::ProfileView>({})->measure();
        auto *save = part<QToolButton>(u"profileSave"_s);
        QTRY_VERIFY_WITH_TIMEOUT(save->isEnabled(), patience);
        QCOMPARE(m_page->minimumSizeHint().width(), narrowest); // a small window stays small
        // Bars of one share are as long in each engine's column.
        const QHeaderView *layers = part<QTableView>(u"profileLayers"_s)->horizontalHeader();
        for (int column = ui::LayerTable::FirstEngine + 1; column < layers->count(); ++column)
            QVERIFY(std::abs(layers->sectionSize(column) -
                             layers->sectionSize(ui::LayerTable::FirstEngine)) <= 1);
        save->click();
        QTRY_VERIFY(m_page->findChild<QFileDialog *>());
        auto *dialog = m_page->findChild<QFileDialog *>();
        const QString file = m_folder->filePath(u"told.json"_s);
        Q_EMIT dialog->fileSelected(file);
        dialog->close();
        QTRY_VERIFY_WITH_TIMEOUT(QFile::exists(file), patience);
        const auto told = readFile(file.toStdString(), mebibytes(1));
        QVERIFY(told.has_value());
        for (const char *part : {"\"series\": [", "\"first_run_ms\"", "\"layers\": ["})
            QVERIFY2(told->find(part) != std::string::npos, told->c_str());
    }

    void cancelEndsItAndAnotherModelForgetsIt()
    {
        open(smallNetwork());
        open(smallNetwork("other.onnx"));
        show(u"net"_s);
        part<QToolButton>(u"showProfile"_s)->click();
        part<QToolButton>(u"profileMeasure"_s)->click();
        auto *cancel = part<QToolButton>(u"profileCancel"_s);
        auto *message = part<QLabel>(u"profileMessage"_s);
        QTest::keyClick(cancel, Qt::Key_Escape);
        QVERIFY(!cancel->isEnabled());
        QVERIFY2(message->text().contains(u"ended"_s), qPrintable(message->text()));
        // Its answer comes to nothing; the thread is free for the next.
        part<QToolButton>(u"profileMeasure"_s)->click();
        QTRY_VERIFY_WITH_TIMEOUT(part<QToolButton>(u"profileSave"_s)->isEnabled(), patience);
        m_page->setModel(u"other"_s);
        QVERIFY(!part<QToolButton>(u"profileSave"_s)->isEnabled());
        QVERIFY2(message->text().startsWith(u"Measure runs"_s), qPrintable(message->text()));
    }
};

QTEST_MAIN(TestNetworkProfile)
#include "tst_network_profile.moc"
