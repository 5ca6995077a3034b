#!/usr/bin/env python3
"""Sound ONNX files whose first run never ends or takes all memory: each is refused with the reason, the second time at once, and meanwhile another model answers without a pause.

    attack_killers.py PROGRAM [--long]

--long also insists on another trial (refresh with force).
"""
import json
import pathlib
import statistics
import sys
import tempfile
import threading
import time

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
from served import Server, check  # noqa: E402

MOST_SECONDS = 30  # of a refusal: the trial's 10 s of the processor on a busy machine
MOST_PAUSE = 0.05  # of the other model, for 99 of 100 requests


def value(name, kind=TensorProto.FLOAT, shape=None):
    return helper.make_tensor_value_info(name, kind, shape)


def loop(body_node, collects):
    """A loop of 2**62 rounds, whose body makes "next" of "held" and, if it collects, keeps each round's."""
    nodes = [helper.make_node("Identity", ["on"], ["still_on"]), body_node]
    results = [value("still_on", TensorProto.BOOL), value("next")]
    if collects:
        nodes.append(helper.make_node("Identity", ["held"], ["kept"]))
        results.append(value("kept"))
    body = helper.make_graph(nodes, "body", [value("round", TensorProto.INT64, []), value("on", TensorProto.BOOL, []), value("held")], results)
    graph = helper.make_graph(
        [helper.make_node("Loop", ["rounds", "yes", "x"], ["last"] + (["all"] if collects else []), body=body),
         helper.make_node("ReduceSum", ["last", "first_axis"], ["y"], keepdims=1)],
        "killer", [value("x", shape=[1, 4])], [value("y", shape=[1, 4])],
        [numpy_helper.from_array(np.array(2**62, dtype=np.int64), "rounds"), numpy_helper.from_array(np.array(True), "yes"),
         numpy_helper.from_array(np.array([0], dtype=np.int64), "first_axis")])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)])
    model.ir_version = 7
    return model


KILLERS = {
    "endless": lambda: loop(helper.make_node("Identity", ["held"], ["next"]), False),
    "hoarder": lambda: loop(helper.make_node("Identity", ["held"], ["next"]), True),
    "doubling": lambda: loop(helper.make_node("Concat", ["held", "held"], ["next"], axis=0), False),
}


def refused(server, name, path=None):
    """The seconds until the refusal."""
    began = time.monotonic()
    answer = server.ask("POST", path or f"/predict/{name}", json.dumps({"input": [1, 2, 3, 4]}), {"Content-Type": "application/json"}, timeout=2 * MOST_SECONDS)
    took = time.monotonic() - began
    said = answer.json().get("error", "")
    check(answer.status in (424, 507) and ("trial in a process of its own" in said or "more memory than there is" in said), f"{name}: {answer.status} {said}")
    check(took < MOST_SECONDS, f"{name} is refused after {took:.1f} s")
    return took


def pauses(server, row, until):
    """What a prediction by the other model takes, again and again."""
    taken = []
    while not until.is_set():
        began = time.monotonic()
        answer = server.ask("POST", "/predict/iris", row, {"Content-Type": "application/json"})
        taken.append(time.monotonic() - began)
        check(answer.status == 200, f"iris: {answer.status} {answer.body[:200]!r}")
    return taken


def main(program, thorough):
    with tempfile.TemporaryDirectory() as folder:
        for name, make in KILLERS.items():
            onnx.save(make(), f"{folder}/{name}.onnx")
        row = json.dumps({"input": [[5.1, 3.5, 1.4, 0.2]]})
        with Server(program, folder, "--memory-budget", "256MiB") as server:
            check(server.ask("POST", "/predict/iris", row, {"Content-Type": "application/json"}).status == 200, "iris does not answer")
            for name in KILLERS:
                done = threading.Event()
                taken = []
                beside = threading.Thread(target=lambda: taken.extend(pauses(server, row, done)))
                beside.start()
                try:
                    seconds = refused(server, name)
                finally:
                    done.set()
                    beside.join()
                slow = statistics.quantiles(taken, n=100)[98]
                print(f"{name}: refused after {seconds:.1f} s; beside it {len(taken)} answers, 99 of 100 within {1000 * slow:.1f} ms, the slowest after {1000 * max(taken):.1f} ms")
                check(slow < MOST_PAUSE, "the other model paused")
                again = refused(server, name)
                check(again < 1, f"{name} is refused only after {again:.1f} s although it is known")
                state = server.get(f"/models/{name}")
                check(state["state"] == "failed", f"{name} is {state['state']}")
            if thorough:
                refused(server, "endless", "/models/endless/refresh?force=true")
    print("passed")


if __name__ == "__main__":
    main(sys.argv[1], "--long" in sys.argv)
