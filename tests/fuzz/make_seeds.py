#!/usr/bin/env python3
"""Writes the hand-made inputs of the fuzz targets into seeds/TARGET: make_seeds.py [FOLDER]

Two runs write the same bytes. Files that are not named here (found-*: what a fuzzer once found) stay as they are.
"""
import io
import json
import pathlib
import struct
import sys
import zipfile
import zlib

SEEDS = {}


def seed(target, name, content):
    SEEDS[target, name] = content if isinstance(content, bytes) else content.encode()


# ---- framing -----------------------------------------------------------------------------------------------------------

def request(line, *fields, body=b""):
    return "\r\n".join([line, *fields, "", ""]).encode() + body


HOST = "Host: a"
CHUNKED = "Transfer-Encoding: chunked"

seed("framing", "get", request("GET /health HTTP/1.1", HOST))
seed("framing", "post", request("POST /predict HTTP/1.1", HOST, "Content-Length: 13", body=b'{"input":[1]}'))
seed("framing", "chunked", request("POST /predict HTTP/1.1", HOST, CHUNKED, body=b"4\r\nabcd\r\n3;x=y\r\nefg\r\n0\r\nT: v\r\n\r\n"))
seed("framing", "expect", request("POST / HTTP/1.1", HOST, "Expect: 100-continue", "Content-Length: 3", body=b"abc"))
seed("framing", "expect-chunked", request("POST / HTTP/1.1", HOST, "expect: 100-Continue", CHUNKED, body=b"2\r\nab\r\n0\r\n\r\n"))
seed("framing", "expect-other", request("POST / HTTP/1.1", HOST, "Expect: a miracle", "Content-Length: 3", body=b"abc"))
seed("framing", "pipelined", request("GET /a HTTP/1.1", HOST) + b"\r\n" + request("HEAD /b?c=d HTTP/1.1", HOST) +
     request("POST /c HTTP/1.1", HOST, "Content-Length: 2", body=b"xy") +
     request("POST /d HTTP/1.1", HOST, CHUNKED, body=b"1\r\nz\r\n0\r\n\r\n") + request("OPTIONS * HTTP/1.1", HOST))
