#!/usr/bin/env python3
"""The page of all routes in a real browser: check_docs.py WARMBENCH CHROMIUM CHROMEDRIVER TEST-MODELS [FOLDER-FOR-PICTURES]"""

import functools
import json

from browser import main  # also finds what is in support/
from looks import can_be_read
from served import Server, check


def opened(browser, server):
    browser.look(1280, 900)
    browser.open(server.url + "/docs")
    browser.wait("the routes", lambda: browser.run("return document.getElementById('routes').getAttribute('aria-busy')") == "false")


def sends(browser, operation, values=None, body=None):
    """Fills the operation's form, sends it; status and body that it shows."""
    browser.run("""const one = document.getElementById(arguments[0]); one.open = true;
        for (const [name, value] of Object.entries(arguments[1])) {
          const field = one.querySelector(`input[name="${name}"]`);
          field.value = value;
          field.dispatchEvent(new Event("change"));
        }
        if (arguments[2] !== null) one.querySelector("textarea").value = arguments[2];
        one.querySelector("pre").textContent = "";""", operation, values or {}, body)
    browser.click(f"#{operation} button")
    shown = browser.wait(f"an answer to {operation}", lambda: len(browser.text(f"#{operation} pre")) > 1 and browser.text(f"#{operation} pre"))
    status, _, text = shown.partition("\n")
    return int(status.split(" ")[0]), text


def lists_every_route(browser, server):
    opened(browser, server)
    description = server.get("/openapi.json")
    expected = sorted(operation["operationId"] for operations in description["paths"].values() for operation in operations.values())
    shown = browser.run("return [...document.querySelectorAll('section > details')].map((one) => one.id)")
    check(sorted(shown) == expected, f"not every route is shown: {set(expected) ^ set(shown)}")
    check(browser.text("#problem") == "", browser.text("#problem"))
    can_be_read(browser, "docs")


def begins_with_what_everybody_uses(browser, server):
    """The groups in their order, and in each the variants behind the routes that they vary."""
    opened(browser, server)
    groups = browser.run("return [...document.querySelectorAll('h2')].map((one) => one.textContent)")
    check(groups == ["Predict", "Models", "Server", "Open Inference Protocol", "TensorFlow Serving", "Pages"], f"the groups: {groups}")
    shown = browser.run("return [...document.querySelectorAll('section summary code')].map((one) => one.textContent)")
    check(shown[:3] == ["POST /predict", "POST /predict/{name}", "POST /predict/{name}/versions/{version}"], f"it begins with {shown[:6]}")
    models = [one for one in shown if one.split(" ")[1].startswith(("/models", "/refresh"))]
    check(models[:6] == ["GET /models", "GET /models/{name}", "GET /models/{name}/examples", "GET /models/{name}/examples/{index}",
                         "POST /models/{name}/refresh", "POST /refresh"], f"models begin with {models}")
    health = shown.index("GET /health")
    check(shown.index("POST /models/{name}/match") < health < shown.index("GET /v2"), f"GET /health is at {health}")
    for tag in ("v2", "v1"):
        own = ["/versions/" in one for one in shown if f" /{tag}" in one]
        check(own == sorted(own) and any(own), f"variants of /{tag} stand among the routes: {shown}")
    check(list(server.get("/openapi.json")["paths"]).index("/predict") < list(server.get("/openapi.json")["paths"]).index("/advanced_predict"),
          "the description begins with a variant")


def sends_real_requests(browser, server, pictures):
    opened(browser, server)
    status, text = sends(browser, "getModels", {"limit": "1"})
    models = json.loads(text)
    check(status == 200 and [one["name"] for one in models["models"]] == ["digits"] and models["next"] == "digits", text)
    status, text = sends(browser, "postPredictByName", {"name": "iris"})
    check(status == 200 and json.loads(text)["results"][0]["classes"][0]["label"] == "versicolor", text)
    browser.fits("docs", pictures)
    status, text = sends(browser, "postV1ModelsByNamePredict", {"name": "iris"})
    check(status == 200 and len(json.loads(text)["predictions"]) == 1, text)
    status, text = sends(browser, "postV2ModelsByNameVersionsByVersionInfer", {"name": "iris"})
    check(status == 200 and json.loads(text)["id"] == "1", text)
    status, text = sends(browser, "getV2ModelsByNameStats", {"name": "iris"})
    check(status == 200 and json.loads(text)["model_stats"][0]["inference_count"] == 3, text)
    status, text = sends(browser, "getMetrics")
    check(status == 200 and 'nv_inference_count{model="iris",version="1"} 3' in text, text[:5000])
    memory = server.get("/stats")["model_bytes"]  # by its number and without one it is the same copy
    check(f'warmbench_model_memory_bytes{{model="iris",version="1"}} {memory}\n' in text, text[:5000])
    complaints = browser.complaints()
    check(not complaints, f"the browser complains: {complaints}")


