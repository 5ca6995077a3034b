#!/usr/bin/env python3
"""Triton's Python client against a running server: check_tritonclient.py HOST:PORT [EXAMPLES]

run_tritonclient.sh starts the server and calls this. A line each; ends with 1 where something failed.
"""
import asyncio
import os
import pathlib
import subprocess
import sys

import numpy as np
import tritonclient.http as http
import tritonclient.http.aio as aio
from tritonclient.utils import InferenceServerException

URL = sys.argv[1]
MODEL = "simple"
FAILED = []


def check(condition, sentence):
    if not condition:
        raise AssertionError(sentence)


def run(name, action):
    try:
        action()
        print(f"ok      {name}", flush=True)
    except BaseException as error:  # the client lets go of SystemExit and of timeouts that are no Exception
        FAILED.append(name)
        print(f"FAILED  {name}: {type(error).__name__}: {error}", flush=True)


def numbers(rows=1):
    first = np.arange(16 * rows, dtype=np.int32).reshape(rows, 16)
    return first, np.full((rows, 16), -3, np.int32)


def inputs(kind, first, second, binary=(True, True)):
    made = [kind.InferInput(name, list(array.shape), "INT32") for name, array in (("INPUT0", first), ("INPUT1", second))]
    for one, array, raw in zip(made, (first, second), binary):
        one.set_data_from_numpy(array, binary_data=raw)
    return made


def outputs(kind, binary=(True, True)):
    return [kind.InferRequestedOutput(name, binary_data=raw) for name, raw in zip(("OUTPUT0", "OUTPUT1"), binary)]


def judge(result, first, second):
    for name, expected in (("OUTPUT0", first + second), ("OUTPUT1", first - second)):
        got = result.as_numpy(name)
        check(got is not None and got.dtype == np.int32, f"{name} is no INT32")
        np.testing.assert_array_equal(got, expected)


def refused(action, *parts):
    try:
        action()
    except InferenceServerException as error:
        for part in parts:
            check(part in error.message(), f"\"{error.message()}\" does not say \"{part}\"")
        return error
    raise AssertionError("it was not refused")


# ---- one client, one request at a time ---------------------------------------------------------------------------------

def infer_sync(client):
    for rows in (1, 8):
        first, second = numbers(rows)
        for raw_in in ((True, True), (False, True), (True, False), (False, False)):
            for wanted in (None, outputs(http), outputs(http, (True, False)), outputs(http, (False, False))):
                result = client.infer(MODEL, inputs(http, first, second, raw_in), outputs=wanted, request_id="17",
                                      query_params={"test_1": 1})
                check(result.get_response()["id"] == "17", "the id did not come back")
                judge(result, first, second)


def infer_compressed(client, request, response):
    for rows in (1, 200):
        first, second = numbers(rows)
        for wanted in (None, outputs(http, (True, False)), outputs(http, (False, False))):
            judge(client.infer(MODEL, inputs(http, first, second, (False, True)), outputs=wanted,
                               request_compression_algorithm=request, response_compression_algorithm=response), first, second)


def infer_async():
    with http.InferenceServerClient(URL, concurrency=4) as client:
        sent = []
        for i in range(32):
            first, second = numbers()
            sent.append((first + i, second, client.async_infer(MODEL, inputs(http, first + i, second), request_id=str(i))))
        for i, (first, second, request) in enumerate(sent):
            result = request.get_result()
            check(result.get_response()["id"] == str(i), "an answer belongs to another request")
            judge(result, first, second)


def infer_version(client):
    first, second = numbers()
    version = client.get_model_metadata(MODEL)["versions"][-1]
    judge(client.infer(MODEL, inputs(http, first, second), model_version=version), first, second)
    check(client.is_model_ready(MODEL, version), "the version is not ready")
    check(client.get_model_metadata(MODEL, version)["name"] == MODEL, "the version has no metadata")
    check(client.get_model_config(MODEL, version)["name"] == MODEL, "the version has no configuration")
    check(len(client.get_inference_statistics(MODEL, version)["model_stats"]) == 1, "the version has no statistics")


def infer_static(client):
    first, second = numbers()
    body, length = http.InferenceServerClient.generate_request_body(inputs(http, first, second))
    answer = client._post(f"v2/models/{MODEL}/infer", body, {"Inference-Header-Content-Length": str(length)}, None)
    judge(http.InferenceServerClient.parse_response_body(
        answer.read(), header_length=int(answer.get("Inference-Header-Content-Length"))), first, second)


def classify(client):
    first, second = numbers()
    result = client.infer(MODEL, inputs(http, first, second), outputs=[http.InferRequestedOutput("OUTPUT0", class_count=2)])
    check([text.decode().split(":")[1] for text in result.as_numpy("OUTPUT0")[0]] == ["15", "14"], "not the two highest")


def errors(client):
    first, second = numbers()
    refused(lambda: client.infer("wrong", inputs(http, first, second)), "Request for unknown model: 'wrong' is not found")
    refused(lambda: client.infer(MODEL, inputs(http, first[:, :8], second)), "INPUT0", "INT32 [1, 8]", "INT32 [-1, 16]")
    wide = http.InferInput("INPUT0", [1, 16], "INT64")
    wide.set_data_from_numpy(first.astype(np.int64))
    refused(lambda: client.infer(MODEL, [wide, inputs(http, first, second)[1]]), "INPUT0", "INT64 [1, 16]", "INT32 [-1, 16]")
    refused(lambda: client.infer(MODEL, inputs(http, first, second)[:1]), "INPUT1")
    refused(lambda: client.infer(MODEL, inputs(http, first, second), outputs=[http.InferRequestedOutput("OUTPUT2")]), "OUTPUT2")
    refused(lambda: client.get_model_metadata(MODEL, "99"), "Request for unknown model")
    judge(client.infer(MODEL, inputs(http, first, second)), first, second)


