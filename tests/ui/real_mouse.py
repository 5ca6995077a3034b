#!/usr/bin/env python3
"""Drags files onto the window with a real pointer, under a window manager, on a display of its own.

    real_mouse.py WARMBENCH DRAG_SOURCE SAMPLES [PICTURE.png]

A model, a picture, a table, a folder and a list of labels are dragged from DRAG_SOURCE's window by xdotool. What the window
made of each is asked over HTTP and read in its log. PICTURE is the screen at the end. Needs Xvfb, openbox and xdotool.
"""
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
from served import check, wait  # noqa: E402

ROW = 60  # of DRAG_SOURCE, in pixels
SOURCE = (20, 60)
WINDOW = (260, 40)
WINDOW_SIZE = (1000, 700)


class Screen:
    """A display, its window manager and the programs on it; `with` ends them all."""

    def __init__(self, home):
        self.programs = []
        self.surroundings = dict(os.environ, HOME=home, XDG_CACHE_HOME=home, XDG_CONFIG_HOME=home, QT_QPA_PLATFORM="xcb")
        reader, writer = os.pipe()
        self.start("Xvfb", "-displayfd", str(writer), "-screen", "0", "1400x900x24", "-nolisten", "tcp", pass_fds=[writer])
        os.close(writer)
        with os.fdopen(reader) as told:
            self.surroundings["DISPLAY"] = ":" + told.readline().strip()
        self.start("openbox")
        wait("the window manager", lambda: self.asks("xdotool", "get_num_desktops"), 60)

    def start(self, *command, **options):
        program = subprocess.Popen(command, env=self.surroundings, stdout=subprocess.DEVNULL,
                                   stderr=options.pop("stderr", subprocess.DEVNULL), **options)
        self.programs.append(program)
        return program

    def asks(self, *command):
        done = subprocess.run(command, env=self.surroundings, capture_output=True, text=True, timeout=30)
        return done.stdout.strip() if done.returncode == 0 else ""

    def place(self, title, at, size=None):
        window = wait(f"the window {title}", lambda: self.asks("xdotool", "search", "--onlyvisible", "--name", title), 30)
        window = window.splitlines()[-1]
        if size:
            self.asks("xdotool", "windowsize", "--sync", window, *map(str, size))
        self.asks("xdotool", "windowmove", "--sync", window, *map(str, at))
        return window

    def position(self, window):
        return tuple(int(number) for number in re.findall(r"[XY]=(-?\d+)", self.asks("xdotool", "getwindowgeometry", "--shell", window)))

    def drag(self, start, end):
        self.asks("xdotool", "mousemove", *map(str, start), "mousedown", "1")
        for step in range(1, 11):
            spot = [str(a + (b - a) * step // 10) for a, b in zip(start, end)]
            self.asks("xdotool", "mousemove", *spot, "sleep", "0.03")
        self.asks("xdotool", "sleep", "0.2", "mouseup", "1")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for program in reversed(self.programs):
            program.send_signal(signal.SIGTERM)
            try:
                program.wait(timeout=10)
            except subprocess.TimeoutExpired:
                program.kill()


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def files_to_drag(samples, home):
    folder = pathlib.Path(home, "models")
    folder.mkdir()
    for name in ["digits.onnx", "digits.warmbench.json", "digits.labels.txt", "three.png"]:
        shutil.copy(samples / name, folder / name)
    both = pathlib.Path(home, "both")
    both.mkdir()
    for name in ["iris.onnx", "iris.warmbench.json", "iris.labels.txt"]:
        shutil.copy(samples / name, both / name)
    table = pathlib.Path(home, "rows.csv")
    table.write_text("\n".join(",".join("3" for _ in range(64)) for _ in range(2)) + "\n", encoding="utf-8")
    names = pathlib.Path(home, "names.txt")
    names.write_text("cat\ndog\nhorse\n", encoding="utf-8")
    return [folder / "digits.onnx", folder / "three.png", table, both, names]


def main():
    program, source, samples = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3])
    with tempfile.TemporaryDirectory(prefix="warmbench-mouse-") as home, Screen(home) as screen:
        files = files_to_drag(samples, home)
        log = pathlib.Path(home, "log")
        port = free_port()
        with open(log, "w", encoding="utf-8") as writing:
            screen.start(program, "--port", str(port), stderr=writing)
        url = f"http://127.0.0.1:{port}"
        screen.start(source, *map(str, files))
        window = screen.place("Warmbench", WINDOW, WINDOW_SIZE)
        rows = screen.place("Drag source", SOURCE)

        def models():
            with urllib.request.urlopen(url + "/models", timeout=10) as answer:
                return {model["name"]: model for model in json.load(answer)["models"]}

        def drop(index):
            left, top = screen.position(rows)
            right, middle = screen.position(window)
            screen.drag((left + 100, top + ROW * index + ROW // 2),
                        (right + WINDOW_SIZE[0] // 2, middle + WINDOW_SIZE[1] // 3))

        drop(0)
        wait("the dropped model to be loaded", lambda: models().get("digits", {}).get("state") == "ready", 30)
        for index, what in [(1, "the dropped picture"), (2, "the dropped table")]:
            before = uses(models()["digits"])
            drop(index)
            wait(what + " to be run", lambda: uses(models()["digits"]) > before, 30)
        drop(3)
        wait("the model of the dropped folder", lambda: "iris" in models(), 30)
        drop(4)
        wait("the labels to be taken", lambda: "3 names from" in log.read_text(encoding="utf-8"), 10)
        if len(sys.argv) > 4:
            time.sleep(1)
            subprocess.run([source, "--picture", sys.argv[4]], env=screen.surroundings, check=True)
        print(f"{len(files)} files were dragged; the service has {sorted(models())}.")
    return 0


def uses(model):
    return model["hits"] + model["misses"]


if __name__ == "__main__":
    sys.exit(main())
