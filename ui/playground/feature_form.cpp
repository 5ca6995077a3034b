#include "ui/playground/feature_form.h"

#include "tensor/csv.h"
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

// Shows as many digits as the number has, whatever its size.
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

Error countError(std::size_t came, const std::vector<Feature> &features)
{
    std::vector<std::string> names;
    for (const Feature &feature : features)
        names.push_back(feature.name);
    return invalidArgument(fmt::format("The row has {} values where the model takes {}: {}.", came,
                                       features.size(), fmt::join(names, ", ")));
}

Result<std::vector<double>> byName(const QJsonObject &row, const std::vector<Feature> &features)
{
    std::vector<double> values;
    for (const Feature &feature : features) {
        const QJsonValue value = row.value(text(feature.name));
        if (value.isDouble())
            values.push_back(value.toDouble());
        else if (feature.fallback && value.isUndefined())
            values.push_back(*feature.fallback);
        else
            return invalidArgument(
                fmt::format("The row has no number for \"{}\": add it.", feature.name));
    }
    return values;
}

Result<std::vector<double>> fromJson(const QJsonDocument &document,
                                     const std::vector<Feature> &features)
{
    QJsonObject object = document.object();
    QJsonValue inner = object.value("features"_L1);
    if (inner.isUndefined())
        inner = object.value("input"_L1);
    if (inner.isObject())
        object = inner.toObject();
    const QJsonArray list = inner.isArray() ? inner.toArray() : document.array();
    if (list.isEmpty())
        return byName(object, features);
    if (static_cast<std::size_t>(list.size()) != features.size())
        return countError(static_cast<std::size_t>(list.size()), features);
    std::vector<double> values;
    for (const auto &value : list) {
        if (!value.isDouble())
            return invalidArgument("The row holds something that is no number: mend it.");
        values.push_back(value.toDouble());
    }
    return values;
}

Result<std::vector<double>> fromCsv(const QString &pasted, const std::vector<Feature> &features)
{
    Result<CsvTable> table = readCsv(pasted.toStdString());
    if (!table)
        return table.error();
    const std::vector<double> &row = table->rows.front();
    if (table->names.empty()) {
        if (row.size() != features.size())
            return countError(row.size(), features);
        return row;
    }
    QJsonObject named;
    for (std::size_t i = 0; i < std::min(row.size(), table->names.size()); ++i)
        named.insert(text(table->names[i]), row[i]);
    return byName(named, features);
}

} // namespace

Result<std::vector<double>> parseRow(const QString &pasted, const std::vector<Feature> &features)
{
    const QString row = pasted.trimmed();
    if (row.isEmpty())
        return invalidArgument("There is no row: paste JSON or comma-separated numbers.");
    if (!row.startsWith(u'{') && !row.startsWith(u'['))
        return fromCsv(row, features);
    QJsonParseError problem;
    const QJsonDocument document = QJsonDocument::fromJson(row.toUtf8(), &problem);
    if (document.isNull())
        return invalidArgument(fmt::format("The row is no JSON: {} at character {}.",
                                           problem.errorString().toStdString(), problem.offset));
    return fromJson(document, features);
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
    m_paste->setAcceptDrops(false); // files go to the window

    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(10);
    layout->addWidget(scroll, 1);
    layout->addWidget(m_paste);
    connect(m_paste, &QLineEdit::returnPressed, this, &FeatureForm::fillFromPaste);
}

void FeatureForm::setFeatures(const std::vector<Feature> &features)
{
    if (sameNames(features, m_features) && !m_fields.empty())
        return;
    m_features = features;
    m_fields.clear();
    while (QLayoutItem *item = m_grid->takeAt(0)) {
        delete item->widget();
        delete item;
    }
    int row = 0;
    for (const Feature &feature : m_features) {
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
    // Written by hand: a JSON object would sort the names.
    QStringList pairs;
    const std::vector<double> numbers = values();
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        const QByteArray name =
            QJsonDocument(QJsonArray{text(m_features[i].name)}).toJson(QJsonDocument::Compact);
        pairs << u"%1: %2"_s.arg(QString::fromUtf8(name.mid(1, name.size() - 2)),
                                 QString::number(numbers[i], 'g', 9));
    }
    return u"{\"features\": {%1}}"_s.arg(pairs.join(u", "_s));
}

void FeatureForm::fillFromPaste()
{
    const Result<std::vector<double>> row = parseRow(m_paste->text(), m_features);
    if (!row) {
        Q_EMIT rejected(text(row.error().message));
        return;
    }
    setValues(*row);
    m_paste->clear();
    Q_EMIT submitted();
}

} // namespace warmbench::ui
