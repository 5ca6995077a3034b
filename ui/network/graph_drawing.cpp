#include "ui/network/graph_drawing.h"

#include "ui/widgets/theme.h"

#include <algorithm>
#include <cmath>
#include <QBuffer>
#include <QFontMetricsF>
#include <QGuiApplication>
#include <QImage>
#include <QPainter>
#include <QPalette>

using namespace Qt::StringLiterals;

namespace warmbench::ui {

namespace {

constexpr double pixelsPerInch = 72;
constexpr double boxWidth = 180;
constexpr double boxHeight = 42;
constexpr double padding = 8;
constexpr double pictureMargin = 16; // around the picture
constexpr double tipLength = 7;
constexpr double readable = 0.35; // scales below it show no text
constexpr double longestSide = 16'000;
constexpr double mostPixels = 64e6;

QFont titleFont()
{
    QFont font;
    font.setPixelSize(13);
    font.setWeight(QFont::DemiBold);
    return font;
}

QFont detailFont()
{
    QFont font;
    font.setPixelSize(11);
    return font;
}

Error notPlain()
{
    return {ErrorCode::Internal,
            "dot answered in a form that is not known; the list of nodes shows "
            "the same."};
}

// Reads the numbers of one line.
class Words
{
public:
    explicit Words(const QByteArray &line)
        : m_words(line.split(' '))
    {
    }
    QByteArray word() { return m_at < m_words.size() ? m_words[m_at++] : QByteArray(); }
    double number()
    {
        bool good = false;
        const double value = word().toDouble(&good);
        m_good = m_good && good && std::isfinite(value) && std::abs(value) < 1e7;
        return value;
    }
    QPointF point()
    {
        const double x = number();
        return QPointF(x, number()) * pixelsPerInch + QPointF(pictureMargin, pictureMargin);
    }
    // The number of a box from its name: "n12".
    std::size_t box() { return word().mid(1).toULongLong(); }
    bool good() const { return m_good; }

private:
    QList<QByteArray> m_words;
    qsizetype m_at = 0;
    bool m_good = true;
};

GraphDrawing::Box boxOf(const GraphBox &from, const QPointF &centre)
{
    const auto fitted = [](const QString &text, const QFont &font) {
        return QFontMetricsF(font).elidedText(text, Qt::ElideRight, boxWidth - 2 * padding);
    };
    GraphDrawing::Box box;
    box.place = QRectF(centre.x() - boxWidth / 2, centre.y() - boxHeight / 2, boxWidth, boxHeight);
    box.title = fitted(from.title, titleFont());
    box.detail = fitted(from.detail, detailFont());
    box.folded = from.count > 1;
    box.node = from.nodes.front();
    return box;
}

bool readArrow(Words &words, GraphDrawing &drawing)
{
    words.word(); // from
    words.word(); // to
    const double count = words.number();
    if (!words.good() || count < 4 || count > 100'000)
        return false;
    GraphDrawing::Arrow arrow;
    arrow.line.moveTo(words.point());
    QPointF before;
    for (int i = 1; i + 2 < static_cast<int>(count); i += 3) {
        const QPointF first = words.point();
        before = words.point();
        arrow.end = words.point();
        arrow.line.cubicTo(first, before, arrow.end);
    }
    const QPointF way = arrow.end - before;
    arrow.angle = std::atan2(way.y(), way.x());
    drawing.arrows.push_back(std::move(arrow));
    return words.good();
}

QPolygonF tipOf(const GraphDrawing::Arrow &arrow)
{
    const auto at = [&](double turn) {
        return arrow.end -
               QPointF(std::cos(arrow.angle + turn), std::sin(arrow.angle + turn)) * tipLength;
    };
    return QPolygonF({arrow.end, at(0.45), at(-0.45)});
}

QString svgPath(const QPainterPath &path)
{
    QString text;
    for (int i = 0; i < path.elementCount(); ++i) {
        const QPainterPath::Element element = path.elementAt(i);
        text += element.type == QPainterPath::MoveToElement    ? u"M"_s
                : element.type == QPainterPath::CurveToElement ? u"C"_s
                                                               : u" "_s;
        text += u"%1,%2"_s.arg(element.x, 0, 'f', 1).arg(element.y, 0, 'f', 1);
    }
    return text;
}

QString svgRectangle(const QRectF &place, const GraphColours &colours)
{
    return u"<rect x=\"%1\" y=\"%2\" width=\"%3\" height=\"%4\" rx=\"6\" fill=\"%5\" "
           "stroke=\"%6\"/>\n"_s.arg(place.x(), 0, 'f', 1)
               .arg(place.y(), 0, 'f', 1)
               .arg(place.width(), 0, 'f', 1)
               .arg(place.height(), 0, 'f', 1)
               .arg(colours.box.name(), colours.border.name());
}

QString svgText(const QPointF &at, int size, const QColor &colour, const QString &text)
{
    return u"<text x=\"%1\" y=\"%2\" font-size=\"%3\" fill=\"%4\">%5</text>\n"_s
        .arg(at.x(), 0, 'f', 1)
        .arg(at.y(), 0, 'f', 1)
        .arg(size)
        .arg(colour.name(), text.toHtmlEscaped());
}

// A folded box lies on another one.
QRectF behind(const GraphDrawing::Box &box)
{
    return box.place.translated(4, 4);
}

} // namespace

GraphColours graphColours()
{
    const QPalette palette = QGuiApplication::palette();
    const ThemeColours colours = themeColours();
    return {palette.color(QPalette::Base), colours.subtle, colours.muted,
            palette.color(QPalette::Text), colours.muted,  palette.color(QPalette::Highlight)};
}

QByteArray dotText(const FoldedGraph &graph)
{
    QByteArray text = "digraph{node[shape=box,fixedsize=true,label=\"\",width=";
    text += QByteArray::number(boxWidth / pixelsPerInch) +
            ",height=" + QByteArray::number(boxHeight / pixelsPerInch) +
            "];edge[arrowhead=none];nodesep=0.3;ranksep=0.35;\n";
    for (std::size_t i = 0; i < graph.boxes.size(); ++i)
        text += 'n' + QByteArray::number(qulonglong{i}) + ";\n";
    for (const auto &[from, to] : graph.arrows)
        text += 'n' + QByteArray::number(from) + "->n" + QByteArray::number(to) + ";\n";
    return text + "}\n";
}

Result<std::shared_ptr<const GraphDrawing>> drawingOf(const FoldedGraph &graph, int nodes,
                                                      const QByteArray &plain)
{
    auto drawing = std::make_shared<GraphDrawing>();
    drawing->boxes.resize(graph.boxes.size());
    drawing->boxOfNode.assign(static_cast<std::size_t>(nodes), -1);
    std::size_t placed = 0;
    for (const QByteArray &line : plain.split('\n')) {
        Words words(line);
        const QByteArray kind = words.word();
        bool good = true;
        if (kind == "graph") {
            words.number(); // the scale
            const QPointF corner = words.point();
            drawing->size = QSizeF(corner.x() + pictureMargin, corner.y() + pictureMargin);
        } else if (kind == "node") {
            const std::size_t number = words.box();
            const QPointF centre = words.point();
            good = number < graph.boxes.size() && drawing->boxes[number].node < 0;
            if (good) {
                drawing->boxes[number] = boxOf(graph.boxes[number], centre);
                ++placed;
                for (const int node : graph.boxes[number].nodes)
                    drawing->boxOfNode[static_cast<std::size_t>(node)] = static_cast<int>(number);
            }
        } else if (kind == "edge") {
            good = readArrow(words, *drawing);
        }
        if (!good || !words.good())
            return notPlain();
    }
    if (placed != graph.boxes.size())
        return notPlain();
    return std::shared_ptr<const GraphDrawing>(std::move(drawing));
}

void paintBox(QPainter &painter, const GraphDrawing::Box &box, const GraphColours &colours,
              double scale, bool chosen)
{
    if (scale < readable) {
        painter.fillRect(box.place, chosen ? colours.chosen : colours.border);
        return;
    }
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setBrush(colours.box);
    painter.setPen(QPen(colours.border, 1));
    if (box.folded)
        painter.drawRoundedRect(behind(box), 6, 6);
    if (chosen)
        painter.setPen(QPen(colours.chosen, 3));
    painter.drawRoundedRect(box.place, 6, 6);
    const QRectF words = box.place.adjusted(padding, 4, -padding, -4);
    painter.setPen(colours.text);
    painter.setFont(titleFont());
    painter.drawText(words, Qt::AlignLeft | Qt::AlignTop, box.title);
    painter.setPen(colours.muted);
    painter.setFont(detailFont());
    painter.drawText(words, Qt::AlignLeft | Qt::AlignBottom, box.detail);
}

void paintArrow(QPainter &painter, const GraphDrawing::Arrow &arrow, const GraphColours &colours,
                double scale)
{
    const bool plain = scale < readable;
    painter.setRenderHint(QPainter::Antialiasing, !plain);
    painter.setBrush(Qt::NoBrush);
    painter.setPen(QPen(colours.muted, plain ? 0 : 1)); // 0: a pixel of the device
    painter.drawPath(arrow.line);
    if (plain)
        return;
    painter.setBrush(colours.muted);
    painter.drawPolygon(tipOf(arrow));
}

std::string svgOf(const GraphDrawing &drawing, const GraphColours &colours)
{
    const int width = static_cast<int>(std::ceil(drawing.size.width()));
    const int height = static_cast<int>(std::ceil(drawing.size.height()));
    QString text = u"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%1\" height=\"%2\" "
                   "viewBox=\"0 0 %1 %2\" font-family=\"sans-serif\">\n"
                   "<rect width=\"%1\" height=\"%2\" fill=\"%3\"/>\n"_s.arg(width)
                       .arg(height)
                       .arg(colours.paper.name());
    for (const GraphDrawing::Arrow &arrow : drawing.arrows) {
        QPainterPath tip;
        tip.addPolygon(tipOf(arrow));
        text +=
            u"<path d=\"%1\" fill=\"none\" stroke=\"%3\"/><path d=\"%2Z\" fill=\"%3\"/>\n"_s.arg(
                svgPath(arrow.line), svgPath(tip), colours.muted.name());
    }
    for (const GraphDrawing::Box &box : drawing.boxes) {
        if (box.folded)
            text += svgRectangle(behind(box), colours);
        text += svgRectangle(box.place, colours);
        const QPointF left = box.place.topLeft() + QPointF(padding, 0);
        text += svgText(left + QPointF(0, 17), 13, colours.text, box.title);
        text += svgText(left + QPointF(0, boxHeight - 7), 11, colours.muted, box.detail);
    }
    return (text + u"</svg>\n"_s).toStdString();
}

Result<std::string> pngOf(const GraphDrawing &drawing, const GraphColours &colours)
{
    const double area = drawing.size.width() * drawing.size.height();
    const double scale =
        std::min({2.0, longestSide / std::max(drawing.size.width(), drawing.size.height()),
                  std::sqrt(mostPixels / std::max(1.0, area))});
    QImage image((drawing.size * scale).toSize().expandedTo({1, 1}), QImage::Format_RGB32);
    image.fill(colours.paper);
    QPainter painter(&image);
    painter.scale(scale, scale);
    for (const GraphDrawing::Arrow &arrow : drawing.arrows)
        paintArrow(painter, arrow, colours, scale);
    for (const GraphDrawing::Box &box : drawing.boxes)
        paintBox(painter, box, colours, scale, false);
    painter.end();
    QByteArray png;
    QBuffer buffer(&png);
    if (!image.save(&buffer, "PNG"))
        return Error{ErrorCode::Internal, "The picture could not be written as PNG."};
    return png.toStdString();
}

} // namespace warmbench::ui
