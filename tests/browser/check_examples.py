#!/usr/bin/env python3
"""What the demo page begins with, in a real browser: check_examples.py WARMBENCH CHROMIUM CHROMEDRIVER SAMPLES TEST-MODELS [FOLDER-FOR-PICTURES]"""

import functools
import json
import os
import pathlib
import shutil
import tempfile

from browser import main  # also finds what is in support/
from looks import can_be_read, focused, places
from served import Server, check

BUTTONS = "return [...document.querySelectorAll('#examples button')].map((one) => one.ariaLabel)"
PARTS = "section, #examples, #drop, #answer, #classes, #run, #terminal"


def opened(browser, server, model=None):
    browser.look(1280, 900)
    browser.open(server.url)
    browser.wait("a model's state", lambda: browser.text("#state") == "ready")
    if model:
        choose(browser, model)


def choose(browser, name):
    browser.run("""const list = document.getElementById("model"); list.value = arguments[0];
        list.dispatchEvent(new Event("change"));""", name)
    browser.wait(f"the curl line of {name}", lambda: f"/predict/{name}'" in browser.text("#curl"))


def answered(browser, start):
    browser.wait(f"the answer {start}", lambda: browser.text("#answer").startswith(start))


def begins_with_the_star(browser, program):
    for star in ("iris", "digits"):
        with Server(program, "--default", star) as server:
            opened(browser, server)
            first = browser.run("const one = document.getElementById('model'); return [one.value, one.options[0].textContent, one.options.length]")
            check(first == [star, f"{star} ★", 2], f"the list begins with {first}")
            check(f"/predict/{star}'" in browser.text("#curl"), browser.text("#curl"))


def runs_pictures(browser, server, pictures):
    """A click on a thumbnail shows the answer, and nothing on the page moves for it."""
    opened(browser, server)
    labels = browser.run(BUTTONS)
    check(len(labels) == 10 and labels[:3] == ["Run zero.png", "Run three.png", "Run seven.png"], f"the examples: {labels}")
    browser.wait("the thumbnails", lambda: browser.run("return [...document.querySelectorAll('#examples img')].every((one) => one.naturalWidth > 0)"))
    for width, height in ((1280, 900), (360, 780)):
        browser.open(server.url)
        browser.look(width, height)
        browser.wait("the examples", lambda: len(browser.run(BUTTONS)) == 10)
        before = places(browser, PARTS)
        browser.click("#examples button:nth-child(3)")
        answered(browser, "7 (")
        check(places(browser, PARTS) == before, f"at {width} pixels an answer moves {set(before) ^ set(places(browser, PARTS))}")
        taken = browser.run("return [...document.querySelectorAll('#examples [aria-current]')].map((one) => one.title)")
        check(taken == ["seven.png"], f"marked as chosen: {taken}")
        check("--data-binary @'seven.png'" in browser.text("#curl"), browser.text("#curl"))
    opened(browser, server)
    browser.click("#examples button:nth-child(2)")
    answered(browser, "3 (")
    share = browser.run("""const { width, height } = document.getElementById("preview").getBoundingClientRect();
        return width * height / innerWidth / innerHeight;""")
    check(share > 0.3, f"the picture has {share:.2f} of the window")
    browser.fits("example", pictures)
    can_be_read(browser, "a picture's answer")
    # What one brings oneself is none of them.
    browser.drop("mine.png", b"no picture")
    browser.wait("a problem", lambda: browser.text("#problem") != "")
    check(not browser.run("return document.querySelector('#examples [aria-current]')"), "an example is still marked")
    browser.complaints(expected=[400])


def runs_rows(browser, server, pictures):
    """A row fills the form and runs."""
    opened(browser, server, "iris")
    labels = browser.run(BUTTONS)
    check([one.split(":")[0] for one in labels] == ["Run defaults", "Run setosa", "Run versicolor", "Run virginica"], f"the examples: {labels}")
    check("petal width 1.8" in labels[3], labels[3])
    before = places(browser, PARTS)
    for i, name in ((2, "setosa"), (4, "virginica"), (1, "versicolor"), (3, "versicolor")):
        browser.click(f"#examples button:nth-child({i})")
        answered(browser, name)
    check(places(browser, PARTS) == before, "an answer moves the page")
    values = browser.run("return [...document.querySelectorAll('#feature-input input')].map((one) => one.value)")
    check(values == ["5.7", "2.9", "4.2", "1.3"], f"the form has {values}")
    browser.type("#feature-input input", "1")
    check(not browser.run("return document.querySelector('#examples [aria-current]')"), "a changed row is still marked")
    browser.fits("rows", pictures)
    can_be_read(browser, "a table")


