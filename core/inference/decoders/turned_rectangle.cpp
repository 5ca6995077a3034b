#include "inference/decoders/turned_rectangle.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

namespace warmbench {

namespace {

double cross(const Point &o, const Point &a, const Point &b)
{
    return (double{a.x} - o.x) * (double{b.y} - o.y) - (double{a.y} - o.y) * (double{b.x} - o.x);
}

// Adds one chain of the hull: its corners turn one way (Andrew's monotone chain).
template <typename Iterator>
void addChain(std::vector<Point> &hull, Iterator from, Iterator end)
{
    const std::size_t start = hull.size();
    for (; from != end; ++from) {
        while (hull.size() >= start + 2 && cross(hull[hull.size() - 2], hull.back(), *from) >= 0)
            hull.pop_back();
        hull.push_back(*from);
    }
    hull.pop_back(); // the first corner of the next chain
}

std::vector<Point> hullOf(const std::vector<Point> &points)
{
    if (points.size() < 3)
        return points;
    std::vector<Point> hull;
    addChain(hull, points.begin(), points.end());
    addChain(hull, points.rbegin(), points.rend());
    return hull;
}

struct Frame
{
    double x = 1; // a direction of length 1
    double y = 0;
};

TurnedRectangle rectangleAlong(const Frame &along, const std::vector<Point> &hull)
{
    constexpr double infinity = std::numeric_limits<double>::infinity();
    double left = infinity;
    double top = infinity;
    double right = -infinity;
    double bottom = -infinity;
    for (const Point &point : hull) {
        const double u = point.x * along.x + point.y * along.y;
        const double v = point.y * along.x - point.x * along.y;
        left = std::min(left, u);
        right = std::max(right, u);
        top = std::min(top, v);
        bottom = std::max(bottom, v);
    }
    const double u = (left + right) / 2;
    const double v = (top + bottom) / 2;
    return {.centre = {static_cast<float>(u * along.x - v * along.y),
                       static_cast<float>(u * along.y + v * along.x)},
            .width = static_cast<float>(right - left),
            .height = static_cast<float>(bottom - top),
            .angle = static_cast<float>(std::atan2(along.y, along.x))};
}

// The same rectangle, described from the side that is nearest to level.
TurnedRectangle levelled(TurnedRectangle rectangle)
{
    constexpr double quarter = std::numbers::pi / 2;
    const double turns = std::ceil(rectangle.angle / quarter - 0.5);
    rectangle.angle = static_cast<float>(rectangle.angle - turns * quarter);
    if (std::fmod(std::abs(turns), 2) == 1)
        std::swap(rectangle.width, rectangle.height);
    return rectangle;
}

} // namespace

TurnedRectangle smallestAround(const std::vector<Point> &points)
{
    const std::vector<Point> hull = hullOf(points);
    TurnedRectangle best = rectangleAlong({}, hull);
    for (std::size_t i = 0; i < hull.size(); ++i) {
        const Point &from = hull[i];
        const Point &to = hull[(i + 1) % hull.size()];
        const double x = double{to.x} - from.x;
        const double y = double{to.y} - from.y;
        const double length = std::hypot(x, y);
        if (length == 0)
            continue;
        const TurnedRectangle one = rectangleAlong({x / length, y / length}, hull);
        if (double{one.width} * one.height < double{best.width} * best.height)
            best = one;
    }
    return levelled(best);
}

std::array<Point, 4> cornersOf(const TurnedRectangle &rectangle)
{
    const float x = std::cos(rectangle.angle);
    const float y = std::sin(rectangle.angle);
    const auto corner = [&](float right, float down) {
        const float u = right * rectangle.width / 2;
        const float v = down * rectangle.height / 2;
        return Point{rectangle.centre.x + u * x - v * y, rectangle.centre.y + u * y + v * x};
    };
    return {corner(-1, -1), corner(1, -1), corner(1, 1), corner(-1, 1)};
}

} // namespace warmbench
