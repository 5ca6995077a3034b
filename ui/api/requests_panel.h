// The requests of clients: who asked what, what the cache did, where the time went, why one was
// refused. Filtered, copied as curl, exported as CSV; where the person has bodies kept, opened
// again on the page Try. Thread: GUI; files are written in the background.
#pragma once

#include "ui/api/request_table.h"
#include "ui/widgets/message_overlay.h"

#include <QTimer>
#include <QWidget>

class QAction;
class QCheckBox;
class QTableView;

namespace warmbench::ui {

class ApiControl;
class Background;
class RequestDetails;
class RequestFilter;

class RequestsPanel : public QWidget
{
    Q_OBJECT

public:
    RequestsPanel(ApiControl &api, Background &background, QWidget *parent = nullptr);

    void takeServed(); // adds what was answered since the last call

Q_SIGNALS:
    void said(warmbench::ui::MessageOverlay::Kind kind, const QString &text);
    // The person wants to see the input of this request, whose body is still kept.
    void openAsked(const std::shared_ptr<const warmbench::ui::ServedRequest> &request);

private:
    void makeActions();
    QWidget *makeTools();
    void makeView();
    std::shared_ptr<const ServedRequest> selected() const; // null: none
    void showSelected();
    void showBodies();
    void openSelected();
    void copyCurl();
    void saveBody();
    void exportShown();

    ApiControl &m_api;
    Background &m_background;
    RequestTable *m_table;
    RequestFilter *m_filter;
    QTableView *m_view;
    QAction *m_open = nullptr;
    QAction *m_copy = nullptr;
    QAction *m_saveBody = nullptr;
    RequestDetails *m_details = nullptr;
    QTimer m_timer;
    // The file with the body of the request that was saved last.
    std::weak_ptr<const ServedRequest> m_saved;
    QString m_savedAs;
};

} // namespace warmbench::ui
