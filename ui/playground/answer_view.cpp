#include "ui/playground/answer_view.h"

#include "ui/playground/answer_phrase.h"
#include "ui/playground/answer_sliders.h"
#include "ui/playground/playground_layout.h"
#include "ui/widgets/caption_label.h"
#include "ui/widgets/class_bars.h"
#include "ui/widgets/controls.h"
#include "ui/widgets/display_text.h"
#include "ui/widgets/picture_view.h"
#include "ui/widgets/theme.h"

#include <algorithm>
#include <cmath>
#include <QFontDatabase>
#include <QGridLayout>
#include <QHeaderView>
#include <QLabel>
#include <QScrollArea>
#include <QStackedWidget>
#include <QTreeWidget>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace warmbench::ui {

namespace {

constexpr std::size_t mostListed = 300; // boxes in the table; as many as are drawn

QScrollArea *scrolled(QWidget *inner, const QString &name)
{
    auto *area = new QScrollArea;
    area->setFrameShape(QFrame::NoFrame);
    area->setWidgetResizable(true);
    area->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    area->setAccessibleName(name);
    area->setWidget(inner);
    return area;
}

} // namespace

AnswerView::AnswerView(const QList<QAction *> &actions, QWidget *parent)
    : QWidget(parent)
    , m_pages(new QStackedWidget(this))
    , m_picture(new PictureView(this))
    , m_bars(new ClassBars(this))
    , m_table(new QTreeWidget(this))
    , m_numbers(new QLabel(this))
    , m_caption(new CaptionLabel(this))
    , m_sliders(new AnswerSliders(this))
{
    m_picture->setAccessibleName(tr("Picture that the network made"));
    m_numbers->setWordWrap(true);
    m_numbers->setTextFormat(Qt::PlainText);
    m_numbers->setAlignment(Qt::AlignTop | Qt::AlignLeft);
    m_numbers->setFont(codeFont());
    m_numbers->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    m_table->setObjectName(u"answerTable"_s);
    m_table->setAccessibleName(tr("What was found"));
    m_table->setFrameShape(QFrame::NoFrame);
    m_table->setRootIsDecorated(false);
    m_table->setUniformRowHeights(true);
    m_table->header()->setSectionResizeMode(QHeaderView::ResizeToContents);
    connect(m_table, &QTreeWidget::itemSelectionChanged, this, [this] {
        const auto chosen = m_table->selectedItems();
        Q_EMIT detectionChosen(chosen.isEmpty() ? -1
                                                : chosen.first()->data(0, Qt::UserRole).toInt());
    });
    auto *barsPage = new QWidget(this);
    auto *bars = new QVBoxLayout(barsPage);
    bars->setContentsMargins(0, 4, 6, 0);
    bars->addWidget(m_bars);
    bars->addStretch(1);
    auto *empty = secondaryLabel(this);
    empty->setText(tr("The answer appears here."));
    empty->setAlignment(Qt::AlignTop | Qt::AlignLeft);
    m_pages->addWidget(empty);
    m_pages->addWidget(scrolled(barsPage, tr("Classes")));
    m_pages->addWidget(m_table);
    m_pages->addWidget(scrolled(m_numbers, tr("Numbers")));
    m_pages->addWidget(m_picture);

    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(12, 10, 12, 8);
    layout->setSpacing(6);
    auto *inner = new QWidget(this);
    auto *parts = new QVBoxLayout(inner);
    parts->setContentsMargins(0, 0, 0, 0);
    parts->setSpacing(6);
    parts->addWidget(m_caption);
    parts->addWidget(m_pages, 1);
    parts->addWidget(m_sliders);
    layout->addWidget(titled(tr("Answer"), inner, this, actions));
}

QString AnswerView::caption() const
{
    return m_caption->text();
}

void AnswerView::clear()
{
    m_shown.reset();
    m_picture->setPicture({}, {});
    m_table->clear();
    setStale(false);
    showPage(Page::Empty, {});
}

void AnswerView::setStale(bool stale)
{
    setFaint(m_pages, stale);
    m_stale = stale;
    showCaption();
}

void AnswerView::showPage(Page page, const QString &caption)
{
    m_pages->setCurrentIndex(static_cast<int>(page));
    m_about = caption;
    showCaption();
}

// The answer stands beside every page, so it says whose it is and whether it still holds.
void AnswerView::showCaption()
{
    QStringList parts;
    if (m_shown && m_stale)
        parts << tr("Out of date");
    if (!m_about.isEmpty())
        parts << m_about;
    if (m_shown)
        parts << text(m_shown->prediction.model.name);
    m_caption->setText(parts.join(u" · "_s));
}

