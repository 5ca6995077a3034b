// Converts between tensors and cv::Mat. OpenCV DNN computes only in float32, and if an input gets
// another element type, OpenCV silently uses its old values. So inputs are always converted to
// float32 here. Outputs are copied, because OpenCV hands out views of its buffers, and cast to the
// declared type. Thread: any. Private to this room.
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
// tensor's, which must then outlive it. InvalidArgument: an integer that float32 cannot hold,
// because the network would answer for another number. Fractions are rounded to float32 without an
// error.
Result<cv::Mat> toMat(const Tensor &tensor, const std::string &name);

// A copy in the declared type; extents of 1 that OpenCV has added or dropped are put right.
// InvalidArgument: a number that the declared type cannot hold.
Result<Tensor> fromMat(const cv::Mat &mat, const TensorSpec &declared);

// `actual` with extents of 1 inserted or removed so that it matches `declared`; unchanged if that
// is impossible.
Shape fitted(const Shape &actual, std::span<const Dimension> declared);

// The error for an exception of OpenCV: FailedPrecondition for its own checks, ResourceExhausted
// for memory, Internal for anything else. Call it in a catch block.
Error currentExceptionAsError(std::string_view doing);

} // namespace warmbench
