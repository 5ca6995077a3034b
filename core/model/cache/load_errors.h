// What becomes of errors and exceptions when the loader uses a source of models. Thread: the
// loader's. Private to this room.
#pragma once

#include "base/bytes.h"
#include "base/text.h"
#include "model/model_source.h"

#include <exception>
#include <fmt/format.h>
#include <memory>
#include <new>

namespace warmbench {

// Handing memory back takes milliseconds: only after loads that take longer themselves.
constexpr Bytes worthTrimming = mebibytes(8);

// What a source throws all the same (no memory, a broken file system) must not end the program.
template <typename T, typename Call>
Result<T> callSource(Call call)
{
    try {
        return call();
    } catch (const std::bad_alloc &) {
        return Error{ErrorCode::ResourceExhausted,
                     "The system has no memory left for this model; unload others or lower the "
                     "memory budget (--memory-budget)."};
    } catch (const std::exception &thrown) {
        return Error{ErrorCode::Internal,
                     fmt::format("Loading ended in an unexpected error, please report it: {}",
                                 printable(thrown.what()))};
    }
}

// The model's files are not at fault.
inline bool isPassing(const Error &error)
{
    return error.code == ErrorCode::ResourceExhausted || error.code == ErrorCode::Internal ||
           error.code == ErrorCode::Unavailable;
}

// To whoever asks for a model it is known and cannot be loaded, whatever the loader tripped over.
inline Error asLoadError(Error error)
{
    if (!isPassing(error))
        error.code = ErrorCode::FailedPrecondition;
    return error;
}

// The files of a plan in the shape that stampsNow() takes.
inline std::shared_ptr<ModelBundle> filesOf(const LoadPlan &plan)
{
    auto files = std::make_shared<ModelBundle>();
    files->id = plan.id;
    files->files = plan.files;
    files->stamps = plan.stamps;
    files->settings = plan.settings;
    return files;
}

} // namespace warmbench
