"""One everyday graph each for matrix products, normalisations, reductions, gathers, shapes and pictures, with numpy's values."""
import numpy as np
from onnx import numpy_helper

from everyday_kit import attended, EXPECTED, FLOAT, graph, INT64, normal, of_each, softmax_of, TABLE


# ---- matrix products and attention

@graph()
def matmul_of_two_inputs(g):
    return g.op("MatMul", g.input("a", ["n", "k"], [3, 4], [5, 7]), g.input("b", ["k", "m"], [4, 2], [7, 1]))


@graph()
def matmul_free(g):
    return g.op("MatMul", g.input("x", ["n", "m"], [2, 8], [7, 8]), g.weights(8, 3))


@graph()
def matmul_fixed(g):
    return g.op("MatMul", g.input("x", [4, 8]), g.weights(8, 3))


@graph()
def matmul_batched(g):
    return g.op("MatMul", g.input("a", [2, 3, 4]), g.input("b", [2, 4, 5]))


@graph()
def matmul_3d_weights(g):
    return g.op("MatMul", g.input("x", ["n", "t", 8], [1, 5, 8], [2, 3, 8]), g.weights(8, 4))


@graph()
def matmul_vector(g):
    return g.op("MatMul", g.input("x", [4, 8]), g.weights(8))


@graph()
def matmul_left_weights(g):
    return g.op("MatMul", g.weights(3, 4), g.input("x", [4, 5]))


def self_attention(g, x, width):
    q, k, v = (g.op("MatMul", x, g.weights(width, width)) for _ in range(3))
    scores = g.op("MatMul", q, g.op("Transpose", k, perm=[0, 2, 1]))
    scores = g.op("Mul", scores, g.constant(np.float32(width ** -0.5)))
    return g.op("MatMul", g.op("Softmax", scores, axis=-1), v)


@graph()
def attention_fixed(g):
    return self_attention(g, g.input("x", [1, 6, 8]), 8)


@graph()
def attention_free_batch(g):
    return self_attention(g, g.input("x", ["n", 6, 8], [1, 6, 8], [3, 6, 8]), 8)


@graph()
def attention_free_length(g):
    return self_attention(g, g.input("x", ["n", "t", 8], [1, 6, 8], [2, 9, 8]), 8)


@graph()
def attention_of_itself(g):
    x = g.input("x", [1, 4, 4])
    return g.op("MatMul", x, g.op("Transpose", x, perm=[0, 2, 1]))


@graph()
def attention_heads(g):
    x = g.input("x", [1, 6, 8])
    heads = [g.op("Transpose", g.op("Reshape", g.op("MatMul", x, g.weights(8, 8)), g.ints(1, 6, 2, 4)), perm=[0, 2, 1, 3])
             for _ in range(3)]
    scores = g.op("MatMul", heads[0], g.op("Transpose", heads[1], perm=[0, 1, 3, 2]))
    mixed = g.op("MatMul", g.op("Softmax", scores, axis=-1), heads[2])
    return g.op("Reshape", g.op("Transpose", mixed, perm=[0, 2, 1, 3]), g.ints(1, 6, 8))


@graph()
def attention_with_residual(g):
    x = g.input("x", [1, 6, 8])
    return g.op("Add", x, self_attention(g, x, 8))


@graph()
def gemm(g):
    return g.op("Gemm", g.input("x", ["n", 8], [1, 8], [5, 8]), g.weights(3, 8), g.weights(3), transB=1)


@graph()
def gemm_plain(g):
    return g.op("Gemm", g.input("x", [2, 8]), g.weights(8, 3), alpha=0.5)


@graph()
def gemm_of_two_inputs(g):
    return g.op("Gemm", g.input("a", [2, 3]), g.input("b", [3, 4]), g.weights(4))


@graph()
def gemm_computed_bias(g):
    return g.op("Gemm", g.input("x", [2, 8]), g.weights(8, 3), g.input("c", [2, 3]))


@graph()
def einsum(g):
    return g.op("Einsum", g.input("a", [2, 3]), g.input("b", [3, 4]), equation="ij,jk->ik")


# ---- normalisations

@graph()
def batch_normalisation(g):
    x = g.input("x", ["n", 3, "h", "w"], [1, 3, 4, 4], [2, 3, 5, 6])
    return g.op("BatchNormalization", x, g.positive(3), g.weights(3), g.weights(3), g.positive(3))


