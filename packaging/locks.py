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

from checked_sources import ROOT, check_all, compiled

MUTEX = ROOT / "core/base/mutex.h"
TRIED = ROOT / "core/model/cache/cache_events.cpp"
LOCK = re.compile(r"^ *(const )?(\w+::)*\w*Lock (lock|\w+)\(.*\);\n", re.MULTILINE)
UNKNOWN = re.compile(r"std::((recursive_|timed_|shared_)*mutex|lock_guard|unique_lock|scoped_lock|shared_lock|condition_variable)\b")


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


def look(entry, text=None):
    """Clang's opinion of the source, or of this text in its place."""
    command = command_of(entry, "-" if text is not None else entry["file"])
    if text is not None:
        command[-1:] = ["-x", "c++", "-"]
    return subprocess.run(command, cwd=entry["directory"], input=text, capture_output=True, text=True)


def refused(entry, text):
    """Whether Clang misses a lock in it, and nothing else."""
    result = look(entry, text)
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
    for entry in entries:
        text = pathlib.Path(entry["file"]).read_text(encoding="utf-8")
        for lock in LOCK.finditer(text):
            tries.append((entry, text[:lock.start()] + "\n" + text[lock.end():], text.count("\n", 0, lock.start()) + 1))
    unmissed = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        runs = {pool.submit(refused, entry, text): (entry, line) for entry, text, line in tries}
        for run in concurrent.futures.as_completed(runs):
            entry, line = runs[run]
            if not run.result():
                unmissed += 1
                print(f"{os.path.relpath(entry['file'], ROOT)}:{line}: Clang does not miss this lock", flush=True)
    print(f"{len(tries)} locks taken away one by one, {len(tries) - unmissed} missed")
    return unmissed


def main():
    build = pathlib.Path(sys.argv[1]).resolve()
    entries = [entry for entry in compiled(build, ["core"]) if not entry["headers"] or MUTEX in entry["headers"]]
    if sys.argv[2:] == ["--without-each"]:
        return 1 if without_each(entries) else 0

    wrong = [sentence for path in sorted((ROOT / "core").rglob("*"))
             if path.suffix in (".cpp", ".h") and path != MUTEX for sentence in undeclared(path)]
    for sentence in wrong:
        print(sentence)

    tried = next(entry for entry in entries if entry["file"] == str(TRIED))
    if not refused(tried, LOCK.sub("", TRIED.read_text(encoding="utf-8"))):
        wrong.append("nothing is checked")
        print(f"Clang accepts {TRIED.relative_to(ROOT)} without its locks: the check does not work.")

    version = subprocess.run(["clang++", "--version"], capture_output=True, text=True, check=True).stdout
    failed = check_all(entries, "warmbench-locks", version + pathlib.Path(__file__).read_text(encoding="utf-8"), look)
    if failed:
        print(f"-Wthread-safety has something to say about {failed} of {len(entries)} sources.")
    return 1 if wrong or failed else 0


if __name__ == "__main__":
    sys.exit(main())
