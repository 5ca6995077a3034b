// Models of text, sound and video are recognised, and say what they take instead.
#include "base/file.h"
#include "make_tensor.h"
#include "model/understanding/files_beside.h"
#include "model/understanding/understanding.h"

#include <filesystem>
#include <QTemporaryDir>
#include <QTest>

using namespace warmbench;

namespace {

namespace fs = std::filesystem;

Understanding understood(const NetworkSpec &spec, const std::vector<Hints> &beside = {},
                         ModelSettings settings = {})
{
    auto made = understand(spec, settings, beside);
    return made ? *std::move(made) : Understanding();
}

NetworkSpec network(std::vector<TensorSpec> inputs)
{
    for (TensorSpec &input : inputs) {
        if (input.name.starts_with("input_ids") || input.name == "attention_mask")
            input.dtype = DType::Int64;
    }
    return networkSpec(std::move(inputs), {tensorSpec("logits", {-1, 2})});
}

} // namespace

class TestMedium : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void inputsTellIt()
    {
        const auto text = understood(
            network({tensorSpec("input_ids", {-1, -1}), tensorSpec("attention_mask", {-1, -1})}));
        QCOMPARE(text.told.summary,
                 std::string("A text model (its input input_ids): Warmbench does not tokenize yet; "
                             "send input_ids and attention_mask as tensors"));
        QCOMPARE(text.input.unserved, text.told.summary);
        const auto sound = understood(network({tensorSpec("input_features", {-1, 80, 3000})}));
        QVERIFY2(sound.told.summary.starts_with("A sound model (its input input_features): "
                                                "Warmbench does not prepare sound yet; send"),
                 sound.told.summary.c_str());
        const auto video = understood(network({tensorSpec("pixel_values", {-1, 16, 3, 224, 224})}));
        QVERIFY2(video.told.summary.starts_with("A video model (its input pixel_values has five"),
                 video.told.summary.c_str());
        for (const char *name : {"waveform", "audio_signal", "mel_spectrogram", "Speech"}) {
            const auto heard = understood(network({tensorSpec(name, {1, 1, 64, 96})}));
            QVERIFY2(heard.told.summary.starts_with("A sound model"), heard.told.summary.c_str());
            QVERIFY(heard.warnings.empty()); // nothing about pictures
        }
    }

    void aFixedLengthIsNoTable()
    {
        const auto plan = understood(network({tensorSpec("input_ids", {1, 32})})).input;
        QVERIFY(plan.kind == InputKind::Tensor);
        QVERIFY(!plan.unserved.empty());
    }

    void picturesTablesAndTextsAreServed()
    {
        QVERIFY(understood(network({tensorSpec("pixel_values", {-1, 3, 224, 224}),
                                    tensorSpec("input_ids", {-1, -1})}))
                    .input.unserved.empty());
        QVERIFY(understood(network({tensorSpec("x", {-1, 4})})).input.unserved.empty());
        TensorSpec strings = tensorSpec("input_ids", {-1});
        NetworkSpec spec = network({strings});
        spec.inputs[0].dtype = DType::String;
        QVERIFY(understood(spec).input.unserved.empty());
        ModelSettings settings; // a person may call the numbers what they are
        settings.input.features = {{"a", {}, {}, {}, {}}, {"b", {}, {}, {}, {}}};
        QVERIFY(understood(network({tensorSpec("input_ids", {-1, 2})}), {}, settings)
                    .input.unserved.empty());
    }

    // What the input is called counts more than a tokenizer, which lies beside Whisper too.
    void theInputSaysMoreThanFilesBeside()
    {
        const QTemporaryDir folder;
        const fs::path root = folder.path().toStdString();
        QVERIFY(writeFile(root / "tokenizer.json", "{}"));
        QVERIFY(writeFile(root / "model.onnx", "x"));
        const auto whisper = understood(network({tensorSpec("input_features", {-1, 80, 3000})}),
                                        readFilesBeside(root / "model.onnx").hints);
        QVERIFY2(whisper.told.summary.starts_with("A sound model"), whisper.told.summary.c_str());
        // Beside two models it may be about either.
        QVERIFY(writeFile(root / "other.onnx", "y"));
        QVERIFY(readFilesBeside(root / "model.onnx").hints.empty());
    }

    void filesBesideTellIt_data()
    {
        QTest::addColumn<QByteArray>("leaf");
        QTest::addColumn<QByteArray>("content");
        QTest::addColumn<QByteArray>("said"); // empty: it does not tell
        const auto row = [](const char *leaf, const char *content, const char *said) {
            QTest::addRow("%s %s", leaf, content)
                << QByteArray(leaf) << QByteArray(content) << QByteArray(said);
        };
        row("tokenizer.json", "damaged", "A text model (tokenizer.json)");
        row("tokenizer_config.json", "{}", "A text model (tokenizer_config.json)");
        row("vocab.txt", "[PAD]", "A text model (vocab.txt)");
        row("config.json", R"({"architectures": ["Wav2Vec2ForCTC"]})",
            "A sound model (config.json)");
        row("config.json", R"({"architectures": ["BertForSequenceClassification"]})",
            "A text model (config.json)");
        row("config.json", R"({"architectures": ["VideoMAEForVideoClassification"]})",
            "A video model (config.json)");
        row("config.json", R"({"architectures": [5]})", "");
        row("config.json", R"({"architectures": {}})", "");
        row("preprocessor_config.json",
            R"({"feature_extractor_type": "Wav2Vec2FeatureExtractor", "sampling_rate": 16000,
                "do_normalize": true})",
            "A sound model (preprocessor_config.json)");
    }
    void filesBesideTellIt()
    {
        QFETCH(QByteArray, leaf);
        QFETCH(QByteArray, content);
        QFETCH(QByteArray, said);
        const QTemporaryDir folder;
        const fs::path root = folder.path().toStdString();
        QVERIFY(writeFile(root / leaf.toStdString(), content.toStdString()));
        QVERIFY(writeFile(root / "model.onnx", "x"));
        const auto beside = readFilesBeside(root / "model.onnx");
        const auto tokens = understood(network({tensorSpec("x", {-1, -1})}), beside.hints);
        QVERIFY2(said.isEmpty() ? tokens.input.unserved.empty()
                                : tokens.told.summary.starts_with(said.toStdString() + ": "),
                 tokens.told.summary.c_str());
        QVERIFY(tokens.warnings.empty());
        // Pictures stay pictures, whatever stands beside.
        const auto picture = understood(network({tensorSpec("x", {-1, 3, 32, 32})}), beside.hints);
        QVERIFY(picture.input.kind == InputKind::Image);
        QVERIFY(picture.input.unserved.empty());
    }
};

QTEST_APPLESS_MAIN(TestMedium)
#include "tst_medium.moc"
