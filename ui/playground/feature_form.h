// A table model's row: one field a feature, filled from its defaults or from a pasted JSON or CSV
// row. Thread: GUI.
#pragma once

#include "model/model_settings.h"

#include <QWidget>
#include <vector>

class QDoubleSpinBox;
class QGridLayout;
class QLineEdit;

namespace warmbench::ui {

// Values for the features out of {"sepal length": 5.1, ...}, [5.1, ...] or a CSV row, whose header
// may name them. InvalidArgument says what is missing.
Result<std::vector<double>> parseRow(const QString &pasted, const std::vector<Feature> &features);

class FeatureForm : public QWidget
{
    Q_OBJECT

public:
    // More features than this go through the numbers box instead.
    static constexpr std::size_t mostFields = 64;

    explicit FeatureForm(QWidget *parent = nullptr);

    void setFeatures(const std::vector<Feature> &features); // the same ones keep their values
    void setValues(const std::vector<double> &values);
    std::vector<double> values() const;
    // {"input": [..]} with the fields' values.
    QString body() const;
    // {"features": {"name": value, ..}}: the form that a person reads.
    QString namedBody() const;

Q_SIGNALS:
    void submitted(); // Return in a field
    void rejected(const QString &reason);

private:
    void fillFromPaste();

    std::vector<Feature> m_features;
    std::vector<QDoubleSpinBox *> m_fields;
    QWidget *m_fieldArea;
    QGridLayout *m_grid;
    QLineEdit *m_paste;
};

} // namespace warmbench::ui
