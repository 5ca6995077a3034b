#!/usr/bin/python3
"""Prints how frameworks prepare pictures, computed with Pillow and numpy, for tst_frameworks.

For each case on standard output: the length of a JSON object as uint32, the object, then the network's input as float32.
The object has "source" ("settings", "config.json" or "preprocessor_config.json"), its "text", the "picture" (width, height),
the "network" (its input's shape) and "dtype", the "resized" picture (width, height), the "corner" of the network in it, and
for each channel the "level", by how much the input grows from one grey level to the next. Exit code 77: Python has no Pillow.
"""
import json
import math
import random
import struct
import sys

try:
    import numpy as np
    from PIL import Image
except ImportError:
    sys.exit(77)

CASES = 200
IMAGENET = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
CLIP = (0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711)
HALF = (0.5, 0.5, 0.5), (0.5, 0.5, 0.5)
NEAREST, LANCZOS, BILINEAR, BICUBIC, BOX, HAMMING = range(6)  # Pillow's numbers


def picture(width, height):
    """Every pixel from its place, so that the test makes the same picture."""
    y, x, c = np.mgrid[0:height, 0:width, 0:3]
    return Image.fromarray(((x * 7 + y * 13 + c * 29 + x * y) % 256).astype(np.uint8))


class Prepared:
    """A picture on its way into the network, and where the network's corner is in the resized one."""

    def __init__(self, image):
        self.image = image
        self.corner = 0, 0

    def resize(self, width, height, how):
        self.image = self.image.resize((width, height), how)
        self.resized = width, height

    def shorter_side(self, size, how):  # torchvision.transforms.Resize of one number
        width, height = self.image.size
        short, long = sorted(self.image.size)
        longer = int(size * long / short)
        self.resize(*((size, longer) if width <= height else (longer, size)), how)

    def centre_crop(self, width, height):  # torchvision.transforms.CenterCrop
        left = int(round((self.image.size[0] - width) / 2.))
        top = int(round((self.image.size[1] - height) / 2.))
        self.image = self.image.crop((left, top, left + width, top + height))
        self.corner = left, top

    def numbers(self, mean, std, scale=1 / 255):
        pixels = np.asarray(self.image).astype(np.float64)
        self.level = [scale / one for one in std]
        self.tensor = ((pixels * scale - np.array(mean)) / np.array(std))

    def pad(self, left, top, width, height, value):
        made = np.empty((height, width, 3))
        made[:] = value
        made[top:top + self.tensor.shape[0], left:left + self.tensor.shape[1]] = self.tensor
        self.tensor = made
        self.corner = -left, -top


def torchvision(rng, prepared):
    name, size, side, how, numbers = rng.choice([
        ("imagenet", 224, 256, BILINEAR, IMAGENET),
        ("torchvision/resnet50_v1", 224, 256, BILINEAR, IMAGENET),
        ("torchvision/resnet50_v2", 224, 232, BILINEAR, IMAGENET),
        ("torchvision/inception_v3", 299, 342, BILINEAR, IMAGENET),
        ("torchvision/efficientnet_b0", 224, 256, BICUBIC, IMAGENET),
        ("torchvision/efficientnet_b1_v2", 240, 255, BILINEAR, IMAGENET),
        ("torchvision/convnext_tiny", 224, 236, BILINEAR, IMAGENET),
        ("torchvision/swin_s", 224, 246, BICUBIC, IMAGENET),
        ("torchvision/vit_l_16", 224, 242, BILINEAR, IMAGENET),
        ("timm/default", 224, 256, BICUBIC, IMAGENET),
        ("timm/vit_base_patch16_224", 224, 248, BICUBIC, HALF),
        ("timm/vit_base_patch16_clip_224", 224, 248, BICUBIC, CLIP),
    ])
    prepared.shorter_side(side, how)
    prepared.centre_crop(size, size)
    prepared.numbers(*numbers)
    return "settings", {"input": {"preset": name}}


