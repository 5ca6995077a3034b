#!/usr/bin/env python3
"""Warmbench beside the scripts that people write, on one machine in one run.

    compare.py path/to/warmbench path/to/test-models [--seconds 5] [--turns 3] [--node-modules DIR]

Servers take turns, so that a noisy machine is noisy to all of them; the table shows the median of the turns and what it is of
Warmbench's. Needs wrk, and for the others python3-flask, gunicorn, python3-opencv and `npm install onnxruntime-node`; what is
missing is said and left out. Traffic goes to 127.0.0.1 only.
"""
import argparse
import json
import os
import pathlib
import shutil
import socket
import statistics
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent


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


def warmbench(program, model):
    port = free_port()
    server = Server([program, "serve", "--port", str(port), "--log-level", "off", str(model)], port)
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


def node(model, shape, modules):
    if not modules or not (pathlib.Path(modules) / "onnxruntime-node").exists():
        return None
    port = free_port()
    return Server(["node", "node_server.mjs"], port,
                  {"MODEL": str(model), "SHAPE": shape, "PORT": str(port), "NODE_PATH": str(modules)})


def load(url, connections, seconds, body=None, content_type="application/json"):
    """Requests a second, p50 and p99 in milliseconds."""
    script = HERE / ("post.lua" if body else "get.lua")
    out = subprocess.run(["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "-s", str(script), url], text=True,
                         capture_output=True, check=True,
                         env={**os.environ, "BODY": str(body or ""), "CONTENT_TYPE": content_type}).stdout
    rate, p50, p99, errors = next(line for line in out.splitlines() if line.startswith("RESULT")).split()[1:]
    if int(errors):
        raise SystemExit(f"{url}: {errors} failed requests; no figure is worth anything.\n{out}")
    return float(rate), float(p50) / 1000, float(p99) / 1000


def compare(title, targets, connections, options):
    """targets: name -> (url, body, content type); the first is what the others are compared with."""
    turns = {name: [] for name in targets}
    for _ in range(options.turns):
        for name, (url, body, content_type) in targets.items():
            turns[name].append(load(url, connections, options.seconds, body, content_type))
    medians = {name: [statistics.median(column) for column in zip(*runs)] for name, runs in turns.items()}
    first = next(iter(medians.values()))[0]
    print(f"\n{title}, {connections} connection{'s' if connections > 1 else ''}")
    print(f"  {'':<28}{'requests/s':>12}{'p50 ms':>10}{'p99 ms':>10}{'ours / theirs':>15}")
    for name, (rate, p50, p99) in medians.items():
        print(f"  {name:<28}{rate:>12.0f}{p50:>10.3f}{p99:>10.3f}{first / rate:>15.2f}")
    return medians


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("models", type=pathlib.Path)
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--node-modules")
    options = parser.parse_args()
    options.program = os.path.abspath(options.program)

    with tempfile.TemporaryDirectory() as folder:
        for model, shape, numbers, title in [("tiny_64", "1,64", 64, "64 numbers as JSON to 64-128-64-10"),
                                             ("pool_224", "1,3,224,224", 150_528, "150,528 numbers as JSON")]:
            body = pathlib.Path(folder) / f"{model}.json"
            body.write_text(json.dumps({"input": [round((i * 37 % 256) / 255, 6) for i in range(numbers)]}))
            network = (options.models / f"{model}.onnx").resolve()
            servers = {"warmbench": warmbench(options.program, network), "flask, gunicorn 2x4": flask(network, shape),
                       "node, onnxruntime": node(network, shape, options.node_modules)}
            try:
                for name, server in servers.items():
                    if server is None:
                        print(f"{name}: not installed, left out")
                targets = {name: (server.url("/predict"), body, "application/json")
                           for name, server in servers.items() if server}
                if numbers == 64:
                    targets["warmbench, bare reply"] = (servers["warmbench"].url("/health"), None, "")
                for connections in (16, 1) if numbers == 64 else (16,):
                    compare(title, targets, connections, options)
            finally:
                for server in servers.values():
                    if server:
                        server.stop()


if __name__ == "__main__":
    main()
