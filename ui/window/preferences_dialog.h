// The preferences as one dialog: memory, the API, and how the window looks. A change is applied
// when its field is left or Return is pressed; what is wrong with it stands under the field.
// Thread: GUI.
#pragma once

#include "ui/preferences.h"

#include <QDialog>

class QComboBox;
class QLabel;
class QLineEdit;
class QSpinBox;
class QVBoxLayout;

namespace warmbench::ui {

class PreferencesDialog : public QDialog
{
    Q_OBJECT

public:
    explicit PreferencesDialog(Preferences &preferences, QWidget *parent = nullptr);

protected:
    void changeEvent(QEvent *event) override;

private:
    struct Row
    {
        QLineEdit *field = nullptr;
        QLabel *note = nullptr;
        QString hint;
        QString error; // of what was typed last; empty: it holds
    };

    void addRow(QVBoxLayout *rows, Preference preference, const QString &name,
                const QString &caption, const QString &hint);
    void addLook(QVBoxLayout *rows);
    void apply(Preference preference);
    void restoreDefaults();
    void show(Row &row, Preference preference, const Result<void> &done);
    void showNote(const Row &row, Preference preference);
    void showValues();

    Preferences &m_preferences;
    std::array<Row, preferenceCount> m_rows;
    QComboBox *m_theme = nullptr;
    QSpinBox *m_textSize = nullptr;
};

} // namespace warmbench::ui
