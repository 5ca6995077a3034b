"""Pictures that announce much and hold little: `attack_pictures.py PROGRAM [--long]`.

A progressive JPEG of thousands of scans is refused before it is decoded; pictures that honestly take long leave half of the
workers to others; what is cut off or announces more than it holds is a 400; no library writes to standard error.
"""

import base64
import json
import os
import struct
import sys
import threading
import time
import zlib

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from served import Server, check  # noqa: E402

LONG = "--long" in sys.argv


# ---- pictures ----------------------------------------------------------------------------------------------------------

def segment(marker, content):
    return b"\xff" + bytes([marker]) + struct.pack(">H", len(content) + 2) + content


def packed(bits):
    """A text of 0 and 1 as the bytes of a scan."""
    bits += "1" * (-len(bits) % 8)
    return int(bits, 2).to_bytes(len(bits) // 8, "big").replace(b"\xff", b"\xff\0")


def progressive(width, height, scans, padding=0):
    """Grey and flat (ITU-T T.81, annex G): the first scan holds a bit a block, the others runs of thousands of empty blocks."""
    blocks = -(-width // 8) * -(-height // 8)
    tables = segment(0xDB, b"\0" + 64 * b"\x01")
    tables += segment(0xC4, b"\0\x01" + 15 * b"\0" + b"\0")  # no difference: one bit
    tables += segment(0xC4, b"\x10\0\0\0\x0f" + 12 * b"\0" + bytes(16 * i for i in range(15)))  # runs: four bits and their rest
    runs, left = "", blocks
    while left:
        run = min(left, 0x7FFF)
        extra = run.bit_length() - 1
        runs += f"{extra:04b}" + (f"{run - (1 << extra):0{extra}b}" if extra else "")
        left -= run

    def scan(first, last, bits, codes):
        return segment(0xDA, bytes([1, 1, 0, first, last, bits])) + codes

    frame = segment(0xC2, struct.pack(">BHHBBBB", 8, height, width, 1, 1, 0x11, 0))
    body = b"\xff\xd8" + tables + frame + scan(0, 0, 0, packed("0" * blocks)) + scan(1, 63, 0x01, packed(runs))
    comment = segment(0xFE, bytes(padding)) if padding else b""
    return body + (scan(1, 63, 0x10, packed(runs)) + comment) * (scans - 2) + b"\xff\xd9"


def baseline(width, height, blocks):
    """Grey, with only so many of its blocks, and its end."""
    tables = segment(0xDB, b"\0" + 64 * b"\x01") + segment(0xC4, b"\0\x01" + 16 * b"\0") + segment(0xC4, b"\x10\x01" + 16 * b"\0")
    frame = segment(0xC0, struct.pack(">BHHBBBB", 8, height, width, 1, 1, 0x11, 0))
    return b"\xff\xd8" + tables + frame + segment(0xDA, bytes([1, 1, 0, 0, 63, 0])) + packed("00" * blocks) + b"\xff\xd9"


def png(width, height, rows, interlaced=0, share=1.0, sum_right=True):
    def chunk(kind, content):
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content) ^ (not sum_right))

    data = zlib.compress(rows)
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, interlaced)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data[:int(len(data) * share)]) + chunk(b"IEND", b"")


def noise(count):
    return b"".join(b"\0" + os.urandom(count) for _ in range(count))


def gif(width, height, codes):
    return (b"GIF89a" + struct.pack("<HH", width, height) + b"\x80\0\0" + bytes(3) + b"\xff\xff\xff" + b","
            + struct.pack("<HHHH", 0, 0, width, height) + b"\0\x02" + bytes([len(codes)]) + codes + b"\0;")


def bmp(width, height, pixels):
    return b"BM" + struct.pack("<IIIIiiHHIIIIII", 54 + len(pixels), 0, 54, 40, width, height, 1, 24, 0, 0, 0, 0, 0, 0) + pixels


def webp(size_of_riff, size_of_chunk, side=2):
    """Lossless; the two lengths say what they like."""
    bits = (side - 1) | (side - 1) << 14
    content = b"\x2f" + struct.pack("<I", bits) + bytes(8)
    return b"RIFF" + struct.pack("<I", size_of_riff) + b"WEBPVP8L" + struct.pack("<I", size_of_chunk) + content + b"\0"


BROKEN = {
    "PNG whose data ends early": png(64, 64, noise(64), share=0.5),
    "interlaced PNG whose data ends early": png(64, 64, noise(64), interlaced=1, share=0.3),
    "PNG whose check sums are wrong": png(64, 64, noise(64), sum_right=False),
    "PNG of 9999x9999 in 2 KB": png(9999, 9999, noise(44)),
    "JPEG whose data ends before EOI": baseline(64, 64, 62),
    "JPEG of 9999x9999 in 2 KB": baseline(9999, 9999, 8000),
    "progressive JPEG without its end": progressive(64, 64, 6)[:-2],
    "GIF whose first frame is cut": gif(64, 64, b"\x44\x54"),
    "GIF of 9999x9999": gif(9999, 9999, b"\x44\x54"),
    "BMP with a short pixel array": bmp(64, 64, bytes(3 * 64 * 63)),
    "BMP of 9999x9999 in 2 KB": bmp(9999, 9999, bytes(2000)),
    "WebP whose RIFF is short": webp(12, 13),
    "WebP whose chunk ends early": webp(26, 40),
    "WebP of 9999x9999 in some bytes": webp(26, 13, 9999),
}


