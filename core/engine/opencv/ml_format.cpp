// Reads OpenCV ML files. The name of the root node decides the class: a file that is loaded as
// another class "succeeds", but the model is empty.
#include "base/file.h"
#include "base/text.h"
#include "engine/live_memory.h"
#include "engine/opencv/ml_checks.h"
#include "engine/opencv/opencv_border.h"
#include "engine/opencv/opencv_formats.h"
#include "engine/opencv/opencv_quiet.h"
#include "engine/opencv/storage_text.h"

#include <array>
#include <fmt/format.h>
#include <functional>
#include <opencv2/ml.hpp>

namespace warmbench {

namespace {

using Model = cv::Ptr<cv::ml::StatModel>;

constexpr Bytes largestText{(std::int64_t(1) << 31) - 1};

struct MlClass
{
    std::string_view root;
    const char *name;
    Model (*create)();
    int constantColumns; // getVarCount() counts these in addition to the inputs
};

template <typename T>
Model makeModel()
{
    return T::create();
}

constexpr std::array mlClasses{
    MlClass{"opencv_ml_svm", "SVM", makeModel<cv::ml::SVM>, 0},
    MlClass{"opencv_ml_rtrees", "RTrees", makeModel<cv::ml::RTrees>, 0},
    MlClass{"opencv_ml_boost", "Boost", makeModel<cv::ml::Boost>, 0},
    MlClass{"opencv_ml_dtree", "DTrees", makeModel<cv::ml::DTrees>, 0},
    MlClass{"opencv_ml_ann_mlp", "ANN_MLP", makeModel<cv::ml::ANN_MLP>, 0},
    MlClass{"opencv_ml_knn", "KNearest", makeModel<cv::ml::KNearest>, 0},
    // One column is the bias.
    MlClass{"opencv_ml_lr", "LogisticRegression", makeModel<cv::ml::LogisticRegression>, 1},
    MlClass{"opencv_ml_nbayes", "NormalBayes", makeModel<cv::ml::NormalBayesClassifier>, 0},
    MlClass{"opencv_ml_svmsgd", "SVMSGD", makeModel<cv::ml::SVMSGD>, 0},
};

class MlInstance final : public OpenCvInstance
{
public:
    MlInstance(Model model, Bytes stored)
        : m_model(std::move(model))
        , m_stored(stored)
    {
    }

    Result<std::vector<Tensor>> run(std::span<const Tensor> inputs,
                                    const NetworkSpec &spec) override
    {
        try {
            std::vector<Tensor> outputs;
            const auto samples = toMat(inputs[0], spec.inputs[0].name);
            if (!samples)
                return samples.error();
            cv::Mat answers;
            m_model->predict(*samples, answers);
            if (answers.rows != samples->rows)
                return failedPrecondition("OpenCV ML answered for another number of samples than "
                                          "it was given; train and save the model again.");
            m_columns = answers.cols;
            auto tensor = fromMat(answers, spec.outputs[0]);
            if (!tensor)
                return std::move(tensor).error();
            outputs.push_back(*std::move(tensor));
            return outputs;
        } catch (...) {
            return currentExceptionAsError("running the model");
        }
    }

    Result<RunCost> cost(std::span<const Shape> inputs) override
    {
        const std::int64_t rows = inputs.empty() || inputs[0].empty() ? 1 : inputs[0][0];
        return RunCost{.activations = {},
                       .outputs = floatBytes(std::array{Shape{rows, m_columns}})};
    }

    Result<void> compare(std::span<const Shape>, const ExpectedShapes &) override { return {}; }

