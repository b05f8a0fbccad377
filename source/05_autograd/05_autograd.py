# %% [markdown] nbgrader={"grade": false, "grade_id": "m05-title", "locked": true, "schema_version": 3, "solution": false, "task": false}
# # 05 Autograd
#
# You first build a tool that measures any gradient, then a `backward()` that works gradients out, and check the second with the first.
#
# Needs 01 Tensor to 04 Losses · 170 minutes · exports `tinytorch.core.autograd`
#
# | task | you write | points | difficulty | importance |
# |:--|:--|--:|--:|--:|
# | 05.1 | `numerical_grad` | 10 | 2 | 5 |
# | 05.2 | `rel_error` | 6 | 1 | 4 |
# | 05.3 | `gradcheck` | 10 | 3 | 5 |
# | 05.4 | `unbroadcast` | 10 | 3 | 4 |
# | 05.5 | `topological_order` | 10 | 4 | 4 |
# | 05.6 | twelve backward rules | 24 | 3 | 5 |
# | 05.7 | `Tensor.backward` | 15 | 4 | 5 |
# | 05.8 | `no_grad` | 5 | 2 | 4 |
# | Q1, Q2 | written answers | 10 | 3 | 4 |
#
# Difficulty and importance run from 1 to 5. Docstrings say exactly what is asked. The test below a task shows some cases and lists what else is checked.

# %% nbgrader={"grade": false, "grade_id": "m05-setup", "locked": true, "schema_version": 3, "solution": false, "task": false}
#| export
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

# %% nbgrader={"grade": false, "grade_id": "m05-tools", "locked": true, "schema_version": 3, "solution": false, "task": false}
from tinytorch.core.activations import ReLU
from tinytorch.core.layers import Linear, Sequential, Tanh
from tinytorch.core.losses import MSELoss
from tinytorch.given import check as ck

# %% [markdown] nbgrader={"grade": false, "grade_id": "m05-numerical-text", "locked": true, "schema_version": 3, "solution": false, "task": false} course={"task": "05.1", "minutes": 20}
# ## 05.1 · numerical_grad · 10 points
#
# A derivative can be measured: move one input a little to either side and see how far the result goes.
#
# $$\frac{\partial f}{\partial x_i} \approx \frac{f(x + h e_i) - f(x - h e_i)}{2h}$$
#
# One side alone, $(f(x+h) - f(x))/h$, is wrong by a multiple of $h$; in the difference of both sides that part cancels, and an error with $h^2$ is left.
#
# If $f$ returns an array, there is one derivative per pair of input and output. What training needs is the gradient of *one number*, so every output gets a weight, its *upstream* gradient $g$, and you differentiate $\sum_j g_j f_j(x)$.
#
# It costs two calls of `f` per element: too slow for training, right for checking.
#
# <details><summary>Hint 1: nudge</summary>
#
# `np.ndindex(x.shape)` walks through all index tuples, for every number of axes. Remember the element before you move it.
# </details>
# <details><summary>Hint 2: formula in steps</summary>
#
# Per index: keep the old number; write old plus h, call; write old minus h, call; write the old number back, in a `finally`. Weigh the difference of both results, add up, divide by 2h.
# </details>
# <details><summary>Hint 3: pseudo-code</summary>
#
# ```
# refuse x unless it is a float array
# for each index of x:
#     above <- f with x[index] moved up, below <- f with it moved down
#     put x[index] back, whatever happened
#     gradient[index] <- sum of upstream * (above - below) / (2h)
# ```
# </details>
# <details><summary>I get a gradient of zeros</summary>
#
# Either x holds whole numbers, or `f` returned x itself and both results are the same array: keep a copy of the first.
# </details>

# %% nbgrader={"grade": false, "grade_id": "m05-numerical", "locked": false, "schema_version": 3, "solution": true, "task": false} course={"task": "05.1", "needs": []}
#| export
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

