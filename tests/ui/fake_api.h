// An API that is only said to run: the window's switch without a server. Thread: GUI.
#pragma once

#include "ui/api_control.h"

class FakeApi final : public warmbench::ui::ApiControl
{
    Q_OBJECT

public:
    using ApiControl::ApiControl;

    bool isRunning() const override { return m_running; }
    QString url() const override
    {
        return m_running ? QStringLiteral("http://127.0.0.1:5000") : QString();
    }
    QString statusText() const override { return m_status; }
    void setStatus(const QString &status)
    {
        m_status = status;
        Q_EMIT changed();
    }

public Q_SLOTS:
    void start() override
    {
        m_running = true;
        Q_EMIT changed();
    }
    void stop() override
    {
        m_running = false;
        Q_EMIT changed();
    }

private:
    bool m_running = true;
    QString m_status;
};
