#!/usr/bin/python3
"""Writes the small ONNX files that the tests read.

    make_models.py FOLDER           writes them, with expected answers as .npy beside them where a test compares numbers
    make_models.py --big FOLDER     big100mb.onnx too
    make_models.py --check FOLDER   then also sees that OpenCV runs or fails on each file as the table says
    make_models.py --only NAME FOLDER   writes that one
    make_models.py --list           prints the names, and nothing else

A new file is one function under @model: its name is the file's name, its docstring says what it is for, and it returns the
model. Two runs write the same bytes. Needs python3-onnx; --check needs python3-opencv as well.
"""
import argparse
import multiprocessing
import pathlib
import sys
import time
import zlib

import numpy as np
from onnx import TensorProto, ValueInfoProto, helper, numpy_helper

FLOAT, FLOAT16, INT32, INT64 = TensorProto.FLOAT, TensorProto.FLOAT16, TensorProto.INT32, TensorProto.INT64
MODELS = {}


class Spec:
    """One row of the table: how to build the file, and what OpenCV does with it."""

    def __init__(self, build, opencv, big):
        self.build, self.opencv, self.big = build, opencv, big


def model(opencv="runs", big=False):
    """opencv: "runs"; "fails" (refuses it, or crashes: we must never hand it over); "anything" (reads past its memory)."""
    def enter(build):
        MODELS[build.__name__] = Spec(build, opencv, big)
        return build
    return enter


class Files:
    """What a build function may write beside its model: expected answers and external data."""

    def __init__(self, folder, name):
        self.folder, self.name = folder, name

    def golden(self, **arrays):
        """Arrays by tensor name, as NAME.TENSOR.npy."""
        for tensor, array in arrays.items():
            np.save(self.folder / f"{self.name}.{tensor}.npy", array)

    def beside(self, file_name, content):
        (self.folder / file_name).write_bytes(content)


# ---- building blocks ---------------------------------------------------------------------------------------------------

def rng_for(name):
    """Numbers that depend on the name alone: a new function changes no other file."""
    return np.random.default_rng(zlib.crc32(name.encode()))


def value(name, shape, dtype=FLOAT):
    return helper.make_tensor_value_info(name, dtype, shape)


def node(op, inputs, outputs, **attributes):
    return helper.make_node(op, inputs.split(), outputs.split(), **attributes)


def tensor(name, array):
    return numpy_helper.from_array(np.ascontiguousarray(array), name)


def network(nodes, inputs, outputs, weights=(), opset=13, **metadata):
    graph = helper.make_graph(nodes, "graph", inputs, outputs, list(weights))
    made = helper.make_model(graph, producer_name="warmbench-tests", opset_imports=[helper.make_opsetid("", opset)])
    made.ir_version = 7
    if metadata:
        helper.set_model_props(made, metadata)
    return made


def dense(sizes, rng, dtype=np.float32):
    """Gemm layers with ReLU between them, from value "input" to value "output": (nodes, weights)."""
    nodes, weights, last = [], [], "input"
    for i, (rows, columns) in enumerate(zip(sizes, sizes[1:]), start=1):
        w = (rng.standard_normal((columns, rows), dtype=np.float32) / np.sqrt(rows)).astype(dtype)
        weights += [tensor(f"w{i}", w), tensor(f"b{i}", np.full(columns, 0.01, dtype))]
        final = i + 1 == len(sizes)
        nodes.append(node("Gemm", f"{last} w{i} b{i}", "output" if final else f"dense{i}", name=f"dense{i}", transB=1))
        if not final:
            nodes.append(node("Relu", f"dense{i}", f"relu{i}", name=f"relu{i}"))
        last = f"relu{i}"
    return nodes, weights


# ---- arithmetic --------------------------------------------------------------------------------------------------------

@model()
def add(files):
    """Two inputs a and b, one output: the smallest network with several inputs."""
    a, b = np.arange(6, dtype=np.float32).reshape(2, 3), np.full((2, 3), 0.5, np.float32)
    files.golden(a=a, b=b, sum=a + b)
    return network([node("Add", "a b", "sum", name="add")], [value("a", [2, 3]), value("b", [2, 3])], [value("sum", [2, 3])])


