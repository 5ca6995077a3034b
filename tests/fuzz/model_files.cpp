// Model files as they are looked through before a library reads them: whatever the bytes, the look
// ends, keeps within them, and refuses with one line.
//
// Input: the first byte chooses the format, the rest is the file.
#include "checks.h"
#include "engine/opencv/darknet_weights.h"
#include "engine/opencv/storage_text.h"
#include "engine/opencv/tensorflow_graph.h"
#include "engine/opencv/torch_walk.h"
#include "engine/proto_text.h"

using namespace warmbench;
using namespace warmbench::fuzz;

namespace {

// Some are clauses that others put into sentences.
template <typename T>
void requireLine(const Result<T> &result)
{
    if (!result)
        require(!result.error().message.empty() &&
                    result.error().message.find('\n') == std::string::npos,
                "a refusal is one line", result.error().message);
}

void readGraph(const Result<TensorFlowGraph> &graph)
{
    requireLine(graph);
    if (!graph)
        return;
    requireLine(checkTensorFlowGraph(*graph, {}, "n.pb"));
    requireLine(checkTensorFlowGraph({}, *graph, "n.pb"));
}

void readDarknet(std::string_view text)
{
    const auto sections = parseDarknet(text);
    requireLine(sections);
    if (!sections)
        return;
    const auto count = darknetWeightCount(*sections);
    requireLine(count);
    require(!count || !*count || **count >= 0, "weights are no fewer than none");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    if (size == 0)
        return 0;
    const std::string_view file = textOf(data + 1, size - 1);
    switch (data[0]) {
    case 't':
        requireLine(checkTorchFile(file, true));
        break;
    case 'T':
        requireLine(checkTorchFile(file, false));
        break;
    case 'g':
        readGraph(readTensorFlowGraph(file, "n.pb"));
        break;
    case 'G':
        if (const auto root = parseProtoText(file))
            readGraph(readTensorFlowText(*root, "n.pbtxt"));
        break;
    case 'd':
        readDarknet(file);
        break;
    default:
        requireLine(checkStorageText(file));
    }
    return 0;
}
