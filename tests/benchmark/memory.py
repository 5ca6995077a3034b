#!/usr/bin/env python3
"""Whether `memory_bytes` is what a loaded network takes: memory.py WARMBENCH FOLDER [NAME ...]; exits 1 where it is not.

FOLDER holds what tests/support/make_networks.py and make_models.py --big write. Each network has a server of its own
for each engine, which has loaded and run a small network before, so that what an engine takes once does not count. Resident memory is
read then, and again when the network has been loaded and has answered once; the two must agree within 15 % for networks of more than
20 MB. Smaller ones are shown.
"""
import json
import math
import pathlib
import struct
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))
from served import Server, check, sentence  # noqa: E402

MIB = 1 << 20
NETWORKS = ["resnet50", "mobilenet_v2", "transformer", "big100mb"]
FIRST = "tiny_64"
ALLOWED = 0.15
LEAST = 20_000_000


def resident(server):
    status = pathlib.Path(f"/proc/{server.process.pid}/status").read_text()
    return 1024 * int(next(line for line in status.splitlines() if line.startswith("VmRSS:")).split()[1])


def predict(server, name):
    """Loads the network if need be. False: the engine refuses it."""
    loaded = server.ask("POST", f"/v2/repository/models/{name}/load")
    if loaded.status != 200:
        print(f"{name}: {sentence(loaded, (424,))}")
        return False
    [wanted] = server.get(f"/v2/models/{name}")["inputs"]
    shape = [1 if extent < 0 else extent for extent in wanted["shape"]]
    values = struct.pack(f"<{math.prod(shape)}f", *(i % 251 / 251 for i in range(math.prod(shape))))
    head = json.dumps({"inputs": [{"name": wanted["name"], "shape": shape, "datatype": "FP32",
                                   "parameters": {"binary_data_size": len(values)}}]}).encode()
    answer = server.ask("POST", f"/v2/models/{name}/infer", head + values, {"Inference-Header-Content-Length": str(len(head))})
    check(answer.status == 200, f"{name}: {answer.status} {answer.body[:300]!r}")
    return True


def measure(program, folder, name, engine):
    """False: told and taken differ too much."""
    with Server(program, "--engine", engine, "--log-level", "off", str(folder), sample=False) as server:
        predict(server, FIRST)
        before = resident(server)
        if not predict(server, name):
            return True
        time.sleep(3)  # what loading took in passing goes back
        grown = resident(server) - before
        told = server.get(f"/models/{name}")["memory_bytes"]
    counts = (folder / f"{name}.onnx").stat().st_size > LEAST
    good = not counts or abs(told / grown - 1) <= ALLOWED
    print(f"{name:<16}{engine:<14}memory_bytes {told / MIB:7.1f} MiB, the process grew by {grown / MIB:7.1f} MiB: "
          f"{100 * told / grown - 100:+5.1f} %"
          f"{'' if counts else ' (shown only)'}{'' if good else ' MISSED'}", flush=True)
    return good


def main():
    if len(sys.argv) < 3:
        print(__doc__, file=sys.stderr)
        return 2
    program, folder, names = sys.argv[1], pathlib.Path(sys.argv[2]).resolve(), sys.argv[3:] or NETWORKS
    results = [measure(program, folder, name, engine) for name in names for engine in ("onnxruntime", "opencv")]
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
