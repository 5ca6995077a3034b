// ONNX Runtime's C library, which is opened while the program runs, so that the program starts and
// works without it.
//
// It is looked for in these places only, never in the current folder: the file that the environment
// variable WARMBENCH_ONNXRUNTIME names (empty: do without it), beside an installed program
// (../lib/warmbench), and where the build found it. Thread: any. Private to this room.
#pragma once

#include "base/result.h"

#include <memory>
#include <onnxruntime_c_api.h>
#include <optional>
#include <string>

namespace warmbench {

struct OrtLibrary
{
    const OrtApi *api = nullptr;
    std::string version; // "1.30.0"
    // One environment with one pool of threads for all sessions, whose idle threads sleep.
    OrtEnv *env = nullptr;
    OrtMemoryInfo *memory = nullptr; // the system's memory
};

// Opens it at the first call; it then stays to the end of the process. Errors say why it is not
// there.
const Result<OrtLibrary> &ortLibrary();
// Only where ortLibrary() has a value.
const OrtApi &ort();

struct OrtRelease
{
    void operator()(OrtSession *one) const { ort().ReleaseSession(one); }
    void operator()(OrtSessionOptions *one) const { ort().ReleaseSessionOptions(one); }
    void operator()(OrtRunOptions *one) const { ort().ReleaseRunOptions(one); }
    void operator()(OrtTypeInfo *one) const { ort().ReleaseTypeInfo(one); }
    void operator()(OrtTensorTypeAndShapeInfo *one) const
    {
        ort().ReleaseTensorTypeAndShapeInfo(one);
    }
    void operator()(OrtValue *one) const { ort().ReleaseValue(one); }
};
template <typename T>
using OrtPtr = std::unique_ptr<T, OrtRelease>;

struct OrtFailure
{
    OrtErrorCode code = ORT_FAIL;
    std::string message; // the library's own words
};
// Takes what a function of the library returned; nothing if it succeeded.
std::optional<OrtFailure> failureOf(OrtStatus *status);

} // namespace warmbench
