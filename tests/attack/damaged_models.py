"""Damaged model files, the same each time: damaged_files(COUNT) yields so many, of all formats and all kinds of damage."""
import itertools
import pathlib
import random

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from everyday_graphs import graphs
from hostile_models import Hostile, good_files


SAMPLES = pathlib.Path(__file__).resolve().parents[2] / "resources" / "sample"
HUGE = (0, -1, 1 << 20, (1 << 31) - 1, 1 << 31, 1 << 40, (1 << 62) + 1, -(1 << 63))


def truncated(data, chance):
    return data[:chance.randrange(len(data))]


def flipped(data, chance):
    data = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 4, 16, 64))):
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    return bytes(data)


def inserted(data, chance):
    at = chance.randrange(len(data) + 1)
    return data[:at] + chance.randbytes(chance.choice((1, 2, 8, 100))) + data[at:]


def removed(data, chance):
    at = chance.randrange(len(data))
    return data[:at] + data[at + chance.choice((1, 2, 8, 100)):]


def overwritten(data, chance):
    at, length = chance.randrange(len(data)), chance.choice((4, 8, 32))
    return data[:at] + chance.choice((b"\x00", b"\xff", b"\x7f"))[:1] * min(length, len(data) - at) + data[at + length:]


BYTES = (truncated, flipped, inserted, removed, overwritten)


def tensors(graph):
    yield from graph.initializer
    for node in graph.node:
        for attribute in node.attribute:
            if attribute.type == onnx.AttributeProto.TENSOR:
                yield attribute.t


def lying_dims(model, chance):
    """A weight says that it has other extents than its numbers."""
    weights = [weight for weight in tensors(model.graph) if weight.dims]
    if weights:
        weight = chance.choice(weights)
        weight.dims[chance.randrange(len(weight.dims))] = chance.choice(HUGE + (1, 2, 3, 7))


def lying_values(model, chance):
    """A weight of whole numbers, which may be a shape or an axis, has another number."""
    whole = [weight for weight in tensors(model.graph) if weight.data_type == TensorProto.INT64 and weight.raw_data]
    if whole:
        weight = chance.choice(whole)
        numbers = numpy_helper.to_array(weight).copy().reshape(-1)
        if numbers.size:
            numbers[chance.randrange(numbers.size)] = chance.choice(HUGE + (2, 3))
            weight.raw_data = numbers.tobytes()


def lying_attribute(model, chance):
    found = [attribute for node in model.graph.node for attribute in node.attribute
             if attribute.type in (onnx.AttributeProto.INT, onnx.AttributeProto.INTS)]
    if found:
        attribute = chance.choice(found)
        value = chance.choice(HUGE + (2, 3, 5))
        if attribute.type == onnx.AttributeProto.INT:
            attribute.i = value
        elif attribute.ints:
            attribute.ints[chance.randrange(len(attribute.ints))] = value


def huge_input(model, chance):
    shape = chance.choice(model.graph.input).type.tensor_type.shape
    if shape.dim:
        chance.choice(shape.dim).dim_value = chance.choice(HUGE)


def cycle(model, chance):
    first, last = model.graph.node[0], model.graph.node[-1]
    if first.input and last.output:
        first.input[chance.randrange(len(first.input))] = last.output[0]


def other_wire(model, chance):
    """A node reads a value that is another's, or nobody's."""
    names = [name for node in model.graph.node for name in (*node.input, *node.output)] + ["nobody", ""]
    node = chance.choice([node for node in model.graph.node if node.input])
    node.input[chance.randrange(len(node.input))] = chance.choice(names)


def same_name(model, chance):
    names = [name for node in model.graph.node for name in node.output]
    node = chance.choice([node for node in model.graph.node if node.output])
    node.output[chance.randrange(len(node.output))] = chance.choice(names)


def other_operator(model, chance):
    kinds = sorted({node.op_type for node in model.graph.node} | {"Relu", "Reshape", "Conv", "Gather", "Loop", "FooBar", "MatMul", "Concat"})
    chance.choice(model.graph.node).op_type = chance.choice(kinds)


def other_type(model, chance):
    weights = list(tensors(model.graph))
    if weights:
        chance.choice(weights).data_type = chance.choice((0, 2, 6, 7, 8, 9, 10, 11, 16, 99))


def other_opset(model, chance):
    model.opset_import[0].version = chance.choice((0, 1, 5, 99, 1 << 40, -1))
    model.opset_import[0].domain = chance.choice(("", "", "nobody.knows"))


