// To export a model again with an older opset is advised where that makes it load, and nowhere
// else: every form of the table is tried in OpenCV as it is and as exporters wrote it before.
#include "engine/engine.h"
#include "onnx_builder.h"

#include <algorithm>
#include <functional>
#include <QTest>
#include <vector>

using namespace warmbench;

namespace {

using Build = std::function<void(OnnxBuilder &)>;

struct Form
{
    std::string name;
    int opset;
    Build build;
    int olderOpset;
    Build buildOlder;
};

// One node between x [1, 3, 8, 8] and y, its axes as an attribute or as an input.
Build reduction(const char *type, bool axesAreAnInput)
{
    return [=](OnnxBuilder &builder) {
        if (axesAreAnInput)
            builder.int64s("axes", {2, 3});
        auto *node = axesAreAnInput ? builder.node(type, {"x", "axes"}, {"y"})
                                    : builder.node(type, {"x"}, {"y"});
        if (!axesAreAnInput)
            OnnxBuilder::ints(node, "axes", {2, 3});
        builder.output("y", {1, 3, 1, 1});
    };
}

Build squeeze(bool axesAreAnInput)
{
    return [=](OnnxBuilder &builder) {
        builder.node("GlobalAveragePool", {"x"}, {"pooled"});
        if (axesAreAnInput) {
            builder.int64s("axes", {2, 3});
            builder.node("Squeeze", {"pooled", "axes"}, {"y"});
        } else {
            OnnxBuilder::ints(builder.node("Squeeze", {"pooled"}, {"y"}), "axes", {2, 3});
        }
        builder.output("y", {1, 3});
    };
}

Build split(bool sizesAreAnInput)
{
    return [=](OnnxBuilder &builder) {
        onnx::NodeProto *node = nullptr;
        if (sizesAreAnInput) {
            builder.int64s("sizes", {1, 2});
            node = builder.node("Split", {"x", "sizes"}, {"first", "second"});
        } else {
            node = builder.node("Split", {"x"}, {"first", "second"});
            OnnxBuilder::ints(node, "split", {1, 2});
        }
        OnnxBuilder::number(node, "axis", 1);
        builder.node("Relu", {"second"}, {"y"});
        builder.output("y", {1, 2, 8, 8});
    };
}

Build clip(bool boundsAreInputs)
{
    return [=](OnnxBuilder &builder) {
        if (boundsAreInputs) {
            builder.floats("low", {}, {0});
            builder.floats("high", {}, {6});
            builder.node("Clip", {"x", "low", "high"}, {"y"});
        } else {
            auto *node = builder.node("Clip", {"x"}, {"y"});
            OnnxBuilder::real(node, "min", 0);
            OnnxBuilder::real(node, "max", 6);
        }
        builder.output("y", {1, 3, 8, 8});
    };
}

Build pad(bool withAxes)
{
    return [=](OnnxBuilder &builder) {
        builder.floats("value", {}, {0});
        if (withAxes) {
            builder.int64s("pads", {1, 1, 1, 1});
            builder.int64s("axes", {2, 3});
            builder.node("Pad", {"x", "pads", "value", "axes"}, {"y"});
        } else {
            builder.int64s("pads", {0, 0, 1, 1, 0, 0, 1, 1});
            builder.node("Pad", {"x", "pads", "value"}, {"y"});
        }
        builder.output("y", {1, 3, 10, 10});
    };
}

// "at least" as one operator, or as "not less".
Build comparison(const char *type, const char *opposite)
{
    return [=](OnnxBuilder &builder) {
        builder.floats("bound", {}, {0.5F});
        if (opposite) {
            builder.node(opposite, {"x", "bound"}, {"against"});
            builder.node("Not", {"against"}, {"met"});
        } else {
            builder.node(type, {"x", "bound"}, {"met"});
        }
        OnnxBuilder::number(builder.node("Cast", {"met"}, {"y"}), "to", onnx::TensorProto::FLOAT);
        builder.output("y", {1, 3, 8, 8});
    };
}

std::vector<Form> forms()
{
    std::vector<Form> all{
        {"Clip", 13, clip(true), 10, clip(false)},
        {"Clip of the opset that brought it", 11, clip(true), 10, clip(false)},
        {"GreaterOrEqual", 12, comparison("GreaterOrEqual", nullptr), 11,
         comparison("GreaterOrEqual", "Less")},
        {"LessOrEqual", 12, comparison("LessOrEqual", nullptr), 11,
         comparison("LessOrEqual", "Greater")},
        {"Split", 13, split(true), 11, split(false)},
        {"Squeeze", 13, squeeze(true), 11, squeeze(false)},
        {"ReduceSum", 13, reduction("ReduceSum", true), 11, reduction("ReduceSum", false)},
        {"Pad", 18, pad(true), 11, pad(false)},
    };
    for (const char *type : {"ReduceL1", "ReduceL2", "ReduceLogSum", "ReduceLogSumExp", "ReduceMax",
                             "ReduceMean", "ReduceMin", "ReduceProd", "ReduceSumSquare"})
        all.push_back({type, 18, reduction(type, true), 11, reduction(type, false)});
    return all;
}

} // namespace

class TestOnnxOlderOpsets : public QObject
{
    Q_OBJECT

private:
    QTemporaryDir m_folder;
    std::shared_ptr<Engine> m_engine = makeOpenCvEngine();

