// All that is known of one request: its address with the query, what came of it, where its time
// went, and what can be done with its body. Thread: GUI.
#pragma once

#include "ui/api/served_request.h"

#include <memory>
#include <QWidget>

class QAction;
class QLabel;

namespace warmbench::ui {

class PhaseBar;

class RequestDetails : public QWidget
{
    Q_OBJECT

public:
    // The actions become buttons below the text.
    explicit RequestDetails(const QList<QAction *> &actions, QWidget *parent = nullptr);

    void setRequest(std::shared_ptr<const ServedRequest> request); // null: none is selected
    void showBody(); // again, since it may have been forgotten

private:
    QLabel *makeText(const QString &name, const QString &spoken, QWidget *parent);

    std::shared_ptr<const ServedRequest> m_request;
    QLabel *m_target;
    QLabel *m_outcome;
    QLabel *m_sentence;
    PhaseBar *m_phases;
    QLabel *m_bytes;
};

} // namespace warmbench::ui
