// Which inputs a comparison runs on: that of the page Try, some files, or a folder of them.
// Thread: GUI; nothing is read here.
#pragma once

#include "inference/comparison/comparison_inputs.h"
#include "ui/api/snippets.h"

#include <functional>
#include <QObject>
#include <QStringList>

class QComboBox;
class QPushButton;
class QWidget;

namespace warmbench::ui {

class CaptionLabel;

// Gives what the page Try would send now, perhaps later, on the GUI thread.
using PresentInput = std::function<void(std::function<void(const Result<ApiInput> &)>)>;

class InputChoice : public QObject
{
    Q_OBJECT

public:
    struct Chosen
    {
        NextComparisonInput next; // empty: there is none, and `refusal` says what to do
        QString refusal;
        QString name;    // for people
        QString folder;  // that the names of inputs begin with; empty: none
        QString picture; // the file of the one input whose name is no path; empty: there is none
    };

    InputChoice(PresentInput present, QWidget *parent);

    QComboBox *kind() const { return m_kind; }
    CaptionLabel *shown() const { return m_shown; }
    QPushButton *browse() const { return m_browse; }
    // Files, or one folder.
    void setPaths(const QStringList &paths);
    // Gives the inputs as they are now.
    void withInputs(std::function<void(const Chosen &)> use);
    void update(); // the name of the page Try's input

private:
    enum Kind { Present, Files, Folder };

    void ask();
    void showName();
    Chosen fromPaths() const;

    PresentInput m_present;
    QWidget *m_parent;
    QComboBox *m_kind;
    CaptionLabel *m_shown;
    QPushButton *m_browse;
    QStringList m_files;
    QString m_folder;
};

} // namespace warmbench::ui