@model()
def addsub_int32(files):
    """int32 in, sum and difference out, one sample."""
    a, b = np.arange(16, dtype=np.int32).reshape(1, 16), np.ones((1, 16), np.int32)
    files.golden(INPUT0=a, INPUT1=b, OUTPUT0=a + b, OUTPUT1=a - b)
    return network([node("Add", "INPUT0 INPUT1", "OUTPUT0", name="add"), node("Sub", "INPUT0 INPUT1", "OUTPUT1", name="sub")],
                   [value("INPUT0", [1, 16], INT32), value("INPUT1", [1, 16], INT32)],
                   [value("OUTPUT0", [1, 16], INT32), value("OUTPUT1", [1, 16], INT32)])


@model()
def simple(files):
    """The same with a free batch, under the name that the example programs of Triton's client ask for."""
    shape = ["batch", 16]
    return network([node("Add", "INPUT0 INPUT1", "OUTPUT0", name="add"), node("Sub", "INPUT0 INPUT1", "OUTPUT1", name="sub")],
                   [value("INPUT0", shape, INT32), value("INPUT1", shape, INT32)],
                   [value("OUTPUT0", shape, INT32), value("OUTPUT1", shape, INT32)])


@model()
def multi_out(files):
    """Outputs "zeta" then "alpha": the file's order is not the alphabet's. zeta = relu(x), alpha = 2x."""
    x = np.array([[-1, 0, 1, 2]], np.float32)
    files.golden(x=x, zeta=np.maximum(x, 0), alpha=2 * x)
    return network([node("Relu", "x", "zeta", name="first"), node("Mul", "x two", "alpha", name="second")],
                   [value("x", [1, 4])], [value("zeta", [1, 4]), value("alpha", [1, 4])],
                   [tensor("two", np.array([2], np.float32))])


@model()
def four_pictures(files):
    """Takes exactly four pictures; the mean of each channel times 1, 2, 3 and 4: what is given for the first one can be told.
    As many numbers that count no pictures stay all four."""
    return network([node("ReduceMean", "x", "means", axes=[2, 3], keepdims=0), node("Mul", "means times", "y"),
                    node("ReduceMean", "y", "found", axes=[1], keepdims=0)],
                   [value("x", [4, 3, 8, 8])], [value("y", [4, 3]), value("found", ["D"])],
                   [tensor("times", np.array([[1], [2], [3], [4]], np.float32))])


@model()
def int64_out(files):
    """ArgMax: an output that the file declares int64 and OpenCV computes in another type."""
    scores = np.array([[0.1, 0.9, 0.2], [0.7, 0.1, 0.2]], np.float32)
    files.golden(scores=scores, label=scores.argmax(axis=1))
    return network([node("ArgMax", "scores", "label", name="argmax", axis=1, keepdims=0)],
                   [value("scores", [2, 3])], [value("label", [2], INT64)])


# ---- shapes ------------------------------------------------------------------------------------------------------------

@model()
def tiny_64(files):
    """64-128-64-10, free batch: the network whose overhead is all that one measures."""
    nodes, weights = dense([64, 128, 64, 10], rng_for("tiny_64"))
    return network(nodes, [value("input", ["batch", 64])], [value("output", ["batch", 10])], weights,
                   description="tiny dense network")


@model()
def pool_224(files):
    """150,528 numbers in, next to no work: what reading numbers costs."""
    return network([node("GlobalAveragePool", "input", "output", name="pool")],
                   [value("input", ["batch", 3, 224, 224])], [value("output", ["batch", 3, 1, 1])])


@model()
def fixed_batch(files):
    """Batch fixed at 1, Softmax at the end: no batching, and no second softmax."""
    nodes, weights = dense([8, 4], rng_for("fixed_batch"))
    nodes.append(node("Softmax", "output", "probabilities", name="softmax", axis=1))
    return network(nodes, [value("input", [1, 8])], [value("probabilities", [1, 4])], weights)


