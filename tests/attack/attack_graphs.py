#!/usr/bin/env python3
"""Valid small networks, shapes that clients choose, and files that would take far more memory than there is.

    attack_graphs.py PROGRAM [--long]

Every everyday graph answers with the shapes that ONNX infers and, where they are known, numpy's values, or is refused in a sentence; shapes that do
not fit are 400 and name node and tensor; what a load would take is told before it is taken; a file of very many nodes keeps nobody waiting. --long
also runs each file by `serve FILE`.
"""
import io
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper, shape_inference

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
from everyday_graphs import expected, graphs  # noqa: E402
from served import Server, check, sentence, wait  # noqa: E402

OPENCV = os.environ.get("WARMBENCH_ENGINE") != "onnxruntime"


def predict(server, name, feeds):
    return server.ask("POST", f"/predict/{name}", json.dumps({"tensors": {key: value.tolist() for key, value in feeds.items()}}))


def inferred(model, feeds):
    """The shapes of the outputs for these inputs; None where onnx does not tell."""
    fixed = onnx.ModelProto()
    fixed.CopyFrom(model)
    for given in fixed.graph.input:
        shape = given.type.tensor_type.shape
        for extent, sent in zip(shape.dim, feeds[given.name].shape):
            extent.dim_value = sent
    for output in fixed.graph.output:
        output.type.tensor_type.ClearField("shape")
    told = shape_inference.infer_shapes(fixed, data_prop=True).graph.output
    return [[extent.dim_value for extent in one.type.tensor_type.shape.dim] for one in told]


def misvalued(name, feeds, came, function):
    """What is wrong with the first output, if anything."""
    wanted = np.asarray(function(*(value.astype(np.float64) if value.dtype == np.float32 else value for value in feeds.values())))
    came = np.asarray(came, float)
    sent = f"{name} {[list(value.shape) for value in feeds.values()]}"
    # Single numbers come as a list of one.
    if came.shape != wanted.shape and not (wanted.ndim == 0 and came.size == 1):
        return [f"{sent}: {list(came.shape)} instead of {list(wanted.shape)}"]
    beyond = np.abs(came - wanted).max()
    if beyond > 1e-4 * max(np.abs(wanted).max(), 1):
        return [f"{sent}: wrong by {beyond:.3g}: {came.ravel()[:4]} instead of {wanted.ravel()[:4]}"]
    return []

def everyday(server):
    answered, compared, refused, wrong, values = 0, 0, [], [], expected()
    for name, (model, all_feeds) in graphs().items():
        for feeds in all_feeds:
            answer = predict(server, name, feeds)
            if answer.status == 200:
                answered += 1
                body = answer.json()
                outputs = list(body["outputs"].values()) if "outputs" in body else [body["prediction"]]
                came = [list(np.shape(output)) for output in outputs]
                check(np.isfinite(np.concatenate([np.ravel(np.array(output, float)) for output in outputs])).all(), f"{name}: no numbers")
                wanted = inferred(model, feeds)
                # 0: onnx does not tell that extent.
                check(name in values or all(0 in b or int(np.prod(a)) == int(np.prod(b)) for a, b in zip(came, wanted)),
                      f"{name}: {came} instead of {wanted}")
                if name in values:
                    compared += 1
                    wrong += misvalued(name, feeds, outputs[0], values[name])
            elif answer.status >= 500:
                wrong.append(f"{name} {[list(array.shape) for array in feeds.values()]}: {answer.status} {answer.body[:200]!r}")
            else:
                refused.append((name, sentence(answer, (400, 424))))
    print(f"everyday graphs: {len(graphs())}; requests answered {answered}, of which numpy's values are known of {compared}, refused {len(refused)}")
    return refused, wrong


