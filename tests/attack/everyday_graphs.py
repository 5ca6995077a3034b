"""Small networks as everyday exporters write them: valid, a few nodes each, with fixed and with free extents.

    graphs()    name -> (model, feeds); `feeds` are lists of arrays by input name that the model must take
    expected()  name -> what numpy makes of the arrays of one feed, in their order; for the graphs where that is easy
"""
import numpy as np
from onnx import TensorProto, helper, numpy_helper, shape_inference

FLOAT, INT64 = TensorProto.FLOAT, TensorProto.INT64
_TABLE = {}
_EXPECTED = {}


class Graph:
    """Collects nodes and constants; op() answers the name of the node's output."""

    def __init__(self, opset):
        self.opset, self.nodes, self.constants, self.inputs, self.feeds, self.expected, self.producer = opset, [], [], [], [], None, ""
        self.random = np.random.default_rng(len(_TABLE) + 1)

    def input(self, name, shape, *sent, dtype=FLOAT, values=None):
        """`shape` as declared, a word where an extent is free; `sent`: the shapes to send, the declared one without."""
        self.inputs.append(helper.make_tensor_value_info(name, dtype, shape))
        for i, extents in enumerate(sent or [shape]):
            while len(self.feeds) <= i:
                self.feeds.append({})
            made = self.random.standard_normal(extents).astype(np.float32) if dtype == FLOAT else \
                self.random.integers(0, 3, extents) if values is None else np.resize(values, extents)
            self.feeds[i][name] = made
        return name

    def keep(self, function, *constants):
        """`function` of the constants, by their names, and the inputs."""
        values = [numpy_helper.to_array(next(one for one in self.constants if one.name == name)) for name in constants]
        self.expected = lambda *arrays: function(*values, *arrays)

    def weights(self, *shape):
        return self.constant(self.random.standard_normal(shape).astype(np.float32) / 4)

    def positive(self, *shape):
        return self.constant((self.random.random(shape) + 0.5).astype(np.float32))

    def constant(self, array):
        name = f"c{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.asarray(array), name))
        return name

    def ints(self, *values):
        return self.constant(np.array(values, np.int64))

    def op(self, kind, *inputs, outputs=1, **attributes):
        names = [f"v{len(self.nodes)}_{i}" for i in range(outputs)]
        self.nodes.append(helper.make_node(kind, list(inputs), names, f"{kind.lower()}{len(self.nodes)}", **attributes))
        return names[0] if outputs == 1 else names

    def model(self, outputs):
        def made(told):
            graph = helper.make_graph(self.nodes, "everyday", self.inputs, told, self.constants)
            return helper.make_model(graph, ir_version=8, opset_imports=[helper.make_opsetid("", self.opset)], producer_name=self.producer)

        # Exporters declare what comes out as far as they know it.
        nameless = [helper.make_tensor_value_info(name, FLOAT, None) for name in outputs]
        return made(shape_inference.infer_shapes(made(nameless), data_prop=True).graph.output)


def graph(opset=13):
    def enter(build):
        g = Graph(opset)
        outputs = build(g)
        name = build.__name__ if opset == 13 else f"{build.__name__}_opset{opset}"
        _TABLE[name] = (g.model([outputs] if isinstance(outputs, str) else outputs), g.feeds)
        if g.expected:
            _EXPECTED[name] = g.expected
        return build
    return enter


def expected():
    return dict(_EXPECTED)


def graphs():
    return dict(_TABLE)


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


# ---- what numpy makes of them

def softmax_of(x, axis):
    raised = np.exp(x - x.max(axis, keepdims=True))
    return raised / raised.sum(axis, keepdims=True)


def normal(x, scale, shift, mean, variance):
    shape = (-1,) + (1,) * (x.ndim - 2)
    return (x - mean.reshape(shape)) / np.sqrt(variance.reshape(shape) + 1e-5) * scale.reshape(shape) + shift.reshape(shape)


def of_each(x, scale=1.0, shift=0.0, epsilon=1e-5, axes=-1):
    return (x - x.mean(axes, keepdims=True)) / np.sqrt(x.var(axes, keepdims=True) + epsilon) * scale + shift


