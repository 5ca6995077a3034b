// The playground and a client get the same numbers: what a run of the window gives for a file is
// what /predict answers for it, number for number, and drawn, pixel for pixel.
#include "base/file.h"
#include "http/http_server.h"
#include "http_client.h"
#include "inference/answer/prediction_json.h"
#include "painting/drawn_answer.h"
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
    void everyRealModelAnswersBothAlike();

private:
    void compareDrawings(const std::string &name, const std::string &picture,
                         const ui::RunResult &window);
    void compareAnswers(const std::string &name, const std::string &picture);
    void compareAll(const std::filesystem::path &folder,
                    const std::vector<std::filesystem::path> &files);
    void serve();
    QJsonObject asked(const QString &model, const std::string &body);
    std::unique_ptr<http::HttpServer> m_server;
    int m_answers = 0;
    int m_outputs = 0;
    int m_drawings = 0;
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

// The picture with the answer drawn on it, pixel for pixel; an answer that has none is no picture.
void TestSameAnswer::compareDrawings(const std::string &name, const std::string &picture,
                                     const ui::RunResult &window)
{
    const auto answer = HttpClient(m_server->port())
                            .exchange("POST", "/predict/" + name, picture, "Accept: image/png\r\n");
    QCOMPARE(answer.status, 200);
    if (answer.field("content-type") != "image/png")
        return;
    const SampleResult &result = window.prediction.results.front();
    auto shown = result.image ? Result<Image>(*result.image) : decodeImage(bytesOf(picture));
    if (shown && !result.image)
        shown = drawnAnswer(*std::move(shown), result);
    const auto told = decodeImage(bytesOf(answer.body));
    QVERIFY2(shown && told, name.c_str());
    QCOMPARE(told->width, shown->width);
    QCOMPARE(told->height, shown->height);
    QVERIFY2(told->rgb == shown->rgb, name.c_str());
    ++m_drawings;
}

void TestSameAnswer::compareAnswers(const std::string &name, const std::string &picture)
{
    std::promise<Result<ui::RunResult>> promise;
    ui::startRun(*m_workbench, {name, std::make_shared<const std::string>(picture), {}, {}},
                 [&](Result<ui::RunResult> result) { promise.set_value(std::move(result)); });
    const Result<ui::RunResult> window = promise.get_future().get();
    const QJsonObject client = asked(QString::fromStdString(name), picture);
    // What one refuses, the other refuses with the same sentence.
    if (!window) {
        QCOMPARE(client[u"error"_s].toString(), QString::fromStdString(window.error().message));
        return;
    }
    // Boxes, classes and masks as the service writes them.
    const QJsonObject written =
        QJsonDocument::fromJson(QByteArray::fromStdString(predictionJson(window->prediction)))
            .object();
    QVERIFY2(client[u"results"_s] == written[u"results"_s], name.c_str());
    ++m_answers;
    // Answers about fitted pictures come without the raw outputs that they rest on.
    for (const NamedTensor &output : window->prediction.outputs) {
        const std::vector<double> here = numbersOf(output.tensor);
        const std::vector<double> there = told(client, QString::fromStdString(output.name));
        if (here.empty() || there.empty())
            continue;
        QVERIFY2(same(here, there, output.tensor.dtype() == DType::Float32),
                 (name + ": " + output.name).c_str());
        ++m_outputs;
    }
    compareDrawings(name, picture, *window);
}

// All files of models below the folder with all the pictures.
void TestSameAnswer::compareAll(const std::filesystem::path &folder,
                                const std::vector<std::filesystem::path> &files)
{
    m_answers = m_outputs = m_drawings = 0;
    serve();
    std::vector<std::filesystem::path> models;
    for (const auto &entry : std::filesystem::recursive_directory_iterator(folder)) {
        const auto ending = entry.path().extension();
        if ((ending == ".onnx" || ending == ".caffemodel") && entry.file_size() < 5'000'000)
            models.push_back(entry.path());
    }
    std::sort(models.begin(), models.end());
    std::vector<std::string> pictures;
    for (const auto &file : files)
        pictures.push_back(*readFile(file, mebibytes(16)));
    for (const std::filesystem::path &path : models) {
        const auto names = m_workbench->open(path, false);
        if (!names)
            continue;
        for (const std::string &picture : pictures) {
            compareAnswers(names->front(), picture);
            if (QTest::currentTestFailed())
                return;
        }
        // The next file may have the same name.
        for (const std::string &name : *names) {
            std::promise<void> removed;
            m_workbench->remove(name, [&](const Result<void> &) { removed.set_value(); });
            removed.get_future().wait();
        }
    }
    std::fprintf(stderr, "%d answers, %d outputs and %d drawings of %zu models are the same.\n",
                 m_answers, m_outputs, m_drawings, models.size());
}

void TestSameAnswer::everyModelAnswersBothAlike()
{
    std::vector<std::filesystem::path> pictures;
    for (const char *name : {"three.png", "zero.png", "seven.png"})
        pictures.push_back(sampleFile(name));
    if (const auto faces = sharedModel("faces.jpg"))
        pictures.push_back(*faces);
    compareAll(testModel("add.onnx").parent_path(), pictures);
    QVERIFY(m_answers > 60 && m_outputs > 30);
}

// Detectors, readers, segmentations and networks that make pictures, on photographs.
void TestSameAnswer::everyRealModelAnswersBothAlike()
{
    const auto faces = sharedModel("faces.jpg");
    if (!faces)
        QSKIP("the real models are missing");
    std::vector<std::filesystem::path> pictures{sampleFile("three.png")};
    for (const auto &entry : std::filesystem::recursive_directory_iterator(faces->parent_path()))
        if (entry.path().extension() == ".jpg" || entry.path().extension() == ".png")
            pictures.push_back(entry.path());
    compareAll(faces->parent_path(), pictures);
    QVERIFY(m_answers >= int(pictures.size()) && m_drawings >= int(pictures.size()));
}

QTEST_MAIN(TestSameAnswer)
#include "tst_same_answer.moc"
