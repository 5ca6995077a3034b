"""TensorFlow graphs whose layers are folded into their neighbours, or leave out attributes that have their default."""
import numpy as np

from foreign_kit import bilinear, convolved, largest, local_response, normal, softmax
from tensorflow_kit import CHANNELS, EMPTY, PICTURES, ROWS, tensorflow


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
