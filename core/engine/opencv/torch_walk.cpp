#include "engine/opencv/torch_walk.h"

#include "base/text.h"
#include "engine/opencv/torch_reader.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace warmbench {

namespace {

constexpr int deepest = 100;
constexpr int mostLayers = 20'000;
constexpr int mostDimensions = 32;
constexpr std::int64_t mostNumbers = std::int64_t(1) << 29;
constexpr double largestExtent = 1'000'000;

// The type tags of Torch7's File.lua.
enum Type : int { Nil = 0, Number = 1, String = 2, Table = 3, Object = 4, Boolean = 5 };

struct Element
{
    std::string_view name;
    std::size_t size;
};
constexpr std::array elements{Element{"Double", 8}, Element{"Float", 4}, Element{"Cuda", 4},
                              Element{"Byte", 1},   Element{"Char", 1},  Element{"Short", 2},
                              Element{"Int", 4},    Element{"Long", 8}};

// The element type in a class name: "torch.FloatTensor" with the suffix "Tensor" gives Float.
const Element *elementOf(std::string_view name, std::string_view suffix)
{
    constexpr std::string_view prefix = "torch.";
    if (!name.starts_with(prefix) || !name.ends_with(suffix) ||
        name.size() < prefix.size() + suffix.size())
        return nullptr;
    name = name.substr(prefix.size(), name.size() - prefix.size() - suffix.size());
    const auto found = std::find_if(elements.begin(), elements.end(),
                                    [name](const Element &one) { return one.name == name; });
    return found == elements.end() ? nullptr : found;
}

// Whether the importer knows a class of layers, or OpenCV has a layer of that name that works on
// one number at a time. For any other name the importer makes the layer of OpenCV with that name,
// which then lacks the weights and inputs that it relies on.
bool isKnownLayer(std::string_view name)
{
    static const std::set<std::string_view> known{"BatchNormalization",
                                                  "CAddTable",
                                                  "Concat",
                                                  "ConcatTable",
                                                  "DepthConcat",
                                                  "Dropout",
                                                  "Identity",
                                                  "Inception",
                                                  "InstanceNormalization",
                                                  "JoinTable",
                                                  "Linear",
                                                  "LogSoftMax",
                                                  "MulConstant",
                                                  "Normalize",
                                                  "PReLU",
                                                  "Padding",
                                                  "Parallel",
                                                  "Power",
                                                  "ReLU",
                                                  "Reshape",
                                                  "Sequential",
                                                  "ShaveImage",
                                                  "Sigmoid",
                                                  "SoftMax",
                                                  "SpatialAveragePooling",
                                                  "SpatialBatchNormalization",
                                                  "SpatialConvolution",
                                                  "SpatialConvolutionMM",
                                                  "SpatialCrossMapLRN",
                                                  "SpatialDilatedConvolution",
                                                  "SpatialDropout",
                                                  "SpatialFullConvolution",
                                                  "SpatialLPPooling",
                                                  "SpatialMaxPooling",
                                                  "SpatialMaxUnpooling",
                                                  "SpatialReflectionPadding",
                                                  "SpatialUpSamplingNearest",
                                                  "SpatialZeroPadding",
                                                  "Sqrt",
                                                  "Square",
                                                  "Tanh",
                                                  "TotalVariation",
                                                  "View",
                                                  "ELU",
                                                  "Softplus",
                                                  "ReLU6"};
    return known.contains(name);
}

std::optional<std::string> layerOf(std::string_view name)
{
    for (const std::string_view prefix : {"nn.", "cunn.", "cudnn.", "fbcunn."}) {
        if (name.starts_with(prefix))
            return std::string(name.substr(prefix.size()));
    }
    return std::nullopt;
}

struct Storage
{
    const Element *element = nullptr;
    std::int64_t count = 0;
};

// The entries of a layer's table that are checked.
struct Layer
{
    std::map<std::string, double, std::less<>> numbers;
    std::map<std::string, int, std::less<>> tensors; // the tensors' indices
    int parts = 0;                                   // number of layers inside it
};

class Walk
{
public:
    Walk(std::string_view bytes, bool binary)
        : m_reader(bytes, binary)
    {
    }

    Result<void> check()
    {
        if (!object(0) && m_problem.empty())
            m_problem = "it ends before its last object";
        if (m_problem.empty())
            return {};
        return failedPrecondition(m_problem);
    }

private:
    bool refuse(std::string problem)
    {
        if (m_problem.empty())
            m_problem = std::move(problem);
        return false;
    }

    // Reads any value.
    bool object(int depth)
    {
        int type = 0;
        return m_reader.integer(type) && value(type, depth);
    }

