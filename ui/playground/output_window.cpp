#include "ui/playground/output_window.h"

#include "tensor/csv.h"
#include "tensor/json_writer.h"
#include "tensor/npy.h"
#include "ui/playground/playground_layout.h"
#include "ui/save_file.h"
#include "ui/shortcuts.h"
#include "ui/widgets/caption_label.h"
#include "ui/widgets/controls.h"
#include "ui/widgets/display_text.h"
#include "ui/widgets/hairline_splitter.h"
#include "ui/widgets/icons.h"

#include <algorithm>
#include <QAction>
#include <QClipboard>
#include <QComboBox>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QSpinBox>
#include <QTableView>
#include <QToolButton>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace warmbench::ui {

namespace {

// In the format that the path's ending names.
std::string written(const Tensor &tensor, const QString &path)
{
    if (path.endsWith(".csv"_L1, Qt::CaseInsensitive))
        return writeCsv(tensor);
    if (!path.endsWith(".json"_L1, Qt::CaseInsensitive))
        return writeNpy(tensor);
    std::string json;
    appendJson(json, tensor);
    return json;
}

} // namespace

OutputWindow::OutputWindow(Background &background, QWidget *parent)
    : QDialog(parent)
    , m_background(background)
    , m_table(background)
    , m_choice(new QComboBox(this))
    , m_summary(new QLabel(this))
    , m_slice(new SliceView(this))
    , m_indexes(new QWidget(this))
    , m_view(new QTableView(this))
    , m_page(new QSpinBox(this))
    , m_pages(new CaptionLabel(this))
{
    setObjectName(u"outputWindow"_s);
    setWindowTitle(tr("Raw outputs"));
    makeActions();
    m_choice->setObjectName(u"outputChoice"_s);
    m_choice->setAccessibleName(tr("Output"));
    m_summary->setObjectName(u"outputSummary"_s);
    m_summary->setTextFormat(Qt::PlainText);
    m_summary->setWordWrap(true);
    m_summary->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    m_summary->setMinimumHeight(2 * fontMetrics().lineSpacing());
    auto *top = new QHBoxLayout;
    top->addWidget(m_choice, 1);
    for (QAction *action : {m_copy, m_save})
        top->addWidget(smallButton(action, this));
    auto *parts = new HairlineSplitter(Qt::Horizontal, u"outputParts"_s);
    parts->addWidget(makePicture());
    parts->addWidget(makeTable());
    parts->setStretchFactor(0, 1);
    parts->setStretchFactor(1, 1);
    parts->setChildrenCollapsible(false);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(14, 12, 14, 12);
    layout->setSpacing(8);
    layout->addLayout(top);
    layout->addWidget(m_summary);
    layout->addWidget(parts, 1);
    resize(920, 560);
    connect(m_choice, &QComboBox::currentIndexChanged, this, [this](int index) {
        showTensor(index < 0 ? nullptr : m_outputs[static_cast<std::size_t>(index)].tensor);
    });
    connect(m_page, &QSpinBox::valueChanged, &m_table,
            [this](int page) { m_table.setPage(page - 1); });
    connect(&m_table, &QAbstractItemModel::modelReset, this, &OutputWindow::showPages);
    connect(&m_table, &ValueTable::sortingChanged, this, &OutputWindow::showPages);
}

void OutputWindow::makeActions()
{
    m_copy = new QAction(icon(u"copy"_s), tr("Copy the selected rows"), this);
    m_copy->setObjectName(u"copyValues"_s);
    setShortcut(m_copy, tr("Copy the selected rows, with tabs between the columns"),
                Shortcut::CopySelected);
    m_copy->setShortcutContext(Qt::WidgetShortcut);
    m_view->addAction(m_copy);
    m_save = new QAction(icon(u"save"_s), tr("Save the output…"), this);
    m_save->setObjectName(u"saveValues"_s);
    m_save->setToolTip(tr("Save the whole output as .npy, CSV or JSON"));
    connect(m_copy, &QAction::triggered, this, &OutputWindow::copySelected);
    connect(m_save, &QAction::triggered, this, &OutputWindow::save);
}

QWidget *OutputWindow::makePicture()
{
    auto *part = new QWidget;
    auto *layout = new QVBoxLayout(part);
    layout->setContentsMargins(0, 0, 10, 0);
    layout->addWidget(m_slice, 1);
    layout->addWidget(m_indexes);
    auto *row = new QHBoxLayout(m_indexes);
    row->setContentsMargins(0, 0, 0, 0);
    return part;
}

QWidget *OutputWindow::makeTable()
{
    auto *part = new QWidget;
    m_view->setObjectName(u"outputValues"_s);
    m_view->setAccessibleName(tr("Values"));
    m_view->setModel(&m_table);
    setLines(m_view);
    m_view->setSortingEnabled(true);
    m_view->horizontalHeader()->setDefaultSectionSize(
        fontMetrics().horizontalAdvance(m_table.tr("Index %1").arg(0)) + 22);
    m_view->horizontalHeader()->setSortIndicatorShown(true);
    m_view->sortByColumn(0, Qt::AscendingOrder);
    m_page->setObjectName(u"valuePage"_s);
    m_page->setAccessibleName(tr("Page of values"));
    m_page->setPrefix(tr("Page "));
    m_page->setMinimum(1);
    m_page->setKeyboardTracking(false);
    auto *row = new QHBoxLayout;
    row->addWidget(m_page);
    row->addWidget(m_pages, 1);
    auto *layout = new QVBoxLayout(part);
    layout->setContentsMargins(10, 0, 0, 0);
    layout->addWidget(m_view, 1);
    layout->addLayout(row);
    return part;
}

