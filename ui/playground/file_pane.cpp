#include "ui/playground/file_pane.h"

#include "ui/playground/playground_layout.h"
#include "ui/playground/row_table.h"

#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QPushButton>
#include <QTableView>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace warmbench::ui {

namespace {

constexpr int answerWidth = 180;

} // namespace

FilePane::FilePane(QWidget *parent)
    : QWidget(parent)
    , m_name(new QLabel(this))
    , m_summary(secondaryLabel(this))
    , m_rows(new RowTable(this))
    , m_view(new QTableView(this))
{
    m_name->setObjectName(u"fileName"_s);
    m_name->setTextFormat(Qt::PlainText);
    m_summary->setObjectName(u"fileSummary"_s);
    m_summary->setWordWrap(true);
    m_view->setObjectName(u"fileRows"_s);
    m_view->setAccessibleName(tr("Rows with their answers"));
    m_view->setModel(m_rows);
    m_view->setFrameShape(QFrame::NoFrame);
    m_view->setShowGrid(false);
    m_view->setMinimumHeight(60);
    m_view->setAlternatingRowColors(true);
    m_view->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_view->setSelectionMode(QAbstractItemView::SingleSelection);
    m_view->setTabKeyNavigation(false);
    m_view->horizontalHeader()->setHighlightSections(false);
    m_view->verticalHeader()->setDefaultSectionSize(fontMetrics().height() + 8);
    auto *close = new QPushButton(tr("Close file"), this);
    close->setObjectName(u"closeFile"_s);
    close->setToolTip(tr("Back to the input that this model usually takes"));
    setTabOrder(close, m_view);

    auto *titles = new QHBoxLayout;
    titles->addWidget(m_name, 1);
    titles->addWidget(close);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(8);
    layout->addLayout(titles);
    layout->addWidget(m_summary);
    layout->addWidget(m_view, 1);
    layout->addStretch(0);
    connect(m_view->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
            [this](const QModelIndex &current) {
                if (current.isValid())
                    Q_EMIT rowChosen(current.row());
            });
    connect(close, &QPushButton::clicked, this, &FilePane::closed);
}

void FilePane::setFile(FileInput file)
{
    m_file = std::move(file);
    m_name->setText(m_file.name);
    m_summary->setText(m_file.summary);
    m_rows->setRows(m_file.table, m_file.table ? m_file.table->rows.size() : 0);
    m_view->setColumnWidth(0, answerWidth);
    m_view->setVisible(m_file.table && m_file.table->rows.size() > 1);
}

void FilePane::setAnswers(const QStringList &answers)
{
    if (!m_file.table && answers.size() != m_rows->rowCount())
        m_rows->setRows({}, answers.size() > 1 ? static_cast<std::size_t>(answers.size()) : 0);
    m_rows->setAnswers(answers);
    m_view->setColumnWidth(0, answerWidth);
    m_view->setVisible(m_rows->rowCount() > 1);
}

std::size_t FilePane::row() const
{
    const QModelIndex current = m_view->currentIndex();
    return current.isValid() ? static_cast<std::size_t>(current.row()) : 0;
}

} // namespace warmbench::ui