def dropped_node(model, chance):
    del model.graph.node[chance.randrange(len(model.graph.node))]


GRAPH = (lying_dims, lying_values, lying_attribute, huge_input, cycle, other_wire, same_name, other_operator, other_type, other_opset, dropped_node)


def nested(depth):
    """If within If, so deep."""
    inner = helper.make_graph([helper.make_node("Identity", ["x"], ["y0"])], "g0", [], [helper.make_tensor_value_info("y0", 1, [1])])
    for level in range(1, depth):
        node = helper.make_node("If", ["c"], [f"y{level}"], then_branch=inner, else_branch=inner if level < 2 else None)
        inner = helper.make_graph([node], f"g{level}", [], [helper.make_tensor_value_info(f"y{level}", 1, [1])])
    inner.name = "main"
    inner.input.extend([helper.make_tensor_value_info("x", 1, [1]), helper.make_tensor_value_info("c", TensorProto.BOOL, [1])])
    return helper.make_model(inner, opset_imports=[helper.make_opsetid("", 13)]).SerializeToString()


def huge_shape(extent):
    """A constant of few bytes that asks for a tensor of `extent` numbers."""
    shape = numpy_helper.from_array(np.array([extent], np.int64), "shape")
    nodes = [helper.make_node("ConstantOfShape", ["shape"], ["big"]), helper.make_node("ReduceSum", ["big"], ["sum"], keepdims=1),
             helper.make_node("Add", ["x", "sum"], ["y"])]
    graph = helper.make_graph(nodes, "n", [helper.make_tensor_value_info("x", 1, [1])], [helper.make_tensor_value_info("y", 1, [1])], [shape])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)]).SerializeToString()


def disguised():
    """What is no model at all, or one of another format, under a model's name."""
    picture = (SAMPLES / "three.png").read_bytes()
    network = (SAMPLES / "digits.onnx").read_bytes()
    for ending in ("onnx", "pb", "caffemodel", "t7", "xml", "weights"):
        yield Hostile(f"a picture named .{ending}", f"n.{ending}", {f"n.{ending}": picture})
        yield Hostile(f"an ONNX file named .{ending}", f"n.{ending}", {f"n.{ending}": network})
        yield Hostile(f"nothing named .{ending}", f"n.{ending}", {f"n.{ending}": b""})
        yield Hostile(f"zeros named .{ending}", f"n.{ending}", {f"n.{ending}": bytes(4096)})
    for name, good in sorted(good_files().items()):
        yield Hostile(f"{name} named .onnx", "n.onnx", {"n.onnx": good.files[good.main]})
    for depth in (2, 20, 100, 400):
        yield Hostile(f"If within If, {depth} deep", "n.onnx", {"n.onnx": nested(depth)})
    for extent in HUGE:
        yield Hostile(f"a constant of {extent} numbers", "n.onnx", {"n.onnx": huge_shape(extent)})


def damaged_onnx():
    networks = {name: model.SerializeToString() for name, (model, _) in sorted(graphs().items())}
    networks.update({name: (SAMPLES / f"{name}.onnx").read_bytes() for name in ("digits", "iris")})
    names = sorted(networks)
    for number in itertools.count():
        chance = random.Random(f"onnx {number}")
        name = chance.choice(names)
        how = (BYTES + GRAPH)[number % len(BYTES + GRAPH)]
        if how in BYTES:
            data = how(networks[name], chance)
        else:
            model = onnx.load_from_string(networks[name])
            how(model, chance)
            data = model.SerializeToString()
        yield Hostile(f"{name}, {how.__name__} {number}", "n.onnx", {"n.onnx": data})


def damaged_others():
    good = sorted(good_files().items())
    for number in itertools.count():
        chance = random.Random(f"others {number}")
        name, whole = good[number % len(good)]
        files = dict(whole.files)
        how, hit = chance.choice(BYTES), chance.choice(sorted(files))
        if files[hit]:
            files[hit] = how(files[hit], chance)
        yield Hostile(f"{name}, {how.__name__} {number}", whole.main, files)


def damaged_files(count):
    """Half of them ONNX, a quarter of other formats; disguises first, as far as they go."""
    some = itertools.islice(disguised(), count // 4)
    rest = itertools.chain.from_iterable((next(onnxes), next(onnxes), next(others))
                                         for onnxes, others in [(damaged_onnx(), damaged_others())] for _ in itertools.count())
    return itertools.islice(itertools.chain(some, rest), count)
