# %% [markdown] nbgrader={"grade": false, "grade_id": "m02-title", "locked": true, "schema_version": 3, "solution": false, "task": false}
# # 02 Activations
#
# You write the nonlinear functions of a network with exact derivatives, and without overflow wherever the input lies.
#
# Needs 01 Tensor · 75 minutes · exports `tinytorch.core.activations`
#
# | task | you write | points | difficulty | importance |
# |:--|:--|--:|--:|--:|
# | 02.1 | `sigmoid`, `sigmoid_backward` | 14 | 2 | 4 |
# | 02.2 | `relu`, `relu_backward` | 10 | 1 | 5 |
# | 02.3 | `tanh`, `tanh_backward` | 10 | 1 | 4 |
# | 02.4 | `gelu`, `gelu_backward` | 16 | 3 | 4 |
# | 02.5 | `softmax` | 20 | 3 | 5 |
# | 02.6 | `softmax_backward` | 20 | 4 | 5 |
# | Q1, Q2 | written answers | 10 | 2 | 4 |
#
# Difficulty and importance run from 1 to 5. Docstrings say exactly what is asked. The test below a task shows some cases and lists what else is checked.
#
# All functions take and return numpy arrays of any shape and change none of their arguments. A backward function takes the gradient from above, `g`, as its first argument: the derivative of the loss by each output. It returns the derivative of the loss by each input, an array of the same shape.

# %% nbgrader={"grade": false, "grade_id": "m02-setup", "locked": true, "schema_version": 3, "solution": false, "task": false}
#| export
#| default_exp core.activations
import math

import numpy as np

from tinytorch.core.tensor import Tensor, as_tensor

# %% nbgrader={"grade": false, "grade_id": "m02-tools", "locked": true, "schema_version": 3, "solution": false, "task": false}
from tinytorch.given import check as ck

# %% [markdown] nbgrader={"grade": false, "grade_id": "m02-sigmoid-text", "locked": true, "schema_version": 3, "solution": false, "task": false} course={"task": "02.1", "minutes": 12}
# ## 02.1 · sigmoid · 14 points
#
# Two linear layers in a row are one linear layer. What makes depth worth anything is a bent function between them. The oldest one squeezes every number into (0, 1):
#
# $$y = \frac{1}{1 + e^{-x}}, \qquad \frac{dy}{dx} = y\,(1 - y)$$
#
# On paper the formula is finished. In a computer $e^{1000}$ does not fit: numpy warns, and inf enters the calculation. Multiply numerator and denominator by $e^{x}$ and you get $e^{x} / (1 + e^{x})$, which is fine for negative $x$ and overflows for positive ones. So use each form where its exponent is not positive.
#
# Beware of $1 - \dots$ in the left tail. There the answer is about 4e-18, and 1 minus something next to 1 keeps none of its digits.
#
# The derivative needs only the output. So forward keeps `y`, and `x` may be forgotten.
#
# <details><summary>Hint 1: nudge</summary>
#
# Which number is never positive, and equals $-x$ on one side and $x$ on the other?
# </details>
# <details><summary>Hint 2: formula in steps</summary>
#
# Let e be the exponential of minus the absolute value. Both forms have 1 + e below the line. Above it stands 1 for x from 0 on, and e for negative x. `np.where` chooses element by element.
# </details>
# <details><summary>Hint 3: pseudo-code</summary>
#
# ```
# e <- exp(-|x|)
# top <- 1 where x >= 0, e elsewhere
# y <- top / (1 + e)
# backward: g times y times (1 - y)
# ```
# </details>
# <details><summary>I get "RuntimeWarning: overflow encountered in exp"</summary>
#
# `np.where(condition, a, b)` computes *both* a and b everywhere and then chooses. Neither may overflow anywhere.
# </details>

# %% nbgrader={"grade": false, "grade_id": "m02-sigmoid", "locked": false, "schema_version": 3, "solution": true, "task": false} course={"task": "02.1", "needs": []}
#| export
def sigmoid(x):
    """1 / (1 + exp(-x)), element by element.

    x       : array of any shape, float32 or float64; not changed
    returns : array of the same shape and dtype; relative error below 1e-9 in float64, also far in the left tail
    effect  : no overflow and no warning for |x| up to 1e4
    pinned  : -1000, 0, 1000 -> 0, 0.5, 1;  -2, 2 -> 0.1192029, 0.8807971
    """
    ### BEGIN SOLUTION
    small = np.exp(-np.abs(x))
    return np.where(x >= 0, 1, small) / (1 + small)
    ### END SOLUTION


