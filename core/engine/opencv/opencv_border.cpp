#include "engine/opencv/opencv_border.h"

#include "base/text.h"
#include "engine/opencv/opencv_quiet.h"
#include "tensor/conversion.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <fmt/format.h>
#include <limits>
#include <new>
#include <optional>

namespace warmbench {

namespace {

constexpr std::size_t mostDimensions = 32; // of a cv::Mat (CV_MAX_DIM)

Shape shapeOf(const cv::Mat &mat)
{
    return Shape(mat.size.p, mat.size.p + mat.dims);
}

std::optional<DType> dtypeOf(int depth)
{
    switch (depth) {
    case CV_32F:
        return DType::Float32;
    case CV_64F:
        return DType::Float64;
    case CV_8U:
        return DType::UInt8;
    case CV_8S:
        return DType::Int8;
    case CV_16U:
        return DType::UInt16;
    case CV_16S:
        return DType::Int16;
    case CV_32S:
        return DType::Int32;
    case CV_16F:
        return DType::Float16;
    default:
        return std::nullopt;
    }
}

// Aligns the two from `i` and `j` on. Every extent of `actual` is used, or dropped if it is 1.
bool align(const Shape &actual, std::size_t i, std::span<const Dimension> declared, std::size_t j,
           Shape &result)
{
    if (j == declared.size()) {
        for (; i < actual.size(); ++i) {
            if (actual[i] != 1)
                return false;
        }
        return true;
    }
    const Dimension &want = declared[j];
    if (i < actual.size() && (want.free() || want.size == actual[i])) {
        result.push_back(actual[i]);
        if (align(actual, i + 1, declared, j + 1, result))
            return true;
        result.pop_back();
    }
    if (i < actual.size() && actual[i] == 1 && align(actual, i + 1, declared, j, result))
        return true;
    if (want.free() || want.size == 1) {
        result.push_back(1);
        if (align(actual, i, declared, j + 1, result))
            return true;
        result.pop_back();
    }
    return false;
}

// The error for the first integer that float32 has changed.
Error inexact(const Tensor &tensor, const Tensor &floats, const std::string &name)
{
    return withElementType(tensor.dtype(), [&](auto element) -> Error {
        using T = decltype(element);
        if constexpr (std::is_integral_v<T>) {
            const auto values = tensor.values<T>();
            const auto held = floats.values<float>();
            std::size_t i = 0;
            // A long double holds every integer of 64 bits.
            while (i + 1 < values.size() &&
                   static_cast<long double>(values[i]) == static_cast<long double>(held[i]))
                ++i;
            return invalidArgument(fmt::format(
                "The input \"{}\" has {} as element {}, but OpenCV computes in float32, which "
                "would make {:.0f} of it: send whole numbers from -16777216 to 16777216, or larger "
                "ones that float32 holds.",
                printable(name), values[i], i, held[i]));
        }
        return {ErrorCode::Internal, "A number that is no integer lost digits as one."};
    });
}

// From 2^24 on float32 cannot hold every integer, so no integer that large can be trusted.
Result<void> checkWhole(const Tensor &floats, const TensorSpec &declared)
{
    constexpr float firstInexact = 16777216;
    if (floats.dtype() != DType::Float32 || isFloating(declared.dtype))
        return {};
    const auto values = floats.values<float>();
    const auto large = std::find_if(values.begin(), values.end(), [](float value) {
        return std::abs(value) >= firstInexact && std::isfinite(value);
    });
    if (large == values.end())
        return {};
    return invalidArgument( // other inputs give numbers that fit
        fmt::format("What was sent gives an output \"{}\" of about {:.0f}, but OpenCV computes in "
                    "float32, which tells no integers apart from 16777216 on: send smaller ones.",
                    printable(declared.name), *large));
}

} // namespace

Shape fitted(const Shape &actual, std::span<const Dimension> declared)
{
    constexpr std::size_t mostRank = 10; // limits the search; OpenCV itself allows 32
    if (matches(declared, actual) || declared.size() > mostRank || actual.size() > mostRank)
        return actual;
    Shape result;
    return align(actual, 0, declared, 0, result) ? result : actual;
}

Result<cv::Mat> toMat(const Tensor &tensor, const std::string &name)
{
    std::vector<int> sizes;
    for (const std::int64_t extent : tensor.shape()) {
        if (extent < 1 || extent > std::numeric_limits<int>::max())
            return invalidArgument(fmt::format(
                "The input \"{}\" has the shape {}; OpenCV takes extents from 1 to 2147483647.",
                printable(name), shapeText(tensor.shape())));
        sizes.push_back(static_cast<int>(extent));
    }
    if (sizes.empty())
        sizes = {1, 1};
    if (sizes.size() > mostDimensions)
        return invalidArgument(fmt::format("The input \"{}\" has {} dimensions; OpenCV takes {}.",
                                           printable(name), sizes.size(), mostDimensions));
    const auto view = [&](const Tensor &source) {
        // OpenCV copies its inputs, but its interface lacks the const.
        return cv::Mat(static_cast<int>(sizes.size()), sizes.data(), CV_32F,
                       const_cast<std::byte *>(source.bytes().data()));
    };
    if (tensor.dtype() == DType::Float32)
        return view(tensor);
    bool lossy = false;
    const auto floats = converted(tensor, DType::Float32, &lossy);
    if (!floats)
        return invalidArgument(
            fmt::format("The input \"{}\" cannot be given to OpenCV, which computes in float32: {}",
                        printable(name), floats.error().message));
    if (lossy)
        return inexact(tensor, *floats, name);
    return view(*floats).clone();
}

Result<Tensor> fromMat(const cv::Mat &mat, const TensorSpec &declared)
{
    const auto dtype = dtypeOf(mat.depth());
    if (mat.empty() || !dtype || mat.channels() != 1)
        return failedPrecondition(
            fmt::format("OpenCV left the output \"{}\" {}; the network cannot be run with it.",
                        printable(declared.name),
                        mat.empty() ? "empty" : "in an element type that is not known"));
    const cv::Mat dense = mat.isContinuous() ? mat : mat.clone();
    const auto size = dense.total() * dense.elemSize();
    auto tensor = Tensor::fromBytes(*dtype, fitted(shapeOf(dense), declared.shape),
                                    {reinterpret_cast<const std::byte *>(dense.data), size});
    if (!tensor || tensor->dtype() == declared.dtype)
        return tensor;
    if (const auto digits = checkWhole(*tensor, declared); !digits)
        return digits.error();
    auto cast = converted(*tensor, declared.dtype);
    if (!cast)
        return invalidArgument( // other inputs give numbers that fit
            fmt::format("What was sent gives an output \"{}\" that does not fit its type: {}",
                        printable(declared.name), cast.error().message));
    return cast;
}

Error currentExceptionAsError(std::string_view doing)
{
    try {
        throw;
    } catch (const cv::Exception &problem) {
        if (problem.code == cv::Error::StsNoMem)
            return {ErrorCode::ResourceExhausted,
                    fmt::format("There is not enough memory for {}; unload other models.", doing)};
        return failedPrecondition(fmt::format("OpenCV {} failed {}: {}", openCvVersion(), doing,
                                              shortReason(problem.what())));
    } catch (const std::bad_alloc &) {
        return {ErrorCode::ResourceExhausted,
                fmt::format("There is not enough memory for {}; unload other models.", doing)};
    } catch (const std::exception &problem) {
        return {ErrorCode::Internal, fmt::format("OpenCV {} failed {}: {}.", openCvVersion(), doing,
                                                 printable(problem.what()))};
    } catch (...) {
        return {ErrorCode::Internal,
                fmt::format("OpenCV {} failed {} without a reason.", openCvVersion(), doing)};
    }
}

} // namespace warmbench
