// What stands above the input: the model's facts, what the cache did, and what the user should know
// of model and answer. Thread: any; pure functions.
#pragma once

#include "inference/workbench.h"
#include "ui/playground/prediction_run.h"

#include <QString>
#include <string>

namespace warmbench::ui {

QString factsText(const ModelView &model);
QString outcomeText(const Prediction &prediction);

struct PageNotices
{
    QString inputNote;                         // of the input; may be empty
    const RunResult *answered = nullptr;       // what is shown
    bool edited = false;                       // the input is no longer that of the answer
    const ModelStatus::Facts *facts = nullptr; // that the page shows
};

// The answer is not that of the present model and input.
bool isOutOfDate(const PageNotices &page, const ModelView *model);
// One line of all that matters.
QString noticeText(const PageNotices &page, const ModelView *model);

} // namespace warmbench::ui
