#!/usr/bin/env python3
"""Requests of many small samples: pictures of one pixel to a network of 640x640, millions of single numbers.

usage: attack_samples.py PROGRAM [--long]
"""

import base64
import json
import os
import resource
import struct
import sys
import tempfile
import time
import zlib

import numpy
import onnx
from onnx import TensorProto, helper, numpy_helper

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from served import Server, check, wait  # noqa: E402

SIDE = 640
MIB = 1 << 20
MOST_MORE = 300 * MIB  # than idle
REFUSED = (413, 504, 507)
SLACK = 0.5  # seconds beyond the deadline; twice that on a busy machine


def save(folder, name, nodes, inputs, outputs, constants=()):
    graph = helper.make_graph(nodes, name, inputs, outputs, [numpy_helper.from_array(value, key) for key, value in constants])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 11)])
    model.ir_version = 7
    onnx.save(model, os.path.join(folder, name + ".onnx"))


def value(name, *shape):
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)


def make_models(folder):
    for name, batch in (("pool", "n"), ("pool_one", 1)):
        save(folder, name, [helper.make_node("GlobalAveragePool", ["x"], ["y"])],
             [value("x", batch, 3, SIDE, SIDE)], [value("y", batch, 3, 1, 1)])
    weights = numpy.eye(3, dtype=numpy.float32).reshape(3, 3, 1, 1)
    save(folder, "wide", [helper.make_node("Conv", ["x", "w"], ["y"], kernel_shape=[1, 1])],
         [value("x", "n", 3, SIDE, SIDE)], [value("y", "n", 3, SIDE, SIDE)], [("w", weights)])
    for name, batch in (("number", "n"), ("number_one", 1)):
        save(folder, name, [helper.make_node("Relu", ["x"], ["y"])], [value("x", batch, 1)], [value("y", batch, 1)])


def png():
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)) +
            chunk(b"IDAT", zlib.compress(b"\0\x40\x80\xff")) + chunk(b"IEND", b""))


def binary(count):
    data = (struct.pack("<I", len(png())) + png()) * count
    head = json.dumps({"inputs": [{"name": "x", "shape": [count], "datatype": "BYTES",
                                   "parameters": {"binary_data_size": len(data)}}]}).encode()
    return head + data, {"Inference-Header-Content-Length": str(len(head))}


def in_json(count):
    texts = [base64.b64encode(png()).decode()] * count
    return json.dumps({"inputs": [{"name": "x", "shape": [count], "datatype": "BYTES", "data": texts}]}).encode(), {}


def instances(count):
    return json.dumps({"instances": [{"b64": base64.b64encode(png()).decode()}] * count}).encode(), {}


def memory(server, key):
    with open(f"/proc/{server.process.pid}/status", encoding="ascii") as status:
        for line in status:
            if line.startswith(key + ":"):
                return int(line.split()[1]) * 1024
    return 0


def measured(server, what, path, body, fields, deadline, most_more=MOST_MORE):
    """The answer to it, after checks of its time and of the memory that it took."""
    idle = memory(server, "VmRSS")
    with open(f"/proc/{server.process.pid}/clear_refs", "w", encoding="ascii") as refs:
        refs.write("5")
    began = time.monotonic()
    answer = server.ask("POST", path, body, fields)
    took = time.monotonic() - began
    more = memory(server, "VmHWM") - idle
    said = "" if answer.status == 200 else f": {answer.body[:180].decode(errors='replace').strip()}"
    print(f"{what}: {answer.status} after {took:.2f} s, {more / MIB:.0f} MiB more than idle, body {len(body) / MIB:.2f} MiB{said}")
    check(answer.status == 200 or answer.status in REFUSED, f"{what}: {answer.status} {answer.body[:300]!r}")
    check(took < deadline + 2 * SLACK, f"{what}: answered after {took:.1f} s with a deadline of {deadline} s")
    check(more < most_more, f"{what}: {more / MIB:.0f} MiB more than idle")
    return answer


