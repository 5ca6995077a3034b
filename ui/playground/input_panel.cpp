#include "ui/playground/input_panel.h"

#include "ui/playground/feature_form.h"
#include "ui/playground/file_pane.h"
#include "ui/playground/numbers_form.h"
#include "ui/playground/picture_stage.h"
#include "ui/playground/playground_layout.h"
#include "ui/widgets/display_text.h"

#include <QAction>
#include <QHBoxLayout>
#include <QToolButton>

using namespace Qt::StringLiterals;

namespace warmbench::ui {

namespace {

constexpr std::size_t mostEdited =
    256 * 1024; // bytes of text that the form or the box of numbers shows

std::shared_ptr<const std::string> shared(const QString &text)
{
    return std::make_shared<const std::string>(text.toStdString());
}

} // namespace

InputPanel::InputPanel(PictureStage *stage, const QList<QAction *> &actions, QWidget *parent)
    : QStackedWidget(parent)
    , m_stage(stage)
    , m_features(new FeatureForm(this))
    , m_numbers(new NumbersForm(this))
    , m_file(new FilePane(this))
{
    addWidget(m_stage);
    addWidget(titled(tr("Features"), m_features, this, actions));
    addWidget(titled(tr("Numbers"), m_numbers, this, actions));
    addWidget(titled(tr("File"), m_file, this, actions));
    connect(m_features, &FeatureForm::submitted, this, &InputPanel::submitted);
    connect(m_features, &FeatureForm::rejected, this, &InputPanel::rejected);
    connect(m_features, &FeatureForm::edited, this, &InputPanel::edited);
    connect(m_numbers, &NumbersForm::edited, this, &InputPanel::edited);
    connect(m_file, &FilePane::rowChosen, this, &InputPanel::sampleChosen);
    connect(m_file, &FilePane::closed, this, [this] { showPage(m_usual); });
}

void InputPanel::forgetModel()
{
    m_usual = Page::Picture;
    m_onlyNumbers = false;
    m_numbers->setInputs({});
    showPage(m_usual);
}

void InputPanel::setModel(const std::string &model, const ModelStatus::Facts &facts)
{
    const InputPlan &plan = facts.input;
    const Page before = m_usual;
    m_model = model;
    m_numbers->setInputs(facts.spec.inputs);
    m_onlyNumbers =
        facts.spec.inputs.size() == 1 && facts.spec.inputs.front().dtype != DType::String;
    if (plan.kind == InputKind::Features && plan.features.size() <= FeatureForm::mostFields) {
        m_features->setModel(model, facts.spec, plan);
        m_usual = Page::Features;
    } else {
        m_usual = plan.kind == InputKind::Image ? Page::Picture : Page::Numbers;
    }
    // If only facts about the model are new, an opened input stays.
    if (page() == before)
        showPage(m_usual);
}

void InputPanel::showPage(Page page)
{
    setCurrentIndex(static_cast<int>(page));
    Q_EMIT pageChanged();
}

bool InputPanel::take(OpenedInput input)
{
    if (auto *picture = std::get_if<PictureInput>(&input))
        return takePicture(std::move(*picture));
    return takeFile(std::move(std::get<FileInput>(input)));
}

bool InputPanel::takePicture(PictureInput picture)
{
    m_stage->setOriginal(picture);
    m_picture = std::move(picture);
    if (!takesPictures()) {
        Q_EMIT rejected(
            tr("%1 takes numbers, not pictures: fill in its fields or select another model.")
                .arg(text(m_model)));
        return false;
    }
    showPage(Page::Picture);
    return true;
}

void InputPanel::clearPicture()
{
    m_picture.reset();
    m_stage->setOriginal({});
}

bool InputPanel::takeFile(FileInput file)
{
    if (file.noNumber && m_onlyNumbers) {
        Q_EMIT rejected(text(file.noNumber->message));
        return false;
    }
    const bool small = file.bytes->size() <= mostEdited;
    const bool row = small && file.table && file.table->rows.size() == 1;
    if (m_usual == Page::Features && row && m_features->canShow(*file.bytes)) {
        showPage(Page::Features);
        return m_features->fill(*file.bytes);
    }
    const bool json = file.kind == BodyKind::Object || file.kind == BodyKind::List;
    if (m_usual == Page::Features && small && json && m_features->holds(*file.bytes)) {
        showPage(Page::Features);
        return true;
    }
    const bool textual = json || row;
    if (m_usual == Page::Numbers && textual && small) {
        m_numbers->setBody(text(*file.bytes));
        showPage(Page::Numbers);
        return true;
    }
    m_file->setFile(std::move(file));
    showPage(Page::File);
    return true;
}

std::shared_ptr<const std::string> InputPanel::body() const
{
    switch (page()) {
    case Page::Picture:
        return m_picture ? m_picture->bytes : nullptr;
    case Page::Features:
        return shared(m_features->body());
    case Page::Numbers:
        return shared(m_numbers->body());
    case Page::File:
        break;
    }
    return m_file->file().bytes;
}

std::optional<PictureInput> InputPanel::picture() const
{
    return page() == Page::Picture ? m_picture : std::nullopt;
}

QString InputPanel::path() const
{
    if (page() == Page::File)
        return m_file->file().path;
    return page() == Page::Picture && m_picture ? m_picture->path : QString();
}

void InputPanel::setAnswers(const QStringList &answers)
{
    if (page() == Page::File)
        m_file->setAnswers(answers);
}

std::size_t InputPanel::sample() const
{
    return page() == Page::File ? m_file->row() : 0;
}

QString InputPanel::bodyText() const
{
    return page() == Page::Features ? m_features->namedBody() : text(*body()).trimmed();
}

} // namespace warmbench::ui
