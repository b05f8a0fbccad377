"""Module 05: gradients by differences to check with, and gradients by the chain rule to train with.

Importing this module installs the recorder. From then on a result of an operation on Tensors, one of which wants
a gradient, is a node of a graph and holds

    node.inputs  the Tensors it was computed from, () for a leaf or a constant
    node.op      the name of the operation, a key of RULES
    node.ctx     dict of whatever else the rule needs: axis, exponent, ... and, for a loss, its gradient array
    node.data    its array

so all memory of a graph is found by walking `topological_order(root)` and collecting `node.data` and the arrays
among `node.ctx.values()`. The graph lives as long as its root does.
"""

from __future__ import annotations

from contextlib import contextmanager
from types import MappingProxyType

import numpy as np

from tinytorch.core.activations import (
    gelu_backward,
    relu_backward,
    sigmoid_backward,
    softmax_backward,
    tanh_backward,
)
from tinytorch.core.tensor import Tensor

# -- gradients by differences ----------------------------------------------------------------------------------


def numerical_grad(f, x, upstream=None, h=1e-5):
    """Central differences of the sum of upstream * f(x), one element of x at a time.

    f         takes x, returns a number or an array
    x         float array; changed while f runs and put back exactly, even if f raises
    upstream  array of the shape of f(x); may be missing when f(x) has one element
    returns   array of the shape of x

    Raises TypeError when x is not a float array: x + h would be rounded away.
    """
    if not isinstance(x, np.ndarray) or x.dtype.kind != "f":
        raise TypeError(f"x must be a float array, got {getattr(x, 'dtype', type(x).__name__)}")
    gradient = np.zeros_like(x)
    for index in np.ndindex(x.shape):
        before = x[index]
        try:
            x[index] = before + h
            above = np.array(f(x))  # a copy: f may return x itself
            x[index] = before - h
            below = np.array(f(x))
        finally:
            x[index] = before
        gradient[index] = _weighted_sum(above - below, upstream) / (2 * h)
    return gradient


def _weighted_sum(change, upstream):
    """The sum of upstream * change, as a number."""
    if upstream is None:
        if change.size != 1:
            raise ValueError(f"f returns shape {change.shape}; only a single number needs no upstream")
        return change.reshape(())
    if np.shape(upstream) != change.shape:
        raise ValueError(f"f returns shape {change.shape}, upstream has {np.shape(upstream)}")
    return (np.asarray(upstream) * change).sum()


def rel_error(a, b, eps=1e-8):
    """The largest |a - b| / max(eps, |a| + |b|) over all elements: 0 for equal, 1 for opposite signs.

    Raises ValueError when the shapes differ; NaN anywhere gives inf; no elements give 0.0.
    """
    a, b = np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64)
    if a.shape != b.shape:
        raise ValueError(f"shapes {a.shape} and {b.shape} differ")
    if np.isnan(a).any() or np.isnan(b).any():
        return float("inf")
    error = np.abs(a - b) / np.maximum(eps, np.abs(a) + np.abs(b))
    return float(error.max(initial=0.0))


def gradcheck(fwd, bwd, inputs, rng, h=1e-5):
    """Compare a hand-written backward with differences, under a random upstream gradient.

    fwd      takes the inputs, returns an array
    bwd      takes (g, *inputs), returns one gradient per input, as a tuple
    inputs   float arrays
    returns  {"x0": rel_error for the first input, "x1": ...}; inf for a gradient that is missing or misshapen
    """
    g = rng.normal(size=np.shape(fwd(*inputs)))
    gradients = bwd(g, *inputs)
    errors = {f"x{i}": float("inf") for i in range(len(inputs))}
    if not isinstance(gradients, (tuple, list)) or len(gradients) != len(inputs):
        return errors
    for i, (x, gradient) in enumerate(zip(inputs, gradients, strict=True)):
        if np.shape(gradient) == x.shape:
            expected = numerical_grad(lambda _: fwd(*inputs), x, g, h)  # x is changed in place, inside inputs
            errors[f"x{i}"] = rel_error(gradient, expected)
    return errors


# -- the graph -------------------------------------------------------------------------------------------------