def sigmoid_backward(g, y):
    """Gradient of the input; g is the gradient of the output, y = sigmoid(x) the output itself."""
    ### BEGIN SOLUTION
    return g * y * (1 - y)
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "m02-sigmoid-test", "locked": true, "points": 14, "schema_version": 3, "solution": false, "task": false} course={"task": "02.1", "needs": []}
# Also checked: +-1000 and +-1e4 beside ordinary values, without a warning; the digits at -40 and further left; the
# gradient of a (3, 5, 7) array from a random g; that x stays as it is; float32.
def test_unit_sigmoid():
    y = sigmoid(np.array([-2.0, 0.0, 2.0]))
    ck.close(y, [0.1192029, 0.5, 0.8807971], "sigmoid of -2, 0, 2")
    x = np.array([0.3, 1.7, 4.0])
    ck.close(sigmoid(-x), 1 - sigmoid(x), "s(-x) = 1 - s(x)")
    ck.close(sigmoid_backward(np.array([4.0, 2.0]), np.array([0.5, 0.9])), [1.0, 0.18], "gradient", hint="g y (1 - y)")


test_unit_sigmoid()

# %% [markdown] nbgrader={"grade": false, "grade_id": "m02-relu-text", "locked": true, "schema_version": 3, "solution": false, "task": false} course={"task": "02.2", "minutes": 7}
# ## 02.2 · relu · 10 points
#
# The cheapest bend: negative numbers become 0, positive ones pass.
#
# $$y = \max(x, 0), \qquad \frac{dy}{dx} = \begin{cases} 1 & x > 0 \\ 0 & x \le 0 \end{cases}$$
#
# At 0 there is a corner and no derivative. The course takes 0 there, as most libraries do; what matters is that everybody takes the same.
#
# NaN means that something went wrong earlier. It must pass through: a function that turns it into 0 hides the fault.
#
# <details><summary>Hint 1: nudge</summary>
#
# Is `0 * inf` zero? Try `x * (x > 0)` with −inf.
# </details>
# <details><summary>Hint 2: formula in steps</summary>
#
# numpy has a function for the larger of two numbers, element by element, and it lets NaN through. For the gradient make a mask of where x is positive, and let g through there.
# </details>
# <details><summary>Hint 3: pseudo-code</summary>
#
# ```
# forward:  larger of x and 0
# backward: g where x > 0, else 0
# ```
# </details>
# <details><summary>I get "The truth value of an array with more than one element is ambiguous"</summary>
#
# `max(x, 0)` and `if x > 0` ask one question about a whole array. You need functions that work element by element.
# </details>

# %% nbgrader={"grade": false, "grade_id": "m02-relu", "locked": false, "schema_version": 3, "solution": true, "task": false} course={"task": "02.2", "needs": []}
#| export
def relu(x):
    """The larger of x and 0, element by element.

    x       : array of any shape, float32 or float64; NaN stays NaN, -inf becomes 0, without a warning
    returns : array of the same shape and dtype
    """
    ### BEGIN SOLUTION
    return np.maximum(x, 0)
    ### END SOLUTION


def relu_backward(g, x):
    """Gradient of the input: g where x > 0, else 0, at exactly 0 too; dtype kept. x is the input, not the output."""
    ### BEGIN SOLUTION
    return g * (x > 0)
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "m02-relu-test", "locked": true, "points": 10, "schema_version": 3, "solution": false, "task": false} course={"task": "02.2", "needs": []}
# Also checked: zeros scattered over a random array; a random g with negative entries; -0.0, NaN and both
# infinities; float32.
def test_unit_relu():
    y = relu(np.array([-2.0, -0.5, 0.0, 0.5, 2.0]))
    ck.close(y, [0.0, 0.0, 0.0, 0.5, 2.0], "relu of five numbers")
    slope = relu_backward(np.ones(3), np.array([-1.0, 0.0, 2.0]))
    ck.close(slope, [0.0, 0.0, 1.0], "gradient at -1, 0, 2", hint="at exactly 0 it is 0")


