// What lies beside a model that shows what it takes: the inputs of its golden answers, and pictures
// in its folder. What a list of them leads to is read again by its place in the list, so that no
// one who asks can name a file.
//
// Thread: any; reads the disk: the entries of one folder (a thousand at most) and the start of each
// file offered, never from the GUI or http thread.
#pragma once

#include "base/bytes.h"
#include "base/result.h"
#include "model/input_plan.h"
#include "model/model_settings.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace warmbench {

enum class ExampleKind : std::uint8_t {
    Picture,
    Row, // of a table, small enough to be shown: JSON or CSV
    File // another body that a prediction takes
};
const char *exampleKindName(ExampleKind kind); // "picture"

struct ModelExample
{
    std::string name; // of the file, below the folder of settings or model
    ExampleKind kind = ExampleKind::File;
    Bytes size;
    std::string_view contentType;
    bool golden = false;
    std::string expected;       // the label that the golden answer has; empty: none
    std::filesystem::path file; // with links followed, inside that folder
};

// Which files count beside those of the golden answers.
enum class Neighbours : std::uint8_t { No, Pictures };

inline constexpr std::size_t mostExamples = 24;
inline constexpr Bytes largestExample = mebibytes(8);
inline constexpr Bytes largestExampleRow{65'536};
inline constexpr std::int64_t mostExamplePixels = 25'000'000;

// The golden inputs in their order, then, for a model that takes pictures, the pictures of `folder`
// by name. Left out is what cannot be read or sent as it is (.npz), is larger than the limits above
// by its size or by the pixels that its header tells, is a link (but for golden inputs whose link
// stays in the folder), or comes after mostExamples.
std::vector<ModelExample> modelExamples(const ModelSettings &settings, InputKind takes,
                                        const std::filesystem::path &folder, Neighbours neighbours);

// Its bytes, if it is still what it was listed as. NotFound where it is gone or has become
// something else.
Result<std::string> readExample(const ModelExample &example);

} // namespace warmbench
