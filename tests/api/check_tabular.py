#!/usr/bin/env python3
"""Models of tables through the server: check_tabular.py WARMBENCH [--keep FOLDER]

scikit-learn (and XGBoost, where it is installed) trains some dozens of small models, tabular_exports.py and tabular_boosters.py
write them as ONNX files, the server answers rows that no model was trained on, and what it says is held against what the
estimator itself says to them: nothing here says what an answer should be. Each model is asked by POST /predict/NAME, with
`tensors` and, if it has one input, with `inputs`, and by POST /v2/models/NAME/infer, with strings as BYTES.

Labels are the same, strings as strings; probabilities lie within 1e-5, other numbers within 1e-4 of their size;
`results[i].classes` has the names of the estimator's `classes_`, each with its probability, the likeliest first; and no model
carries a warning. --keep writes the files into FOLDER and leaves them there.
"""

import argparse
import json
import math
import os
import pathlib
import sys
import tempfile
import time
import warnings

sys.dont_write_bytecode = True
os.environ["OMP_NUM_THREADS"] = "1"  # as many threads as cores add nothing to models this small, and other tests run beside this
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))

import numpy as np  # noqa: E402
import onnx  # noqa: E402
from sklearn import datasets  # noqa: E402
from sklearn.cluster import KMeans  # noqa: E402
from sklearn.compose import ColumnTransformer  # noqa: E402
from sklearn.ensemble import (GradientBoostingClassifier, GradientBoostingRegressor, HistGradientBoostingClassifier,  # noqa: E402
                              HistGradientBoostingRegressor, RandomForestClassifier, RandomForestRegressor)
from sklearn.impute import SimpleImputer  # noqa: E402
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge  # noqa: E402
from sklearn.neural_network import MLPClassifier  # noqa: E402
from sklearn.pipeline import make_pipeline  # noqa: E402
from sklearn.preprocessing import Binarizer, Normalizer, OneHotEncoder, OrdinalEncoder, StandardScaler  # noqa: E402
from sklearn.svm import SVC, SVR, LinearSVC  # noqa: E402
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor  # noqa: E402

from served import Server, check  # noqa: E402
from tabular_boosters import lightgbm_model, xgboost_model  # noqa: E402
from tabular_exports import sklearn_model  # noqa: E402

try:
    from xgboost import XGBClassifier, XGBRegressor
except ImportError:
    XGBClassifier = None

SEED = 20
ASKED = 40  # so many rows of each table are kept from training
PROBABILITY, NUMBER, DOUBLE = (0, 1e-5), (1e-4, 1e-6), (1e-12, 1e-12)  # relative; of the largest number of an output
DATATYPES = {"f4": "FP32", "f8": "FP64", "i8": "INT64"}


class Case:
    """A file, the arrays to ask it with, and what the estimator says to them."""

    def __init__(self, name, file, feeds):
        self.name, self.file, self.feeds = name, file, feeds
        self.expected = {}  # by output: array, relative and absolute tolerance
        self.classes = self.scores = None

    def expect(self, output, array, tolerance=(0, 0)):
        relative, absolute = tolerance
        largest = 1 if tolerance is PROBABILITY or array.dtype.kind in "iUO" else np.abs(array).max()
        self.expected[output] = (array, relative, absolute * largest)


# ---- tables ------------------------------------------------------------------------------------------------------------

def numbers(classes, names=None, missing=False, dtype=np.float32):
    """A table of six numbers and a class."""
    x, y = datasets.make_classification(400, 6, n_informative=4, n_classes=classes, random_state=SEED)
    return holed(x.astype(dtype), missing), y if names is None else np.array(names)[y]


def quantities(targets=1, missing=False, dtype=np.float32):
    """A table of six numbers and a quantity."""
    x, y = datasets.make_regression(400, 6, n_targets=targets, noise=3, random_state=SEED)
    return holed(x.astype(dtype), missing), y


def holed(x, missing):
    if missing:
        x[np.random.default_rng(SEED).random(x.shape) < 0.15] = np.nan
    return x


