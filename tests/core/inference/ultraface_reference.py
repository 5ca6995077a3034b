#!/usr/bin/python3
"""The face detector computed apart from Warmbench: OpenCV's own reader, resize and networks, and decoding in numpy.

    ultraface_reference.py MODEL PICTURE              prints the faces, best first: {"faces": [[left, top, right, bottom, score], ...]}
    ultraface_reference.py MODEL TENSOR.npy FOLDER    runs the network on the tensor and writes FOLDER/scores.npy and boxes.npy

MODEL is an .onnx file, or a .caffemodel with its .prototxt beside it. Exit code 77 where Python has no cv2.
"""
import json
import pathlib
import sys

import numpy as np

try:
    import cv2
except ImportError:
    sys.exit(77)

SCORE, OVERLAP = 0.7, 0.3


def outputs_of(model, tensor):
    path = pathlib.Path(model)
    if path.suffix == ".onnx":
        net = cv2.dnn.readNetFromONNX(str(path))
    else:
        net = cv2.dnn.readNetFromCaffe(str(path.with_suffix(".prototxt")), str(path))
    net.setInput(np.ascontiguousarray(tensor, np.float32))
    return net.forward("scores")[0].copy(), net.forward("boxes")[0].copy()


def corners(boxes):
    """SSD offsets to corners: centre variance 0.1, size variance 0.2."""
    priors = []
    for stride, sizes in ((8, (10, 16, 24)), (16, (32, 48)), (32, (64, 96)), (64, (128, 192, 256))):
        for y in np.arange(0, 240, stride):
            for x in np.arange(0, 320, stride):
                priors += [((x + stride / 2) / 320, (y + stride / 2) / 240, s / 320, s / 240) for s in sizes]
    priors = np.clip(np.array(priors), 0, 1)
    centres = priors[:, :2] + boxes[:, :2] * 0.1 * priors[:, 2:]
    sizes = priors[:, 2:] * np.exp(boxes[:, 2:] * 0.2)
    return np.hstack([centres - sizes / 2, centres + sizes / 2])


def overlap(a, b):
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    if width <= 0 or height <= 0:
        return 0
    area = [(box[2] - box[0]) * (box[3] - box[1]) for box in (a, b)]
    return width * height / (sum(area) - width * height)


def faces_of(model, picture):
    image = cv2.cvtColor(cv2.imread(picture), cv2.COLOR_BGR2RGB)
    height, width = image.shape[:2]
    tensor = (cv2.resize(image, (320, 240)).astype(np.float32) - 127) / 128
    scores, boxes = outputs_of(model, tensor.transpose(2, 0, 1)[None])
    if not model.endswith(".onnx"):
        boxes = corners(boxes)
    boxes = np.clip(boxes * [width, height, width, height], 0, [width, height, width, height])
    kept = []
    for i in np.argsort(-scores[:, 1], kind="stable"):
        if scores[i, 1] < SCORE:
            break
        if all(overlap(boxes[i], face) <= OVERLAP for face in kept):
            kept.append([*boxes[i].tolist(), float(scores[i, 1])])
    return kept


def main():
    cv2.setNumThreads(1)
    if len(sys.argv) == 4:
        scores, boxes = outputs_of(sys.argv[1], np.load(sys.argv[2])[None])
        np.save(pathlib.Path(sys.argv[3]) / "scores.npy", scores)
        np.save(pathlib.Path(sys.argv[3]) / "boxes.npy", boxes)
    else:
        print(json.dumps({"faces": faces_of(sys.argv[1], sys.argv[2])}))


if __name__ == "__main__":
    main()
