#include "ui/playground/picture_stage.h"

#include "ui/playground/answer_phrase.h"
#include "ui/playground/full_screen.h"
#include "ui/playground/playground_layout.h"
#include "ui/shortcuts.h"
#include "ui/widgets/caption_label.h"
#include "ui/widgets/controls.h"
#include "ui/widgets/display_text.h"
#include "ui/widgets/picture_view.h"

#include <QAction>
#include <QActionGroup>
#include <QHBoxLayout>
#include <QToolButton>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace warmbench::ui {

namespace {

QString seenCaption(const TensorSummary &seen)
{
    return PictureStage::tr("min %1 · max %2 · mean %3 · %4 %5")
        .arg(numberText(seen.minimum, 3), numberText(seen.maximum, 3), numberText(seen.mean, 3),
             seen.dtype, seen.shape);
}

} // namespace

PictureStage::PictureStage(const QList<QAction *> &actions, QWidget *parent)
    : QWidget(parent)
    , m_caption(new CaptionLabel(this))
{
    auto *content = new QWidget(this);
    makeChoices(content);
    m_screen = new FullScreen(content, this);
    m_screen->action()->setEnabled(false);

    auto *titles = new QHBoxLayout;
    titles->setSpacing(2);
    for (QAction *choice : m_choices)
        titles->addWidget(actionButton(choice, content));
    titles->addStretch(1);
    titles->addWidget(smallButton(m_screen->action(), content));
    for (QAction *action : actions)
        titles->addWidget(smallButton(action, content));
    makeViews(content); // Tab goes through them after the buttons above
    auto *views = new QHBoxLayout;
    views->setSpacing(10);
    for (PictureView *view : m_views)
        views->addWidget(view, 1);
    auto *layout = new QVBoxLayout(content);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(6);
    layout->addLayout(titles);
    layout->addLayout(views, 1);
    layout->addWidget(m_caption);
    auto *outer = new QVBoxLayout(this);
    outer->setContentsMargins(0, 0, 0, 0);
    outer->addWidget(m_screen);
    setShown(Shown::Result);
}

void PictureStage::makeChoices(QWidget *content)
{
    auto *group = new QActionGroup(this);
    const std::array names{tr("Result"), tr("Saw"), tr("Original"), tr("Split")};
    constexpr std::array keys{Shortcut::ShowResult, Shortcut::ShowSeen, Shortcut::ShowOriginal,
                              Shortcut::ShowAll};
    const std::array tips{tr("The answer on the picture (1)"), tr("What the network saw (2)"),
                          tr("The picture as it was sent (3)"), tr("All three (4)")};
    for (std::size_t i = 0; i < names.size(); ++i) {
        auto *choice = new QAction(names[i], this);
        choice->setCheckable(true);
        choice->setToolTip(tips[i]);
        choice->setShortcut(keysOf(keys[i]));
        choice->setShortcutContext(Qt::WidgetWithChildrenShortcut);
        choice->setObjectName(u"show%1"_s.arg(i));
        group->addAction(choice);
        content->addAction(choice);
        connect(choice, &QAction::triggered, this, [this, i] { setShown(static_cast<Shown>(i)); });
        m_choices[i] = choice;
    }
}

void PictureStage::makeViews(QWidget *content)
{
    const std::array spoken{tr("Result"), tr("What the network saw"), tr("Original")};
    for (std::size_t i = 0; i < m_views.size(); ++i) {
        auto *view = new PictureView(content);
        view->setAccessibleName(spoken[i]);
        m_views[i] = view;
        connect(view, &PictureView::stepped, this, &PictureStage::stepped);
        connect(view, &PictureView::zoomed, this, [this](const PictureZoom &zoom) {
            for (PictureView *each : m_views)
                each->setZoom(zoom);
        });
    }
    const QString invitation = tr("Drop a picture here, paste one, or open one.");
    m_views[0]->setPlaceholder(u"image"_s, invitation);
    m_views[2]->setPlaceholder(u"image"_s, invitation);
    m_views[1]->setPlaceholder(
        u"inspector"_s, tr("After a run: the very numbers that the network got, as a picture."));
}

void PictureStage::setShown(Shown shown)
{
    m_shown = shown;
    m_choices[static_cast<std::size_t>(shown)]->setChecked(true);
    for (std::size_t i = 0; i < m_views.size(); ++i)
        m_views[i]->setVisible(shown == Shown::Split || static_cast<std::size_t>(shown) == i);
    showCaption();
}

void PictureStage::showCaption()
{
    if (m_shown != Shown::Split)
        return m_caption->setText(m_captions[static_cast<std::size_t>(m_shown)]);
    QStringList all;
    for (const QString &caption : m_captions)
        if (!caption.isEmpty())
            all << caption;
    m_caption->setText(all.join(u"   |   "_s));
}

void PictureStage::setOriginal(const PictureInput &picture)
{
    m_screen->action()->setEnabled(!picture.preview.isNull());
    m_original = picture.preview;
    m_originalSize = picture.size;
    m_views[0]->setPicture(picture.preview, picture.size);
    m_views[2]->setPicture(picture.preview, picture.size);
    m_captions[2] = picture.preview.isNull() ? QString()
                                             : u"%1 · %2 × %3"_s.arg(picture.name)
                                                   .arg(picture.size.width())
                                                   .arg(picture.size.height());
    m_captions[0] = m_captions[2];
    m_views[1]->setPicture({}, {});
    m_captions[1].clear();
    setStale(false);
    showCaption();
}

void PictureStage::clearAnswer()
{
    // An answer that is a picture stands in the original's place.
    const PictureZoom zoom = m_views[0]->zoom();
    m_views[0]->setPicture(m_original, m_originalSize);
    m_views[0]->setZoom(zoom);
    m_views[1]->setPicture({}, {});
    m_captions[0] = m_captions[2];
    m_captions[1].clear();
    setStale(false);
    showCaption();
}

void PictureStage::setResult(const RunResult &result, const PictureInput &picture)
{
    PictureView &view = *m_views[0];
    const PictureZoom zoom = view.zoom();
    const SampleResult none;
    const auto &samples = result.prediction.results;
    const SampleResult &sample = samples.empty() ? none : samples.front();
    if (!result.image.isNull()) {
        view.setPicture(result.image, result.imageSize);
        m_captions[0] = pictureCaption(result.imageSize, sample.imageRange);
    } else {
        view.setPicture(picture.preview, picture.size);
        m_captions[0] = m_captions[2];
        if (isDrawnOnPicture(result.prediction.task))
            view.setAnswer(sample, answerSentence(sample));
    }
    view.setZoom(zoom);
    m_views[1]->setPicture(result.seen, result.seen.size());
    m_views[1]->setZoom(zoom);
    m_captions[1] = result.seen.isNull() ? QString() : seenCaption(result.seenNumbers);
    setStale(false);
    showCaption();
}

void PictureStage::setStale(bool stale)
{
    for (PictureView *view : {m_views[0], m_views[1]})
        setFaint(view, stale);
}

void PictureStage::setOnly(int detection)
{
    m_views[0]->setOnly(detection);
}

} // namespace warmbench::ui
