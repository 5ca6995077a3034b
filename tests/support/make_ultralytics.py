#!/usr/bin/python3
"""Writes networks in the form of Ultralytics' exports: names, shapes and metadata texts as its exporter writes them, and a graph that answers the same known objects whatever it sees.

    make_ultralytics.py FOLDER

The input is 64 pixels wide and 96 high; the objects are listed at OBJECTS and written down again, in pixels of that input, in
tst_ultralytics_exports.cpp. Source of the forms: ultralytics/ultralytics engine/exporter.py, nn/modules/head.py,
docs/en/guides/end2end-detection.md; ultralytics/yolov5 export.py. Needs python3-onnx.
"""
import pathlib
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

WIDTH, HEIGHT, PLACES, CLASSES = 64, 96, 126, 3  # places of the grids of 8, 16 and 32 pixels
NAMES = "{0: 'person', 1: \"driver's seat\", 2: 'caf\u00e9'}"
BOX = [32, 48, 24, 24]  # centre and size: 20..44 x 36..60
SCORE, CLASS = 0.75, 1
SLOPE = (1, 0.7)  # the object is what of its box lies right of and below a line: 1 * (x - 30) + 0.7 * (y - 46) > 0
POINTS = [(24, 40, 0.9), (32.5, 41.25, 0.8), (40, 40, 0.2)]
ANGLES = [0.3, 2.0]  # radians; the second is more than a quarter turn


def keys(version, task, **more):
    """What the exporter of Ultralytics writes beside stride and names."""
    texts = {"description": f"Ultralytics {version} model trained on coco8.yaml", "author": "Ultralytics", "date": "2025-03-01T10:00:00",
             "version": "8.3.40", "license": "AGPL-3.0 License (https://ultralytics.com/license)", "docs": "https://docs.ultralytics.com",
             "stride": "32", "task": task, "batch": "1", "imgsz": f"[{HEIGHT}, {WIDTH}]", "names": NAMES}
    return {**texts, **more}


V5 = {"stride": "32", "names": NAMES}


def export(folder, name, outputs, metadata, size=(HEIGHT, WIDTH)):
    """A network whose outputs are constants; the picture counts with a factor of 0."""
    nodes = [helper.make_node("ReduceMean", ["images"], ["mean"], axes=[1, 2, 3], keepdims=0), helper.make_node("Mul", ["mean", "nothing"], ["zero"])]
    weights = [numpy_helper.from_array(np.zeros(1, np.float32), "nothing")]
    infos = []
    for output, array in outputs.items():
        weights.append(numpy_helper.from_array(array.astype(np.float32), f"{output}_values"))
        nodes.append(helper.make_node("Add", ["zero", f"{output}_values"], [output]))
        infos.append(helper.make_tensor_value_info(output, TensorProto.FLOAT, list(array.shape)))
    images = helper.make_tensor_value_info("images", TensorProto.FLOAT, [1, 3, *size])
    graph = helper.make_graph(nodes, "main_graph", [images], infos, weights)
    made = helper.make_model(graph, producer_name="pytorch", producer_version="2.5.1", opset_imports=[helper.make_opsetid("", 13)])
    made.ir_version = 8
    helper.set_model_props(made, metadata)
    (folder / f"{name}.onnx").write_bytes(made.SerializeToString())


def scores(value=SCORE, index=CLASS, classes=CLASSES):
    row = np.zeros(classes)
    row[index] = value
    return row


def columns(rows, classes=CLASSES):
    """YOLO v8's columns: rows of box, scores and what follows, at some of the places."""
    answer = np.zeros((1, len(rows[0]), PLACES))
    for at, row in zip(range(50, 50 + len(rows)), rows):
        answer[0, :, at] = row
    return answer


def objectness_rows(rows):
    answer = np.zeros((1, 3 * PLACES, len(rows[0])))
    answer[0, 50:50 + len(rows)] = rows
    return answer


def finished(rows, most=300):
    answer = np.zeros((1, most, len(rows[0])))
    answer[0, :len(rows)] = rows
    return answer


def corners(box):
    x, y, w, h = box
    return [x - w / 2, y - h / 2, x + w / 2, y + h / 2]


