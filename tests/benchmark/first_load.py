#!/usr/bin/env python3
"""What the trial of a new file costs: the first load of a model of 100 MB without a trial, with one, and where its outcome is known.

    first_load.py path/to/warmbench [rounds]

Needs numpy and onnx. In each round every kind is measured once, so that all see the same machine; prints medians and ratios,
and fails above the goals: 3 times the bare load for a file that is new, 1.1 times for one that is known.
"""
import os
import pathlib
import statistics
import sys
import tempfile
import time

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
from served import Server, check  # noqa: E402

NEW_GOAL = 3.0
KNOWN_GOAL = 1.1
SIDE = 2236  # five layers of SIDE x SIDE float32 are 100 MB
LAYERS = 5


def write_model(path):
    random = np.random.default_rng(1)
    weights = [numpy_helper.from_array((random.standard_normal((SIDE, SIDE)) / 50).astype(np.float32), f"w{i}") for i in range(LAYERS)]
    names = ["x", *(f"h{i}" for i in range(1, LAYERS)), "y"]
    nodes = [helper.make_node("MatMul", [names[i], f"w{i}"], [names[i + 1]], name=f"layer{i}") for i in range(LAYERS)]
    tensors = [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["batch", SIDE]) for name in ("x", "y")]
    model = helper.make_model(helper.make_graph(nodes, "large", tensors[:1], tensors[1:], weights), opset_imports=[helper.make_opsetid("", 13)])
    model.ir_version = 7
    onnx.save(model, path)


def loaded(server):
    """The seconds of a load."""
    began = time.monotonic()
    answer = server.ask("POST", "/models/large/load")
    took = time.monotonic() - began
    check(answer.status == 200, f"{answer.status} {answer.body[:300]!r}")
    check(server.ask("POST", "/models/large/unload").status == 200, "it cannot be unloaded")
    return took


def main():
    program = sys.argv[1]
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 7
    taken = {"bare": [], "new": [], "known": []}
    with tempfile.TemporaryDirectory(prefix="warmbench-models-") as folder:
        write_model(f"{folder}/large.onnx")
        print(f"{os.path.getsize(f'{folder}/large.onnx') / 1e6:.0f} MB")
        for _ in range(rounds):
            with Server(program, folder, "--probe", "off") as server:
                loaded(server)  # its libraries are there from now on
                taken["bare"].append(loaded(server))
            with Server(program, folder) as server:
                check(server.ask("POST", "/models/digits/load").status == 200, "digits does not load")
                taken["new"].append(loaded(server))
                taken["known"].append(loaded(server))
    medians = {kind: statistics.median(all_of) for kind, all_of in taken.items()}
    ratios = {kind: statistics.median(a / b for a, b in zip(taken[kind], taken["bare"], strict=True)) for kind in ("new", "known")}
    print(f"{'bare load':<12} {1000 * medians['bare']:7.0f} ms")
    for kind, goal in (("new", NEW_GOAL), ("known", KNOWN_GOAL)):
        print(f"{kind:<12} {1000 * medians[kind]:7.0f} ms, {ratios[kind]:.2f} times the bare load, goal {goal}")
    return 0 if ratios["new"] <= NEW_GOAL and ratios["known"] <= KNOWN_GOAL else 1


if __name__ == "__main__":
    sys.exit(main())
