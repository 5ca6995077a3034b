#include "inference/detection.h"

#include <algorithm>
#include <cmath>

namespace warmbench {

namespace {

// A box as a normal distribution in pixels: its centre and its covariance.
struct Gaussian
{
    double x;
    double y;
    double a; // variance along x
    double b; // along y
    double c;
    double reach; // half of the diagonal
};

Gaussian gaussianOf(const RelativeBox &box, int width, int height)
{
    const double w = (double{box.right} - box.left) * width;
    const double h = (double{box.bottom} - box.top) * height;
    const double angle = box.angle.value_or(0);
    const double cosine = std::cos(angle);
    const double sine = std::sin(angle);
    const double along = w * w / 12;
    const double across = h * h / 12;
    return {(double{box.left} + box.right) / 2 * width,
            (double{box.top} + box.bottom) / 2 * height,
            along * cosine * cosine + across * sine * sine,
            along * sine * sine + across * cosine * cosine,
            (along - across) * cosine * sine,
            std::hypot(w, h) / 2};
}

double probabilisticOverlap(const Gaussian &one, const Gaussian &other)
{
    constexpr double epsilon = 1e-7;
    const double a = one.a + other.a;
    const double b = one.b + other.b;
    const double c = one.c + other.c;
    const double x = other.x - one.x;
    const double y = one.y - other.y;
    const double determinant = a * b - c * c;
    const double apart = (a * y * y + b * x * x) / (determinant + epsilon) / 4 +
                         c * x * y / (determinant + epsilon) / 2;
    const double own = std::max(one.a * one.b - one.c * one.c, 0.0);
    const double others = std::max(other.a * other.b - other.c * other.c, 0.0);
    const double unlike =
        std::log(determinant / (4 * std::sqrt(own * others) + epsilon) + epsilon) / 2;
    const double distance = std::clamp(apart + unlike, epsilon, 100.0);
    return 1 - std::sqrt(1 - std::exp(-distance) + epsilon);
}

} // namespace

std::vector<RelativeBox> rotatedSuppression(std::vector<RelativeBox> boxes, double threshold,
                                            int width, int height, std::size_t most)
{
    constexpr std::size_t mostCompared = 30'000;
    std::stable_sort(boxes.begin(), boxes.end(), betterFirst);
    boxes.resize(std::min(boxes.size(), mostCompared));
    std::vector<Gaussian> better;
    std::vector<RelativeBox> kept;
    for (std::size_t i = 0; i < boxes.size() && kept.size() < most; ++i) {
        const Gaussian box = gaussianOf(boxes[i], width, height);
        bool covered = false;
        for (std::size_t k = 0; k < better.size() && !covered; ++k) {
            // The overlap of boxes that do not touch is small; most are told by this alone.
            const double reach = box.reach + better[k].reach;
            covered = boxes[k].index == boxes[i].index &&
                      std::abs(box.x - better[k].x) < 3 * reach &&
                      std::abs(box.y - better[k].y) < 3 * reach &&
                      probabilisticOverlap(better[k], box) >= threshold;
        }
        better.push_back(box);
        if (!covered)
            kept.push_back(boxes[i]);
    }
    return kept;
}

} // namespace warmbench
