#include "ui/playground/thumbnails.h"

#include "base/file.h"
#include "tensor/image.h"
#include "ui/playground/opened_input.h"

#include <QImageReader>
#include <span>

namespace warmbench::ui {

namespace {

constexpr qsizetype mostWanted = 64; // more than any screen shows
constexpr Bytes largestPicture = mebibytes(64);

} // namespace

QImage thumbnailOf(const QString &path, int side)
{
    const QSize room(side, side);
    QImageReader reader(path);
    reader.setAutoTransform(true);
    // A format may tell its size first and then be decoded in a smaller one, which is quicker.
    if (const QSize size = reader.size(); size.isValid())
        reader.setScaledSize(size.scaled(room, Qt::KeepAspectRatio).expandedTo({1, 1}));
    if (QImage image = reader.read(); !image.isNull())
        return image;
    // Formats that the service reads and Qt does not.
    const Result<std::string> bytes = readFile(path.toStdString(), largestPicture);
    if (!bytes)
        return {};
    const Result<Image> image = decodeImage(std::as_bytes(std::span(*bytes)));
    return image ? asQImage(*image).scaled(room, Qt::KeepAspectRatio, Qt::SmoothTransformation)
                 : QImage();
}

Thumbnails::Thumbnails(Background &background, int side, QObject *parent)
    : QObject(parent)
    , m_background(background)
    , m_side(side)
{
}

QPixmap Thumbnails::of(const QString &path)
{
    if (const QPixmap *made = m_made.object(path))
        return *made;
    m_wanted.removeOne(path);
    m_wanted.append(path);
    if (m_wanted.size() > mostWanted)
        m_wanted.removeFirst();
    next();
    return {};
}

void Thumbnails::clear()
{
    m_wanted.clear();
    m_made.clear();
}

void Thumbnails::next()
{
    if (m_busy || m_wanted.isEmpty())
        return;
    m_busy = true;
    const QString path = m_wanted.takeLast();
    m_background.run(
        this, [path, side = m_side] { return thumbnailOf(path, side); },
        [this, path](const QImage &image) {
            m_busy = false;
            m_made.insert(path, new QPixmap(QPixmap::fromImage(image)));
            Q_EMIT ready(path);
            next();
        });
}

} // namespace warmbench::ui