def chosen_shapes(server):
    """Extents that the file leaves free, chosen to reach beyond its constants."""
    rows = [("batch_normalisation_free_channels", {"x": (1, 4096, 1, 1)}), ("batch_normalisation_free_channels", {"x": (1, 300000, 1, 1)}),
            ("batch_normalisation_free_channels", {"x": (1, 2, 1, 1)}),
            ("matmul_of_two_inputs", {"a": (3, 4), "b": (5, 2)}), ("matmul_of_two_inputs", {"a": (1, 1000), "b": (1, 1000)}),
            ("pooling", {"x": (1, 3, 1, 1)})]
    rows = rows if OPENCV else rows[:-1]  # ONNX Runtime pools what there is of a window, and names the node alone
    for name, shapes in rows:
        error = sentence(predict(server, name, {key: np.zeros(shape, np.float32) for key, shape in shapes.items()}), (400,))
        check("node \"" in error and (not OPENCV or any(f'"{key}"' in error for key in shapes)), f"{name} {shapes}: node and tensor are not named: {error}")
    print(f"shapes that do not fit: {len(rows)} refused")


def peak(server):
    with open(f"/proc/{server.process.pid}/status", encoding="ascii") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) >> 10


def relu(shape):
    graph = helper.make_graph([helper.make_node("Relu", ["x"], ["y"], "relu")], "g", [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)],
                              [helper.make_tensor_value_info("y", TensorProto.FLOAT, shape)])
    return helper.make_model(graph, ir_version=8, opset_imports=[helper.make_opsetid("", 13)])


def budget(program):
    """Files of some 90 bytes that ask for gigabytes."""
    with tempfile.TemporaryDirectory() as folder:
        for name, batch in (("fixed", 1), ("free", "n")):
            onnx.save(relu([batch, 3, 8000, 8000]), f"{folder}/{name}.onnx")
        with Server(program, "--memory-budget", "64MiB", folder) as server:
            before = peak(server)
            for name in ("fixed", "free"):
                for _ in range(3):
                    error = sentence(server.ask("POST", f"/predict/{name}", '{"input": [1]}'), (507,))
                    check("64.0 MiB" in error and "--memory-budget" in error, error)
            failures = server.get("/stats")["load_failures"]
            check(failures == 2, f"{failures} loads failed: the refusal of a file is not remembered")
            after = peak(server)
            sample = server.ask("POST", "/predict/iris", '{"input": [5.1, 3.5, 1.4, 0.2]}')
            check(sample.status == 200, f"a model that fits: {sample.status}")
            print(f"beyond the budget: peak {before} -> {after} MiB")
            check(after - before < 100, "memory was taken before it was refused")


def widening():
    """Pictures of any size to 64 channels of it, and to 64 numbers."""
    weights = numpy_helper.from_array(np.ones((64, 3, 1, 1), np.float32), "w")
    nodes = [helper.make_node("Conv", ["x", "w"], ["wide"], "conv", kernel_shape=[1, 1]), helper.make_node("GlobalAveragePool", ["wide"], ["y"], "pool")]
    graph = helper.make_graph(nodes, "g", [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 3, "h", "w"])],
                              [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, 64, 1, 1])], [weights])
    return helper.make_model(graph, ir_version=8, opset_imports=[helper.make_opsetid("", 13)])


def spreading():
    """Pictures of any size to a filter of 48x48, whose products stand in a buffer of 9 KiB a pixel."""
    weights = numpy_helper.from_array(np.full((3, 1, 48, 48), 0.01, np.float32), "w")
    nodes = [helper.make_node("ConvTranspose", ["x", "w"], ["y"], "spread", kernel_shape=[48, 48])]
    graph = helper.make_graph(nodes, "g", [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 3, "h", "w"])],
                              [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, 1, "H", "W"])], [weights])
    return helper.make_model(graph, ir_version=8, opset_imports=[helper.make_opsetid("", 13)])


def picture(side):
    body = io.BytesIO()
    np.save(body, np.ones((1, 3, side, side), np.float32))
    return body.getvalue()


