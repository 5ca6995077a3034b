// The picture of a network's graph.
#include "base/file.h"
#include "network_fixture.h"
#include "ui/network/graph_canvas.h"
#include "ui/network/graph_folding.h"
#include "ui/network/graph_picture.h"

#include <csignal>
#include <QCheckBox>
#include <QFileDialog>
#include <QLabel>
#include <QSignalSpy>
#include <QTest>
#include <QToolButton>
#include <QXmlStreamReader>

using namespace Qt::StringLiterals;
using namespace warmbench;

#define NEEDS_DOT()                                                                                \
    if (!ui::DotLayout::isInstalled())                                                             \
    QSKIP("dot is not installed: apt-get install graphviz")

class TestNetworkPicture : public NetworkFixture
{
    Q_OBJECT

private Q_SLOTS:
    void thePictureHasABoxForEachNode();
    void chainsThatRepeatAreFolded();
    void branchesAreNotFolded();
    void thePictureIsSaved();
    void withoutDotThePictureSaysSo();
    void aSlowDotIsEnded();
    void aFailingDotIsASentence();
    void tooManyNodesHaveTheListAlone();
    void hostileNamesNeverReachDot();
    void aPictureOfTwoThousandNodesIsFluid();

private:
    void showPicture();
    ui::GraphCanvas *canvas() const { return m_page->findChild<ui::GraphCanvas *>(); }
    int boxes() const;                       // that the picture says to have; -1: there is none
    QByteArray saved(const QString &name);   // the picture, written to a file of this name
    void fakeDot(const std::string &script); // along a PATH of its own
};

void TestNetworkPicture::showPicture()
{
    QTest::mouseClick(part<QToolButton>(u"showPicture"_s), Qt::LeftButton);
}

int TestNetworkPicture::boxes() const
{
    return canvas()->isVisible() ? canvas()->accessibleDescription().section(u' ', 0, 0).toInt()
                                 : -1;
}

QByteArray TestNetworkPicture::saved(const QString &name)
{
    QSignalSpy said(m_page.get(), &ui::NetworkPage::said);
    QTest::mouseClick(part<QToolButton>(u"saveGraph"_s), Qt::LeftButton);
    auto *dialog = m_page->findChild<QFileDialog *>();
    const QString path = m_folder->filePath(name);
    Q_EMIT dialog->fileSelected(path);
    delete dialog;
    if (said.isEmpty() && !said.wait(patience))
        return {};
    const auto bytes = readFile(path.toStdString(), mebibytes(64));
    return bytes ? QByteArray::fromStdString(*bytes) : QByteArray();
}

void TestNetworkPicture::fakeDot(const std::string &script)
{
    const auto path = m_folder->filePath(u"dot"_s);
    QVERIFY(writeFile(path.toStdString(), "#!/bin/sh\n" + script + "\n").has_value());
    QVERIFY(QFile::setPermissions(path, QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner));
    qputenv("PATH", m_folder->path().toLocal8Bit() + ":" + m_path);
}

void TestNetworkPicture::thePictureHasABoxForEachNode()
{
    NEEDS_DOT();
    open(smallNetwork());
    show(u"net"_s);
    showPicture();
    QTRY_COMPARE_WITH_TIMEOUT(boxes(), 3, patience);
    picture("picture");
    // From above to below, as data flows, and a click selects the node.
    const QRectF all = canvas()->sceneRect();
    QTest::mouseClick(canvas()->viewport(), Qt::LeftButton, {},
                      canvas()->mapFromScene(all.center()));
    QCOMPARE(tree()->currentIndex().row(), 1);
    QCOMPARE(told(u"Attributes"_s, u"axis"_s), u"1"_s);
    QTest::mouseClick(canvas()->viewport(), Qt::LeftButton, {},
                      canvas()->mapFromScene(QPointF(all.center().x(), 36)));
    QCOMPARE(tree()->currentIndex().row(), 0);
    // Keys and wheel zoom.
    const double before = canvas()->transform().m11();
    QTest::keyClick(canvas(), Qt::Key_Plus);
    QVERIFY(canvas()->transform().m11() > before);
    QTest::keyClick(canvas(), Qt::Key_0);
    QCOMPARE(canvas()->transform().m11(), before);
}

