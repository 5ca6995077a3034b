#!/usr/bin/env python3
"""What two thousand models in a folder cost: scale.py WARMBENCH MODEL; exits 1 above a target"""

import http.client
import json
import pathlib
import statistics
import sys
import tempfile
import time
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
from many_models import make_models  # noqa: E402
from served import Server  # noqa: E402

ROW = json.dumps({"input": [5.1, 3.5, 1.4, 0.2]})
RUNS = 21
missed = []


def row(what, value, unit, target=None):
    over = target is not None and value > target
    if over:
        missed.append(what)
    print(f"{what:<58} {value:10.1f} {unit:<4}" + ("" if target is None else f" {'ABOVE' if over else 'of'} {target:g}"), flush=True)


def milliseconds(connection, verb, path, body=None):
    """Median of some runs on one connection."""
    took = []
    for _ in range(RUNS):
        began = time.monotonic()
        connection.request(verb, path, body)
        answer = connection.getresponse()
        answer.read()
        took.append(1000 * (time.monotonic() - began))
        if answer.status != 200:
            raise RuntimeError(f"{verb} {path}: {answer.status}")
    return statistics.median(took)


def processor(server):
    fields = pathlib.Path(f"/proc/{server.process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


def measure(server, names, state):
    connection = http.client.HTTPConnection(server.address.netloc, timeout=300)
    row(f"GET /models, {state}", milliseconds(connection, "GET", "/models"), "ms", 50)
    row(f"GET /models?limit=100, {state}", milliseconds(connection, "GET", "/models?limit=100"), "ms", 50)
    row(f"GET /models/NAME, {state}", milliseconds(connection, "GET", f"/models/{names[1500]}"), "ms")
    row(f"POST /v2/repository/index, {state}", milliseconds(connection, "POST", "/v2/repository/index"), "ms")
    row(f"GET /v2/models/stats, {state}", milliseconds(connection, "GET", "/v2/models/stats"), "ms")
    row(f"GET /metrics, {state}", milliseconds(connection, "GET", "/metrics"), "ms")
    before = processor(server)
    time.sleep(5)
    row(f"processor time while nothing happens, {state}", 100 * (processor(server) - before) / 5, "%")
    connection.close()


def use_all(server, names):
    connection = http.client.HTTPConnection(server.address.netloc, timeout=300)
    before, began = processor(server), time.monotonic()
    for name in names:
        connection.request("POST", f"/predict/{urllib.parse.quote(name, safe='')}", ROW)
        answer = connection.getresponse()
        answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{name}: {answer.status}")
    row("first prediction of each, all together", 1000 * (time.monotonic() - began), "ms")
    row("  processor time of it", 1000 * (processor(server) - before), "ms")
    row("GET /stats rss_bytes, all loaded", server.get("/stats")["rss_bytes"] / 2**20, "MiB")
    row("POST /predict/NAME, all loaded", milliseconds(connection, "POST", f"/predict/{names[1500]}", ROW), "ms")
    connection.close()


def main():
    program, model = sys.argv[1:]
    with tempfile.TemporaryDirectory(prefix="warmbench-scale-") as folder:
        names = make_models(folder, model)
        starts = []
        for _ in range(5):
            with Server(program, folder, "--log-level", "warning", sample=False) as server:
                starts.append(1000 * server.start_seconds)
        row("from the start of the process to Listening", statistics.median(starts), "ms", 1000)
        with Server(program, folder, "--log-level", "warning", sample=False) as server:
            row("GET /stats rss_bytes, none loaded", server.get("/stats")["rss_bytes"] / 2**20, "MiB")
            measure(server, names, "none loaded")
            use_all(server, names)
            measure(server, names, "all loaded")
    if missed:
        print("above the target: " + ", ".join(missed))
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
