# %% [markdown] nbgrader={"grade": false, "grade_id": "m09-title", "locked": true, "schema_version": 3, "solution": false, "task": false}
# # 09 Spatial
#
# You build convolution, pooling and batch normalisation with exact gradients, and a small network of them that reads digits where a linear model fails.
#
# Needs 05 Autograd, 07 Training, 08 DataLoader · 140 minutes · exports `tinytorch.core.spatial`
#
# | task | you write | points | difficulty | importance |
# |:--|:--|--:|--:|--:|
# | 09.1 | `conv2d_forward`, `Conv2d` | 20 | 3 | 5 |
# | 09.2 | `conv2d_backward` | 15 | 4 | 5 |
# | 09.3 | max pooling | 15 | 3 | 3 |
# | 09.4 | average pooling | 10 | 2 | 2 |
# | 09.5 | `BatchNorm2d` | 20 | 4 | 4 |
# | 09.6 | `SimpleCNN`, `train_glyphs` | 10 | 3 | 5 |
# | Q1, Q2 | written answers | 10 | 2 | 4 |
#
# Difficulty and importance run from 1 to 5. Docstrings say exactly what is asked. The test below a task shows some cases and lists what else is checked.
#
# Images have the shape (N, C, H, W): images, channels, rows, columns.

# %% nbgrader={"grade": false, "grade_id": "m09-setup", "locked": true, "schema_version": 3, "solution": false, "task": false}
#| export
#| default_exp core.spatial
import math

import numpy as np

from tinytorch.core.activations import relu
from tinytorch.core.autograd import RULES, no_grad
from tinytorch.core.dataloader import DataLoader, TensorDataset
from tinytorch.core.layers import Layer, Linear, Parameter, ReLU
from tinytorch.core.losses import CrossEntropyLoss
from tinytorch.core.optimizers import Adam
from tinytorch.core.tensor import Tensor, as_tensor
from tinytorch.core.training import Trainer
from tinytorch.given import check as ck
from tinytorch.given import to_numpy
from tinytorch.given.data import one_hot
from tinytorch.given.glyphs import glyph_digits


def windows_of(x, k, stride):
    """Given: all k x k windows of images, one every `stride` rows and columns: (N, C, Ho, Wo, k, k).

    Only windows that fit count, so Ho = (H - k) // stride + 1. Nothing is copied: overlapping windows show the
    same numbers of x, so do not write into them. ValueError where k is larger than the image.
    """
    windows = np.lib.stride_tricks.sliding_window_view(x, (k, k), axis=(2, 3))
    return windows[:, :, ::stride, ::stride]


RULES["array_function"] = lambda g, out, inputs, ctx: ctx["backward"](g)


def recorded(y, inputs, backward):
    """Given: the Tensor of y in the graph; backward(g) returns one gradient for each of the inputs."""
    return Tensor._new(y, "array_function", inputs, backward=backward)

# %% [markdown] nbgrader={"grade": false, "grade_id": "m09-conv-text", "locked": true, "schema_version": 3, "solution": false, "task": false} course={"task": "09.1", "minutes": 25}
# ## 09.1 · Conv2d forward · 20 points
#
# A dense layer learns a corner anew at every place where it can occur. A convolution learns it once: a small kernel $W$ of $k \times k$ numbers per channel slides over the image, and each output pixel is the sum of products with the window below the kernel.
#
# $$y_{n,o,r,c} = b_o + \sum_{c'}\sum_{i,j} x_{n,\,c',\,sr+i,\,sc+j}\; W_{o,c',i,j}$$
#
# $s$ is the stride. Padding puts $p$ rows and columns of zeros on *each* side first, so the output has $\lfloor (H + 2p - k)/s \rfloor + 1$ rows. The kernel is not flipped: what is called convolution here is cross-correlation.
#
# The layer `Conv2d` holds weight and bias. A window has $C k^2$ numbers, and that is the fan-in for the He start of module 03.
#
# <details><summary>Hint 1: nudge</summary>
#
# `windows_of` is given and makes the six axes (N, C, Ho, Wo, k, k). Which three of them does the sum run over?
# </details>
# <details><summary>Hint 2: steps</summary>
#
# Pad the last two axes with `np.pad`. Take the windows. `np.tensordot(windows, W, axes=([1, 4, 5], [1, 2, 3]))` sums over channel and both kernel axes and leaves (N, Ho, Wo, O). Bring O to the second place. Add the bias over the channels.
# </details>
# <details><summary>Hint 3: pseudo-code</summary>
#
# ```
# padded <- x with p zeros on each side
# windows <- all windows of the kernel's size, at this stride
# y <- sum over channel, i, j of windows * W, axes in order n, o, row, column
# y <- y + b, one number per output channel, if there is a bias
# return y and whatever backward will need
# ```
# </details>
# <details><summary>I get "window shape cannot be larger than input array shape"</summary>
#
# The kernel is larger than the padded image. That is the ValueError that is asked for.
# </details>
# <details><summary>I get "could not be broadcast together" at the bias</summary>
#
# `b` has shape (O,), the output (N, O, Ho, Wo). `b[:, None, None]` lines the axes up.
# </details>

