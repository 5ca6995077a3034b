// What makes the tables of an OpenCV ML file safe to read: its classes trust counts and indices,
// and what is not there they take from the heap.
// Thread: the loader's. Errors: FailedPrecondition, the clause to follow "FILE is refused: ".
// Private to this room.
#pragma once

#include "base/result.h"

#include <opencv2/core/persistence.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace warmbench {

// `kind` is the root's name without "opencv_ml_": "svm", "rtrees".
Result<void> checkMlModel(const cv::FileNode &root, std::string_view kind);

// ---- what the checks of single classes share ----

// A member as a whole number; `fallback` where it is none.
std::int64_t mlNumber(const cv::FileNode &map, const char *key, std::int64_t fallback = 0);

// The whole numbers of a list or of a matrix; empty where there are none.
std::vector<std::int64_t> mlNumbers(const cv::FileNode &node);

// "rows", "cols" and "dt" of a matrix; all zero where the node is none.
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

// Trees alone, boosted or as a forest; `kind` as above.
Result<void> checkMlTrees(const cv::FileNode &root, std::string_view kind);

} // namespace warmbench
