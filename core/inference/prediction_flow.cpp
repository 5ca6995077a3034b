#include "inference/prediction_flow.h"

#include "inference/batching.h"
#include "inference/output_join.h"
#include "inference/picture_network.h"
#include "inference/postprocessing.h"
#include "tensor/conversion.h"
#include "tensor/preprocessing.h"

#include <fmt/format.h>
#include <iterator>
#include <limits>
#include <optional>
#include <utility>

namespace warmbench {

namespace {

// The largest piece: samples that run together have so many bytes at most, both before and after
// they are stacked.
constexpr std::size_t pieceBytes = std::size_t{16} << 20;
// Most memory for the results between the layers, for all samples that run together.
constexpr std::size_t pieceActivations = std::size_t{128} << 20;
// Memory of a sample besides its numbers: the object and its blocks on the heap.
constexpr std::size_t sampleOverhead = 256;

// Samples that run together.
struct Piece
{
    std::vector<Tensor> samples;
    std::vector<ImageMapping> mappings; // one for each picture
    std::size_t bytes = 0;
};

class Flow
{
public:
    Flow(const ModelBundle &model, const InferenceRequest &request, bool prepared,
         SteadyTime deadline, const Clock &clock, std::stop_token stop)
        : m_model(model)
        , m_network(model.network.get())
        , m_request(request)
        , m_prepared(prepared)
        , m_clock(clock)
    {
        m_prediction.control =
            RunControl(deadline, clock, request.cancellation, MemoryBudget::Share(request.memory));
        m_prediction.control.setStop(std::move(stop));
    }

    Result<Prediction> run()
    {
        // Reading the clock costs as much as a small step, so the end of one phase is the start of
        // the next.
        m_now = m_clock.now();
        if (auto go = m_control.check(m_now); !go)
            return std::move(go).error();
        auto inputs = m_request.decode(m_model, m_control);
        if (!inputs)
            return std::move(inputs).error();
        m_inputs = std::move(*inputs);
        auto done = ended(Phase::Decode);
        if (done)
            done = std::holds_alternative<TensorInputs>(m_inputs) ? runTensors() : runSamples();
        if (!done)
            return std::move(done).error();
        done = ended(Phase::Postprocess);
        if (!done)
            return std::move(done).error();
        m_prediction.model = m_model.id;
        m_prediction.digest = m_model.digest;
        m_prediction.engine = m_model.engine;
        if (!m_network->spec().caveats.empty()) {
            m_prediction.caveat = m_network->spec().caveats.front();
            m_prediction.warnings.push_back(m_prediction.caveat);
        }
        if (!m_model.doubt.empty())
            m_prediction.warnings.push_back(m_model.doubt);
        if (m_pictures && !m_model.input.guess.empty())
            m_prediction.warnings.push_back(m_model.input.guess);
        m_prediction.task = taskOf(m_model);
        m_prediction.masks = m_request.answer.masks;
        m_prediction.primary = m_model.primaryOutput;
        return std::move(m_prediction);
    }

private:
    // Ends a phase and records its time; an error if there is no time left for the next one.
    Result<void> ended(Phase phase)
    {
        const SteadyTime began = std::exchange(m_now, m_clock.now());
        m_prediction.timings[phase] += m_now - began;
        return phase == Phase::Postprocess ? Result<void>() : m_control.check(m_now);
    }

    Result<void> runTensors();
    Result<void> runSamples();
    void see(std::span<const Tensor> inputs);
    void seeSample(const Tensor &sample);
    Result<void> gather(std::size_t from, Piece &piece, Reservation &held);
    Result<Tensor> sample(std::size_t index, Piece &piece);
    Result<Tensor> picture(std::size_t index, Piece &piece);
    Result<void> asOnlyPicture(Tensor &picture) const;
    Result<void> runPiece(Piece &piece, Reservation &held, OutputJoin &join);
    Result<void> makeRoomToRun(std::span<const Tensor> inputs, bool batched, std::size_t samples,
                               Reservation &passing);
    Result<std::size_t> name(Result<std::vector<Tensor>> outputs, std::size_t reserved,
                             Reservation &held, std::vector<NamedTensor> &named);
    Error takesNoPictures() const;
    std::size_t mostTogether(const Shape &sample) const;

