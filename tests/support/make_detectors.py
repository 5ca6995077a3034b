#!/usr/bin/python3
"""Writes detectors with the names, shapes and types of their exporters' files: make_detectors.py FOLDER

Each graph answers one box, 20..44 x 36..60 of a picture of 64 x 96 pixels (left..right x top..bottom) as its exporter would put
it, with a score of 0.75 and the class "driver's seat", and further ones that do not count. Two runs write the same bytes.
"""
import pathlib
import sys

import numpy as np

from make_models import FLOAT, INT64, ULTRALYTICS, network, node, tensor, value
from onnx import TensorProto

WIDTH, HEIGHT = 64, 96
PIXELS = np.array([20, 36, 44, 60], np.float32)  # left, top, right, bottom
FRACTIONS = PIXELS / [WIDTH, HEIGHT, WIDTH, HEIGHT]
CENTRE = np.array([0.5, 0.5, 24 / WIDTH, 24 / HEIGHT], np.float32)  # the same as centre and size
FILE_TYPES = {np.float32: FLOAT, np.int64: INT64}
DETECTORS = {}


def model(build):
    DETECTORS[build.__name__] = build
    return build


def rows(count, first, columns=None):
    """[1, count, columns] or [1, count] of zeros with this first row."""
    table = np.zeros((1, count) + ((columns,) if columns else ()), np.float32)
    table[0, 0] = first
    return table


def answers(inputs, outputs, opset=13, scaled="", factor=(), **metadata):
    """A network that gives these arrays, by name: (array, shape that the file declares). The picture counts with a factor of 0.
    `scaled` names the output that is multiplied by "factor", which the nodes `factor` make of another input."""
    picture, batched = inputs[0].name, len(inputs[0].type.tensor_type.shape.dim) == 4
    nodes = [node("Cast", picture, "numbers", to=FLOAT),
             node("ReduceMean", "numbers", "mean", keepdims=0, **({"axes": [1, 2, 3]} if batched else {})),
             node("Mul", "mean nothing", "zeros"), *factor]
    weights = [tensor("nothing", np.float32(0))]
    declared = []
    for at, (name, (array, shape)) in enumerate(outputs.items()):
        # One zero for each sample, or a single one for outputs that do not count samples.
        weights.append(tensor(f"form{at}", np.array([-1] + [1] * (array.ndim - 1), np.int64)))
        nodes.append(node("Reshape", f"zeros form{at}", f"zero{at}"))
        weights.append(tensor(f"answer{at}", array.astype(np.float32)))
        nodes.append(node("Add", f"zero{at} answer{at}", f"sum{at}"))
        if name == scaled:
            nodes.append(node("Mul", f"sum{at} factor", "product"))
        nodes.append(node("Cast", "product" if name == scaled else f"sum{at}", name, to=FILE_TYPES[array.dtype.type]))
        declared.append(value(name, shape, FILE_TYPES[array.dtype.type]))
    return network(nodes, inputs, declared, weights, opset, **metadata)


def picture(name, shape=(1, 3, HEIGHT, WIDTH), dtype=FLOAT):
    return value(name, list(shape), dtype)


def logits(count, scores):
    table = np.full((1, count, len(scores)), -9, np.float32)
    table[0, 0] = scores
    return table


# ---- transformers ------------------------------------------------------------------------------------------------------

@model
def hf_detr():
    """As Optimum exports it: everything free, a mask of 64 x 64. Multiplied by the mask's mean, so that the mask has to be 1."""
    # softmax gives e^x / (e^x + 3) = 0.75 for x = ln 9; all others are "none".
    scores = logits(100, [0, 0, np.log(9), 0])
    scores[0, 1:, 3] = 9
    mask = [node("Cast", "pixel_mask", "ones", to=FLOAT), node("ReduceMean", "ones", "factor", axes=[1, 2], keepdims=1)]
    return answers([picture("pixel_values", ("batch_size", "num_channels", "height", "width")),
                    value("pixel_mask", ["batch_size", 64, 64], INT64)],
                   {"logits": (scores, ["batch_size", "num_queries", 4]),
                    "pred_boxes": (rows(100, CENTRE, 4), ["batch_size", "num_queries", 4])}, scaled="pred_boxes", factor=mask)


@model
def hf_rtdetr():
    return answers([picture("pixel_values", ("batch_size", 3, "height", "width"))],
                   {"logits": (logits(300, [-9, -9, np.log(3)]), ["batch_size", 300, 3]),
                    "pred_boxes": (rows(300, CENTRE, 4), ["batch_size", 300, 4])})


@model
def rtdetr_original():
    """Its boxes are fractions times the size that it is told, width first."""
    told = [node("Cast", "orig_target_sizes", "size", to=FLOAT), node("Concat", "size size", "sizes", axis=1),
            node("Unsqueeze", "sizes axis", "factor")]
    made = answers([picture("images", ("N", 3, HEIGHT, WIDTH)), value("orig_target_sizes", ["N", 2], INT64)],
                   {"labels": (rows(300, 1).astype(np.int64), ["N", 300]),
                    "boxes": (rows(300, FRACTIONS, 4), ["N", 300, 4]),
                    "scores": (rows(300, 0.75), ["N", 300])}, scaled="boxes", factor=told)
    made.graph.initializer.append(tensor("axis", np.array([1], np.int64)))
    return made


