// The log's lines, filtered by level and by text. Thread: GUI.
#pragma once

#include <QWidget>

class QComboBox;
class QLineEdit;
class QTableView;

namespace warmbench::ui {

class LogFilter;
class LogTable;

class LogPanel : public QWidget
{
    Q_OBJECT

public:
    explicit LogPanel(QWidget *parent = nullptr);

    LogTable *table() const { return m_table; }
    int shownLines() const;

private:
    QWidget *makeTools();
    void copySelected();

    LogTable *m_table;
    LogFilter *m_filter;
    QTableView *m_view;
    QComboBox *m_level;
    QLineEdit *m_find;
};

} // namespace warmbench::ui