@model()
def dynamic(files):
    """Batch, height and width all symbolic."""
    w = rng_for("dynamic").standard_normal((2, 3, 3, 3), dtype=np.float32)
    return network([node("Conv", "input w", "conv", name="conv", kernel_shape=[3, 3], pads=[1, 1, 1, 1]),
                    node("Relu", "conv", "output", name="relu")],
                   [value("input", ["batch", 3, "height", "width"])], [value("output", ["batch", 2, "height", "width"])],
                   [tensor("w", w)])


@model()
def image_out(files):
    """An image in, its negative out: a 1x1 convolution, output = 1 - input."""
    x = np.linspace(0, 1, 3 * 4 * 5, dtype=np.float32).reshape(1, 3, 4, 5)
    files.golden(input=x, output=1 - x)
    return network([node("Conv", "input w b", "output", name="negative", kernel_shape=[1, 1])],
                   [value("input", [1, 3, "height", "width"])], [value("output", [1, 3, "height", "width"])],
                   [tensor("w", -np.eye(3, dtype=np.float32).reshape(3, 3, 1, 1)), tensor("b", np.ones(3, np.float32))])


# ---- classic models ----------------------------------------------------------------------------------------------------

def linear_classifier(name, labels, ending):
    """The sign of x0 - x1, as scikit-learn's exporters write a logistic regression; `ending` makes the outputs of labels and scores."""
    made = helper.make_node("LinearClassifier", ["x"], ["label", "scores"], name="classify", domain="ai.onnx.ml", multi_class=0,
                            coefficients=[1.0, -1.0, -1.0, 1.0], intercepts=[0.0, 0.0], post_transform="SOFTMAX", **labels)
    nodes, outputs = ending
    graph = helper.make_graph([made, *nodes], name, [value("x", ["batch", 2])], outputs)
    model = helper.make_model(graph, producer_name="warmbench-tests",
                              opset_imports=[helper.make_opsetid("", 13), helper.make_opsetid("ai.onnx.ml", 2)])
    model.ir_version = 7
    return model


@model(opencv="fails")
def classifier_maps(files):
    """A list of maps from class to score as its second output, as skl2onnx writes it unless told otherwise."""
    maps = ValueInfoProto(name="probabilities")
    each = maps.type.sequence_type.elem_type.map_type
    each.key_type = TensorProto.STRING
    each.value_type.tensor_type.elem_type = FLOAT
    return linear_classifier("maps", {"classlabels_strings": ["ham", "spam"]}, (
        [helper.make_node("ZipMap", ["scores"], ["probabilities"], domain="ai.onnx.ml", classlabels_strings=["ham", "spam"])],
        [value("label", ["batch"], TensorProto.STRING), maps]))


@model(opencv="fails")
def people(files):
    """An input for each column of a data frame: moves (Bern draws the young, many rooms keep everybody)."""
    nodes = [helper.make_node("Cast", ["rooms"], ["rooms32"], to=FLOAT), helper.make_node("Cast", ["age"], ["age32"], to=FLOAT),
             helper.make_node("OneHotEncoder", ["city"], ["cities"], domain="ai.onnx.ml", cats_strings=["Bern", "K\u00f6ln"], zeros=1),
             helper.make_node("Reshape", ["cities", "two"], ["city32"]),
             helper.make_node("Concat", ["age32", "rooms32", "city32"], ["x"], axis=1),
             helper.make_node("LinearClassifier", ["x"], ["label", "scores"], domain="ai.onnx.ml", multi_class=0,
                              coefficients=[0.1, 1.0, -2.0, 0.0, -0.1, -1.0, 2.0, 0.0], intercepts=[-4.0, 4.0],
                              post_transform="SOFTMAX", classlabels_strings=["moves, soon", "stays"])]
    graph = helper.make_graph(nodes, "people", [value("age", [None, 1], TensorProto.DOUBLE), value("rooms", [None, 1], INT64),
                                                value("city", [None, 1], TensorProto.STRING)],
                              [value("label", [None], TensorProto.STRING), value("scores", [None, 2])],
                              [tensor("two", np.array([-1, 2], np.int64))])
    made = helper.make_model(graph, producer_name="skl2onnx",
                             opset_imports=[helper.make_opsetid("", 13), helper.make_opsetid("ai.onnx.ml", 2)])
    made.ir_version = 7
    return made


