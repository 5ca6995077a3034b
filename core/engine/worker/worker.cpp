#include "engine/worker/worker.h"

#include "base/exceptions.h"
#include "base/thread_name.h"
#include "engine/worker/served_network.h"
#include "engine/worker/worker_order.h"

#include <algorithm>
#include <poll.h>
#include <thread>
#include <unistd.h>

namespace warmbench {

namespace {

// Nothing here is worth the time of destructors, nor safe from what the files may have done.
[[noreturn]] void end(bool well)
{
    ::_exit(well ? 0 : 1);
}

// Its thread ends with the process.
void endWithOtherEnd(int socket)
{
    std::thread([socket] {
        pollfd closed{socket, POLLRDHUP, 0};
        while (::poll(&closed, 1, -1) < 0) {
        }
        end(false);
    }).detach();
}

Result<std::shared_ptr<Network>> load(const WorkerOrder &order, const EngineMaker &make)
{
    try {
        setEngineThreads(order.threads);
        const auto engine = make(order.engine, order.most);
        if (!engine)
            return Error{ErrorCode::Internal, "The worker has no engine \"" + order.engine + "\"."};
        return engine->load(order.files, order.options);
    } catch (...) {
        return errorOfException();
    }
}

std::shared_ptr<Engine> engineOf(const std::string &name, Bytes most)
{
    if (name == "opencv")
        return makeOpenCvEngine(most);
    if (auto engine = makeOnnxRuntimeEngine(most); engine && (*engine)->name() == name)
        return *std::move(engine);
    return nullptr;
}

} // namespace

void runWorker(int socket, const EngineMaker &make)
{
    setThreadName("worker"); // in lists of processes
    auto packet = receivePacket(socket);
    if (!packet)
        end(false);
    const auto order = orderFrom(*std::move(packet));
    if (!order)
        end(false);
    // The processor is for those whose files are known.
    if (!order->serves)
        static_cast<void>(::nice(10));
    if (!sendPacket(socket, toPacket(limitThisProcess(order->limits))))
        end(false);
    endWithOtherEnd(socket);
    const auto network = load(*order, make);
    const auto loaded = network ? Result<void>() : network.error();
    bool well = sendPacket(socket, toPacket(loaded)).has_value();
    if (well && network && order->serves)
        well = serveNetwork(socket, **network);
    end(well);
}

void runWorker(int socket)
{
    runWorker(socket, engineOf);
}

} // namespace warmbench