def people():
    """A table whose columns have types of their own. Some ages and trades are missing; the last rows have a town of their own."""
    random = np.random.default_rng(SEED)
    count = 400
    trade = random.choice(["baker", "smith", "garde-forêt", 'so-called "guru"', "?"], count)
    town = random.choice(["Köln", "北京", "New York", "Oslo"], count)
    town[-3:] = "Atlantis"
    age = random.uniform(18, 80, count).astype(np.float32)
    age[random.random(count) < 0.1] = np.nan
    hours = random.integers(5, 60, count)
    wealth = np.nan_to_num(age, nan=40) + hours + 20 * (trade == "smith") + 15 * (town == "北京") + random.normal(0, 8, count)
    x = np.array([age, hours, trade, town], dtype=object).T
    return x, wealth


def split(x):
    return x[:-ASKED], x[-ASKED:]


def as_columns(x):
    """An input for each column, as a data frame gives them to skl2onnx."""
    types = {"age": np.float32, "hours": np.int64, "trade": str, "town": str}
    return {name: x[:, [index]].astype(kind) for index, (name, kind) in enumerate(types.items())}


# ---- models ------------------------------------------------------------------------------------------------------------

def trained(name, estimator, table, write, feeds=lambda x: {"X": x}, tolerance=None, probabilities=True):
    """The case of an estimator that is trained here; `write` makes its file of it and of an example of its inputs."""
    (x, asked), (y, _) = map(split, table)
    estimator.fit(x, y)
    inputs = feeds(asked)
    file, outputs = write(estimator, inputs)
    case = Case(name, file, inputs)
    if "numbers" in outputs:
        answers = estimator.predict(asked) if hasattr(estimator, "predict") else estimator.transform(asked)
        case.expect(outputs["numbers"][0], answers.reshape(len(asked), -1), tolerance or NUMBER)
        return case
    case.expect(outputs["label"][0], estimator.predict(asked).astype(str if y.dtype.kind == "U" else np.int64))
    if not hasattr(estimator, "classes_"):  # clusters
        case.expect(outputs["scores"][0], estimator.transform(asked), tolerance or NUMBER)
        return case
    scores = estimator.predict_proba(asked) if probabilities else estimator.decision_function(asked)
    allowed = tolerance or (PROBABILITY if probabilities else NUMBER)
    if len(outputs["scores"]) == 1:
        case.expect(outputs["scores"][0], scores, allowed)
        case.classes, case.scores = [str(one) for one in estimator.classes_], scores if probabilities else None
    else:
        for output, column in zip(outputs["scores"], scores.T):
            case.expect(output, column, allowed)
    return case


