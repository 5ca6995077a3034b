#include "engine/live_memory.h"
#include "engine/onnx/onnx_costs.h"
#include "engine/onnx/onnx_shapes.h"
#include "engine/warm_up_plan.h"

#include <array>
#include <QTest>

namespace warmbench {
namespace {

using Type = onnx::TensorProto;

// A graph written down node by node.
class Graph
{
public:
    explicit Graph(std::int64_t opset = 13)
    {
        model.set_ir_version(8);
        auto *import = model.add_opset_import();
        import->set_domain("");
        import->set_version(opset);
        model.mutable_graph()->set_name("g");
    }

    // A negative extent is free.
    Graph &input(const std::string &name, const Shape &shape, int type = Type::FLOAT)
    {
        auto *value = model.mutable_graph()->add_input();
        value->set_name(name);
        auto *tensor = value->mutable_type()->mutable_tensor_type();
        tensor->set_elem_type(type);
        tensor->mutable_shape();
        for (const std::int64_t extent : shape) {
            auto *dim = tensor->mutable_shape()->add_dim();
            if (extent < 0)
                dim->set_dim_param("free");
            else
                dim->set_dim_value(extent);
        }
        return *this;
    }
    Graph &weights(const std::string &name, const Shape &shape)
    {
        auto *tensor = model.mutable_graph()->add_initializer();
        tensor->set_name(name);
        tensor->set_data_type(Type::FLOAT);
        for (const std::int64_t extent : shape)
            tensor->add_dims(extent);
        for (std::size_t i = 0; i < *elementCount(shape); ++i)
            tensor->add_float_data(1);
        return *this;
    }
    Graph &integers(const std::string &name, const std::vector<std::int64_t> &values)
    {
        auto *tensor = model.mutable_graph()->add_initializer();
        tensor->set_name(name);
        tensor->set_data_type(Type::INT64);
        tensor->add_dims(std::ssize(values));
        for (const std::int64_t value : values)
            tensor->add_int64_data(value);
        return *this;
    }
    onnx::NodeProto &node(const std::string &type, const std::vector<std::string> &inputs,
                          const std::string &output)
    {
        auto *made = model.mutable_graph()->add_node();
        made->set_op_type(type);
        made->set_name(output + "_node");
        for (const std::string &name : inputs)
            made->add_input(name);
        made->add_output(output);
        return *made;
    }
    static void list(onnx::NodeProto &node, const char *name,
                     const std::vector<std::int64_t> &values)
    {
        auto *attribute = node.add_attribute();
        attribute->set_name(name);
        attribute->set_type(onnx::AttributeProto::INTS);
        for (const std::int64_t value : values)
            attribute->add_ints(value);
    }
    static void number(onnx::NodeProto &node, const char *name, std::int64_t value)
    {
        auto *attribute = node.add_attribute();
        attribute->set_name(name);
        attribute->set_type(onnx::AttributeProto::INT);
        attribute->set_i(value);
    }
    Graph &output(const std::string &name)
    {
        model.mutable_graph()->add_output()->set_name(name);
        return *this;
    }

    onnx::ModelProto model;
};

Graph batchNormalisation(const Shape &input)
{
    Graph graph;
    graph.input("x", input);
    for (const char *name : {"scale", "bias", "mean", "variance"})
        graph.weights(name, {3});
    graph.node("BatchNormalization", {"x", "scale", "bias", "mean", "variance"}, "y");
    return graph.output("y");
}

Graph product(const Shape &a, const Shape &b)
{
    Graph graph;
    graph.input("a", a).input("b", b).node("MatMul", {"a", "b"}, "y");
    return graph.output("y");
}

// [n, 3, 4] through Shape, Gather, Unsqueeze, Concat to [n, 12].
Graph flattenedByItsShape()
{
    Graph graph;
    graph.input("x", {-1, 3, 4}).integers("zero", {0}).integers("rest", {-1});
    graph.node("Shape", {"x"}, "shape");
    graph.node("Gather", {"shape", "zero"}, "rows");
    Graph::number(graph.node("Concat", {"rows", "rest"}, "wanted"), "axis", 0);
    graph.node("Reshape", {"x", "wanted"}, "y");
    return graph.output("y");
}

Graph convolution(const Shape &input)
{
    Graph graph;
    graph.input("x", input).weights("w", {8, 3, 3, 3});
    Graph::list(graph.node("Conv", {"x", "w"}, "y"), "strides", {2, 2});
    return graph.output("y");
}

std::shared_ptr<const OnnxShapes> shapesOf(const Graph &graph)
{
    auto shapes = OnnxShapes::of(graph.model);
    return shapes ? *std::move(shapes) : nullptr;
}

class TestOnnxShapes : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void shapesFollowTheInputs()
    {
        const auto graph = shapesOf(flattenedByItsShape());
        QVERIFY(graph);
        const auto inferred = graph->infer(std::array{Shape{5, 3, 4}});
        QVERIFY2(inferred, inferred ? "" : inferred.error().message.c_str());
        QCOMPARE((*inferred)[static_cast<std::size_t>(graph->outputs()[0])], Shape({5, 12}));
    }