void TestNetworkPicture::chainsThatRepeatAreFolded()
{
    NEEDS_DOT();
    OnnxBuilder net(13);
    net.input("x", {4});
    net.node("Relu", {"x"}, {"a"});
    net.node("Neg", {"a"}, {"b"});
    net.node("Relu", {"b"}, {"c"});
    net.node("Neg", {"c"}, {"d"});
    net.node("Relu", {"d"}, {"e"});
    net.node("Neg", {"e"}, {"f"});
    net.node("Abs", {"f"}, {"y"});
    net.output("y", {4});
    open(net.save(*m_folder, "chain.onnx"));
    show(u"chain"_s);
    showPicture();
    QTRY_COMPARE_WITH_TIMEOUT(boxes(), 2, patience);
    const QByteArray svg = saved(u"chain.svg"_s);
    QVERIFY(svg.contains("Relu + Neg"));
    QVERIFY(svg.contains("× 3"));
    picture("folded");
    QTest::mouseClick(part<QCheckBox>(u"foldRepetition"_s), Qt::LeftButton);
    QTRY_COMPARE_WITH_TIMEOUT(boxes(), 7, patience);
}

void TestNetworkPicture::branchesAreNotFolded()
{
    auto graph = std::make_shared<NetworkGraph>();
    const auto add = [&](const char *type, std::vector<std::string> inputs, const char *output) {
        GraphNode node;
        node.type = type;
        node.inputs = std::move(inputs);
        node.outputs.push_back({output, {}, {}, {}});
        graph->nodes.push_back(std::move(node));
    };
    add("Relu", {"x"}, "a");
    add("Relu", {"a"}, "b"); // b is read twice
    add("Relu", {"b"}, "c");
    add("Add", {"b", "c"}, "d");
    add("Add", {"d", "w"}, "e");
    add("Add", {"e", "w"}, "f");
    const ui::FoldedGraph folded = ui::foldedGraph(ui::GraphIndex(graph), true);
    std::vector<int> counts;
    for (const ui::GraphBox &box : folded.boxes)
        counts.push_back(box.count);
    QCOMPARE(counts, (std::vector<int>{2, 1, 3}));
    QCOMPARE(folded.arrows.size(), 3U);
    QCOMPARE(ui::foldedGraph(ui::GraphIndex(graph), false).boxes.size(), 6U);
    // Rings, as a damaged file may have them, end.
    add("Neg", {"h"}, "g");
    add("Neg", {"g"}, "h");
    QCOMPARE(ui::foldedGraph(ui::GraphIndex(graph), false).boxes.size(), 8U);
}

void TestNetworkPicture::thePictureIsSaved()
{
    NEEDS_DOT();
    open(smallNetwork());
    show(u"net"_s);
    showPicture();
    QTRY_COMPARE_WITH_TIMEOUT(boxes(), 3, patience);
    const QByteArray svg = saved(u"net.svg"_s);
    QVERIFY(svg.startsWith("<svg") && svg.trimmed().endsWith("</svg>"));
    for (const char *name : {"Add", "Softmax", "Mul"})
        QVERIFY2(svg.contains(QByteArray(">") + name + "<"), name);
    const QImage png = QImage::fromData(saved(u"net.png"_s), "PNG");
    QVERIFY(png.width() > 200 && png.height() > 200);
}

void TestNetworkPicture::withoutDotThePictureSaysSo()
{
    open(smallNetwork());
    show(u"net"_s);
    qputenv("PATH", m_folder->path().toLocal8Bit());
    showPicture();
    const auto *message = part<QLabel>(u"graphMessage"_s);
    QVERIFY(message->isVisible());
    QVERIFY2(message->text().contains(u"package graphviz"_s), qPrintable(message->text()));
    QVERIFY(!part<QToolButton>(u"saveGraph"_s)->isEnabled());
    QTest::mouseClick(part<QToolButton>(u"showList"_s), Qt::LeftButton);
    QVERIFY(tree()->isVisible());
}