test_unit_relu()

# %% [markdown] nbgrader={"grade": false, "grade_id": "m02-tanh-text", "locked": true, "schema_version": 3, "solution": false, "task": false} course={"task": "02.3", "minutes": 7}
# ## 02.3 · tanh · 10 points
#
# A sigmoid stretched to (−1, 1). Its outputs lie on both sides of 0, which the layer above likes: with inputs that are all positive, all gradients of one unit's weights have the same sign.
#
# $$y = \tanh x = \frac{e^{x} - e^{-x}}{e^{x} + e^{-x}}, \qquad \frac{dy}{dx} = 1 - y^2$$
#
# The quotient is the definition, not a way to compute: at 1000 it is inf over inf. numpy's own function has no such trouble.
#
# <details><summary>Hint 1: nudge</summary>
#
# Again the derivative is written in the output.
# </details>
# <details><summary>Hint 2: formula in steps</summary>
#
# Forward is one call of numpy. Backward: one minus the square of the output, times g.
# </details>
# <details><summary>Hint 3: pseudo-code</summary>
#
# ```
# backward: g times (1 - y squared)
# ```
# </details>
# <details><summary>I get "only 0-dimensional arrays can be converted to Python scalars"</summary>
#
# `math.tanh` takes one number. numpy has a function of the same name for arrays.
# </details>

# %% nbgrader={"grade": false, "grade_id": "m02-tanh", "locked": false, "schema_version": 3, "solution": true, "task": false} course={"task": "02.3", "needs": []}
#| export
def tanh(x):
    """Hyperbolic tangent of each element; array of any shape, no warning for large |x|.

    pinned : -1, 0, 1 -> -0.7615942, 0, 0.7615942
    """
    ### BEGIN SOLUTION
    return np.tanh(x)
    ### END SOLUTION


def tanh_backward(g, y):
    """Gradient of the input; y = tanh(x) is the output."""
    ### BEGIN SOLUTION
    return g * (1 - y * y)
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "m02-tanh-test", "locked": true, "points": 10, "schema_version": 3, "solution": false, "task": false} course={"task": "02.3", "needs": []}
# Also checked: large |x|; the gradient from a random g; tanh(-x) = -tanh(x), with the values; shapes (0, 3) and ().
def test_unit_tanh():
    y = tanh(np.array([-1.0, 0.0, 1.0]))
    ck.close(y, [-0.7615942, 0.0, 0.7615942], "tanh of -1, 0, 1")
    slope = tanh_backward(np.array([1.0, 2.0]), np.array([0.0, 0.5]))
    ck.close(slope, [1.0, 1.5], "gradient at y = 0 and y = 0.5", hint="the derivative is 1 - y squared")


test_unit_tanh()

# %% [markdown] nbgrader={"grade": false, "grade_id": "m02-gelu-text", "locked": true, "schema_version": 3, "solution": false, "task": false} course={"task": "02.4", "minutes": 12}
# ## 02.4 · gelu · 16 points
#
# relu multiplies each number by 0 or by 1. gelu multiplies it by the probability that a normally distributed number is smaller: near 0 for very negative inputs, near 1 for large ones, and smooth between. Many language models use it in this form:
#
# $$y = \tfrac{1}{2} x \left(1 + \tanh u\right), \qquad u = \sqrt{2/\pi}\,\left(x + 0.044715\,x^3\right)$$
#
# It comes close to the exact form with the error function, but is another function: at 1 the exact one gives 0.8413447, this one 0.841192. Weights trained with one belong to that one.
#
# For the derivative use the product rule. One factor is $x/2$, the other $1 + \tanh u$, and $u$ depends on $x$ again:
#
# $$\frac{dy}{dx} = \tfrac{1}{2}(1 + t) + \tfrac{1}{2}\,x\,(1 - t^2)\,\frac{du}{dx}, \qquad t = \tanh u$$
#
# <details><summary>Hint 1: nudge</summary>
#
# What is the derivative of $x^3$? Of $x + c\,x^3$?
# </details>
# <details><summary>Hint 2: formula in steps</summary>
#
# du/dx is the root times (1 + 3 · 0.044715 · x²). Compute u, then t, then du/dx, then both summands. Backward gets x and computes u again: the output alone does not determine the derivative.
# </details>
# <details><summary>Hint 3: pseudo-code</summary>
#
# ```
# t <- tanh of u(x)
# forward:  half of x times (1 + t)
# inner <- root(2/pi) times (1 + 3c times x squared)
# backward: g times half of ((1 + t) + x times (1 - t squared) times inner)
# ```
# </details>
# <details><summary>I get 0.8413 at 1</summary>
#
# That is the exact form with the error function. Here the form with tanh is asked.
# </details>

