// A network of OpenCV DNN or OpenCV ML: checks inputs, hands instances to callers, one each.
//
// Thread: run() any; at most concurrency() run at once, further callers wait. Private to this room.
#pragma once

#include "base/mutex.h"
#include "base/usual_time.h"
#include "engine/engine.h"
#include "engine/opencv/known_shapes.h"
#include "engine/opencv/opencv_formats.h"
#include "engine/opencv/opencv_instance.h"
#include "engine/opencv/warm_up_plan.h"

#include <memory>
#include <mutex>
#include <optional>
#include <vector>

namespace warmbench {

class OpenCvNetwork final : public Network
{
public:
    explicit OpenCvNetwork(OpenCvParts parts);

    // Chooses what warmUp() tries; nothing is allocated yet. Errors as planWarmUp.
    Result<void> planWarmUp(Bytes limit);
    // One run on zeros by every instance, a trial of two samples at once where the first extent is
    // free, and outputs whose shape the file does not tell filled in. Before run(), on one thread.
    Result<void> warmUp();

    const NetworkSpec &spec() const override { return m_spec; }
    int concurrency() const override { return static_cast<int>(m_slots.size()); }
    bool batches() const override { return m_batches; }
    Result<std::vector<Tensor>> run(std::span<const Tensor> inputs) override;
    Result<RunCost> cost(std::span<const Shape> inputs) const override;
    NetworkMeasure measure() const override;
    void handBack() override;
    std::chrono::nanoseconds usualTime() const override { return m_usual.value(); }

private:
    // An instance, guarded by m_mutex while nobody has it.
    struct Slot
    {
        std::unique_ptr<OpenCvInstance> instance;
        std::vector<Shape> shapes; // of the inputs of its last run, and what that took
        RunCost cost;
        bool rested = false; // since the last handBack()
    };
    class Lease;
    Slot *takeSlot() const; // waits for a free one
    bool takeRested(Slot *slot) const;
    void putBack(Slot *slot) const;
    Result<void> checkInputs(std::span<const Tensor> inputs) const;
    Result<void> compareOutputs(std::span<const Tensor> outputs,
                                const std::vector<std::optional<Shape>> &shapes) const;
    Result<std::vector<Tensor>> zeros(const std::vector<Shape> &shapes) const;
    Result<void> warmUpWith(const std::vector<Shape> &shapes);
    Result<RunCost> costIn(OpenCvInstance &instance, std::span<const Shape> inputs) const;
    Result<std::vector<Tensor>> firstRun(Slot &slot, std::span<const Tensor> inputs);
    void fillOutputs();
    void tryBatch();
    bool batchTrial();

    NetworkSpec m_spec;
    std::vector<Slot> m_slots; // as many as at the start
    bool m_outputsDeclared;
    std::shared_ptr<const OnnxShapes> m_graph;
    WarmUpPlan m_plan;
    mutable KnownShapes<RunCost> m_costs;
    // Combinations that have run, and OpenCV made what the file says.
    KnownShapes<RunCost> m_tried;
    // Of inputs and outputs at the warm-up; empty where it was not possible.
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
