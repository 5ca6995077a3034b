// Tensors within a network for the present input.
#include "base/file.h"
#include "network_fixture.h"
#include "tensor/npy.h"
#include "ui/network/tensor_view.h"
#include "ui/widgets/caption_label.h"
#include "ui/widgets/colour_scale.h"

#include <array>
#include <atomic>
#include <cmath>
#include <numeric>
#include <QFileDialog>
#include <QLabel>
#include <QSignalSpy>
#include <QTabWidget>
#include <QTest>
#include <QToolButton>
#include <thread>

using namespace Qt::StringLiterals;
using namespace warmbench;

class TestNetworkTensor : public NetworkFixture
{
    Q_OBJECT

private Q_SLOTS:
    void anInnerTensorIsThatOfThePresentInput();
    void withoutAnInputThePageSaysSo();
    void whatCannotBeComputedIsASentenceOnThePage();
    void channelsBecomePictures();
    void numbersAreCountedInBins();
    void aTensorIsSavedAsNumPy();
    void whatIsUnderWayEndsWithTheModel();
    void whatIsUnderWayEndsWhenThePageIsHidden();
    void cancelGivesUpTheTensor();

private:
    void blockOnInput();
    QString fact(const QString &name) const;

    std::shared_ptr<std::atomic<int>> m_waiting; // decoders that wait
    std::shared_ptr<std::atomic<int>> m_ended;   // decoders that were told to stop
};

void TestNetworkTensor::blockOnInput()
{
    m_waiting = std::make_shared<std::atomic<int>>(0);
    m_ended = std::make_shared<std::atomic<int>>(0);
    m_input =
        InputDecoder([waiting = m_waiting, ended = m_ended](
                         const ModelBundle &, RunControl &control) -> Result<InferenceInputs> {
            ++*waiting;
            const auto giveUp = std::chrono::steady_clock::now() + std::chrono::seconds(60);
            while (std::chrono::steady_clock::now() < giveUp) {
                if (auto told = control.check(); !told) {
                    ++*ended;
                    return told.error();
                }
                std::this_thread::yield();
            }
            return notFound("nobody stopped it");
        });
}

QString TestNetworkTensor::fact(const QString &name) const
{
    const QString html = part<QLabel>(u"tensorFacts"_s)->text();
    const qsizetype at = html.indexOf(u"<td>%1&nbsp;&nbsp;</td><td>"_s.arg(name));
    return at < 0 ? QString() : html.mid(at).section(u"<td>"_s, 2, 2).section(u"&nbsp;"_s, 0, 0);
}

void TestNetworkTensor::anInnerTensorIsThatOfThePresentInput()
{
    open(smallNetwork());
    show(u"net"_s);
    selectNode(0);
    giveInput({1, 2});
    askFor(u"Outputs"_s, u"sum"_s);
    // x + w = {1, 2} + {1, -10}, as core's own test expects.
    QTRY_COMPARE_WITH_TIMEOUT(fact(u"Min"_s), u"-8"_s, patience);
    QCOMPARE(fact(u"Max"_s), u"2"_s);
    QCOMPARE(fact(u"Mean"_s), u"-3"_s);
    QCOMPARE(fact(u"Std"_s), u"5"_s);
    QCOMPARE(part<ui::CaptionLabel>(u"tensorName"_s)->text(), u"sum · float32 [1, 2]"_s);
    QCOMPARE(fact(u"NaN"_s), u"0"_s);
    picture("tensor");
    // A run on the page Try takes its truth away.
    m_page->setOutOfDate();
    QVERIFY(part<ui::CaptionLabel>(u"tensorName"_s)->text().contains(u"ask again"_s));
    // Another input, another tensor.
    giveInput({5, 6});
    part<QTabWidget>(u"networkSide"_s)->setCurrentIndex(0);
    askFor(u"Inputs"_s, u"x"_s);
    QTRY_COMPARE_WITH_TIMEOUT(fact(u"Min"_s), u"5"_s, patience);
    QVERIFY(part<ui::CaptionLabel>(u"tensorName"_s)->text().startsWith(u"x · "_s));
}

