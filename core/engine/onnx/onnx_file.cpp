#include "engine/onnx/onnx_file.h"

#include "base/file.h"
#include "base/text.h"
#include "engine/onnx/onnx_checks.h"
#include "engine/onnx/onnx_classes.h"
#include "engine/onnx/onnx_describe.h"
#include "engine/onnx/onnx_external.h"
#include "engine/onnx/onnx_inner.h"
#include "engine/onnx/onnx_shapes.h"
#include "engine/onnx/onnx_simplify.h"
#include "engine/quiet_protobuf.h"

#include <fmt/format.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl.h>
#include <limits>

namespace warmbench {

struct OnnxFile::Private
{
    std::filesystem::path path;
    // Mutable because a walk needs that: its visitors may change tensors. Describing changes
    // nothing.
    mutable onnx::ModelProto model;
    NetworkSpec spec;
    std::shared_ptr<const OnnxShapes> shapes;
    std::vector<std::filesystem::path> external;

    // The model as it is now.
    Result<std::string> bytes() const
    {
        constexpr std::size_t largest = std::numeric_limits<int>::max(); // of a protobuf message
        std::string bytes;
        if (model.ByteSizeLong() > largest || !model.SerializePartialToString(&bytes))
            return failedPrecondition(fmt::format(
                "\"{}\" is larger than 2 GiB with the external data that belongs into it; export "
                "a smaller or quantised model.",
                printable(path.filename().string())));
        return bytes;
    }
    Error unready(const std::exception &problem) const
    {
        return {ErrorCode::Internal,
                fmt::format("\"{}\" could not be made ready for an engine: {}.",
                            printable(path.filename().string()), problem.what())};
    }
};

namespace {

Error notOnnx(const std::filesystem::path &path, const char *why)
{
    return failedPrecondition(
        fmt::format("\"{}\" is no whole ONNX model: {}; copy or export it again.",
                    printable(path.filename().string()), why));
}

Error unreadable(const std::filesystem::path &path, const std::exception &problem)
{
    return {ErrorCode::Internal, fmt::format("\"{}\" could not be read: {}.",
                                             printable(path.filename().string()), problem.what())};
}

Result<void> parse(const std::filesystem::path &path, onnx::ModelProto &model)
{
    const auto opened = openRegularFile(path);
    if (!opened)
        return opened.error();
    if (opened->size() == 0)
        return notOnnx(path, "it is empty");
    google::protobuf::io::FileInputStream file(opened->get());
    google::protobuf::io::CodedInputStream coded(&file);
    coded.SetTotalBytesLimit(std::numeric_limits<int>::max());
    if (!model.ParsePartialFromCodedStream(&coded) || !coded.ConsumedEntireMessage())
        return notOnnx(path, "it is cut short or damaged");
    if (!model.has_graph() || model.graph().output().empty())
        return notOnnx(path, "it holds no graph with outputs");
    if (model.graph().node().empty())
        return notOnnx(path, "its graph has no nodes");
    return {};
}

} // namespace

OnnxFile::OnnxFile(std::unique_ptr<Private> d)
    : m_d(std::move(d))
{
}
OnnxFile::OnnxFile(OnnxFile &&) noexcept = default;
OnnxFile &OnnxFile::operator=(OnnxFile &&) noexcept = default;
OnnxFile::~OnnxFile() = default;

Result<onnx::ModelProto> OnnxFile::read(const std::filesystem::path &path)
{
    quietenProtobuf();
    try {
        onnx::ModelProto model;
        if (auto done = parse(path, model); !done)
            return std::move(done).error();
        if (auto done = checkTensors(model, path); !done)
            return std::move(done).error();
        return model;
    } catch (const std::exception &problem) {
        return unreadable(path, problem);
    }
}

Result<OnnxFile> OnnxFile::open(const std::filesystem::path &path, const std::string &inner)
{
    try {
        auto d = std::make_unique<Private>();
        d->path = path;
        auto model = read(path);
        if (!model)
            return std::move(model).error();
        d->model = *std::move(model);
        auto external = listExternalFiles(path);
        if (!external)
            return std::move(external).error();
        d->external = *std::move(external);
        simplify(d->model);
        const auto classes = replaceMaps(d->model);
        if (!inner.empty()) {
            if (auto done = addInnerOutput(d->model, inner); !done)
                return std::move(done).error();
        }
        auto spec = describeOnnx(d->model);
        if (!spec)
            return std::move(spec).error();
        d->spec = *std::move(spec);
        d->spec.classes = classNamesOf(d->model.graph(), classes);
        auto shapes = OnnxShapes::of(d->model);
        if (!shapes)
            return std::move(shapes).error();
        d->shapes = *std::move(shapes);
        return OnnxFile(std::move(d));
    } catch (const std::exception &problem) {
        return unreadable(path, problem);
    }
}

const NetworkSpec &OnnxFile::spec() const
{
    return m_d->spec;
}

const std::vector<std::filesystem::path> &OnnxFile::externalFiles() const
{
    return m_d->external;
}

std::shared_ptr<const OnnxShapes> OnnxFile::shapes() const
{
    return m_d->shapes;
}

onnx::ModelProto &OnnxFile::model() const
{
    return m_d->model;
}

Result<std::string> OnnxFile::serialized() const
{
    try {
        if (auto done = inlineExternalData(m_d->model, m_d->path, InlinedData::All); !done)
            return std::move(done).error();
        return m_d->bytes();
    } catch (const std::exception &problem) {
        return m_d->unready(problem);
    }
}

Result<OnnxFile::Parts> OnnxFile::inParts(Bytes most) const
{
    try {
        if (auto done = inlineExternalData(m_d->model, m_d->path, InlinedData::NoInitialisers);
            !done)
            return std::move(done).error();
        Parts parts{.model = {}, .externalName = "external data in memory", .external = {}};
        auto external = gatherExternalData(m_d->model, m_d->path, parts.externalName, most);
        if (!external)
            return std::move(external).error();
        parts.external = *std::move(external);
        auto bytes = m_d->bytes();
        if (!bytes)
            return std::move(bytes).error();
        parts.model = *std::move(bytes);
        return parts;
    } catch (const std::exception &problem) {
        return m_d->unready(problem);
    }
}

} // namespace warmbench
