// Lines that this test draws are found and read by PP-OCR's networks as they come: whole workbench,
// no settings file.
#include "answer.h"
#include "inference/workbench.h"
#include "test_files.h"

#include <algorithm>
#include <cmath>
#include <QFontDatabase>
#include <QFontMetricsF>
#include <QImage>
#include <QPainter>
#include <QTemporaryDir>
#include <QTest>

using namespace warmbench;

namespace {

namespace fs = std::filesystem;
using namespace Qt::StringLiterals;

const QString family = u"DejaVu Sans"_s;

// Both networks and the characters in one folder, as PaddleOCR's users keep them.
class Models
{
public:
    Models()
    {
        const fs::path folder(m_folder.path().toStdString());
        for (const char *leaf :
             {"ch_PP-OCRv4_det_infer.onnx", "ch_PP-OCRv4_rec_infer.onnx", "ppocr_keys_v1.txt"}) {
            const auto file = sharedModel(std::string("pp-ocr/") + leaf);
            m_there = m_there && file;
            if (m_there)
                fs::copy_file(*file, folder / leaf);
        }
        if (m_there)
            m_there = m_workbench.open(folder, false).has_value();
    }
    bool there() const { return m_there; }

    Result<Prediction> predict(const char *model, std::vector<Image> pictures,
                               bool resultsSuffice = false)
    {
        InferenceRequest request;
        request.model.name = model;
        request.answer.resultsSuffice = resultsSuffice;
        request.decode = [&](const ModelBundle &, RunControl &) -> Result<InferenceInputs> {
            return InferenceInputs(ImageInputs(pictures));
        };
        Answer<Prediction> answer;
        m_workbench.predict(std::move(request), answer.callback());
        return std::move(answer.get());
    }
    Result<Prediction> find(const Image &picture)
    {
        return predict("ch_PP-OCRv4_det_infer", {picture});
    }

private:
    const QTemporaryDir m_folder;
    const SystemClock m_clock;
    Workbench m_workbench{{}, m_clock};
    bool m_there = true;
};

Image imageOf(const QImage &drawn)
{
    const QImage rgb = drawn.convertToFormat(QImage::Format_RGB888);
    Image image;
    image.width = rgb.width();
    image.height = rgb.height();
    for (int y = 0; y < rgb.height(); ++y)
        image.rgb.insert(image.rgb.end(), rgb.constScanLine(y),
                         rgb.constScanLine(y) + 3 * rgb.width());
    return image;
}

struct Line
{
    QString text;
    QPoint at; // left end of its base line
    int pixels;
    double degrees = 0;
};

QFont fontOf(const Line &line)
{
    QFont font(family);
    font.setPixelSize(line.pixels);
    return font;
}

QTransform turnOf(const Line &line)
{
    return QTransform().translate(line.at.x(), line.at.y()).rotate(line.degrees);
}

QImage drawn(QSize size, const std::vector<Line> &lines)
{
    QImage picture(size, QImage::Format_RGB888);
    picture.fill(QColor(250, 250, 245));
    QPainter painter(&picture);
    painter.setRenderHint(QPainter::TextAntialiasing);
    painter.setPen(QColor(20, 20, 40));
    for (const Line &line : lines) {
        painter.setTransform(turnOf(line));
        painter.setFont(fontOf(line));
        painter.drawText(0, 0, line.text);
    }
    return picture;
}

// The line alone, as a box of its size would cut it out.
Image cutOut(const QString &text, int pixels)
{
    const Line line{text, {pixels / 8, pixels * 21 / 20}, pixels};
    const double width = QFontMetricsF(fontOf(line)).horizontalAdvance(text);
    return imageOf(drawn({int(width) + pixels / 4, pixels * 27 / 20}, {line}));
}

QPolygonF inkOf(const Line &line)
{
    return turnOf(line).map(QPolygonF(QFontMetricsF(fontOf(line)).tightBoundingRect(line.text)));
}

double area(const QPolygonF &polygon)
{
    double twice = 0;
    for (qsizetype i = 0; i < polygon.size(); ++i) {
        const QPointF &a = polygon[i];
        const QPointF &b = polygon[(i + 1) % polygon.size()];
        twice += a.x() * b.y() - b.x() * a.y();
    }
    return std::abs(twice) / 2;
}

double overlap(const QPolygonF &ink, const Detection &found)
{
    QPolygonF box;
    for (const Point &corner : found.corners)
        box << QPointF(corner.x, corner.y);
    const double shared = area(ink.intersected(box));
    return shared / (area(ink) + area(box) - shared);
}

} // namespace

