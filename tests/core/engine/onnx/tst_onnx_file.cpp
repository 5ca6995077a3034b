#include "base/file.h"
#include "engine/onnx/onnx_file.h"
#include "engine/opencv/onnx_refusal.h"
#include "test_files.h"

#include <functional>
#include <onnx/onnx_pb.h>
#include <QTest>

using namespace warmbench;
using Change = std::function<void(onnx::ModelProto &)>;
Q_DECLARE_METATYPE(Change)

namespace {

// y = x + w, with w of two numbers.
onnx::ModelProto smallModel()
{
    onnx::ModelProto model;
    model.set_ir_version(99); // newer than any libonnx: no reason to refuse
    model.set_producer_name("maker");
    model.set_producer_version("1.2");
    model.add_opset_import()->set_version(13);
    auto *entry = model.add_metadata_props();
    entry->set_key("Image.BitmapPixelFormat");
    entry->set_value("Gray8");
    auto *graph = model.mutable_graph();
    auto *node = graph->add_node();
    node->set_name("plus");
    node->set_op_type("Add");
    node->add_input("x");
    node->add_input("w");
    node->add_output("y");
    const auto value = [](onnx::ValueInfoProto *info, const char *name) {
        info->set_name(name);
        auto *type = info->mutable_type()->mutable_tensor_type();
        type->set_elem_type(onnx::TensorProto::FLOAT);
        type->mutable_shape()->add_dim()->set_dim_param("N");
        type->mutable_shape()->add_dim()->set_dim_value(2);
    };
    value(graph->add_input(), "w"); // initialisers may be listed as inputs
    value(graph->add_input(), "x");
    value(graph->add_output(), "y");
    auto *weights = graph->add_initializer();
    weights->set_name("w");
    weights->set_data_type(onnx::TensorProto::FLOAT);
    weights->add_dims(2);
    weights->set_raw_data(std::string(8, '\0'));
    return model;
}

// A tensor that promises a hundred floats and holds one.
void lie(onnx::TensorProto *tensor)
{
    tensor->set_name("liar");
    tensor->set_data_type(onnx::TensorProto::FLOAT);
    tensor->add_dims(100);
    tensor->set_raw_data(std::string(4, '\0'));
}

onnx::AttributeProto *attribute(onnx::ModelProto &model)
{
    auto *made = model.mutable_graph()->mutable_node(0)->add_attribute();
    made->set_name("extra");
    return made;
}

onnx::TensorProto *weight(onnx::ModelProto &model)
{
    return model.mutable_graph()->mutable_initializer(0);
}

} // namespace

class TestOnnxFile : public QObject
{
    Q_OBJECT

private:
    QTemporaryDir m_folder;

    std::filesystem::path save(const std::string &bytes)
    {
        auto path = std::filesystem::path(m_folder.path().toStdString()) / "m.onnx";
        const auto done = writeFile(path, bytes);
        Q_ASSERT(done);
        return path;
    }

private Q_SLOTS:
    void itDescribesItself()
    {
        const auto file = OnnxFile::open(save(smallModel().SerializeAsString()));
        QVERIFY2(file, file ? "" : file.error().message.c_str());
        const NetworkSpec &spec = file->spec();
        QCOMPARE(spec.inputs.size(), std::size_t(1));
        QCOMPARE(spec.inputs[0].name, std::string("x"));
        QCOMPARE(shapeText(std::span<const Dimension>(spec.inputs[0].shape)),
                 std::string("[N, 2]"));
        QCOMPARE(spec.outputs[0].producedBy, std::string("Add"));
        QCOMPARE(spec.opset, 13);
        QCOMPARE(spec.irVersion, 99);
        QCOMPARE(spec.producer, std::string("maker 1.2"));
        QCOMPARE(spec.metadata.at("Image.BitmapPixelFormat"), std::string("Gray8"));
        QCOMPARE(spec.parameterCount, 2);
        QCOMPARE(spec.weightBytes.count, 8);
        QVERIFY(spec.warnings.empty());
    }

