"""`warmbench serve` for tests that ask it from outside; nothing but Python's own library."""

import http.client
import json
import os
import subprocess
import tempfile
import time
import urllib.parse


class Answer:
    def __init__(self, status, fields, body):
        self.status = status
        self.fields = fields  # names as sent; get() ignores case
        self.body = body

    def json(self):
        return json.loads(self.body)

    def type(self):
        return self.fields.get("Content-Type", "").split(";")[0].strip()


class Server:
    """Listens once it is made; `with` ends it."""

    def __init__(self, program, *arguments, sample=True, port=0):
        self.home = tempfile.TemporaryDirectory(prefix="warmbench-home-")
        surroundings = dict(os.environ, HOME=self.home.name, XDG_CACHE_HOME=self.home.name, XDG_CONFIG_HOME=self.home.name)
        began = time.monotonic()
        self.log = open(os.path.join(self.home.name, "log"), "w+", encoding="utf-8", errors="replace")
        self.process = subprocess.Popen([program, "serve", *(["--sample"] if sample else []), "--port", str(port), *arguments],
                                        text=True, stdout=subprocess.PIPE, stderr=self.log, env=surroundings)
        self.url = self.process.stdout.readline().strip().removeprefix("Listening on ")
        self.start_seconds = time.monotonic() - began
        if not self.url:
            self.process.wait(timeout=60)
            raise RuntimeError("the server did not start: " + self.said())
        self.address = urllib.parse.urlsplit(self.url)

    def said(self):
        with open(self.log.name, encoding="utf-8", errors="replace") as log:
            return log.read()

    def ask(self, verb, path, body=None, fields=None, timeout=120):
        connection = http.client.HTTPConnection(self.address.hostname, self.address.port, timeout=timeout)
        try:
            connection.request(verb, path, body, fields or {})
            answer = connection.getresponse()
            return Answer(answer.status, answer.headers, answer.read())
        except ConnectionError as error:
            ended = self.process.poll()
            raise AssertionError(f"{verb} {path}: {error}; the server " + (
                "still runs" if ended is None else f"ended with {ended}: {self.said()[-1000:]}")) from error
        finally:
            connection.close()

    def get(self, path):
        answer = self.ask("GET", path)
        check(answer.status == 200, f"GET {path}: {answer.status} {answer.body[:300]!r}")
        return answer.json()

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(timeout=60)
        finally:
            self.process.stdout.close()
            self.log.close()
            self.home.cleanup()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


def check(condition, sentence):
    if not condition:
        raise AssertionError(sentence)


def sentence(answer, statuses):
    """The error of an answer that must have one of these statuses."""
    check(answer.status in statuses, f"{answer.status} {answer.body[:300]!r} instead of {statuses}")
    error = answer.json()["error"]
    check(20 < len(error) < 1500 and error.endswith("."), f"no sentence: {error!r}")
    return error


def wait(what, condition, seconds=60):
    """Until condition() is true; its value. Fails with what was waited for."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        check(time.monotonic() < end, f"waited {seconds} s for: {what}")
        time.sleep(0.05)
