#!/usr/bin/env python3
"""How long Warmbench takes to be there: `serve` until it answers, the window until it is painted.

    start_time.py path/to/warmbench [runs]

Prints the median and the worst of the runs (after one that warms the disk cache) and fails above the goals: 300 ms for the
first answer, 500 ms for the window. The window needs a display; xvfb-run gives one.
"""
import os
import re
import statistics
import subprocess
import sys
import time
import urllib.request

SERVE_GOAL_MS = 300
WINDOW_GOAL_MS = 500


def first_answer(program):
    start = time.perf_counter()
    serve = subprocess.Popen([program, "serve", "--sample", "--port", "0"], stdout=subprocess.PIPE,
                             stderr=subprocess.DEVNULL, text=True)
    try:
        url = re.search(r"http://\S+", serve.stdout.readline()).group()
        urllib.request.urlopen(url + "/health", timeout=10).read()
        return (time.perf_counter() - start) * 1000
    finally:
        serve.terminate()
        serve.wait(10)


def first_paint(program):
    start = time.perf_counter()
    window = subprocess.Popen([program, "--sample", "--port", "0"], stderr=subprocess.PIPE, text=True)
    try:
        for line in window.stderr:
            if "The window is shown." in line:
                return (time.perf_counter() - start) * 1000
        raise SystemExit("The window ended before it was shown.")
    finally:
        window.terminate()
        window.wait(10)


def measure(what, take, runs, goal):
    take()
    spans = [take() for _ in range(runs)]
    median = statistics.median(spans)
    print(f"{what:<28} median {median:5.0f} ms, worst {max(spans):5.0f} ms, goal {goal} ms")
    return median <= goal


def main():
    program = sys.argv[1]
    runs = int(sys.argv[2]) if len(sys.argv) > 2 else 5
    good = measure("serve: first answer", lambda: first_answer(program), runs, SERVE_GOAL_MS)
    if os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"):
        good = measure("window: first paint", lambda: first_paint(program), runs, WINDOW_GOAL_MS) and good
    else:
        print("window: not measured, there is no display (xvfb-run gives one)")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