class TestTextReading : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        if (!m_models.there())
            QSKIP("the shared models are not here");
        if (!QFontDatabase::families().contains(family))
            QSKIP("DejaVu Sans, which the lines are drawn with, is not installed");
    }

    void linesAreFoundWhereTheyAreDrawn_data()
    {
        QTest::addColumn<QSize>("size");
        QTest::addColumn<bool>("turned");
        QTest::newRow("as the network sees it") << QSize(640, 480) << false;
        QTest::newRow("odd size") << QSize(701, 533) << false;
        QTest::newRow("shrunk") << QSize(1407, 1111) << false;
        QTest::newRow("turned line") << QSize(701, 533) << true;
    }
    void linesAreFoundWhereTheyAreDrawn()
    {
        QFETCH(QSize, size);
        QFETCH(bool, turned);
        std::vector<Line> lines{{u"Hello Warm 2024"_s, {40, 80}, 40},
                                {u"a smaller line of text"_s, {60, 200}, 26},
                                {u"Total 1375"_s, {300, 440}, 34}};
        if (turned)
            lines[1] = {u"a line that is turned"_s, {80, 180}, 30, 17};
        const auto prediction = m_models.find(imageOf(drawn(size, lines)));
        QVERIFY2(prediction.has_value(), prediction ? "" : prediction.error().message.c_str());
        QVERIFY(prediction->task == Task::Detection);
        const auto &found = prediction->results.at(0).detections;
        QCOMPARE(found.size(), lines.size());
        for (const Line &line : lines) {
            const auto best = std::max_element(
                found.begin(), found.end(), [&](const Detection &a, const Detection &b) {
                    return overlap(inkOf(line), a) < overlap(inkOf(line), b);
                });
            // The box leaves some room around the ink.
            const double shared = overlap(inkOf(line), *best);
            QVERIFY2(shared >= 0.5, qPrintable(line.text + u' ' + QString::number(shared)));
            QCOMPARE(best->label, std::string("text"));
            QVERIFY(best->score >= 0.6F);
            QVERIFY(std::abs(*best->angle - qDegreesToRadians(line.degrees)) < 0.04);
            const QRectF upright(QPointF(best->left, best->top),
                                 QPointF(best->right, best->bottom));
            QVERIFY(upright.adjusted(-3, -3, 3, 3).contains(inkOf(line).boundingRect()));
        }
    }

    void whatIsFoundCanBeRead()
    {
        const std::vector<Line> lines{{u"Hello Warm 2024"_s, {40, 80}, 40},
                                      {u"a smaller line of text"_s, {60, 200}, 26},
                                      {u"Total 1375"_s, {300, 440}, 34}};
        const QImage page = drawn({701, 533}, lines);
        const auto found = m_models.find(imageOf(page));
        QVERIFY(found.has_value());
        std::vector<Detection> boxes = found->results.at(0).detections;
        std::sort(boxes.begin(), boxes.end(),
                  [](const Detection &a, const Detection &b) { return a.top < b.top; });
        QCOMPARE(boxes.size(), lines.size());
        for (std::size_t i = 0; i < boxes.size(); ++i) {
            const QRect part(QPoint(qRound(boxes[i].left), qRound(boxes[i].top)),
                             QPoint(qRound(boxes[i].right) - 1, qRound(boxes[i].bottom) - 1));
            const auto read = m_models.predict("ch_PP-OCRv4_rec_infer", {imageOf(page.copy(part))});
            QVERIFY(read.has_value());
            // In boxes as wide as the finder makes them, the network leaves out some spaces.
            QCOMPARE(QString::fromStdString(read->results.at(0).text.at(0).text).remove(u' '),
                     QString(lines[i].text).remove(u' '));
        }
    }

    void anEmptyPageHasNoText()
    {
        const auto prediction = m_models.find(imageOf(drawn({300, 200}, {})));
        QVERIFY(prediction.has_value());
        QVERIFY(prediction->results.at(0).detections.empty());
    }

    void linesAreReadToTheLetter_data()
    {
        QTest::addColumn<QString>("text");
        for (const char *text : {"Hello Warm 2024", "0123456789", "MiXeD cAsE 42", "OK",
                                 "The quick brown fox jumps over the lazy dog 13 times"})
            QTest::newRow(text) << QString::fromUtf8(text);
    }
    void linesAreReadToTheLetter()
    {
        QFETCH(QString, text);
        for (const int pixels : {24, 40, 90}) {
            const Image picture = cutOut(text, pixels);
            const auto prediction = m_models.predict("ch_PP-OCRv4_rec_infer", {picture});
            QVERIFY2(prediction.has_value(), prediction ? "" : prediction.error().message.c_str());
            QVERIFY(prediction->task == Task::Text);
            const auto &lines = prediction->results.at(0).text;
            QCOMPARE(lines.size(), std::size_t(1));
            QCOMPARE(QString::fromStdString(lines[0].text), text);
            QVERIFY2(lines[0].score > 0.8F, qPrintable(QString::number(double(lines[0].score))));
            QCOMPARE(lines[0].corners[2].x, float(picture.width));
            QCOMPARE(lines[0].corners[2].y, float(picture.height));
        }
    }

    void chineseIsRead()
    {
        const auto families = QFontDatabase::families(QFontDatabase::SimplifiedChinese);
        if (families.isEmpty())
            QSKIP("no font with Chinese characters is installed");
        const QString text = QString::fromUtf8("\u6587\u5b57\u8bc6\u522b");
        const auto prediction = m_models.predict("ch_PP-OCRv4_rec_infer", {cutOut(text, 40)});
        QCOMPARE(QString::fromStdString(prediction->results.at(0).text.at(0).text), text);
    }

    // Each picture has a size of its own, and the outputs cannot be one tensor.
    void picturesOfSeveralSizesAreOneRequest()
    {
        const std::vector<Image> pictures{cutOut(u"first"_s, 40),
                                          cutOut(u"a longer second line of text"_s, 40),
                                          cutOut(u"first"_s, 40)};
        const auto refused = m_models.predict("ch_PP-OCRv4_rec_infer", pictures);
        QVERIFY(!refused);
        QVERIFY(refused.error().message.find("send those alone") != std::string::npos);
        const auto prediction = m_models.predict("ch_PP-OCRv4_rec_infer", pictures, true);
        QVERIFY2(prediction.has_value(), prediction ? "" : prediction.error().message.c_str());
        QVERIFY(prediction->outputs.empty());
        QCOMPARE(prediction->results.size(), std::size_t(3));
        for (std::size_t i = 0; i < 3; ++i)
            QCOMPARE(prediction->results[i].text.at(0).text,
                     std::string(i == 1 ? "a longer second line of text" : "first"));
    }

private:
    Models m_models;
};

QTEST_MAIN(TestTextReading)
#include "tst_text_reading.moc"
