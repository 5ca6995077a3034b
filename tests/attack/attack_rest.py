#!/usr/bin/env python3
"""A great many files at rest: attack_rest.py WARMBENCH [--long]

20,000 models (--long: 100,000) in one folder, and the same number of empty files with a model's ending in subfolders. At rest
the server may take 2 % of a core and little memory; what comes, goes or is asked for by name is known soon all the same.
"""

import os
import pathlib
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
from served import Server, check, wait  # noqa: E402

MODEL = pathlib.Path(__file__).resolve().parents[2] / "resources/sample/iris.onnx"
MOST_OF_A_CORE = 0.02
BYTES_A_MODEL = 1000  # of memory, beyond the server without models: 100 MB for 100,000


def used(server):
    """Seconds of processor time, and resident bytes."""
    with open(f"/proc/{server.process.pid}/stat", encoding="ascii") as stat:
        fields = stat.read().rpartition(")")[2].split()
    ticks = int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK"), int(fields[21]) * os.sysconf("SC_PAGE_SIZE")


def share_at_rest(server, seconds):
    before, began = used(server)[0], time.monotonic()
    time.sleep(seconds)  # what is measured is that nothing happens
    return (used(server)[0] - before) / (time.monotonic() - began)


def fill(folder, count):
    """Links of one model in `flat`, empty files in `deep/*/`."""
    flat, deep = folder / "flat", folder / "deep"
    flat.mkdir()
    content = MODEL.read_bytes()
    for i in range(count):
        if i % 10_000 == 0:  # as many links as a file of most file systems may have
            first = flat / f"first-{i:06}.onnx"
            first.write_bytes(content)
        else:
            os.link(first, flat / f"model-{i:06}.onnx")
    for i in range(count):
        inner = deep / f"inner-{i // 100:04}"
        if i % 100 == 0:
            inner.mkdir(parents=True)
        (inner / ("model.onnx" if i % 100 == 0 else f"empty-{i:06}.onnx")).touch()
    return flat, deep


def follows(server, flat, count):
    """A model that comes is known at once by its name and soon in the list; one that goes is forgotten."""
    server.ask("GET", "/models?limit=1")
    (flat / "zz-new.onnx").write_bytes(MODEL.read_bytes())
    began = time.monotonic()
    wait("the new model's name", lambda: server.ask("GET", "/models/zz-new").status == 200, 30)
    named = time.monotonic() - began
    wait("the new model in the list", lambda: server.get("/models?after=zz&limit=5")["models"], 60)
    listed = time.monotonic() - began
    (flat / "zz-new.onnx").unlink()
    began = time.monotonic()
    wait("the end of the model that has gone", lambda: server.ask("GET", "/models/zz-new").status == 404, 60)
    print(f"{count} files: a new one answered after {named:.2f} s, was listed after {listed:.2f} s; one that went was forgotten "
          f"after {time.monotonic() - began:.2f} s")


def main():
    program, long_form = sys.argv[1], "--long" in sys.argv
    count, seconds = (100_000, 60) if long_form else (20_000, 20)  # several rounds: one may take 0.1 s at once
    with tempfile.TemporaryDirectory(prefix="warmbench-rest-") as folder:
        flat, deep = fill(pathlib.Path(folder), count)
        nothing = pathlib.Path(folder) / "nothing"
        nothing.mkdir()
        with Server(program, str(nothing), sample=False) as server:
            server.get("/models?limit=1000")
            idle = used(server)[1]
        for what, where, models in (("in one folder", flat, count), ("in subfolders", deep, count // 100)):
            with Server(program, str(where), "--log-level", "error", sample=False) as server:
                page = server.get("/models?limit=1000")
                check(len(page["models"]) == min(1000, models), f"{what}: {len(page['models'])} models are listed")
                share = share_at_rest(server, seconds)
                taken = used(server)[1] - idle
                print(f"{count} files {what}: started in {server.start_seconds:.1f} s; at rest {100 * share:.2f} % of a core, "
                      f"{taken / 1e6:.1f} MB beyond the server without models")
                check(share < MOST_OF_A_CORE, f"{what}: {100 * share:.2f} % of a core at rest")
                check(taken < max(BYTES_A_MODEL * count, 30e6), f"{what}: {taken / 1e6:.1f} MB at rest")
                if where == flat:
                    follows(server, flat, count)
    print("passed")


if __name__ == "__main__":
    main()
