// An API that is only said to run: the window's switch without a server. Thread: GUI.
#pragma once

#include "ui/api_control.h"

#include <string>
#include <utility>

class FakeApi final : public warmbench::ui::ApiControl
{
    Q_OBJECT

public:
    using ApiControl::ApiControl;
    static constexpr int taken = 4999; // the port where moveTo() fails

    bool isRunning() const override { return m_running; }
    QString url() const override { return m_running ? m_url : QString(); }
    QString statusText() const override { return m_status; }
    int port() const override { return m_port; }
    warmbench::Result<void> moveTo(int port) override
    {
        if (port == taken)
            return warmbench::Error{warmbench::ErrorCode::Unavailable,
                                    "Port " + std::to_string(port) + " is taken by a test."};
        m_port = port;
        setUrl(QStringLiteral("http://127.0.0.1:%1").arg(port));
        return {};
    }
    std::vector<warmbench::ui::ServedRequest> takeServed() override
    {
        return std::exchange(m_served, {});
    }
    bool keepsBodies() const override { return m_keepsBodies; }
    void setKeepsBodies(bool on) override { m_keepsBodies = on; }
    warmbench::Bytes bodyRoom() const override { return warmbench::mebibytes(64); }
    warmbench::Result<std::string>
    inputOf(const warmbench::ui::ServedRequest &request) const override
    {
        const auto body = request.body.lock();
        return body ? warmbench::Result<std::string>(*body) : warmbench::notFound("Forgotten.");
    }
    void serve(std::vector<warmbench::ui::ServedRequest> requests)
    {
        m_served = std::move(requests);
    }
    void setUrl(const QString &url)
    {
        m_url = url;
        Q_EMIT changed();
    }
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
    int m_port = 5000;
    bool m_running = true;
    bool m_keepsBodies = false;
    QString m_status;
    QString m_url = QStringLiteral("http://127.0.0.1:5000");
    std::vector<warmbench::ui::ServedRequest> m_served;
};
