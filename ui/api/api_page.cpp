#include "ui/api/api_page.h"

#include "ui/api_control.h"
#include "ui/widgets/caption_label.h"
#include "ui/widgets/display_text.h"
#include "ui/widgets/theme.h"

#include <QAction>
#include <QClipboard>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QLabel>
#include <QNetworkReply>
#include <QNetworkRequest>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QTabWidget>
#include <QToolButton>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace warmbench::ui {

namespace {

constexpr qint64 mostShown = 64 * 1024; // bytes of an answer
constexpr int patienceMs = 120'000;

QPlainTextEdit *codeView(const QString &name, const QString &spoken)
{
    auto *view = new QPlainTextEdit;
    view->setObjectName(name);
    view->setAccessibleName(spoken);
    view->setReadOnly(true);
    view->setMinimumHeight(48);
    view->setTabChangesFocus(true);
    view->setAcceptDrops(false); // the window takes dropped files
    view->setFont(codeFont());
    return view;
}

} // namespace

ApiPage::ApiPage(ApiControl &api, QAction *apiSwitch, QAction *copyAddress, QWidget *parent)
    : QWidget(parent)
    , m_api(api)
    , m_address(new QLabel(this))
    , m_tabs(new QTabWidget(this))
    , m_send(new QPushButton(tr("Send"), this))
    , m_status(new CaptionLabel(this))
    , m_answer(codeView(u"apiAnswer"_s, tr("Answer of the API")))
{
    setObjectName(u"apiPage"_s);
    m_address->setObjectName(u"apiPageAddress"_s);
    m_address->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    QWidgetList stops{m_address}; // of the Tab key
    auto *titles = new QHBoxLayout;
    titles->addWidget(m_address, 1);
    for (QAction *action : {copyAddress, apiSwitch}) {
        auto *button = new QToolButton(this);
        button->setDefaultAction(action);
        button->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
        button->setFocusPolicy(Qt::StrongFocus);
        titles->addWidget(button);
        stops << button;
    }
    stops << m_tabs;

    const std::array names{u"curl"_s, u"Python"_s, u"JavaScript"_s};
    for (std::size_t i = 0; i < names.size(); ++i) {
        m_snippets[i] = codeView(u"snippet%1"_s.arg(i), tr("The request in %1").arg(names[i]));
        m_tabs->addTab(m_snippets[i], names[i]);
        stops << m_snippets[i];
    }
    m_tabs->setObjectName(u"snippets"_s);
    m_tabs->setAccessibleName(tr("Programs that send this input"));
    auto *copy = new QPushButton(tr("Copy"), this);
    copy->setObjectName(u"copySnippet"_s);
    m_send->setObjectName(u"sendRequest"_s);
    m_send->setToolTip(tr("Send the input of the playground to the API, as a client does"));
    m_status->setObjectName(u"apiStatus"_s);
    auto *buttons = new QHBoxLayout;
    buttons->addWidget(copy);
    buttons->addWidget(m_send);
    buttons->addWidget(m_status, 1);

    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(14, 10, 14, 8);
    layout->setSpacing(8);
    layout->addLayout(titles);
    layout->addWidget(m_tabs, 1);
    layout->addLayout(buttons);
    layout->addWidget(m_answer, 1);
    stops << copy << m_send << m_answer;
    for (qsizetype i = 1; i < stops.size(); ++i)
        setTabOrder(stops[i - 1], stops[i]);
    connect(copy, &QPushButton::clicked, this, [this] {
        QGuiApplication::clipboard()->setText(
            m_snippets[static_cast<std::size_t>(m_tabs->currentIndex())]->toPlainText());
        Q_EMIT copied(
            tr("The %1 lines are on the clipboard.").arg(m_tabs->tabText(m_tabs->currentIndex())));
    });
    connect(m_send, &QPushButton::clicked, this, &ApiPage::send);
    connect(&api, &ApiControl::changed, this, &ApiPage::showAddress);
    showAddress();
}

void ApiPage::setInput(const ApiInput &input)
{
    m_input = input;
    showSnippets();
}

void ApiPage::showAddress()
{
    m_address->setText(m_api.isRunning() ? m_api.url() : tr("The API is stopped"));
    showSnippets();
}

void ApiPage::showSnippets()
{
    const bool ready = !m_input.model.isEmpty() && m_input.body;
    m_send->setEnabled(ready && m_api.isRunning());
    const QString url = m_api.url().isEmpty() ? u"http://127.0.0.1:5000"_s : m_api.url();
    const QString missing = m_input.model.isEmpty()
                                ? tr("Open a model: the lines that ask it appear here.")
                                : tr("Give the model an input on the page Try: the lines that "
                                     "send it appear here.");
    m_snippets[0]->setPlainText(ready ? curlSnippet(url, m_input) : missing);
    m_snippets[1]->setPlainText(ready ? pythonSnippet(url, m_input) : missing);
    m_snippets[2]->setPlainText(ready ? javaScriptSnippet(url, m_input) : missing);
}

void ApiPage::send()
{
    QNetworkRequest request{QUrl(predictAddress(m_api.url(), m_input.model))};
    request.setHeader(QNetworkRequest::ContentTypeHeader, u"application/octet-stream"_s);
    request.setTransferTimeout(patienceMs);
    m_send->setEnabled(false);
    m_status->setText(tr("Sent, waiting for the answer …"));
    m_sent.start();
    QNetworkReply *reply = m_network.post(request, QByteArray::fromStdString(*m_input.body));
    connect(reply, &QNetworkReply::finished, this, [this, reply] {
        showReply(*reply);
        reply->deleteLater();
    });
}

void ApiPage::showReply(QNetworkReply &reply)
{
    m_send->setEnabled(m_input.body && m_api.isRunning());
    const QVariant status = reply.attribute(QNetworkRequest::HttpStatusCodeAttribute);
    if (!status.isValid()) {
        m_status->setText(tr("No answer: %1").arg(reply.errorString()));
        m_answer->clear();
        return;
    }
    const QByteArray body = reply.readAll();
    m_status->setText(tr("%1 · %2 · %3 bytes")
                          .arg(status.toString(),
                               text(std::chrono::nanoseconds(m_sent.nsecsElapsed())),
                               grouped(body.size())));
    m_answer->setPlainText(QString::fromUtf8(body.left(mostShown)) +
                           (body.size() > mostShown ? u"\n…"_s : QString()));
}

} // namespace warmbench::ui
