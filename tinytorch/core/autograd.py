# tinytorch.core.autograd
#
# Made from the cells marked "#| export" of 05_autograd.ipynb.
# Do not edit: change the notebook and export again; this file is written anew each time.


# Cell m05-setup
#| default_exp core.autograd
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
from tinytorch.core.tensor import Tensor, part_of


# Cell m05-numerical
def weighted_change(above, below, upstream):
    """The sum of upstream * (above - below), a number.

    above, below : arrays of one shape, or numbers
    upstream     : array of that shape; None is allowed where there is a single number, of shape () or (1, 1)
                   or the like, and then weighs 1
    raises       : ValueError for None with several numbers, and for an upstream of another shape
    """
    ### BEGIN SOLUTION
    change = np.asarray(above) - np.asarray(below)
    if upstream is None:
        if change.size != 1:
            raise ValueError(f"f returns shape {change.shape}; only a single number needs no upstream")
        upstream = np.ones(change.shape)
    if np.shape(upstream) != change.shape:
        raise ValueError(f"f returns shape {change.shape}, upstream has {np.shape(upstream)}")
    return (np.asarray(upstream) * change).sum()
    ### END SOLUTION


def numerical_grad(f, x, upstream=None, h=1e-5):
    """Central differences of the sum of upstream * f(x), one element of x at a time.

    f        : takes x, returns a number or an array, perhaps x itself
    x        : float64 array of any shape, also one that is not contiguous; moved in place, and bit for bit
               the same afterwards, also if f raises
    upstream : array of the shape of f(x); may be missing only if f(x) is a single number
    h        : how far an element is moved to either side
    returns  : array of the shape of x
    raises   : TypeError if x is not a float array: a whole number cannot move by h, and a list is no array;
               ValueError as weighted_change
    pinned   : sum of x^4 at 2 with h = 0.1 -> 32.08, which is 4x^3 + 4xh^2
    """
    ### BEGIN SOLUTION
    if not isinstance(x, np.ndarray) or x.dtype.kind != "f":
        raise TypeError(f"x must be a float array, got {getattr(x, 'dtype', type(x).__name__)}")
    gradient = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        before = x[index]
        try:
            x[index] = before + h
            above = np.array(f(x))  # a copy: f may return x itself
            x[index] = before - h
            below = f(x)
            gradient[index] = weighted_change(above, below, upstream) / (2 * h)
        finally:
            x[index] = before
    return gradient
    ### END SOLUTION


# Cell m05-rel-error
def rel_error(a, b, eps=1e-8):
    """The largest |a - b| / max(eps, |a| + |b|) over all elements: 0 for equal, 1 for opposite numbers.

    a, b    : arrays of one shape, or numbers; any dtype, the work is done in float64
    returns : float; inf if there is a NaN anywhere, 0.0 for no elements
    raises  : ValueError when the shapes differ, with or without NaN; nothing is broadcast
    pinned  : [1e-12] and [2e-12] -> 1e-4, because eps is larger than their sum
    """
    ### BEGIN SOLUTION
    a, b = (np.asarray(one, dtype=np.float64) for one in (a, b))
    if a.shape != b.shape:
        raise ValueError(f"shapes {a.shape} and {b.shape} differ")
    if np.isnan(a).any() or np.isnan(b).any():
        return float("inf")
    size = np.maximum(eps, np.abs(a) + np.abs(b))
    return float((np.abs(a - b) / size).max(initial=0.0))
    ### END SOLUTION


