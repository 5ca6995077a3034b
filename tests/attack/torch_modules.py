"""Networks of Torch7 modules in the form of its files, with numpy's values (channels first)."""
import struct

import numpy as np

from foreign_kit import (
    averaged, bent, channels_first, channels_last, convolved, largest, local_response, Network, normal, reflected, sigmoid,
    softmax, TABLE)
from hostile_models import integers, named, number, table, text


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
        m = Modules(len(TABLE) + 1)
        data, function = build(m)
        feeds = [{"input": m.random.standard_normal(shape).astype(np.float32)} for shape in shapes]
        TABLE["torch_" + build.__name__] = Network("t7", data, {"input": [-1] * len(shapes[0])}, feeds, [{"input": shape} for shape in misfits],
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
