// Every class of OpenCV ML that the engine takes: trained here, saved, loaded through the engine,
// and asked the same as the object it was saved from.
#include "engine/engine.h"

#include <functional>
#include <opencv2/ml.hpp>
#include <QTest>

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

using Model = cv::Ptr<cv::ml::StatModel>;

Model trained(const Model &model, const cv::Mat &labels)
{
    model->train(Clouds().samples, cv::ml::ROW_SAMPLE, labels);
    return model;
}

cv::Mat threeLabels()
{
    cv::Mat labels = Clouds().labels.clone();
    for (int row = 0; row < labels.rows; row += 4)
        labels.at<int>(row) = 2;
    return labels;
}

cv::Mat numbers()
{
    cv::Mat values;
    Clouds().labels.convertTo(values, CV_32F, 1.5, 0.25);
    return values;
}

Model svmOf(int type, int kernel)
{
    const auto svm = cv::ml::SVM::create();
    svm->setType(type);
    svm->setKernel(kernel);
    svm->setNu(0.2);
    svm->setGamma(0.5);
    svm->setP(0.1);
    return svm;
}

template <typename Tree>
Model treesOf()
{
    const auto trees = Tree::create();
    trees->setMaxDepth(4);
    trees->setCVFolds(0);
    trees->setMinSampleCount(2);
    return trees;
}

// Samples whose first number stands for a category.
Model withCategories(const Model &trees)
{
    Clouds clouds;
    for (int row = 0; row < clouds.samples.rows; ++row)
        clouds.samples.at<float>(row, 0) = static_cast<float>(row % 5);
    cv::Mat types(features + 1, 1, CV_8U, cv::Scalar(cv::ml::VAR_ORDERED));
    types.at<uchar>(0) = cv::ml::VAR_CATEGORICAL;
    types.at<uchar>(features) = cv::ml::VAR_CATEGORICAL;
    trees->train(cv::ml::TrainData::create(clouds.samples, cv::ml::ROW_SAMPLE, clouds.labels,
                                           cv::noArray(), cv::noArray(), cv::noArray(), types));
    return trees;
}

// A forest that may ask two of the three numbers only.
Model withChosenVariables()
{
    const Clouds clouds;
    auto trees = treesOf<cv::ml::RTrees>();
    const cv::Mat chosen = (cv::Mat_<int>(1, 2) << 0, 2);
    trees->train(
        cv::ml::TrainData::create(clouds.samples, cv::ml::ROW_SAMPLE, clouds.labels, chosen));
    return trees;
}

struct Saved
{
    const char *name;
    std::function<Model()> make;
};

const std::vector<Saved> everyKind{
    {"SVM, three classes",
     [] { return trained(svmOf(cv::ml::SVM::C_SVC, cv::ml::SVM::RBF), threeLabels()); }},
    {"SVM, two classes, linear",
     [] { return trained(svmOf(cv::ml::SVM::C_SVC, cv::ml::SVM::LINEAR), Clouds().labels); }},
    {"SVM, values",
     [] { return trained(svmOf(cv::ml::SVM::EPS_SVR, cv::ml::SVM::RBF), numbers()); }},
    {"SVM, one class",
     [] { return trained(svmOf(cv::ml::SVM::ONE_CLASS, cv::ml::SVM::RBF), Clouds().labels); }},
    {"tree", [] { return trained(treesOf<cv::ml::DTrees>(), threeLabels()); }},
    {"tree, values", [] { return trained(treesOf<cv::ml::DTrees>(), numbers()); }},
    {"tree, categories", [] { return withCategories(treesOf<cv::ml::DTrees>()); }},
    {"forest", [] { return trained(treesOf<cv::ml::RTrees>(), threeLabels()); }},
    {"forest, values", [] { return trained(treesOf<cv::ml::RTrees>(), numbers()); }},
    {"forest, categories", [] { return withCategories(treesOf<cv::ml::RTrees>()); }},
    {"forest, chosen variables", [] { return withChosenVariables(); }},
    {"boosting", [] { return trained(treesOf<cv::ml::Boost>(), Clouds().labels); }},
    {"nearest", [] { return trained(makeNearest(), threeLabels()); }},
    {"Bayes", [] { return trained(cv::ml::NormalBayesClassifier::create(), threeLabels()); }},
    {"gradient descent",
     [] {
         cv::Mat labels;
         Clouds().labels.convertTo(labels, CV_32F, 2, -1);
         return trained(cv::ml::SVMSGD::create(), labels);
     }},
    {"network",
     [] {
         cv::Mat labels;
         Clouds().labels.convertTo(labels, CV_32F);
         return trained(makeMlp(), labels);
     }},
    {"regression, three classes",
     [] {
         cv::Mat labels;
         threeLabels().convertTo(labels, CV_32F);
         return trained(makeRegression(), labels);
     }},
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

    // What OpenCV itself writes passes the look at its tables, whatever its kind and dialect.
    void whatIsSavedIsReadBack_data()
    {
        QTest::addColumn<int>("kind");
        QTest::addColumn<QByteArray>("file");
        for (std::size_t i = 0; i < everyKind.size(); ++i) {
            for (const char *ending : {"xml", "yml", "json"})
                QTest::addRow("%s, %s", everyKind[i].name, ending)
                    << static_cast<int>(i) << QByteArray("m.") + ending;
        }
    }
    void whatIsSavedIsReadBack()
    {
        QFETCH(int, kind);
        QFETCH(QByteArray, file);
        const auto model = everyKind[static_cast<std::size_t>(kind)].make();
        const QTemporaryDir folder;
        const std::string path = folder.filePath(QString::fromLatin1(file)).toStdString();
        model->save(path);
        const auto files = identifyModelFiles(path);
        QVERIFY2(files, files ? "" : files.error().message.c_str());
        const auto network = makeOpenCvEngine()->load(*files, {});
        QVERIFY2(network, network ? "" : network.error().message.c_str());
    }
};

QTEST_GUILESS_MAIN(TestOpenCvMl)
#include "tst_opencv_ml.moc"
