// The models of the cache as an item model. Takes snapshots and emits only the differences, so that
// selection and scroll position survive. Thread: GUI.
#pragma once

#include "inference/workbench.h"

#include <QAbstractTableModel>
#include <QString>
#include <vector>

namespace warmbench::ui {

// What the state column says, with more than the cache's own states: a loaded model may have
// changed on disk, or be about to be replaced.
enum class ShownState { NotLoaded, Loading, Loaded, Refreshing, Changed, RefreshFailed, Failed };
ShownState shownState(const ModelStatus &status);
QString stateWord(ShownState state);
QString stateIcon(ShownState state); // name of the icon
QColor stateColour(ShownState state);

class ModelTable : public QAbstractTableModel
{
    Q_OBJECT

public:
    enum Column { Name, State, Memory, Hits, InUse, LastUsed, Pinned, ColumnCount };
    enum Role { StateRole = Qt::UserRole + 1, SummaryRole, PinnedRole, ReasonRole };

    using QAbstractTableModel::QAbstractTableModel;

    void setModels(const std::vector<ModelView> &models, WallTime now);
    QString nameAt(int row) const;
    int rowOf(const QString &name) const; // -1 where it is not there

    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    struct Row
    {
        QString name;
        ShownState state = ShownState::NotLoaded;
        QString memory;
        qint64 hits = 0;
        qint64 misses = 0;
        qint64 coalesced = 0;
        int inUse = 0;
        QString lastUsed;
        bool pinned = false;
        QString reason;
        bool operator==(const Row &) const = default;
    };
    static Row rowFor(const ModelView &model, WallTime now);
    QString cell(const Row &row, int column) const;
    QString summary(const Row &row) const;
    QString spoken(const Row &row) const;

    std::vector<Row> m_rows;
};

} // namespace warmbench::ui