# %% nbgrader={"grade": false, "grade_id": "m02-gelu", "locked": false, "schema_version": 3, "solution": true, "task": false} course={"task": "02.4", "needs": []}
#| export
def gelu(x):
    """0.5 x (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))), element by element: the tanh form, not the erf form.

    x       : array of any shape; no warning for |x| up to 1e3
    pinned  : gelu(1) = 0.841192, gelu(-0.5) = -0.154286, gelu(3) = 2.9963626
    """
    ### BEGIN SOLUTION
    bent = np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x * x * x))
    return 0.5 * x * (1 + bent)
    ### END SOLUTION


def gelu_backward(g, x):
    """Gradient of the input; x is the input.

    pinned : derivative at -1, 0, 1 = -0.0830, 0.5, 1.0830
    """
    ### BEGIN SOLUTION
    slope = math.sqrt(2 / math.pi)
    bent = np.tanh(slope * (x + 0.044715 * x * x * x))
    inner = slope * (1 + 3 * 0.044715 * x * x)
    return g * 0.5 * (1 + bent + x * (1 - bent * bent) * inner)
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "m02-gelu-test", "locked": true, "points": 16, "schema_version": 3, "solution": false, "task": false} course={"task": "02.4", "needs": []}
# Also checked: 50 points to nine digits; the gradient from a random g; +-1e3, without a warning; the slope near 1.4,
# which is larger than 1.
def test_unit_gelu():
    y = gelu(np.array([1.0, -0.5, 3.0]))
    ck.close(y, [0.841192, -0.154286, 2.9963626], "gelu of 1, -0.5, 3", hint="the form with tanh, constant 0.044715")
    slope = gelu_backward(np.ones(3), np.array([-1.0, 0.0, 1.0]))
    ck.close(slope, [-0.0830, 0.5, 1.0830], "derivative at -1, 0, 1", rtol=0, atol=1e-4, hint="two summands")


test_unit_gelu()

# %% [markdown] nbgrader={"grade": false, "grade_id": "m02-softmax-text", "locked": true, "schema_version": 3, "solution": false, "task": false} course={"task": "02.5", "minutes": 12}
# ## 02.5 · softmax · 20 points
#
# A classifier's last layer gives one number per class, its logits. softmax turns them into shares that are positive and sum to 1, and keeps their order:
#
# $$s_i = \frac{e^{x_i}}{\sum_j e^{x_j}} = \frac{e^{x_i - m}}{\sum_j e^{x_j - m}}, \qquad m = \max_j x_j$$
#
# The second form is the same number, because $e^{-m}$ cancels. Now the largest exponent is 0: nothing overflows, and the sum is at least 1, so it is never 0/0.
#
# Each row is a problem of its own, with its own maximum and its own sum. With one maximum for the whole array, a row that lies far below it would vanish: all its exponentials are 0, and 0/0 is NaN.
#
# An entry of −inf means "not allowed"; attention in module 10 uses it for the future. Its share is exactly 0, as long as anything in its row is finite.
#
# <details><summary>Hint 1: nudge</summary>
#
# Which argument of a reduction lets you subtract its result from its origin?
# </details>
# <details><summary>Hint 2: formula in steps</summary>
#
# Maximum along the axis, with keepdims. Subtract it into a new array. Exponential. Sum along the same axis, with keepdims. Divide.
# </details>
# <details><summary>Hint 3: pseudo-code</summary>
#
# ```
# m <- maximum of x along axis, axis kept
# e <- exp(x - m)
# answer <- e / (sum of e along axis, axis kept)
# ```
# </details>
# <details><summary>I get "operands could not be broadcast together"</summary>
#
# The reduced axis is gone. Keep it with length 1.
# </details>

