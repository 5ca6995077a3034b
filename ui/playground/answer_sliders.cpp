#include "ui/playground/answer_sliders.h"

#include "ui/widgets/controls.h"

#include <algorithm>
#include <cmath>
#include <QAction>
#include <QDoubleSpinBox>
#include <QEvent>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QSlider>
#include <QToolButton>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace warmbench::ui {

namespace {

constexpr double usualClasses = 5; // as many as an answer has where nothing says otherwise
constexpr double mostClasses = 20;

double steps(const QDoubleSpinBox *box)
{
    return std::pow(10.0, box->decimals());
}

} // namespace

AnswerSliders::AnswerSliders(QWidget *parent)
    : QWidget(parent)
    , m_reset(new QAction(tr("Reset"), this))
    , m_keep(new QAction(tr("Keep"), this))
{
    m_reset->setObjectName(u"resetSliders"_s);
    m_reset->setToolTip(tr("Go back to the model's own values"));
    m_keep->setObjectName(u"keepSliders"_s);
    m_keep->setToolTip(tr("Set the model to these values"));
    auto *grid = new QGridLayout;
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setHorizontalSpacing(10);
    grid->setVerticalSpacing(4);
    grid->setColumnStretch(1, 1);
    m_score = make(u"score"_s, tr("Score"), tr("Score threshold"), 1, 2, 0, grid);
    m_overlap = make(u"overlap"_s, tr("Overlap"), tr("Overlap threshold"), 1, 2, 1, grid);
    m_overlap.label->setToolTip(
        tr("Of two boxes that overlap more than this, the better one stays"));
    m_best = make(u"best"_s, tr("Classes"), tr("Number of classes"), mostClasses, 0, 2, grid);
    m_best.slider->setMinimum(1);
    m_best.box->setMinimum(1);
    auto *buttons = new QHBoxLayout;
    buttons->addStretch(1);
    for (QAction *action : {m_reset, m_keep})
        buttons->addWidget(actionButton(action, this));
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(2);
    layout->addLayout(grid);
    layout->addLayout(buttons);
    connect(m_reset, &QAction::triggered, this, [this] {
        reset();
        tell();
    });
    connect(m_keep, &QAction::triggered, this, [this] { Q_EMIT kept(options()); });
    setModel(nullptr);
}

AnswerSliders::Knob AnswerSliders::make(const QString &name, const QString &text,
                                        const QString &spoken, double most, int decimals, int row,
                                        QGridLayout *grid)
{
    Knob knob;
    knob.label = new QLabel(text, this);
    knob.slider = new QSlider(Qt::Horizontal, this);
    knob.box = new QDoubleSpinBox(this);
    knob.box->setDecimals(decimals);
    knob.box->setRange(0, most);
    knob.box->setSingleStep(1 / steps(knob.box));
    knob.box->setKeyboardTracking(false);
    knob.box->setObjectName(name + u"Box"_s);
    knob.box->setAccessibleName(spoken);
    knob.slider->setRange(0, static_cast<int>(std::lround(most * steps(knob.box))));
    knob.slider->setPageStep(std::max(1, knob.slider->maximum() / 10));
    knob.slider->setObjectName(name + u"Slider"_s);
    knob.slider->setAccessibleName(spoken);
    knob.slider->installEventFilter(this);
    knob.label->setBuddy(knob.box);
    grid->addWidget(knob.label, row, 0);
    grid->addWidget(knob.slider, row, 1);
    grid->addWidget(knob.box, row, 2);
    connect(knob.slider, &QSlider::valueChanged, this,
            [this, knob](int value) { knob.box->setValue(value / steps(knob.box)); });
    connect(knob.box, &QDoubleSpinBox::valueChanged, this, [this, knob](double value) {
        const QSignalBlocker quiet(knob.slider);
        knob.slider->setValue(static_cast<int>(std::lround(value * steps(knob.box))));
        tell();
    });
    return knob;
}

void AnswerSliders::put(Knob &knob, double value)
{
    const QSignalBlocker slider(knob.slider);
    const QSignalBlocker box(knob.box);
    knob.slider->setValue(static_cast<int>(std::lround(value * steps(knob.box))));
    knob.box->setValue(value);
}

void AnswerSliders::setOwn(Knob &knob, std::optional<double> own)
{
    // A model that is loaded again as it was leaves alone what a person has moved.
    if (own && knob.used && *own == knob.own)
        return;
    knob.used = own.has_value();
    knob.own = own.value_or(0);
    put(knob, knob.own);
    for (QWidget *each : {static_cast<QWidget *>(knob.label), static_cast<QWidget *>(knob.slider),
                          static_cast<QWidget *>(knob.box)})
        each->setVisible(knob.used);
}

void AnswerSliders::setModel(const ModelStatus::Facts *facts)
{
    const auto *decoder = facts && facts->settings.decoder ? &*facts->settings.decoder : nullptr;
    const bool classes = facts && !decoder && facts->settings.task == Task::Classification;
    setOwn(m_score, decoder ? std::optional(decoder->scoreThreshold) : std::nullopt);
    setOwn(m_overlap, decoder ? std::optional(decoder->nmsThreshold) : std::nullopt);
    setOwn(m_best, classes ? std::optional(facts->settings.output.topK.value_or(usualClasses))
                           : std::nullopt);
    setVisible(decoder || classes);
    showMoved();
}

// A knob that nobody has moved keeps the exact value, which may be between two of its steps.
std::optional<double> AnswerSliders::chosen(const Knob &knob) const
{
    const bool moved = std::lround(knob.box->value() * steps(knob.box)) !=
                       std::lround(std::min(knob.own, knob.box->maximum()) * steps(knob.box));
    return knob.used && moved ? std::optional(knob.box->value()) : std::nullopt;
}

AnswerOptions AnswerSliders::options() const
{
    AnswerOptions options;
    options.scoreThreshold = chosen(m_score);
    options.nmsThreshold = chosen(m_overlap);
    if (const auto best = chosen(m_best))
        options.topK = static_cast<int>(std::lround(*best));
    return options;
}

void AnswerSliders::reset()
{
    for (Knob *knob : {&m_score, &m_overlap, &m_best})
        put(*knob, knob->own);
}

void AnswerSliders::setOptions(const AnswerOptions &wanted)
{
    put(m_score, wanted.scoreThreshold.value_or(m_score.own));
    put(m_overlap, wanted.nmsThreshold.value_or(m_overlap.own));
    put(m_best, wanted.topK.value_or(static_cast<int>(std::lround(m_best.own))));
    showMoved();
}

void AnswerSliders::tell()
{
    showMoved();
    Q_EMIT changed();
}

void AnswerSliders::showMoved()
{
    const AnswerOptions now = options();
    const bool moved = now.scoreThreshold || now.nmsThreshold || now.topK;
    m_reset->setEnabled(moved);
    m_keep->setEnabled(moved);
}

bool AnswerSliders::eventFilter(QObject *watched, QEvent *event)
{
    if (event->type() == QEvent::MouseButtonDblClick) {
        for (Knob *knob : {&m_score, &m_overlap, &m_best}) {
            if (watched != knob->slider)
                continue;
            put(*knob, knob->own);
            tell();
            return true;
        }
    }
    return QWidget::eventFilter(watched, event);
}

} // namespace warmbench::ui
