#!/usr/bin/env python3
"""clang-tidy over our own sources, skipping what passed before: packaging/tidy.py BUILD_FOLDER

A source is known by the content of everything that decides the outcome: itself, every header it includes (as the
build recorded them), its compile command, .clang-tidy and clang-tidy's version. What passed is remembered in the
user's cache folder, so that an unchanged source costs nothing, in whatever folder the checkout lies.
"""
import concurrent.futures
import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
OURS = ("app", "core", "ui", "tests")
CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "warmbench-tidy"
MONTH = 30 * 24 * 3600


def digest(path, known={}):
    if path not in known:
        known[path] = hashlib.sha256(path.read_bytes()).hexdigest()
    return known[path]


def recorded_headers(build):
    """Object file -> everything it was made of, from Ninja's log of dependencies."""
    headers, current = {}, None
    log = subprocess.run(["ninja", "-C", build, "-t", "deps"], capture_output=True, text=True, check=True).stdout
    for line in log.splitlines():
        if line.startswith("    "):
            current.append(pathlib.Path(os.path.normpath(build / line.strip())))
        elif ": #deps" in line:
            current = headers.setdefault(line.split(": #deps")[0], [])
    return headers


def key(entry, headers, settings):
    """None where the build has not recorded what the source includes."""
    files = headers.get(re.search(r" -o (\S+) ", entry["command"]).group(1))
    if not files:
        return None
    here = str(ROOT)
    parts = [settings, entry["command"].replace(here, ".")]
    parts += sorted(str(file).replace(here, ".") + digest(file) for file in files)
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def check(build, source):
    return subprocess.run(
        ["clang-tidy", "-p", build, "--quiet", "--extra-arg=-Wno-unknown-warning-option", source],
        capture_output=True, text=True)


def main():
    build = pathlib.Path(sys.argv[1]).resolve()
    entries = [entry for entry in json.loads((build / "compile_commands.json").read_text())
               if any(pathlib.Path(entry["file"]).is_relative_to(ROOT / folder) for folder in OURS)]
    version = subprocess.run(["clang-tidy", "--version"], capture_output=True, text=True, check=True).stdout
    settings = version + (ROOT / ".clang-tidy").read_text()
    headers = recorded_headers(build)

    CACHE.mkdir(parents=True, exist_ok=True)
    for stamp in CACHE.iterdir():
        if time.time() - stamp.stat().st_mtime > MONTH:
            stamp.unlink(missing_ok=True)

    todo = []
    for entry in entries:
        stamp = key(entry, headers, settings)
        if stamp and (CACHE / stamp).exists():
            (CACHE / stamp).touch()
        else:
            todo.append((entry["file"], stamp))
    print(f"{len(entries)} sources, {len(entries) - len(todo)} known to pass", flush=True)

    failed = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        runs = {pool.submit(check, build, source): (source, stamp) for source, stamp in todo}
        for run in concurrent.futures.as_completed(runs):
            source, stamp = runs[run]
            result = run.result()
            if result.returncode == 0:
                if stamp:
                    (CACHE / stamp).touch()
                continue
            failed += 1
            print(f"--- {os.path.relpath(source, ROOT)}\n{result.stdout}{result.stderr}", flush=True)
    if failed:
        print(f"clang-tidy has something to say about {failed} of {len(entries)} sources.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
