// Rows of a table whose columns are inputs of their own: what becomes of a row, and what is said of
// a wrong one.
#include "inference/body/prediction_body.h"

#include <cmath>
#include <QTest>

using namespace warmbench;

namespace {

// Two decimals, a whole number, a flag and a text.
struct People
{
    People()
    {
        input.kind = InputKind::Features;
        input.columns = true;
        input.origins["features"] = Origin::Network;
        for (const auto &[name, dtype] :
             {std::pair("age", DType::Float64), std::pair("height", DType::Float32),
              std::pair("rooms", DType::Int64), std::pair("owner", DType::Bool),
              std::pair("city", DType::String)}) {
            spec.inputs.push_back({name, dtype, {{-1, {}}, {1, {}}}, {}});
            input.features.push_back({name, {}, {}, {}, {}, dtype});
        }
    }
    Result<TensorInputs> read(std::string_view body, RunControl control = {}) const
    {
        auto inputs = readBody({"people", spec, input}, body, {}, control);
        if (!inputs)
            return inputs.error();
        if (auto *tensors = std::get_if<TensorInputs>(&*inputs))
            return std::move(*tensors);
        return invalidArgument("The rows became samples.");
    }

    NetworkSpec spec;
    InputPlan input;
};

} // namespace

class TestTableRows : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aRowBecomesATensorForEachColumn_data()
    {
        QTest::addColumn<std::string>("body");
        const auto row = [](const char *name, const char *body) {
            QTest::newRow(name) << std::string(body);
        };
        row("features", R"({"features": {"city": "K\u00f6ln", "owner": true, "age": 31.1,
                            "rooms": 9007199254740993, "height": null}})");
        row("whole numbers with a point", R"({"features": {"city": "K\u00f6ln", "owner": 1,
            "age": 3.11e1, "rooms": 9007199254740993, "height": null}})");
        row("CSV", "city,owner,age,rooms,height\nK\xC3\xB6ln,True,31.1,9007199254740993,\n");
        row("CSV in order", "31.1;nan;9007199254740993;1;K\xC3\xB6ln\n");
    }
    void aRowBecomesATensorForEachColumn()
    {
        QFETCH(std::string, body);
        const auto columns = People().read(body);
        QVERIFY2(columns, columns ? "" : columns.error().message.c_str());
        QCOMPARE(columns->size(), std::size_t(5));
        for (const NamedTensor &column : *columns)
            QCOMPARE(column.tensor.shape(), (Shape{1, 1}));
        QCOMPARE((*columns)[0].tensor.values<double>()[0], 31.1);
        QVERIFY(std::isnan((*columns)[1].tensor.values<float>()[0]));
        QCOMPARE((*columns)[2].tensor.values<std::int64_t>()[0], std::int64_t(9007199254740993));
        QCOMPARE(int((*columns)[3].tensor.values<std::uint8_t>()[0]), 1);
        QCOMPARE((*columns)[4].tensor.strings()[0], std::string("K\xC3\xB6ln"));
    }

    void wholeNumbersAreReadAsTheyAreWritten()
    {
        const auto columns = People().read("1,2,+007,0,x\n1,2,-1e3,0,x\n1,2,5.0,0,x\n");
        QVERIFY2(columns, columns ? "" : columns.error().message.c_str());
        const auto rooms = (*columns)[2].tensor.values<std::int64_t>();
        QCOMPARE((std::vector<std::int64_t>(rooms.begin(), rooms.end())),
                 (std::vector<std::int64_t>{7, -1000, 5}));
    }

    void manyRowsShareTheTensors()
    {
        std::string csv = "age,height,rooms,owner,city\n";
        for (int i = 0; i < 1000; ++i)
            csv += std::to_string(i) + ".5,1," + std::to_string(i) + ",0,\"a, b\"\n";
        const auto columns = People().read(csv);
        QVERIFY2(columns, columns ? "" : columns.error().message.c_str());
        QCOMPARE((*columns)[0].tensor.shape(), (Shape{1000, 1}));
        QCOMPARE((*columns)[0].tensor.values<double>()[999], 999.5);
        QCOMPARE((*columns)[2].tensor.values<std::int64_t>()[7], std::int64_t(7));
        QCOMPARE((*columns)[4].tensor.strings()[999], std::string("a, b"));
    }

    void defaultsOfTheSettingsFillIn()
    {
        People people;
        people.input.features[2].fallback = 3;
        const auto columns = people.read("age,height,owner,city\n1,2,0,Bern\n");
        QVERIFY2(columns, columns ? "" : columns.error().message.c_str());
        QCOMPARE((*columns)[2].tensor.values<std::int64_t>()[0], std::int64_t(3));
    }

    void textsAloneAreATable()
    {
        People people;
        people.spec.inputs = {people.spec.inputs[4], people.spec.inputs[4]};
        people.input.features = {people.input.features[4], people.input.features[4]};
        people.spec.inputs[1].name = people.input.features[1].name = "land";
        const auto columns = people.read("land,city\nUri,Altdorf\n");
        QVERIFY2(columns, columns ? "" : columns.error().message.c_str());
        QCOMPARE((*columns)[0].tensor.strings()[0], std::string("Altdorf"));
    }

    void aWrongRowIsOneSentence_data()
    {
        QTest::addColumn<std::string>("body");
        QTest::addColumn<std::string>("says");
        const auto features = [](const char *name, const char *changed, const char *says) {
            QTest::newRow(name) << std::string(R"({"features": [)") + changed + "]}"
                                << std::string(says);
        };
        const auto csv = [](const char *name, const char *row, const char *says) {
            QTest::newRow(name) << std::string("age,height,rooms,owner,city\n1,2,3,0,x\n") + row
                                << std::string(says);
        };
        features("unknown", R"({"aeg": 1})", R"(no feature named "aeg" (did you mean "age"?))");
        features("twice", R"({"age": 1, "age": 2})", R"("age" twice)");
        features("missing", R"({"age": 1})", R"(The feature "height" is missing)");
        features("text for a number", R"({"age": "31"})", R"("age" is a text ("31"), expected a)");
        features("number for a text", R"({"city": 7})",
                 R"("city" is a number (7), expected a text)");
        features("nothing for a text", R"({"city": null})", R"("city" is null)");
        features("fraction", R"({"rooms": 2.5})", R"("rooms" is 2.5, but it takes whole numbers)");
        features("nothing for a whole number", R"({"rooms": null})", R"("rooms" is null)");
        features("too large", R"({"age": 1, "height": 1, "owner": false, "city": "",
                                  "rooms": 99999999999999999999})",
                 "rooms");
        features("no flag", R"({"owner": "yes"})", R"("owner" is a text ("yes"), expected true)");
        features("a list", R"({"age": [1]})", R"("age" is a list)");
        features("no row", "5", "expected an object");
        csv("text for a number", "old,2,3,0,x\n", R"(Row 3, column 1 ("age") of the CSV is "old")");
        csv("decimal comma", "\"1,5\",2,3,0,x\n", "write decimals with a point");
        csv("fraction", "1,2,3.5,0,x\n", R"(Row 3, column 3 ("rooms") of the CSV is 3.5)");
        csv("empty whole number", "1,2,,0,x\n", R"(column 3 ("rooms") of the CSV is empty)");
        csv("no flag", "1,2,3,maybe,x\n", R"(column 4 ("owner") of the CSV is "maybe")");
        csv("no UTF-8", "1,2,3,0,K\xF6ln\n", "save the file as UTF-8");
        csv("shorter", "1,2,3,0\n", "Row 3 of the CSV has 4 cells");
        csv("open quote", "1,2,3,0,\"x\n", "never closed");
        const auto other = [](const char *name, const char *body, const char *says) {
            QTest::newRow(name) << std::string(body) << std::string(says);
        };
        other("unknown column", "age,height,rooms,owner,town\n1,2,3,0,x\n", "\"town\"");
        other("column twice", "age,age,rooms,owner,city\n1,2,3,0,x\n", "\"age\" twice");
        other("too few without a header", "1,2,3\n", "needs 5: age, height");
        other("list", "[1, 2, 3, 0, 5]", R"(send {"features": {"age": ...}})");
        other("input", R"({"input": [1]})", R"(send {"features": {"age": ...}})");
        other("no rows", R"({"features": []})", "empty list");
    }
    void aWrongRowIsOneSentence()
    {
        QFETCH(std::string, body);
        QFETCH(std::string, says);
        const auto columns = People().read(body);
        QVERIFY(!columns);
        const std::string &message = columns.error().message;
        QCOMPARE(columns.error().code, ErrorCode::InvalidArgument);
        QVERIFY2(message.find(says) != std::string::npos, message.c_str());
        QVERIFY2(message.ends_with('.') && message.find('\n') == std::string::npos,
                 message.c_str());
    }
};

QTEST_APPLESS_MAIN(TestTableRows)
#include "tst_table_rows.moc"