# Cell m05-gradcheck
def gradcheck(fwd, bwd, inputs, rng, h=1e-5):
    """Compare a hand-written backward with differences, under a random upstream gradient.

    fwd     : fwd(*inputs) -> array
    bwd     : bwd(g, *inputs) -> tuple with one gradient per input; g has the shape of the output
    inputs  : sequence of float64 arrays, the same afterwards
    rng     : np.random.Generator that the upstream, normal numbers, is drawn from
    h       : handed to numerical_grad
    returns : dict {"x0": rel_error for the first input, "x1": ...}, floats; inf for an input whose gradient
              has another shape, and for all if the number of gradients is wrong
    raises  : whatever bwd raises
    """
    ### BEGIN SOLUTION
    g = rng.normal(size=np.shape(fwd(*inputs)))
    gradients = bwd(g, *inputs)
    errors = {f"x{i}": float("inf") for i in range(len(inputs))}
    if not isinstance(gradients, (tuple, list)) or len(gradients) != len(inputs):
        return errors
    for i, (x, gradient) in enumerate(zip(inputs, gradients)):
        if np.shape(gradient) == x.shape:
            expected = numerical_grad(lambda moved: fwd(*inputs[:i], moved, *inputs[i + 1 :]), x, g, h)
            errors[f"x{i}"] = rel_error(gradient, expected)
    return errors
    ### END SOLUTION


# Cell m05-unbroadcast
def unbroadcast(g, shape):
    """Sum g over the axes that broadcasting added to `shape` or stretched from 1.

    g       : array whose shape some array of shape `shape` was broadcast to
    shape   : tuple
    returns : array of exactly this shape, with the dtype of g
    pinned  : ones of (2, 3) -> [2, 2, 2] for (3,), [[3], [3]] for (2, 1), 6 for ()
    """
    ### BEGIN SOLUTION
    added = g.ndim - len(shape)
    if added:
        g = g.sum(axis=tuple(range(added)))
    stretched = tuple(axis for axis, size in enumerate(shape) if size != g.shape[axis])
    return g.sum(axis=stretched, keepdims=True) if stretched else g
    ### END SOLUTION


# Cell m05-order
def topological_order(root):
    """All nodes that are reachable from root over .inputs: inputs before users, root last.

    root    : anything with .inputs, a tuple of such nodes, empty for a leaf; no cycles
    returns : list, every reachable node exactly once, also if it stands twice among the inputs of one node
    nodes   : are told apart by identity, whatever their == says
    depth   : a chain of 5000 nodes works
    """
    ### BEGIN SOLUTION
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
    ### END SOLUTION


# Cell m05-engine
recording = {"on": True}  # given: whether operations on Tensors are remembered; see no_grad


def is_recording():
    """Given: whether operations on Tensors build a graph at this moment."""
    return recording["on"]


def _record(result, op, inputs, ctx):
    """Given: make result a node of the graph if recording is on and one of its inputs wants a gradient."""
    if not recording["on"]:
        return
    for one in inputs:
        if one.requires_grad:
            result.requires_grad = True
            result.inputs, result.op, result.ctx = inputs, op, ctx
            return


def enable_autograd():
    """Given: install the recorder in Tensor. This cell has done so; calling it again changes nothing.

    From then on a result that depends on a Tensor with requires_grad is a node of a graph and holds

    inputs : the Tensors it was computed from; () for a leaf or a constant
    op     : the name of the operation, a key of RULES
    ctx    : dict of what else the rule needs
    """
    Tensor.inputs, Tensor.op, Tensor.ctx = (), "", MappingProxyType({})
    Tensor.recorder = staticmethod(_record)


enable_autograd()


# Cell m05-rules-given
# Given: eight rules as examples, and two for losses. rule(g, out, inputs, ctx) -> one array per input


def rule_sub(g, out, inputs, ctx):
    return g, -g


def rule_neg(g, out, inputs, ctx):
    return (-g,)


def rule_div(g, out, inputs, ctx):
    below = inputs[1].data
    return g / below, -g * out.data / below


def rule_exp(g, out, inputs, ctx):
    return (g * out.data,)


def rule_sigmoid(g, out, inputs, ctx):
    return (sigmoid_backward(g, out.data),)


def rule_tanh(g, out, inputs, ctx):
    return (tanh_backward(g, out.data),)


def rule_gelu(g, out, inputs, ctx):
    return (gelu_backward(g, inputs[0].data),)


def with_axes(g, ctx):
    """g with the axes that a reduction over ctx["axis"] removed put back as 1, so that it broadcasts."""
    if ctx["axis"] is None or ctx["keepdims"]:
        return g
    return np.expand_dims(g, ctx["axis"])