def topological_order(root):
    """All nodes reachable over `.inputs`, each once, inputs before users, the root last.

    A stack instead of recursion: 5000 operations in a row are deeper than Python calls may nest.
    """
    order, seen, stack = [], set(), [(root, False)]
    while stack:
        node, inputs_done = stack.pop()
        if inputs_done:
            order.append(node)
        elif id(node) not in seen:
            seen.add(id(node))
            stack.append((node, True))
            for one in node.inputs:
                stack.append((one, False))
    return order


def unbroadcast(g, shape):
    """Sum `g` over the axes that broadcasting added to `shape` or stretched from 1; the result has that shape."""
    if g.shape == shape:
        return g
    if g.ndim > len(shape):
        g = g.sum(axis=tuple(range(g.ndim - len(shape))))
    stretched = tuple(axis for axis, size in enumerate(shape) if size != g.shape[axis])
    return g.sum(axis=stretched, keepdims=True) if stretched else g


# -- one rule per operation: rule(g, out, inputs, ctx) -> one array per input, still in the broadcast shape ------


def rule_add(g, out, inputs, ctx):
    return g, g


def rule_sub(g, out, inputs, ctx):
    return g, -g


def rule_mul(g, out, inputs, ctx):
    a, b = inputs
    return g * b.data, g * a.data


def rule_div(g, out, inputs, ctx):
    below = inputs[1].data
    return g / below, -g * out.data / below


def rule_neg(g, out, inputs, ctx):
    return (-g,)


def rule_pow(g, out, inputs, ctx):
    n = ctx["exponent"]
    if n == 0:
        return (np.zeros_like(g),)  # 0 * x**-1 is NaN at 0, the derivative of 1 is not
    return (g * (n * inputs[0].data ** (n - 1)),)


def rule_exp(g, out, inputs, ctx):
    return (g * out.data,)


def rule_log(g, out, inputs, ctx):
    return (g / inputs[0].data,)


def rule_matmul(g, out, inputs, ctx):
    """dA = g B^T and dB = A^T g; a 1-d operand is a matrix with one row (left) or one column (right)."""
    a, b = inputs[0].data, inputs[1].data
    if a.ndim == b.ndim == 2:  # nearly every product of a network
        return g @ b.T, a.T @ g
    left = a[None, :] if a.ndim == 1 else a
    right = b[:, None] if b.ndim == 1 else b
    if a.ndim == 1:
        g = g[..., None, :] if b.ndim > 1 else g[..., None]
    if b.ndim == 1:
        g = g[..., None]
    to_left, to_right = g @ right.swapaxes(-1, -2), left.swapaxes(-1, -2) @ g
    to_left = to_left[..., 0, :] if a.ndim == 1 else to_left
    to_right = to_right[..., 0] if b.ndim == 1 else to_right
    return to_left, to_right


def rule_reshape(g, out, inputs, ctx):
    return (g.reshape(inputs[0].data.shape),)


def rule_transpose(g, out, inputs, ctx):
    axes = [axis % g.ndim for axis in ctx["axes"]]
    return (g.transpose(np.argsort(axes)),)  # argsort inverts a permutation


def rule_getitem(g, out, inputs, ctx):
    spread = np.zeros(inputs[0].data.shape, dtype=g.dtype)
    np.add.at(spread, ctx["index"], g)  # adds where an index occurs twice; `spread[index] += g` would not
    return (spread,)


def rule_sum(g, out, inputs, ctx):
    return (np.broadcast_to(_with_axes(g, ctx), inputs[0].data.shape),)


def rule_mean(g, out, inputs, ctx):
    shape = inputs[0].data.shape
    share = g.size / inputs[0].data.size  # 1 / number of elements in each mean
    return (np.broadcast_to(_with_axes(g * share, ctx), shape),)


def rule_max(g, out, inputs, ctx):
    """Several largest elements share the gradient equally."""
    largest = inputs[0].data == _with_axes(out.data, ctx)
    return (largest * (_with_axes(g, ctx) / largest.sum(axis=ctx["axis"], keepdims=True)),)


def _with_axes(g, ctx):
    """`g` with the axes that a reduction removed put back as 1; after a full reduction it broadcasts as it is."""
    if ctx["axis"] is None or ctx["keepdims"]:
        return g
    return np.expand_dims(g, ctx["axis"])


def rule_relu(g, out, inputs, ctx):
    return (relu_backward(g, inputs[0].data),)


def rule_sigmoid(g, out, inputs, ctx):
    return (sigmoid_backward(g, out.data),)


