#include "ui/sheets/match_sheet.h"

#include "base/file.h"
#include "inference/matching/preparations.h"
#include "inference/matching/settings_file.h"
#include "tensor/image.h"
#include "ui/settings.h"
#include "ui/sheets/notebook_lines.h"
#include "ui/sheets/pasted_numbers.h"
#include "ui/widgets/controls.h"
#include "ui/widgets/display_text.h"
#include "ui/widgets/icons.h"
#include "ui/widgets/run_button.h"

#include <array>
#include <QAction>
#include <QClipboard>
#include <QFileDialog>
#include <QFileInfo>
#include <QGridLayout>
#include <QGuiApplication>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QTableWidget>
#include <QTemporaryDir>
#include <QToolButton>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace warmbench::ui {

namespace {

constexpr Bytes largestFile = mebibytes(256);
constexpr int summaryLines = 2;
constexpr int noteLines = 3;

// The contents of the files, which the views of the inputs show.
struct Contents
{
    std::string picture;
    std::string expected;
};

Result<MatchInputs> inputsOf(const std::string &picture, const std::string &file,
                             const std::string &numbers)
{
    const auto contents = std::make_shared<Contents>();
    auto pixels = readFile(picture, largestFile);
    if (!pixels)
        return std::move(pixels).error();
    auto expected = file.empty() ? Result<std::string>(numbers) : readFile(file, largestFile);
    if (!expected)
        return std::move(expected).error();
    contents->picture = *std::move(pixels);
    contents->expected = *std::move(expected);
    MatchInputs inputs;
    inputs.pictures = {contents->picture};
    inputs.expected = contents->expected;
    inputs.keeper = contents;
    return inputs;
}

// A label whose text comes and goes without moving anything.
QLabel *fixedLabel(const QString &name, int lines, QWidget *parent)
{
    auto *label = new QLabel(parent);
    label->setObjectName(name);
    label->setWordWrap(true);
    label->setAlignment(Qt::AlignLeft | Qt::AlignTop);
    label->setTextInteractionFlags(Qt::TextSelectableByMouse);
    label->setFixedHeight(lines * label->fontMetrics().lineSpacing() + 4);
    return label;
}

QString bestText(const Closeness &close)
{
    if (!close.sameBest)
        return u"–"_s;
    return *close.sameBest ? MatchSheet::tr("same") : MatchSheet::tr("another");
}

} // namespace

MatchSheet::MatchSheet(Workbench &workbench, Background &background, const QString &model,
                       const QString &picture, QWidget *parent)
    : QDialog(parent)
    , m_workbench(workbench)
    , m_background(background)
    , m_model(model)
    , m_match(new QAction(tr("Match"), this))
    , m_cancel(new QAction(tr("Cancel"), this))
    , m_summary(fixedLabel(u"matchSummary"_s, summaryLines, this))
    , m_notes(fixedLabel(u"matchNotes"_s, noteLines, this))
    , m_table(new QTableWidget(this))
{
    setObjectName(u"matchSheet"_s);
    setWindowTitle(tr("Match my notebook: %1").arg(model));
    setAttribute(Qt::WA_DeleteOnClose);
    m_match->setToolTip(tr("Try the usual preparations and compare with these numbers"));
    m_cancel->setToolTip(tr("Give the search up"));
    m_cancel->setEnabled(false);
    connect(m_match, &QAction::triggered, this, &MatchSheet::match);
    connect(m_cancel, &QAction::triggered, this, &MatchSheet::cancel);
    QFont large = m_summary->font();
    large.setWeight(QFont::DemiBold);
    m_summary->setFont(large);
    makeTable();
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(20, 16, 20, 14);
    layout->setSpacing(8);
    layout->addLayout(makeForm(picture));
    layout->addWidget(m_summary);
    layout->addWidget(m_notes);
    layout->addWidget(m_table, 1);
    layout->addLayout(makeButtons());
    resize(720, 540);
    say(tr("Give one picture, and what the notebook's network gives for it."));
}

MatchSheet::~MatchSheet()
{
    m_cancellation.request_stop();
}

