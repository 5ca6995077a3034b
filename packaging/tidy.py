#!/usr/bin/env python3
"""clang-tidy over our own sources, skipping what passed before: packaging/tidy.py BUILD_FOLDER"""
import pathlib
import subprocess
import sys

from checked_sources import ROOT, check_all, compiled

# Not the tests, which take half of the time: the compiler warns of them, and the sanitizers run them.
OURS = ("app", "core", "ui")


def main():
    build = pathlib.Path(sys.argv[1]).resolve()
    version = subprocess.run(["clang-tidy", "--version"], capture_output=True, text=True, check=True).stdout
    entries = compiled(build, OURS)
    settings = (ROOT / ".clang-tidy").read_text()
    failed = check_all(
        entries, "warmbench-tidy", version + settings,
        lambda entry: subprocess.run(
            ["clang-tidy", "-p", build, "--quiet", entry["file"]],
            capture_output=True, text=True))
    if failed:
        print(f"clang-tidy has something to say about {failed} of {len(entries)} sources.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