@graph(opset=9)
def batch_normalisation(g):  # noqa: F811
    x = g.input("x", [1, 3, 4, 4])
    return g.op("BatchNormalization", x, g.positive(3), g.weights(3), g.weights(3), g.positive(3))


@graph()
def batch_normalisation_free_channels(g):
    x = g.input("x", ["n", "c", 1, 1], [1, 3, 1, 1])
    return g.op("BatchNormalization", x, g.positive(3), g.weights(3), g.weights(3), g.positive(3))


@graph()
def batch_normalisation_of_rows(g):
    x = g.input("x", ["n", 6], [1, 6], [4, 6])
    return g.op("BatchNormalization", x, g.positive(6), g.weights(6), g.weights(6), g.positive(6))


@graph()
def instance_normalisation(g):
    return g.op("InstanceNormalization", g.input("x", ["n", 3, "h", "w"], [1, 3, 4, 4], [1, 3, 6, 6]), g.positive(3), g.weights(3),
                epsilon=1e-5)


@graph(opset=17)
def layer_normalisation(g):
    return g.op("LayerNormalization", g.input("x", [2, 5, 8]), g.positive(8), g.weights(8), axis=-1)


@graph()
def layer_normalisation_written_out(g):
    x = g.input("x", ["n", 5, 8], [1, 5, 8], [2, 5, 8])
    centred = g.op("Sub", x, g.op("ReduceMean", x, axes=[-1], keepdims=1))
    variance = g.op("ReduceMean", g.op("Pow", centred, g.constant(np.float32(2))), axes=[-1], keepdims=1)
    spread = g.op("Sqrt", g.op("Add", variance, g.constant(np.float32(1e-5))))
    return g.op("Add", g.op("Mul", g.op("Div", centred, spread), g.positive(8)), g.weights(8))


@graph()
def group_normalisation_written_out(g):
    x = g.input("x", [1, 4, 6, 6])
    flat = g.op("Reshape", x, g.ints(0, 2, -1))
    normal = g.op("InstanceNormalization", flat, g.positive(2), g.weights(2), epsilon=1e-5)
    return g.op("Mul", g.op("Reshape", normal, g.ints(1, 4, 6, 6)), g.positive(4, 1, 1))


@graph()
def local_response(g):
    return g.op("LRN", g.input("x", [1, 6, 4, 4]), size=5)


@graph()
def lp_normalisation(g):
    return g.op("LpNormalization", g.input("x", [3, 8]), axis=1, p=2)


@graph()
def unit_length(g):
    x = g.input("x", ["n", 8], [1, 8], [3, 8])
    return g.op("Div", x, g.op("ReduceL2", x, axes=[1], keepdims=1))


# ---- reductions

def reduction(kind, opset=13):
    def build(g):
        return g.op(kind, g.input("x", [2, 3, 4, 5]), axes=[2, 3], keepdims=1)
    build.__name__ = f"{kind.lower()}_over_the_picture"
    graph(opset)(build)


for _kind in ["ReduceMean", "ReduceMax", "ReduceMin", "ReduceL1", "ReduceL2", "ReduceProd", "ReduceSumSquare", "ReduceLogSumExp"]:
    reduction(_kind)


@graph()
def reduce_sum(g):
    return g.op("ReduceSum", g.input("x", ["n", 3, 4], [1, 3, 4], [2, 3, 4]), g.ints(-1), keepdims=0)


@graph()
def reduce_all(g):
    return g.op("ReduceMean", g.input("x", [2, 3, 4]), keepdims=0)


@graph()
def argmax(g):
    return g.op("Cast", g.op("ArgMax", g.input("x", [2, 5]), axis=1, keepdims=1), to=FLOAT)


@graph()
def argmax_of_constants(g):
    place = g.op("Cast", g.op("ArgMax", g.weights(2, 5), axis=1, keepdims=1), to=FLOAT)
    return g.op("Add", g.input("x", [2, 1]), place)


@graph()
def cumulative_sum(g):
    return g.op("CumSum", g.input("x", [2, 5]), g.constant(np.int64(1)))


