#!/usr/bin/env python3
"""Classifiers of pictures give their notebook's numbers: check_notebooks.py WARMBENCH

A folder of Hugging Face is opened as it is, and a torchvision classifier, whose file does not tell how pictures are prepared,
after `warmbench match --write` has seen the notebook's numbers for one picture. Pillow and numpy play the notebook: they
prepare the picture and reckon the networks, whose weights are random.
"""

import io
import json
import pathlib
import subprocess
import sys
import tempfile

import numpy as np
from onnx import TensorProto, helper, numpy_helper
from PIL import Image

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))

from served import Server, check  # noqa: E402

MEAN, STD = np.array([0.485, 0.456, 0.406]), np.array([0.229, 0.224, 0.225])


def picture():
    """A picture with edges and gradients that is not square."""
    y, x = np.mgrid[0:333, 0:501]
    planes = [128 + 90 * np.sin(x / 31 + y / 57), 255 * ((x // 40 + y // 30) % 2), 255 * x / 501]
    return Image.fromarray(np.clip(np.stack(planes, -1), 0, 255).astype(np.uint8))


class Network:
    """Means over fields of 16 pixels, then weights: what a picture gives depends on every step of its preparation."""

    def __init__(self, side, classes, seed):
        self.side, self.fields = side, side // 16
        random = np.random.default_rng(seed)
        self.weights = random.standard_normal((3 * self.fields**2, classes)).astype(np.float32)

    def logits(self, prepared):
        fields = prepared.reshape(3, self.fields, 16, self.fields, 16).mean((2, 4))
        return fields.reshape(1, -1).astype(np.float32) @ self.weights

    def save(self, path, name_in, name_out, batch):
        nodes = [helper.make_node("AveragePool", [name_in], ["fields"], kernel_shape=[16, 16], strides=[16, 16]),
                 helper.make_node("Flatten", ["fields"], ["row"]), helper.make_node("MatMul", ["row", "weights"], [name_out])]
        graph = helper.make_graph(nodes, "main_graph", [helper.make_tensor_value_info(name_in, TensorProto.FLOAT, [batch, 3, self.side, self.side])],
                                  [helper.make_tensor_value_info(name_out, TensorProto.FLOAT, [batch, self.weights.shape[1]])],
                                  [numpy_helper.from_array(self.weights, "weights")])
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)])
        model.ir_version = 8
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(model.SerializeToString())


def planes(image):
    return np.asarray(image, np.float64).transpose(2, 0, 1)


def alike(answer, expected, most, what):
    """Pixels may differ by one grey level; `most` is what that makes of the largest number."""
    difference = np.abs(np.array(answer["prediction"]) - expected).max() / np.abs(expected).max()
    check(difference <= most, f"{what}: the numbers differ by {difference:.2g} of the largest one")
    best = answer["results"][0]["classes"][0]["index"]
    check(best == int(expected.argmax()), f"{what}: class {best} is the best, not {expected.argmax()}")
    print(f"{what}: the same class, numbers within {difference:.1e} of the largest one")


def hugging_face(program, folder, image, png):
    """A folder as transformers and Optimum leave it, with its name."""
    home = folder / "my-vit"
    network = Network(64, 3, 1)
    network.save(home / "onnx" / "model.onnx", "pixel_values", "logits", "batch_size")
    (home / "config.json").write_text(json.dumps({"architectures": ["ViTForImageClassification"], "model_type": "vit",
                                                  "id2label": {"0": "cat", "1": "Käse", "2": "driver's seat"}}))
    (home / "preprocessor_config.json").write_text(json.dumps(
        {"image_processor_type": "ViTImageProcessor", "do_resize": True, "size": {"height": 64, "width": 64}, "resample": 3,
         "do_rescale": True, "rescale_factor": 1 / 255, "do_normalize": True, "image_mean": [0.5, 0.5, 0.5], "image_std": [0.5, 0.5, 0.5]}))
    expected = network.logits((planes(image.resize((64, 64), Image.BICUBIC)) / 255 - 0.5) / 0.5)
    with Server(program, str(home), sample=False) as server:
        answer = server.ask("POST", "/predict/my-vit", png).json()
        alike(answer, expected, 0.01, "Hugging Face")
        label = answer["results"][0]["classes"][0]["label"]
        check(label == ["cat", "Käse", "driver's seat"][expected.argmax()], f"the label is {label}")
        check("warnings" not in answer, f"there are warnings: {answer.get('warnings')}")
        told = server.ask("GET", "/models/my-vit").json()["understood"]["summary"]
        check("ViT" in told, f"it was taken for {told}")


def torchvision(program, folder, image, png):
    """What the file does not tell, the notebook's numbers do."""
    network = Network(224, 1000, 2)
    model = folder / "resnet.onnx"
    network.save(model, "input", "output", 1)
    side = 256
    width, height = (int(side * image.width / image.height), side)
    resized = image.resize((width, height), Image.BILINEAR)
    left, top = round((width - 224) / 2), round((height - 224) / 2)
    cropped = resized.crop((left, top, left + 224, top + 224))
    expected = network.logits((planes(cropped) / 255 - MEAN[:, None, None]) / STD[:, None, None])
    photo, numbers = folder / "photo.png", folder / "y.npy"
    photo.write_bytes(png)
    np.save(numbers, expected)
    with Server(program, str(model), sample=False) as server:
        answer = server.ask("POST", "/predict", png).json()
        check(any("guess" in one for one in answer.get("warnings", [])), f"a guess is not said: {answer.get('warnings')}")
        warnings = server.ask("GET", "/models/resnet").json()["warnings"]
        check(any("torchvision/" in one for one in warnings), f"no preset is offered: {warnings}")
        done = subprocess.run([program, "match", str(model), str(photo), str(numbers), "--write"], capture_output=True, text=True, timeout=300)
        check(done.returncode == 0 and "matches" in done.stdout, f"match says {done.stdout[:600]} {done.stderr[:300]}")
        check(server.ask("POST", "/models/resnet/refresh").json()["reloaded"], "the settings that match wrote are no change")
        answer = server.ask("POST", "/predict", png).json()
        alike(answer, expected, 0.01, "torchvision after match")
        check("warnings" not in answer, f"there are warnings: {answer.get('warnings')}")
    done = subprocess.run([program, "check", str(model)], capture_output=True, text=True, timeout=120)
    check(done.returncode == 0, f"check says {done.stdout} {done.stderr}")


def main():
    program = sys.argv[1]
    image = picture()
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    with tempfile.TemporaryDirectory(prefix="warmbench-notebooks-") as name:
        folder = pathlib.Path(name)
        hugging_face(program, folder, image, buffer.getvalue())
        torchvision(program, folder, image, buffer.getvalue())
    return 0


if __name__ == "__main__":
    sys.exit(main())