# %% nbgrader={"grade": true, "grade_id": "m05-numerical-test", "locked": true, "points": 10, "schema_version": 3, "solution": false, "task": false} course={"task": "05.1", "needs": []}
# Also checked: exp with h = 1e-4, where one-sided differences are too coarse; x to the fourth with h = 0.1, where
# the error is known; a random upstream, a missing and a misshapen one refused, and a result of shape (1, 1) without;
# an f that returns x itself; an x that is not contiguous; x the same bits afterwards, also when f raises; an x of
# whole numbers and a list refused.
def test_unit_numerical_grad():
    x = np.array([3.0, -1.0])
    ck.close(numerical_grad(lambda x: (x * x).sum(), x), [6.0, -2.0], "gradient of the sum of x^2")
    ck.same(x, [3.0, -1.0], "x afterwards", hint="put every element back")
    table, right = np.array([[1.0, 2.0]]), np.array([[3.0, 5.0, 7.0], [2.0, 4.0, 6.0]])
    upstream = np.array([[1.0, -2.0, 0.5]])
    found = numerical_grad(lambda x: x @ right, table, upstream)
    ck.close(found, [[-3.5, -3.0]], "gradient of a product", hint="multiply the change by upstream, then add up")


test_unit_numerical_grad()

# %%
# P1. You should see a V for each format. On the right the error falls with h squared; on the left rounding takes
# over and grows as h shrinks. float32 turns round near 0.005, float64 near 0.00001.
import matplotlib.pyplot as plt

fig, ax = plt.subplots(figsize=(5, 3), dpi=72)
for kind in (np.float32, np.float64):
    x, steps = kind(1.5), np.logspace(-11, 0, 45).astype(kind)
    steps = steps[x + steps > x]
    slopes = (np.sin(x + steps) - np.sin(x - steps)) / (2 * steps)
    error = np.abs(slopes.astype(np.float64) - np.cos(float(x)))
    ax.loglog(steps, error, ".-", label=kind.__name__)
ax.set(xlabel="h", ylabel="error of the derivative of sin at 1.5")
ax.minorticks_off()
ax.xaxis.set_major_formatter("{x:g}")
ax.yaxis.set_major_formatter("{x:g}")
ax.legend(loc="lower left")
plt.show()

# %% [markdown] nbgrader={"grade": false, "grade_id": "m05-rel-error-text", "locked": true, "schema_version": 3, "solution": false, "task": false} course={"task": "05.2", "minutes": 8}
# ## 05.2 · rel_error · 6 points
#
# Are two gradients the same? An absolute difference of $10^{-4}$ is tiny beside 1000 and everything beside $10^{-4}$. So the difference is divided by the size of both:
#
# $$\max_i \frac{|a_i - b_i|}{\max(\varepsilon,\ |a_i| + |b_i|)}$$
#
# Equal numbers give 0, opposite ones 1. The floor $\varepsilon$ keeps 0 beside 0 from being 0/0. It is the *largest* value that counts: in a mean over ten thousand elements one wrong element disappears.
#
# <details><summary>Hint 1: nudge</summary>
#
# Every comparison with NaN is False, so NaN has to be looked for before the formula.
# </details>
# <details><summary>Hint 2: formula in steps</summary>
#
# Compare shapes, look for NaN, then one line of numpy for all quotients and one for the largest.
# </details>
# <details><summary>Hint 3: pseudo-code</summary>
#
# ```
# shapes differ: ValueError with both shapes
# NaN in a or b: infinity
# size <- the larger of eps and |a| + |b|, element by element
# answer <- largest |a - b| / size, as a float
# ```
# </details>
# <details><summary>I get "zero-size array to reduction operation maximum"</summary>
#
# There is no largest of no elements. `max(initial=0.0)` has an answer.
# </details>

# %% nbgrader={"grade": false, "grade_id": "m05-rel-error", "locked": false, "schema_version": 3, "solution": true, "task": false} course={"task": "05.2", "needs": []}
#| export
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

# %% nbgrader={"grade": true, "grade_id": "m05-rel-error-test", "locked": true, "points": 6, "schema_version": 3, "solution": false, "task": false} course={"task": "05.2", "needs": []}
# Also checked: one bad element among ten thousand; zeros in both next to another pair; tiny numbers, eps given;
# NaN on either side; shapes that differ, also such that numpy would broadcast; no elements; unsigned integers.
def test_unit_rel_error():
    ck.close(rel_error(np.array([1.0, 2.0]), np.array([1.0, 2.0])), 0.0, "error of equal arrays")
    ck.close(rel_error(np.array([3.0, 50.0]), np.array([-3.0, 50.0])), 1.0, "error with an opposite number")