@graph()
def cumulative_sum_of_channels(g):
    return g.op("CumSum", g.input("x", [1, 3, 8, 8]), g.constant(np.int32(1)))


@graph()
def quantised_and_back(g):
    scale, zero = g.constant(np.float32(0.1)), g.constant(np.int8(0))
    return g.op("DequantizeLinear", g.op("QuantizeLinear", g.input("x", [1, 3, 8]), scale, zero), scale, zero)


@graph()
def top_k(g):
    return g.op("TopK", g.input("x", [2, 9]), g.ints(3), outputs=2)[0]


@graph()
def softmax_rows(g):
    return g.op("Softmax", g.input("x", ["n", 5], [1, 5], [4, 5]), axis=1)


@graph()
def log_softmax(g):
    return g.op("LogSoftmax", g.input("x", [2, 5]))


# ---- gathers, slices, shapes

@graph()
def gather_last(g):
    return g.op("Gather", g.input("x", [2, 3, 4]), g.constant(np.int64(1)), axis=-1)


@graph()
def gather_rows(g):
    return g.op("Gather", g.input("x", [4, 6]), g.ints(0, 2), axis=0)


@graph()
def gather_one(g):
    return g.op("Gather", g.input("x", ["n", 5, 6], [1, 5, 6], [2, 5, 6]), g.constant(np.int64(0)), axis=1)


@graph()
def embedding(g):
    return g.op("Gather", g.weights(10, 4), g.input("ids", [1, 6], dtype=INT64), axis=0)


@graph()
def embedding_free(g):
    rows = g.op("Gather", g.weights(10, 4), g.input("ids", ["n", "t"], [1, 6], [2, 3], dtype=INT64))
    return g.op("ReduceMean", rows, axes=[1], keepdims=0)


@graph()
def gather_elements(g):
    return g.op("GatherElements", g.input("x", [2, 3]), g.constant(np.array([[0, 1], [2, 0]], np.int64)), axis=1)


@graph()
def gather_nd(g):
    return g.op("GatherND", g.input("x", [2, 3]), g.constant(np.array([[0, 1], [1, 0]], np.int64)))


@graph()
def slice_columns(g):
    return g.op("Slice", g.input("x", ["n", 6], [1, 6], [3, 6]), g.ints(1), g.ints(4), g.ints(1))


@graph()
def slice_backwards(g):
    return g.op("Slice", g.input("x", [1, 6]), g.ints(-1), g.ints(-7), g.ints(1), g.ints(-1))


@graph()
def split_and_add(g):
    left, right = g.op("Split", g.input("x", [1, 6, 2, 2]), g.ints(3, 3), outputs=2, axis=1)
    return g.op("Add", left, right)


@graph()
def split_evenly(g):
    parts = g.op("Split", g.input("x", [1, 6]), outputs=3, axis=-1)
    return g.op("Concat", parts[2], parts[0], axis=1)


@graph()
def flatten_through_shape(g):
    x = g.input("x", ["n", 3, 4], [1, 3, 4], [5, 3, 4])
    rows = g.op("Gather", g.op("Shape", x), g.constant(np.int64(0)))
    return g.op("Reshape", x, g.op("Concat", g.op("Unsqueeze", rows, g.ints(0)), g.ints(-1), axis=0))


@graph()
def reshape_zero(g):
    return g.op("Reshape", g.input("x", ["n", 3, 4], [1, 3, 4], [5, 3, 4]), g.ints(0, -1))


@graph()
def reshape_fixed(g):
    return g.op("Reshape", g.input("x", [2, 3, 4]), g.ints(4, 6))


@graph()
def squeeze_and_unsqueeze(g):
    return g.op("Unsqueeze", g.op("Squeeze", g.input("x", [1, 1, 5]), g.ints(1)), g.ints(2))


@graph()
def transpose(g):
    return g.op("Transpose", g.input("x", ["n", 3, 4, 5], [1, 3, 4, 5], [2, 3, 4, 5]), perm=[0, 2, 3, 1])


@graph()
def expand(g):
    return g.op("Expand", g.input("x", [1, 3, 1]), g.ints(2, 3, 4))


@graph()
def expand_like(g):
    x = g.input("x", ["n", 4], [1, 4], [3, 4])
    return g.op("Add", x, g.op("Expand", g.weights(1, 4), g.op("Shape", x)))


