#include "painting/answer_painter.h"

#include "painting/class_colours.h"

#include <algorithm>
#include <array>
#include <QFontMetricsF>
#include <QGuiApplication>
#include <QPainter>
#include <QPainterPath>
#include <QPolygonF>
#include <span>

using namespace Qt::StringLiterals;

namespace warmbench {

namespace {

constexpr int layerAlpha = 115; // of 255
constexpr float leastVisible = 0.25F;
constexpr std::size_t mostDrawn = 300; // detections; more hide each other

// COCO's skeleton of 17 points: pairs of indices (cocodataset/cocoapi: person_keypoints
// annotations).
constexpr std::size_t personPoints = 17;
constexpr std::array<std::pair<int, int>, 19> personLines{{{15, 13},
                                                           {13, 11},
                                                           {16, 14},
                                                           {14, 12},
                                                           {11, 12},
                                                           {5, 11},
                                                           {6, 12},
                                                           {5, 6},
                                                           {5, 7},
                                                           {6, 8},
                                                           {7, 9},
                                                           {8, 10},
                                                           {1, 2},
                                                           {0, 1},
                                                           {0, 2},
                                                           {1, 3},
                                                           {2, 4},
                                                           {3, 5},
                                                           {4, 6}}};

QRgb layerColour(int index)
{
    const QColor colour = classColour(index);
    return qPremultiply(qRgba(colour.red(), colour.green(), colour.blue(), layerAlpha));
}

bool isBackground(const Segmentation &map, int index)
{
    if (index != 0)
        return false;
    const auto share = std::find_if(map.shares.begin(), map.shares.end(),
                                    [&](const auto &one) { return one.index == index; });
    if (share == map.shares.end())
        return true;
    const QString label = QString::fromStdString(share->label).toLower();
    return label == u"0"_s || label.contains(u"background"_s) || label == u"unlabeled"_s ||
           label == u"void"_s;
}

void layClasses(const Segmentation &map, QImage &layer)
{
    std::vector<QRgb> colours;
    for (const auto &share : map.shares) {
        const auto index = static_cast<std::size_t>(share.index);
        if (index >= colours.size())
            colours.resize(index + 1, 0);
        colours[index] = isBackground(map, share.index) ? 0 : layerColour(share.index);
    }
    for (int y = 0; y < layer.height(); ++y) {
        auto *const row = reinterpret_cast<QRgb *>(layer.scanLine(y));
        const auto from = static_cast<std::size_t>(std::int64_t(y) * map.height / layer.height()) *
                          static_cast<std::size_t>(map.width);
        for (int x = 0; x < layer.width(); ++x) {
            const std::uint16_t index =
                map.classes[from +
                            static_cast<std::size_t>(std::int64_t(x) * map.width / layer.width())];
            row[x] = index < colours.size() ? colours[index] : 0;
        }
    }
}

void layMask(const Mask &mask, QRgb colour, QImage &layer)
{
    const auto scaled = [](std::int64_t at, int to, int from) {
        return static_cast<int>((at * to + from - 1) / from);
    };
    for (const Mask::Span &span : mask.spans) {
        const int left = scaled(span.begin, layer.width(), mask.width);
        const int right = scaled(span.end, layer.width(), mask.width);
        const int last = scaled(std::int64_t(span.row) + 1, layer.height(), mask.height);
        for (int y = scaled(span.row, layer.height(), mask.height); y < last; ++y) {
            auto *const row = reinterpret_cast<QRgb *>(layer.scanLine(y));
            std::fill(row + left, row + right, colour);
        }
    }
}

// They stand in the order of their scores.
std::span<const Detection> best(const std::vector<Detection> &detections)
{
    return std::span(detections).first(std::min(detections.size(), mostDrawn));
}

QString percent(float score)
{
    return u"%1 %"_s.arg(score * 100, 0, 'f', 0);
}

class Marks
{
public:
    Marks(QPainter &painter, const PaintedPicture &picture)
        : m_painter(painter)
        , m_picture(picture)
        , m_words(qobject_cast<QGuiApplication *>(QCoreApplication::instance()) != nullptr)
    {
        m_painter.setRenderHint(QPainter::Antialiasing);
        if (!m_words)
            return;
        QFont font = painter.font();
        font.setPixelSize(std::max(9, static_cast<int>(12 * picture.unit)));
        font.setWeight(QFont::DemiBold);
        m_painter.setFont(font);
    }

