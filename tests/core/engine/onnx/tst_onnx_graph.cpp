// What a file says of its graph and weights, whether or not an engine runs it.
#include "base/file.h"
#include "engine/network_graph.h"
#include "engine/weight_statistics.h"
#include "onnx_builder.h"

#include <cmath>
#include <cstring>
#include <QTest>

using namespace warmbench;

namespace {

ModelFiles onnxFile(const std::filesystem::path &path)
{
    ModelFiles files;
    files.network = path;
    return files;
}

std::string shapeOf(const GraphValue &value)
{
    return value.shape ? shapeText(std::span<const Dimension>(*value.shape)) : "none";
}

Shape triedOf(const GraphValue &value)
{
    return value.tried.value_or(Shape{-7});
}

// A Conv without a name, then Flatten and Gemm.
OnnxBuilder smallNetwork()
{
    OnnxBuilder net(13);
    net.input("x", {-1, 2, 4, 4});
    net.floats("w", {1, 2, 3, 3}, {1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 0, 0, 1, 1, 1, 2, 2, 2});
    net.floats("d", {4, 2}, {1, 0, 0, 1, 1, 0, 0, -1});
    auto *conv = net.node("Conv", {"x", "w"}, {"c"});
    conv->clear_name();
    OnnxBuilder::ints(conv, "kernel_shape", {3, 3});
    net.node("Flatten", {"c"}, {"f"});
    net.node("Gemm", {"f", "d"}, {"y"});
    net.output("y", {-1, 2});
    return net;
}

} // namespace