    // These models have no layers, and take about as much memory as disk space.
    NetworkMeasure measure(std::span<const Shape>) override
    {
        NetworkMeasure measure;
        measure.weights = m_stored;
        return measure;
    }

private:
    Model m_model;
    Bytes m_stored;
    std::int64_t m_columns = 1; // columns of an answer; known after the first run
};

Error unknownRoot(const std::string &file, const std::string &root)
{
    std::vector<std::string> known;
    for (const MlClass &one : mlClasses)
        known.emplace_back(one.root);
    return failedPrecondition(fmt::format(
        "\"{}\" has the root node \"{}\", which is no OpenCV ML model that can be run here; known "
        "are {}.",
        file, printable(root, 60), joined(known)));
}

struct MlFile
{
    cv::FileStorage storage;
    const MlClass *kind = nullptr;
};

Error refused(const std::string &file, const char *kind, const std::string &why)
{
    return failedPrecondition(fmt::format(
        "\"{}\" is no {} model that can be read: {}; train and save it again.", file, kind, why));
}

// The storage reads `text` in place, so the text must outlive it.
Result<MlFile> openMl(const std::string &text, const std::string &file)
{
    MlFile opened;
    opened.storage.open(text, cv::FileStorage::READ | cv::FileStorage::MEMORY);
    if (!opened.storage.isOpened())
        return failedPrecondition(
            fmt::format("\"{}\" cannot be read; check that it is whole.", file));
    const cv::FileNode root = opened.storage.getFirstTopLevelNode();
    for (const MlClass &one : mlClasses) {
        if (!root.empty() && root.name() == one.root)
            opened.kind = &one;
    }
    if (!opened.kind)
        return unknownRoot(file, root.empty() ? "" : root.name());
    const auto kind = opened.kind->root.substr(std::string_view("opencv_ml_").size());
    if (auto sane = checkMlModel(root, kind); !sane)
        return refused(file, opened.kind->name, sane.error().message);
    return opened;
}

Result<Model> readModel(const MlFile &opened, const std::string &file)
{
    auto model = opened.kind->create();
    model->read(opened.storage.getFirstTopLevelNode());
    if (model->getVarCount() <= opened.kind->constantColumns || !model->isTrained())
        return failedPrecondition(fmt::format(
            "\"{}\" holds no trained {} model, though its root node says so; train and save it "
            "again.",
            file, opened.kind->name));
    return model;
}

// There is one output: the class or the value, or one number for each neuron of the last layer.
void describe(const MlClass &kind, const Model &model, NetworkSpec &spec)
{
    const std::int64_t inputs = model->getVarCount() - kind.constantColumns;
    std::int64_t outputs = 1;
    if (const auto network = model.dynamicCast<cv::ml::ANN_MLP>()) {
        const cv::Mat layers = network->getLayerSizes();
        outputs = layers.at<int>(static_cast<int>(layers.total()) - 1);
        spec.layerCount = static_cast<std::int64_t>(layers.total());
    }
    spec.inputs.push_back(
        {.name = "input", .shape = {{-1, "batch"}, {inputs, ""}}, .producedBy = {}});
    spec.outputs.push_back(
        {.name = "prediction", .shape = {{-1, "batch"}, {outputs, ""}}, .producedBy = kind.name});
}

} // namespace

Result<OpenCvParts> loadMlParts(const ModelFiles &files, int instances)
{
    const std::string file = printable(files.network.filename().string());
    try {
        OpenCvParts parts;
        parts.spec.format = ModelFormat::OpenCvMl;
        const auto text = readFile(files.network, largestText);
        if (!text)
            return text.error();
        parts.spec.weightBytes = {static_cast<std::int64_t>(text->size())};
        if (auto sane = checkStorageText(*text); !sane)
            return refused(file, "OpenCV ML", sane.error().message);
        const auto opened = openMl(*text, file);
        if (!opened)
            return opened.error();
        parts.spec.producer = fmt::format("OpenCV ML {}", opened->kind->name);
        for (int i = 0; i < std::max(instances, 1); ++i) {
            auto model = readModel(*opened, file);
            if (!model)
                return std::move(model).error();
            if (i == 0)
                describe(*opened->kind, *model, parts.spec);
            parts.instances.push_back(
                std::make_unique<MlInstance>(*std::move(model), parts.spec.weightBytes));
        }
        return parts;
    } catch (const cv::Exception &damage) {
        return failedPrecondition(fmt::format("OpenCV {} cannot read \"{}\": {}; train and save "
                                              "the model again.",
                                              openCvVersion(), file, shortReason(damage.what())));
    } catch (...) {
        return currentExceptionAsError("reading the model");
    }
}

} // namespace warmbench
