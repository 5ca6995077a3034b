#!/usr/bin/env python3
"""Warmbench beside the scripts that people write, on one machine in one run.

    compare.py path/to/warmbench path/to/test-models [--seconds 5] [--turns 3] [--node-modules DIR]
               [--engine-loop path/to/engine_loop] [--case small|many|picture|resnet|idle]

test-models is what tests/support/make_models.py writes, for the case resnet together with resnet50.onnx of make_networks.py.
Servers take turns, so that a noisy machine is noisy to all of them; the table shows the medians of the turns, and what Warmbench does
beside each server in the same turn, with its default engine and with OpenCV. On a noisy machine many short turns tell more. Needs wrk,
and for the others python3-flask, gunicorn, python3-opencv and `npm install onnxruntime-node`; what is missing is said and left out.
Traffic goes to 127.0.0.1 only.
"""
import argparse
import json
import math
import os
import pathlib
import shutil
import socket
import statistics
import struct
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
OPENCV, FLASK, NODE = "warmbench, opencv", "flask, gunicorn 2x4", "node, onnxruntime"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until_up(port, seconds=30):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise SystemExit(f"Nothing listens on port {port} after {seconds} s.")


class Server:
    """A process that answers on a port of its own until it is stopped."""

    def __init__(self, command, port, environment=None):
        self.port = port
        self.process = subprocess.Popen(command, cwd=HERE, env={**os.environ, **(environment or {})},
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_until_up(port)

    def url(self, path):
        return f"http://127.0.0.1:{self.port}{path}"

    def stop(self):
        self.process.terminate()
        self.process.wait(20)


def warmbench(program, model, *options):
    port = free_port()
    server = Server([program, "serve", "--port", str(port), "--log-level", "off", *options, str(model)], port)
    while True:
        try:
            urllib.request.urlopen(server.url("/ready"), timeout=5).read()
            return server
        except urllib.error.HTTPError:
            time.sleep(0.05)


def flask(model, shape):
    gunicorn = shutil.which("gunicorn")
    if not gunicorn:
        return None
    port = free_port()
    return Server([gunicorn, "-w", "2", "--threads", "4", "-b", f"127.0.0.1:{port}", "flask_app:app"], port,
                  {"MODEL": str(model), "SHAPE": shape})


def node(model, shape, modules, threads=1):
    """threads: within one run; 0: as many as onnxruntime takes by itself."""
    if not modules or not (pathlib.Path(modules) / "onnxruntime-node").exists():
        return None
    port = free_port()
    return Server(["node", "node_server.mjs"], port,
                  {"MODEL": str(model), "SHAPE": shape, "PORT": str(port), "NODE_PATH": str(modules),
                   "THREADS": str(threads)})


class Body:
    """What wrk posts: a file, its type, and the length of the JSON where binary tensors follow it."""

    def __init__(self, file, content, content_type="application/json", json_length=None):
        file.write_bytes(content)
        self.environment = {"BODY": str(file), "CONTENT_TYPE": content_type}
        if json_length:
            self.environment["JSON_LENGTH"] = str(json_length)


def numbers_body(file, count):
    return Body(file, json.dumps({"input": [round((i * 37 % 256) / 255, 6) for i in range(count)]}).encode())


def binary_body(file, name, shape):
    """The same numbers as one binary tensor of the Open Inference Protocol."""
    count = math.prod(shape)
    values = struct.pack(f"<{count}f", *(round((i * 37 % 256) / 255, 6) for i in range(count)))
    head = json.dumps({"inputs": [{"name": name, "shape": shape, "datatype": "FP32",
                                   "parameters": {"binary_data_size": len(values)}}]}).encode()
    return Body(file, head + values, "application/octet-stream", len(head))


def jpeg_body(file, width=320, height=240):
    import cv2  # the picture's content does not matter, its size does
    import numpy
    ok, data = cv2.imencode(".jpg", numpy.random.default_rng(7).integers(0, 255, (height // 10, width // 10, 3), numpy.uint8)
                            .repeat(10, 0).repeat(10, 1))
    assert ok
    return Body(file, data.tobytes(), "image/jpeg")


def load(url, connections, seconds, body=None):
    """Requests a second, p50 and p99 in milliseconds."""
    script = HERE / ("post.lua" if body else "get.lua")
    out = subprocess.run(["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "30s", "-s", str(script), url], text=True,
                         capture_output=True, check=True,
                         env={**os.environ, **(body.environment if body else {})}).stdout
    rate, p50, p99, errors = next(line for line in out.splitlines() if line.startswith("RESULT")).split()[1:]
    if int(errors):
        raise SystemExit(f"{url}: {errors} failed requests; no figure is worth anything.\n{out}")
    return float(rate), float(p50) / 1000, float(p99) / 1000


def beside(ours, theirs):
    """Median of how many times as many requests ours answers in the same turn."""
    return statistics.median(our[0] / their[0] for our, their in zip(ours, theirs))


def compare(title, targets, options, ours=1):
    """targets: name -> what yields (requests/s, p50, p99); the others are compared with each of the first `ours`."""
    turns = {name: [] for name in targets}
    for _ in range(options.turns):
        for name, measure in targets.items():
            turns[name].append(measure())
    medians = {name: [statistics.median(column) for column in zip(*runs)] for name, runs in turns.items()}
    firsts = list(medians)[:ours]
    print(f"\n{title}\n  {'':<40}{'requests/s':>12}{'p50 ms':>10}{'p99 ms':>10}"
          + "".join(f"{f'{name} / it':>26}" for name in firsts))
    for name, (rate, p50, p99) in medians.items():
        print(f"  {name:<40}{rate:>12.1f}{p50:>10.3f}{p99:>10.3f}"
              + "".join(f"{beside(turns[first], turns[name]):>26.2f}" for first in firsts))
    sys.stdout.flush()
    return medians


def left_out(servers):
    """The servers that are there; of the others it is said that they are not."""
    for name, server in servers.items():
        if server is None:
            print(f"{name}: not installed, left out")
    return {name: server for name, server in servers.items() if server}


class Servers:
    """All that serve one network, stopped at the end."""

    def __init__(self, options, model, shape):
        self.network = (options.models / f"{model}.onnx").resolve()
        self.ours = warmbench(options.program, self.network)
        self.all = {"warmbench": self.ours, OPENCV: warmbench(options.program, self.network, "--engine", "opencv"),
                    **left_out({FLASK: flask(self.network, shape),
                                NODE: node(self.network, shape, options.node_modules)})}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for server in self.all.values():
            server.stop()

    def targets(self, connections, seconds, body, others=None):
        """others: the bodies of servers that take another one."""
        return {name: lambda url=server.url("/predict"), body=(others or {}).get(name, body): load(
            url, connections, seconds, body) for name, server in self.all.items()}


def small_numbers(options, folder):
    body = numbers_body(folder / "64.json", 64)
    with Servers(options, "tiny_64", "1,64") as servers:
        for connections in 16, 1:
            targets = servers.targets(connections, options.seconds, body)
            targets["warmbench, bare reply"] = lambda c=connections: load(servers.ours.url("/health"), c,
                                                                          options.seconds)
            compare(f"64 numbers as JSON to 64-128-64-10, connections: {connections}", targets, options, ours=2)


def many_numbers(options, folder):
    shape = [1, 3, 224, 224]
    body = numbers_body(folder / "150528.json", math.prod(shape))
    binary = binary_body(folder / "150528.bin", "input", shape)
    with Servers(options, "pool_224", ",".join(map(str, shape))) as servers:
        compare("150,528 numbers as JSON, connections: 16", servers.targets(16, options.seconds, body), options, ours=2)
        infer = servers.ours.url("/v2/models/pool_224/infer")
        compare("150,528 numbers as a binary tensor, connections: 16",
                {"binary tensor": lambda: load(infer, 16, options.seconds, binary),
                 "our own JSON": lambda: load(servers.ours.url("/predict"), 16, options.seconds, body)}, options)


def picture(options, folder):
    if not options.engine_loop:
        print("\nThe picture beside the engine alone: left out, give --engine-loop.")
        return
    threads = os.cpu_count()
    network = (options.models / "slow.onnx").resolve()
    body = jpeg_body(folder / "picture.jpg")
    server = warmbench(options.program, network, "--instances", str(threads))
    seconds = 3 * options.seconds

    def engine():
        out = subprocess.run([options.engine_loop, network, str(threads), str(seconds)], check=True,
                             capture_output=True, text=True).stdout
        return float(out), 1000 * threads / float(out), float("nan")

    try:
        compare(f"A JPEG of 320x240 to a network of some 100 ms, connections: {2 * threads}",
                {"warmbench": lambda: load(server.url("/predict"), 2 * threads, seconds, body),
                 f"the engine alone, {threads} threads": engine}, options)
    finally:
        server.stop()


def resnet(options, folder):
    """Node has no decoder of pictures: it gets the pixels as a tensor."""
    if not options.engine_loop:
        print("\nResNet-50 beside the engine and decoding in a loop: left out, give --engine-loop.")
        return
    threads = os.cpu_count()
    seconds = 3 * options.seconds
    shape = [1, 3, 224, 224]
    body = jpeg_body(folder / "photo.jpg", 500, 370)
    count = math.prod(shape)
    tensor = Body(folder / "tensor.bin", struct.pack(f"<{count}f", *(i % 251 / 251 for i in range(count))),
                  "application/octet-stream")

    def loop(engine):
        out = subprocess.run([options.engine_loop, servers.network, str(threads), str(seconds), "--engine", engine,
                              "--picture", folder / "photo.jpg"], check=True, capture_output=True, text=True).stdout
        return float(out), 1000 * threads / float(out), float("nan")

    with Servers(options, "resnet50", ",".join(map(str, shape))) as servers:
        own_threads = f"{NODE}, its own threads"
        servers.all |= left_out({own_threads: node(servers.network, ",".join(map(str, shape)), options.node_modules, 0)})
        compare("A JPEG of 500x370 to ResNet-50, connections: 8",
                {**servers.targets(8, seconds, body, {NODE: tensor, own_threads: tensor}),
                 f"engine and decoding, {threads} threads": lambda: loop("auto"),
                 "the same, OpenCV": lambda: loop("opencv")}, options, ours=2)


def idle_connections(options, folder):
    count = 1000
    body = numbers_body(folder / "64.json", 64)
    network = (options.models / "tiny_64.onnx").resolve()
    servers = [warmbench(options.program, network, "--max-connections", str(count + 100)) for _ in range(2)]
    before = resident(servers[1])
    idle = [keep_open(servers[1].port) for _ in range(count)]
    time.sleep(2)  # they rest after a second
    try:
        print(f"\n{count} idle connections: {(resident(servers[1]) - before) / count:.1f} KiB each")
        compare(f"64 numbers beside idle connections, connections: 16",
                {f"beside {count} idle ones": lambda: load(servers[1].url("/predict"), 16, options.seconds, body),
                 "alone": lambda: load(servers[0].url("/predict"), 16, options.seconds, body)}, options)
    finally:
        for connection in idle:
            connection.close()
        for server in servers:
            server.stop()


def keep_open(port):
    connection = socket.create_connection(("127.0.0.1", port))
    connection.sendall(b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n")
    if b"200" not in connection.recv(4096):
        raise SystemExit("An idle connection was refused.")
    return connection


def resident(server):
    """KiB."""
    status = pathlib.Path(f"/proc/{server.process.pid}/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmRSS:")).split()[1])


def main():
    cases = {"small": small_numbers, "many": many_numbers, "picture": picture, "resnet": resnet,
             "idle": idle_connections}
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", type=os.path.abspath)
    parser.add_argument("models", type=pathlib.Path)
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--node-modules", type=os.path.abspath)
    parser.add_argument("--engine-loop", type=os.path.abspath, help="the benchmark of that name, for the picture")
    parser.add_argument("--case", choices=cases, action="append", help="only this one; may be repeated")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for name in options.case or cases:
            cases[name](options, pathlib.Path(folder))


if __name__ == "__main__":
    main()
