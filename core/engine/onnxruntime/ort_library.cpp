#include "engine/onnxruntime/ort_library.h"

#include "base/logging.h"
#include "base/text.h"
#include "engine/engine.h"

#include <cstdlib>
#include <dlfcn.h>
#include <filesystem>
#include <fmt/format.h>
#include <vector>

namespace warmbench {

namespace {

namespace fs = std::filesystem;

// From 1.30 on, the library collects what it runs in the user's cache and sends it to its makers,
// unless this variable stands when it is opened (onnxruntime/core/platform/posix/telemetry.cc). It
// is set before main(), when no other thread can be reading the environment.
[[maybe_unused]] const bool keptToThisMachine = ::setenv("ORT_DISABLE_TELEMETRY", "1", 1) == 0;

// The files that may be the library, best first.
std::vector<fs::path> candidates()
{
    if (const char *const chosen = std::getenv("WARMBENCH_ONNXRUNTIME"))
        return *chosen ? std::vector<fs::path>{chosen} : std::vector<fs::path>{};
    std::vector<fs::path> found;
    std::error_code problem;
    const fs::path program = fs::read_symlink("/proc/self/exe", problem);
    if (!problem)
        found.push_back(program.parent_path().parent_path() / "lib/warmbench/libonnxruntime.so.1");
    found.emplace_back(WARMBENCH_ONNXRUNTIME_LIBRARY);
    return found;
}

// Its errors come back from its functions as well, and its warnings are for its developers.
void ORT_API_CALL logLine(void *, OrtLoggingLevel severity, const char *, const char *,
                          const char *, const char *message)
{
    log(severity == ORT_LOGGING_LEVEL_FATAL ? LogLevel::Error : LogLevel::Debug, "onnxruntime",
        printable(message, 500));
}

Result<OrtLibrary> unusable(const fs::path &file, const std::string &reason)
{
    return failedPrecondition(
        fmt::format("ONNX Runtime cannot be used (\"{}\"): {}.", file.string(), reason));
}

Result<OrtLibrary> openFile(const fs::path &file)
{
    void *const handle = ::dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (!handle)
        return unusable(file, printable(::dlerror(), 300));
    const auto base = reinterpret_cast<const OrtApiBase *(*)()>(::dlsym(handle, "OrtGetApiBase"));
    if (!base)
        return unusable(file, "it is another library");
    OrtLibrary library;
    library.version = base()->GetVersionString();
    library.api = base()->GetApi(ORT_API_VERSION);
    if (!library.api)
        return unusable(file, fmt::format("version {} is older than 1.{}, for which this program "
                                          "was built",
                                          library.version, ORT_API_VERSION));
    return library;
}

std::optional<OrtFailure> failure(const OrtApi &api, OrtStatus *status)
{
    if (!status)
        return std::nullopt;
    OrtFailure failed{api.GetErrorCode(status), api.GetErrorMessage(status)};
    api.ReleaseStatus(status);
    return failed;
}

Result<OrtLibrary> started(OrtLibrary library)
{
    const OrtApi &api = *library.api;
    OrtThreadingOptions *threading = nullptr;
    auto failed = failure(api, api.CreateThreadingOptions(&threading));
    if (!failed)
        failed = failure(api, api.SetGlobalIntraOpNumThreads(threading, engineThreads()));
    if (!failed)
        failed = failure(api, api.SetGlobalInterOpNumThreads(threading, 1));
    if (!failed)
        failed = failure(api, api.SetGlobalSpinControl(threading, 0));
    if (!failed)
        failed = failure(api, api.CreateEnvWithCustomLoggerAndGlobalThreadPools(
                                  logLine, nullptr, ORT_LOGGING_LEVEL_WARNING, "warmbench",
                                  threading, &library.env));
    if (threading)
        api.ReleaseThreadingOptions(threading);
    if (!failed)
        failed = failure(api, api.DisableTelemetryEvents(library.env));
    if (!failed)
        failed = failure(
            api, api.CreateCpuMemoryInfo(OrtArenaAllocator, OrtMemTypeDefault, &library.memory));
    if (failed)
        return failedPrecondition(fmt::format("ONNX Runtime {} does not start: {}.",
                                              library.version, printable(failed->message)));
    return library;
}

Result<OrtLibrary> openLibrary()
{
    Result<OrtLibrary> last = failedPrecondition(
        "ONNX Runtime is switched off: the environment variable WARMBENCH_ONNXRUNTIME is empty.");
    for (const fs::path &file : candidates()) {
        std::error_code problem;
        if (!file.is_absolute()) {
            last = unusable(file, "its path is not absolute");
            continue;
        }
        if (!fs::exists(file, problem)) {
            last = unusable(file, "there is no such file");
            continue;
        }
        last = openFile(file);
        if (last)
            return started(*std::move(last));
    }
    return last;
}

} // namespace

const Result<OrtLibrary> &ortLibrary()
{
    // Never destroyed: at the end of the process, threads may still be running networks.
    static const auto *const library = new Result<OrtLibrary>(openLibrary());
    return *library;
}

const OrtApi &ort()
{
    return *ortLibrary()->api;
}

std::optional<OrtFailure> failureOf(OrtStatus *status)
{
    return failure(ort(), status);
}

} // namespace warmbench
