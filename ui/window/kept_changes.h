// Keeps what a person changed of models' settings and did not save: a model that is opened again
// has it again, after the end of the program too. The changes are kept by the model's file. Thread:
// GUI.
#pragma once

#include "ui/widgets/message_overlay.h"
#include "ui/workbench_feed.h"

#include <map>
#include <QJsonObject>
#include <QObject>
#include <string>

namespace warmbench::ui {

class KeptChanges : public QObject
{
    Q_OBJECT

public:
    KeptChanges(Workbench &workbench, QObject *parent);

    // The sample's files have another folder in each run.
    void setSampleFolder(const QString &folder) { m_sampleFolder = folder; }
    // Gives models that are there for the first time their changes back, and keeps new changes.
    void setState(const WorkbenchState &state);

Q_SIGNALS:
    void said(warmbench::ui::MessageOverlay::Kind kind, const QString &text);

private:
    QString keyOf(const ModelStatus::Facts &facts) const;
    void giveBack(const std::string &name, const QString &key);
    void keep(const QString &key, const std::string &changes);

    Workbench &m_workbench;
    QString m_sampleFolder;
    QJsonObject m_kept;                        // changes by file
    std::map<std::string, std::string> m_seen; // changes by model, as they were last
};

} // namespace warmbench::ui