# %% nbgrader={"grade": false, "grade_id": "m02-softmax", "locked": false, "schema_version": 3, "solution": true, "task": false} course={"task": "02.5", "needs": []}
#| export
def softmax(x, axis=-1):
    """exp(x) scaled so that the sum along the axis is 1, shifted by the maximum along the axis first.

    x       : array of any shape, float32 or float64; not changed
    axis    : int, may be negative
    returns : array of the same shape and dtype; -inf gives exactly 0 beside a finite entry; no warning
    pinned  : [1, 2, 3] -> [0.0900, 0.2447, 0.6652]
    """
    ### BEGIN SOLUTION
    raised = np.exp(x - x.max(axis=axis, keepdims=True))
    return raised / raised.sum(axis=axis, keepdims=True)
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "m02-softmax-test", "locked": true, "points": 20, "schema_version": 3, "solution": false, "task": false} course={"task": "02.5", "needs": []}
# Also checked: rows near 1000 and near -1000 in one array; axes 0, 1 and -2 of a (3, 5, 7) array; a constant added
# to a row changes nothing; entries of -inf; float32, without a warning; that x stays as it is.
def test_unit_softmax():
    ck.close(softmax(np.array([1.0, 2.0, 3.0])), [0.09003057, 0.24472847, 0.66524096], "softmax of [1, 2, 3]")
    table = np.array([[0.0, 1.0, 2.0], [0.0, 2.0, 4.0]])
    rows = [[0.09003057, 0.24472847, 0.66524096], [0.01587624, 0.11731043, 0.86681333]]
    ck.close(softmax(table, axis=1), rows, "along axis 1", hint="each row sums to 1")
    columns = [[0.5, 0.26894142, 0.11920292], [0.5, 0.73105858, 0.88079708]]
    ck.close(softmax(table, axis=0), columns, "along axis 0", hint="each column sums to 1")


test_unit_softmax()

# %%
# P1. You should see three ways to share out the same ten logits. At temperature 0.25 one class takes nearly all,
# at 4 the shares come close to a tenth each; the order of the classes is always the same.
import matplotlib.pyplot as plt

logits = np.array([0.3, 2.1, -0.7, 1.4, 0.0, 2.6, -1.5, 0.9, 1.8, -0.2])
fig, ax = plt.subplots(figsize=(5, 3), dpi=72)
for temperature in (0.25, 1, 4):
    ax.plot(softmax(logits / temperature), "o:", label=f"temperature {temperature}")
ax.set(xlabel="class", ylabel="share")
ax.legend()
plt.show()

# %% [markdown] nbgrader={"grade": false, "grade_id": "m02-softmax-backward-text", "locked": true, "schema_version": 3, "solution": false, "task": false} course={"task": "02.6", "minutes": 14}
# ## 02.6 · softmax_backward · 20 points
#
# So far each output depended on one input. Here every share depends on every logit of its row: raise one and the others shrink. All these derivatives make up a matrix, the Jacobian:
#
# $$\frac{\partial s_i}{\partial x_j} = s_i\,(\delta_{ij} - s_j)$$
#
# $\delta_{ij}$ is 1 for $i = j$ and 0 otherwise. Multiply by $g$ and sum over $i$. The first part leaves $s_j g_j$, the second $s_j$ times a single number for the whole row:
#
# $$dx_j = s_j \left(g_j - \sum_i g_i s_i\right)$$
#
# So the matrix is never built. For rows of 5000 classes it would hold 25 million numbers each; the formula needs 5000.
#
# Two things to look at afterwards. The results of a row sum to 0, since the shares always sum to 1. And if all $g_i$ are equal the result is 0: raising all shares alike is impossible. A test with a $g$ of ones would therefore see nothing at all.
#
# <details><summary>Hint 1: nudge</summary>
#
# The sum has one value per row. What shape lets it be subtracted from g?
# </details>
# <details><summary>Hint 2: formula in steps</summary>
#
# Multiply g and s element by element; sum along the axis, with keepdims; subtract from g; multiply by s.
# </details>
# <details><summary>Hint 3: pseudo-code</summary>
#
# ```
# common <- sum of g times s along axis, axis kept
# answer <- s times (g - common)
# ```
# </details>
# <details><summary>I get "Unable to allocate ..."</summary>
#
# The Jacobian was built. Use the last formula; it needs arrays of the size of s only.
# </details>

