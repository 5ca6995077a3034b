"""SIGTERM ends the program within the drain and 2 s, whatever its threads do: the loader in a load that takes long, a worker in a
run that does, in the server and in the window; and no client waits longer than its deadline for a loader that is busy."""

import os
import pathlib
import signal
import struct
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "support"))
from served import Server, check, wait  # noqa: E402

PROGRAM = sys.argv[1]
DRAIN = 1
MOST = DRAIN + 2 + 2  # the last 2 s are a busy machine's


def slow_network(layers, extent, batch):
    """Convolutions of 64 channels that share their weights: small as a file, long as a run."""
    from onnx import TensorProto, helper, numpy_helper  # pylint: disable=import-outside-toplevel
    import numpy  # pylint: disable=import-outside-toplevel
    weights = [numpy_helper.from_array(numpy.full((64, 1, 1, 1), 0.01, numpy.float32), "first"),
               numpy_helper.from_array(numpy.full((64, 64, 3, 3), 0.01, numpy.float32), "w"),
               numpy_helper.from_array(numpy.full((1, 64, 1, 1), 0.01, numpy.float32), "last")]
    nodes = [helper.make_node("Conv", ["x", "first"], ["t0"], kernel_shape=[1, 1])]
    for i in range(layers):
        nodes.append(helper.make_node("Conv", [f"t{i}", "w"], [f"t{i + 1}"], kernel_shape=[3, 3], pads=[1, 1, 1, 1]))
    nodes.append(helper.make_node("Conv", [f"t{layers}", "last"], ["y"], kernel_shape=[1, 1]))
    values = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [batch, 1, extent, extent]) for name in ("x", "y")]
    graph = helper.make_graph(nodes, "slow", values[:1], values[1:], weights)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 11)], ir_version=6).SerializeToString()


def npy(shape):
    head = f"{{'descr': '<f4', 'fortran_order': False, 'shape': {shape}, }}"
    head += " " * (63 - (10 + len(head)) % 64) + "\n"
    count = 1
    for extent in shape:
        count *= extent
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(head)) + head.encode() + bytes(4 * count)


def ended(process, label, most=MOST):
    began = time.monotonic()
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(timeout=60)
    except subprocess.TimeoutExpired as error:
        process.kill()
        raise AssertionError(f"{label}: still there 60 s after SIGTERM") from error
    seconds = time.monotonic() - began
    check(seconds <= most, f"{label}: ended {seconds:.1f} s after SIGTERM, more than {most} s")
    return seconds


def last_line(said, label, thread):
    lines = [line for line in said.splitlines() if "still at work" in line]
    check(len(lines) == 1 and thread in lines[0], f"{label}: said {said[-600:]!r}, nothing of {thread}")


def busy_loader(folder):
    """The first run of a load takes long."""
    model = folder / "slow.onnx"
    model.write_bytes(slow_network(240, 640, 1))  # 7 TFLOP: half a minute for two fast cores
    other = folder / "other.onnx"
    other.write_bytes(slow_network(1, 8, 1))
    server = Server(PROGRAM, str(model), str(folder), "--drain", f"{DRAIN}s", "--deadline", "1s", sample=False)
    try:
        wait("the load", lambda: server.get("/models/slow")["state"] == "loading")
        began = time.monotonic()
        answer = server.ask("GET", "/v2/models/other")
        waited = time.monotonic() - began
        check(server.get("/models/slow")["state"] == "loading", "the slow network has loaded already: it is no test")
        check(answer.status == 504 and waited < 4, f"metadata beside a busy loader: {answer.status} after {waited:.1f} s")
        seconds = ended(server.process, "a busy loader")
        check(server.process.returncode == 1, f"a busy loader: the exit code is {server.process.returncode}")
        last_line(server.said(), "a busy loader", "loader")
        return seconds, waited
    finally:
        server.stop()


def busy_worker(folder):
    """A run of many samples at once takes long."""
    model = folder / "batch.onnx"
    model.write_bytes(slow_network(60, 32, "n"))
    server = Server(PROGRAM, str(model), "--drain", f"{DRAIN}s", "--deadline", "60s", sample=False)
    try:
        wait("the load", lambda: server.get("/models/batch")["state"] == "ready")

        def predict():
            try:
                server.ask("POST", "/predict/batch", npy((512, 1, 32, 32)))
            except (AssertionError, OSError):
                pass  # the server ends under it
        client = threading.Thread(target=predict, daemon=True)
        client.start()
        wait("the run", lambda: server.get("/models/batch")["in_use"] > 0)
        time.sleep(0.5)
        seconds = ended(server.process, "a busy worker")
        check(server.process.returncode == 1, f"a busy worker: the exit code is {server.process.returncode}")
        last_line(server.said(), "a busy worker", "infer")
        return seconds
    finally:
        server.stop()


def window(folder):
    """The window's own thread, at the end of which the loader is waited for."""
    surroundings = dict(os.environ, HOME=str(folder), XDG_CACHE_HOME=str(folder), XDG_CONFIG_HOME=str(folder), QT_QPA_PLATFORM="offscreen")
    log = folder / "window.log"
    with log.open("w+") as errors:
        process = subprocess.Popen([PROGRAM, "--port", "0", "--drain", f"{DRAIN}s", str(folder / "slow.onnx")], stdout=subprocess.DEVNULL,
                                   stderr=errors, env=surroundings)
        try:
            shown = wait("the window", lambda: "shown" in log.read_text() or process.poll() is not None)
            if process.poll() is not None and "no window" in log.read_text():
                return None  # a build without it
            check(shown and process.poll() is None, f"the window ended: {log.read_text()[-500:]}")
            seconds = ended(process, "the window")
            last_line(log.read_text(), "the window", "loader")
            return seconds
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()


def idle():
    """Without anything to wait for, the end is quick, silent and a success."""
    with Server(PROGRAM) as server:
        seconds = ended(server.process, "an idle server", 5)
        check(server.process.returncode == 0, f"an idle server: the exit code is {server.process.returncode}")
        check("still at work" not in server.said(), "an idle server complains")
    return seconds


def main():
    with tempfile.TemporaryDirectory(prefix="warmbench-shutdown-") as name:
        folder = pathlib.Path(name)
        print(f"idle: ended after {idle():.2f} s")
        seconds, waited = busy_loader(folder)
        print(f"a busy loader: metadata 504 after {waited:.1f} s with a deadline of 1 s; ended after {seconds:.1f} s with a drain of {DRAIN} s")
        seconds = window(folder)
        print("window: not in this build" if seconds is None else f"window: ended after {seconds:.1f} s")
        print(f"a busy worker: ended after {busy_worker(folder):.1f} s")


main()
