#!/usr/bin/env python3
"""What isolation costs a request: the same model by a program that isolates and by one that does not, in turns.

    isolation_cost.py path/to/warmbench [requests]

Needs numpy and onnx. Prints medians over a kept connection, and fails above the goals: 150 us more for 64 numbers, 250 us more
for a tensor of 600 KB.
"""
import http.client
import json
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

SIZES = {"64 numbers": (64, 150), "a tensor of 600 KB": (150_000, 250)}


def write_model(path, count):
    """The sum of its inputs and a constant."""
    tensors = [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["batch", size]) for name, size in (("x", count), ("y", 1))]
    nodes = [helper.make_node("ReduceSum", ["x", "axes"], ["sum"], keepdims=1), helper.make_node("Add", ["sum", "one"], ["y"])]
    weights = [numpy_helper.from_array(np.array([1], np.int64), "axes"), numpy_helper.from_array(np.array([1], np.float32), "one")]
    model = helper.make_model(helper.make_graph(nodes, "sum", tensors[:1], tensors[1:], weights), opset_imports=[helper.make_opsetid("", 13)])
    model.ir_version = 7
    onnx.save(model, path)


def body_of(count):
    """v2 with binary data, so that the numbers' text does not count."""
    header = json.dumps({"inputs": [{"name": "x", "shape": [1, count], "datatype": "FP32", "parameters": {"binary_data_size": 4 * count}}]}).encode()
    return header + np.ones(count, np.float32).tobytes(), {"Inference-Header-Content-Length": str(len(header))}


def taken(connection, name, body, fields):
    began = time.perf_counter()
    connection.request("POST", f"/v2/models/{name}/infer", body, fields)
    answer = connection.getresponse()
    answer.read()
    took = time.perf_counter() - began
    check(answer.status == 200, f"{name}: {answer.status}")
    return 1e6 * took


def main():
    program = sys.argv[1]
    requests = int(sys.argv[2]) if len(sys.argv) > 2 else 2000
    above = False
    with tempfile.TemporaryDirectory(prefix="warmbench-models-") as folder:
        for count, _ in SIZES.values():
            write_model(f"{folder}/sum{count}.onnx", count)
        with Server(program, folder) as plain, Server(program, folder, "--isolate") as isolating:
            connections = [http.client.HTTPConnection(server.address.netloc, timeout=60) for server in (plain, isolating)]
            for what, (count, goal) in SIZES.items():
                body, fields = body_of(count)
                times = [[], []]
                for i in range(requests + 100):
                    for connection, all_of in zip(connections, times, strict=True):
                        took = taken(connection, f"sum{count}", body, fields)
                        if i >= 100:
                            all_of.append(took)
                medians = [statistics.median(all_of) for all_of in times]
                more = medians[1] - medians[0]
                above |= more > goal
                print(f"{what:<20} {medians[0]:6.0f} us, isolated {medians[1]:6.0f} us: {more:.0f} us more, goal {goal}")
    return 1 if above else 0


if __name__ == "__main__":
    sys.exit(main())