def attended(x, q, k, v):
    scores = (x @ q) @ np.swapaxes(x @ k, -1, -2) * x.shape[-1] ** -0.5
    return softmax_of(scores, -1) @ (x @ v)


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
        constants = [numpy_helper.to_array(one) for one in _TABLE[name][0].graph.initializer]
        _EXPECTED[name] = lambda *arrays, function=function, constants=constants: function(*arrays, *constants)


_by_name()


REDUCTIONS = {
    "ReduceMean": np.mean, "ReduceMax": np.max, "ReduceMin": np.min, "ReduceProd": np.prod, "ReduceSum": np.sum,
    "ReduceL1": lambda x, **how: np.abs(x).sum(**how), "ReduceL2": lambda x, **how: np.sqrt((x * x).sum(**how)),
    "ReduceSumSquare": lambda x, **how: (x * x).sum(**how), "ReduceLogSumExp": lambda x, **how: np.log(np.exp(x).sum(**how)),
    "ReduceLogSum": lambda x, **how: np.log(x.sum(**how))}


def reduced(kind, function, shape, axes, keep, free):
    def build(g):
        x = g.input("x", ["n", *shape[1:]] if free else list(shape), list(shape), *([[1, *shape[1:]]] if free else []))
        x = g.op("Exp", x)  # a logarithm takes no sums below 0
        g.expected = lambda x: function(np.exp(x), axis=tuple(axis % len(shape) for axis in axes), keepdims=bool(keep))
        return g.op(kind, x, g.ints(*axes), keepdims=keep) if kind == "ReduceSum" else g.op(kind, x, axes=axes, keepdims=keep)
    text = "_".join(str(axis).replace("-", "minus") for axis in axes)
    build.__name__ = f"{kind.lower()}_of_{len(shape)}_over_{text}" + ("_kept" if keep else "") + ("_free" if free else "")
    graph()(build)


def every_reduction(kind, function):
    """Over each axis and over some together."""
    for shape in ((3, 4), (2, 3, 4), (2, 3, 4, 5)):
        ranks = list(range(len(shape)))
        for axes in [[axis] for axis in (*ranks, -1)] + ([[0, 1], ranks[-2:]] if len(shape) > 2 else []) + [ranks]:
            for keep in (0, 1):
                for free in (False, True):
                    reduced(kind, function, shape, axes, keep, free)


for _kind, _function in REDUCTIONS.items():
    every_reduction(_kind, _function)


def every_softmax(kind, opset, shape, axis, free):
    def build(g):
        x = g.input("x", ["n", *shape[1:]] if free else list(shape), list(shape), *([[1, *shape[1:]]] if free else []))

        def expected(x):
            # Before opset 13 all from the axis on was one row.
            rows = x.reshape(int(np.prod(x.shape[:axis % x.ndim])), -1) if opset < 13 else x
            made = softmax_of(rows, 1 if opset < 13 else axis).reshape(x.shape)
            return np.log(made) if kind == "LogSoftmax" else made
        g.expected = expected
        return g.op(kind, x, axis=axis)
    build.__name__ = f"{kind.lower()}_of_{len(shape)}_by_{axis}".replace("-", "minus") + ("_free" if free else "")
    graph(opset)(build)


for _kind in ("Softmax", "LogSoftmax"):
    for _opset in (11, 13):
        for _shape in ((3, 5), (2, 3, 5), (2, 3, 4, 5)):
            for _axis in (*range(len(_shape)), -1):
                for _free in (False, True):
                    every_softmax(_kind, _opset, _shape, _axis, _free)


def every_gemm(transposed_a, transposed_b, alpha, beta, bias):
    def build(g):
        a = g.input("a", [4, 3] if transposed_a else [3, 4])
        b = g.weights(5, 4) if transposed_b else g.weights(4, 5)
        c = [g.weights(*bias)] if bias else []

        def function(b, *rest):
            *c, a = rest
            return alpha * (a.T if transposed_a else a) @ (b.T if transposed_b else b) + (beta * c[0] if c else 0)
        g.keep(function, b, *c)
        return g.op("Gemm", a, b, *c, transA=transposed_a, transB=transposed_b, alpha=alpha, beta=beta)
    size = "x".join(map(str, bias)) if bias else "none"
    build.__name__ = f"gemm_{transposed_a}{transposed_b}_{alpha}_{beta}_{size}".replace(".", "_")
    graph()(build)


