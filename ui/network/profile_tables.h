// What a profile measured as tables: the series, and the layers with a pair of columns an engine.
// Thread: GUI. Private to this folder.
#pragma once

#include "inference/profile/profile.h"

#include <memory>
#include <optional>
#include <QAbstractTableModel>
#include <vector>

namespace warmbench::ui {

using ProfilePtr = std::shared_ptr<const Profile>;

// Sorts by numbers, and puts what was not measured last in both directions' reading order.
inline constexpr int profileSortRole = Qt::UserRole;
inline constexpr int profileShareRole = Qt::UserRole + 1; // 0 to 1, for ShareDelegate

class SeriesTable : public QAbstractTableModel
{
    Q_OBJECT

public:
    enum Column : std::uint8_t { Callers, Samples, Rate, P50, P90, P99, Longest, ColumnCount };

    using QAbstractTableModel::QAbstractTableModel;
    void setProfile(ProfilePtr profile);

    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    ProfilePtr m_profile;
};

class LayerTable : public QAbstractTableModel
{
    Q_OBJECT

public:
    enum Column : std::uint8_t { Name, Type, FirstEngine };

    using QAbstractTableModel::QAbstractTableModel;
    void setProfile(const ProfilePtr &profile);

    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    // A layer by its name, in whichever engines ran one of that name.
    struct Row
    {
        QString name;
        QString type;
        std::vector<std::optional<std::chrono::nanoseconds>> times; // one an engine
        std::vector<double> shares;
    };

    std::vector<QString> m_engines;
    std::vector<Row> m_rows;
};

} // namespace warmbench::ui