    void shapesThatDoNotFitNameNodeAndTensor_data()
    {
        QTest::addColumn<std::shared_ptr<const OnnxShapes>>("graph");
        QTest::addColumn<std::vector<Shape>>("shapes");
        QTest::addColumn<QString>("tensor");
        const auto row = [](const char *name, const Graph &graph, const std::vector<Shape> &shapes,
                            const char *tensor) {
            QTest::newRow(name) << shapesOf(graph) << shapes << QString::fromUtf8(tensor);
        };
        row("more channels than constants", batchNormalisation({-1, -1, 1, 1}), {{1, 4096, 1, 1}},
            "\"x\" [1, 4096, 1, 1]");
        row("fewer channels", batchNormalisation({-1, -1, 1, 1}), {{1, 2, 1, 1}},
            "\"x\" [1, 2, 1, 1]");
        row("inner extents", product({-1, -1}, {-1, -1}), {{3, 4}, {5, 2}}, "\"b\" [5, 2]");
        row("channels of a convolution", convolution({-1, -1, -1, -1}), {{1, 4, 9, 9}},
            "\"x\" [1, 4, 9, 9]");
        row("smaller than the kernel", convolution({-1, 3, -1, -1}), {{1, 3, 2, 2}},
            "\"x\" [1, 3, 2, 2]");
        Graph unknown;
        unknown.input("x", {-1, 3}).node("NobodyKnowsThis", {"x"}, "y");
        row("unknown operator", unknown.output("y"), {{1, 3}}, "\"x\" [1, 3]");
    }

    void shapesThatDoNotFitNameNodeAndTensor()
    {
        QFETCH(std::shared_ptr<const OnnxShapes>, graph);
        QFETCH(std::vector<Shape>, shapes);
        QFETCH(QString, tensor);
        QVERIFY(graph);
        const auto inferred = graph->infer(shapes);
        QVERIFY(!inferred);
        QCOMPARE(inferred.error().code, ErrorCode::InvalidArgument);
        const QString message = QString::fromStdString(inferred.error().message);
        QVERIFY2(message.contains(tensor) && message.contains(QStringLiteral("node \"y_node\"")),
                 qPrintable(message));
    }

    void shapesThatFitAreTaken()
    {
        QVERIFY(shapesOf(batchNormalisation({-1, -1, 1, 1}))->infer(std::array{Shape{4, 3, 1, 1}}));
        QVERIFY(shapesOf(product({-1, -1}, {-1, -1}))->infer(std::array{Shape{3, 4}, Shape{4, 2}}));
        QVERIFY(shapesOf(convolution({-1, 3, -1, -1}))->infer(std::array{Shape{2, 3, 9, 7}}));
    }

    // An operator that nobody knows may stand in a file whose shapes are all fixed.
    void fixedShapesNeedNoRule()
    {
        Graph graph;
        graph.input("x", {1, 3}).node("NobodyKnowsThis", {"x"}, "y");
        QVERIFY(shapesOf(graph.output("y"))->infer(std::array{Shape{1, 3}}));
    }

    void aFileWhoseConstantsDoNotFitIsAtFault()
    {
        const auto inferred =
            shapesOf(batchNormalisation({1, 4, 1, 1}))->infer(std::array{Shape{1, 4, 1, 1}});
        QVERIFY(!inferred);
        QCOMPARE(inferred.error().code, ErrorCode::FailedPrecondition);
    }

