#!/usr/bin/python3
"""Makes everything in this folder but itself and README.md: two small networks with their settings, labels and inputs.

    make_samples.py [FOLDER]        writes into FOLDER, else beside this script

Needs python3-sklearn, python3-onnx, python3-pil and python3-opencv. Seeds are fixed, and one thread does the arithmetic, so
that two runs write the same bytes. Every promise is checked before the script ends: accuracy on samples kept out of training,
OpenCV's answers against numpy's, the ten pictures through the preprocessing of the settings file.
"""
import os

os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = "1"  # before numpy: threads change the order of sums

import json
import pathlib
import sys
import warnings

import cv2
import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from PIL import Image
from sklearn.datasets import load_digits, load_iris
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier

FOLDER = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else __file__).resolve()
FOLDER = FOLDER if FOLDER.is_dir() else FOLDER.parent
DIGIT_NAMES = "zero one two three four five six seven eight nine".split()
PICTURE_SIZE = 160


# ---- networks ----------------------------------------------------------------------------------------------------------

def layers_of(classifier):
    """Weights and biases of a trained MLPClassifier, as float32."""
    return [(w.astype(np.float32), b.astype(np.float32)) for w, b in zip(classifier.coefs_, classifier.intercepts_)]


def logits_by_numpy(layers, rows):
    """What the network has to answer, computed without it."""
    for i, (weights, bias) in enumerate(layers):
        rows = rows @ weights + bias
        if i + 1 < len(layers):
            rows = np.maximum(rows, 0)
    return rows


def softmax(logits):
    e = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def save_network(name, layers, input_name, sample_shape, description):
    """Dense layers with ReLU between them. OpenCV runs Flatten at axis 1 and Gemm with transB right at any batch size."""
    nodes, weights, value = [], [], input_name
    if len(sample_shape) > 1:
        nodes.append(helper.make_node("Flatten", [value], ["flat"], name="flatten", axis=1))
        value = "flat"
    for i, (w, b) in enumerate(layers, start=1):
        last = i == len(layers)
        weights += [numpy_helper.from_array(np.ascontiguousarray(w.T), f"dense{i}.weight"),
                    numpy_helper.from_array(b, f"dense{i}.bias")]
        out = "logits" if last else f"dense{i}.out"
        nodes.append(helper.make_node("Gemm", [value, f"dense{i}.weight", f"dense{i}.bias"], [out], name=f"dense{i}", transB=1))
        value = out
        if not last:
            value = f"relu{i}.out"
            nodes.append(helper.make_node("Relu", [out], [value], name=f"relu{i}"))
    graph = helper.make_graph(
        nodes, name,
        [helper.make_tensor_value_info(input_name, TensorProto.FLOAT, ["batch", *sample_shape])],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch", layers[-1][1].size])], weights)
    model = helper.make_model(graph, producer_name="warmbench-samples", producer_version="1",
                              opset_imports=[helper.make_opsetid("", 13)])
    model.ir_version = 7
    helper.set_model_props(model, {"author": "Warmbench", "description": description, "license": "GPL-3.0-or-later"})
    onnx.checker.check_model(model, full_check=True)
    (FOLDER / f"{name}.onnx").write_bytes(model.SerializeToString())


def check_with_opencv(name, layers, rows, sample_shape):
    """OpenCV's answers agree with numpy's, one sample at a time and in batches; the sizes alternate, as requests do."""
    net = cv2.dnn.readNetFromONNX(str(FOLDER / f"{name}.onnx"))
    worst = 0.0
    for batch in (1, 3, 1, 16, 2):
        net.setInput(np.ascontiguousarray(rows[:batch].reshape(batch, *sample_shape)))
        worst = max(worst, float(np.abs(net.forward("logits") - logits_by_numpy(layers, rows[:batch])).max()))
    assert worst < 1e-3, f"{name}: OpenCV differs from numpy by {worst}"
    size = (FOLDER / f"{name}.onnx").stat().st_size
    assert size < 200_000
    print(f"{name}.onnx: {size} bytes, OpenCV {cv2.__version__} differs from numpy by {worst:.1e} at most")


def accuracy(layers, rows, wanted):
    return float((logits_by_numpy(layers, rows).argmax(axis=1) == wanted).mean())


# ---- texts -------------------------------------------------------------------------------------------------------------

def save_text(name, text):
    (FOLDER / name).write_text(text, encoding="utf-8", newline="\n")


def save_settings(name, settings):
    """JSON with one line for each value of the top two levels: a person will read and edit it."""
    def value(v, depth):
        pad = "  " * depth
        if isinstance(v, dict) and depth < 2:
            return "{\n" + ",\n".join(f'{pad}  "{k}": {value(x, depth + 1)}' for k, x in v.items()) + f"\n{pad}}}"
        if isinstance(v, list) and v and isinstance(v[0], dict):
            return "[\n" + ",\n".join(f"{pad}  {json.dumps(x)}" for x in v) + f"\n{pad}]"
        return json.dumps(v)
    save_text(f"{name}.warmbench.json", value(settings, 0) + "\n")


# ---- digits ------------------------------------------------------------------------------------------------------------

FINE = 4  # variations are made on a grid so much finer, then averaged down as the antialiased resize will do


def strokes_of(images, rng):
    """The 8x8 digits on the fine grid, their strokes thin or thick."""
    for image in images:
        fine = cv2.resize(image, (8 * FINE, 8 * FINE), interpolation=cv2.INTER_CUBIC)
        yield np.clip((fine - rng.uniform(0.2, 0.45)) / rng.uniform(0.2, 0.5), 0, 1)


def pen_strokes(digits, rng):
    """Digits as OpenCV's pen fonts draw them: the data set knows no printed ones, and people try those first."""
    fonts = (cv2.FONT_HERSHEY_SIMPLEX, cv2.FONT_HERSHEY_DUPLEX, cv2.FONT_HERSHEY_COMPLEX, cv2.FONT_HERSHEY_TRIPLEX)
    for digit in digits:
        canvas = np.zeros((160, 160), np.uint8)
        cv2.putText(canvas, str(digit), (40, 120), fonts[rng.integers(len(fonts))], 4, 255, int(rng.integers(6, 26)), cv2.LINE_AA)
        x, y, w, h = cv2.boundingRect(canvas)
        side = max(w, h)
        square = np.zeros((side, side), np.uint8)
        square[(side - h) // 2:(side - h) // 2 + h, (side - w) // 2:(side - w) // 2 + w] = canvas[y:y + h, x:x + w]
        yield cv2.resize(square, (8 * FINE, 8 * FINE), interpolation=cv2.INTER_AREA) / 255


def varied(pictures, rng):
    """Digits on the fine grid as other hands would place them: smaller, shifted, turned, slanted, blurred, fainter; as 8x8."""
    size = 8 * FINE
    out = []
    for fine in pictures:
        turn, slant = rng.uniform(-0.2, 0.2), rng.uniform(-0.2, 0.2)
        scale = rng.uniform(0.6, 1.1) * np.array([rng.uniform(0.8, 1.1), 1.0])
        matrix = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]]) @ [[1, slant], [0, 1]] @ np.diag(scale)
        centre = (size - 1) / 2
        shift = centre - matrix @ [centre, centre] + rng.uniform(-1, 1, 2) * FINE
        fine = cv2.warpAffine(fine, np.hstack([matrix, shift[:, None]]), (size, size), flags=cv2.INTER_LINEAR)
        if rng.random() < 0.5:
            fine = cv2.GaussianBlur(fine, (0, 0), rng.uniform(0.5, 3))
        out.append(fine.reshape(8, FINE, 8, FINE).mean(axis=(1, 3)) * rng.uniform(0.6, 1))
    return np.array(out, np.float32)


