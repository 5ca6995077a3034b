// NumPy's .npz files: a zip of .npy files, one a tensor, stored (numpy.savez) or deflated
// (numpy.savez_compressed).
//
// Thread: any; pure functions. Formats: PKWARE APPNOTE 6.3, sections 4.3 and 4.4; RFC 1951. The
// directory at the end of the file counts; sizes are checked against it before anything is
// unpacked, and what is unpacked against sizes and checksum. Encrypted files, other methods and
// those beyond 4 GiB are refused. Cost: that of unpacking.
#pragma once

#include "base/result.h"
#include "tensor/tensor.h"

#include <cstddef>
#include <functional>
#include <span>
#include <vector>

namespace warmbench {

bool looksLikeNpz(std::span<const std::byte> data);

// Called with the bytes that all tensors take together before any is unpacked; an error from it
// ends the reading. While one tensor is made, its bytes are there twice.
using UnpackCheck = std::function<Result<void>(std::size_t bytes)>;

// The tensors in the file's order, named as numpy.savez named them. InvalidArgument: no zip,
// damaged, lying about its sizes, more than 1000 tensors or 1 GiB, a name twice, or an entry that
// is no .npy.
Result<std::vector<NamedTensor>> readNpz(std::span<const std::byte> data,
                                         const UnpackCheck &mayUnpack = {});

} // namespace warmbench
