#include "ui/playground/input_list.h"

#include "tensor/csv.h"
#include "ui/playground/answer_phrase.h"
#include "ui/playground/thumbnails.h"
#include "ui/widgets/display_text.h"

#include <algorithm>
#include <fmt/format.h>
#include <QFileInfo>

using namespace Qt::StringLiterals;

namespace warmbench::ui {

AnsweredBy answeredBy(const std::string &model, const ModelStatus::Facts *facts,
                      const AnswerOptions &options)
{
    AnsweredBy by;
    by.model = model;
    if (facts) {
        by.digest = facts->digest;
        by.engine = facts->engine;
    }
    by.score = options.scoreThreshold;
    by.nms = options.nmsThreshold;
    by.topK = options.topK;
    return by;
}

ListedAnswer listedAnswer(const Result<RunResult> &result, AnsweredBy by)
{
    ListedAnswer listed;
    listed.by = std::move(by);
    if (!result) {
        listed.by.digest.clear();
        listed.refusal = text(result.error().message);
        return listed;
    }
    const Prediction &prediction = result->prediction;
    listed.by.digest = prediction.digest;
    listed.by.engine = prediction.engine;
    listed.comparable = result->comparable;
    listed.change = result->change;
    listed.answer = result->phrases.value(0);
    listed.phrase = listed.answer;
    if (prediction.results.empty())
        return listed;
    const SampleResult &sample = prediction.results.front();
    if (prediction.task == Task::Detection) {
        listed.found = static_cast<qsizetype>(sample.detections.size());
        listed.phrase = InputList::tr("%1 found").arg(*listed.found);
        if (!sample.detections.empty()) {
            listed.label = text(sample.detections.front().label);
            listed.score = double{sample.detections.front().score};
        }
    } else if (sample.segmentation && !sample.segmentation->shares.empty()) {
        const auto &most = sample.segmentation->shares.front();
        listed.label = text(most.label);
        listed.score = most.share;
        listed.phrase = u"%1 %2 %"_s.arg(listed.label).arg(most.share * 100, 0, 'f', 0);
    } else if (!sample.classes.empty()) {
        listed.label = text(sample.classes.front().label);
        listed.score = double{sample.classes.front().score};
    } else if (sample.image) {
        listed.phrase = InputList::tr("a picture");
    }
    return listed;
}

InputList::InputList(Thumbnails &thumbnails, QObject *parent)
    : QAbstractListModel(parent)
    , m_thumbnails(thumbnails)
{
    connect(&thumbnails, &Thumbnails::ready, this, [this](const QString &path) {
        if (const int row = rowOf(path); row >= 0)
            changed(row, {Qt::DecorationRole});
    });
}

void InputList::setPaths(const QStringList &paths)
{
    beginResetModel();
    m_rows.clear();
    m_index.clear();
    m_kept = 0;
    for (const QString &path : paths) {
        if (m_index.contains(path))
            continue;
        m_index.insert(path, static_cast<int>(m_rows.size()));
        m_rows.push_back({path, QFileInfo(path).fileName(), {}});
    }
    endResetModel();
}

void InputList::changed(int row, const QList<int> &roles)
{
    Q_EMIT dataChanged(index(row), index(row), roles);
}

void InputList::setAnswer(const QString &path, ListedAnswer answer)
{
    const int row = rowOf(path);
    if (row < 0)
        return;
    Row &answered = m_rows[static_cast<std::size_t>(row)];
    // The name stands above the sentence already.
    if (const QString before = answered.name + u": "_s; answer.refusal.startsWith(before))
        answer.refusal.remove(0, before.size());
    if (answered.answer && answered.answer->comparable)
        m_kept -= answered.answer->comparable->bytes;
    if (answer.comparable && m_kept + answer.comparable->bytes > mostKept)
        answer.comparable.reset();
    if (answer.comparable)
        m_kept += answer.comparable->bytes;
    if (!answer.refusal.isEmpty() && isBefore(answered))
        answer.change =
            AnswerChange{{}, true, tr("has no answer any more: %1").arg(answer.refusal)};
    if (answer.change)
        answer.change->input = answered.name;
    answered.answer = std::move(answer);
    changed(row);
}

void InputList::forgetRefusals()
{
    for (Row &row : m_rows) {
        if (!row.answer || row.answer->refusal.isEmpty())
            continue;
        row.answer.reset();
        changed(rowOf(row.path));
    }
}

void InputList::setPresent(const AnsweredBy &present)
{
    if (present == m_present)
        return;
    m_present = present;
    if (!m_rows.empty())
        Q_EMIT dataChanged(index(0), index(rowCount() - 1), {StaleRole, PhraseRole});
}

int InputList::rowOf(const QString &path) const
{
    return m_index.value(path, -1);
}

bool InputList::isStale(const Row &row) const
{
    if (!row.answer)
        return false;
    AnsweredBy by = row.answer->by;
    // What is not known makes nothing stale: a model that is not loaded, an answer that failed.
    if (m_present.digest.empty() || by.digest.empty()) {
        by.digest = m_present.digest;
        by.engine = m_present.engine;
    }
    return by != m_present;
}

std::optional<int> InputList::nextWithoutAnswer(int row) const
{
    const int all = rowCount();
    for (int i = 0; i < all; ++i) {
        const int at = (row + i) % all;
        const Row &each = m_rows[static_cast<std::size_t>(at)];
        if (!each.answer || isStale(each))
            return at;
    }
    return {};
}

std::shared_ptr<const ComparableAnswer> InputList::answerBefore(const QString &path) const
{
    const int row = rowOf(path);
    if (row < 0)
        return {};
    const Row &answered = m_rows[static_cast<std::size_t>(row)];
    return isBefore(answered) ? answered.answer->comparable : nullptr;
}

// The same model gave the answer, in the state that it had before it changed.
bool InputList::isBefore(const Row &row) const
{
    if (!row.answer || !row.answer->refusal.isEmpty() || !isStale(row))
        return false;
    AnsweredBy by = row.answer->by;
    by.digest = m_present.digest;
    by.engine = m_present.engine;
    return by == m_present;
}

int InputList::countBefore() const
{
    return static_cast<int>(std::count_if(m_rows.begin(), m_rows.end(),
                                          [this](const Row &row) { return isBefore(row); }));
}

void InputList::forgetChanges()
{
    for (Row &row : m_rows) {
        if (!row.answer || !row.answer->change)
            continue;
        row.answer->change.reset();
        changed(rowOf(row.path));
    }
}

std::vector<AnswerChange> InputList::changes() const
{
    std::vector<AnswerChange> changes;
    for (const Row &row : m_rows) {
        if (row.answer && row.answer->change)
            changes.push_back(*row.answer->change);
    }
    return changes;
}

InputList::Counts InputList::counts() const
{
    Counts counts;
    counts.all = rowCount();
    for (const Row &row : m_rows) {
        if (!row.answer)
            continue;
        if (isStale(row))
            ++counts.stale;
        else if (row.answer->refusal.isEmpty())
            ++counts.answered;
        else
            ++counts.refused;
        if (row.answer->change && row.answer->change->changed)
            ++counts.changed;
    }
    return counts;
}

std::string InputList::csv() const
{
    std::string csv = "file,model,label,score,found,answer,error,out_of_date,change\n";
    for (const Row &row : m_rows) {
        const ListedAnswer answer = row.answer.value_or(ListedAnswer());
        const std::string cells[] = {row.name.toStdString(),
                                     answer.by.model,
                                     answer.label.toStdString(),
                                     answer.score ? fmt::format("{:.6g}", *answer.score) : "",
                                     answer.found ? std::to_string(*answer.found) : "",
                                     answer.answer.toStdString(),
                                     answer.refusal.toStdString(),
                                     isStale(row) ? "yes" : "",
                                     !answer.change           ? ""
                                     : answer.change->changed ? "changed"
                                                              : "same"};
        for (const std::string &cell : cells) {
            appendCsvCell(csv, cell);
            csv += &cell == std::end(cells) - 1 ? '\n' : ',';
        }
    }
    return csv;
}

int InputList::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

QString InputList::spoken(const Row &row) const
{
    if (!row.answer)
        return tr("%1: no answer yet").arg(row.name);
    QString said = row.answer->refusal.isEmpty() ? row.answer->answer : row.answer->refusal;
    if (row.answer->change && row.answer->change->changed)
        said += tr("; changed by the refresh: %1").arg(row.answer->change->how);
    return isStale(row) ? tr("%1: %2 (out of date)").arg(row.name, said)
                        : u"%1: %2"_s.arg(row.name, said);
}

QVariant InputList::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const Row &row = m_rows[static_cast<std::size_t>(index.row())];
    switch (role) {
    case Qt::DisplayRole:
        return row.name;
    case Qt::DecorationRole:
        return m_thumbnails.of(row.path);
    case Qt::ToolTipRole:
    case Qt::AccessibleTextRole:
        return spoken(row);
    case PathRole:
        return row.path;
    case StateRole:
        return static_cast<int>(!row.answer                     ? State::Waiting
                                : row.answer->refusal.isEmpty() ? State::Answered
                                                                : State::Refused);
    case PhraseRole:
        return !row.answer ? tr("waiting")
               : row.answer->change && row.answer->change->changed
                   ? u"\u2260 "_s + row.answer->phrase
               : row.answer->refusal.isEmpty() ? row.answer->phrase
                                               : row.answer->refusal;
    case StaleRole:
        return isStale(row);
    default:
        return {};
    }
}

} // namespace warmbench::ui
