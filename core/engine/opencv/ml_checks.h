// Checks that the tables of an OpenCV ML file are safe to read: OpenCV's classes trust counts and
// indices and read beyond the data if these are wrong.
// Thread: the loader's. Errors: FailedPrecondition; its message is a clause that follows "FILE is
// refused: ". Private to this room.
#pragma once

#include "base/result.h"

#include <opencv2/core/persistence.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace warmbench {

// `kind` is the root's name without "opencv_ml_": "svm", "rtrees".
Result<void> checkMlModel(const cv::FileNode &root, std::string_view kind);

// ---- code that the checks of all classes share ----

// A member as a whole number; `fallback` if it is none.
std::int64_t mlNumber(const cv::FileNode &map, const char *key, std::int64_t fallback = 0);

// The whole numbers of a list or of a matrix; empty if there are none.
std::vector<std::int64_t> mlNumbers(const cv::FileNode &node);

// "rows", "cols" and "dt" of a matrix; all zero if the node is no matrix.
struct MlMatrix
{
    std::int64_t rows = 0;
    std::int64_t columns = 0;
    std::string type; // "f", "i", "d"

    std::int64_t count() const { return rows * columns; }
    bool is(std::int64_t wantedRows, std::int64_t wantedColumns, std::string_view wantedType) const
    {
        return rows == wantedRows && columns == wantedColumns && type == wantedType;
    }
};
MlMatrix mlMatrix(const cv::FileNode &node);

// Checks a tree, boosted trees or a forest; `kind` as above.
Result<void> checkMlTrees(const cv::FileNode &root, std::string_view kind);

} // namespace warmbench