def works_by_keyboard(browser, server):
    opened(browser, server)
    for stop in ("model", "Token", "Run zero.png"):
        browser.press("Tab")
        check(focused(browser)[0] == stop and focused(browser)[1] >= 2, f"the focus is on {focused(browser)}, not on {stop}")
    browser.press("Enter")
    answered(browser, "0 (")
    for key, name, digit in (("ArrowRight", "three", "3"), ("End", "two", "2"), ("Home", "zero", "0"), ("ArrowLeft", "zero", "0")):
        browser.press(key)
        check(focused(browser)[0] == f"Run {name}.png" and focused(browser)[1] >= 2, f"{key} leads to {focused(browser)}")
        browser.press("Space")
        answered(browser, f"{digit} (")
    browser.press("Tab")
    check(focused(browser)[0] == "drop", f"behind the examples comes {focused(browser)}")
    browser.press("Shift", "Tab")
    check(focused(browser)[0] == "Run zero.png", f"back leads to {focused(browser)}")


def takes_other_bodies(browser, program, samples, models):
    """Rows of a CSV file and arrays go as they are; a name from outside is text."""
    with tempfile.TemporaryDirectory(prefix="warmbench-examples-") as folder:
        place = pathlib.Path(folder)
        for name in ("iris.onnx", "iris.labels.txt"):
            shutil.copy(os.path.join(samples, name), place)
        odd = "<img src=x> & 名.csv"
        settings = json.loads(pathlib.Path(samples, "iris.warmbench.json").read_text(encoding="utf-8"))
        settings["golden"] = [{"input": odd, "expect": {"label": "<b>setosa"}}]
        place.joinpath("iris.warmbench.json").write_text(json.dumps(settings), encoding="utf-8")
        place.joinpath(odd).write_text("sepal length,sepal width,petal length,petal width\n5.0,3.3,1.4,0.2\n", encoding="utf-8")
        shutil.copy(os.path.join(models, "add.onnx"), place)
        place.joinpath("add.warmbench.json").write_text(json.dumps({"golden": [{"input": "add.json", "expect": "add.npy"}]}))
        inputs = {name: [[1, 2, 3], [4, 5, 6]] for name in ("a", "b")}
        place.joinpath("add.json").write_text(json.dumps({"tensors": inputs}))
        with Server(program, folder, sample=False) as server:
            opened(browser, server, "iris")
            check(browser.run("return document.querySelector('#examples button:nth-child(2) b').textContent") == "<b>setosa", "another label")
            browser.click("#examples button:nth-child(2)")
            answered(browser, "setosa")
            check(odd in browser.text("#curl"), browser.text("#curl"))
            choose(browser, "add")
            check(browser.run(BUTTONS) == ["Run add.json: add.json"], f"the examples: {browser.run(BUTTONS)}")
            browser.click("#examples button")
            browser.wait("an answer", lambda: browser.text("#raw") != "" or browser.text("#problem") != "")
            check(browser.text("#problem") == "", browser.text("#problem"))
            complaints = browser.complaints()
            check(not complaints, f"the browser complains: {complaints}")


def says_what_vanished(browser, program, samples):
    with tempfile.TemporaryDirectory(prefix="warmbench-examples-") as folder:
        for name in ("digits.onnx", "digits.labels.txt", "one.png", "two.png"):
            shutil.copy(os.path.join(samples, name), folder)
        with Server(program, folder, sample=False) as server:
            opened(browser, server)
            check(browser.run(BUTTONS) == ["Run one.png", "Run two.png"], f"the examples: {browser.run(BUTTONS)}")
            pathlib.Path(folder, "two.png").unlink()
            browser.click("#examples button:nth-child(2)")
            browser.wait("a sentence", lambda: "has no example 1" in browser.text("#problem"))
            browser.click("#examples button")
            browser.wait("an answer", lambda: browser.text("#raw") != "")
            check(browser.text("#problem") == "", "the problem is still shown")
            complaints = browser.complaints(expected=[404])
            check(not complaints, f"the browser complains: {complaints}")


def waits_for_a_model(browser, program, samples, pictures):
    """With none the page says how to open one, and shows it once it is there."""
    with tempfile.TemporaryDirectory(prefix="warmbench-none-") as folder:
        with Server(program, folder, sample=False) as server:
            browser.look(1280, 900)
            browser.open(server.url)
            browser.wait("a word about it", lambda: browser.run("return !document.getElementById('none').hidden"))
            check(browser.run("return document.getElementById('bench').hidden"), "there is a place for an input")
            check(browser.text("#problem") == "", browser.text("#problem"))
            browser.fits("none", pictures)
            can_be_read(browser, "no model")
            shutil.copy(os.path.join(samples, "digits.onnx"), folder)
            shutil.copy(os.path.join(samples, "three.png"), folder)
            browser.wait("its example", lambda: browser.run(BUTTONS) == ["Run three.png"])
            check(browser.run("return document.getElementById('none').hidden"), "still no model")
            complaints = browser.complaints()
            check(not complaints, f"the browser complains: {complaints}")


def steps(browser, server, program, pictures, samples, models):
    return [
        functools.partial(begins_with_the_star, browser, program),
        functools.partial(runs_pictures, browser, server, pictures),
        functools.partial(runs_rows, browser, server, pictures),
        functools.partial(works_by_keyboard, browser, server),
        functools.partial(takes_other_bodies, browser, program, samples, models),
        functools.partial(says_what_vanished, browser, program, samples),
        functools.partial(waits_for_a_model, browser, program, samples, pictures),
    ]


if __name__ == "__main__":
    main(steps, "SAMPLES", "TEST-MODELS")
