"""Model files that once crashed or stopped their importers, each with a good file of the same format; Python's own library only."""

import struct


class Hostile:
    """`files` by name, `main` the one that is named to the program; `word` stands in the refusal."""

    def __init__(self, label, main, files, word=""):
        self.label = label
        self.main = main
        self.files = {name: data.encode() if isinstance(data, str) else data for name, data in files.items()}
        self.word = word

    def put(self, folder, main=None):
        """Under its own name, or under that of a file whose place it takes."""
        for name, data in self.files.items():
            (folder / (main if main and name == self.main else name)).write_bytes(data)
        return folder / (main or self.main)


# ---- protobuf ----

def varint(number):
    out = b""
    number &= (1 << 64) - 1
    while number > 127:
        out += bytes([number & 127 | 128])
        number >>= 7
    return out + bytes([number])


def part(number, data):
    data = data.encode() if isinstance(data, str) else data
    return varint(number << 3 | 2) + varint(len(data)) + data


def whole(number, value):
    return varint(number << 3) + varint(value)


# ---- Caffe ----

CAFFE_HEAD = 'name: "n"\ninput: "data"\ninput_shape { dim: 1 dim: 3 dim: 8 dim: 8 }\n'
CAFFE_GOOD = CAFFE_HEAD + 'layer { name: "l" type: "ReLU" bottom: "data" top: "o" }\n'
CAFFE_UNMADE = ("AbsVal BNLL Concat Crop Dropout ELU Eltwise Exp Flatten LRN Log MVN Normalize Permute Power ReLU Reorg Reshape "
                "ShuffleChannel Sigmoid Silence Softmax Split Swish TanH").split()


def blob(dims, count):
    shape = b"".join(whole(1, one) for one in dims)
    return part(7, shape) + part(5, struct.pack(f"<{count}f", *[0.5] * count))


def caffe_weights(*blobs):
    return part(100, part(1, "l") + b"".join(part(7, one) for one in blobs))


def caffe(label, layers, word, weights=None):
    return Hostile(f"Caffe {label}", "n.prototxt", {"n.prototxt": CAFFE_HEAD + layers, "n.caffemodel": weights or caffe_weights(blob([4], 4))},
                   word)


def caffe_files():
    first = 'layer { name: "first" type: "ReLU" bottom: "data" top: "o" }\n'
    for kind in CAFFE_UNMADE:
        yield caffe(f"{kind} without top", first + f'layer {{ name: "l" type: "{kind}" bottom: "o" bottom: "data" }}\n', "makes nothing")
    for kind in ("Reshape", "Scale"):
        yield caffe(f"{kind} without bottom", f'layer {{ name: "l" type: "{kind}" top: "t" }}\n' + first, "reads nothing")
    yield caffe("bottom that nothing makes", 'layer { name: "l" type: "ReLU" bottom: "nowhere" top: "t" }\n', "nowhere")
    yield caffe("group of 0", 'layer { name: "l" type: "ShuffleChannel" bottom: "data" top: "t" convolution_param { num_output: 1 group: 0 } }\n', "group")
    convolution = 'layer { name: "l" type: "Convolution" bottom: "data" top: "t" convolution_param { num_output: 4 kernel_size: 1 } }\n'
    yield caffe("blob of 16 GB in 16 bytes", convolution, "numbers", caffe_weights(blob([65536, 65536, 1, 1], 4)))
    norm = 'layer { name: "l" type: "BatchNorm" bottom: "data" top: "t" batch_norm_param { use_global_stats: false } }\n'
    yield caffe("BatchNorm of one blob", norm, "no weights", caffe_weights(blob([3], 3)))
    yield caffe("100,000 levels", "layer { a " + "{ a " * 100_000, "line")


# ---- TensorFlow ----

def attribute(key, value):
    return part(5, part(1, key) + part(2, value))


def node(name, kind, inputs=(), *attributes):
    return part(1, part(1, name) + part(2, kind) + b"".join(part(3, one) for one in inputs) + b"".join(attributes))


def placeholder():
    extents = b"".join(part(2, whole(1, one)) for one in (1, 4, 4, 2))
    return node("x", "Placeholder", (), attribute("dtype", whole(6, 1)), attribute("shape", part(7, extents)))


def whole_constant(name, values, content=False):
    numbers = part(4, struct.pack(f"<{len(values)}i", *values)) if content else b"".join(whole(7, one) for one in values)
    shape = b"" if len(values) == 1 else part(2, whole(1, len(values)))
    tensor = whole(1, 3) + part(2, shape) + numbers
    return node(name, "Const", (), attribute("dtype", whole(6, 3)), attribute("value", part(8, tensor)))