@graph()
def tile(g):
    return g.op("Tile", g.input("x", [1, 3]), g.ints(2, 2))


@graph()
def where_positive(g):
    x = g.input("x", [2, 4])
    return g.op("Where", g.op("Greater", x, g.constant(np.float32(0))), x, g.op("Mul", x, g.constant(np.float32(0.1))))


@graph()
def constant_of_shape(g):
    x = g.input("x", ["n", 4], [1, 4], [3, 4])
    return g.op("Add", x, g.op("ConstantOfShape", g.op("Shape", x)))


@graph()
def range_positions(g):
    x = g.input("x", [1, 5])
    places = g.op("Range", g.constant(np.float32(0)), g.constant(np.float32(5)), g.constant(np.float32(1)))
    return g.op("Add", x, places)


@graph()
def pad_reflect(g):
    return g.op("Pad", g.input("x", [1, 3, 5, 5]), g.ints(0, 0, 1, 1, 0, 0, 1, 1), mode="reflect")


@graph()
def pad_constant(g):
    return g.op("Pad", g.input("x", ["n", 3, "h", "w"], [1, 3, 5, 5]), g.ints(0, 0, 1, 1, 0, 0, 1, 1), g.constant(np.float32(0)))


@graph()
def depth_to_space(g):
    return g.op("DepthToSpace", g.input("x", [1, 12, 4, 4]), blocksize=2)


@graph()
def space_to_depth(g):
    return g.op("SpaceToDepth", g.input("x", [1, 3, 4, 4]), blocksize=2)


# ---- pictures

@graph()
def convolution_free(g):
    x = g.input("x", ["n", 3, "h", "w"], [1, 3, 8, 8], [2, 3, 16, 12])
    return g.op("Relu", g.op("Conv", x, g.weights(4, 3, 3, 3), g.weights(4), kernel_shape=[3, 3], pads=[1, 1, 1, 1]))


@graph()
def convolution_depthwise(g):
    return g.op("Conv", g.input("x", [1, 4, 8, 8]), g.weights(4, 1, 3, 3), kernel_shape=[3, 3], group=4, strides=[2, 2])


@graph()
def convolution_free_channels(g):
    return g.op("Conv", g.input("x", ["n", "c", 8, 8], [1, 3, 8, 8]), g.weights(4, 3, 3, 3), kernel_shape=[3, 3])


@graph()
def convolution_of_sequences(g):
    return g.op("Conv", g.input("x", [1, 4, 10]), g.weights(6, 4, 3), kernel_shape=[3])


@graph()
def convolution_transposed(g):
    return g.op("ConvTranspose", g.input("x", [1, 4, 5, 5]), g.weights(4, 3, 2, 2), kernel_shape=[2, 2], strides=[2, 2])


@graph()
def pooling(g):
    x = g.op("MaxPool", g.input("x", ["n", 3, "h", "w"], [1, 3, 8, 8], [1, 3, 12, 8]), kernel_shape=[2, 2], strides=[2, 2])
    return g.op("GlobalAveragePool", x)


@graph()
def average_pooling(g):
    return g.op("AveragePool", g.input("x", [1, 3, 8, 8]), kernel_shape=[3, 3], strides=[2, 2], ceil_mode=1)


@graph()
def clip_and_hard_swish(g):
    x = g.op("Clip", g.input("x", ["n", 3, 4, 4], [1, 3, 4, 4], [2, 3, 4, 4]), g.constant(np.float32(0)), g.constant(np.float32(6)))
    return g.op("Mul", x, g.op("HardSigmoid", x))


@graph()
def prelu(g):
    return g.op("PRelu", g.input("x", ["n", 3, "h", "w"], [1, 3, 4, 4], [2, 3, 5, 5]), g.positive(3, 1, 1))


@graph()
def gelu_written_out(g):
    x = g.input("x", ["n", 8], [1, 8], [3, 8])
    bent = g.op("Add", g.op("Erf", g.op("Div", x, g.constant(np.float32(2 ** 0.5)))), g.constant(np.float32(1)))
    return g.op("Mul", g.op("Mul", x, bent), g.constant(np.float32(0.5)))


