// How the loader calls a source of models, and what becomes of its errors and exceptions.
//
// Thread: the loader's. Private to this folder.
#pragma once

#include "base/bytes.h"
#include "base/text.h"
#include "model/model_source.h"

#include <exception>
#include <fmt/format.h>
#include <memory>
#include <new>
#include <vector>

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

// The stamps of the same files now.
inline Result<std::vector<FileStamp>> stampsNow(const ModelSource &source, const ModelBundle &files)
{
    return callSource<std::vector<FileStamp>>(
        [&]() -> Result<std::vector<FileStamp>> { return source.stampsNow(files); });
}

// Whether the files are still as they were when their stamps were taken.
inline bool stillCurrent(const ModelSource &source, const ModelBundle &files)
{
    const auto stamps = stampsNow(source, files);
    return stamps && *stamps == files.stamps;
}

// Whether the model's files are not at fault.
inline bool isPassing(const Error &error)
{
    return error.code == ErrorCode::ResourceExhausted || error.code == ErrorCode::Internal ||
           error.code == ErrorCode::Unavailable;
}

// Whoever asks for a model hears that it is known and cannot be loaded, whatever the loader tripped
// over.
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
