"""A folder of 2,000 models, some with names that are hard to get through."""

import os
import pathlib

# Blanks, dots, quotes, signs with a meaning in addresses, letters of one to four bytes, two ways to write one letter.
ODD_NAMES = [
    "Zahl ü.v2 名", "two  blanks", "dots...", "v1.2.3", "it's \"quoted\" `code` $HOME", "100% of +1 & more=less?", "#1;semi:colon@host",
    "[brackets] {braces} <b>", "back\\slash", "%2F", "%41", "x%20y", "~tilde^caret|pipe", "кириллица", "עברית", "😀 smile", "n\u0303 \u00f1",
    "stats", "versions", "infer", "load", "x:predict", "ready", "-dash", "a" * 200,
]


def make_models(folder, source, count=2000):
    """Hard links of `source` where the folder allows, else copies; the names, sorted as the server sorts them."""
    folder, source = pathlib.Path(folder), pathlib.Path(source)
    content = source.read_bytes()
    names = [*ODD_NAMES, *(f"model-{i:04}" for i in range(count - len(ODD_NAMES)))]
    first = folder / "first"
    first.write_bytes(content)
    for name in names:
        path = folder / f"{name}.onnx"
        try:
            os.link(first, path)
        except OSError:
            path.write_bytes(content)
    first.unlink()
    return sorted(names, key=lambda name: name.encode())
