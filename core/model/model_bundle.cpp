#include "model/model_bundle.h"

#include <sys/stat.h>

namespace warmbench {

FileStamp stampOf(const std::filesystem::path &path)
{
    struct stat status = {};
    if (::stat(path.c_str(), &status) != 0)
        return {path, -1, 0};
    constexpr std::int64_t nanoseconds = 1'000'000'000;
    return {path, status.st_size, status.st_mtim.tv_sec * nanoseconds + status.st_mtim.tv_nsec};
}

const Dimension *classesOf(const TensorSpec &output)
{
    const auto &shape = output.shape;
    const bool row = shape.size() == 2;
    const bool planesOfOne = shape.size() == 4 && shape[2].size == 1 && shape[3].size == 1;
    return (row || planesOfOne) && (shape[1].free() || shape[1].size >= 2) ? &shape[1] : nullptr;
}

} // namespace warmbench
