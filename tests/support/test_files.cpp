#include "test_files.h"

#include <cstdio>
#include <cstdlib>
#include <string>

namespace warmbench {
namespace {

std::filesystem::path sharedFolder()
{
    const char *named = std::getenv("WARMBENCH_SHARED_MODELS");
    if (named != nullptr && *named != '\0') {
        return named;
    }
    return std::filesystem::path(WARMBENCH_SOURCE_FOLDER).parent_path() / "shared" / "models";
}

} // namespace

std::filesystem::path testModel(std::string_view name)
{
    return std::filesystem::path(WARMBENCH_TEST_MODELS) / name;
}

std::filesystem::path sampleFile(std::string_view name)
{
    return sourceFile("resources/sample") / name;
}

std::filesystem::path sourceFile(std::string_view name)
{
    return std::filesystem::path(WARMBENCH_SOURCE_FOLDER) / name;
}

std::optional<std::filesystem::path> sharedModel(std::string_view name)
{
    std::filesystem::path path = sharedFolder() / name;
    std::error_code ignored;
    if (std::filesystem::is_regular_file(path, ignored)) {
        return path;
    }
    std::fprintf(stderr,
                 "SKIPPED: %s is not on this machine; WARMBENCH_SHARED_MODELS names the folder "
                 "where it lies.\n",
                 path.c_str());
    return std::nullopt;
}

std::filesystem::path testPython()
{
    return WARMBENCH_TEST_PYTHON;
}

} // namespace warmbench
