#!/usr/bin/python3
"""Writes .npz files as numpy does, and damaged ones, for tst_npz: npz_reference.py FOLDER."""
import io
import pathlib
import struct
import sys
import zipfile

import numpy as np


def written(save, **arrays):
    file = io.BytesIO()
    save(file, **arrays)
    return file.getvalue()


def zipped(method, *entries):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return file.getvalue()


def patched(data, signature, offset, fmt, value):
    """Writes a value into the last record with that signature."""
    at = data.rindex(signature) + offset
    return data[:at] + struct.pack(fmt, value) + data[at + struct.calcsize(fmt):]


def main(folder):
    arrays = {"x": np.arange(6, dtype=np.float32).reshape(2, 3) / 4, "dense/out:0": np.array([3, -2], np.int64)}
    stored, packed = written(np.savez, **arrays), written(np.savez_compressed, **arrays)
    npy = io.BytesIO()
    np.save(npy, np.zeros(3, np.float32))
    bomb = zipped(zipfile.ZIP_DEFLATED, ("big.npy", b"\0" * (3 << 20)))
    entry, end = b"PK\x01\x02", b"PK\x05\x06"
    middle = packed.index(b"PK\x01\x02") // 2
    files = {
        "stored": stored,
        "packed": packed,
        "empty": zipped(zipfile.ZIP_STORED),
        "commented": (lambda z: z[:-2] + struct.pack("<H", 5) + b"hello")(stored),
        "cut": stored[:-10],
        "text": zipped(zipfile.ZIP_STORED, ("readme.txt", b"hello")),
        "twice": zipped(zipfile.ZIP_STORED, ("a.npy", npy.getvalue()), ("a.npy", npy.getvalue())),
        "other": zipped(zipfile.ZIP_BZIP2, ("a.npy", npy.getvalue())),
        "no_npy": zipped(zipfile.ZIP_STORED, ("a.npy", b"hello")),
        "lies_larger": patched(packed, entry, 24, "<I", 0xF0000000),
        "lies_ratio": patched(packed, entry, 24, "<I", 0x00F00000),
        "lies_smaller": patched(bomb, entry, 24, "<I", 64),
        "elsewhere": patched(packed, entry, 42, "<I", 0x7FFFFFFF),
        "encrypted": patched(packed, entry, 8, "<H", 1),
        "directory_beyond": patched(stored, end, 16, "<I", 0x7FFFFFFF),
        "counts_more": patched(patched(stored, end, 10, "<H", 900), end, 8, "<H", 900),
        "flipped": stored[:200] + bytes([stored[200] ^ 1]) + stored[201:],
        "flipped_packed": packed[:middle] + bytes([packed[middle] ^ 0x55]) + packed[middle + 1:],
    }
    for name, content in files.items():
        (folder / f"{name}.npz").write_bytes(content)


main(pathlib.Path(sys.argv[1]))
