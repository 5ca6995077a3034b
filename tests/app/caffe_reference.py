#!/usr/bin/python3
"""A notebook that prepares a picture as Caffe does and keeps what the network answers, for tst_match_commands.

    caffe_reference.py PROGRAM MODEL PICTURE FOLDER

Pillow makes the shorter side 256 by its bilinear filter; the centre of 224, blue, green and red, 0 to 255 less 104, 117, 123,
goes to the network as it is (`predict` with the tensor). Writes FOLDER/x.npy and FOLDER/y.npy. Exit code 77: Python has no Pillow.
"""
import json
import pathlib
import subprocess
import sys

try:
    import numpy as np
    from PIL import Image
except ImportError:
    sys.exit(77)

MEAN = np.array([104, 117, 123], np.float32)


def prepared(picture):
    image = Image.open(picture).convert("RGB")
    width, height = image.size
    shorter = min(width, height)
    image = image.resize((256 * width // shorter, 256 * height // shorter), Image.BILINEAR)
    left, top = round((image.width - 224) / 2), round((image.height - 224) / 2)
    pixels = np.asarray(image.crop((left, top, left + 224, top + 224)), np.float32)
    return np.ascontiguousarray((pixels[:, :, ::-1] - MEAN).transpose(2, 0, 1)[None])


def main(program, model, picture, folder):
    folder = pathlib.Path(folder)
    np.save(folder / "x.npy", prepared(picture))
    told = subprocess.run([program, "predict", "--raw", model, folder / "x.npy"], check=True, capture_output=True).stdout
    np.save(folder / "y.npy", np.array(json.loads(told)["prediction"], np.float32))


main(*sys.argv[1:])
