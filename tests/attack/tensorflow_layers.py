"""One TensorFlow graph for each layer and shape that people use, with numpy's values."""
import numpy as np

from foreign_kit import (
    averaged, biased, bilinear, convolved, convolved_by_channel, cut, largest, local_response, nearest, normal, reflected,
    sigmoid, softmax)
from tensorflow_kit import CHANNELS, EMPTY, NHWC, PICTURES, ROWS, SMALL, tensorflow


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
