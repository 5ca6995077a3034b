#include "ui/network/dot_layout.h"

#include "base/text.h"
#include "ui/widgets/display_text.h"

#include <QProcess>
#include <QStandardPaths>

using namespace Qt::StringLiterals;

namespace warmbench::ui {

namespace {

constexpr qsizetype mostOutput = qsizetype{64} * 1024 * 1024;

} // namespace

DotLayout::DotLayout(QObject *parent, std::chrono::milliseconds timeOut)
    : QObject(parent)
{
    m_timer.setSingleShot(true);
    m_timer.setInterval(timeOut);
    connect(&m_timer, &QTimer::timeout, this, [this] {
        fail(tr("The picture took dot more than %1 s; the list of nodes shows the same.")
                 .arg(m_timer.interval() / 1000));
    });
}

DotLayout::~DotLayout()
{
    stop();
}

bool DotLayout::isInstalled()
{
    return !QStandardPaths::findExecutable(u"dot"_s).isEmpty();
}

void DotLayout::start(const QByteArray &graph)
{
    stop();
    m_plain.clear();
    m_process = new QProcess(this);
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert(u"LC_ALL"_s, u"C"_s); // numbers with a point
    m_process->setProcessEnvironment(environment);
    connect(m_process, &QProcess::readyReadStandardOutput, this, [this] {
        m_plain += m_process->readAllStandardOutput();
        if (m_plain.size() > mostOutput)
            fail(tr("dot gave more than can be shown; the list of nodes shows the same."));
    });
    connect(m_process, &QProcess::finished, this, &DotLayout::end);
    connect(m_process, &QProcess::errorOccurred, this, [this](QProcess::ProcessError error) {
        if (error == QProcess::FailedToStart)
            fail(tr("dot could not be started: %1.").arg(m_process->errorString()));
    });
    m_timer.start();
    m_process->start(u"dot"_s, {u"-Tplain"_s, u"-y"_s});
    m_process->write(graph);
    m_process->closeWriteChannel();
}

void DotLayout::stop()
{
    m_timer.stop();
    if (!m_process)
        return;
    QProcess *ended = m_process;
    m_process = nullptr;
    ended->disconnect(this);
    if (ended->state() == QProcess::NotRunning)
        return ended->deleteLater();
    connect(ended, &QProcess::finished, ended, &QObject::deleteLater);
    ended->kill();
}

void DotLayout::end(int status)
{
    m_plain += m_process->readAllStandardOutput();
    const std::string complaint = m_process->readAllStandardError().trimmed().toStdString();
    const bool good = m_process->exitStatus() == QProcess::NormalExit && status == 0;
    if (!good)
        return fail(
            tr("dot could not lay the graph out: %1")
                .arg(complaint.empty() ? tr("it ended early.") : text(printable(complaint))));
    stop();
    Q_EMIT finished(m_plain);
}

void DotLayout::fail(const QString &sentence)
{
    stop();
    Q_EMIT failed(sentence);
}

} // namespace warmbench::ui