def sklearn_cases():
    def case(name, estimator, table, zipmap=True, **more):
        return trained(name, estimator, table, lambda model, inputs: sklearn_model(model, inputs, zipmap), **more)
    animals = ["cat", "dog", "éland"]
    yield case("logistic_two", LogisticRegression(), numbers(2))
    yield case("logistic_two_strings", LogisticRegression(), numbers(2, ["ham", "spam"]))
    yield case("logistic_three", LogisticRegression(), numbers(3, animals))
    yield case("logistic_three_tensor", LogisticRegression(), numbers(3, [11, 7, 3]), zipmap=False)
    yield case("logistic_one_against_rest", LogisticRegression(solver="liblinear"), numbers(3, animals))
    yield case("logistic_columns", LogisticRegression(), numbers(3, animals), zipmap="columns")
    yield case("logistic_scaled", make_pipeline(StandardScaler(), LogisticRegression()), numbers(3, animals))
    yield case("logistic_double", make_pipeline(StandardScaler(), LogisticRegression()),
               numbers(3, [11, 7, 3], dtype=np.float64), zipmap=False)
    yield case("linear_svc", make_pipeline(StandardScaler(), LinearSVC(random_state=SEED, dual=False)), numbers(3, animals),
               probabilities=False)
    yield case("tree_two", DecisionTreeClassifier(max_depth=4, random_state=SEED), numbers(2), zipmap=False)
    yield case("tree_three", DecisionTreeClassifier(max_depth=4, random_state=SEED), numbers(3, animals))
    yield case("forest_two", RandomForestClassifier(20, random_state=SEED), numbers(2, ["no", "yes"]))
    yield case("forest_seven", RandomForestClassifier(20, random_state=SEED), numbers(7))
    yield case("boosting_two", GradientBoostingClassifier(n_estimators=20, random_state=SEED), numbers(2, ["no", "yes"]))
    yield case("boosting_three", GradientBoostingClassifier(n_estimators=20, random_state=SEED), numbers(3), zipmap=False)
    yield case("histogram_two", HistGradientBoostingClassifier(max_iter=20, random_state=SEED), numbers(2, missing=True))
    yield case("histogram_three", HistGradientBoostingClassifier(max_iter=20, random_state=SEED),
               numbers(3, animals, missing=True))
    yield case("svc_two", SVC(kernel="poly", probability=True, random_state=SEED), numbers(2, ["ham", "spam"]))
    yield case("svc_three", make_pipeline(StandardScaler(), SVC(probability=True, random_state=SEED)), numbers(3), zipmap=False)
    yield case("network_two", MLPClassifier((8,), max_iter=300, random_state=SEED), numbers(2, [0, 1]))
    yield case("network_three", MLPClassifier((8,), max_iter=300, random_state=SEED), numbers(3, animals))
    yield case("network_three_tensor", MLPClassifier((8,), max_iter=300, random_state=SEED), numbers(3, animals), zipmap=False)
    yield case("clusters", KMeans(4, n_init=3, random_state=SEED), numbers(3))

    yield case("line", LinearRegression(), quantities())
    yield case("lines", LinearRegression(), quantities(targets=2))
    yield case("ridge_double", make_pipeline(StandardScaler(), Ridge()), quantities(dtype=np.float64), tolerance=DOUBLE)
    yield case("tree_quantity", DecisionTreeRegressor(max_depth=5, random_state=SEED), quantities())
    yield case("forest_quantity", RandomForestRegressor(20, random_state=SEED), quantities())
    yield case("forest_quantities", RandomForestRegressor(20, random_state=SEED), quantities(targets=2))
    yield case("boosting_quantity", GradientBoostingRegressor(n_estimators=20, random_state=SEED), quantities())
    yield case("histogram_quantity", HistGradientBoostingRegressor(max_iter=20, random_state=SEED), quantities(missing=True))
    yield case("svr", make_pipeline(StandardScaler(), SVR(C=50)), quantities())
    yield case("normalized", make_pipeline(SimpleImputer(), StandardScaler(), Normalizer()), quantities(missing=True))
    yield case("signs", make_pipeline(StandardScaler(), Binarizer(threshold=0.25)), quantities())

    x, wealth = people()
    rich = np.array(["<=90", ">90"])[(wealth > 90).astype(int)]
    encoded = ColumnTransformer([("numbers", make_pipeline(SimpleImputer(strategy="median"), StandardScaler()), [0, 1]),
                                 ("words", OneHotEncoder(handle_unknown="ignore"), [2, 3])])
    yield case("people_rich", make_pipeline(encoded, LogisticRegression()), (x, rich), feeds=as_columns)
    ranked = ColumnTransformer([
        ("words", OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=9), [2, 3]),
        ("numbers", SimpleImputer(), [0, 1])])
    yield case("people_ranked", make_pipeline(ranked, RandomForestClassifier(20, random_state=SEED)),
               (x, (wealth > 90).astype(int)), feeds=as_columns)
    filled = ColumnTransformer([
        ("numbers", SimpleImputer(), [0, 1]),
        ("words", make_pipeline(SimpleImputer(strategy="most_frequent", missing_values="?"),
                                OneHotEncoder(handle_unknown="ignore")), [2, 3])])
    yield case("people_wealth", make_pipeline(filled, GradientBoostingRegressor(n_estimators=20, random_state=SEED)), (x, wealth),
               feeds=as_columns)
    yield case("words_alone", make_pipeline(OneHotEncoder(handle_unknown="ignore"), DecisionTreeClassifier(random_state=SEED)),
               (x[:, 2:], rich), feeds=lambda words: {"X": words.astype(str)})
    yield case("words_ranked", make_pipeline(OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=9),
                                             DecisionTreeRegressor(max_depth=3, random_state=SEED)),
               (x[:, 2:], wealth), feeds=lambda words: {"X": words.astype(str)})
    yield case("hours_and_age", make_pipeline(StandardScaler(), LinearRegression()),
               (np.nan_to_num(x[:, :2].astype(np.float32), nan=40), wealth),
               feeds=lambda two: {"age": two[:, :1], "hours": two[:, 1:].astype(np.int64)})

    def with_labels(model, inputs):
        return sklearn_model(model, inputs, zipmap=False, class_labels_output=True)
    labelled = trained("logistic_class_labels", LogisticRegression(), numbers(3, [3, 7, 11]), with_labels)
    labelled.expect("class_labels", np.array([3, 7, 11]))
    yield labelled