# ---- the server --------------------------------------------------------------------------------------------------------

def cpu_seconds(server):
    with open(f"/proc/{server.process.pid}/stat", encoding="ascii") as stat:
        fields = stat.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def form(picture):
    return (b'--x\r\nContent-Disposition: form-data; name="image"; filename="a"\r\n\r\n' + picture + b"\r\n--x--\r\n",
            {"Content-Type": "multipart/form-data; boundary=x"})


def ways(server, picture):
    """Every way in: path, body, fields."""
    text = base64.b64encode(picture).decode()
    tensor = {"name": server.get("/models/digits")["inputs"][0]["name"], "shape": [1], "datatype": "BYTES"}
    binary = struct.pack("<I", len(picture)) + picture
    head = json.dumps({"inputs": [dict(tensor, parameters={"binary_data_size": len(binary)})]}).encode()
    return {
        "raw": ("/predict/digits", picture, {}),
        "image_b64": ("/predict/digits", json.dumps({"image_b64": text}), {}),
        "form": ("/predict/digits", *form(picture)),
        "BYTES, binary": ("/v2/models/digits/infer", head + binary, {"Inference-Header-Content-Length": str(len(head))}),
        "BYTES, JSON": ("/v2/models/digits/infer", json.dumps({"inputs": [dict(tensor, data=[text])]}), {}),
        "b64": ("/v1/models/digits:predict", json.dumps({"instances": [{"b64": text}]}), {}),
    }


def refuse_bombs(server):
    bomb = progressive(4000, 4000, 3000, padding=160)
    began = cpu_seconds(server)
    for name, (path, body, fields) in ways(server, bomb).items():
        answer = server.ask("POST", path, body, fields)
        check(answer.status == 400, f"bomb, {name}: {answer.status} {answer.body[:300]!r}")
        check(b"3000 scans" in answer.body, f"bomb, {name}: {answer.body[:300]!r}")
    spent = cpu_seconds(server) - began
    print(f"{len(bomb) / 1e6:.1f} MB, 3,000 scans, {len(ways(server, bomb))} ways in: 400 each, {spent:.2f} s of processor time in all")
    check(spent < 2, f"the refusals took {spent} s")
    large = progressive(4000, 4000, 3000, padding=2000)
    began = cpu_seconds(server)
    clients = [threading.Thread(target=server.ask, args=("POST", "/predict/digits", large)) for _ in range(4)]
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    print(f"four of {len(large) / 1e6:.1f} MB: {cpu_seconds(server) - began:.2f} s")
    check(cpu_seconds(server) - began < 2, "four large ones take no longer")


def refuse_broken(server):
    for name, picture in BROKEN.items():
        answer = server.ask("POST", "/predict/digits", picture)
        check(answer.status == 400, f"{name}: {answer.status} {answer.body[:300]!r}")
        print(f"{name}: {answer.json()['error']}")


def answer_beside_heavy(server, side, count):
    """Numbers to another model than the pictures', one after the other while pictures decode; the times in ms."""
    picture = progressive(side, side, 10)
    done = []

    def send(way):
        path, body, fields = way
        answer = server.ask("POST", path, body, fields)
        done.append(answer.status)

    began = time.monotonic()
    chosen = list(ways(server, picture).values())
    senders = [threading.Thread(target=send, args=(chosen[i % len(chosen)],)) for i in range(count)]
    for sender in senders:
        sender.start()
    times = []
    while any(sender.is_alive() for sender in senders):
        sent = time.monotonic()
        answer = server.ask("POST", "/predict/iris", json.dumps({"input": [5.1, 3.5, 1.4, 0.2]}))
        times.append((time.monotonic() - sent) * 1000)
        check(answer.status == 200, f"numbers beside pictures: {answer.status} {answer.body[:300]!r}")
    took = time.monotonic() - began
    for sender in senders:
        sender.join()
    check(done == [200] * count, f"heavy pictures are answered: {done}")
    times.sort()
    print(f"{count} progressive pictures of {side * side / 1e6:.0f} megapixels in {took:.1f} s; beside them {len(times)} predictions "
          f"of numbers: p50 {times[len(times) // 2]:.2f} ms, p99 {times[len(times) * 99 // 100]:.2f} ms, longest {times[-1]:.1f} ms")
    check(len(times) > 20, "numbers were asked for meanwhile")
    # A worker that a picture holds would keep one of these for the whole of its decoding.
    check(times[len(times) * 99 // 100] < 250, f"numbers wait for pictures: {times[-5:]}")


def main():
    program = sys.argv[1]
    with Server(program, "--log-level", "warning", "--deadline", "120s") as server:
        for name in ("digits", "iris"):
            answer = server.ask("POST", f"/models/{name}/load")
            check(answer.status == 200, f"loading {name}: {answer.status} {answer.body[:300]!r}")
        refuse_broken(server)
        refuse_bombs(server)
        answer_beside_heavy(server, 7746, 24 if LONG else 4)
        said = server.said()
        check(said == "", f"on standard error: {said[:2000]!r}")
        print("nothing on standard error")


main()
