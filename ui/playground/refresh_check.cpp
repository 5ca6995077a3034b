#include "ui/playground/refresh_check.h"

#include <QCoreApplication>

using namespace Qt::StringLiterals;

namespace warmbench::ui {

void RefreshCheck::begin(const QString &refreshed, std::shared_ptr<const RunResult> page,
                         bool pageRuns)
{
    m_pending = true;
    m_pageRuns = pageRuns;
    m_refreshed = refreshed;
    m_before = std::move(page);
    m_page.reset();
}

void RefreshCheck::giveUp()
{
    m_pending = false;
    m_pageRuns = false;
    m_before.reset();
}

void RefreshCheck::take(const RunResult &answer, const QString &input)
{
    if (!m_pending || !m_before || !answer.change)
        return;
    m_page = answer.change;
    m_page->input = input.isEmpty() ? QCoreApplication::translate("RefreshCheck", "it") : input;
}

QString RefreshCheck::finish(std::vector<AnswerChange> strip, int notCompared)
{
    if (m_page)
        strip.insert(strip.begin(), *m_page);
    else if (m_before)
        ++notCompared;
    giveUp();
    const QString found = changesText(strip, notCompared);
    return found.isEmpty() ? QString() : m_refreshed + u' ' + found;
}

} // namespace warmbench::ui
