// The cache's models as a list, with what can be done with each, and the memory they take.
// Thread: GUI.
#pragma once

#include "ui/widgets/message_overlay.h"
#include "ui/workbench_feed.h"

#include <QWidget>

class QAction;
class QListView;

namespace warmbench::ui {

class BudgetFooter;
class ModelTable;
class Preferences;

class ModelsPanel : public QWidget
{
    Q_OBJECT

public:
    ModelsPanel(Workbench &workbench, WorkbenchFeed &feed, Preferences &preferences,
                QWidget *parent = nullptr);

    QString selected() const; // empty if no model is selected
    void select(const QString &name);
    QAction *loadAction() const { return m_load; }
    QAction *refreshAction() const { return m_refresh; }
    QList<QAction *> modelActions() const;

Q_SIGNALS:
    void selectionChanged(const QString &name);
    // What an action did, or why it failed.
    void said(warmbench::ui::MessageOverlay::Kind kind, const QString &text);
    void removed(const QString &name, const QString &path); // from the list
    // The model was loaded anew; `what` says what has changed.
    void refreshed(const QString &name, const QString &what);

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
    void reveal();
    void reportFailure(const Error &error);
    void reportRefresh(const QString &name, const std::shared_ptr<const ModelStatus::Facts> &before,
                       const RefreshReport &report);

    Workbench &m_workbench;
    WorkbenchFeed &m_feed;
    ModelTable *m_table;
    QListView *m_list;
    BudgetFooter *m_footer;
    QAction *m_load;
    QAction *m_refresh;
    QAction *m_evict;
    QAction *m_pin;
    QAction *m_rename;
    QAction *m_reveal;
    QAction *m_remove;
    QString m_selected;
};

// What a refresh changed, in words: size, digest, inputs, memory, load time.
QString refreshText(const QString &name, const ModelStatus::Facts *before,
                    const ModelStatus::Facts *after, const RefreshReport &report);

} // namespace warmbench::ui