def xgboost_cases():
    options = {"n_estimators": 20, "max_depth": 4, "n_jobs": 1, "random_state": SEED}
    yield trained("xgboost_two", XGBClassifier(**options), numbers(2), xgboost_model)
    yield trained("xgboost_two_base", XGBClassifier(base_score=0.3, **options), numbers(2, missing=True), xgboost_model)
    yield trained("xgboost_three", XGBClassifier(**options), numbers(3, missing=True), xgboost_model)
    yield trained("xgboost_quantity", XGBRegressor(**options), quantities(missing=True), xgboost_model)


def lightgbm_cases():
    def case(name, kind, table, **more):
        return trained(name, kind(max_iter=20, random_state=SEED), table,
                       lambda model, inputs: lightgbm_model(model, inputs, **more), feeds=lambda x: {"input": x})
    yield case("lightgbm_two", HistGradientBoostingClassifier, numbers(2, missing=True))
    yield case("lightgbm_three", HistGradientBoostingClassifier, numbers(3, ["cat", "dog", "éland"]))
    yield case("lightgbm_three_tensor", HistGradientBoostingClassifier, numbers(3, [3, 7, 11]), zipmap=False)
    yield case("lightgbm_quantity", HistGradientBoostingRegressor, quantities(missing=True))


# ---- what the server says ----------------------------------------------------------------------------------------------

def spoken(values):
    """As JSON has it, where NaN is null."""
    if isinstance(values, list):
        return [spoken(value) for value in values]
    return None if isinstance(values, float) and math.isnan(values) else values


def compare(where, came, wanted, relative, absolute):
    check(came.shape == wanted.shape, f"{where} has the shape {list(came.shape)}, expected {list(wanted.shape)}")
    if wanted.dtype.kind == "f":
        right = np.isclose(came.astype(np.float64), wanted, relative, absolute)
    else:
        right = came == wanted
    if not np.all(right):
        at = tuple(int(index) for index in np.argwhere(~right)[0])
        raise AssertionError(f"{where} is {came[at]!r} at {list(at)}, the estimator says {wanted[at]!r}; {np.sum(~right)} of "
                             f"{right.size} differ")


def compare_classes(results, case):
    """All classes come where there are no more than five, else the five likeliest."""
    check(len(results) == ASKED, f"{len(results)} results for {ASKED} rows")
    for row, result in enumerate(results):
        where = f"the classes of row {row}"
        check("classes" in result, f"{where} did not come: {str(result)[:200]}")
        classes = result["classes"]
        wanted = min(5, len(case.classes))
        check(len(classes) == wanted, f"{where} are {len(classes)}, expected {wanted}")
        for one in classes:
            check(case.classes[one["index"]] == one["label"], f"{where}: {one} is not of {case.classes}")
        check(len({one["index"] for one in classes}) == wanted, f"{where}: one came twice: {classes}")
        if case.scores is None:
            label = str(next(iter(case.expected.values()))[0][row])
            check(classes[0]["label"] == label, f"{where}: {classes[0]} comes first, the estimator says {label}")
            continue
        likeliest = np.sort(case.scores[row])[::-1]
        for one, best in zip(classes, likeliest):
            score = case.scores[row][one["index"]]
            check(abs(one["score"] - score) <= 1e-5, f"{where}: {one}, the estimator says {score}")
            check(abs(best - score) <= 1e-5, f"{where}: {one} comes where the score is {best}")


