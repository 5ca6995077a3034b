#!/usr/bin/env python3
"""What `warmbench inspect` tells of a network's inside: check_layers.py WARMBENCH MODELS SAMPLES

Every ONNX file in MODELS and SAMPLES and the networks of layer_networks.py are described with --layers --json, and each node,
tensor, initialiser and count is held against what Python's onnx package reads from the same file; shapes against onnx's own
inference.
"""

import json
import math
import pathlib
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True

import numpy as np  # noqa: E402
import onnx  # noqa: E402
from onnx import numpy_helper, shape_inference  # noqa: E402

import layer_networks  # noqa: E402

failures = []


def check(good, what):
    if not good:
        failures.append(what)
        print("FAILED:", what[:600])


class Program:
    def __init__(self, path, home):
        self.path = path
        self.surroundings = {"HOME": str(home), "XDG_CACHE_HOME": str(home), "QT_QPA_PLATFORM": "offscreen", "PATH": "/usr/bin:/bin"}

    def run(self, *words):
        return subprocess.run([self.path, *map(str, words)], capture_output=True, text=True, env=self.surroundings, timeout=300)

    def layers(self, file):
        run = self.run("inspect", file, "--layers", "--json")
        return json.loads(run.stdout) if run.returncode == 0 else run


# ---- the graph, as onnx reads it


def elements(tensor):
    return math.prod(tensor.dims)


def inner_graphs(node):
    for attribute in node.attribute:
        if attribute.HasField("g"):
            yield attribute.name, attribute.g
        for graph in attribute.graphs:
            yield attribute.name, graph


def flat(graph, nodes, parent=None, branch="", known=None):
    """Each node with the weights it sees, the inner ones after theirs."""
    known = {**(known or {}), **{one.name: elements(one) for one in graph.initializer},
             **{one.values.name: elements(one.values) for one in graph.sparse_initializer}}
    for node in graph.node:
        index = len(nodes)
        nodes.append((node, parent, branch, known))
        for name, inner in inner_graphs(node):
            flat(inner, nodes, index, name, known)


def initialisers(graph):
    yield from ((one.name, onnx_type(one.data_type), list(one.dims), elements(one)) for one in graph.initializer)
    yield from ((one.values.name, onnx_type(one.values.data_type), list(one.dims), elements(one.values)) for one in graph.sparse_initializer)
    for node in graph.node:
        for _, inner in inner_graphs(node):
            yield from initialisers(inner)


def onnx_type(number):
    name = onnx.TensorProto.DataType.Name(number).lower()
    return {"float": "float32", "double": "float64"}.get(name, name)


def held(node):
    return sum(elements(a.t) * a.HasField("t") + sum(map(elements, a.tensors)) +
               (elements(a.sparse_tensor.values) if a.HasField("sparse_tensor") else 0) for a in node.attribute)


def check_graph(name, told, model):
    nodes = []
    flat(model.graph, nodes)
    check(len(told["nodes"]) == len(nodes), f"{name}: {len(told['nodes'])} nodes, onnx reads {len(nodes)}")
    total = sum(one[3] for one in initialisers(model.graph))
    for mine, (node, parent, branch, known) in zip(told["nodes"], nodes):
        theirs = [node.name, node.op_type, node.domain, list(node.input), list(node.output), parent, branch]
        ours = [mine[key] for key in ("name", "operator", "domain", "inputs")] + [[one["name"] for one in mine["outputs"]], mine["parent"], mine["branch"]]
        check(ours == theirs, f"{name}: node {ours}, onnx reads {theirs}")
        check(list(mine["attributes"]) == [one.name for one in node.attribute], f"{name}: attributes {list(mine['attributes'])}")
        check(all(len(text) <= 250 for text in mine["attributes"].values()), f"{name}: a long attribute of {node.name}")
        weights = held(node) + sum(known.get(one, 0) for one in node.input if one)
        check(mine["parameters"] == weights, f"{name}: {node.op_type} {node.name}: {mine['parameters']} parameters, not {weights}")
        total += held(node)
    ours = sorted((one["name"], one["dtype"], one["shape"], one["elements"]) for one in told["initialisers"])
    check(ours == sorted(initialisers(model.graph)), f"{name}: initialisers {ours[:3]}")
    check(told["parameters"] == total, f"{name}: {told['parameters']} parameters, not {total}")


def check_shapes(name, told, model):
    """Where both know an extent they agree; returns how many outputs onnx knows whole, and how many of these we do not."""
    try:
        inferred = shape_inference.infer_shapes(model)
    except Exception:
        return 0, 0
    theirs = {one.name: one.type.tensor_type for values in (inferred.graph.value_info, inferred.graph.output) for one in values
              if one.type.HasField("tensor_type") and one.type.tensor_type.HasField("shape")}
    known = missing = 0
    for node in told["nodes"]:
        for mine in node["outputs"] if node["parent"] is None else []:
            if mine["name"] not in theirs:
                continue
            extents = [one.dim_value if one.HasField("dim_value") else -1 for one in theirs[mine["name"]].shape.dim]
            whole = all(one > 0 for one in extents)
            known += whole
            missing += whole and mine["shape"] != extents
            if mine["shape"] is not None:
                fits = len(extents) == len(mine["shape"]) and all(a == b or min(a, b) < 1 for a, b in zip(extents, mine["shape"]))
                check(fits, f"{name}: {mine['name']} has the shape {mine['shape']}, onnx infers {extents}")
            check(mine["dtype"] in (None, onnx_type(theirs[mine["name"]].elem_type)), f"{name}: {mine['name']} is {mine['dtype']}")
    return known, missing


