// How much of the budget the models take, as a bar. Thread: GUI.
#pragma once

#include "base/bytes.h"

#include <QWidget>

namespace warmbench::ui {

class MemoryBar : public QWidget
{
    Q_OBJECT

public:
    explicit MemoryBar(QWidget *parent = nullptr);
    void setMemory(Bytes used, Bytes budget);
    QString text() const;
    QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    Bytes m_used;
    Bytes m_budget;
};

} // namespace warmbench::ui