# %% nbgrader={"grade": false, "grade_id": "m09-conv", "locked": false, "schema_version": 3, "solution": true, "task": false} course={"task": "09.1", "needs": []}
#| export
def conv2d_forward(x, W, b, stride=1, padding=0):
    """Cross-correlate images with kernels.

    x, W, b : (N, C, H, W), (O, C, k, k), and (O,) or None
    stride  : int, step between windows;  padding : int, zeros on each of the four sides
    returns : (y, cache), y (N, O, (H + 2p - k) // s + 1, (W + 2p - k) // s + 1);
              cache is yours: whatever conv2d_backward needs
    raises  : ValueError for a kernel larger than the padded input
    time    : no loop over pixels or images: (16, 8, 28, 28) with O = 16, k = 3 takes far less than 2 seconds
    pinned  : rows H, k, s, p -> out: 8,3,1,1 -> 8;  7,3,2,0 -> 3;  7,3,2,1 -> 4;  5,5,1,0 -> 1
              0 ... 15 as 4 x 4, kernel [[1,0],[0,-1]], no bias: all -5;
              s = 2, p = 1: [[0,-2,0],[-8,-5,7],[0,13,15]]
    """
    ### BEGIN SOLUTION
    sides = (padding, padding)
    padded = np.pad(x, ((0, 0), (0, 0), sides, sides))
    windows = windows_of(padded, W.shape[2], stride)  # (N, C, Ho, Wo, k, k)
    y = np.tensordot(windows, W, axes=([1, 4, 5], [1, 2, 3])).transpose(0, 3, 1, 2)
    if b is not None:
        y = y + b[:, None, None]
    return y, (padded.shape, windows, W, b is not None, stride, padding)
    ### END SOLUTION


class Conv2d(Layer):
    """conv2d_forward with parameters of its own.

    weight : Parameter named "weight", (c_out, c_in, k, k), normal with deviation sqrt(2 / (c_in * k * k)), from rng
    bias   : Parameter named "bias", (c_out,), zeros; None with bias=False
    stride, padding : kept under these names
    rng    : np.random.Generator; None takes a new one
    """

    def __init__(self, c_in, c_out, kernel_size, stride=1, padding=0, bias=True, rng=None):
        rng = np.random.default_rng() if rng is None else rng  # given
        ### BEGIN SOLUTION
        spread = math.sqrt(2 / (c_in * kernel_size**2))
        shape = (c_out, c_in, kernel_size, kernel_size)
        self.weight = Parameter(rng.normal(0.0, spread, size=shape), name="weight")
        self.bias = Parameter(np.zeros(c_out), name="bias") if bias else None
        self.stride, self.padding = stride, padding
        ### END SOLUTION

    def forward(self, x):
        """Given: your functions on a Tensor; gradients reach x, weight and bias."""
        inputs = (as_tensor(x), self.weight) + (() if self.bias is None else (self.bias,))
        bias = None if self.bias is None else self.bias.data
        y, cache = conv2d_forward(inputs[0].data, self.weight.data, bias, self.stride, self.padding)
        return recorded(y, inputs, lambda g: conv2d_backward(g, cache)[: len(inputs)])

# %% nbgrader={"grade": true, "grade_id": "m09-conv-test", "locked": true, "points": 20, "schema_version": 3, "solution": false, "task": false} course={"task": "09.1", "needs": []}
# Also checked: another batch with several channels, stride 2 and padding 1; images in which the last windows do not fit;
# the bias per channel; a large batch in time; deviation, names and shapes of the parameters; a kernel that is too large.
def test_unit_conv2d():
    x, W = np.arange(16.0).reshape(1, 1, 4, 4), np.array([[[[1.0, 0.0], [0.0, -1.0]]]])
    y = conv2d_forward(x, W, None)[0]
    ck.close(y, np.full((1, 1, 3, 3), -5.0), "stride 1, no padding", hint="x minus its lower right neighbour")
    y = conv2d_forward(x, W, None, stride=2, padding=1)[0]
    ck.close(y[0, 0], [[0, -2, 0], [-8, -5, 7], [0, 13, 15]], "stride 2, padding 1", hint="zeros on every side")
    for size, k, s, p, out in [(8, 3, 1, 1, 8), (7, 3, 2, 0, 3), (7, 3, 2, 1, 4), (5, 5, 1, 0, 1)]:
        y = conv2d_forward(np.zeros((1, 2, size, size)), np.zeros((3, 2, k, k)), None, s, p)[0]
        ck.shape(y, (1, 3, out, out), f"shape for H {size}, k {k}, s {s}, p {p}")


test_unit_conv2d()