def prototypes():
    """32 planes of a quarter of the sides: one of x, one of y, and 30 that no object uses. Lines stay lines where planes are enlarged bilinearly."""
    planes = np.random.default_rng(1).standard_normal((1, 32, HEIGHT // 4, WIDTH // 4))
    planes[0, 5] = np.arange(WIDTH // 4) * 4 + 2 - 30
    planes[0, 6] = (np.arange(HEIGHT // 4) * 4 + 2 - 46)[:, None]
    return planes


def four_faces(folder):
    """Boxes around the four faces of a photograph of 1024 x 484 pixels, in its letterbox of 640 x 640."""
    ratio, left, top = 640 / 1024, 0, round((640 - round(484 * 640 / 1024)) / 2 - 0.1)
    answer = np.zeros((1, 4 + CLASSES, 8400))
    for i, (x, y, w, h) in enumerate([(308, 90, 93, 142), (551, 77, 98, 145), (718, 115, 106, 156), (136, 108, 87, 139)]):
        answer[0, :, 1000 * i] = [(x + w / 2) * ratio + left, (y + h / 2) * ratio + top, w * ratio, h * ratio, *scores(0.9 - i / 10)]
    export(folder, "four_faces", {"output0": answer}, keys("YOLO11n", "detect", imgsz="[640, 640]"), (640, 640))


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    worse = [BOX[0], BOX[1] + 1, BOX[2], BOX[3]]
    coefficients = np.zeros(32)
    coefficients[5:7] = SLOPE
    points3 = np.ravel(POINTS)
    points2 = np.ravel([point[:2] for point in POINTS])
    done = [*corners(BOX), SCORE, CLASS]

    def v8(extra=(), classes=CLASSES, index=CLASS):
        return columns([[*BOX, *scores(SCORE, index, classes), *extra], [*worse, *scores(0.7, index, classes), *extra]])

    detect, segment, pose, obb = "detect", "segment", "pose", "obb"
    export(folder, "v11_detect", {"output0": v8()}, keys("YOLO11n", detect, args="{'batch': 1, 'half': False, 'dynamic': False, 'nms': False}"))
    export(folder, "v8_detect_nms", {"output0": finished([done])}, keys("YOLOv8n", detect, args="{'batch': 1, 'nms': True}"))
    export(folder, "v26_detect", {"output0": finished([done])}, keys("YOLO26n", detect, end2end="True"))
    export(folder, "v26_detect_columns", {"output0": v8()}, keys("YOLO26n", detect, end2end="False"))
    for name, outputs, metadata in (
            ("v5_segment", {"output0": objectness_rows([[*BOX, 1, *scores(), *coefficients], [*worse, 1, *scores(0.7), *coefficients]])}, V5),
            ("v8_segment", {"output0": v8(coefficients)}, keys("YOLOv8n-seg", segment)),
            ("v8_segment_nms", {"output0": finished([[*done, *coefficients]])}, keys("YOLOv8n-seg", segment, args="{'nms': True}")),
            ("v26_segment", {"output0": finished([[*done, *coefficients]])}, keys("YOLO26n-seg", segment, end2end="True"))):
        export(folder, name, {**outputs, "output1": prototypes()}, metadata)
    person = {"names": "{0: 'person'}"}
    export(folder, "v8_pose", {"output0": v8(points3, 1, 0)}, {**keys("YOLOv8n-pose", pose, kpt_shape="[3, 3]"), **person})
    export(folder, "v11_pose_flat", {"output0": v8(points2, 1, 0)}, {**keys("YOLO11n-pose", pose, kpt_shape="[3, 2]"), **person})
    export(folder, "v26_pose", {"output0": finished([[*corners(BOX), SCORE, 0, *points3]])},
           {**keys("YOLO26n-pose", pose, kpt_shape="[3, 3]", kpt_names="{0: ['left', 'l\\'eau', 'right']}", end2end="True"), **person})
    turned = [32, 48, 30, 12]
    for angle in ANGLES:
        tag = f"{int(angle * 10)}"
        rows = [[*turned, *scores(), angle], [turned[0] + 1, *turned[1:], *scores(0.7), angle]]
        export(folder, f"v8_obb_{tag}", {"output0": columns(rows)}, keys("YOLOv8n-obb", obb))
        export(folder, f"v26_obb_{tag}", {"output0": finished([[*turned, SCORE, CLASS, angle]])}, keys("YOLO26n-obb", obb, end2end="True"))
    export(folder, "v8_classify", {"output0": np.array([[0.2, 0.7, 0.1]])}, keys("YOLOv8n-cls", "classify"))
    export(folder, "v5_classify", {"output0": np.array([[1.0, 3.0, 0.5]])}, V5)
    four_faces(folder)
    # The same without what the exporter says of itself: told by the shapes alone.
    export(folder, "bare_v8_segment", {"output0": v8(coefficients), "output1": prototypes()}, {})
    return 0


if __name__ == "__main__":
    sys.exit(main())