# Several inputs, one sample without a batch, pictures of any size and large ones, int64 out, numbers alone.
MODELS = ["add", "addsub_int32", "int64_out", "image_out", "dynamic", "pool_224", "tiny_64", "fixed_batch"]


def sends_what_fits(browser, program, models):
    """Whatever the model, each example that a route of predictions offers is answered with 200, in the right model's name."""
    paths = [f"{models}/{name}.onnx" for name in MODELS]
    with Server(program, "--default", "addsub_int32", *paths) as server:
        opened(browser, server)
        description = server.get("/openapi.json")["paths"]
        routes = {operations["post"]["operationId"]: path for path, operations in description.items()
                  if path.endswith((":predict", "/infer")) or "/predict" in path or "/advanced_predict" in path}
        check(len(routes) == 10, f"routes of predictions: {routes}")
        for operation, path in routes.items():
            status, text = sends(browser, operation)
            check(status == 200, f"{path} as the page has it: {status} {text}")
            for model in ["digits", "iris", *MODELS] if "{name}" in path else ["addsub_int32"]:
                answers_all(browser, operation, {"name": model} if "{name}" in path else {}, model)
        complaints = browser.complaints()
        check(not complaints, f"the browser complains: {complaints}")


def answers_all(browser, operation, values, model):
    status, text = sends(browser, operation, values)
    check(status == 200, f"{operation} of {model}: {status} {text}")
    choices = browser.run("return document.querySelectorAll(`#${arguments[0]} option`).length", operation)
    for i in range(choices):
        body = browser.run("""const one = document.getElementById(arguments[0]); const list = one.querySelector("select");
            list.selectedIndex = arguments[1]; list.dispatchEvent(new Event("change"));
            return one.querySelector("textarea").value;""", operation, i)
        check(len(body) > 2, f"{operation} of {model}: example {i} is {body}")
        status, text = sends(browser, operation)
        check(status == 200, f"{operation} of {model} with {body[:300]}: {status} {text[:1000]}")
        said = json.loads(text.partition("\n…")[0]) if "\n… " not in text else {}
        check(said.get("model", said.get("model_name", model)) == model, f"{operation}: not {model} answered: {text[:300]}")


def leaves_what_was_written(browser, server):
    opened(browser, server)
    mine = '{"input": [6.7, 3.1, 5.6, 2.4]}'
    status, text = sends(browser, "postPredictByName", {"name": "iris"}, mine)
    check(status == 200 and json.loads(text)["results"][0]["classes"][0]["label"] == "virginica", text)
    status, text = sends(browser, "postPredictByName", {"name": "digits"})
    check(status == 400, f"another body than the one written: {text}")
    check(browser.run("return document.querySelector('#postPredictByName textarea').value") == mine, "it is overwritten")
    complaints = browser.complaints(expected=[400])
    check(not complaints, f"the browser complains: {complaints}")


def shows_errors(browser, server):
    opened(browser, server)
    said = server.ask("GET", "/models/no%20%2Bsuch%25").body.decode()
    status, text = sends(browser, "getModelsByName", {"name": "no +such%"})
    check(status == 404 and json.loads(text) == json.loads(said), text)
    status, text = sends(browser, "postPredictByName", {"name": "iris"}, "[")
    check(status == 400 and "error" in json.loads(text), text)
    complaints = browser.complaints(expected=[400, 404])
    check(not complaints, f"the browser complains: {complaints}")


def sends_the_token(browser, program):
    with Server(program, "--token", "secret") as server:
        opened(browser, server)
        status, text = sends(browser, "postModelsByNameLoad", {"name": "iris"})
        check(status == 401 and json.loads(text)["code"] == "UNAUTHENTICATED", text)
        browser.type("#token", "secret")
        browser.press("Tab")
        status, text = sends(browser, "postModelsByNameLoad", {"name": "iris"})
        check(status == 200 and json.loads(text)["state"] == "ready", text)
        opened(browser, server)  # the tab still knows it
        check(sends(browser, "postModelsByNameUnload", {"name": "iris"})[0] == 200, "the token is forgotten")
        complaints = browser.complaints(expected=[401])
        check(not complaints, f"the browser complains: {complaints}")


def stays_at_home(browser, server):
    strangers = [url for url in browser.requested() if not url.startswith(server.url + "/")]
    check(not strangers, f"requests to other hosts: {strangers}")


def steps(browser, server, program, pictures, models):
    return [
        functools.partial(lists_every_route, browser, server),
        functools.partial(begins_with_what_everybody_uses, browser, server),
        functools.partial(sends_real_requests, browser, server, pictures),
        functools.partial(leaves_what_was_written, browser, server),
        functools.partial(shows_errors, browser, server),
        functools.partial(stays_at_home, browser, server),
        functools.partial(sends_what_fits, browser, program, models),
        functools.partial(sends_the_token, browser, program),
    ]


if __name__ == "__main__":
    main(steps, "TEST-MODELS")
