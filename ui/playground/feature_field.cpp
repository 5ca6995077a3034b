#include "ui/playground/feature_field.h"

#include "tensor/csv.h"
#include "ui/widgets/display_text.h"

#include <cmath>
#include <QCheckBox>
#include <QDoubleSpinBox>
#include <QJsonArray>
#include <QJsonDocument>
#include <QLineEdit>

using namespace Qt::StringLiterals;

namespace warmbench::ui {

namespace {

constexpr double mostExact = 9007199254740992; // 2^53: the largest of consecutive whole doubles

// Shows as many digits as the number has, however large it is.
class NumberField : public QDoubleSpinBox
{
public:
    NumberField(bool whole, QWidget *parent)
        : QDoubleSpinBox(parent)
        , m_whole(whole)
    {
        setDecimals(whole ? 0 : 12);
        setRange(whole ? -mostExact : -1e12, whole ? mostExact : 1e12);
        setLocale(QLocale::c());
        setAlignment(Qt::AlignRight);
    }
    QString textFromValue(double value) const override
    {
        return m_whole ? QString::number(value, 'f', 0) : QString::number(value, 'g', 9);
    }
    double valueFromText(const QString &text) const override { return text.toDouble(); }
    QSize sizeHint() const override { return {110, QDoubleSpinBox::sizeHint().height()}; }
    QSize minimumSizeHint() const override { return {90, QDoubleSpinBox::sizeHint().height()}; }

private:
    bool m_whole;
};

double startValue(const Feature &feature)
{
    if (feature.fallback)
        return *feature.fallback;
    if (const auto example = csvNumber(feature.example))
        return *example;
    return feature.minimum && feature.maximum ? (*feature.minimum + *feature.maximum) / 2 : 0;
}

QWidget *numberField(const Feature &feature, QWidget *parent)
{
    const bool whole = !isFloating(feature.dtype);
    auto *field = new NumberField(whole, parent);
    const double step = feature.minimum && feature.maximum
                            ? (*feature.maximum - *feature.minimum) / 20
                            : (whole ? 1 : 0.1);
    field->setSingleStep(whole ? std::max(1.0, std::round(step)) : step);
    field->setValue(startValue(feature));
    return field;
}

} // namespace

QWidget *makeFeatureField(const Feature &feature, QWidget *parent)
{
    if (feature.dtype == DType::Bool) {
        auto *box = new QCheckBox(parent);
        box->setChecked(startValue(feature) != 0);
        return box;
    }
    if (feature.dtype != DType::String)
        return numberField(feature, parent);
    auto *line = new QLineEdit(parent);
    line->setText(text(feature.example));
    line->setAcceptDrops(false); // the window takes dropped files
    return line;
}

FeatureValue featureValue(const QWidget *field)
{
    if (const auto *line = qobject_cast<const QLineEdit *>(field))
        return line->text().toStdString();
    if (const auto *box = qobject_cast<const QCheckBox *>(field))
        return box->isChecked() ? 1.0 : 0.0;
    return qobject_cast<const QDoubleSpinBox *>(field)->value();
}

void setFeatureValue(QWidget *field, const FeatureValue &value)
{
    if (const auto *written = std::get_if<std::string>(&value)) {
        if (auto *line = qobject_cast<QLineEdit *>(field))
            line->setText(text(*written));
        return;
    }
    const double number = std::get<double>(value);
    if (auto *box = qobject_cast<QCheckBox *>(field))
        box->setChecked(number != 0);
    else if (auto *spin = qobject_cast<QDoubleSpinBox *>(field))
        spin->setValue(number);
}

QString featureJson(const Feature &feature, const FeatureValue &value, int digits)
{
    if (const auto *written = std::get_if<std::string>(&value)) {
        const QByteArray list =
            QJsonDocument(QJsonArray{text(*written)}).toJson(QJsonDocument::Compact);
        return QString::fromUtf8(list.mid(1, list.size() - 2));
    }
    const double number = std::get<double>(value);
    if (feature.dtype == DType::Bool)
        return number != 0 ? u"true"_s : u"false"_s;
    if (!std::isfinite(number))
        return u"null"_s;
    return isFloating(feature.dtype) ? QString::number(number, 'g', digits)
                                     : QString::number(number, 'f', 0);
}

} // namespace warmbench::ui
