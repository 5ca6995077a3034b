#!/usr/bin/python3
"""Writes networks of the sizes that people serve, for the benchmarks: make_networks.py FOLDER [NAME ...]

    resnet50      25.6 million parameters, 224x224, its BatchNormalization folded into the convolutions
    mobilenet_v2  3.5 million, 224x224, depthwise convolutions and Clip to 0..6
    transformer   12.6 million: four encoder layers of width 512 with 8 heads over 128 positions, LayerNorm and Gelu as primitive operators

The nodes are those that PyTorch exports at opset 13 (mobilenet_v2: opset 10). The weights are random and the same in each run; they are
scaled so that numbers neither vanish nor grow on their way. Both engines run the first two; OpenCV 4.6 refuses the LayerNorm of the third.
Needs python3-onnx.
"""
import math
import pathlib
import sys

import numpy as np
from make_models import network, node, rng_for, tensor, value


class Graph:
    """Nodes and weights, one added after the other; each method returns the name of what it makes."""

    def __init__(self, name):
        self.rng, self.nodes, self.weights = rng_for(name), [], []

    def add(self, op, *inputs, **attributes):
        made = f"{op.lower()}{len(self.nodes)}"
        self.nodes.append(node(op, " ".join(inputs), made, name=f"/{op}_{len(self.nodes)}", **attributes))
        return made

    def weight(self, array):
        self.weights.append(tensor(f"w{len(self.weights)}", array))
        return self.weights[-1].name

    def number(self, one):
        return self.weight(np.float32(one))

    def random(self, shape, deviation):
        return self.weight(self.rng.standard_normal(shape, dtype=np.float32) * np.float32(deviation))

    def small(self, count):
        """A bias."""
        return self.random(count, 0.01)

    def finish(self, given, wanted, opset=13):
        """The last node makes the output."""
        self.nodes[-1].output[0] = "output"
        return network(self.nodes, [given], [wanted], self.weights, opset)


# ---- pictures ----------------------------------------------------------------------------------------------------------

def convolution(graph, x, channels, out, size, stride=1, group=1, gain=2.0):
    fan = channels // group * size * size
    return graph.add("Conv", x, graph.random((out, channels // group, size, size), math.sqrt(gain / fan)), graph.small(out),
                     kernel_shape=[size, size], strides=[stride, stride], pads=[size // 2] * 4, dilations=[1, 1], group=group)


def classify(graph, x, channels, opset=13):
    x = graph.add("Flatten", graph.add("GlobalAveragePool", x), axis=1)
    graph.add("Gemm", x, graph.random((1000, channels), math.sqrt(1 / channels)), graph.small(1000), transB=1)
    return graph.finish(value("input", ["batch", 3, 224, 224]), value("output", ["batch", 1000]), opset)


def resnet50():
    graph = Graph("resnet50")

    def bottleneck(x, channels, width, stride):
        way = graph.add("Relu", convolution(graph, x, channels, width, 1))
        way = graph.add("Relu", convolution(graph, way, width, width, 3, stride))
        way = convolution(graph, way, width, 4 * width, 1, gain=0.2)  # sixteen of them are added up
        if channels != 4 * width:
            x = convolution(graph, x, channels, 4 * width, 1, stride, gain=1.0)
        return graph.add("Relu", graph.add("Add", way, x))

    x = graph.add("Relu", convolution(graph, "input", 3, 64, 7, 2))
    x = graph.add("MaxPool", x, kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1])
    channels = 64
    for width, blocks, stride in (64, 3, 1), (128, 4, 2), (256, 6, 2), (512, 3, 2):
        for block in range(blocks):
            x = bottleneck(x, channels, width, stride if block == 0 else 1)
            channels = 4 * width
    return classify(graph, x, channels)


def mobilenet_v2():
    graph = Graph("mobilenet_v2")

    def clipped(x):
        return graph.add("Clip", x, min=0.0, max=6.0)  # the form that OpenCV 4.6 reads, which ended with opset 10

    def inverted_residual(x, channels, out, stride, widening):
        way, wide = x, channels * widening
        if widening > 1:
            way = clipped(convolution(graph, way, channels, wide, 1))
        way = clipped(convolution(graph, way, wide, wide, 3, stride, group=wide))
        way = convolution(graph, way, wide, out, 1, gain=1.0)
        return graph.add("Add", x, way) if stride == 1 and channels == out else way

    x, channels = clipped(convolution(graph, "input", 3, 32, 3, 2)), 32
    for widening, out, blocks, stride in ((1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1),
                                          (6, 160, 3, 2), (6, 320, 1, 1)):
        for block in range(blocks):
            x = inverted_residual(x, channels, out, stride if block == 0 else 1, widening)
            channels = out
    return classify(graph, clipped(convolution(graph, x, channels, 1280, 1)), 1280, opset=10)


# ---- attention ---------------------------------------------------------------------------------------------------------

def transformer(layers=4, width=512, heads=8, positions=128):
    graph = Graph("transformer")
    apart = graph.weight(np.array([1, positions, heads, width // heads], np.int64))
    together = graph.weight(np.array([1, positions, width], np.int64))
    two, tiny = graph.number(2), graph.number(1e-5)
    one, half, root = graph.number(1), graph.number(0.5), graph.number(math.sqrt(2))
    scale = graph.number(math.sqrt(width // heads))

    def linear(x, rows, columns):
        return graph.add("Add", graph.add("MatMul", x, graph.random((rows, columns), math.sqrt(1 / rows))), graph.small(columns))

    def normalized(x):
        centred = graph.add("Sub", x, graph.add("ReduceMean", x, axes=[-1]))
        variance = graph.add("ReduceMean", graph.add("Pow", centred, two), axes=[-1])
        x = graph.add("Div", centred, graph.add("Sqrt", graph.add("Add", variance, tiny)))
        return graph.add("Add", graph.add("Mul", x, graph.weight(np.ones(width, np.float32))), graph.small(width))

    def gelu(x):
        bent = graph.add("Add", graph.add("Erf", graph.add("Div", x, root)), one)
        return graph.add("Mul", graph.add("Mul", x, bent), half)

    def head(x, perm):
        return graph.add("Transpose", graph.add("Reshape", linear(x, width, width), apart), perm=perm)

    def attention(x):
        query, key, wanted = head(x, [0, 2, 1, 3]), head(x, [0, 2, 3, 1]), head(x, [0, 2, 1, 3])
        weights = graph.add("Softmax", graph.add("Div", graph.add("MatMul", query, key), scale), axis=-1)
        x = graph.add("Transpose", graph.add("MatMul", weights, wanted), perm=[0, 2, 1, 3])
        return linear(graph.add("Reshape", x, together), width, width)

    x = "input"
    for _ in range(layers):
        x = normalized(graph.add("Add", x, attention(x)))
        x = normalized(graph.add("Add", x, linear(gelu(linear(x, width, 4 * width)), 4 * width, width)))
    return graph.finish(value("input", [1, positions, width]), value("output", [1, positions, width]))


NETWORKS = {made.__name__: made for made in (resnet50, mobilenet_v2, transformer)}


def main():
    if len(sys.argv) < 2 or not set(sys.argv[2:]) <= set(NETWORKS):
        print(__doc__, file=sys.stderr)
        return 2
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for name in sys.argv[2:] or NETWORKS:
        (folder / f"{name}.onnx").write_bytes(NETWORKS[name]().SerializeToString())
    return 0


if __name__ == "__main__":
    sys.exit(main())
