"""Trained models of tables as ONNX files, in the shape in which skl2onnx and onnxmltools write them.

Debian has neither exporter, so the graphs are made here, node by node: the same operators with the same attributes, the same
names of inputs and outputs, versions of operator sets and kinds of outputs. This file has the graphs, the trees and what
skl2onnx writes; tabular_boosters.py has what onnxmltools writes.
"""

import itertools

import numpy as np
import onnx
from onnx import TensorProto, defs, helper, numpy_helper
from sklearn import cluster, compose, ensemble, impute, linear_model, neural_network, pipeline, preprocessing, svm, tree

FLOAT, DOUBLE, INT32, INT64, STRING = (TensorProto.FLOAT, TensorProto.DOUBLE, TensorProto.INT32, TensorProto.INT64,
                                       TensorProto.STRING)
ELEMENTS = {"f4": FLOAT, "f8": DOUBLE, "i8": INT64}
NUMPY = {FLOAT: np.float32, DOUBLE: np.float64, INT32: np.int32, INT64: np.int64}
PRODUCERS = {"skl2onnx": ("1.17.0", "ai.onnx"), "OnnxMLTools": ("1.12.0", "onnxml")}


# ---- graphs ------------------------------------------------------------------------------------------------------------

def element_of(array):
    return ELEMENTS.get(array.dtype.str[1:], STRING)


class Graph:
    """Collects nodes; what `add` and `constant` return is the name of a tensor, to be the input of another node."""

    def __init__(self, inputs, producer="skl2onnx"):
        """`inputs`: by name, an array of the input's type and number of columns."""
        self.producer = producer
        self.elements = {name: element_of(array) for name, array in inputs.items()}
        self.real = DOUBLE if DOUBLE in self.elements.values() else FLOAT
        self.inputs = [helper.make_tensor_value_info(name, self.elements[name], [None, array.shape[1]])
                       for name, array in inputs.items()]
        self.nodes, self.constants, self.outputs = [], [], []
        self.names = map(str, itertools.count())

    def constant(self, values, element=None):
        array = np.asarray(values)
        name = "constant" + next(self.names)
        if element is None:
            element = element_of(array)
        if element == STRING:
            made = helper.make_tensor(name, STRING, array.shape, [str(value).encode() for value in array.ravel()])
        else:
            made = numpy_helper.from_array(array.astype(NUMPY[element]), name)
        self.constants.append(made)
        return name

    def add(self, operator, *inputs, outputs=1, **attributes):
        made = [operator.lower() + next(self.names) for _ in range(outputs)]
        attributes = {key: value.tolist() if isinstance(value, np.ndarray) else value for key, value in attributes.items()}
        domain = "ai.onnx.ml" if defs.has(operator, "ai.onnx.ml") else ""
        self.nodes.append(helper.make_node(operator, list(inputs), made, name=made[0], domain=domain, **attributes))
        return made[0] if outputs == 1 else made

    def cast(self, tensor, element):
        return self.add("Cast", tensor, to=element)

    def reshape(self, tensor, *shape):
        return self.add("Reshape", tensor, self.constant(shape, INT64))

    def output(self, name, tensor, kind):
        """The tensor under the name that the exporter gives to what leaves the graph."""
        for node in self.nodes:
            for names in (node.input, node.output):
                names[:] = [name if given == tensor else given for given in names]
        self.outputs.append(helper.make_value_info(name, kind))

    def model(self):
        graph = helper.make_graph(self.nodes, "graph", self.inputs, self.outputs, self.constants)
        # The exporters state the highest version of a set that one of its operators came with.
        versions = {}
        for node in self.nodes:
            came = defs.get_schema(node.op_type, 3 if node.domain else 15, node.domain).since_version
            versions[node.domain] = max(came, versions.get(node.domain, 1))
        versions.setdefault("", 15)
        sets = [helper.make_opsetid(*version) for version in sorted(versions.items(), reverse=True)]
        model = helper.make_model(graph, producer_name=self.producer, opset_imports=sets)
        model.producer_version, model.domain = PRODUCERS[self.producer]
        model.ir_version = 8
        onnx.checker.check_model(model)
        return model


def tensor_of(element, *shape):
    return helper.make_tensor_type_proto(element, shape)


def maps_of(key):
    maps = onnx.TypeProto()
    maps.sequence_type.elem_type.map_type.key_type = key
    maps.sequence_type.elem_type.map_type.value_type.CopyFrom(tensor_of(FLOAT))
    return maps


