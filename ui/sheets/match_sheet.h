// Finds the preparation with which the model gives a notebook's numbers for a picture, shows how
// close each one comes, and keeps the one that matches in the settings file when the person says
// so. Thread: GUI; it is opened with open(), and searching and writing happen elsewhere. Closing
// it gives a search up.
#pragma once

#include "inference/workbench.h"
#include "ui/background.h"

#include <optional>
#include <QDialog>
#include <stop_token>

class QAction;
class QGridLayout;
class QLabel;
class QLineEdit;
class QPlainTextEdit;
class QPushButton;
class QTableWidget;

namespace warmbench::ui {

class MatchSheet : public QDialog
{
    Q_OBJECT

public:
    // `picture`: a file to begin with; may be empty.
    MatchSheet(Workbench &workbench, Background &background, const QString &model,
               const QString &picture, QWidget *parent = nullptr);
    ~MatchSheet() override;

private:
    // What the report is about, whatever is typed meanwhile.
    struct Asked
    {
        std::string picture;
        std::string file;    // of the numbers; empty: they were pasted
        std::string numbers; // pasted, as .npy
    };

    QLayout *makeForm(const QString &picture);
    void makeTable();
    QLayout *makeButtons();
    QLineEdit *fileLine(const QString &name, const QString &spoken, const QString &title,
                        const QString &filter, QGridLayout *grid, int row);
    void match();
    void cancel();
    void showReport(const Result<MatchReport> &report);
    void showCandidates(const MatchReport &report);
    void keep();
    void say(const QString &summary, const QString &notes = {});

    Workbench &m_workbench;
    Background &m_background;
    const QString m_model;
    QAction *m_match;
    QAction *m_cancel;
    QLineEdit *m_picture = nullptr;
    QLineEdit *m_expected = nullptr;
    QPlainTextEdit *m_pasted = nullptr;
    QLabel *m_summary;
    QLabel *m_notes;
    QTableWidget *m_table;
    QPushButton *m_keep = nullptr;
    Asked m_asked;
    std::optional<MatchCandidate> m_best; // it matches
    bool m_againstInput = false;
    quint64 m_number = 0;
    std::stop_source m_cancellation;
};

} // namespace warmbench::ui