test_unit_rel_error()

# %% [markdown] nbgrader={"grade": false, "grade_id": "m05-gradcheck-text", "locked": true, "schema_version": 3, "solution": false, "task": false} course={"task": "05.3", "minutes": 20}
# ## 05.3 · gradcheck · 10 points
#
# Now the tool: given a forward and a hand-written backward, say for each input how wrong the backward is.
#
# * The upstream gradient is *random*. With ones, errors can cancel: the sum of a softmax is always 1, so a backward that returns zeros looks perfect.
# * *Every* input and *every* element is compared.
# * An exception in `bwd` is the author's to see. Caught and forgotten, it would look like a pass.
#
# Below $10^{-6}$ is right, above $10^{-2}$ is wrong; between them, ask whether a kink or a huge number was near.
#
# <details><summary>Hint 1: nudge</summary>
#
# `numerical_grad` moves an array in place. If `fwd` looks at the same arrays, it sees the move.
# </details>
# <details><summary>Hint 2: formula in steps</summary>
#
# Call `fwd` once for the shape of the output. Draw g. Call `bwd` once. Then for each input: differences with upstream g, compare by `rel_error`.
# </details>
# <details><summary>Hint 3: pseudo-code</summary>
#
# ```
# g <- normal numbers of the shape of fwd(inputs)
# gradients <- bwd(g, inputs)
# errors <- infinity for every input
# if there are as many gradients as inputs:
#     for each input whose gradient has its shape:
#         errors <- rel_error(gradient, numerical_grad of fwd as a function of this input)
# ```
# </details>
# <details><summary>I get an error of 1 for every input but the first</summary>
#
# `f` in `numerical_grad` has to put its argument in the place of *this* input.
# </details>

# %% nbgrader={"grade": false, "grade_id": "m05-gradcheck", "locked": false, "schema_version": 3, "solution": true, "task": false} course={"task": "05.3", "needs": ["m05-numerical-test", "m05-rel-error-test"]}
#| export
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

# %% nbgrader={"grade": true, "grade_id": "m05-gradcheck-test", "locked": true, "points": 10, "schema_version": 3, "solution": false, "task": false} course={"task": "05.3", "needs": ["m05-numerical-test", "m05-rel-error-test"]}
# Also checked: a softmax backward of zeros and one with the plain mean are found out, the right one is accepted;
# an error in the last input only, or in one element only; attention with the softmax derivative left out; a relu
# away from its kink; too few gradients, a gradient of another shape; an exception in bwd comes through.
def test_unit_gradcheck():
    rng = np.random.default_rng(5)
    inputs = (rng.normal(size=(2, 3)), rng.normal(size=(3, 4)))
    right = gradcheck(np.matmul, lambda g, a, b: (g @ b.T, a.T @ g), inputs, rng)
    ck.true(sorted(right) == ["x0", "x1"], "one entry per input: x0 and x1")
    ck.true(max(right.values()) < 1e-6, "the right backward of a product is below 1e-6")
    wrong = gradcheck(np.matmul, lambda g, a, b: (g @ b.T, -a.T @ g), inputs, rng)
    ck.true(wrong["x0"] < 1e-6 and wrong["x1"] > 1e-2, "a wrong sign is above 1e-2, and only in its own entry")


test_unit_gradcheck()

