// What an answer takes of the outputs: the least score and the overlap of boxes for detectors, how
// many classes for classifiers. Each is a slider with a box for the exact value; a double click on
// the slider goes back to the model's own value. Hidden where the model has none of them.
// Thread: GUI.
#pragma once

#include "inference/inference_types.h"
#include "model/cache/model_cache.h"

#include <QWidget>

class QAction;
class QDoubleSpinBox;
class QGridLayout;
class QLabel;
class QSlider;

namespace warmbench::ui {

class AnswerSliders : public QWidget
{
    Q_OBJECT

public:
    explicit AnswerSliders(QWidget *parent = nullptr);

    // Sets what is new to the model's own values; null: nothing is known of a model.
    void setModel(const ModelStatus::Facts *facts);
    // What differs from the model's own values.
    AnswerOptions options() const;
    void reset(); // to the model's own values
    // For the next run: what `wanted` leaves out is the model's own.
    void setOptions(const AnswerOptions &wanted);

Q_SIGNALS:
    void changed();
    // The model shall answer so from now on.
    void kept(const warmbench::AnswerOptions &options);

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    struct Knob
    {
        QLabel *label = nullptr;
        QSlider *slider = nullptr;
        QDoubleSpinBox *box = nullptr;
        double own = 0; // the model's
        bool used = false;
    };

    Knob make(const QString &name, const QString &text, const QString &spoken, double most,
              int decimals, int row, QGridLayout *grid);
    void setOwn(Knob &knob, std::optional<double> own);
    void put(Knob &knob, double value); // says nothing
    std::optional<double> chosen(const Knob &knob) const;
    void tell();
    void showMoved();

    Knob m_score;
    Knob m_overlap;
    Knob m_best;
    QAction *m_reset;
    QAction *m_keep;
};

} // namespace warmbench::ui
