#include "ui/playground/sample_strip.h"

#include "tensor/image.h"
#include "ui/playground/thumbnails.h"
#include "ui/widgets/display_text.h"

#include <QDir>
#include <vector>

using namespace Qt::StringLiterals;

namespace warmbench::ui {

namespace {

constexpr int side = 38;
constexpr qint64 largestFile = 16 * 1024 * 1024;

struct Thumbnail
{
    QString path;
    QImage image;
};

std::vector<Thumbnail> thumbnailsIn(const QString &folder)
{
    std::vector<Thumbnail> found;
    const QFileInfoList files =
        QDir(folder).entryInfoList(filePatterns(pictureEndings()), QDir::Files, QDir::Name);
    for (const QFileInfo &file : files) {
        if (static_cast<int>(found.size()) == SampleStrip::mostPictures)
            break;
        if (file.size() > largestFile)
            continue;
        if (const QImage image = thumbnailOf(file.absoluteFilePath(), 2 * side); !image.isNull())
            found.push_back({file.absoluteFilePath(), image});
    }
    return found;
}

} // namespace

SampleStrip::SampleStrip(Background &background, QWidget *parent)
    : QListWidget(parent)
    , m_background(background)
{
    setObjectName(u"sampleStrip"_s);
    setAccessibleName(tr("Pictures beside the model"));
    setViewMode(QListView::IconMode);
    setFlow(QListView::LeftToRight);
    setWrapping(false);
    setMovement(QListView::Static);
    setIconSize({side, side});
    setGridSize({side + 12, side + 10});
    setFixedHeight(side + 14);
    setFrameShape(QFrame::NoFrame);
    setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff); // the arrow keys and the wheel move it
    setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    viewport()->setAutoFillBackground(false);
    hide();
    connect(this, &QListWidget::itemClicked, this, [this](const QListWidgetItem *item) {
        Q_EMIT chosen(item->data(Qt::UserRole).toString());
    });
    connect(this, &QListWidget::itemActivated, this, [this](const QListWidgetItem *item) {
        Q_EMIT chosen(item->data(Qt::UserRole).toString());
    });
}

QString SampleStrip::first() const
{
    return count() > 0 ? item(0)->data(Qt::UserRole).toString() : QString();
}

void SampleStrip::setFolder(const QString &folder)
{
    if (folder == m_folder)
        return;
    m_folder = folder;
    clear();
    hide();
    if (folder.isEmpty())
        return;
    m_background.run(
        this, [folder] { return thumbnailsIn(folder); },
        [this, folder](const std::vector<Thumbnail> &thumbnails) {
            if (folder != m_folder)
                return;
            for (const Thumbnail &thumbnail : thumbnails) {
                auto *item = new QListWidgetItem(this);
                item->setIcon(QIcon(QPixmap::fromImage(thumbnail.image)));
                const QString name = QFileInfo(thumbnail.path).fileName();
                item->setToolTip(tr("Run %1").arg(name));
                item->setData(Qt::AccessibleTextRole, name);
                item->setData(Qt::UserRole, thumbnail.path);
            }
            setVisible(count() > 0);
        });
}

} // namespace warmbench::ui
