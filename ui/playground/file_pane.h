// A file that was opened as the input: shows its name, what it holds and, for a table with several
// rows, which row runs. Thread: GUI.
#pragma once

#include "ui/playground/opened_input.h"

#include <QWidget>

class QLabel;
class QSpinBox;

namespace warmbench::ui {

class FilePane : public QWidget
{
    Q_OBJECT

public:
    explicit FilePane(QWidget *parent = nullptr);

    void setFile(FileInput file);
    const FileInput &file() const { return m_file; }
    // What a client would post: the file, or the chosen row of its table.
    std::shared_ptr<const std::string> body() const;
    // True if the whole file is sent.
    bool sendsAll() const;

Q_SIGNALS:
    void rowChosen();
    void closed(); // the user pressed its close button

private:
    FileInput m_file;
    QLabel *m_name;
    QLabel *m_summary;
    QLabel *m_rowTitle;
    QSpinBox *m_row;
};

} // namespace warmbench::ui
