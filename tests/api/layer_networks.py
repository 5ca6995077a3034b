"""Networks for check_layers.py: one whose inner tensors NumPy computes too, and some that are hard to describe."""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

FLOAT, BOOL, INT64 = TensorProto.FLOAT, TensorProto.BOOL, TensorProto.INT64


def value(name, shape=None, dtype=FLOAT):
    return helper.make_tensor_value_info(name, dtype, shape)


def model(graph, opset=13, extra=()):
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset), *extra])
    made.ir_version = 8
    return made


def small(seed=5):
    """Conv, Relu, Conv with stride, Add, GlobalAveragePool, Flatten, Gemm, Softmax; the batch is free, two nodes have no name."""
    rng = np.random.default_rng(seed)

    def weights(name, *shape):
        return numpy_helper.from_array(rng.normal(0, 0.4, shape).astype(np.float32), name)

    nodes = [
        helper.make_node("Conv", ["x", "w1", "b1"], ["conv1"], name="first", kernel_shape=[3, 3], pads=[1, 1, 1, 1]),
        helper.make_node("Relu", ["conv1"], ["relu1"]),
        helper.make_node("Conv", ["relu1", "w2"], ["conv2"], name="second", kernel_shape=[2, 2], strides=[2, 2]),
        helper.make_node("Add", ["conv2", "shift"], ["moved"], name="shifted"),
        helper.make_node("GlobalAveragePool", ["moved"], ["mean"]),
        helper.make_node("Flatten", ["mean"], ["flat"], name="flat"),
        helper.make_node("Gemm", ["flat", "w3", "b3"], ["scores"], name="dense", transB=1),
        helper.make_node("Softmax", ["scores"], ["y"], name="out", axis=1),
    ]
    # One by one instead of as a block, as some exporters write.
    shift = helper.make_tensor("shift", FLOAT, [1, 6, 1, 1], rng.normal(0, 1, 6).astype(np.float32))
    initialisers = [weights("w1", 4, 3, 3, 3), weights("b1", 4), weights("w2", 6, 4, 2, 2), shift, weights("w3", 5, 6), weights("b3", 5)]
    return model(helper.make_graph(nodes, "small", [value("x", ["batch", 3, 8, 8])], [value("y", ["batch", 5])], initialisers))


