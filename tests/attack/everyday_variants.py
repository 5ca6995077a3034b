"""Everyday graphs of every axis, kind, shape and neighbour that importers are known to trip over, with numpy's values."""
import numpy as np
from onnx import numpy_helper

from everyday_kit import FLOAT, graph, INT64, normal, softmax_of


REDUCTIONS = {
    "ReduceMean": np.mean, "ReduceMax": np.max, "ReduceMin": np.min, "ReduceProd": np.prod, "ReduceSum": np.sum,
    "ReduceL1": lambda x, **how: np.abs(x).sum(**how), "ReduceL2": lambda x, **how: np.sqrt((x * x).sum(**how)),
    "ReduceSumSquare": lambda x, **how: (x * x).sum(**how), "ReduceLogSumExp": lambda x, **how: np.log(np.exp(x).sum(**how)),
    "ReduceLogSum": lambda x, **how: np.log(x.sum(**how))}


def reduced(kind, function, shape, axes, keep, free):
    def build(g):
        x = g.input("x", ["n", *shape[1:]] if free else list(shape), list(shape), *([[1, *shape[1:]]] if free else []))
        x = g.op("Exp", x)  # a logarithm takes no sums below 0
        g.expected = lambda x: function(np.exp(x), axis=tuple(axis % len(shape) for axis in axes), keepdims=bool(keep))
        return g.op(kind, x, g.ints(*axes), keepdims=keep) if kind == "ReduceSum" else g.op(kind, x, axes=axes, keepdims=keep)
    text = "_".join(str(axis).replace("-", "minus") for axis in axes)
    build.__name__ = f"{kind.lower()}_of_{len(shape)}_over_{text}" + ("_kept" if keep else "") + ("_free" if free else "")
    graph()(build)


def every_reduction(kind, function):
    """Over each axis and over some together."""
    for shape in ((3, 4), (2, 3, 4), (2, 3, 4, 5)):
        ranks = list(range(len(shape)))
        for axes in [[axis] for axis in (*ranks, -1)] + ([[0, 1], ranks[-2:]] if len(shape) > 2 else []) + [ranks]:
            for keep in (0, 1):
                for free in (False, True):
                    reduced(kind, function, shape, axes, keep, free)


for _kind, _function in REDUCTIONS.items():
    every_reduction(_kind, _function)


def every_softmax(kind, opset, shape, axis, free):
    def build(g):
        x = g.input("x", ["n", *shape[1:]] if free else list(shape), list(shape), *([[1, *shape[1:]]] if free else []))

        def expected(x):
            # Before opset 13 all from the axis on was one row.
            rows = x.reshape(int(np.prod(x.shape[:axis % x.ndim])), -1) if opset < 13 else x
            made = softmax_of(rows, 1 if opset < 13 else axis).reshape(x.shape)
            return np.log(made) if kind == "LogSoftmax" else made
        g.expected = expected
        return g.op(kind, x, axis=axis)
    build.__name__ = f"{kind.lower()}_of_{len(shape)}_by_{axis}".replace("-", "minus") + ("_free" if free else "")
    graph(opset)(build)


for _kind in ("Softmax", "LogSoftmax"):
    for _opset in (11, 13):
        for _shape in ((3, 5), (2, 3, 5), (2, 3, 4, 5)):
            for _axis in (*range(len(_shape)), -1):
                for _free in (False, True):
                    every_softmax(_kind, _opset, _shape, _axis, _free)


def every_gemm(transposed_a, transposed_b, alpha, beta, bias):
    def build(g):
        a = g.input("a", [4, 3] if transposed_a else [3, 4])
        b = g.weights(5, 4) if transposed_b else g.weights(4, 5)
        c = [g.weights(*bias)] if bias else []

        def function(b, *rest):
            *c, a = rest
            return alpha * (a.T if transposed_a else a) @ (b.T if transposed_b else b) + (beta * c[0] if c else 0)
        g.keep(function, b, *c)
        return g.op("Gemm", a, b, *c, transA=transposed_a, transB=transposed_b, alpha=alpha, beta=beta)
    size = "x".join(map(str, bias)) if bias else "none"
    build.__name__ = f"gemm_{transposed_a}{transposed_b}_{alpha}_{beta}_{size}".replace(".", "_")
    graph()(build)


