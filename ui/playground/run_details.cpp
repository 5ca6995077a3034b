#include "ui/playground/run_details.h"

#include "ui/background.h"
#include "ui/playground/output_window.h"
#include "ui/playground/timings_view.h"
#include "ui/widgets/controls.h"
#include "ui/widgets/display_text.h"
#include "ui/widgets/icons.h"

#include <QAction>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QTableView>
#include <QToolButton>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace warmbench::ui {

namespace {

// A table whose columns are a little wider than their content.
class RoomyTable : public QTableView
{
public:
    using QTableView::QTableView;

protected:
    int sizeHintForColumn(int column) const override
    {
        return QTableView::sizeHintForColumn(column) + 14;
    }
};

QToolButton *foldButton(const QString &name, const QString &title, QWidget *shown, QWidget *parent)
{
    auto *button = new QToolButton(parent);
    button->setObjectName(name);
    button->setText(title);
    button->setCheckable(true);
    button->setAutoRaise(true);
    button->setArrowType(Qt::RightArrow);
    button->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    button->setFocusPolicy(Qt::StrongFocus);
    button->setAccessibleName(title);
    shown->hide();
    QObject::connect(button, &QToolButton::toggled, shown, [button, shown](bool open) {
        button->setArrowType(open ? Qt::DownArrow : Qt::RightArrow);
        shown->setVisible(open);
    });
    return button;
}

} // namespace

RunDetails::RunDetails(Background &background, QWidget *parent)
    : QWidget(parent)
    , m_background(background)
    , m_outputs(new OutputTable(this))
    , m_timings(new TimingsView(this))
    , m_table(makeTable())
    , m_look(new QAction(icon(u"table"_s), tr("Values…"), this))
{
    m_look->setObjectName(u"lookInside"_s);
    m_look->setToolTip(tr("Look at the values of an output: table, heat map, statistics"));
    m_look->setEnabled(false);
    auto *buttons = new QHBoxLayout;
    buttons->setSpacing(8);
    buttons->addWidget(foldButton(u"foldOutputs"_s, tr("Raw outputs"), m_table, this));
    buttons->addWidget(foldButton(u"foldTimings"_s, tr("Timings"), m_timings, this));
    buttons->addStretch(1);
    QToolButton *look = actionButton(m_look, this);
    look->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    look->setIconSize({16, 16});
    buttons->addWidget(look);
    auto *parts = new QHBoxLayout;
    parts->setSpacing(16);
    parts->addWidget(m_table, 3);
    parts->addWidget(m_timings, 2, Qt::AlignTop);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(6);
    layout->addLayout(buttons);
    layout->addLayout(parts);
    connect(m_look, &QAction::triggered, this, &RunDetails::lookInside);
    connect(m_table, &QTableView::activated, this, &RunDetails::lookInside);
}

QTableView *RunDetails::makeTable()
{
    auto *table = new RoomyTable(this);
    table->setModel(m_outputs);
    table->setObjectName(u"outputs"_s);
    table->setAccessibleName(tr("Raw outputs"));
    table->setToolTip(tr("Enter or a double click shows the values"));
    setLines(table);
    table->setMinimumHeight(60);
    table->setMaximumHeight(150);
    table->verticalHeader()->setDefaultSectionSize(table->fontMetrics().height() + 10);
    table->horizontalHeader()->setSectionResizeMode(QHeaderView::ResizeToContents);
    table->horizontalHeader()->setSectionResizeMode(m_outputs->columnCount() - 1,
                                                    QHeaderView::Stretch);
    table->horizontalHeader()->setMinimumSectionSize(48);
    return table;
}

void RunDetails::setResult(std::shared_ptr<const RunResult> result)
{
    // An answer that was decoded again has the outputs of its run.
    if (result && result->run)
        result = result->run;
    if (result && result == m_result)
        return;
    m_result = std::move(result);
    m_outputs->setOutputs(m_result ? m_result->outputs : std::vector<TensorSummary>());
    if (m_result)
        m_timings->setTimings(m_result->prediction.timings);
    else
        m_timings->setTimings({});
    m_look->setEnabled(m_result && !m_result->prediction.outputs.empty());
    if (m_window)
        fillWindow();
}

void RunDetails::fillWindow()
{
    std::vector<OutputWindow::Output> outputs;
    if (m_result)
        for (const NamedTensor &output : m_result->prediction.outputs)
            // The tensors live as long as the result that they are part of.
            outputs.push_back(
                {text(output.name), std::shared_ptr<const Tensor>(m_result, &output.tensor)});
    m_window->setOutputs(std::move(outputs));
}

void RunDetails::lookInside()
{
    if (!m_look->isEnabled())
        return;
    if (!m_window) {
        m_window = new OutputWindow(m_background, this);
        connect(m_window, &OutputWindow::said, this, &RunDetails::said);
        fillWindow();
    }
    const QModelIndex chosen = m_table->currentIndex();
    m_window->showOutput(chosen.isValid() ? chosen.row()
                                          : static_cast<int>(m_result->prediction.primary));
    m_window->show();
    m_window->raise();
    m_window->activateWindow();
}

} // namespace warmbench::ui
