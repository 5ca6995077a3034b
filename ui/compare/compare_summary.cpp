#include "ui/compare/compare_summary.h"

#include "base/similar_memory.h"
#include "ui/widgets/caption_label.h"
#include "ui/widgets/display_text.h"

#include <array>
#include <QGridLayout>
#include <QLabel>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace warmbench::ui {

namespace {

// The last part is wide enough for "0.022 → 0.019 ms".
constexpr std::array shares{5, 4, 5, 6, 6};

QString noFigure()
{
    return u"–"_s;
}

QString alike()
{
    return CompareSummary::tr("alike");
}

QString endOfPath(const std::string &path)
{
    return text(path).section(u'/', -1);
}

// "0.022 → 0.019 ms", from A to B.
QString fromTo(QString first, const QString &second)
{
    const QString unit = second.mid(second.lastIndexOf(u' '));
    if (first.endsWith(unit))
        first.chop(unit.size());
    return u"%1 → %2"_s.arg(first, second);
}

} // namespace

CompareSummary::CompareSummary(QWidget *parent)
    : QWidget(parent)
    , m_values{}
    , m_titles{}
    , m_details{}
    , m_notes(new CaptionLabel(this))
{
    auto *grid = new QGridLayout;
    grid->setHorizontalSpacing(12);
    grid->setVerticalSpacing(0);
    const std::array names{u"changedFigure"_s, u"cosineFigure"_s, u"largestFigure"_s,
                           u"latencyFigure"_s, u"memoryFigure"_s};
    const std::array titles{tr("changed"), tr("lowest cosine"), tr("largest difference"),
                            tr("time, A → B"), tr("memory, A → B")};
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
        m_values[i] = value;
        m_titles[i] = new CaptionLabel(this);
        m_titles[i]->setText(titles[i]);
        m_details[i] = new CaptionLabel(this);
        grid->addWidget(value, 0, column, Qt::AlignBottom);
        grid->addWidget(m_titles[i], 1, column);
        grid->addWidget(m_details[i], 2, column);
        grid->setColumnStretch(column, shares[i]);
    }
    m_notes->setObjectName(u"compareNotes"_s);
    m_notes->setUrgent(true);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(4);
    layout->addLayout(grid);
    layout->addWidget(m_notes);
    clear();
}

void CompareSummary::set(Figure figure, const QString &value, const QString &details)
{
    m_values[figure]->setText(value);
    m_values[figure]->setAccessibleName(
        QStringList{m_titles[figure]->text(), value, details}.join(u' '));
    m_details[figure]->setText(details);
}

void CompareSummary::clear()
{
    setSummary({});
    setModels(nullptr, nullptr);
    setNotes({});
}

void CompareSummary::setSummary(const ComparisonSummary &summary)
{
    const auto count = [](std::size_t number) {
        return grouped(static_cast<std::int64_t>(number));
    };
    QStringList others;
    if (const std::size_t left = summary.answered() - summary.compared; left > 0)
        others << tr("%1 incomparable").arg(count(left));
    if (summary.refused > 0)
        others << tr("%1 refused").arg(count(summary.refused));
    set(Changed,
        summary.compared > 0 ? tr("%1 of %2").arg(count(summary.changed), count(summary.compared))
                             : noFigure(),
        others.join(u", "_s));
    set(Cosine, summary.lowestCosine ? numberText(*summary.lowestCosine, 6) : noFigure(),
        summary.meanCosine ? tr("mean %1").arg(numberText(*summary.meanCosine, 6)) : QString());
    set(Largest, summary.largest ? numberText(*summary.largest, 3) : noFigure(),
        summary.largestInput.empty() ? QString()
                                     : tr("in %1").arg(endOfPath(summary.largestInput)));
    const auto ratio = summary.infer.ratio();
    const bool told = ratio && summary.latenciesTrusted();
    set(Latency,
        !told                      ? noFigure()
        : summary.infer.areAlike() ? alike()
                                   : tr("%1 ×").arg(*ratio, 0, 'f', 2),
        ratio ? fromTo(text(summary.infer.first), text(summary.infer.second)) : QString());
}

void CompareSummary::setModels(const ComparedModel *first, const ComparedModel *second)
{
    if (!first || !second)
        return set(Memory, noFigure(), {});
    const auto ratio = double(second->memory.count) / double(first->memory.count);
    set(Memory,
        first->memory.count == 0                       ? noFigure()
        : similarMemory(first->memory, second->memory) ? alike()
                                                       : tr("%1 ×").arg(ratio, 0, 'f', 2),
        fromTo(text(first->memory), text(second->memory)));
}

void CompareSummary::setNotes(const QStringList &notes)
{
    m_notes->setText(notes.join(u"   "_s));
}

} // namespace warmbench::ui
