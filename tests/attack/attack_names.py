#!/usr/bin/env python3
"""Names that take long or cannot be asked for: attack_names.py WARMBENCH [--long]

A folder of 2,000 models with long names, and files with every byte in their names. An address of 16,000 characters is refused
at once, a feature's name of 60 MB (short form: 8 MB) too, and every name that /models lists answers.
"""

import json
import os
import pathlib
import sys
import tempfile
import time
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
from many_models import ODD_NAMES  # noqa: E402
from served import Server, check  # noqa: E402

MODEL = pathlib.Path(__file__).resolve().parents[2] / "resources/sample/iris.onnx"
PARTS = [b"\xc2\x85", b"\xc2\x9b", b"\xe2\x80\xa8", b"\xe2\x80\xa9", b"\xed\xa0\x80", b"\xed\xbf\xbf", b"\xef\xbb\xbf", b"\xef\xbf\xbe",
         b"\xe0\x80\xaf", b"\xf4\x90\x80\x80", b"\xf4\x8f\xbf\xbf", b"\xe2\x80\xae", b"\xcc\x88", *(bytes([byte]) for byte in range(1, 256))]
ROW = json.dumps({"input": [5.1, 3.5, 1.4, 0.2]})
AT_ONCE = 0.3  # seconds; it was 1.6 for an address, 4 for a feature


def fill(folder, count):
    folder = os.fsencode(folder)
    first = os.path.join(folder, b"first.onnx")
    pathlib.Path(os.fsdecode(first)).write_bytes(MODEL.read_bytes())
    names = [b"n" * 190 + b"%d" % i for i in range(count)] + [os.fsencode(name) for name in ODD_NAMES]
    names += [b"w" * length for length in range(236, 251)]
    names += [place % {b"part": part} for part in PARTS if part != b"/" for place in (b"in%(part)sside", b"%(part)sfront", b"end%(part)s")]
    for name in names:
        if not name.startswith(b"."):
            os.link(first, os.path.join(folder, name + b".onnx"))
    for length in (254, 255):  # a folder's name has no ending
        os.mkdir(os.path.join(folder, b"f" * length))
        os.link(first, os.path.join(folder, b"f" * length, b"model.onnx"))
    (pathlib.Path(os.fsdecode(folder)) / "table.onnx").write_bytes(MODEL.read_bytes())
    (pathlib.Path(os.fsdecode(folder)) / "table.warmbench.json").write_text(json.dumps(
        {"input": {"features": [{"name": name} for name in ("sepal length", "sepal width", "petal length", "petal width")]}}))


def listed(server):
    names, after = [], ""
    while after is not None:
        page = server.get("/models?" + urllib.parse.urlencode({"limit": 1000, "after": after}))
        names += [model["name"] for model in page["models"]]
        after = page["next"]
    return names


def each_answers(server, names):
    for name in names:
        answer = server.ask("GET", "/models/" + urllib.parse.quote(name, safe=""))
        check(answer.status == 200 and answer.json()["name"] == name, f"GET of {name!r}: {answer.status} {answer.body[:200]!r}")
        answer = server.ask("POST", "/predict/" + urllib.parse.quote(name, safe=""), ROW)
        check(answer.status == 200 and answer.json()["model"] == name, f"predict of {name!r}: {answer.status} {answer.body[:200]!r}")


def refused_at_once(server, what, status, verb, path, body=None, took_before=AT_ONCE):
    began = time.monotonic()
    answer = server.ask(verb, path, body)
    took = time.monotonic() - began
    check(answer.status == status, f"{what}: {answer.status} {answer.body[:200]!r}")
    check(len(answer.body) < 8000, f"{what}: an answer of {len(answer.body)} bytes")
    check(answer.json()["error"].endswith("."), f"{what}: {answer.body[:200]!r}")
    check(took < took_before, f"{what} took {took:.2f} s")
    print(f"{what}: {status} after {1000 * took:.0f} ms")
    return answer.json()["error"]


def main():
    program, long_form = sys.argv[1], "--long" in sys.argv
    with tempfile.TemporaryDirectory(prefix="warmbench-names-") as folder:
        fill(folder, 2000)
        with Server(program, folder, "--log-level", "error", sample=False) as server:
            names = listed(server)
            each_answers(server, [name for name in names if not name.startswith("n" * 190) or name.endswith("77")])
            check("w" * 250 in names and "f" * 255 in names, "long names are not listed")
            print(f"{len(names)} names are listed, and each answers")
            for length in (256, 1000, 15_900):
                error = refused_at_once(server, f"an address of {length} characters", 404, "GET", "/models/" + "n" * length)
                check("255 bytes" in error, error)
            refused_at_once(server, "a model's name that nearly is one", 404, "GET", "/models/" + "n" * 189 + "1x")
            refused_at_once(server, "a name unlike all others", 404, "POST", "/predict/" + "q" * 250, "{}")
            megabytes = 60 if long_form else 8
            long_name = "f" * (megabytes << 20)
            seconds = 0.1 * megabytes  # to send, scan and unescape it
            for what, body in (("feature", {"features": {long_name: 1}}), ("tensor", {"tensors": {long_name: [[1]]}}),
                               ("key", {long_name: 1})):
                refused_at_once(server, f"a {what} named by {megabytes} MB", 400, "POST", "/predict/table", json.dumps(body), seconds)
            error = refused_at_once(server, "a feature that is there twice", 400, "POST", "/predict/table",
                                    '{"features": {"sepal length": 1, "sepal width": 2, "petal width": 3, "sepal width": 4}}')
            check("twice" in error, error)
    print("passed")


if __name__ == "__main__":
    main()