void TestNetworkTensor::withoutAnInputThePageSaysSo()
{
    open(smallNetwork());
    show(u"net"_s);
    selectNode(0);
    askFor(u"Outputs"_s, u"sum"_s);
    QCOMPARE(part<QLabel>(u"tensorMessage"_s)->text(), u"There is no input yet."_s);
    QVERIFY(!part<QToolButton>(u"cancelTensor"_s)->isEnabled());
    QVERIFY(!part<QToolButton>(u"saveTensor"_s)->isEnabled());
}

void TestNetworkTensor::whatCannotBeComputedIsASentenceOnThePage()
{
    open(smallNetwork());
    show(u"net"_s);
    selectNode(0);
    giveInput({1, 2, 3}); // one too many
    askFor(u"Outputs"_s, u"sum"_s);
    QTRY_VERIFY_WITH_TIMEOUT(!part<QToolButton>(u"cancelTensor"_s)->isEnabled(), patience);
    const auto *message = part<QLabel>(u"tensorMessage"_s);
    QVERIFY(message->isVisible());
    QVERIFY2(message->text().contains(u"3"_s), qPrintable(message->text()));
}

void TestNetworkTensor::channelsBecomePictures()
{
    const auto planes = [](const Shape &shape) {
        const ui::Planes found = ui::planesOf(shape);
        return Shape{found.channels, found.rows, found.columns, found.numbers};
    };
    QCOMPARE(planes({1, 3, 4, 5}), (Shape{3, 4, 5, 20}));
    QCOMPARE(planes({2, 3, 4, 5}), (Shape{6, 4, 5, 20}));
    QCOMPARE(planes({1, 7, 9}), (Shape{1, 7, 9, 63}));
    QCOMPARE(planes({1, 10}), (Shape{1, 3, 4, 10}));
    QCOMPARE(planes({}), (Shape{1, 1, 1, 1}));
    QCOMPARE(planes({0, 4}).front(), 0);
    // Two channels of 1 x 2: 0 1 and 2 NaN.
    auto tensor = Tensor::fromValues<float>({2, 2, 2}, std::span<const float>(std::array<float, 8>{
                                                           0, 1, 2, std::nanf(""), 4, 4, 4, 4}));
    const auto view = ui::viewOf(
        std::make_shared<const InnerTensor>(InnerTensor{{"t", *std::move(tensor)}, {}, {}, {}}));
    QCOMPARE(view.picture.size(), QSize(5, 2)); // a gap of a pixel between the two
    QCOMPARE(view.picture.pixel(0, 0), ui::scaleColour(0));
    QCOMPARE(view.picture.pixel(1, 0), ui::scaleColour(0.25));
    QCOMPARE(view.picture.pixel(1, 1), qRgb(128, 128, 128));
    QCOMPARE(qAlpha(view.picture.pixel(2, 0)), 0);
    QCOMPARE(view.picture.pixel(3, 1), ui::scaleColour(1));
    QCOMPARE(ui::channelsImage(view, 1).size(), QSize(2, 2));
    QCOMPARE(ui::channelsImage(view, 1).pixel(0, 0), ui::scaleColour(1));
    // What is larger than a screen is thinned out.
    const auto large = Tensor::create(DType::UInt8, {1, 5000, 4000});
    const auto thinned =
        ui::viewOf(std::make_shared<const InnerTensor>(InnerTensor{{"t", *large}, {}, {}, {}}));
    QCOMPARE(thinned.picture.size(), QSize(1000, 1250));
}

void TestNetworkTensor::numbersAreCountedInBins()
{
    const float infinity = std::numeric_limits<float>::infinity();
    auto tensor = Tensor::fromValues<float>(
        {6}, std::span<const float>(std::array<float, 6>{0, 0, 0.5F, 1, infinity, std::nanf("")}));
    const auto view = ui::viewOf(
        std::make_shared<const InnerTensor>(InnerTensor{{"t", *std::move(tensor)}, {}, {}, {}}));
    QCOMPARE(view.low, 0.0);
    QCOMPARE(view.high, 1.0);
    QCOMPARE(view.bins.front(), 2);
    QCOMPARE(view.bins[view.bins.size() / 2], 1);
    QCOMPARE(view.bins.back(), 1);
    QCOMPARE(std::accumulate(view.bins.begin(), view.bins.end(), std::int64_t{0}), 4);
    QCOMPARE(view.values->nans, 1);
    QCOMPARE(view.values->infinities, 1);
}

