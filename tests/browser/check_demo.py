#!/usr/bin/env python3
"""The demo page in a real browser: check_demo.py WARMBENCH CHROMIUM CHROMEDRIVER SAMPLES TEST-MODELS [FOLDER-FOR-PICTURES]"""

import functools
import json
import os
import pathlib
import shutil
import socket
import subprocess
import tempfile

from browser import main  # also finds what is in support/
from looks import can_be_read, walks
from served import Server, check, wait

ODD_NAMES = ["Zahl ü.v2 名", "it's a \"quoted\" $HOME 100%", "a+b&c=d#e?f;g [x] {y}", "<b>bold<i>", "back\\slash%2F", "stats"]


def figure(browser, name):
    return browser.run("""const terms = [...document.querySelectorAll("#figures dt")];
        return Number(terms.find((one) => one.textContent === arguments[0])?.nextSibling.textContent ?? -1);""", name)


def answers(browser, start):
    return lambda: browser.text("#answer").startswith(start)


def choose(browser, name):
    browser.run("""const list = document.getElementById("model"); list.value = arguments[0];
        list.dispatchEvent(new Event("change"));""", name)


def opened(browser, server, path="/"):
    browser.look(1280, 900)
    browser.open(server.url + path)
    browser.wait("a model's state", lambda: browser.text("#state") == "ready")
    browser.wait("the figures", lambda: figure(browser, "hits") >= 0)


def shows_answers(browser, server, samples, pictures):
    opened(browser, server)
    check(browser.run("return document.getElementById('model').value") == "digits", "digits is not the first model")
    browser.fits("start", pictures)
    can_be_read(browser, "the start")

    browser.type("#file", os.path.join(samples, "three.png"))
    browser.wait("the digit 3 chosen as a file", answers(browser, "3"))
    browser.wait("figures of the cache", lambda: figure(browser, "hits") >= 1)
    hits = figure(browser, "hits")
    browser.drop("seven.png", pathlib.Path(samples, "seven.png").read_bytes())
    browser.wait("the digit 7 dropped", answers(browser, "7"))
    browser.wait("one hit more", lambda: figure(browser, "hits") == hits + 1)
    check(browser.run("return document.querySelectorAll('#classes li').length") >= 3, "no bars of classes")
    timings = browser.run("return [...document.querySelectorAll('#timings dt')].map((one) => one.textContent)")
    check({"infer", "total", "model in the cache"} <= set(timings), f"timings: {timings}")
    check(browser.run("return document.querySelector('#timings dd').textContent") == "hit", "no hit is shown")
    check(browser.run("return document.getElementById('preview').width") > 0, "the picture is not shown")
    check(browser.run("return document.getAnimations().length") == 0, "something moves")
    browser.fits("digits", pictures)

    choose(browser, "iris")
    browser.wait("the form of iris", lambda: browser.run("return document.querySelectorAll('#feature-input input').length") == 4)
    check(browser.text("#answer") == "Nothing was run yet.", "the other model's answer is still shown")
    browser.click("#run")
    browser.wait("a kind of iris", lambda: browser.text("#answer").split(" ")[0] in ("setosa", "versicolor", "virginica"))
    browser.fits("iris", pictures)
    check(browser.text("#problem") == "", "a problem is shown: " + browser.text("#problem"))


def works_by_keyboard(browser, server):
    opened(browser, server)
    seen = walks(browser, "Metrics")
    order = ["model", "Token", "Run zero.png", "drop", "run", "numbers-title", "Times", "Whole answer", "curl", "copy", "All routes", "OpenAPI", "Metrics"]
    check(seen == order, f"the order of the keys: {seen}")
    for key in ("Enter", "Space"):
        browser.run("""window.asked = 0; const file = document.getElementById("file");
            file.addEventListener("click", (event) => { event.preventDefault(); ++window.asked; }, {once: true});
            document.getElementById("drop").focus();""")
        browser.press(key)
        check(browser.run("return window.asked") == 1, f"{key} on the field for pictures asks for no file")
    browser.run("document.getElementById('model').focus()")
    browser.press("i")
    browser.wait("the form of iris", lambda: browser.run("return document.querySelectorAll('#feature-input input').length") == 4)
    browser.press("Control", "Enter")
    browser.wait("a kind of iris", lambda: browser.text("#answer").startswith("versicolor"))
    # A field left empty takes its default; Enter in it runs.
    browser.run("const one = document.querySelector('#feature-input input'); one.value = ''; one.focus();")
    before = browser.text("#raw")
    browser.press("Enter")
    browser.wait("another answer", lambda: browser.text("#raw") != before and browser.text("#answer").startswith("versicolor"))
    check(browser.text("#problem") == "", browser.text("#problem"))
    live = browser.run("""return ["answer", "state", "problem"].map((id) => document.getElementById(id).getAttribute("role"))""")
    check(live == ["status", "status", "alert"], f"what screen readers are told: {live}")


