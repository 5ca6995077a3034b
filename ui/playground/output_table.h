// The raw outputs of a run as rows: name, type, shape, range, mean, NaN count, first values.
// Thread: GUI for the item model; summarise() any.
#pragma once

#include "tensor/tensor.h"

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
    double minimum = 0; // these leave NaN out; NaN if all numbers are NaN
    double maximum = 0;
    double mean = 0;
    qint64 nans = 0;
    QString values; // the first few
    bool operator==(const TensorSummary &) const = default;
};

TensorSummary summarise(const std::string &name, const Tensor &tensor);

class OutputTable : public QAbstractTableModel
{
    Q_OBJECT

public:
    enum Column { Name, Type, ShapeColumn, Minimum, Maximum, Mean, NaNs, Values, ColumnCount };

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