seed("framing", "http10", request("GET / HTTP/1.0") + request("GET / HTTP/1.0", "Connection: Keep-Alive"))
seed("framing", "close", request("GET / HTTP/1.1", HOST, "Connection: x, close") + request("GET /2 HTTP/1.1", HOST))
seed("framing", "absolute", request("GET http://a/b HTTP/1.1", HOST) + request("GET HTTPS://a HTTP/1.1", HOST))
seed("framing", "line-feeds", b"\n\nGET /\xc3\xa4 HTTP/1.1\nHost:\ta \nX:\n\n")
seed("framing", "cut", request("POST / HTTP/1.1", HOST, "Content-Length: 20", body=b"half"))
seed("framing", "two-lengths", request("POST / HTTP/1.1", HOST, "Content-Length: 1", "Content-Length: 2", body=b"ab"))
seed("framing", "same-lengths", request("POST / HTTP/1.1", HOST, "Content-Length: 2", "content-length:2", body=b"ab"))
seed("framing", "smuggled", request("POST / HTTP/1.1", HOST, "Content-Length: 4", CHUNKED, body=b"0\r\n\r\n"))
seed("framing", "coding-gzip", request("POST / HTTP/1.1", HOST, "Transfer-Encoding: gzip, chunked"))
seed("framing", "coding-empty", request("POST / HTTP/1.1", HOST, "Transfer-Encoding:", "Content-Length: 2", body=b"ab"))
seed("framing", "chunk-size-wrong", request("POST / HTTP/1.1", HOST, CHUNKED, body=b"0x4\r\nabcd\r\n"))
seed("framing", "chunk-size-huge", request("POST / HTTP/1.1", HOST, CHUNKED, body=b"fffffffffffffffff\r\n"))
seed("framing", "chunks-41", request("POST / HTTP/1.1", HOST, CHUNKED, body=b"14\r\n" + 20 * b"a" + b"\r\n15\r\n" + 21 * b"b" + b"\r\n0\r\n\r\n"))
seed("framing", "chunk-too-long", request("POST / HTTP/1.1", HOST, CHUNKED, body=b"2\r\nabc\r\n0\r\n\r\n"))
seed("framing", "length-huge", request("POST / HTTP/1.1", HOST, "Content-Length: 99999999999999999999"))
seed("framing", "length-41", request("POST / HTTP/1.1", HOST, "Content-Length: 41"))
seed("framing", "line-long", request("GET /" + 60 * "x" + " HTTP/1.1", HOST))
seed("framing", "header-long", request("GET / HTTP/1.1", HOST, "X: " + 200 * "x"))
seed("framing", "fields-many", request("GET / HTTP/1.1", HOST, *6 * ["X: y"]))
seed("framing", "folded", request("GET / HTTP/1.1", HOST, "X: a", " b"))
seed("framing", "field-control", request("GET / HTTP/1.1", HOST, "X: a\0b"))
seed("framing", "blank-colon", request("GET / HTTP/1.1", "Host : a"))
seed("framing", "no-host", request("GET / HTTP/1.1", "X: a"))
seed("framing", "version", request("GET / HTTP/2.0", HOST))
seed("framing", "method", request("FETCH / HTTP/1.1", HOST))
seed("framing", "tls", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03")

# ---- request lines -----------------------------------------------------------------------------------------------------

seed("request_lines", "plain", "GET /health\n127.0.0.1:5000")
seed("request_lines", "post", "POST /v2/models/a/versions/1/infer?x=1&y=2\nlocalhost:5000")
seed("request_lines", "verbs", "DELETE /models/a\n[::1]:80")
seed("request_lines", "trace", "TRACE /models/a\na")
seed("request_lines", "connect", "CONNECT /\na")
seed("request_lines", "absolute", "PUT http://a:80/b?c\nd")
seed("request_lines", "absolute-query", "PATCH http://a?b=/c\nd")
seed("request_lines", "slash-in-name", "HEAD /models/a%2Fb%2f/load/?a=%2F%3f\na")
seed("request_lines", "delimiters", "OPTIONS /!$&'()*+,;=:@-._~?!$&'()*+,;=:@/?-._~\na")
seed("request_lines", "delimiters-encoded", "GET /%21%24%26%27%28%29%2A%2B%2C%3B%3D%3A%40%3F%23%25?%21%24%26%27%28%29%2A%2B%2C%3B%3D%3A%40%3F%23%25\na")
seed("request_lines", "unwise", "GET /\"<>[]\\^`{|}?\"<>[]\\^`{|}\na")
seed("request_lines", "unwise-encoded", "GET /%22%3C%3E%5B%5D%5C%5E%60%7B%7C%7D?%22%3C%3E%5B%5D%5C%5E%60%7B%7C%7D\na")
seed("request_lines", "unreserved-encoded", "GET /%41%7a%30%2d%2E%5f%7E?%41%7a%30%2d%2E%5f%7E\na")
seed("request_lines", "controls", "GET /%00%01%0a%0D%1f%20%7f?%00=%0A&%7F+%20\na")
seed("request_lines", "text", "GET /\u00e4\u4f60\U0001f600?\u00fc=%C3%BC&%e4%bd%a0=%F0%9F%98%80\n\u00e4.de")
seed("request_lines", "no-text", "GET /%FF%C3%28/%ED%A0%80/%C0%AF/%F4%90%80%80?%FF=%C3\na")
seed("request_lines", "noncharacters", "GET /%EF%BF%BE%EF%B7%90%EF%BB%BF%E2%80%8F%E2%80%A8%C2%85?%EF%BF%BF\na")
seed("request_lines", "dots", "GET /a/./b/../../c/%2e%2E/%2e/...?/../\na")
seed("request_lines", "slashes", "GET /a//b///?//\na")
seed("request_lines", "slashes-first", "GET //a/b\na")
seed("request_lines", "scheme", "GET /a:b/http://c/:d@e\nuser:password@f")
seed("request_lines", "empty-values", "GET /?&&a&=b&c==d&e=&\n")
seed("request_lines", "escape-broken", "GET /%zz%4?%\na")
seed("request_lines", "percent-encoded", "GET /%25%2525%2541?%2541=%252B\na")
seed("request_lines", "star", "OPTIONS *\na")
seed("request_lines", "hosts", "GET /a?b\n[fe80::1%25eth0]:99999")
seed("request_lines", "host-wrong", "GET /a?b\na/b?c#d\\e %zz [")

# ---- JSON --------------------------------------------------------------------------------------------------------------

def of(model, body):
    return f"{model}\n{body if isinstance(body, str) else json.dumps(body)}"


def infer(name, datatype, shape, data, **more):
    return {"inputs": [{"name": name, "shape": shape, "datatype": datatype, "data": data}], **more}


seed("json_tensors", "input", of("float32", {"input": [0.1, -2.5e3]}))
seed("json_tensors", "input-nested", of("float32", '{"input": [[1, 2]]}'))
seed("json_tensors", "inputs", of("float64", {"inputs": [[1, 2], [3, 4.25]]}))
seed("json_tensors", "tensors", of("two", {"tensors": {"a": [[1, 2, 3], [4, 5, 6]], "b": [1, 2, 3, 4, 5, 18446744073709551615]}}))
seed("json_tensors", "words", of("float32", '{"inputs": [["NaN", "-Infinity"], [null, "Infinity"]]}'))
seed("json_tensors", "flags", of("bool", '{"input": [true, 0]}'))
seed("json_tensors", "texts", of("string", '{"input": ["a\\u0000\\ud83d\\ude00", "\\"\\\\\\/\\b\\f\\n\\r\\t\u00e4"]}'))
seed("json_tensors", "halves", of("float16", {"input": [65504, 5.960464477539063e-8]}))
seed("json_tensors", "smallest", of("float32", {"input": [1e-45, 3.4028234663852886e38]}))
seed("json_tensors", "whole", of("int64", '{"inputs": [[-9223372036854775808, 9223372036854775807], [1.0, 1e2]]}'))
seed("json_tensors", "range", of("int8", {"input": [127, 128]}))
seed("json_tensors", "grid", of("grid", {"input": [[1, 2, 3], [4, 5, 6]]}))
seed("json_tensors", "grid-flat", of("grid", {"input": [1, 2, 3, 4, 5, 6]}))
seed("json_tensors", "grid-ragged", of("grid", '{"input": [[1, 2, 3], [4, 5]]}'))
seed("json_tensors", "free", of("free", {"inputs": [[[1, 2], [3, 4]], [[5, 6], [7, 8]]]}))
seed("json_tensors", "free-empty", of("free", '{"inputs": [[], []]}'))
seed("json_tensors", "scalar", of("scalar", '{"input": 1.7976931348623157e308}'))
seed("json_tensors", "features", of("table", {"features": [{"sepal length": 5.1, "sepal width": 3}, {"petals": 1, "sepal width": 2, "sepal length": 4}]}))
seed("json_tensors", "feature-unknown", of("table", {"features": {"sepal lenght": 5.1}}))
seed("json_tensors", "base64", of("picture", {"image_b64": "data:image/png;base64,aGFs bG8="}))
seed("json_tensors", "two-forms", of("float32", '{"input": [1, 2], "inputs": [[1, 2]]}'))
seed("json_tensors", "no-form", of("float32", '\ufeff{}'))
seed("json_tensors", "list", of("float32", '[1, 2]'))
seed("json_tensors", "deep", of("float32", '{"input": ' + 40 * "[" + 40 * "]" + "}"))
seed("json_tensors", "cut", of("float32", '{"input": [1, 2'))
seed("json_tensors", "behind", of("float32", '{"input": [1, 2]} {}'))
seed("json_tensors", "v2", of("float32", infer("x", "FP32", [2, 2], [1, 2.5, 3, -4], id="7", parameters={"a": 1})))
seed("json_tensors", "v2-nested", of("uint8", infer("x", "UINT8", [1, 2], [[0, 255]], outputs=[{"name": "x"}])))
seed("json_tensors", "v2-bytes", of("string", infer("x", "BYTES", [1, 2], ["a", "\u00e4"])))
seed("json_tensors", "v2-flags", of("bool", infer("x", "BOOL", [1, 2], [True, False])))
seed("json_tensors", "v2-half", of("float16", infer("x", "FP16", [1, 2], [0.5, 3])))
seed("json_tensors", "v2-one-by-one", of("grid", infer("x", "INT32", [2, 2, 3], list(range(12)))))
seed("json_tensors", "v2-binary-answer", of("int16", infer("x", "INT16", [1, 2], [1, -2], parameters={"binary_data_output": True})))
seed("json_tensors", "v2-classes", of("float32", infer("x", "FP32", [1, 2], [1, 2], outputs=[{"name": "x", "parameters": {"classification": 1}}])))
seed("json_tensors", "v2-picture", of("picture", infer("image", "BYTES", [1], ["aGFsbG8="])))
seed("json_tensors", "v2-empty", of("free", infer("x", "FP32", [0, 1099511627776, 2], [])))
seed("json_tensors", "v2-shape", of("float32", infer("x", "FP32", [4294967296, 4294967296], [])))
seed("json_tensors", "v2-unknown", of("float32", infer("y", "FP31", [1, 2], [1, 2], outputs=[{"name": "z"}])))

# ---- bytes -------------------------------------------------------------------------------------------------------------

def binary(model, blob, *inputs, field="auto", **more):
    described = [{"name": name, "shape": shape, "datatype": datatype, "parameters": {"binary_data_size": size}}
                 for name, datatype, shape, size in inputs]
    gap = b"\n\n" if field == "auto" else b""
    return f"{model}\n{field}\n".encode() + json.dumps({"inputs": described, **more}).encode() + gap + blob


def npy(model, header, data, version=1):
    text = (header + "\n").encode()
    return f"{model}\nnpy\n".encode() + b"\x93NUMPY" + bytes([version, 0]) + struct.pack("<H" if version == 1 else "<I", len(text)) + text + data


def elements(*texts):
    return b"".join(struct.pack("<I", len(text)) + text for text in texts)


BACK = {"parameters": {"binary_data_output": True}}
seed("binary_tensors", "fp32", binary("float32", struct.pack("<4f", 1, 2, float("nan"), float("-inf")), ("x", "FP32", [2, 2], 16), **BACK))
seed("binary_tensors", "fp16", binary("float16", b"\x00\x3c\xff\x7f", ("x", "FP16", [1, 2], 4)))
seed("binary_tensors", "int64", binary("int64", struct.pack("<2q", -1, 1 << 62), ("x", "INT64", [1, 2], 16), outputs=[{"name": "x", "parameters": {"binary_data": True}}]))
seed("binary_tensors", "flags", binary("bool", b"\0\1", ("x", "BOOL", [1, 2], 2)))
seed("binary_tensors", "flags-large", binary("bool", b"\0\2", ("x", "BOOL", [1, 2], 2)))
seed("binary_tensors", "texts", binary("string", elements(b"a", b"\xff\0"), ("x", "BYTES", [1, 2], 11), **BACK))
seed("binary_tensors", "texts-short", binary("string", elements(b"a") + b"\xff\xff\xff\xff", ("x", "BYTES", [1, 2], 9)))
seed("binary_tensors", "two", binary("two", struct.pack("<12q", *range(12)), ("a", "INT64", [2, 3], 48), ("b", "UINT64", [2, 3], 48), **BACK))
seed("binary_tensors", "one-by-one", binary("grid", struct.pack("<12i", *range(12)), ("x", "INT32", [2, 2, 3], 48), **BACK))
seed("binary_tensors", "empty", binary("free", b"", ("x", "FP32", [0, 1, 2], 0)))
seed("binary_tensors", "left-over", binary("uint8", b"abc", ("x", "UINT8", [1, 2], 2)))
seed("binary_tensors", "announced", binary("uint8", b"ab", ("x", "UINT8", [1, 2], 1099511627776)))
seed("binary_tensors", "field-wrong", binary("uint8", b"ab", ("x", "UINT8", [1, 2], 2), field="0x10"))
seed("binary_tensors", "field-beyond", binary("uint8", b"ab", ("x", "UINT8", [1, 2], 2), field="99999999999999999999"))
seed("binary_tensors", "field-none", binary("uint8", b"", ("x", "UINT8", [1, 2], 0), field=""))
seed("binary_tensors", "picture", binary("picture", elements(b"no picture"), ("image", "BYTES", [1], 14)))
seed("binary_tensors", "raw", b"float32\n0\n" + struct.pack("<4f", 1, 2, 3, 4))
seed("binary_tensors", "raw-grid", b"grid\n0\n" + struct.pack("<6i", *range(6)))
seed("binary_tensors", "raw-scalar", b"scalar\n0\n" + struct.pack("<d", 0.1))
seed("binary_tensors", "raw-text", b"string\n0\na\0b")
seed("binary_tensors", "raw-short", b"float32\n0\nabc")
seed("binary_tensors", "raw-free", b"free\n0\n" + struct.pack("<6f", *range(6)))
seed("binary_tensors", "npy", npy("float32", "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 2), }", struct.pack("<4f", 1, 2, 3, 4)))
seed("binary_tensors", "npy-sample", npy("grid", "{'descr': '>i4', 'fortran_order': False, 'shape': (2, 3)}", struct.pack(">6i", *range(6))))
seed("binary_tensors", "npy-fortran", npy("free", "{'descr': '<f8', 'fortran_order': True, 'shape': (1, 2, 2)}", struct.pack("<4d", 1, 2, 3, 4)))
seed("binary_tensors", "npy-texts", npy("string", "{'descr': '<U2', 'fortran_order': False, 'shape': (2,)}", "a\0\u00e4\U0001f600".encode("utf-32-le"), version=3))
seed("binary_tensors", "npy-bytes", npy("string", "{'descr': '|S3', 'fortran_order': False, 'shape': (1, 2)}", b"abcd\0\0", version=2))
seed("binary_tensors", "npy-flags", npy("bool", "{'descr': '|b1', 'fortran_order': False, 'shape': (2,)}", b"\1\0"))
seed("binary_tensors", "npy-scalar", npy("scalar", "{'descr': '<f2', 'fortran_order': False, 'shape': ()}", b"\0\x3c"))
seed("binary_tensors", "npy-huge", npy("uint8", "{'descr': '|u1', 'fortran_order': False, 'shape': (4294967296, 4294967296)}", b""))
seed("binary_tensors", "npy-object", npy("uint8", "{'descr': '|O', 'fortran_order': False, 'shape': (1,)}", b"\x80\x04N."))

# ---- forms -------------------------------------------------------------------------------------------------------------

def form(boundary, *parts, kind="multipart/form-data; boundary=", end="--\r\n"):
    text = f"{kind}{boundary}\n".encode()
    marker = boundary.strip('"')
    for header, content in parts:
        text += f"--{marker}\r\n{header}\r\n\r\n".encode() + content + b"\r\n"
    return text + f"--{marker}{end}".encode()


FILE = 'Content-Disposition: form-data; name="file"; filename="a.json"\r\nContent-Type: application/json'
FIELD = 'Content-Disposition: form-data; name="note"'
seed("multipart", "file", form("----x", (FILE, b'{"input": [1, 2]}')))
seed("multipart", "file-second", form("----x", (FIELD, b"hello"), (FILE, b'{"input": [1, 2]}')))
seed("multipart", "named", form('"a b"', ("content-disposition: form-data; name=image", b"\xff\0")))
seed("multipart", "only", form("x", (FIELD, b'{"input": [[1, 2]]}')))
seed("multipart", "none", form("x", (FIELD, b"1"), (FIELD, b"2")))
seed("multipart", "file-name-star", form("x", ("Content-Disposition: form-data; name=a; filename*=UTF-8''%e2%82%ac", b"1")))
seed("multipart", "quoted", form("x", ('Content-Disposition: form-data; name="a;\\"b\\\\"; filename=""', b"\r\n--\r\n-x\r\n--y")))
seed("multipart", "preamble", b"multipart/mixed; charset=x; BOUNDARY=x\nbefore\r\n--x  \r\nA: b\r\n\r\nc\r\n--x--after")
seed("multipart", "no-header", b"multipart/form-data; boundary=x\n--x\r\n\r\nc\r\n--x--")
seed("multipart", "empty-content", b"multipart/form-data; boundary=x\n--x\r\nA: b\r\n\r\n\r\n--x--")
seed("multipart", "no-blank-line", b"multipart/form-data; boundary=x\n--x\r\nA: b\r\n--x--")
seed("multipart", "cut", form("x", (FILE, b"abc"), end=""))
seed("multipart", "never", b"multipart/form-data; boundary=x\n--y\r\n\r\nc\r\n--y--")
seed("multipart", "no-boundary", b"multipart/form-data\n--x\r\n\r\nc\r\n--x--")
seed("multipart", "long-boundary", form(71 * "x", (FILE, b"abc")))
seed("multipart", "many", form("x", *101 * [("", b"")]))
seed("multipart", "other", b'application/json\n{"input": [1, 2]}')

# ---- packed bodies -----------------------------------------------------------------------------------------------------

def deflated(plain, window, level=9):
    packer = zlib.compressobj(level, zlib.DEFLATED, window)
    return packer.compress(plain) + packer.flush()


BODY = json.dumps({"input": [0.5] * 64}).encode()
GZIP, ZLIB, BARE = 31, 15, -15
seed("content_coding", "gzip", b"gzip\n" + deflated(BODY, GZIP))
seed("content_coding", "gzip-stored", b"x-gzip\n" + deflated(BODY, GZIP, level=0))
seed("content_coding", "gzip-members", b"gzip, identity\n" + deflated(b"a", GZIP) + deflated(b"", GZIP) + deflated(b"b", GZIP))
seed("content_coding", "gzip-fields", b"gzip\n\x1f\x8b\x08\x1e\0\0\0\0\0\xff\x04\0extrname\0comment\0\0\0" + deflated(b"a", BARE))
seed("content_coding", "gzip-behind", b"gzip\n" + deflated(b"a", GZIP) + b"behind")
seed("content_coding", "gzip-zeros", b"gzip\n" + deflated(b"a", GZIP) + bytes(8))
seed("content_coding", "gzip-sum", b"gzip\n" + deflated(b"a", GZIP)[:-8] + bytes(8))
seed("content_coding", "gzip-cut", b"gzip\n" + deflated(BODY, GZIP)[:-3])
seed("content_coding", "zlib", b"deflate\n" + deflated(BODY, ZLIB))
seed("content_coding", "zlib-small-window", b"deflate\n" + deflated(BODY, 9))
seed("content_coding", "zlib-behind", b"deflate\n" + deflated(b"a", ZLIB) + b"b")
seed("content_coding", "zlib-dictionary", b"deflate\n\x78\xbb\0\0\0\1" + deflated(b"a", BARE))
seed("content_coding", "bare", b"Deflate\n" + deflated(BODY, BARE))
seed("content_coding", "bare-empty", b"deflate\n" + deflated(b"", BARE))
seed("content_coding", "bare-block", b"deflate\n\x07")
seed("content_coding", "beyond-counting", b"gzip\n" + deflated(bytes(1_100_000), GZIP))
seed("content_coding", "bomb", b"gzip\n" + deflated(bytes(1_300_000), GZIP))
seed("content_coding", "empty", b"gzip\n")
seed("content_coding", "two", b"gzip, deflate\n" + deflated(deflated(BODY, GZIP), ZLIB))
seed("content_coding", "preferences", b"gzip;q=0.5, deflate ; q=1.000, *;q=0, identity;q=0.1, br;q=\n" + 100 * b"hello ")

# ---- understanding ----------------------------------------------------------------------------------------------------

def understanding(name, names="", args="", preprocessor="", config="", labels="", data="", mlmodel="", pbtxt=""):
    """Eight texts, each ended by a line of its own."""
    seed("understanding", name, "\n---\n".join([names, args, preprocessor, config, labels, data, mlmodel, pbtxt]))


understanding("empty")
understanding("yolo", "{0: 'person', 1: \"driver's seat\", 2: 'caf\\xe9'}", "{'batch': 1, 'nms': True, 'data': None}")
understanding("list", "['a', 'b',]", "(1, 2.5e3, [-4])")
understanding("vit", preprocessor='{"image_processor_type": "ViTImageProcessor", "size": {"height": 224, "width": 224}, "resample": 3, '
              '"image_mean": [0.5, 0.5, 0.5], "image_std": [0.5, 0.5, 0.5]}',
              config='{"architectures": ["ViTForImageClassification"], "id2label": {"0": "a", "1": "b"}}')
understanding("clip", preprocessor='{"size": {"shortest_edge": 256}, "do_center_crop": true, "crop_size": {"height": 8, "width": 8}, "resample": 1}',
              config='{"problem_type": "multi_label_classification"}', labels="a\nb\n")
understanding("detr", preprocessor='{"image_processor_type": "DetrImageProcessor", "size": {"shortest_edge": 800, "longest_edge": 1333}, '
              '"do_pad": true, "pad_size": {"height": 64, "width": 64}, "image_mean": [0.5, 0.4, 0.3], "image_std": [0.2, 0.2, 0.2]}')
understanding("timm", config='{"architecture": "resnet50", "num_classes": 2, "label_names": ["a", "b"], "label_descriptions": {"a": "x"}, '
              '"pretrained_cfg": {"input_size": [3, 64, 64], "test_input_size": [3, 8, 8], "interpolation": "box", "crop_pct": 0.95, '
              '"test_crop_pct": 1.0, "crop_mode": "squash", "mean": [0.5, 0.5, 0.5], "std": [0.5, 0.5, 0.5]}}')
understanding("convnext", preprocessor='{"image_processor_type": "ConvNextImageProcessor", "crop_pct": 0.875, "size": {"shortest_edge": 224}, '
              '"rescale_factor": 0.0078}', labels="0,a\n1,b\n")
understanding("roboflow", data="train: ../train/images\nnc: 3\nnames: ['no', \"dog\", caf\u00e9]\n")
understanding("data_set", data="names:\n  0: person\n  1: car # a comment\nkpt_shape: [17, 3]\ndownload: |\n  import os\n")
understanding("aliases", data="a: &a [x, x]\nb: &b [*a, *a]\nnames: *b\n", mlmodel="? [a]\n: {b: !!str 1}\n")
understanding("mlflow", mlmodel="flavors:\n  onnx:\n    data: model.onnx\nsignature:\n  inputs: '[{\"type\": \"double\", \"name\": \"a\"}, "
              "{\"type\": \"long\", \"name\": \"b\"}, {\"type\": \"float\", \"name\": \"c\"}]'\n")
understanding("triton", pbtxt='name: "x" max_batch_size: 8\ninput [ { name: "images" data_type: TYPE_FP32 format: FORMAT_NHWC dims: [ 64, 64, 3 ] } ]\n'
              'output < name: "y" dims: 6, label_filename: "la" "bels.txt" >\n')
understanding("speech", preprocessor='{"feature_extractor_type": "Wav2Vec2FeatureExtractor", "sampling_rate": 16000}',
              config='{"architectures": ["Wav2Vec2ForCTC"]}')


# ---- settings ----------------------------------------------------------------------------------------------------------

def settings(name, content):
    seed("settings", name, content if isinstance(content, str) else json.dumps(content, indent=1))


settings("empty", "{}")
settings("all", {
    "task": "classification", "labels": "digits.labels.txt",
    "input": {"name": "input", "height": 8, "width": 8, "channels": "gray", "layout": "NCHW", "resize": "stretch", "shorter_side": None,
              "pad_value": 114, "interpolation": "bilinear", "antialias": True, "scale": "1/255", "mean": [0], "std": [1]},
    "output": {"primary": "logits", "activation": "softmax", "top_k": 5},
    "decoder": {"type": "ultraface", "score_threshold": 0.7, "nms_threshold": 0.3},
    "golden": [{"input": "three.png", "expect": {"label": "3", "min_score": 0.5}},
               {"input": "x.npy", "expect": "y.npy", "rtol": 1e-3, "atol": 1e-5}],
    "engine": "auto", "instances": 1, "max_batch": 8, "keep_alive": "30m", "pinned": False, "reload": "notice"})
settings("preset", {"input": {"preset": "imagenet", "width": 16384, "height": 1, "channels": "bgr", "resize": "letterbox"}, "labels": ["a", "b"]})
settings("features", {"input": {"features": [{"name": "sepal length", "unit": "cm", "min": 4.3, "max": 7.9, "default": 5.8}, {"name": "b"}, {"name": "c"}]}})
settings("preset-of-timm", {"input": {"preset": "timm/default", "channels": "rgba", "resize": "letterbox", "pad_value": "mean"}})
settings("three-channels", {"input": {"mean": [0.485, 0.456, 0.406], "std": [0.229, 0.224, 0.225], "scale": 0.5, "resize": "crop", "shorter_side": 256}})
settings("keep-alive", {"keep_alive": -1, "reload": "AUTO", "task": "Detection"})
settings("unknown", {"lables": [], "input": {"widht": 3}})
settings("twice", '{"task": "image", "task": "tensor"}')
settings("labels-outside", {"labels": "../a.txt"})
settings("scale-zero", {"input": {"scale": "0/1"}})
settings("scale-endless", {"input": {"scale": "1/0"}})
settings("std-zero", {"input": {"std": [1, 0, 1]}})
settings("number-large", '{"instances": 1e999}')
settings("number-zero", '{"instances": 01}')
settings("escapes", '{"labels": ["\\ud83d\\ude00\\u0000\\"\\\\\\/\\b\\f\\n\\r\\t", "\\ud83d"]}')
settings("deep", 70 * "[" + 70 * "]")
settings("mark", "\ufeff{\r\n\t\"pinned\" : true , \"max_batch\" : 65536 }\n")
settings("comma", '{"pinned": true,}')
settings("open", '{"pinned": tru')
settings("list", "[]")
settings("text", "labels: a")

# ---- pictures ----------------------------------------------------------------------------------------------------------

def chunk(kind, content):
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png(width, height, depth, colour, interlaced, rows, *more):
    head = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlaced)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + b"".join(more) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def riff(content):
    return b"RIFF" + struct.pack("<I", len(content)) + content