def activations(program):
    """A body of some megabytes that becomes gigabytes between or within the layers; what a large run leaves is handed back."""
    with tempfile.TemporaryDirectory() as folder:
        onnx.save(widening(), f"{folder}/wide.onnx")
        onnx.save(spreading(), f"{folder}/spread.onnx")
        with Server(program, "--max-input", "128MiB", folder) as server:
            def send(name, side):
                return server.ask("POST", f"/predict/{name}", picture(side))
            for name, large in (("wide", 1500), ("spread", 500)):
                check(send(name, 64).status == 200, "a small picture is refused")
                before = peak(server)
                error = sentence(send(name, large), (507,))
                check("activations" in error and "128 MiB" in error, error)
                after = peak(server)
                print(f"activations beyond the memory of requests, {name}: peak {before} -> {after} MiB")
                check(after - before < 150, "memory was taken before it was refused")
        with Server(program, folder) as server:
            def resident():
                return server.get("/stats")["rss_bytes"] >> 20
            check(server.ask("POST", "/predict/wide", picture(64)).status == 200, "a small picture is refused")
            idle = resident()
            check(server.ask("POST", "/predict/wide", picture(1200)).status == 200, "a large picture is refused")
            wait("the buffers of a large run to be handed back", lambda: resident() < idle + 60, 20)
            print(f"after a large run: {idle} -> {resident()} MiB at rest")


def chain(nodes):
    """Sums with a constant, which OpenCV's importer takes time for by the square of their number."""
    names = ["x"] + [f"v{i}" for i in range(nodes)]
    made = [helper.make_node("Add", [names[i], "c"], [names[i + 1]], f"add{i}") for i in range(nodes)]
    graph = helper.make_graph(made, "g", [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 4])],
                              [helper.make_tensor_value_info(names[-1], TensorProto.FLOAT, [1, 4])],
                              [numpy_helper.from_array(np.ones((1, 4), np.float32), "c")])
    return helper.make_model(graph, ir_version=8, opset_imports=[helper.make_opsetid("", 13)])


def many_nodes(program):
    with tempfile.TemporaryDirectory() as folder:
        onnx.save(chain(100_000), f"{folder}/long.onnx")
        with Server(program, folder) as server:
            began = time.monotonic()
            described = server.ask("GET", "/v2/models/long")
            told = time.monotonic() - began
            check(described.status == 200, f"{described.status} {described.body[:200]!r}")
            answer = server.ask("POST", "/predict/long", '{"input": [1, 2, 3, 4]}')
            if OPENCV:
                sentence(answer, (424,))
            else:
                check(answer.json()["prediction"] == [[100001, 100002, 100003, 100004]], f"{answer.status} {answer.body[:200]!r}")
            loaded = time.monotonic() - began - told
            print(f"100,000 nodes: described in {told:.1f} s, {'refused' if OPENCV else 'loaded and run'} in {loaded:.1f} s")
            check(told < 20 and loaded < 20, "a file of many nodes holds the loader")


def one_by_one(program):
    with tempfile.TemporaryDirectory() as folder:
        for name, (model, _) in graphs().items():
            path = os.path.join(folder, name + ".onnx")
            onnx.save(model, path)
            ended = subprocess.run([program, "inspect", path], capture_output=True, text=True, timeout=60)
            check(ended.returncode in (0, 1), f"inspect {name}: ended with {ended.returncode}")
            try:
                with Server(program, path, sample=False) as server:
                    server.ask("GET", "/models")
            except RuntimeError as error:
                check("cannot run" in str(error), f"serve {name}: {error}")
    print(f"by `serve FILE` and `inspect`: {len(graphs())} files, none crashed")


def main():
    program, long = sys.argv[1], "--long" in sys.argv[2:]
    check(len(graphs()) >= 60, "too few graphs")
    with tempfile.TemporaryDirectory() as folder:
        for name, (model, _) in graphs().items():
            onnx.save(model, os.path.join(folder, name + ".onnx"))
        with Server(program, folder, "--log-level", "error", sample=False) as server:
            refused, wrong = everyday(server)
            for line in wrong:
                print(f"  {line}")
            check(not wrong, f"{len(wrong)} wrong answers: " + ", ".join(line.split()[0] for line in wrong))
            chosen_shapes(server)
            server.get("/stats")
    if long:
        for name, error in refused:
            print(f"  {name}: {error[:200]}")
        one_by_one(program)
    budget(program)
    activations(program)
    many_nodes(program)


if __name__ == "__main__":
    main()