def runs_its_curl_line(browser, folder):
    done = subprocess.run(["sh", "-c", browser.text("#curl")], cwd=folder, capture_output=True, timeout=60, check=True)
    return json.loads(done.stdout)


def takes_any_name(browser, program, samples):
    with tempfile.TemporaryDirectory(prefix="warmbench-names-") as folder:
        shutil.copy(os.path.join(samples, "digits.labels.txt"), folder)
        for name in ODD_NAMES:
            shutil.copy(os.path.join(samples, "digits.onnx"), os.path.join(folder, name + ".onnx"))
            shutil.copy(os.path.join(samples, "digits.warmbench.json"), os.path.join(folder, name + ".warmbench.json"))
        picture = "it's a \"three\" $HOME `x`.png"
        shutil.copy(os.path.join(samples, "three.png"), os.path.join(folder, picture))
        content = pathlib.Path(folder, picture).read_bytes()
        with Server(program, folder, sample=False) as server:
            opened(browser, server)
            names = browser.run("return [...document.getElementById('model').options].map((one) => one.textContent)")
            check(names == [f"{sorted(ODD_NAMES, key=str.encode)[0]} ★", *sorted(ODD_NAMES, key=str.encode)[1:]], f"the list of models: {names}")
            for name in ODD_NAMES:
                choose(browser, name)
                browser.wait(f"an empty result for {name}", answers(browser, "Nothing"))
                browser.drop(picture, content)
                browser.wait(f"the digit 3 of {name}", answers(browser, "3"))
                check(json.loads(browser.text("#raw"))["model"] == name, f"another model than {name} answered")
                said = runs_its_curl_line(browser, folder)
                check(said["model"] == name and said["results"][0]["classes"][0]["label"] == "3", f"curl says {said}")
                browser.run("""const field = document.getElementById("numbers"); field.value = arguments[0];
                    field.dispatchEvent(new Event("input"));""", json.dumps({"input": [0.5] * 64}))
                said = runs_its_curl_line(browser, folder)
                check(said["model"] == name, f"curl says {said}")
                browser.run("document.getElementById('numbers').value = ''")
            check(browser.text("#problem") == "", browser.text("#problem"))


def draws_what_was_found(browser, program, samples, models, pictures):
    """A mask, a skeleton and a turned box lie over the picture; what lies beside them keeps its colour."""
    names = ["v8_segment", "v26_pose", "v8_obb_3"]
    with Server(program, *[os.path.join(models, "ultralytics", name + ".onnx") for name in names], sample=False) as server:
        opened(browser, server)
        content = pathlib.Path(samples, "three.png").read_bytes()
        for name, touched in (("v8_segment", (0.6, 0.55)), ("v26_pose", (24 / 64, 0.5 + (40 - 48) / 64)), ("v8_obb_3", None)):
            choose(browser, name)
            browser.drop("three.png", content)
            browser.wait(f"the answer of {name}", answers(browser, "1 found"))
            colours = browser.run("""const canvas = document.createElement("canvas"); const shown = document.getElementById("preview");
                canvas.width = shown.width; canvas.height = shown.height;
                const context = canvas.getContext("2d", { willReadFrequently: true }); context.drawImage(shown, 0, 0);
                return arguments[0].map(([x, y]) => [...context.getImageData(x * canvas.width, y * canvas.height, 1, 1).data].slice(0, 3));""",
                [touched or (0.5, 0.5), (0.02, 0.98)])
            grey = [max(one) - min(one) for one in colours]
            check(touched is None or grey[0] > 20, f"{name} draws nothing at {touched}: {colours}")
            check(grey[1] == 0, f"{name} draws beside its object: {colours}")
            browser.fits(f"drawn-{name}", pictures)
            check(browser.text("#problem") == "", browser.text("#problem"))