for _a in (0, 1):
    for _b in (0, 1):
        for _bias in (None, (5,), (1, 5), (3, 5), (3, 1), (1,)):
            every_gemm(_a, _b, 1.0, 1.0, _bias)
            every_gemm(_a, _b, 0.5, 2.0, _bias)


def every_arithmetic(kind, function):
    # Equal extents last: which of them a shorter operand stands at is not seen by its extent.
    for one, other in (((2, 3), (2, 3)), ((2, 3), (3,)), ((2, 3), (2, 1)), ((2, 3), ()), ((2, 3, 4), (3, 1)), ((2, 3, 4), (4,)),
                       ((1, 3, 4, 5), (3, 1, 1)), ((1, 3, 4, 5), (1, 3, 4, 5)), ((1, 3, 4, 5), (4, 5)), ((1, 3, 4, 5), (5,)), ((2, 1, 4), (2, 3, 4)),
                       ((3,), (2, 3)),
                       ((3, 3), (3,)), ((3, 3), (3, 1)), ((2, 3, 3), (3,)), ((1, 3, 4, 3), (3,)), ((1, 3, 3, 3), (3, 1))):
        for form in ("constant", "constant_first", "inputs"):
            def build(g):
                x = g.input("x", list(one))
                y = g.positive(*other) if form != "inputs" else g.op("Exp", g.input("y", list(other))) if other else None
                if y is None:  # no input is a single number without extents
                    y = g.positive()
                if form == "constant" or y.startswith("c"):
                    g.keep((lambda c, x: function(c, x)) if form == "constant_first" else (lambda c, x: function(x, c)), y)
                else:
                    g.expected = lambda x, y: function(x, np.exp(y))
                return g.op(kind, y, x) if form == "constant_first" else g.op(kind, x, y)
            build.__name__ = f"{kind.lower()}_{'x'.join(map(str, one))}_{'x'.join(map(str, other))}_{form}"
            graph()(build)


for _kind, _function in {"Add": np.add, "Sub": np.subtract, "Mul": np.multiply, "Div": np.divide, "Max": np.maximum, "Min": np.minimum}.items():
    every_arithmetic(_kind, _function)


def every_function(kind, function, **attributes):
    for shape in ((2, 3), (1, 3, 4, 4)):
        def build(g):
            g.expected = function
            return g.op(kind, g.input("x", list(shape)), **attributes)
        build.__name__ = f"{kind.lower()}_of_{len(shape)}"
        graph()(build)


for _kind, _function, _attributes in [
        ("Relu", lambda x: np.maximum(x, 0), {}), ("LeakyRelu", lambda x: np.where(x > 0, x, 0.01 * x), {}),
        ("Sigmoid", lambda x: 1 / (1 + np.exp(-x)), {}),
        ("Tanh", np.tanh, {}), ("Elu", lambda x: np.where(x > 0, x, np.expm1(x)), {}), ("Exp", np.exp, {}), ("Abs", np.abs, {}),
        ("Neg", np.negative, {}),
        ("Floor", np.floor, {}), ("Ceil", np.ceil, {}), ("Round", np.round, {}), ("Sin", np.sin, {}), ("Cos", np.cos, {}),
        ("Softplus", lambda x: np.log1p(np.exp(x)), {}),
        ("Softsign", lambda x: x / (1 + np.abs(x)), {}), ("HardSigmoid", lambda x: np.clip(0.2 * x + 0.5, 0, 1), {}),
        ("Selu", lambda x: 1.05070098 * np.where(x > 0, x, 1.67326324 * np.expm1(x)), {}),
        ("Celu", lambda x: np.where(x > 0, x, 0.5 * np.expm1(x / 0.5)), {"alpha": 0.5}), ("Sign", np.sign, {}), ("Reciprocal", lambda x: 1 / x, {}),
        ("ThresholdedRelu", lambda x: np.where(x > 1, x, 0), {})]:
    every_function(_kind, _function, **_attributes)