# %% [markdown] nbgrader={"grade": false, "grade_id": "m09-back-text", "locked": true, "schema_version": 3, "solution": false, "task": false} course={"task": "09.2", "minutes": 25}
# ## 09.2 · conv2d_backward · 15 points
#
# Every product in 09.1 was an input pixel times a weight, and the chain rule walks back over the same triples (window, kernel place, output).
#
# * $W_{o,c,i,j}$ was used in every window: its gradient sums input times upstream over *all images and places*.
# * $b_o$ was added everywhere: sum the upstream over images, rows and columns.
# * An input pixel lies in several windows, at another kernel place in each. Its gradient collects $g \cdot W_{o,c,i,j}$ from all of them, so overlaps *add up*. A pixel that no window touched gets 0.
#
# The padding was input too, of a constant. Its part of the gradient is cut off at the end.
#
# <details><summary>Hint 1: nudge</summary>
#
# Fix one kernel place (i, j). Which pixels of the padded image did it touch, over all windows? A regular grid that starts at (i, j) with steps of `stride`.
# </details>
# <details><summary>Hint 2: steps</summary>
#
# dW and db are one sum each. For dx start with zeros of the padded shape. `np.tensordot(dy, W, axes=(1, 0))` has what each window gives back, as (N, Ho, Wo, C, k, k). Loop over i and j only and add each part to its grid. Cut off p on each side.
# </details>
# <details><summary>Hint 3: pseudo-code</summary>
#
# ```
# dW <- sum over n, row, column of dy * windows
# db <- sum over n, row, column of dy, or None
# for each kernel place i, j:
#     padded gradient [:, :, i :: s, j :: s], Ho x Wo of it <- + part (i, j)
# dx <- padded gradient without the padding
# ```
# </details>
# <details><summary>I get shapes (…, 4, 4) and (…, 3, 3) at the addition</summary>
#
# The grid from i on may hold one pixel more than there are windows. End the slice at `i + stride * Ho`.
# </details>

# %% nbgrader={"grade": false, "grade_id": "m09-back", "locked": false, "schema_version": 3, "solution": true, "task": false} course={"task": "09.2", "needs": ["m09-conv-test"]}
#| export
def conv2d_backward(dy, cache):
    """Gradients of conv2d_forward.

    dy      : upstream gradient, shape of y
    returns : (dx, dW, db) with the shapes of x, W, b; db is None without bias
    overlap : what several windows give to one pixel adds up; pixels outside all windows get 0
    """
    ### BEGIN SOLUTION
    padded_shape, windows, W, has_bias, s, p = cache
    dW = np.tensordot(dy, windows, axes=([0, 2, 3], [0, 2, 3]))
    db = dy.sum(axis=(0, 2, 3)) if has_bias else None
    parts = np.tensordot(dy, W, axes=(1, 0)).transpose(0, 3, 1, 2, 4, 5)  # (N, C, Ho, Wo, k, k)
    rows, columns = dy.shape[2:]
    padded = np.zeros(padded_shape, dtype=parts.dtype)
    for i in range(W.shape[2]):
        for j in range(W.shape[2]):
            padded[:, :, i : i + s * rows : s, j : j + s * columns : s] += parts[..., i, j]
    dx = padded[:, :, p : padded.shape[2] - p, p : padded.shape[3] - p]
    return dx, dW, db
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "m09-back-test", "locked": true, "points": 15, "schema_version": 3, "solution": false, "task": false} course={"task": "09.2", "needs": ["m09-conv-test"]}
# Also checked: stride 2 with padding 1 for dx, dW and db; a stride larger than the kernel, which leaves gaps; a kernel of
# 1; no bias; the shape of dx when the last windows do not fit.
def central_differences(f, x, upstream, h=1e-5):
    """The gradient of the sum of upstream * f() with respect to the array x, one entry at a time."""
    grad = np.zeros_like(x)
    for place in np.ndindex(x.shape):
        kept = x[place]
        x[place] = kept + h
        above = (upstream * f()).sum()
        x[place] = kept - h
        grad[place] = (above - (upstream * f()).sum()) / (2 * h)
        x[place] = kept
    return grad


def test_unit_conv2d_backward():
    rng = np.random.default_rng(9)
    x, W, b = rng.normal(size=(2, 2, 4, 5)), rng.normal(size=(3, 2, 2, 2)), rng.normal(size=3)
    y, cache = conv2d_forward(x, W, b)
    dy = rng.normal(size=y.shape)
    for name, array, grad in zip(("dx", "dW", "db"), (x, W, b), conv2d_backward(dy, cache)):
        numeric = central_differences(lambda: conv2d_forward(x, W, b)[0], array, dy)
        ck.close(grad, numeric, name, rtol=1e-6, atol=1e-8, hint="compared with central differences")


test_unit_conv2d_backward()

# %% [markdown] nbgrader={"grade": false, "grade_id": "m09-max-text", "locked": true, "schema_version": 3, "solution": false, "task": false} course={"task": "09.3", "minutes": 18}
# ## 09.3 · MaxPool2d · 15 points
#
# Pooling makes images smaller: of each window only the largest number stays. Whether an edge lies one pixel further left then matters less.
#
# A window's gradient goes back to the pixel that won, and nowhere else. With a tie the first in reading order (row by row) wins. Where windows overlap, a pixel may win in several and collects from all of them.
#
# Rows and columns behind the last whole window are dropped: they influence nothing, so their gradient is 0.
#
# <details><summary>Hint 1: nudge</summary>
#
# What has to be remembered from forward is the *position* of each winner. `argmax` returns the first one.
# </details>
# <details><summary>Hint 2: steps</summary>
#
# Reshape the windows so that the last axis has k·k entries in reading order. argmax there gives a number from 0 to k·k − 1; the maximum is y. Backward: for every place (i, j) add dy where the winner is number i·k + j.
# </details>
# <details><summary>Hint 3: pseudo-code</summary>
#
# ```
# forward:  flat <- windows as (N, C, Ho, Wo, k*k)
#           winner <- first argmax over the last axis; y <- the maximum
# backward: dx <- zeros of the input's shape
#           for each place i, j: add dy where winner = i*k + j to the grid of that place
# ```
# </details>
# <details><summary>I get a gradient that is too large at equal numbers</summary>
#
# The comparison `window == maximum` is true for every tied pixel. Use the position.
# </details>

