#!/usr/bin/env python3
"""Whether each folder includes only what it may: `rooms.py` prints the includes that go against the arrows, and fails where there are some.

A header that says "Private to this room" is for its room alone (core/engine with all its folders), one that says "Private to this folder" for its folder.
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent

# Which other folders each folder may include. Names leave out core/, as includes do.
CORE = ["base", "tensor", "engine", "model", "model/cache", "model/understanding", "inference", "inference/answer", "inference/body", "inference/measurement", "inference/matching", "inference/comparison", "inference/inspection", "inference/profile", "engine/verdicts", "engine/worker", "metrics", "painting"]
ARROWS = {
    "base": [],
    "tensor": ["base"],
    "engine/onnx": ["base", "tensor", "engine"],
    "engine/opencv": ["base", "tensor", "engine", "engine/onnx"],
    "engine/onnxruntime": ["base", "tensor", "engine", "engine/onnx"],
    "engine": ["base", "tensor", "engine/onnx"],
    "engine/verdicts": ["base", "tensor", "engine"],
    "engine/worker": ["base", "engine", "engine/verdicts"],
    "model": ["base", "tensor", "engine", "engine/worker", "model/understanding"],
    "model/cache": ["base", "model"],
    "model/understanding": ["base", "tensor", "engine", "model"],
    "metrics": ["base"],
    "inference": ["base", "tensor", "engine", "engine/verdicts", "model", "model/cache", "metrics", "inference/decoders", "inference/matching", "inference/measurement", "inference/comparison", "inference/inspection", "inference/profile"],
    "inference/answer": ["base", "tensor", "inference"],
    "inference/decoders": ["base", "tensor", "model", "inference"],
    "inference/body": ["base", "tensor", "model", "inference"],
    "inference/measurement": ["base", "tensor", "engine", "engine/verdicts", "model", "model/cache", "inference", "inference/body"],
    "inference/inspection": ["base", "tensor", "engine", "model", "model/cache", "inference"],
    "inference/profile": ["base", "engine", "engine/verdicts", "model", "model/cache", "inference", "inference/measurement", "tensor"],
    "painting": ["base", "tensor", "inference"],
    "inference/matching": ["base", "tensor", "engine/verdicts", "model", "model/cache", "inference", "inference/body"],
    "inference/comparison": ["base", "tensor", "engine/verdicts", "model", "model/cache", "inference", "inference/answer", "inference/body", "inference/matching"],
    "http/transport": ["base", "http"],
    "http/bodies": ["base", "tensor", "inference", "http"],
    "http/simple": [*CORE, "http", "http/bodies", "http/transport"],
    "http/open_inference": [*CORE, "http", "http/bodies", "http/transport"],
    "http/tensorflow": [*CORE, "http", "http/bodies", "http/transport"],
    "http/pages": [*CORE, "http", "http/bodies", "http/transport"],
    "http": [*CORE, "http/transport", "http/simple", "http/open_inference", "http/tensorflow", "http/pages"],
    "ui/widgets": [*CORE],
    "ui/models": [*CORE, "ui", "ui/widgets"],
    "ui/api": [*CORE, "ui", "ui/widgets"],
    "ui/playground": [*CORE, "ui", "ui/api", "ui/widgets", "ui/models"],
    "ui/compare": [*CORE, "ui", "ui/widgets", "ui/api", "ui/playground"],
    "ui/inspector": [*CORE, "ui", "ui/widgets"],
    "ui/network": [*CORE, "ui", "ui/widgets"],
    "ui/monitor": [*CORE, "ui", "ui/widgets"],
    "ui/log": [*CORE, "ui", "ui/widgets"],
    "ui/sheets": [*CORE, "ui", "ui/widgets"],
    "ui/window": [*CORE, "ui", "ui/widgets", "ui/api", "ui/models", "ui/playground", "ui/compare", "ui/sheets", "ui/inspector", "ui/network", "ui/monitor", "ui/log"],
    "ui": [*CORE, "ui/api", "ui/widgets"],
    "app": [*CORE, "http", "http/bodies", "http/simple", "http/transport", "ui", "ui/window"],
}


def folder_of(path):
    return str(path.parent.relative_to(ROOT)).removeprefix("core/")


def header_of(include):
    for base in ("core", "."):
        if (ROOT / base / include).exists():
            return ROOT / base / include
    return None


def wrong(source, include):
    """Why the source may not include it; nothing where it may."""
    header = header_of(include)
    if header is None or "/" not in include:
        return None
    here, there = folder_of(source), folder_of(header)
    if here == there:
        return None
    if here not in ARROWS:
        return f"the folder {here} has no arrows yet: add it to packaging/rooms.py"
    if there not in ARROWS[here]:
        return f"{here} may not include {there}"
    opening = header.read_text(encoding="utf-8").split("#pragma once", maxsplit=1)[0].replace("\n// ", " ")
    if "Private to this folder" in opening:
        return f"it is private to {there}"
    if "Private to this room" in opening and here.split("/")[0] != there.split("/")[0]:
        return f"it is private to {there.split('/', maxsplit=1)[0]}"
    return None


def main():
    sources = [path for base in ("core", "ui", "app") for path in sorted((ROOT / base).rglob("*")) if path.suffix in (".cpp", ".h")]
    found = 0
    for source in sources:
        for number, line in enumerate(source.read_text(encoding="utf-8").splitlines(), 1):
            include = re.match(r'#include "([^"]+)"', line)
            reason = wrong(source, include.group(1)) if include else None
            if reason:
                print(f'{source.relative_to(ROOT)}:{number}: "{include.group(1)}": {reason}')
                found += 1
    print(f"{len(sources)} files in {len(ARROWS)} folders, {found} includes against the arrows")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
