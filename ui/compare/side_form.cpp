#include "ui/compare/side_form.h"

#include "engine/engine.h"
#include "engine/verdicts/verdict.h"
#include "ui/settings.h"
#include "ui/widgets/controls.h"
#include "ui/widgets/display_text.h"

#include <QComboBox>
#include <QFileDialog>
#include <QFileInfo>
#include <QGridLayout>
#include <QLabel>
#include <QLineEdit>
#include <QToolButton>

using namespace Qt::StringLiterals;

namespace warmbench::ui {

namespace {

QComboBox *engineChoice(QWidget *parent)
{
    auto *choice = new QComboBox(parent);
    choice->addItem(SideForm::tr("As served"), QString());
    for (const EngineVersion &engine : engineVersions())
        if (!engine.version.empty())
            choice->addItem(text(engineTitle(engine.name)), text(engine.name));
    choice->setToolTip(SideForm::tr("The engine that runs it, for this comparison alone"));
    return choice;
}

} // namespace

SideForm::SideForm(const QString &letter, QGridLayout *grid, int row, QWidget *parent)
    : QObject(parent)
    , m_model(new QComboBox(parent))
    , m_engine(engineChoice(parent))
    , m_settings(new QLineEdit(parent))
    , m_browse(new QToolButton(parent))
{
    m_model->setObjectName(u"model"_s + letter);
    m_model->setAccessibleName(tr("Model %1").arg(letter));
    m_model->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Fixed);
    m_model->setMinimumWidth(90);
    m_engine->setObjectName(u"engine"_s + letter);
    m_engine->setAccessibleName(tr("Engine of %1").arg(letter));
    m_settings->setObjectName(u"settings"_s + letter);
    m_settings->setAccessibleName(tr("Settings file of %1").arg(letter));
    m_settings->setPlaceholderText(tr("its own settings"));
    m_settings->setToolTip(tr("A settings file instead of the model's own"));
    m_settings->setMinimumWidth(90);
    addClearButton(m_settings);
    m_browse->setObjectName(u"browseSettings"_s + letter);
    m_browse->setText(tr("Choose…"));
    m_browse->setAccessibleName(tr("Choose the settings file of %1").arg(letter));
    m_browse->setToolTip(m_browse->accessibleName());
    m_browse->setFocusPolicy(Qt::StrongFocus);
    auto *title = new QLabel(letter, parent);
    QFont bold = title->font();
    bold.setBold(true);
    title->setFont(bold);
    int column = 0;
    for (QWidget *each : {static_cast<QWidget *>(title), static_cast<QWidget *>(m_model),
                          static_cast<QWidget *>(m_engine), static_cast<QWidget *>(m_settings),
                          static_cast<QWidget *>(m_browse)})
        grid->addWidget(each, row, column++);
    connect(m_model, &QComboBox::activated, this, [this] { m_chosen = true; });
    connect(m_model, &QComboBox::currentIndexChanged, this, &SideForm::changed);
    connect(m_engine, &QComboBox::currentIndexChanged, this, &SideForm::changed);
    connect(m_settings, &QLineEdit::textChanged, this, &SideForm::changed);
    connect(m_browse, &QToolButton::clicked, this, [this, parent] { askForSettings(parent); });
}

void SideForm::setState(const WorkbenchState &state)
{
    QStringList names;
    for (const ModelView &model : state.models)
        names << text(model.entry.name);
    QStringList shown;
    for (int i = 0; i < m_model->count(); ++i)
        shown << m_model->itemText(i);
    if (names == shown)
        return;
    const QString before = m_model->currentText();
    const QSignalBlocker quiet(m_model);
    m_model->clear();
    m_model->addItems(names);
    m_model->setCurrentIndex(static_cast<int>(names.indexOf(before)));
    m_chosen = m_chosen && names.contains(before);
    Q_EMIT changed();
}

void SideForm::setModel(const QString &name)
{
    m_model->setCurrentIndex(m_model->findText(name));
    m_engine->setCurrentIndex(0);
    m_settings->clear();
    m_chosen = true;
}

void SideForm::suggest(const QString &name)
{
    if (!m_chosen)
        m_model->setCurrentIndex(m_model->findText(name));
}

QString SideForm::model() const
{
    return m_model->currentText();
}

ComparisonSide SideForm::side() const
{
    ComparisonSide side;
    side.model = {model().toStdString(), {}};
    side.engine = m_engine->currentData().toString().toStdString();
    side.settings = m_settings->text().trimmed().toStdString();
    return side;
}

QString SideForm::spoken() const
{
    QStringList parts{model()};
    if (m_engine->currentIndex() > 0)
        parts << m_engine->currentText();
    if (const QString file = m_settings->text().trimmed(); !file.isEmpty())
        parts << QFileInfo(file).fileName();
    return parts.join(u" · "_s);
}

void SideForm::askForSettings(QWidget *parent)
{
    auto *dialog = new QFileDialog(parent, tr("Choose a settings file"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::ExistingFile);
    dialog->setNameFilter(tr("Settings (*.json)"));
    dialog->setDirectory(read(settings::lastFolder));
    connect(dialog, &QFileDialog::fileSelected, m_settings, &QLineEdit::setText);
    dialog->open();
}

} // namespace warmbench::ui
