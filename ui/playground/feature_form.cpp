#include "ui/playground/feature_form.h"

#include "inference/body/prediction_body.h"
#include "tensor/conversion.h"
#include "ui/widgets/controls.h"
#include "ui/widgets/display_text.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <QAbstractButton>
#include <QDoubleSpinBox>
#include <QGridLayout>
#include <QLabel>
#include <QLineEdit>
#include <QScrollArea>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace warmbench::ui {

namespace {

bool sameFields(const std::vector<Feature> &a, const std::vector<Feature> &b)
{
    return std::equal(
        a.begin(), a.end(), b.begin(), b.end(),
        [](const Feature &x, const Feature &y) { return x.name == y.name && x.dtype == y.dtype; });
}

QString rangeText(const Feature &feature)
{
    QString range;
    if (feature.minimum && feature.maximum)
        range = u"%1 – %2"_s.arg(numberText(*feature.minimum), numberText(*feature.maximum));
    return range.isEmpty() || feature.unit.empty() ? range + text(feature.unit)
                                                   : range + u' ' + text(feature.unit);
}

Error severalRows(std::size_t rows)
{
    return invalidArgument(fmt::format("There are {} rows: paste one of them.", rows));
}

Error noRow()
{
    return invalidArgument("There is no row of numbers: paste one as JSON or CSV.");
}

// A single sample of the planned input.
Result<Tensor> onlySample(InferenceInputs inputs, std::size_t index)
{
    RunControl unlimited;
    if (auto *samples = std::get_if<SampleInputs>(&inputs)) {
        if (samples->size() == 1)
            return samples->take(0, unlimited);
        return severalRows(samples->size());
    }
    if (auto *tensors = std::get_if<TensorInputs>(&inputs);
        tensors && tensors->size() == 1 && index == 0)
        return std::move(tensors->front().tensor);
    return noRow();
}

Result<void> append(const Tensor &tensor, std::vector<FeatureValue> &values)
{
    if (tensor.dtype() == DType::String) {
        const auto &texts = tensor.strings();
        values.insert(values.end(), texts.begin(), texts.end());
        return {};
    }
    const auto numbers = converted(tensor, DType::Float64);
    if (!numbers)
        return numbers.error();
    const auto wide = numbers->values<double>();
    values.insert(values.end(), wide.begin(), wide.end());
    return {};
}

// The only row of a table with an input for each column.
Result<std::vector<FeatureValue>> onlyRow(const TensorInputs &columns,
                                          const std::vector<Feature> &features)
{
    std::vector<FeatureValue> values;
    for (const Feature &feature : features) {
        const auto column =
            std::find_if(columns.begin(), columns.end(),
                         [&](const NamedTensor &one) { return one.name == feature.name; });
        if (column == columns.end())
            return noRow();
        if (column->tensor.elementCount() != 1)
            return severalRows(column->tensor.elementCount());
        if (auto done = append(column->tensor, values); !done)
            return std::move(done).error();
    }
    return values;
}

Result<std::vector<FeatureValue>> rowIn(InferenceInputs inputs, const BodyTarget &target)
{
    if (target.input.columns) {
        const auto *columns = std::get_if<TensorInputs>(&inputs);
        return columns ? onlyRow(*columns, target.input.features) : noRow();
    }
    std::vector<FeatureValue> values;
    const auto sample = onlySample(std::move(inputs), target.input.index);
    if (!sample)
        return sample.error();
    auto done = append(*sample, values);
    return done ? Result<std::vector<FeatureValue>>(std::move(values)) : std::move(done).error();
}

} // namespace

Result<std::vector<FeatureValue>> rowOf(std::string_view body, const BodyTarget &target)
{
    RunControl unlimited;
    const auto made = [&](const BodyTarget &wanted) {
        auto inputs = readBody(wanted, body, {}, unlimited);
        return inputs ? rowIn(*std::move(inputs), wanted)
                      : Result<std::vector<FeatureValue>>(inputs.error());
    };
    if (const auto accepted = made(target); !accepted)
        return accepted.error();
    // Read again in float64 to keep all digits, which the model's own type may not hold.
    NetworkSpec wide = target.spec;
    for (TensorSpec &input : wide.inputs) {
        if (isFloating(input.dtype))
            input.dtype = DType::Float64;
    }
    auto values = made({target.model, wide, target.input});
    if (values && values->size() != target.input.features.size())
        return invalidArgument(fmt::format("There are {} numbers, but \"{}\" takes {}: paste one "
                                           "row.",
                                           values->size(), target.model,
                                           target.input.features.size()));
    return values;
}

FeatureForm::FeatureForm(QWidget *parent)
    : QWidget(parent)
    , m_fieldArea(new QWidget(this))
    , m_grid(new QGridLayout(m_fieldArea))
    , m_paste(new QLineEdit(this))
{
    m_grid->setContentsMargins(0, 0, 6, 0);
    m_grid->setHorizontalSpacing(14);
    m_grid->setVerticalSpacing(8);
    m_grid->setColumnStretch(2, 1);
    auto *scroll = new QScrollArea(this);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setWidgetResizable(true);
    scroll->setWidget(m_fieldArea);
    scroll->setAccessibleName(tr("Features"));
    scroll->setFocusPolicy(Qt::NoFocus); // the fields scroll it
    m_paste->setObjectName(u"pasteRow"_s);
    m_paste->setAccessibleName(tr("Paste a row"));
    m_paste->setPlaceholderText(tr("Paste a JSON or CSV row and press Return"));
    addClearButton(m_paste);
    m_paste->setAcceptDrops(false); // the window takes dropped files

    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(10);
    // Above the fields: messages stand at the page's lower end, where fields can be scrolled away.
    layout->addWidget(m_paste);
    layout->addWidget(scroll, 1);
    connect(m_paste, &QLineEdit::returnPressed, this, &FeatureForm::fillFromPaste);
}