@graph()
def squeeze_and_excite(g):
    x = g.input("x", ["n", 4, "h", "w"], [1, 4, 6, 6], [1, 4, 5, 7])
    scale = g.op("Sigmoid", g.op("Conv", g.op("GlobalAveragePool", x), g.weights(4, 4, 1, 1), kernel_shape=[1, 1]))
    return g.op("Mul", x, scale)


@graph()
def channel_shuffle(g):
    split = g.op("Reshape", g.input("x", [1, 4, 6, 6]), g.ints(1, 2, 2, 6, 6))
    return g.op("Reshape", g.op("Transpose", split, perm=[0, 2, 1, 3, 4]), g.ints(1, 4, 6, 6))


@graph()
def resize_by_scales(g):
    return g.op("Resize", g.input("x", ["n", 3, "h", "w"], [1, 3, 4, 4], [1, 3, 6, 5]), "", g.constant(np.array([1, 1, 2, 2], np.float32)),
                mode="nearest", coordinate_transformation_mode="asymmetric", nearest_mode="floor")


@graph()
def resize_like_another(g):
    small, large = g.input("small", [1, 3, 4, 4]), g.input("large", [1, 3, 8, 8])
    size = g.op("Concat", g.ints(1, 3), g.op("Slice", g.op("Shape", large), g.ints(2), g.ints(4), g.ints(0)), axis=0)
    return g.op("Add", large, g.op("Resize", small, "", "", size, mode="linear", coordinate_transformation_mode="half_pixel"))


@graph()
def add_of_two_inputs(g):
    return g.op("Add", g.input("a", ["n", 3], [1, 3], [2, 3]), g.input("b", ["n", 3], [1, 3], [2, 3]))


@graph()
def add_row_to_rows(g):
    return g.op("Add", g.input("a", [2, 3]), g.input("b", [3]))


@graph()
def concat_two_inputs(g):
    return g.op("Concat", g.input("a", ["n", 3], [1, 3], [2, 3]), g.input("b", ["n", 2], [1, 2], [2, 2]), axis=1)


@graph()
def long_short_term_memory(g):
    y = g.op("LSTM", g.input("x", [5, 1, 4]), g.weights(1, 12, 4), g.weights(1, 12, 3), g.weights(1, 24), outputs=3, hidden_size=3)
    return y[0]


@graph()
def gated_recurrent_unit(g):
    y = g.op("GRU", g.input("x", [5, 1, 4]), g.weights(1, 9, 4), g.weights(1, 9, 3), g.weights(1, 18), outputs=2, hidden_size=3)
    return y[0]


@graph()
def scalar_factor(g):
    return g.op("Mul", g.input("x", ["n", 4], [1, 4], [2, 4]), g.constant(np.float32(3)))


@graph()
def two_heads(g):
    x = g.op("Relu", g.op("Gemm", g.input("x", ["n", 8], [1, 8], [2, 8]), g.weights(4, 8), g.weights(4), transB=1))
    return [g.op("Gemm", x, g.weights(3, 4), transB=1), g.op("Sigmoid", g.op("Gemm", x, g.weights(1, 4), transB=1))]



