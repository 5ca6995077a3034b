// Bad input of every kind: each gets its status and a sentence that names what came and what to do,
// and after all of it the server is as good as new.
#include "api_server.h"
#include "base/file.h"
#include "base/logging.h"
#include "test_files.h"

#include <filesystem>
#include <fmt/format.h>
#include <QJsonObject>
#include <QTemporaryDir>
#include <QTest>

using namespace warmbench;
using namespace warmbench::http;

namespace {

namespace fs = std::filesystem;

std::string npyOf(const std::string &header, const std::string &data)
{
    std::string text = header;
    text.resize((10 + header.size() + 64) / 64 * 64 - 10 - 1, ' ');
    text += '\n';
    std::string file("\x93NUMPY\x01\x00", 8);
    file += static_cast<char>(text.size() & 0xFFU);
    file += static_cast<char>(text.size() >> 8U);
    return file + text + data;
}

// A PNG whose header announces `width` x `height` pixels that never come.
std::string pngHeader(std::uint32_t width, std::uint32_t height)
{
    std::string chunk = "IHDR";
    for (const std::uint32_t extent : {width, height}) {
        for (int shift = 24; shift >= 0; shift -= 8)
            chunk += static_cast<char>((extent >> shift) & 0xFFU);
    }
    chunk += std::string("\x08\x02\x00\x00\x00", 5);
    std::uint32_t sum = 0xFFFFFFFFU; // CRC-32, PNG annex D
    for (const char c : chunk) {
        sum ^= static_cast<unsigned char>(c);
        for (int i = 0; i < 8; ++i)
            sum = (sum >> 1U) ^ ((sum & 1U) ? 0xEDB88320U : 0U);
    }
    sum = ~sum;
    std::string file("\x89PNG\r\n\x1a\n\x00\x00\x00\x0d", 12);
    file += chunk;
    for (int shift = 24; shift >= 0; shift -= 8)
        file += static_cast<char>((sum >> shift) & 0xFFU);
    return file + std::string("\x00\x00\x10\x00IDAT\x78\x9c", 10);
}

std::string zeros(int count)
{
    std::string list = "[0";
    for (int i = 1; i < count; ++i)
        list += ",0";
    return list + "]";
}

} // namespace

