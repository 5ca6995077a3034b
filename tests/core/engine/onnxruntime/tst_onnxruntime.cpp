#include "loaded_network.h"
#include "make_tensor.h"
#include "onnx_builder.h"
#include "test_files.h"

#include <QTest>
#include <thread>

using namespace warmbench;

namespace {

using Type = onnx::TensorProto;

std::vector<float> list(const Tensor &tensor)
{
    const auto values = tensor.values<float>();
    return {values.begin(), values.end()};
}

} // namespace

class TestOnnxRuntime : public QObject
{
    Q_OBJECT

    const QTemporaryDir m_folder;

    std::filesystem::path identity(int type, const Shape &shape) const
    {
        OnnxBuilder builder(16);
        builder.input("x", shape, type);
        builder.node("Identity", {"x"}, {"y"});
        builder.output("y", shape, type);
        return builder.save(m_folder, "identity.onnx");
    }

private Q_SLOTS:
    void itIsThere()
    {
        const auto engine = makeOnnxRuntimeEngine();
        QVERIFY2(engine.has_value(), engine ? "" : engine.error().message.c_str());
        QCOMPARE((*engine)->name(), std::string_view("onnxruntime"));
        QVERIFY(has((*engine)->version(), "1."));
        QVERIFY((*engine)->supports(ModelFormat::Onnx));
        QVERIFY(!(*engine)->supports(ModelFormat::Caffe));
        QCOMPARE(makeEngines().front()->name(), std::string_view("onnxruntime"));
    }

    void numbersPassUnchanged_data()
    {
        QTest::addColumn<int>("type");
        QTest::addColumn<int>("dtype");
        const std::pair<int, DType> types[] = {
            {Type::FLOAT, DType::Float32},   {Type::DOUBLE, DType::Float64},
            {Type::FLOAT16, DType::Float16}, {Type::INT8, DType::Int8},
            {Type::INT16, DType::Int16},     {Type::INT32, DType::Int32},
            {Type::INT64, DType::Int64},     {Type::UINT8, DType::UInt8},
            {Type::UINT16, DType::UInt16},   {Type::UINT32, DType::UInt32},
            {Type::UINT64, DType::UInt64},   {Type::BOOL, DType::Bool}};
        for (const auto &[type, dtype] : types)
            QTest::newRow(std::string(dtypeName(dtype)).c_str()) << type << static_cast<int>(dtype);
    }
    void numbersPassUnchanged()
    {
        QFETCH(int, type);
        QFETCH(int, dtype);
        const auto network = loaded(identity(type, {2, 3}));
        QVERIFY2(network.has_value(), network ? "" : network.error().message.c_str());
        auto input = Tensor::create(static_cast<DType>(dtype), {2, 3});
        QVERIFY(input.has_value());
        // Every bit counts, but what is no proper bool is undefined.
        unsigned bits = 1;
        for (std::byte &byte : input->mutableBytes())
            byte = static_cast<DType>(dtype) == DType::Bool ? std::byte(bits++ % 2)
                                                            : std::byte((bits += 37) % 120);
        const auto outputs = (*network)->run(std::span(&*input, 1));
        QVERIFY2(outputs.has_value(), outputs ? "" : outputs.error().message.c_str());
        QVERIFY(outputs->front() == *input);
    }

    void stringsPassUnchanged()
    {
        const auto network = loaded(identity(Type::STRING, {3}));
        QVERIFY2(network.has_value(), network ? "" : network.error().message.c_str());
        const auto input = Tensor::fromStrings({3}, {"red", "", std::string("a\0b\xC3\xA4", 5)});
        const auto outputs = (*network)->run(std::span(&*input, 1));
        QVERIFY(outputs.has_value());
        QVERIFY(outputs->front() == *input);
    }

    void bfloat16IsFloat32Outside()
    {
        OnnxBuilder builder(16);
        builder.input("x", {4}, Type::BFLOAT16);
        builder.node("Identity", {"x"}, {"y"});
        builder.output("y", {4}, Type::BFLOAT16);
        const auto network = loaded(builder.save(m_folder, "bfloat16.onnx"));
        QVERIFY2(network.has_value(), network ? "" : network.error().message.c_str());
        QVERIFY((*network)->spec().inputs[0].dtype == DType::Float32);
        // 1 + 2^-9 lies between two bfloat16 and goes to the even one; 3 * 2^-8 above 1 rounds up.
        const Tensor input = tensorOf({4}, {1.0F, 1.001953125F, -2.5F, 1.01171875F});
        const auto outputs = (*network)->run(std::span(&input, 1));
        QVERIFY(outputs.has_value());
        QCOMPARE(list(outputs->front()), (std::vector<float>{1.0F, 1.0F, -2.5F, 1.015625F}));
    }

