// The requests of clients: who asked what, what the cache did, how long it took, why one was
// refused. Filtered, copied as curl, exported as CSV. Thread: GUI; the export is written in the
// background.
#pragma once

#include "ui/widgets/message_overlay.h"

#include <QTimer>
#include <QWidget>

class QTableView;

namespace warmbench::ui {

class ApiControl;
class Background;
class RequestFilter;
class RequestTable;

class RequestsPanel : public QWidget
{
    Q_OBJECT

public:
    RequestsPanel(ApiControl &api, Background &background, QWidget *parent = nullptr);

    void takeServed(); // adds what was answered since the last call

Q_SIGNALS:
    void said(warmbench::ui::MessageOverlay::Kind kind, const QString &text);

private:
    QWidget *makeTools();
    void copyCurl();
    void exportShown();

    ApiControl &m_api;
    Background &m_background;
    RequestTable *m_table;
    RequestFilter *m_filter;
    QTableView *m_view;
    QTimer m_timer;
};

} // namespace warmbench::ui
