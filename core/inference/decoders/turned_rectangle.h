// Rectangles that are turned: the smallest one around points, its corners, what lies in it.
// Thread: any; pure functions. Private to this folder.
#pragma once

#include "inference/sample_result.h"

#include <array>
#include <vector>

namespace warmbench {

struct TurnedRectangle
{
    Point centre;
    float width = 0;
    float height = 0;
    float angle = 0; // radians, clockwise where y points down, above -pi/4 and up to pi/4
};

// The rectangle of least area around the points: one of its sides lies along their convex hull
// (Freeman and Shapira 1975). There must be at least one point, sorted by y, then x. Cost: that of
// the hull, and the square of its corners.
TurnedRectangle smallestAround(const std::vector<Point> &points);

// Upper left, upper right, lower right, lower left, as far as it is turned.
std::array<Point, 4> cornersOf(const TurnedRectangle &rectangle);

} // namespace warmbench