void TestNetworkTensor::aTensorIsSavedAsNumPy()
{
    open(smallNetwork());
    show(u"net"_s);
    selectNode(0);
    giveInput({1, 2});
    askFor(u"Outputs"_s, u"sum"_s);
    auto *save = part<QToolButton>(u"saveTensor"_s);
    QTRY_VERIFY_WITH_TIMEOUT(save->isEnabled(), patience);
    QSignalSpy said(m_page.get(), &ui::NetworkPage::said);
    QTest::mouseClick(save, Qt::LeftButton);
    auto *dialog = m_page->findChild<QFileDialog *>();
    QVERIFY(dialog);
    const QString path = m_folder->filePath(u"sum.npy"_s);
    Q_EMIT dialog->fileSelected(path);
    dialog->close();
    QTRY_COMPARE_WITH_TIMEOUT(said.size(), 1, patience);
    const auto bytes = readFile(path.toStdString(), mebibytes(1));
    QVERIFY(bytes.has_value());
    const auto read = readNpy(std::as_bytes(std::span(*bytes)));
    QVERIFY(read.has_value());
    QCOMPARE(read->shape(), (Shape{1, 2}));
    QCOMPARE(read->values<float>()[0], 2.0F);
    QCOMPARE(read->values<float>()[1], -8.0F);
}

void TestNetworkTensor::whatIsUnderWayEndsWithTheModel()
{
    open(smallNetwork());
    open(smallNetwork("other.onnx"));
    show(u"net"_s);
    selectNode(0);
    blockOnInput();
    askFor(u"Outputs"_s, u"sum"_s);
    QTRY_COMPARE_WITH_TIMEOUT(m_waiting->load(), 1, patience);
    // A weight waits behind it, for networks are looked into one after the other.
    part<QTabWidget>(u"networkSide"_s)->setCurrentIndex(0);
    QTreeWidgetItem *weight = detail(u"Weights"_s, u"w"_s);
    askFor(u"Weights"_s, u"w"_s);
    QCOMPARE(weight->childCount(), 1);
    m_page->setModel(u"other"_s);
    QTRY_COMPARE_WITH_TIMEOUT(m_ended->load(), 1, patience);
    QTRY_COMPARE_WITH_TIMEOUT(tree()->model()->rowCount(), 3, patience);
    QCOMPARE(part<QTreeWidget>(u"nodeDetails"_s)->topLevelItemCount(), 2); // of the network itself
    QVERIFY(!part<QToolButton>(u"cancelTensor"_s)->isEnabled());
    QVERIFY(part<QLabel>(u"tensorMessage"_s)->text().startsWith(u"Click a tensor"_s));
}

void TestNetworkTensor::whatIsUnderWayEndsWhenThePageIsHidden()
{
    open(smallNetwork());
    show(u"net"_s);
    selectNode(0);
    blockOnInput();
    askFor(u"Outputs"_s, u"sum"_s);
    QTRY_COMPARE_WITH_TIMEOUT(m_waiting->load(), 1, patience);
    m_page->hide();
    QTRY_COMPARE_WITH_TIMEOUT(m_ended->load(), 1, patience);
}

void TestNetworkTensor::cancelGivesUpTheTensor()
{
    open(smallNetwork());
    show(u"net"_s);
    selectNode(0);
    blockOnInput();
    askFor(u"Outputs"_s, u"sum"_s);
    QTRY_COMPARE_WITH_TIMEOUT(m_waiting->load(), 1, patience);
    auto *cancel = part<QToolButton>(u"cancelTensor"_s);
    QVERIFY(cancel->isEnabled());
    QTest::mouseClick(cancel, Qt::LeftButton);
    QTRY_COMPARE_WITH_TIMEOUT(m_ended->load(), 1, patience);
    QVERIFY(!cancel->isEnabled());
    QVERIFY(part<QLabel>(u"tensorMessage"_s)->text().contains(u"given up"_s));
    // And by Esc.
    part<QTabWidget>(u"networkSide"_s)->setCurrentIndex(0);
    askFor(u"Outputs"_s, u"sum"_s);
    QTRY_COMPARE_WITH_TIMEOUT(m_waiting->load(), 2, patience);
    QTest::keyClick(cancel, Qt::Key_Escape);
    QTRY_COMPARE_WITH_TIMEOUT(m_ended->load(), 2, patience);
}

QTEST_MAIN(TestNetworkTensor)
#include "tst_network_tensor.moc"