for _a in (0, 1):
    for _b in (0, 1):
        for _bias in (None, (5,), (1, 5), (3, 5), (3, 1), (1,)):
            every_gemm(_a, _b, 1.0, 1.0, _bias)
            every_gemm(_a, _b, 0.5, 2.0, _bias)


def every_arithmetic(kind, function):
    # Equal extents last: which of them a shorter operand stands at is not seen by its extent.
    for one, other in (((2, 3), (2, 3)), ((2, 3), (3,)), ((2, 3), (2, 1)), ((2, 3), ()), ((2, 3, 4), (3, 1)), ((2, 3, 4), (4,)),
                       ((1, 3, 4, 5), (3, 1, 1)), ((1, 3, 4, 5), (1, 3, 4, 5)), ((1, 3, 4, 5), (4, 5)), ((1, 3, 4, 5), (5,)), ((2, 1, 4), (2, 3, 4)),
                       ((3,), (2, 3)),
                       ((3, 3), (3,)), ((3, 3), (3, 1)), ((2, 3, 3), (3,)), ((1, 3, 4, 3), (3,)), ((1, 3, 3, 3), (3, 1))):
        for form in ("constant", "constant_first", "inputs"):
            def build(g):
                x = g.input("x", list(one))
                y = g.positive(*other) if form != "inputs" else g.op("Exp", g.input("y", list(other))) if other else None
                if y is None:  # no input is a single number without extents
                    y = g.positive()
                if form == "constant" or y.startswith("c"):
                    g.keep((lambda c, x: function(c, x)) if form == "constant_first" else (lambda c, x: function(x, c)), y)
                else:
                    g.expected = lambda x, y: function(x, np.exp(y))
                return g.op(kind, y, x) if form == "constant_first" else g.op(kind, x, y)
            build.__name__ = f"{kind.lower()}_{'x'.join(map(str, one))}_{'x'.join(map(str, other))}_{form}"
            graph()(build)


for _kind, _function in {"Add": np.add, "Sub": np.subtract, "Mul": np.multiply, "Div": np.divide, "Max": np.maximum, "Min": np.minimum}.items():
    every_arithmetic(_kind, _function)


def every_function(kind, function, **attributes):
    for shape in ((2, 3), (1, 3, 4, 4)):
        def build(g):
            g.expected = function
            return g.op(kind, g.input("x", list(shape)), **attributes)
        build.__name__ = f"{kind.lower()}_of_{len(shape)}"
        graph()(build)


for _kind, _function, _attributes in [
        ("Relu", lambda x: np.maximum(x, 0), {}), ("LeakyRelu", lambda x: np.where(x > 0, x, 0.01 * x), {}),
        ("Sigmoid", lambda x: 1 / (1 + np.exp(-x)), {}),
        ("Tanh", np.tanh, {}), ("Elu", lambda x: np.where(x > 0, x, np.expm1(x)), {}), ("Exp", np.exp, {}), ("Abs", np.abs, {}),
        ("Neg", np.negative, {}),
        ("Floor", np.floor, {}), ("Ceil", np.ceil, {}), ("Round", np.round, {}), ("Sin", np.sin, {}), ("Cos", np.cos, {}),
        ("Softplus", lambda x: np.log1p(np.exp(x)), {}),
        ("Softsign", lambda x: x / (1 + np.abs(x)), {}), ("HardSigmoid", lambda x: np.clip(0.2 * x + 0.5, 0, 1), {}),
        ("Selu", lambda x: 1.05070098 * np.where(x > 0, x, 1.67326324 * np.expm1(x)), {}),
        ("Celu", lambda x: np.where(x > 0, x, 0.5 * np.expm1(x / 0.5)), {"alpha": 0.5}), ("Sign", np.sign, {}), ("Reciprocal", lambda x: 1 / x, {}),
        ("ThresholdedRelu", lambda x: np.where(x > 1, x, 0), {})]:
    every_function(_kind, _function, **_attributes)


