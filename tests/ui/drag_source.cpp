// A window that is nothing but files to drag, for real_mouse.py: drag_source FILE ... shows one row
// of 60 pixels for each. drag_source --picture FILE.png takes a picture of the screen instead.
#include <QApplication>
#include <QDrag>
#include <QFileInfo>
#include <QLabel>
#include <QMimeData>
#include <QMouseEvent>
#include <QPixmap>
#include <QScreen>
#include <QUrl>
#include <QVBoxLayout>

namespace {

class DraggedFile : public QLabel
{
public:
    explicit DraggedFile(const QString &path)
        : QLabel(QFileInfo(path).fileName())
        , m_path(path)
    {
        setFixedSize(200, 60);
        setAlignment(Qt::AlignCenter);
    }

protected:
    void mousePressEvent(QMouseEvent *event) override { m_pressed = event->position(); }
    void mouseMoveEvent(QMouseEvent *event) override
    {
        if ((event->position() - m_pressed).manhattanLength() < QApplication::startDragDistance())
            return;
        auto *data = new QMimeData;
        data->setUrls({QUrl::fromLocalFile(m_path)});
        auto *drag = new QDrag(this); // Qt deletes it once the other side has read it
        drag->setMimeData(data);
        drag->exec(Qt::CopyAction);
    }

private:
    QString m_path;
    QPointF m_pressed;
};

} // namespace

int main(int argc, char *argv[])
{
    QApplication application(argc, argv);
    const QStringList files = QApplication::arguments().mid(1);
    if (files.value(0) == QLatin1String("--picture"))
        return QApplication::primaryScreen()->grabWindow().save(files.value(1)) ? 0 : 1;
    QWidget window;
    window.setWindowTitle(QStringLiteral("Drag source"));
    auto *layout = new QVBoxLayout(&window);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    for (const QString &path : files)
        layout->addWidget(new DraggedFile(path));
    window.show();
    return QApplication::exec();
}
