#include "ui/compare/picture_pair.h"

#include "ui/compare/compare_table.h"
#include "ui/gui_hop.h"
#include "ui/playground/answer_phrase.h"
#include "ui/widgets/caption_label.h"
#include "ui/widgets/display_text.h"
#include "ui/widgets/picture_view.h"

#include <QHBoxLayout>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace warmbench::ui {

namespace {

constexpr int pauseMs = 120;

bool isServed(const ComparisonSide &side)
{
    return (side.engine.empty() || side.engine == "auto") && side.settings.empty() &&
           !side.preparation;
}

QString letterOf(std::size_t side)
{
    return side == 0 ? u"A"_s : u"B"_s;
}

} // namespace

PicturePair::PicturePair(Workbench &workbench, Background &background, QWidget *parent)
    : QWidget(parent)
    , m_workbench(workbench)
    , m_background(background)
    , m_shown{}
{
    auto *layout = new QHBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(10);
    for (std::size_t i = 0; i < m_shown.size(); ++i) {
        Shown &shown = m_shown[i];
        shown.view = new PictureView(this);
        shown.view->setObjectName(u"picture"_s + letterOf(i));
        shown.view->setAccessibleName(tr("The input with the answer of %1").arg(letterOf(i)));
        shown.answer = new CaptionLabel(this);
        shown.answer->setObjectName(u"answer"_s + letterOf(i));
        auto *column = new QVBoxLayout;
        column->setSpacing(4);
        column->addWidget(shown.view, 1);
        column->addWidget(shown.answer);
        layout->addLayout(column, 1);
        connect(shown.view, &PictureView::zoomed, this, [this](const PictureZoom &zoom) {
            for (const Shown &each : m_shown)
                each.view->setZoom(zoom);
        });
    }
    m_pause.setSingleShot(true);
    m_pause.setInterval(pauseMs);
    connect(&m_pause, &QTimer::timeout, this, &PicturePair::read);
    clear();
}

PicturePair::~PicturePair()
{
    m_cancellation.request_stop();
}

void PicturePair::setSides(const ComparisonSide &first, const ComparisonSide &second)
{
    clear();
    m_shown[0].side = first;
    m_shown[1].side = second;
}

void PicturePair::clear()
{
    m_cancellation.request_stop();
    ++m_number;
    m_pause.stop();
    m_path.clear();
    for (const Shown &shown : m_shown) {
        shown.view->setPicture({}, {});
        shown.view->setPlaceholder(u"image"_s, tr("Choose an input in the table above."));
        shown.answer->setText({});
    }
}

void PicturePair::show(const ComparedInput &input, const QString &path)
{
    m_cancellation.request_stop();
    ++m_number;
    m_path = path;
    m_shown[0].answer->setText(tr("A: %1").arg(answerOf(input.first)));
    m_shown[1].answer->setText(tr("B: %1").arg(answerOf(input.second)));
    if (!path.isEmpty())
        return m_pause.start();
    m_pause.stop();
    for (const Shown &shown : m_shown) {
        shown.view->setPicture({}, {});
        shown.view->setPlaceholder(u"table"_s, tr("This input is no picture."));
    }
}

void PicturePair::read()
{
    m_background.run(
        this, [path = m_path] { return readInput(path); },
        [this, number = m_number](const Result<OpenedInput> &input) {
            if (number != m_number)
                return;
            const PictureInput none;
            const auto *opened = input ? std::get_if<PictureInput>(&*input) : nullptr;
            const PictureInput &picture = opened ? *opened : none;
            for (const Shown &shown : m_shown) {
                // Where a person compares one place of many pictures, the place stays.
                const PictureZoom zoom = shown.view->zoom();
                shown.view->setPicture(picture.preview, picture.size);
                shown.view->setZoom(zoom);
                shown.view->setPlaceholder(u"error"_s, tr("This input cannot be shown."));
            }
            if (opened)
                run(picture);
        });
}

void PicturePair::run(const PictureInput &picture)
{
    m_cancellation = std::stop_source();
    for (Shown &shown : m_shown) {
        if (!isServed(shown.side))
            continue;
        RunRequest request;
        request.model = shown.side.model.name;
        request.body = picture.bytes;
        request.cancellation = m_cancellation.get_token();
        startRun(m_workbench, request,
                 onGui(this, [this, number = m_number, &shown](const Result<RunResult> &result) {
                     if (number == m_number && result)
                         draw(shown, *result);
                 }));
    }
}

void PicturePair::draw(Shown &shown, const RunResult &result)
{
    const PictureZoom zoom = shown.view->zoom();
    const Prediction &prediction = result.prediction;
    if (!result.image.isNull())
        shown.view->setPicture(result.image, result.imageSize);
    else if (!prediction.results.empty() &&
             (prediction.task == Task::Detection || prediction.task == Task::Segmentation))
        shown.view->setAnswer(prediction.results.front(),
                              answerSentence(prediction.results.front()));
    shown.view->setZoom(zoom);
}

} // namespace warmbench::ui
