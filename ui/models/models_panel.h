// The Models dock: shows the cache's models, with Load, Refresh, Evict and Pin. Thread: GUI.
#pragma once

#include "ui/workbench_feed.h"

#include <QWidget>

class QAction;
class QListView;

namespace warmbench::ui {

class MemoryBar;
class MessageStrip;
class ModelTable;

class ModelsPanel : public QWidget
{
    Q_OBJECT

public:
    ModelsPanel(Workbench &workbench, WorkbenchFeed &feed, QWidget *parent = nullptr);

    QString selected() const; // empty if no model is selected
    void select(const QString &name);
    QAction *refreshAction() const { return m_refresh; }
    QList<QAction *> modelActions() const;

Q_SIGNALS:
    void selectionChanged(const QString &name);

private:
    void makeActions();
    void setState(const WorkbenchState &state);
    void showSelected(const WorkbenchState &state);
    void load();
    void refresh();
    void evict();
    void togglePin();
    void editName();
    void rename(const QString &name, const QString &wanted);
    void removeSelected();
    void reportFailure(const QString &name, const Error &error);
    void reportRefresh(const QString &name, const std::shared_ptr<const ModelStatus::Facts> &before,
                       const RefreshReport &report);

    Workbench &m_workbench;
    WorkbenchFeed &m_feed;
    ModelTable *m_table;
    QListView *m_list;
    MessageStrip *m_message; // about the selected model
    MemoryBar *m_memory;
    QAction *m_load;
    QAction *m_refresh;
    QAction *m_evict;
    QAction *m_pin;
    QAction *m_rename;
    QAction *m_remove;
    QString m_selected;
    QString m_note;    // what the last action on the selected model did
    QString m_noteFor; // the model that `m_note` is about
};

// What a refresh changed, in words: size, digest, inputs, memory, load time.
QString refreshText(const QString &name, const ModelStatus::Facts *before,
                    const ModelStatus::Facts *after, const RefreshReport &report);

} // namespace warmbench::ui
