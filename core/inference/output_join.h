// Outputs of several runs as those of one: [n, ...], one row a sample.
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
    // For so many samples over all runs.
    explicit OutputJoin(std::size_t samples)
        : m_samples(samples)
    {
    }

    // What the next `count` samples gave, all of them in the first call or a part. An output of a
    // single sample may come without the extent that counts them. InvalidArgument: it does not
    // count its samples, or runs differ in shape; ResourceExhausted: no room for all rows.
    Result<void> add(std::vector<NamedTensor> outputs, std::size_t count, RunControl &control);
    bool empty() const { return m_joined == 0; }
    // Once as many have come as were announced.
    Result<std::vector<NamedTensor>> take();

private:
    struct Rows
    {
        std::string name;
        DType dtype = DType::Float32;
        Shape row;                        // of one sample
        Tensor whole;                     // of numbers
        std::vector<std::string> strings; // of a String output
    };
    Result<void> begin(const std::vector<NamedTensor> &outputs, std::size_t count,
                       RunControl &control);
    Result<void> append(Rows &rows, const NamedTensor &output, std::size_t count) const;

    std::size_t m_samples;
    std::size_t m_joined = 0;
    std::vector<Rows> m_outputs;
    std::vector<NamedTensor> m_all; // where one run gave everything
};

} // namespace warmbench
