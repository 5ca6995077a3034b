// A file that was opened as the input: shows its name, what it holds and, if it holds several rows,
// each of them with its answer. Thread: GUI.
#pragma once

#include "ui/playground/opened_input.h"

#include <QWidget>

class QLabel;
class QTableView;

namespace warmbench::ui {

class RowTable;

class FilePane : public QWidget
{
    Q_OBJECT

public:
    explicit FilePane(QWidget *parent = nullptr);

    void setFile(FileInput file);
    const FileInput &file() const { return m_file; }
    // One answer a sample; fewer than two hide the rows of a file that is no table.
    void setAnswers(const QStringList &answers);
    // The row whose answer is wanted, from 0.
    std::size_t row() const;

Q_SIGNALS:
    void rowChosen(int row);
    void closed(); // the user pressed its close button

private:
    FileInput m_file;
    QLabel *m_name;
    QLabel *m_summary;
    RowTable *m_rows;
    QTableView *m_view;
};

} // namespace warmbench::ui