    const ModelBundle &m_model;
    std::optional<PictureNetwork> m_pictureNetwork;
    Network *m_network; // as the inputs see it
    const InferenceRequest &m_request;
    const bool m_prepared; // samples are prepared pictures
    const Clock &m_clock;
    SteadyTime m_now;
    Prediction m_prediction;
    RunControl &m_control = m_prediction.control;
    InferenceInputs m_inputs;
    bool m_pictures = false;
    std::size_t m_samples = 0;
    std::size_t m_sampleBytes = 0; // 0 if the model does not say
    std::size_t m_mostTogether = 0;
};

Result<void> Flow::runTensors()
{
    auto ordered = orderedInputs(m_network->spec(), std::move(std::get<TensorInputs>(m_inputs)));
    if (!ordered)
        return std::move(ordered).error();
    if (auto agree = checkBatches(*m_network, *ordered); !agree)
        return agree;
    const bool batch = hasBatchDimension(m_network->spec());
    m_samples =
        batch && !ordered->empty() ? static_cast<std::size_t>(ordered->front().shape().front()) : 1;
    const auto bytes = outputBytes(*m_network, *ordered);
    if (!bytes)
        return bytes.error();
    Reservation held(m_control);
    if (auto room = held.grow(*bytes, "outputs"); !room)
        return room;
    Reservation passing(m_control);
    if (auto room = makeRoomToRun(*ordered, true, m_samples, passing); !room)
        return room;
    see(*ordered);
    const auto kept =
        name(runNetwork(*m_network, *ordered, m_control), *bytes, held, m_prediction.outputs);
    if (!kept)
        return kept.error();
    held.keep(*kept);
    if (auto go = ended(Phase::Infer); !go)
        return go;
    auto results =
        postprocess(m_model, m_prediction.outputs, {}, m_samples, m_request.answer, &m_control);
    if (!results)
        return std::move(results).error();
    m_prediction.results = std::move(*results);
    return {};
}

void Flow::see(std::span<const Tensor> inputs)
{
    if (m_model.seen && m_model.seen->wants(m_now))
        m_model.seen->keep({inputs.begin(), inputs.end()}, m_now);
}

void Flow::seeSample(const Tensor &sample)
{
    if (!m_model.seen || !m_model.seen->wants(m_now))
        return;
    auto input = converted(sample, m_network->spec().inputs.front().dtype);
    if (!input)
        return;
    Shape shape = input->shape();
    if (hasBatchDimension(m_network->spec()))
        shape.insert(shape.begin(), 1);
    if (!input->reshape(std::move(shape)))
        return;
    auto inputs = m_pictureNetwork ? m_pictureNetwork->completed(*input)
                                   : Result<std::vector<Tensor>>(std::vector{*std::move(input)});
    if (inputs)
        m_model.seen->keep(*std::move(inputs), m_now);
}

// Reserves memory for the results between the layers. The memory counted for the loaded model
// covers a run of one sample with fixed sizes, so nothing is reserved for that.
Result<void> Flow::makeRoomToRun(std::span<const Tensor> inputs, bool batched, std::size_t samples,
                                 Reservation &passing)
{
    if (samples == 1 && !hasFreeSizes(m_network->spec()))
        return {};
    std::vector<Shape> shapes;
    for (const Tensor &input : inputs)
        shapes.push_back(input.shape());
    if (!batched && hasBatchDimension(m_network->spec())) {
        const bool together = runTogether(*m_network, inputs);
        shapes.resize(1);
        shapes[0].insert(shapes[0].begin(), together ? static_cast<std::int64_t>(samples) : 1);
    }
    const auto bytes = activationBytes(*m_network, shapes);
    if (!bytes)
        return bytes.error();
    return passing.grow(*bytes, "activations");
}

Error Flow::takesNoPictures() const
{
    if (m_model.input.columns)
        return invalidArgument(fmt::format("The model \"{}\" takes the rows of a table, not "
                                           "pictures; send {{\"features\": {{...}}}} or CSV.",
                                           m_model.id.name));
    if (!m_model.input.unserved.empty())
        return invalidArgument(m_model.input.unserved + '.');
    return invalidArgument(fmt::format(
        "The model \"{}\" takes {}, not pictures; send {{\"input\": [...]}}.", m_model.id.name,
        m_model.spec().inputs.empty()
            ? std::string("numbers")
            : shapeText(m_model.spec().inputs.front().shape) + " numbers"));
}

Result<void> Flow::runSamples()
{
    m_pictures = std::holds_alternative<ImageInputs>(m_inputs);
    m_samples = std::visit([](const auto &inputs) { return inputs.size(); }, m_inputs);
    if (m_pictures && m_model.input.kind != InputKind::Image)
        return takesNoPictures();
    if ((m_pictures || m_prepared) &&
        PictureNetwork::standsFor(m_model.network->spec(), m_model.input))
        m_network = &m_pictureNetwork.emplace(*m_model.network, m_model.input);
    if (auto takes = checkSamples(m_network->spec(), m_samples); !takes)
        return takes;
    m_sampleBytes = sampleOverhead + (m_pictures ? preparedBytes(m_model.input.preprocessing)
                                                 : fixedSampleBytes(m_network->spec()));
    const bool fitted = m_pictures && m_model.input.preprocessing.resize == ResizeMode::Fit;
    if (fitted)
        m_mostTogether = 1; // each may have a size of its own
    OutputJoin join(m_samples,
                    fitted && m_request.answer.resultsSuffice && taskOf(m_model) != Task::Tensor);
    const auto listAll = [this](std::size_t piece) -> Result<void> {
        if (piece == m_samples)
            return {};
        auto room = m_control.reserve(m_samples * sizeof(SampleResult), "results");
        if (room)
            m_prediction.results.reserve(m_samples);
        return room;
    };
    for (std::size_t from = 0; from < m_samples;) {
        Reservation held(m_control);
        Piece piece;
        if (auto gathered = gather(from, piece, held); !gathered)
            return gathered;
        const std::size_t count = piece.samples.size();
        if (from == 0) {
            if (auto room = listAll(count); !room)
                return room;
        }
        if (auto done = runPiece(piece, held, join); !done)
            return done;
        from += count;
        if (from < m_samples) {
            if (auto go = m_control.check(m_now); !go)
                return go;
        }
    }
    auto outputs = join.take();
    if (!outputs)
        return std::move(outputs).error();
    m_prediction.outputs = std::move(*outputs);
    return {};
}

// Makes the samples of one piece: as many as run together, starting at `from`.
Result<void> Flow::gather(std::size_t from, Piece &piece, Reservation &held)
{
    const std::size_t left = m_samples - from;
    std::size_t most = left;
    do {
        if (auto room = held.grow(m_sampleBytes, "samples"); !room)
            return room;
        auto made = m_pictures ? picture(from + piece.samples.size(), piece)
                               : sample(from + piece.samples.size(), piece);
        if (!made)
            return std::move(made).error();
        const std::size_t bytes = made->byteSize() + sampleOverhead;
        if (bytes > m_sampleBytes) {
            if (auto room = held.grow(bytes - m_sampleBytes, "samples"); !room)
                return room;
        }
        piece.bytes += bytes;
        if (left > 1 && m_mostTogether == 0)
            m_mostTogether = mostTogether(made->shape());
        most = left > 1 ? std::min(left, m_mostTogether) : left;
        piece.samples.push_back(std::move(*made));
        if (auto go = m_control.step(); !go)
            return go;
    } while (piece.samples.size() < most && piece.bytes < pieceBytes);
    // Stacking copies them, which takes as much again.
    if (piece.samples.size() > 1) {
        if (auto room = held.grow(piece.bytes, "samples"); !room)
            return room;
    }
    // picture() has recorded the phases of pictures already.
    return m_pictures || std::get<SampleInputs>(m_inputs).made() ? Result<void>()
                                                                 : ended(Phase::Decode);
}

Result<Tensor> Flow::sample(std::size_t index, Piece & /*piece*/)
{
    auto sample = std::get<SampleInputs>(m_inputs).take(index, m_control);
    if (sample && m_prepared) {
        if (auto batch = asOnlyPicture(*sample); !batch)
            return std::move(batch).error();
    }
    return sample;
}

Result<Tensor> Flow::picture(std::size_t index, Piece &piece)
{
    auto &pictures = std::get<ImageInputs>(m_inputs);
    Reservation decoded(m_control);
    auto image = pictures.take(index, m_control);
    if (!image)
        return std::move(image).error();
    if (auto room = decoded.grow(image->rgb.size(), "pictures"); !room)
        return room.error();
    if (!pictures.made()) {
        if (auto go = ended(Phase::Decode); !go)
            return go.error();
    }
    const std::size_t bytes = preparedBytes(*image, m_model.input.preprocessing);
    if (bytes > m_sampleBytes) {
        if (auto room = decoded.grow(bytes - m_sampleBytes, "samples"); !room)
            return room.error();
    }
    auto ready = preprocess(*image, m_model.input.preprocessing);
    if (!ready)
        return std::move(ready).error();
    if (auto batch = asOnlyPicture(ready->tensor); !batch)
        return std::move(batch).error();
    if (auto fits = checkPicture(m_network->spec(), ready->tensor); !fits)
        return std::move(fits).error();
    piece.mappings.push_back(ready->mapping);
    if (m_request.answer.keepPicture && m_samples == 1) {
        decoded.keep(image->rgb.size());
        m_prediction.picture = *std::move(image);
    }
    if (auto go = ended(Phase::Preprocess); !go)
        return go.error();
    return std::move(ready->tensor);
}

// Where samples together are answered otherwise than alone, a picture is the only one of its batch.
Result<void> Flow::asOnlyPicture(Tensor &picture) const
{
    const auto &declared = m_network->spec().inputs.front().shape;
    if (hasBatchDimension(m_network->spec()) || declared.size() != picture.shape().size() + 1)
        return {};
    Shape shape = picture.shape();
    shape.insert(shape.begin(), 1);
    return picture.reshape(std::move(shape));
}

// How many samples of that shape run at once: 1 if the network takes no batches.
std::size_t Flow::mostTogether(const Shape &sample) const
{
    if (!hasBatchDimension(m_network->spec()) || !m_network->batches())
        return 1;
    Shape one = sample;
    one.insert(one.begin(), 1);
    const auto cost = m_network->cost({&one, 1});
    const auto each = cost ? cost->activations.count + cost->outputs.count : 0;
    return each <= 0 ? std::numeric_limits<std::size_t>::max()
                     : std::max<std::size_t>(pieceActivations / static_cast<std::size_t>(each), 1);
}

Result<void> Flow::runPiece(Piece &piece, Reservation &held, OutputJoin &join)
{
    const std::size_t count = piece.samples.size();
    const auto bytes = outputBytesOfSamples(*m_network, piece.samples);
    if (!bytes)
        return bytes.error();
    // The outputs of all pieces will be needed: if there is no room for them, it is said before the
    // first run.
    const bool whole = count == m_samples;
    if (!whole && join.empty()) {
        Reservation all(m_control);
        if (auto room = all.grow(*bytes / count * m_samples, "outputs"); !room)
            return room;
    }
    if (auto room = held.grow(*bytes, "outputs"); !room)
        return room;
    // For a single picture the window shows what the network saw.
    if (m_pictures && m_samples == 1)
        m_prediction.seen = piece.samples.front();
    std::vector<NamedTensor> outputs;
    m_prediction.runs = (join.empty() ? 0 : m_prediction.runs) +
                        (runTogether(*m_network, piece.samples) ? 1 : count);
    Reservation passing(m_control);
    if (auto room = makeRoomToRun(piece.samples, false, count, passing); !room)
        return room;
    seeSample(piece.samples.front());
    auto ran = warmbench::runSamples(*m_network, std::move(piece.samples), m_control);
    const auto kept = name(std::move(ran), *bytes, held, outputs);
    if (!kept)
        return kept.error();
    if (auto go = ended(Phase::Infer); !go)
        return go;
    auto results =
        postprocess(m_model, outputs, piece.mappings, count, m_request.answer, &m_control);
    if (!results)
        return std::move(results).error();
    if (whole) {
        m_prediction.results = std::move(*results);
        held.keep(*kept);
    } else {
        std::move(results->begin(), results->end(), std::back_inserter(m_prediction.results));
        m_control.giveBack(count * sizeof(SampleResult)); // listAll() has reserved these already
    }
    if (m_pictures && m_samples == 1)
        m_prediction.mapping = piece.mappings.front();
    if (auto joined = join.add(std::move(outputs), count, m_control); !joined)
        return joined;
    return ended(Phase::Postprocess);
}

// Gives the outputs their names and returns their bytes; reserves more if they are larger than
// foreseen.
Result<std::size_t> Flow::name(Result<std::vector<Tensor>> outputs, std::size_t reserved,
                               Reservation &held, std::vector<NamedTensor> &named)
{
    if (!outputs)
        return std::move(outputs).error();
    const auto &specs = m_network->spec().outputs;
    std::size_t bytes = 0;
    for (std::size_t i = 0; i < outputs->size(); ++i) {
        bytes += (*outputs)[i].byteSize();
        named.push_back({specs.at(i).name, std::move((*outputs)[i])});
    }
    if (bytes > reserved) {
        if (auto room = held.grow(bytes - reserved, "outputs"); !room)
            return room.error();
    }
    return bytes;
}

} // namespace

const char *phaseName(Phase phase)
{
    switch (phase) {
    case Phase::Load:
        return "load";
    case Phase::Queue:
        return "queue";
    case Phase::Decode:
        return "decode";
    case Phase::Preprocess:
        return "preprocess";
    case Phase::Infer:
        return "infer";
    case Phase::Postprocess:
        break;
    }
    return "postprocess";
}

Result<Prediction> runPrediction(const ModelBundle &model, const InferenceRequest &request,
                                 SteadyTime deadline, const Clock &clock, std::stop_token stop)
{
    return Flow(model, request, false, deadline, clock, std::move(stop)).run();
}

Result<Prediction> runPrepared(const ModelBundle &model, const InferenceRequest &request,
                               SteadyTime deadline, const Clock &clock, std::stop_token stop)
{
    return Flow(model, request, true, deadline, clock, std::move(stop)).run();
}

} // namespace warmbench
