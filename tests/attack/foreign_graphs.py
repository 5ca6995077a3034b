"""Small TensorFlow graphs and Torch7 networks as everyday exporters write them, each with numpy's values for its feeds.

    networks()    name -> Network, whose file is NAME.ENDING; each TensorFlow graph with its extents fixed, with a free batch and all free
"""
import struct

import numpy as np
from hostile_models import attribute, integers, named, node, number, part, table, text, varint, whole

_TABLE = {}


class Network:
    """`declared`: the extents by input, -1 where free; `feeds`: arrays by input that it must take; `misfits`: shapes by input that it must not take,
    unless numpy does; `function`: what numpy makes of arrays by input, which raises ValueError where they do not fit. All as they are sent."""

    def __init__(self, ending, data, declared, feeds, misfits, function):
        self.ending, self.data, self.declared, self.feeds, self.misfits, self.function = ending, data, declared, feeds, misfits, function

    def is_free(self):
        return any(-1 in extents for extents in self.declared.values())


def networks():
    return dict(_TABLE)


# ---- what the layers make, channels last

def windows(x, height, width, stride, padding, fill=0.0, dilation=1):
    """[n, h, w, c, height, width]"""
    if 0 in x.shape:
        raise ValueError("nothing")
    if padding == "SAME":
        pads = []
        for extent, kernel in zip(x.shape[1:3], (height, width)):
            beyond = max((-(-extent // stride) - 1) * stride + (kernel - 1) * dilation + 1 - extent, 0)
            pads.append((beyond // 2, beyond - beyond // 2))
        x = np.pad(x, [(0, 0), *pads, (0, 0)], constant_values=fill)
    seen = np.lib.stride_tricks.sliding_window_view(x, ((height - 1) * dilation + 1, (width - 1) * dilation + 1), axis=(1, 2))
    return seen[:, ::stride, ::stride, :, ::dilation, ::dilation]


def fitting(one, other):
    # numpy repeats an extent of one where TensorFlow and Torch do not.
    if one != other:
        raise ValueError(f"{one} instead of {other}")


def convolved(x, w, stride=1, padding="SAME", dilation=1):
    """A multiple of the channels that the weights are for comes in as many groups, as in TensorFlow."""
    groups = max(x.shape[3] // w.shape[2], 1)
    fitting(x.shape[3], groups * w.shape[2])
    fitting(w.shape[3] % groups, 0)
    parts = zip(np.split(x, groups, 3), np.split(w, groups, 3))
    return np.concatenate([np.einsum("nhwcij,ijco->nhwo", windows(part, *w.shape[:2], stride, padding, dilation=dilation), filters)
                           for part, filters in parts], 3)


def convolved_by_channel(x, w, stride=1, padding="SAME"):
    fitting(x.shape[3], w.shape[2])
    made = np.einsum("nhwcij,ijcm->nhwcm", windows(x, *w.shape[:2], stride, padding), w)
    return made.reshape(*made.shape[:3], -1)


def largest(x, kernel, stride, padding):
    return windows(x, kernel, kernel, stride, padding, -np.inf).max((-1, -2))


def averaged(x, kernel, stride, padding):
    # TensorFlow does not count what lies outside.
    count = windows(np.ones_like(x), kernel, kernel, stride, padding).sum((-1, -2))
    return windows(x, kernel, kernel, stride, padding).sum((-1, -2)) / count


def softmax(x, axis=-1):
    raised = np.exp(x - x.max(axis, keepdims=True))
    return raised / raised.sum(axis, keepdims=True)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def normal(x, scale, shift, mean, variance, epsilon=1e-3):
    fitting(x.shape[-1], len(scale))
    return (x - mean) / np.sqrt(variance + epsilon) * scale + shift


def local_response(x, radius, bias, alpha, beta):
    squares = np.pad(x * x, [(0, 0)] * (x.ndim - 1) + [(radius, radius)])
    sums = np.lib.stride_tricks.sliding_window_view(squares, 2 * radius + 1, axis=-1).sum(-1)
    return x / (bias + alpha * sums) ** beta


def places(extent, wanted, align_corners, half_pixel_centers):
    out = np.arange(wanted)
    if align_corners:
        return out * (extent - 1) / (wanted - 1)
    return (out + 0.5) * extent / wanted - 0.5 if half_pixel_centers else out * extent / wanted


def bilinear(x, size, **how):
    for axis, wanted in zip((1, 2), size):
        at = np.clip(places(x.shape[axis], wanted, **how), 0, x.shape[axis] - 1)
        low = np.floor(at).astype(int)
        high, share = np.minimum(low + 1, x.shape[axis] - 1), (at - low).reshape((-1,) + (1,) * (3 - axis))
        x = np.take(x, low, axis) * (1 - share) + np.take(x, high, axis) * share
    return x


def nearest(x, size):
    for axis, wanted in zip((1, 2), size):
        x = np.take(x, np.arange(wanted) * x.shape[axis] // wanted, axis)
    return x


def biased(x, b):
    fitting(x.shape[-1], len(b))
    return x + b


def reflected(x, pads):
    if any(max(pad) >= extent for pad, extent in zip(pads, x.shape)):
        raise ValueError("it has less than it is to mirror")
    return np.pad(x, pads, mode="reflect")


def cut(x, *ranges):
    # numpy, like StridedSlice, takes less where there is less; Slice does not.
    for extent, (begin, end) in zip(x.shape, ranges):
        if begin >= extent or (end or 0) > extent:
            raise ValueError(f"{extent} instead of {end}")
    return x[tuple(slice(*one) for one in ranges)]


def bent(x, w):
    """Channels first, with a slope a channel."""
    fitting(x.shape[1], len(w))
    return np.where(x > 0, x, x * w[:, None, None])


def channels_first(x):
    return np.moveaxis(x, -1, 1) if np.ndim(x) == 4 else x


def channels_last(x):
    return np.moveaxis(x, 1, -1) if np.ndim(x) == 4 else x


# ---- TensorFlow

FLOAT, INT32 = 1, 3


class Graph:
    """Collects nodes; op() answers the name of the node, and takes arrays for constants."""

    def __init__(self, seed, free, told):
        self.random, self.free, self.told, self.nodes, self.inputs = np.random.default_rng(seed), free, told, [], []

    def input(self, name, *sent):
        """The shapes to send, of which the first is declared as far as it is not free."""
        declared = [-1 if self.free == "all" or self.free == "batch" and i == 0 else extent for i, extent in enumerate(sent[0])]
        shape = b"".join(part(2, whole(1, extent)) for extent in declared)
        self.nodes.append(node(name, "Placeholder", (), attribute("dtype", whole(6, FLOAT)), attribute("shape", part(7, shape))))
        self.inputs.append((name, declared, sent))
        # Each place on its own: what comes is what goes, and the graph says that its channels stand last.
        if self.told and len(declared) == 4:
            return self.op("MaxPool", name, ksize=[1, 1, 1, 1], padding="VALID", strides=[1, 1, 1, 1], **NHWC)
        return name

    def weights(self, *shape):
        return self.random.standard_normal(shape).astype(np.float32) / 4

    def positive(self, *shape):
        return (self.random.random(shape) + 0.5).astype(np.float32)

    def constant(self, value):
        value, name = np.asarray(value), f"c{len(self.nodes)}"
        kind = FLOAT if value.dtype.kind == "f" else INT32
        value = value.astype(np.float32 if kind == FLOAT else np.int32)
        shape = b"".join(part(2, whole(1, extent)) for extent in value.shape)
        # TensorFlow writes single numbers one by one, more of them as bytes.
        numbers = part(4, value.tobytes()) if value.size != 1 else part(5, value.tobytes()) if kind == FLOAT else part(7, varint(int(value.flat[0])))
        self.nodes.append(node(name, "Const", (), attribute("dtype", whole(6, kind)),
                               attribute("value", part(8, whole(1, kind) + part(2, shape) + numbers))))
        return name

    def op(self, kind, *inputs, **attributes):
        inputs = [one if isinstance(one, str) else self.constant(one) for one in inputs]
        name = f"{kind.lower()}{len(self.nodes)}"
        written = [attribute("T", whole(6, FLOAT))] + [attribute(key, self.written(value)) for key, value in attributes.items()]
        self.nodes.append(node(name, kind, inputs, *written))
        return name

    @staticmethod
    def written(value):
        if isinstance(value, str):
            return part(2, value)
        if isinstance(value, bool):
            return whole(5, int(value))
        if isinstance(value, int):
            return whole(3, value)
        if isinstance(value, float):
            return varint(4 << 3 | 5) + struct.pack("<f", value)
        return part(1, part(3, b"".join(varint(one) for one in value)))

    def made_feeds(self):
        feeds = []
        for shapes in zip(*(sent for _, _, sent in self.inputs)):
            if all(declared in (-1, extent) for (_, extents, _), shape in zip(self.inputs, shapes)
                   for declared, extent in zip(extents, shape)):
                feeds.append({name: self.random.standard_normal(shape).astype(np.float32) for (name, _, _), shape in zip(self.inputs, shapes)})
        return feeds


def made(build, misfits, free, told):
    g = Graph(len(_TABLE) + 1, free, told)
    last = build(g)
    names = [name for name, _, _ in g.inputs]
    declared = {name: [extents[i] for i in ((0, 3, 1, 2) if len(extents) == 4 else range(len(extents)))] for name, extents, _ in g.inputs}
    feeds = [{name: channels_first(array) for name, array in feed.items()} for feed in g.made_feeds()]
    # A tensor of int8 stands for its shape.
    wrong = [dict(zip(names, (channels_first(np.empty(shape, np.int8)).shape for shape in shapes))) for shapes in misfits]
    return Network("pb", b"".join(g.nodes), declared, feeds, wrong if free == "all" else [],
                   lambda feed: channels_first(last(*(channels_last(feed[name].astype(np.float64)) for name in names))))


def tensorflow(*misfits):
    """`misfits`: the shapes of the inputs that do not fit, each a list of shapes, channels last."""
    def enter(build):
        for free, ending in (("no", ""), ("batch", "_free_batch"), ("all", "_free")):
            network = made(build, misfits, free, told=False)
            _TABLE[f"tf_{build.__name__}{ending}"] = network
            # OpenCV's importer guesses where channels stand by the nodes that tell.
            if b"data_format" not in network.data and any(len(extents) == 4 for extents in network.declared.values()):
                _TABLE[f"tf_told_{build.__name__}{ending}"] = made(build, misfits, free, told=True)
        return build
    return enter


# Behind three channels, and in places where a picture is too small.
CHANNELS = [[(1, 4, 4, 1)], [(1, 4, 4, 6)], [(1, 1, 1, 4096)], [(1, 1, 1, 300000)], [(2, 8, 8, 2)]]
SMALL = [[(1, 1, 1, 3)], [(1, 8, 1, 3)], [(1, 0, 8, 3)], [(0, 8, 8, 3)]]
EMPTY = [[(1, 0, 8, 3)], [(0, 8, 8, 3)]]
PICTURES = ((1, 8, 8, 3), (2, 8, 8, 3), (1, 6, 9, 3), (3, 12, 7, 3))
ROWS = ((1, 6), (4, 6), (6, 6))  # of which the last does not tell rows from columns by their number
NHWC = {"data_format": "NHWC"}


def strides(by, padding):
    return {"strides": [1, by, by, 1], "padding": padding, **NHWC}


@tensorflow(*CHANNELS, *EMPTY)
def convolution(g):
    w = g.weights(3, 3, 3, 4)
    g.op("Conv2D", g.input("x", *PICTURES), w, **strides(1, "SAME"))
    return lambda x: convolved(x, w)


@tensorflow(*CHANNELS, *SMALL)
def convolution_valid(g):
    w, b = g.weights(3, 3, 3, 4), g.weights(4)
    g.op("Relu", g.op("BiasAdd", g.op("Conv2D", g.input("x", *PICTURES), w, **strides(2, "VALID")), b, **NHWC))
    return lambda x: np.maximum(convolved(x, w, 2, "VALID") + b, 0)


@tensorflow(*CHANNELS)
def convolution_same_strided(g):
    w = g.weights(3, 3, 3, 4)
    g.op("Conv2D", g.input("x", *PICTURES), w, **strides(2, "SAME"))
    return lambda x: convolved(x, w, 2, "SAME")


@tensorflow(*CHANNELS)
def convolution_dilated(g):
    w = g.weights(3, 3, 3, 4)
    g.op("Conv2D", g.input("x", *PICTURES), w, dilations=[1, 2, 2, 1], **strides(1, "SAME"))
    return lambda x: convolved(x, w, dilation=2)


@tensorflow(*CHANNELS)
def convolution_depthwise(g):
    w = g.weights(3, 3, 3, 1)
    g.op("DepthwiseConv2dNative", g.input("x", *PICTURES), w, **strides(1, "SAME"))
    return lambda x: convolved_by_channel(x, w)


@tensorflow(*CHANNELS)
def convolution_depthwise_doubling(g):
    w = g.weights(3, 3, 3, 2)
    g.op("DepthwiseConv2dNative", g.input("x", *PICTURES), w, **strides(2, "SAME"))
    return lambda x: convolved_by_channel(x, w, 2)


@tensorflow(*CHANNELS)
def separable_block(g):
    d, p, scale, shift, mean, variance = g.weights(3, 3, 3, 1), g.weights(1, 1, 3, 6), g.positive(6), g.weights(6), g.weights(6), g.positive(6)
    x = g.op("DepthwiseConv2dNative", g.input("x", *PICTURES), d, **strides(1, "SAME"))
    x = g.op("Conv2D", x, p, **strides(1, "SAME"))
    g.op("Relu6", g.op("FusedBatchNormV3", x, scale, shift, mean, variance, epsilon=1e-3, is_training=False, **NHWC))
    return lambda x: np.clip(normal(convolved(convolved_by_channel(x, d), p), scale, shift, mean, variance), 0, 6)


@tensorflow(*CHANNELS)
def convolution_transposed(g):
    w = g.weights(2, 2, 4, 3)
    x = g.input("x", (1, 4, 4, 3))
    g.op("Conv2DBackpropInput", np.array([1, 8, 8, 4]), w, x, **strides(2, "VALID"))
    return lambda x: np.einsum("nhwc,ijoc->nhiwjo", x, w).reshape(x.shape[0], 2 * x.shape[1], 2 * x.shape[2], 4)


@tensorflow(*CHANNELS)
def bias(g):
    b = g.weights(3)
    g.op("BiasAdd", g.input("x", *PICTURES), b, **NHWC)
    return lambda x: biased(x, b)


@tensorflow([(1, 5)], [(1, 1)], [(1, 300000)], [(7, 7)])
def bias_of_rows(g):
    b = g.weights(6)
    g.op("BiasAdd", g.op("Tanh", g.input("x", *ROWS)), b)
    return lambda x: biased(np.tanh(x), b)


@tensorflow([(1, 5)], [(1, 1)], [(1, 4096)], [(1000, 300)])
def matmul(g):
    w = g.weights(6, 4)
    g.op("MatMul", g.input("x", *ROWS), w, transpose_a=False, transpose_b=False)
    return lambda x: x @ w


@tensorflow([(1, 5)], [(1, 1)], [(1, 4096)], [(3, 7)])
def matmul_transposed_weights(g):
    w = g.weights(4, 6)
    g.op("MatMul", g.input("x", *ROWS), w, transpose_a=False, transpose_b=True)
    return lambda x: x @ w.T


@tensorflow([(5, 1)], [(1, 1)], [(4096, 1)], [(7, 6)])
def matmul_transposed(g):
    w = g.weights(6, 4)
    g.op("MatMul", g.input("x", (6, 2)), w, transpose_a=True, transpose_b=False)
    return lambda x: x.T @ w


@tensorflow([(2, 3), (5, 2)], [(1, 1000), (1, 1000)], [(4, 1), (3, 1)], [(1, 300000), (1, 1)])
def matmul_of_two_inputs(g):
    g.op("MatMul", g.input("a", (2, 3), (5, 7)), g.input("b", (3, 4), (7, 1)), transpose_a=False, transpose_b=False)
    return lambda a, b: a @ b


@tensorflow([(2, 3), (5, 2)], [(1, 1000), (1000, 1)])
def matmul_of_two_inputs_transposed(g):
    g.op("MatMul", g.input("a", (2, 3), (5, 7)), g.input("b", (4, 3), (1, 7)), transpose_a=False, transpose_b=True)
    return lambda a, b: a @ b.T


@tensorflow([(2, 3, 4), (2, 5, 4)], [(1, 2, 3), (2, 3, 2)], [(1, 1, 300000), (1, 1, 1)])
def batch_matmul(g):
    g.op("BatchMatMul", g.input("a", (2, 3, 4), (3, 2, 7)), g.input("b", (2, 4, 5), (3, 7, 1)), adj_x=False, adj_y=False)
    return lambda a, b: a @ b


@tensorflow([(2, 3, 4), (2, 5, 5)], [(1, 2, 3), (2, 2, 3)])
def batch_matmul_transposed(g):
    g.op("BatchMatMul", g.input("a", (2, 3, 4), (3, 2, 7)), g.input("b", (2, 5, 4), (3, 1, 7)), adj_x=False, adj_y=True)
    return lambda a, b: a @ np.swapaxes(b, 1, 2)


@tensorflow([(1, 2, 3, 4), (1, 2, 5, 4)], [(1, 2, 3, 4), (1, 3, 4, 3)])
def batch_matmul_of_heads(g):
    g.op("BatchMatMul", g.input("a", (1, 2, 3, 4)), g.input("b", (1, 2, 4, 5)), adj_x=False, adj_y=False)
    return lambda a, b: a @ b


@tensorflow([(1, 3, 5)], [(2, 3, 1)], [(1, 1, 300000)])
def batch_matmul_weights(g):
    w = g.weights(2, 4, 5)
    g.op("BatchMatMul", g.input("a", (2, 3, 4)), w, adj_x=False, adj_y=False)
    return lambda a: a @ w


def batch_norm(version):
    def build(g):
        scale, shift, mean, variance = g.positive(3), g.weights(3), g.weights(3), g.positive(3)
        g.op("FusedBatchNorm" + version, g.op("Relu", g.input("x", *PICTURES)), scale, shift, mean, variance, epsilon=1e-3, is_training=False, **NHWC)
        return lambda x: normal(np.maximum(x, 0), scale, shift, mean, variance)
    build.__name__ = "batch_norm" + version.lower()
    tensorflow(*CHANNELS)(build)


for _version in ("", "V2", "V3"):
    batch_norm(_version)


def elementwise(kind, made, shapes, **attributes):
    def build(g):
        g.op(kind, g.input("x", *shapes), **attributes)
        return made
    build.__name__ = kind.lower() + ("_rows" if len(shapes[0]) == 2 else "")
    tensorflow()(build)


for _kind, _made, _attributes in [
        ("Relu", lambda x: np.maximum(x, 0), {}), ("Relu6", lambda x: np.clip(x, 0, 6), {}), ("Elu", lambda x: np.where(x > 0, x, np.expm1(x)), {}),
        ("LeakyRelu", lambda x: np.where(x > 0, x, x * np.float32(0.3)), {"alpha": 0.3}), ("Sigmoid", sigmoid, {}), ("Tanh", np.tanh, {}),
        ("Softmax", softmax, {}), ("Exp", np.exp, {}), ("Abs", np.abs, {}), ("Square", np.square, {})]:
    elementwise(_kind, _made, PICTURES, **_attributes)
    elementwise(_kind, _made, ROWS, **_attributes)


@tensorflow()
def softmax_of_sequences(g):
    g.op("Softmax", g.input("x", (2, 3, 5), (1, 4, 7)))
    return softmax


@tensorflow()
def clipped(g):
    g.op("ClipByValue", g.input("x", *PICTURES), np.float32(-0.5), np.float32(0.5))
    return lambda x: np.clip(x, -0.5, 0.5)


def pooling(kind, made, padding, kernel, stride, misfits):
    def build(g):
        g.op(kind, g.input("x", *PICTURES), ksize=[1, kernel, kernel, 1], strides=[1, stride, stride, 1], padding=padding, **NHWC)
        return lambda x: made(x, kernel, stride, padding)
    build.__name__ = f"{kind.lower()}_{padding.lower()}"
    tensorflow(*misfits)(build)


pooling("MaxPool", largest, "SAME", 3, 2, EMPTY)
pooling("MaxPool", largest, "VALID", 2, 2, SMALL)
pooling("AvgPool", averaged, "SAME", 3, 2, EMPTY)
pooling("AvgPool", averaged, "VALID", 3, 1, SMALL)


def reduction(kind, made, name, shapes, axes, keep):
    def build(g):
        g.op(kind, g.input("x", *shapes), np.array(axes), keep_dims=keep)
        return lambda x: made(x, axis=tuple(axes) if isinstance(axes, list) else axes, keepdims=keep)
    build.__name__ = f"{kind.lower()}_of_{name}_{str(axes).strip('[]').replace(', ', '').replace('-', 'minus')}" + ("_kept" if keep else "")
    tensorflow()(build)


for _kind, _made in (("Mean", np.mean), ("Max", np.max), ("Sum", np.sum)):
    for _keep in (False, True):
        reduction(_kind, _made, "pictures", PICTURES, [1, 2], _keep)
        reduction(_kind, _made, "rows", ROWS, [1], _keep)
        reduction(_kind, _made, "sequences", ((2, 3, 5), (1, 4, 7)), [1], _keep)
        reduction(_kind, _made, "sequences", ((2, 3, 5), (1, 4, 7)), -1, _keep)
    for _axes in ([1], [2], [3], -1):
        reduction(_kind, _made, "pictures", PICTURES, _axes, True)
reduction("Mean", np.mean, "rows", ROWS, 0, False)
reduction("Mean", np.mean, "pictures", PICTURES, [3], False)
reduction("Sum", np.sum, "pictures", PICTURES, [1, 2, 3], False)


def with_constant(kind, made, form, shape, picture=True, behind=False):
    """A constant at the right, or (`behind`) at the left, of a tensor that a layer has made or that is the input."""
    def build(g):
        c = g.positive(*shape)
        x = g.input("x", *(PICTURES if picture else ROWS))
        x = g.op("Relu", x) if form.startswith("relu") else x
        g.op(kind, *((c, x) if behind else (x, c)))

        def expected(x):
            x = np.maximum(x, 0) if form.startswith("relu") else x + 0
            return made(c, x) if behind else made(x, c)
        return expected
    build.__name__ = f"{kind.lower()}_{form}"
    many = int(np.prod(shape)) > 1
    tensorflow(*([] if not many else CHANNELS if picture else [[(1, 5)], [(1, 7)], [(1, 300000)]]))(build)


for _kind, _made in (("Add", np.add), ("AddV2", np.add), ("Mul", np.multiply), ("Sub", np.subtract), ("RealDiv", np.divide), ("Maximum", np.maximum),
                     ("Minimum", np.minimum)):
    with_constant(_kind, _made, "channels", (3,))
    with_constant(_kind, _made, "relu_channels", (3,))
    with_constant(_kind, _made, "relu_channels_4d", (1, 1, 1, 3))
    with_constant(_kind, _made, "number", ())
    with_constant(_kind, _made, "rows", (6,), picture=False)
    with_constant(_kind, _made, "rows_number", (), picture=False)
    if _kind in ("Sub", "Mul", "Add"):
        with_constant(_kind, _made, "relu_behind_channels", (3,), behind=True)
        with_constant(_kind, _made, "behind_number", (), behind=True)
        with_constant(_kind, _made, "behind_rows", (6,), picture=False, behind=True)


def of_two(kind, made):
    def build(g):
        a, b = g.input("a", (1, 4, 5, 3), (2, 4, 5, 3), (2, 6, 6, 3)), g.input("b", (1, 4, 5, 3), (2, 4, 5, 3), (2, 6, 6, 3))
        g.op(kind, g.op("Relu", a), g.op("Exp", b))
        return lambda a, b: made(np.maximum(a, 0), np.exp(b))
    build.__name__ = f"{kind.lower()}_of_two_inputs"
    tensorflow([(1, 4, 5, 3), (1, 4, 5, 2)], [(1, 4, 5, 3), (1, 1, 1, 300000)], [(1, 4, 5, 3), (1, 5, 4, 3)], [(1, 2, 2, 2), (1, 3, 3, 3)])(build)


def of_two_rows(kind, made):
    def build(g):
        a, b = g.input("a", *ROWS), g.input("b", *ROWS)
        g.op(kind, a, g.op("Exp", b))
        return lambda a, b: made(a, np.exp(b))
    build.__name__ = f"{kind.lower()}_of_two_rows"
    tensorflow([(1, 6), (1, 5)], [(2, 6), (3, 6)], [(1, 2), (1, 300000)])(build)


for _kind, _made in (("Add", np.add), ("AddV2", np.add), ("Mul", np.multiply), ("Sub", np.subtract), ("RealDiv", np.divide), ("Maximum", np.maximum),
                     ("Minimum", np.minimum)):
    of_two(_kind, _made)
    of_two_rows(_kind, _made)


@tensorflow([(1, 4, 4, 3), (1, 1, 1, 2)], [(1, 4, 4, 3), (1, 1, 1, 300000)])
def gate_by_channel(g):
    g.op("Mul", g.op("Relu", g.input("a", (1, 4, 4, 3), (1, 6, 5, 3))), g.op("Sigmoid", g.input("b", (1, 1, 1, 3), (1, 1, 1, 3))))
    return lambda a, b: np.maximum(a, 0) * sigmoid(b)


@tensorflow([(1, 4, 4, 3), (1, 3, 3, 1)])
def gate_by_place(g):
    g.op("Mul", g.op("Relu", g.input("a", (1, 4, 4, 3), (1, 6, 5, 3))), g.op("Sigmoid", g.input("b", (1, 4, 4, 1), (1, 6, 5, 1))))
    return lambda a, b: np.maximum(a, 0) * sigmoid(b)


@tensorflow(*CHANNELS)
def squeeze_and_excite(g):
    w, v = g.weights(1, 1, 3, 2), g.weights(1, 1, 2, 3)
    x = g.op("Relu", g.input("x", *PICTURES))
    s = g.op("Relu", g.op("Conv2D", g.op("Mean", x, np.array([1, 2]), keep_dims=True), w, **strides(1, "VALID")))
    g.op("Mul", x, g.op("Sigmoid", g.op("Conv2D", s, v, **strides(1, "VALID"))))

    def expected(x):
        x = np.maximum(x, 0)
        return x * sigmoid(convolved(np.maximum(convolved(x.mean((1, 2), keepdims=True), w), 0), v))
    return expected


@tensorflow(*CHANNELS)
def residual(g):
    w = g.weights(3, 3, 3, 3)
    x = g.op("Relu", g.input("x", *PICTURES))
    g.op("AddV2", x, g.op("Conv2D", x, w, **strides(1, "SAME")))
    return lambda x: np.maximum(x, 0) + convolved(np.maximum(x, 0), w)


def concatenation(axis, shapes, others, *misfits):
    def build(g):
        g.op("ConcatV2", g.op("Relu", g.input("a", *shapes)), g.op("Tanh", g.input("b", *others)), np.int32(axis), N=2)
        return lambda a, b: np.concatenate([np.maximum(a, 0), np.tanh(b)], axis)
    build.__name__ = f"concat_of_{'pictures' if len(shapes[0]) == 4 else 'rows'}_{axis}".replace("-", "minus")
    tensorflow(*misfits)(build)


for _axis, _other in ((1, (1, 2, 8, 3)), (2, (1, 8, 2, 3)), (3, (1, 8, 8, 5)), (-1, (1, 8, 8, 1))):
    concatenation(_axis, ((1, 8, 8, 3),), (_other,), [(1, 8, 8, 3), (1, 7, 6, 2)], [(1, 4, 4, 3), (1, 1, 1, 300000)],
                  [(1, 1, 1, 300000), (1, 2, 2, 2)])
concatenation(1, ((1, 4), (3, 4)), ((1, 5), (3, 2)), [(2, 4), (3, 4)], [(300000, 1), (1, 1)])
concatenation(0, ((2, 4), (3, 5)), ((1, 4), (1, 5)), [(2, 4), (3, 5)], [(1, 300000), (1, 1)])


def splitting(axis, shapes, *misfits):
    def build(g):
        s = g.op("Split", np.int32(axis), g.op("Relu", g.input("x", *shapes)), num_split=2)
        g.op("ConcatV2", g.op("Tanh", s + ":1"), s, np.int32(axis), N=2)

        def expected(x):
            left, right = np.split(np.maximum(x, 0), 2, axis)
            return np.concatenate([np.tanh(right), left], axis)
        return expected
    build.__name__ = f"split_of_{'pictures' if len(shapes[0]) == 4 else 'rows'}_{axis}".replace("-", "minus")
    tensorflow(*misfits)(build)


splitting(3, ((1, 4, 5, 6), (2, 4, 5, 6), (1, 3, 3, 2)), [(1, 4, 4, 3)], [(1, 1, 1, 1)], [(1, 1, 1, 4097)])
splitting(1, ((1, 4, 5, 6), (2, 4, 5, 6)), [(1, 3, 4, 4)], [(1, 1, 2, 2)])
splitting(1, ((1, 6), (4, 6)), [(1, 5)], [(2, 1)])


@tensorflow([(1, 1)], [(1, 3)], [(300000, 2)])
def strided_slice_of_rows(g):
    g.op("StridedSlice", g.op("Relu", g.input("x", *ROWS)), np.array([0, 1]), np.array([0, 4]), np.array([1, 1]), begin_mask=1, end_mask=1)
    return lambda x: np.maximum(x, 0)[:, 1:4]


@tensorflow([(1, 2, 3, 3)], [(1, 1, 1, 3)], [(1, 4, 4, 1)], [(1, 1, 300000, 3)])
def strided_slice_of_pictures(g):
    g.op("StridedSlice", g.op("Relu", g.input("x", *PICTURES)), np.array([0, 1, 2, 0]), np.array([0, 5, 6, 2]), np.array([1, 1, 1, 1]),
         begin_mask=1, end_mask=1)
    return lambda x: np.maximum(x, 0)[:, 1:5, 2:6, :2]


@tensorflow([(1, 1, 8, 3)], [(1, 2, 2, 3)])
def strided_slice_by_two(g):
    g.op("StridedSlice", g.op("Relu", g.input("x", (1, 8, 8, 3))), np.array([0, 0, 0, 0]), np.array([1, 8, 8, 3]), np.array([1, 2, 2, 1]),
         begin_mask=0, end_mask=0, ellipsis_mask=0, new_axis_mask=0, shrink_axis_mask=0)
    return lambda x: np.maximum(x, 0)[:, ::2, ::2]


@tensorflow([(1, 3, 4)], [(1, 1, 1)])
def strided_slice_last_of_sequence(g):
    g.op("StridedSlice", g.op("Relu", g.input("x", (1, 5, 4))), np.array([0, 4, 0]), np.array([0, 5, 0]), np.array([1, 1, 1]),
         begin_mask=5, end_mask=5, shrink_axis_mask=2)
    return lambda x: np.maximum(x, 0)[:, 4, :]


@tensorflow([(1, 2, 3, 3)], [(1, 1, 1, 3)], [(1, 4, 4, 1)], [(1, 1, 300000, 3)])
def slice_of_pictures(g):
    g.op("Slice", g.op("Relu", g.input("x", (1, 8, 8, 3), (1, 6, 9, 3))), np.array([0, 1, 2, 0]), np.array([1, 4, 3, 2]))
    return lambda x: cut(np.maximum(x, 0), (0, 1), (1, 5), (2, 5), (0, 2))


@tensorflow([(1, 3)], [(1, 1)], [(300000, 2)])
def slice_of_rows(g):
    g.op("Slice", g.op("Relu", g.input("x", *ROWS)), np.array([0, 1]), np.array([-1, 3]))
    return lambda x: cut(np.maximum(x, 0), (0, None), (1, 4))


@tensorflow([(1, 1, 1, 1)], [(1, 5, 5, 5)], [(1, 1, 1, 300001)])
def reshape_pictures_to_rows(g):
    g.op("Reshape", g.op("Relu", g.input("x", (1, 4, 2, 3), (2, 4, 2, 3))), np.array([-1, 24]))
    return lambda x: np.maximum(x, 0).reshape(-1, 24)


@tensorflow([(1, 1, 1, 1)], [(1, 5, 5, 5)], [(1, 1, 1, 300001)])
def reshape_input_to_rows(g):
    g.op("Reshape", g.input("x", (1, 4, 2, 3), (2, 4, 2, 3)), np.array([-1, 24]))
    return lambda x: x.reshape(-1, 24)


@tensorflow([(1, 11)], [(1, 1)], [(1, 300001)])
def reshape_rows_to_pictures(g):
    w = g.weights(1, 1, 3, 2)
    g.op("Conv2D", g.op("Reshape", g.op("Relu", g.input("x", (1, 24), (2, 24))), np.array([-1, 4, 2, 3])), w, **strides(1, "SAME"))
    return lambda x: convolved(np.maximum(x, 0).reshape(-1, 4, 2, 3), w)


@tensorflow([(1, 7)], [(1, 1)], [(1, 300001)])
def reshape_rows(g):
    g.op("Reshape", g.input("x", (1, 24), (2, 24)), np.array([-1, 4, 6]))
    return lambda x: x.reshape(-1, 4, 6)


@tensorflow([(1, 4, 4, 3)], [(1, 1, 1, 3)], [(1, 4, 2, 300000)], [(1, 2, 2, 6)])
def classifier(g):
    w, v, b = g.weights(3, 3, 3, 2), g.weights(32, 5), g.weights(5)
    x = g.op("Relu", g.op("Conv2D", g.input("x", (1, 8, 8, 3), (2, 8, 8, 3)), w, **strides(2, "SAME")))
    x = g.op("Reshape", x, np.array([-1, 32]))
    g.op("Softmax", g.op("BiasAdd", g.op("MatMul", x, v, transpose_a=False, transpose_b=False), b, **NHWC))
    return lambda x: softmax(np.maximum(convolved(x, w, 2), 0).reshape(-1, 32) @ v + b)


@tensorflow([(1, 8, 8, 1)], [(1, 1, 1, 300000)])
def classifier_of_means(g):
    v, b = g.weights(3, 5), g.weights(5)
    x = g.op("Mean", g.op("Relu", g.input("x", *PICTURES)), np.array([1, 2]), keep_dims=False)
    g.op("Softmax", g.op("BiasAdd", g.op("MatMul", x, v, transpose_a=False, transpose_b=False), b, **NHWC))
    return lambda x: softmax(np.maximum(x, 0).mean((1, 2)) @ v + b)


@tensorflow([(1, 5)], [(1, 300000)], [(4, 1)])
def multilayer_perceptron(g):
    w, b, v, c = g.weights(6, 8), g.weights(8), g.weights(8, 2), g.weights(2)
    x = g.op("Relu", g.op("BiasAdd", g.op("MatMul", g.input("x", *ROWS), w, transpose_a=False, transpose_b=False), b, **NHWC))
    g.op("Softmax", g.op("Add", g.op("MatMul", x, v, transpose_a=False, transpose_b=False), c))
    return lambda x: softmax(np.maximum(x @ w + b, 0) @ v + c)


@tensorflow([(1, 2, 2, 3)], [(1, 300000, 1, 3)])
def squeezed(g):
    g.op("Squeeze", g.op("Relu", g.input("x", (1, 1, 1, 5), (2, 1, 1, 3))), squeeze_dims=[1, 2])
    return lambda x: np.squeeze(np.maximum(x, 0), (1, 2))


@tensorflow()
def expanded(g):
    g.op("ExpandDims", g.op("Relu", g.input("x", (2, 5), (1, 7))), np.int32(1))
    return lambda x: np.maximum(x, 0)[:, None]


@tensorflow()
def expanded_last(g):
    g.op("ExpandDims", g.op("Relu", g.input("x", (2, 5), (1, 7))), np.int32(-1))
    return lambda x: np.maximum(x, 0)[:, :, None]


def transposition(order, shapes):
    def build(g):
        g.op("Transpose", g.op("Relu", g.input("x", *shapes)), np.array(order))
        return lambda x: np.maximum(x, 0).transpose(order)
    build.__name__ = "transpose_" + "".join(map(str, order))
    tensorflow()(build)


transposition([1, 0], ROWS)
transposition([0, 2, 1], ((2, 3, 5), (1, 4, 7)))
transposition([1, 0, 2], ((2, 3, 5), (1, 4, 7)))
transposition([0, 2, 1, 3], PICTURES)
transposition([0, 1, 3, 2], PICTURES)


@tensorflow()
def padded(g):
    g.op("Pad", g.op("Relu", g.input("x", *PICTURES)), np.array([[0, 0], [1, 2], [0, 1], [0, 0]]))
    return lambda x: np.pad(np.maximum(x, 0), [(0, 0), (1, 2), (0, 1), (0, 0)])


@tensorflow()
def padded_channels(g):
    g.op("Pad", g.op("Relu", g.input("x", *PICTURES)), np.array([[0, 0], [0, 0], [0, 0], [1, 2]]))
    return lambda x: np.pad(np.maximum(x, 0), [(0, 0), (0, 0), (0, 0), (1, 2)])


@tensorflow(*SMALL)
def padded_mirrored(g):
    g.op("MirrorPad", g.op("Relu", g.input("x", *PICTURES)), np.array([[0, 0], [1, 1], [1, 1], [0, 0]]), mode="REFLECT")
    return lambda x: reflected(np.maximum(x, 0), [(0, 0), (1, 1), (1, 1), (0, 0)])


@tensorflow(*CHANNELS)
def padded_convolution(g):
    w = g.weights(3, 3, 3, 4)
    g.op("Conv2D", g.op("Pad", g.input("x", *PICTURES), np.array([[0, 0], [1, 1], [1, 1], [0, 0]])), w, **strides(2, "VALID"))
    return lambda x: convolved(np.pad(x, [(0, 0), (1, 1), (1, 1), (0, 0)]), w, 2, "VALID")


def resize(name, align_corners=False, half_pixel_centers=False):
    how = {"align_corners": align_corners, "half_pixel_centers": half_pixel_centers}

    def build(g):
        g.op("ResizeBilinear", g.op("Relu", g.input("x", *PICTURES)), np.array([7, 10]), **how)
        return lambda x: bilinear(np.maximum(x, 0), (7, 10), **how)
    build.__name__ = "resize_" + name
    tensorflow(*EMPTY)(build)


resize("bilinear")
resize("aligned", align_corners=True)
resize("half_pixels", half_pixel_centers=True)


@tensorflow(*EMPTY)
def resize_nearest(g):
    g.op("ResizeNearestNeighbor", g.op("Relu", g.input("x", *PICTURES)), np.array([16, 12]), align_corners=False)
    return lambda x: nearest(np.maximum(x, 0), (16, 12))


@tensorflow()
def local_responses(g):
    g.op("LRN", g.input("x", *((*shape[:3], 7) for shape in PICTURES)), depth_radius=2, bias=1.0, alpha=0.5, beta=0.75)
    return lambda x: local_response(x, 2, 1.0, 0.5, 0.75)


@tensorflow()
def copies(g):
    g.op("Identity", g.op("Relu", g.op("Identity", g.input("x", *PICTURES))))
    return lambda x: np.maximum(x, 0)


# ---- what follows a product, which OpenCV may fold into it

def followed(kind, word, extents, function, product):
    def build(g):
        a, b = g.input("a", (2, 3, 4) if product == "BatchMatMul" else (3, 4)), g.input("b", (2, 4, 5) if product == "BatchMatMul" else (4, 5))
        c = [] if extents is None else [g.positive(*extents)]
        how = {"adj_x": False, "adj_y": False} if product == "BatchMatMul" else {"transpose_a": False, "transpose_b": False}
        g.op(kind, g.op(product, a, b, **how), *c)
        return lambda a, b: function(a @ b, *c)
    build.__name__ = f"{product.lower()}_then_{word}"
    tensorflow()(build)


for _product in ("MatMul", "BatchMatMul"):
    for _word, (_kind, _extents, _function) in {
            "mul_number": ("Mul", (), np.multiply), "mul_row": ("Mul", (5,), np.multiply), "add_number": ("Add", (), np.add),
            "add_row": ("Add", (5,), np.add), "bias": ("BiasAdd", (5,), np.add), "div_number": ("RealDiv", (), np.divide),
            "relu": ("Relu", None, lambda x: np.maximum(x, 0)), "softmax": ("Softmax", None, softmax)}.items():
        followed(_kind, _word, _extents, _function, _product)


# ---- attributes that TensorFlow leaves out where they have their default

@tensorflow(*CHANNELS)
def bare_convolution(g):
    w, b = g.weights(3, 3, 3, 4), g.weights(4)
    g.op("BiasAdd", g.op("Conv2D", g.input("x", *PICTURES), w, strides=[1, 1, 1, 1], padding="SAME"), b)
    return lambda x: convolved(x, w) + b


@tensorflow(*CHANNELS)
def bare_batch_norm(g):
    scale, shift, mean, variance = g.positive(3), g.weights(3), g.weights(3), g.positive(3)
    g.op("FusedBatchNormV3", g.input("x", *PICTURES), scale, shift, mean, variance, is_training=False)
    return lambda x: normal(x, scale, shift, mean, variance, 1e-4)


@tensorflow()
def bare_pooling(g):
    g.op("MaxPool", g.input("x", *PICTURES), ksize=[1, 2, 2, 1], strides=[1, 2, 2, 1], padding="VALID")
    return lambda x: largest(x, 2, 2, "VALID")


@tensorflow([(1, 5)], [(1, 1)])
def bare_matmul(g):
    w = g.weights(6, 4)
    g.op("MatMul", g.input("x", *ROWS), w)
    return lambda x: x @ w


@tensorflow([(2, 3), (5, 2)])
def bare_matmul_of_two_inputs(g):
    g.op("MatMul", g.input("a", (2, 3), (5, 7)), g.input("b", (3, 4), (7, 1)))
    return lambda a, b: a @ b


@tensorflow([(2, 3, 4), (2, 5, 4)])
def bare_batch_matmul(g):
    g.op("BatchMatMul", g.input("a", (2, 3, 4)), g.input("b", (2, 4, 5)))
    return lambda a, b: a @ b


@tensorflow([(2, 3, 4), (2, 5, 4)])
def bare_batch_matmul_v2(g):
    g.op("BatchMatMulV2", g.input("a", (2, 3, 4)), g.input("b", (2, 4, 5)))
    return lambda a, b: a @ b


@tensorflow()
def bare_mean(g):
    g.op("Mean", g.input("x", *PICTURES), np.array([1, 2]))
    return lambda x: x.mean((1, 2))


@tensorflow()
def bare_sum_of_rows(g):
    g.op("Sum", g.input("x", *ROWS), np.array([1]))
    return lambda x: x.sum(1)


@tensorflow()
def bare_leaky_relu(g):
    g.op("LeakyRelu", g.input("x", *PICTURES))
    return lambda x: np.where(x > 0, x, x * 0.2)


@tensorflow()
def bare_local_responses(g):
    g.op("LRN", g.input("x", *((*shape[:3], 13) for shape in PICTURES)))
    return lambda x: local_response(x, 5, 1, 1, 0.5)


@tensorflow(*EMPTY)
def bare_resize(g):
    g.op("ResizeBilinear", g.input("x", *PICTURES), np.array([7, 10]))
    return lambda x: bilinear(x, (7, 10), align_corners=False, half_pixel_centers=False)


@tensorflow()
def bare_squeeze(g):
    g.op("Squeeze", g.op("Relu", g.input("x", (2, 1, 1, 5))))
    return lambda x: np.squeeze(np.maximum(x, 0))


@tensorflow()
def bare_strided_slice(g):
    g.op("StridedSlice", g.op("Relu", g.input("x", (3, 6))), np.array([0, 1]), np.array([3, 4]), np.array([1, 1]))
    return lambda x: np.maximum(x, 0)[:3, 1:4]


# ---- Torch7

class Modules:
    """Writes modules of nn; each object of a file has an index of its own."""

    def __init__(self, seed):
        self.random, self.objects = np.random.default_rng(seed), 0

    def weights(self, *shape):
        return self.random.standard_normal(shape).astype(np.float32) / 4

    def positive(self, *shape):
        return self.random.random(shape).astype(np.float32) + 0.5

    def index(self):
        self.objects += 1
        return self.objects

    def tensor(self, array):
        array = np.ascontiguousarray(array, np.float32)
        extents = struct.pack(f"<{2 * array.ndim}q", *array.shape, *(stride // 4 for stride in array.strides))
        head = named(self.index(), "torch.FloatTensor") + integers(array.ndim) + extents + struct.pack("<q", 1)
        return head + named(self.index(), "torch.FloatStorage") + struct.pack("<q", array.size) + array.tobytes()

    def written(self, value):
        if isinstance(value, bool):
            return integers(5, int(value))
        if isinstance(value, (int, float)):
            return number(value)
        if isinstance(value, np.ndarray):
            return self.tensor(value)
        if isinstance(value, bytes):
            return value
        # Sizes are a storage of whole numbers.
        return named(self.index(), "torch.LongStorage") + struct.pack(f"<q{len(value)}q", len(value), *value)

    def module(self, kind, *parts, **fields):
        """`parts`: the modules within a container."""
        head, own = named(self.index(), "nn." + kind), self.index()
        pairs = [(text(key), self.written(value)) for key, value in fields.items()]
        if parts:
            pairs.append((text("modules"), table(self.index(), *((number(i + 1), one) for i, one in enumerate(parts)))))
        return head + table(own, *pairs)

    def sequential(self, *parts):
        return self.module("Sequential", *parts)

    def window(self, kind, kernel, stride=1, pad=0, **fields):
        sides = {f"{key}{side}": value for side in "WH" for key, value in (("k", kernel), ("d", stride), ("pad", pad))}
        return self.module(kind, **sides, **fields)

    def convolution(self, w, b, stride=1, pad=0, kind="SpatialConvolution"):
        flat = w.reshape(w.shape[0], -1) if kind.endswith("MM") else w
        return self.window(kind, w.shape[2], stride, pad, nInputPlane=w.shape[1], nOutputPlane=w.shape[0], weight=flat, bias=b)

    def linear(self, w, b):
        return self.module("Linear", weight=w, bias=b)

    def batch_norm(self, kind, channels):
        values = self.positive(channels), self.weights(channels), self.weights(channels), self.positive(channels)
        scale, shift, mean, variance = values
        made = self.module(kind, running_mean=mean, running_var=variance, weight=scale, bias=shift, eps=1e-5, affine=True)
        return made, lambda x: channels_first(normal(channels_last(x), *values, 1e-5)) if x.ndim == 4 else normal(x, *values, 1e-5)


def torch(shapes, *misfits):
    def enter(build):
        m = Modules(len(_TABLE) + 1)
        data, function = build(m)
        feeds = [{"input": m.random.standard_normal(shape).astype(np.float32)} for shape in shapes]
        _TABLE["torch_" + build.__name__] = Network("t7", data, {"input": [-1] * len(shapes[0])}, feeds, [{"input": shape} for shape in misfits],
                                                    lambda feed: function(feed["input"].astype(np.float64)))
        return build
    return enter


def convolved_first(x, w, b, stride=1, pad=0):
    x = np.pad(channels_last(x), [(0, 0), (pad, pad), (pad, pad), (0, 0)])
    return channels_first(convolved(x, w.transpose(2, 3, 1, 0), stride, "VALID") + b)


def pooled_first(made, x, kernel, stride, pad=0, fill=0.0):
    x = np.pad(channels_last(x), [(0, 0), (pad, pad), (pad, pad), (0, 0)], constant_values=fill)
    return channels_first(made(x, kernel, stride, "VALID"))


PLANES = ((1, 3, 8, 8), (2, 3, 8, 8), (1, 3, 6, 10))
PLANES_WRONG = ((1, 1, 4, 4), (1, 4096, 1, 1), (1, 300000, 1, 1), (2, 2, 8, 8))
LINES = ((1, 6), (4, 6))
LINES_WRONG = ((1, 5), (1, 1), (2, 300000))


@torch(LINES, *LINES_WRONG)
def linear(m):
    w, b = m.weights(4, 6), m.weights(4)
    return m.linear(w, b), lambda x: x @ w.T + b


@torch(LINES, *LINES_WRONG)
def perceptron(m):
    w, b, v, c = m.weights(8, 6), m.weights(8), m.weights(3, 8), m.weights(3)
    made = m.sequential(m.linear(w, b), m.module("Tanh"), m.linear(v, c), m.module("SoftMax"))
    return made, lambda x: softmax(np.tanh(x @ w.T + b) @ v.T + c)


@torch(LINES, *LINES_WRONG)
def perceptron_of_logarithms(m):
    w, b, v, c = m.weights(8, 6), m.weights(8), m.weights(3, 8), m.weights(3)
    made = m.sequential(m.linear(w, b), m.module("ReLU", inplace=False), m.linear(v, c), m.module("LogSoftMax"))
    return made, lambda x: np.log(softmax(np.maximum(x @ w.T + b, 0) @ v.T + c))


@torch(LINES, *LINES_WRONG)
def perceptron_with_dropout(m):
    w, b, v, c = m.weights(8, 6), m.weights(8), m.weights(3, 8), m.weights(3)
    made = m.sequential(m.linear(w, b), m.module("Sigmoid"), m.module("Dropout", p=0.5, v2=True), m.linear(v, c))
    return made, lambda x: sigmoid(x @ w.T + b) @ v.T + c


@torch(LINES, *LINES_WRONG)
def perceptron_normalised(m):
    w, b = m.weights(8, 6), m.weights(8)
    layer, expected = m.batch_norm("BatchNormalization", 8)
    return m.sequential(m.linear(w, b), layer), lambda x: expected(x @ w.T + b)


def plane_convolution(kind):
    def build(m):
        w, b = m.weights(4, 3, 3, 3), m.weights(4)
        return m.convolution(w, b, 1, 1, kind), lambda x: convolved_first(x, w, b, 1, 1)
    build.__name__ = kind.lower()
    torch(PLANES, *PLANES_WRONG)(build)


plane_convolution("SpatialConvolution")
plane_convolution("SpatialConvolutionMM")


@torch(PLANES, *PLANES_WRONG, (1, 3, 2, 2), (1, 3, 8, 1), (1, 3, 0, 8))
def convolution_strided(m):
    w, b = m.weights(4, 3, 3, 3), m.weights(4)
    made = m.sequential(m.convolution(w, b, 2, 0, "SpatialConvolutionMM"), m.module("ReLU", inplace=True))
    return made, lambda x: np.maximum(convolved_first(x, w, b, 2), 0)


@torch(((1, 3, 4, 4), (2, 3, 5, 3)), *PLANES_WRONG)
def full_convolution(m):
    w, b = m.weights(3, 4, 2, 2), m.weights(4)
    made = m.window("SpatialFullConvolution", 2, 2, 0, adjW=0, adjH=0, nInputPlane=3, nOutputPlane=4, weight=w, bias=b)

    def expected(x):
        spread = np.einsum("nchw,coij->nohiwj", x, w)
        return spread.reshape(x.shape[0], 4, 2 * x.shape[2], 2 * x.shape[3]) + b[:, None, None]
    return made, expected


@torch(PLANES, *PLANES_WRONG)
def batch_norm_of_planes(m):
    return m.batch_norm("SpatialBatchNormalization", 3)


@torch(PLANES, *PLANES_WRONG)
def convolution_normalised(m):
    w, b = m.weights(4, 3, 3, 3), m.weights(4)
    layer, expected = m.batch_norm("SpatialBatchNormalization", 4)
    made = m.sequential(m.convolution(w, b, 1, 1), layer, m.module("ReLU", inplace=False))
    return made, lambda x: np.maximum(expected(convolved_first(x, w, b, 1, 1)), 0)


def each_element(kind, made):
    def build(m):
        return m.sequential(m.module(kind)), made
    build.__name__ = kind.lower()
    torch(PLANES)(build)


for _kind, _made in (("ReLU", lambda x: np.maximum(x, 0)), ("Tanh", np.tanh), ("Sigmoid", sigmoid), ("Identity", lambda x: x), ("Square", np.square),
                     ("SoftMax", lambda x: softmax(x, 1)), ("LogSoftMax", lambda x: np.log(softmax(x, 1)))):
    each_element(_kind, _made)


@torch(PLANES)
def square_root(m):
    return m.sequential(m.module("Square"), m.module("Sqrt")), np.abs


@torch(PLANES)
def dropout(m):
    return m.sequential(m.module("Dropout", p=0.5, v2=True)), lambda x: x


@torch(PLANES)
def dropout_of_old(m):
    # Before its second version what was left was scaled where it was used.
    return m.sequential(m.module("Dropout", p=0.25, v2=False)), lambda x: 0.75 * x


@torch(PLANES)
def multiplied(m):
    return m.sequential(m.module("MulConstant", constant_scalar=2.5)), lambda x: 2.5 * x


@torch(PLANES, *PLANES_WRONG)
def prelu(m):
    w = m.positive(3)
    return m.module("PReLU", nOutputPlane=3, weight=w), lambda x: bent(x, w)


@torch(PLANES)
def prelu_of_one(m):
    w = m.positive(1)
    return m.module("PReLU", nOutputPlane=0, weight=w), lambda x: np.where(x > 0, x, x * w[0])


@torch(PLANES, *PLANES_WRONG)
def prelu_behind_convolution(m):
    w, b, s = m.weights(4, 3, 3, 3), m.weights(4), m.positive(4)
    made = m.sequential(m.convolution(w, b), m.module("PReLU", nOutputPlane=4, weight=s))
    return made, lambda x: bent(convolved_first(x, w, b), s)


@torch(PLANES, (1, 3, 1, 1), (1, 3, 8, 0))
def max_pooling(m):
    return m.sequential(m.window("SpatialMaxPooling", 2, 2, ceil_mode=False)), lambda x: pooled_first(largest, x, 2, 2)


@torch(((1, 3, 7, 7), (2, 3, 9, 5)))
def max_pooling_padded(m):
    return m.sequential(m.window("SpatialMaxPooling", 3, 2, 1, ceil_mode=False)), lambda x: pooled_first(largest, x, 3, 2, 1, -np.inf)


@torch(((1, 3, 7, 7), (2, 3, 9, 5)))
def max_pooling_beyond(m):
    def expected(x):
        return pooled_first(largest, np.pad(x, [(0, 0), (0, 0), (0, 1), (0, 1)], constant_values=-np.inf), 2, 2)
    return m.sequential(m.window("SpatialMaxPooling", 2, 2, ceil_mode=True)), expected


@torch(PLANES, (1, 3, 1, 1), (1, 3, 2, 8))
def average_pooling(m):
    made = m.window("SpatialAveragePooling", 3, 1, ceil_mode=False, count_include_pad=True, divide=True)
    return m.sequential(made), lambda x: pooled_first(averaged, x, 3, 1)


@torch(PLANES)
def average_pooling_padded(m):
    made = m.window("SpatialAveragePooling", 3, 1, 1, ceil_mode=False, count_include_pad=True, divide=True)
    return m.sequential(made), lambda x: pooled_first(averaged, x, 3, 1, 1)


@torch(((1, 3, 2, 4), (2, 3, 2, 4)), (1, 1, 1, 1), (1, 5, 5, 5), (1, 300001, 1, 1))
def view(m):
    return m.sequential(m.module("View", size=[-1, 24], numElements=24)), lambda x: x.reshape(-1, 24)


# What is a multiple of 24 OpenCV takes for more rows.
@torch(((1, 3, 2, 4), (2, 3, 2, 4)), (1, 1, 1, 1), (1, 5, 5, 5), (1, 300001, 1, 1))
def reshape(m):
    return m.sequential(m.module("Reshape", size=[4, 6], nelement=24, batchMode=True)), lambda x: x.reshape(len(x), 4, 6)


@torch(((1, 3, 8, 8), (2, 3, 8, 8)), *PLANES_WRONG, (1, 3, 7, 7), (1, 3, 1, 1), (1, 3, 300, 300))
def planes_classifier(m):
    w, b, v, c = m.weights(2, 3, 3, 3), m.weights(2), m.weights(5, 32), m.weights(5)
    made = m.sequential(m.convolution(w, b, 1, 1, "SpatialConvolutionMM"), m.module("ReLU", inplace=True),
                        m.window("SpatialMaxPooling", 2, 2, ceil_mode=False), m.module("View", size=[-1, 32], numElements=32), m.linear(v, c))
    return made, lambda x: pooled_first(largest, np.maximum(convolved_first(x, w, b, 1, 1), 0), 2, 2).reshape(-1, 32) @ v.T + c


@torch(PLANES, *PLANES_WRONG)
def concat(m):
    w, b, v, c = m.weights(4, 3, 1, 1), m.weights(4), m.weights(2, 3, 3, 3), m.weights(2)
    made = m.module("Concat", m.convolution(w, b), m.convolution(v, c, 1, 1), dimension=2)
    return m.sequential(made), lambda x: np.concatenate([convolved_first(x, w, b), convolved_first(x, v, c, 1, 1)], 1)


@torch(PLANES, *PLANES_WRONG)
def join(m):
    w, b, v, c = m.weights(4, 3, 1, 1), m.weights(4), m.weights(2, 3, 3, 3), m.weights(2)
    made = m.sequential(m.module("ConcatTable", m.convolution(w, b), m.convolution(v, c, 1, 1)), m.module("JoinTable", dimension=2))
    return made, lambda x: np.concatenate([convolved_first(x, w, b), convolved_first(x, v, c, 1, 1)], 1)


@torch(PLANES, *PLANES_WRONG)
def planes_residual(m):
    w, b = m.weights(3, 3, 3, 3), m.weights(3)
    made = m.sequential(m.module("ConcatTable", m.convolution(w, b, 1, 1), m.module("Identity")), m.module("CAddTable", inplace=False),
                        m.module("ReLU", inplace=True))
    return made, lambda x: np.maximum(convolved_first(x, w, b, 1, 1) + x, 0)


@torch(LINES)
def unit_length(m):
    return m.sequential(m.module("Normalize", p=2, eps=1e-10)), lambda x: x / np.linalg.norm(x, axis=1, keepdims=True)


@torch(LINES, *LINES_WRONG)
def unit_length_of_linear(m):
    w, b = m.weights(4, 6), m.weights(4)

    def expected(x):
        x = x @ w.T + b
        return x / np.linalg.norm(x, axis=1, keepdims=True)
    return m.sequential(m.linear(w, b), m.module("Normalize", p=2, eps=1e-10)), expected


@torch(((1, 7, 4, 4), (2, 5, 3, 6)))
def planes_local_responses(m):
    # Torch divides alpha by the size.
    made = m.module("SpatialCrossMapLRN", size=5, alpha=0.5, beta=0.75, k=1)
    return m.sequential(made), lambda x: channels_first(local_response(channels_last(x), 2, 1, 0.1, 0.75))


@torch(PLANES)
def planes_padded(m):
    return m.sequential(m.module("Padding", dim=2, pad=2, nInputDim=4, value=0.5, index=1)), \
        lambda x: np.pad(x, [(0, 0), (0, 2), (0, 0), (0, 0)], constant_values=0.5)


@torch(PLANES)
def zero_padded(m):
    return m.sequential(m.module("SpatialZeroPadding", pad_l=1, pad_r=2, pad_t=0, pad_b=1)), lambda x: np.pad(x, [(0, 0), (0, 0), (0, 1), (1, 2)])


@torch(PLANES, (1, 3, 1, 1))
def reflection_padded(m):
    return m.sequential(m.module("SpatialReflectionPadding", pad_l=1, pad_r=2, pad_t=1, pad_b=1)), \
        lambda x: reflected(x, [(0, 0), (0, 0), (1, 1), (1, 2)])
