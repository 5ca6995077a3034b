"""What the everyday graphs are made with: the builder that collects nodes, and what numpy needs to check them."""
import numpy as np
from onnx import TensorProto, helper, numpy_helper, shape_inference


FLOAT, INT64 = TensorProto.FLOAT, TensorProto.INT64
TABLE = {}
EXPECTED = {}


class Graph:
    """Collects nodes and constants; op() answers the name of the node's output."""

    def __init__(self, opset):
        self.opset, self.nodes, self.constants, self.inputs, self.feeds, self.expected, self.producer = opset, [], [], [], [], None, ""
        self.random = np.random.default_rng(len(TABLE) + 1)

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
        TABLE[name] = (g.model([outputs] if isinstance(outputs, str) else outputs), g.feeds)
        if g.expected:
            EXPECTED[name] = g.expected
        return build
    return enter


def expected():
    return dict(EXPECTED)


def graphs():
    return dict(TABLE)


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
