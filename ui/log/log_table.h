// The program's log as an item model, the newest 10,000 lines. Thread: GUI; the listener only
// queues, and a burst of lines becomes one insertion.
#pragma once

#include "base/logging.h"

#include <deque>
#include <memory>
#include <mutex>
#include <QAbstractTableModel>
#include <QTimer>
#include <vector>

namespace warmbench::ui {

class LogTable : public QAbstractTableModel
{
    Q_OBJECT

public:
    enum Column { Time, Level, Area, Message, ColumnCount };
    enum Role { LevelRole = Qt::UserRole + 1 };
    static constexpr std::size_t mostLines = 10'000;

    explicit LogTable(QObject *parent = nullptr);
    ~LogTable() override;

    void takeQueued(); // adds the lines that were logged since the last call
    void clear();
    QString lineText(int row) const;

    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    struct Queue
    {
        std::mutex mutex;
        std::deque<LogRecord> records;
    };

    std::deque<LogRecord> m_records;
    std::shared_ptr<Queue> m_queue = std::make_shared<Queue>();
    QTimer m_timer;
    std::unique_ptr<LogListener> m_listener;
};

} // namespace warmbench::ui
