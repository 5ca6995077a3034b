"""Files that once hung or crashed the loader: pipes and devices where files should lie, and models of every format that their
importers cannot bear. Each is refused by a sentence at start, over a loaded model, and when its metadata is asked for."""

import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time

sys.path[:0] = [str(pathlib.Path(__file__).parent), str(pathlib.Path(__file__).parent.parent / "support")]
from hostile_models import good_files, hostile_files  # noqa: E402
from served import Server, check  # noqa: E402

PROGRAM = sys.argv[1]
MOST_SECONDS = 20  # for a refusal; a busy machine needs some


def refused_at_start(path, word, label):
    """`serve FILE` ends with 1 and one sentence."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as home:
        surroundings = dict(os.environ, HOME=home, XDG_CACHE_HOME=home, XDG_CONFIG_HOME=home)
        try:
            done = subprocess.run([PROGRAM, "serve", "--port", "0", str(path)], capture_output=True, text=True, errors="replace",
                                  timeout=MOST_SECONDS, env=surroundings, check=False)
        except subprocess.TimeoutExpired as error:
            raise AssertionError(f"{label}: serve had not ended after {MOST_SECONDS} s") from error
    said = [line for line in done.stderr.splitlines() if line.startswith("warmbench: ")]
    check(done.returncode == 1, f"{label}: serve ended with {done.returncode}: {done.stderr[-500:]}")
    check(len(said) == 1 and word in said[0], f"{label}: serve said {done.stderr[-500:]!r}, not {word!r}")
    return time.monotonic() - began


def special(kind, path):
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "device":
        path.symlink_to("/dev/zero")
    elif kind == "socket":
        with socket.socket(socket.AF_UNIX) as bound:
            bound.bind(str(path))
    else:
        path.mkdir()


def external_network():
    """An ONNX network whose weights lie in data.bin."""
    import onnx  # pylint: disable=import-outside-toplevel
    from onnx import TensorProto, helper  # pylint: disable=import-outside-toplevel
    weights = TensorProto(name="w", data_type=TensorProto.FLOAT, dims=[2], data_location=TensorProto.EXTERNAL)
    entry = weights.external_data.add()
    entry.key, entry.value = "location", "data.bin"
    values = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, 2]) for name in ("x", "y")]
    graph = helper.make_graph([helper.make_node("Add", ["x", "w"], ["y"])], "n", values[:1], values[1:], [weights])
    return onnx.helper.make_model(graph, opset_imports=[helper.make_opsetid("", 11)]).SerializeToString()


def special_files(folder):
    """Settings, labels, models and external data that are no files."""
    slowest = 0
    for kind in ("pipe", "device", "socket", "folder"):
        word = "is a folder" if kind == "folder" else "pipe, socket or device"
        for role in ("model", "settings", "labels", "external"):
            place = folder / f"{kind}-{role}"
            place.mkdir()
            model = good_files()["t7"].put(place)
            expected = word
            if role == "model":
                model.unlink()
                special(kind, model)
                expected = "neither a file nor a folder"
            elif role == "settings":
                special(kind, place / "n.warmbench.json")
            elif role == "labels":
                (place / "n.warmbench.json").write_text('{"labels": "names.txt"}')
                special(kind, place / "names.txt")
                expected = "leads out of its folder" if kind == "device" else word
            else:
                model = place / "external.onnx"
                model.write_bytes(external_network())
                special(kind, place / "data.bin")
                expected = "outside its own folder" if kind == "device" else "not there"
            if role == "model" and kind == "folder":
                continue  # an empty folder of models is none that fails
            slowest = max(slowest, refused_at_start(model, expected, f"{kind} as {role}"))
    return slowest


def special_over_loaded(folder):
    """A pipe that takes the place of settings, and metadata of models beside one: other models go on loading."""
    for name in ("good", "other", "piped"):
        place = folder / name
        place.mkdir()
        good_files()["t7"].put(place)
        (place / "n.t7").rename(place / "model.t7")
    os.mkfifo(folder / "piped" / "warmbench.json")
    with Server(PROGRAM, str(folder), sample=False) as server:
        check(server.ask("POST", "/models/good/load").status == 200, "the good model did not load")
        os.mkfifo(folder / "good" / "warmbench.json")
        for verb, path, status in (("POST", "/models/good/refresh", 424), ("GET", "/v2/models/piped", 424),
                                   ("POST", "/models/piped/load", 424), ("POST", "/models/other/load", 200),
                                   ("POST", "/predict/good", 200)):
            answer = server.ask(verb, path, b'{"input": [1, 2, 3]}' if "predict" in path else None, timeout=MOST_SECONDS)
            check(answer.status == status or (status == 424 and 400 <= answer.status < 500), f"{verb} {path}: {answer.status} {answer.body}")


def a_pipe_on_the_command_line(folder):
    """What a person names as an input may be a pipe still."""
    model = good_files()["t7"].put(folder)
    pipe = folder / "input"
    os.mkfifo(pipe)
    writer = threading.Thread(target=lambda: pipe.write_text('{"input": [1, 2, 3]}'), daemon=True)
    writer.start()
    done = subprocess.run([PROGRAM, "predict", str(model), str(pipe)], capture_output=True, text=True, timeout=MOST_SECONDS, check=False)
    check(done.returncode == 0 and '"prediction"' in done.stdout, f"predict from a pipe: {done.returncode} {done.stderr}")


def refused_at_starts(folder):
    slowest, count = 0, 0
    for number, hostile in enumerate(hostile_files()):
        place = folder / f"start{number}"
        place.mkdir()
        slowest = max(slowest, refused_at_start(hostile.put(place), hostile.word, hostile.label))
        count += 1
    return count, slowest


def refused_over_loaded(folder):
    """Each bad file takes the place of a loaded good one, which goes on serving; its metadata, never loaded, is refused too."""
    goods = good_files()
    names = {}
    for number, hostile in enumerate(hostile_files()):
        good = goods[{"yml": "xml", "json": "xml"}.get(hostile.main.split(".")[-1], hostile.main.split(".")[-1])]
        for role in ("loaded", "asked"):
            (folder / f"{role}{number}").mkdir()
        good.put(folder / f"loaded{number}")
        hostile.put(folder / f"asked{number}")
        names[number] = (hostile, good.main)
    with Server(PROGRAM, str(folder), sample=False) as server:
        for number in names:
            loaded = server.ask("POST", f"/models/loaded{number}/load")
            check(loaded.status == 200, f"load of the good file: {loaded.body}")
        for number, (hostile, main_file) in names.items():
            hostile.put(folder / f"loaded{number}", main_file)
            for verb, path in (("POST", f"/models/loaded{number}/refresh?force=true"), ("GET", f"/v2/models/asked{number}")):
                answer = server.ask(verb, path, timeout=MOST_SECONDS)
                check(400 <= answer.status < 500 and hostile.word in answer.body.decode(errors="replace"),
                      f"{hostile.label}: {verb} {path}: {answer.status} {answer.body[:400]}")
            state = server.get(f"/models/loaded{number}")
            check(state["state"] == "ready", f"{hostile.label}: the old model is {state['state']} after a bad refresh")
        check(server.get("/stats")["loads"] == len(names), "a bad file counts as loaded")
    check(server.process.returncode == 0, f"the server ended with {server.process.returncode}")


def main():
    folder = pathlib.Path(tempfile.mkdtemp(prefix="warmbench-files-"))
    try:
        for step in ("special", "over", "pipe", "start", "refresh"):
            (folder / step).mkdir()
        for label, good in good_files().items():
            (folder / "over" / label).mkdir()
            done = subprocess.run([PROGRAM, "inspect", str(good.put(folder / "over" / label))], capture_output=True, text=True, check=False)
            check(done.returncode == 0, f"the good {label} is refused: {done.stderr}")
            shutil.rmtree(folder / "over" / label)
        print(f"pipes, devices, sockets and folders: refused within {special_files(folder / 'special'):.2f} s")
        special_over_loaded(folder / "over")
        a_pipe_on_the_command_line(folder / "pipe")
        count, slowest = refused_at_starts(folder / "start")
        print(f"{count} hostile models at start: refused within {slowest:.2f} s")
        refused_over_loaded(folder / "refresh")
        print(f"{count} hostile models over loaded ones: refused, the old ones go on serving")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


main()
