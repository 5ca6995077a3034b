// The requests of clients: who asked what, what the cache did, how long it took, why one was
// refused. Filtered, copied as curl, exported as CSV. Thread: GUI.
#pragma once

#include <QTimer>
#include <QWidget>

class QTableView;

namespace warmbench::ui {

class ApiControl;
class RequestFilter;
class RequestTable;

class RequestsPanel : public QWidget
{
    Q_OBJECT

public:
    explicit RequestsPanel(ApiControl &api, QWidget *parent = nullptr);

    void takeServed(); // adds what was answered since the last call

Q_SIGNALS:
    void copied(const QString &what);
    void failed(const QString &why);

private:
    QWidget *makeTools();
    void copyCurl();
    void exportTo(const QString &path);

    ApiControl &m_api;
    RequestTable *m_table;
    RequestFilter *m_filter;
    QTableView *m_view;
    QTimer m_timer;
};

} // namespace warmbench::ui
