// Joins the outputs of several runs as if it had been one: [n, ...], one row for each sample.
// Thread: a value.
#pragma once

#include "inference/run_control.h"
#include "tensor/tensor.h"

#include <string>
#include <vector>

namespace warmbench {

class OutputJoin
{
public:
    // `samples`: the number in all runs together. `mayDiffer`: runs whose outputs differ in shape
    // are no error, but leave nothing to take.
    explicit OutputJoin(std::size_t samples, bool mayDiffer = false)
        : m_samples(samples)
        , m_mayDiffer(mayDiffer)
    {
    }

    // Adds the outputs of the next `count` samples; the first call may bring all of them. The
    // outputs of a single sample may lack the extent that counts samples. InvalidArgument: an
    // output has no such extent, or runs differ in shape. ResourceExhausted: no room for all rows.
    Result<void> add(std::vector<NamedTensor> outputs, std::size_t count, RunControl &control);
    bool empty() const { return m_joined == 0; }
    // The joined outputs. Call it when all samples have been added.
    Result<std::vector<NamedTensor>> take();

private:
    struct Rows
    {
        std::string name;
        DType dtype = DType::Float32;
        Shape row;                        // the shape of one sample
        Tensor whole;                     // all rows, if they are numbers
        std::vector<std::string> strings; // all rows, if they are strings
    };
    Result<void> begin(const std::vector<NamedTensor> &outputs, std::size_t count,
                       RunControl &control);
    Result<void> append(Rows &rows, const NamedTensor &output, std::size_t count) const;

    std::size_t m_samples;
    bool m_mayDiffer;
    std::size_t m_joined = 0;
    std::vector<Rows> m_outputs;
    std::vector<NamedTensor> m_all; // if one run gave everything
};

} // namespace warmbench