EXIF = b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0"
GREY_TABLES = (b"\xff\xdb\0\x43\0" + 64 * b"\x01" + b"\xff\xc4\0\x14\0\x01" + 15 * b"\0" + b"\0"
               + b"\xff\xc4\0\x14\x10\x01" + 15 * b"\0" + b"\0")
LOSSLESS = bytes.fromhex("5650384c110000002f024000000750c00216b0ff8188e87f0000")  # 3x2 pixels of one colour, by libwebp
seed("pictures", "png", png(3, 2, 8, 2, 0, 2 * (b"\0" + bytes(range(9)))))
seed("pictures", "png-interlaced", png(3, 3, 8, 0, 1, b"\0\x01\0\x02\0\x03\x04\0\x05\0\x06\0\x07\x08\x09"))
seed("pictures", "png-palette", png(5, 1, 2, 3, 0, b"\0\x1b\0", chunk(b"PLTE", bytes(12)), chunk(b"tRNS", b"\x80")))
seed("pictures", "png-wide-exif", png(1, 2, 16, 6, 0, 2 * (b"\0" + bytes(8)), chunk(b"eXIf", EXIF)))
seed("pictures", "png-less", png(300, 300, 8, 6, 0, bytes(1000)))
seed("pictures", "jpeg", b"\xff\xd8\xff\xe1\0\x22Exif\0\0" + EXIF + GREY_TABLES
     + b"\xff\xc0\0\x0b\x08\0\x09\0\x11\x01\x01\x11\0\xff\xda\0\x08\x01\x01\0\0\x3f\0\x00\x0f\xff\xd9")
