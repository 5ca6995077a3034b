#!/usr/bin/env python3
"""Valid small TensorFlow graphs and Torch7 networks, and shapes that do not fit what their free extents stand before.

    attack_foreign.py PROGRAM [--long] [NAME ...]

Every network answers numpy's values, is refused in a sentence, or warns that OpenCV may take a node otherwise than TensorFlow; shapes that do not fit are 400, twice, and valid requests between them go on being
answered right, since layers keep state from shape to shape. --long also sends random shapes. NAME: the networks to try, all without. What fails is
listed whole before the script fails.
"""
import json
import pathlib
import sys
import tempfile
import time

import numpy as np

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
from foreign_graphs import networks  # noqa: E402
from served import Server, check, sentence  # noqa: E402

TOLERANCE = 1e-4
RANDOM_SHAPES = 5
PROBLEMS_TOLD = 3
LONGEST = 5.0  # seconds for what takes milliseconds


class Attack:
    """Starts the program again where it ends, so that one defect does not hide the next."""

    def __init__(self, program, folder):
        self.program, self.folder, self.problems, self.requests = program, folder, {}, 0
        self.start()

    def start(self):
        # What the load tries with free heights and widths would take gigabytes for the hundreds of networks here.
        self.server = Server(self.program, self.folder, "--log-level", "error", "--memory-budget", "100MiB", sample=False)

    def ask(self, verb, path, body=None, fields=None):
        self.requests += 1
        try:
            return self.server.ask(verb, path, body, fields, timeout=60)
        except (AssertionError, OSError):
            self.server.process.kill()
            self.server.stop()
            self.start()
            raise

    def infer(self, name, feeds):
        """The numbers go as they are: JSON of millions of them would be what takes the time."""
        told = {"inputs": [{"name": key, "shape": list(value.shape), "datatype": "FP32", "parameters": {"binary_data_size": value.nbytes}}
                           for key, value in feeds.items()], "parameters": {"binary_data_output": True}}
        head = json.dumps(told).encode()
        return self.ask("POST", f"/v2/models/{name}/infer", head + b"".join(value.tobytes() for value in feeds.values()),
                        {"Inference-Header-Content-Length": str(len(head))})

    def problem(self, what, error):
        """Told at once, a few of each network: the others mostly say the same."""
        listed = self.problems.setdefault(what.split(":")[0], [])
        listed.append(error)
        if len(listed) <= PROBLEMS_TOLD:
            print(f"  {what}: {error}"[:400], flush=True)

    def attempt(self, what, function, *arguments):
        began = time.monotonic()
        try:
            return function(*arguments)
        except (AssertionError, OSError) as error:
            return self.problem(what, error)
        finally:
            took = time.monotonic() - began
            if took > LONGEST:
                self.problem(what, f"takes {took:.1f} s")


def numbers(answer):
    length = int(answer.fields["Inference-Header-Content-Length"])
    told = json.loads(answer.body[:length])["outputs"]
    check(len(told) == 1 and told[0]["datatype"] == "FP32", f"{len(told)} outputs")
    return np.frombuffer(answer.body[length:], np.float32).reshape(told[0]["shape"])


def compare(came, wanted):
    if [extent for extent in came.shape if extent > 1] == [extent for extent in wanted.shape if extent > 1]:
        came = came.reshape(wanted.shape)  # OpenCV adds extents of 1
    check(came.shape == wanted.shape, f"answers {list(came.shape)} instead of {list(wanted.shape)}")
    if wanted.size == 0:
        return
    beyond = np.abs(came - wanted).max()
    check(beyond <= TOLERANCE * max(np.abs(wanted).max(), 1), f"wrong by {beyond:.3g}: {came.ravel()[:4]} instead of {wanted.ravel()[:4]}")


def shapes_of(feeds):
    return ", ".join(f"{key} {list(value.shape)}" for key, value in feeds.items())


def right_or_refused(network, feeds, answer, statuses):
    """The refusal, if any. numpy may make something of what is refused, but not nothing of what is answered."""
    if answer.status != 200:
        return sentence(answer, statuses)
    came = numbers(answer)
    if network.doubtful:
        return None
    try:
        wanted = network.function(feeds)
    except (ValueError, IndexError) as error:
        raise AssertionError(f"answers {list(came.shape)} where numpy refuses: {error}") from None
    compare(came, wanted)
    return None


def valid(attack, name, network, feeds):
    return right_or_refused(network, feeds, attack.infer(name, feeds), (400, 424))


def misfit(attack, name, network, feeds):
    return right_or_refused(network, feeds, attack.infer(name, feeds), (400,))