def rows_of(answer, protocol):
    if protocol == "v2":
        data = answer.json()["outputs"][0]
        return data["shape"][0], numpy.array(data["data"]).reshape(data["shape"][0], -1)
    data = answer.json()["predictions"]
    return len(data), numpy.array(data).reshape(len(data), -1)


def pictures(program, folder, count):
    with Server(program, folder, "--deadline", "3s", sample=False) as server:
        resource.prlimit(server.process.pid, resource.RLIMIT_AS, (6 << 30, 6 << 30))
        for model in ("pool", "pool_one", "wide"):
            check(server.ask("POST", f"/models/{model}/load").status == 200, f"{model} loads")
            warm = server.ask("POST", f"/v2/models/{model}/infer", *in_json(2))
            check(warm.status == 200, f"{model}: {warm.status} {warm.body[:300]!r}")
        expected = numpy.array([0x40, 0x80, 0xff]) / 255
        for model in ("pool", "pool_one"):
            for what, path, make, protocol, samples in (
                    ("binary", f"/v2/models/{model}/infer", binary, "v2", 20),
                    ("binary", f"/v2/models/{model}/infer", binary, "v2", count),
                    ("base64", f"/v2/models/{model}/infer", in_json, "v2", count),
                    ("instances", f"/v1/models/{model}:predict", instances, "v1", count)):
                answer = measured(server, f"{samples} pictures to {model}, {what}", path, *make(samples), 3)
                if answer.status == 200:
                    rows, numbers = rows_of(answer, protocol)
                    check(rows == samples, f"{rows} rows for {samples} pictures")
                    check(numpy.abs(numbers - expected).max() < 2e-3, "wrong numbers")
                check(samples > 20 or answer.status == 200, "20 pictures are no attack")
        # Outputs of 4.9 MB each: beyond what requests may take together.
        answer = measured(server, f"{count} pictures to wide", "/v2/models/wide/infer", *binary(count), 3)
        check(answer.status in REFUSED, "outputs were not counted")
        idle_again(server)


def numbers(program, folder, megabytes):
    with Server(program, folder, "--deadline", "2s", sample=False) as server:
        resource.prlimit(server.process.pid, resource.RLIMIT_AS, (8 << 30, 8 << 30))
        count = megabytes * MIB // 4
        rows = b"[" + b",".join([b"[1]"] * count) + b"]"
        flat = b"[" + b",".join([b"1"] * (2 * count)) + b"]"
        shape = json.dumps({"name": "x", "shape": [2 * count, 1], "datatype": "FP32"}).encode()
        for model in ("number", "number_one"):
            check(server.ask("POST", f"/models/{model}/load").status == 200, f"{model} loads")
            check(server.ask("POST", f"/predict/{model}", b'{"input": [1]}').status == 200, "one number")
            for what, path, body in (
                    ("inputs", f"/predict/{model}", b'{"inputs": ' + rows + b"}"),
                    ("v2", f"/v2/models/{model}/infer", b'{"inputs": [' + shape[:-1] + b', "data": ' + flat + b"}]}"),
                    ("instances", f"/v1/models/{model}:predict", b'{"instances": ' + rows + b"}")):
                measured(server, f"{megabytes} MB of single numbers to {model}, {what}", path, body, {}, 2, 2048 * MIB)
                check(server.ask("POST", f"/predict/{model}", b'{"input": [1]}').status == 200, "one number afterwards")
        idle_again(server)


def idle_again(server):
    """What large requests took is handed back to the system within some seconds."""
    wait("memory to be handed back", lambda: memory(server, "VmRSS") < 200 * MIB, 20)
    print(f"at rest: {memory(server, 'VmRSS') / MIB:.0f} MiB")
    check(server.get("/stats")["rss_bytes"] > 0, "the server goes on answering")


def main():
    long = "--long" in sys.argv[2:]
    with tempfile.TemporaryDirectory(prefix="warmbench-attack-") as folder:
        make_models(folder)
        pictures(sys.argv[1], folder, 4000 if long else 1000)
        numbers(sys.argv[1], folder, 60 if long else 16)


if __name__ == "__main__":
    main()
