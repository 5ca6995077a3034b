// What a comparison says as a whole, in large figures: how many answers changed, how close the
// numbers are, how much longer B takes, what both cost; below them, what to know before believing
// that. Everything keeps its place while the figures come. Thread: GUI.
#pragma once

#include "inference/comparison/comparison.h"

#include <array>
#include <QWidget>

class QLabel;

namespace warmbench::ui {

class CaptionLabel;

class CompareSummary : public QWidget
{
    Q_OBJECT

public:
    explicit CompareSummary(QWidget *parent = nullptr);

    void clear();
    void setSummary(const ComparisonSummary &summary);
    // Known at the end; null: not yet.
    void setModels(const ComparedModel *first, const ComparedModel *second);
    void setNotes(const QStringList &notes);

private:
    enum Figure { Changed, Cosine, Largest, Latency, Memory, FigureCount };

    void set(Figure figure, const QString &value, const QString &details);

    std::array<QLabel *, FigureCount> m_values;
    std::array<CaptionLabel *, FigureCount> m_titles;  // what each figure is
    std::array<CaptionLabel *, FigureCount> m_details; // what it comes from
    CaptionLabel *m_notes;
};

} // namespace warmbench::ui