def try_network(attack, name, network):
    """The refusals of its valid requests by their shapes."""
    refused = {}
    attack.attempt(f"{name}: load", attack.ask, "POST", f"/models/{name}/load")
    told = attack.attempt(f"{name}: warnings", attack.ask, "GET", f"/models/{name}")
    network.doubtful = told is not None and "otherwise than TensorFlow" in told.body.decode()
    for feeds in network.feeds:
        refusal = attack.attempt(f"{name}: {shapes_of(feeds)}", valid, attack, name, network, feeds)
        if refusal:
            refused[shapes_of(feeds)] = refusal
    first = network.feeds[0]
    # One that takes nothing refuses everything.
    if shapes_of(first) not in refused:
        for shapes in network.misfits:
            feeds = {key: np.ones(shape, np.float32) for key, shape in shapes.items()}
            for _ in range(2):
                attack.attempt(f"{name}: misfit {shapes_of(feeds)}", misfit, attack, name, network, feeds)
                again = attack.attempt(f"{name}: {shapes_of(first)} after misfit {shapes_of(feeds)}", valid, attack, name, network, first)
                if again:
                    attack.problem(f"{name}: {shapes_of(first)} after misfit {shapes_of(feeds)}", again)
    return refused


def random_feeds(network, random):
    """Like one of the valid requests, with some of the free extents chosen anew."""
    like = network.feeds[int(random.integers(len(network.feeds)))]
    made = {}
    for key, extents in network.declared.items():
        shape = [int(random.choice([1, 2, 3, 4, 5, 6, 7, 8, 13, 64, 1000])) if extent == -1 and random.random() < 0.4 else valid
                 for extent, valid in zip(extents, like[key].shape)]
        shape = shape if np.prod(shape) < 200_000 else like[key].shape
        made[key] = random.standard_normal(shape).astype(np.float32)
    return made


def random_shapes(attack, name, network, random):
    def twice(feeds):
        first = attack.infer(name, feeds)
        between = valid(attack, name, network, network.feeds[0])
        second = attack.infer(name, feeds)
        check(between is None, f"the valid request between is refused: {between}")
        check(first.status == second.status, f"{first.status} and then {second.status}")
        right_or_refused(network, feeds, first, (400, 507))
        if first.status == 200:
            # Sums may be rounded otherwise where memory begins at another place.
            apart = np.abs(numbers(first) - numbers(second)).max()
            check(apart <= 1e-5 * max(np.abs(numbers(first)).max(), 1), f"the same request is answered otherwise by {apart:.3g}")

    for _ in range(RANDOM_SHAPES):
        feeds = random_feeds(network, random)
        attack.attempt(f"{name}: random {shapes_of(feeds)}", twice, feeds)


def described(attack, name, network):
    """The extents that the program tells are those that the file declares, channels first."""
    answer = attack.ask("GET", f"/models/{name}")
    check(answer.status == 200, f"{answer.status}")
    told = {one["name"]: one["shape"] for one in answer.json()["inputs"]}
    fits = told.keys() == network.declared.keys() and all(
        len(told[key]) == len(extents) and all(extent in (-1, one) for extent, one in zip(extents, told[key]))
        for key, extents in network.declared.items())
    check(fits, f"tells {told} instead of {network.declared}")


def main():
    program, long = sys.argv[1], "--long" in sys.argv[2:]
    named = [one for one in sys.argv[2:] if one != "--long"]
    chosen = {name: network for name, network in networks().items() if (name in named if named else long or not name.endswith("_free_batch"))}
    check(named or len(chosen) >= 40, "too few networks")
    with tempfile.TemporaryDirectory() as folder:
        for name, network in chosen.items():
            pathlib.Path(folder, f"{name}.{network.ending}").write_bytes(network.data)
        attack = Attack(program, folder)
        try:
            refused = {}
            for name, network in chosen.items():
                refused[name] = try_network(attack, name, network)
                if not refused[name] and name not in attack.problems:
                    attack.attempt(f"{name}: description", described, attack, name, network)
            doubted = sum(network.doubtful for network in chosen.values())
            check(named or doubted < len(chosen) / 2, "most networks are not compared")
            requests = sum(len(network.feeds) for network in chosen.values())
            print(f"networks of TensorFlow and Torch7: {len(chosen)}; of {requests} valid requests {sum(map(len, refused.values()))} are refused; "
                  f"{doubted} networks warn and are not compared; {attack.requests} requests in all", flush=True)
            if long:
                for name, rows in refused.items():
                    for shapes, error in rows.items():
                        print(f"  {name}: {shapes}: {error[:200]}")
                random = np.random.default_rng(20)
                for name, network in chosen.items():
                    if network.is_free() and not refused[name] and name not in attack.problems:
                        random_shapes(attack, name, network, random)
                print(f"with random shapes: {attack.requests} requests")
        finally:
            attack.server.stop()
    check(not attack.problems, f"{sum(map(len, attack.problems.values()))} problems in {len(attack.problems)} networks: {', '.join(attack.problems)}")


if __name__ == "__main__":
    main()
