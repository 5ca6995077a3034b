// Shows what is known about the selected model: the preprocessing and the meaning of the answer
// with the origin of each value, files, digest, versions, inputs, outputs, metadata. What the
// settings file can say is changed here in its place. Thread: GUI. Rebuilt only when the bundle
// changes, so that scrolling and selection survive.
#pragma once

#include "ui/inspector/fact_rows.h"
#include "ui/inspector/settings_editor.h"

#include <QWidget>

class QTreeWidget;
class QTreeWidgetItem;

namespace warmbench::ui {

class CaptionLabel;
class EnginePanel;
class FactDelegate;

class Inspector : public QWidget
{
    Q_OBJECT

public:
    Inspector(Workbench &workbench, Background &background, QWidget *parent = nullptr);

    void setModel(const QString &name);
    void setState(const WorkbenchState &state);
    SettingsEditor *editor() const { return m_editor; }

protected:
    void changeEvent(QEvent *event) override;

private:
    void makeActions();
    QWidget *makeFooter();
    QTreeWidgetItem *group(const QString &title);
    void add(QTreeWidgetItem *parent, const Fact &fact);
    void addWarnings(const QStringList &warnings);
    void rebuild(const ModelView &model);
    void showChanges();
    void edit();
    void take(const QModelIndex &index, const QString &written);
    void copySelected();

    QString m_name;
    QString m_shown; // the facts that the tree was built from, as one text
    std::shared_ptr<const ModelStatus::Facts> m_facts;
    SettingsEditor *m_editor;
    EnginePanel *m_engine;
    QTreeWidget *m_tree;
    FactDelegate *m_delegate;
    CaptionLabel *m_changes;
    QAction *m_reset;
};

} // namespace warmbench::ui
