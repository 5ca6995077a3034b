#include "ui/compare/input_choice.h"

#include "base/bytes.h"
#include "ui/settings.h"
#include "ui/widgets/caption_label.h"
#include "ui/widgets/display_text.h"

#include <QComboBox>
#include <QDir>
#include <QFileDialog>
#include <QFileInfo>
#include <QPushButton>

using namespace Qt::StringLiterals;

namespace warmbench::ui {

namespace {

constexpr Bytes largestFile = mebibytes(256); // that is no table

QString nameOf(const ApiInput &input)
{
    return input.path.isEmpty() ? InputChoice::tr("the values on the page Try")
                                : QFileInfo(input.path).fileName();
}

} // namespace

InputChoice::InputChoice(PresentInput present, QWidget *parent)
    : QObject(parent)
    , m_present(std::move(present))
    , m_parent(parent)
    , m_kind(new QComboBox(parent))
    , m_shown(new CaptionLabel(parent))
    , m_browse(new QPushButton(tr("Choose…"), parent))
{
    m_kind->setObjectName(u"inputKind"_s);
    m_kind->setAccessibleName(tr("Inputs to compare on"));
    m_kind->addItems({tr("Input of Try"), tr("Files"), tr("Folder")});
    m_shown->setObjectName(u"inputName"_s);
    m_browse->setObjectName(u"chooseInputs"_s);
    m_browse->setAccessibleName(tr("Choose the inputs"));
    connect(m_kind, &QComboBox::currentIndexChanged, this, &InputChoice::showName);
    connect(m_browse, &QPushButton::clicked, this, &InputChoice::ask);
    m_browse->setEnabled(false);
}

void InputChoice::setPaths(const QStringList &paths)
{
    const bool folder = paths.size() == 1 && QFileInfo(paths.front()).isDir();
    if (folder)
        m_folder = paths.front();
    else
        m_files = paths;
    m_kind->setCurrentIndex(folder ? Folder : Files);
    showName();
}

void InputChoice::showName()
{
    const int kind = m_kind->currentIndex();
    m_browse->setEnabled(kind != Present);
    if (kind == Present)
        return update();
    if (kind == Folder)
        m_shown->setText(m_folder.isEmpty() ? tr("No folder is chosen yet")
                                            : QDir::toNativeSeparators(m_folder));
    else
        m_shown->setText(m_files.isEmpty()     ? tr("No files are chosen yet")
                         : m_files.size() == 1 ? QDir::toNativeSeparators(m_files.front())
                                               : tr("%1 files").arg(grouped(m_files.size())));
}

void InputChoice::update()
{
    if (m_kind->currentIndex() != Present)
        return;
    m_present([this](const Result<ApiInput> &input) {
        if (m_kind->currentIndex() == Present)
            m_shown->setText(input && input->body ? nameOf(*input)
                                                  : tr("There is no input on the page Try yet"));
    });
}

void InputChoice::ask()
{
    const bool folder = m_kind->currentIndex() == Folder;
    auto *dialog =
        new QFileDialog(m_parent, folder ? tr("Choose a folder of inputs") : tr("Choose inputs"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(folder ? QFileDialog::Directory : QFileDialog::ExistingFiles);
    dialog->setDirectory(read(settings::lastFolder));
    connect(dialog, &QFileDialog::filesSelected, this, [this](const QStringList &paths) {
        write(settings::lastFolder, QFileInfo(paths.front()).absolutePath());
        setPaths(paths);
    });
    dialog->open();
}

InputChoice::Chosen InputChoice::fromPaths() const
{
    const bool folder = m_kind->currentIndex() == Folder;
    const QStringList paths = !folder              ? m_files
                              : m_folder.isEmpty() ? QStringList()
                                                   : QStringList(m_folder);
    if (paths.isEmpty())
        return {{}, tr("Choose the inputs to compare on first."), {}, {}, {}};
    std::vector<std::string> arguments;
    for (const QString &path : paths)
        arguments.push_back(path.toStdString());
    return {inputsFrom(std::move(arguments), largestFile),
            {},
            m_shown->text(),
            folder ? m_folder : QString(),
            {}};
}

void InputChoice::withInputs(std::function<void(const Chosen &)> use)
{
    if (m_kind->currentIndex() != Present)
        return use(fromPaths());
    m_present([use = std::move(use)](const Result<ApiInput> &input) {
        if (!input)
            return use({{}, text(input.error().message), {}, {}, {}});
        if (!input->body)
            return use({{},
                        tr("There is no input yet: give one on the page Try, or choose files."),
                        {},
                        {},
                        {}});
        const QString name = nameOf(*input);
        use({oneInput(name.toStdString(), input->body), {}, name, {}, input->path});
    });
}

} // namespace warmbench::ui
