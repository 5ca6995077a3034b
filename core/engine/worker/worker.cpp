#include "engine/worker/worker.h"

#include "base/exceptions.h"
#include "engine/worker/trial_order.h"

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

Result<void> load(const TrialOrder &order, const EngineMaker &make)
{
    try {
        setEngineThreads(order.threads);
        const auto engine = make(order.engine, order.most);
        if (!engine)
            return Error{ErrorCode::Internal, "The worker has no engine \"" + order.engine + "\"."};
        if (auto network = engine->load(order.files, {}); !network)
            return std::move(network).error();
        return {};
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
    auto packet = receivePacket(socket);
    if (!packet)
        end(false);
    const auto order = orderFrom(*std::move(packet));
    if (!order)
        end(false);
    // The processor is for those whose files are known.
    static_cast<void>(::nice(10));
    if (!sendPacket(socket, toPacket(limitThisProcess(order->limits))))
        end(false);
    endWithOtherEnd(socket);
    end(sendPacket(socket, toPacket(load(*order, make))).has_value());
}

void runWorker(int socket)
{
    runWorker(socket, engineOf);
}

} // namespace warmbench
