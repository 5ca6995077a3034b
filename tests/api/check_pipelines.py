#!/usr/bin/env python3
"""Pipelines of numbers and texts, an input for each column: check_pipelines.py WARMBENCH [--keep FOLDER]

scikit-learn trains pipelines on iris, wine and breast cancer, each with columns of texts and whole numbers made up beside the
measurements, and tabular_exports.py writes them as skl2onnx writes what was trained on a data frame. Every row of each data set
is asked for in five ways: as `features` and as CSV over HTTP, and by `warmbench predict` on a CSV file, as JSON lines, with
--csv, and with --csv from a server. Labels are those of the estimator's predict(), probabilities within 1e-5 of its
predict_proba(). What is wrong with a row is told in one sentence that names the column. --keep leaves files in FOLDER.
"""

import argparse
import csv
import io
import json
import math
import os
import pathlib
import subprocess
import sys
import tempfile
import time
import warnings

sys.dont_write_bytecode = True
os.environ["OMP_NUM_THREADS"] = "1"
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))

import numpy as np  # noqa: E402
import onnx  # noqa: E402
from sklearn import datasets  # noqa: E402
from sklearn.compose import ColumnTransformer  # noqa: E402
from sklearn.ensemble import GradientBoostingClassifier, RandomForestClassifier  # noqa: E402
from sklearn.impute import SimpleImputer  # noqa: E402
from sklearn.linear_model import LogisticRegression  # noqa: E402
from sklearn.pipeline import make_pipeline  # noqa: E402
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler  # noqa: E402

from served import Server, check, sentence  # noqa: E402
from tabular_exports import sklearn_model  # noqa: E402

SEED = 20
PROBABILITY = 1e-5


class Table:
    """A data set with made-up columns beside the measured ones; `kinds` has numpy's type of each column."""

    def __init__(self, name, loaded, texts, holes, measured=np.float32):
        random = np.random.default_rng(SEED)
        count = len(loaded.target)
        numbers = loaded.data.astype(np.float32).astype(object)
        if holes:
            numbers[random.random(numbers.shape) < 0.08] = np.nan
        columns = dict(zip(map(str, loaded.feature_names), numbers.T))
        self.kinds = dict.fromkeys(columns, measured)
        for text, words in texts.items():
            # Mostly the class's own word, so that the column tells something.
            own = loaded.target % len(words)
            columns[text] = np.array(words, dtype=object)[np.where(random.random(count) < 0.6, own, random.integers(len(words), size=count))]
            self.kinds[text] = str
        columns["visit no."] = (random.integers(1, 40, count) + 5 * loaded.target).astype(object)
        self.kinds["visit no."] = np.int64
        self.name, self.names = name, list(columns)
        self.rows = np.array(list(columns.values()), dtype=object).T
        self.classes = np.array([str(one) for one in loaded.target_names])[loaded.target]
        self.words = [index for index, name in enumerate(self.names) if self.kinds[name] is str]
        self.numbers = [index for index, name in enumerate(self.names) if self.kinds[name] is not str]

    def inputs(self):
        return {name: self.rows[:, [index]].astype(kind) for index, (name, kind) in enumerate(self.kinds.items())}

    def features(self):
        """The rows as objects of JSON, in which a missing number is null."""
        return [{name: spoken(value, self.kinds[name]) for name, value in zip(self.names, row)} for row in self.rows]

    def csv(self):
        """The rows as a file of CSV, in which a missing number is an empty cell."""
        text = io.StringIO()
        writer = csv.writer(text)
        writer.writerow(self.names)
        for row in self.features():
            writer.writerow(["" if value is None else value for value in row.values()])
        return text.getvalue()


def spoken(value, kind):
    if kind is str:
        return value
    if kind is np.int64:
        return int(value)
    return None if math.isnan(value) else float(value)


def tables():
    yield Table("iris", datasets.load_iris(), {"habitat": ["bog", "Wiese, trocken", 'so-called "meadow"']}, holes=False, measured=np.float64)
    yield Table("wine", datasets.load_wine(), {"région": ["Côte d'Or", "北海道", ""], "cork": ["yes", "no"]}, holes=True)
    yield Table("cancer", datasets.load_breast_cancer(), {"clinic": ["Köln", "New York", "Oslo", "-7", "line\nbreak"]}, holes=True)


