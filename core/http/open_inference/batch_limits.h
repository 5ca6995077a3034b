// How many samples an Open Inference request may bring: what a model takes at most, and what a
// client that loaded it with a configuration of its own has set below that.
// Thread: any; the set limits are kept under a mutex.
#pragma once

#include "base/bytes.h"
#include "base/mutex.h"
#include "base/result.h"
#include "inference/inference_types.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace warmbench::http {

// Triton's max_batch_size. 0: the first extent does not count samples in every input and output.
// 1: it is fixed (several samples of a single input run one after the other all the same). Else as
// many samples as a body of that size holds as binary tensors.
std::int64_t largestBatch(const NetworkSpec &spec, Bytes maxBody);

// The parameter "config" of a load: JSON of a model's configuration, in which max_batch_size alone
// may differ from what is on disk; its value is returned. Nothing where it is not in there.
// InvalidArgument names the key.
Result<std::optional<std::int64_t>> batchSizeOfConfig(const std::string &config,
                                                      std::string_view model);

class BatchLimits
{
public:
    explicit BatchLimits(Bytes maxBody)
        : m_maxBody(maxBody)
    {
    }

    // Until the next set or clear of that name.
    void set(const std::string &model, std::int64_t limit);
    void clear(const std::string &model);

    // largestBatch, or what was set.
    std::int64_t of(const std::string &model, const NetworkSpec &spec) const;
    std::int64_t possible(const NetworkSpec &spec) const { return largestBatch(spec, m_maxBody); }
    // InvalidArgument where more samples came than were set.
    Result<void> check(const ModelBundle &model, const InferenceInputs &inputs) const;

private:
    std::optional<std::int64_t> find(const std::string &model) const;

    const Bytes m_maxBody;
    mutable Mutex m_mutex;
    std::map<std::string, std::int64_t> m_set GUARDED_BY(m_mutex);
};

} // namespace warmbench::http
