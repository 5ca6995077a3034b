"""What tidy.py and locks.py share: running a check over our own sources, skipping what passed before.

A source is known by the content of everything that decides the outcome: itself, every header it includes (as the
build recorded them), its compile command, and the check's settings. What passed is remembered in the user's cache
folder, so that an unchanged source costs nothing, in whatever folder the checkout lies.
"""
import concurrent.futures
import hashlib
import json
import os
import pathlib
import re
import subprocess
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
CACHES = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache")
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


def compiled(build, folders):
    """The build's compile commands of the sources in these folders, each with its headers under "headers".

    Where a folder's sources are compiled together, that is one command, and they are among its headers.
    """
    headers = recorded_headers(build)
    entries = [entry for entry in json.loads((build / "compile_commands.json").read_text())
               if any(pathlib.Path(entry["file"]).is_relative_to(ROOT / folder)
                      or pathlib.Path(entry["file"]).is_relative_to(build / folder) and "/Unity/" in entry["file"]
                      for folder in folders)]
    for entry in entries:
        entry["headers"] = headers.get(re.search(r" -o (\S+) ", entry["command"]).group(1), [])
    return entries


def key(entry, settings):
    """None where the build has not recorded what the source includes, or has recorded what is gone since."""
    if not entry["headers"] or not all(file.exists() for file in entry["headers"]):
        return None
    here = str(ROOT)
    parts = [settings, entry["command"].replace(here, ".")]
    parts += sorted(str(file).replace(here, ".") + digest(file) for file in entry["headers"])
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def check_all(entries, cache, settings, check):
    """Calls check(entry), which returns a CompletedProcess, for what is not known to pass; prints what it says.

    Returns how many failed.
    """
    cache = CACHES / cache
    cache.mkdir(parents=True, exist_ok=True)
    for stamp in cache.iterdir():
        if time.time() - stamp.stat().st_mtime > MONTH:
            stamp.unlink(missing_ok=True)

    todo = []
    for entry in entries:
        stamp = key(entry, settings)
        if stamp and (cache / stamp).exists():
            (cache / stamp).touch()
        else:
            todo.append((entry, stamp))
    print(f"{len(entries)} sources, {len(entries) - len(todo)} known to pass", flush=True)

    failed = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        runs = {pool.submit(check, entry): (entry, stamp) for entry, stamp in todo}
        for run in concurrent.futures.as_completed(runs):
            entry, stamp = runs[run]
            result = run.result()
            if result.returncode == 0:
                if stamp:
                    (cache / stamp).touch()
                continue
            failed += 1
            print(f"--- {os.path.relpath(entry['file'], ROOT)}\n{result.stdout}{result.stderr}", flush=True)
    return failed
