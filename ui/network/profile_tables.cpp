#include "ui/network/profile_tables.h"

#include "engine/verdicts/verdict.h"
#include "ui/widgets/display_text.h"

#include <cmath>
#include <map>

using namespace Qt::StringLiterals;

namespace warmbench::ui {

namespace {

constexpr int toTheRight = int(Qt::AlignRight | Qt::AlignVCenter);

double shareOfColumn(const SeriesTable::Column column)
{
    switch (column) {
    case SeriesTable::P50:
        return 0.5;
    case SeriesTable::P90:
        return 0.9;
    case SeriesTable::P99:
        return 0.99;
    default:
        return 1;
    }
}

QString cell(const LatencySeries &series, SeriesTable::Column column)
{
    if (column == SeriesTable::Callers)
        return grouped(series.plan.concurrency);
    if (column == SeriesTable::Samples)
        return grouped(series.plan.batch);
    if (!series.refusal.empty())
        return column == SeriesTable::Rate ? SeriesTable::tr("refused") : u"–"_s;
    if (column == SeriesTable::Rate)
        return series.samplesPerSecond() >= 1000 ? grouped(std::llround(series.samplesPerSecond()))
                                                 : numberText(series.samplesPerSecond(), 3);
    return text(series.latency(shareOfColumn(column)));
}

double number(const LatencySeries &series, SeriesTable::Column column)
{
    if (column == SeriesTable::Callers)
        return series.plan.concurrency;
    if (column == SeriesTable::Samples)
        return series.plan.batch;
    if (column == SeriesTable::Rate)
        return series.samplesPerSecond();
    return static_cast<double>(series.latency(shareOfColumn(column)).count());
}

} // namespace

void SeriesTable::setProfile(ProfilePtr profile)
{
    beginResetModel();
    m_profile = std::move(profile);
    endResetModel();
}

int SeriesTable::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() || !m_profile ? 0 : static_cast<int>(m_profile->series.size());
}

int SeriesTable::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant SeriesTable::data(const QModelIndex &index, int role) const
{
    const LatencySeries &series = m_profile->series[static_cast<std::size_t>(index.row())];
    const auto column = static_cast<Column>(index.column());
    switch (role) {
    case Qt::DisplayRole:
        return cell(series, column);
    case Qt::TextAlignmentRole:
        return toTheRight;
    case Qt::ToolTipRole:
        return series.refusal.empty() ? QString() : text(series.refusal);
    case profileSortRole:
        return number(series, column);
    default:
        return {};
    }
}

QVariant SeriesTable::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal)
        return {};
    if (role == Qt::TextAlignmentRole)
        return toTheRight;
    if (role != Qt::DisplayRole)
        return {};
    const QString titles[] = {tr("Callers"), tr("Samples"), tr("Samples/s"), tr("p50"),
                              tr("p90"),     tr("p99"),     tr("Slowest")};
    return titles[section];
}

void LayerTable::setProfile(const ProfilePtr &profile)
{
    beginResetModel();
    m_engines.clear();
    m_rows.clear();
    std::vector<const EngineProfile *> engines;
    if (profile) {
        for (const EngineProfile &engine : profile->engines) {
            if (!engine.refusal.empty())
                continue;
            engines.push_back(&engine);
            m_engines.push_back(text(engineTitle(engine.engine)));
        }
    }
    std::map<QString, std::size_t> places;
    for (std::size_t at = 0; at < engines.size(); ++at) {
        const LayerTimes &layers = engines[at]->layers;
        for (std::size_t i = 0; i < layers.layers.size(); ++i) {
            const LayerTime &layer = layers.layers[i];
            const QString name =
                layer.name.empty() ? u"%1 %2"_s.arg(text(layer.type)).arg(i + 1) : text(layer.name);
            const auto [place, isNew] = places.try_emplace(name, m_rows.size());
            if (isNew)
                m_rows.push_back(
                    {name, text(layer.type),
                     std::vector<std::optional<std::chrono::nanoseconds>>(engines.size()),
                     std::vector<double>(engines.size())});
            Row &row = m_rows[place->second];
            row.times[at] = row.times[at].value_or(std::chrono::nanoseconds{}) + layer.time;
            row.shares[at] += shareOf(layer, layers);
        }
    }
    endResetModel();
}

int LayerTable::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

int LayerTable::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : FirstEngine + static_cast<int>(m_engines.size());
}

QVariant LayerTable::data(const QModelIndex &index, int role) const
{
    const Row &row = m_rows[static_cast<std::size_t>(index.row())];
    if (index.column() < FirstEngine) {
        const QString &words = index.column() == Name ? row.name : row.type;
        const bool shown =
            role == Qt::DisplayRole || role == profileSortRole || role == Qt::ToolTipRole;
        return shown ? QVariant(words) : QVariant();
    }
    const auto engine = static_cast<std::size_t>(index.column() - FirstEngine);
    const auto &time = row.times[engine];
    switch (role) {
    case Qt::DisplayRole:
        return time ? tr("%1  %2 %").arg(text(*time)).arg(row.shares[engine] * 100, 0, 'f', 1)
                    : u"–"_s;
    case Qt::ToolTipRole:
        return time ? QString()
                    : tr("No layer of this name ran in %1: engines fuse nodes, and name what they "
                         "make of them.")
                          .arg(m_engines[engine]);
    case Qt::TextAlignmentRole:
        return toTheRight;
    case profileSortRole:
        return time ? static_cast<double>(time->count()) : -1.0;
    case profileShareRole:
        return row.shares[engine];
    default:
        return {};
    }
}

QVariant LayerTable::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal)
        return {};
    if (role == Qt::TextAlignmentRole)
        return section < FirstEngine ? int(Qt::AlignLeft | Qt::AlignVCenter) : toTheRight;
    if (role != Qt::DisplayRole)
        return {};
    if (section < FirstEngine)
        return section == Name ? tr("Layer") : tr("Operator");
    return m_engines[static_cast<std::size_t>(section - FirstEngine)];
}

} // namespace warmbench::ui
