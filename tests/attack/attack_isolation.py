#!/usr/bin/env python3
"""The worker of an isolated model is killed again and again under load: only requests that it had fail, with a sentence; others and other models are answered; nothing is left.

    attack_isolation.py PROGRAM [--long]

20 kills; --long: 200.
"""
import json
import os
import pathlib
import signal
import sys
import threading
import time

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
from served import Server, check, wait  # noqa: E402

CLIENTS = 4
MOST_SECONDS = 10  # of any answer
ROW = json.dumps({"input": [[5.1, 3.5, 1.4, 0.2]]})
FIELDS = {"Content-Type": "application/json"}


def workers(server):
    """Process ids of the server's children, the oldest first."""
    found = []
    for status in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = status.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == server.process.pid and fields[0] != "Z":
            found.append((int(fields[19]), int(status.parent.name)))
    return [process for _, process in sorted(found)]


def open_files(server):
    return len(os.listdir(f"/proc/{server.process.pid}/fd"))


def shared(server):
    return pathlib.Path(f"/proc/{server.process.pid}/maps").read_text().count("memfd:warmbench")


class Clients:
    """Ask one model until they are told to stop."""

    def __init__(self, server, name, body, count):
        self.statuses = {}
        self.slowest = 0.0
        self.wrong = []
        self.lock = threading.Lock()
        self.ended = threading.Event()
        self.threads = [threading.Thread(target=self.work, args=(server, name, body)) for _ in range(count)]
        for thread in self.threads:
            thread.start()

    def work(self, server, name, body):
        while not self.ended.is_set():
            began = time.monotonic()
            try:
                answer = server.ask("POST", f"/predict/{name}", body, FIELDS, timeout=60)
                status, said = answer.status, answer.json().get("error", "")
            except Exception as error:  # whatever it is, it is a failure to tell of
                status, said = 0, repr(error)
            with self.lock:
                self.statuses[status] = self.statuses.get(status, 0) + 1
                self.slowest = max(self.slowest, time.monotonic() - began)
                if status != 200 and not (status == 503 and "ended while it had the request" in said):
                    self.wrong.append((status, said))

    def answered(self):
        with self.lock:
            return self.statuses.get(200, 0)

    def stop(self):
        self.ended.set()
        for thread in self.threads:
            thread.join()


def main(program, kills):
    with Server(program, "--isolate", "--instances", "2") as server:
        check(server.ask("POST", "/predict/digits", json.dumps({"input": [0.0] * 64}), FIELDS).status == 200, "digits does not answer")
        others = workers(server)
        check(len(others) == 1, f"digits has {len(others)} workers")
        check(server.ask("POST", "/predict/iris", ROW, FIELDS).status == 200, "iris does not answer")
        before = open_files(server), shared(server)
        iris = Clients(server, "iris", ROW, CLIENTS)
        digits = Clients(server, "digits", json.dumps({"input": [0.0] * 64}), 1)
        try:
            for _ in range(kills):
                living = wait("a worker of iris", lambda: [process for process in workers(server) if process not in others])
                answered = iris.answered()
                os.kill(living[0], signal.SIGKILL)
                wait("answers by the next worker", lambda answered=answered: iris.answered() > answered + CLIENTS)
        finally:
            iris.stop()
            digits.stop()
        lost = iris.statuses.get(503, 0)
        print(f"{kills} kills: {iris.answered()} answers, {lost} requests lost, the slowest after {iris.slowest:.2f} s; "
              f"beside it {digits.answered()} answers by another isolated model, the slowest after {digits.slowest:.2f} s")
        check(not iris.wrong and not digits.wrong, f"wrong answers: {(iris.wrong + digits.wrong)[:3]}")
        check(set(digits.statuses) == {200}, f"the other model answered {digits.statuses}")
        check(lost <= kills * 2, "more requests were lost than a worker has at once")
        check(iris.slowest < MOST_SECONDS, "an answer took too long")
        check(len(workers(server)) == 2, f"{len(workers(server))} workers are there")
        after = open_files(server), shared(server)
        check(after[0] <= before[0] + 2 * CLIENTS and after[1] <= before[1] + 4, f"files and blocks of memory: {before} became {after}")
        last = workers(server)
        for name in ("iris", "digits"):
            check(server.ask("POST", f"/models/{name}/unload").status == 200, f"{name} cannot be unloaded")
        wait("the end of the workers", lambda: not workers(server))
        check(shared(server) == 0, "shared memory is left")
        check(server.ask("POST", "/predict/iris", ROW, FIELDS).status == 200, "iris does not answer again")
        last += workers(server)
    wait("the end of all", lambda: not any(pathlib.Path(f"/proc/{process}").exists() for process in last))
    print("passed")


if __name__ == "__main__":
    main(sys.argv[1], 200 if "--long" in sys.argv else 20)