def pipelines(table):
    fill = SimpleImputer(strategy="median")
    one_hot = OneHotEncoder(handle_unknown="ignore")
    ordinal = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=99)
    logistic = LogisticRegression(max_iter=2000)
    scaled = make_pipeline(fill, StandardScaler())
    if table.kinds[table.names[0]] is np.float64:  # Imputer of ai.onnx.ml knows no float64
        scaled = StandardScaler()
        yield "logistic", False, [("numbers", scaled, table.numbers), ("words", one_hot, table.words)], logistic
        return
    yield "logistic", True, [("numbers", scaled, table.numbers), ("words", one_hot, table.words)], logistic
    yield ("forest", True, [("words", ordinal, table.words), ("numbers", fill, table.numbers)],
           RandomForestClassifier(25, random_state=SEED))
    yield ("boosting", False, [("numbers", fill, table.numbers), ("words", one_hot, table.words)],
           GradientBoostingClassifier(n_estimators=25, random_state=SEED))


class Case:
    def __init__(self, table, kind, zipmap, steps, estimator):
        self.name, self.table = f"{table.name}_{kind}", table
        model = make_pipeline(ColumnTransformer(steps), estimator)
        model.fit(table.rows, table.classes)
        self.file, _ = sklearn_model(model, table.inputs(), zipmap)
        self.labels = [str(one) for one in model.predict(table.rows)]
        self.classes = [str(one) for one in model.classes_]
        self.scores = model.predict_proba(table.rows)


def cases():
    for table in tables():
        for pipeline in pipelines(table):
            yield Case(table, *pipeline)
    iris = Table("irises", datasets.load_iris(), {"habitat": ["bog", "meadow", "wood"]}, holes=False)
    for pipeline in pipelines(iris):
        yield Case(iris, *pipeline)


# ---- asking ------------------------------------------------------------------------------------------------------------

def compare_rows(where, case, labels, results):
    check(labels == case.labels, f"{where}: {sum(a != b for a, b in zip(labels, case.labels))} labels of {len(case.labels)} differ")
    check(len(results) == len(case.labels), f"{where}: {len(results)} results for {len(case.labels)} rows")
    for row, result in enumerate(results):
        for one in result["classes"]:
            score = case.scores[row][case.classes.index(one["label"])]
            check(abs(one["score"] - score) <= PROBABILITY, f"{where}, row {row}: {one}, the estimator says {score}")


def run(program, *arguments):
    done = subprocess.run([program, "predict", *arguments], capture_output=True, text=True, timeout=300)
    return done.returncode, done.stdout, done.stderr


def check_http(server, case):
    for kind, body in (("features", json.dumps({"features": case.table.features()})), ("CSV", case.table.csv())):
        answer = server.ask("POST", "/predict/" + case.name, body.encode())
        check(answer.status == 200, f"HTTP, {kind}: {answer.status} {answer.body.decode(errors='replace')[:500]}")
        compare_rows("HTTP, " + kind, case, answer.json()["prediction"], answer.json()["results"])
    one = server.ask("POST", "/predict/" + case.name, json.dumps({"features": case.table.features()[7]}))
    check(one.json()["prediction"] == case.labels[7:8], f"HTTP, one row: {one.body[:300]!r}")


def check_lines(program, model, rows, case):
    code, out, errors = run(program, model, rows)
    check(code == 0, f"predict: {errors}")
    answers = [json.loads(line) for line in out.splitlines()]
    check(answers[-1]["input"].endswith(f":{len(answers)}"), f"predict: the last line is {answers[-1]['input']}")
    compare_rows("predict", case, [one["prediction"][0] for one in answers], [one["results"][0] for one in answers])