def tensorflow_files():
    def graph(label, word, *nodes):
        return Hostile(f"TensorFlow {label}", "n.pb", {"n.pb": b"".join(nodes)}, word)

    x = placeholder()
    yield graph("circle of Identity", "waits", x, node("a", "Identity", ["b"]), node("b", "Identity", ["a"]), node("c", "Relu", ["a"]))
    yield graph("circle of Relu", "waits", x, node("a", "Relu", ["b"]), node("b", "Relu", ["a"]))
    yield graph("loop", "waits", x, node("e", "Enter", ["x"]), node("m", "Merge", ["e", "n"]), node("n", "NextIteration", ["m"]))
    yield graph("input that no node makes", "nowhere", x, node("a", "Relu", ["nowhere"]))
    yield graph("two nodes of one name", "another", x, node("a", "Relu", ["x"]), node("a", "Relu", ["x"]))
    yield graph("Identity of nothing", "inputs", x, node("a", "Identity"), node("b", "Relu", ["a"]))
    for kind, inputs in (("ConcatV2", ["x", "x", "k"]), ("Concat", ["k", "x", "x"]), ("Split", ["k", "x"]), ("ExpandDims", ["x", "k"])):
        yield graph(f"{kind} with its axis as bytes", "axis", x, whole_constant("k", [1], content=True), node("a", kind, inputs))
    yield graph("ExpandDims of a constant", "constant", x, whole_constant("k", [1]), node("a", "ExpandDims", ["k", "k"]), node("b", "Relu", ["a"]))
    strides = attribute("strides", part(1, b"".join(whole(3, one) for one in (1, 0, 0, 1))))
    yield graph("window of stride 0", "strides", x, node("a", "MaxPool", ["x"], strides, attribute("padding", part(2, "SAME"))))
    yield graph("output that a node does not have", "output", x, node("a", "Relu", ["x"]), node("b", "Relu", ["a:7"]))
    copies = [node(f"n{i}", "Identity", [f"n{i - 1}" if i else "x"]) for i in range(19_000)]
    yield graph("19,000 copies of copies", "copies", x, *copies, node("a", "Relu", ["n18999"]))
    for kind in ("Accum", "CumSum", "GRU"):
        yield graph(f"{kind}, a layer of OpenCV's own", "operator", x, node("a", kind, [] if kind == "Accum" else ["x"]), node("r", "Relu", ["x"]))
    text = 'node { name: "x" op: "Placeholder" attr { key: "dtype" value { type: DT_FLOAT } } }\n'
    yield Hostile("TensorFlow text with a circle", "n.pb", {"n.pb": x, "n.pbtxt": text + 'node { name: "a" op: "Relu" input: "b" }\n'
                                                             'node { name: "b" op: "Relu" input: "a" }\n'}, "waits")


# ---- Torch7 ----

def integers(*values):
    return struct.pack(f"<{len(values)}i", *values)


def text(value):
    return integers(2, len(value)) + value.encode()


def named(index, kind):
    return integers(4, index, 3) + b"V 1" + integers(len(kind)) + kind.encode()


def table(index, *pairs):
    return integers(3, index, len(pairs)) + b"".join(key + value for key, value in pairs)


def number(value):
    return integers(1) + struct.pack("<d", value)


def float_tensor(index, sizes, count, strides=None, offset=1):
    if strides is None:
        strides = [1] * len(sizes)
        for i in range(len(sizes) - 2, -1, -1):
            strides[i] = strides[i + 1] * sizes[i + 1]
    head = named(index, "torch.FloatTensor") + integers(len(sizes)) + struct.pack(f"<{2 * len(sizes)}q", *sizes, *strides)
    stored = named(index + 1, "torch.FloatStorage") + struct.pack("<q", count)
    return head + struct.pack("<q", offset) + stored + struct.pack(f"<{count}f", *[0.5] * count)


def linear(weight):
    return named(1, "nn.Linear") + table(2, (text("weight"), weight))


def convolution(kernel):
    pairs = [(text(key), number(value)) for key, value in
             {"kW": kernel, "kH": kernel, "dW": 1, "dH": 1, "nOutputPlane": 2}.items()]
    return named(1, "nn.SpatialConvolutionMM") + table(2, *pairs, (text("weight"), float_tensor(10, [2, 3], 6)))


TORCH_GOOD = linear(float_tensor(10, [2, 3], 6))


