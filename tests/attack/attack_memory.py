#!/usr/bin/env python3
"""Memory-hungry requests of all kinds to a program that is not given much: each gets an answer or a closed connection.

usage: attack_memory.py PROGRAM [--long]
"""

import concurrent.futures
import gzip
import http.client
import json
import os
import resource
import struct
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from attack_samples import MIB, binary, in_json, instances, make_models, memory  # noqa: E402
from served import Server, check, wait  # noqa: E402

ANSWERED = (200, 400, 413, 500, 503, 504, 507)


def hungry(size):
    """(name, verb, path, body, fields) of requests whose bodies have about so many bytes."""
    rows = b"[" + b",".join([b"{}"] * (size // 3)) + b"]"
    ones = b"[" + b",".join([b"[1]"] * (size // 4)) + b"]"
    texts = b"[" + b",".join([b'""'] * (size // 3)) + b"]"
    blob = struct.pack("<I", 0) * (size // 4)
    head = json.dumps({"inputs": [{"name": "x", "shape": [size // 4], "datatype": "BYTES",
                                   "parameters": {"binary_data_size": len(blob)}}]}).encode()
    deep = b'{"input": ' + b"[" * (size // 2) + b"]" * (size // 2) + b"}"
    yield "features", "POST", "/predict/iris", b'{"features": ' + rows + b"}", {}
    yield "inputs", "POST", "/predict/number", b'{"inputs": ' + ones + b"}", {}
    yield "instances", "POST", "/v1/models/number:predict", b'{"instances": ' + ones + b"}", {}
    yield "texts", "POST", "/v2/models/pool/infer", (
        b'{"inputs": [{"name": "x", "shape": [%d], "datatype": "BYTES", "data": ' % (size // 3)) + texts + b"}]}", {}
    yield "elements", "POST", "/v2/models/pool/infer", head + blob, {"Inference-Header-Content-Length": str(len(head))}
    yield "raw", "POST", "/v2/models/number/infer", b"\0" * (size // 4 * 4), {"Inference-Header-Content-Length": "0"}
    yield "base64", "POST", "/predict/pool", b'{"image_b64": "' + b"A" * (size // 4 * 4) + b'"}', {}
    yield "nested", "POST", "/predict/number", deep, {}
    yield "no JSON", "POST", "/predict/number", b"\0" * size, {}
    yield "gzip", "POST", "/predict/number", gzip.compress(b'{"inputs": ' + ones + b"}", 1), {"Content-Encoding": "gzip"}
    yield "zeros", "POST", "/predict/number", gzip.compress(b" " * (60 * MIB), 1), {"Content-Encoding": "gzip"}
    for name, make, path in (("pictures", binary, "/v2/models/wide/infer"), ("pictures in JSON", in_json, "/v2/models/wide/infer"),
                             ("instances of pictures", instances, "/v1/models/wide:predict")):
        body, fields = make(200)
        yield name, "POST", path, body, fields
    for path in ("/metrics", "/models", "/models/iris", "/stats", "/openapi.json", "/docs", "/v2/models/stats"):
        yield path, "GET", path, None, {"Accept-Encoding": "gzip"}


def asked(server, request):
    """The status, or "closed"."""
    _, verb, path, body, fields = request
    connection = http.client.HTTPConnection(server.address.hostname, server.address.port, timeout=60)
    try:
        connection.request(verb, path, body, fields)
        answer = connection.getresponse()
        answer.read()
        return answer.status
    except (ConnectionError, http.client.HTTPException):
        return "closed"
    finally:
        connection.close()


def storm(server, size, rounds, at_once):
    requests = list(hungry(size)) * rounds
    counts = {}
    with concurrent.futures.ThreadPoolExecutor(at_once) as pool:
        for request, outcome in zip(requests, pool.map(lambda one: asked(server, one), requests)):
            check(outcome == "closed" or outcome in ANSWERED, f"{request[0]}: {outcome}")
            counts[outcome] = counts.get(outcome, 0) + 1
            check(server.process.poll() is None,
                  f"the server ended with {server.process.poll()} at {request[0]}: {server.said()[-2000:]}")
    return counts


def goes_on(server):
    """Right answers again, once what was asked for has ended."""
    def right():
        try:
            answer = server.ask("POST", "/predict/number", b'{"input": [1]}')
            return answer.status == 200 and answer.json()["prediction"] == [[1]]
        except AssertionError:
            return False
    wait("a right answer", right, 30)
    check(server.process.poll() is None, "the server ended")


def big_answer(program, folder, size):
    """A short request of many samples whose answer would be seventy times as long."""
    with Server(program, folder, "--deadline", "20s", "--max-input", "256MiB") as server:
        idle = memory(server, "VmRSS")
        body = b'{"features": [' + b",".join([b"{}"] * (size // 3)) + b"]}"
        began = time.monotonic()
        answer = server.ask("POST", "/predict/iris", body)
        peak = memory(server, "VmHWM") - idle
        print(f"{len(body) / MIB:.1f} MiB of empty rows: {answer.status} after {time.monotonic() - began:.2f} s, "
              f"{peak / MIB:.0f} MiB more than idle: {answer.body[:200]!r}")
        check(answer.status in (413, 507), f"{answer.status}: the answer was not bounded")
        check("--max-input" in answer.json()["error"], "the refusal names the limit")
        check(peak < 450 * MIB, f"{peak / MIB:.0f} MiB")


def main():
    long = "--long" in sys.argv[2:]
    with tempfile.TemporaryDirectory(prefix="warmbench-attack-") as folder:
        make_models(folder)
        big_answer(sys.argv[1], folder, 9 * MIB)
        for room in ((64, 160, 400) if not long else (16, 32, 64, 100, 160, 250, 400, 700)):
            with Server(sys.argv[1], folder, "--deadline", "10s", "--http-threads", "2") as server:
                for model in ("number", "pool", "wide", "iris"):
                    server.ask("POST", f"/models/{model}/load")
                taken = memory(server, "VmSize")
                limit = taken + room * MIB
                resource.prlimit(server.process.pid, resource.RLIMIT_AS, (limit, limit))
                counts = storm(server, (40 if long else 12) * MIB, 3 if long else 1, 6)
                goes_on(server)
                print(f"{room} MiB of room beyond {taken / MIB:.0f}: " + ", ".join(f"{n} x {what}" for what, n in counts.items()))


if __name__ == "__main__":
    main()