void AnswerView::setResult(std::shared_ptr<const RunResult> result, Beside beside,
                           std::size_t sample)
{
    m_shown = std::move(result);
    m_beside = beside;
    setStale(false);
    showSample(sample);
}

void AnswerView::showSample(std::size_t index)
{
    if (!m_shown)
        return;
    const RunResult &result = *m_shown;
    const auto &samples = result.prediction.results;
    const SampleResult none;
    const SampleResult &sample = index < samples.size() ? samples[index] : none;
    if (samples.size() > 1 && m_beside != Beside::Rows)
        showAll(result.phrases);
    else if (result.prediction.task == Task::Detection)
        showDetections(sample);
    else if (sample.segmentation)
        showShares(*sample.segmentation);
    else if (!result.image.isNull() && index == 0 && m_beside != Beside::Picture) {
        m_picture->setPicture(result.image, result.imageSize);
        showPage(Page::Picture, pictureCaption(result.imageSize, sample.imageRange));
    } else if (!sample.classes.empty()) {
        m_bars->setClasses(sample.classes);
        showPage(Page::Bars, tr("Best %1, by score").arg(sample.classes.size()));
    } else if (!sample.text.empty())
        showText(sample);
    else
        showNumbers(result, index);
}

void AnswerView::showAll(const QStringList &phrases)
{
    m_table->clear();
    m_table->setHeaderLabels({tr("Sample"), tr("Answer")});
    const qsizetype listed = std::min(phrases.size(), static_cast<qsizetype>(mostListed));
    for (qsizetype i = 0; i < listed; ++i) {
        auto *row = new QTreeWidgetItem(m_table, {QString::number(i + 1), phrases[i]});
        row->setData(0, Qt::UserRole, -1);
    }
    showPage(Page::Table, listed < phrases.size()
                              ? tr("The first %1 of %2 answers").arg(listed).arg(phrases.size())
                              : tr("%1 answers").arg(phrases.size()));
}

void AnswerView::showDetections(const SampleResult &sample)
{
    m_table->clear();
    m_table->setHeaderLabels({tr("Label"), tr("Score"), tr("x, y, width, height")});
    for (std::size_t i = 0; i < std::min(sample.detections.size(), mostListed); ++i) {
        const Detection &found = sample.detections[i];
        const auto pixels = [](float from, float to) { return std::lround(to - from); };
        auto *row = new QTreeWidgetItem(m_table, {text(found.label),
                                                  u"%1 %"_s.arg(found.score * 100, 0, 'f', 0),
                                                  u"%1, %2, %3, %4"_s.arg(std::lround(found.left))
                                                      .arg(std::lround(found.top))
                                                      .arg(pixels(found.left, found.right))
                                                      .arg(pixels(found.top, found.bottom))});
        row->setData(0, Qt::UserRole, static_cast<int>(i));
        row->setTextAlignment(1, Qt::AlignRight);
    }
    showPage(Page::Table, answerSentence(sample));
}

void AnswerView::showShares(const Segmentation &map)
{
    m_table->clear();
    m_table->setHeaderLabels({tr("Class"), tr("Share of the pixels")});
    for (const Segmentation::Share &share : map.shares) {
        auto *row = new QTreeWidgetItem(
            m_table, {text(share.label), u"%1 %"_s.arg(share.share * 100, 0, 'f', 1)});
        row->setData(0, Qt::UserRole, -1);
        row->setTextAlignment(1, Qt::AlignRight);
    }
    showPage(
        Page::Table,
        tr("%1 classes, %2 × %3 pixels").arg(map.shares.size()).arg(map.width).arg(map.height));
}

void AnswerView::showText(const SampleResult &sample)
{
    QStringList lines;
    QStringList scores;
    for (const TextLine &line : sample.text) {
        lines << text(line.text);
        scores << u"%1 %"_s.arg(line.score * 100, 0, 'f', 0);
    }
    m_numbers->setText(lines.join(u'\n'));
    showPage(Page::Numbers, tr("Text, mean score %1").arg(scores.join(u", "_s)));
}

void AnswerView::showNumbers(const RunResult &result, std::size_t sample)
{
    const std::size_t primary = result.prediction.primary;
    if (primary >= result.outputs.size())
        return showPage(Page::Empty, {});
    const TensorSummary &output = result.outputs[primary];
    const bool several = result.prediction.results.size() > 1;
    m_numbers->setText(several ? result.phrases.value(static_cast<qsizetype>(sample))
                               : output.values);
    showPage(Page::Numbers, u"%1 %2 %3"_s.arg(output.name, output.dtype, output.shape));
}

} // namespace warmbench::ui
