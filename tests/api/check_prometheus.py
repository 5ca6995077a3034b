#!/usr/bin/env python3
"""/metrics as a real Prometheus sees it: check_prometheus.py WARMBENCH PROMETHEUS PROMTOOL SOURCE-FOLDER"""

import collections
import contextlib
import json
import pathlib
import re
import socket
import subprocess
import sys
import tempfile
import urllib.error
import urllib.parse
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
from served import Server, check, wait  # noqa: E402

MODEL = {"model", "version"}
# What the contract lists: type and labels.
METRICS = {
    "warmbench_model_cache_hits_total": ("counter", MODEL),
    "warmbench_model_cache_misses_total": ("counter", MODEL),
    "warmbench_model_cache_coalesced_total": ("counter", MODEL),
    "warmbench_model_cache_evictions_total": ("counter", MODEL),
    "warmbench_model_cache_load_failures_total": ("counter", MODEL),
    "warmbench_model_cache_bytes": ("gauge", set()),
    "warmbench_model_cache_budget_bytes": ("gauge", set()),
    "warmbench_model_memory_bytes": ("gauge", MODEL),
    "warmbench_model_load_seconds": ("histogram", MODEL),
    "warmbench_request_seconds": ("histogram", {"route", "status"}),
    "warmbench_requests_refused_total": ("counter", {"route", "status"}),
    "warmbench_phase_seconds": ("histogram", MODEL | {"phase"}),
    "warmbench_queue_length": ("gauge", MODEL),
    "warmbench_prediction_cache_hits_total": ("counter", set()),
    "warmbench_prediction_cache_misses_total": ("counter", set()),
    "warmbench_prediction_cache_evictions_total": ("counter", set()),
    "warmbench_prediction_cache_bytes": ("gauge", set()),
    "process_resident_memory_bytes": ("gauge", set()),
    "process_cpu_seconds_total": ("counter", set()),
    "warmbench_build_info": ("gauge", {"version", "compiler"}),
    "warmbench_log_lines_dropped_total": ("counter", set()),
    "nv_inference_request_success": ("counter", MODEL),
    "nv_inference_count": ("counter", MODEL),
    "nv_inference_exec_count": ("counter", MODEL),
    **{f"nv_inference_{part}_duration_us": ("counter", MODEL)
       for part in ("request", "queue", "compute_input", "compute_infer", "compute_output")},
}
# Triton's names are kept for its dashboards, against promtool's taste; nothing else may be.
COMPLAINTS = {
    *(f'{name} counter metrics should have "_total" suffix' for name in METRICS if name.startswith("nv_")),
    *(f"{name} metric names should not contain abbreviated units" for name in METRICS if name.endswith("_us")),
    *(f'{name} non-histogram and non-summary metrics should not have "_count" suffix'
      for name in METRICS if name.endswith("_count")),
}


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Prometheus:
    def __init__(self, program, target):
        self.folder = tempfile.TemporaryDirectory(prefix="warmbench-prometheus-")
        folder = pathlib.Path(self.folder.name)
        (folder / "prometheus.json").write_text(json.dumps({  # JSON is YAML
            "global": {"scrape_interval": "1s", "scrape_timeout": "1s"},
            "scrape_configs": [{"job_name": "warmbench", "static_configs": [{"targets": [target]}]}]}))
        self.log = open(folder / "log", "w+", encoding="utf-8")
        for _ in range(5):  # the port may be taken in between
            port = free_port()
            self.url = f"http://127.0.0.1:{port}/api/v1/"
            self.process = subprocess.Popen(
                [program, f"--config.file={folder}/prometheus.json", f"--storage.tsdb.path={folder}/data",
                 f"--web.listen-address=127.0.0.1:{port}"], stdout=self.log, stderr=self.log)
            wait("Prometheus, or its end", lambda: self.process.poll() is not None or self.answers())
            if self.process.poll() is None:
                return
        said = (folder / "log").read_text()[-2000:]
        self.stop()
        raise RuntimeError("Prometheus does not start: " + said)

    def answers(self):
        try:
            self.ask("targets")
            return True
        except (urllib.error.URLError, ConnectionError, AssertionError):
            return False

    def ask(self, path, **parameters):
        with urllib.request.urlopen(f"{self.url}{path}?{urllib.parse.urlencode(parameters)}", timeout=60) as answer:
            said = json.load(answer)
        check(said["status"] == "success", f"{path}: {said}")
        return said["data"]

    def query(self, text):
        return self.ask("query", query=text)["result"]

    def value(self, text):
        found = self.query(text)
        return float(found[0]["value"][1]) if len(found) == 1 else None

    def stop(self):
        self.process.terminate()
        self.process.wait(timeout=60)
        self.log.close()
        self.folder.cleanup()