def begins_with_numbers_that_fit(browser, program, models, pictures):
    """Where a model takes neither features nor pictures: what Run and the curl line send is taken as it is."""
    names = ["add", "addsub_int32", "tiny_64", "int64_out"]
    with Server(program, *[os.path.join(models, name + ".onnx") for name in names]) as server:
        opened(browser, server)
        for name in names:
            choose(browser, name)
            browser.wait(f"numbers for {name}", lambda: f"/predict/{name}'" in browser.text("#curl"))
            said = runs_its_curl_line(browser, models)
            check(said.get("model") == name, f"{browser.text('#curl')} says {said}")
            browser.click("#run")
            browser.wait(f"an answer of {name}", lambda: browser.text("#raw") and json.loads(browser.text("#raw"))["model"] == name)
            check(browser.text("#problem") == "", browser.text("#problem"))
        browser.fits("numbers", pictures)
        check('{"tensors":{"a":[[' in browser.run("""document.getElementById("model").value = "add";
            document.getElementById("model").dispatchEvent(new Event("change"));
            return new Promise((done) => setInterval(() => {
              const text = document.getElementById("numbers").value;
              if (text.includes("tensors")) done(text);
            }, 50));"""), "not by name")
        browser.run("""const field = document.getElementById("numbers"); field.value = '{"tensors": {}}';
            field.dispatchEvent(new Event("input"));""")
        choose(browser, "tiny_64")
        browser.wait("what was written, for another model", lambda: "/predict/tiny_64' -d '{\"tensors\": {}}'" in browser.text("#curl"))
        browser.run("document.getElementById('numbers').value = ''")
        choose(browser, "digits")
        browser.wait("a picture's line", lambda: "--data-binary @'picture.png'" in browser.text("#curl"))
        complaints = browser.complaints()
        check(not complaints, f"the browser complains: {complaints}")


def fills_in_a_table(browser, program, models, pictures):
    """A field for each column, texts too, that begins with the example that MLflow keeps beside the model."""
    with tempfile.TemporaryDirectory(prefix="warmbench-table-") as folder:
        place = pathlib.Path(folder, "movers")
        place.mkdir()
        shutil.copy(os.path.join(models, "people.onnx"), place)
        place.joinpath("MLmodel").write_text("flavors: {onnx: {data: people.onnx}}\n"
                                             "saved_input_example_info: {artifact_path: input_example.json}\n")
        place.joinpath("input_example.json").write_text('{"columns": ["age", "rooms", "city"], "data": [[31, 2, "K\u00f6ln"]]}')
        with Server(program, folder, sample=False) as server:
            opened(browser, server)
            given = browser.run("""return [...document.querySelectorAll("#feature-input input")].map((one) => [one.name, one.type, one.value]);""")
            check(given == [["age", "number", "31"], ["rooms", "number", "2"], ["city", "text", "K\u00f6ln"]], f"the form begins with {given}")
            for city, label in (("Bern", "stays"), ("K\u00f6ln", "moves, soon")):
                browser.run("""document.querySelector("#feature-input [name=city]").value = arguments[0];""", city)
                browser.click("#run")
                browser.wait(f"what becomes of {city}", answers(browser, label))
            browser.fits("table", pictures)
            check(browser.text("#problem") == "", browser.text("#problem"))