# %% nbgrader={"grade": false, "grade_id": "m09-max", "locked": false, "schema_version": 3, "solution": true, "task": false} course={"task": "09.3", "needs": []}
#| export
def maxpool2d_forward(x, k, stride=None):
    """The largest entry of each k x k window.

    x       : (N, C, H, W);  stride : int, None means k
    returns : (y, cache), y (N, C, (H - k) // stride + 1, (W - k) // stride + 1); the cache is yours
    rest    : rows and columns that do not fill a window are dropped, nothing is padded
    """
    ### BEGIN SOLUTION
    stride = k if stride is None else stride
    windows = windows_of(x, k, stride)
    flat = windows.reshape(*windows.shape[:4], k * k)
    return flat.max(axis=-1), (x.shape, flat.argmax(axis=-1), k, stride)
    ### END SOLUTION


def maxpool2d_backward(dy, cache):
    """Gradient for x: dy goes to the winner of each window, and adds up where a pixel wins several.

    tie : the first maximum in row-major order gets all of it
    """
    ### BEGIN SOLUTION
    shape, winner, k, s = cache
    dx, (rows, columns) = np.zeros(shape, dtype=dy.dtype), dy.shape[2:]
    for i in range(k):
        for j in range(k):
            dx[:, :, i : i + s * rows : s, j : j + s * columns : s] += dy * (winner == i * k + j)
    return dx
    ### END SOLUTION


class MaxPool2d(Layer):
    """Given: max pooling as a layer."""

    def __init__(self, kernel_size, stride=None):
        self.kernel_size, self.stride = kernel_size, stride

    def forward(self, x):
        x = as_tensor(x)
        y, cache = maxpool2d_forward(x.data, self.kernel_size, self.stride)
        return recorded(y, (x,), lambda g: (maxpool2d_backward(g, cache),))

# %% nbgrader={"grade": true, "grade_id": "m09-max-test", "locked": true, "points": 15, "schema_version": 3, "solution": false, "task": false} course={"task": "09.3", "needs": []}
# Also checked: inputs below 0; 5 x 7 with rows and columns left over; stride 1 with overlapping windows; ties; gradients
# against differences.
def test_unit_maxpool():
    x = np.array([[[[1.0, 2.0, 5.0, 3.0], [4.0, 0.0, 1.0, 2.0], [7.0, 8.0, 0.0, 1.0], [6.0, 5.0, 2.0, 9.0]]]])
    y, cache = maxpool2d_forward(x, 2)
    ck.close(y[0, 0], [[4, 5], [8, 9]], "largest of each window")
    dx = maxpool2d_backward(np.array([[[[10.0, 20.0], [30.0, 40.0]]]]), cache)
    right = [[0, 0, 20, 0], [10, 0, 0, 0], [0, 30, 0, 0], [0, 0, 0, 40]]
    ck.close(dx[0, 0], right, "gradient", hint="each upstream number goes to the winner of its window")


test_unit_maxpool()

# %% [markdown] nbgrader={"grade": false, "grade_id": "m09-avg-text", "locked": true, "schema_version": 3, "solution": false, "task": false} course={"task": "09.4", "minutes": 10}
# ## 09.4 · AvgPool2d · 10 points
#
# The same windows, another summary: the mean. All $k^2$ pixels had an equal part in it, so each gets $1/k^2$ of the gradient.
#
# <details><summary>Hint 1: nudge</summary>
#
# Only one line of each function of 09.3 is different, and no winner has to be remembered.
# </details>
# <details><summary>Hint 2: steps</summary>
#
# Forward: the mean of the windows over their last two axes. Backward: add dy / k² to the grid of every kernel place.
# </details>
# <details><summary>Hint 3: pseudo-code</summary>
#
# ```
# forward:  y <- mean of each window
# backward: for each place i, j: add dy / (k * k) to its grid
# ```
# </details>
# <details><summary>I get a gradient k times too large</summary>
#
# A window has k·k pixels, not k.
# </details>

# %% nbgrader={"grade": false, "grade_id": "m09-avg", "locked": false, "schema_version": 3, "solution": true, "task": false} course={"task": "09.4", "needs": []}
#| export
def avgpool2d_forward(x, k, stride=None):
    """The mean of each k x k window; shapes, stride and rest as in maxpool2d_forward. Returns (y, cache)."""
    ### BEGIN SOLUTION
    stride = k if stride is None else stride
    return windows_of(x, k, stride).mean(axis=(4, 5)), (x.shape, k, stride)
    ### END SOLUTION


