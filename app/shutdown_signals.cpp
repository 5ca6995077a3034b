#include "shutdown_signals.h"

#include <array>
#include <csignal>
#include <fcntl.h>
#include <QSocketNotifier>
#include <unistd.h>

namespace warmbench::app {

namespace {

// The self-pipe trick: a signal handler may only call functions that are safe there, such as
// write().
std::array<int, 2> wakePipe{-1, -1};
volatile std::sig_atomic_t signalsSeen = 0;
const EndLimit *endLimit = nullptr; // set while the handlers are installed

void onSignal(int number)
{
    if (signalsSeen != 0)
        _exit(128 + number);
    signalsSeen = 1;
    endLimit->begin();
    const char byte = 0;
    [[maybe_unused]] const auto written = ::write(wakePipe[1], &byte, 1);
}

void handle(int number, void (*handler)(int))
{
    struct sigaction action = {};
    action.sa_handler = handler;
    sigemptyset(&action.sa_mask);
    sigaction(number, &action, nullptr);
}

} // namespace

ShutdownSignals::ShutdownSignals(std::function<void()> onShutdown, const EndLimit &limit)
    : m_onShutdown(std::move(onShutdown))
{
    if (::pipe2(wakePipe.data(), O_CLOEXEC | O_NONBLOCK) != 0)
        qFatal("No pipe for signals can be made: too many open files.");
    auto *notifier = new QSocketNotifier(wakePipe[0], QSocketNotifier::Read, this);
    connect(notifier, &QSocketNotifier::activated, this, [this, notifier] {
        notifier->setEnabled(false);
        m_onShutdown();
    });
    endLimit = &limit;
    handle(SIGINT, onSignal);
    handle(SIGTERM, onSignal);
}

ShutdownSignals::~ShutdownSignals()
{
    handle(SIGINT, SIG_DFL);
    handle(SIGTERM, SIG_DFL);
    ::close(wakePipe[0]);
    ::close(wakePipe[1]);
}

} // namespace warmbench::app
