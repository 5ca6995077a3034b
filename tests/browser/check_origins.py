#!/usr/bin/env python3
"""What a page of another origin may do, in a real browser: check_origins.py WARMBENCH CHROMIUM CHROMEDRIVER"""

import functools
import http.server
import re
import threading

from browser import main  # also finds what is in support/
from served import Server, check

POLICY = ("default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; "
          "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
ROW = '{"input": [5.1, 3.5, 1.4, 0.2]}'
JSON = {"Content-Type": "application/json"}


class OtherPage(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = b"<!doctype html><title>Another origin</title><link rel=icon href=data:,>"
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class OtherOrigin:
    def __init__(self):
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), OtherPage)
        self.port = self.server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


def fetched(browser, url, **options):
    """What the page sees of an answer; None where the browser shows it nothing."""
    return browser.run("""return fetch(arguments[0], arguments[1]).then(async (answer) => {
            const text = await answer.text();
            let json = null;
            try { json = JSON.parse(text); } catch {}
            return {status: answer.status, json, length: answer.headers.get("Inference-Header-Content-Length"),
                    retry: answer.headers.get("Retry-After")};
        }, () => null);""", url, options)


def predictions(server):
    stats = server.get("/stats")
    return stats["hits"] + stats["misses"] + stats["coalesced"]


def strangers_are_refused(browser, program, other):
    with Server(program) as server:
        browser.open(other.url)
        for path, options in (("/stats", {}), ("/models/iris", {}), ("/predict/iris", {"method": "POST", "body": ROW, "headers": JSON}),
                              ("/predict/iris", {"method": "POST", "body": ROW, "headers": {"Content-Type": "text/plain"}}),
                              ("/models/iris/load", {"method": "POST"}),
                              ("/predict/iris", {"method": "POST", "body": ROW, "mode": "no-cors"})):
            check(fetched(browser, server.url + path, **options) in (None, {"status": 0, "json": None, "length": None, "retry": None}),
                  f"a page of another origin can read {path} {options}")
        check(predictions(server) == 0, "a page of another origin could predict")
        check(server.get("/models/iris")["state"] == "registered", "a page of another origin could load a model")
        answer = server.ask("GET", "/stats", None, {"Origin": other.url})
        check(answer.status == 403 and f"--allow-origin {other.url}" in answer.json()["error"], f"{answer.status} {answer.body!r}")
        check("Access-Control-Allow-Origin" not in answer.fields, "a refusal that allows")
        browser.log("browser")  # full of refusals, rightly


def the_allowed_are_served(browser, program, other):
    with Server(program, "--allow-origin", other.url, "--max-body", "100KiB") as server:
        browser.open(other.url)
        browser.log("browser")
        check(fetched(browser, server.url + "/stats")["json"]["hits"] == 0, "no figures")
        said = fetched(browser, server.url + "/predict/iris", method="POST", body=ROW, headers={**JSON, "Authorization": "Bearer x"})
        check(said["status"] == 200 and said["json"]["results"][0]["classes"][0]["label"] == "setosa", f"{said}")
        # Errors can be read as anywhere else.
        for verb, path, body, status in (("GET", "/models/nothing", None, 404), ("GET", "/nowhere", None, 404),
                                         ("POST", "/predict/iris", "{", 400), ("PUT", "/stats", "", 405),
                                         ("GET", "/models/a%2Fb", None, 400), ("POST", "/predict/iris", " " * 200_000, 413)):
            options = {"method": verb} if body is None else {"method": verb, "body": body, "headers": JSON}
            shown = fetched(browser, server.url + path, **options)
            told = server.ask(verb, path, body)
            check(told.status == status, f"{verb} {path}: {told.status}")
            check(shown and shown["status"] == status and shown["json"] == told.json(), f"{verb} {path}: {shown}, not {told.json()}")
        packed = fetched(browser, server.url + "/predict/iris", method="POST", body=ROW, headers={"Content-Encoding": "x"})
        check(packed and packed["status"] == 415 and packed["json"]["error"], f"packed in an unknown way: {packed}")
        ask = """{"inputs": [{"name": "features", "shape": [1, 4], "datatype": "FP32", "data": [5.1, 3.5, 1.4, 0.2]}],
                  "parameters": {"binary_data_output": true}}"""
        headers = {"Inference-Header-Content-Length": str(len(ask))}
        said = fetched(browser, server.url + "/v2/models/iris/infer", method="POST", body=ask, headers=headers)
        check(said and said["status"] == 200 and int(said["length"]) > 0, f"binary tensors: {said}")
        event = browser.run("""const events = new EventSource(arguments[0]);
            return new Promise((done) => {
              events.addEventListener("stats", (event) => { events.close(); done(JSON.parse(event.data)); });
              events.addEventListener("error", () => done(null)); });""", server.url + "/events")
        check(event and event["misses"] == 1, f"no events: {event}")
        complaints = browser.complaints(expected=[400, 404, 405, 413, 415])
        check(not complaints, f"the browser complains: {complaints}")
        # Another name of the same machine is another origin.
        browser.open(f"http://localhost:{other.port}")
        check(fetched(browser, server.url + "/stats") is None, "one that is not named may read")
        browser.log("browser")