def timm_centre(rng, prepared):
    size, share = rng.choice([32, 75, 96, 160]), rng.choice([0.875, 0.9, 0.95, 0.96, 1.0])
    name, how = rng.choice([("bicubic", BICUBIC), ("bilinear", BILINEAR), ("lanczos", LANCZOS), ("hamming", HAMMING)])
    prepared.shorter_side(math.floor(size / share), how)
    prepared.centre_crop(size, size)
    prepared.numbers(*IMAGENET)
    config = {"input_size": [3, size, size], "interpolation": name, "crop_pct": share, "crop_mode": "center"}
    if rng.random() < 0.3:  # the size of the test, not of the training
        config |= {"input_size": [3, 48, 48], "crop_pct": 0.5, "test_input_size": [3, size, size], "test_crop_pct": share}
    whole = {"architecture": "resnet50", "num_classes": 1000}
    return "config.json", whole | (config if rng.random() < 0.5 else {"pretrained_cfg": config})


def timm_squash(rng, prepared):
    size, share = rng.choice([32, 75, 96]), rng.choice([0.875, 0.9, 1.0])
    scale = math.floor(size / share)
    prepared.resize(scale, scale, BICUBIC)
    prepared.centre_crop(size, size)
    prepared.numbers(*HALF)
    return "config.json", {"architecture": "vit", "num_classes": 3, "pretrained_cfg": {
        "input_size": [3, size, size], "crop_pct": share, "crop_mode": "squash", "mean": HALF[0], "std": HALF[1]}}


def timm_border(rng, prepared):
    size = rng.choice([32, 64, 96])
    width, height = prepared.image.size
    ratio = max(width / size, height / size)
    inner = round(width / ratio), round(height / ratio)
    prepared.resize(*inner, BICUBIC)
    prepared.numbers(*IMAGENET)
    fill = [round(255 * one) / 255 for one in IMAGENET[0]]
    prepared.pad((size - inner[0]) // 2, (size - inner[1]) // 2, size, size,
                 (np.array(fill) - IMAGENET[0]) / IMAGENET[1])
    return "config.json", {"architecture": "vit", "num_classes": 3, "pretrained_cfg": {
        "input_size": [3, size, size], "crop_pct": 1.0, "crop_mode": "border"}}


def hf_convnext(rng, prepared):
    size, share = rng.choice([64, 160, 224]), rng.choice([0.875, 0.95])
    prepared.shorter_side(int(size / share), BICUBIC)
    prepared.centre_crop(size, size)
    prepared.numbers(*IMAGENET)
    return "preprocessor_config.json", {"feature_extractor_type": "ConvNextFeatureExtractor", "crop_pct": share, "resample": 3,
                                        "size": rng.choice([size, {"shortest_edge": size}]), "image_mean": IMAGENET[0],
                                        "image_std": IMAGENET[1]}


def hf_deit(rng, prepared):
    prepared.resize(128, 128, BICUBIC)
    prepared.centre_crop(112, 112)
    prepared.numbers(*IMAGENET)
    return "preprocessor_config.json", {"feature_extractor_type": "DeiTFeatureExtractor", "resample": 3, "do_center_crop": True,
                                        "size": rng.choice([128, {"height": 128, "width": 128}]), "crop_size": 112,
                                        "image_mean": IMAGENET[0], "image_std": IMAGENET[1]}


def hf_clip(rng, prepared):
    prepared.shorter_side(112, BICUBIC)
    prepared.centre_crop(112, 112)
    prepared.numbers(*CLIP)
    return "preprocessor_config.json", {"feature_extractor_type": "CLIPFeatureExtractor", "resample": 3, "do_center_crop": True,
                                        "size": rng.choice([112, {"shortest_edge": 112}]), "crop_size": 112,
                                        "image_mean": CLIP[0], "image_std": CLIP[1]}


def hf_efficientnet(rng, prepared):
    prepared.resize(96, 96, NEAREST)
    prepared.numbers(IMAGENET[0], IMAGENET[1])
    prepared.tensor = prepared.tensor / np.array(IMAGENET[1])
    prepared.level = [one / std for one, std in zip(prepared.level, IMAGENET[1])]
    return "preprocessor_config.json", {"image_processor_type": "EfficientNetImageProcessor", "resample": 0,
                                        "size": {"height": 96, "width": 96}, "include_top": True, "image_mean": IMAGENET[0],
                                        "image_std": IMAGENET[1]}