# %% [markdown] nbgrader={"grade": false, "grade_id": "m05-unbroadcast-text", "locked": true, "schema_version": 3, "solution": false, "task": false} course={"task": "05.4", "minutes": 15}
# ## 05.4 · unbroadcast · 10 points
#
# In `x + b` with shapes (2, 3) and (3,), numpy uses every number of `b` twice. What is used twice is changed by two gradients, and they add up. So the gradient of `b` is the upstream, *summed over what broadcasting repeated*:
#
# $$(2, 3) \to (3,): \ \textstyle\sum_i g_{ij} \qquad\qquad (2, 3) \to (2, 1): \ \sum_j g_{ij}$$
#
# There are two ways to be repeated: an axis was *added* on the left, or an axis of length 1 was *stretched*. Sum over the added ones first; then the axes of `g` and `shape` stand in line and can be compared.
#
# <details><summary>Hint 1: nudge</summary>
#
# How many axes were added? The numbers of axes tell. Which axes were stretched? The lengths tell, once the added ones are gone.
# </details>
# <details><summary>Hint 2: formula in steps</summary>
#
# `sum` takes a tuple of axes. The added ones disappear. The stretched ones have to stay with length 1: `keepdims=True`.
# </details>
# <details><summary>Hint 3: pseudo-code</summary>
#
# ```
# sum g over its first (axes of g - axes of shape) axes
# sum the result over every axis that is 1 in shape and longer in g, keeping it
# ```
# </details>
# <details><summary>I get a sum over everything</summary>
#
# `sum(axis=())` sums over no axis, `sum(axis=None)` over all. An empty list of axes is not None.
# </details>

# %% nbgrader={"grade": false, "grade_id": "m05-unbroadcast", "locked": false, "schema_version": 3, "solution": true, "task": false} course={"task": "05.4", "needs": []}
#| export
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

# %% nbgrader={"grade": true, "grade_id": "m05-unbroadcast-test", "locked": true, "points": 10, "schema_version": 3, "solution": false, "task": false} course={"task": "05.4", "needs": []}
# Also checked: an added and a stretched axis at once; down to a single number; axes that were 1 on both sides;
# a shape that was not broadcast, next to one that was; float32 stays float32.
def test_unit_unbroadcast():
    g = np.array([[1.0, 2.0, 3.0], [10.0, 20.0, 30.0]])
    ck.close(unbroadcast(g, (3,)), [11.0, 22.0, 33.0], "from (2, 3) to (3,)", hint="an axis was added on the left")
    ck.close(unbroadcast(g, (2, 1)), [[6.0], [60.0]], "from (2, 3) to (2, 1)", hint="a stretched axis stays, as 1")


test_unit_unbroadcast()

# %% [markdown] nbgrader={"grade": false, "grade_id": "m05-order-text", "locked": true, "schema_version": 3, "solution": false, "task": false} course={"task": "05.5", "minutes": 25}
# ## 05.5 · topological_order · 10 points
#
# A calculation is a graph: each result knows the `inputs` it was computed from. `backward` may pass on the gradient of a node only when *all* users of that node have delivered theirs. So you need an order in which inputs stand before their users; walked from the end, users come first.
#
# Depth-first search gives it: a node is written down after all its inputs have been. Two traps:
#
# * A node with two users is reached twice and still belongs into the list once. Otherwise the work doubles with every fork: 20 forks in a row, a million visits.
# * Python calls nest about a thousand deep, and a loop of 5000 additions makes a deeper graph. So no recursion: keep your own stack.
#
# <details><summary>Hint 1: nudge</summary>
#
# A node lies on the stack in one of two roles: "still to be opened" and "its inputs are done". Put a flag beside it.
# </details>
# <details><summary>Hint 2: formula in steps</summary>
#
# Take the top. With the flag set: write it down. Without, and never seen: mark it as seen, put it back with the flag, then its inputs on top of it.
# </details>
# <details><summary>Hint 3: pseudo-code</summary>
#
# ```
# stack <- (root, not opened)
# while the stack is not empty:
#     take (node, opened)
#     opened: append the node to the order
#     else, if it is new: mark it; push (node, opened); push each input (not opened)
# ```
# </details>
# <details><summary>I get "maximum recursion depth exceeded"</summary>
#
# Something still calls itself, perhaps a small function inside.
# </details>
# <details><summary>I get "unhashable type"</summary>
#
# Remember `id(node)` instead of the node.
# </details>

# %% nbgrader={"grade": false, "grade_id": "m05-order", "locked": false, "schema_version": 3, "solution": true, "task": false} course={"task": "05.5", "needs": []}
#| export
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

# %% nbgrader={"grade": true, "grade_id": "m05-order-test", "locked": true, "points": 10, "schema_version": 3, "solution": false, "task": false} course={"task": "05.5", "needs": []}
# Also checked: a long and a short way to the same node; a part that is used three times; 5000 nodes in a row; one
# node twice among the inputs; nodes nobody can reach left out, and equal nodes that are not the same node.
class Node:
    def __init__(self, name, *inputs):
        self.name, self.inputs = name, inputs