# Of the inputs and then the constants, in their order.
def _by_name():
    known = {
        "matmul_of_two_inputs": np.matmul, "matmul_free": np.matmul, "matmul_fixed": np.matmul, "matmul_batched": np.matmul,
        "matmul_3d_weights": np.matmul,
        "matmul_vector": np.matmul, "matmul_left_weights": lambda x, w: w @ x, "einsum": np.matmul,
        "attention_fixed": lambda x, q, k, v, _: attended(x, q, k, v), "attention_free_batch": lambda x, q, k, v, _: attended(x, q, k, v),
        "attention_free_length": lambda x, q, k, v, _: attended(x, q, k, v), "attention_of_itself": lambda x: x @ np.swapaxes(x, 1, 2),
        "attention_with_residual": lambda x, q, k, v, _: x + attended(x, q, k, v),
        "gemm": lambda x, w, b: x @ w.T + b, "gemm_plain": lambda x, w: 0.5 * x @ w, "gemm_of_two_inputs": lambda a, b, c: a @ b + c,
        "gemm_computed_bias": lambda x, c, w: x @ w + c,
        "batch_normalisation": normal, "batch_normalisation_opset9": normal, "batch_normalisation_free_channels": normal,
        "batch_normalisation_of_rows": normal,
        "instance_normalisation": lambda x, scale, shift: of_each(x, scale[:, None, None], shift[:, None, None], axes=(2, 3)),
        "layer_normalisation_opset17": of_each, "layer_normalisation_written_out": lambda x, _, __, scale, shift: of_each(x, scale, shift),
        "lp_normalisation": lambda x: x / np.linalg.norm(x, axis=1, keepdims=True),
        "unit_length": lambda x: x / np.linalg.norm(x, axis=1, keepdims=True),
        "reduce_sum": lambda x, _: x.sum(-1), "reduce_all": np.mean, "argmax": lambda x: x.argmax(1)[:, None],
        "argmax_of_constants": lambda x, w: x + w.argmax(1)[:, None], "cumulative_sum": lambda x, _: x.cumsum(1),
        "cumulative_sum_of_channels": lambda x, _: x.cumsum(1), "top_k": lambda x, _: -np.sort(-x, 1)[:, :3],
        "softmax_rows": lambda x: softmax_of(x, 1), "log_softmax": lambda x: np.log(softmax_of(x, 1)),
        "gather_last": lambda x, _: x[..., 1], "gather_rows": lambda x, _: x[[0, 2]], "gather_one": lambda x, _: x[:, 0],
        "embedding": lambda ids, w: w[ids], "embedding_free": lambda ids, w: w[ids].mean(1),
        "gather_elements": lambda x, at: np.take_along_axis(x, at.astype(int), 1), "gather_nd": lambda x, at: x[tuple(at.astype(int).T)],
        "slice_columns": lambda x, *_: x[:, 1:4], "slice_backwards": lambda x, *_: x[:, ::-1],
        "split_and_add": lambda x, _: x[:, :3] + x[:, 3:],
        "split_evenly": lambda x: np.concatenate([x[:, 4:], x[:, :2]], 1), "flatten_through_shape": lambda x, *_: x.reshape(len(x), -1),
        "reshape_zero": lambda x, _: x.reshape(len(x), -1), "reshape_fixed": lambda x, _: x.reshape(4, 6),
        "squeeze_and_unsqueeze": lambda x, *_: x.reshape(1, 5, 1), "transpose": lambda x: x.transpose(0, 2, 3, 1),
        "expand": lambda x, _: np.broadcast_to(x, (2, 3, 4)), "expand_like": np.add, "tile": lambda x, _: np.tile(x, (2, 2)),
        "where_positive": lambda x, *_: np.where(x > 0, x, 0.1 * x), "constant_of_shape": lambda x: x,
        "range_positions": lambda x, *_: x + np.arange(5),
        "pad_reflect": lambda x, _: np.pad(x, [(0, 0), (0, 0), (1, 1), (1, 1)], mode="reflect"),
        "pad_constant": lambda x, *_: np.pad(x, [(0, 0), (0, 0), (1, 1), (1, 1)]),
        "clip_and_hard_swish": lambda x, *_: np.clip(x, 0, 6) * np.clip(0.2 * np.clip(x, 0, 6) + 0.5, 0, 1),
        "prelu": lambda x, w: np.where(x > 0, x, x * w),
        "add_of_two_inputs": np.add, "add_row_to_rows": np.add, "concat_two_inputs": lambda a, b: np.concatenate([a, b], 1),
        "scalar_factor": np.multiply,
        "depth_to_space": lambda x: x.reshape(1, 2, 2, 3, 4, 4).transpose(0, 3, 4, 1, 5, 2).reshape(1, 3, 8, 8),
        "space_to_depth": lambda x: x.reshape(1, 3, 2, 2, 2, 2).transpose(0, 3, 5, 1, 2, 4).reshape(1, 12, 2, 2),
        "channel_shuffle": lambda x, *_: x.reshape(1, 2, 2, 6, 6).transpose(0, 2, 1, 3, 4).reshape(1, 4, 6, 6),
        "resize_by_scales": lambda x, _: x.repeat(2, 2).repeat(2, 3),
    }
    for name, function in known.items():
        constants = [numpy_helper.to_array(one) for one in TABLE[name][0].graph.initializer]
        EXPECTED[name] = lambda *arrays, function=function, constants=constants: function(*arrays, *constants)


_by_name()