def hf_mobilevit(rng, prepared):
    prepared.shorter_side(144, BILINEAR)
    prepared.centre_crop(128, 128)
    prepared.numbers((0, 0, 0), (1, 1, 1))
    prepared.tensor = prepared.tensor[:, :, ::-1]
    return "preprocessor_config.json", {"feature_extractor_type": "MobileViTFeatureExtractor", "resample": 2,
                                        "size": 144, "crop_size": 128, "do_center_crop": True, "do_flip_channel_order": True}


def hf_padded(rng, prepared):
    most_height, most_width = rng.choice([96, 160]), rng.choice([96, 128])
    width, height = prepared.image.size
    scale = min(most_height / height, most_width / width)
    prepared.resize(int(width * scale), int(height * scale), BILINEAR)
    prepared.numbers(*IMAGENET)
    prepared.pad(0, 0, most_width, most_height, 0)
    return "preprocessor_config.json", {"image_processor_type": "YolosImageProcessor", "resample": 2, "do_pad": True,
                                        "size": {"max_height": most_height, "max_width": most_width},
                                        "pad_size": {"height": most_height, "width": most_width},
                                        "image_mean": IMAGENET[0], "image_std": IMAGENET[1]}


def keras(rng, prepared):
    mode = rng.choice(["tf", "torch", "caffe", "none"])
    prepared.resize(96, 96, NEAREST)
    if mode == "tf":
        prepared.numbers((1, 1, 1), (1, 1, 1), 1 / 127.5)
    elif mode == "torch":
        prepared.numbers(*IMAGENET)
    elif mode == "none":
        prepared.numbers((0, 0, 0), (1, 1, 1), 1)
    else:
        prepared.numbers((123.68, 116.779, 103.939), (1, 1, 1), 1)
        prepared.tensor = prepared.tensor[:, :, ::-1]
    return "settings", {"input": {"preset": "keras/" + mode}}


def caffe(rng, prepared):
    prepared.shorter_side(256, BILINEAR)
    prepared.centre_crop(224, 224)
    prepared.numbers((123, 117, 104), (1, 1, 1), 1)
    prepared.tensor = prepared.tensor[:, :, ::-1]
    return "settings", {"input": {"preset": "caffe"}}


def whole_numbers(rng, prepared):
    how, name = rng.choice([(BILINEAR, "bilinear"), (BICUBIC, "bicubic")])
    prepared.resize(80, 64, how)
    prepared.numbers((0, 0, 0), (1, 1, 1), 1)
    return "settings", {"input": {"interpolation": name}}


def with_alpha(rng, prepared):
    prepared.resize(80, 64, BILINEAR)
    prepared.numbers((0, 0, 0), (1, 1, 1), 1)
    prepared.tensor = np.concatenate([prepared.tensor[:, :, ::-1], np.full((64, 80, 1), 255.)], axis=2)
    prepared.level.append(1)
    return "settings", {"input": {"channels": "bgra", "scale": 1}}


CHANNELS_LAST = keras, whole_numbers
WAYS = [torchvision, timm_centre, torchvision, timm_squash, timm_border, hf_convnext, hf_deit, hf_clip, hf_efficientnet, hf_mobilevit,
        hf_padded, keras, caffe, whole_numbers, with_alpha, timm_centre]


def main():
    rng = random.Random(10)
    for case in range(CASES):
        way = WAYS[case % len(WAYS)]
        size = rng.randint(8, 500), rng.randint(8, 500)
        prepared = Prepared(picture(*size))
        source, content = way(rng, prepared)
        tensor = prepared.tensor if way in CHANNELS_LAST else prepared.tensor.transpose(2, 0, 1)
        head = json.dumps({"way": way.__name__, "source": source, "text": json.dumps(content), "picture": size,
                           "network": [1, *tensor.shape], "dtype": "uint8" if way is whole_numbers else "float32",
                           "resized": prepared.resized, "corner": prepared.corner, "level": prepared.level}).encode()
        sys.stdout.buffer.write(struct.pack("<I", len(head)) + head + np.ascontiguousarray(tensor, np.float32).tobytes())


main()
