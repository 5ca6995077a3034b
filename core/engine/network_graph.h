// The graph of a network as its file says it, for people to look at: nodes with their tensors,
// shapes, weights and operations. No engine has to load the network for it.
//
// Names stand as in the file and may hold any bytes: make them printable() before they are shown.
// Thread: values, pure functions; reading blocks on the disk. Memory: while it is read, the whole
// file; what is returned holds no weights. Cost: some ten microseconds a node.
#pragma once

#include "base/bytes.h"
#include "base/result.h"
#include "engine/engine.h"
#include "engine/model_files.h"
#include "tensor/shape.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace warmbench {

// A tensor that flows through the graph.
struct GraphValue
{
    std::string name;
    std::string type; // "float32"; empty: not known
    // As far as the file fixes it; nothing if not even the rank is known.
    std::optional<std::vector<Dimension>> shape;
    // For inputs of the shapes NetworkGraph::tried; nothing if it cannot be told.
    std::optional<Shape> tried;
};

struct GraphAttribute
{
    std::string name;
    std::string text; // printable and short: "[3, 3]", "float32 [64, 3, 7, 7]"
};

struct GraphNode
{
    std::string name; // may be empty
    std::string type; // the operator
    std::string domain;
    std::vector<std::string> inputs; // names of tensors; "" for one that is left out
    std::vector<GraphValue> outputs;
    std::vector<GraphAttribute> attributes;
    std::int64_t parameters = 0; // elements of the weights that it reads or holds itself
    std::int64_t flops = 0;      // for one run of the shapes NetworkGraph::tried; 0: not known
    // For a node of a graph within another one (If, Loop, Scan): the index of that one, and the
    // attribute that holds the graph. Such nodes follow it; their shapes are those declared.
    std::optional<std::size_t> parent;
    std::string branch;
};

struct GraphInitialiser
{
    std::string name;
    std::string type; // "float32"
    Shape shape;
    std::int64_t elements = 0;
    Bytes bytes;                       // as stored
    bool external = false;             // in a file of its own
    bool sparse = false;               // `elements` then counts those that are stored
    std::optional<std::size_t> parent; // the node whose inner graph holds it
};

struct NetworkGraph
{
    ModelFormat format = ModelFormat::Onnx;
    std::vector<GraphValue> inputs; // without those that are initialisers
    std::vector<GraphValue> outputs;
    std::vector<GraphNode> nodes; // in the order of the file
    std::vector<GraphInitialiser> initialisers;
    std::int64_t parameters = 0;    // each weight once
    std::int64_t flops = 0;         // of all nodes
    std::vector<Shape> tried;       // of the inputs, one sample; empty: no shapes are known to fit
    bool connected = true;          // false: nodes tell neither their tensors nor their attributes
    std::vector<std::string> notes; // sentences about what is left out or not known
};

// The graph of an ONNX file. FailedPrecondition: the file is damaged, as when it is loaded; or it
// has another format, and the sentence says what that has to show.
Result<NetworkGraph> readNetworkGraph(const ModelFiles &files);

// Whether networks of the format show their layers once an engine has loaded them.
bool showsLayersWhenLoaded(ModelFormat format);
// What an engine tells of the layers of a loaded network: no tensors, no attributes.
// FailedPrecondition: it tells of none.
Result<NetworkGraph> graphOfLayers(const Network &network);

} // namespace warmbench
