// An application that measures every event it delivers: how long the window could react to nothing
// else. The time in which the thread was ready to run but other programs had the processor is left
// out (schedstat in proc(5)), so that a busy machine fails no test, while waiting for a lock, a
// disk or another thread counts in full. Thread: GUI.
#pragma once

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <QApplication>
#include <QEvent>
#include <QMetaEnum>
#include <unistd.h>

class StallWatch : public QApplication
{
public:
    StallWatch(int &argc, char **argv)
        : QApplication(argc, argv)
        , m_schedule(::open("/proc/thread-self/schedstat", O_RDONLY | O_CLOEXEC))
    {
    }
    ~StallWatch() override { ::close(m_schedule); }

    void forget()
    {
        m_longestMs = 0;
        m_what.clear();
    }
    double longestMs() const { return m_longestMs; }
    QString what() const { return m_what; } // the longest event, and who got it

    bool notify(QObject *receiver, QEvent *event) override
    {
        if (m_inside)
            return QApplication::notify(receiver, event);
        // The receiver may be gone afterwards.
        const char *kind = receiver->metaObject()->className();
        const QString name = receiver->objectName();
        const QEvent::Type type = event->type();
        m_inside = true;
        const double before = reactionMs();
        const bool taken = QApplication::notify(receiver, event);
        const double took = reactionMs() - before;
        m_inside = false;
        if (took > m_longestMs) {
            m_longestMs = took;
            m_what =
                QStringLiteral("%1 %2 of %3 \"%4\"")
                    .arg(QString::fromLatin1(QMetaEnum::fromType<QEvent::Type>().valueToKey(type)))
                    .arg(type)
                    .arg(QString::fromLatin1(kind), name);
        }
        return taken;
    }

private:
    // A clock that stands still while the thread waits for a processor.
    double reactionMs() const
    {
        char text[96] = {};
        unsigned long long ran = 0;
        unsigned long long waited = 0;
        if (::pread(m_schedule, text, sizeof text - 1, 0) > 0)
            std::sscanf(text, "%llu %llu", &ran, &waited);
        const auto now = std::chrono::steady_clock::now().time_since_epoch();
        return std::chrono::duration<double, std::milli>(now).count() -
               static_cast<double>(waited) / 1e6;
    }

    int m_schedule;
    bool m_inside = false;
    double m_longestMs = 0;
    QString m_what;
};