seed("pictures", "jpeg-progressive", b"\xff\xd8" + GREY_TABLES + b"\xff\xc2\0\x0b\x08\0\x08\0\x08\x01\x01\x11\0"
     + b"\xff\xda\0\x08\x01\x01\0\0\0\0\x7f" + 3 * b"\xff\xda\0\x08\x01\x01\0\x01\x3f\x01\x7f" + b"\xff\xd9")
seed("pictures", "webp", riff(b"WEBP" + LOSSLESS))
seed("pictures", "webp-extended", riff(b"WEBPVP8X\x0a\0\0\0\x08\0\0\0\x02\0\0\x01\0\0" + LOSSLESS + b"EXIF\x1a\0\0\0" + EXIF))
seed("pictures", "gif", b"GIF89a\x03\0\x01\0\x80\0\0\0\0\0\xff\xff\xff!\xf9\x04\0\0\0\0\0,\0\0\0\0\x03\0\x01\0\0\x02\x02\x44\x54\0;")
seed("pictures", "bmp", b"BM" + struct.pack("<IIIIiiHHIIIIII", 62, 0, 54, 40, 2, 1, 1, 24, 0, 8, 0, 0, 0, 0) + bytes(8))
seed("pictures", "bmp-runs", b"BM" + struct.pack("<IIIIiiHHIIIIII", 76, 0, 62, 40, 4, 2, 1, 8, 1, 14, 0, 0, 2, 0)
     + bytes(8) + b"\x04\x01\0\0\0\x04\x01\0\x01\0\0\0\0\x01")

