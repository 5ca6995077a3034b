// The choice of one side of a comparison: a model, the engine that runs it, and a settings file
// instead of its own. Thread: GUI.
#pragma once

#include "inference/comparison/comparison_request.h"
#include "ui/workbench_feed.h"

#include <QObject>

class QComboBox;
class QGridLayout;
class QLineEdit;
class QToolButton;
class QWidget;

namespace warmbench::ui {

class SideForm : public QObject
{
    Q_OBJECT

public:
    // Puts its controls in a row of `grid`, whose widgets belong to `parent`. `letter`: "A", "B".
    SideForm(const QString &letter, QGridLayout *grid, int row, QWidget *parent);

    // The models that can be chosen; a choice that is still among them stays.
    void setState(const WorkbenchState &state);
    void setModel(const QString &name); // as it is served
    // Takes the model where neither a person nor setModel() has said which one it is.
    void suggest(const QString &name);
    QString model() const; // empty: none
    ComparisonSide side() const;
    // "digits · OpenCV · other.json".
    QString spoken() const;

Q_SIGNALS:
    void changed();

private:
    void askForSettings(QWidget *parent);

    QComboBox *m_model;
    QComboBox *m_engine;
    QLineEdit *m_settings;
    QToolButton *m_browse;
    bool m_chosen = false; // the model, by a person or setModel()
};

} // namespace warmbench::ui
