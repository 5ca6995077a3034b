#include "engine/onnxruntime/ort_messages.h"

#include "base/text.h"
#include "engine/onnx/onnx_describe.h"
#include "engine/onnx/onnx_walk.h"
#include "engine/onnxruntime/ort_hazards.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <regex>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

namespace warmbench {

namespace {

// Domains whose operators the library brings along.
bool isKnown(const std::string &domain)
{
    static const std::set<std::string> known{"",
                                             "ai.onnx",
                                             "ai.onnx.ml",
                                             "ai.onnx.preview.training",
                                             "ai.onnx.training",
                                             "com.microsoft",
                                             "com.microsoft.nchwc",
                                             "com.ms.internal.nhwc",
                                             "com.microsoft.experimental"};
    return known.contains(domain);
}

std::string_view between(std::string_view text, std::string_view from, std::string_view to)
{
    const auto begin = text.find(from);
    if (begin == std::string_view::npos)
        return {};
    const auto start = begin + from.size();
    const auto end = text.find(to, start);
    return end == std::string_view::npos ? std::string_view() : text.substr(start, end - start);
}

// The library names a node in one of these ways.
const std::string *nodeOfMessage(const OrtNames &names, std::string_view message)
{
    constexpr std::array<std::pair<std::string_view, std::string_view>, 6> marks{{
        {"node with name '", "'"},
        {"Name:'", "'"},
        {"In Node, (\"", "\""},
        {"in node (", ")"},
        {"Node (", ")"},
        {"Node:", " "},
    }};
    for (const auto &[from, to] : marks) {
        const auto found = names.nodes.find(between(message, from, to));
        if (found != names.nodes.end())
            return &found->second;
    }
    return nullptr;
}

// The library's reason without the places in its own source and the words around it.
std::string reasonOf(std::string_view message)
{
    for (const std::string_view before :
         {"Exception during initialization: ", "Status Message: ", " was false. ", "Error ",
          "ShapeInferenceError] ", "failed:", "Exception: "}) {
        const auto at = message.rfind(before);
        if (at != std::string_view::npos && at + before.size() < message.size())
            message = message.substr(at + before.size());
    }
    // "tensor.cc:57 CalculateTensorStorageSize " and what its name is made of come before others.
    static const std::regex place(
        R"((\[ONNXRuntimeError\] : \d+ : \w+ : )?\S*\.(cc|h|cpp):\d+ [^ (]+(\([^)]*\))?( const)?( \[with [^\]]*\])? ?)");
    // "OrtValue* onnxruntime::OpKernelContext::OutputMLValue(int, const onnxruntime::TensorShape&)
    // " comes before what a function of the library has to say.
    static const std::regex function(
        R"([\w:*& ]*\bonnxruntime::[\w:<>, *&]+\([^)]*\)( const)?( \[with [^\]]*\])? )");
    std::string reason = std::string(trimmed(message.substr(0, 2000)));
    reason = std::regex_replace(std::regex_replace(reason, place, ""), function, "");
    // "/onnxruntime_src/.../gather.cc:12 void onnxruntime::Gather(...) " comes before some reasons.
    if (reason.starts_with('/')) {
        const auto close = reason.find(") ");
        if (close != std::string::npos)
            reason.erase(0, close + 2);
    }
    std::replace(reason.begin(), reason.end(), '\n', ' ');
    reason = printable(trimmed(reason), 400);
    while (reason.ends_with('.'))
        reason.pop_back();
    return reason.empty() ? "it gives no reason" : reason;
}

std::string_view stepOf(std::string_view message)
{
    if (message.find("under development") != std::string_view::npos ||
        message.find("is till opset") != std::string_view::npos)
        return "export the model again with an older opset (PyTorch: torch.onnx.export(..., "
               "opset_version=...))";
    if (message.find("IR version") != std::string_view::npos)
        return "save the model again with an older ONNX (its ir_version)";
    if (message.find("not a registered function/op") != std::string_view::npos ||
        message.find("No Op registered for") != std::string_view::npos ||
        message.find("find an implementation") != std::string_view::npos)
        return "replace that operator or its element type before exporting the model again";
    return "check the model (python3 -c \"import onnx; onnx.checker.check_model('FILE', "
           "full_check=True)\") and export it again";
}

} // namespace

Result<void> refuseCustomOperators(const OnnxFile &file, const std::string &version)
{
    const auto &model = file.model();
    std::set<std::pair<std::string, std::string>> own;
    for (const auto &function : model.functions())
        own.emplace(function.domain(), function.name());
    const auto node = [&](const onnx::NodeProto &one) -> Result<void> {
        if (isKnown(one.domain()) || own.contains({one.domain(), one.op_type()}))
            return {};
        return failedPrecondition(fmt::format(
            "ONNX Runtime {} cannot run {}: it is a custom operator, whose library is not part of "
            "the file; export the model with standard operators.",
            version, nodeWithOpset(model, one)));
    };
    return walkOnnx(file.model(), {.tensor = {}, .sparse = {}, .node = node});
}

OrtNames ortNamesOf(const OnnxFile &file, const std::string &version)
{
    OrtNames names{.version = version, .nodes = {}, .operators = operatorsText(file.model())};
    const auto &model = file.model();
    const auto node = [&](const onnx::NodeProto &one) -> Result<void> {
        if (!one.name().empty())
            names.nodes.emplace(one.name(), nodeWithOpset(model, one));
        return {};
    };
    (void)walkOnnx(file.model(), {.tensor = {}, .sparse = {}, .node = node});
    return names;
}

std::string explainOrtLoad(const OrtNames &names, const std::string &message)
{
    const auto *const node = nodeOfMessage(names, message);
    const std::string what = node ? *node : "this model (" + names.operators + ")";
    return fmt::format("ONNX Runtime {} cannot run {}: {}; {}.", names.version, what,
                       reasonOf(message), stepOf(message));
}

std::string explainOrtRun(const OrtNames &names, const std::string &message)
{
    if (failedOverZero(message))
        return names.operators + ": a whole number is divided by zero";
    const auto *const node = nodeOfMessage(names, message);
    return fmt::format("{}: {}", node ? *node : names.operators, reasonOf(message));
}

} // namespace warmbench
