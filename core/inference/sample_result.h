// What a network's numbers mean for one sample: classes, detections, a class for each pixel, lines
// of text, a picture. Places are in pixels of the picture that was sent, real numbers, with 0, 0 at
// the upper left corner of its first pixel. Thread: values.
#pragma once

#include "inference/image_output.h"
#include "tensor/image.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace warmbench {

struct ScoredClass
{
    int index = 0;
    std::string label; // the index as text if the model has no labels
    float score = 0;
};

struct Point
{
    float x = 0;
    float y = 0;
};

struct Keypoint
{
    std::string name; // its index as text if the model does not name it
    Point at;
    float score = 1; // how visible it is; 1 where the network does not say
};

// The pixels of an object, row by row.
struct Mask
{
    struct Span // of one row: from `begin` up to but without `end`
    {
        std::int32_t row = 0;
        std::int32_t begin = 0;
        std::int32_t end = 0;
    };
    int width = 0; // of the picture
    int height = 0;
    std::vector<Span> spans; // from top to bottom, from left to right
};

struct Detection
{
    int index = 0;
    std::string label;
    float score = 0;
    // Clamped to the picture: left, top, right, bottom.
    float left = 0;
    float top = 0;
    float right = 0;
    float bottom = 0;
    std::vector<Keypoint> keypoints{};
    // Of a box that is turned: radians, clockwise as the picture is seen, with its corners in order
    // around it. The sides above are then those of the upright box around it.
    std::optional<float> angle{};
    std::array<Point, 4> corners{};
    std::optional<Mask> mask{};
};

// One class for each pixel of the picture that was sent.
struct Segmentation
{
    struct Share
    {
        int index = 0;
        std::string label;
        double share = 0; // of the pixels that the network saw
    };
    // A pixel that the network did not see, because the preparation cut it off.
    static constexpr std::uint16_t unseen = 0xFFFF;

    int width = 0;
    int height = 0;
    std::vector<std::uint16_t> classes; // row by row
    std::vector<Share> shares;          // of the classes that occur, the largest first
};

struct TextLine
{
    std::string text; // UTF-8
    float score = 0;  // mean over its characters
    std::array<Point, 4> corners{};
};

// The result for one sample; a task leaves the parts empty that do not apply to it.
struct SampleResult
{
    std::vector<ScoredClass> classes;
    std::vector<Detection> detections;
    std::optional<Segmentation> segmentation;
    std::vector<TextLine> text;
    std::optional<Image> image;
    std::optional<ImageRange> imageRange; // only for an image task
};

} // namespace warmbench
