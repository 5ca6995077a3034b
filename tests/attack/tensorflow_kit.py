"""Writes TensorFlow graphs, node by node."""
import struct

import numpy as np

from foreign_kit import channels_first, channels_last, Network, TABLE
from hostile_models import attribute, node, part, varint, whole


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
    g = Graph(len(TABLE) + 1, free, told)
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
            TABLE[f"tf_{build.__name__}{ending}"] = network
            # OpenCV's importer guesses where channels stand by the nodes that tell.
            if b"data_format" not in network.data and any(len(extents) == 4 for extents in network.declared.values()):
                TABLE[f"tf_told_{build.__name__}{ending}"] = made(build, misfits, free, told=True)
        return build
    return enter


# Behind three channels, and in places where a picture is too small.
CHANNELS = [[(1, 4, 4, 1)], [(1, 4, 4, 6)], [(1, 1, 1, 4096)], [(1, 1, 1, 300000)], [(2, 8, 8, 2)]]
SMALL = [[(1, 1, 1, 3)], [(1, 8, 1, 3)], [(1, 0, 8, 3)], [(0, 8, 8, 3)]]
EMPTY = [[(1, 0, 8, 3)], [(0, 8, 8, 3)]]
PICTURES = ((1, 8, 8, 3), (2, 8, 8, 3), (1, 6, 9, 3), (3, 12, 7, 3))
ROWS = ((1, 6), (4, 6), (6, 6))  # of which the last does not tell rows from columns by their number
NHWC = {"data_format": "NHWC"}