    void scalarsAndEmptyTensorsPass()
    {
        auto network = loaded(identity(Type::FLOAT, {}));
        QVERIFY2(network.has_value(), network ? "" : network.error().message.c_str());
        const Tensor scalar = tensorOf({}, {7});
        auto outputs = (*network)->run(std::span(&scalar, 1));
        QVERIFY(outputs.has_value());
        QVERIFY(outputs->front() == scalar);
        network = loaded(identity(Type::FLOAT, {-1, 3}));
        QVERIFY(network.has_value());
        const Tensor empty = tensorOf({0, 3}, {});
        outputs = (*network)->run(std::span(&empty, 1));
        QVERIFY2(outputs.has_value(), outputs ? "" : outputs.error().message.c_str());
        QVERIFY(outputs->front() == empty);
    }

    void freeExtentsCountSamples()
    {
        const auto network = loaded(testModel("tiny_64.onnx"));
        QVERIFY2(network.has_value(), network ? "" : network.error().message.c_str());
        QVERIFY((*network)->batches());
        std::vector<Tensor> alone;
        std::vector<float> both;
        for (int sample = 0; sample < 2; ++sample) {
            std::vector<float> values(64);
            for (std::size_t i = 0; i < values.size(); ++i)
                values[i] =
                    static_cast<float>((i * 7 + static_cast<std::size_t>(sample)) % 11) / 11;
            both.insert(both.end(), values.begin(), values.end());
            const Tensor input = tensorOf({1, 64}, values);
            alone.push_back((*network)->run(std::span(&input, 1))->front());
        }
        const Tensor input = tensorOf({2, 64}, both);
        const auto outputs = (*network)->run(std::span(&input, 1));
        QVERIFY(outputs.has_value());
        for (std::size_t i = 0; i < outputs->front().elementCount(); ++i) {
            const std::size_t half = outputs->front().elementCount() / 2;
            const float expected = alone[i / half].values<float>()[i % half];
            QVERIFY(std::abs(outputs->front().values<float>()[i] - expected) < 1e-5F);
        }
    }

    void wrongInputsAreNamed()
    {
        const auto network = loaded(testModel("tiny_64.onnx"));
        QVERIFY(network.has_value());
        const Tensor input = tensorOf({1, 63}, std::vector<float>(63));
        const auto outputs = (*network)->run(std::span(&input, 1));
        QVERIFY(!outputs);
        QVERIFY(outputs.error().code == ErrorCode::InvalidArgument);
        QVERIFY2(has(outputs.error().message, "[1, 63]"), outputs.error().message.c_str());
    }

    // The file is fine and 0 is a good index: what the client sends is to blame.
    void valuesThatTheNetworkCannotTakeAreTheClients()
    {
        OnnxBuilder builder(13);
        builder.input("i", {1}, Type::INT64);
        builder.floats("table", {3}, {10, 20, 30});
        builder.node("Gather", {"table", "i"}, {"y"});
        builder.output("y", {1});
        const auto network = loaded(builder.save(m_folder, "gather.onnx"));
        QVERIFY2(network.has_value(), network ? "" : network.error().message.c_str());
        const std::int64_t two = 2;
        const std::int64_t far = 7;
        const auto good = Tensor::fromValues<std::int64_t>({1}, std::span(&two, 1));
        const auto bad = Tensor::fromValues<std::int64_t>({1}, std::span(&far, 1));
        QCOMPARE(list((*network)->run(std::span(&*good, 1))->front()), std::vector<float>{30});
        const auto refused = (*network)->run(std::span(&*bad, 1));
        QVERIFY(!refused);
        QVERIFY(refused.error().code == ErrorCode::InvalidArgument);
        for (const char *part : {"\"n_Gather\"", "operator Gather", "opset 13", "7"})
            QVERIFY2(has(refused.error().message, part), refused.error().message.c_str());
        QVERIFY2(!has(refused.error().message, "onnxruntime_src"), refused.error().message.c_str());
    }

    void externalDataComesFromBesideTheModelAlone()
    {
        const auto network = loaded(testModel("external_inside.onnx"));
        QVERIFY2(network.has_value(), network ? "" : network.error().message.c_str());
        const Tensor input = tensorOf({1, 4}, {1, 1, 1, 2});
        const auto outputs = (*network)->run(std::span(&input, 1));
        QVERIFY2(outputs.has_value(), outputs ? "" : outputs.error().message.c_str());
        QCOMPARE(list(outputs->front()), (std::vector<float>{11, 22, 33, 84}));
    }