def every_transpose(order, shape):
    for free in (False, True):
        def build(g):
            g.expected = lambda x: x.transpose(order)
            x = g.input("x", ["n", *shape[1:]] if free else list(shape), list(shape), *([[1, *shape[1:]]] if free else []))
            return g.op("Transpose", x, perm=order)
        build.__name__ = "transpose_" + "".join(map(str, order)) + ("_free" if free else "")
        graph()(build)


for _order, _shape in (([1, 0], (3, 4)), ([1, 0, 2], (2, 3, 4)), ([2, 1, 0], (2, 3, 4)), ([0, 2, 1], (2, 3, 4)), ([0, 2, 3, 1], (2, 3, 4, 5)),
                       ([1, 0, 2, 3], (2, 3, 4, 5)), ([3, 2, 1, 0], (2, 3, 4, 5))):
    every_transpose(_order, _shape)


def every_pooling(kind, kernel, stride, pad, ceil, count=0, producer=""):
    def build(g):
        g.producer = producer  # OpenCV asks who wrote the file

        def function(x):
            fill = -np.inf if kind == "MaxPool" else np.nan
            beyond = kernel + stride if ceil else 0
            padded = np.pad(x, [(0, 0), (0, 0), *[(pad, pad + beyond)] * 2], constant_values=fill)
            inside = np.pad(np.ones_like(x), [(0, 0), (0, 0), *[(pad, pad)] * 2], constant_values=float(count))
            inside = np.pad(inside, [(0, 0), (0, 0), *[(0, beyond)] * 2])

            def seen(a):
                return np.lib.stride_tricks.sliding_window_view(a, (kernel, kernel), axis=(2, 3))[:, :, ::stride, ::stride]
            extent = [(size + 2 * pad - kernel + (stride - 1 if ceil else 0)) // stride + 1 for size in x.shape[2:]]
            if kind == "MaxPool":
                return seen(padded).max((-1, -2))[:, :, :extent[0], :extent[1]]
            return (np.nansum(seen(padded), (-1, -2)) / np.maximum(seen(inside).sum((-1, -2)), 1e-9))[:, :, :extent[0], :extent[1]]
        g.expected = function
        how = {"count_include_pad": count} if kind == "AveragePool" else {}
        return g.op(kind, g.input("x", [1, 3, 9, 8]), kernel_shape=[kernel] * 2, strides=[stride] * 2, pads=[pad] * 4, ceil_mode=ceil, **how)
    words = [kind.lower(), kernel, stride, pad, "ceil" if ceil else "", "counted" if count else "", producer]
    build.__name__ = "_".join(str(word) for word in words if word != "")
    graph()(build)


for _ceil in (0, 1):
    for _kernel, _stride, _pad in ((2, 2, 0), (3, 2, 0), (3, 2, 1), (3, 1, 1), (2, 1, 0)):
        every_pooling("MaxPool", _kernel, _stride, _pad, _ceil)
        every_pooling("AveragePool", _kernel, _stride, _pad, _ceil)
        if _pad:
            every_pooling("AveragePool", _kernel, _stride, _pad, _ceil, 1)
            every_pooling("AveragePool", _kernel, _stride, _pad, _ceil, 0, "pytorch")
            every_pooling("AveragePool", _kernel, _stride, _pad, _ceil, 1, "pytorch")


# ---- what follows a product, which OpenCV may fold into it

FOLLOWERS = {
    "mul_number": ("Mul", (), np.multiply), "div_number": ("Div", (), np.divide), "add_number": ("Add", (), np.add),
    "sub_number": ("Sub", (), np.subtract), "mul_row": ("Mul", (5,), np.multiply), "add_row": ("Add", (5,), np.add),
    "mul_rows": ("Mul", (3, 5), np.multiply), "add_rows": ("Add", (3, 5), np.add),
    "relu": ("Relu", None, lambda x: np.maximum(x, 0)), "sigmoid": ("Sigmoid", None, lambda x: 1 / (1 + np.exp(-x))), "tanh": ("Tanh", None, np.tanh),
    "batch_norm": ("BatchNormalization", "channels", lambda x, *four: normal(x, *four))}


def followed(product, word, kind, extents, function, batch):
    def build(g):
        x = g.input("x", [*batch, 3, 4])
        if product == "inputs":
            left, y = (lambda x, *rest: (x @ rest[-1], rest[:-1])), g.op("MatMul", x, g.input("w", [*batch, 4, 5]))
        elif product == "itself":
            left, y = (lambda x, *rest: (x @ np.swapaxes(x, -1, -2), rest)), \
                g.op("MatMul", x, g.op("Transpose", x, perm=[*range(len(batch)), len(batch) + 1, len(batch)]))
        else:
            left, y = (lambda x, *rest: (x @ rest[0], rest[1:])), g.op("MatMul", x, g.weights(4, 5))
        wide = [3 if extent == 5 and product == "itself" else extent for extent in extents or ()] if extents != "channels" else []
        channels = batch[-1] if len(batch) == 2 else 3 if batch else 3 if product == "itself" else 5
        more = [] if extents is None else [g.positive(channels) for _ in range(4)] if extents == "channels" else [g.positive(*wide)]
        values = [numpy_helper.to_array(one) for one in g.constants]

        def expected(x, *others):
            made, rest = left(x, *values, *others)
            return function(made, *rest)
        g.expected = expected
        return g.op(kind, y, *more)
    build.__name__ = f"product_with_{product}_{len(batch) + 2}_then_{word}"
    graph()(build)


for _word, (_kind, _extents, _function) in FOLLOWERS.items():
    for _product in ("inputs", "itself", "weights"):
        for _batch in ((), (1,), (2,), (1, 2)):
            if not (_word == "batch_norm" and len(_batch) == 0):
                followed(_product, _word, _kind, _extents, _function, _batch)


# ---- what importers fold, miscount or read in their own way

def convolved(x, w):
    """By 1x1 filters."""
    return np.einsum("nchw,oc->nohw", x, w[:, :, 0, 0])


def before_convolution(word, kinds, declared, sent, make, function):
    """`make` gives the channels that a convolution reads; OpenCV folds the extents of the first run into it."""
    def build(g):
        x = g.op("Relu", g.input("x", declared, *sent))
        made = make(g, x)
        w = g.random.standard_normal((2, kinds, 1, 1)).astype(np.float32)
        g.expected = lambda x: convolved(function(np.maximum(x, 0)), w)
        return g.op("Conv", made, g.constant(w), kernel_shape=[1, 1])
    build.__name__ = f"convolution_of_{word}"
    graph(11)(build)


_SENT = [1, 4, 8, 8], [2, 4, 8, 8]
for _word, _axes in (("means_of_channels", [1]), ("means_of_rows", [2]), ("means", [2, 3]), ("means_of_channels_and_columns", [1, 3])):
    before_convolution(_word, 1 if 1 in _axes else 4, ["n", 4, 8, 8], _SENT, lambda g, x, a=_axes: g.op("ReduceMean", x, axes=a, keepdims=1),
                       lambda x, a=_axes: x.mean(tuple(a), keepdims=True))
before_convolution("spectrogram", 1, ["n", 8, 8], ([1, 8, 8], [3, 8, 8]), lambda g, x: g.op("Unsqueeze", x, axes=[1]), lambda x: x[:, None])
for _word, _declared in (("one_channel", ["n", 4, 8, 8]), ("one_channel_of_any_size", [1, 4, "h", "w"])):
    before_convolution(_word, 1, _declared, _SENT[:1],
                       lambda g, x: g.op("Unsqueeze", g.op("Gather", x, g.constant(np.array(1)), axis=1), axes=[1]), lambda x: x[:, 1:2])
before_convolution("joined_samples", 4, ["n", 4, 8, 8], _SENT, lambda g, x: g.op("Concat", x, x, axis=0), lambda x: np.concatenate([x, x]))
before_convolution("samples_for_channels", 1, ["n", 4, 8, 8], _SENT[:1], lambda g, x: g.op("Transpose", x, perm=[1, 0, 2, 3]),
                   lambda x: x.transpose(1, 0, 2, 3))


def alone(word, opset, declared, sent, make, function, dtype=FLOAT):
    """One node of the graph's input."""
    def build(g):
        x = g.input("x", declared, *sent, dtype=dtype)
        g.expected = function
        return make(g, x)
    build.__name__ = word
    graph(opset)(build)


_FIXED = np.arange(16, dtype=np.float32).reshape(2, 8)
alone("concat_of_rows_and_constants", 13, [2, 8], [], lambda g, x: g.op("Concat", x, g.constant(_FIXED), axis=0),
      lambda x: np.concatenate([x, _FIXED]))
alone("concat_of_constants_and_rows", 13, [2, 8], [], lambda g, x: g.op("Concat", g.constant(_FIXED), x, axis=0),
      lambda x: np.concatenate([_FIXED, x]))
alone("class_token", 13, [1, 5, 8], [], lambda g, x: g.op("Concat", g.constant(_FIXED[None, :1]), x, axis=1),
      lambda x: np.concatenate([_FIXED[None, :1], x], 1))
alone("places_beside_channels", 13, [1, 3, 2, 8], [], lambda g, x: g.op("Concat", x, g.constant(_FIXED[None, None]), axis=1),
      lambda x: np.concatenate([x, _FIXED[None, None]], 1))
for _kind in ("Softmax", "LogSoftmax"):
    for _shape in ((3, 5), (3, 4, 5), (1, 4, 2, 3)):
        alone(f"{_kind.lower()}_without_axis_of_{len(_shape)}", 13, list(_shape), [], lambda g, x, kind=_kind: g.op(kind, x),
              lambda x, kind=_kind: softmax_of(x, -1) if kind == "Softmax" else np.log(softmax_of(x, -1)))
alone("softmax_of_samples", 13, ["n", 5], ([1, 5], [4, 5]), lambda g, x: g.op("Softmax", x, axis=0), lambda x: softmax_of(x, 0))
alone("transposed_rows", 13, ["n", "m"], ([1, 5], [4, 5]), lambda g, x: g.op("Transpose", x, perm=[1, 0]), np.transpose)
alone("time_first", 13, ["t", "n", 5], ([1, 1, 5], [3, 4, 5]), lambda g, x: g.op("Transpose", x, perm=[1, 0, 2]), lambda x: x.transpose(1, 0, 2))
alone("argmax_of_samples", 13, ["n", 5], ([1, 5], [4, 5]), lambda g, x: g.op("Cast", g.op("ArgMax", x, axis=0, keepdims=1), to=FLOAT),
      lambda x: x.argmax(0)[None])
alone("sum_with_constant_integers", 13, [1, 3], [], lambda g, x: g.op("Cast", g.op("Add", x, g.ints(2, 9, 100)), to=FLOAT),
      lambda x: x + [2, 9, 100], INT64)
alone("quotient_of_integers", 13, [1, 3], [], lambda g, x: g.op("Cast", g.op("Div", x, g.ints(2, 2, 2)), to=FLOAT), lambda x: x // 2, INT64)
alone("pooling_padded_before", 13, [1, 1, 4, 4], [], lambda g, x: g.op("MaxPool", x, kernel_shape=[2, 2], auto_pad="SAME_LOWER"),
      lambda x: np.lib.stride_tricks.sliding_window_view(np.pad(x, [(0, 0), (0, 0), (1, 0), (1, 0)], constant_values=-np.inf), (2, 2), (2, 3)).max((-1, -2)))
alone("mask_of_dropout", 13, ["a", "b", "c"], ([3, 4, 5],), lambda g, x: g.op("Cast", g.op("Dropout", x, outputs=2)[1], to=FLOAT), np.ones_like)
alone("transposed_convolution", 13, [1, 2, "h", "w"], ([1, 2, 3, 4], [1, 2, 6, 5]),
      lambda g, x: g.op("ConvTranspose", x, g.constant(np.ones((2, 3, 2, 2), np.float32)), kernel_shape=[2, 2], strides=[2, 2]),
      lambda x: np.broadcast_to(x.sum(1, keepdims=True).repeat(2, 2).repeat(2, 3), (len(x), 3, 2 * x.shape[2], 2 * x.shape[3])))


@graph()
def convolution_of_two_inputs(g):
    return g.op("Conv", g.input("x", ["a", "b", "c", "d"], [1, 1, 5, 5]), g.input("w", ["e", "f", "g", "h"], [1, 1, 3, 3]), kernel_shape=[3, 3])