    void paint(const SampleResult &result)
    {
        const auto drawn = best(result.detections);
        for (const Detection &found : drawn)
            paintDetection(found);
        for (const TextLine &line : result.text)
            paintText(line);
        // Names above all lines, the best one first.
        for (const Detection &found : drawn)
            paintTag(QString::fromStdString(found.label) + u' ' + percent(found.score),
                     classColour(found.index), at({found.left, found.top}));
        for (const TextLine &line : result.text)
            paintTag(QString::fromStdString(line.text), classColour(0), at(line.corners[0]));
        if (!result.classes.empty())
            paintClasses(result.classes);
        if (result.segmentation)
            paintLegend(*result.segmentation);
    }

private:
    QPointF at(const Point &point) const
    {
        return {m_picture.place.left() +
                    double{point.x} * m_picture.place.width() / m_picture.size.width(),
                m_picture.place.top() +
                    double{point.y} * m_picture.place.height() / m_picture.size.height()};
    }

    // A line in the colour on a white one, so that it is seen on any picture.
    template <typename Draw>
    void outlined(const QColor &colour, Draw draw)
    {
        m_painter.setBrush(Qt::NoBrush);
        for (const auto &[width, pen] :
             {std::pair(4.0, QColor(255, 255, 255, 200)), std::pair(2.0, colour)}) {
            m_painter.setPen(
                QPen(pen, width * m_picture.unit, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
            draw();
        }
    }
    QPolygonF polygonOf(const std::array<Point, 4> &corners) const
    {
        QPolygonF polygon;
        for (const Point &corner : corners)
            polygon << at(corner);
        return polygon;
    }

    void paintDetection(const Detection &found)
    {
        const QColor colour = classColour(found.index);
        outlined(colour, [&] {
            if (found.angle)
                m_painter.drawPolygon(polygonOf(found.corners));
            else
                m_painter.drawRect(
                    QRectF(at({found.left, found.top}), at({found.right, found.bottom})));
        });
        if (!found.keypoints.empty())
            paintPoints(found.keypoints, colour);
    }

    void paintPoints(const std::vector<Keypoint> &points, const QColor &colour)
    {
        const auto visible = [&](int index) {
            return points[static_cast<std::size_t>(index)].score >= leastVisible;
        };
        if (points.size() == personPoints)
            outlined(colour, [&] {
                for (const auto &[from, to] : personLines) {
                    if (visible(from) && visible(to))
                        m_painter.drawLine(at(points[static_cast<std::size_t>(from)].at),
                                           at(points[static_cast<std::size_t>(to)].at));
                }
            });
        m_painter.setPen(QPen(Qt::white, m_picture.unit));
        m_painter.setBrush(colour);
        for (const Keypoint &point : points) {
            if (point.score >= leastVisible)
                m_painter.drawEllipse(at(point.at), 3.5 * m_picture.unit, 3.5 * m_picture.unit);
        }
    }

    void paintText(const TextLine &line)
    {
        outlined(classColour(0), [&] { m_painter.drawPolygon(polygonOf(line.corners)); });
    }

    void paintTag(const QString &words, const QColor &colour, const QPointF &corner)
    {
        if (!m_words)
            return;
        const QFontMetricsF metrics(m_painter.font());
        const double unit = m_picture.unit;
        QRectF tag(corner.x() - unit, corner.y() - metrics.height() - 3 * unit,
                   metrics.horizontalAdvance(words) + 10 * unit, metrics.height() + 2 * unit);
        if (tag.top() < m_picture.place.top())
            tag.moveTop(std::max(corner.y(), m_picture.place.top()) + unit);
        if (tag.right() > m_picture.place.right())
            tag.moveRight(m_picture.place.right());
        if (tag.left() < m_picture.place.left())
            tag.moveLeft(m_picture.place.left());
        if (std::any_of(m_tags.begin(), m_tags.end(),
                        [&](const QRectF &other) { return other.intersects(tag); }))
            return;
        m_tags << tag;
        m_painter.setPen(Qt::NoPen);
        m_painter.setBrush(colour);
        m_painter.drawRoundedRect(tag, 2 * unit, 2 * unit);
        m_painter.setPen(textColourOn(colour));
        m_painter.drawText(tag, Qt::AlignCenter, words);
    }

    struct Row
    {
        QString words;
        QColor colour; // invalid: none is shown
    };

    // A dark panel of rows in a lower corner or, of classes, in the upper left one.
    void paintPanel(const std::vector<Row> &rows, bool atTop)
    {
        if (!m_words || rows.empty())
            return;
        const QFontMetricsF metrics(m_painter.font());
        const double unit = m_picture.unit;
        const double step = metrics.height() + 2 * unit;
        double width = 0;
        for (const Row &row : rows)
            width = std::max(width, metrics.horizontalAdvance(row.words));
        const double swatch = rows.front().colour.isValid() ? metrics.height() : 0;
        QRectF panel(m_picture.place.left() + 8 * unit, 0, width + swatch + 20 * unit,
                     step * static_cast<double>(rows.size()) + 10 * unit);
        if (atTop)
            panel.moveTop(m_picture.place.top() + 8 * unit);
        else
            panel.moveBottom(m_picture.place.bottom() - 8 * unit);
        m_painter.setPen(Qt::NoPen);
        m_painter.setBrush(QColor(20, 24, 30, 190));
        m_painter.drawRoundedRect(panel, 4 * unit, 4 * unit);
        double top = panel.top() + 5 * unit;
        for (const Row &row : rows) {
            const double left = panel.left() + 8 * unit;
            if (row.colour.isValid()) {
                m_painter.setPen(QPen(Qt::white, unit));
                m_painter.setBrush(row.colour);
                m_painter.drawRect(QRectF(left, top + step * 0.2, step * 0.55, step * 0.55));
            }
            m_painter.setPen(Qt::white);
            m_painter.drawText(QRectF(left + swatch, top, panel.width(), step),
                               Qt::AlignLeft | Qt::AlignVCenter, row.words);
            top += step;
        }
    }

    void paintClasses(const std::vector<ScoredClass> &classes)
    {
        constexpr std::size_t most = 5;
        std::vector<Row> rows;
        for (std::size_t i = 0; i < std::min(classes.size(), most); ++i)
            rows.push_back(
                {percent(classes[i].score) + u"  "_s + QString::fromStdString(classes[i].label),
                 {}});
        paintPanel(rows, true);
    }

    void paintLegend(const Segmentation &map)
    {
        constexpr std::size_t most = 8;
        std::vector<Row> rows;
        for (const Segmentation::Share &share : map.shares) {
            if (rows.size() < most && !isBackground(map, share.index))
                rows.push_back({QString::fromStdString(share.label) + u' ' +
                                    percent(static_cast<float>(share.share)),
                                classColour(share.index)});
        }
        paintPanel(rows, false);
    }

    QPainter &m_painter;
    const PaintedPicture &m_picture;
    const bool m_words;
    QList<QRectF> m_tags;
};

} // namespace

QImage colourLayer(const SampleResult &result, QSize size)
{
    const bool masks = std::any_of(result.detections.begin(), result.detections.end(),
                                   [](const Detection &found) { return found.mask.has_value(); });
    if ((!masks && !result.segmentation) || size.isEmpty())
        return {};
    QImage layer(size, QImage::Format_ARGB32_Premultiplied);
    if (layer.isNull())
        return layer;
    layer.fill(Qt::transparent);
    if (result.segmentation && !result.segmentation->classes.empty())
        layClasses(*result.segmentation, layer);
    // Objects of one class that touch are told apart by their outlines; the best lies on top.
    const auto drawn = best(result.detections);
    for (auto found = drawn.rbegin(); found != drawn.rend(); ++found) {
        if (found->mask)
            layMask(*found->mask, layerColour(found->index), layer);
    }
    return layer;
}

void paintMarks(QPainter &painter, const SampleResult &result, const PaintedPicture &picture)
{
    if (!picture.size.isEmpty())
        Marks(painter, picture).paint(result);
}

} // namespace warmbench
