// The inside of `warmbench worker`: a child process that loads a model's files where a crash, a
// loop without end or a flood of memory harms nobody.
//
// It gets one order over the socket that it inherited, limits itself (worker_limits.h), loads the
// network into one engine, which runs it once, answers and ends. It ends, too, as soon as the other
// end of the socket is closed, so that no worker outlives the program.
// Thread: the first of the process, before there is another.
#pragma once

#include "engine/engine.h"

#include <functional>

namespace warmbench {

// The engine of a name; it refuses networks beyond so much memory. Null: there is no such engine.
using EngineMaker = std::function<std::shared_ptr<Engine>(const std::string &, Bytes)>;

// Does not return.
[[noreturn]] void runWorker(int socket, const EngineMaker &make);
// With the engines of this program.
[[noreturn]] void runWorker(int socket);

} // namespace warmbench
