// The built program as a child process, which runs to its end or serves until it is told to stop.
// Its caches are in a folder of the test. Thread: one per object; waits last 60 s at most, so that
// a broken test fails instead of hanging.
#pragma once

#include <chrono>
#include <csignal>
#include <filesystem>
#include <QProcess>
#include <QTemporaryDir>
#include <string>

namespace warmbench {

struct Run
{
    int code = -1; // -1: it crashed or did not end
    std::string output;
    std::string errors;
};

class Program
{
public:
    // The program is beside the tests in the build folder.
    static std::filesystem::path path()
    {
        return std::filesystem::canonical("/proc/self/exe").parent_path() / "../../app/warmbench";
    }

    // The folder for unpacked samples and cached pictures; all programs of a test share it.
    static QString cacheFolder()
    {
        static const QTemporaryDir folder;
        return folder.path();
    }

    explicit Program(const QStringList &arguments, const QStringList &environment = {})
    {
        QProcessEnvironment variables = QProcessEnvironment::systemEnvironment();
        variables.insert(QStringLiteral("XDG_CACHE_HOME"), cacheFolder());
        for (const QString &entry : environment)
            variables.insert(entry.section(QLatin1Char('='), 0, 0),
                             entry.section(QLatin1Char('='), 1));
        m_process.setProcessEnvironment(variables);
        m_started = std::chrono::steady_clock::now();
        m_process.start(QString::fromStdString(path().string()), arguments);
        m_process.waitForStarted(patience);
    }
    ~Program()
    {
        m_process.kill();
        m_process.waitForFinished(patience);
    }
    Program(const Program &) = delete;
    Program &operator=(const Program &) = delete;

    // Waits for the first line of a server; true if it names a port.
    bool listens()
    {
        while (!m_process.canReadLine()) {
            if (!m_process.waitForReadyRead(patience))
                return false;
        }
        m_firstLine = m_process.readLine().toStdString();
        const auto colon = m_firstLine.rfind(':');
        m_port = colon == std::string::npos
                     ? 0
                     : static_cast<std::uint16_t>(std::atoi(m_firstLine.c_str() + colon + 1));
        return m_port != 0;
    }
    // Waits for these words on standard error; false if they do not come.
    bool says(const QByteArray &words)
    {
        m_process.setReadChannel(QProcess::StandardError);
        while (m_process.state() != QProcess::NotRunning || m_process.canReadLine()) {
            while (m_process.canReadLine()) {
                const QByteArray line = m_process.readLine();
                m_said += line;
                if (line.contains(words))
                    return true;
            }
            m_process.waitForReadyRead(patience);
        }
        return false;
    }
    const std::string &firstLine() const { return m_firstLine; }
    std::uint16_t port() const { return m_port; }
    std::chrono::steady_clock::time_point started() const { return m_started; }

    void signal(int number) { ::kill(static_cast<pid_t>(m_process.processId()), number); }
    qint64 pid() const { return m_process.processId(); }
    void write(const QByteArray &input)
    {
        m_process.write(input);
        m_process.closeWriteChannel();
    }
    // Waits for its end and returns what it printed since listens().
    Run finish()
    {
        Run run;
        if (m_process.state() != QProcess::NotRunning && !m_process.waitForFinished(patience))
            return run;
        run.output = m_process.readAllStandardOutput().toStdString();
        run.errors = (m_said + m_process.readAllStandardError()).toStdString();
        if (m_process.exitStatus() == QProcess::NormalExit)
            run.code = m_process.exitCode();
        return run;
    }

    static Run run(const QStringList &arguments, const QByteArray &input = {},
                   const QStringList &environment = {})
    {
        Program program(arguments, environment);
        program.write(input);
        return program.finish();
    }

private:
    static constexpr int patience = 60'000;

    QProcess m_process;
    std::chrono::steady_clock::time_point m_started;
    std::string m_firstLine;
    QByteArray m_said; // on standard error, and read by says()
    std::uint16_t m_port = 0;
};

} // namespace warmbench
