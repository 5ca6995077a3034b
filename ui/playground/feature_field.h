// A field for one feature of a table, as its type wants it: a line of text, a whole number, a
// decimal, or a box to tick. Thread: GUI.
#pragma once

#include "model/model_settings.h"

#include <QString>
#include <string>
#include <variant>

class QWidget;

namespace warmbench::ui {

// What a field holds: a number, which is 0 or 1 for a box, or a text.
using FeatureValue = std::variant<double, std::string>;

// A new field with the feature's default. The parent owns it.
QWidget *makeFeatureField(const Feature &feature, QWidget *parent);
FeatureValue featureValue(const QWidget *field);
// A value of the other kind changes nothing.
void setFeatureValue(QWidget *field, const FeatureValue &value);

// The value in JSON, with so many digits at most; those of FloatingPointShortest read back the
// same.
QString featureJson(const Feature &feature, const FeatureValue &value, int digits);

} // namespace warmbench::ui