def torch_files():
    def torch(label, word, data):
        return Hostile(f"Torch7 {label}", "n.t7", {"n.t7": data}, word)

    nested = named(1, "nn.Identity") + b"".join(integers(3, 10 + i, 1) + integers(1) + struct.pack("<d", 1) for i in range(100_000))
    yield torch("100,000 levels", "deeper", nested)
    recursive = named(1, "nn.Sequential") + integers(3, 2, 1) + text("again")
    yield torch("object within itself", "deeper",
                recursive + b"".join(integers(4, 1, 13) + b"nn.Sequential" + integers(3, 100 + i, 1) + text("again") for i in range(100_000)))
    yield torch("tensor beyond its storage", "beyond", linear(float_tensor(10, [2, 3], 6, strides=[3, 1_000_000])))
    yield torch("tensor of negative strides", "beyond", linear(float_tensor(10, [2, 3], 6, strides=[3, -100_000])))
    yield torch("tensor of -5 dimensions", "dimensions", linear(named(10, "torch.FloatTensor") + integers(-5) + bytes(64)))
    yield torch("storage of more numbers than bytes", "storage",
                linear(named(10, "torch.FloatTensor") + integers(1) + struct.pack("<qqq", 1, 1, 1) + named(11, "torch.FloatStorage")
                       + struct.pack("<q", (1 << 32) + 1) + bytes(4096)))
    yield torch("window of 0", "kW", convolution(0))
    yield torch("table of 2,000,000,000 entries", "entries", named(1, "nn.Linear") + integers(3, 2, 2_000_000_000) + bytes(64))
    yield torch("join of nothing", "join", named(1, "nn.Sequential") + table(2, (
        text("modules"), table(3, (number(1), named(4, "nn.Concat") + table(5, (text("dimension"), number(2))))))))
    for kind in ("Crop", "CumSum", "DataAugmentation", "FlowWarp", "GRU", "InnerProduct", "Interp", "LSTM"):
        yield torch(f"{kind}, a layer of OpenCV's own", kind, named(1, f"nn.{kind}") + table(2))
    unpooling = named(1, "nn.SpatialMaxUnpooling") + table(2, (text("indices"), float_tensor(10, [2], 2)))
    yield torch("unpooling without pooling", "pooling", unpooling)


# ---- Darknet ----

def darknet(label, sections, word):
    weights = struct.pack("<iiiq", 0, 2, 0, 0) + struct.pack("<200f", *[0.5] * 200)
    return Hostile(f"Darknet {label}", "n.cfg", {"n.cfg": "[net]\nwidth=8\nheight=8\nchannels=3\n" + sections, "n.weights": weights}, word)


DARKNET_HEAD = "[convolutional]\nfilters=12\nsize=1\nstride=1\nactivation=linear\n"


def darknet_files():
    yolo = DARKNET_HEAD + "[yolo]\nmask={}\nanchors=1,2, 3,4\nclasses=1\nnum=2\n"
    yield darknet("mask beyond its anchors", yolo.format("100000000,200000000"), "mask")
    yield darknet("mask below 0", yolo.format("-100000000,0"), "mask")
    yield darknet("mask of an empty place", yolo.format("0,,1"), "empty")
    yield darknet("route to no section", DARKNET_HEAD + "[route]\nlayers=-100000000\n", "section")
    yield darknet("groups of 0", DARKNET_HEAD.replace("stride", "groups=0\nstride"), "numbers")
    yield darknet("groups of 0, disguised", DARKNET_HEAD.replace("stride", "gro{ups=0\nstride"), "numbers")
    yield darknet("groups of a word", DARKNET_HEAD.replace("stride", "groups=x\nstride"), "numbers")


# ---- OpenCV ML ----

def xml(body):
    return '<?xml version="1.0"?>\n<opencv_storage>\n' + body + "</opencv_storage>\n"


def matrix(name, rows, columns, kind, values):
    return (f'<{name} type_id="opencv-matrix"><rows>{rows}</rows><cols>{columns}</cols><dt>{kind}</dt>'
            f'<data>{" ".join(str(one) for one in values)}</data></{name}>\n')


def support_vectors(index=0, vector="1. 2.", alpha="1.", count=1, total=1):
    return xml('<opencv_ml_svm><format>3</format><svmType>C_SVC</svmType><kernel><type>LINEAR</type></kernel><C>1.</C>'
               f"<var_count>2</var_count><class_count>2</class_count>{matrix('class_labels', 2, 1, 'i', [0, 1])}"
               f"<sv_total>{total}</sv_total><support_vectors><_>{vector}</_></support_vectors>"
               f"<decision_functions><_><sv_count>{count}</sv_count><rho>0.</rho><alpha>{alpha}</alpha><index>{index}</index></_>"
               "</decision_functions></opencv_ml_svm>\n")


def nearest(answers=2, neighbours=1):
    return xml(f"<opencv_ml_knn><is_classifier>1</is_classifier><default_k>{neighbours}</default_k>"
               + matrix("samples", 2, 2, "f", ["0.", "1.", "2.", "3."])
               + matrix("responses", answers, 1, "f", ["1."] * answers) + "</opencv_ml_knn>\n")