def avgpool2d_backward(dy, cache):
    """Gradient for x: each pixel of a window gets dy / k**2, added up where windows overlap; elsewhere 0."""
    ### BEGIN SOLUTION
    shape, k, s = cache
    dx, (rows, columns) = np.zeros(shape, dtype=dy.dtype), dy.shape[2:]
    for i in range(k):
        for j in range(k):
            dx[:, :, i : i + s * rows : s, j : j + s * columns : s] += dy / k**2
    return dx
    ### END SOLUTION


class AvgPool2d(Layer):
    """Given: average pooling as a layer."""

    def __init__(self, kernel_size, stride=None):
        self.kernel_size, self.stride = kernel_size, stride

    def forward(self, x):
        x = as_tensor(x)
        y, cache = avgpool2d_forward(x.data, self.kernel_size, self.stride)
        return recorded(y, (x,), lambda g: (avgpool2d_backward(g, cache),))

# %% nbgrader={"grade": true, "grade_id": "m09-avg-test", "locked": true, "points": 10, "schema_version": 3, "solution": false, "task": false} course={"task": "09.4", "needs": []}
# Also checked: 5 x 7 with rows and columns left over; stride 1 with overlapping windows; gradients against differences.
def test_unit_avgpool():
    x = np.array([[[[1.0, 2.0, 5.0, 3.0], [4.0, 1.0, 2.0, 2.0], [7.0, 8.0, 0.0, 1.0], [6.0, 3.0, 2.0, 9.0]]]])
    y, cache = avgpool2d_forward(x, 2)
    ck.close(y[0, 0], [[2, 3], [6, 3]], "mean of each window")
    dx = avgpool2d_backward(np.array([[[[4.0, 8.0], [12.0, 16.0]]]]), cache)
    right = [[1, 1, 2, 2], [1, 1, 2, 2], [3, 3, 4, 4], [3, 3, 4, 4]]
    ck.close(dx[0, 0], right, "gradient", hint="every pixel of a window gets a quarter")


test_unit_avgpool()

# %% [markdown] nbgrader={"grade": false, "grade_id": "m09-norm-text", "locked": true, "schema_version": 3, "solution": false, "task": false} course={"task": "09.5", "minutes": 25}
# ## 09.5 · BatchNorm2d · 20 points
#
# Batch normalisation brings every channel to mean 0 and variance 1, over all images and places of the batch, and then lets the layer choose another level: $y = \gamma \hat x + \beta$ with
#
# $$\hat x = \frac{x - \mu_c}{\sqrt{\sigma_c^2 + \epsilon}}$$
#
# It has two behaviours. In **training** $\mu$ and $\sigma^2$ come from the batch, and running averages follow them: new = 0.9 · old + 0.1 · batch with momentum 0.1. In **evaluation** the running numbers are used and nothing moves, so the answer for an image does not depend on its neighbours.
#
# Two variances: the batch is normalised with the biased one (divide by $m = NHW$), the running average takes the unbiased one (divide by $m - 1$).
#
# Backward in training goes *through* the statistics. With $d = \gamma\, g$ and means over the channel:
#
# $$\frac{\partial L}{\partial x} = \frac{d - \overline{d} - \hat x\, \overline{d\,\hat x}}{\sqrt{\sigma^2 + \epsilon}}$$
#
# In evaluation $\mu$ and $\sigma$ are constants, and both means vanish from the formula.
#
# <details><summary>Hint 1: nudge</summary>
#
# Per channel means over axes 0, 2 and 3. Which mode the last forward ran in belongs to what backward must know.
# </details>
# <details><summary>Hint 2: steps</summary>
#
# Training: mean and var over (0, 2, 3), then both running averages, the variance times m/(m−1). Evaluation: take the running ones. Shape (C,) becomes (C, 1, 1) by `[:, None, None]`. Keep x̂, the inverse root and the mode in `saved`.
# </details>
# <details><summary>Hint 3: pseudo-code</summary>
#
# ```
# forward:  mean, var <- batch (and move the running ones) or running
#           saved <- xhat, 1 / root, mode
#           return gamma * xhat + beta
# backward: dgamma <- sum of dy * xhat, dbeta <- sum of dy
#           d <- gamma * dy
#           in training: d <- d - mean(d) - xhat * mean(d * xhat)
#           return d / root, dgamma, dbeta
# ```
# </details>
# <details><summary>I get 1.35 instead of 1.366667 for running_var</summary>
#
# 1.366667 = 0.9 · 1 + 0.1 · 14/3: the running average wants the unbiased variance.
# </details>

