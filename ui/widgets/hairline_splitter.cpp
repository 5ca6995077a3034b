#include "ui/widgets/hairline_splitter.h"

#include "ui/widgets/theme.h"

#include <QPainter>

namespace warmbench::ui {

namespace {

constexpr int grabbed = 7; // logical pixels across the handle

class Handle : public QSplitterHandle
{
public:
    using QSplitterHandle::QSplitterHandle;

protected:
    void paintEvent(QPaintEvent *) override
    {
        QPainter painter(this);
        painter.setPen(themeColours().line);
        const QPoint middle = rect().center();
        if (orientation() == Qt::Horizontal)
            painter.drawLine(middle.x(), 0, middle.x(), height());
        else
            painter.drawLine(0, middle.y(), width(), middle.y());
    }
};

} // namespace

HairlineSplitter::HairlineSplitter(Qt::Orientation orientation, const QString &name,
                                   QWidget *parent)
    : QSplitter(orientation, parent)
{
    setObjectName(name);
    setChildrenCollapsible(false);
    setHandleWidth(grabbed);
}

QSplitterHandle *HairlineSplitter::createHandle()
{
    return new Handle(orientation(), this);
}

} // namespace warmbench::ui
