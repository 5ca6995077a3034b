#!/usr/bin/env python3
"""/openapi.json: is it OpenAPI 3.1, and is it true? check_openapi.py WARMBENCH SOURCE-FOLDER MODELS"""

import copy
import http.client
import json
import pathlib
import re
import shutil
import struct
import sys
import tempfile

import jsonschema

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
from served import Answer, Server, check, wait  # noqa: E402

VERBS = {"get", "put", "post", "delete", "options", "head", "patch", "trace"}
OPERATION_KEYS = {"operationId", "tags", "summary", "description", "parameters", "requestBody", "responses", "security"}
FORMATS = jsonschema.FormatChecker()
PICTURE = pathlib.Path(__file__).resolve().parent.parent.parent / "resources/sample/three.png"


# ---- is it OpenAPI 3.1 ----

def resolved(document, thing):
    while isinstance(thing, dict) and "$ref" in thing:
        check(thing["$ref"].startswith("#/"), f"a reference that leads outside: {thing['$ref']}")
        target = document
        for part in thing["$ref"][2:].split("/"):
            part = part.replace("~1", "/").replace("~0", "~")
            check(isinstance(target, dict) and part in target, f"{thing['$ref']} leads nowhere")
            target = target[part]
        thing = target
    return thing


def references(thing):
    if isinstance(thing, dict):
        if isinstance(thing.get("$ref"), str):
            yield thing["$ref"]
        for each in thing.values():
            yield from references(each)
    elif isinstance(thing, list):
        for each in thing:
            yield from references(each)


def validator(document, schema):
    """References are looked up from the schema's root, where the components have to be."""
    return jsonschema.Draft202012Validator({**schema, "components": document["components"]}, format_checker=FORMATS)


def checks_schema(document, schema, where):
    try:
        jsonschema.Draft202012Validator.check_schema(schema)
    except jsonschema.SchemaError as error:
        raise AssertionError(f"{where}: {error.message}") from None
    validator(document, schema)


def checks_content(document, content, where):
    check(isinstance(content, dict) and content, f"{where}: no content")
    for kind, media in content.items():
        check(re.fullmatch(r"[\w*.+-]+/[\w*.+-]+", kind), f"{where}: {kind} is no media type")
        check(set(media) <= {"schema", "examples", "example", "encoding"}, f"{where}: {sorted(media)}")
        checks_schema(document, media["schema"], f"{where} {kind}")
        for name, example in media.get("examples", {}).items():
            errors = list(validator(document, media["schema"]).iter_errors(example["value"]))
            check(not errors, f"{where}: the example {name} does not fit its schema: {errors}")


def checks_response(document, response, where):
    response = resolved(document, response)
    check(response.get("description"), f"{where}: no description")
    check(set(response) <= {"description", "headers", "content", "links"}, f"{where}: {sorted(response)}")
    for name, header in response.get("headers", {}).items():
        checks_schema(document, header["schema"], f"{where} {name}")
    if "content" in response:
        checks_content(document, response["content"], where)


def checks_operation(document, path, verb, operation):
    where = f"{verb} {path}"
    check(verb in VERBS, f"{where}: no verb")
    check(set(operation) <= OPERATION_KEYS, f"{where}: {sorted(operation)}")
    check(re.fullmatch(r"[a-z][A-Za-z0-9]+", operation["operationId"]), f"{where}: {operation['operationId']}")
    check(operation["summary"].endswith("."), f"{where}: the summary is no sentence")
    check(all(operation["tags"]), f"{where}: no tag")
    parameters = [resolved(document, one) for one in operation.get("parameters", [])]
    names = [(one["in"], one["name"]) for one in parameters]
    check(len(names) == len(set(names)), f"{where}: a parameter twice: {names}")
    check({name for place, name in names if place == "path"} == set(re.findall(r"{(.*?)}", path)),
          f"{where}: the path's parameters are {names}")
    for one in parameters:
        check(one["in"] in ("path", "query", "header", "cookie"), f"{where}: {one}")
        check(one["in"] != "path" or one["required"] is True, f"{where}: a parameter of the path must be required")
        check(one.get("description"), f"{where}: {one['name']} is not described")
        checks_schema(document, one["schema"], where)
    if "requestBody" in operation:
        checks_content(document, operation["requestBody"]["content"], where)
    for choice in operation.get("security", []):
        check(set(choice) <= set(document["components"]["securitySchemes"]), f"{where}: {choice}")
    check("200" in operation["responses"], f"{where}: nothing is said of success")
    check("content" in operation["responses"]["200"], f"{where}: nothing is said of the answer")
    for status, response in operation["responses"].items():
        check(re.fullmatch(r"[1-5]\d\d|default", status), f"{where}: {status}")
        checks_response(document, response, f"{where} {status}")