# ---- npz ---------------------------------------------------------------------------------------------------------------


def npz(method):
    """Two small arrays, with the same time in every file."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, dtype, shape, data in (("x", "<f4", "(3,)", struct.pack("<fff", 1, 2, 3)), ("a/b:0", "|u1", "()", b"\x07")):
            header = f"{{'descr': '{dtype}', 'fortran_order': False, 'shape': {shape}, }}\n".encode()
            archive.writestr(zipfile.ZipInfo(name + ".npy"), b"\x93NUMPY\x01\0" + struct.pack("<H", len(header)) + header + data, method)
    return file.getvalue()


seed("npz", "stored", npz(zipfile.ZIP_STORED))
seed("npz", "deflated", npz(zipfile.ZIP_DEFLATED))


def main():
    folder = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent / "seeds")
    for (target, name), content in SEEDS.items():
        (folder / target).mkdir(parents=True, exist_ok=True)
        (folder / target / name).write_bytes(content)
    print(f"{len(SEEDS)} files in {folder}")

# ---- model_files -------------------------------------------------------------------------------------------------------

TORCH = (struct.pack("<iii", 4, 1, 3) + b"V 1" + struct.pack("<i", 9) + b"nn.Linear" + struct.pack("<iii", 3, 2, 1) +
         struct.pack("<ii", 2, 6) + b"weight" + struct.pack("<iii", 4, 3, 3) + b"V 1" + struct.pack("<i", 17) + b"torch.FloatTensor" +
         struct.pack("<iqqqqq", 2, 1, 2, 2, 1, 1) + struct.pack("<iii", 4, 4, 3) + b"V 1" + struct.pack("<i", 18) + b"torch.FloatStorage" +
         struct.pack("<qff", 2, 1, 2))
seed("model_files", "torch", b"t" + TORCH)
seed("model_files", "torch-text", "T4\n1\n3\nV 1\n9\nnn.Linear\n3\n2\n1\n2\n6\nweight\n4\n3\n3\nV 1\n17\ntorch.FloatTensor\n"
     "2\n1 2\n2 1\n1\n4\n4\n3\nV 1\n18\ntorch.FloatStorage\n2\n1 2.5e-1\n")
seed("model_files", "graph", b"g\x0a\x10\x0a\x01x\x12\x0bPlaceholder\x0a\x0c\x0a\x01a\x12\x04Relu\x1a\x01x")
seed("model_files", "graph-text", 'Gnode { name: "x" op: "Placeholder" } node { name: "a" op: "ConcatV2" input: "x" input: "x:1" input: "^k" }')
seed("model_files", "darknet", "d[net]\nwidth=4\n[convolutional]\nfilters=14\n[yolo]\nmask=0,1\nanchors=1,2,3,4\nnum=2\nclasses=2\n[route]\nlayers=-1,0\n")
seed("model_files", "xml", "x<?xml version=\"1.0\"?><opencv_storage><!-- c --><a b='<'>\"1\" &lt;</a></opencv_storage>")
seed("model_files", "json", 'x{"a": [1, {"b": "]\\"", /* } */ "c": []}] // x\n}')
seed("model_files", "yaml", "x%YAML:1.0\n---\na: !!opencv-matrix\n   data: [ 1., -2.5e-01,\n      .Nan ]\nb:\n   - { v:1, w:\"x\" }\n   - - 1\n")



if __name__ == "__main__":
    main()
