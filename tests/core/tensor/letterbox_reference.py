#!/usr/bin/python3
"""Prints what Ultralytics' LetterBox (data/augment.py) and YOLOX's preproc (yolox/data/data_augment.py) make of pictures, for
tst_letterbox.

For each case on standard output: position (0 all around, 1 at the end), picture's width and height, network's width and
height, as int32; then the network's pixels, H x W x 3 bytes. Exit code 77: Python has no OpenCV.
"""
import random
import struct
import sys

try:
    import cv2
    import numpy as np
except ImportError:
    sys.exit(77)

CASES = 200


def picture(width, height):
    """Every pixel from its place, so that the test makes the same picture."""
    y, x, c = np.mgrid[0:height, 0:width, 0:3]
    return ((x * 7 + y * 13 + c * 29 + x * y) % 256).astype(np.uint8)


def ultralytics(image, width, height):
    rows, columns = image.shape[:2]
    r = min(height / rows, width / columns)
    unpadded = round(columns * r), round(rows * r)
    dw, dh = (width - unpadded[0]) / 2, (height - unpadded[1]) / 2
    if (columns, rows) != unpadded:
        image = cv2.resize(image, unpadded, interpolation=cv2.INTER_LINEAR)
    return cv2.copyMakeBorder(image, round(dh - 0.1), round(dh + 0.1), round(dw - 0.1), round(dw + 0.1), cv2.BORDER_CONSTANT,
                              value=(114, 114, 114))


def yolox(image, width, height):
    rows, columns = image.shape[:2]
    padded = np.full((height, width, 3), 114, np.uint8)
    r = min(height / rows, width / columns)
    resized = cv2.resize(image, (int(columns * r), int(rows * r)), interpolation=cv2.INTER_LINEAR)
    padded[:resized.shape[0], :resized.shape[1]] = resized
    return padded


def main():
    rng = random.Random(10)
    for case in range(CASES):
        width, height = rng.randint(8, 400), rng.randint(8, 400)
        side = [rng.choice([32, 64, 96, 160]) for _ in range(2)]
        position = case % 2
        made = (yolox if position else ultralytics)(picture(width, height), *side)
        assert made.shape == (side[1], side[0], 3)
        sys.stdout.buffer.write(struct.pack("<5i", position, width, height, *side) + made.tobytes())


main()
