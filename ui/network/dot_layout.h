// Lays a graph out with the program dot of Graphviz, a process of its own: it may take long or fail
// without harm here. It is given numbers alone, no names. Thread: GUI; nothing blocks. One of the
// two signals follows start(), unless stop() comes before.
#pragma once

#include <chrono>
#include <QByteArray>
#include <QObject>
#include <QTimer>

class QProcess;

namespace warmbench::ui {

class DotLayout : public QObject
{
    Q_OBJECT

public:
    static constexpr std::chrono::seconds longest{20};

    explicit DotLayout(QObject *parent = nullptr, std::chrono::milliseconds timeOut = longest);
    ~DotLayout() override;

    static bool isInstalled(); // looks along PATH
    // `graph` in the language of dot.
    void start(const QByteArray &graph);
    void stop();

Q_SIGNALS:
    void finished(const QByteArray &plain); // as dot -Tplain writes it
    void failed(const QString &sentence);

private:
    void end(int status);
    void fail(const QString &sentence);

    QProcess *m_process = nullptr; // that is under way
    QByteArray m_plain;
    QTimer m_timer;
};

} // namespace warmbench::ui