# ---- what the server says of itself and its models -----------------------------------------------------------------------

def health(client):
    check(client.is_server_live(query_params={"a": [1, 2]}) and client.is_server_ready(), "not live or not ready")
    check(client.is_model_ready(MODEL) and not client.is_model_ready("wrong"), "the wrong models are ready")


def metadata(client):
    check(client.get_server_metadata()["name"] == "triton", "the server's name is another")
    described = client.get_model_metadata(MODEL)
    check([(one["name"], one["datatype"]) for one in described["inputs"]] == [("INPUT0", "INT32"), ("INPUT1", "INT32")],
          f"other inputs: {described}")
    config = client.get_model_config(MODEL)
    check(config["max_batch_size"] >= 8 and config["input"][0]["dims"] == [16], f"another configuration: {config}")


def statistics(client):
    first, second = numbers(4)
    before = client.get_inference_statistics(MODEL)["model_stats"][0]
    client.infer(MODEL, inputs(http, first, second))
    after = client.get_inference_statistics(MODEL)["model_stats"][0]
    check(after["inference_count"] - before["inference_count"] == 4, "not 4 samples more")
    check(after["execution_count"] - before["execution_count"] == 1, "not 1 run more")
    check(MODEL in [one["name"] for one in client.get_inference_statistics()["model_stats"]], "not among all statistics")


def control(client):
    def state():
        return {one["name"]: one["state"] for one in client.get_model_repository_index()}[MODEL]
    client.load_model(MODEL)
    check(client.is_model_ready(MODEL) and state() == "READY", "loaded and not ready")
    client.unload_model(MODEL)
    check(not client.is_model_ready(MODEL) and state() == "UNAVAILABLE", "unloaded and ready")
    client.load_model(MODEL)
    refused(lambda: client.load_model("wrong"), "failed to load")
    check(client.is_model_ready(MODEL), "not ready after a failed load of another")


# ---- asyncio -------------------------------------------------------------------------------------------------------------

async def all_aio():
    async with aio.InferenceServerClient(URL) as client:
        check(await client.is_server_live() and await client.is_model_ready(MODEL), "not live or not ready")
        check((await client.get_server_metadata())["name"] == "triton", "the server's name is another")
        check((await client.get_model_config(MODEL))["name"] == MODEL, "no configuration")
        check(MODEL in [one["name"] for one in await client.get_model_repository_index()], "not in the index")
        sent = [numbers(1 + i % 3) for i in range(32)]
        ways = (None, "gzip", "deflate")
        results = await asyncio.gather(*(
            client.infer(MODEL, inputs(aio, *pair, (i % 2 == 0, True)), request_compression_algorithm=ways[i % 3],
                         response_compression_algorithm=ways[i // 3 % 3]) for i, pair in enumerate(sent)))
        for result, pair in zip(results, sent):
            judge(result, *pair)
        try:
            await client.infer("wrong", inputs(aio, *sent[0]))
            raise AssertionError("an unknown model was not refused")
        except InferenceServerException as error:
            check(error.message().startswith("Request for unknown model"), error.message())


# ---- the example programs ------------------------------------------------------------------------------------------------

def example(folder, name, *arguments):
    surroundings = dict(os.environ, PYTHONPATH=os.pathsep.join(path for path in sys.path if path))
    done = subprocess.run([sys.executable, str(folder / f"{name}.py"), "-u", URL, *arguments], capture_output=True, text=True,
                          timeout=120, env=surroundings)
    said = (done.stdout + done.stderr).strip().splitlines()
    check(done.returncode == 0, f"exit code {done.returncode}: {said[-1] if said else 'it says nothing'}")


def run_examples(folder):
    for name in ("simple_http_infer_client", "simple_http_aio_infer_client"):
        run(name, lambda: example(folder, name))
        for side in ("request", "response"):
            for way in ("gzip", "deflate"):
                option = f"--{side}-compression-algorithm"
                run(f"{name} {option} {way}", lambda: example(folder, name, option, way))
    for name in ("simple_http_async_infer_client", "simple_http_health_metadata", "simple_http_model_control"):
        run(name, lambda: example(folder, name))


def main():
    client = http.InferenceServerClient(URL)
    run("health", lambda: health(client))
    run("metadata and configuration", lambda: metadata(client))
    run("infer, one after the other", lambda: infer_sync(client))
    run("infer, by version", lambda: infer_version(client))
    run("infer, body made and read by hand", lambda: infer_static(client))
    for way in ("gzip", "deflate"):
        run(f"infer, request in {way}", lambda: infer_compressed(client, way, None))
        run(f"infer, answer in {way}", lambda: infer_compressed(client, None, way))
        run(f"infer, both in {way}", lambda: infer_compressed(client, way, way))
    run("infer, 32 in flight", infer_async)
    run("asyncio", lambda: asyncio.run(all_aio()))
    run("classification", lambda: classify(client))
    run("statistics", lambda: statistics(client))
    run("load, unload, index", lambda: control(client))
    run("errors", lambda: errors(client))
    client.close()
    if len(sys.argv) > 2:
        run_examples(pathlib.Path(sys.argv[2]))
    else:
        print("left out  the example programs: name a checkout of the client's repository to run them", flush=True)
    print(f"{len(FAILED)} failed" if FAILED else "all passed")
    return 1 if FAILED else 0


if __name__ == "__main__":
    sys.exit(main())
