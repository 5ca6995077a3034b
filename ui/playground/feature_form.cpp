#include "ui/playground/feature_form.h"

#include "inference/body/prediction_body.h"
#include "tensor/conversion.h"
#include "ui/widgets/controls.h"
#include "ui/widgets/display_text.h"

#include <algorithm>
#include <fmt/format.h>
#include <QDoubleSpinBox>
#include <QGridLayout>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QLabel>
#include <QLineEdit>
#include <QScrollArea>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace warmbench::ui {

namespace {

// Shows as many digits as the number has, however large it is.
class NumberField : public QDoubleSpinBox
{
public:
    explicit NumberField(QWidget *parent)
        : QDoubleSpinBox(parent)
    {
        setDecimals(12);
        setRange(-1e12, 1e12);
        setLocale(QLocale::c());
        setAlignment(Qt::AlignRight);
    }
    QString textFromValue(double value) const override { return QString::number(value, 'g', 9); }
    double valueFromText(const QString &text) const override { return text.toDouble(); }
    QSize sizeHint() const override { return {110, QDoubleSpinBox::sizeHint().height()}; }
    QSize minimumSizeHint() const override { return {90, QDoubleSpinBox::sizeHint().height()}; }
};

bool sameNames(const std::vector<Feature> &a, const std::vector<Feature> &b)
{
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](const Feature &x, const Feature &y) { return x.name == y.name; });
}

QString rangeText(const Feature &feature)
{
    QString range;
    if (feature.minimum && feature.maximum)
        range = u"%1 – %2"_s.arg(numberText(*feature.minimum), numberText(*feature.maximum));
    return range.isEmpty() || feature.unit.empty() ? range + text(feature.unit)
                                                   : range + u' ' + text(feature.unit);
}

double startValue(const Feature &feature)
{
    if (feature.fallback)
        return *feature.fallback;
    return feature.minimum && feature.maximum ? (*feature.minimum + *feature.maximum) / 2 : 0;
}

// The numbers of a single sample of the planned input.
Result<Tensor> onlySample(InferenceInputs inputs, std::size_t index)
{
    RunControl unlimited;
    if (auto *samples = std::get_if<SampleInputs>(&inputs)) {
        if (samples->size() == 1)
            return samples->take(0, unlimited);
        return invalidArgument(
            fmt::format("There are {} rows: paste one of them.", samples->size()));
    }
    if (auto *tensors = std::get_if<TensorInputs>(&inputs);
        tensors && tensors->size() == 1 && index == 0)
        return std::move(tensors->front().tensor);
    return invalidArgument("There is no row of numbers: paste one as JSON or CSV.");
}

} // namespace

Result<std::vector<double>> rowOf(std::string_view body, const BodyTarget &target)
{
    RunControl unlimited;
    const auto made = [&](const BodyTarget &wanted) {
        auto inputs = readBody(wanted, body, {}, unlimited);
        return inputs ? onlySample(*std::move(inputs), wanted.input.index)
                      : Result<Tensor>(inputs.error());
    };
    if (const auto accepted = made(target); !accepted)
        return accepted.error();
    // Read again in float64 to keep all digits, which the model's own type may not hold.
    NetworkSpec wide = target.spec;
    wide.inputs[target.input.index].dtype = DType::Float64;
    const auto tensor = made({target.model, wide, target.input});
    const auto numbers = tensor ? converted(*tensor, DType::Float64) : tensor;
    if (!numbers)
        return numbers.error();
    const auto values = numbers->values<double>();
    if (values.size() != target.input.features.size())
        return invalidArgument(
            fmt::format("There are {} numbers, but \"{}\" takes {}: paste one row.", values.size(),
                        target.model, target.input.features.size()));
    return std::vector<double>(values.begin(), values.end());
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
    m_paste->setObjectName(u"pasteRow"_s);
    m_paste->setAccessibleName(tr("Paste a row"));
    m_paste->setPlaceholderText(tr("Paste a JSON or CSV row and press Return"));
    addClearButton(m_paste);
    m_paste->setAcceptDrops(false); // the window takes dropped files

    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(10);
    layout->addWidget(scroll, 1);
    layout->addWidget(m_paste);
    connect(m_paste, &QLineEdit::returnPressed, this, &FeatureForm::fillFromPaste);
}

void FeatureForm::setModel(const std::string &model, const NetworkSpec &spec,
                           const InputPlan &input)
{
    const bool known = sameNames(input.features, m_input.features) && !m_fields.empty();
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
    for (const Feature &feature : m_input.features) {
        auto *label = new QLabel(text(feature.name), m_fieldArea);
        auto *field = new NumberField(m_fieldArea);
        field->setAccessibleName(text(feature.name));
        field->setObjectName(u"feature%1"_s.arg(row));
        field->setSingleStep(
            feature.minimum && feature.maximum ? (*feature.maximum - *feature.minimum) / 20 : 0.1);
        field->setValue(startValue(feature));
        label->setBuddy(field);
        auto *range = new QLabel(rangeText(feature), m_fieldArea);
        range->setForegroundRole(QPalette::PlaceholderText);
        m_grid->addWidget(label, row, 0);
        m_grid->addWidget(field, row, 1);
        m_grid->addWidget(range, row, 2);
        connect(field, &QDoubleSpinBox::editingFinished, this, [this, field] {
            if (field->hasFocus())
                Q_EMIT submitted();
        });
        m_fields.push_back(field);
        ++row;
    }
    m_grid->setRowStretch(row, 1);
}

void FeatureForm::setValues(const std::vector<double> &values)
{
    for (std::size_t i = 0; i < std::min(values.size(), m_fields.size()); ++i)
        m_fields[i]->setValue(values[i]);
}

std::vector<double> FeatureForm::values() const
{
    std::vector<double> values;
    for (const QDoubleSpinBox *field : m_fields)
        values.push_back(field->value());
    return values;
}

QString FeatureForm::body() const
{
    QJsonArray list;
    for (const double value : values())
        list.append(value);
    return QString::fromUtf8(
        QJsonDocument(QJsonObject{{u"input"_s, list}}).toJson(QJsonDocument::Compact));
}

QString FeatureForm::namedBody() const
{
    // This does not use QJsonObject, which would sort the names.
    QStringList pairs;
    const std::vector<double> numbers = values();
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        const QByteArray name = QJsonDocument(QJsonArray{text(m_input.features[i].name)})
                                    .toJson(QJsonDocument::Compact);
        pairs << u"%1: %2"_s.arg(QString::fromUtf8(name.mid(1, name.size() - 2)),
                                 QString::number(numbers[i], 'g', 9));
    }
    return u"{\"features\": {%1}}"_s.arg(pairs.join(u", "_s));
}

bool FeatureForm::fill(std::string_view body)
{
    const auto row = rowOf(body, {m_model, m_spec, m_input});
    if (!row) {
        Q_EMIT rejected(text(row.error().message));
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