class TestHttpBadInput : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        setLogToStandardError(false);
        const fs::path folder = m_folder.path().toStdString();
        const auto copy = [&](const fs::path &from, const char *to) {
            std::error_code error;
            fs::copy_file(from, folder / to, error);
            QVERIFY2(!error, to);
        };
        copy(testModel("tiny_64.onnx"), "net.onnx");
        copy(testModel("tiny_64.onnx"), "vanishing.onnx");
        copy(testModel("add.onnx"), "add.onnx");
        copy(testModel("unknown_op.onnx"), "operator.onnx");
        copy(sampleFile("digits.onnx"), "digits.onnx");
        copy(sampleFile("iris.onnx"), "table.onnx");
        QVERIFY(writeFile(folder / "table.warmbench.json",
                          R"({"input": {"features": [{"name": "length"}, {"name": "width"},
                             {"name": "height"}, {"name": "weight"}]}})"));
        QVERIFY(writeFile(folder / "garbage.onnx", "this is no network"));
        HttpOptions options;
        options.maxBody = mebibytes(2);
        m_api = std::make_unique<ApiServer>(nullptr, options);
        QVERIFY(m_api->started());
        for (const char *name :
             {"net", "vanishing", "add", "operator", "digits", "table", "garbage"})
            QVERIFY2(m_api->workbench().open(folder / (std::string(name) + ".onnx"), false), name);
        QVERIFY(fs::remove(folder / "vanishing.onnx"));
        fs::remove(folder / "garbage.onnx");
        fs::create_directory(folder / "garbage.onnx"); // a folder where a file was
    }
    void cleanupTestCase()
    {
        m_api.reset();
        setLogToStandardError(true);
    }

    void isRefusedWithASentenceThatHelps_data()
    {
        QTest::addColumn<QByteArray>("target");
        QTest::addColumn<QByteArray>("body");
        QTest::addColumn<QByteArray>("fields");
        QTest::addColumn<int>("status");
        QTest::addColumn<QByteArray>("code");
        QTest::addColumn<QByteArrayList>("words");
        const auto row = [](const char *name, const std::string &target, const std::string &body,
                            int status, const QByteArrayList &words, const char *fields = "") {
            const char *code = status == 400   ? "INVALID_ARGUMENT"
                               : status == 404 ? "NOT_FOUND"
                               : status == 413 ? "PAYLOAD_TOO_LARGE"
                                               : "FAILED_PRECONDITION";
            QTest::newRow(name) << QByteArray::fromStdString(target)
                                << QByteArray::fromStdString(body) << QByteArray(fields) << status
                                << QByteArray(code) << words;
        };
        const std::string png = readFile(sampleFile("three.png"), mebibytes(1)).value_or("");
        const std::string net = "/predict/net";
        const std::string digits = "/predict/digits";

        row("empty body", net, "", 400, {"empty", "\"input\""});
        row("blank body", net, "  \n ", 400, {"empty"});
        row("truncated JSON", net, R"({"input": [1, 2)", 400, {"JSON"});
        row("truncated after the list", net, R"({"input": [1, 2])", 400, {"JSON"});
        row("something behind", net, R"({"input": )" + zeros(64) + "} and more", 400,
            {"behind its JSON", "\"and more\"", "from byte 141"});
        row("a second object", net, "{\"input\": \"}]\\\"{\"}{}", 400, {"\"{}\"", "from byte 18"});
        row("something behind on v2", "/v2/models/net/infer", R"({"inputs": []} x)", 400,
            {"\"x\" from byte 15"});
        row("a closing bracket too many", net, R"({"input": [1]}])", 400, {"\"]\" from byte 14"});
        row("neither on nor off", "/models/net/refresh?force=maybe", "", 400,
            {"\"force\"", "\"maybe\"", "true or false"});
        row("neither for the default", "/refresh?force=2", "", 400, {"\"2\"", "true or false"});
        row("list of another length", net, zeros(63), 400, {"input", "[63]", "64"});
        row("something behind a list", net, zeros(64) + " and more", 400, {"input", "JSON"});
        row("true", net, "true", 400, {"true or false", "object"});
        row("words", net, "take this, please", 400, {"take this", "CSV"});
        row("CSV of another length", net, "1,2,3", 400, {"input", "[3]", "64"});
        row("CSV with a text", "/predict/table", "1,2,3,4\n1,x,3,4", 400,
            {"Row 2, column 2", "\"x\""});
        row("CSV with a text, by name", "/predict/table", "length,width,height,weight\n1,,3,4", 400,
            {"Column 2 (\"width\")", "empty"});
        row("CSV with a shorter row", "/predict/table", "1,2,3,4\n1,2,3", 400,
            {"Row 2", "3 cells", "the rows before it 4"});
        row("CSV with an open quote", "/predict/table", "1,2,3,4\n\"1,2,3,4", 400, {"quote"});
        row("unknown column", "/predict/table", "lenght,width,height,weight\n1,2,3,4", 400,
            {"\"lenght\"", "did you mean \"length\""});
        row("column twice", "/predict/table", "length,width,width,weight\n1,2,3,4", 400,
            {"\"width\" twice"});
        row("column missing", "/predict/table", "length,width,weight\n1,2,4", 400,
            {"\"height\"", "missing"});
        row("feature as a key", "/predict/table", R"({"length": 1, "width": 2})", 400,
            {"feature \"length\"", "\"features\""});
        row("null body", net, "null", 400, {"null", "object"});
        row("no input", net, "{}", 400, {"\"input\"", "\"tensors\""});
        row("unknown key", net, R"({"imput": [1]})", 400, {"imput", "did you mean \"input\""});
        row("two forms", net, R"({"input": [1], "inputs": [[1]]})", 400, {"both", "send one"});
        row("wrong shape", net, R"({"input": [1, 2, 3]})", 400, {"input", "[3]", "64"});
        row("ragged", net, R"({"input": [[1, 2], [3]]})", 400, {"same length"});
        row("null for the tensor", net, R"({"input": null})", 400, {"input", "64"});
        row("text for numbers", net, R"({"input": ["one", "two"]})", 400, {"\"one\"", "number"});
        row("bare NaN", net, R"({"input": [NaN]})", 400, {"JSON"});
        row("number overflow", net, R"({"input": [1e999]})", 400, {"1e999"});
        row("too large for float32", net, R"({"input": [1e300,)" + zeros(63).substr(1) + "}", 400,
            {"1e+300", "float32"});
        row("deep nesting", net, R"({"input": )" + std::string(100'000, '[') + "1", 400, {"JSON"});
        row("deep nesting, closed", net,
            R"({"input": )" + std::string(50'000, '[') + std::string(50'000, ']') + "}", 400,
            {"nested"});
        row("empty list of samples", net, R"({"inputs": []})", 400, {"inputs", "at least one"});
        row("samples no list", net, R"({"inputs": 5})", 400, {"inputs", "a number", "list"});
        row("invalid UTF-8", net, "{\"input\": \"\xff\xfe\"}", 400, {"JSON"});
        row("zero byte", net, std::string("{\"input\": [1\0]}", 15), 400, {"JSON"});
        row("wrong tensor name", "/predict/add",
            R"({"tensors": {"a": [[1,1,1],[2,2,2]], "bb": [[1,1,1],[2,2,2]]}})", 400,
            {"\"bb\"", "did you mean \"b\"", "a and b"});
        row("missing tensor", "/predict/add", R"({"tensors": {"a": [[1,1,1],[2,2,2]]}})", 400,
            {"\"b\"", "missing", "[2, 3]"});
        row("one input for two", "/predict/add", R"({"input": [[1,1,1],[2,2,2]]})", 400,
            {"2 inputs", "tensors"});
        row("wrong feature name", "/predict/table",
            R"({"features": {"lenght": 1, "width": 2, "height": 3, "weight": 4}})", 400,
            {"\"lenght\"", "did you mean \"length\"", "weight"});
        row("feature twice", "/predict/table",
            R"({"features": {"length": 1, "width": 2, "height": 3, "weight": 4, "width": 5}})", 400,
            {"\"width\" twice"});
        row("missing feature", "/predict/table", R"({"features": {"length": 1, "width": 2}})", 400,
            {"\"height\"", "missing"});
        row("text for a feature", "/predict/table",
            R"({"features": {"length": "1", "width": 2, "height": 3, "weight": 4}})", 400,
            {"\"length\"", "text", "number"});
        row("unnamed features", net, R"({"features": {"a": 1}})", 400,
            {"\"a\"", "feature 1", "52 more"});
        row("features of a model without", digits, R"({"features": {"a": 1}})", 400,
            {"no table model", "\"input\""});
        row("image for a model without", net, png, 400, {"not pictures", "input"});
        row("empty image", digits, R"({"image_b64": ""})", 400, {"image_b64", "empty"});
        row("bad base64", digits, R"({"image_b64": "&&&&"})", 400, {"base64"});
        row("base64 of no image", digits, R"({"image_b64": "aGVsbG8="})", 400, {"PNG"});
        row("image_b64 no text", digits, R"({"image_b64": 5})", 400, {"image_b64", "text"});
        row("truncated image", digits, png.substr(0, png.size() / 2), 400, {"PNG"});
        row("image bomb", digits, pngHeader(50'000, 50'000), 400, {"2500", "megapixels"});
        row("unsupported image type", digits, "%PDF-1.4 and so on", 400, {"%PDF", "PNG"});
        row("SVG", digits, "<svg xmlns=\"http://www.w3.org/2000/svg\"/>", 400, {"PNG"});
        row("broken multipart", digits,
            "--b\r\nContent-Disposition: form-data; name=\"f\"\r\n\r\nx", 400,
            {"multipart", "curl -F"}, "Content-Type: multipart/form-data; boundary=b\r\n");
        row("multipart without boundary", digits, "--b\r\n\r\nx\r\n--b--\r\n", 400,
            {"multipart", "boundary"}, "Content-Type: multipart/form-data\r\n");
        row("multipart without a file", digits,
            "--b\r\nContent-Disposition: form-data; name=\"one\"\r\n\r\n1\r\n"
            "--b\r\nContent-Disposition: form-data; name=\"two\"\r\n\r\n2\r\n--b--\r\n",
            400, {"2 parts", "\"one\" and \"two\"", "none with a file"},
            "Content-Type: multipart/form-data; boundary=b\r\n");
        row("multipart without parts", digits, "--b--\r\n", 400, {"no part at all", "curl -F"},
            "Content-Type: multipart/form-data; boundary=b\r\n");
        row("bad npy", net, "\x93NUMPY\x01 and nothing sensible", 400, {"npy"});
        row("short npy", net,
            npyOf("{'descr': '<f4', 'fortran_order': False, 'shape': (1, 64), }", "few"), 400,
            {"npy"});
        row("npy of wrong shape", net,
            npyOf("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 2), }",
                  std::string(16, '\0')),
            400, {"[2, 2]", "64", "eshape"});
        row("npy of objects", net,
            npyOf("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }", "x"), 400, {"npy"});
        row("unknown model", "/predict/nett", R"({"input": [1]})", 404, {"nett", "net"});
        row("unknown version", "/predict/net/versions/7", R"({"input": [1]})", 404, {"7", "1"});
        row("version no number", "/predict/net/versions/new", R"({"input": [1]})", 404, {"new"});
        row("control character in a name", "/predict/net%0A", R"({"input": [1]})", 400,
            {"%0A", "control"});
        row("zero byte in a name", "/predict/net%00", R"({"input": [1]})", 400, {"%00"});
        row("slash in a name", "/predict/..%2Fnet", R"({"input": [1]})", 400, {"%2F", "slash"});
        row("broken escape in the query", "/predict/net?a=1&b=%4", R"({"input": [1]})", 400,
            {"query", "%25"});
        row("broken escape in a name", "/predict/net%zz", R"({"input": [1]})", 400, {"%zz"});
        row("vanished file", "/predict/vanishing", R"({"input": [1]})", 424, {"vanishing"});
        row("folder as file", "/predict/garbage", R"({"input": [1]})", 424, {"garbage"});
        row("unknown operator", "/predict/operator", R"({"input": [1]})", 424, {"FooBarOp"});
        row("too large body", net, std::string(3 << 20, ' '), 413, {"2.00 MiB", "--max-body"});
    }
    void isRefusedWithASentenceThatHelps()
    {
        QFETCH(QByteArray, target);
        QFETCH(QByteArray, body);
        QFETCH(QByteArray, fields);
        QFETCH(int, status);
        QFETCH(QByteArray, code);
        QFETCH(QByteArrayList, words);
        const auto answer =
            m_api->post(target.toStdString(), body.toStdString(), fields.toStdString());
        QVERIFY2(answer.status == status, (std::to_string(answer.status) + answer.body).c_str());
        const QJsonObject json = jsonOf(answer);
        QCOMPARE(json[QLatin1String("code")].toString().toUtf8(), code);
        const QByteArray sentence = json[QLatin1String("error")].toString().toUtf8();
        QVERIFY2(sentence.endsWith('.') && sentence.size() < 700, sentence);
        for (const QByteArray &word : words)
            QVERIFY2(sentence.contains(word), sentence + " [" + word + "]");
    }

    void wrongVerbsNameTheRightOnes()
    {
        for (const char *verb : {"GET", "PUT", "DELETE", "PATCH", "HEAD"}) {
            const auto answer = HttpClient(m_api->port()).exchange(verb, "/predict/net");
            QVERIFY2(answer.status == 405, verb);
            QCOMPARE(answer.field("allow"), std::string("POST, OPTIONS"));
        }
        QCOMPARE(m_api->post("/health").field("allow"), std::string("GET, HEAD, OPTIONS"));
        QCOMPARE(m_api->post("/no/such/path").status, 404);
    }

    void unreadableFilesAreNamed()
    {
        // Permissions do not stop root; a loop of links stops everybody.
        const fs::path folder = m_folder.path().toStdString();
        const fs::path loop = folder / "net.onnx";
        const auto content = readFile(loop, mebibytes(1));
        QVERIFY(content);
        QVERIFY(fs::remove(loop));
        fs::create_symlink("net.onnx", loop);
        const auto answer = m_api->post("/predict/net", R"({"input": )" + zeros(64) + "}");
        const bool served = answer.status == 200; // loaded before: the instance in memory answers
        const auto refreshed = m_api->post("/models/net/refresh?force=true");
        fs::remove(loop);
        QVERIFY(writeFile(loop, *content));
        QVERIFY2(served, answer.body.c_str());
        QCOMPARE(refreshed.status, 424);
        QVERIFY2(refreshed.body.find("net") != std::string::npos, refreshed.body.c_str());
    }

    void otherAnswersThanTheGoldenOnesAreNamed()
    {
        const fs::path settings = fs::path(m_folder.path().toStdString()) / "digits.warmbench.json";
        const auto write = [&](const char *scale) {
            return writeFile(
                settings,
                fmt::format(
                    R"({{"input": {{"scale": "{}"}}, "golden": [{{"input": "three.png", "expect": {{"label": "3"}}}}]}})",
                    scale));
        };
        const std::string three = readFile(sampleFile("three.png"), mebibytes(1)).value_or("");
        QVERIFY(writeFile(settings.parent_path() / "three.png", three));
        QVERIFY(write("1/255"));
        QCOMPARE(m_api->post("/models/digits/refresh").status, 200);
        QCOMPARE(m_api->post("/predict/digits", three).status, 200);
        QVERIFY(write("-1/255"));
        const auto refused = m_api->post("/models/digits/refresh");
        const auto answer = m_api->post("/predict/digits", three);
        QVERIFY(m_api->post("/models/digits/unload").status == 200);
        const auto doubtful = m_api->post("/predict/digits", three);
        QVERIFY(fs::remove(settings));
        const auto mended = m_api->post("/models/digits/refresh");
        QCOMPARE(refused.status, 424);
        QVERIFY2(
            refused.body.find("golden answers of \\\"digits\\\" differ; the first, three.png") !=
                std::string::npos,
            refused.body.c_str());
        QVERIFY2(answer.body.find("\"label\": \"3\", \"score\": 1}") != std::string::npos,
                 answer.body.c_str());
        QVERIFY2(doubtful.body.find("\"warnings\": [\"1 of 1 golden answers") != std::string::npos,
                 doubtful.body.c_str());
        QCOMPARE(mended.status, 200);
    }

    void nothingIsLostOrLeaked()
    {
        QCOMPARE(m_api->post("/predict/net", R"({"input": )" + zeros(64) + "}").status, 200);
        QCOMPARE(m_api
                     ->post("/predict/digits",
                            readFile(sampleFile("three.png"), mebibytes(1)).value_or(""))
                     .status,
                 200);
        const auto views = m_api->workbench().models();
        QVERIFY(views.size() >= 7);
        for (const ModelView &view : views)
            QCOMPARE(view.status.inUse, 0);
        QCOMPARE(m_api->workbench().scheduler().waiting(), std::size_t(0));
        QTRY_COMPARE(m_api->workbench().scheduler().running(), std::size_t(0));
    }

private:
    QTemporaryDir m_folder;
    std::unique_ptr<ApiServer> m_api;
};

QTEST_GUILESS_MAIN(TestHttpBadInput)
#include "tst_http_bad_input.moc"