def rule_tanh(g, out, inputs, ctx):
    return (tanh_backward(g, out.data),)


def rule_gelu(g, out, inputs, ctx):
    return (gelu_backward(g, inputs[0].data),)


def rule_softmax(g, out, inputs, ctx):
    return (softmax_backward(g, out.data, ctx["axis"]),)


def rule_loss(g, out, inputs, ctx):
    """A loss took its gradient when it was called; `g` is one number."""
    return (g * ctx["gradient"],)


def rule_pair_loss(g, out, inputs, ctx):
    return g * ctx["left"], g * ctx["right"]


RULES = {
    "add": rule_add,
    "sub": rule_sub,
    "mul": rule_mul,
    "div": rule_div,
    "neg": rule_neg,
    "pow": rule_pow,
    "exp": rule_exp,
    "log": rule_log,
    "matmul": rule_matmul,
    "reshape": rule_reshape,
    "transpose": rule_transpose,
    "getitem": rule_getitem,
    "sum": rule_sum,
    "mean": rule_mean,
    "max": rule_max,
    "relu": rule_relu,
    "sigmoid": rule_sigmoid,
    "tanh": rule_tanh,
    "gelu": rule_gelu,
    "softmax": rule_softmax,
    "loss": rule_loss,
    "pair_loss": rule_pair_loss,
}


# -- the engine ------------------------------------------------------------------------------------------------


def backward(self, grad=None):
    """Add d(self)/d(leaf), weighted by `grad`, to the `.grad` of every leaf that wants one (`Tensor.backward`).

    grad  array of the shape of this Tensor; may be missing when it holds one number

    The graph stays, so a second call adds the same again. Only leaves get a `.grad`, and each an array of its own.
    Raises RuntimeError when a Tensor of several elements has no `grad`, or when nothing was recorded;
    ValueError when `grad` has another shape.
    """
    gradients = {id(self): _first_gradient(self, grad)}
    for node in reversed(topological_order(self)):
        g = gradients.pop(id(node), None)
        if g is None:  # a constant, or only reached over constants
            continue
        if not node.inputs:
            _add_to_leaf(node, g)
            continue
        parts = RULES[node.op](g, node, node.inputs, node.ctx)
        for one, part in zip(node.inputs, parts, strict=True):
            if one.requires_grad:
                part = unbroadcast(part, one.data.shape)
                key = id(one)
                gradients[key] = gradients[key] + part if key in gradients else part


def _first_gradient(root, grad):
    if not root.requires_grad:
        raise RuntimeError(
            "nothing was recorded: no input wants a gradient, or this was computed inside no_grad()"
        )
    if grad is None:
        if root.data.size != 1:
            raise RuntimeError(
                f"backward() of shape {root.data.shape} needs grad; only one number starts at 1"
            )
        return np.ones_like(root.data)
    grad = np.asarray(grad, dtype=root.data.dtype)
    if grad.shape != root.data.shape:
        raise ValueError(f"grad has shape {grad.shape}, the Tensor {root.data.shape}")
    return grad


def _add_to_leaf(leaf, g):
    """A new array each time: rules hand out shared and read-only ones, and clipping scales in place."""
    if leaf.grad is None:
        leaf.grad = np.array(g, dtype=leaf.data.dtype)
    else:
        leaf.grad = np.asarray(leaf.grad + g, dtype=leaf.data.dtype)


_recording = True


def is_recording():
    """Whether operations on Tensors build a graph at this moment."""
    return _recording


@contextmanager
def no_grad():
    """Inside, nothing is recorded; afterwards it is as it was before, also after an exception."""
    global _recording
    before, _recording = _recording, False
    try:
        yield
    finally:
        _recording = before


def _record(result, op, inputs, ctx):
    """Make `result` a node of the graph if recording is on and one of its inputs wants a gradient."""
    if not _recording:
        return
    for one in inputs:
        if one.requires_grad:
            result.requires_grad = True
            result.inputs, result.op, result.ctx = inputs, op, ctx
            return


def enable_autograd():
    """Install recorder and `backward` in Tensor; importing this module has done so, again changes nothing."""
    Tensor.inputs, Tensor.op, Tensor.ctx = (), "", MappingProxyType({})
    Tensor.backward = backward
    Tensor.recorder = staticmethod(_record)


enable_autograd()
