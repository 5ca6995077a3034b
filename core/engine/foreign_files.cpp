#include "engine/foreign_files.h"

#include "base/text.h"

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <fmt/format.h>

namespace warmbench {

namespace {

bool contains(std::string_view text, std::string_view part)
{
    return text.find(part) != std::string_view::npos;
}

// Names that would need quoting inside a quoted Python program are replaced: the command must be
// safe to paste.
std::string pasteable(const std::string &name, const char *replacement)
{
    const bool plain = std::all_of(name.begin(), name.end(), [](unsigned char c) {
        return std::isalnum(c) || c == '.' || c == '_' || c == '-' || c == '+' || c == '/';
    });
    return plain && !name.empty() && name.front() != '-' ? name : replacement;
}

struct Names
{
    explicit Names(const std::filesystem::path &path)
        : shown(printable(path.filename().string()))
        , from(pasteable(path.filename().string(), "MODEL"))
        , to(pasteable(path.stem().string(), "MODEL") + ".onnx")
    {
    }
    std::string shown;
    std::string from;
    std::string to;
};

std::string advice(const Names &names, std::string_view what, const std::string &command)
{
    return fmt::format(
        "\"{}\" is {}, which cannot be run here; export it to ONNX and open \"{}\": {}",
        names.shown, what, names.to, command);
}

std::string torchAdvice(const Names &names, bool script)
{
    if (script)
        return advice(
            names, "a TorchScript file",
            fmt::format("python3 -c \"import torch; m = torch.jit.load('{}', "
                        "map_location='cpu').eval(); torch.onnx.export(m, torch.zeros(1, 3, "
                        "224, 224), '{}', opset_version=11)\" (give zeros the shape of your input)",
                        names.from, names.to));
    return advice(
        names, "a PyTorch file",
        fmt::format("python3 -c \"import torch; m = torch.load('{}', map_location='cpu', "
                    "weights_only=False).eval(); torch.onnx.export(m, torch.zeros(1, 3, 224, "
                    "224), '{}', opset_version=11)\" (give zeros the shape of your input; a file "
                    "of weights alone needs m = YourModel() and m.load_state_dict(...) first)",
                    names.from, names.to));
}

std::string ultralyticsAdvice(const Names &names)
{
    return advice(names, "an Ultralytics YOLO file",
                  fmt::format("yolo export model={} format=onnx opset=12", names.from));
}

std::string kerasAdvice(const Names &names)
{
    return advice(
        names, "a Keras file",
        fmt::format("python3 -c \"import keras; keras.saving.load_model('{}').export('{}', "
                    "format='onnx')\"",
                    names.from, names.to));
}

std::string pickleAdvice(const Names &names)
{
    return advice(
        names, "a Python pickle (scikit-learn or joblib)",
        fmt::format("python3 -c \"import joblib, skl2onnx; m = joblib.load('{}'); t = "
                    "skl2onnx.common.data_types.FloatTensorType([None, m.n_features_in_]); "
                    "open('{}', 'wb').write(skl2onnx.convert_sklearn(m, initial_types=[('input', "
                    "t)], options={{'zipmap': False}} if hasattr(m, 'classes_') else "
                    "None).SerializeToString())\"",
                    names.from, names.to));
}

std::optional<std::string> zipAdvice(const Names &names, std::string_view start,
                                     std::string_view tail)
{
    const auto names_in = [&](std::string_view part) {
        return contains(start, part) || contains(tail, part);
    };
    if (names_in("model.weights.h5"))
        return kerasAdvice(names);
    if (names_in("ultralytics"))
        return ultralyticsAdvice(names);
    if (names_in("constants.pkl") || names_in("/code/"))
        return torchAdvice(names, true);
    if (names_in("data.pkl"))
        return torchAdvice(names, false);
    if (names_in(".npy"))
        return fmt::format("\"{}\" is a NumPy archive, not a model; name the model that takes it.",
                           names.shown);
    return fmt::format("\"{}\" is a zip archive; unpack it and open the model inside.",
                       names.shown);
}

// The file begins with the length of a JSON header (64 bits), then the header
// (https://huggingface.co/docs/safetensors).
bool isSafetensors(std::string_view start)
{
    if (start.size() < 10 || start[8] != '{')
        return false;
    std::uint64_t length = 0;
    for (std::size_t i = 8; i-- > 0;)
        length = length << 8 | static_cast<unsigned char>(start[i]);
    const std::string_view header = trimmed(start.substr(9, 64));
    return length >= 2 && length <= 100'000'000 && (header.empty() || header.front() == '"');
}

bool isPickle(std::string_view start)
{
    return start.size() > 2 && start[0] == '\x80' && start[1] >= 2 && start[1] <= 5;
}

std::optional<std::string> pickleKind(const Names &names, std::string_view start)
{
    // The long integer 0x1950a86a20f9469cfc6c, with which torch.save opened files before 1.6.
    if (contains(start.substr(0, 16), "\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19"))
        return contains(start, "ultralytics") ? ultralyticsAdvice(names)
                                              : torchAdvice(names, false);
    return pickleAdvice(names);
}

std::optional<std::string> notEvenAModel(const Names &names, std::string_view start)
{
    const std::string head = lowered(trimmed(start.substr(0, 512)));
    if (head.starts_with("version https://git-lfs"))
        return fmt::format("\"{}\" is a Git LFS pointer, not the model itself; run: git lfs pull",
                           names.shown);
    if (head.starts_with("<!doctype html") || head.starts_with("<html"))
        return fmt::format(
            "\"{}\" is a web page, not a model: the download gave a page instead of the file; "
            "download it again from the link to the raw file.",
            names.shown);
    if (start.starts_with("\x93NUMPY"))
        return fmt::format("\"{}\" is a NumPy array, an input rather than a model; name the model "
                           "that takes it.",
                           names.shown);
    return std::nullopt;
}

} // namespace

std::optional<std::string> foreignFileAdvice(const std::filesystem::path &path,
                                             std::string_view start, std::string_view tail)
{
    const Names names(path);
    if (start.starts_with(std::string_view("PK\x03\x04", 4)))
        return zipAdvice(names, start, tail);
    if (start.starts_with("\x89HDF\r\n\x1a\n"))
        return kerasAdvice(names);
    if (start.size() >= 8 && start.substr(4, 4) == "TFL3")
        return advice(names, "a TensorFlow Lite file",
                      fmt::format("python3 -m tf2onnx.convert --tflite {} --output {} --opset 11",
                                  names.from, names.to));
    if (isPickle(start))
        return pickleKind(names, start);
    if (isSafetensors(start))
        return advice(names, "a safetensors file of weights alone",
                      "optimum-cli export onnx --model FOLDER OUTPUT (FOLDER holds this file and "
                      "its config.json)");
    if (start.starts_with("GGUF"))
        return fmt::format("\"{}\" is a GGUF language model, which cannot be run here; export the "
                           "original model to ONNX: optimum-cli export onnx --model FOLDER OUTPUT",
                           names.shown);
    const std::string ending = lowered(path.extension().string());
    // joblib's compressed pickles: zlib, gzip, bzip2, xz or lz4, recognized only by their ending.
    if (ending == ".joblib" || (ending == ".pkl" && !start.empty() && start[0] != '<'))
        return pickleAdvice(names);
    if (start.starts_with("<?xml") && contains(start, "<net ") && contains(start, "<layers>"))
        return advice(names, "an OpenVINO network",
                      "export the model it was converted from to ONNX");
    return notEvenAModel(names, start);
}

std::string coreMlAdvice(const std::filesystem::path &path)
{
    const Names names(path);
    return advice(names, "a Core ML file",
                  fmt::format("python3 -c \"import coremltools, onnxmltools; "
                              "onnxmltools.utils.save_model(onnxmltools.convert_coreml("
                              "coremltools.utils.load_spec('{}')), '{}')\"",
                              names.from, names.to));
}

std::string savedModelAdvice(const std::filesystem::path &path)
{
    const Names names(path);
    const std::string folder = path.parent_path().filename().string();
    return fmt::format("\"{}\" is part of a TensorFlow SavedModel, which cannot be run here; "
                       "export it to ONNX and open \"{}\": python3 -m tf2onnx.convert "
                       "--saved-model {} --output {} --opset 11",
                       names.shown, pasteable(folder, "FOLDER") + ".onnx",
                       pasteable(folder, "FOLDER"), pasteable(folder, "FOLDER") + ".onnx");
}

} // namespace warmbench