def checks_structure(document):
    check(re.fullmatch(r"3\.1\.\d+", document["openapi"]), f"version {document['openapi']}")
    check(set(document) <= {"openapi", "info", "servers", "paths", "components", "tags"}, sorted(document))
    check(document["info"]["title"] and document["info"]["version"], "no title or version")
    for reference in references(document):
        resolved(document, {"$ref": reference})
    for name, schema in document["components"]["schemas"].items():
        check(re.fullmatch(r"[A-Za-z0-9._-]+", name), name)
        checks_schema(document, schema, name)
    used = set(references(document))
    for kind in ("schemas", "responses"):
        for name in document["components"][kind]:
            check(f"#/components/{kind}/{name}" in used, f"{name} is described and never used")
    for name, scheme in document["components"]["securitySchemes"].items():
        check(scheme["type"] == "http" and scheme["scheme"] == "bearer", name)
    shapes = [re.sub("{.*?}", "{}", path) for path in document["paths"]]
    check(len(shapes) == len(set(shapes)), "two paths that are the same")
    ids = []
    for path, operations in document["paths"].items():
        check(path.startswith("/"), path)
        for verb, operation in operations.items():
            checks_operation(document, path, verb, operation)
            ids.append(operation["operationId"])
    check(len(ids) == len(set(ids)), "an operationId twice")


# ---- is it true ----