def convolved(x, w, b=None, stride=1, pad=0):
    x = np.pad(x.astype(np.float64), ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    height, width = ((x.shape[i] - w.shape[i]) // stride + 1 for i in (2, 3))
    out = np.zeros((x.shape[0], w.shape[0], height, width))
    for row in range(height):
        for column in range(width):
            patch = x[:, :, row * stride:row * stride + w.shape[2], column * stride:column * stride + w.shape[3]]
            out[:, :, row, column] = np.tensordot(patch, w.astype(np.float64), axes=([1, 2, 3], [1, 2, 3]))
    return out if b is None else out + b[None, :, None, None]


def small_tensors(made, x):
    """Every tensor of small() for x, by name, from the weights in the model and nothing else."""
    w = {one.name: numpy_helper.to_array(one) for one in made.graph.initializer}
    t = {"x": x, "conv1": convolved(x, w["w1"], w["b1"], pad=1)}
    t["relu1"] = np.maximum(t["conv1"], 0)
    t["conv2"] = convolved(t["relu1"], w["w2"], stride=2)
    t["moved"] = t["conv2"] + w["shift"]
    t["mean"] = t["moved"].mean(axis=(2, 3), keepdims=True)
    t["flat"] = t["mean"].reshape(len(x), -1)
    t["scores"] = t["flat"] @ w["w3"].T.astype(np.float64) + w["b3"]
    power = np.exp(t["scores"] - t["scores"].max(axis=1, keepdims=True))
    t["y"] = power / power.sum(axis=1, keepdims=True)
    return t


def branches():
    """If with weights and an If of its own in a branch, Loop, nodes without names."""
    def constant(name, number):
        return numpy_helper.from_array(np.full((3,), number, np.float32), name)

    deep = helper.make_graph([helper.make_node("Neg", ["x"], ["deep"])], "deep", [], [value("deep", [3])])
    other = helper.make_graph([helper.make_node("Abs", ["x"], ["flat"])], "other", [], [value("flat", [3])])
    then = helper.make_graph([helper.make_node("Mul", ["x", "two"], ["m"]),
                              helper.make_node("If", ["c"], ["n"], then_branch=deep, else_branch=other),
                              helper.make_node("Add", ["m", "n"], ["t"], name="sum")],
                             "then", [], [value("t", [3])], [constant("two", 2)])
    otherwise = helper.make_graph([helper.make_node("Sub", ["x", "outer"], ["e"])], "else", [], [value("e", [3])])
    body = helper.make_graph([helper.make_node("Identity", ["going"], ["goes_on"]),
                              helper.make_node("Add", ["state", "outer"], ["next"], name="step")],
                             "body", [value("round", [], INT64), value("going", [], BOOL), value("state", [3])],
                             [value("goes_on", [], BOOL), value("next", [3])])
    nodes = [helper.make_node("If", ["c"], ["chosen"], then_branch=then, else_branch=otherwise),
             helper.make_node("Loop", ["rounds", "", "chosen"], ["looped"], name="loop", body=body),
             helper.make_node("Relu", ["looped"], ["y"])]
    rounds = numpy_helper.from_array(np.array(3, np.int64), "rounds")
    return model(helper.make_graph(nodes, "branches", [value("x", [3]), value("c", [], BOOL)], [value("y", [3])], [constant("outer", 1), rounds]))


def bare():
    """No shapes anywhere, an operator that nobody knows, an input that is left out, an odd name."""
    nodes = [helper.make_node("Clip", ["x", "", "top"], ["a"]),
             helper.make_node("Twice", ["a"], ["b\n\"odd\""], domain="com.example", times=[1.5, 2.5], word="two"),
             helper.make_node("Relu", ["b\n\"odd\""], ["y"])]
    graph = helper.make_graph(nodes, "bare", [value("x")], [onnx.ValueInfoProto(name="y")], [numpy_helper.from_array(np.array(6, np.float32), "top")])
    return model(graph, extra=[helper.make_opsetid("com.example", 1)])


DARKNET = """[net]
width=8
height=8
channels=3
[convolutional]
filters=4
size=3
stride=1
pad=1
activation=relu
[maxpool]
size=2
stride=2
[convolutional]
filters=2
size=1
stride=1
activation=linear
"""


def darknet(folder, seed=3):
    """A .cfg with its .weights; the weights by layer."""
    rng = np.random.default_rng(seed)
    weights = [(rng.normal(0, 1, shape[0]).astype(np.float32), rng.normal(0, 0.4, shape).astype(np.float32)) for shape in ((4, 3, 3, 3), (2, 4, 1, 1))]
    (folder / "dark.cfg").write_text(DARKNET)
    head = np.array([0, 2, 5], np.int32).tobytes() + np.array([0], np.int64).tobytes()
    (folder / "dark.weights").write_bytes(head + b"".join(b.tobytes() + w.tobytes() for b, w in weights))
    return weights


def darknet_tensors(weights, x):
    """The output of each layer, by OpenCV's names."""
    (b1, w1), (b2, w2) = weights
    t = {"relu_1": np.maximum(convolved(x, w1, b1, pad=1), 0)}
    t["pool_1"] = t["relu_1"].reshape(len(x), 4, 4, 2, 4, 2).max(axis=(3, 5))
    t["conv_2"] = convolved(t["pool_1"], w2, b2)
    return t


def types():
    """Inner tensors of several types, none of them declared."""
    nodes = [helper.make_node("Shape", ["x"], ["size"]),
             helper.make_node("ArgMax", ["x"], ["best"], axis=1),
             helper.make_node("Cast", ["x"], ["half"], to=TensorProto.FLOAT16),
             helper.make_node("ReduceMax", ["x"], ["most"], axes=[0], keepdims=0),
             helper.make_node("Greater", ["most", "zero"], ["alike"]),
             helper.make_node("Reshape", ["x", "size"], ["again"]),
             helper.make_node("Cast", ["best"], ["place"], to=FLOAT),
             helper.make_node("Cast", ["alike"], ["sure"], to=FLOAT),
             helper.make_node("Cast", ["half"], ["whole"], to=FLOAT),
             helper.make_node("Sum", ["again", "place", "sure", "whole"], ["y"])]
    zero = numpy_helper.from_array(np.zeros(3, np.float32), "zero")
    return model(helper.make_graph(nodes, "types", [value("x", [2, 3])], [value("y", [2, 3])], [zero]))


def long(count=2000):
    """A chain of Conv, BatchNormalization and Relu with names, its batch free."""
    rng = np.random.default_rng(1)
    nodes, initialisers, at = [], [], "x"
    for i in range(count // 4):
        w = rng.normal(0, 0.1, (8, 8, 3, 3)).astype(np.float32)
        initialisers.append(numpy_helper.from_array(w, f"w{i}"))
        initialisers += [numpy_helper.from_array(np.ones(8, np.float32), f"{part}{i}") for part in ("scale", "bias", "mean", "var")]
        nodes += [helper.make_node("Conv", [at, f"w{i}"], [f"c{i}"], name=f"conv{i}", kernel_shape=[3, 3], pads=[1, 1, 1, 1]),
                  helper.make_node("BatchNormalization", [f"c{i}", f"scale{i}", f"bias{i}", f"mean{i}", f"var{i}"], [f"n{i}"], name=f"norm{i}"),
                  helper.make_node("Relu", [f"n{i}"], [f"r{i}"], name=f"relu{i}"),
                  helper.make_node("Add", [f"r{i}", at], [f"a{i}"], name=f"add{i}")]
        at = f"a{i}"
    return model(helper.make_graph(nodes, "long", [value("x", ["batch", 8, 32, 32])], [value(at, ["batch", 8, 32, 32])], initialisers))


def numbers():
    """Weights of every type that is read, with a NaN, infinities and zeros among them."""
    odd = np.array([[0, -2.5, np.nan], [np.inf, 7, -0.0]], np.float32)
    arrays = {"f4": odd, "f8": odd.astype(np.float64), "f2": odd.astype(np.float16), "empty": np.zeros((0, 3), np.float32),
              "scalar": np.array(3.5, np.float32), "big": np.random.default_rng(2).normal(3, 5, (700, 900)).astype(np.float32),
              "flag": np.array([True, False, True])}
    for kind in ("i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8"):
        arrays["raw_" + kind] = np.array([0, 3, np.iinfo(kind).max, np.iinfo(kind).min, 7], kind)
    initialisers = [numpy_helper.from_array(array, name) for name, array in arrays.items()]
    for kind in ("i1", "i4", "i8", "u1", "u2", "u4", "u8"):
        array = arrays["raw_" + kind]
        initialisers.append(helper.make_tensor("listed_" + kind, helper.NP_TYPE_TO_TENSOR_TYPE[array.dtype]
                                               if hasattr(helper, "NP_TYPE_TO_TENSOR_TYPE")
                                               else onnx.mapping.NP_TYPE_TO_TENSOR_TYPE[array.dtype], array.shape, array.tolist()))
        arrays["listed_" + kind] = array
    graph = helper.make_graph([helper.make_node("Relu", ["x"], ["y"])], "numbers", [value("x", [2])], [value("y", [2])], initialisers)
    return model(graph), arrays