# %% nbgrader={"grade": false, "grade_id": "m09-norm", "locked": false, "schema_version": 3, "solution": true, "task": false} course={"task": "09.5", "needs": []}
#| export
class BatchNorm2d(Layer):
    """Normalises each channel over images and places: (N, C, H, W) -> the same shape.

    gamma, beta    : Parameters of these names, (channels,), ones and zeros
    running_mean, running_var : arrays (channels,), zeros and ones at first
    eps, momentum  : kept under these names;  saved : None at first, then what backward needs
    training       : of Layer; train() and eval() switch it
    pinned         : one channel 1, 2, 3, 6 -> -1.069043, -0.534522, 0, 1.603565;
                     then running_mean 0.3, running_var 1.366667;
                     then the same in evaluation -> 0.598777, 1.454173, 2.309569, 4.875756
    """

    def __init__(self, channels, eps=1e-5, momentum=0.1):
        ### BEGIN SOLUTION
        self.gamma = Parameter(np.ones(channels), name="gamma")
        self.beta = Parameter(np.zeros(channels), name="beta")
        self.running_mean, self.running_var = np.zeros(channels), np.ones(channels)
        self.eps, self.momentum, self.saved = eps, momentum, None
        ### END SOLUTION

    def forward(self, x):
        """x array -> array.

        training   : mean and biased variance of the batch; then running <- (1 - momentum) * running + momentum * batch,
                     with the unbiased variance; ValueError for fewer than 2 numbers per channel
        evaluation : the running numbers, which stay as they are
        """
        ### BEGIN SOLUTION
        m, keep = x.size // x.shape[1], 1 - self.momentum
        mean, var = self.running_mean, self.running_var
        if self.training:
            if m < 2:
                raise ValueError("one number per channel has no variance")
            mean, var = x.mean(axis=(0, 2, 3)), x.var(axis=(0, 2, 3))
            self.running_mean = keep * self.running_mean + self.momentum * mean
            self.running_var = keep * self.running_var + self.momentum * var * m / (m - 1)
        scale = 1 / np.sqrt(var + self.eps)[:, None, None]
        xhat = (x - mean[:, None, None]) * scale
        self.saved = xhat, scale, self.training
        return self.gamma.data[:, None, None] * xhat + self.beta.data[:, None, None]
        ### END SOLUTION

    def backward(self, dy):
        """Gradients for the last forward, in the mode it ran in.

        returns : (dx, dgamma, dbeta); in training dx goes through mean and variance of the batch
        """
        ### BEGIN SOLUTION
        xhat, scale, training = self.saved
        d, axes = dy * self.gamma.data[:, None, None], (0, 2, 3)
        if training:
            pull = (d * xhat).mean(axis=axes, keepdims=True)
            d = d - d.mean(axis=axes, keepdims=True) - xhat * pull
        return d * scale, (dy * xhat).sum(axis=axes), dy.sum(axis=axes)
        ### END SOLUTION

    def __call__(self, x):
        """Given: forward and backward as one step in the graph of Tensors."""
        x = as_tensor(x)
        y, kept = self.forward(x.data), self.saved

        def backward(g):
            self.saved = kept  # the layer may have been called again since
            return self.backward(g)

        return recorded(y, (x, self.gamma, self.beta), backward)

# %% nbgrader={"grade": true, "grade_id": "m09-norm-test", "locked": true, "points": 20, "schema_version": 3, "solution": false, "task": false} course={"task": "09.5", "needs": []}
# Also checked: running numbers after three batches of several channels; other gamma, beta, eps and momentum; all gradients
# in both modes; evaluation moves nothing and treats every image alone; the attributes; a single number per channel.
def test_unit_batchnorm():
    x = np.array([1.0, 2.0, 3.0, 6.0]).reshape(4, 1, 1, 1)
    norm = BatchNorm2d(1)
    ck.close(norm.forward(x).ravel(), [-1.069043, -0.534522, 0, 1.603565], "training", hint="biased variance 3.5")
    ck.close(norm.running_mean, [0.3], "running mean")
    ck.close(norm.running_var, [1.366667], "running variance", hint="the unbiased one: 14/3")
    norm.eval()
    ck.close(norm.forward(x).ravel(), [0.598777, 1.454173, 2.309569, 4.875756], "evaluation")
    ck.close(norm.running_mean, [0.3], "running mean after evaluation", hint="evaluation changes nothing")


test_unit_batchnorm()

# %% [markdown] nbgrader={"grade": false, "grade_id": "m09-cnn-text", "locked": true, "schema_version": 3, "solution": false, "task": false} course={"task": "09.6", "minutes": 20}
# ## 09.6 · SimpleCNN on glyph digits · 10 points
#
# Ten digits of 6 × 4 pixels lie anywhere on noisy 8 × 8 images. A linear model has one weight per pixel and class: for a digit that may stand at fifteen places these weights blur into one another. Your network looks for strokes everywhere and pools.
#
# The baseline is honest: least squares on the same training pixels, the best any linear model of this kind can do. And the test images come from a random state of their own. Nothing you measure on images you trained on says anything about reading.
#
# <details><summary>Hint 1: nudge</summary>
#
# Follow the shape through the layers: (N, 1, 8, 8), then 8 channels, 4 × 4, 16 channels, 2 × 2. How many numbers reach the linear layer?
# </details>
# <details><summary>Hint 2: steps</summary>
#
# Layers as attributes, all from one rng; `reshape` between the last pool and the linear layer. For training: `TensorDataset`, a shuffling `DataLoader`, `Trainer`. `trainer.evaluate` on a loader of test images gives loss and accuracy. For the baseline append a column of ones and use `np.linalg.lstsq`.
# </details>
# <details><summary>Hint 3: pseudo-code</summary>
#
# ```
# train, test <- n_train and 500 images, from two generators
# model, Adam, cross-entropy, Trainer; train_epoch for each epoch
# accuracy <- evaluate on the test images
# A <- pixels with a 1 behind; coefficients <- least squares of A on one-hot labels
# linear accuracy <- share of test images where the largest output is the label
# ```
# </details>
# <details><summary>I get "Linear takes 64 features on the last axis, got 2"</summary>
#
# The images still have four axes. Reshape to (N, 64) first.
# </details>

