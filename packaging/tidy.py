#!/usr/bin/env python3
"""clang-tidy over our own sources, skipping what passed before: packaging/tidy.py BUILD_FOLDER"""
import os
import pathlib
import shlex
import subprocess
import sys
import tempfile

from checked_sources import ROOT, check_all, compiled

# Not the tests, which take half of the time: the compiler warns of them, and the sanitizers run them.
OURS = ("app", "core", "ui")


def arguments(entry):
    """Of the compiler, without itself, the source and the object."""
    words = shlex.split(entry["command"])
    start = 1 + next(i for i, word in enumerate(words) if os.path.basename(word) in ("c++", "g++", "clang++"))
    return words[start:words.index("-o")]


def tidied(entry, links):
    """Clang's analyzer looks into sources that another includes only where that one is called UnifiedSource (AnalysisManager::isInCodeFile)."""
    source = pathlib.Path(entry["file"])
    link = pathlib.Path(links) / f"UnifiedSource_{source.name}"
    if "Unity" in source.parts:
        link.symlink_to(source)
        source = link
    return subprocess.run(["clang-tidy", "--quiet", f"--config-file={ROOT / '.clang-tidy'}", source, "--", *arguments(entry)],
                          capture_output=True, text=True, cwd=entry["directory"])


def main():
    build = pathlib.Path(sys.argv[1]).resolve()
    version = subprocess.run(["clang-tidy", "--version"], capture_output=True, text=True, check=True).stdout
    entries = compiled(build, OURS)
    settings = (ROOT / ".clang-tidy").read_text()
    with tempfile.TemporaryDirectory() as links:
        failed = check_all(entries, "warmbench-tidy", version + settings + pathlib.Path(__file__).read_text(),
                           lambda entry: tidied(entry, links))
    if failed:
        print(f"clang-tidy has something to say about {failed} of {len(entries)} sources.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
