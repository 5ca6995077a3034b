#!/usr/bin/python3
"""Runs a Caffe network with OpenCV's Python binding, independently of ours.

    compare_caffe.py PROTOTXT CAFFEMODEL FOLDER NAME...

Reads FOLDER/input.bin as raw float32 with the shape in FOLDER/shape.txt, and writes each output NAME as FOLDER/NAME.bin.
Exits with 3 where cv2 is not installed.
"""
import pathlib
import sys

try:
    import cv2
    import numpy as np
except ImportError:
    sys.exit(3)

prototxt, weights, folder, *names = sys.argv[1:]
folder = pathlib.Path(folder)
shape = [int(word) for word in (folder / "shape.txt").read_text().split()]
net = cv2.dnn.readNetFromCaffe(prototxt, weights)
net.setInput(np.fromfile(folder / "input.bin", np.float32).reshape(shape))
for name, output in zip(names, net.forward(names)):
    output.astype(np.float32).tofile(folder / f"{name}.bin")
