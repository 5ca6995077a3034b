# Finds the OpenCV modules asked for without Debian's libopencv-dev, whose CMake files insist on every module
# of OpenCV and so on 260 packages more. Elsewhere OpenCV's own CMake files are used.
# Sets OpenCV_LIBS, OpenCV_INCLUDE_DIRS, OpenCV_VERSION.
find_path(OpenCV_INCLUDE_DIR opencv2/core/version.hpp PATH_SUFFIXES opencv4)
if(OpenCV_INCLUDE_DIR)
    file(STRINGS ${OpenCV_INCLUDE_DIR}/opencv2/core/version.hpp version_lines
         REGEX "^#define CV_VERSION_(MAJOR|MINOR|REVISION) ")
    string(REGEX REPLACE "[^0-9]+([0-9]+)" ".\\1" OpenCV_VERSION "${version_lines}")
    string(SUBSTRING "${OpenCV_VERSION}" 1 -1 OpenCV_VERSION)
endif()

set(OpenCV_LIBS "")
set(module_variables "")
foreach(module ${OpenCV_FIND_COMPONENTS})
    find_library(OpenCV_${module}_LIBRARY opencv_${module})
    mark_as_advanced(OpenCV_${module}_LIBRARY)
    list(APPEND module_variables OpenCV_${module}_LIBRARY)
    list(APPEND OpenCV_LIBS ${OpenCV_${module}_LIBRARY})
endforeach()
mark_as_advanced(OpenCV_INCLUDE_DIR)

if(OpenCV_INCLUDE_DIR AND NOT "${OpenCV_LIBS}" MATCHES NOTFOUND)
    set(OpenCV_INCLUDE_DIRS ${OpenCV_INCLUDE_DIR})
    include(FindPackageHandleStandardArgs)
    find_package_handle_standard_args(OpenCV VERSION_VAR OpenCV_VERSION
        REQUIRED_VARS OpenCV_INCLUDE_DIR ${module_variables})
else()
    find_package(OpenCV ${OpenCV_FIND_VERSION} CONFIG REQUIRED COMPONENTS ${OpenCV_FIND_COMPONENTS})
endif()
