#!/usr/bin/python3
"""Writes data/: pictures and the numbers that the tests of preprocessing, image decoding and .npy expect.

Run by hand when a case is added; what it writes is in the repository. It needs Debian's python3-pil
and python3-numpy (not the project), so that the numbers are computed independently: Pillow resizes,
NumPy does the arithmetic. Seeds are fixed: the same versions write the same bytes.
"""
import io
import pathlib
import struct
import zlib

import numpy as np
from PIL import Image

HERE = pathlib.Path(__file__).parent / "data"
FILTERS = {"nearest": Image.NEAREST, "bilinear": Image.BILINEAR, "bicubic": Image.BICUBIC, "area": Image.BOX, "hamming": Image.HAMMING,
           "lanczos": Image.LANCZOS}


def picture(width, height, seed):
    """Waves, hard edges and some noise: what resizing can get wrong."""
    random = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width].astype(float)
    red = 127 + 120 * np.sin(x / 3) * np.cos(y / 5)
    green = 255.0 * (((x // 7) + (y // 5)) % 2)
    blue = 255 * x / max(width - 1, 1)
    pixels = np.stack([red, green, blue], axis=-1) + random.normal(0, 12, (height, width, 3))
    return Image.fromarray(np.clip(np.rint(pixels), 0, 255).astype(np.uint8), "RGB")


def place(image, size, mode, flt, shorter=None, pad=114):
    """The network's pixels, float [H, W, C]."""
    width, height = size
    if mode == "stretch":
        return np.asarray(image.resize(size, flt), dtype=np.float64)
    if mode == "crop":
        w, h = image.size
        if shorter is None:
            factor = max(width / w, height / h)
            scaled = (max(width, round(w * factor)), max(height, round(h * factor)))
        else:  # torchvision.transforms.Resize and CenterCrop
            scaled = (shorter, int(shorter * h / w)) if w <= h else (int(shorter * w / h), shorter)
        left, top = int(round((scaled[0] - width) / 2.0)), int(round((scaled[1] - height) / 2.0))
        resized = image.resize(scaled, flt)
        return np.asarray(resized.crop((left, top, left + width, top + height)), dtype=np.float64)
    w, h = image.size
    factor = min(width / w, height / h)
    scaled = (round(w * factor), round(h * factor))
    canvas = Image.new(image.mode, size, pad if image.mode == "L" else (pad,) * 3)
    canvas.paste(image.resize(scaled, flt), ((width - scaled[0]) // 2, (height - scaled[1]) // 2))
    return np.asarray(canvas, dtype=np.float64)


def golden(name, source, size, mode="stretch", channels="rgb", flt="bilinear", layout="NCHW", scale=1 / 255,
           mean=(0,), std=(1,), shorter=None, pad=114):
    image = Image.open(HERE / source).convert("L" if channels == "gray" else "RGB")
    pixels = place(image, size, mode, FILTERS[flt], shorter, pad)
    pixels = pixels.reshape(size[1], size[0], -1)
    if channels == "bgr":
        pixels = pixels[..., ::-1]
    values = (pixels * scale - np.array(mean)) / np.array(std)
    if layout == "NCHW":
        values = values.transpose(2, 0, 1)
    np.save(HERE / f"golden_{name}.npy", np.ascontiguousarray(values, dtype=np.float32))


def goldens():
    picture(61, 47, 1).save(HERE / "wide.png")
    picture(31, 53, 2).save(HERE / "tall.png")
    picture(9, 7, 3).save(HERE / "tiny.png")
    for flt in FILTERS:
        golden(f"stretch_down_{flt}", "wide.png", (17, 13), flt=flt)
        golden(f"stretch_up_{flt}", "tiny.png", (23, 31), flt=flt)
        golden(f"stretch_mixed_{flt}", "tall.png", (40, 20), flt=flt)
    imagenet = {"mode": "crop", "mean": (0.485, 0.456, 0.406), "std": (0.229, 0.224, 0.225)}
    golden("imagenet_wide", "wide.png", (28, 28), shorter=32, **imagenet)
    golden("imagenet_tall", "tall.png", (28, 28), shorter=32, **imagenet)
    golden("crop_cover", "tall.png", (24, 18), mode="crop")
    golden("crop_bicubic_up", "tiny.png", (20, 20), mode="crop", flt="bicubic", shorter=21)
    golden("letterbox_wide", "wide.png", (32, 32), mode="letterbox")
    golden("letterbox_tall_bgr", "tall.png", (33, 20), mode="letterbox", channels="bgr", pad=0)
    golden("letterbox_gray_up", "tiny.png", (26, 40), mode="letterbox", channels="gray", flt="bicubic", pad=255)
    golden("gray", "wide.png", (8, 8), channels="gray", mean=(0.5,), std=(0.5,))
    golden("bgr_nhwc", "wide.png", (16, 12), channels="bgr", layout="NHWC", scale=1, mean=(104, 117, 123))
    golden("ultraface", "wide.png", (32, 24), scale=1, mean=(127,), std=(128,))
    golden("same_size", "tiny.png", (9, 7), scale=1)


def rotated_jpeg():
    """The same scene stored in each of the eight orientations; upright it has one red and one blue corner."""
    scene = np.full((24, 40, 3), 255, np.uint8)
    scene[:12, :20] = (255, 0, 0)
    scene[12:, 20:] = (0, 0, 255)
    upright = Image.fromarray(scene)
    undo = {1: None, 2: Image.FLIP_LEFT_RIGHT, 3: Image.ROTATE_180, 4: Image.FLIP_TOP_BOTTOM, 5: Image.TRANSPOSE,
            6: Image.ROTATE_90, 7: Image.TRANSVERSE, 8: Image.ROTATE_270}
    for orientation, operation in undo.items():
        exif = Image.Exif()
        exif[0x0112] = orientation
        stored = upright if operation is None else upright.transpose(operation)
        stored.save(HERE / f"orientation_{orientation}.jpg", quality=95, subsampling=0, exif=exif)


def png(width, height, depth, colour, rows, extra=b""):
    """A PNG written by hand: Pillow cannot write 16-bit colour."""
    def chunk(kind, content):
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + extra + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def expect(name, pixels):
    np.save(HERE / f"pixels_{name}.npy", np.ascontiguousarray(pixels, dtype=np.uint8))


def over_white(rgba, most):
    rgba = rgba.astype(np.float64)
    alpha = rgba[..., 3:] / most
    return np.rint((rgba[..., :3] * alpha + most * (1 - alpha)) * 255 / most)


def kinds():
    random = np.random.default_rng(4)
    deep = random.integers(0, 65536, (5, 7, 3), dtype=np.uint16)
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in deep)
    (HERE / "rgb16.png").write_bytes(png(7, 5, 16, 2, rows))
    expect("rgb16", np.rint(deep / 257))
    deep = random.integers(0, 65536, (5, 7), dtype=np.uint16)
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in deep)
    (HERE / "gray16.png").write_bytes(png(7, 5, 16, 0, rows))
    expect("gray16", np.repeat(np.rint(deep / 257)[..., None], 3, axis=-1))
    deep = random.integers(0, 65536, (5, 7, 4), dtype=np.uint16)
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in deep)
    (HERE / "rgba16.png").write_bytes(png(7, 5, 16, 6, rows))
    expect("rgba16", over_white(deep, 65535))

    rgba = random.integers(0, 256, (6, 9, 4), dtype=np.uint8)
    Image.fromarray(rgba, "RGBA").save(HERE / "rgba.png")
    expect("rgba", over_white(rgba, 255))
    Image.fromarray(rgba, "RGBA").save(HERE / "rgba.webp", lossless=True, exact=True)
    expect("rgba_webp", over_white(rgba, 255))
    gray_alpha = rgba[..., :2]
    Image.fromarray(gray_alpha, "LA").save(HERE / "gray_alpha.png")
    expect("gray_alpha", over_white(rgba[..., [0, 0, 0, 1]], 255))
    gray = rgba[..., 0]
    Image.fromarray(gray, "L").save(HERE / "gray.png")
    expect("gray", np.repeat(gray[..., None], 3, axis=-1))
    Image.fromarray(gray > 127).save(HERE / "bilevel.png")
    expect("bilevel", np.repeat(np.where(gray > 127, 255, 0)[..., None], 3, axis=-1))

    wide = Image.open(HERE / "wide.png")
    palette = wide.quantize(16)
    palette.save(HERE / "palette.png")
    expect("palette", palette.convert("RGB"))
    palette.save(HERE / "palette_alpha.png", transparency=3)
    shown = np.array(palette.convert("RGB"))
    shown[np.asarray(palette) == 3] = 255
    expect("palette_alpha", shown)
    palette.save(HERE / "first.gif", save_all=True, append_images=[picture(61, 47, 9).quantize(16)])
    expect("first_gif", palette.convert("RGB"))
    wide.save(HERE / "wide.bmp")
    palette.save(HERE / "palette.bmp")
    wide.save(HERE / "wide.webp", lossless=True)
    wide.save(HERE / "wide.jpg", quality=92)
    wide.convert("L").save(HERE / "gray.jpg", quality=92)
    wide.save(HERE / "progressive.jpg", quality=92, progressive=True)
    wide.convert("CMYK").save(HERE / "cmyk.jpg", quality=95)
    for name in ("wide.jpg", "gray.jpg", "progressive.jpg", "cmyk.jpg"):
        expect(name.replace(".", "_"), Image.open(HERE / name).convert("RGB"))
    expect("wide", wide)


def numpy_files():
    values = np.arange(24, dtype=np.float64).reshape(2, 3, 4) - 7
    for dtype in ("<f4", "<f8", "<f2", ">f4", ">f8", ">f2", "|i1", ">i2", "<i4", ">i8"):
        np.save(HERE / f"npy_{dtype[1:]}{'_big' if dtype[0] == '>' else ''}.npy", values.astype(dtype))
    for dtype in ("|u1", ">u2", "<u4", ">u8"):
        np.save(HERE / f"npy_{dtype[1:]}{'_big' if dtype[0] == '>' else ''}.npy", (values + 7).astype(dtype))
    np.save(HERE / "npy_fortran.npy", np.asfortranarray(values.astype(">i4")))
    np.save(HERE / "npy_bool.npy", values > 0)
    np.save(HERE / "npy_scalar.npy", np.float32(2.5))
    np.save(HERE / "npy_empty.npy", np.zeros((0, 3), np.float32))
    np.save(HERE / "npy_text.npy", np.array([["a", "é€"], ["", "😀 z"]]))
    np.save(HERE / "npy_text_big.npy", np.asfortranarray(np.array([["a", "é€"], ["", "😀 z"]]).astype(">U4")))
    np.save(HERE / "npy_bytes.npy", np.array([b"ab", b"c"]))
    for version in (1, 2, 3):
        with open(HERE / f"npy_v{version}.npy", "wb") as file:
            np.lib.format.write_array(file, values.astype("<f4"), version=(version, 0))
    np.save(HERE / "npy_bad_complex.npy", np.zeros(2, np.complex64))
    np.save(HERE / "npy_bad_structure.npy", np.zeros(2, [("a", "<i4"), ("b", "<f4")]))
    np.save(HERE / "npy_bad_object.npy", np.array([{}, None], dtype=object), allow_pickle=True)
    np.save(HERE / "npy_bad_date.npy", np.array(["2020-01-01"], "datetime64[D]"))


if __name__ == "__main__":
    HERE.mkdir(exist_ok=True)
    goldens()
    rotated_jpeg()
    kinds()
    numpy_files()
