// A network that takes a picture and inputs that the program fills itself, or a fixed number of
// pictures, seen as one that takes a picture alone: such a network gets the picture as often as it
// takes one.
// Thread: as the network that it stands for, which must outlive it. Private to this room.
#pragma once

#include "engine/engine.h"
#include "model/input_plan.h"

#include <span>
#include <vector>

namespace warmbench {

class PictureNetwork final : public Network
{
public:
    // Whether the network needs to be seen so where a picture comes.
    static bool standsFor(const NetworkSpec &spec, const InputPlan &plan);
    // What it is seen as there: the same if it does not need to be.
    static NetworkSpec seenAs(const NetworkSpec &spec, const InputPlan &plan);
    // What the network gives for each of the repeated pictures becomes what it gives for the first
    // one; a tensor that does not count them stays. `declared`: the network's own.
    static Result<Tensor> ofTheFirst(Tensor tensor, const TensorSpec &declared,
                                     const InputPlan &plan, const NetworkSpec &spec);

    // Refers to both of its arguments.
    PictureNetwork(Network &network, const InputPlan &plan);

    // The inputs of the network itself for a picture, or for a batch of them.
    Result<std::vector<Tensor>> completed(const Tensor &picture) const;

    const NetworkSpec &spec() const override { return m_spec; }
    int concurrency() const override { return m_network.concurrency(); }
    bool batches() const override { return m_times == 1 && m_network.batches(); }
    using Network::run;
    // Errors also as Tensor::create().
    Result<std::vector<Tensor>> run(std::span<const Tensor> inputs,
                                    const std::stop_token &stop) override;
    Result<RunCost> cost(std::span<const Shape> inputs) const override;
    NetworkMeasure measure() const override { return m_network.measure(); }
    std::chrono::nanoseconds usualTime() const override { return m_network.usualTime(); }

private:
    Shape companionShape(std::size_t index, const Shape &picture) const;

    Network &m_network;
    const InputPlan &m_plan;
    const std::int64_t m_times; // that the network takes the picture at once; 1: as many as come
    NetworkSpec m_spec;         // with the picture as its only input
};

} // namespace warmbench
