#!/usr/bin/env python3
"""Whether core touches what a mutex guards under that mutex alone: packaging/locks.py BUILD_FOLDER [--without-each]

Clang looks at each source that includes base/mutex.h, with -Wthread-safety as an error; what passed before is skipped.
Beside that, core has no mutex that Clang does not know, each Mutex guards something or says why not, and the check is
tried on a source whose locks are taken away, which Clang has to refuse.

--without-each: takes away each lock of core in turn, one by one, and prints those that nothing misses. Some minutes.
"""
import concurrent.futures
import os
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile

from checked_sources import ROOT, check_all, compiled

MUTEX = ROOT / "core/base/mutex.h"
TRIED = ROOT / "core/model/cache/cache_events.cpp"
LOCK = re.compile(r"\bMutexLock (\w+)\(.*\);")
NO_LOCK = r"struct { void lock() {} void unlock() {} } \1{};"
UNKNOWN = re.compile(r"std::((recursive_|timed_|shared_)*mutex|lock_guard|unique_lock|scoped_lock|shared_lock|condition_variable)\b")


def core_files():
    return [path for path in sorted((ROOT / "core").rglob("*")) if path.suffix in (".cpp", ".h") and path != MUTEX]


def command_of(entry, source):
    """Clang's, of what GCC was told: `source` in place of the entry's own, whose folder it is in for Clang."""
    words = shlex.split(entry["command"])
    words = words[next(i for i, word in enumerate(words) if word.endswith(("g++", "c++", "clang++")) or "clang++-" in word) + 1:]
    kept = []
    skip = False
    for word in words:
        if skip or word in ("-c", entry["file"]):
            skip = False
        elif word in ("-o", "-MF", "-MT", "-MQ"):
            skip = True
        else:
            kept.append(word)
    return ["clang++", *kept, "-fsyntax-only", "-UNDEBUG", "-Wno-everything", "-Wthread-safety", "-Werror",
            "-iquote", str(pathlib.Path(entry["file"]).parent), str(source)]


def look(entry):
    return subprocess.run(command_of(entry, entry["file"]), cwd=entry["directory"], capture_output=True, text=True)


def refused(entry, path, text):
    """Whether Clang misses a lock, and nothing else, where this text stands for a source or header of core."""
    with tempfile.TemporaryDirectory() as folder:
        other = pathlib.Path(folder) / path.relative_to(ROOT / "core")
        other.parent.mkdir(parents=True)
        other.write_text(text, encoding="utf-8")
        command = command_of(entry, other if path.suffix == ".cpp" else entry["file"])
        command[1:1] = ["-I", folder]
        result = subprocess.run(command, cwd=entry["directory"], capture_output=True, text=True)
    errors = re.findall(r"error: .*", result.stderr)
    return bool(errors) and all("-Wthread-safety" in error for error in errors)


def undeclared(path):
    """Mutexes in this file that Clang does not know, or that guard nothing and do not say so."""
    found = []
    text = path.read_text(encoding="utf-8")
    guarding = set(re.findall(r"GUARDED_BY\((?:\w+(?:\.|->))*(\w+)\)", text))
    lines = text.splitlines()
    for number, line in enumerate(lines, 1):
        code = line.split("//")[0]
        where = f"{path.relative_to(ROOT)}:{number}"
        if UNKNOWN.search(code):
            found.append(f"{where}: Clang does not know this: take Mutex, MutexLock or Condition of base/mutex.h")
        mutex = re.search(r"\bMutex (\w+);", code)
        if mutex and mutex.group(1) not in guarding and "uards no member" not in line + lines[number - 2]:
            found.append(f"{where}: no member is GUARDED_BY({mutex.group(1)}), and no comment \"guards no member: ...\" says why")
    return found


def without_each(entries):
    """Prints the locks of core that nothing misses; returns how many."""
    tries = []
    for path in core_files():
        text = path.read_text(encoding="utf-8")
        for lock in LOCK.finditer(text):
            entry = next(entry for entry in entries if path in entry["headers"])
            without = text[:lock.start()] + lock.expand(NO_LOCK) + text[lock.end():]
            tries.append((entry, path, without, text.count("\n", 0, lock.start()) + 1))
    unmissed = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        runs = {pool.submit(refused, entry, path, without): (path, line) for entry, path, without, line in tries}
        for run in concurrent.futures.as_completed(runs):
            path, line = runs[run]
            if not run.result():
                unmissed += 1
                print(f"{path.relative_to(ROOT)}:{line}: Clang does not miss this lock", flush=True)
    print(f"{len(tries)} locks taken away one by one, {len(tries) - unmissed} of them missed")
    return unmissed


def main():
    build = pathlib.Path(sys.argv[1]).resolve()
    entries = [entry for entry in compiled(build, ["core"]) if not entry["headers"] or MUTEX in entry["headers"]]
    if sys.argv[2:] == ["--without-each"]:
        return 1 if without_each(entries) else 0

    wrong = [sentence for path in core_files() for sentence in undeclared(path)]
    for sentence in wrong:
        print(sentence)

    tried = next(entry for entry in entries if TRIED in entry["headers"])
    if not refused(tried, TRIED, LOCK.sub(NO_LOCK, TRIED.read_text(encoding="utf-8"))):
        wrong.append("nothing is checked")
        print(f"Clang accepts {TRIED.relative_to(ROOT)} without its locks: the check does not work.")

    version = subprocess.run(["clang++", "--version"], capture_output=True, text=True, check=True).stdout
    failed = check_all(entries, "warmbench-locks", version + pathlib.Path(__file__).read_text(encoding="utf-8"), look)
    if failed:
        print(f"-Wthread-safety has something to say about {failed} of {len(entries)} sources.")
    return 1 if wrong or failed else 0


if __name__ == "__main__":
    sys.exit(main())
