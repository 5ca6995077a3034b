// A splitter whose handle is a hairline with room to grab it. Thread: GUI.
#pragma once

#include <QSplitter>

namespace warmbench::ui {

class HairlineSplitter : public QSplitter
{
    Q_OBJECT

public:
    HairlineSplitter(Qt::Orientation orientation, const QString &name, QWidget *parent = nullptr);

protected:
    QSplitterHandle *createHandle() override;
};

} // namespace warmbench::ui
