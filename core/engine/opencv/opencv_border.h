// Between tensors and cv::Mat. All of OpenCV DNN's arithmetic is float32, and feeding the same
// input another element type silently serves the old values: so what goes in is always float32,
// converted here, and what comes out is copied (OpenCV hands out views of its buffers) and cast to
// the declared type here. Thread: any. Private to this room.
#pragma once

#include "base/result.h"
#include "tensor/tensor.h"

#include <exception>
#include <opencv2/core.hpp>
#include <span>
#include <string>
#include <string_view>

namespace warmbench {

// A float32 matrix of the tensor's shape; a scalar is 1x1. The matrix owns its data or borrows the
// tensor's, which must then outlive it. InvalidArgument: an integer that float32 cannot hold (the
// network would answer for another number); fractions are rounded to float32 as a matter of course.
Result<cv::Mat> toMat(const Tensor &tensor, const std::string &name);

// A copy in the declared type; extents of 1 that OpenCV adds or drops are put back as declared.
// InvalidArgument: a number that the declared type cannot hold.
Result<Tensor> fromMat(const cv::Mat &mat, const TensorSpec &declared);

// `actual` with extents of 1 inserted or removed so that it matches `declared`; unchanged where
// that cannot be.
Shape fitted(const Shape &actual, std::span<const Dimension> declared);

// What an exception of OpenCV means: FailedPrecondition for its own checks, ResourceExhausted for
// memory, Internal for anything else. To be called in a catch block.
Error currentExceptionAsError(std::string_view doing);

} // namespace warmbench