@model(opencv="fails")
def classifier_scores(files):
    """Labels that are integers, and scores as a tensor."""
    return linear_classifier("scores", {"classlabels_ints": [7, 11]}, (
        [], [value("label", ["batch"], INT64), value("scores", ["batch", 2])]))


@model(opencv="fails")
def sequence_output(files):
    """The halves of a vector as a sequence of two tensors."""
    pieces = ValueInfoProto(name="pieces")
    pieces.type.sequence_type.elem_type.tensor_type.elem_type = FLOAT
    graph = helper.make_graph([node("SplitToSequence", "x", "pieces", axis=0, keepdims=1)], "g", [value("x", [2])], [pieces])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)])
    model.ir_version = 7
    return model


# ---- detectors ---------------------------------------------------------------------------------------------------------

def detector(answer, **metadata):
    """A network that answers the same, whatever picture of 64 x 96 pixels it sees, with an exporter's texts."""
    nodes = [node("ReduceMean", "images", "mean", axes=[1, 2, 3], keepdims=0), node("Mul", "mean nothing", "zero"),
             node("Add", "zero answer", "output0")]
    weights = [tensor("nothing", np.zeros(1, np.float32)), tensor("answer", answer.astype(np.float32))]
    return network(nodes, [value("images", [1, 3, 96, 64])], [value("output0", list(answer.shape))], weights,
                   stride="32", names="{0: 'person', 1: \"driver's seat\", 2: 'caf\u00e9'}", **metadata)


# Texts of ultralytics/ultralytics: engine/exporter.py.
ULTRALYTICS = {"author": "Ultralytics", "task": "detect", "batch": "1", "imgsz": "[96, 64]"}


@model(opencv="anything")
def yolov8_detect(files):
    """YOLO v8's columns with one box, and a worse one that overlaps it."""
    answer = np.zeros((1, 7, 126))
    answer[0, :, 50] = [32, 48, 24, 24, 0.1, 0.75, 0]
    answer[0, :, 51] = [32, 49, 24, 24, 0.1, 0.7, 0]
    return detector(answer, description="Ultralytics YOLOv8n model trained on coco8.yaml", version="8.3.40", **ULTRALYTICS)


@model(opencv="anything")
def yolov5_detect(files):
    """YOLO v5's rows; its exporter writes stride and names alone."""
    answer = np.zeros((1, 378, 8))
    answer[0, 50] = [32, 48, 24, 24, 1, 0.1, 0.75, 0]
    answer[0, 51] = [32, 49, 24, 24, 1, 0.1, 0.7, 0]
    return detector(answer)


@model(opencv="anything")
def yolov10_detect(files):
    """Finished rows, filled up with zeros."""
    answer = np.zeros((1, 300, 6))
    answer[0, 0] = [20, 36, 44, 60, 0.75, 1]
    return detector(answer, description="Ultralytics YOLOv10n model trained on coco8.yaml", version="8.2.40", **ULTRALYTICS)


# ---- weights -----------------------------------------------------------------------------------------------------------

@model(opencv="fails")
def fp16_weights(files):
    """Half-precision throughout, which OpenCV 4.6 refuses without naming a node."""
    nodes, weights = dense([8, 4], rng_for("fp16_weights"), np.float16)
    return network(nodes, [value("input", ["batch", 8], FLOAT16)], [value("output", ["batch", 4], FLOAT16)], weights)


def stored_outside(name, dims, location, offset, length):
    """A float tensor whose bytes lie in another file."""
    t = TensorProto(name=name, data_type=FLOAT, dims=dims, data_location=TensorProto.EXTERNAL)
    for key, text in (("location", location), ("offset", str(offset)), ("length", str(length))):
        t.external_data.add(key=key, value=text)
    return t


