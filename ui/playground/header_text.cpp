#include "ui/playground/header_text.h"

#include "ui/models/shown_state.h"
#include "ui/playground/input_list.h"
#include "ui/shortcuts.h"
#include "ui/widgets/display_text.h"

#include <QCoreApplication>

using namespace Qt::StringLiterals;

namespace warmbench::ui {

namespace {

struct HeaderText
{
    Q_DECLARE_TR_FUNCTIONS(HeaderText)
};

bool isOfOtherModel(const PageNotices &page, const ModelView *model)
{
    if (!page.answered || !model || !model->status.facts)
        return false;
    const ModelStatus::Facts &facts = *model->status.facts;
    const Prediction &prediction = page.answered->prediction;
    return facts.digest != prediction.digest || facts.engine != prediction.engine;
}

} // namespace

QString factsText(const ModelView &model)
{
    QStringList parts;
    if (const auto &facts = model.status.facts) {
        if (!facts->understood.summary.empty())
            parts << text(facts->understood.summary);
        if (facts->input.index < facts->spec.inputs.size())
            parts << text(shapeText(facts->spec.inputs[facts->input.index].shape));
        parts << text(modelFormatName(facts->spec.format));
    }
    const ShownState state = shownState(model.status);
    if (state == ShownState::NotLoaded)
        parts << HeaderText::tr("not loaded: the next run loads it");
    else if (state != ShownState::Loaded)
        parts << stateWord(state);
    return parts.join(u" · "_s);
}

QString outcomeText(const Prediction &prediction)
{
    const QString time = text(prediction.timings.total);
    switch (prediction.cache) {
    case CacheOutcome::Hit:
        return HeaderText::tr("Cache hit · %1").arg(time);
    case CacheOutcome::Miss:
        return HeaderText::tr("Cache miss, loaded · %1").arg(time);
    case CacheOutcome::Coalesced:
        break;
    }
    return HeaderText::tr("Joined a load · %1").arg(time);
}

bool isOutOfDate(const PageNotices &page, const ModelView *model)
{
    return page.answered && (page.edited || isOfOtherModel(page, model));
}

QString noticeText(const PageNotices &page, const ModelView *model)
{
    const ShownState state = model ? shownState(model->status) : ShownState::NotLoaded;
    QStringList notices;
    if (!page.inputNote.isEmpty())
        notices << page.inputNote;
    if (isOutOfDate(page, model))
        notices << (isOfOtherModel(page, model)
                        ? HeaderText::tr("The model has changed since this answer: run it again.")
                        : HeaderText::tr("The input has changed since this answer: run it again."));
    if (state == ShownState::RefreshFailed)
        notices << HeaderText::tr("The old instance goes on serving: %1")
                       .arg(text(model->status.reason));
    if (state == ShownState::Changed)
        notices << HeaderText::tr("The file has changed on disk: refresh to use it (%1).")
                       .arg(keysOf(Shortcut::RefreshModel).toString());
    if (model && !model->entry.warning.empty())
        notices << text(model->entry.warning);
    if (page.answered && !isOutOfDate(page, model))
        for (const std::string &warning : page.answered->prediction.warnings)
            notices << text(warning);
    if (page.facts)
        for (const std::string &warning : page.facts->warnings)
            notices << text(warning);
    notices.removeDuplicates();
    return notices.join(u"   "_s);
}

} // namespace warmbench::ui
