# Finds ONNX Runtime's C header and the library that goes with it, which the program opens while it runs.
# Looks into WARMBENCH_ONNXRUNTIME_ROOT (a release's folder), else where packaging/onnxruntime.sh puts it, else into the system.
# Sets OnnxRuntime_INCLUDE_DIR, OnnxRuntime_LIBRARY, OnnxRuntime_LICENSE (empty in the system, which has its own) and OnnxRuntime_FOUND.
file(STRINGS ${CMAKE_CURRENT_LIST_DIR}/../onnxruntime.sh version REGEX "^version=")
string(REGEX MATCH "[0-9.]+" version "${version}")
set(cache $ENV{XDG_CACHE_HOME})
if(NOT cache)
    set(cache $ENV{HOME}/.cache)
endif()
set(fetched ${cache}/warmbench/onnxruntime/${version})

set(places ${WARMBENCH_ONNXRUNTIME_ROOT})
set(only "")
if(WARMBENCH_ONNXRUNTIME_ROOT)
    set(only NO_DEFAULT_PATH)
elseif(EXISTS ${fetched}/LICENSE)
    set(places ${fetched})
endif()
unset(OnnxRuntime_INCLUDE_DIR CACHE) # another root, or a package that came later, counts at once
unset(OnnxRuntime_LIBRARY CACHE)
find_path(OnnxRuntime_INCLUDE_DIR onnxruntime_c_api.h HINTS ${places}
          PATH_SUFFIXES include include/onnxruntime include/onnxruntime/core/session onnxruntime onnxruntime/core/session ${only})
find_library(OnnxRuntime_LIBRARY NAMES onnxruntime libonnxruntime.so.1 HINTS ${places} PATH_SUFFIXES lib ${only})
mark_as_advanced(OnnxRuntime_INCLUDE_DIR OnnxRuntime_LIBRARY)

set(OnnxRuntime_LICENSE "")
foreach(file LICENSE ThirdPartyNotices.txt)
    if(places AND EXISTS ${places}/${file})
        list(APPEND OnnxRuntime_LICENSE ${places}/${file})
    endif()
endforeach()
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(OnnxRuntime REQUIRED_VARS OnnxRuntime_LIBRARY OnnxRuntime_INCLUDE_DIR
    REASON_FAILURE_MESSAGE "ONNX files run with OpenCV alone. packaging/install-deps.sh fetches ONNX Runtime, or name the folder of a release with -DWARMBENCH_ONNXRUNTIME_ROOT=")
