// A look inside the raw outputs of a run: statistics, a sortable table of the values, a slice as
// heat map or bars, copied and saved. It stands beside the window, follows its answers and shares
// their tensors. Thread: GUI; numbers are gone through in the background.
#pragma once

#include "ui/background.h"
#include "ui/playground/slice_view.h"
#include "ui/playground/value_table.h"
#include "ui/widgets/message_overlay.h"

#include <QDialog>

class QAction;
class QComboBox;
class QLabel;
class QSpinBox;
class QTableView;

namespace warmbench::ui {

class CaptionLabel;

class OutputWindow : public QDialog
{
    Q_OBJECT

public:
    explicit OutputWindow(Background &background, QWidget *parent = nullptr);

    struct Output
    {
        QString name;
        std::shared_ptr<const Tensor> tensor;
    };
    // If an output of the same name was shown, it stays the one that is shown, and the slice stays
    // if the shape does.
    void setOutputs(std::vector<Output> outputs);
    void showOutput(int index);

Q_SIGNALS:
    void said(warmbench::ui::MessageOverlay::Kind kind, const QString &text);

private:
    QWidget *makePicture();
    QWidget *makeTable();
    void makeActions();
    void showTensor(const std::shared_ptr<const Tensor> &tensor);
    void fitSlice(const Shape &shape);
    void drawSlice();
    void showPages();
    void copySelected();
    void save();
    QString summary() const;

    Background &m_background;
    std::vector<Output> m_outputs;
    std::shared_ptr<const Tensor> m_tensor; // that is shown
    std::optional<ValueStatistics> m_values;
    Shape m_shape; // that the slice was chosen for
    quint64 m_number = 0;
    ValueTable m_table;
    QComboBox *m_choice;
    QLabel *m_summary;
    SliceView *m_slice;
    QWidget *m_indexes; // a spin box for each leading dimension
    std::vector<QSpinBox *> m_chosen;
    QTableView *m_view;
    QSpinBox *m_page;
    CaptionLabel *m_pages;
    QAction *m_copy;
    QAction *m_save;
};

} // namespace warmbench::ui