def dense_stored_outside(location, weights_at, bias_at):
    return network([node("Gemm", "input w b", "output", name="dense", transB=1)],
                   [value("input", ["batch", 8])], [value("output", ["batch", 4])],
                   [stored_outside("w", [4, 8], location, weights_at, 128), stored_outside("b", [4], location, bias_at, 16)])


@model(opencv="fails")
def external(files):
    """Weights in external.bin, each aligned to 4096 bytes; the gap between them is filled with 0xEE to catch a wrong offset."""
    rng = rng_for("external")
    w, b = rng.standard_normal((4, 8), dtype=np.float32), rng.standard_normal(4, dtype=np.float32)
    files.beside("external.bin", w.tobytes() + b"\xee" * (4096 - w.nbytes) + b.tobytes())
    x = rng.standard_normal((2, 8), dtype=np.float32)
    files.golden(input=x, output=x @ w.T + b)
    return dense_stored_outside("external.bin", 0, 4096)


@model(opencv="fails")
def external_inside(files):
    """An initialiser and a constant node whose bytes lie in one file beside the model, the node's before the initialiser's."""
    files.beside("external_inside.bin", np.array([1, 2, 3, 4, 10, 20, 30, 40], np.float32).tobytes())
    constant = helper.make_node("Constant", [], ["c"], name="constant", value=stored_outside("c", [4], "external_inside.bin", 0, 16))
    return network([constant, node("Mul", "x w", "m", name="mul"), node("Add", "m c", "y", name="add")],
                   [value("x", ["batch", 4])], [value("y", ["batch", 4])],
                   [stored_outside("w", [4], "external_inside.bin", 16, 16)])


@model(opencv="fails")
def external_escape(files):
    """External data that would leave the model's folder."""
    return dense_stored_outside("../secret.bin", 0, 4096)


@model(opencv="fails")
def external_short(files):
    """External data whose file ends before offset and length do."""
    files.beside("external_short.bin", b"\0" * 100)
    return dense_stored_outside("external_short.bin", 0, 4096)


@model(opencv="anything")
def truncated_raw(files):
    """raw_data holds 8 bytes where dims promise 4 x 8 floats."""
    short = TensorProto(name="w", data_type=FLOAT, dims=[4, 8], raw_data=b"\0\0\x80\x3f" * 2)
    return network([node("Gemm", "input w", "output", name="dense", transB=1)],
                   [value("input", ["batch", 8])], [value("output", ["batch", 4])], [short])


@model(opencv="anything")
def huge_dims(files):
    """Dims whose product overflows 64 bits, over four bytes of data."""
    huge = TensorProto(name="w", data_type=FLOAT, dims=[1 << 33, 1 << 33], raw_data=b"\0" * 4)
    return network([node("Add", "input w", "output", name="add")], [value("input", [1])], [value("output", [1])], [huge])


# ---- what no engine can run --------------------------------------------------------------------------------------------

@model(opencv="fails")
def unknown_op(files):
    """A node "mystery" whose operator no engine knows: errors have to name both."""
    return network([node("FooBarOp", "input", "output", name="mystery")], [value("input", [1, 4])], [value("output", [1, 4])])


@model(opencv="fails")
def empty_graph(files):
    """A well-formed file with no node, no input, no output."""
    return network([], [], [])


# ---- costs -------------------------------------------------------------------------------------------------------------

@model()
def slow(files):
    """About 100 ms on one core: time enough to cancel, to queue behind, to refresh under. The weights are few."""
    rng, depth = rng_for("slow"), 10
    weights = [tensor(f"w{i}", rng.standard_normal((64, 1 if i == 0 else 64, 3, 3), dtype=np.float32) * np.float32(0.05))
               for i in range(depth)]
    nodes = [node("Conv", f"{'input' if i == 0 else f'conv{i - 1}'} w{i}", f"conv{i}", name=f"conv{i}",
                  kernel_shape=[3, 3], pads=[1, 1, 1, 1]) for i in range(depth)]
    nodes.append(node("GlobalAveragePool", f"conv{depth - 1}", "output", name="pool"))
    return network(nodes, [value("input", [1, 1, 128, 128])], [value("output", [1, 64, 1, 1])], weights)