def bayes(averages=2, classes=2):
    # The classes are read one by one from lists that may be shorter.
    def each(name, size):
        one = matrix("_", 1, size, "d", ["1."] * size)
        return f"<{name}>{one * averages}</{name}>\n"
    square = matrix("_", 2, 2, "d", ["1.", "0.", "0.", "1."])
    return xml("<opencv_ml_nbayes><var_count>2</var_count><var_all>2</var_all>" + matrix("cls_labels", 1, classes, "i", range(classes))
               + f"<count>{matrix('_', 1, 2, 'i', [1, 1]) * 2}</count>" + each("sum", 2) + f"<productsum>{square * 2}</productsum>"
               + each("avg", 2) + each("inv_eigen_values", 2) + f"<cov_rotate_mats>{square * 2}</cov_rotate_mats>"
               + matrix("c", 1, 2, "d", ["0.", "0."]) + "</opencv_ml_nbayes>\n")


LEAF = "<_><depth>1</depth><value>1.</value><norm_class_idx>{}</norm_class_idx></_>"


def tree(variable=0, leaves=2, chosen=0):
    split = f"<splits><_><var>{variable}</var><quality>1.</quality><le>0.5</le></_></splits>"
    root = f"<_><depth>0</depth><value>0.</value><norm_class_idx>0</norm_class_idx>{split}</_>"
    return xml("<opencv_ml_dtree><format>3</format><is_classifier>1</is_classifier><var_all>3</var_all><var_count>2</var_count>"
               "<var_type>0 0 1</var_type><cat_ofs>0 0 0 0 0 0</cat_ofs><class_labels>0 1</class_labels>"
               f"<nodes>{root}{LEAF.format(chosen) * leaves}</nodes></opencv_ml_dtree>\n")


def ml_files():
    def ml(label, word, data, name="n.xml"):
        return Hostile(f"OpenCV ML {label}", name, {name: data}, word)

    yield ml("SVM of a vector far away", "support vectors", support_vectors(index=100_000_000))
    yield ml("SVM of a vector that ends early", "numbers", support_vectors(vector="1."))
    yield ml("SVM of 400,000,000 weights", "weights", support_vectors(count=400_000_000))
    yield ml("KNN with fewer answers than samples", "answers", nearest(answers=1))
    yield ml("KNN of no neighbours", "neighbours", nearest(neighbours=0))
    yield ml("NormalBayes of 1,000 classes", "classes", bayes(classes=1000))
    yield ml("tree of a variable far away", "variable", tree(variable=2))
    yield ml("tree without leaves", "lacks", tree(leaves=0))
    yield ml("tree of a class far away", "class", tree(chosen=100_000_000))
    deep = 100_000
    head = "%YAML:1.0\n---\nopencv_ml_svm:\n   a: "
    yield ml("XML of 100,000 levels", "deeper", xml("<opencv_ml_svm>" + "<a>" * deep + "</a>" * deep + "</opencv_ml_svm>"))
    yield ml("JSON of 100,000 levels", "deeper", '{"opencv_ml_svm": ' + "[" * deep + "]" * deep + "}", "n.json")
    yield ml("YAML of 100,000 brackets", "deeper", head + "[" * deep + "]" * deep + "\n", "n.yml")
    yield ml("YAML of 100,000 dashes", "deeper", head.replace("a: ", "a:\n      ") + "- " * deep + "1\n", "n.yml")
    yield ml("YAML of 100,000 keys", "deeper", head.replace("a: ", "") + "a: " * deep + "1\n", "n.yml")


def hostile_files():
    for files in (caffe_files, tensorflow_files, torch_files, darknet_files, ml_files):
        yield from files()


def good_files():
    """By the main file's ending, networks that load and answer."""
    darknet_good = darknet("", DARKNET_HEAD, "")
    return {
        "prototxt": Hostile("Caffe", "n.prototxt", {"n.prototxt": CAFFE_GOOD, "n.caffemodel": caffe_weights(blob([4], 4))}),
        "pb": Hostile("TensorFlow", "n.pb", {"n.pb": placeholder() + node("a", "Relu", ["x"])}),
        "t7": Hostile("Torch7", "n.t7", {"n.t7": TORCH_GOOD}),
        "cfg": Hostile("Darknet", "n.cfg", darknet_good.files),
        "xml": Hostile("OpenCV ML", "n.xml", {"n.xml": tree()}),
        "svm": Hostile("OpenCV ML SVM", "n.xml", {"n.xml": support_vectors()}),
        "knn": Hostile("OpenCV ML KNN", "n.xml", {"n.xml": nearest()}),
        "bayes": Hostile("OpenCV ML NormalBayes", "n.xml", {"n.xml": bayes()}),
    }
