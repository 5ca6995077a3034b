// A form for the row of a table model: one field for each feature, of its own type, filled with its
// default or from a pasted JSON or CSV row. Thread: GUI.
#pragma once

#include "inference/body/body_target.h"
#include "ui/playground/feature_field.h"

#include <QWidget>
#include <vector>

class QGridLayout;
class QLineEdit;

namespace warmbench::ui {

// The values of a body with one row for a table model, in the order of its features.
// InvalidArgument: the body is wrong, or has several rows.
Result<std::vector<FeatureValue>> rowOf(std::string_view body, const BodyTarget &target);

class FeatureForm : public QWidget
{
    Q_OBJECT

public:
    // A model with more features than this gets the numbers box instead.
    static constexpr std::size_t mostFields = 64;

    explicit FeatureForm(QWidget *parent = nullptr);

    // The same features keep their values.
    void setModel(const std::string &model, const NetworkSpec &spec, const InputPlan &input);
    // False for a row with a number that no field can hold: a missing one (NaN) or beyond 1e12.
    bool canShow(std::string_view body) const;
    // Fills the fields where the body has a row that they hold to the last digit; else false.
    bool holds(std::string_view body);
    // Fills the fields with the row of a body; false if it was rejected.
    bool fill(std::string_view body);
    void setValues(const std::vector<FeatureValue> &values);
    std::vector<FeatureValue> values() const;
    // {"input": [..]} with the fields' values, or by name where each column is an input.
    QString body() const;
    // {"features": {"name": value, ..}}: the form that people can read.
    QString namedBody() const;

Q_SIGNALS:
    void submitted(); // the user pressed Return in a field
    void edited();
    void rejected(const QString &reason);

private:
    void makeFields();
    void addField(const Feature &feature, int row);
    QString named(int digits) const;
    void fillFromPaste();

    std::string m_model;
    NetworkSpec m_spec;
    InputPlan m_input;
    std::vector<QWidget *> m_fields;
    QWidget *m_fieldArea;
    QGridLayout *m_grid;
    QLineEdit *m_paste;
};

} // namespace warmbench::ui