    void customOperatorsAreRefusedByName()
    {
        OnnxBuilder builder(13);
        builder.input("x", {1});
        builder.node("Mystery", {"x"}, {"y"})->set_domain("com.example");
        builder.output("y", {1});
        const auto network = loaded(builder.save(m_folder, "custom.onnx"));
        QVERIFY(!network);
        QVERIFY(network.error().code == ErrorCode::FailedPrecondition);
        for (const char *part : {"\"n_Mystery\"", "operator com.example.Mystery", "export"})
            QVERIFY2(has(network.error().message, part), network.error().message.c_str());
    }

    void unknownOperatorsAreNamed()
    {
        OnnxBuilder builder(13);
        builder.input("x", {1});
        builder.node("FooBar", {"x"}, {"y"});
        builder.output("y", {1});
        const auto network = loaded(builder.save(m_folder, "unknown.onnx"));
        QVERIFY(!network);
        QVERIFY(network.error().code == ErrorCode::FailedPrecondition);
        for (const char *part : {"FooBar", "13", "replace"})
            QVERIFY2(has(network.error().message, part), network.error().message.c_str());
    }

    void mapsBecomeScoresWithNames()
    {
        const auto network = loaded(testModel("classifier_maps.onnx"));
        QVERIFY2(network.has_value(), network ? "" : network.error().message.c_str());
        const NetworkSpec &spec = (*network)->spec();
        QVERIFY(spec.classes.has_value());
        QCOMPARE(spec.classes->output, std::size_t(1));
        QCOMPARE(spec.classes->names, (std::vector<std::string>{"ham", "spam"}));
        const Tensor input = tensorOf({2, 2}, {3, 1, 1, 3});
        const auto outputs = (*network)->run(std::span(&input, 1));
        QVERIFY2(outputs.has_value(), outputs ? "" : outputs.error().message.c_str());
        QCOMPARE((*outputs)[0].strings(), (std::vector<std::string>{"ham", "spam"}));
        QCOMPARE((*outputs)[1].shape(), (Shape{2, 2}));
        // softmax of 2 and -2
        QVERIFY(std::abs((*outputs)[1].values<float>()[0] - 0.98201376F) < 1e-6F);
        QVERIFY(std::abs((*outputs)[1].values<float>()[2] - 0.01798621F) < 1e-6F);
    }

    void classifiersNameTheirClasses()
    {
        const auto network = loaded(testModel("classifier_scores.onnx"));
        QVERIFY2(network.has_value(), network ? "" : network.error().message.c_str());
        const auto &classes = (*network)->spec().classes;
        QVERIFY(classes.has_value());
        QCOMPARE(classes->output, std::size_t(1));
        QCOMPARE(classes->names, (std::vector<std::string>{"7", "11"}));
    }

    void sequencesAreStacked()
    {
        const auto network = loaded(testModel("sequence_output.onnx"));
        QVERIFY2(network.has_value(), network ? "" : network.error().message.c_str());
        const Tensor input = tensorOf({2}, {4, 5});
        const auto outputs = (*network)->run(std::span(&input, 1));
        QVERIFY2(outputs.has_value(), outputs ? "" : outputs.error().message.c_str());
        QCOMPARE((*network)->spec().outputs[0].name, std::string("pieces"));
        QCOMPARE(outputs->front().shape(), (Shape{2, 1}));
        QCOMPARE(list(outputs->front()), (std::vector<float>{4, 5}));
    }

    void sequencesOfOtherLengths()
    {
        OnnxBuilder unequal(13);
        unequal.input("x", {3});
        unequal.int64s("s", {1, 2});
        unequal.node("SplitToSequence", {"x", "s"}, {"y"});
        unequal.sequenceOutput("y");
        auto network = loaded(unequal.save(m_folder, "unequal.onnx"));
        QVERIFY2(network.has_value(), network ? "" : network.error().message.c_str());
        const Tensor input = tensorOf({3}, {4, 5, 6});
        auto outputs = (*network)->run(std::span(&input, 1));
        QVERIFY(!outputs);
        QVERIFY(outputs.error().code == ErrorCode::InvalidArgument);
        QVERIFY2(has(outputs.error().message, "\"y\" is a sequence of tensors of different shapes"),
                 outputs.error().message.c_str());

        OnnxBuilder empty(13);
        empty.input("x", {3});
        empty.node("SequenceEmpty", {}, {"e"});
        empty.node("Relu", {"x"}, {"y"});
        empty.sequenceOutput("e");
        empty.output("y", {3});
        network = loaded(empty.save(m_folder, "empty.onnx"));
        QVERIFY2(network.has_value(), network ? "" : network.error().message.c_str());
        outputs = (*network)->run(std::span(&input, 1));
        QVERIFY2(outputs.has_value(), outputs ? "" : outputs.error().message.c_str());
        QCOMPARE(outputs->front().elementCount(), std::size_t(0));
        QCOMPARE(list(outputs->back()), (std::vector<float>{4, 5, 6}));
    }

