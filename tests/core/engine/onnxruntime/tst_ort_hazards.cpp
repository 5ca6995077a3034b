// What would end the process in ONNX Runtime is answered, or is a failed run.
#include "loaded_network.h"
#include "make_tensor.h"
#include "onnx_builder.h"

#include <limits>
#include <QTest>

using namespace warmbench;

namespace {

using Type = onnx::TensorProto;

// A list of int32 or int64.
Tensor whole(int type, const std::vector<std::int64_t> &values)
{
    const Shape shape{static_cast<std::int64_t>(values.size())};
    if (type == Type::INT64)
        return *Tensor::fromValues<std::int64_t>(shape, values);
    const std::vector<std::int32_t> narrow(values.begin(), values.end());
    return *Tensor::fromValues<std::int32_t>(shape, narrow);
}

} // namespace

class TestOrtHazards : public QObject
{
    Q_OBJECT

    const QTemporaryDir m_folder;

private Q_SLOTS:
    // The processor ends a program that divides the smallest number by -1.
    void theSmallestNumberIsDividedByMinusOne_data()
    {
        QTest::addColumn<int>("type");
        QTest::addColumn<QByteArray>("operatorType");
        QTest::addColumn<bool>("within");
        QTest::addColumn<int>("opset");
        const auto row = [](int type, const char *operatorType, bool within, int opset) {
            QTest::addRow("%s of %s, opset %d%s", operatorType,
                          type == Type::INT32 ? "int32" : "int64", opset,
                          within ? ", within If" : "")
                << type << QByteArray(operatorType) << within << opset;
        };
        for (const int type : {int(Type::INT32), int(Type::INT64)}) {
            for (const int opset : {7, 9, 10, 11, 13, 17}) {
                row(type, "Div", false, opset);
                if (opset >= 10)
                    row(type, "Mod", false, opset);
            }
            row(type, "Div", true, 13);
            row(type, "Mod", true, 13);
        }
    }
    void theSmallestNumberIsDividedByMinusOne()
    {
        QFETCH(int, type);
        QFETCH(QByteArray, operatorType);
        QFETCH(bool, within);
        const std::string op = operatorType.toStdString();
        QFETCH(int, opset);
        OnnxBuilder builder(opset);
        builder.input("a", {5}, type);
        builder.input("b", {5}, type);
        builder.input("c", {1}, Type::BOOL);
        if (within) {
            auto *choice = builder.node("If", {"c"}, {"q"});
            for (const char *const name : {"then_branch", "else_branch"}) {
                OnnxBuilder branch(opset);
                // Types within the graph are not declared.
                branch.node("Identity", {"b"}, {"d"});
                branch.node(op.c_str(), {"a", "d"}, {name});
                branch.node("Identity", {name}, {"r"})->set_name(name);
                branch.output("r", {5}, type);
                OnnxBuilder::graph(choice, name, branch);
            }
        } else {
            builder.node(op.c_str(), {"a", "b"}, {"q"});
        }
        builder.output("q", {5}, type);
        const auto network = loaded(builder.save(m_folder, "division.onnx"));
        QVERIFY2(network.has_value(), network ? "" : network.error().message.c_str());
        const std::int64_t smallest = type == Type::INT32
                                          ? std::numeric_limits<std::int32_t>::min()
                                          : std::numeric_limits<std::int64_t>::min();
        std::vector<Tensor> inputs{whole(type, {smallest, 7, -7, 7, 9}),
                                   whole(type, {-1, -1, 2, -2, 3})};
        if ((*network)->spec().inputs.size() == 3)
            inputs.push_back(*Tensor::create(DType::Bool, {1}));
        const auto outputs = (*network)->run(inputs);
        QVERIFY2(outputs.has_value(), outputs ? "" : outputs.error().message.c_str());
        // The quotient of the smallest number is one more than the largest and wraps around; the
        // library rounds quotients to zero, and gives rests the sign of the divisor.
        auto sent = inputs;
        sent[1] = whole(type, {1, 1, 0, 1, 1});
        const auto failed = (*network)->run(sent);
        QVERIFY(!failed);
        QVERIFY2(has(failed.error().message, "by zero"), failed.error().message.c_str());
        QCOMPARE(outputs->front(), op == "Div" ? whole(type, {smallest, -7, -3, -3, 3})
                                               : whole(type, {0, 0, 1, -1, 0}));
    }