def as_picture(image):
    """An 8x8 digit drawn large: smooth, then the contrast raised, which makes strokes of the blobs."""
    large = Image.fromarray((image * 255).astype(np.float32), mode="F").resize((PICTURE_SIZE, PICTURE_SIZE), Image.BICUBIC)
    ink = np.clip((np.asarray(large) / 255 - 0.3) / 0.4, 0, 1)
    ink = ink * ink * (3 - 2 * ink)
    return Image.fromarray(np.round(ink * 255).astype(np.uint8), mode="L")


def preprocessed(picture):
    """What the settings file asks for: grey, stretched to 8x8 by antialiased bilinear, divided by 255."""
    return np.asarray(picture.convert("L").resize((8, 8), Image.BILINEAR), np.float32).reshape(1, 64) / 255


def make_digits():
    data = load_digits()
    images = (data.images / 16).astype(np.float32)  # 0..1: the share of a pixel that ink covers
    train_x, test_x, train_y, test_y = train_test_split(images, data.target, test_size=0.25, random_state=7, stratify=data.target)
    rng = np.random.default_rng(7)
    plain, rounds = 4, 40
    pen_y = np.arange(20_000) % 10
    x = np.concatenate([train_x] * plain + [varied(strokes_of(train_x, rng), rng) for _ in range(rounds)]
                       + [varied(pen_strokes(pen_y, rng), rng)])
    y = np.concatenate([train_y] * (plain + rounds) + [pen_y])
    classifier = MLPClassifier((256, 64), alpha=2e-2, learning_rate_init=2e-3, batch_size=256, max_iter=20, random_state=7)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # so many rounds are enough
        classifier.fit(x.reshape(len(x), 64), y)
    layers = layers_of(classifier)

    flat = test_x.reshape(len(test_x), 64)
    held_out = accuracy(layers, flat, test_y)
    other = np.random.default_rng(8)
    other_hands = accuracy(layers, varied(strokes_of(test_x, other), other).reshape(-1, 64), test_y)
    assert held_out >= 0.97
    print(f"digits: {held_out:.1%} of {len(flat)} held-out digits right, {other_hands:.1%} when moved, turned and thinned")

    save_network("digits", layers, "input", [1, 8, 8], "Handwritten digits: white on black, 8x8, values 0..1")
    check_with_opencv("digits", layers, flat, [1, 8, 8])
    save_text("digits.labels.txt", "".join(f"{digit}\n" for digit in range(10)))

    lowest = 1.0
    for digit, name in enumerate(DIGIT_NAMES):
        mine = test_x[test_y == digit]
        scores = [softmax(logits_by_numpy(layers, preprocessed(as_picture(i))))[0, digit] for i in mine]
        # A typical one: nearest to the mean of those that score well, so that a person sees the digit at once.
        good = [i for i, score in zip(mine, scores) if score > 0.97]
        chosen = min(good, key=lambda i: float(((i - mine.mean(axis=0)) ** 2).sum()))
        as_picture(chosen).save(FOLDER / f"{name}.png", optimize=True)
        with Image.open(FOLDER / f"{name}.png") as picture:
            score = softmax(logits_by_numpy(layers, preprocessed(picture)))[0]
        assert score.argmax() == digit and score[digit] > 0.8, f"{name}.png: {score}"
        lowest = min(lowest, float(score[digit]))
        if name == "three":
            save_text("three.json", body_of(chosen))
            plain = softmax(logits_by_numpy(layers, chosen.reshape(1, 64)))[0]
            assert plain.argmax() == 3 and plain[3] > 0.8
            print(f"three.json scores {plain[3]:.3f}")
    print(f"the ten pictures are classified right, the lowest score is {lowest:.3f}")

    save_settings("digits", {
        "task": "classification",
        "labels": "digits.labels.txt",
        "input": {"name": "input", "height": 8, "width": 8, "channels": "gray", "layout": "NCHW", "resize": "stretch",
                  "interpolation": "bilinear", "antialias": True, "scale": "1/255", "mean": [0], "std": [1]},
        "output": {"primary": "logits", "activation": "softmax", "top_k": 5},
        "golden": [{"input": f"{DIGIT_NAMES[d]}.png", "expect": {"label": str(d), "min_score": 0.8}} for d in (0, 3, 7)],
    })