def test_unit_topological_order():
    a = Node("a")
    b, c = Node("b", a), Node("c", a)
    names = [node.name for node in topological_order(Node("d", b, c))]
    ck.true(len(names) == 4, "four nodes, each once")
    ck.true(names[0] == "a", "a stands first: b and c are made from it")
    ck.true(names[-1] == "d", "the root stands last")


test_unit_topological_order()

# %% [markdown] nbgrader={"grade": false, "grade_id": "m05-rules-text", "locked": true, "schema_version": 3, "solution": false, "task": false} course={"task": "05.6", "minutes": 35}
# ## 05.6 · Backward rules · 24 points
#
# From here on Tensors remember. The cell below installs a *recorder*: if an operation has an input that wants a gradient, its result keeps `inputs`, the name `op`, and in `ctx` whatever else was said, such as the axis.
#
# For each operation a *rule* answers one question: the result gets the gradient $g$; how much of it does each input get? With $y = f(x)$ element by element it is $g \cdot f'(x)$. For the product of matrices, shapes leave only one possibility:
#
# $$Y = AB: \qquad dA = g\,B^T, \qquad dB = A^T g$$
#
# A rule never cares about broadcasting: it returns gradients in the broadcast shape, and the engine of 05.7 calls your `unbroadcast`. Eight rules are given as examples. You write twelve, in four cells; test each with your own `gradcheck`.
#
# <details><summary>Hint 1: nudge</summary>
#
# `add`: moving either input by 1 moves the sum by 1. `mul`: by how much does $ab$ move if $a$ does? Sum: every element moves the sum by 1. Mean: by 1/n.
# </details>
# <details><summary>Hint 2: formula in steps</summary>
#
# reshape, transpose, getitem only move numbers: move them back. The inverse of a permutation is its `argsort`, with negative axes made positive first. An index may pick one element twice; then two gradients arrive there, and `np.add.at` adds both.
# </details>
# <details><summary>Hint 3: pseudo-code</summary>
#
# ```
# matmul: a vector on the left becomes one row, on the right one column; g gets the missing axes too
#         dA <- g times B with its last two axes swapped; dB likewise; drop the added axes
# sum:    g with its axes put back (with_axes), spread over the shape of the input
# mean:   the same, divided by the number of elements in each mean
# ```
# </details>
# <details><summary>I get "axes don't match array" in transpose</summary>
#
# `ctx["axes"]` has one entry per axis of the input. Look at how many you hand to `g.transpose`.
# </details>

# %% nbgrader={"grade": false, "grade_id": "m05-engine", "locked": true, "schema_version": 3, "solution": false, "task": false}
#| export
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

# %% nbgrader={"grade": false, "grade_id": "m05-rules-given", "locked": true, "schema_version": 3, "solution": false, "task": false}
#| export
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

# %% nbgrader={"grade": false, "grade_id": "m05-rules-elements", "locked": false, "schema_version": 3, "solution": true, "task": false} course={"task": "05.6", "needs": []}
#| export
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

# %% nbgrader={"grade": false, "grade_id": "m05-rules-matmul", "locked": false, "schema_version": 3, "solution": true, "task": false} course={"task": "05.6", "needs": []}
#| export
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

# %% nbgrader={"grade": false, "grade_id": "m05-rules-moves", "locked": false, "schema_version": 3, "solution": true, "task": false} course={"task": "05.6", "needs": []}
#| export
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

# %% nbgrader={"grade": false, "grade_id": "m05-rules-reduce", "locked": false, "schema_version": 3, "solution": true, "task": false} course={"task": "05.6", "needs": []}
#| export
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

# %% nbgrader={"grade": false, "grade_id": "m05-rules-table", "locked": true, "schema_version": 3, "solution": false, "task": false}
#| export
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