void FeatureForm::setModel(const std::string &model, const NetworkSpec &spec,
                           const InputPlan &input)
{
    const bool known = sameFields(input.features, m_input.features) && !m_fields.empty();
    m_model = model;
    m_spec = spec;
    m_input = input;
    if (!known)
        makeFields();
}

void FeatureForm::makeFields()
{
    m_fields.clear();
    while (QLayoutItem *item = m_grid->takeAt(0)) {
        delete item->widget();
        delete item;
    }
    int row = 0;
    for (const Feature &feature : m_input.features)
        addField(feature, row++);
    m_grid->setRowStretch(row, 1);
    QWidget *before = m_paste;
    for (int i = 0; i < row; ++i) {
        QWidget *field = m_grid->itemAtPosition(i, 1)->widget();
        setTabOrder(before, field);
        before = field;
    }
}

void FeatureForm::addField(const Feature &feature, int row)
{
    auto *label = new QLabel(text(feature.name), m_fieldArea);
    QWidget *field = makeFeatureField(feature, m_fieldArea);
    field->setAccessibleName(text(feature.name));
    field->setObjectName(u"feature%1"_s.arg(row));
    label->setBuddy(field);
    auto *range = new QLabel(rangeText(feature), m_fieldArea);
    range->setForegroundRole(QPalette::PlaceholderText);
    m_grid->addWidget(label, row, 0);
    m_grid->addWidget(field, row, 1);
    m_grid->addWidget(range, row, 2);
    const auto submit = [this, field] {
        if (field->hasFocus())
            Q_EMIT submitted();
    };
    if (auto *number = qobject_cast<QDoubleSpinBox *>(field)) {
        connect(number, &QDoubleSpinBox::editingFinished, this, submit);
        connect(number, &QDoubleSpinBox::valueChanged, this, &FeatureForm::edited);
    } else if (auto *line = qobject_cast<QLineEdit *>(field)) {
        connect(line, &QLineEdit::returnPressed, this, submit);
        connect(line, &QLineEdit::textChanged, this, &FeatureForm::edited);
    } else if (auto *box = qobject_cast<QAbstractButton *>(field)) {
        connect(box, &QAbstractButton::toggled, this, &FeatureForm::edited);
    }
    m_fields.push_back(field);
}

void FeatureForm::setValues(const std::vector<FeatureValue> &values)
{
    for (std::size_t i = 0; i < std::min(values.size(), m_fields.size()); ++i)
        setFeatureValue(m_fields[i], values[i]);
}

std::vector<FeatureValue> FeatureForm::values() const
{
    std::vector<FeatureValue> values;
    for (const QWidget *field : m_fields)
        values.push_back(featureValue(field));
    return values;
}

QString FeatureForm::body() const
{
    if (m_input.columns)
        return named(QLocale::FloatingPointShortest);
    QStringList list;
    const auto held = values();
    for (std::size_t i = 0; i < held.size(); ++i)
        list << featureJson(m_input.features[i], held[i], QLocale::FloatingPointShortest);
    return u"{\"input\":[%1]}"_s.arg(list.join(u','));
}

QString FeatureForm::namedBody() const
{
    return named(9);
}

QString FeatureForm::named(int digits) const
{
    // This does not use QJsonObject, which would sort the names.
    QStringList pairs;
    const auto held = values();
    for (std::size_t i = 0; i < held.size(); ++i) {
        const Feature &feature = m_input.features[i];
        pairs << featureJson(feature, feature.name, digits) + u": "_s +
                     featureJson(feature, held[i], digits);
    }
    return u"{\"features\": {%1}}"_s.arg(pairs.join(u", "_s));
}

bool FeatureForm::canShow(std::string_view body) const
{
    const auto row = rowOf(body, {m_model, m_spec, m_input});
    return !row || std::all_of(row->begin(), row->end(), [](const FeatureValue &value) {
        const double *number = std::get_if<double>(&value);
        return !number || std::abs(*number) <= 1e12;
    });
}

bool FeatureForm::holds(std::string_view body)
{
    const auto row = rowOf(body, {m_model, m_spec, m_input});
    if (!row)
        return false;
    const auto before = values();
    setValues(*row);
    if (values() == *row)
        return true;
    setValues(before);
    return false;
}

bool FeatureForm::fill(std::string_view body)
{
    const auto row = rowOf(body, {m_model, m_spec, m_input});
    if (!row) {
        Q_EMIT rejected(text(row.error().message));
        return false;
    }
    if (!canShow(body)) {
        Q_EMIT rejected(tr("A number of this row is missing or too large for its field: open the "
                           "row as a file."));
        return false;
    }
    setValues(*row);
    return true;
}

void FeatureForm::fillFromPaste()
{
    if (!fill(m_paste->text().toStdString()))
        return;
    m_paste->clear();
    Q_EMIT submitted();
}

} // namespace warmbench::ui
