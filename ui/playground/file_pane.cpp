#include "ui/playground/file_pane.h"

#include "ui/playground/playground_layout.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QSignalBlocker>
#include <QSpinBox>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace warmbench::ui {

FilePane::FilePane(QWidget *parent)
    : QWidget(parent)
    , m_name(new QLabel(this))
    , m_summary(secondaryLabel(this))
    , m_rowTitle(new QLabel(tr("&Row"), this))
    , m_row(new QSpinBox(this))
{
    m_name->setObjectName(u"fileName"_s);
    m_name->setTextFormat(Qt::PlainText);
    m_summary->setObjectName(u"fileSummary"_s);
    m_summary->setWordWrap(true);
    m_row->setObjectName(u"fileRow"_s);
    m_row->setAccessibleName(tr("Row of the table"));
    m_row->setKeyboardTracking(false);
    m_rowTitle->setBuddy(m_row);
    auto *close = new QPushButton(tr("Close file"), this);
    close->setObjectName(u"closeFile"_s);
    close->setToolTip(tr("Back to the input that this model usually takes"));

    auto *row = new QHBoxLayout;
    row->addWidget(m_rowTitle);
    row->addWidget(m_row);
    row->addStretch(1);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(8);
    layout->addWidget(m_name);
    layout->addWidget(m_summary);
    layout->addLayout(row);
    layout->addWidget(close, 0, Qt::AlignLeft);
    layout->addStretch(1);
    connect(m_row, &QSpinBox::valueChanged, this, &FilePane::rowChosen);
    connect(close, &QPushButton::clicked, this, &FilePane::closed);
}

void FilePane::setFile(FileInput file)
{
    m_file = std::move(file);
    m_name->setText(m_file.name);
    m_summary->setText(m_file.summary);
    const int rows = m_file.table ? static_cast<int>(m_file.table->rows.size()) : 1;
    const QSignalBlocker blocker(m_row);
    m_row->setRange(1, rows);
    m_row->setValue(1);
    m_row->setSuffix(tr(" of %1").arg(rows));
    m_row->setVisible(rows > 1);
    m_rowTitle->setVisible(rows > 1);
}

std::shared_ptr<const std::string> FilePane::body() const
{
    return m_file.body(static_cast<std::size_t>(m_row->value() - 1));
}

bool FilePane::sendsAll() const
{
    return !m_file.table || m_file.table->rows.size() == 1;
}

} // namespace warmbench::ui
