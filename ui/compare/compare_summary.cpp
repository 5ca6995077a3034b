#include "ui/compare/compare_summary.h"

#include "ui/widgets/caption_label.h"
#include "ui/widgets/display_text.h"

#include <QGridLayout>
#include <QLabel>

using namespace Qt::StringLiterals;

namespace warmbench::ui {

namespace {

constexpr int noteLines = 2;

QString noFigure()
{
    return u"–"_s;
}

QString endOfPath(const std::string &path)
{
    return text(path).section(u'/', -1);
}

// "A 3.1 ms, B 4.4 ms".
QString bothText(const QString &first, const QString &second)
{
    return CompareSummary::tr("A %1 · B %2").arg(first, second);
}

} // namespace

CompareSummary::CompareSummary(QWidget *parent)
    : QWidget(parent)
    , m_values{}
    , m_captions{}
    , m_notes(new QLabel(this))
{
    auto *grid = new QGridLayout;
    grid->setHorizontalSpacing(14);
    grid->setVerticalSpacing(0);
    const std::array names{u"changedFigure"_s, u"cosineFigure"_s, u"largestFigure"_s,
                           u"latencyFigure"_s, u"memoryFigure"_s};
    for (std::size_t i = 0; i < names.size(); ++i) {
        const int column = static_cast<int>(i);
        auto *value = new QLabel(this);
        value->setObjectName(names[i]);
        value->setTextInteractionFlags(Qt::TextSelectableByMouse);
        value->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Fixed);
        QFont font = value->font();
        font.setPointSizeF(font.pointSizeF() * (i == Changed ? 1.7 : 1.3));
        font.setWeight(QFont::DemiBold);
        value->setFont(font);
        auto *caption = new CaptionLabel(this);
        grid->addWidget(value, 0, column, Qt::AlignBottom);
        grid->addWidget(caption, 1, column);
        grid->setColumnStretch(column, i == Changed || i == Memory ? 4 : 3);
        m_values[i] = value;
        m_captions[i] = caption;
    }
    m_notes->setObjectName(u"compareNotes"_s);
    m_notes->setWordWrap(true);
    m_notes->setAlignment(Qt::AlignLeft | Qt::AlignTop);
    m_notes->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_notes->setFixedHeight(noteLines * m_notes->fontMetrics().lineSpacing() + 2);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(4);
    layout->addLayout(grid);
    layout->addWidget(m_notes);
    clear();
}

void CompareSummary::set(Figure figure, const QString &value, const QString &caption)
{
    m_values[figure]->setText(value);
    m_values[figure]->setAccessibleName(value + u' ' + caption);
    m_captions[figure]->setText(caption);
}

void CompareSummary::clear()
{
    setSummary({});
    setModels(nullptr, nullptr);
    setNotes({});
}

void CompareSummary::setSummary(const ComparisonSummary &summary)
{
    if (summary.compared == 0)
        set(Changed, noFigure(), summary.inputs > 0 ? tr("none answered by both") : tr("changed"));
    else
        set(Changed,
            tr("%1 of %2").arg(grouped(qint64(summary.changed)), grouped(qint64(summary.compared))),
            summary.refused() > 0
                ? tr("changed · %1 refused").arg(grouped(qint64(summary.refused())))
                : tr("changed"));
    set(Cosine, summary.lowestCosine ? numberText(*summary.lowestCosine, 6) : noFigure(),
        tr("lowest cosine"));
    set(Largest, summary.largest ? numberText(*summary.largest, 3) : noFigure(),
        summary.largestInput.empty()
            ? tr("largest difference")
            : tr("largest difference, in %1").arg(endOfPath(summary.largestInput)));
    const auto ratio = summary.infer.ratio();
    set(Latency, ratio ? tr("%1 ×").arg(*ratio, 0, 'f', 2) : noFigure(),
        ratio ? bothText(text(summary.infer.first), text(summary.infer.second))
              : tr("time of B to A"));
}

void CompareSummary::setModels(const ComparedModel *first, const ComparedModel *second)
{
    if (!first || !second)
        return set(Memory, noFigure(), tr("memory"));
    const bool less = second->memory.count < first->memory.count;
    const Bytes apart{less ? first->memory.count - second->memory.count
                           : second->memory.count - first->memory.count};
    set(Memory,
        apart.count == 0 ? tr("the same")
        : less           ? u"−"_s + text(apart)
                         : u"+"_s + text(apart),
        tr("memory: %1").arg(bothText(text(first->memory), text(second->memory))));
}

void CompareSummary::setNotes(const QStringList &notes)
{
    const QString all = notes.join(u' ');
    m_notes->setText(all);
    m_notes->setToolTip(notes.join(u'\n'));
    m_notes->setAccessibleName(all);
}

} // namespace warmbench::ui