def the_token_is_needed(browser, program, other):
    with Server(program, "--allow-origin", other.url, "--token", "secret") as server:
        browser.open(other.url)
        for token, status in ((None, 401), ("wrong", 401), ("secret", 200)):
            headers = {"Authorization": f"Bearer {token}"} if token else {}
            for path in ("/models/iris/load", "/models/iris/refresh", "/v2/repository/models/iris/load"):
                shown = fetched(browser, server.url + path, method="POST", headers=headers)
                told = server.ask("POST", path, b"", headers)
                check(shown and shown["status"] == told.status == status, f"{path} with {token}: {shown}, {told.status}")
                check(status == 200 or shown["json"] == told.json(), f"{path} with {token}: {shown}")
        check(fetched(browser, server.url + "/predict/iris", method="POST", body=ROW, headers=JSON)["status"] == 200,
              "a prediction changes nothing and needs no token")
        complaints = browser.complaints(expected=[401])
        check(not complaints, f"the browser complains: {complaints}")


def pages_run_nothing_inline(browser, program):
    with Server(program) as server:
        for path in ("/", "/docs", "/web/app.js", "/web/style.css", "/web/app.svg"):
            answer = server.ask("GET", path, None, {"Accept": "text/html"})
            check(answer.status == 200 and answer.fields["Content-Security-Policy"] == POLICY,
                  f"{path}: {answer.fields['Content-Security-Policy']}")
            check(answer.fields["X-Content-Type-Options"] == "nosniff", path)
            if answer.type() == "text/html":
                page = answer.body.decode()
                for script in re.findall(r"<script\b[^>]*>[^<]*", page):
                    check("src=" in script and script.endswith(">"), f"{path}: an inline script: {script}")
                for wrong in (r"<style\b", r"\sstyle=", r"\son\w+=", "javascript:", r"(src|href)=\"(https?:)?//"):
                    check(not re.search(wrong, page), f"{path}: {wrong}")
        browser.open(server.url + "/")
        ran = browser.run("""const one = document.createElement("script"); one.textContent = "window.ran = true";
            document.body.append(one); return window.ran === true""")
        check(not ran, "an inline script ran")
        check(any("Content Security Policy" in one for one in browser.complaints()), "the browser does not know the policy")


def steps(browser, _server, program, _pictures):
    other = OtherOrigin()
    return [
        functools.partial(strangers_are_refused, browser, program, other),
        functools.partial(the_allowed_are_served, browser, program, other),
        functools.partial(the_token_is_needed, browser, program, other),
        functools.partial(pages_run_nothing_inline, browser, program),
    ]


if __name__ == "__main__":
    main(steps)
