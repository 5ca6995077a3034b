#!/usr/bin/env python3
"""Two thousand models, some with odd names, in one server: check_scale.py WARMBENCH MODEL

Looks at what is right; tests/benchmark/scale.py looks at what it takes. The limits of time here are far above that and
fail only where work grows with the square of the number of models.
"""

import http.client
import json
import pathlib
import sys
import tempfile
import time
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
from many_models import ODD_NAMES, make_models  # noqa: E402
from served import Server, check, wait  # noqa: E402

ROW = json.dumps({"input": [5.1, 3.5, 1.4, 0.2]})
INFER = json.dumps({"inputs": [{"name": "features", "shape": [1, 4], "datatype": "FP32", "data": [5.1, 3.5, 1.4, 0.2]}]})
INSTANCES = json.dumps({"instances": [[5.1, 3.5, 1.4, 0.2]]})


def quoted(name):
    return urllib.parse.quote(name, safe="")


def pages(server, limit=None):
    """The names of /models, page by page."""
    names, after, count = [], "", 0
    while after is not None:
        query = {key: value for key, value in (("limit", limit), ("after", after)) if value}
        page = server.get("/models?" + urllib.parse.urlencode(query))
        check(len(page["models"]) <= (limit or 1000), f"a page of {len(page['models'])}")
        names += [model["name"] for model in page["models"]]
        after = page["next"]
        count += 1
    return names, count


def lists_each_once(server, names):
    for limit, most in ((None, 2), (1000, 2), (999, 3), (300, 7), (5000, 2)):
        found, count = pages(server, limit)
        check(found == names, f"limit {limit}: {len(found)} names of {len(names)}")
        check(count == most, f"limit {limit}: {count} pages")
    index = server.ask("POST", "/v2/repository/index").json()
    check([one["name"] for one in index] == names, "the repository's index")


def takes_the_name_everywhere(server, name):
    path = quoted(name)

    def asks(verb, route, body=None, status=200):
        answer = server.ask(verb, route, body)
        check(answer.status == status, f"{verb} {route} of {name!r}: {answer.status} {answer.body[:300]!r}")
        return answer.json()

    check(asks("POST", f"/predict/{path}", ROW)["model"] == name, name)
    check(asks("POST", f"/predict/{path}/versions/1", ROW)["model"] == name, name)
    check(asks("POST", f"/advanced_predict/{path}", ROW)["model"] == name, name)
    check(asks("GET", f"/models/{path}")["name"] == name, name)
    for order, state in (("unload", "registered"), ("load", "ready"), ("pin", "ready"), ("unpin", "ready")):
        answer = asks("POST", f"/models/{path}/{order}")
        check((answer["name"], answer["state"]) == (name, state), f"{order}: {answer}")
    check(asks("POST", f"/models/{path}/refresh")["reloaded"] is False, name)
    base = f"/v2/models/{path}"
    if name != "stats":  # /v2/models/stats speaks of all models
        check(asks("GET", base)["name"] == name, name)
    check(asks("GET", f"{base}/versions/1")["name"] == name, name)
    check(asks("GET", f"{base}/config")["name"] == name, name)
    check(asks("GET", f"{base}/ready")["ready"] is True, name)
    check(asks("GET", f"{base}/stats")["model_stats"][0]["name"] == name, name)
    check(asks("POST", f"{base}/infer", INFER)["model_name"] == name, name)
    check(asks("POST", f"{base}/versions/1/infer", INFER)["model_name"] == name, name)
    asks("POST", f"/v2/repository/models/{path}/unload", "{}")
    asks("POST", f"/v2/repository/models/{path}/load", "{}")
    check(len(asks("POST", f"/v1/models/{path}:predict", INSTANCES)["predictions"]) == 1, name)
    check(len(asks("POST", f"/v1/models/{path}/versions/1:predict", INSTANCES)["predictions"]) == 1, name)
    check(asks("GET", f"/v1/models/{path}")["model_version_status"][0]["state"] == "AVAILABLE", name)
    check(pages(server, 1000)[0].index(name) >= 0, name)
    after = asks("GET", f"/models?limit=1&after={quoted(name)}")
    check(after["models"] == [] or after["models"][0]["name"].encode() > name.encode(), f"after {name!r}: {after['next']}")


