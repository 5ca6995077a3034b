#!/usr/bin/env python3
"""Loads a server fully and checks every answer: soak.py WARMBENCH SOAK_LOAD MODELS [--seconds 600]

SOAK_LOAD is the program made of soak_load.cpp, MODELS the folder that tests/support/make_models.py writes. Several processes keep many connections busy with single
and pipelined requests, new connections, and connections that end at random in the middle of a request or an answer. Each
request carries a number, and its answer must carry the same. Exits 1 where an answer is another's, where one with a
status of 5xx comes other than the documented 503, where the server's resident memory grows by more than 5 % after the
first minute (judged from two minutes on), where something stays in use, or where the server does not end as it should.
"""
import argparse
import collections
import json
import os
import pathlib
import queue
import signal
import statistics
import subprocess
import sys
import threading
import time
import urllib.request

MODELS = ["add", "addsub_int32", "image_out"]
TIME_STEP = 1.09  # of soak_load's times
TICKS = os.sysconf("SC_CLK_TCK")


class Server:
    def __init__(self, program, models):
        files = [str(models / f"{name}.onnx") for name in MODELS]
        self.process = subprocess.Popen([program, "serve", "--port", "0", "--log-level", "warning", *files],
                                        stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        if not line.startswith("Listening on "):
            sys.exit(f"The server did not start: {line!r}")
        self.port = int(line.rsplit(":", 1)[1])

    def get(self, path):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=60) as answer:
            return json.load(answer)

    def folder(self):
        return pathlib.Path(f"/proc/{self.process.pid}")

    def resident(self):
        """MiB."""
        status = (self.folder() / "status").read_text()
        return int(status.split("VmRSS:")[1].split()[0]) / 1024

    def processor_seconds(self):
        fields = (self.folder() / "stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def descriptors(self):
        return len(list((self.folder() / "fd").iterdir()))

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(60)


class Clients:
    def __init__(self, port, options):
        self.told = queue.Queue()
        self.processes = []
        for place in range(options.processes):
            numbers = [port, place, options.processes, options.connections, options.seed, options.seconds]
            self.processes.append(subprocess.Popen([options.load, *map(str, numbers)], stdout=subprocess.PIPE, text=True))
        self.readers = [threading.Thread(target=self.read, args=(process,), daemon=True) for process in self.processes]
        for reader in self.readers:
            reader.start()

    def read(self, process):
        for line in process.stdout:
            self.told.put(line.strip())
        if process.wait() < 0:
            self.told.put(f"A process of the clients was ended by signal {-process.returncode}.")

    def running(self):
        return any(reader.is_alive() for reader in self.readers) or not self.told.empty()

    def collect(self, table, problems):
        """Takes in what the processes have told."""
        while not self.told.empty():
            line = self.told.get()
            if not line.startswith("{"):
                problems.append(line.removeprefix("Problem: "))
                continue
            report = json.loads(line)
            table.times.update({int(step): count for step, count in report.pop("times").items()})
            table.tally.update(report)

    def stop(self):
        for process in self.processes:
            process.terminate()


def quantile(times, part):
    """In ms."""
    left = part * sum(times.values())
    for step in sorted(times):
        left -= times[step]
        if left <= 0:
            return TIME_STEP ** (step + 1) / 1000
    return 0


class Table:
    """One line a minute (or a tenth of a short run)."""

    def __init__(self, server, period):
        self.server, self.period = server, period
        self.total = collections.Counter()
        self.tally, self.times = collections.Counter(), collections.Counter()
        self.memory = []
        self.began, self.processor = time.monotonic(), server.processor_seconds()
        print(f"{'until':>7} {'answers/s':>10} {'p50 ms':>7} {'p99 ms':>7} {'left/s':>7} {'new/s':>6} {'503':>5} {'cores':>6} {'MiB':>7}",
              flush=True)

    def line(self, at):
        now, used = time.monotonic(), self.server.processor_seconds()
        span = now - self.began
        print(f"{at:5.0f} s {self.tally['answers'] / span:10,.0f} {quantile(self.times, .5):7.2f} {quantile(self.times, .99):7.2f} "
              f"{self.tally['walked away'] / span:7,.0f} {self.tally['connections'] / span:6,.0f} {self.tally['status 503']:5} "
              f"{(used - self.processor) / span:6.2f} {self.memory[-1][1]:7.1f}", flush=True)
        self.total.update(self.tally)
        self.tally.clear()
        self.times.clear()
        self.began, self.processor = now, used


def median_memory(memory, first, last):
    return statistics.median(value for at, value in memory if first <= at <= last)


def load(server, options, problems):
    """Runs the clients; samples the memory each second. Returns the table."""
    table = Table(server, max(1, min(60, options.seconds / 10)))
    clients = Clients(server.port, options)
    begin = time.monotonic()
    lines = 0
    while clients.running() and not problems and server.process.poll() is None:
        time.sleep(1)
        at = time.monotonic() - begin
        clients.collect(table, problems)
        if at <= options.seconds:
            table.memory.append((at, server.resident()))
        if at >= (lines + 1) * table.period:
            lines += 1
            table.line(at)
    clients.stop()
    table.total.update(table.tally)
    return table


def judge_memory(table, options, problems):
    early = median_memory(table.memory, min(50, options.seconds * .4), min(60, options.seconds * .6))
    late = median_memory(table.memory, table.memory[-1][0] - min(10, options.seconds * .2), table.memory[-1][0])
    growth = 100 * (late / early - 1)
    print(f"Resident memory: {early:.1f} MiB early, {late:.1f} MiB at the end ({growth:+.1f} %)")
    if options.seconds >= 120 and growth > options.growth:
        problems.append(f"Resident memory grew by {growth:.1f} %, more than the {options.growth:g} % allowed.")


def judge_end(server, before, table, problems):
    """What clients left behind is gone soon after they are."""
    end = time.monotonic() + 30
    while True:
        busy = {name: server.get(f"/models/{name}")["in_use"] for name in MODELS}
        open_now = server.descriptors()
        if (not any(busy.values()) and open_now <= before) or time.monotonic() > end:
            break
        time.sleep(.1)
    if any(busy.values()):
        problems.append(f"Models are in use though nobody asks: {busy}.")
    if open_now > before:
        problems.append(f"{open_now} descriptors are open, {before} were before.")
    hits = server.get("/stats")["hits"]
    answered = table.total["status 200"]
    print(f"{answered:,} predictions answered, {hits:,} hits counted; descriptors {before} before, {open_now} after")
    if hits < answered:
        problems.append("More predictions were answered than counted.")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("warmbench", type=pathlib.Path)
    parser.add_argument("load", type=pathlib.Path)
    parser.add_argument("models", type=pathlib.Path)
    parser.add_argument("--seconds", type=int, default=600)
    parser.add_argument("--processes", type=int, default=2, help="of clients (2)")
    parser.add_argument("--connections", type=int, default=12, help="of each (12)")
    parser.add_argument("--growth", type=float, default=5, help="of resident memory that is allowed, in percent (5)")
    parser.add_argument("--seed", type=int, default=1, help="of what the clients choose at random (1)")
    options = parser.parse_args()

    server = Server(options.warmbench, options.models)
    problems = []
    before = server.descriptors() + 1  # the connection that asks at the end
    table = load(server, options, problems)
    print("Answers: " + ", ".join(f"{table.total[key]:,} {key}" for key in sorted(table.total) if key.startswith("status"))
          + f"; connections: {table.total['connections']:,}, of which clients left {table.total['walked away']:,}")
    if server.process.poll() is not None:
        problems.append(f"The server ended by itself, with {server.process.returncode}.")
    else:
        if not problems:
            judge_memory(table, options, problems)
            judge_end(server, before, table, problems)
        if (code := server.stop()) != 0:
            problems.append(f"The server ended with {code}.")
    for problem in problems:
        print(f"FAILED: {problem}")
    print("FAILED" if problems else f"Passed: {table.total['answers']:,} answers, each its request's own")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
