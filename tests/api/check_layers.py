#!/usr/bin/env python3
"""What `warmbench inspect` tells of a network's inside: check_layers.py WARMBENCH MODELS SAMPLES

Every ONNX file in MODELS and SAMPLES and the networks of layer_networks.py are described with --layers --json, and each node,
tensor, initialiser and count is held against what Python's onnx package reads from the same file; shapes against onnx's own
inference. Inner tensors (--tensor) are held against NumPy, which computes small() from the weights in the file alone; weights
against the arrays that were stored.
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


# ---- tensors


def tensor(program, file, name, given, folder, *options):
    out = folder / "tensor.npy"
    out.unlink(missing_ok=True)
    run = program.run("inspect", file, "--tensor", name, given, "--output", out, "--json", *options)
    return (np.load(out), json.loads(run.stdout)) if run.returncode == 0 else (None, run)


def near(found, expected):
    return found is not None and found.shape == expected.shape and np.abs(found - expected).max() <= 1e-5 * max(1, np.abs(expected).max())


def check_statistics(what, told, array):
    kept = array.astype(np.float64).ravel()
    finite, numbers = kept[np.isfinite(kept)], kept[~np.isnan(kept)]
    check(told["shape"] == list(array.shape) and told["count"] == array.size, f"{what}: {told}")
    counts = [int(np.isnan(kept).sum()), int(np.isinf(kept).sum()), int((kept == 0).sum())]
    check([told["nan"], told["infinite"], told["zeros"]] == counts, f"{what}: counts {told}, not {counts}")
    expected = {"min": numbers.min(), "max": numbers.max(), "mean": finite.mean(), "std": finite.std()} if numbers.size else {}
    for key, value in expected.items():
        mine = told[key] if not isinstance(told[key], str) else float(told[key].replace("Infinity", "inf"))
        check(mine == value or math.isclose(mine, value, rel_tol=1e-9, abs_tol=1e-12), f"{what}: {key} is {mine}, not {value}")


def engines(program):
    said = program.run("--version").stdout
    return [name for name in ("onnxruntime", "opencv") if f"\n{name} " in said]


def check_tensors(program, folder):
    made = layer_networks.small()
    for samples in (1, 2):
        x = np.random.default_rng(samples).normal(0, 1, (samples, 3, 8, 8)).astype(np.float32)
        np.save(folder / "x.npy", x)
        for engine in engines(program):
            if engine == "opencv" and samples > 1:
                continue  # OpenCV 4.6 adds a constant to two samples only where it can make it part of the convolution
            worst = 0
            for name, expected in layer_networks.small_tensors(made, x).items():
                for file in ("small.onnx", "apart.onnx"):
                    found, told = tensor(program, folder / file, name, folder / "x.npy", folder, "--engine", engine)
                    check(near(found, expected), f"{file}, {engine}, {samples} samples: {name} is not what NumPy computes: {told}")
                    if found is not None and found.shape == expected.shape:
                        check_statistics(f"{file} {name}", told, found)
                        worst = max(worst, float(np.abs(found - expected).max()))
            print(f"{engine}, {samples} samples: every tensor of small() as NumPy computes it, the largest difference {worst:.1e}")


def check_other_tensors(program, folder):
    if "onnxruntime" not in engines(program):
        return
    (folder / "b.json").write_text(json.dumps({"tensors": {"x": [1, -2, 3], "c": True}}))
    for name, expected in {"chosen": [1, -2, 3], "looped": [4, 1, 6], "y": [4, 1, 6]}.items():
        found, told = tensor(program, folder / "branches.onnx", name, folder / "b.json", folder)
        check(near(found, np.array(expected, np.float32)), f"branches: {name} is {found}: {told}")
    (folder / "t.json").write_text(json.dumps({"tensors": {"x": [[5, 6, 7], [8, 9, 10]]}}))
    for name, dtype, expected in (("size", "int64", [2, 3]), ("best", "int64", [[2], [2]]), ("alike", "bool", [True, True, True]),
                                  ("half", "float16", [[5, 6, 7], [8, 9, 10]])):
        found, told = tensor(program, folder / "types.onnx", name, folder / "t.json", folder)
        check(found is not None and str(found.dtype) == dtype and found.tolist() == expected, f"types: {name} is {found}: {told}")


def check_darknet(program, folder):
    weights = layer_networks.darknet(folder)
    x = np.random.default_rng(4).normal(0, 1, (1, 3, 8, 8)).astype(np.float32)
    np.save(folder / "x.npy", x)
    told = program.layers(folder / "dark.cfg")
    names = {node["name"]: node for node in told["nodes"]} if isinstance(told, dict) else {}
    print("layers of the Darknet network:", ", ".join(names) or told)
    for name, expected in layer_networks.darknet_tensors(weights, x).items():
        check(name in names and names[name]["outputs"][0]["tried"] == list(expected.shape), f"darknet: {name}: {names.get(name)}")
        found, run = tensor(program, folder / "dark.cfg", name, folder / "x.npy", folder)
        check(near(found, expected), f"darknet: {name} is not what NumPy computes: {run}")
    check(sum(node["parameters"] for node in names.values()) == sum(b.size + w.size for b, w in weights), "darknet: parameters")
    run = program.run("inspect", folder / "dark.cfg", "--tensor", "conv_9", folder / "x.npy")
    check(run.returncode == 1 and "conv_" in run.stderr and run.stderr.count("\n") == 1, f"darknet: {run.stderr}")


def check_preparation(program, folder, samples):
    """The picture goes through the settings of the model: what the network then computes is what it computes for the prepared numbers."""
    digits, picture = pathlib.Path(samples) / "digits.onnx", pathlib.Path(samples) / "three.png"
    graph = program.layers(digits)
    seen, told = tensor(program, digits, graph["inputs"][0]["name"], picture, folder)
    check(seen is not None, f"digits: {told}")
    np.save(folder / "seen.npy", seen)
    for node in graph["nodes"][:3]:
        name = node["outputs"][0]["name"]
        one, told = tensor(program, digits, name, picture, folder)
        other, _ = tensor(program, digits, name, folder / "seen.npy", folder)
        check(one is not None and near(one, other), f"digits: {name} differs between the picture and its numbers: {told}")


def check_weights(program, folder):
    _, arrays = layer_networks.numbers()
    for name, array in arrays.items():
        run = program.run("inspect", folder / "numbers.onnx", "--tensor", name, "--json")
        check(run.returncode == 0, f"weight {name}: {run.stderr}")
        if run.returncode == 0:
            check_statistics(f"weight {name}", json.loads(run.stdout), array)
    run = program.run("inspect", folder / "apart.onnx", "--tensor", "w1", "--json")
    small = {one.name: numpy_helper.to_array(one) for one in layer_networks.small().graph.initializer}
    check_statistics("weight in a file of its own", json.loads(run.stdout), small["w1"])


def check_refusals(program, folder):
    x = folder / "x.npy"
    np.save(x, np.zeros((1, 3, 8, 8), np.float32))
    np.save(folder / "wrong.npy", np.zeros((1, 3, 8), np.float32))
    (folder / "rows.csv").write_text("1,2\n3,4\n")
    (folder / "cut.onnx").write_bytes((folder / "small.onnx").read_bytes()[:900])
    for words, said in ((["small.onnx", "conv9", x], ["conv1", "conv2"]), (["small.onnx", "first", x], ["is a node", "conv1"]),
                        (["small.onnx", "w1", x], ["is a weight"]), (["branches.onnx", "deep", folder / "b.json"], ["within a node"]),
                        (["small.onnx", "w9"], ["w9", "INPUT"]), (["cut.onnx", "conv1", x], ["cut.onnx"]), (["small.onnx", "conv1", folder / "wrong.npy"], ["x"]),
                        (["small.onnx", "conv1", folder / "rows.csv"], ["one sample"]), (["small.onnx", "conv1", folder / "none.npy"], ["none.npy"]),
                        (["small.onnx", "conv1", x, "--output", folder / "no" / "where.npy"], ["where.npy"])):
        file, name, *rest = words
        run = program.run("inspect", folder / file, "--tensor", name, *rest)
        check(run.returncode == 1 and run.stderr.count("\n") == 1 and all(word in run.stderr for word in said), f"{words}: {run.stderr}")
    for words in (["--tensor", "conv1", "--output", "o.npy"], [x], ["--layers", "--tensor", "w1"], ["--output", "o.npy"]):
        check(program.run("inspect", folder / "small.onnx", *words).returncode == 2, f"{words}: no wrong usage")


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
        for network in ("small", "branches", "bare", "types", "long"):
            onnx.save(getattr(layer_networks, network)(), str(folder / f"{network}.onnx"))
        onnx.save(layer_networks.numbers()[0], str(folder / "numbers.onnx"))
        onnx.save(layer_networks.small(), str(folder / "apart.onnx"), save_as_external_data=True, location="apart.bin", size_threshold=0)
        files = [file for one in map(pathlib.Path, [folder, *folders]) for file in sorted(one.rglob("*.onnx"))]
        check_files(program, files)
        check_made(program, folder)
        check_speed(program, folder)
        check_tensors(program, folder)
        check_other_tensors(program, folder)
        check_darknet(program, folder)
        check_preparation(program, folder, folders[-1])
        check_weights(program, folder)
        check_refusals(program, folder)
        check_damage(program, folder)
    print(f"{len(failures)} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