def never_takes_a_slash(server):
    for name in ("a%2Fb", "%2f", "..%2Fmodel-0001", "model-0001%2F", "..", ".", "%2e%2e", "a%00b", "a%0Ab", "%FF", "%C3", "a%zz", "a%2"):
        for verb, route in (("POST", f"/predict/{name}"), ("GET", f"/models/{name}"), ("POST", f"/models/{name}/load"),
                            ("POST", f"/v2/models/{name}/infer"), ("POST", f"/v1/models/{name}:predict")):
            answer = server.ask(verb, route, ROW if verb == "POST" else None)
            check(answer.status in (400, 404) and "error" in answer.json(), f"{verb} {route}: {answer.status} {answer.body[:200]!r}")


def uses_all(server, names):
    """One prediction each, every model loaded; seconds that it took."""
    connection = http.client.HTTPConnection(server.address.netloc, timeout=300)
    began = time.monotonic()
    for name in names:
        connection.request("POST", f"/predict/{quoted(name)}", ROW)
        answer = connection.getresponse()
        body = answer.read()
        check(answer.status == 200 and json.loads(body)["model"] == name, f"{name}: {answer.status} {body[:300]!r}")
    connection.close()
    return time.monotonic() - began


def tells_of_all(server, names):
    page = server.ask("GET", "/metrics").body.decode()
    told = {line.rpartition(" ")[0] for line in page.splitlines()}
    for name in names:
        label = name.replace("\\", "\\\\").replace('"', '\\"')
        for metric in ("warmbench_model_cache_hits_total", "nv_inference_count"):
            check(f'{metric}{{model="{label}",version="1"}}' in told, f"{metric} of {name!r} is not told")
    stats = server.get("/v2/models/stats")["model_stats"]
    check([one["name"] for one in stats] == names, "the statistics of all models")
    check(server.get("/stats")["loads"] >= len(names), "not all were loaded")


def within(seconds, what, work):
    began = time.monotonic()
    value = work()
    took = time.monotonic() - began
    check(took < seconds, f"{what} took {took:.1f} s")
    return value


def sees_changes(server, folder, names):
    """Among 2,000 loaded models, the one whose file changes, the one that comes and the one that goes."""
    changed = folder / "model-0500.onnx"
    content = changed.read_bytes()
    changed.unlink()  # a link shared with all the others
    changed.write_bytes(content + b"\x12\x00")  # one field more: an empty name of the producer
    (folder / "new one.onnx").write_bytes(content)
    (folder / "model-0600.onnx").unlink()
    wait("the changed file", lambda: server.get("/models/model-0500")["changed_on_disk"])
    check(not server.get("/models/model-0501")["changed_on_disk"], "another one has changed")
    expected = sorted({*names, "new one"} - {"model-0600"}, key=lambda name: name.encode())
    wait("the new list", lambda: pages(server)[0] == expected)


def main():
    program, model = sys.argv[1:]
    with tempfile.TemporaryDirectory(prefix="warmbench-scale-") as folder:
        names = make_models(folder, model)
        check(len(names) == 2000 and len(set(names)) == 2000, "not 2,000 names")
        with Server(program, folder, "--log-level", "warning", sample=False) as server:
            check(server.start_seconds < 20, f"started in {server.start_seconds:.1f} s")
            within(20, "listing", lambda: lists_each_once(server, names))
            for name in ODD_NAMES:
                takes_the_name_everywhere(server, name)
            never_takes_a_slash(server)
            # 80 s of processor time it was when each load looked at all others.
            within(60, "loading all", lambda: uses_all(server, names))
            within(20, "listing what is loaded", lambda: lists_each_once(server, names))
            within(30, "telling of all", lambda: tells_of_all(server, names))
            sees_changes(server, pathlib.Path(folder), names)
    print("passed")


if __name__ == "__main__":
    main()