def body_of(image):
    """A body for /predict, one line for each row of the digit. Sixteenths are exact, in decimals too."""
    rows = [", ".join(f"{v:g}" for v in row) for row in image]
    return '{"input": [\n  ' + ",\n  ".join(rows) + "\n]}\n"


# ---- iris --------------------------------------------------------------------------------------------------------------

def make_iris():
    data = load_iris()
    x, y = data.data, data.target
    train_x, test_x, train_y, test_y = train_test_split(x, y, test_size=0.3, random_state=3, stratify=y)
    mean, std = train_x.mean(axis=0), train_x.std(axis=0)
    classifier = MLPClassifier((16,), alpha=0.3, solver="lbfgs", max_iter=500, random_state=3).fit((train_x - mean) / std, train_y)
    # Standardising is a scale and a shift: the first layer takes both in, and the network eats centimetres.
    weights, bias = classifier.coefs_[0], classifier.intercepts_[0]
    classifier.coefs_[0] = weights / std[:, None]
    classifier.intercepts_[0] = bias - (mean / std) @ weights
    layers = layers_of(classifier)

    rows = test_x.astype(np.float32)
    held_out = accuracy(layers, rows, test_y)
    assert held_out >= 0.93
    print(f"iris: {held_out:.1%} of {len(rows)} held-out flowers right")
    save_network("iris", layers, "features", [4], "Iris flowers: four lengths in cm tell three species apart")
    check_with_opencv("iris", layers, rows, [4])
    save_text("iris.labels.txt", "".join(f"{name}\n" for name in data.target_names))
    columns = [name.removesuffix(" (cm)") for name in data.feature_names]
    for species, name in enumerate(data.target_names):
        mine = test_x[test_y == species]
        typical = mine[((mine - mine.mean(axis=0)) ** 2).sum(axis=1).argmin()]
        score = softmax(logits_by_numpy(layers, typical.astype(np.float32).reshape(1, 4)))[0]
        assert score.argmax() == species and score[species] > 0.8, f"{name}.json: {score}"
        save_text(f"{name}.json", json.dumps({"features": dict(zip(columns, typical.tolist()))}) + "\n")
    features = [{"name": name, "unit": "cm", "min": float(column.min()), "max": float(column.max()),
                 "default": round(float(np.median(column)), 1)} for name, column in zip(columns, x.T)]
    save_settings("iris", {
        "task": "classification",
        "labels": "iris.labels.txt",
        "input": {"name": "features", "features": features},
        "output": {"primary": "logits", "activation": "softmax", "top_k": 3},
        "golden": [{"input": f"{name}.json", "expect": {"label": name, "min_score": 0.8}} for name in data.target_names],
    })


if __name__ == "__main__":
    make_digits()
    make_iris()
