#include "ui/playground/prediction_run.h"

#include "base/file.h"
#include "inference/picture_inputs.h"
#include "tensor/json_tensor.h"
#include "tensor/preprocessing.h"
#include "ui/widgets/display_text.h"
#include "ui/widgets/picture_view.h"

#include <fmt/format.h>
#include <QFileInfo>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

using namespace Qt::StringLiterals;

namespace warmbench::ui {

namespace {

constexpr Bytes largestPicture = mebibytes(256);

// What the decoder learned of the model that answers: the very bundle, not the one shown.
struct Answering
{
    Preprocessing preprocessing;
    std::optional<DecoderSettings> decoder;
};

std::string jsonOf(const QJsonValue &value)
{
    // A document holds arrays and objects only; the brackets around a bare number come off again.
    const QByteArray wrapped = QJsonDocument(QJsonArray{value}).toJson(QJsonDocument::Compact);
    return wrapped.mid(1, wrapped.size() - 2).toStdString();
}

Result<Tensor> oneSample(const QJsonValue &value, const TensorSpec &spec)
{
    std::vector<Dimension> sample = spec.shape;
    if (!sample.empty())
        sample.erase(sample.begin());
    return tensorFromJson(jsonOf(value), spec.name, spec.dtype, sample);
}

Result<InferenceInputs> tensorsByName(const QJsonObject &tensors, const ModelBundle &model)
{
    TensorInputs inputs;
    for (const TensorSpec &spec : model.spec().inputs) {
        const auto found = tensors.constFind(text(spec.name));
        if (found == tensors.constEnd())
            return invalidArgument(
                fmt::format("\"tensors\" lacks the input \"{}\" of shape {}: add it.", spec.name,
                            shapeText(spec.shape)));
        Result<Tensor> tensor = tensorFromJson(jsonOf(*found), spec.name, spec.dtype, spec.shape);
        if (!tensor)
            return tensor.error();
        inputs.push_back({spec.name, std::move(*tensor)});
    }
    return InferenceInputs(std::move(inputs));
}

QImage preview(const QImage &image)
{
    const QSize most(PictureView::previewSide, PictureView::previewSide);
    if (image.width() <= most.width() && image.height() <= most.height())
        return image;
    return image.scaled(most, Qt::KeepAspectRatio, Qt::SmoothTransformation);
}

InputDecoder decoderFor(const RunRequest &request, std::shared_ptr<Answering> answering)
{
    return [input = request.input, answering = std::move(answering)](
               const ModelBundle &model, RunControl & /*control*/) -> Result<InferenceInputs> {
        answering->preprocessing = model.input.preprocessing;
        answering->decoder = model.settings.decoder;
        if (const auto *numbers = std::get_if<NumbersInput>(&input))
            return numbersFromBody(numbers->body, model);
        const auto &picture = std::get<PictureInput>(input);
        return InferenceInputs(
            pictureInput(picture.bytes, std::as_bytes(std::span(*picture.bytes))));
    };
}

RunResult prepared(Prediction prediction, const Answering &answering)
{
    RunResult result;
    result.decoder = answering.decoder;
    for (const NamedTensor &output : prediction.outputs)
        result.outputs.push_back(summarise(output.name, output.tensor));
    if (prediction.seen) {
        result.seenNumbers = summarise("seen", *prediction.seen);
        if (const auto image = tensorAsImage(*prediction.seen, answering.preprocessing))
            result.seen = preview(asQImage(*image));
    }
    if (!prediction.results.empty() && prediction.results.front().image) {
        const Image &image = *prediction.results.front().image;
        result.image = preview(asQImage(image));
        result.imageSize = {image.width, image.height};
    }
    // What the window keeps of earlier answers is no request's any more.
    static_cast<void>(prediction.control.handOver(0));
    result.prediction = std::move(prediction);
    return result;
}

} // namespace

QImage asQImage(const Image &image)
{
    const qsizetype stride = qsizetype(image.width) * 3;
    return QImage(image.rgb.data(), image.width, image.height, stride, QImage::Format_RGB888)
        .convertToFormat(QImage::Format_RGB32);
}

Result<InferenceInputs> numbersFromBody(const QString &body, const ModelBundle &model)
{
    QJsonParseError problem;
    const QJsonDocument document = QJsonDocument::fromJson(body.toUtf8(), &problem);
    if (!document.isObject())
        return invalidArgument(fmt::format(
            "The numbers are no JSON object ({} at character {}): write {{\"input\": [...]}}.",
            problem.errorString().toStdString(), problem.offset));
    const QJsonObject object = document.object();
    if (object.contains("tensors"_L1))
        return tensorsByName(object.value("tensors"_L1).toObject(), model);
    const TensorSpec &spec = model.spec().inputs.at(model.input.index);
    SampleInputs samples;
    const QJsonArray several = object.contains("inputs"_L1) ? object.value("inputs"_L1).toArray()
                                                            : QJsonArray{object.value("input"_L1)};
    if (several.isEmpty() || several.first().isUndefined() || several.first().isNull())
        return invalidArgument(fmt::format(
            "The JSON has neither \"input\" nor \"inputs\" nor \"tensors\": write {{\"input\": "
            "[...]}} with numbers for \"{}\" of shape {}.",
            spec.name, shapeText(spec.shape)));
    for (const auto &value : several) {
        Result<Tensor> sample = oneSample(value, spec);
        if (!sample)
            return sample.error();
        samples.push_back(std::move(*sample));
    }
    return InferenceInputs(std::move(samples));
}

Result<PictureInput> pictureFromBytes(std::string bytes, const QString &name)
{
    const Result<Image> image = decodeImage(std::as_bytes(std::span(bytes)));
    if (!image)
        return Error{image.error().code, name.toStdString() + ": " + image.error().message};
    PictureInput picture;
    picture.name = name;
    picture.size = {image->width, image->height};
    picture.preview = preview(asQImage(*image));
    picture.bytes = std::make_shared<const std::string>(std::move(bytes));
    return picture;
}

Result<PictureInput> readPicture(const QString &path)
{
    Result<std::string> bytes = readFile(path.toStdString(), largestPicture);
    if (!bytes)
        return bytes.error();
    Result<PictureInput> picture = pictureFromBytes(std::move(*bytes), QFileInfo(path).fileName());
    if (picture)
        picture->path = path;
    return picture;
}

void startRun(Workbench &workbench, const RunRequest &request,
              std::function<void(Result<RunResult>)> done)
{
    auto answering = std::make_shared<Answering>();
    InferenceRequest inference;
    inference.model = {request.model, {}};
    inference.decode = decoderFor(request, answering);
    inference.cancellation = request.cancellation;
    inference.decoder = request.decoder;
    workbench.predict(std::move(inference),
                      [answering, &metrics = workbench.metrics(),
                       done = std::move(done)](Result<Prediction> prediction) {
                          using Outcome = Metrics::Outcome;
                          metrics.recordRequest(prediction ? Outcome::Answered : Outcome::Refused);
                          if (prediction)
                              done(prepared(std::move(*prediction), *answering));
                          else
                              done(prediction.error());
                      });
}

} // namespace warmbench::ui