    bool value(int type, int depth)
    {
        double number = 0;
        int index = 0;
        std::string_view text;
        switch (type) {
        case Nil:
            return true;
        case Number:
            return m_reader.real(number);
        case Boolean:
            return m_reader.integer(index);
        case String:
            return m_reader.string(text);
        case Table: {
            Layer unused;
            return table(unused, depth);
        }
        case Object:
            return m_reader.integer(index) && named(index, depth) && (m_read.insert(index), true);
        default:
            return refuse(fmt::format("it holds a value of the type {}, such as a function, which "
                                      "cannot be read here",
                                      type));
        }
    }

    // Reads pairs of keys and values. A table that has been read before is only an index.
    bool table(Layer &layer, int depth)
    {
        int index = 0;
        int size = 0;
        if (depth > deepest)
            return refuse(fmt::format("it nests deeper than {} levels", deepest));
        if (!m_reader.integer(index))
            return false;
        if (!m_read.insert(index).second)
            return true;
        // Key and value each begin with their type, so a pair takes at least two ints.
        if (!m_reader.integer(size) || size < 0 || size > m_reader.room(2 * sizeof(int)))
            return refuse("a table has more entries than there are bytes");
        for (int i = 0; i < size; ++i) {
            if (!pair(layer, depth))
                return false;
        }
        return true;
    }

    bool pair(Layer &layer, int depth)
    {
        int type = 0;
        std::string_view key;
        if (!m_reader.integer(type))
            return false;
        if (type != String)
            return value(type, depth + 1) && member(layer, {}, depth);
        return m_reader.string(key) && member(layer, key, depth);
    }

    bool member(Layer &layer, std::string_view key, int depth)
    {
        int type = 0;
        if (!m_reader.integer(type))
            return false;
        if (!key.empty() && type == Number) {
            double number = 0;
            const bool read = m_reader.real(number);
            layer.numbers[std::string(key)] = number;
            return read;
        }
        if (key.empty() || type != Object)
            return value(type, depth + 1);
        // OpenCV drops the layers that such a member contains, so they do not count.
        int index = 0;
        const int before = m_parts;
        if (!m_reader.integer(index) || !named(index, depth + 1))
            return false;
        if (m_tensors.contains(index))
            layer.tensors[std::string(key)] = index;
        else if (!m_storages.contains(index))
            m_parts = before;
        return true;
    }

    // Reads an object of a class, unless its index shows that it has been read.
    bool named(int index, int depth)
    {
        std::string_view name;
        if (depth > deepest)
            return refuse(fmt::format("it nests deeper than {} levels", deepest));
        if (m_read.contains(index))
            return true;
        if (!className(name))
            return false;
        bool done = false;
        if (const Element *element = elementOf(name, "Tensor"))
            done = tensor(index, *element);
        else if (const Element *stored = elementOf(name, "Storage"))
            done = storage(index, *stored);
        else if (const auto layer = layerOf(name))
            done = layerObject(index, *layer, depth);
        else
            return refuse(
                fmt::format("it holds an object of the class \"{}\", which cannot be read "
                            "here",
                            printable(name, 60)));
        m_read.insert(index);
        return done;
    }

    // Reads "V 1" and the name, or the name alone.
    bool className(std::string_view &name)
    {
        if (!m_reader.string(name))
            return false;
        return !name.starts_with("V ") || m_reader.string(name);
    }

    bool storage(int index, const Element &element)
    {
        std::int64_t count = 0;
        if (!m_reader.longer(count))
            return false;
        if (count < 0 || count > mostNumbers || !m_reader.skip(count, element.size))
            return refuse(
                fmt::format("a storage has {} numbers, more than there are bytes", count));
        m_storages.emplace(index, Storage{&element, count});
        return true;
    }

    bool tensor(int index, const Element &element)
    {
        int dimensions = 0;
        if (!m_reader.integer(dimensions))
            return false;
        if (dimensions < 0 || dimensions > mostDimensions)
            return refuse(fmt::format("a tensor has {} dimensions", dimensions));
        std::vector<std::int64_t> sizes(static_cast<std::size_t>(dimensions));
        std::vector<std::int64_t> strides(sizes.size());
        for (auto *list : {&sizes, &strides}) {
            for (std::int64_t &one : *list) {
                if (!m_reader.longer(one))
                    return false;
            }
        }
        std::int64_t offset = 0;
        int type = 0;
        if (!m_reader.longer(offset) || !m_reader.integer(type))
            return false;
        m_tensors[index] = dimensions == 0;
        if (type == Nil && dimensions == 0)
            return true;
        if (type != Object || dimensions == 0)
            return refuse("a tensor has no storage");
        const Storage *stored = storageOf(element);
        return stored && within(sizes, strides, offset - 1, stored->count);
    }

