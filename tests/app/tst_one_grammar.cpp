// A body means the same over HTTP, plain and in a form, to `warmbench predict` and in the window:
// the same numbers where it is accepted, the same sentence where it is refused.
#include "answer.h"
#include "api_server.h"
#include "base/file.h"
#include "base/logging.h"
#include "inference/answer/prediction_json.h"
#include "program.h"
#include "tensor/npy.h"
#include "test_files.h"
#include "ui/playground/prediction_run.h"

#include <algorithm>
#include <fmt/format.h>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

using namespace warmbench;

namespace {

namespace fs = std::filesystem;

struct Row
{
    const char *name;
    std::string model;
    std::string body;
    bool accepted;
};

// What came of a body: the numbers of all its samples, or a sentence.
struct Outcome
{
    QJsonArray numbers;
    QString sentence;
    bool operator==(const Outcome &) const = default;
    QByteArray text() const
    {
        return QJsonDocument(numbers).toJson(QJsonDocument::Compact) + ' ' + sentence.toUtf8();
    }
};

void append(QJsonArray &all, const QJsonObject &answer)
{
    for (const auto sample : answer[QLatin1String("prediction")].toArray())
        all.append(sample);
}

QJsonObject parsed(const std::string &json)
{
    return QJsonDocument::fromJson(QByteArray::fromStdString(json)).object();
}

QString text(const fs::path &path)
{
    return QString::fromStdString(path.string());
}

std::string contentOf(const fs::path &file)
{
    return readFile(file, mebibytes(1)).value_or(std::string());
}

std::string npyOf(const Shape &shape, const std::vector<float> &values)
{
    return writeNpy(*Tensor::fromValues<float>(shape, std::span(values)));
}

std::vector<Row> allRows()
{
    const std::string picture = contentOf(sampleFile("three.png"));
    const std::string base64 = QByteArray::fromStdString(picture).toBase64().toStdString();
    std::string pixels = "0";
    for (int i = 1; i < 64; ++i)
        pixels += "," + std::to_string(i % 16);
    const std::string flower = R"({"sepal length": 5.1, "petal width": 0.2})";
    return {
        {"picture", "digits", picture, true},
        {"picture in JSON", "digits", R"({"image_b64": ")" + base64 + "\"}", true},
        {"pixels", "digits", R"({"input": [)" + pixels + "]}", true},
        {"pixels as CSV", "digits", pixels, true},
        {"pixels as .npy", "digits", npyOf({1, 8, 8}, std::vector<float>(64, 0.5F)), true},
        {"picture for numbers", "iris", picture, false},
        {"picture that is cut", "digits", picture.substr(0, picture.size() / 2), false},
        {"picture in JSON that is none", "digits", R"({"image_b64": "aGVsbG8="})", false},
        {"no base64", "digits", R"({"image_b64": "&&"})", false},

        {"one sample", "iris", R"({"input": [5.1, 3.5, 1.4, 0.2]})", true},
        {"one sample behind a mark", "iris", "\xEF\xBB\xBF{\"input\": [5.1, 3.5, 1.4, 0.2]}", true},
        {"bare list", "iris", " [5.1, 3.5, 1.4, 0.2] ", true},
        {"several samples", "iris", R"({"inputs": [[5.1, 3, 1, 0.2], [6, 3, 5, 2]]})", true},
        {"a row by name", "iris", R"({"features": )" + flower + "}", true},
        {"rows by name", "iris", R"({"features": [)" + flower + "," + flower + "]}", true},
        {"tensor by name", "iris", R"({"tensors": {"features": [[5.1, 3.5, 1.4, 0.2]]}})", true},
        {"two tensors by name", "add",
         R"({"tensors": {"b": [[1,1,1],[2,2,2]], "a": [1,2,3,4,5,6]}})", true},
        {".npy", "iris", npyOf({4}, {5.1F, 3.5F, 1.4F, 0.2F}), true},
        {".npy of a batch", "iris", npyOf({2, 4}, {5.1F, 3.5F, 1.4F, 0.2F, 6, 3, 5, 2}), true},
        {"CSV row", "iris", "5.1,3.5,1.4,0.2", true},
        {"CSV rows", "iris", "5.1;3.5;1.4;0.2\n6;3;5;2\n", true},
        {"CSV by name", "iris", "petal width,sepal length\n0.2,5.1\n2.3,6.7\n", true},
        {"CSV behind a mark", "iris", "\xEF\xBB\xBFpetal width,sepal length\n0.2,5.1\n", true},
        {"CSV with a header that the model does not know", "multi_out", "a,b,c,d\n1,2,3,4\n", true},
        {"CSV with nan and inf", "multi_out", "nan,inf,-inf,1", true},
        {"NaN and the infinities", "multi_out", R"([null, "Infinity", "-Infinity", 1])", true},

        {"nothing", "iris", "", false},
        {"blanks", "iris", " \n\t", false},
        {"words", "iris", "five point one", false},
        {"page", "iris", "<!DOCTYPE html>\n<title>1, 2</title>", false},
        {"text in JSON", "iris", "\"five\"", false},
        {"null", "iris", "null", false},
        {"empty object", "iris", "{}", false},
        {"cut JSON", "iris", R"({"input": [5.1, 3.5)", false},
        {"cut list", "iris", "[5.1, 3.5", false},
        {"something behind", "iris", R"({"input": [5.1, 3.5, 1.4, 0.2]} x)", false},
        {"something behind a list", "iris", "[5.1, 3.5, 1.4, 0.2] x", false},
        {"unknown key", "iris", R"({"imput": [5.1, 3.5, 1.4, 0.2]})", false},
        {"unknown key beside a known one", "iris",
         R"({"input": [5.1, 3.5, 1.4, 0.2], "note": "mine"})", false},
        {"two forms", "iris", R"({"input": [1, 2, 3, 4], "inputs": [[1, 2, 3, 4]]})", false},
        {"one form twice", "iris", R"({"input": [1, 2, 3, 4], "input": [1, 2, 3, 4]})", false},
        {"feature as a key", "iris", flower, false},
        {"wrong count", "iris", "[1, 2]", false},
        {"wrong count in CSV", "iris", "1,2", false},
        {"wrong count in several samples", "iris", R"({"inputs": [[1, 2, 3, 4], [1, 2]]})", false},
        {"no samples", "iris", R"({"inputs": []})", false},
        {"text for a number", "iris", R"({"input": [1, 2, 3, "four"]})", false},
        {"unknown feature", "iris", R"({"features": {"sepal lenght": 1}})", false},
        {"feature twice", "iris", R"({"features": {"petal width": 1, "petal width": 2}})", false},
        {"text for a feature", "iris", R"({"features": {"petal width": "1"}})", false},
        {"features of a model without", "digits", R"({"features": {"a": 1}})", false},
        {"unnamed features", "multi_out", R"({"features": {"a": 1}})", false},
        {"unknown column", "iris", "sepal lenght,petal width\n5.1,0.2\n", false},
        {"column twice", "iris", "petal width,petal width\n5.1,0.2\n", false},
        {"text in CSV", "iris", "1,2,3,4\n1,2,x,4\n", false},
        {"empty cell in CSV by name", "iris", "petal width,sepal length\n0.2,\n", false},
        {"shorter row in CSV", "iris", "1,2,3,4\n1,2,3\n", false},
        {"hole in the first row of CSV", "multi_out", "1,,3,4\n1,2,3,4\n", false},
        {"word in the first row of CSV", "multi_out", "1,NA,3,4\n1,2,3,4\n", false},
        {"open quote in CSV", "iris", "1,2,3,4\n\"1,2,3,4\n", false},
        {"unknown tensor", "add", R"({"tensors": {"c": [1]}})", false},
        {"missing tensor", "add", R"({"tensors": {"a": [[1,1,1],[2,2,2]]}})", false},
        {"columns by name", "people", R"({"features": {"city": "Bern", "age": 31, "rooms": 2}})",
         true},
        {"rows of columns", "people",
         R"({"features": [{"age": 31.5, "rooms": 2.0, "city": "K\u00f6ln"},
                          {"age": null, "rooms": -7, "city": ""}]})",
         true},
        {"columns as tensors", "people",
         R"({"tensors": {"age": [[31]], "rooms": [[2]], "city": [["Bern"]]}})", true},
        {"columns as CSV", "people", "city,age,rooms\n\"Bern\",31,2\nChur,,3\n", true},
        {"columns as CSV in their order", "people", "31;2;Bern\n", true},
        {"column that is unknown", "people",
         R"({"features": {"town": "Bern", "age": 31, "rooms": 2}})", false},
        {"column that is missing", "people", R"({"features": {"city": "Bern", "age": 31}})", false},
        {"text for a number", "people",
         R"({"features": {"city": "Bern", "age": "old", "rooms": 2}})", false},
        {"number for a text", "people", R"({"features": {"city": 5, "age": 31, "rooms": 2}})",
         false},
        {"fraction for a whole number", "people",
         R"({"features": {"city": "Bern", "age": 31, "rooms": 2.5}})", false},
        {"columns in a list", "people", R"({"input": [31, 2, "Bern"]})", false},
        {"text in a column of a CSV", "people", "city,age,rooms\nBern,old,2\n", false},
        {"CSV column that is unknown", "people", "citi,age,rooms\nBern,31,2\n", false},
        {"CSV column that is missing", "people", "city,age\nBern,31\n", false},
        {"CSV of too few columns", "people", "31,2\n", false},
        {"CSV that is no UTF-8", "people", "city,age,rooms\nK\xF6ln,31,2\n", false},
        {"one input for two", "add", R"({"input": [[1,1,1],[2,2,2]]})", false},
        {"CSV for two inputs", "add", "1,1,1,2,2,2", false},
        {".npy of another shape", "iris", npyOf({3}, {1, 2, 3}), false},
        {"cut .npy", "iris", npyOf({4}, {1, 2, 3, 4}).substr(0, 100), false},
    };
}

} // namespace

