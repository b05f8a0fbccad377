# tinytorch.core.spatial
#
# Made from the cells marked "#| export" of 09_spatial.ipynb.
# Do not edit: change the notebook and export again; this file is written anew each time.


# Cell m09-setup
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


# Cell m09-conv
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


# Cell m09-back
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


# Cell m09-max
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


# Cell m09-avg
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


# Cell m09-norm
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


# Cell m09-cnn
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