def use(server, sample):
    """Three predictions of digits, one of iris, two that fail; what /metrics has to say of them."""
    three = (sample / "three.json").read_bytes()
    for _ in range(3):
        check(server.ask("POST", "/predict/digits", three).status == 200, "digits does not predict")
    row = json.dumps({"inputs": [[5.1, 3.5, 1.4, 0.2]] * 2})
    check(server.ask("POST", "/predict/iris", row).status == 200, "iris does not predict")
    check(server.ask("POST", "/predict/unknown", three).status == 404, "an unknown model is not 404")
    check(server.ask("POST", "/predict/digits", '{"input": [1]}').status == 400, "bad input is not 400")
    check(server.ask("GET", "/nowhere").status == 404, "an unknown address is not 404")
    stats = server.get("/stats")
    digits = server.get("/models/digits")
    check(digits["hits"] + digits["misses"] + digits["coalesced"] == 4, f"not every prediction was counted: {digits}")
    version = '{model="digits",version="1"}'
    return {
        f"warmbench_model_cache_hits_total{version}": digits["hits"],
        f"warmbench_model_cache_misses_total{version}": digits["misses"],
        f"warmbench_model_cache_coalesced_total{version}": digits["coalesced"],
        f"warmbench_model_memory_bytes{version}": digits["memory_bytes"],
        "sum(warmbench_model_cache_hits_total)": stats["hits"],
        "sum(warmbench_model_cache_misses_total)": stats["misses"],
        "warmbench_model_cache_bytes": stats["model_bytes"],
        "warmbench_model_cache_budget_bytes": stats["budget_bytes"],
        f"warmbench_model_cache_load_failures_total{version}": 0,
        f"warmbench_model_cache_evictions_total{version}": 0,
        f"warmbench_model_load_seconds_count{version}": 1,
        'warmbench_model_load_seconds_bucket{model="digits",version="1",le="+Inf"}': 1,
        'warmbench_request_seconds_count{route="/predict/{name}",status="200"}': 4,
        'warmbench_request_seconds_count{route="/predict/{name}",status="404"}': 1,
        'warmbench_request_seconds_count{route="/predict/{name}",status="400"}': 1,
        'warmbench_requests_refused_total{route="/predict/{name}",status="404"}': 1,
        'warmbench_requests_refused_total{route="/predict/{name}",status="400"}': 1,
        'warmbench_requests_refused_total{route="other",status="404"}': 1,
        "sum(warmbench_requests_refused_total)": stats["refused"],
        'warmbench_phase_seconds_count{model="digits",version="1",phase="infer"}': 3,
        f"nv_inference_request_success{version}": 3,
        'nv_inference_count{model="iris"}': 2,
        "warmbench_build_info": 1,
        f"warmbench_queue_length{version}": 0,
    }


def checks_values(prometheus, expected):
    def differences():
        return {query: (value, prometheus.value(query)) for query, value in expected.items()
                if prometheus.value(query) != value}
    try:
        wait("the figures", lambda: not differences())
    except AssertionError:
        raise AssertionError(f"expected and scraped differ: {differences()}") from None
    resident = prometheus.value("process_resident_memory_bytes")
    check(resident > 10e6, f"resident memory of {resident} bytes")
    check(prometheus.value("process_cpu_seconds_total") > 0, "no processor time")
    buckets = prometheus.query('warmbench_request_seconds_bucket{route="/predict/{name}",status="200"}')
    counts = [float(one["value"][1]) for one in sorted(buckets, key=lambda one: float(one["metric"]["le"]))]
    check(len(counts) > 10 and counts == sorted(counts), f"the buckets do not grow: {counts}")


def checks_names(prometheus):
    """Every metric with its type and labels, and none that the contract does not know."""
    types = {name: each[0]["type"] for name, each in prometheus.ask("metadata").items()}
    labels = collections.defaultdict(set)
    for series in prometheus.ask("series", **{"match[]": '{job="warmbench",__name__!~"up|scrape_.*"}'}):
        name = series["__name__"]
        for suffix in ("_bucket", "_sum", "_count"):
            if types.get(name.removesuffix(suffix)) == "histogram":
                name = name.removesuffix(suffix)
        labels[name] |= set(series) - {"__name__", "instance", "job", "le"}
    seen = {name: (types.get(name), labels[name]) for name in labels}
    check(seen == METRICS, f"more, less or different: {[item for item in METRICS.items() if item not in seen.items()]} "
                           f"{[item for item in seen.items() if item not in METRICS.items()]}")


def checks_dashboard(prometheus, dashboard):
    """Each query of the dashboard is understood and finds something."""
    queries = [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
    check(len(queries) > 10, f"only {len(queries)} queries in the dashboard")
    for query in queries:
        filled = query.replace("$instance", ".*").replace("$__rate_interval", "1m")
        check("$" not in filled, f"an unknown variable: {query}")
        for name in re.findall(r"\b(?:warmbench|nv_inference|process)_\w+", filled):
            check(re.sub("_(bucket|sum|count)$", "", name) in METRICS or name in METRICS, f"{name} is no metric: {query}")
        wait(f"anything to show: {query}", lambda: prometheus.query(filled))
    for variable in dashboard["templating"]["list"]:
        if variable["type"] == "query":
            name, label = re.fullmatch(r"label_values\((\w+), (\w+)\)", variable["query"]["query"]).groups()
            check(any(label in one["metric"] for one in prometheus.query(name)), f"{name} has no label {label}")


def checks_lint(page, promtool):
    done = subprocess.run([promtool, "check", "metrics"], input=page, capture_output=True, timeout=60, check=False)
    said = set(filter(None, (done.stdout + done.stderr).decode().splitlines()))
    check(said == COMPLAINTS, f"promtool says {sorted(said - COMPLAINTS)} and not {sorted(COMPLAINTS - said)}")


def main():
    program, prometheus_program, promtool, source = sys.argv[1:]
    source = pathlib.Path(source)
    dashboard = json.loads((source / "packaging/grafana-dashboard.json").read_text())
    with Server(program) as server, contextlib.ExitStack() as stack:
        prometheus = Prometheus(prometheus_program, server.address.netloc)
        stack.callback(prometheus.stop)
        expected = use(server, source / "resources/sample")
        wait("a target that is up", lambda: prometheus.value('up{job="warmbench"}') == 1)
        checks_values(prometheus, expected)
        checks_names(prometheus)
        checks_dashboard(prometheus, dashboard)
        checks_lint(server.ask("GET", "/metrics").body, promtool)
        target = prometheus.ask("targets")["activeTargets"][0]
        check(target["health"] == "up" and target["lastError"] == "", f"the target: {target}")
    print("passed")


if __name__ == "__main__":
    main()