class TestOneGrammar : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        setLogToStandardError(false);
        QVERIFY(m_folder.isValid());
        for (const char *name : {"digits", "iris", "add", "multi_out", "people"})
            QVERIFY(m_api.workbench().open(fileOf(name), false).has_value());
        for (std::size_t i = 0; i < m_rows.size(); ++i)
            QVERIFY(writeFile(pathOf(i), m_rows[i].body).has_value());
        for (const char *name : {"digits", "iris", "add", "multi_out", "people"})
            runCommand(name);
    }
    void cleanupTestCase() { setLogToStandardError(true); }

    void aBodyMeansTheSameEverywhere_data()
    {
        QTest::addColumn<int>("index");
        for (std::size_t i = 0; i < m_rows.size(); ++i)
            QTest::newRow(m_rows[i].name) << static_cast<int>(i);
    }
    void aBodyMeansTheSameEverywhere()
    {
        QFETCH(int, index);
        const auto at = static_cast<std::size_t>(index);
        const Row &row = m_rows[at];
        const Outcome http = overHttp(row, row.body, "");
        QVERIFY2(http.sentence.isEmpty() == row.accepted, http.text());
        QVERIFY2(http.numbers.isEmpty() != row.accepted, http.text());
        const Outcome form =
            overHttp(row,
                     "--b\r\nContent-Disposition: form-data; name=\"f\"; filename=\"f\"\r\n\r\n" +
                         row.body + "\r\n--b--\r\n",
                     "Content-Type: multipart/form-data; boundary=b\r\n");
        QVERIFY2(form == http, form.text() + " in a form, plain " + http.text());
        const Outcome command = m_commands[at];
        QVERIFY2(command == http, command.text() + " to the command, over HTTP " + http.text());
        const Outcome window = inWindow(row);
        QVERIFY2(window == http, window.text() + " in the window, over HTTP " + http.text());
    }