def tells_errors(browser, program, server):
    """In the API's own words."""
    opened(browser, server)
    browser.run("document.getElementById('numbers').value = '[1, 2'")
    browser.click("#run")
    said = server.ask("POST", "/predict/digits", '{"input": [1, 2}').json()["error"]
    browser.wait("the sentence about JSON", lambda: browser.text("#problem") == said)
    broken = b"\x89PNG\r\n\x1a\nno picture at all"
    browser.drop("broken.png", broken)
    said = server.ask("POST", "/predict/digits", broken).json()["error"]
    browser.wait("the sentence about the picture", lambda: browser.text("#problem") == said)
    browser.drop("notes.txt", b"text", "text/plain")
    browser.wait("a word about text", lambda: "no picture" in browser.text("#problem"))
    complaints = browser.complaints(expected=[400])
    check(not complaints, f"the browser complains: {complaints}")
    with Server(program, "--max-body", "10KiB") as narrow:
        opened(browser, narrow)
        large = b"\x89PNG\r\n\x1a\n" + bytes(2_000_000)
        browser.drop("large.png", large)
        said = narrow.ask("POST", "/predict/digits", large).json()["error"]
        try:
            browser.wait("the sentence about the size", lambda: browser.text("#problem") == said)
        except AssertionError:
            raise AssertionError(f'expected "{said}", shown "{browser.text("#problem")}"') from None
        complaints = browser.complaints(expected=[413])
        check(not complaints, f"the browser complains: {complaints}")


def listener(server):
    """A connection that is told events; None where as many listen as may."""
    made = socket.create_connection((server.address.hostname, server.address.port), timeout=60)
    made.sendall(f"GET /events HTTP/1.1\r\nHost: {server.address.netloc}\r\n\r\n".encode())
    if b" 200 " in made.recv(100):
        return made
    made.close()
    return None


def asks_where_it_may_not_listen(browser, server):
    browser.open("about:blank")
    listeners = [wait("a place to listen", lambda: listener(server)) for _ in range(100)]
    check(listener(server) is None, "more than 100 listen")
    browser.requested()
    opened(browser, server)
    hits = figure(browser, "hits")
    check(server.ask("POST", "/predict/iris", '{"input": [5.1, 3.5, 1.4, 0.2]}').status == 200, "iris does not predict")
    browser.wait("a hit more, by asking", lambda: figure(browser, "hits") == hits + 1)
    check(browser.run("return document.getElementById('connection').hidden"), "it says that there is no connection")
    check(server.url + "/stats" in browser.requested(), "it did not ask")
    for one in listeners:
        one.close()
    browser.wait("another try to listen", lambda: server.url + "/events" in browser.requested(), 60)
    browser.wait("the figures, by listening", lambda: browser.run(
        "return performance.getEntriesByName(arguments[0]).length", server.url + "/stats") > 0)
    check(server.ask("POST", "/predict/iris", '{"input": [5.1, 3.5, 1.4, 0.2]}').status == 200, "iris does not predict")
    browser.wait("a hit more, by listening", lambda: figure(browser, "hits") == hits + 2)
    complaints = browser.complaints(expected=[503])
    check(not complaints, f"the browser complains: {complaints}")


def finds_the_server_again(browser, program):
    server = Server(program)
    try:
        opened(browser, server)
        check(server.ask("POST", "/predict/iris", '{"input": [5.1, 3.5, 1.4, 0.2]}').status == 200, "iris does not predict")
        browser.wait("a miss", lambda: figure(browser, "misses") == 1)
        port = server.address.port
        server.stop()
        server = None
        hidden = "return document.getElementById('connection').hidden"
        browser.wait("a word that the server is gone", lambda: not browser.run(hidden))
        server = wait("the port", lambda: begun(program, port))
        browser.wait("the server again", lambda: browser.run(hidden))
        browser.wait("figures that begin anew", lambda: figure(browser, "misses") == 0)
        browser.drop("x.png", b"no picture")
        browser.wait("a sentence of the new server", lambda: browser.text("#problem") != "")
    finally:
        if server:
            server.stop()
    browser.open("about:blank")
    browser.log("browser")  # the lost connection is in it, rightly


def begun(program, port):
    try:
        return Server(program, port=port)
    except RuntimeError:
        return None