def every_transpose(order, shape):
    for free in (False, True):
        def build(g):
            g.expected = lambda x: x.transpose(order)
            x = g.input("x", ["n", *shape[1:]] if free else list(shape), list(shape), *([[1, *shape[1:]]] if free else []))
            return g.op("Transpose", x, perm=order)
        build.__name__ = "transpose_" + "".join(map(str, order)) + ("_free" if free else "")
        graph()(build)


for _order, _shape in (([1, 0], (3, 4)), ([1, 0, 2], (2, 3, 4)), ([2, 1, 0], (2, 3, 4)), ([0, 2, 1], (2, 3, 4)), ([0, 2, 3, 1], (2, 3, 4, 5)),
                       ([1, 0, 2, 3], (2, 3, 4, 5)), ([3, 2, 1, 0], (2, 3, 4, 5))):
    every_transpose(_order, _shape)


def every_pooling(kind, kernel, stride, pad, ceil, count=0, producer=""):
    def build(g):
        g.producer = producer  # OpenCV asks who wrote the file

        def function(x):
            fill = -np.inf if kind == "MaxPool" else np.nan
            beyond = kernel + stride if ceil else 0
            padded = np.pad(x, [(0, 0), (0, 0), *[(pad, pad + beyond)] * 2], constant_values=fill)
            inside = np.pad(np.ones_like(x), [(0, 0), (0, 0), *[(pad, pad)] * 2], constant_values=float(count))
            inside = np.pad(inside, [(0, 0), (0, 0), *[(0, beyond)] * 2])

            def seen(a):
                return np.lib.stride_tricks.sliding_window_view(a, (kernel, kernel), axis=(2, 3))[:, :, ::stride, ::stride]
            extent = [(size + 2 * pad - kernel + (stride - 1 if ceil else 0)) // stride + 1 for size in x.shape[2:]]
            if kind == "MaxPool":
                return seen(padded).max((-1, -2))[:, :, :extent[0], :extent[1]]
            return (np.nansum(seen(padded), (-1, -2)) / np.maximum(seen(inside).sum((-1, -2)), 1e-9))[:, :, :extent[0], :extent[1]]
        g.expected = function
        how = {"count_include_pad": count} if kind == "AveragePool" else {}
        return g.op(kind, g.input("x", [1, 3, 9, 8]), kernel_shape=[kernel] * 2, strides=[stride] * 2, pads=[pad] * 4, ceil_mode=ceil, **how)
    words = [kind.lower(), kernel, stride, pad, "ceil" if ceil else "", "counted" if count else "", producer]
    build.__name__ = "_".join(str(word) for word in words if word != "")
    graph()(build)


for _ceil in (0, 1):
    for _kernel, _stride, _pad in ((2, 2, 0), (3, 2, 0), (3, 2, 1), (3, 1, 1), (2, 1, 0)):
        every_pooling("MaxPool", _kernel, _stride, _pad, _ceil)
        every_pooling("AveragePool", _kernel, _stride, _pad, _ceil)
        if _pad:
            every_pooling("AveragePool", _kernel, _stride, _pad, _ceil, 1)
            every_pooling("AveragePool", _kernel, _stride, _pad, _ceil, 0, "pytorch")
            every_pooling("AveragePool", _kernel, _stride, _pad, _ceil, 1, "pytorch")


# ---- what follows a product, which OpenCV may fold into it

FOLLOWERS = {
    "mul_number": ("Mul", (), np.multiply), "div_number": ("Div", (), np.divide), "add_number": ("Add", (), np.add),
    "sub_number": ("Sub", (), np.subtract), "mul_row": ("Mul", (5,), np.multiply), "add_row": ("Add", (5,), np.add),
    "mul_rows": ("Mul", (3, 5), np.multiply), "add_rows": ("Add", (3, 5), np.add),
    "relu": ("Relu", None, lambda x: np.maximum(x, 0)), "sigmoid": ("Sigmoid", None, lambda x: 1 / (1 + np.exp(-x))), "tanh": ("Tanh", None, np.tanh),
    "batch_norm": ("BatchNormalization", "channels", lambda x, *four: normal(x, *four))}


def followed(product, word, kind, extents, function, batch):
    def build(g):
        x = g.input("x", [*batch, 3, 4])
        if product == "inputs":
            left, y = (lambda x, *rest: (x @ rest[-1], rest[:-1])), g.op("MatMul", x, g.input("w", [*batch, 4, 5]))
        elif product == "itself":
            left, y = (lambda x, *rest: (x @ np.swapaxes(x, -1, -2), rest)), \
                g.op("MatMul", x, g.op("Transpose", x, perm=[*range(len(batch)), len(batch) + 1, len(batch)]))
        else:
            left, y = (lambda x, *rest: (x @ rest[0], rest[1:])), g.op("MatMul", x, g.weights(4, 5))
        wide = [3 if extent == 5 and product == "itself" else extent for extent in extents or ()] if extents != "channels" else []
        channels = batch[-1] if len(batch) == 2 else 3 if batch else 3 if product == "itself" else 5
        more = [] if extents is None else [g.positive(channels) for _ in range(4)] if extents == "channels" else [g.positive(*wide)]
        values = [numpy_helper.to_array(one) for one in g.constants]

        def expected(x, *others):
            made, rest = left(x, *values, *others)
            return function(made, *rest)
        g.expected = expected
        return g.op(kind, y, *more)
    build.__name__ = f"product_with_{product}_{len(batch) + 2}_then_{word}"
    graph()(build)


for _word, (_kind, _extents, _function) in FOLLOWERS.items():
    for _product in ("inputs", "itself", "weights"):
        for _batch in ((), (1,), (2,), (1, 2)):
            if not (_word == "batch_norm" and len(_batch) == 0):
                followed(_product, _word, _kind, _extents, _function, _batch)


# ---- what importers fold, miscount or read in their own way

def convolved(x, w):
    """By 1x1 filters."""
    return np.einsum("nchw,oc->nohw", x, w[:, :, 0, 0])


def before_convolution(word, kinds, declared, sent, make, function):
    """`make` gives the channels that a convolution reads; OpenCV folds the extents of the first run into it."""
    def build(g):
        x = g.op("Relu", g.input("x", declared, *sent))
        made = make(g, x)
        w = g.random.standard_normal((2, kinds, 1, 1)).astype(np.float32)
        g.expected = lambda x: convolved(function(np.maximum(x, 0)), w)
        return g.op("Conv", made, g.constant(w), kernel_shape=[1, 1])
    build.__name__ = f"convolution_of_{word}"
    graph(11)(build)


_SENT = [1, 4, 8, 8], [2, 4, 8, 8]
for _word, _axes in (("means_of_channels", [1]), ("means_of_rows", [2]), ("means", [2, 3]), ("means_of_channels_and_columns", [1, 3])):
    before_convolution(_word, 1 if 1 in _axes else 4, ["n", 4, 8, 8], _SENT, lambda g, x, a=_axes: g.op("ReduceMean", x, axes=a, keepdims=1),
                       lambda x, a=_axes: x.mean(tuple(a), keepdims=True))
before_convolution("spectrogram", 1, ["n", 8, 8], ([1, 8, 8], [3, 8, 8]), lambda g, x: g.op("Unsqueeze", x, axes=[1]), lambda x: x[:, None])
for _word, _declared in (("one_channel", ["n", 4, 8, 8]), ("one_channel_of_any_size", [1, 4, "h", "w"])):
    before_convolution(_word, 1, _declared, _SENT[:1],
                       lambda g, x: g.op("Unsqueeze", g.op("Gather", x, g.constant(np.array(1)), axis=1), axes=[1]), lambda x: x[:, 1:2])
before_convolution("joined_samples", 4, ["n", 4, 8, 8], _SENT, lambda g, x: g.op("Concat", x, x, axis=0), lambda x: np.concatenate([x, x]))
before_convolution("samples_for_channels", 1, ["n", 4, 8, 8], _SENT[:1], lambda g, x: g.op("Transpose", x, perm=[1, 0, 2, 3]),
                   lambda x: x.transpose(1, 0, 2, 3))


def alone(word, opset, declared, sent, make, function, dtype=FLOAT):
    """One node of the graph's input."""
    def build(g):
        x = g.input("x", declared, *sent, dtype=dtype)
        g.expected = function
        return make(g, x)
    build.__name__ = word
    graph(opset)(build)


_FIXED = np.arange(16, dtype=np.float32).reshape(2, 8)
alone("concat_of_rows_and_constants", 13, [2, 8], [], lambda g, x: g.op("Concat", x, g.constant(_FIXED), axis=0),
      lambda x: np.concatenate([x, _FIXED]))
alone("concat_of_constants_and_rows", 13, [2, 8], [], lambda g, x: g.op("Concat", g.constant(_FIXED), x, axis=0),
      lambda x: np.concatenate([_FIXED, x]))
alone("class_token", 13, [1, 5, 8], [], lambda g, x: g.op("Concat", g.constant(_FIXED[None, :1]), x, axis=1),
      lambda x: np.concatenate([_FIXED[None, :1], x], 1))
alone("places_beside_channels", 13, [1, 3, 2, 8], [], lambda g, x: g.op("Concat", x, g.constant(_FIXED[None, None]), axis=1),
      lambda x: np.concatenate([x, _FIXED[None, None]], 1))
for _kind in ("Softmax", "LogSoftmax"):
    for _shape in ((3, 5), (3, 4, 5), (1, 4, 2, 3)):
        alone(f"{_kind.lower()}_without_axis_of_{len(_shape)}", 13, list(_shape), [], lambda g, x, kind=_kind: g.op(kind, x),
              lambda x, kind=_kind: softmax_of(x, -1) if kind == "Softmax" else np.log(softmax_of(x, -1)))
alone("softmax_of_samples", 13, ["n", 5], ([1, 5], [4, 5]), lambda g, x: g.op("Softmax", x, axis=0), lambda x: softmax_of(x, 0))
alone("transposed_rows", 13, ["n", "m"], ([1, 5], [4, 5]), lambda g, x: g.op("Transpose", x, perm=[1, 0]), np.transpose)
alone("time_first", 13, ["t", "n", 5], ([1, 1, 5], [3, 4, 5]), lambda g, x: g.op("Transpose", x, perm=[1, 0, 2]), lambda x: x.transpose(1, 0, 2))
alone("argmax_of_samples", 13, ["n", 5], ([1, 5], [4, 5]), lambda g, x: g.op("Cast", g.op("ArgMax", x, axis=0, keepdims=1), to=FLOAT),
      lambda x: x.argmax(0)[None])
alone("sum_with_constant_integers", 13, [1, 3], [], lambda g, x: g.op("Cast", g.op("Add", x, g.ints(2, 9, 100)), to=FLOAT),
      lambda x: x + [2, 9, 100], INT64)
alone("quotient_of_integers", 13, [1, 3], [], lambda g, x: g.op("Cast", g.op("Div", x, g.ints(2, 2, 2)), to=FLOAT), lambda x: x // 2, INT64)
alone("pooling_padded_before", 13, [1, 1, 4, 4], [], lambda g, x: g.op("MaxPool", x, kernel_shape=[2, 2], auto_pad="SAME_LOWER"),
      lambda x: np.lib.stride_tricks.sliding_window_view(np.pad(x, [(0, 0), (0, 0), (1, 0), (1, 0)], constant_values=-np.inf), (2, 2), (2, 3)).max((-1, -2)))
alone("mask_of_dropout", 13, ["a", "b", "c"], ([3, 4, 5],), lambda g, x: g.op("Cast", g.op("Dropout", x, outputs=2)[1], to=FLOAT), np.ones_like)
alone("transposed_convolution", 13, [1, 2, "h", "w"], ([1, 2, 3, 4], [1, 2, 6, 5]),
      lambda g, x: g.op("ConvTranspose", x, g.constant(np.ones((2, 3, 2, 2), np.float32)), kernel_shape=[2, 2], strides=[2, 2]),
      lambda x: np.broadcast_to(x.sum(1, keepdims=True).repeat(2, 2).repeat(2, 3), (len(x), 3, 2 * x.shape[2], 2 * x.shape[3])))


@graph()
def convolution_of_two_inputs(g):
    return g.op("Conv", g.input("x", ["a", "b", "c", "d"], [1, 1, 5, 5]), g.input("w", ["e", "f", "g", "h"], [1, 1, 3, 3]), kernel_shape=[3, 3])
