// The form of one field a column: rows pasted into it, and what it writes.
#include "ui/playground/feature_form.h"

#include <QCheckBox>
#include <QDoubleSpinBox>
#include <QLineEdit>
#include <QSignalSpy>
#include <QTest>

using namespace Qt::StringLiterals;
using namespace warmbench;

namespace {

// A table model of two features.
struct Flower
{
    Flower()
    {
        spec.inputs = {{"x", DType::Float32, {{-1, "batch"}, {2, {}}}, {}}};
        input.kind = InputKind::Features;
        input.features = {{"sepal length", "cm", 4.3, 7.9, 5.8},
                          {"petal, width", "cm", {}, {}, {}}};
    }
    BodyTarget target() const { return {"flower", spec, input}; }

    NetworkSpec spec;
    InputPlan input;
};

// A table with an input for each column.
struct People
{
    People()
    {
        input.kind = InputKind::Features;
        input.columns = true;
        add("age", DType::Float64);
        add("rooms", DType::Int64);
        add("city", DType::String);
        add("owner", DType::Bool);
    }
    void add(const char *name, DType dtype)
    {
        spec.inputs.push_back({name, dtype, {{-1, {}}, {1, {}}}, {}});
        input.features.push_back({name, {}, {}, {}, {}, dtype});
    }
    BodyTarget target() const { return {"people", spec, input}; }

    NetworkSpec spec;
    InputPlan input;
};

} // namespace

class TestFeatureForm : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void rowsArePasted_data();
    void rowsArePasted();
    void badRowsSayWhatIsWrong_data();
    void badRowsSayWhatIsWrong();
    void theFormWritesWhatAClientSends();
    void columnsGetFieldsOfTheirTypes();
    void rowsOfColumnsArePasted_data();
    void rowsOfColumnsArePasted();
};

void TestFeatureForm::rowsArePasted_data()
{
    QTest::addColumn<QString>("pasted");
    QTest::newRow("as sent") << uR"({"features": {"sepal length": 5.1, "petal, width": 0.2}})"_s;
    QTest::newRow("several, of which one is there")
        << uR"({"features": [{"petal, width": 0.2, "sepal length": 5.1}]})"_s;
    QTest::newRow("list") << u" [5.1, 0.2] "_s;
    QTest::newRow("input") << uR"({"input": [5.1, 0.2]})"_s;
    QTest::newRow("tensor") << uR"({"tensors": {"x": [[5.1, 0.2]]}})"_s;
    QTest::newRow("CSV") << u"5.1,0.2"_s;
    QTest::newRow("semicolons") << u"5.1;0.2\n"_s;
    QTest::newRow("CSV with names") << u"\"petal, width\",sepal length\n0.2,5.1"_s;
}

void TestFeatureForm::rowsArePasted()
{
    QFETCH(QString, pasted);
    const Flower flower;
    const auto row = ui::rowOf(pasted.toStdString(), flower.target());
    QVERIFY2(row, row ? "" : row.error().message.c_str());
    QCOMPARE(*row, (std::vector<ui::FeatureValue>{5.1, 0.2}));
}

void TestFeatureForm::badRowsSayWhatIsWrong_data()
{
    QTest::addColumn<QString>("pasted");
    QTest::addColumn<QString>("says");
    QTest::newRow("nothing") << u"  "_s << u"empty"_s;
    QTest::newRow("cut") << u"{\"sepal length\": 5.1,"_s << u"no valid JSON"_s;
    QTest::newRow("too many") << u"1,2,3"_s << u"3 values"_s;
    QTest::newRow("too few") << u"[1]"_s << u"1 value"_s;
    QTest::newRow("missing") << uR"({"features": {"sepal length": 5.1}})"_s
                             << u"\"petal, width\""_s;
    QTest::newRow("without its key")
        << uR"({"sepal length": 5.1, "petal, width": 1})"_s << u"{\"features\":"_s;
    QTest::newRow("text for a number")
        << uR"({"features": {"sepal length": "five", "petal, width": 1}})"_s
        << u"\"sepal length\""_s;
    QTest::newRow("text in a list") << uR"([1, "two"])"_s << u"\"two\""_s;
    QTest::newRow("several rows") << u"1,2\n3,4"_s << u"2 rows"_s;
}

void TestFeatureForm::badRowsSayWhatIsWrong()
{
    QFETCH(QString, pasted);
    QFETCH(QString, says);
    const Flower flower;
    const auto row = ui::rowOf(pasted.toStdString(), flower.target());
    QVERIFY(!row);
    const QString message = QString::fromStdString(row.error().message);
    QVERIFY2(message.contains(says), qPrintable(message));
}

