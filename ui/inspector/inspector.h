// Shows what is known about the selected model: files, digest, versions, engine, inputs, outputs,
// metadata, and the preprocessing with the origin of each value. Thread: GUI. Rebuilt only when the
// bundle changes, so that scrolling and selection survive.
#pragma once

#include "ui/workbench_feed.h"

#include <QWidget>

class QTreeWidget;
class QTreeWidgetItem;

namespace warmbench::ui {

class EnginePanel;

class Inspector : public QWidget
{
    Q_OBJECT

public:
    explicit Inspector(Workbench &workbench, QWidget *parent = nullptr);

    void setModel(const QString &name);
    void setState(const WorkbenchState &state);

protected:
    void changeEvent(QEvent *event) override;

private:
    QTreeWidgetItem *group(const QString &title);
    void add(QTreeWidgetItem *parent, const QString &name, const QString &value,
             const QString &origin = {});
    void rebuild(const ModelView &model);
    void addWarnings(const ModelView &model);
    void addFiles(const ModelView &model);
    void addNetwork(const ModelStatus::Facts &facts);
    void addPreprocessing(const ModelStatus::Facts &facts);
    void addTask(const ModelStatus::Facts &facts);
    void copySelected();

    QString m_name;
    QString m_shown; // the facts that the tree was built from, as one text
    std::shared_ptr<const ModelStatus::Facts> m_facts;
    EnginePanel *m_engine;
    QTreeWidget *m_tree;
};

} // namespace warmbench::ui