def rule_max(g, out, inputs, ctx):
    """Several largest elements share the gradient equally."""
    largest = inputs[0].data == with_axes(out.data, ctx)
    return (largest * (with_axes(g, ctx) / largest.sum(axis=ctx["axis"], keepdims=True)),)


def rule_loss(g, out, inputs, ctx):
    """A loss of module 04 took its gradient when it was called; g is one number."""
    return (g * ctx["gradient"],)


def rule_pair_loss(g, out, inputs, ctx):
    return g * ctx["left"], g * ctx["right"]


# Cell m05-rules-elements
# rule(g, out, inputs, ctx) -> tuple with one array per input
#
# g      : array of the shape of out, the gradient for it
# out    : Tensor, the result; its array is out.data
# inputs : tuple of the Tensors it was computed from
# ctx    : dict, what else was said, exactly as it was said


def rule_add(g, out, inputs, ctx):
    """a + b; both gradients in the shape of g."""
    ### BEGIN SOLUTION
    return g, g
    ### END SOLUTION


def rule_mul(g, out, inputs, ctx):
    """a * b; both gradients in the shape of g."""
    ### BEGIN SOLUTION
    a, b = inputs
    return g * b.data, g * a.data
    ### END SOLUTION


def rule_pow(g, out, inputs, ctx):
    """x ** n for the number n = ctx["exponent"]; the power 0 has the derivative 0, also at x = 0."""
    ### BEGIN SOLUTION
    n = ctx["exponent"]
    if n == 0:
        return (np.zeros_like(g),)  # 0 * x**-1 would be NaN at 0
    return (g * (n * inputs[0].data ** (n - 1)),)
    ### END SOLUTION


def rule_log(g, out, inputs, ctx):
    """The natural logarithm."""
    ### BEGIN SOLUTION
    return (g / inputs[0].data,)
    ### END SOLUTION


def rule_relu(g, out, inputs, ctx):
    """max(x, 0), with the derivative 0 at exactly 0; module 02 has relu_backward."""
    ### BEGIN SOLUTION
    return (relu_backward(g, inputs[0].data),)
    ### END SOLUTION


# Cell m05-rules-matmul
def rule_matmul(g, out, inputs, ctx):
    """A @ B as numpy multiplies: matrices, stacks of matrices whose leading axes broadcast, 1-d operands.

    returns : gradients with the leading axes of g; for a 1-d operand without the axis it was given for the product
    pinned  : (5,2,3) @ (3,4): shapes (5,2,3) and (5,3,4). (3,) @ (3,5): (3,) and (3,5)
    """
    ### BEGIN SOLUTION
    a, b = inputs[0].data, inputs[1].data
    left = a[None, :] if a.ndim == 1 else a
    right = b[:, None] if b.ndim == 1 else b
    g = g[..., None] if b.ndim == 1 else g
    g = g[..., None, :] if a.ndim == 1 else g
    to_left, to_right = g @ right.swapaxes(-1, -2), left.swapaxes(-1, -2) @ g
    to_left = to_left.squeeze(-2) if a.ndim == 1 else to_left
    to_right = to_right.squeeze(-1) if b.ndim == 1 else to_right
    return to_left, to_right
    ### END SOLUTION


# Cell m05-rules-moves
def rule_reshape(g, out, inputs, ctx):
    """The same elements in another shape."""
    ### BEGIN SOLUTION
    return (g.reshape(inputs[0].data.shape),)
    ### END SOLUTION


def rule_transpose(g, out, inputs, ctx):
    """The axes in the order ctx["axes"], all of them; negative ones count from the end."""
    ### BEGIN SOLUTION
    axes = [axis % g.ndim for axis in ctx["axes"]]
    return (g.transpose(np.argsort(axes)),)  # argsort inverts a permutation
    ### END SOLUTION


def rule_getitem(g, out, inputs, ctx):
    """x[index] with index = ctx["index"], anything numpy takes; 0 where nothing was picked."""
    ### BEGIN SOLUTION
    spread = np.zeros_like(inputs[0].data)
    np.add.at(spread, ctx["index"], g)  # adds where an index occurs twice; `spread[index] += g` would not
    return (spread,)
    ### END SOLUTION