# %% nbgrader={"grade": true, "grade_id": "m05-rules-test", "locked": true, "points": 24, "schema_version": 3, "solution": false, "task": false} course={"task": "05.6", "needs": []}
# Each rule counts alike. Also checked: broadcast operands of add and mul, exponents 3, 0.5, -1 and 0; stacks and
# vectors in matmul; negative axes, tuples of axes and keepdims in sum and mean; permutations of three axes; an index
# that picks an element twice, slices; softmax along the first axis.
def test_unit_rules():
    rng = np.random.default_rng(6)

    def check(name, forward, *arrays):
        def fwd(*arrays):
            return forward(*(Tensor(array) for array in arrays)).data

        def bwd(g, *arrays):
            out = forward(*(Tensor(array, requires_grad=True) for array in arrays))
            return RULES[out.op](g, out, out.inputs, out.ctx)

        errors = gradcheck(fwd, bwd, arrays, rng)
        ck.true(max(errors.values()) < 1e-6, f"{name}: errors below 1e-6, found {errors}")

    table = rng.uniform(0.5, 2.0, size=(2, 3))
    check("add", lambda a, b: a + b, table, rng.normal(size=(2, 3)))
    check("mul", lambda a, b: a * b, table, rng.normal(size=(2, 3)))
    check("matmul", lambda a, b: a @ b, table, rng.normal(size=(3, 4)))
    check("pow", lambda a: a**3, table)
    check("log", lambda a: a.log(), table)
    check("relu", lambda a: ReLU()(a), np.array([[0.7, -1.2, 2.0], [-0.4, 1.1, -3.0]]))


test_unit_rules()

# %% [markdown] nbgrader={"grade": false, "grade_id": "m05-backward-text", "locked": true, "schema_version": 3, "solution": false, "task": false} course={"task": "05.7", "minutes": 30}
# ## 05.7 · Tensor.backward · 15 points
#
# All parts are there. `backward` starts at the result with its own gradient and walks the graph from users to inputs:
#
# $$dx \mathrel{+}= \sum_{\text{users } y \text{ of } x} \text{rule}_y(dy)$$
#
# * The start is 1 for a single number. For an array it has to be said which weights, so `grad` must be given.
# * What several users send to one node is *added*: $x \cdot x + x$ at 3 sends 3, 3 and 1.
# * Only leaves that want a gradient keep one. On the way, gradients wait in a dict with `id(node)` as key.
# * `.grad` is *added to*, not replaced. Module 06 clears it and module 07 makes use of it.
#
# <details><summary>Hint 1: nudge</summary>
#
# Walk `reversed(topological_order(self))`. When a node's turn comes, everything for it has arrived.
# </details>
# <details><summary>Hint 2: formula in steps</summary>
#
# Take the node's gradient out of the dict. A node without inputs is a leaf: add to its `.grad`. Else call `RULES[node.op]`, and for each input that wants a gradient `unbroadcast` its part and add it to the dict.
# </details>
# <details><summary>Hint 3: pseudo-code</summary>
#
# ```
# waiting <- {id of self: first gradient}
# for node, users first:
#     g <- taken out of waiting; nothing there: next node
#     a leaf: add g to it
#     else: parts <- rule of node.op
#           for each input that requires a gradient: add its part, unbroadcast, to waiting
# ```
# </details>
# <details><summary>I get 4 instead of 7 for x·x + x</summary>
#
# `x * x` has the same Tensor twice among its inputs. The second part has to be added to the first.
# </details>
# <details><summary>I get "output array is read-only" later on</summary>
#
# Rules hand out shared and read-only arrays. A leaf needs an array of its own: make a new one.
# </details>

# %% nbgrader={"grade": false, "grade_id": "m05-backward", "locked": false, "schema_version": 3, "solution": true, "task": false} course={"task": "05.7", "needs": ["m05-unbroadcast-test", "m05-order-test", "m05-rules-test"]}
#| export
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

# %% nbgrader={"grade": true, "grade_id": "m05-backward-test", "locked": true, "points": 15, "schema_version": 3, "solution": false, "task": false} course={"task": "05.7", "needs": ["m05-unbroadcast-test", "m05-order-test", "m05-rules-test"]}
# Also checked: x five times in one expression; forks in a row, each part visited once; a second call adds the same
# again; two losses add up; arrays with grad given, missing and misshapen; what first_gradient makes of lists and of
# another dtype; results of constants alone refused; leaves that were broadcast; a float32 leaf beside float64;
# constants and results in between; gradients that can be changed in place; twelve random expressions.
def test_unit_backward():
    x = Tensor(3.0, requires_grad=True)
    (x * x + x).backward()
    ck.close(x.grad, 7.0, "gradient of x*x + x at 3", hint="what several users send to x is added up")


