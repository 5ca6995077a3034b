#include "tensor/fit_size.h"

#include <algorithm>
#include <cmath>

namespace warmbench {

namespace {

int mostOf(const FitSides &fit)
{
    const int most = fit.longestSide > 0 ? fit.longestSide : mostPixelsPerSide;
    return std::max(most / fit.multipleOf * fit.multipleOf, fit.multipleOf);
}

// Python's int() and round(), which takes halves to even.
int nearestMultiple(int size, double factor, int least, const FitSides &fit)
{
    const double multiples = std::nearbyint(std::floor(size * factor) / fit.multipleOf);
    const double side = std::max<double>(multiples * fit.multipleOf, least);
    return static_cast<int>(std::min<double>(side, mostOf(fit)));
}

double factorOf(int longer, int shorter, const Preprocessing &how)
{
    const double enlarged = how.shorterSide && shorter < *how.shorterSide
                                ? static_cast<double>(*how.shorterSide) / shorter
                                : 1;
    const double most = mostOf(how.fit);
    return longer * enlarged > most ? most / longer : enlarged;
}

// In the order of transformers' operations, whose roundings show.
FitSize byShorterSide(int pictureWidth, int pictureHeight, int wanted, const FitSides &fit)
{
    const double most = fit.longestSide > 0 ? fit.longestSide : mostPixelsPerSide;
    const double shorter = std::min(pictureWidth, pictureHeight);
    const double longer = std::max(pictureWidth, pictureHeight);
    double exact = wanted;
    double side = wanted; // the shorter one
    if (longer / shorter * wanted > most) {
        exact = most * shorter / longer;
        side = std::max(std::nearbyint(exact), 1.0);
    }
    const auto whole = [&](double pixels) {
        const int size = static_cast<int>(std::min<double>(pixels, mostPixelsPerSide));
        return nearestMultiple(size, 1, fit.multipleOf, fit);
    };
    int width = whole(side);
    int height = width;
    if (side == shorter) {
        width = whole(pictureWidth);
        height = whole(pictureHeight);
    } else if (pictureWidth < pictureHeight) {
        height = whole(exact * pictureHeight / pictureWidth);
    } else {
        width = whole(exact * pictureWidth / pictureHeight);
    }
    return {width, height, width, height};
}

// The side that follows where the other one is fixed: the picture's part of it, and all of it.
struct Following
{
    int picture = 0;
    int whole = 0;
};

Following following(int size, int other, int fixed, int least, const FitSides &fit)
{
    const int most = mostOf(fit);
    const double wanted = fixed * (static_cast<double>(size) / other);
    const int filled = static_cast<int>(std::clamp<double>(std::floor(wanted), least, most));
    const int multiples = (filled + fit.multipleOf - 1) / fit.multipleOf;
    const int whole = std::min(multiples * fit.multipleOf, most);
    return {static_cast<int>(std::clamp<double>(std::ceil(wanted), 1, whole)), whole};
}

} // namespace

FitSize fitSize(int pictureWidth, int pictureHeight, const Preprocessing &how)
{
    const FitSides &fit = how.fit;
    if (fit.freeWidth && fit.freeHeight && fit.shrink && how.shorterSide)
        return byShorterSide(pictureWidth, pictureHeight, *how.shorterSide, fit);
    if (fit.freeWidth && fit.freeHeight) {
        const auto [shorter, longer] = std::minmax(pictureWidth, pictureHeight);
        const double factor = factorOf(longer, shorter, how);
        const int width = nearestMultiple(pictureWidth, factor, how.width, fit);
        const int height = nearestMultiple(pictureHeight, factor, how.height, fit);
        return {width, height, width, height};
    }
    if (fit.freeWidth) {
        const Following side = following(pictureWidth, pictureHeight, how.height, how.width, fit);
        return {side.whole, how.height, side.picture, how.height};
    }
    if (fit.freeHeight) {
        const Following side = following(pictureHeight, pictureWidth, how.width, how.height, fit);
        return {how.width, side.whole, how.width, side.picture};
    }
    return {how.width, how.height, how.width, how.height};
}

} // namespace warmbench