# %% nbgrader={"grade": false, "grade_id": "m09-cnn", "locked": false, "schema_version": 3, "solution": true, "task": false} course={"task": "09.6", "needs": ["m09-conv-test", "m09-back-test", "m09-max-test"]}
#| export
class SimpleCNN(Layer):
    """Images (N, 1, 8, 8) -> scores (N, 10).

    layers : 3 x 3 convolution to 8 channels with padding 1, ReLU, max pool 2,
             3 x 3 convolution to 16 channels with padding 1, ReLU, max pool 2, Linear to 10;
             1898 parameters with bias everywhere
    first  : the first convolution is the attribute conv1
    rng    : np.random.Generator for all weights; None takes a new one
    """

    def __init__(self, rng=None):
        rng = np.random.default_rng() if rng is None else rng  # given
        ### BEGIN SOLUTION
        self.conv1 = Conv2d(1, 8, 3, padding=1, rng=rng)
        self.conv2 = Conv2d(8, 16, 3, padding=1, rng=rng)
        self.relu, self.pool = ReLU(), MaxPool2d(2)
        self.linear = Linear(64, 10, rng=rng)
        ### END SOLUTION

    def forward(self, x):
        ### BEGIN SOLUTION
        x = self.pool(self.relu(self.conv1(x)))
        x = self.pool(self.relu(self.conv2(x)))
        return self.linear(x.reshape(x.shape[0], -1))
        ### END SOLUTION


def linear_accuracy(train, test) -> float:
    """Share of the test images that least squares gets right.

    train, test : (X, y), X (n, 1, 8, 8), y (n,)
    model       : pixels and a constant 1, fitted on train to one-hot labels; the largest output wins
    """
    ### BEGIN SOLUTION
    (A, labels), (B, right) = (
        (np.column_stack([X.reshape(len(X), -1), np.ones(len(X))]), y) for X, y in (train, test)
    )
    coefficients = np.linalg.lstsq(A, one_hot(labels, 10))[0]
    return float(((B @ coefficients).argmax(axis=1) == right).mean())
    ### END SOLUTION


def train_glyphs(n_train=2000, epochs=10, rng=None) -> dict:
    """Train a SimpleCNN on glyph_digits(n_train, ...) and test it on 500 other images.

    rng      : np.random.Generator; equal random states give equal runs; None takes a new one
    training : Adam with rate 0.015, cross-entropy, batches of 32, in a new random order in every epoch
    returns  : train_loss (list, one per epoch), test_accuracy and linear_accuracy (floats, on all 500 test images),
               model (the trained SimpleCNN)
    test     : glyph_digits(500, ...) with a random state that is not the one of the training images
    """
    rng = np.random.default_rng() if rng is None else rng  # given
    test_rng, train_rng = rng.spawn(2)  # given: two generators that never repeat each other
    ### BEGIN SOLUTION
    train, test = glyph_digits(n_train, train_rng), glyph_digits(500, test_rng)
    model = SimpleCNN(rng=rng)
    trainer = Trainer(model, Adam(model.parameters(), lr=0.015), CrossEntropyLoss())
    loader = DataLoader(TensorDataset(*train), batch_size=32, shuffle=True, rng=rng)
    for _ in range(epochs):
        trainer.train_epoch(loader)
    accuracy = trainer.evaluate(DataLoader(TensorDataset(*test), batch_size=500))[1]
    found = {"train_loss": trainer.history["train_loss"], "test_accuracy": accuracy, "model": model}
    return {**found, "linear_accuracy": linear_accuracy(train, test)}
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "m09-cnn-test", "locked": true, "points": 10, "schema_version": 3, "solution": false, "task": false} course={"task": "09.6", "needs": ["m09-conv-test", "m09-back-test", "m09-max-test"]}
# Also checked: accuracy on new images for two random states; scores of given weights; the linear accuracy, measured again;
# 1898 parameters, all from rng; batches and their order; equal random states; no test image in training; what
# test_accuracy was measured on.
def test_unit_cnn():
    found = train_glyphs(n_train=160, epochs=4, rng=np.random.default_rng(0))
    ck.true({"train_loss", "test_accuracy", "linear_accuracy", "model"} <= set(found), "keys of the result")
    ck.true(found["train_loss"][3] < found["train_loss"][0], "four epochs lower the loss")
    ck.shape(found["model"](glyph_digits(3, np.random.default_rng(1))[0]), (3, 10), "scores of three images")


test_unit_cnn()

# %%
# P1. You should see eight kernels that differ, several of them with a bright and a dark side: those answer to edges.
# A short training is enough to begin; with the default arguments it takes some seconds and reads 0.94 or more.
import matplotlib.pyplot as plt