    void scoresOfOneSampleHaveOneExtent()
    {
        OnnxBuilder builder(13);
        builder.model().add_opset_import()->set_domain("ai.onnx.ml");
        builder.model().mutable_opset_import(1)->set_version(1);
        builder.input("x", {2});
        auto *zip = builder.node("ZipMap", {"x"}, {"y"});
        zip->set_domain("ai.onnx.ml");
        OnnxBuilder::ints(zip, "classlabels_int64s", {7, 11});
        auto *output = builder.model().mutable_graph()->add_output();
        output->set_name("y");
        const auto network = loaded(builder.save(m_folder, "zip.onnx"));
        QVERIFY2(network.has_value(), network ? "" : network.error().message.c_str());
        QCOMPARE((*network)->spec().outputs[0].shape.size(), std::size_t(1));
        QCOMPARE((*network)->spec().outputs[0].shape[0].size, 2);
    }

    void samplesThatDependOnEachOtherAreSeenAtLoad()
    {
        OnnxBuilder depend(13);
        depend.input("x", {-1, 2});
        auto *mean = depend.node("ReduceMean", {"x"}, {"m"});
        OnnxBuilder::ints(mean, "axes", {0});
        depend.node("Sub", {"x", "m"}, {"y"});
        depend.output("y", {-1, 2});
        const auto network = loaded(depend.save(m_folder, "depend.onnx"));
        QVERIFY2(network.has_value(), network ? "" : network.error().message.c_str());
        QVERIFY((*network)->spec().samplesDepend);
        QVERIFY(!(*network)->batches());
        QVERIFY2(has((*network)->spec().warnings.back(), "depend on each other"),
                 (*network)->spec().warnings.back().c_str());
        const auto apart = loaded(testModel("tiny_64.onnx"));
        QVERIFY(apart && !(*apart)->spec().samplesDepend);
    }

    void aRunEndsWhenItIsStopped()
    {
        const auto network = loaded(testModel("tiny_64.onnx"));
        QVERIFY(network.has_value());
        const Tensor input = tensorOf({1, 64}, std::vector<float>(64));
        std::stop_source stop;
        QVERIFY((*network)->run(std::span(&input, 1), stop.get_token()).has_value());
        stop.request_stop();
        const auto ended = (*network)->run(std::span(&input, 1), stop.get_token());
        QVERIFY(!ended);
        QVERIFY(ended.error().code == ErrorCode::Cancelled);
        QVERIFY((*network)->run(std::span(&input, 1)).has_value());
    }

    // Such networks neither run in place nor escape the deadline because they were quick so far.
    void whereValuesDecideNoTimeIsUsual()
    {
        OnnxBuilder builder(13);
        builder.input("n", {1}, Type::INT64);
        builder.node("ConstantOfShape", {"n"}, {"y"});
        builder.output("y", {-1});
        const auto network = loaded(builder.save(m_folder, "by_values.onnx"));
        QVERIFY2(network.has_value(), network ? "" : network.error().message.c_str());
        const std::int64_t three = 3;
        const auto input = Tensor::fromValues<std::int64_t>({1}, std::span(&three, 1));
        QVERIFY((*network)->run(std::span(&*input, 1)).has_value());
        QVERIFY((*network)->usualTime() == std::chrono::nanoseconds::max());
        const auto fixed = loaded(testModel("tiny_64.onnx"));
        QVERIFY(fixed && (*fixed)->usualTime() < std::chrono::nanoseconds::max());
        QVERIFY((*fixed)->spec().inputs.size() == 1);
    }

    // ONNX Runtime 1.30 ends the process over some of them.
    void emptyTensorsPassWhereAllOperatorsTakeThem()
    {
        OnnxBuilder takes(13);
        takes.input("x", {-1, 5});
        takes.node("Relu", {"x"}, {"y"});
        takes.output("y", {-1, 5});
        auto network = loaded(takes.save(m_folder, "relu.onnx"));
        QVERIFY2(network.has_value(), network ? "" : network.error().message.c_str());
        QVERIFY((*network)->spec().takesEmpty);
        OnnxBuilder crashes(13);
        crashes.input("x", {-1, 5});
        crashes.node("Unique", {"x"}, {"y"});
        crashes.output("y", {-1});
        network = loaded(crashes.save(m_folder, "unique.onnx"));
        QVERIFY2(network.has_value(), network ? "" : network.error().message.c_str());
        QVERIFY(!(*network)->spec().takesEmpty);
    }