    void stridesOfZeroAreRefusedBeforeTheyDivide()
    {
        Graph graph;
        graph.input("x", {1, 3, 9, 9}).weights("w", {8, 3, 3, 3});
        Graph::list(graph.node("Conv", {"x", "w"}, "y"), "strides", {0, 2});
        const auto inferred = shapesOf(graph.output("y"))->infer(std::array{Shape{1, 3, 9, 9}});
        QVERIFY(!inferred);
        QVERIFY(inferred.error().message.find("strides") != std::string::npos);
    }

    void whatNobodyMakesIsRefused()
    {
        Graph graph;
        graph.input("x", {1, 3}).node("Relu", {"elsewhere"}, "y");
        const auto shapes = OnnxShapes::of(graph.output("y").model);
        QVERIFY(!shapes);
        QVERIFY(shapes.error().message.find("\"elsewhere\"") != std::string::npos);
    }

    void costsOfAConvolution()
    {
        const auto graph = shapesOf(convolution({-1, 3, -1, -1}));
        const auto shapes = graph->infer(std::array{Shape{2, 3, 9, 9}});
        QVERIFY(shapes);
        const std::int64_t made = 2 * 8 * 4 * 4;
        const RunCost cost = runCostOf(*graph, *shapes);
        QCOMPARE(cost.outputs.count, 4 * made);
        QCOMPARE(cost.activations.count, 4 * made);
        const NetworkMeasure measure = measureOnnx(*graph, *shapes);
        QCOMPARE(measure.flops, 2 * 27 * made);
        QCOMPARE(measure.weights.count, 4 * 8 * 27);
        QCOMPARE(measure.layers.size(), std::size_t(1));
        QCOMPARE(measure.layers[0].parameters, std::int64_t(8 * 27));
    }

    // Attention multiplies two computed tensors: OpenCV's own count crashed there.
    void operationsOfAProductOfTwoInputs()
    {
        const auto graph = shapesOf(product({-1, -1}, {-1, -1}));
        const auto shapes = graph->infer(std::array{Shape{3, 4}, Shape{4, 5}});
        QVERIFY(shapes);
        QCOMPARE(measureOnnx(*graph, *shapes).flops, std::int64_t(2 * 3 * 4 * 5));
    }

    void onlyWhatLivesTogetherIsCounted()
    {
        // 0 -> 1 -> 2 -> 3, 10 bytes each; 1 lives until 3 is made.
        const std::array steps{LiveStep{.reads = {0}, .makes = {1}},
                               LiveStep{.reads = {1}, .makes = {2}},
                               LiveStep{.reads = {2, 1}, .makes = {3}}};
        const std::vector<Bytes> sizes(4, Bytes{10});
        QCOMPARE(busiestMoment(steps, sizes, std::array{3}).count, std::int64_t(30));
        const std::array inPlace{LiveStep{.reads = {0}, .makes = {1}},
                                 LiveStep{.reads = {1}, .makes = {2}, .inPlace = true},
                                 LiveStep{.reads = {2}, .makes = {3}}};
        QCOMPARE(busiestMoment(inPlace, sizes, std::array{3}).count, std::int64_t(20));
    }

    void whatTakesTooMuchIsToldBeforeItIsTaken()
    {
        NetworkSpec spec;
        spec.inputs.push_back(
            {.name = "x", .shape = {{1, ""}, {3, ""}, {8000, ""}, {8000, ""}}, .producedBy = {}});
        const auto costOf = [](std::span<const Shape> shapes) -> Result<RunCost> {
            return RunCost{floatBytes(shapes), floatBytes(shapes)};
        };
        const auto plan = planWarmUp(spec, {}, 2, mebibytes(64), costOf);
        QVERIFY(!plan);
        QCOMPARE(plan.error().code, ErrorCode::ResourceExhausted);
        QVERIFY(plan.error().message.find("[1, 3, 8000, 8000]") != std::string::npos);
        QVERIFY(plan.error().message.find("64.0 MiB") != std::string::npos);
        // Free sizes are tried smaller instead.
        spec.inputs[0].shape = {{1, ""}, {3, ""}, {-1, "h"}, {-1, "w"}};
        const auto free = planWarmUp(spec, {}, 1, mebibytes(1), costOf);
        QVERIFY(free);
        QCOMPARE(free->trials.size(), std::size_t(2));
        QCOMPARE(free->trials[0][0], Shape({1, 3, 64, 64}));
    }
};

} // namespace
} // namespace warmbench

QTEST_APPLESS_MAIN(warmbench::TestOnnxShapes)
#include "tst_onnx_shapes.moc"
