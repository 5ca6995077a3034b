"""What networks of TensorFlow and Torch7 are kept in, and what numpy makes of their layers (channels last)."""
import numpy as np

from hostile_models import part


TABLE = {}


class Network:
    """`declared`: the extents by input, -1 where free; `feeds`: arrays by input that it must take; `misfits`: shapes by input that it must not take,
    unless numpy does; `function`: what numpy makes of arrays by input, which raises ValueError where they do not fit. All as they are sent."""

    def __init__(self, ending, data, declared, feeds, misfits, function):
        self.ending, self.data, self.declared, self.feeds, self.misfits, self.function = ending, data, declared, feeds, misfits, function

    def is_free(self):
        return any(-1 in extents for extents in self.declared.values())


def networks():
    return dict(TABLE)


def windows(x, height, width, stride, padding, fill=0.0, dilation=1):
    """[n, h, w, c, height, width]"""
    if 0 in x.shape:
        raise ValueError("nothing")
    if padding == "SAME":
        pads = []
        for extent, kernel in zip(x.shape[1:3], (height, width)):
            beyond = max((-(-extent // stride) - 1) * stride + (kernel - 1) * dilation + 1 - extent, 0)
            pads.append((beyond // 2, beyond - beyond // 2))
        x = np.pad(x, [(0, 0), *pads, (0, 0)], constant_values=fill)
    seen = np.lib.stride_tricks.sliding_window_view(x, ((height - 1) * dilation + 1, (width - 1) * dilation + 1), axis=(1, 2))
    return seen[:, ::stride, ::stride, :, ::dilation, ::dilation]


def fitting(one, other):
    # numpy repeats an extent of one where TensorFlow and Torch do not.
    if one != other:
        raise ValueError(f"{one} instead of {other}")


def convolved(x, w, stride=1, padding="SAME", dilation=1):
    """A multiple of the channels that the weights are for comes in as many groups, as in TensorFlow."""
    groups = max(x.shape[3] // w.shape[2], 1)
    fitting(x.shape[3], groups * w.shape[2])
    fitting(w.shape[3] % groups, 0)
    parts = zip(np.split(x, groups, 3), np.split(w, groups, 3))
    return np.concatenate([np.einsum("nhwcij,ijco->nhwo", windows(part, *w.shape[:2], stride, padding, dilation=dilation), filters)
                           for part, filters in parts], 3)


def convolved_by_channel(x, w, stride=1, padding="SAME"):
    fitting(x.shape[3], w.shape[2])
    made = np.einsum("nhwcij,ijcm->nhwcm", windows(x, *w.shape[:2], stride, padding), w)
    return made.reshape(*made.shape[:3], -1)


def largest(x, kernel, stride, padding):
    return windows(x, kernel, kernel, stride, padding, -np.inf).max((-1, -2))


def averaged(x, kernel, stride, padding):
    # TensorFlow does not count what lies outside.
    count = windows(np.ones_like(x), kernel, kernel, stride, padding).sum((-1, -2))
    return windows(x, kernel, kernel, stride, padding).sum((-1, -2)) / count


def softmax(x, axis=-1):
    raised = np.exp(x - x.max(axis, keepdims=True))
    return raised / raised.sum(axis, keepdims=True)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def normal(x, scale, shift, mean, variance, epsilon=1e-3):
    fitting(x.shape[-1], len(scale))
    return (x - mean) / np.sqrt(variance + epsilon) * scale + shift


def local_response(x, radius, bias, alpha, beta):
    squares = np.pad(x * x, [(0, 0)] * (x.ndim - 1) + [(radius, radius)])
    sums = np.lib.stride_tricks.sliding_window_view(squares, 2 * radius + 1, axis=-1).sum(-1)
    return x / (bias + alpha * sums) ** beta


def places(extent, wanted, align_corners, half_pixel_centers):
    out = np.arange(wanted)
    if align_corners:
        return out * (extent - 1) / (wanted - 1)
    return (out + 0.5) * extent / wanted - 0.5 if half_pixel_centers else out * extent / wanted


def bilinear(x, size, **how):
    for axis, wanted in zip((1, 2), size):
        at = np.clip(places(x.shape[axis], wanted, **how), 0, x.shape[axis] - 1)
        low = np.floor(at).astype(int)
        high, share = np.minimum(low + 1, x.shape[axis] - 1), (at - low).reshape((-1,) + (1,) * (3 - axis))
        x = np.take(x, low, axis) * (1 - share) + np.take(x, high, axis) * share
    return x


def nearest(x, size):
    for axis, wanted in zip((1, 2), size):
        x = np.take(x, np.arange(wanted) * x.shape[axis] // wanted, axis)
    return x


def biased(x, b):
    fitting(x.shape[-1], len(b))
    return x + b


def reflected(x, pads):
    if any(max(pad) >= extent for pad, extent in zip(pads, x.shape)):
        raise ValueError("it has less than it is to mirror")
    return np.pad(x, pads, mode="reflect")


def cut(x, *ranges):
    # numpy, like StridedSlice, takes less where there is less; Slice does not.
    for extent, (begin, end) in zip(x.shape, ranges):
        if begin >= extent or (end or 0) > extent:
            raise ValueError(f"{extent} instead of {end}")
    return x[tuple(slice(*one) for one in ranges)]


def bent(x, w):
    """Channels first, with a slope a channel."""
    fitting(x.shape[1], len(w))
    return np.where(x > 0, x, x * w[:, None, None])


def channels_first(x):
    return np.moveaxis(x, -1, 1) if np.ndim(x) == 4 else x


def channels_last(x):
    return np.moveaxis(x, 1, -1) if np.ndim(x) == 4 else x