test_unit_backward()

# %%
# P2. You should see at each edge what the rule of its right end sends to the left: the product sends 1 times the
# other factor, the sum what it got, 3x three times that. Two edges end in x, and x.grad is their sum.
x, b = Tensor(2.0, requires_grad=True), Tensor(4.0, requires_grad=True)
tripled = x * 3.0
total = tripled + b
root = total * x
root.backward()
places = {"x": (0, 1), "b": (1, 0), "3x": (1, 0.6), "3x+b": (2, 0.3), "(3x+b)x": (3, 1)}
nodes = dict(zip(places, (x, b, tripled, total, root)))
names, waiting = {id(node): name for name, node in nodes.items()}, {id(root): np.ones(())}
fig, ax = plt.subplots(figsize=(5, 3), dpi=72)
for node in reversed(topological_order(root)):
    if not node.inputs:
        continue
    parts = RULES[node.op](waiting[id(node)], node, node.inputs, node.ctx)
    for one, part in zip(node.inputs, parts):
        if one.requires_grad:
            waiting[id(one)] = waiting.get(id(one), 0.0) + part
            (x1, y1), (x2, y2) = places[names[id(node)]], places[names[id(one)]]
            ax.plot([x1, x2], [y1, y2], "C0-", zorder=1)
            ax.text((x1 + x2) / 2, (y1 + y2) / 2, f"{part:g}", color="C3", va="bottom")
for name, (x1, y1) in places.items():
    ax.text(x1, y1, f"{name} = {nodes[name].item():g}", ha="center", bbox={"fc": "white", "ec": "C0"})
ax.set(xlim=(-0.5, 3.6), ylim=(-0.2, 1.3), title=f"x.grad {x.grad:g}, b.grad {b.grad:g}")
ax.axis("off")
plt.show()

# %%
# Layers and losses were written without a thought of gradients. You should see an error of at most 1e-6 for every
# weight of a small network: your backward agrees with your differences.
rng = np.random.default_rng(7)
model = Sequential(Linear(3, 4, rng=rng), Tanh(), Linear(4, 2, rng=rng))
rows, wanted = rng.normal(size=(5, 3)), rng.normal(size=(5, 2))
MSELoss()(model(rows), wanted).backward()
for weight in model.parameters():
    differences = numerical_grad(lambda _: MSELoss()(model(rows), wanted).data, weight.data)
    print(weight.shape, "agrees" if rel_error(weight.grad, differences) <= 1e-6 else "differs")

# %% [markdown] nbgrader={"grade": false, "grade_id": "m05-no-grad-text", "locked": true, "schema_version": 3, "solution": false, "task": false} course={"task": "05.8", "minutes": 7}
# ## 05.8 · no_grad · 5 points
#
# A recorded result keeps all its inputs alive. Where no gradient is wanted, as in evaluation, that is memory for nothing. Inside `with no_grad():` nothing is recorded.
#
# On the way out, recording is not switched *on*: it becomes *what it was before*. So a block inside another one does no harm. And the way out may be an exception.
#
# <details><summary>Hint 1: nudge</summary>
#
# Everything before `yield` happens on entry, everything after it on leaving. What makes sure that the second part runs?
# </details>
# <details><summary>Hint 2: formula in steps</summary>
#
# Read the state, switch off, yield inside `try`, put the state back in `finally`.
# </details>
# <details><summary>Hint 3: pseudo-code</summary>
#
# ```
# before <- recording["on"]
# recording["on"] <- False
# try: yield    finally: recording["on"] <- before
# ```
# </details>
# <details><summary>I get "generator didn't yield"</summary>
#
# The function needs one `yield`, and every way through it has to pass there.
# </details>

# %% nbgrader={"grade": false, "grade_id": "m05-no-grad", "locked": false, "schema_version": 3, "solution": true, "task": false} course={"task": "05.8", "needs": []}
#| export
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