void TestFeatureForm::theFormWritesWhatAClientSends()
{
    ui::FeatureForm form;
    const Flower flower;
    form.setModel("flower", flower.spec, flower.input);
    QCOMPARE(form.body(), u"{\"input\":[5.8,0]}"_s);
    form.setValues({5.1, 0.2});
    form.setModel("flower", flower.spec, flower.input); // the same model again
    QCOMPARE(form.body(), u"{\"input\":[5.1,0.2]}"_s);
    QCOMPARE(form.namedBody(), uR"({"features": {"sepal length": 5.1, "petal, width": 0.2}})"_s);
}

void TestFeatureForm::columnsGetFieldsOfTheirTypes()
{
    ui::FeatureForm form;
    const People people;
    form.setModel("people", people.spec, people.input);
    auto *age = form.findChild<QDoubleSpinBox *>(u"feature0"_s);
    auto *rooms = form.findChild<QDoubleSpinBox *>(u"feature1"_s);
    auto *city = form.findChild<QLineEdit *>(u"feature2"_s);
    auto *owner = form.findChild<QCheckBox *>(u"feature3"_s);
    QVERIFY(age);
    QVERIFY(rooms);
    QVERIFY(city);
    QVERIFY(owner);
    QCOMPARE(city->accessibleName(), u"city"_s);
    QVERIFY(age->decimals() > 0);
    QCOMPARE(rooms->decimals(), 0);
    age->setValue(31.5);
    rooms->setValue(4503599627370497.0);
    city->setText(u"K\u00F6ln \"S\u00FCd\""_s);
    owner->setChecked(true);
    const QString expected = u"{\"features\": {\"age\": 31.5, \"rooms\": 4503599627370497, "
                             "\"city\": \"K\u00F6ln \\\"S\u00FCd\\\"\", \"owner\": true}}"_s;
    QCOMPARE(form.namedBody(), expected);
    QCOMPARE(form.body(), expected);
    // What the form writes is a row that it reads.
    const auto row = ui::rowOf(form.body().toStdString(), people.target());
    QVERIFY2(row, row ? "" : row.error().message.c_str());
    QCOMPARE(*row, form.values());

    // No field can hold a missing number.
    QSignalSpy rejected(&form, &ui::FeatureForm::rejected);
    QVERIFY(!form.canShow("age,rooms,city,owner\n,2,Bern,0\n"));
    QVERIFY(!form.fill("age,rooms,city,owner\n,2,Bern,0\n"));
    QCOMPARE(rejected.size(), 1);
    QCOMPARE(form.body(), expected);

    QSignalSpy submitted(&form, &ui::FeatureForm::submitted);
    form.show();
    city->setFocus();
    QTRY_VERIFY(city->hasFocus());
    QTest::keyClick(city, Qt::Key_Return);
    QCOMPARE(submitted.size(), 1);
}

void TestFeatureForm::rowsOfColumnsArePasted_data()
{
    QTest::addColumn<QString>("pasted");
    QTest::addColumn<QString>("says"); // nothing: it is taken
    QTest::newRow("features")
        << uR"({"features": {"city": "Bern", "age": 31, "rooms": 2, "owner": true}})"_s
        << QString();
    QTest::newRow("tensors")
        << uR"({"tensors": {"owner": [[true]], "age": [[31]], "rooms": [[2]], "city": [["Bern"]]}})"_s
        << QString();
    QTest::newRow("CSV") << u"31,2,Bern,true"_s << QString();
    QTest::newRow("CSV with names") << u"owner;city;age;rooms\n1;Bern;31;2\n"_s << QString();
    QTest::newRow("list") << u"[31, 2, 5, 1]"_s << u"\"features\""_s;
    QTest::newRow("number for a text")
        << uR"({"features": {"city": 5, "age": 31, "rooms": 2, "owner": true}})"_s
        << u"\"city\" is a number (5)"_s;
    QTest::newRow("text for a number") << u"31,two,Bern,true"_s << u"\"two\""_s;
    QTest::newRow("several rows") << u"31,2,Bern,true\n32,2,Bern,true\n"_s << u"2 rows"_s;
}

void TestFeatureForm::rowsOfColumnsArePasted()
{
    QFETCH(QString, pasted);
    QFETCH(QString, says);
    const People people;
    const auto row = ui::rowOf(pasted.toStdString(), people.target());
    QCOMPARE(row.has_value(), says.isEmpty());
    if (row)
        QCOMPARE(*row, (std::vector<ui::FeatureValue>{31.0, 2.0, "Bern", 1.0}));
    else
        QVERIFY2(row.error().message.find(says.toStdString()) != std::string::npos,
                 row.error().message.c_str());
}

QTEST_MAIN(TestFeatureForm)
#include "tst_feature_form.moc"