QLineEdit *MatchSheet::fileLine(const QString &name, const QString &spoken, const QString &title,
                                const QString &filter, QGridLayout *grid, int row)
{
    auto *line = new QLineEdit(this);
    line->setObjectName(name);
    line->setAccessibleName(spoken);
    addClearButton(line);
    auto *browse = new QToolButton(this);
    browse->setObjectName(name + u"Browse"_s);
    browse->setText(u"…"_s);
    browse->setAccessibleName(title);
    browse->setToolTip(title);
    browse->setFocusPolicy(Qt::StrongFocus);
    grid->addWidget(new QLabel(spoken, this), row, 0);
    grid->addWidget(line, row, 1);
    grid->addWidget(browse, row, 2);
    connect(browse, &QToolButton::clicked, this, [this, line, title, filter] {
        auto *dialog = new QFileDialog(this, title);
        dialog->setAttribute(Qt::WA_DeleteOnClose);
        dialog->setFileMode(QFileDialog::ExistingFile);
        dialog->setNameFilter(filter);
        dialog->setDirectory(read(settings::lastFolder));
        connect(dialog, &QFileDialog::fileSelected, line, &QLineEdit::setText);
        dialog->open();
    });
    return line;
}

QLayout *MatchSheet::makeForm(const QString &picture)
{
    auto *grid = new QGridLayout;
    grid->setHorizontalSpacing(8);
    grid->setVerticalSpacing(6);
    m_picture =
        fileLine(u"matchPicture"_s, tr("Picture"), tr("Choose the picture"),
                 tr("Pictures (%1)").arg(filePatterns(pictureEndings()).join(u' ')), grid, 0);
    m_picture->setText(picture);
    m_expected = fileLine(u"matchExpected"_s, tr("Its numbers"),
                          tr("Choose the file with the notebook's numbers"),
                          tr("Numbers (*.npy *.npz)"), grid, 1);
    m_expected->setPlaceholderText(tr("y.npy, the output; or x.npy, the prepared picture"));
    m_pasted = new QPlainTextEdit(this);
    m_pasted->setObjectName(u"matchPasted"_s);
    m_pasted->setAccessibleName(tr("Numbers of the notebook"));
    m_pasted->setPlaceholderText(tr("or paste the numbers of the output here: [0.1, 0.7, …]"));
    m_pasted->setTabChangesFocus(true);
    m_pasted->setFixedHeight(3 * m_pasted->fontMetrics().lineSpacing() + 12);
    // Numbers are those of the file, or those that were pasted; never both.
    connect(m_expected, &QLineEdit::textChanged, this,
            [this](const QString &file) { m_pasted->setEnabled(file.trimmed().isEmpty()); });
    grid->addWidget(m_pasted, 2, 1);
    return grid;
}

void MatchSheet::makeTable()
{
    m_table->setObjectName(u"matchTable"_s);
    m_table->setAccessibleName(tr("Preparations, the closest first"));
    m_table->setColumnCount(4);
    m_table->setHorizontalHeaderLabels(
        {tr("Difference"), tr("Cosine"), tr("Best class"), tr("Preparation")});
    setLines(m_table);
    const std::array widths{90, 90, 90};
    for (std::size_t i = 0; i < widths.size(); ++i)
        m_table->setColumnWidth(static_cast<int>(i), widths[i]);
    m_table->horizontalHeader()->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
}

QLayout *MatchSheet::makeButtons()
{
    auto *copy = new QPushButton(icon(u"copy"_s), tr("Copy Python"), this);
    copy->setObjectName(u"copyNotebookLines"_s);
    copy->setToolTip(tr("Copy the lines that save the numbers in the notebook"));
    m_keep = new QPushButton(icon(u"save"_s), tr("Keep in the settings file"), this);
    m_keep->setObjectName(u"keepPreparation"_s);
    m_keep->setToolTip(tr("Write the preparation that matches beside the model, with the picture "
                          "and its numbers as a known answer"));
    m_keep->setEnabled(false);
    auto *run = new RunButton(m_match, m_cancel, this);
    run->setObjectName(u"matchButton"_s);
    run->setDefault(true);
    auto *close = new QPushButton(tr("Close"), this);
    close->setObjectName(u"closeMatch"_s);
    for (QPushButton *each : {copy, m_keep, close})
        each->setAutoDefault(false);
    connect(copy, &QPushButton::clicked, this, [this] {
        QGuiApplication::clipboard()->setText(
            notebookLines(QFileInfo(m_picture->text()).fileName()));
        say(tr("The lines are on the clipboard: paste them into the notebook after its network "
               "has run."));
    });
    connect(m_keep, &QPushButton::clicked, this, &MatchSheet::keep);
    connect(close, &QPushButton::clicked, this, &QDialog::reject);
    auto *row = new QHBoxLayout;
    row->addWidget(copy);
    row->addStretch(1);
    row->addWidget(run);
    row->addWidget(m_keep);
    row->addWidget(close);
    return row;
}

