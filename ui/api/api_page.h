// The API's page: its address, programs that ask it for the playground's answer, and a button that
// sends the input of the playground as a client does. Thread: GUI.
#pragma once

#include "ui/api/snippets.h"

#include <array>
#include <QElapsedTimer>
#include <QNetworkAccessManager>
#include <QWidget>

class QAction;
class QLabel;
class QNetworkReply;
class QPlainTextEdit;
class QPushButton;
class QTabWidget;

namespace warmbench::ui {

class ApiControl;
class CaptionLabel;

class ApiPage : public QWidget
{
    Q_OBJECT

public:
    // `apiSwitch` starts and stops the API, `copyAddress` copies its address.
    ApiPage(ApiControl &api, QAction *apiSwitch, QAction *copyAddress, QWidget *parent = nullptr);

    void setInput(const ApiInput &input);

Q_SIGNALS:
    void copied(const QString &what);

private:
    void showAddress();
    void showSnippets();
    void send();
    void showReply(QNetworkReply &reply);

    ApiControl &m_api;
    ApiInput m_input;
    QLabel *m_address;
    QTabWidget *m_tabs;
    std::array<QPlainTextEdit *, 3> m_snippets;
    QPushButton *m_send;
    CaptionLabel *m_status;
    QPlainTextEdit *m_answer;
    QNetworkAccessManager m_network;
    QElapsedTimer m_sent;
};

} // namespace warmbench::ui
