// Every class of OpenCV ML that the engine takes: trained here, saved, loaded through the engine,
// and asked the same as the object it was saved from.
#include "engine/engine.h"

#include <opencv2/ml.hpp>
#include <QtTest>

using namespace warmbench;

namespace {

constexpr int features = 3;

// Two clouds that do not touch, labelled 0 and 1.
struct Clouds
{
    cv::Mat samples = cv::Mat(40, features, CV_32F);
    cv::Mat labels = cv::Mat(40, 1, CV_32S);
    Clouds()
    {
        cv::RNG random(7);
        for (int row = 0; row < samples.rows; ++row) {
            const int label = row % 2;
            labels.at<int>(row) = label;
            for (int column = 0; column < features; ++column)
                samples.at<float>(row, column) =
                    static_cast<float>(random.gaussian(0.3)) + 3.0F * static_cast<float>(label);
        }
    }
};

cv::Ptr<cv::ml::StatModel> makeMlp()
{
    auto network = cv::ml::ANN_MLP::create();
    network->setLayerSizes(std::vector<int>{features, 4, 1});
    network->setActivationFunction(cv::ml::ANN_MLP::SIGMOID_SYM, 1, 1);
    return network;
}

cv::Ptr<cv::ml::StatModel> makeSvm()
{
    auto svm = cv::ml::SVM::create();
    svm->setKernel(cv::ml::SVM::LINEAR);
    return svm;
}

cv::Ptr<cv::ml::StatModel> makeNearest()
{
    auto nearest = cv::ml::KNearest::create();
    nearest->setDefaultK(3);
    return nearest;
}

cv::Ptr<cv::ml::StatModel> makeRegression()
{
    auto regression = cv::ml::LogisticRegression::create();
    regression->setLearningRate(0.1);
    regression->setIterations(50);
    return regression;
}

struct Kind
{
    const char *name;
    const char *file;
    cv::Ptr<cv::ml::StatModel> (*make)();
    bool floatLabels;
};

const std::vector<Kind> kinds{
    {"support vector machine", "svm.xml", makeSvm, false},
    {"random trees", "trees.yml",
     [] { return cv::Ptr<cv::ml::StatModel>(cv::ml::RTrees::create()); }, false},
    {"boosting", "boost.json", [] { return cv::Ptr<cv::ml::StatModel>(cv::ml::Boost::create()); },
     false},
    {"neural network", "mlp.yml", makeMlp, true},
    {"k-nearest", "knn.xml", makeNearest, false},
    {"logistic regression", "lr.yml", makeRegression, true},
    {"normal Bayes", "bayes.xml",
     [] { return cv::Ptr<cv::ml::StatModel>(cv::ml::NormalBayesClassifier::create()); }, false},
};

} // namespace

class TestOpenCvMl : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aSavedModelAnswersAsTheOneItWasSavedFrom_data()
    {
        QTest::addColumn<int>("index");
        for (std::size_t i = 0; i < kinds.size(); ++i)
            QTest::newRow(kinds[i].name) << static_cast<int>(i);
    }
    void aSavedModelAnswersAsTheOneItWasSavedFrom()
    {
        QFETCH(int, index);
        const Kind &kind = kinds[static_cast<std::size_t>(index)];
        const Clouds clouds;
        cv::Mat labels = clouds.labels;
        if (kind.floatLabels)
            labels.convertTo(labels, CV_32F);
        const auto model = kind.make();
        QVERIFY(model->train(clouds.samples, cv::ml::ROW_SAMPLE, labels));
        const QTemporaryDir folder;
        const std::string path = folder.filePath(QString::fromLatin1(kind.file)).toStdString();
        model->save(path);
        cv::Mat expected;
        model->predict(clouds.samples, expected);
        expected.convertTo(expected, CV_32F);

        const auto files = identifyModelFiles(path);
        QVERIFY2(files, files ? "" : files.error().message.c_str());
        QCOMPARE(files->format, ModelFormat::OpenCvMl);
        const auto network = makeOpenCvEngine()->load(*files, {});
        QVERIFY2(network, network ? "" : network.error().message.c_str());
        const auto &inputs = (*network)->spec().inputs;
        QCOMPARE(inputs.at(0).shape.at(1).size, std::int64_t(features));

        const auto input = Tensor::fromValues<float>(
            {clouds.samples.rows, features}, {clouds.samples.ptr<float>(), clouds.samples.total()});
        const auto outputs = (*network)->run({&*input, 1});
        QVERIFY2(outputs, outputs ? "" : outputs.error().message.c_str());
        const auto answers = outputs->at(0).values<float>();
        QCOMPARE(answers.size(), expected.total());
        for (std::size_t i = 0; i < answers.size(); ++i)
            QCOMPARE(answers[i], expected.ptr<float>()[i]);
        QVERIFY(cv::countNonZero(expected) > 0); // not one answer to everything
        QVERIFY(cv::countNonZero(expected) < 40 || kind.make == makeMlp);
    }
};

QTEST_GUILESS_MAIN(TestOpenCvMl)
#include "tst_opencv_ml.moc"
