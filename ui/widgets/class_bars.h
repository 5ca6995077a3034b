// The best classes as bars with their scores, best first. Thread: GUI.
#pragma once

#include "inference/inference_types.h"

#include <QWidget>
#include <vector>

namespace warmbench::ui {

class ClassBars : public QWidget
{
    Q_OBJECT

public:
    explicit ClassBars(QWidget *parent = nullptr);

    void setClasses(std::vector<ScoredClass> classes);
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    int rowHeight() const;

    std::vector<ScoredClass> m_classes;
    bool m_shares = true; // scores within 0..1 are shown as per cent
};

} // namespace warmbench::ui
