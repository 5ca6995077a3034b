#!/usr/bin/env python3
"""What the window costs: until it is painted, while nobody uses it, and its memory without a model.

    window_cost.py path/to/warmbench [runs]

Prints the median start of the runs, the processor time of ten idle seconds and the resident memory, and fails above the
goals: 500 ms, 1 % of a core, 150 MB. On a display that is there; without one, xvfb-run gives one, and QT_QPA_PLATFORM=offscreen
leaves out what a display server adds.
"""
import os
import pathlib
import subprocess
import sys
import tempfile
import time

from idle_time import processor_seconds
from start_time import WINDOW_GOAL_MS, first_paint, measure

IDLE_GOAL_PERCENT = 1
MEMORY_GOAL_MB = 150
IDLE_SECONDS = 10


def resident_mb(process):
    for line in pathlib.Path(f"/proc/{process.pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024 / 1e6
    raise SystemExit("The window ended before it was measured.")


def idle_and_memory(program):
    with tempfile.TemporaryDirectory(prefix="warmbench-home-") as home:
        surroundings = dict(os.environ, HOME=home, XDG_CACHE_HOME=home, XDG_CONFIG_HOME=home)
        window = subprocess.Popen([program, "--port", "0"], stderr=subprocess.PIPE, text=True, env=surroundings)
        try:
            for line in window.stderr:
                if "The window is shown." in line:
                    break
            time.sleep(3)  # what starting took in passing goes back
            before, began = processor_seconds(window), time.monotonic()
            time.sleep(IDLE_SECONDS)
            percent = 100 * (processor_seconds(window) - before) / (time.monotonic() - began)
            return percent, resident_mb(window)
        finally:
            window.terminate()
            window.wait(10)


def main():
    program = sys.argv[1]
    runs = int(sys.argv[2]) if len(sys.argv) > 2 else 5
    good = measure("window: first paint", lambda: first_paint(program), runs, WINDOW_GOAL_MS)
    percent, memory = idle_and_memory(program)
    print(f"{'window: idle':<28} {percent:.2f} % of a core, goal {IDLE_GOAL_PERCENT} %")
    print(f"{'window: memory, no model':<28} {memory:.0f} MB, goal {MEMORY_GOAL_MB} MB")
    return 0 if good and percent <= IDLE_GOAL_PERCENT and memory <= MEMORY_GOAL_MB else 1


if __name__ == "__main__":
    sys.exit(main())