# %% nbgrader={"grade": true, "grade_id": "m05-no-grad-test", "locked": true, "points": 5, "schema_version": 3, "solution": false, "task": false} course={"task": "05.8", "needs": []}
# Also checked: recording works again after an exception in the block; leaving an inner block keeps the outer one
# off; the same numbers as outside.
def test_unit_no_grad():
    x = Tensor([1.0, 2.0], requires_grad=True)
    with no_grad():
        inside = x * 3.0
    ck.true(inside.inputs == (), "a result inside has no inputs")
    ck.true(len((x * 3.0).inputs) == 2, "a result afterwards has its two inputs")


test_unit_no_grad()

# %% [markdown] nbgrader={"grade": false, "grade_id": "m05-q1-text", "locked": true, "schema_version": 3, "solution": false, "task": false} course={"task": "05.Q1", "minutes": 5}
# ## 05.Q1 · Upstream of ones · 5 points
#
# A check uses an upstream of ones. Why does a softmax backward pass that returns nothing but zeros? Why does a LayerNorm backward of zeros pass if all gamma are 1? What do you change in the check? About 100 words.

# %% [markdown] nbgrader={"grade": true, "grade_id": "m05-q1", "locked": false, "points": 5, "schema_version": 3, "solution": true, "task": false} course={"task": "05.Q1"}
# ### BEGIN SOLUTION
# With ones as upstream the check differentiates the plain sum of the outputs. The entries of a softmax add up to 1 for every input, so this sum does not move at all: the true gradient is zero, and zeros agree with it.
#
# LayerNorm with gamma 1 puts out x̂ + beta. The normalised values x̂ have the mean 0, so their sum is 0 for every input, and again the true gradient for x is zero.
#
# Both backwards are asked about the one direction in which nothing happens. A random upstream weighs the outputs differently, and a random gamma makes the sum depend on x.
#
# Marking: the sum of a softmax is constant, so the true gradient is 0 (2); x̂ sums to 0 (2); random upstream and random gamma (1).
# ### END SOLUTION

# %% [markdown] nbgrader={"grade": false, "grade_id": "m05-q2-text", "locked": true, "schema_version": 3, "solution": false, "task": false} course={"task": "05.Q2", "minutes": 5}
# ## 05.Q2 · The V-shaped error · 5 points
#
# Explain the two arms of the V in plot P1, where they meet for float32 and for float64, and what differences measure when a kink such as that of relu lies between x − h and x + h. About 120 words.

# %% [markdown] nbgrader={"grade": true, "grade_id": "m05-q2", "locked": false, "points": 5, "schema_version": 3, "solution": true, "task": false} course={"task": "05.Q2"}
# ### BEGIN SOLUTION
# Right arm: the formula leaves out terms of the Taylor series, of which the first is h²f'''/6. Ten times smaller h, a hundred times smaller error.
#
# Left arm: f(x+h) and f(x−h) agree in more and more digits. Their difference carries the rounding error of f, about machine epsilon times f, and it is divided by 2h: the error grows like epsilon/h.
#
# The sum of both is smallest where h is near the cube root of epsilon: about 0.005 for float32 and 6·10⁻⁶ for float64.
#
# At a kink one value comes from one side and one from the other. For relu at 0 the quotient is 0.5, which is no derivative at all; smaller h does not help, another x does.
#
# Marking: truncation falls with h² (1); rounding grows with 1/h (2); best h near the cube root of machine epsilon (1); at a kink one-sided values mix (1).
# ### END SOLUTION

# %% [markdown] nbgrader={"grade": false, "grade_id": "m05-summary", "locked": true, "schema_version": 3, "solution": false, "task": false}
# ## Summary
#
# You measured gradients by differences, and know how far such a measurement can be trusted. Twelve rules and one walk through the graph now give the gradient of any expression at the price of about two forwards, and layers and losses have it without a change. Module 06 uses it: four ways to turn a gradient into a step.
#
# When all tests are silent, run `tito module complete 05`.
#
# * Baydin, Pearlmutter, Radul, Siskind: Automatic differentiation in machine learning: a survey, 2018.
# * Griewank, Walther: Evaluating Derivatives, 2008. Chapter 3 has forward and reverse mode.
