// The pictures of the strip as rows, each with its answer: waiting, answered, refused. An answer
// remembers who gave it, and is out of date once that is not the present model any more.
// Thread: GUI.
#pragma once

#include "ui/playground/prediction_run.h"

#include <optional>
#include <QAbstractListModel>
#include <QHash>
#include <QPixmap>
#include <QStringList>
#include <vector>

namespace warmbench::ui {

class Thumbnails;

// What an answer depends on beside its picture.
struct AnsweredBy
{
    std::string model;
    std::string digest; // of files and settings; empty: not known
    std::string engine;
    std::optional<double> score; // the sliders' thresholds, where they are moved
    std::optional<double> nms;
    std::optional<int> topK;
    bool operator==(const AnsweredBy &) const = default;
};

struct ListedAnswer
{
    QString refusal; // why there is no answer; all else is empty then
    QString phrase;  // in a few words: "cat 93 %", "4 found"
    QString answer;  // in full
    QString label;   // the best one's
    std::optional<double> score;
    std::optional<qsizetype> found; // boxes
    AnsweredBy by;
    std::shared_ptr<const ComparableAnswer> comparable; // null: too large to keep
    std::optional<AnswerChange> change;                 // since the model was refreshed
};

// Who answers now: the model with what is known of it (null: nothing further), with moved sliders
// or without.
AnsweredBy answeredBy(const std::string &model, const ModelStatus::Facts *facts,
                      const AnswerOptions &options);

// `by` as it stood when the run began. Thread: any.
ListedAnswer listedAnswer(const Result<RunResult> &result, AnsweredBy by);

class InputList : public QAbstractListModel
{
    Q_OBJECT

public:
    enum Role { PathRole = Qt::UserRole, StateRole, PhraseRole, StaleRole };
    enum class State { Waiting, Answered, Refused };

    explicit InputList(Thumbnails &thumbnails, QObject *parent = nullptr);

    void setPaths(const QStringList &paths);
    void setAnswer(const QString &path, ListedAnswer answer);
    void forgetRefusals();
    void setPresent(const AnsweredBy &present); // who would answer

    int rowOf(const QString &path) const; // -1: it is not in the list
    QString pathOf(int row) const { return m_rows[static_cast<std::size_t>(row)].path; }
    // The first row from `row` on, then from the start, that has no answer of who would answer.
    std::optional<int> nextWithoutAnswer(int row) const;
    // The answer at hand, if it came from the present model before it changed; otherwise null.
    std::shared_ptr<const ComparableAnswer> answerBefore(const QString &path) const;
    int countBefore() const; // of such answers, also those too large to keep
    void forgetChanges();
    std::vector<AnswerChange> changes() const; // since forgetChanges(), in the list's order
    // How many there are of each kind.
    struct Counts
    {
        int all = 0;
        int answered = 0; // by who would answer
        int refused = 0;
        int stale = 0;
        int changed = 0; // other than before the model was refreshed
    };
    Counts counts() const;
    // A row for each picture: file, model, label, score, found, answer, error, out_of_date, change.
    std::string csv() const;

    int rowCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role) const override;

private:
    struct Row
    {
        QString path;
        QString name;
        std::optional<ListedAnswer> answer;
    };
    bool isStale(const Row &row) const;
    bool isBefore(const Row &row) const;
    QString spoken(const Row &row) const;
    void changed(int row, const QList<int> &roles = {});

    static constexpr std::size_t mostKept = std::size_t{64} << 20U; // bytes of comparable answers

    Thumbnails &m_thumbnails;
    std::vector<Row> m_rows;
    QHash<QString, int> m_index;
    AnsweredBy m_present;
    std::size_t m_kept = 0; // bytes
};

} // namespace warmbench::ui