    void tensorsThatLieAreNamedWhereverTheyHide_data()
    {
        QTest::addColumn<Change>("change");
        QTest::addColumn<QByteArray>("part");
        const auto row = [](const char *name, const char *part, const Change &change) {
            QTest::newRow(name) << change << QByteArray(part);
        };
        row("raw too short", "initialiser \"w\"",
            [](auto &model) { weight(model)->set_raw_data("1234"); });
        row("raw too long", "holds 9",
            [](auto &model) { weight(model)->set_raw_data("123456789"); });
        row("nothing held", "holds 0", [](auto &model) { weight(model)->clear_raw_data(); });
        row("held twice", "twice", [](auto &model) { weight(model)->add_float_data(1); });
        row("field of another type", "another type", [](auto &model) {
            weight(model)->clear_raw_data();
            weight(model)->add_int64_data(1);
            weight(model)->add_int64_data(1);
        });
        row("negative extent", "[-2]", [](auto &model) { weight(model)->set_dims(0, -2); });
        row("product beyond 64 bits", "which no tensor can have", [](auto &model) {
            for (int i = 0; i < 3; ++i)
                weight(model)->add_dims(2'000'000'000);
        });
        row("product that wraps to what is held", "which no tensor can have", [](auto &model) {
            weight(model)->clear_dims();
            for (int i = 0; i < 3; ++i)
                weight(model)->add_dims(std::int64_t(1) << 30);
        });
        row("no type", "undefined", [](auto &model) { weight(model)->set_data_type(0); });
        row("unknown type", "99", [](auto &model) { weight(model)->set_data_type(99); });
        row("negative type", "-5", [](auto &model) { weight(model)->set_data_type(-5); });
        row("segments", "segments",
            [](auto &model) { weight(model)->mutable_segment()->set_begin(0); });
        row("attribute", "attribute \"extra\" of node \"plus\"",
            [](auto &model) { lie(attribute(model)->mutable_t()); });
        row("list of tensors", "attribute \"extra\"",
            [](auto &model) { lie(attribute(model)->add_tensors()); });
        row("subgraph", "initialiser \"liar\"",
            [](auto &model) { lie(attribute(model)->mutable_g()->add_initializer()); });
        row("subgraph's node", "attribute \"deep\"", [](auto &model) {
            auto *deep = attribute(model)->add_graphs()->add_node()->add_attribute();
            deep->set_name("deep");
            lie(deep->mutable_t());
        });
        row("sparse values", "sparse initialiser", [](auto &model) {
            lie(model.mutable_graph()->add_sparse_initializer()->mutable_values());
        });
        row("function", "attribute \"deep\"", [](auto &model) {
            auto *deep = model.add_functions()->add_node()->add_attribute();
            deep->set_name("deep");
            lie(deep->mutable_t());
        });
        row("external path that climbs", "outside", [](auto &model) {
            auto *entry = weight(model)->add_external_data();
            entry->set_key("location");
            entry->set_value("../../etc/passwd");
            weight(model)->set_data_location(onnx::TensorProto::EXTERNAL);
        });
        row("absolute external path", "outside", [](auto &model) {
            auto *entry = weight(model)->add_external_data();
            entry->set_key("location");
            entry->set_value("/etc/passwd");
            weight(model)->set_data_location(onnx::TensorProto::EXTERNAL);
        });
        row("external without a location", "outside",
            [](auto &model) { weight(model)->set_data_location(onnx::TensorProto::EXTERNAL); });
        row("complex input", "complex64", [](auto &model) {
            model.mutable_graph()
                ->mutable_input(1)
                ->mutable_type()
                ->mutable_tensor_type()
                ->set_elem_type(onnx::TensorProto::COMPLEX64);
        });
        row("sequence output", "zipmap", [](auto &model) {
            model.mutable_graph()->mutable_output(0)->mutable_type()->mutable_sequence_type();
        });
    }
    void tensorsThatLieAreNamedWhereverTheyHide()
    {
        QFETCH(Change, change);
        QFETCH(QByteArray, part);
        auto model = smallModel();
        change(model);
        const auto file = OnnxFile::open(save(model.SerializeAsString()));
        QVERIFY(!file);
        QCOMPARE(file.error().code, ErrorCode::FailedPrecondition);
        QVERIFY2(file.error().message.find(part.toStdString()) != std::string::npos,
                 file.error().message.c_str());
    }

    void everyTruncationIsRefused()
    {
        const std::string whole = smallModel().SerializeAsString();
        QVERIFY(OnnxFile::open(save(whole)));
        int refused = 0;
        for (std::size_t size = 0; size < whole.size(); ++size)
            refused += !OnnxFile::open(save(whole.substr(0, size)));
        // Only a cut between two outermost fields leaves a whole model.
        QVERIFY(refused >= int(whole.size()) - 4);
    }

    void externalDataIsInlinedFromItsOffset()
    {
        const auto file = OnnxFile::open(testModel("external.onnx"));
        QVERIFY2(file, file ? "" : file.error().message.c_str());
        QCOMPARE(file->externalFiles().size(), std::size_t(1));
        const auto bytes = file->serialized();
        QVERIFY2(bytes, bytes ? "" : bytes.error().message.c_str());
        onnx::ModelProto model;
        QVERIFY(model.ParseFromString(*bytes));
        const auto stored = *readFile(testModel("external.bin"), mebibytes(1));
        QCOMPARE(model.graph().initializer(0).raw_data(), stored.substr(0, 128));
        QCOMPARE(model.graph().initializer(1).raw_data(), stored.substr(4096, 16));
        QCOMPARE(model.graph().initializer(0).external_data_size(), 0);
    }

    void externalDataOfInitialisersIsGathered()
    {
        const auto file = OnnxFile::open(testModel("external_inside.onnx"));
        QVERIFY2(file, file ? "" : file.error().message.c_str());
        const auto parts = file->inParts(mebibytes(1));
        QVERIFY2(parts, parts ? "" : parts.error().message.c_str());
        const auto stored = *readFile(testModel("external_inside.bin"), mebibytes(1));
        QCOMPARE(parts->external, stored.substr(16, 16));
        onnx::ModelProto model;
        QVERIFY(model.ParseFromString(parts->model));
        const auto &weight = model.graph().initializer(0);
        QCOMPARE(weight.external_data(0).value(), parts->externalName);
        QCOMPARE(weight.external_data(1).value(), std::string("0"));
        QCOMPARE(weight.external_data(2).value(), std::string("16"));
        const auto &constant = model.graph().node(0).attribute(0).t();
        QCOMPARE(constant.raw_data(), stored.substr(0, 16));
        QCOMPARE(constant.external_data_size(), 0);

        const auto again = OnnxFile::open(testModel("external.onnx"));
        QVERIFY(again);
        const auto refused = again->inParts({100});
        QVERIFY(!refused);
        QVERIFY(refused.error().code == ErrorCode::ResourceExhausted);
        QVERIFY2(refused.error().message.find("100 B") != std::string::npos,
                 refused.error().message.c_str());
    }

    void integersBeyondFloat32AreWarnedOf_data()
    {
        QTest::addColumn<qint64>("value");
        QTest::addColumn<bool>("warns");
        QTest::newRow("small") << qint64(5) << false;
        QTest::newRow("2^24") << (qint64(1) << 24) << false;
        QTest::newRow("2^24 + 1") << (qint64(1) << 24) + 1 << true;
        QTest::newRow("negative") << -((qint64(1) << 24) + 1) << true;
        QTest::newRow("to the end, in Slice") << std::numeric_limits<qint64>::max() << false;
        QTest::newRow("2^40 + 1") << (qint64(1) << 40) + 1 << true;
    }
    void integersBeyondFloat32AreWarnedOf()
    {
        QFETCH(qint64, value);
        QFETCH(bool, warns);
        auto model = smallModel();
        auto *ids = model.mutable_graph()->add_initializer();
        ids->set_name("ids");
        ids->set_data_type(onnx::TensorProto::INT64);
        ids->add_dims(1);
        ids->add_int64_data(value);
        const auto file = OnnxFile::open(save(model.SerializeAsString()));
        QVERIFY2(file, file ? "" : file.error().message.c_str());
        QCOMPARE(!file->spec().warnings.empty(), warns);
    }

    void whatOpenCvCannotRunIsFoundBeforehand_data()
    {
        QTest::addColumn<Change>("change");
        QTest::addColumn<QByteArray>("part");
        QTest::newRow("control flow") << Change([](auto &model) {
            model.mutable_graph()->mutable_node(0)->set_op_type("Loop");
        }) << QByteArray("node \"plus\" (operator Loop, opset 13)");
        QTest::newRow("float16") << Change([](auto &model) {
            weight(model)->set_data_type(onnx::TensorProto::FLOAT16);
            weight(model)->set_raw_data("1234");
        }) << QByteArray("node \"plus\" (operator Add, opset 13)");
        QTest::newRow("strings") << Change([](auto &model) {
            auto *words = model.mutable_graph()->add_initializer();
            words->set_name("words");
            words->set_data_type(onnx::TensorProto::STRING);
            words->add_dims(1);
            words->add_string_data("a");
        }) << QByteArray("holds strings");
    }
    void whatOpenCvCannotRunIsFoundBeforehand()
    {
        QFETCH(Change, change);
        QFETCH(QByteArray, part);
        auto model = smallModel();
        QVERIFY(checkForOpenCv(*OnnxFile::open(save(model.SerializeAsString()))));
        change(model);
        const auto file = OnnxFile::open(save(model.SerializeAsString()));
        QVERIFY2(file, file ? "" : file.error().message.c_str());
        const auto checked = checkForOpenCv(*file);
        QCOMPARE(checked.error().code, ErrorCode::FailedPrecondition);
        QVERIFY2(checked.error().message.find(part.toStdString()) != std::string::npos,
                 checked.error().message.c_str());
    }
};

QTEST_APPLESS_MAIN(TestOnnxFile)
#include "tst_onnx_file.moc"