# %% nbgrader={"grade": false, "grade_id": "m02-softmax-backward", "locked": false, "schema_version": 3, "solution": true, "task": false} course={"task": "02.6", "needs": []}
#| export
def softmax_backward(g, s, axis=-1):
    """Gradient of the input of softmax: s (g - sum of g s along the axis).

    g, s    : arrays of the same shape; s = softmax(x, axis) is the output
    axis    : int, may be negative
    returns : array of that shape; a (40, 5000) array must fit into the memory limit, so no Jacobian
    pinned  : s = softmax([1, 2, 3]), g = [1, 0, 2] -> [-0.037859, -0.347640, 0.385499]
    """
    ### BEGIN SOLUTION
    return s * (g - (g * s).sum(axis=axis, keepdims=True))
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "m02-softmax-backward-test", "locked": true, "points": 20, "schema_version": 3, "solution": false, "task": false} course={"task": "02.6", "needs": []}
# Also checked: the Jacobian times g for 7 classes; the gradient from a random g against differences; axes 0 and -2
# of three; a constant g; 40 rows of 5000 classes.
def test_unit_softmax_backward():
    shares = np.array([0.09003057317038046, 0.24472847105479764, 0.6652409557748218])
    dx = softmax_backward(np.array([1.0, 0.0, 2.0]), shares)
    ck.close(dx, [-0.037859, -0.347640, 0.385499], "gradient", rtol=0, atol=1e-6, hint="s (g - sum of g s)")
    ck.close(dx.sum(), 0.0, "sum of the gradient")


test_unit_softmax_backward()

# %%
# P2. You should see gelu dip a little below 0 left of the origin, and its slope, dashed, rise above 1 near 1.4.
# No other slope does. Far from 0 the slopes of sigmoid, tanh and softmax die out on both sides.
x = np.linspace(-4, 4, 161)
ones, beside = np.ones_like(x), np.stack([x, 0 * x, 0 * x], axis=-1)  # softmax of x beside two zeros
shares = softmax(beside)
curves = {
    "sigmoid": (sigmoid(x), sigmoid_backward(ones, sigmoid(x))),
    "relu": (relu(x), relu_backward(ones, x)),
    "tanh": (tanh(x), tanh_backward(ones, tanh(x))),
    "gelu": (gelu(x), gelu_backward(ones, x)),
    "softmax": (shares[:, 0], softmax_backward(np.array([1.0, 0.0, 0.0]) * ones[:, None], shares)[:, 0]),
}
fig, ax = plt.subplots(figsize=(5, 3), dpi=72)
for (name, (values, slopes)), color in zip(curves.items(), ("C0", "C1", "C2", "C3", "C4")):
    ax.plot(x, values, color=color, label=name)
    ax.plot(x, slopes, "--", color=color)
ax.set(xlabel="x", ylabel="value, slope dashed", ylim=(-1.1, 2))
ax.legend(loc="upper left")
plt.show()

# %% [markdown] nbgrader={"grade": false, "grade_id": "m02-classes-text", "locked": true, "schema_version": 3, "solution": false, "task": false}
# ## For Tensors
#
# Nothing to write. The classes below put your functions on Tensors and announce each use under its name, as the operations of module 01 do. Module 03 builds them into networks; module 05 looks up your backward functions by these names.

# %% nbgrader={"grade": false, "grade_id": "m02-classes", "locked": true, "schema_version": 3, "solution": false, "task": false}
#| export
class Activation:
    """A function without parameters; calling it is `forward`: Tensor or array in, Tensor of that shape out."""

    def __call__(self, x):
        return self.forward(x)


class Sigmoid(Activation):
    """sigmoid on a Tensor, announced as "sigmoid"."""

    def forward(self, x):
        x = as_tensor(x)
        return Tensor._new(sigmoid(x.data), "sigmoid", (x,))


class ReLU(Activation):
    """relu on a Tensor, announced as "relu"."""

    def forward(self, x):
        x = as_tensor(x)
        return Tensor._new(relu(x.data), "relu", (x,))


class Tanh(Activation):
    """tanh on a Tensor, announced as "tanh"."""

    def forward(self, x):
        x = as_tensor(x)
        return Tensor._new(tanh(x.data), "tanh", (x,))