def class_labels(classes, whole="classlabels_int64s"):
    """Classes as an attribute; `whole` is what the operator calls it for integers."""
    return {"classlabels_strings": classes.tolist()} if classes.dtype.kind in "UO" else {whole: classes.tolist()}


def end_classifier(graph, label, scores, classes, zipmap):
    """The outputs of skl2onnx's classifiers. Returns the names of those that hold labels and scores."""
    element = STRING if classes.dtype.kind in "UO" else INT64
    if zipmap is False:
        graph.output("label", label, tensor_of(element, None))
        graph.output("probabilities", scores, tensor_of(graph.real, None, len(classes)))
        return "label", ["probabilities"]
    label = graph.add("Identity", label) if element == STRING else graph.cast(label, INT64)
    graph.output("output_label", label, tensor_of(element, None))
    if zipmap == "columns":
        names = [("s" if element == STRING else "i") + str(one) for one in classes]
        for index, name in enumerate(names):
            column = graph.add("Slice", scores, *(graph.constant([value], INT64) for value in (index, index + 1, 1)))
            graph.output(name, graph.reshape(column, -1), tensor_of(FLOAT, None))
        return "output_label", names
    graph.output("output_probability", graph.add("ZipMap", scores, **class_labels(classes)), maps_of(element))
    return "output_label", ["output_probability"]


# ---- trees -------------------------------------------------------------------------------------------------------------

class Trees:
    """The attributes of TreeEnsembleClassifier (kind "class") and TreeEnsembleRegressor (kind "target")."""

    NODES = ("treeids", "nodeids", "featureids", "modes", "values", "truenodeids", "falsenodeids", "missing_value_tracks_true")
    LEAVES = ("treeids", "nodeids", "ids", "weights")

    def __init__(self, kind, hitrates=True):
        self.kind, self.hitrates = kind, hitrates
        self.nodes, self.leaves = [], []

    def branch(self, tree, node, mode, feature, threshold, true, false, missing=False):
        self.nodes.append((int(tree), int(node), int(feature), mode, float(threshold), int(true), int(false), int(missing)))

    def leaf(self, tree, node, weights, first=0):
        self.nodes.append((int(tree), int(node), 0, "LEAF", 0.0, 0, 0, 0))
        self.leaves.extend((int(tree), int(node), first + i, float(weight)) for i, weight in enumerate(weights))

    def attributes(self):
        made = {f"nodes_{key}": list(values) for key, values in zip(self.NODES, zip(*sorted(self.nodes)))}
        made.update({f"{self.kind}_{key}": list(values) for key, values in zip(self.LEAVES, zip(*self.leaves))})
        if self.hitrates:
            made["nodes_hitrates"] = [1.0] * len(self.nodes)
        return made


def not_above(threshold):
    """The largest float32 that is no larger: scikit-learn holds float32 values against a double."""
    near = np.float32(threshold)
    return near if near <= threshold else np.nextafter(near, np.float32(-np.inf))


def add_tree(trees, number, one, factor=1.0, first=0):
    """A tree of sklearn.tree; of two classes only the second one's share is written."""
    for node in range(one.node_count):
        if one.children_left[node] > node:
            trees.branch(number, node, "BRANCH_LEQ", one.feature[node], not_above(one.threshold[node]), one.children_left[node],
                         one.children_right[node])
            continue
        values = one.value[node].ravel()
        if trees.kind == "class" and len(values) > 1:  # classes; boosted trees of classifiers have a single value
            values = values / values.sum()
            values = values[1:] if len(values) == 2 else values
        trees.leaf(number, node, values * factor, first)


def add_histogram_tree(trees, number, one, first=0):
    for index, node in enumerate(one.nodes):
        if node["is_leaf"]:
            trees.leaf(number, index, [node["value"]], first)
        else:
            trees.branch(number, index, "BRANCH_LEQ", node["feature_idx"], not_above(node["num_threshold"]), node["left"],
                         node["right"], node["missing_go_to_left"])