    // Neither in functions nor behind operators that libonnx does not know is the type told.
    void divisionsOfUnknownTypesAreSafe()
    {
        OnnxBuilder calls(17);
        auto *function = calls.model().add_functions();
        function->set_domain("own");
        function->set_name("Divide");
        function->add_input("x");
        function->add_input("y");
        function->add_output("z");
        function->add_opset_import()->set_version(17);
        auto *node = function->add_node();
        node->set_op_type("Div");
        node->add_input("x");
        node->add_input("y");
        node->add_output("z");
        calls.model().set_ir_version(8);
        auto *own = calls.model().add_opset_import();
        own->set_domain("own");
        own->set_version(1);
        OnnxBuilder unknown(18);
        for (OnnxBuilder *builder : {&calls, &unknown}) {
            for (const char *name : {"a", "b"})
                builder->input(name, {3}, Type::INT64);
        }
        calls.node("Divide", {"a", "b"}, {"q"})->set_domain("own");
        unknown.node("BitwiseOr", {"a", "a"}, {"c"});
        unknown.node("BitwiseOr", {"b", "b"}, {"d"})->set_name("other");
        unknown.node("Div", {"c", "d"}, {"e"});
        unknown.node("BitwiseOr", {"e", "e"}, {"q"})->set_name("last");
        constexpr auto smallest = std::numeric_limits<std::int64_t>::min();
        const std::vector<Tensor> inputs{whole(Type::INT64, {smallest, 7, -6}),
                                         whole(Type::INT64, {-1, -1, 2})};
        for (OnnxBuilder *builder : {&calls, &unknown}) {
            builder->output("q", {3}, Type::INT64);
            const auto network = loaded(builder->save(m_folder, "unknown.onnx"));
            QVERIFY2(network.has_value(), network ? "" : network.error().message.c_str());
            const auto outputs = (*network)->run(inputs);
            QVERIFY2(outputs.has_value(), outputs ? "" : outputs.error().message.c_str());
            QCOMPARE(outputs->front(), whole(Type::INT64, {smallest, -7, -3}));
        }
    }

    void framesWithoutLengthAreAFailedRun()
    {
        OnnxBuilder builder(17);
        builder.input("x", {1, 4, 1});
        builder.input("length", {1}, Type::INT64);
        builder.int64s("step", {1});
        builder.int64s("no", {});
        builder.node("Squeeze", {"step"}, {"one"});
        builder.node("Squeeze", {"length"}, {"long"})->set_name("n_Squeeze2");
        builder.node("STFT", {"x", "one", "", "long"}, {"y"});
        builder.output("y", {-1, -1, -1, 2});
        const auto network = loaded(builder.save(m_folder, "frames.onnx"));
        QVERIFY2(network.has_value(), network ? "" : network.error().message.c_str());
        const Tensor input = tensorOf({1, 4, 1}, {0, 1, 2, 3});
        auto outputs = (*network)->run(std::vector<Tensor>{input, whole(Type::INT64, {0})});
        QVERIFY(!outputs);
        QVERIFY(outputs.error().code == ErrorCode::InvalidArgument);
        outputs = (*network)->run(std::vector<Tensor>{input, whole(Type::INT64, {2})});
        QVERIFY2(outputs.has_value(), outputs ? "" : outputs.error().message.c_str());
        QCOMPARE(outputs->front().shape(), (Shape{1, 3, 2, 2}));
    }

    void aConvolutionOfNoGroupsIsRefused()
    {
        OnnxBuilder builder(13);
        builder.input("x", {1, 1, -1, -1});
        builder.floats("w", {1, 1, 1, 1}, {1});
        OnnxBuilder::number(builder.node("ConvTranspose", {"x", "w"}, {"y"}), "group", 0);
        builder.output("y", {1, 1, -1, -1});
        const auto network = loaded(builder.save(m_folder, "groups.onnx"));
        QVERIFY(!network);
        QVERIFY2(has(network.error().message, "\"n_ConvTranspose\" (operator ConvTranspose) has 0"),
                 network.error().message.c_str());
    }
};

QTEST_GUILESS_MAIN(TestOrtHazards)
#include "tst_ort_hazards.moc"