void MatchSheet::say(const QString &summary, const QString &notes)
{
    m_summary->setText(summary);
    m_summary->setToolTip(summary);
    m_notes->setText(notes);
    m_notes->setToolTip(notes);
}

void MatchSheet::match()
{
    Asked asked{
        m_picture->text().trimmed().toStdString(), m_expected->text().trimmed().toStdString(), {}};
    if (asked.picture.empty())
        return say(tr("Choose the picture that the numbers are about."));
    if (asked.file.empty()) {
        auto numbers = npyOfNumbers(m_pasted->toPlainText());
        if (!numbers)
            return say(text(numbers.error().message));
        asked.numbers = *std::move(numbers);
    }
    m_asked = asked;
    m_best.reset();
    m_keep->setEnabled(false);
    m_table->setRowCount(0);
    m_cancel->setEnabled(true);
    say(tr("Searching …"));
    m_cancellation = std::stop_source();
    MatchRequest request;
    request.model = {m_model.toStdString(), {}};
    request.cancellation = m_cancellation.get_token();
    request.read = [asked] { return inputsOf(asked.picture, asked.file, asked.numbers); };
    m_workbench.match(std::move(request),
                      onGui(this, [this, number = ++m_number](const Result<MatchReport> &report) {
                          if (number == m_number)
                              showReport(report);
                      }));
}

void MatchSheet::cancel()
{
    m_cancellation.request_stop();
    ++m_number;
    m_cancel->setEnabled(false);
    say(tr("Given up."));
}

void MatchSheet::showReport(const Result<MatchReport> &report)
{
    m_cancel->setEnabled(false);
    if (!report)
        return say(text(report.error().message));
    if (report->matches)
        m_best = report->candidates.front();
    m_againstInput = report->againstInput;
    m_keep->setEnabled(report->matches);
    QStringList notes;
    for (const std::string &note : report->notes)
        notes << text(note);
    QString summary = text(report->summary);
    if (!summary.isEmpty())
        summary[0] = summary[0].toUpper();
    say(summary, notes.join(u' '));
    showCandidates(*report);
}

void MatchSheet::showCandidates(const MatchReport &report)
{
    m_table->setRowCount(static_cast<int>(report.candidates.size()));
    int row = 0;
    for (const MatchCandidate &candidate : report.candidates) {
        const Closeness close = candidate.closeness.value_or(Closeness());
        const QString how = text(preparationText(candidate.how));
        const QString shown = candidate.present ? tr("%1 (what the model has)").arg(how) : how;
        int column = 0;
        for (const QString &cell : {text(differenceText(close.largest)),
                                    numberText(close.cosine, 6), bestText(close), shown}) {
            auto *item = new QTableWidgetItem(cell);
            item->setToolTip(cell);
            m_table->setItem(row, column++, item);
        }
        ++row;
    }
    m_table->scrollToTop();
}

void MatchSheet::keep()
{
    m_keep->setEnabled(false);
    // The bundle tells where the settings lie.
    m_workbench.cache().acquire(
        {m_model.toStdString(), {}}, Purpose::Other,
        onGui(this, [this, asked = m_asked, best = *m_best,
                     golden = !m_againstInput](Result<Acquired> acquired) {
            if (!acquired)
                return say(text(acquired.error().message));
            const auto model = std::make_shared<Acquired>(*std::move(acquired));
            m_background.run(
                this,
                [model, asked, best, golden]() -> Result<KeptSettings> {
                    if (!golden)
                        return keepPreparation(*model->handle, best.how, {});
                    const QTemporaryDir folder;
                    std::string file = asked.file;
                    if (file.empty()) {
                        file = folder.filePath(u"y.npy"_s).toStdString();
                        if (const auto written = writeFile(file, asked.numbers); !written)
                            return written.error();
                    }
                    return keepPreparation(
                        *model->handle, best.how,
                        GoldenFiles{asked.picture, file, best.closeness->largest});
                },
                [this](const Result<KeptSettings> &kept) {
                    if (!kept)
                        return say(text(kept.error().message));
                    say(tr("Kept in %1. Refresh the model to use it.")
                            .arg(text(kept->file.string())));
                });
        }));
}

} // namespace warmbench::ui