def tree_classifier(graph, x, model):
    trees, more = Trees("class"), {"post_transform": "NONE"}
    binary = len(model.classes_) == 2
    if isinstance(model, tree.DecisionTreeClassifier):
        add_tree(trees, 0, model.tree_)
    elif isinstance(model, ensemble.RandomForestClassifier):
        for number, one in enumerate(model.estimators_):
            add_tree(trees, number, one.tree_, 1 / len(model.estimators_))
    else:
        more["post_transform"] = "LOGISTIC" if binary else "SOFTMAX"
        if isinstance(model, ensemble.GradientBoostingClassifier):
            more["base_values"] = model._raw_predict_init(np.zeros((1, model.n_features_in_))).ravel()
            for number, one in enumerate(model.estimators_.ravel()):
                add_tree(trees, number, one.tree_, model.learning_rate, number % model.estimators_.shape[1])
        else:
            more["base_values"] = np.ravel(model._baseline_prediction)
            for number, one in enumerate(itertools.chain(*model._predictors)):
                add_histogram_tree(trees, number, one, number % len(model._predictors[0]))
    return graph.add("TreeEnsembleClassifier", x, outputs=2, **trees.attributes(), **class_labels(model.classes_), **more)


def tree_regressor(graph, x, model):
    trees, more = Trees("target"), {"post_transform": "NONE", "n_targets": getattr(model, "n_outputs_", 1)}
    if isinstance(model, tree.DecisionTreeRegressor):
        add_tree(trees, 0, model.tree_)
    elif isinstance(model, ensemble.RandomForestRegressor):
        for number, one in enumerate(model.estimators_):
            add_tree(trees, number, one.tree_, 1 / len(model.estimators_))
    elif isinstance(model, ensemble.GradientBoostingRegressor):
        more["base_values"] = np.ravel(model.init_.constant_)
        for number, one in enumerate(model.estimators_.ravel()):
            add_tree(trees, number, one.tree_, model.learning_rate)
    else:
        more["base_values"] = np.ravel(model._baseline_prediction)
        for number, one in enumerate(itertools.chain(*model._predictors)):
            add_histogram_tree(trees, number, one)
    return graph.add("TreeEnsembleRegressor", x, **trees.attributes(), **more)


# ---- linear models, SVM, networks, clusters ------------------------------------------------------------------------------

def linear_classifier(graph, x, model):
    coefficients, intercepts, binary = model.coef_, model.intercept_, len(model.classes_) == 2
    if binary:
        coefficients, intercepts = np.concatenate([-coefficients, coefficients]), np.concatenate([-intercepts, intercepts])
    if isinstance(model, svm.LinearSVC):
        transform = "NONE"
    else:
        transform = "LOGISTIC" if binary or model.solver == "liblinear" else "SOFTMAX"
    if graph.real == DOUBLE:  # LinearClassifier knows only float32
        raw = graph.add("Add", graph.add("MatMul", x, graph.constant(coefficients.T)), graph.constant(intercepts[None]))
        return label_by_index(graph, graph.add("ArgMax", raw, axis=1), model.classes_), graph.add("Softmax", raw, axis=1)
    label, scores = graph.add("LinearClassifier", x, outputs=2, coefficients=coefficients.ravel(), intercepts=intercepts,
                              multi_class=0 if binary else 1, post_transform=transform,
                              **class_labels(model.classes_, "classlabels_ints"))
    if not binary and transform != "NONE":
        scores = graph.add("Normalizer", scores, norm="L1")
    return label, scores


def label_by_index(graph, index, classes):
    """The class at an index, where no operator of ai.onnx.ml knows the classes."""
    text = classes.dtype.kind in "UO"
    found = graph.add("ArrayFeatureExtractor", graph.constant(classes, STRING if text else INT32), index)
    return graph.reshape(found, -1) if text else graph.cast(graph.reshape(found, -1), INT64)


def linear_regressor(graph, x, model):
    coefficients, intercepts = np.atleast_2d(model.coef_), np.ravel(model.intercept_)
    if graph.real == DOUBLE:
        sums = graph.add("Add", graph.add("MatMul", x, graph.constant(coefficients.T)), graph.constant(intercepts))
        return graph.reshape(sums, -1, len(coefficients))
    targets = {"targets": len(coefficients)} if np.ndim(model.coef_) == 2 else {}
    return graph.add("LinearRegressor", x, coefficients=coefficients.ravel(), intercepts=intercepts, **targets)


def svm_attributes(model, sign):
    return {"kernel_type": model.kernel.upper(), "kernel_params": [float(model._gamma), float(model.coef0), float(model.degree)],
            "support_vectors": model.support_vectors_.ravel(), "coefficients": sign * model.dual_coef_.ravel(),
            "rho": sign * model.intercept_, "post_transform": "NONE"}