    Result<std::shared_ptr<Network>> load(int opset, const Build &build) const
    {
        OnnxBuilder builder(opset);
        builder.input("x", {1, 3, 8, 8});
        build(builder);
        return m_engine->load(*identifyModelFiles(builder.save(m_folder, "model.onnx")), {});
    }
    // The advice in the refusal of such a model; "loads" where it is none.
    QByteArray refusalOf(int opset, const Build &build) const
    {
        const auto network = load(opset, build);
        return network ? QByteArray("loads") : QByteArray::fromStdString(network.error().message);
    }

private Q_SLOTS:
    void anOlderOpsetIsAdvisedWhereItLoads_data()
    {
        QTest::addColumn<int>("index");
        int index = 0;
        for (const Form &form : forms())
            QTest::newRow(form.name.c_str()) << index++;
    }
    void anOlderOpsetIsAdvisedWhereItLoads()
    {
        QFETCH(int, index);
        const Form form = forms()[static_cast<std::size_t>(index)];
        const QByteArray refusal = refusalOf(form.opset, form.build);
        const QByteArray advice = "opset_version=" + QByteArray::number(form.olderOpset);
        QVERIFY2(refusal.contains(advice), refusal);
        QVERIFY2(!refusal.contains(".;") && refusal.count("export the model") == 1, refusal);
        QCOMPARE(refusalOf(form.olderOpset, form.buildOlder), QByteArray("loads"));
    }

    // The oldest that any of its nodes needs.
    void oneOpsetServesAllNodes()
    {
        const QByteArray refusal = refusalOf(13, [](OnnxBuilder &builder) {
            squeeze(true)(builder);
            builder.floats("low", {}, {0});
            builder.node("Clip", {"y", "low"}, {"z"});
            builder.output("z", {1, 3});
        });
        QVERIFY2(refusal.contains("opset_version=10"), refusal);
    }

    void noOpsetIsAdvisedWhereNoneHelps_data()
    {
        QTest::addColumn<QByteArray>("type");
        QTest::addColumn<QByteArray>("named");
        QTest::newRow("alone") << QByteArray() << QByteArray("operator Where");
        QTest::newRow("beside one that an older opset helps")
            << QByteArray("Squeeze") << QByteArray("operator Squeeze");
    }
    void noOpsetIsAdvisedWhereNoneHelps()
    {
        QFETCH(QByteArray, type);
        QFETCH(QByteArray, named);
        const Build build = [&](OnnxBuilder &builder) {
            builder.floats("zero", {}, {0});
            builder.node("Greater", {"x", "zero"}, {"positive"});
            if (!type.isEmpty())
                squeeze(true)(builder);
            builder.node("Where", {"positive", "x", "zero"}, {"z"});
            builder.output("z", {1, 3, 8, 8});
        };
        const QByteArray refusal = refusalOf(13, build);
        QVERIFY2(refusal.contains(named), refusal);
        QVERIFY2(!refusal.contains("opset_version") && !refusal.contains("opset 11"), refusal);
        QVERIFY2(refusal.contains("ONNX Runtime"), refusal);
    }

    // OpenCV's own sentence sends any ReduceSum with an input of axes to opset 11.
    void openCvsAdviceIsNotPassedOn()
    {
        const QByteArray refusal = refusalOf(13, [](OnnxBuilder &builder) {
            builder.int64s("axes", {2, 3});
            builder.node("ReduceSum", {"x", "axes"}, {"sum"});
            builder.floats("two", {}, {2});
            builder.node("Mod", {"sum", "two"}, {"y"});
            builder.output("y", {1, 3, 1, 1});
        });
        QVERIFY2(refusal.contains("operator"), refusal);
        QVERIFY2(!refusal.contains("opset 11") && !refusal.contains("re-export"), refusal);
    }

    // As in layer normalisation: the same node fails at every opset.
    void aTransformerIsNotSentRound()
    {
        for (const int opset : {11, 17}) {
            const QByteArray refusal = refusalOf(opset, [](OnnxBuilder &builder) {
                builder.floats("weight", {8}, {1, 2, 3, 4, 5, 6, 7, 8});
                builder.node("Mul", {"x", "weight"}, {"y"});
                builder.output("y", {1, 3, 8, 8});
            });
            QVERIFY2(refusal.contains("operator Mul"), refusal);
            QVERIFY2(!refusal.contains("opset_version"), refusal);
        }
        const QByteArray refusal = refusalOf(17, [](OnnxBuilder &builder) {
            builder.floats("weight", {8}, {1, 1, 1, 1, 1, 1, 1, 1});
            builder.node("LayerNormalization", {"x", "weight"}, {"y"});
            builder.output("y", {1, 3, 8, 8});
        });
        QVERIFY2(refusal.contains("operator LayerNormalization"), refusal);
        QVERIFY2(!refusal.contains("opset_version"), refusal);
    }

    void whatConstantsAloneMakeIsFoldedAway()
    {
        const QByteArray refusal = refusalOf(13, [](OnnxBuilder &builder) {
            builder.floats("from", {}, {0});
            builder.floats("to", {}, {8});
            builder.floats("step", {}, {1});
            builder.node("Range", {"from", "to", "step"}, {"row"});
            builder.node("Add", {"x", "row"}, {"y"});
            builder.output("y", {1, 3, 8, 8});
        });
        QVERIFY2(refusal.contains("operator Range") && refusal.contains("onnxsim"), refusal);
        QVERIFY2(!refusal.contains("opset_version"), refusal);
    }
};

QTEST_GUILESS_MAIN(TestOnnxOlderOpsets)
#include "tst_onnx_older_opsets.moc"