def check_csv(program, model, rows, case, server):
    code, out, errors = run(program, "--csv", model, rows)
    check(code == 0, f"predict --csv: {errors}")
    header, *lines = csv.reader(io.StringIO(out, newline=""))
    given, *given_lines = csv.reader(io.StringIO(case.table.csv(), newline=""))
    check(header == given + ["label", "score"], f"predict --csv: the header is {header}")
    check([line[:-2] for line in lines] == given_lines, "predict --csv: the rows are not those of the file")
    check([line[-2] for line in lines] == case.labels, "predict --csv: labels differ")
    for row, line in enumerate(lines):
        score = case.scores[row][case.classes.index(line[-2])]
        check(abs(float(line[-1]) - score) <= PROBABILITY, f"predict --csv, row {row}: {line[-1]}, the estimator says {score}")
    there = run(program, "--csv", "--url", server.url, case.name, rows)
    check(there == (0, out, ""), f"predict --csv --url: {there[0]} {there[2]}")


def check_about(server, case):
    about = server.get("/models/" + case.name)
    check(about["understood"], f"/models: it is {about['state']}, {about['reason']}")
    wanted = f"A table, {len(case.classes)} names, {len(case.table.names)} columns"
    check(about["understood"]["summary"] == wanted, f"/models: {about['understood']['summary']!r} instead of {wanted!r}")
    check(not about["warnings"], f"/models: it carries the warning {about['warnings']}")


def check_refusals(server, case):
    """What is wrong with a row is told by the name of its column."""
    row = case.table.features()[0]
    number, text = case.table.names[0], case.table.names[case.table.words[0]]
    wrong = [({**row, number[:-1] + "x": 1}, ["no feature named", f'did you mean "{number}"']),
             ({name: value for name, value in row.items() if name != text}, [f'The feature "{text}" is missing']),
             ({**row, number: "far"}, [f'The feature "{number}" is a text', "expected a number"]),
             ({**row, text: 5}, [f'The feature "{text}" is a number (5)', "expected a text in quotes"]),
             ({**row, "visit no.": 2.5}, ['The feature "visit no." is 2.5', "whole numbers"]),
             ({**row, "visit no.": None}, ['The feature "visit no." is null', "expected a number"])]
    for body, parts in wrong:
        said = sentence(server.ask("POST", "/predict/" + case.name, json.dumps({"features": body})), [400])
        check(all(part in said for part in parts), f"{said} does not say {parts}")
    lines = [["" if value is None else value for value in row.values()]]
    for header, line, parts in (([*case.table.names[:-1], "visit no"], lines[0], ['no feature named "visit no"', 'did you mean "visit no."']),
                                (case.table.names[1:], lines[0][1:], [f'The feature "{number}" is missing']),
                                (case.table.names, ["far", *lines[0][1:]], [f'("{number}") of the CSV is "far"'])):
        body = io.StringIO()
        csv.writer(body).writerows([header, line, line])
        said = sentence(server.ask("POST", "/predict/" + case.name, body.getvalue().encode()), [400])
        check(all(part in said for part in parts), f"{said} does not say {parts}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--keep", metavar="FOLDER")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    began = time.monotonic()
    failed = {}
    every = list(cases())
    with tempfile.TemporaryDirectory(prefix="warmbench-pipelines-") as folder:
        folder = options.keep or folder
        os.makedirs(folder, exist_ok=True)
        for case in every:
            onnx.save(case.file, os.path.join(folder, case.name + ".onnx"))
            with open(os.path.join(folder, case.table.name + ".csv"), "w", encoding="utf-8", newline="") as file:
                file.write(case.table.csv())
        with Server(options.program, folder, "--log-level", "off", sample=False) as server:
            for case in every:
                model, rows = (os.path.join(folder, name) for name in (case.name + ".onnx", case.table.name + ".csv"))
                for ask in (lambda: check_http(server, case), lambda: check_lines(options.program, model, rows, case),
                            lambda: check_csv(options.program, model, rows, case, server), lambda: check_about(server, case),
                            lambda: check_refusals(server, case)):
                    try:
                        ask()
                    except AssertionError as error:
                        failed.setdefault(str(error).strip(), []).append(case.name)
    for said, names in failed.items():
        print(f"FAILED: {', '.join(names)}: {said}")
    rows = sum(len(case.labels) for case in every)
    print(f"{len(every)} pipelines, {rows} rows, each asked in five ways: "
          f"{len(every) - len(set().union(*failed.values()))} pipelines right; {time.monotonic() - began:.1f} s")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