def svm_classifier(graph, x, model):
    label, scores = graph.add("SVMClassifier", x, outputs=2, prob_a=model.probA_, prob_b=model.probB_,
                              vectors_per_class=model.n_support_, **class_labels(model.classes_, "classlabels_ints"),
                              **svm_attributes(model, -1 if len(model.classes_) == 2 else 1))
    return label, graph.cast(scores, FLOAT)


def svm_regressor(graph, x, model):
    return graph.cast(graph.add("SVMRegressor", x, n_supports=len(model.support_), **svm_attributes(model, 1)), FLOAT)


def network_classifier(graph, x, model):
    x = graph.cast(x, FLOAT)
    for layer, (weights, biases) in enumerate(zip(model.coefs_, model.intercepts_)):
        x = graph.add("Add", graph.add("MatMul", x, graph.constant(weights, FLOAT)), graph.constant(biases[None], FLOAT))
        if layer + 1 < len(model.coefs_):
            x = graph.add("Relu", x)
    if len(model.classes_) == 2:
        second = graph.add("Sigmoid", x)
        scores = graph.add("Concat", graph.add("Sub", graph.constant(1, FLOAT), second), second, axis=1)
    else:
        scores = graph.add("Identity", graph.add("Softmax", x))
    return label_by_index(graph, graph.add("ArgMax", scores, axis=1), model.classes_), scores


def clusters(graph, x, model):
    """The nearest centre, and the distances to all: |x|^2 - 2xc + |c|^2."""
    centres = model.cluster_centers_
    squares = graph.add("ReduceSumSquare", x, axes=[1], keepdims=1)
    nothing = graph.add("Mul", squares, graph.constant([0], FLOAT))
    products = graph.add("Gemm", x, graph.constant(centres, FLOAT), nothing, alpha=-2.0, transB=1)
    whole = graph.add("Add", graph.constant((centres ** 2).sum(axis=1), FLOAT), graph.add("Add", squares, products))
    return graph.add("ArgMin", whole, axis=1, keepdims=0), graph.add("Sqrt", whole)


# ---- steps of pipelines ----------------------------------------------------------------------------------------------------

def scaler(graph, x, model):
    if graph.real == DOUBLE:
        return graph.add("Div", graph.add("Sub", x, graph.constant(model.mean_)), graph.constant(model.scale_))
    return graph.add("Scaler", x, offset=model.mean_, scale=1 / model.scale_)


def imputer(graph, x, model):
    if model.missing_values is np.nan or not isinstance(model.missing_values, str):
        return graph.add("Imputer", x, imputed_value_floats=model.statistics_.astype(float), replaced_value_float=float("nan"))
    columns = []  # strings: Imputer knows none, so each column is compared and chosen from
    for index, filled in enumerate(model.statistics_):
        value = graph.add("LabelEncoder", graph.constant([0]), keys_int64s=[0], values_strings=[filled], default_string=filled)
        column = graph.add("ArrayFeatureExtractor", x, graph.constant([index]))
        missing = graph.add("LabelEncoder", column, keys_strings=[model.missing_values], values_int64s=[1], default_int64=0)
        columns.append(graph.add("Where", graph.cast(missing, TensorProto.BOOL), value, column))
    return graph.add("Concat", *columns, axis=1)


def columns_of(graph, x, count, operator):
    """The columns as tensors [None, 1]: they came so, or as one tensor."""
    if not isinstance(x, str):
        return x
    chosen = {"axis": 1} if operator == "Gather" else {}
    return [graph.add(operator, x, graph.constant([index]), **chosen) for index in range(count)]


def one_hot_encoder(graph, x, model):
    made = []
    for column, categories in zip(columns_of(graph, x, len(model.categories_), "Gather"), model.categories_):
        keys = {"cats_strings": [str(one) for one in categories]}
        if all(isinstance(one, (int, np.integer)) for one in categories):
            column, keys = graph.cast(column, INT64), {"cats_int64s": [int(one) for one in categories]}
        made.append(graph.add("OneHotEncoder", column, zeros=int(model.handle_unknown == "ignore"), **keys))
    return graph.reshape(graph.add("Concat", *made, axis=-1), -1, sum(map(len, model.categories_)))


def ordinal_encoder(graph, x, model):
    made = []
    for column, categories in zip(columns_of(graph, x, len(model.categories_), "ArrayFeatureExtractor"), model.categories_):
        codes = graph.add("LabelEncoder", column, keys_strings=list(categories), values_int64s=list(range(len(categories))),
                          default_int64=int(model.unknown_value))
        made.append(graph.reshape(codes, -1, 1))
    return graph.cast(graph.add("Concat", *made, axis=1), FLOAT)