void OutputWindow::setOutputs(std::vector<Output> outputs)
{
    const QString before = m_choice->currentText();
    m_outputs = std::move(outputs);
    QSignalBlocker quiet(m_choice);
    m_choice->clear();
    for (const Output &output : m_outputs)
        m_choice->addItem(u"%1  %2 %3"_s.arg(output.name, text(dtypeName(output.tensor->dtype())),
                                             text(shapeText(output.tensor->shape()))));
    const int same = m_choice->findText(before);
    m_choice->setCurrentIndex(same >= 0 ? same : m_outputs.empty() ? -1 : 0);
    quiet.unblock();
    showTensor(m_outputs.empty()
                   ? nullptr
                   : m_outputs[static_cast<std::size_t>(m_choice->currentIndex())].tensor);
}

void OutputWindow::showOutput(int index)
{
    m_choice->setCurrentIndex(index);
}

void OutputWindow::showTensor(const std::shared_ptr<const Tensor> &tensor)
{
    m_tensor = tensor;
    m_values.reset();
    m_table.setTensor(tensor);
    // An index that is always 0 tells nothing.
    for (int column = 0; tensor && column < m_table.columnCount(); ++column)
        m_view->setColumnHidden(column, column + 1 < m_table.columnCount() &&
                                            tensor->shape()[static_cast<std::size_t>(column)] == 1);
    m_copy->setEnabled(tensor != nullptr);
    m_save->setEnabled(tensor != nullptr);
    m_slice->setPicture({});
    m_summary->setText(tensor ? tr("Counting…") : tr("There is no answer yet: run the model."));
    fitSlice(tensor ? tensor->shape() : Shape());
    const quint64 number = ++m_number;
    if (!tensor)
        return;
    m_background.run(
        this, [tensor] { return statisticsOf(*tensor); },
        [this, number](const Result<ValueStatistics> &values) {
            if (number != m_number)
                return;
            if (values)
                m_values = *values;
            m_summary->setText(summary());
            drawSlice();
        });
}

QString OutputWindow::summary() const
{
    const QString count = grouped(static_cast<std::int64_t>(m_tensor->elementCount()));
    if (!m_values)
        return tr("%1 texts").arg(count);
    return tr("%1 values · min %2 · max %3 · mean %4 · deviation %5 · NaN %6 · infinite %7")
        .arg(count, numberText(m_values->min), numberText(m_values->max),
             numberText(m_values->mean), numberText(m_values->deviation), grouped(m_values->nans),
             grouped(m_values->infinities));
}

// An index for each dimension before the last two.
void OutputWindow::fitSlice(const Shape &shape)
{
    if (shape == m_shape)
        return;
    m_shape = shape;
    for (QWidget *each : m_indexes->findChildren<QWidget *>(QString(), Qt::FindDirectChildrenOnly))
        delete each;
    m_chosen.clear();
    auto *row = static_cast<QHBoxLayout *>(m_indexes->layout());
    while (QLayoutItem *item = row->takeAt(0))
        delete item;
    for (const std::size_t dimension : slicePlan(shape).leading) {
        auto *index = new QSpinBox(m_indexes);
        index->setObjectName(u"sliceIndex%1"_s.arg(dimension));
        index->setAccessibleName(tr("Index of dimension %1").arg(dimension));
        index->setPrefix(tr("Index %1: ").arg(dimension));
        index->setSuffix(tr(" of %1").arg(shape[dimension]));
        index->setMaximum(static_cast<int>(shape[dimension] - 1));
        connect(index, &QSpinBox::valueChanged, this, &OutputWindow::drawSlice);
        row->addWidget(index);
        m_chosen.push_back(index);
    }
    row->addStretch(1);
}

void OutputWindow::drawSlice()
{
    if (!m_values)
        return;
    std::vector<std::int64_t> chosen;
    for (const QSpinBox *index : m_chosen)
        chosen.push_back(index->value());
    m_background.run(
        this,
        [tensor = m_tensor, values = *m_values, chosen] {
            return slicePicture(*tensor, values, chosen);
        },
        [this, number = m_number, chosen](const SlicePicture &picture) {
            const bool newest =
                std::equal(chosen.begin(), chosen.end(), m_chosen.begin(), m_chosen.end(),
                           [](std::int64_t was, const QSpinBox *is) { return was == is->value(); });
            if (number == m_number && newest)
                m_slice->setPicture(picture);
        });
}

void OutputWindow::showPages()
{
    const QSignalBlocker quiet(m_page);
    m_page->setMaximum(m_table.pages());
    m_page->setValue(m_table.page() + 1);
    m_page->setEnabled(m_table.pages() > 1);
    m_pages->setText(m_table.isSorting() ? tr("Sorting…")
                                         : tr("of %1").arg(grouped(m_table.pages())));
}

void OutputWindow::copySelected()
{
    QStringList lines;
    for (const QModelIndex &row : m_view->selectionModel()->selectedRows()) {
        QStringList cells;
        for (int column = 0; column < m_table.columnCount(); ++column)
            cells << row.siblingAtColumn(column).data().toString();
        lines << cells.join(u'\t');
    }
    if (!lines.isEmpty())
        QGuiApplication::clipboard()->setText(lines.join(u'\n'));
}

void OutputWindow::save()
{
    const Output &output = m_outputs[static_cast<std::size_t>(m_choice->currentIndex())];
    QString name = output.name;
    name.replace(u'/', u'_');
    saveFile(
        this, m_background,
        {tr("Save the output"),
         name + u".npy"_s,
         {tr("NumPy (*.npy)"), tr("CSV (*.csv)"), tr("JSON (*.json)")}},
        [tensor = m_tensor](const QString &path) -> Result<std::string> {
            return written(*tensor, path);
        },
        [this](MessageOverlay::Kind kind, const QString &text) { Q_EMIT said(kind, text); });
}

} // namespace warmbench::ui
