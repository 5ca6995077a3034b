// Numbers for a model that takes neither pictures nor named features, as the JSON or CSV that a
// client would post. Thread: GUI.
#pragma once

#include "engine/network_spec.h"

#include <QWidget>

class QLabel;
class QPlainTextEdit;
class QPushButton;

namespace warmbench::ui {

class NumbersForm : public QWidget
{
    Q_OBJECT

public:
    explicit NumbersForm(QWidget *parent = nullptr);

    void setInputs(const std::vector<TensorSpec> &inputs); // empty: not known yet
    void setBody(const QString &text);
    QString body() const;

Q_SIGNALS:
    void edited();

private:
    void fillWithZeros();

    std::vector<TensorSpec> m_inputs;
    QLabel *m_hint;
    QPlainTextEdit *m_text;
    QPushButton *m_zeros;
};

} // namespace warmbench::ui