result = train_glyphs(n_train=800, epochs=4, rng=np.random.default_rng(2))
print({key: round(float(result[key]), 3) for key in ("test_accuracy", "linear_accuracy")})
kernels = np.pad(result["model"].conv1.weight.data[:, 0], ((0, 0), (0, 1), (0, 1)), constant_values=np.nan)
fig, ax = plt.subplots(figsize=(5, 3), dpi=72)
ax.imshow(np.hstack(list(kernels)), cmap="gray")
ax.set(xlabel="the 8 kernels of conv1, side by side", yticks=[])
plt.show()

# %%
# P2. Both models learn from glyphs in the middle only and are tested with glyphs further left and right. You should see
# both near 1 in the middle. One pixel off, the linear model only guesses: to its weights a shifted digit is another
# picture. The network keeps a part, as pooling hides small shifts. To read everywhere it has to see glyphs everywhere.
rng = np.random.default_rng(5)
centred = glyph_digits(400, rng, place=(1, 2))
model = SimpleCNN(rng=rng)
trainer = Trainer(model, Adam(model.parameters(), lr=0.015), CrossEntropyLoss())
loader = DataLoader(TensorDataset(*centred), batch_size=50, shuffle=True, rng=rng)
for _ in range(4):
    trainer.train_epoch(loader)
shifted = [glyph_digits(200, rng, place=(1, column)) for column in range(5)]
fig, ax = plt.subplots(figsize=(5, 3), dpi=72)
ax.plot(range(-2, 3), [trainer.evaluate([images])[1] for images in shifted], "o-", label="CNN")
ax.plot(range(-2, 3), [linear_accuracy(centred, images) for images in shifted], "o-", label="linear")
ax.set(xlabel="shift of the glyph in pixels", ylabel="accuracy", xticks=range(-2, 3))
ax.legend(loc="upper right")
plt.show()

# %% [markdown] nbgrader={"grade": false, "grade_id": "m09-q1-text", "locked": true, "schema_version": 3, "solution": false, "task": false} course={"task": "09.Q1", "minutes": 5}
# ## 09.Q1 · Why convolution wins here · 5 points
#
# Compare `SimpleCNN` with a linear model on these images. What do shared weights buy, in parameters and in what is learned? What does pooling add? Use plot P2. About 120 words.

# %% [markdown] nbgrader={"grade": true, "grade_id": "m09-q1", "locked": false, "points": 5, "schema_version": 3, "solution": true, "task": false} course={"task": "09.Q1"}
# ### BEGIN SOLUTION
# One kernel serves all places: a stroke that was learned in the upper left corner is found in the lower right one too, since a shifted image gives shifted features. The linear model has a weight of its own for every pixel and must see each digit at each of its fifteen places; the averages it ends with are blurred, and in P2 it fails one pixel off the centre.
#
# Numbers: the first convolution maps 64 pixels to 512 values with 80 parameters; a dense layer between them needs 64 · 512 + 512 = 33 280. The whole network has 1898.
#
# Pooling keeps that a feature occurred and drops a part of where. Small shifts then change little, later layers see a larger piece of the image, and fewer numbers remain.
#
# Marking: weight sharing and translation (2); parameter count compared with a dense layer (2); what pooling adds (1).
# ### END SOLUTION

# %% [markdown] nbgrader={"grade": false, "grade_id": "m09-q2-text", "locked": true, "schema_version": 3, "solution": false, "task": false} course={"task": "09.Q2", "minutes": 5}
# ## 09.Q2 · Two behaviours of batch normalisation · 5 points
#
# Which numbers does it use in training, which in evaluation? What goes wrong with a batch of one image, and when somebody forgets `eval()`? How is LayerNorm of module 03 different? About 120 words.

# %% [markdown] nbgrader={"grade": true, "grade_id": "m09-q2", "locked": false, "points": 5, "schema_version": 3, "solution": true, "task": false} course={"task": "09.Q2"}
# ### BEGIN SOLUTION
# In training mean and variance come from the present batch, per channel, and the running averages follow. In evaluation the running averages are used as constants, and nothing moves.
#
# With one image the statistics are those of that image alone: whatever distinguishes its level and contrast from other images is removed, the estimate is noisy, and with a single number per channel there is no variance at all. Without `eval()` an image's answer depends on the other images of its batch, and merely looking at test data moves the running numbers.
#
# LayerNorm takes its statistics within one sample, over its features. It has no running numbers, behaves alike in both modes, and does not care about the size of the batch.
#
# Marking: batch statistics in training, running ones in evaluation (2); batch of one or forgotten `eval()` (2); difference from LayerNorm (1).
# ### END SOLUTION

# %% [markdown] nbgrader={"grade": false, "grade_id": "m09-summary", "locked": true, "schema_version": 3, "solution": false, "task": false}
# ## Summary
#
# Your convolution shares its weights over the image and hands gradients back through every overlap. Pooling sends them to winners or spreads them evenly, and batch normalisation sends them through its own statistics. With 1898 parameters the three read digits that a linear model cannot. Run `tito module complete 09`.
#
# * LeCun, Bottou, Bengio, Haffner: Gradient-Based Learning Applied to Document Recognition, 1998. Section II.
# * Ioffe, Szegedy: Batch Normalization, 2015. Algorithms 1 and 2.
