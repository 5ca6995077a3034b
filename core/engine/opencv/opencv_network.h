// A network of OpenCV DNN or OpenCV ML. It checks inputs and hands each caller an instance.
//
// Thread: any for run(); at most concurrency() callers run at once, and others wait. Private to
// this room.
#pragma once

#include "base/mutex.h"
#include "base/usual_time.h"
#include "engine/engine.h"
#include "engine/known_shapes.h"
#include "engine/opencv/opencv_formats.h"
#include "engine/opencv/opencv_instance.h"
#include "engine/warm_up_plan.h"

#include <memory>
#include <mutex>
#include <optional>
#include <vector>

namespace warmbench {

class OpenCvNetwork final : public Network
{
public:
    explicit OpenCvNetwork(OpenCvParts parts);

    // Chooses the shapes that warmUp() tries; nothing is allocated yet. Errors as planWarmUp.
    Result<void> planWarmUp(Bytes limit);
    // Runs every instance once on zeros, tries two samples at once if the first extent is free, and
    // fills in the output shapes that the file does not say. Call it before run(), on one thread.
    Result<void> warmUp();

    const NetworkSpec &spec() const override { return m_spec; }
    int concurrency() const override { return static_cast<int>(m_slots.size()); }
    bool batches() const override { return m_batches; }
    using Network::run;
    Result<std::vector<Tensor>> run(std::span<const Tensor> inputs,
                                    const std::stop_token &stop) override;
    Result<RunCost> cost(std::span<const Shape> inputs) const override;
    NetworkMeasure measure() const override;
    Result<LayerTimes> timeLayers(std::span<const Tensor> inputs, int runs,
                                  const std::stop_token &stop) override;
    void handBack() override;
    std::chrono::nanoseconds usualTime() const override { return m_usual.value(); }

private:
    // An instance of the pool. m_mutex guards it while no caller has it.
    struct Slot
    {
        std::unique_ptr<OpenCvInstance> instance;
        // Shapes of the inputs of its last run; `cost` is what that run took.
        std::vector<Shape> shapes;
        RunCost cost;
        bool rested = false; // idle since the last handBack()
    };
    class Lease;
    Slot *takeSlot() const; // waits for a free slot
    bool takeRested(Slot *slot) const;
    void putBack(Slot *slot) const;
    Result<void> compareOutputs(std::span<const Tensor> outputs,
                                const std::vector<std::optional<Shape>> &shapes) const;
    Result<void> warmUpWith(const std::vector<Shape> &shapes);
    Result<RunCost> costIn(OpenCvInstance &instance, std::span<const Shape> inputs) const;
    Result<std::vector<Tensor>> firstRun(Slot &slot, std::span<const Tensor> inputs);
    void fillOutputs();
    void tryBatch();

    NetworkSpec m_spec;
    std::vector<Slot> m_slots; // their number never changes
    bool m_outputsDeclared;
    std::shared_ptr<const OnnxShapes> m_graph;
    WarmUpPlan m_plan;
    mutable KnownShapes<RunCost> m_costs;
    // Combinations of shapes that have run, and for which OpenCV made the shapes that the file
    // says.
    KnownShapes<RunCost> m_tried;
    // Shapes of inputs and outputs at the warm-up; empty if no shapes could be tried.
    std::vector<Shape> m_warmShapes;
    std::vector<Shape> m_warmOutputs;
    bool m_batches = false;
    UsualTime m_usual;

    mutable Mutex m_mutex;
    mutable Condition m_freed;
    mutable std::vector<Slot *> m_free GUARDED_BY(m_mutex);
    mutable std::once_flag m_measuredOnce;
    mutable NetworkMeasure m_measured;
};

} // namespace warmbench
