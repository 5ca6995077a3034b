"""Boosted trees as ONNX files, in the shape in which onnxmltools writes them: of XGBoost, and as if of LightGBM.

Debian has no LightGBM: `lightgbm_model` writes the trees of scikit-learn's HistGradientBoosting, which follow LightGBM's
algorithm, as onnxmltools writes LightGBM's.
"""

import itertools
import json

import numpy as np
from tabular_exports import FLOAT, INT64, STRING, Graph, Trees, class_labels, maps_of, not_above, tensor_of


def add_xgboost_tree(trees, number, root):
    """XGBoost goes left where a value is less, and says where a missing one goes."""
    order = []

    def count(node):
        order.append(node["nodeid"])
        for child in node.get("children", []):
            count(child)

    def add(node):
        at = order.index(node["nodeid"])
        if "leaf" in node:
            trees.leaf(number, at, [node["leaf"]])
            return
        trees.branch(number, at, "BRANCH_LT", node["split"].removeprefix("f"), node["split_condition"], order.index(node["yes"]),
                     order.index(node["no"]), node["missing"] == node["yes"])
        for child in node["children"]:
            add(child)
    count(root)
    add(root)


def xgboost_model(estimator, inputs):
    """Classes as a tensor of probabilities: onnxmltools writes no ZipMap for XGBoost."""
    graph = Graph(inputs, "OnnxMLTools")
    booster, classes = estimator.get_booster(), getattr(estimator, "classes_", None)
    stated = json.loads(json.loads(booster.save_config())["learner"]["learner_model_param"]["base_score"])  # 3.0: may be a list
    base = [float(one) for one in np.ravel(stated)]
    trees = Trees("target" if classes is None else "class", hitrates=False)
    for number, dump in enumerate(booster.get_dump(with_stats=True, dump_format="json")):
        add_xgboost_tree(trees, number, json.loads(dump))
    attributes = trees.attributes()
    if classes is None:
        made = graph.add("TreeEnsembleRegressor", *inputs, base_values=base, n_targets=1, post_transform="NONE", **attributes)
        graph.output("variable", made, tensor_of(FLOAT, None, 1))
        return graph.model(), {"numbers": ["variable"]}
    if len(classes) == 2:
        attributes["post_transform"] = "LOGISTIC"
        if base[0] != 0.5:
            attributes["base_values"] = [float(np.log(base[0] / (1 - base[0])))]
    else:
        attributes.update(post_transform="SOFTMAX", base_values=(base * len(classes))[:len(classes)],
                          class_ids=[one % len(classes) for one in attributes["class_treeids"]])
    label, scores = graph.add("TreeEnsembleClassifier", *inputs, outputs=2, **attributes, **class_labels(classes))
    graph.output("label", label, tensor_of(INT64, None))
    graph.output("probabilities", scores, tensor_of(FLOAT, None, len(classes)))
    return graph.model(), {"label": ["label"], "scores": ["probabilities"]}


def add_lightgbm_tree(trees, number, one, first, start):
    """Nodes are numbered as onnxmltools does: both children of a node, then what is below the left one.

    LightGBM has no base value: its first trees hold it in their leaves, which `start` is for.
    """
    numbers = itertools.count(1)

    def add(index, at):
        node = one.nodes[index]
        if node["is_leaf"]:
            trees.leaf(number, at, [node["value"] + start], first)
            return
        left, right = next(numbers), next(numbers)
        trees.branch(number, at, "BRANCH_LEQ", node["feature_idx"], not_above(node["num_threshold"]), left, right,
                     node["missing_go_to_left"])
        add(node["left"], left)
        add(node["right"], right)
    add(0, 0)


def lightgbm_model(estimator, inputs, zipmap=True):
    graph = Graph(inputs, "OnnxMLTools")
    classes, width = getattr(estimator, "classes_", None), len(estimator._predictors[0])
    trees = Trees("target" if classes is None else "class")
    for number, one in enumerate(itertools.chain(*estimator._predictors)):
        start = np.ravel(estimator._baseline_prediction)[number] if number < width else 0.0
        add_lightgbm_tree(trees, number, one, number % width, start)
    if classes is None:
        made = graph.add("TreeEnsembleRegressor", *inputs, n_targets=1, post_transform="NONE", **trees.attributes())
        graph.output("variable", graph.add("Identity", made), tensor_of(FLOAT, None, 1))
        return graph.model(), {"numbers": ["variable"]}
    label, scores = graph.add("TreeEnsembleClassifier", *inputs, outputs=2, **trees.attributes(), **class_labels(classes),
                              post_transform="LOGISTIC" if width == 1 else "SOFTMAX")
    text = classes.dtype.kind in "UO"
    label, scores = graph.add("Identity", label), graph.add("Identity", scores)
    label = graph.add("Identity", label) if text else graph.cast(label, INT64)
    graph.output("label", label, tensor_of(STRING if text else INT64, None))
    if zipmap:
        graph.output("probabilities", graph.add("ZipMap", scores, **class_labels(classes)), maps_of(STRING if text else INT64))
    else:
        graph.output("probabilities", graph.add("Mul", scores, graph.constant(1, FLOAT)), tensor_of(FLOAT, None, len(classes)))
    return graph.model(), {"label": ["label"], "scores": ["probabilities"]}
