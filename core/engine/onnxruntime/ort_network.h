// A network of ONNX Runtime: one session with one copy of the weights, which serves many callers.
// Thread: any for run(); no caller waits for another. Private to this room.
#pragma once

#include "base/temporary_folder.h"
#include "base/usual_time.h"
#include "engine/engine.h"
#include "engine/known_shapes.h"
#include "engine/onnx/onnx_shapes.h"
#include "engine/onnxruntime/ort_library.h"
#include "engine/onnxruntime/ort_messages.h"
#include "engine/warm_up_plan.h"

#include <atomic>
#include <memory>
#include <optional>
#include <vector>

namespace warmbench {

class OrtNetwork final : public Network
{
public:
    struct Parts
    {
        NetworkSpec spec;
        std::shared_ptr<const OnnxShapes> graph;
        WarmUpPlan plan;
        OrtNames names;
        OrtPtr<OrtSession> session;
        bool lastsByValues = false; // as lastsByValues(model)
        std::vector<bool> bfloat16; // for each input, whether the session takes bfloat16
        std::optional<TemporaryFolder> profile; // that the session writes into
    };
    explicit OrtNetwork(Parts parts);

    // Runs the shapes of the plan on zeros until one succeeds, and two samples at once if the first
    // extent is free. A network that refuses zeros, which may be no sensible input, gets a warning.
    // Call it before run(), on one thread.
    Result<void> warmUp();

    const NetworkSpec &spec() const override { return m_spec; }
    int concurrency() const override { return m_concurrency; }
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
    Result<std::vector<Tensor>> runSession(std::span<const Tensor> inputs,
                                           const OrtRunOptions *options) const;
    Result<OrtPtr<OrtRunOptions>> runOptions() const;
    Result<std::vector<Tensor>> runUntil(std::span<const Tensor> inputs,
                                         const std::stop_token &stop) const;
    void noteRun(std::span<const Tensor> inputs);
    Error failedRun(const OrtFailure &failure) const;
    void tryBatch();
    void fillOutputs(std::span<const Tensor> outputs);

    NetworkSpec m_spec;
    std::shared_ptr<const OnnxShapes> m_graph;
    WarmUpPlan m_plan;
    OrtNames m_names;
    std::optional<TemporaryFolder> m_profile; // outlives the session, which writes at its end
    OrtPtr<OrtSession> m_session;
    std::vector<bool> m_bfloat16;
    std::vector<const char *> m_inputNames; // point into m_spec
    std::vector<const char *> m_outputNames;
    int m_concurrency;
    bool m_batches = false;
    std::vector<Shape> m_warmShapes; // empty if no shapes could be tried
    mutable KnownShapes<RunCost> m_costs;
    Bytes m_warmActivations;
    const bool m_lastsByValues;
    std::atomic<bool> m_grown{false}; // a run took more memory than the warm-up did
    std::atomic<std::uint64_t> m_runs{0};
    std::uint64_t m_runsBefore = 0; // at the last handBack()
    UsualTime m_usual;
};

} // namespace warmbench