class GELU(Activation):
    """gelu on a Tensor, announced as "gelu"."""

    def forward(self, x):
        x = as_tensor(x)
        return Tensor._new(gelu(x.data), "gelu", (x,))


class Softmax(Activation):
    """softmax along one axis of a Tensor, announced as "softmax" with that axis."""

    def __init__(self, axis=-1):
        self.axis = axis

    def forward(self, x):
        x = as_tensor(x)
        return Tensor._new(softmax(x.data, self.axis), "softmax", (x,), axis=self.axis)

# %% [markdown] nbgrader={"grade": false, "grade_id": "m02-q1-text", "locked": true, "schema_version": 3, "solution": false, "task": false} course={"task": "02.Q1", "minutes": 5}
# ## 02.Q1 · Saturation · 5 points
#
# Where is the derivative of sigmoid, of tanh and of relu zero or nearly zero? What follows for the gradient at the bottom of a deep stack? Name one remedy. Your plot P2 shows what you need. About 100 words.

# %% [markdown] nbgrader={"grade": true, "grade_id": "m02-q1", "locked": false, "points": 5, "schema_version": 3, "solution": true, "task": false} course={"task": "02.Q1"}
# ### BEGIN SOLUTION
# sigmoid and tanh are flat in both tails: at |x| = 5 the slope of sigmoid is below 0.007, that of tanh below 0.0002. Even at its steepest point sigmoid has slope 0.25.
#
# Backward multiplies one such factor per layer. Ten sigmoids leave at most 0.25 to the power of 10, about one millionth, so the lowest layers hardly learn: the gradient vanishes.
#
# relu has slope exactly 0 for all negative inputs. A unit that is negative for every sample gets no gradient and stays as it is: it is dead.
#
# Remedies: relu or gelu instead of sigmoid, starting weights of the right size, normalisation, connections around the layers.
#
# Marking: tails of sigmoid and tanh (1); a product of many factors below 1 shrinks (2); relu: zero half and dead units (1); one remedy (1).
# ### END SOLUTION

# %% [markdown] nbgrader={"grade": false, "grade_id": "m02-q2-text", "locked": true, "schema_version": 3, "solution": false, "task": false} course={"task": "02.Q2", "minutes": 5}
# ## 02.Q2 · Why shift before exp · 5 points
#
# Show that subtracting a constant from a row does not change its softmax. What happens without the shift for logits near 1000? Why subtract the maximum and not the mean? About 80 words and one line of algebra.

# %% [markdown] nbgrader={"grade": true, "grade_id": "m02-q2", "locked": false, "points": 5, "schema_version": 3, "solution": true, "task": false} course={"task": "02.Q2"}
# ### BEGIN SOLUTION
# exp(x_i − c) / Σ exp(x_j − c) = exp(−c) exp(x_i) / (exp(−c) Σ exp(x_j)): the common factor exp(−c) stands above and below the line and cancels.
#
# Without the shift exp(1000) is larger than any float64, so it becomes inf. The sum is inf as well, and inf/inf is NaN. From there NaN spreads through loss and gradients into all weights.
#
# After subtracting the maximum, every exponent is at most 0, so no exponential exceeds 1, and one of them is exactly 1, so the sum cannot be 0. The mean promises neither: with logits 0, 0, 3000 the largest is still 2000 above the mean.
#
# Marking: the common factor cancels, written out (2); overflow to inf and inf/inf = NaN (2); why the maximum and not the mean (1).
# ### END SOLUTION

# %% [markdown] nbgrader={"grade": false, "grade_id": "m02-summary", "locked": true, "schema_version": 3, "solution": false, "task": false}
# ## Summary
#
# You have five functions that stay finite where their formulas do not, and derivatives to go with them: three written in the output, two in the input, one of them a Jacobian that is never built. When all tests are silent, run `tito module complete 02`; your exported cells become `tinytorch.core.activations`. Module 03 puts layers between them.
#
# * Hendrycks, Gimpel: Gaussian Error Linear Units, 2016. Both forms of gelu.
# * Goodfellow, Bengio, Courville: Deep Learning, 2016. Section 4.1 has softmax and overflow, 6.3 the choice of units.
