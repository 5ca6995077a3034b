"""A headless Chromium driven through chromedriver (W3C WebDriver over HTTP); nothing but Python's own library."""

import base64
import json
import os
import pathlib
import re
import socket
import subprocess
import sys
import tempfile
import time
import traceback
import urllib.error
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
from served import Server  # noqa: E402

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
KEYS = {"Tab": "\uE004", "Enter": "\uE007", "Shift": "\uE008", "Control": "\uE009", "Escape": "\uE00C", "Space": " ",
        "ArrowLeft": "\uE012", "ArrowRight": "\uE014", "Home": "\uE011", "End": "\uE010"}
FLAGS = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-dev-shm-usage",
         "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-extensions"]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def of_ended_server(message):
    """Whether a line of the console says that a server did not answer, or was about to end, which is not there any more."""
    if "ERR_CONNECTION_REFUSED" in message:
        return True
    asked = re.match(r"http://127\.0\.0\.1:(\d+)/.* a status of 503 ", message)
    if not asked:
        return False
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", int(asked[1]))) != 0


class Browser:
    def __init__(self, chromium, chromedriver):
        port = free_port()
        self.folder = tempfile.TemporaryDirectory(prefix="warmbench-browser-")
        self.driver = subprocess.Popen([chromedriver, f"--port={port}"], stdout=subprocess.DEVNULL,
                                       stderr=subprocess.DEVNULL)
        self.address = f"http://127.0.0.1:{port}"
        self.session = ""
        self.earlier = []  # said by pages that were left
        options = {"binary": chromium, "args": [*FLAGS, f"--user-data-dir={self.folder.name}"]}
        capabilities = {"alwaysMatch": {"browserName": "chrome", "goog:chromeOptions": options,
                                        "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"}}}
        end = time.monotonic() + 60
        while True:
            try:
                made = self._send("POST", "/session", {"capabilities": capabilities})
                break
            except urllib.error.URLError as error:
                if isinstance(error, urllib.error.HTTPError) or time.monotonic() > end:
                    self.close()
                    raise
                time.sleep(0.1)
        self.session = "/session/" + made["sessionId"]

    def _send(self, verb, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.address + self.session + path, data, method=verb,
                                         headers={"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            value = json.load(error)["value"]
            raise RuntimeError(f"{path}: {value.get('message', value)}") from None

    def open(self, url):
        # The page before is left first: what it says of a server that has ended, or was ending, is no complaint.
        self._send("POST", "/url", {"url": "about:blank"})
        self.earlier += [entry for entry in self.log("browser") if not of_ended_server(entry["message"])]
        self._send("POST", "/url", {"url": url})

    def run(self, script, *arguments):
        return self._send("POST", "/execute/sync", {"script": script, "args": list(arguments)})

    def chrome(self, command, **parameters):
        return self._send("POST", "/goog/cdp/execute", {"cmd": command, "params": parameters})

    def find(self, selector):
        return self._send("POST", "/element", {"using": "css selector", "value": selector})[ELEMENT]

    def type(self, selector, text):
        self._send("POST", f"/element/{self.find(selector)}/value", {"text": text})

    def click(self, selector):
        self._send("POST", f"/element/{self.find(selector)}/click", {})

    def text(self, selector):
        return self.run("return document.querySelector(arguments[0])?.textContent ?? ''", selector)

    def wait(self, what, condition, seconds=30):
        """Until condition() is true; its value. Fails with what was waited for."""
        end = time.monotonic() + seconds
        while True:
            value = condition()
            if value:
                return value
            if time.monotonic() > end:
                raise AssertionError(f"waited {seconds} s for: {what}")
            time.sleep(0.05)

    def press(self, *keys):
        """At once, on what has the focus: "Control", "Enter" are pressed together."""
        codes = [KEYS.get(key, key) for key in keys]
        strokes = [{"type": "keyDown", "value": code} for code in codes]
        strokes += [{"type": "keyUp", "value": code} for code in reversed(codes)]
        self._send("POST", "/actions", {"actions": [{"type": "key", "id": "keyboard", "actions": strokes}]})

    def drop(self, name, content, kind="image/png", target="#drop"):
        self.run("""const bytes = Uint8Array.from(atob(arguments[0]), (c) => c.charCodeAt(0));
            const transfer = new DataTransfer();
            transfer.items.add(new File([bytes], arguments[1], {type: arguments[2]}));
            document.querySelector(arguments[3]).dispatchEvent(
              new DragEvent("drop", {dataTransfer: transfer, bubbles: true, cancelable: true}));
            """, base64.b64encode(content).decode(), name, kind, target)

    def look(self, width, height, dark=False):
        self.chrome("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1,
                    mobile=width < 600)
        self.chrome("Emulation.setEmulatedMedia",
                    features=[{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}])

    def fits(self, name, pictures=None):
        """The page on a desktop and on a phone, in light and dark: never wider than the screen."""
        for kind, width, height in (("desktop", 1280, 900), ("phone", 360, 780)):
            for dark in (False, True):
                self.look(width, height, dark)
                self.run("return new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
                wide = self.run("return document.documentElement.scrollWidth")
                if wide > width:
                    raise AssertionError(f"{name} is {wide} pixels wide on {width}")
                if pictures:
                    self.picture(os.path.join(pictures, f"{name}-{kind}-{'dark' if dark else 'light'}.png"))
        self.look(1280, 900)

    def picture(self, path):
        shot = self.chrome("Page.captureScreenshot", captureBeyondViewport=True)
        with open(path, "wb") as file:
            file.write(base64.b64decode(shot["data"]))

    def log(self, kind):
        return self._send("POST", "/se/log", {"type": kind})

    def requested(self):
        """The addresses of all requests since the last call, but for those of no network (data:, blob:)."""
        found = []
        for entry in self.log("performance"):
            message = json.loads(entry["message"])["message"]
            if message["method"] == "Network.requestWillBeSent":
                found.append(message["params"]["request"]["url"])
        return [url for url in found if url.split(":")[0] in ("http", "https", "ws", "wss")]

    def complaints(self, expected=()):
        """What the browser's console says since the last call, but for requests whose status is among the expected."""
        known = [f"the server responded with a status of {status} " for status in expected]
        entries, self.earlier = self.earlier + self.log("browser"), []
        return [entry["message"] for entry in entries if entry["level"] in ("SEVERE", "WARNING")
                and not any(words in entry["message"] for words in known)]

    def close(self):
        if self.session:
            try:
                self._send("DELETE", "")
            except (OSError, RuntimeError):
                pass
        self.driver.terminate()
        self.driver.wait(timeout=30)
        try:
            self.folder.cleanup()
        except OSError:  # the browser may still be tidying up
            pass


def passes(browser, pictures, steps):
    """Runs each step; 0 where all pass, else 1."""
    for step in steps:
        try:
            step()
        except Exception:
            traceback.print_exc()
            print("FAILED:", getattr(step, "func", step).__name__)
            if pictures:
                browser.picture(os.path.join(pictures, "failed.png"))
            return 1
    print("passed")
    return 0


def main(steps, *names):
    """CHECK WARMBENCH CHROMIUM CHROMEDRIVER NAMES... [FOLDER-FOR-PICTURES]: runs what
    steps(browser, server, program, pictures, *paths) lists, over a server with the samples."""
    program, chromium, chromedriver, *rest = sys.argv[1:]
    paths = [os.path.abspath(path) for path in rest[: len(names)]]  # a browser takes no others
    if len(paths) < len(names):
        sys.exit("Say also where to find: " + ", ".join(names[len(paths):]))
    pictures = rest[len(names)] if len(rest) > len(names) else None
    if pictures:
        os.makedirs(pictures, exist_ok=True)
    with Server(program) as server:
        browser = Browser(chromium, chromedriver)
        try:
            sys.exit(passes(browser, pictures, steps(browser, server, program, pictures, *paths)))
        finally:
            browser.close()
