#!/usr/bin/env python3
"""Damaged model files of all formats: none ends the program, keeps it for 10 s, fills its memory, or answers a request in two ways.

    attack_damaged.py PROGRAM [--long] [--keep FOLDER]

100 files; --long: 2000. WARMBENCH_ENGINE chooses the engine. --keep writes the files that failed.
"""
import itertools
import json
import math
import os
import pathlib
import sys
import tempfile
import time

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
from damaged_models import damaged_files  # noqa: E402
from served import Server, check  # noqa: E402

MOST_SECONDS = 10
MOST_MEMORY = 1 << 30  # bytes more than the program takes at rest
ROOM = "1GiB"          # for models
GIVEN_UP = 100_000     # numbers of an input that are not sent


def memory(server, key):
    """Of the program, in bytes: VmRSS now, VmHWM at most."""
    for line in pathlib.Path(f"/proc/{server.process.pid}/status").read_text().splitlines():
        if line.startswith(key + ":"):
            return int(line.split()[1]) * 1024
    raise AssertionError(f"no {key}")


def numbers(shape, dtype):
    """Nested lists, the same each time."""
    if not shape:
        return {"string": "a", "bool": True}.get(dtype, 1)
    if len(shape) > 1:
        return [numbers(shape[1:], dtype) for _ in range(shape[0])]
    return [{"string": "a", "bool": i % 2 == 0}.get(dtype, i % 3 if "float" not in dtype else (i % 7) / 7) for i in range(shape[0])]


def request(model):
    """What fits the inputs as they are told; something small where they are not, or are too large."""
    tensors = {}
    for told in model.get("inputs") or []:
        shape = [extent if isinstance(extent, int) and extent >= 0 else 1 for extent in told["shape"]]
        if math.prod(shape) > GIVEN_UP:
            shape = [1]
        tensors[told["name"]] = numbers(shape, told.get("dtype", "float32"))
    return json.dumps({"tensors": tensors} if tensors else {"input": [1.0]})


def said(answer):
    """An answer without its times and the request's number."""
    try:
        told = answer.json()
    except ValueError as error:
        raise AssertionError(f"no JSON: {answer.body[:200]!r}") from error
    if answer.status == 200:
        return {key: told.get(key) for key in ("prediction", "outputs")}
    check(isinstance(told.get("error"), str) and 10 < len(told["error"]) < 4000 and "\n" not in told["error"], f"no sentence: {answer.body[:300]!r}")
    return answer.status


class Attack:
    def __init__(self, program, folder):
        self.program = program
        self.folder = folder
        self.slowest = 0.0
        self.most = 0
        self.statuses = {}
        self.failed = []

    def asked(self, server, verb, path, body=None):
        began = time.monotonic()
        answer = server.ask(verb, path, body, {"Content-Type": "application/json"}, timeout=3 * MOST_SECONDS)
        took = time.monotonic() - began
        self.slowest = max(self.slowest, took)
        check(took < MOST_SECONDS, f"{verb} {path} took {took:.1f} s")
        return answer

    def judge(self, server, name):
        loaded = self.asked(server, "POST", f"/predict/{name}", '{"input": [1.0]}')
        if loaded.status == 404:  # is no model of any format
            self.count(404)
            return
        said(loaded)
        body = request(self.asked(server, "GET", f"/models/{name}").json())
        first = self.asked(server, "POST", f"/predict/{name}", body)
        if first.status == 200 and "random" in json.dumps(first.json().get("warnings", "")):
            return
        second = self.asked(server, "POST", f"/predict/{name}", body)
        check(said(first) == said(second), f"two answers: {first.body[:300]!r} {second.body[:300]!r}")
        self.count(first.status)
        self.asked(server, "POST", f"/models/{name}/unload", "")

    def count(self, status):
        self.statuses[status] = self.statuses.get(status, 0) + 1

    def run(self, files):
        """By one server after another: each crash ends one."""
        waiting = list(files)
        while waiting:
            with Server(self.program, str(self.folder), "--memory-budget", ROOM, sample=False) as server:
                rest = memory(server, "VmRSS")
                while waiting:
                    file = waiting.pop(0)
                    try:
                        self.judge(server, file.name)
                    except (AssertionError, OSError) as error:
                        self.failed.append((file, str(error)))
                        print(f"FAILED {file.name}, {file.label}: {error}", flush=True)
                    if server.process.poll() is not None:
                        break
                if server.process.poll() is None:
                    self.most = max(self.most, memory(server, "VmHWM") - rest)
                    check(server.ask("GET", "/health").status == 200, "the server is well")


def written(folder, count):
    """The files under names of their own, in one folder."""
    for number, file in enumerate(damaged_files(count)):
        file.name = f"d{number:04}"
        for name, data in file.files.items():
            (folder / (file.name + pathlib.PurePath(name).suffix)).write_bytes(data)
        yield file


def main():
    count = 2000 if "--long" in sys.argv else 100
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        attack = Attack(sys.argv[1], folder)
        attack.run(list(written(folder, count)))
        if "--keep" in sys.argv:
            kept = pathlib.Path(sys.argv[sys.argv.index("--keep") + 1])
            kept.mkdir(parents=True, exist_ok=True)
            for file, _ in attack.failed:
                for name in itertools.chain([file.main], file.files):
                    (kept / (file.name + pathlib.PurePath(name).suffix)).write_bytes(file.files[name])
    print(f"{count} files: {len(attack.failed)} failed; statuses {dict(sorted(attack.statuses.items()))}; slowest answer {attack.slowest:.2f} s; "
          f"most memory {attack.most / (1 << 20):.0f} MiB more than at rest")
    check(not attack.failed, f"{len(attack.failed)} files failed")
    check(attack.most < MOST_MEMORY, f"{attack.most} bytes more than at rest")


if __name__ == "__main__":
    main()
