// The models of the cache as an item model. Takes snapshots and emits only the differences, so that
// selection and scroll position survive. Thread: GUI.
#pragma once

#include "ui/models/model_row.h"

#include <QAbstractTableModel>
#include <QString>
#include <string>
#include <vector>

namespace warmbench::ui {

class ModelTable : public QAbstractTableModel
{
    Q_OBJECT

public:
    enum Column { Name, State, Memory, Hits, InUse, LastUsed, Pinned, ColumnCount };
    enum Role {
        StateRole = Qt::UserRole + 1,
        StateLineRole,
        CountLineRole,
        BriefCountLineRole,
        LastUsedRole,
        PinnedRole,
        UnnamedRole,
        ReasonRole
    };

    using QAbstractTableModel::QAbstractTableModel;

    // `defaultModel` is the one that answers requests without a name; empty: no model does.
    void setModels(const std::vector<ModelView> &models, WallTime now,
                   const std::string &defaultModel = {});
    QString nameAt(int row) const;
    int rowOf(const QString &name) const; // -1 if it is not there

    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role) const override;
    Qt::ItemFlags flags(const QModelIndex &index) const override;
    // Asks for another name; the row shows it once the model has it.
    bool setData(const QModelIndex &index, const QVariant &value, int role) override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

Q_SIGNALS:
    void renameAsked(const QString &name, const QString &wanted);

private:
    QString cell(const ModelRow &row, int column) const;

    std::vector<ModelRow> m_rows;
};

} // namespace warmbench::ui