def asks_for_the_token(browser, program, samples):
    with Server(program, "--token", "a secret") as server:
        browser.look(1280, 900)
        browser.open(server.url + "/")
        browser.wait("a word about the token", lambda: browser.text("#problem").startswith("A token is needed"))
        check(browser.run("return document.activeElement.id") == "token", "the field for the token has not the focus")
        # The refusal of a wrong one is held up until the right one has been taken: it must not be shown then.
        browser.run("""const real = window.fetch;
            window.fetch = async (path, options) => {
              const held = options?.headers?.Authorization === "Bearer wrong" && path.endsWith("/load");
              if (held) await new Promise((done) => { window.letGo = done; });
              const answer = await real(path, options);
              if (held) setTimeout(() => { window.refused = answer.status; }, 200);
              return answer;
            };""")
        browser.type("#token", "wrong")
        browser.press("Enter")
        browser.wait("the wrong one on its way", lambda: browser.run("return Boolean(window.letGo)"))
        browser.run("document.getElementById('token').value = ''")
        browser.type("#token", "a secret")
        browser.press("Enter")
        browser.wait("a loaded model", lambda: browser.text("#state") == "ready")
        browser.wait("no problem", lambda: browser.text("#problem") == "")
        browser.run("window.letGo()")
        browser.wait("the refusal", lambda: browser.run("return window.refused") == 401)
        check(browser.text("#problem") == "", f"shown of the token before: {browser.text('#problem')}")
        browser.drop("seven.png", pathlib.Path(samples, "seven.png").read_bytes())
        browser.wait("the digit 7", answers(browser, "7"))
        curl = browser.text("#curl")
        check("Authorization: Bearer TOKEN" in curl and "secret" not in curl, curl)
        opened(browser, server)  # the tab still knows it
        choose(browser, "iris")
        browser.wait("the form of iris", lambda: browser.run("return document.querySelectorAll('#feature-input input').length") == 4)
        kept = browser.run("return [Object.entries({...sessionStorage}), localStorage.length, document.cookie]")
        check(kept == [[["token", "a secret"]], 0, ""], f"kept in the browser: {kept}")
        complaints = browser.complaints(expected=[401])
        check(not complaints, f"the browser complains: {complaints}")


def stays_at_home(browser, server):
    """Nothing of another host, and no complaint of the browser's."""
    asked = browser.requested()
    check(asked, "no request was seen at all")
    strangers = [url for url in asked if not url.startswith(server.url + "/")]
    check(not strangers, f"requests to other hosts: {strangers}")
    complaints = browser.complaints()
    check(not complaints, f"the browser complains: {complaints}")


def forgets_the_model_before(browser, program, samples):
    """Where the one that was chosen after it does not load."""
    three = pathlib.Path(samples, "three.png").read_bytes()
    with tempfile.TemporaryDirectory(prefix="warmbench-torn-") as folder:
        content = pathlib.Path(samples, "digits.onnx").read_bytes()
        pathlib.Path(folder, "torn.onnx").write_bytes(content[: len(content) // 2])
        with Server(program, "--default", "digits", folder) as server:
            opened(browser, server)
            choose(browser, "digits")
            browser.drop("three.png", three)
            browser.wait("the digit 3", answers(browser, "3"))
            choose(browser, "torn")
            said = server.ask("POST", "/models/torn/load").json()["error"]
            browser.wait("why torn does not load", lambda: browser.text("#problem") == said)
            check(browser.text("#answer") == "Nothing was run yet.", browser.text("#answer"))
            check(browser.text("#curl") == "", browser.text("#curl"))
            choose(browser, "digits")
            browser.drop("three.png", three)
            browser.wait("the digit 3 again", answers(browser, "3"))
            complaints = browser.complaints(expected=[424])
            check(not complaints, f"the browser complains: {complaints}")


def steps(browser, server, program, pictures, samples, models):
    home = functools.partial(stays_at_home, browser, server)
    return [
        functools.partial(shows_answers, browser, server, samples, pictures), home,
        functools.partial(works_by_keyboard, browser, server), home,
        functools.partial(asks_where_it_may_not_listen, browser, server),
        functools.partial(tells_errors, browser, program, server),
        functools.partial(forgets_the_model_before, browser, program, samples),
        functools.partial(takes_any_name, browser, program, samples),
        functools.partial(draws_what_was_found, browser, program, samples, models, pictures),
        functools.partial(begins_with_numbers_that_fit, browser, program, models, pictures),
        functools.partial(fills_in_a_table, browser, program, models, pictures),
        functools.partial(asks_for_the_token, browser, program, samples),
        functools.partial(finds_the_server_again, browser, program),
    ]


if __name__ == "__main__":
    main(steps, "SAMPLES", "TEST-MODELS")