# Cell m05-rules-reduce
def rule_sum(g, out, inputs, ctx):
    """Sum over ctx["axis"] (None, an int or a tuple, negative ones too), with or without ctx["keepdims"]."""
    ### BEGIN SOLUTION
    return (np.broadcast_to(with_axes(g, ctx), inputs[0].data.shape),)
    ### END SOLUTION


def rule_mean(g, out, inputs, ctx):
    """Mean over ctx["axis"] with ctx["keepdims"], as for the sum."""
    ### BEGIN SOLUTION
    share = g.size / inputs[0].data.size  # 1 / number of elements in each mean
    return (np.broadcast_to(with_axes(g * share, ctx), inputs[0].data.shape),)
    ### END SOLUTION


def rule_softmax(g, out, inputs, ctx):
    """softmax along ctx["axis"]; module 02 has softmax_backward."""
    ### BEGIN SOLUTION
    return (softmax_backward(g, out.data, ctx["axis"]),)
    ### END SOLUTION


# Cell m05-rules-table
RULES = {  # given
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


# Cell m05-backward
def first_gradient(root, grad):
    """The gradient that backward starts with: an array of the shape and dtype of root.

    grad   : None, which means 1 and is allowed for a single number only, or an array, a number, nested lists
    raises : RuntimeError if grad is None and root holds several numbers, or if root wants no gradient at all
             (nothing was recorded); ValueError if grad has another shape than root
    """
    ### BEGIN SOLUTION
    if not root.requires_grad:
        raise RuntimeError("nothing was recorded: no input wants a gradient, or no_grad() was on")
    if grad is None:
        if root.data.size != 1:
            raise RuntimeError(f"backward() of shape {root.data.shape} needs grad; only one number starts at 1")
        return np.ones_like(root.data)
    grad = np.asarray(grad, dtype=root.data.dtype)
    if grad.shape != root.data.shape:
        raise ValueError(f"grad has shape {grad.shape}, the Tensor {root.data.shape}")
    return grad
    ### END SOLUTION


def add_to_leaf(leaf, g):
    """leaf.grad is None: now a copy of g. Else: the sum of both. Either way an ndarray in the dtype of leaf.data."""
    ### BEGIN SOLUTION
    if leaf.grad is None:
        leaf.grad = np.array(g, dtype=leaf.data.dtype)
    else:
        leaf.grad = np.asarray(leaf.grad + g, dtype=leaf.data.dtype)
    ### END SOLUTION


@part_of(Tensor)
class Backward:
    """Gradients of one result for every leaf it depends on."""

    def backward(self, grad=None):
        """Add d(self)/d(leaf), weighted by grad, to the .grad of every leaf that wants one.

        grad   : array of the shape of self; may be missing if self is a single number
        effect : .grad of such a leaf is an ndarray of the leaf's shape and dtype, no other leaf's and not the
                 caller's; what was there is added to. Constants and results in between keep grad None.
                 The graph stays: a second call adds the same again
        raises : RuntimeError and ValueError as first_gradient
        pinned : x * x + x at x = 3 gives x.grad 7
        """
        ### BEGIN SOLUTION
        waiting = {id(self): first_gradient(self, grad)}
        for node in reversed(topological_order(self)):
            g = waiting.pop(id(node), None)
            if g is None:  # a constant, or only reached over constants
                continue
            if not node.inputs:
                add_to_leaf(node, g)
                continue
            parts = RULES[node.op](g, node, node.inputs, node.ctx)
            for one, part in zip(node.inputs, parts):
                if one.requires_grad:
                    part, key = unbroadcast(part, one.data.shape), id(one)
                    waiting[key] = waiting[key] + part if key in waiting else part
        ### END SOLUTION


# Cell m05-no-grad
@contextmanager
def no_grad():
    """with no_grad(): nothing is recorded; afterwards recording is what it was before, also after an exception.

    Results inside have inputs () and requires_grad False; their numbers are the same as outside.
    Blocks may stand inside each other. recording["on"] holds the state.
    """
    ### BEGIN SOLUTION
    before, recording["on"] = recording["on"], False
    try:
        yield
    finally:
        recording["on"] = before
    ### END SOLUTION