    // Reads the storage that follows, or finds the one that has been read under its index.
    const Storage *storageOf(const Element &element)
    {
        int index = 0;
        std::string_view name;
        if (!m_reader.integer(index))
            return nullptr;
        if (!m_read.contains(index)) {
            const Element *stored = className(name) ? elementOf(name, "Storage") : nullptr;
            if (!stored || !storage(index, *stored))
                return nullptr;
            m_read.insert(index);
        }
        const auto found = m_storages.find(index);
        if (found == m_storages.end() || found->second.element->name != element.name) {
            refuse("a tensor's storage is of another type");
            return nullptr;
        }
        return &found->second;
    }

    bool within(const std::vector<std::int64_t> &sizes, const std::vector<std::int64_t> &strides,
                std::int64_t offset, std::int64_t held)
    {
        std::int64_t count = 1;
        std::int64_t last = offset;
        bool sane = offset >= 0 && offset <= held;
        for (std::size_t i = 0; sane && i < sizes.size(); ++i) {
            sane = sizes[i] >= 1 && sizes[i] <= held && strides[i] >= 0 && strides[i] <= held;
            count = sane ? count * sizes[i] : 0;
            last = sane ? last + (sizes[i] - 1) * strides[i] : held;
            sane = sane && last < held && count <= held;
        }
        return sane || refuse("a tensor reaches beyond its storage, or repeats its numbers");
    }

    bool layerObject(int index, const std::string &name, int depth)
    {
        static const std::set<std::string, std::less<>> containers{
            "Sequential", "Parallel",    "Concat",   "ConcatTable",
            "JoinTable",  "DepthConcat", "Inception"};
        if (!isKnownLayer(name))
            return refuse(
                fmt::format("its layer {} is of the class \"{}\", which cannot be run here", index,
                            printable(name, 60)));
        if (++m_layers > mostLayers)
            return refuse(fmt::format("it has more than {} layers", mostLayers));
        Layer layer;
        const int outside = m_parts;
        const bool container = containers.contains(name);
        m_parts = container ? 0 : m_parts;
        int type = 0;
        if (!m_reader.integer(type))
            return false;
        const bool read = type == Table ? table(layer, depth + 1) : value(type, depth + 1);
        layer.parts = m_parts;
        m_parts = (container ? outside : m_parts) + 1;
        return read && checkLayer(index, name, layer);
    }

    bool checkLayer(int index, const std::string &name, const Layer &layer)
    {
        static const std::set<std::string, std::less<>> joining{"Parallel", "Concat", "ConcatTable",
                                                                "DepthConcat"};
        if (joining.contains(name) && layer.parts == 0)
            return refuse(fmt::format("its layer {} ({}) has no layers to join", index, name));
        for (const char *key : {"kW", "kH", "dW", "dH", "dilationW", "dilationH", "nOutputPlane",
                                "size", "scale_factor", "dim", "nInputPlane"}) {
            const auto found = layer.numbers.find(key);
            const bool some = key != std::string_view("nOutputPlane") || name != "PReLU";
            if (found != layer.numbers.end() &&
                !(found->second >= (some ? 1 : 0) && found->second <= largestExtent))
                return refuse(fmt::format("its layer {} ({}) has {} = {}", index,
                                          printable(name, 60), key, found->second));
        }
        for (const char *key : {"weight", "running_mean", "running_var", "running_std"}) {
            const auto found = layer.tensors.find(key);
            if (found != layer.tensors.end() && m_tensors.at(found->second))
                return refuse(fmt::format("its layer {} ({}) has an empty {}", index,
                                          printable(name, 60), key));
        }
        return checkPooling(index, name, layer);
    }

    // An unpooling needs a pooling before it, whose positions it uses.
    bool checkPooling(int index, const std::string &name, const Layer &layer)
    {
        const auto places = layer.tensors.find("indices");
        const int used = places == layer.tensors.end() ? 0 : places->second;
        if (name == "SpatialMaxPooling")
            m_pooled.insert(used);
        if (name == "SpatialMaxUnpooling" && !m_pooled.contains(used))
            return refuse(
                fmt::format("its layer {} ({}) belongs to no pooling before it", index, name));
        return true;
    }

    TorchReader m_reader;
    std::string m_problem;
    std::set<int> m_read;
    std::map<int, Storage> m_storages;
    std::map<int, bool> m_tensors; // true: the tensor is empty
    std::set<int> m_pooled;
    int m_layers = 0;
    int m_parts = 0; // number of layers in the container that is being read
};

} // namespace

Result<void> checkTorchFile(std::string_view bytes, bool binary)
{
    return Walk(bytes, binary).check();
}

} // namespace warmbench