@model(big=True)
def big100mb(files):
    """100 MB of random weights in four layers: memory that one sees come and go."""
    nodes, weights = dense([2500, 2500, 2500, 2500, 2500], rng_for("big100mb"))
    return network(nodes, [value("input", ["batch", 2500])], [value("output", ["batch", 2500])], weights)


# ---- the program -------------------------------------------------------------------------------------------------------

def write(folder, name):
    made = MODELS[name].build(Files(folder, name))
    (folder / f"{name}.onnx").write_bytes(made.SerializeToString())


def zeros_for(value_info):
    dims = [d.dim_value or {"batch": 2}.get(d.dim_param, 8) for d in value_info.type.tensor_type.shape.dim]
    return np.zeros(dims, np.float32)


def run_with_opencv(folder, name):
    """Runs the file on its golden inputs, or on zeros, and compares with its golden outputs. Returns (what OpenCV did, a note)."""
    import cv2
    import onnx
    cv2.setNumThreads(1)
    graph = onnx.load(folder / f"{name}.onnx", load_external_data=False).graph
    golden = {path.name.split(".")[1]: np.load(path) for path in folder.glob(f"{name}.*.npy")}
    outputs = [v.name for v in graph.output]
    try:
        net = cv2.dnn.readNetFromONNX(str(folder / f"{name}.onnx"))
        for v in graph.input:
            net.setInput(golden.get(v.name, zeros_for(v)).astype(np.float32), v.name)
        for output, got in zip(outputs, net.forward(outputs)):
            if output in golden:
                np.testing.assert_allclose(got.reshape(-1), golden[output].reshape(-1), rtol=1e-4, atol=1e-5)
        return "runs", f"{1000 * min(seconds(lambda: net.forward(outputs)) for _ in range(3)):.3f} ms"
    except cv2.error as error:
        return "refuses", " ".join(str(error).split())[:110]
    except AssertionError as error:
        return "answers wrongly", " ".join(str(error).split())[:110]


def seconds(call):
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def in_child(folder, name, pipe):
    pipe.send(run_with_opencv(folder, name))


def check(folder, names):
    """0 where OpenCV does with every file what the table says, else 1. Each has a process of its own: some of them crash it."""
    wrong = 0
    for name in names:
        ours, theirs = multiprocessing.Pipe(duplex=False)
        child = multiprocessing.Process(target=in_child, args=(folder, name, theirs))
        child.start()
        theirs.close()
        try:
            did, note = ours.recv()
        except EOFError:
            did, note = "crashes", ""
        child.join()
        wanted = {"runs": ["runs"], "fails": ["refuses", "crashes"]}.get(MODELS[name].opencv, [did])
        wrong += did not in wanted
        unexpected = "" if did in wanted else f" (the table says {MODELS[name].opencv})"
        size = (folder / f"{name}.onnx").stat().st_size
        print(f"{name:16} {size:>11,} bytes  OpenCV {did}{unexpected}  {note or f'exit code {child.exitcode}'}", flush=True)
    return 1 if wrong else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", nargs="?", type=pathlib.Path)
    parser.add_argument("--big", action="store_true", help="write the large files too")
    parser.add_argument("--only", choices=list(MODELS), metavar="NAME", help="write this one alone")
    parser.add_argument("--check", action="store_true", help="try each file with OpenCV")
    parser.add_argument("--list", action="store_true", help="print the names and stop")
    options = parser.parse_args()
    names = [name for name, spec in MODELS.items() if name == options.only or not options.only and (options.big or not spec.big)]
    if options.list:
        print("\n".join(names))
        return 0
    if not options.folder:
        parser.error("name the folder to write into")
    options.folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        write(options.folder, name)
    return check(options.folder, names) if options.check else 0


if __name__ == "__main__":
    sys.exit(main())