def column_transformer(graph, columns, model):
    """`columns`: a name for each; encoders take them one by one, the other steps as one tensor of the first one's type."""
    made = []
    for _, step, indices in model.transformers_:
        x = [columns[index] for index in indices]
        head = step.steps[0][1] if isinstance(step, pipeline.Pipeline) else step
        if not isinstance(head, (preprocessing.OneHotEncoder, preprocessing.OrdinalEncoder)):
            types = [graph.elements[name] for name in x]
            x = [name if kind == types[0] else graph.cast(name, types[0]) for name, kind in zip(x, types)]
            x = graph.add("Concat", *x, axis=1)
        made.append(converted(graph, x, step))
        if graph.real == DOUBLE and isinstance(head, (preprocessing.OneHotEncoder, preprocessing.OrdinalEncoder)):
            made[-1] = graph.cast(made[-1], DOUBLE)  # what encoders give is float32
    return graph.add("Concat", *made, axis=1)


CONVERTERS = {
    (linear_model.LogisticRegression, svm.LinearSVC): linear_classifier,
    (linear_model.LinearRegression, linear_model.Ridge): linear_regressor,
    (tree.DecisionTreeClassifier, ensemble.RandomForestClassifier, ensemble.GradientBoostingClassifier,
     ensemble.HistGradientBoostingClassifier): tree_classifier,
    (tree.DecisionTreeRegressor, ensemble.RandomForestRegressor, ensemble.GradientBoostingRegressor,
     ensemble.HistGradientBoostingRegressor): tree_regressor,
    svm.SVC: svm_classifier,
    svm.SVR: svm_regressor,
    neural_network.MLPClassifier: network_classifier,
    cluster.KMeans: clusters,
    preprocessing.StandardScaler: scaler,
    impute.SimpleImputer: imputer,
    preprocessing.OneHotEncoder: one_hot_encoder,
    preprocessing.OrdinalEncoder: ordinal_encoder,
    compose.ColumnTransformer: column_transformer,
    preprocessing.Normalizer: lambda graph, x, model: graph.add("Normalizer", x, norm=model.norm.upper()),
    preprocessing.Binarizer: lambda graph, x, model: graph.add("Binarizer", x, threshold=float(model.threshold)),
}


def converted(graph, x, model):
    if isinstance(model, pipeline.Pipeline):
        for _, step in model.steps:
            x = converted(graph, x, step)
        return x
    return next(convert for kinds, convert in CONVERTERS.items() if isinstance(model, kinds))(graph, x, model)


def sklearn_model(estimator, inputs, zipmap=True, class_labels_output=False):
    """The file, and what its outputs hold by name: "label", "scores" (a column each where there are several), "numbers"."""
    graph = Graph(inputs)
    many = len(inputs) > 1
    x = list(inputs) if many else next(iter(inputs))
    last = estimator.steps[-1][1] if isinstance(estimator, pipeline.Pipeline) else estimator
    first = estimator.steps[0][1] if isinstance(estimator, pipeline.Pipeline) else estimator
    if many and not isinstance(first, compose.ColumnTransformer):
        numbers = [name if graph.elements[name] == FLOAT else graph.cast(name, FLOAT) for name in x]
        x = graph.add("FeatureVectorizer", *numbers, inputdimensions=[array.shape[1] for array in inputs.values()])
    made = converted(graph, x, estimator)
    if isinstance(last, cluster.KMeans):
        graph.output("label", made[0], tensor_of(INT64, None))
        graph.output("scores", made[1], tensor_of(FLOAT, None, last.n_clusters))
        return graph.model(), {"label": ["label"], "scores": ["scores"]}
    if hasattr(last, "classes_"):
        label, scores = end_classifier(graph, *made, last.classes_, zipmap)
        if class_labels_output:
            made = graph.add("Identity", graph.constant(last.classes_))
            graph.output("class_labels", made, tensor_of(INT64, len(last.classes_)))
        return graph.model(), {"label": [label], "scores": scores}
    if hasattr(last, "transform"):
        width = last.n_features_in_
    else:
        width = len(last.coef_) if np.ndim(getattr(last, "coef_", 0)) == 2 else getattr(last, "n_outputs_", 1)
    graph.output("variable", made, tensor_of(graph.real, None, width))
    return graph.model(), {"numbers": ["variable"]}