def check_files(program, files):
    described = refused = known = missing = 0
    for file in files:
        told = program.layers(file)
        if not isinstance(told, dict):
            check(told.returncode == 1 and told.stderr.count("\n") == 1 and not told.stdout, f"{file.name}: no sentence: {told.stderr[:300]!r}")
            refused += 1
            continue
        model = onnx.load(str(file), load_external_data=False)
        check_graph(file.name, told, model)
        counts = check_shapes(file.name, told, model)
        known, missing = known + counts[0], missing + counts[1]
        if counts[1]:
            print(f"{file.name}: {counts[1]} of {counts[0]} shapes are not told")
        described += 1
    print(f"{described} files described, {refused} refused with a sentence; of {known} shapes that onnx infers {missing} are not told")
    check(described >= 20, "so few files were described")
    check(missing * 50 <= known, "many shapes are not told")


def check_made(program, folder):
    small = program.layers(folder / "small.onnx")
    shapes = {one["name"]: (one["shape"], one["tried"]) for node in small["nodes"] for one in node["outputs"]}
    check(shapes["conv2"] == ([-1, 6, 4, 4], [1, 6, 4, 4]), f"small: conv2 is {shapes['conv2']}")
    flops = {node["outputs"][0]["name"]: node["flops"] for node in small["nodes"]}
    check(flops["conv1"] == 2 * 4 * 8 * 8 * 27 and flops["scores"] == 2 * 5 * 6, f"small: {flops}")
    check(small["flops"] == sum(flops.values()), "small: the total of operations")
    check(small["nodes"][0]["attributes"] == {"kernel_shape": "[3, 3]", "pads": "[1, 1, 1, 1]"}, f"small: {small['nodes'][0]['attributes']}")
    bare = program.layers(folder / "bare.onnx")
    check([one["shape"] for node in bare["nodes"] for one in node["outputs"]] == [None] * 3, "bare: shapes out of nowhere")
    check(bare["nodes"][1]["attributes"] == {"times": "[1.5, 2.5]", "word": "\"two\""}, f"bare: {bare['nodes'][1]['attributes']}")
    table = program.run("inspect", folder / "bare.onnx", "--layers").stdout
    check("com.example.Twice" in table and all(len(line) < 200 for line in table.splitlines()), f"bare: {table}")
    table = program.run("inspect", folder / "branches.onnx", "--layers").stdout
    check("\n    Neg" in table and "11 nodes" in table, f"branches: {table}")


def check_speed(program, folder):
    began = time.monotonic()
    told = program.layers(folder / "long.onnx")
    took = time.monotonic() - began
    began = time.monotonic()
    program.run("--version")
    start = time.monotonic() - began
    print(f"{len(told['nodes'])} nodes are described in {took:.2f} s, of which the start of the program takes {start:.2f} s")
    check(took < 10, f"2000 nodes take {took:.1f} s")


def check_damage(program, folder):
    whole = (folder / "small.onnx").read_bytes()
    for length in (0, 7, len(whole) // 3, len(whole) - 11):
        (folder / "cut.onnx").write_bytes(whole[:length])
        run = program.run("inspect", folder / "cut.onnx", "--layers")
        check(run.returncode == 1 and run.stderr.count("\n") == 1, f"cut at {length}: {run}")
    rng = np.random.default_rng(9)
    for round_ in range(60):
        bad = bytearray(whole)
        for at in rng.integers(0, len(bad), 1 + round_ % 5):
            bad[at] = rng.integers(256)
        (folder / "bad.onnx").write_bytes(bad)
        run = program.run("inspect", folder / "bad.onnx", "--layers", "--json")
        check(run.returncode in (0, 1), f"damage {round_}: {run.returncode} {run.stderr}")


def main(program, *folders):
    with tempfile.TemporaryDirectory(prefix="warmbench-layers-") as home:
        folder = pathlib.Path(home)
        program = Program(program, folder)
        for network in ("small", "branches", "bare", "long"):
            onnx.save(getattr(layer_networks, network)(), str(folder / f"{network}.onnx"))
        onnx.save(layer_networks.numbers()[0], str(folder / "numbers.onnx"))
        onnx.save(layer_networks.small(), str(folder / "apart.onnx"), save_as_external_data=True, location="apart.bin", size_threshold=0)
        files = [file for one in map(pathlib.Path, [folder, *folders]) for file in sorted(one.rglob("*.onnx"))]
        check_files(program, files)
        check_made(program, folder)
        check_speed(program, folder)
        check_damage(program, folder)
    print(f"{len(failures)} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
