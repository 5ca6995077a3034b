// While the inputs at hand are answered again after a refresh: what became of the page's own
// answer, and the sentence at the end. Thread: GUI.
#pragma once

#include "ui/playground/prediction_run.h"

namespace warmbench::ui {

class RefreshCheck
{
public:
    // `refreshed` says what else has changed. `page` is the answer that the page shows; null: it
    // shows none, or its input is one of the strip's. `pageRuns`: the page answers again.
    void begin(const QString &refreshed, std::shared_ptr<const RunResult> page, bool pageRuns);
    void giveUp();
    bool isPending() const { return m_pending; }
    bool waitsForPage() const { return m_pageRuns; }
    void pageIsThrough() { m_pageRuns = false; }
    // The page's new answer; `input` is its name, empty for numbers.
    void take(const RunResult &answer, const QString &input);
    // What changed, in one message, with the strip's changes; `notCompared` are further inputs of
    // the strip. Empty: no input was answered again.
    QString finish(std::vector<AnswerChange> strip, int notCompared);

private:
    bool m_pending = false;
    bool m_pageRuns = false;
    QString m_refreshed;
    std::shared_ptr<const RunResult> m_before;
    std::optional<AnswerChange> m_page;
};

} // namespace warmbench::ui
