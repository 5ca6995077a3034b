#!/usr/bin/env python3
"""ONNX's own backend tests through the server: onnx_backend.py WARMBENCH [--engine ENGINE] [--list KIND] [--data FOLDER]

Each model is asked by POST /v2/models/NAME/infer with the inputs that come with it, as JSON, and its answer is held against the
outputs that come with it (relative 1e-3 as ONNX's own runner, and 1e-6 of the largest number of a tensor). --list prints the models of a kind: right, wrong, warned
(wrong, but with a warning), refused, nameless (refused at load without a word of which operator), failed (a status of 500 or more), crashed, unspoken (no tensors that JSON can express).
"""

import argparse
import collections
import json
import math
import os
import pathlib
import sys
import tempfile

import numpy as np
import onnx
from onnx import TensorProto, numpy_helper

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
from served import Server  # noqa: E402

DATATYPES = {np.dtype(np.float32): "FP32", np.dtype(np.float64): "FP64", np.dtype(np.float16): "FP16", np.dtype(np.int8): "INT8",
             np.dtype(np.int16): "INT16", np.dtype(np.int32): "INT32", np.dtype(np.int64): "INT64", np.dtype(np.uint8): "UINT8",
             np.dtype(np.uint16): "UINT16", np.dtype(np.uint32): "UINT32", np.dtype(np.uint64): "UINT64", np.dtype(np.bool_): "BOOL",
             np.dtype(object): "BYTES"}

class Unspoken(Exception):
    """A value that is no tensor, or one of a type that JSON does not express."""


def read(path, kind):
    if not kind.HasField("tensor_type"):
        raise Unspoken
    tensor = TensorProto()
    tensor.ParseFromString(path.read_bytes())
    if tensor.data_type in (TensorProto.COMPLEX64, TensorProto.COMPLEX128):
        raise Unspoken
    array = numpy_helper.to_array(tensor)
    if kind.tensor_type.elem_type == TensorProto.BFLOAT16 and array.dtype == np.uint16:  # the upper half of a float32
        return (array.astype(np.uint32) << 16).view(np.float32)
    return array


def spoken(value):
    """One element as JSON has it."""
    if isinstance(value, bytes):
        return value.decode()
    if isinstance(value, float) and not math.isfinite(value):
        return None if math.isnan(value) else ("Infinity" if value > 0 else "-Infinity")
    return value


def heard(value):
    return {"Infinity": math.inf, "-Infinity": -math.inf, None: math.nan}.get(value, value) if value is None or isinstance(value, str) else value


def request(feeds):
    return json.dumps({"inputs": [{"name": name, "shape": list(array.shape), "datatype": DATATYPES[array.dtype],
                                   "data": [spoken(value) for value in array.ravel().tolist()]} for name, array in feeds.items()]})


def alike(came, wanted, relative):
    if list(came["shape"]) != list(wanted.shape) or came["datatype"] != DATATYPES[wanted.dtype]:
        return False
    if wanted.dtype == object:
        return came["data"] == [spoken(value) for value in wanted.ravel().tolist()]
    values = np.array([heard(value) for value in came["data"]], dtype=np.float64 if wanted.dtype.kind == "f" else wanted.dtype)
    expected = wanted.ravel()
    if wanted.dtype.kind == "f":
        finite = np.abs(expected[np.isfinite(expected)]).max(initial=0)
        return np.allclose(values, expected.astype(np.float64), rtol=relative, atol=max(1e-7, 1e-6 * finite), equal_nan=True)
    return np.array_equal(values, expected)


def sets(folder, model):
    """The inputs by name and the outputs in order, of each set of data; graphs without data have none."""
    constants = {tensor.name for tensor in model.graph.initializer}
    inputs = [value for value in model.graph.input if value.name not in constants]
    for data in sorted(folder.glob("test_data_set_*")):
        feeds = {value.name: read(data / f"input_{i}.pb", value.type) for i, value in enumerate(inputs)}
        yield feeds, {value.name: read(data / f"output_{i}.pb", value.type) for i, value in enumerate(model.graph.output)}


def judged(server, name, feeds, wanted, relative):
    answer = server.ask("POST", f"/v2/models/{name}/infer", request(feeds))
    if answer.status >= 500:
        return "failed", answer.body.decode(errors="replace")
    if answer.status != 200:
        reason = answer.body.decode(errors="replace")
        return "nameless" if answer.status == 424 and "operator" not in reason else "refused", reason
    body = answer.json()
    came = {output["name"]: output for output in body["outputs"]}
    if all(key in came and alike(came[key], value, relative) for key, value in wanted.items()):
        return "right", ""
    warning = body.get("parameters", {}).get("warning", "")
    return ("warned", warning) if warning else ("wrong", "")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("program")
    parser.add_argument("--engine", default="auto")
    parser.add_argument("--least", type=int, default=0, help="fail where fewer models are right")
    parser.add_argument("--list", action="append", default=[])
    parser.add_argument("--data", default="/usr/share/libonnx-testdata/data")
    options = parser.parse_args()
    folders = {f"{path.parent.parent.name}_{path.parent.name}".replace("-", "_"): path.parent
               for path in sorted(pathlib.Path(options.data).glob("*/*/model.onnx"))}
    if not folders:
        print(f"SKIPPED: there are no models in {options.data}; install libonnx-testdata.")
        return 0
    kinds, reasons = collections.defaultdict(list), {}
    with tempfile.TemporaryDirectory(prefix="warmbench-backend-") as models:
        for name, folder in folders.items():
            os.symlink(folder / "model.onnx", f"{models}/{name}.onnx")

        def serve():
            return Server(options.program, models, "--engine", options.engine, "--log-level", "off", sample=False)
        server = serve()
        for name, folder in folders.items():
            try:
                model = onnx.load(folder / "model.onnx")
                halves = any(value.type.tensor_type.elem_type == TensorProto.BFLOAT16 for value in model.graph.output)
                relative = 1 / 128 if halves else 1e-3  # the last digit of a bfloat16
                verdicts = [judged(server, name, feeds, wanted, relative) for feeds, wanted in sets(folder, model)]
            except Unspoken:
                verdicts = [("unspoken", "")]
            except AssertionError as gone:
                if server.process.poll() is None:
                    raise
                verdicts = [("crashed", str(gone))]
                server = serve()
            order = ["crashed", "failed", "wrong", "nameless", "warned", "refused", "unspoken", "right"]
            kind, reason = min(verdicts, key=lambda verdict: order.index(verdict[0]))
            kinds[kind].append(name)
            reasons[name] = reason
        server.stop()
    print(f"engine {options.engine}: " + ", ".join(f"{kind} {len(names)}" for kind, names in sorted(kinds.items())))
    for kind in options.list:
        for name in kinds[kind]:
            print(f"  {kind} {name}: {reasons[name][:400]}")
    return 1 if any(kinds[kind] for kind in ("crashed", "failed", "wrong", "nameless")) or len(kinds["right"]) < options.least else 0


if __name__ == "__main__":
    sys.exit(main())