def closed(schema):
    """As it is, but nothing that it does not name may come."""
    if isinstance(schema, list):
        return [closed(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    made = {key: ({name: closed(one) for name, one in value.items()} if key in ("properties", "schemas") else closed(value))
            for key, value in schema.items()}
    if isinstance(made.get("properties"), dict):
        made.setdefault("additionalProperties", False)
    return made


class Truth:
    def __init__(self, document):
        self.document = copy.deepcopy(document)
        self.document["components"]["schemas"] = closed(document["components"]["schemas"])
        self.seen = set()  # (verb, path, status)

    def judges(self, path, verb, answer, what):
        """The answer's status is named by the operation, and its body is as described there."""
        where = f"{verb} {path} ({what}) -> {answer.status}"
        operation = self.document["paths"][path][verb]
        check(str(answer.status) in operation["responses"], f"{where} is not documented: {answer.body[:200]!r}")
        response = resolved(self.document, operation["responses"][str(answer.status)])
        self.seen.add((verb, path, answer.status))
        self.fits(response, answer, where)

    def fits(self, response, answer, where):
        content = response.get("content", {})
        if not content:
            check(not answer.body, f"{where}: a body that is not documented")
            return
        kind = answer.type()
        media = content.get(kind) or content.get(kind.split("/")[0] + "/*") or content.get("*/*")
        check(media, f"{where}: {kind} is not documented")
        if kind == "application/json":
            errors = list(validator(self.document, closed(media["schema"])).iter_errors(answer.json()))
            check(not errors, f"{where}: {errors[0].message if errors else ''} in {answer.body[:300]!r}")
        for name, header in response.get("headers", {}).items():
            check(name in answer.fields, f"{where}: no {name}")
            checked = answer.fields[name]
            checked = int(checked) if header["schema"].get("type") == "integer" else checked
            check(not list(validator(self.document, header["schema"]).iter_errors(checked)), f"{where}: {name}: {checked}")

    def problem(self, answer, where):
        self.fits(self.document["components"]["responses"]["Problem"], answer, where)


class Form(bytes):
    """A form, which its Content-Type tells."""
    fields = {"Content-Type": "multipart/form-data; boundary=frontier"}


def form(**parts):
    whole = b"".join(f'--frontier\r\nContent-Disposition: form-data; name="{name}"; filename="f"\r\n\r\n'.encode() + content + b"\r\n"
                     for name, content in parts.items())
    return Form(whole + b"--frontier--\r\n")


def npy(*numbers):
    """A row of float32, in version 1.0 of the format."""
    header = f"{{'descr': '<f4', 'fortran_order': False, 'shape': ({len(numbers)},), }}\n".encode()
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + struct.pack(f"<{len(numbers)}f", *numbers)


def ask(server, verb, address, body, fields=None):
    return server.ask(verb.upper(), address, body, {**getattr(body, "fields", {}), **(fields or {})})


def filled(path, name=None, version="1", file="style.css", index="0"):
    name = name or ("digits" if path.endswith("/match") else "iris")  # a form holds a picture
    return path.replace("{name}", name).replace("{version}", version).replace("{file}", file).replace("{index}", index)


def bodies(operation):
    """What to send: nothing, or each example."""
    content = operation.get("requestBody", {}).get("content", {})
    media = content.get("application/json")
    if media is None and "multipart/form-data" in content:
        return [("form", form(input=PICTURE.read_bytes()))]
    if media is None:
        return [("plain", None)]
    check(media.get("examples"), "a body without an example")
    return [(name, json.dumps(one["value"])) for name, one in media["examples"].items()]


def goes_well(server, truth, path, verb, operation):
    if "text/event-stream" in operation["responses"]["200"]["content"]:
        return  # goes on for ever: see listens()
    for name, body in bodies(operation):
        answer = ask(server, verb, filled(path), body)
        check(answer.status == 200, f"{verb} {path} with the example {name}: {answer.status} {answer.body[:300]!r}")
        truth.judges(path, verb, answer, name)
    if verb == "get":
        head = server.ask("HEAD", filled(path))
        check(head.status == 200 and not head.body, f"HEAD {path}: {head.status}")


def listens(server, truth):
    connection = http.client.HTTPConnection(server.address.hostname, server.address.port, timeout=60)
    connection.request("GET", "/events")
    answer = connection.getresponse()
    truth.judges("/events", "get", Answer(answer.status, answer.headers, b""), "listening")
    lines = [answer.readline().decode().rstrip() for _ in range(4)]
    check(lines[2] == "event: stats" and lines[3].startswith("data: "), f"/events begins with {lines}")
    figures = json.loads(lines[3].removeprefix("data: "))
    check(not list(validator(truth.document, {"$ref": "#/components/schemas/Statistics"}).iter_errors(figures)),
          f"/events does not tell what /stats does: {figures}")
    connection.close()


def goes_badly(server, truth, path, verb, operation):
    def tries(what, address, status, body=None, fields=None):
        answer = ask(server, verb, address, body, fields)
        check(answer.status == status, f"{verb} {address} ({what}): {answer.status} {answer.body[:200]!r}, expected {status}")
        truth.judges(path, verb, answer, what)

    (_, good), *_ = bodies(operation)
    tries("a foreign host", filled(path), 403, good, {"Host": "evil.example"})
    tries("a foreign origin", filled(path), 403, good, {"Origin": "http://evil.example"})
    for variable in re.findall("{(.*?)}", path):
        tries("a slash in a name", filled(path, **{variable: "a%2Fb"}), 400, good)
        tries("an unknown name", filled(path, **{variable: "99"}), 404, good)
    if "requestBody" in operation:
        if not path.endswith("/unload"):  # it has no use for what comes along
            tries("no JSON", filled(path), 400, "{")
        tries("too long", filled(path), 413, b" " * 2_000_000)
        tries("packed in an unknown way", filled(path), 415, good, {"Content-Encoding": "x"})
    for parameter in operation.get("parameters", []):
        if parameter["in"] == "query" and parameter["schema"].get("type") == "integer":
            tries("no number", f"{filled(path)}?{parameter['name']}=x", 400)
        if parameter["in"] == "query" and "enum" in parameter["schema"]:
            tries("no such choice", f"{filled(path)}?{parameter['name']}=x", 400)
        if parameter["in"] == "header":
            tries("no number", filled(path), 400, good, {parameter["name"]: "x"})
    if "424" in operation["responses"] and "{name}" in path:
        tries("a broken model", filled(path, name="broken"), 424, good)
    if "304" in operation["responses"]:
        page = server.ask("GET", filled(path), None, {"Accept": "text/html"})
        truth.judges(path, verb, page, "as a browser")
        tries("known already", filled(path), 304, None, {"Accept": "text/html", "If-None-Match": page.fields["ETag"]})


def lacks_room(server, truth, path, verb, operation):
    if "507" in operation["responses"] and "{name}" in path:
        (_, good), *_ = bodies(operation)
        answer = ask(server, verb, filled(path), good)
        check(answer.status == 507, f"{verb} {path} without room: {answer.status} {answer.body[:200]!r}")
        truth.judges(path, verb, answer, "no room")


def knows_verbs(server, truth, path, operations):
    documented = {verb.upper() for verb in operations}
    for verb in {"GET", "POST", "PUT", "PATCH", "DELETE"} - documented:
        answer = server.ask(verb, filled(path), b"")
        check(answer.status == 405, f"{verb} {path}: {answer.status}")
        truth.problem(answer, f"{verb} {path}")
        expected = sorted(documented | {"OPTIONS"} | ({"HEAD"} if "GET" in documented else set()))
        allowed = sorted(answer.fields["Allow"].split(", "))
        check(allowed == expected, f"{verb} {path}: allowed {allowed}, documented {expected}")
        check(sorted(server.ask("OPTIONS", filled(path)).fields["Allow"].split(", ")) == expected, f"OPTIONS {path}")


def needs_token(server, truth, path, verb, operation):
    (_, body), *_ = bodies(operation)
    changes = "security" in operation
    for fields, right in (({}, False), ({"Authorization": "Bearer wrong"}, False), ({"Authorization": "Bearer secret"}, True)):
        if "text/event-stream" in operation["responses"]["200"]["content"]:
            continue
        answer = ask(server, verb, filled(path), body, fields)
        expected = 401 if changes and not right else 200
        check(answer.status == expected, f"{verb} {path} with {fields}: {answer.status}, expected {expected}")
        truth.judges(path, verb, answer, str(fields))


def all_operations(document):
    """By path, so that what unloads a model comes before what runs it."""
    return [(path, verb, operation) for path, operations in sorted(document["paths"].items()) for verb, operation in operations.items()]


def checks_truth(program, source, models, document):
    truth = Truth(document)
    with tempfile.TemporaryDirectory(prefix="warmbench-models-") as folder:
        (pathlib.Path(folder) / "broken.onnx").write_bytes(b"no network")
        shutil.copy(models / "image_out.onnx", folder)
        roomy = ["--default", "iris", folder, str(source / "resources/sample/iris.onnx")]
        with Server(program, *roomy) as server:
            check(server.get("/openapi.json") == document, "two servers describe themselves differently")
            listed = {(route["path"], route["verb"].lower()) for route in server.get("/")["routes"]}
            check(listed == {(path, verb) for path, verb, _ in all_operations(document)}, "GET / lists other routes")
            wait("what loads at the start", lambda: server.ask("GET", "/ready").status == 200)
            for operation in all_operations(document):
                goes_well(server, truth, *operation)
            for path, operations in document["paths"].items():
                knows_verbs(server, truth, path, operations)
            listens(server, truth)
            three = (source / "resources/sample/three.png").read_bytes()
            for path in ("/predict/{name}", "/advanced_predict/{name}"):
                truth.judges(path, "post", server.ask("POST", filled(path, name="digits"), three), "a picture")
            path = "/models/{name}/match"
            truth.judges(path, "post", ask(server, "post", filled(path), form(input=three, expected=npy(*range(10)))), "with numbers")
            picture = server.ask("POST", "/predict/image_out", three, {"Accept": "image/png"})
            truth.judges("/predict/{name}", "post", picture, "a picture")
        with Server(program, *roomy, "--max-body", "1MiB") as server:
            for operation in all_operations(document):
                goes_badly(server, truth, *operation)
        with Server(program, "--memory-budget", "1KiB") as server:
            for operation in all_operations(document):
                lacks_room(server, truth, *operation)
        empty = pathlib.Path(folder, "empty")
        empty.mkdir()
        for status, arguments in ((404, [str(empty)]), (424, [folder, "--default", "broken"]),
                                  (507, [str(source / "resources/sample"), "--default", "digits", "--memory-budget", "1KiB"])):
            with Server(program, *arguments, sample=False) as server:
                for path in ("/predict", "/advanced_predict", "/refresh"):
                    answer = server.ask("POST", path, b"" if path == "/refresh" else b'{"input": [1]}')
                    check(answer.status == status, f"{path}: {answer.status} {answer.body[:200]!r}, expected {status}")
                    truth.judges(path, "post", answer, "the default model")
        with Server(program, *roomy, "--token", "secret") as server:
            for operation in all_operations(document):
                needs_token(server, truth, *operation)
    # But for what no client can cause at will, all that is documented does happen.
    rare = {"500", "503", "504", "default"}
    unseen = [(verb, path, status) for path, verb, operation in all_operations(document) for status in operation["responses"]
              if status not in rare and (verb, path, int(status)) not in truth.seen]
    check(not unseen, f"documented and never seen: {unseen}")


def main():
    program, source, models = sys.argv[1], pathlib.Path(sys.argv[2]).resolve(), pathlib.Path(sys.argv[3]).resolve()
    with Server(program) as server:
        document = server.get("/openapi.json")
    checks_structure(document)
    check(len(document["paths"]) > 30, "hardly any path")
    checks_truth(program, source, models, document)
    print("passed")


if __name__ == "__main__":
    main()
