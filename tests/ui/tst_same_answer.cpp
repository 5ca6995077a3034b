// The playground and a client get the same numbers: what a run of the window gives for a file is
// what /predict answers for it, number for number.
#include "base/file.h"
#include "http/http_server.h"
#include "http_client.h"
#include "inference/answer/prediction_json.h"
#include "test_files.h"
#include "told_numbers.h"
#include "ui/playground/output_table.h"
#include "ui/playground/playground.h"
#include "ui/playground/prediction_run.h"
#include "window_fixture.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <future>
#include <QAbstractItemView>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

using namespace Qt::StringLiterals;
using namespace warmbench;

namespace {

std::vector<double> numbersOf(const Tensor &tensor)
{
    std::vector<double> numbers;
    if (tensor.dtype() == DType::Float32)
        for (const float one : tensor.values<float>())
            numbers.push_back(double(one));
    if (tensor.dtype() == DType::Int64)
        for (const std::int64_t one : tensor.values<std::int64_t>())
            numbers.push_back(double(one));
    return numbers;
}

// float32 travels as the shortest digits that name it.
bool same(const std::vector<double> &window, const std::vector<double> &client, bool single)
{
    return std::equal(window.begin(), window.end(), client.begin(), client.end(),
                      [single](double a, double b) {
                          if (std::isnan(a) || std::isnan(b))
                              return std::isnan(a) == std::isnan(b) || std::isinf(a);
                          return single ? float(a) == float(b) : a == b;
                      });
}

} // namespace

class TestSameAnswer : public WindowFixture
{
    Q_OBJECT

private Q_SLOTS:
    void cleanup()
    {
        m_server.reset();
        WindowFixture::cleanup();
    }
    void pagesShowWhatClientsGet_data();
    void pagesShowWhatClientsGet();
    void everyModelAnswersBothAlike();

private:
    void serve();
    QJsonObject asked(const QString &model, const std::string &body);
    std::unique_ptr<http::HttpServer> m_server;
};

void TestSameAnswer::serve()
{
    http::HttpOptions options;
    options.port = 0;
    m_server = std::make_unique<http::HttpServer>(*m_workbench, options);
    QVERIFY(m_server->start());
}

QJsonObject TestSameAnswer::asked(const QString &model, const std::string &body)
{
    const auto answer =
        HttpClient(m_server->port()).exchange("POST", "/predict/" + model.toStdString(), body);
    return QJsonDocument::fromJson(QByteArray::fromStdString(answer.body)).object();
}

void TestSameAnswer::pagesShowWhatClientsGet_data()
{
    QTest::addColumn<QString>("model");
    QTest::addColumn<QString>("file");
    for (const QString &file : {u"three.png"_s, u"zero.png"_s, u"seven.png"_s})
        QTest::newRow(qPrintable(file)) << u"digits"_s << file;
    for (const QString &file : {u"setosa.json"_s, u"versicolor.json"_s, u"virginica.json"_s})
        QTest::newRow(qPrintable(file)) << u"iris"_s << file;
}

// Every cell of the table of raw outputs, made from what the client got.
void TestSameAnswer::pagesShowWhatClientsGet()
{
    QFETCH(QString, model);
    QFETCH(QString, file);
    openSample();
    serve();
    select(model);
    m_window->openPaths({m_folder->filePath(file)});
    QTRY_VERIFY_WITH_TIMEOUT(!outcome().isEmpty(), patience);
    const auto content = readFile(m_folder->filePath(file).toStdString(), mebibytes(1));
    QVERIFY(content.has_value());
    const QJsonObject answer = asked(model, *content);
    const QString otherwise =
        shownOtherwise(*part<QAbstractItemView>(u"outputs"_s)->model(), answer);
    QVERIFY2(otherwise.isEmpty(), qPrintable(otherwise));
}

void TestSameAnswer::everyModelAnswersBothAlike()
{
    serve();
    std::vector<std::filesystem::path> models;
    for (const auto &entry :
         std::filesystem::recursive_directory_iterator(testModel("add.onnx").parent_path()))
        if (entry.path().extension() == ".onnx" && entry.file_size() < 5'000'000)
            models.push_back(entry.path());
    std::sort(models.begin(), models.end());
    std::vector<std::string> pictures;
    for (const char *name : {"three.png", "zero.png", "seven.png"})
        pictures.push_back(*readFile(sampleFile(name), mebibytes(1)));
    if (const auto faces = sharedModel("faces.jpg"))
        pictures.push_back(*readFile(*faces, mebibytes(16)));
    int answers = 0;
    int outputs = 0;
    for (const std::filesystem::path &path : models) {
        const auto names = m_workbench->open(path, false);
        for (const std::string &picture : pictures) {
            if (!names)
                continue;
            const std::string &name = names->front();
            std::promise<Result<ui::RunResult>> promise;
            ui::startRun(
                *m_workbench, {name, std::make_shared<const std::string>(picture), {}, {}},
                [&](Result<ui::RunResult> result) { promise.set_value(std::move(result)); });
            const Result<ui::RunResult> window = promise.get_future().get();
            const QJsonObject client = asked(QString::fromStdString(name), picture);
            // What one refuses, the other refuses with the same sentence.
            if (!window) {
                QCOMPARE(client[u"error"_s].toString(),
                         QString::fromStdString(window.error().message));
                continue;
            }
            // Boxes, classes and masks as the service writes them.
            const QJsonObject written =
                QJsonDocument::fromJson(
                    QByteArray::fromStdString(predictionJson(window->prediction)))
                    .object();
            QVERIFY2(client[u"results"_s] == written[u"results"_s], path.c_str());
            ++answers;
            // Answers about fitted pictures come without the raw outputs that they rest on.
            for (const NamedTensor &output : window->prediction.outputs) {
                const std::vector<double> here = numbersOf(output.tensor);
                const std::vector<double> there = told(client, QString::fromStdString(output.name));
                if (here.empty() || there.empty())
                    continue;
                QVERIFY2(same(here, there, output.tensor.dtype() == DType::Float32),
                         (path.string() + ": " + output.name).c_str());
                ++outputs;
            }
        }
        if (names)
            for (const std::string &name : *names)
                m_workbench->remove(name, [](const Result<void> &) {});
    }
    std::fprintf(stderr, "%d answers and %d outputs of %zu models are the same.\n", answers,
                 outputs, models.size());
    QVERIFY(answers > 60 && outputs > 30);
}

QTEST_MAIN(TestSameAnswer)
#include "tst_same_answer.moc"