void TestNetworkPicture::aSlowDotIsEnded()
{
    fakeDot("echo $$ > \"" + m_folder->path().toStdString() + "/pid\"; exec sleep 600");
    const auto ended = [this] {
        const auto pid = readFile(m_folder->filePath(u"pid"_s).toStdString(), mebibytes(1));
        return pid && !pid->empty() && kill(std::stoi(*pid), 0) != 0;
    };
    ui::DotLayout dot(nullptr, std::chrono::milliseconds(1000));
    QSignalSpy failed(&dot, &ui::DotLayout::failed);
    dot.start("digraph{}");
    QTRY_COMPARE_WITH_TIMEOUT(failed.size(), 1, patience);
    QVERIFY(failed[0][0].toString().contains(u"1 s"_s));
    QTRY_VERIFY_WITH_TIMEOUT(ended(), patience);
    // On the page, Cancel ends it.
    QFile::remove(m_folder->filePath(u"pid"_s));
    open(smallNetwork());
    show(u"net"_s);
    showPicture();
    QTRY_VERIFY_WITH_TIMEOUT(QFile::exists(m_folder->filePath(u"pid"_s)), patience);
    auto *cancel = part<QToolButton>(u"cancelGraph"_s);
    QVERIFY(cancel->isEnabled());
    QTest::mouseClick(cancel, Qt::LeftButton);
    QTRY_VERIFY_WITH_TIMEOUT(ended(), patience);
    QVERIFY(part<QLabel>(u"graphMessage"_s)->text().contains(u"given up"_s));
}

void TestNetworkPicture::aFailingDotIsASentence()
{
    fakeDot("cat > /dev/null; echo bad luck >&2; exit 3");
    open(smallNetwork());
    show(u"net"_s);
    showPicture();
    const auto *message = part<QLabel>(u"graphMessage"_s);
    QTRY_VERIFY_WITH_TIMEOUT(message->text().contains(u"bad luck"_s), patience);
    // And one that answers nonsense.
    fakeDot("cat > /dev/null; echo node n0 here there");
    QTest::mouseClick(part<QToolButton>(u"showList"_s), Qt::LeftButton);
    showPicture();
    QTRY_VERIFY_WITH_TIMEOUT(message->text().contains(u"not known"_s), patience);
}

void TestNetworkPicture::tooManyNodesHaveTheListAlone()
{
    open(longNetwork(ui::GraphPicture::mostNodes + 1));
    show(u"long"_s);
    showPicture();
    QVERIFY(part<QLabel>(u"graphMessage"_s)->text().startsWith(u"2,001 nodes are too many"_s));
}

void TestNetworkPicture::hostileNamesNeverReachDot()
{
    NEEDS_DOT();
    OnnxBuilder net(13);
    net.input("x", {2});
    auto *first = net.node("Relu", {"x"}, {"a"});
    first->set_name("\"];evil[label=\"");
    first->set_op_type("<b>\"]; \\N\n\xff&");
    net.node("Neg", {"a"}, {"y"});
    net.output("y", {2});
    open(net.save(*m_folder, "evil.onnx"));
    show(u"evil"_s);
    showPicture();
    QTRY_COMPARE_WITH_TIMEOUT(boxes(), 2, patience);
    const QByteArray svg = saved(u"evil.svg"_s);
    QVERIFY(svg.contains("&lt;b&gt;&quot;]; \\N??&amp;"));
    QXmlStreamReader reader(svg);
    while (!reader.atEnd())
        reader.readNext();
    QVERIFY2(!reader.hasError(), qPrintable(reader.errorString()));
}

void TestNetworkPicture::aPictureOfTwoThousandNodesIsFluid()
{
    NEEDS_DOT();
    open(longNetwork(2000));
    show(u"long"_s);
    QTest::mouseClick(part<QCheckBox>(u"foldRepetition"_s), Qt::LeftButton);
    Heartbeat heart;
    showPicture();
    QTRY_COMPARE_WITH_TIMEOUT(boxes(), 2000, 3 * patience);
    const double laidOut = heart.longest();
    double frame = 0;
    QTest::keyClick(canvas(), Qt::Key_0); // the whole
    for (int i = 0; i < 40; ++i) {
        const double before = workedSeconds();
        QTest::keyClick(canvas(), Qt::Key_Plus);
        canvas()->viewport()->repaint();
        frame = std::max(frame, workedSeconds() - before);
        QCoreApplication::processEvents();
    }
    qInfo("the longest hold: %.1f ms, the longest frame: %.1f ms", laidOut * 1000, frame * 1000);
    QVERIFY2(laidOut < longestHold, qPrintable(QString::number(laidOut)));
    QVERIFY2(frame < longestHold, qPrintable(QString::number(frame)));
}

QTEST_MAIN(TestNetworkPicture)
#include "tst_network_picture.moc"