private:
    fs::path pathOf(std::size_t index) const
    {
        return fs::path(m_folder.path().toStdString()) / fmt::format("body{}", index);
    }
    static fs::path fileOf(const std::string &model)
    {
        return model == "digits" || model == "iris" ? sampleFile(model + ".onnx")
                                                    : testModel(model + ".onnx");
    }

    Outcome overHttp(const Row &row, const std::string &body, const char *fields) const
    {
        const auto answer = m_api.post("/predict/" + row.model, body, fields);
        Outcome outcome;
        append(outcome.numbers, jsonOf(answer));
        outcome.sentence = jsonOf(answer)[QLatin1String("error")].toString();
        return outcome;
    }

    // All bodies for a model in one run: answers on standard output, sentences on standard error.
    void runCommand(const std::string &model)
    {
        QStringList arguments{QStringLiteral("predict"), text(fileOf(model))};
        for (std::size_t i = 0; i < m_rows.size(); ++i) {
            if (m_rows[i].model == model)
                arguments << text(pathOf(i));
        }
        const Run run = Program::run(arguments);
        const auto linesOf = [](const std::string &all) {
            return QString::fromStdString(all).split(QLatin1Char('\n'), Qt::SkipEmptyParts);
        };
        for (const QString &line : linesOf(run.output)) {
            const QJsonObject answer = parsed(line.toStdString());
            if (Outcome *outcome = outcomeOf(answer[QLatin1String("input")].toString()))
                append(outcome->numbers, answer);
        }
        for (const QString &line : linesOf(run.errors)) {
            static const QRegularExpression told(
                QStringLiteral("^warmbench: ([^:]*)(?::\\d+)?: (.*)$"));
            const auto match = told.match(line);
            Outcome *outcome = outcomeOf(match.captured(1));
            // A mistake in the header is told for each row.
            if (outcome && outcome->sentence.isEmpty())
                outcome->sentence = match.captured(2);
        }
    }
    Outcome *outcomeOf(const QString &input)
    {
        for (std::size_t i = 0; i < m_rows.size(); ++i) {
            if (input == text(pathOf(i)) || input.startsWith(text(pathOf(i)) + QLatin1Char(':')))
                return &m_commands[i];
        }
        return nullptr;
    }

    // As the playground does it, row by row of a table.
    Outcome inWindow(const Row &row)
    {
        Outcome outcome;
        const auto input = ui::inputFromBytes(row.body, QStringLiteral("body"));
        if (!input) {
            outcome.sentence =
                QString::fromStdString(input.error().message).mid(QStringLiteral("body: ").size());
            return outcome;
        }
        const auto *file = std::get_if<ui::FileInput>(&*input);
        const auto facts = m_api.workbench().model({row.model, {}});
        const auto &inputs = facts->status.facts->spec.inputs;
        if (file && file->noNumber && inputs.size() == 1 && inputs[0].dtype != DType::String) {
            outcome.sentence = QString::fromStdString(file->noNumber->message);
            return outcome;
        }
        ui::RunRequest request;
        request.model = row.model;
        request.body = file ? file->bytes : std::get<ui::PictureInput>(*input).bytes;
        Answer<ui::RunResult> answer;
        ui::startRun(m_api.workbench(), request, answer.callback());
        if (answer.get())
            append(outcome.numbers, parsed(predictionJson(answer.get()->prediction)));
        else
            outcome.sentence = QString::fromStdString(answer.get().error().message);
        return outcome;
    }

    const std::vector<Row> m_rows = allRows();
    std::vector<Outcome> m_commands{m_rows.size()};
    QTemporaryDir m_folder;
    ApiServer m_api;
};

QTEST_GUILESS_MAIN(TestOneGrammar)
#include "tst_one_grammar.moc"
