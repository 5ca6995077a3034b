// Changes the settings of the selected model on a person's behalf: each change takes effect at
// once and above the settings file, can be undone, and is written into that file only when asked.
// Thread: GUI; the models are changed elsewhere. Each model has a history of its own.
#pragma once

#include "inference/inference_types.h"
#include "ui/background.h"
#include "ui/widgets/message_overlay.h"
#include "ui/workbench_feed.h"

#include <QHash>
#include <QJsonObject>
#include <QObject>

class QAction;

namespace warmbench::ui {

class SettingsEditor : public QObject
{
    Q_OBJECT

public:
    SettingsEditor(Workbench &workbench, Background &background, QObject *parent);

    // Null: none is selected.
    void setModel(const ModelView *model);
    bool canEdit() const { return m_facts != nullptr; }
    // Sets a key ("input.mean"); a null takes back what the settings file says.
    void set(const QString &key, const QJsonValue &value);
    // Sets what is given: a decoder's thresholds, the number of classes.
    void keep(const AnswerOptions &options);
    // Takes back the person's own change of a key, if there is one.
    void reset(const QString &key);
    bool isChanged(const QString &key) const;
    int changes() const; // that are not saved

    QAction *undoAction() const { return m_undo; }
    QAction *redoAction() const { return m_redo; }
    QAction *saveAction() const { return m_save; }
    QAction *discardAction() const { return m_discard; }

Q_SIGNALS:
    void applied(); // the model answers by the changed settings from now on
    void said(warmbench::ui::MessageOverlay::Kind kind, const QString &text);

private:
    struct History
    {
        QList<QJsonObject> states{QJsonObject()};
        qsizetype at = 0;
    };

    void push(const QJsonObject &changes);
    void go(qsizetype to);
    void apply(const QJsonObject &changes, const std::function<void()> &failed);
    void save();
    void showActions();
    const QJsonObject &present() const;

    Workbench &m_workbench;
    Background &m_background;
    QString m_name;
    std::shared_ptr<const ModelStatus::Facts> m_facts;
    QHash<QString, History> m_histories;
    QHash<QString, std::string> m_saved; // changes that the model's file has by now
    QAction *m_undo;
    QAction *m_redo;
    QAction *m_save;
    QAction *m_discard;
};

} // namespace warmbench::ui
