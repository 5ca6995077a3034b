// The raw outputs of a run as rows: name, type, shape, range, mean, NaN and infinite counts,
// first values.
// Thread: GUI for the item model; summarise() any.
#pragma once

#include "tensor/tensor.h"

#include <limits>
#include <QAbstractTableModel>
#include <QString>
#include <span>
#include <vector>

namespace warmbench::ui {

struct TensorSummary
{
    QString name;
    QString dtype;
    QString shape;
    // As ValueStatistics; NaN for texts.
    double minimum = std::numeric_limits<double>::quiet_NaN();
    double maximum = std::numeric_limits<double>::quiet_NaN();
    double mean = std::numeric_limits<double>::quiet_NaN();
    qint64 nans = 0;
    qint64 infinities = 0;
    QString values; // the first few
    bool operator==(const TensorSummary &) const = default;
};

TensorSummary summarise(const std::string &name, const Tensor &tensor);

class OutputTable : public QAbstractTableModel
{
    Q_OBJECT

public:
    enum Column {
        Name,
        Type,
        ShapeColumn,
        Minimum,
        Maximum,
        Mean,
        NaNs,
        Infinite,
        Values,
        ColumnCount
    };

    using QAbstractTableModel::QAbstractTableModel;

    void setOutputs(std::vector<TensorSummary> outputs);

    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    std::vector<TensorSummary> m_outputs;
};

} // namespace warmbench::ui
