#!/usr/bin/env python3
"""What `serve` costs while nobody asks it anything: idle_time.py WARMBENCH [SECONDS]; exits 1 above 1 % of a core.

All samples are loaded before the processor time of ten seconds is read.
"""
import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
from served import Server, check  # noqa: E402

GOAL_PERCENT = 1
TICKS = 100  # a second; Linux tells programs no other


def processor_seconds(process):
    fields = pathlib.Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def main():
    seconds = float(sys.argv[2]) if len(sys.argv) > 2 else 10
    with Server(sys.argv[1], "--log-level", "off") as server:
        names = [model["name"] for model in server.get("/models")["models"]]
        check(names, "there are no samples")
        for name in names:
            loaded = server.ask("POST", f"/v2/repository/models/{name}/load")
            check(loaded.status == 200, f"{name}: {loaded.status} {loaded.body[:300]!r}")
        time.sleep(3)  # what loading took in passing goes back
        before, began = processor_seconds(server.process), time.monotonic()
        time.sleep(seconds)
        percent = 100 * (processor_seconds(server.process) - before) / (time.monotonic() - began)
    print(f"{len(names)} samples loaded, idle: {percent:.2f} % of a core, goal {GOAL_PERCENT} %")
    return 0 if percent <= GOAL_PERCENT else 1


if __name__ == "__main__":
    sys.exit(main())