@model
def rf_detr():
    return answers([picture("input")],
                   {"dets": (rows(300, CENTRE, 4), [1, 300, 4]),
                    "labels": (logits(300, [-9, np.log(3), -9, -9]), [1, 300, 4])})


@model
def ultralytics_rtdetr():
    return answers([picture("images")],
                   {"output0": (rows(300, [*CENTRE, 0.1, 0.75, 0], 7), [1, 300, 7])},
                   description="Ultralytics rtdetr-l model trained on coco8.yaml", version="8.3.40", stride="32",
                   names="{0: 'person', 1: \"driver's seat\", 2: 'café'}", **ULTRALYTICS)


# ---- finished detections -----------------------------------------------------------------------------------------------

TF_OUTPUTS = ["detection_anchor_indices", "detection_boxes", "detection_classes", "detection_multiclass_scores",
              "detection_scores", "num_detections", "raw_detection_boxes", "raw_detection_scores"]


def tf(names):
    """The second row has a good score, but only one counts."""
    boxes = rows(100, FRACTIONS[[1, 0, 3, 2]], 4)
    boxes[0, 1] = [0, 0, 1, 1]
    classes, scores = np.ones((1, 100), np.float32), np.zeros((1, 100), np.float32)
    classes[0, 0], scores[0, :2] = 2, [0.75, 0.7]
    arrays = [np.arange(100, dtype=np.float32)[None], boxes, classes, np.zeros((1, 100, 4), np.float32), scores,
              np.ones(1, np.float32), np.zeros((1, 1917, 4), np.float32), np.zeros((1, 1917, 4), np.float32)]
    outputs = {name: (array, list(array.shape)) for name, array in zip(names, arrays)}
    return answers([picture("input_tensor", (1, "height", "width", 3), TensorProto.UINT8)], outputs)


@model
def tf_detection():
    return tf(TF_OUTPUTS)


@model
def tf_detection_frozen():
    """As tf2onnx makes it of a frozen graph."""
    return tf([name + ":0" for name in TF_OUTPUTS])


@model
def tf_detection_identity():
    return tf(["Identity"] + [f"Identity_{i}" for i in range(1, 8)])


def vision(name, shape):
    return answers([picture(name, shape)],
                   {"boxes": (np.array([PIXELS, [0, 0, 9, 9]], np.float32), ["detections", 4]),
                    "labels": (np.array([2, 1], np.int64), ["detections"]),
                    "scores": (np.array([0.75, 0.06], np.float32), ["detections"])})


@model
def torchvision_detection():
    return vision("image", (3, HEIGHT, WIDTH))


@model
def torchvision_batch():
    return vision("images", (1, 3, HEIGHT, WIDTH))


@model
def mmdeploy():
    return answers([picture("input", ("batch", 3, HEIGHT, WIDTH))],
                   {"dets": (rows(7, [*PIXELS, 0.75], 5), ["batch", "num_dets", 5]),
                    "labels": (rows(7, 1).astype(np.int64), ["batch", "num_dets"])})


@model
def yolov6_nms():
    boxes, scores = rows(100, PIXELS, 4), rows(100, 0.75)
    boxes[0, 1], scores[0, 1] = [1, 2, 30, 40], 0.9  # beyond the count
    return answers([picture("images")],
                   {"num_dets": (np.array([[1]], np.int64), [1, 1]), "det_boxes": (boxes, [1, 100, 4]),
                    "det_scores": (scores, [1, 100]), "det_classes": (rows(100, 1).astype(np.int64), [1, 100])})


@model
def yolov7_nms():
    """Its rows do not count the pictures of a batch."""
    return answers([picture("images", ("batch", 3, HEIGHT, WIDTH))],
                   {"output": (np.array([[0, *PIXELS, 1, 0.75], [1, 5, 5, 9, 9, 1, 0.9]], np.float32), ["boxes", 7])})


@model
def yolo_nas():
    boxes, scores = np.zeros((1, 126, 4), np.float32), np.zeros((1, 126, 3), np.float32)
    boxes[0, 50], scores[0, 50] = PIXELS, [0.1, 0.75, 0]
    boxes[0, 51], scores[0, 51] = PIXELS + [0, 1, 0, 1], [0.1, 0.7, 0]
    return answers([picture("input.1")], {"913": (boxes, [1, 126, 4]), "904": (scores, [1, 126, 3])})


@model
def custom_vision():
    return answers([picture("image_tensor")],
                   {"detected_boxes": (rows(64, FRACTIONS, 4), [1, "boxes", 4]),
                    "detected_classes": (rows(64, 1).astype(np.int64), [1, "boxes"]),
                    "detected_scores": (rows(64, 0.75), [1, "boxes"])},
                   **{"Image.BitmapPixelFormat": "Rgb8", "Image.NominalPixelRange": "NominalRange_0_255"})


@model
def detection_out():
    table = np.zeros((1, 1, 100, 7), np.float32)
    table[0, 0, 0] = [0, 1, 0.75, *FRACTIONS]
    table[0, 0, 1] = [-1, 0, 0, 0, 0, 0, 0]
    return answers([picture("data")], {"detection_out": (table, [1, 1, 100, 7])})


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for name, build in DETECTORS.items():
        (folder / f"{name}.onnx").write_bytes(build().SerializeToString())


if __name__ == "__main__":
    main()
