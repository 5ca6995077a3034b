#!/usr/bin/env python3
"""Standard error and output that nobody reads: attack_log.py WARMBENCH [--long]

The server's log goes to a pipe of one page that nobody reads, to one whose reader goes away, to a full disk, and to nothing at
all. It answers all the same, ends when it is told to, and says afterwards how many lines are missing.
"""

import fcntl
import http.client
import os
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
from served import check, wait  # noqa: E402

MODEL = pathlib.Path(__file__).resolve().parents[2] / "resources/sample/iris.onnx"
ROW = '{"input": [5.1, 3.5, 1.4, 0.2]}'


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def small_pipe():
    reader, writer = os.pipe()
    fcntl.fcntl(writer, fcntl.F_SETPIPE_SZ, 4096)
    return reader, writer


class Server:
    """`serve` with descriptors as the test wants them; listens on a port known beforehand."""

    def __init__(self, program, **streams):
        self.port = free_port()
        self.home = tempfile.TemporaryDirectory(prefix="warmbench-home-")
        surroundings = dict(os.environ, HOME=self.home.name, XDG_CACHE_HOME=self.home.name)
        self.process = subprocess.Popen(
            [program, "serve", str(MODEL), "--port", str(self.port), "--log-level", "debug"], env=surroundings,
            **{"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, **streams})
        wait("the server", self.listens, 30)

    def listens(self):
        check(self.process.poll() is None, f"the server ended with {self.process.poll()}")
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def ask(self, verb, path, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request(verb, path, body)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    def log_much(self, times):
        """Each load and unload is a line or more."""
        for _ in range(times):
            for order in ("pin", "unpin"):
                status, text = self.ask("POST", f"/models/iris/{order}")
                check(status == 200, f"{order}: {status} {text[:200]}")

    def dropped(self):
        page = self.ask("GET", "/metrics")[1]
        return int(next(line for line in page.splitlines() if line.startswith("warmbench_log_lines_dropped_total")).split()[1])

    def predicts(self):
        status, text = self.ask("POST", "/predict", ROW)
        check(status == 200, f"predict: {status} {text[:200]}")

    def end(self):
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(timeout=20)
        check(code == 0, f"the server ended with {code}")
        self.home.cleanup()
        return time.monotonic() - began


def nobody_reads(program, times):
    reader, writer = small_pipe()
    server = Server(program, stderr=writer)
    os.close(writer)
    began = time.monotonic()
    server.log_much(times)
    server.predicts()
    took = time.monotonic() - began
    dropped = server.dropped()
    check(dropped > 0, "nothing was dropped, so that nothing was tried")
    os.set_blocking(reader, False)
    text = bytearray()

    def flows():
        try:
            text.extend(os.read(reader, 65536))
        except BlockingIOError:
            pass
        return b"log lines were dropped" in text

    wait("the notice of what is missing", flows)
    told = int(text.decode().split(" log lines were dropped")[0].rpartition(" ")[2])
    check(told <= server.dropped(), f"{told} lines are said to be missing, {dropped} are")
    server.log_much(times)  # full again
    seconds = server.end()
    check(seconds < 6, f"it took {seconds:.1f} s to end")
    os.close(reader)
    print(f"nobody reads: {2 * times} requests in {took:.2f} s, {dropped} lines dropped, {told} told; ended after {seconds:.2f} s")


def reader_goes(program, times):
    reader, writer = small_pipe()
    server = Server(program, stderr=writer, stdout=writer)
    os.close(writer)
    os.close(reader)
    server.log_much(times)
    server.predicts()
    check(server.dropped() >= 2 * times, "lines that nobody can read are not counted")
    print(f"the reader goes away: answered; ended after {server.end():.2f} s")


def full_disk(program, times):
    with open("/dev/full", "wb") as full:
        server = Server(program, stderr=full, stdout=full)
        server.log_much(times)
        server.predicts()
        check(server.dropped() >= 2 * times, "lines that found no room are not counted")
        print(f"a full disk: answered; ended after {server.end():.2f} s")


def nothing_open(program):
    def close_all():
        for descriptor in (0, 1, 2):
            os.close(descriptor)

    server = Server(program, stdin=None, stdout=None, stderr=None, preexec_fn=close_all)
    server.log_much(50)
    server.predicts()
    for descriptor in (0, 1, 2):
        target = os.readlink(f"/proc/{server.process.pid}/fd/{descriptor}")
        check(target == "/dev/null", f"descriptor {descriptor} is {target}")
    print(f"no descriptors at the start: answered; ended after {server.end():.2f} s")


def output_full(program):
    """The line that tells the address finds no room, and comes once there is some."""
    reader, writer = small_pipe()
    os.write(writer, b"x" * 4096)
    server = Server(program, stdout=writer)
    os.close(writer)
    server.predicts()
    text = b""
    while b"Listening on" not in text:
        piece = os.read(reader, 8192)
        check(piece, "the line never came")
        text += piece
    server.end()
    os.close(reader)
    print("standard output full: answered, and told the address later")


def predict_into_a_closed_pipe(program):
    """Ends quietly at the first answer that nobody takes, not after the last."""
    with tempfile.TemporaryDirectory(prefix="warmbench-rows-") as folder:
        rows = pathlib.Path(folder) / "rows.csv"
        rows.write_text("5.1,3.5,1.4,0.2\n" * 20_000)
        reader, writer = os.pipe()
        os.close(reader)
        began = time.monotonic()
        run = subprocess.run([program, "predict", str(MODEL), str(rows)], stdout=writer, stderr=subprocess.PIPE, text=True, timeout=60,
                             check=False)
        os.close(writer)
        check(run.returncode == 1, f"predict ended with {run.returncode}")
        check(run.stderr.count("\n") == 0, f"predict said: {run.stderr[:300]}")
        print(f"predict into a closed pipe: ended with 1 after {time.monotonic() - began:.2f} s")


def main():
    program, times = sys.argv[1], 5000 if "--long" in sys.argv else 3000
    nobody_reads(program, times)
    reader_goes(program, 100)
    full_disk(program, 100)
    nothing_open(program)
    output_full(program)
    predict_into_a_closed_pipe(program)
    print("passed")


if __name__ == "__main__":
    main()