def said(server, path, body):
    answer = server.ask("POST", path, json.dumps(body))
    check(answer.status == 200, f"POST {path}: {answer.status} {answer.body.decode(errors='replace')[:500]}")
    return answer.json()


def ask_simple(server, case):
    bodies = [{"tensors": {name: spoken(array.tolist()) for name, array in case.feeds.items()}}]
    if len(case.feeds) == 1:
        bodies.append({"inputs": spoken(next(iter(case.feeds.values())).tolist())})
    for body in bodies:
        kind = next(iter(body))
        answer = said(server, "/predict/" + case.name, body)
        outputs = answer["outputs"] if len(case.expected) > 1 else {next(iter(case.expected)): answer["prediction"]}
        for name, (wanted, relative, absolute) in case.expected.items():
            check(name in outputs, f"/predict with {kind}: no output \"{name}\" but {list(outputs)}")
            compare(f"/predict with {kind}: \"{name}\"", np.array(outputs[name]), wanted, relative, absolute)
        if case.classes:
            compare_classes(answer["results"], case)


def ask_inference_protocol(server, case):
    inputs = [{"name": name, "shape": list(array.shape), "datatype": DATATYPES.get(array.dtype.str[1:], "BYTES"),
               "data": spoken(array.ravel().tolist())} for name, array in case.feeds.items()]
    answer = said(server, f"/v2/models/{case.name}/infer", {"inputs": inputs})
    outputs = {output["name"]: output for output in answer["outputs"]}
    check(set(outputs) == set(case.expected), f"/v2: the outputs are {sorted(outputs)}, expected {sorted(case.expected)}")
    for name, (wanted, relative, absolute) in case.expected.items():
        output = outputs[name]
        datatype = {"f": ("FP32", "FP64"), "i": ("INT64",)}.get(wanted.dtype.kind, ("BYTES",))
        check(output["datatype"] in datatype, f"/v2: \"{name}\" is {output['datatype']}, expected {' or '.join(datatype)}")
        compare(f"/v2: \"{name}\"", np.array(output["data"]).reshape(output["shape"]), wanted, relative, absolute)


def ask_about(server, case):
    about = server.get("/models/" + case.name)
    check(not about["warnings"], f"/models: it carries the warning {about['warnings']}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--keep", metavar="FOLDER")
    options = parser.parse_args()
    warnings.simplefilter("ignore")  # of newer versions about options that change, and of networks that could be trained longer
    began = time.monotonic()
    cases = [*sklearn_cases(), *lightgbm_cases()]
    if XGBClassifier:
        cases += xgboost_cases()
    else:
        print("left out: the models of XGBoost; install python3-xgboost")
    trained_seconds = time.monotonic() - began
    failed = {}  # models by sentence
    with tempfile.TemporaryDirectory(prefix="warmbench-tabular-") as folder:
        folder = options.keep or folder
        os.makedirs(folder, exist_ok=True)
        for case in cases:
            onnx.save(case.file, os.path.join(folder, case.name + ".onnx"))
        with Server(options.program, folder, "--log-level", "off", sample=False) as server:
            for case in cases:
                for ask in (ask_simple, ask_inference_protocol, ask_about):
                    try:
                        ask(server, case)
                    except AssertionError as error:
                        failed.setdefault(str(error).strip(), []).append(case.name)
    for sentence, names in failed.items():
        print(f"FAILED: {', '.join(names)}: {sentence}")
    wrong = len(set().union(*failed.values()))
    named = sum(case.classes is not None for case in cases)
    print(f"{len(cases)} models, {named} of them with classes, {ASKED} rows each, in two protocols: {len(cases) - wrong} right, "
          f"{wrong} wrong; trained in {trained_seconds:.1f} s, all in {time.monotonic() - began:.1f} s")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