class TestOnnxGraph : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void nodesTellTensorsWeightsAndOperations()
    {
        const QTemporaryDir folder;
        const auto graph = readNetworkGraph(onnxFile(smallNetwork().save(folder, "small.onnx")));
        QVERIFY2(graph.has_value(), graph ? "" : graph.error().message.c_str());
        QCOMPARE(graph->nodes.size(), 3U);
        const GraphNode &conv = graph->nodes[0];
        QVERIFY(conv.name.empty());
        QCOMPARE(conv.type, std::string("Conv"));
        QVERIFY((conv.inputs == std::vector<std::string>{"x", "w"}));
        QCOMPARE(conv.attributes.at(0).text, std::string("[3, 3]"));
        QCOMPARE(conv.outputs.at(0).name, std::string("c"));
        QCOMPARE(conv.outputs.at(0).type, std::string("float32"));
        QCOMPARE(shapeOf(conv.outputs.at(0)), std::string("[batch, 1, 2, 2]"));
        QCOMPARE(triedOf(conv.outputs.at(0)), (Shape{1, 1, 2, 2}));
        QCOMPARE(conv.parameters, 18);
        QCOMPARE(conv.flops, 2 * 4 * 18);
        QCOMPARE(graph->nodes[2].parameters, 8);
        QCOMPARE(graph->parameters, 26);
        QCOMPARE(graph->tried.at(0), (Shape{1, 2, 4, 4}));
        QCOMPARE(graph->initialisers.at(0).bytes, Bytes{72});
        QVERIFY(graph->notes.empty());
    }

    void innerGraphsFollowTheirNode()
    {
        OnnxBuilder yes;
        yes.node("Neg", {"x"}, {"t"});
        yes.floats("only here", {2}, {1, 2});
        yes.output("t", {2});
        OnnxBuilder no;
        no.node("Add", {"x", "k"}, {"e"});
        no.output("e", {2});
        OnnxBuilder net(13);
        net.input("x", {2});
        net.input("c", {}, onnx::TensorProto::BOOL);
        net.floats("k", {2}, {3, 4});
        auto *choice = net.node("If", {"c"}, {"i"});
        OnnxBuilder::graph(choice, "then_branch", yes);
        choice->mutable_attribute(0)->mutable_g()->mutable_initializer()->CopyFrom(
            yes.model().graph().initializer());
        OnnxBuilder::graph(choice, "else_branch", no);
        net.node("Relu", {"i"}, {"y"});
        net.output("y", {2});
        const QTemporaryDir folder;
        const auto graph = readNetworkGraph(onnxFile(net.save(folder, "if.onnx")));
        QVERIFY2(graph.has_value(), graph ? "" : graph.error().message.c_str());
        QCOMPARE(graph->nodes.size(), 4U);
        QVERIFY(!graph->nodes[0].parent);
        QCOMPARE(graph->nodes[0].attributes[0].text, std::string("a graph of 1 nodes"));
        QCOMPARE(graph->nodes[1].type, std::string("Neg"));
        QCOMPARE(graph->nodes[1].parent, std::optional<std::size_t>(0));
        QCOMPARE(graph->nodes[1].branch, std::string("then_branch"));
        QCOMPARE(graph->nodes[2].branch, std::string("else_branch"));
        QCOMPARE(graph->nodes[2].parameters, 2); // of the graph around it
        QCOMPARE(shapeOf(graph->nodes[2].outputs[0]), std::string("[2]"));
        QVERIFY(!graph->nodes[3].parent);
        QCOMPARE(graph->initialisers.size(), 2U);
        QCOMPARE(graph->initialisers[1].parent, std::optional<std::size_t>(0));
        QCOMPARE(graph->parameters, 4);
    }

    void unknownOperatorsLeaveOnlyTheirOwnShapesUntold()
    {
        OnnxBuilder net(13);
        net.input("x", {-1, 3});
        net.node("Relu", {"x"}, {"a"});
        net.node("Mystery", {"a"}, {"b"})->set_domain("org.example");
        net.node("Relu", {"b"}, {"y"});
        net.node("Neg", {"a"}, {"z"});
        net.output("y", {-1, 3});
        net.output("z", {-1, 3});
        const QTemporaryDir folder;
        const auto graph = readNetworkGraph(onnxFile(net.save(folder, "mystery.onnx")));
        QVERIFY2(graph.has_value(), graph ? "" : graph.error().message.c_str());
        QCOMPARE(graph->nodes[1].domain, std::string("org.example"));
        QCOMPARE(shapeOf(graph->nodes[1].outputs[0]), std::string("none"));
        QCOMPARE(shapeOf(graph->nodes[2].outputs[0]), std::string("[batch, 3]")); // as declared
        QCOMPARE(triedOf(graph->nodes[3].outputs[0]), (Shape{1, 3}));
    }

    // The network would not load, but its graph is there to see why.
    void shapesThatDoNotFitAreANote()
    {
        OnnxBuilder net(13);
        net.input("x", {3, 4});
        net.floats("w", {5, 2}, {1, 2, 3, 4, 5, 6, 7, 8, 9, 0});
        net.node("MatMul", {"x", "w"}, {"y"});
        net.output("y", {3, 2});
        const QTemporaryDir folder;
        const auto graph = readNetworkGraph(onnxFile(net.save(folder, "misfit.onnx")));
        QVERIFY2(graph.has_value(), graph ? "" : graph.error().message.c_str());
        QCOMPARE(graph->nodes.size(), 1U);
        QCOMPARE(graph->notes.size(), 1U);
        QVERIFY2(graph->notes[0].find("n_MatMul") != std::string::npos, graph->notes[0].c_str());
    }

    void damageIsASentence()
    {
        const QTemporaryDir folder;
        const auto path = smallNetwork().save(folder, "cut.onnx");
        const auto bytes = readFile(path, mebibytes(1));
        QVERIFY(writeFile(path, bytes->substr(0, bytes->size() / 2)).has_value());
        const auto graph = readNetworkGraph(onnxFile(path));
        QVERIFY(!graph);
        QCOMPARE(graph.error().code, ErrorCode::FailedPrecondition);
        QVERIFY(graph.error().message.find("cut.onnx") != std::string::npos);
    }

    void otherFormatsSayWhatHasAGraph()
    {
        ModelFiles files;
        files.format = ModelFormat::OpenCvMl;
        files.network = "tree.xml";
        const auto graph = readNetworkGraph(files);
        QVERIFY(!graph);
        QVERIFY2(graph.error().message.find("Darknet") != std::string::npos,
                 graph.error().message.c_str());
    }

    void longAttributesAreCut()
    {
        OnnxBuilder net = smallNetwork();
        auto *flatten = net.model().mutable_graph()->mutable_node(1);
        OnnxBuilder::text(flatten, "long", std::string(5000, 'a').c_str());
        auto *many = flatten->add_attribute();
        many->set_name("many");
        for (int i = 0; i < 1000; ++i)
            many->add_ints(i);
        for (int i = 0; i < 500; ++i)
            OnnxBuilder::number(flatten, "one", i);
        const QTemporaryDir folder;
        const auto graph = readNetworkGraph(onnxFile(net.save(folder, "long.onnx")));
        QVERIFY2(graph.has_value(), graph ? "" : graph.error().message.c_str());
        const auto &attributes = graph->nodes[1].attributes;
        QVERIFY(attributes.size() < 100);
        QVERIFY(attributes[0].text.size() < 250);
        QVERIFY2(attributes[1].text.find("1000 in all") != std::string::npos,
                 attributes[1].text.c_str());
        QVERIFY(attributes.back().text.find("502") != std::string::npos);
    }

    // ---- weights

    void weightsAreReadFromWhereTheyLie()
    {
        OnnxBuilder net = smallNetwork();
        auto *apart = net.model().mutable_graph()->add_initializer();
        apart->set_name("apart");
        apart->set_data_type(onnx::TensorProto::FLOAT);
        apart->add_dims(3);
        apart->set_data_location(onnx::TensorProto::EXTERNAL);
        const auto entry = [&](const char *key, const char *value) {
            auto *one = apart->add_external_data();
            one->set_key(key);
            one->set_value(value);
        };
        entry("location", "apart.bin");
        entry("offset", "4");
        const QTemporaryDir folder;
        const auto files = onnxFile(net.save(folder, "apart.onnx"));
        const std::array<float, 4> numbers{99, 1, std::nanf(""), -5};
        std::string bytes(sizeof(numbers), '\0');
        std::memcpy(bytes.data(), numbers.data(), sizeof(numbers));
        QVERIFY(writeFile(files.network.parent_path() / "apart.bin", bytes).has_value());
        const auto found = weightStatistics(files, "apart");
        QVERIFY2(found.has_value(), found ? "" : found.error().message.c_str());
        QVERIFY(found->external);
        QCOMPARE(found->values.nans, 1);
        QCOMPARE(found->values.min, -5.0);
        QCOMPARE(found->values.mean, -2.0);
        const auto listed = weightStatistics(files, "w");
        QVERIFY(listed.has_value());
        QCOMPARE(listed->shape, (Shape{1, 2, 3, 3}));
        QCOMPARE(listed->values.zeros, 3);
        QCOMPARE(listed->values.max, 9.0);

        QVERIFY(writeFile(files.network.parent_path() / "apart.bin", bytes.substr(0, 12)));
        const auto cut = weightStatistics(files, "apart");
        QVERIFY(!cut && cut.error().code == ErrorCode::FailedPrecondition);
    }

    void weightsThatAreNotThereAreNamed()
    {
        OnnxBuilder net = smallNetwork();
        net.model().mutable_graph()->mutable_initializer(0)->set_dims(0, 40);
        const QTemporaryDir folder;
        const auto files = onnxFile(net.save(folder, "liar.onnx"));
        QCOMPARE(weightStatistics(files, "v").error().code, ErrorCode::NotFound);
        const auto liar = weightStatistics(files, "w");
        QVERIFY(!liar);
        QVERIFY2(liar.error().message.find("\"w\"") != std::string::npos,
                 liar.error().message.c_str());
    }
};

QTEST_APPLESS_MAIN(TestOnnxGraph)
#include "tst_onnx_graph.moc"