    void caveatsNameTheNode()
    {
        OnnxBuilder random(15);
        random.input("x", {2});
        random.node("Bernoulli", {"x"}, {"y"});
        random.output("y", {2});
        auto network = loaded(random.save(m_folder, "random.onnx"));
        QVERIFY2(network.has_value(), network ? "" : network.error().message.c_str());
        QCOMPARE((*network)->spec().caveats.size(), std::size_t(1));
        QVERIFY(has((*network)->spec().caveats[0], "\"n_Bernoulli\""));

        OnnxBuilder text(13);
        text.input("x", {2});
        OnnxBuilder::number(text.node("Cast", {"x"}, {"y"}), "to", Type::STRING);
        text.output("y", {2}, Type::STRING);
        network = loaded(text.save(m_folder, "text.onnx"));
        QVERIFY2(network.has_value(), network ? "" : network.error().message.c_str());
        QCOMPARE((*network)->spec().caveats.size(), std::size_t(1));
        QVERIFY(has((*network)->spec().caveats[0], "\"n_Cast\""));

        OnnxBuilder nested(13);
        nested.input("x", {2});
        nested.input("c", {1}, Type::BOOL);
        auto *choice = nested.node("If", {"c"}, {"y"});
        for (const char *const name : {"then_branch", "else_branch"}) {
            OnnxBuilder branch(13);
            auto *cast = branch.node("Cast", {"x"}, {"t"});
            cast->set_name(name);
            OnnxBuilder::number(cast, "to", Type::STRING);
            branch.output("t", {2}, Type::STRING);
            OnnxBuilder::graph(choice, name, branch);
        }
        nested.output("y", {2}, Type::STRING);
        network = loaded(nested.save(m_folder, "nested.onnx"));
        QVERIFY2(network.has_value(), network ? "" : network.error().message.c_str());
        QCOMPARE((*network)->spec().caveats.size(), std::size_t(2));

        network = loaded(testModel("tiny_64.onnx"));
        QVERIFY(network.has_value());
        QVERIFY((*network)->spec().caveats.empty());
    }

    void whereTypesShowThatNothingDiffersThereIsNoCaveat()
    {
        OnnxBuilder builder(15);
        builder.input("x", {2});
        builder.input("like", {1}, Type::STRING);
        OnnxBuilder::number(builder.node("Cast", {"x"}, {"whole"}), "to", Type::INT64);
        builder.node("CastLike", {"whole", "like"}, {"y"});
        builder.output("y", {2}, Type::STRING);
        builder.input("p", {1, 1, 2, 2});
        builder.floats("none", {0}, {});
        builder.floats("scales", {4}, {1, 1, 0.5F, 0.5F});
        auto *resize = builder.node("Resize", {"p", "none", "scales"}, {"small"});
        // The mode is "nearest" where it is not said.
        OnnxBuilder::text(resize, "coordinate_transformation_mode", "align_corners");
        builder.output("small", {1, 1, 1, 1});
        const auto network = loaded(builder.save(m_folder, "certain.onnx"));
        QVERIFY2(network.has_value(), network ? "" : network.error().message.c_str());
        QVERIFY((*network)->spec().caveats.empty());
    }

    void manyCallersShareOneSession()
    {
        const auto network = loaded(testModel("tiny_64.onnx"));
        QVERIFY(network.has_value());
        QVERIFY((*network)->concurrency() >= 1);
        const Tensor input = tensorOf({1, 64}, std::vector<float>(64, 0.25F));
        const auto expected = (*network)->run(std::span(&input, 1));
        QVERIFY(expected.has_value());
        std::atomic<int> alike{0};
        {
            std::vector<std::jthread> callers;
            for (int caller = 0; caller < 4; ++caller)
                callers.emplace_back([&] {
                    for (int i = 0; i < 50; ++i) {
                        const auto outputs = (*network)->run(std::span(&input, 1));
                        alike += outputs && *outputs == *expected;
                    }
                });
        }
        QCOMPARE(alike.load(), 200);
    }

    void floatsOfSixteenBitsRun()
    {
        const auto network = loaded(testModel("fp16_weights.onnx"));
        QVERIFY2(network.has_value(), network ? "" : network.error().message.c_str());
        QVERIFY((*network)->measure().weights.count > 0);
    }
};

QTEST_GUILESS_MAIN(TestOnnxRuntime)
#include "tst_onnxruntime.moc"
