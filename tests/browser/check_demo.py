#!/usr/bin/env python3
"""The browser pages in a real browser: check_demo.py WARMBENCH CHROMIUM CHROMEDRIVER SAMPLES [FOLDER-FOR-PICTURES]"""

import base64
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import traceback
import urllib.request

from browser import Browser


class Server:
    def __init__(self, program, *arguments):
        self.home = tempfile.TemporaryDirectory(prefix="warmbench-home-")
        surroundings = dict(os.environ, HOME=self.home.name, XDG_CACHE_HOME=self.home.name, XDG_CONFIG_HOME=self.home.name)
        self.process = subprocess.Popen([program, "serve", "--sample", "--port", "0", *arguments], text=True,
                                        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=surroundings)
        self.url = self.process.stdout.readline().strip().removeprefix("Listening on ")
        if not self.url:
            raise RuntimeError("the server did not start")

    def get(self, path):
        with urllib.request.urlopen(self.url + path, timeout=30) as answer:
            return json.load(answer)

    def stop(self):
        self.process.terminate()
        self.process.wait(timeout=40)
        self.home.cleanup()


def check(condition, sentence):
    if not condition:
        raise AssertionError(sentence)


def figure(browser, name):
    return browser.run("""const terms = [...document.querySelectorAll("#figures dt")];
        return Number(terms.find((one) => one.textContent === arguments[0])?.nextSibling.textContent ?? -1);""", name)


def drop(browser, path):
    content = base64.b64encode(pathlib.Path(path).read_bytes()).decode()
    browser.run("""const bytes = Uint8Array.from(atob(arguments[0]), (c) => c.charCodeAt(0));
        const transfer = new DataTransfer();
        transfer.items.add(new File([bytes], arguments[1], {type: "image/png"}));
        document.getElementById("drop").dispatchEvent(new DragEvent("drop", {dataTransfer: transfer, bubbles: true, cancelable: true}));
        """, content, os.path.basename(path))


def answers(browser, start):
    return lambda: browser.text("#answer").startswith(start)


def show(browser, pictures, name):
    if not pictures:
        return
    for kind, width, height in (("desktop", 1280, 900), ("phone", 390, 844)):
        for dark in (False, True):
            browser.look(width, height, dark)
            browser.run("return new Promise((done) => setTimeout(done, 300))")
            browser.picture(os.path.join(pictures, f"{name}-{kind}-{'dark' if dark else 'light'}.png"))
            wide = browser.run("return document.documentElement.scrollWidth - innerWidth")
            check(wide <= 0, f"{name} at {width} pixels is {wide} pixels too wide")
    browser.look(1280, 900)


def demo(browser, server, samples, pictures):
    browser.look(1280, 900)
    browser.open(server.url + "/")
    browser.wait("the model digits", lambda: browser.run("return document.getElementById('model').value") == "digits")
    browser.wait("the model's state", lambda: browser.text("#state") == "ready")
    show(browser, pictures, "start")

    browser.type("#file", os.path.join(samples, "three.png"))
    browser.wait("the digit 3 chosen as a file", answers(browser, "3"))
    browser.wait("figures of the cache", lambda: figure(browser, "hits") >= 1)
    hits = figure(browser, "hits")
    drop(browser, os.path.join(samples, "seven.png"))
    browser.wait("the digit 7 dropped", answers(browser, "7"))
    browser.wait("one hit more", lambda: figure(browser, "hits") == hits + 1)
    check(browser.run("return document.querySelectorAll('#classes li').length") >= 3, "no bars of classes")
    check("seven.png" in browser.text("#curl"), "the curl line does not name the picture")
    check(browser.run("return document.getElementById('preview').width") > 0, "the picture is not shown")
    show(browser, pictures, "digits")

    browser.run("const list = document.getElementById('model'); list.value = 'iris'; list.dispatchEvent(new Event('change'));")
    browser.wait("the form of iris", lambda: browser.run("return document.querySelectorAll('#feature-input input').length") == 4)
    browser.click("#run")
    browser.wait("a kind of iris", lambda: browser.text("#answer").split(" ")[0] in ("setosa", "versicolor", "virginica"))
    show(browser, pictures, "iris")
    check(browser.text("#problem") == "", "a problem is shown: " + browser.text("#problem"))


def outside(browser, server):
    """Nothing of another host, and no complaint of the browser's."""
    over_the_net = [url for url in browser.requested() if url.split(":")[0] in ("http", "https", "ws", "wss")]
    check(over_the_net, "no request was seen at all")
    strangers = [url for url in over_the_net if not url.startswith(server.url + "/")]
    check(not strangers, f"requests to other hosts: {strangers}")
    complaints = [entry["message"] for entry in browser.log("browser") if entry["level"] in ("SEVERE", "WARNING")]
    check(not complaints, f"the browser complains: {complaints}")


def main():
    program, chromium, chromedriver, samples, *rest = sys.argv[1:]
    samples = os.path.abspath(samples)  # a browser takes no other path
    pictures = rest[0] if rest else None
    if pictures:
        os.makedirs(pictures, exist_ok=True)
    failed = 0
    server = Server(program)
    browser = Browser(chromium, chromedriver)
    try:
        for step in (lambda: demo(browser, server, samples, pictures), lambda: outside(browser, server)):
            step()
    except Exception:
        traceback.print_exc()
        failed = 1
        if pictures:
            browser.picture(os.path.join(pictures, "failed.png"))
    finally:
        browser.close()
        server.stop()
    print("FAILED" if failed else "passed")
    return failed


if __name__ == "__main__":
    sys.exit(main())
