# %% [markdown] nbgrader={"grade": false, "grade_id": "m03-title", "locked": true, "schema_version": 3, "solution": false, "task": false}
# # 03 Layers
#
# You build the parts networks are put together from: weights, dropout, look-up tables, normalisation, and the modes that switch them.
#
# Needs 01 Tensor, 02 Activations · 90 minutes · exports `tinytorch.core.layers`
#
# | task | you write | points | difficulty | importance |
# |:--|:--|--:|--:|--:|
# | 03.1 | `Linear` | 20 | 2 | 5 |
# | 03.2 | `Dropout` | 20 | 2 | 4 |
# | 03.3 | `Embedding` | 15 | 2 | 4 |
# | 03.4 | `LayerNorm` | 15 | 3 | 5 |
# | 03.5 | modes, parameters, `Sequential` | 20 | 3 | 5 |
# | Q1, Q2 | written answers | 10 | 2 | 4 |
#
# Difficulty and importance run from 1 to 5. Docstrings say exactly what is asked. The test below a task shows some cases and lists what else is checked.
#
# A rule for all layers: `forward` computes with *operations of Tensors*, not with numpy on `x.data`. A Tensor operation announces what it did, so that module 05 can add derivatives without a change here. The given `as_tensor(x)` turns an array into a Tensor and leaves a Tensor as it is.

# %% nbgrader={"grade": false, "grade_id": "m03-setup", "locked": true, "schema_version": 3, "solution": false, "task": false}
#| export
#| default_exp core.layers
import numpy as np

from tinytorch.core import activations
from tinytorch.core.tensor import Tensor, as_tensor, part_of


class Parameter(Tensor):
    """Given: a Tensor that training changes: it wants a gradient, `grad` is None or an array like `data`."""

    def __init__(self, data, name=""):
        super().__init__(data, requires_grad=True, name=name)


class Layer:
    """Given: something with a forward, perhaps with parameters and further layers inside.

    training : True in training mode, False in evaluation mode; only some layers care
    layer(x) : the same as layer.forward(x)
    forward  : takes a Tensor or an array, computes with operations of Tensors only, returns a Tensor
    """

    training = True

    def __call__(self, x):
        return self.forward(x)

    def forward(self, x):
        raise NotImplementedError(f"{type(self).__name__} has no forward yet")


# Given: the activation functions of module 02 as layers, so that they can stand in a Sequential and have a mode.


class Sigmoid(activations.Sigmoid, Layer):
    """`activations.Sigmoid` as a layer."""


class ReLU(activations.ReLU, Layer):
    """`activations.ReLU` as a layer."""


class Tanh(activations.Tanh, Layer):
    """`activations.Tanh` as a layer."""


class GELU(activations.GELU, Layer):
    """`activations.GELU` as a layer."""


class Softmax(activations.Softmax, Layer):
    """`activations.Softmax` as a layer."""

# %% nbgrader={"grade": false, "grade_id": "m03-tools", "locked": true, "schema_version": 3, "solution": false, "task": false}
from tinytorch.given import check as ck

# %% [markdown] nbgrader={"grade": false, "grade_id": "m03-linear-text", "locked": true, "schema_version": 3, "solution": false, "task": false} course={"task": "03.1", "minutes": 18}
# ## 03.1 · Linear · 20 points
#
# Each output is a weighted sum of all inputs, plus a number of its own:
#
# $$y = xW + b, \qquad y_j = \sum_{i=1}^{n_{in}} x_i W_{ij} + b_j$$
#
# The same $W$ serves every row, so `x` may have any axes in front: a batch, or a batch of sequences. `W` has the inputs as rows. Some libraries keep it the other way round and transpose at each call; here $n_{in}$ is `weight.shape[0]`.
#
# Where do the weights start? Not at zero: then all units of a layer would compute the same and get the same gradient for ever. At random, and of the right size. A sum of $n_{in}$ independent terms has $n_{in}$ times the variance of one term, so each weight is drawn with a variance of the order of $1/n_{in}$:
#
# * He: variance $2/n_{in}$. The 2 makes up for ReLU, which sets half of the values to zero.
# * Xavier: variance $2/(n_{in}+n_{out})$, a compromise between the way forward and the way back.
#
# <details><summary>Hint 1: nudge</summary>
#
# What does `x @ W` do with a 3-d `x`? You wrote that product in module 01.
# </details>
# <details><summary>Hint 2: formula in steps</summary>
#
# Constructor: look up the number below the 2 for this `init`; refuse an unknown word; the standard deviation is the root of the variance; `rng.normal(mean, deviation, size=...)` draws. Forward: check the last axis, multiply, add the bias if there is one.
# </details>
# <details><summary>Hint 3: pseudo-code</summary>
#
# ```
# make a generator if none was given
# deviation <- root of 2 / (n_in, or n_in + n_out)
# weight <- Parameter of normal numbers (n_in, n_out)
# bias <- Parameter of n_out zeros, or None
# forward: last axis of x is not n_in -> ValueError with both numbers
#          product, then the bias unless it is None
# ```
# </details>
# <details><summary>I get "'numpy.ndarray' object has no attribute 'data'" or a memoryview</summary>
#
# An array reached a line that expects a Tensor. Start `forward` with `as_tensor(x)`.
# </details>

# %% nbgrader={"grade": false, "grade_id": "m03-linear", "locked": false, "schema_version": 3, "solution": true, "task": false} course={"task": "03.1", "needs": []}
#| export
class Linear(Layer):
    """y = x W + b over the last axis: (..., n_in) -> (..., n_out).

    weight : Parameter named "weight", shape (n_in, n_out), normal numbers with mean 0 drawn from rng;
             init="he": standard deviation sqrt(2 / n_in); init="xavier": sqrt(2 / (n_in + n_out));
             any other init raises ValueError
    bias   : Parameter named "bias", shape (n_out,), zeros; None if bias=False
    order  : weight is made before bias
    rng    : np.random.Generator; None takes a new one, np.random.default_rng()
    pinned : weight [[1,2,3],[4,5,6]], bias [0.5,0,-1], x [[1,-1],[0,2]] -> [[-2.5,-3,-4],[8.5,10,11]]
    """

    def __init__(self, n_in, n_out, bias=True, init="he", rng=None):
        ### BEGIN SOLUTION
        below = {"he": n_in, "xavier": n_in + n_out}
        if init not in below:
            raise ValueError(f'init must be "he" or "xavier", got {init!r}')
        rng = np.random.default_rng() if rng is None else rng
        weight = rng.normal(0.0, np.sqrt(2 / below[init]), size=(n_in, n_out))
        self.weight = Parameter(weight, name="weight")
        self.bias = Parameter(np.zeros(n_out), name="bias") if bias else None
        ### END SOLUTION

    def forward(self, x):
        """x W + b; ValueError unless x has a last axis of length n_in, with both lengths in its text."""
        ### BEGIN SOLUTION
        x, n_in = as_tensor(x), self.weight.shape[0]
        if x.ndim == 0 or x.shape[-1] != n_in:
            last = x.shape[-1] if x.ndim else "no axis"
            raise ValueError(f"Linear takes {n_in} features on the last axis, got {last}")
        y = x @ self.weight
        return y if self.bias is None else y + self.bias
        ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "m03-linear-test", "locked": true, "points": 20, "schema_version": 3, "solution": false, "task": false} course={"task": "03.1", "needs": []}
# Also checked: shape (2, 5, 3) with 7 outputs; size, mean and shape of the distribution for both kinds of init;
# other weights for each unit and each layer, the same ones for the same random state; bias=False; a wrong last
# axis and an unknown init; two parameters in order that want gradients; that module 05 can differentiate it.
def test_unit_linear():
    layer = Linear(2, 3)
    ck.shape(layer.weight, (2, 3), "weight", hint="inputs are rows, outputs are columns")
    ck.close(layer.bias, [0.0, 0.0, 0.0], "bias at first")
    layer.weight.data[...] = [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]
    layer.bias.data[...] = [0.5, 0.0, -1.0]
    flat = layer(np.array([[1.0, -1.0], [0.0, 2.0]]))
    ck.close(flat, [[-2.5, -3.0, -4.0], [8.5, 10.0, 11.0]], "two rows", hint="rows of x times columns of W, plus b")
    deep = layer(np.arange(8.0).reshape(2, 2, 2))
    right = [[[4.5, 5, 5], [14.5, 19, 23]], [[24.5, 33, 41], [34.5, 47, 59]]]
    ck.close(deep, right, "a 3-d input", hint="the product works on the last axis and leaves the others alone")


test_unit_linear()

# %%
# P1. You should see the lowest line vanish and the highest explode, layer by layer; with He weights the size of
# the numbers stays nearly the same through all twenty layers.
import matplotlib.pyplot as plt

width, rng = 100, np.random.default_rng(1)
fig, ax = plt.subplots(figsize=(5, 3), dpi=72)
for label, deviation in [("0.3", 0.3), ("He, 0.141", (2 / width) ** 0.5), ("0.01", 0.01)]:
    x, sizes = rng.normal(size=(64, width)), []
    for _ in range(20):
        layer = Linear(width, width, rng=rng)
        layer.weight.data *= deviation / (2 / width) ** 0.5
        x = ReLU()(layer(x))
        sizes.append(x.data.std())
    ax.semilogy(range(1, 21), sizes, label=label)
ax.set(xlabel="layer", ylabel="deviation of the outputs")
ax.minorticks_off()
ax.yaxis.set_major_formatter("{x:g}")
ax.legend(title="deviation of the weights", loc="lower left")
plt.show()

# %% [markdown] nbgrader={"grade": false, "grade_id": "m03-dropout-text", "locked": true, "schema_version": 3, "solution": false, "task": false} course={"task": "03.2", "minutes": 16}
# ## 03.2 · Dropout · 20 points
#
# A unit that can count on its neighbours learns to be right only together with them. Dropout takes that away: while training, each element is set to zero with probability $p$, anew in every call.
#
# Half of the values are gone with $p = 0.5$, so the next layer would see smaller sums than in use. Survivors are made larger to balance that:
#
# $$y_i = \frac{m_i}{1-p}\,x_i, \qquad m_i = 0 \text{ with probability } p, \text{ otherwise } 1$$
#
# Then the mean of $y_i$ is $x_i$: $(1-p)\cdot x_i/(1-p)$. In evaluation mode nothing has to be done. A layer reads its mode from `self.training`; who sets it for all layers of a network is the matter of 03.5.
#
# The mask has as many numbers as `x`. One number per row would drop whole samples.
#
# <details><summary>Hint 1: nudge</summary>
#
# `rng.random(shape)` draws evenly from 0 to 1. How large is the share of these numbers below 0.3?
# </details>
# <details><summary>Hint 2: formula in steps</summary>
#
# Constructor: check p, keep p and a generator. Forward: give x back unless the layer is training. Draw one number per element, compare with p, turn the truth values into 0 and 1, multiply, divide.
# </details>
# <details><summary>Hint 3: pseudo-code</summary>
#
# ```
# if not training: x
# kept <- one even random number per element, at least p?
# x * kept (as numbers) / (1 - p)
# ```
# </details>
# <details><summary>I get the same mask in every call</summary>
#
# The generator was made anew from a number. Make it once, in the constructor, and draw from it in `forward`.
# </details>

# %% nbgrader={"grade": false, "grade_id": "m03-dropout", "locked": false, "schema_version": 3, "solution": true, "task": false} course={"task": "03.2", "needs": []}
#| export
class Dropout(Layer):
    """Elements fall out at random while training; the identity in evaluation mode.

    p    : probability of a zero, 0 <= p < 1, else ValueError; kept as the attribute p
    rng  : np.random.Generator; None takes a new one
    """

    def __init__(self, p=0.5, rng=None):
        ### BEGIN SOLUTION
        if not 0 <= p < 1:
            raise ValueError(f"p must be at least 0 and below 1, got {p}")
        self.p = p
        self.rng = np.random.default_rng() if rng is None else rng
        ### END SOLUTION

    def forward(self, x):
        """x of any shape -> the same shape.

        self.training True  : each element on its own is 0 with probability p, else x / (1 - p); a new
                              mask in each call, drawn from rng; p = 0 leaves x as it is
        self.training False : the values of x
        pinned              : ones with p = 0.5 become 0 or 2
        """
        ### BEGIN SOLUTION
        x = as_tensor(x)
        if not self.training or self.p == 0:
            return x
        kept = self.rng.random(x.shape) >= self.p
        return x * kept.astype(x.dtype) / (1 - self.p)
        ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "m03-dropout-test", "locked": true, "points": 20, "schema_version": 3, "solution": false, "task": false} course={"task": "03.2", "needs": []}
# Also checked: survivors for p = 0.3; the share of zeros, in every row and column; another mask in the next call,
# the same for the same random state; evaluation mode after training mode; p = 0 and values of p that are refused;
# that module 05 sees the gradient masked like the output.
def test_unit_dropout():
    layer = Dropout(0.5, rng=np.random.default_rng(0))
    out = np.asarray(layer(np.ones((20, 10))))
    ck.close(np.unique(out), [0.0, 2.0], "values that ones turn into", hint="0, or 1 / (1 - p)")
    layer.training = False
    x = np.arange(6.0).reshape(2, 3)
    ck.close(layer(x), x, "output in evaluation mode", hint="self.training says which mode it is")


test_unit_dropout()

# %%
# P2. You should see the mean of the output stay at 1 for every p, while its variance climbs ever faster: the
# price of dropping out is noise.
drop_rates = np.linspace(0.0, 0.8, 17)
x = np.ones((100, 200))
outputs = [Dropout(p, rng=np.random.default_rng(2))(x).data for p in drop_rates]
fig, ax = plt.subplots(figsize=(5, 3), dpi=72)
ax.plot(drop_rates, [out.mean() for out in outputs], label="mean")
ax.plot(drop_rates, [out.var() for out in outputs], label="variance")
ax.set(xlabel="p", ylabel="of the outputs for ones")
ax.legend()
plt.show()

# %% [markdown] nbgrader={"grade": false, "grade_id": "m03-embedding-text", "locked": true, "schema_version": 3, "solution": false, "task": false} course={"task": "03.3", "minutes": 12}
# ## 03.3 · Embedding · 15 points
#
# A network computes with vectors, but words and characters come as numbers from a list. An embedding is a table with one row of `dim` numbers per id; looking up is taking rows:
#
# $$y_{s} = W_{\text{id}_s}, \qquad \text{ids of shape } S \to (S, dim)$$
#
# The rows are parameters like any other. An id that occurs twice takes its row twice, and later the row collects both gradients.
#
# numpy is generous with indices in ways that hide errors. An id of −1 would quietly be the last row, a table of truth values would select rows, and 2.0 might come from a mix-up of data and labels. All of this is refused with the reason.
#
# <details><summary>Hint 1: nudge</summary>
#
# Which index did you write in module 01 that takes several rows at once?
# </details>
# <details><summary>Hint 2: formula in steps</summary>
#
# Make an array of the ids. Look at its `dtype.kind`: "i" and "u" are whole numbers. Collect the ids below 0 or too large; if there are any, name one. Index the weight.
# </details>
# <details><summary>Hint 3: pseudo-code</summary>
#
# ```
# ids <- array of ids
# not whole numbers: TypeError
# any id < 0 or >= number of rows: IndexError with that id
# weight at these ids
# ```
# </details>
# <details><summary>I get an index error from numpy instead of your own</summary>
#
# The look-up comes before the test. Test first: numpy notices only ids that are too large.
# </details>

# %% nbgrader={"grade": false, "grade_id": "m03-embedding", "locked": false, "schema_version": 3, "solution": true, "task": false} course={"task": "03.3", "needs": []}
#| export
class Embedding(Layer):
    """A table of vectors, one row per id.

    weight : Parameter named "weight", shape (vocab_size, dim), normal with mean 0 and standard deviation 0.02
    rng    : np.random.Generator; None takes a new one
    """

    def __init__(self, vocab_size, dim, rng=None):
        ### BEGIN SOLUTION
        rng = np.random.default_rng() if rng is None else rng
        self.weight = Parameter(rng.normal(0.0, 0.02, size=(vocab_size, dim)), name="weight")
        ### END SOLUTION

    def forward(self, ids):
        """The rows of these ids: ids of any shape S -> Tensor (*S, dim), which shares no memory with the table.

        ids    : integer, nested lists or array of an integer dtype; may be written over afterwards
        raises : TypeError for ids that are not integers (1.0 and True are none),
                 IndexError for an id outside 0 .. vocab_size - 1, with the id in its text; -1 is outside
        """
        ### BEGIN SOLUTION
        ids = np.array(ids)  # a copy, because backward will read it again
        if ids.dtype.kind not in "iu":
            raise TypeError(f"ids must be integers, got {ids.dtype}")
        rows = self.weight.shape[0]
        outside = ids[(ids < 0) | (ids >= rows)]
        if outside.size:
            raise IndexError(f"id {outside.flat[0]} is not between 0 and {rows - 1}")
        return self.weight[ids]
        ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "m03-embedding-test", "locked": true, "points": 15, "schema_version": 3, "solution": false, "task": false} course={"task": "03.3", "needs": []}
# Also checked: ids of shape (2, 5) and a single id; id -1 and an id that is just too large, beside valid ones;
# floats and truth values refused; writing into the result; size of the first weights; repeated ids; that module
# 05 can differentiate it.
def test_unit_embedding():
    layer = Embedding(4, 3)
    layer.weight.data[...] = np.arange(12.0).reshape(4, 3)
    ck.close(layer([2, 0, 3]), [[6, 7, 8], [0, 1, 2], [9, 10, 11]], "rows 2, 0 and 3", hint="take rows of weight")
    ck.raises(IndexError, "4", layer, [1, 4])


test_unit_embedding()

# %% [markdown] nbgrader={"grade": false, "grade_id": "m03-layernorm-text", "locked": true, "schema_version": 3, "solution": false, "task": false} course={"task": "03.4", "minutes": 14}
# ## 03.4 · LayerNorm · 15 points
#
# Deep networks learn more easily when the numbers that go into a layer keep one size. LayerNorm sees to it for each position on its own: the `dim` numbers of the last axis get mean 0 and variance 1. Then it hands the choice back to the network, with a factor and an offset per feature that are learned:
#
# $$\mu = \frac1d\sum_i x_i, \quad \sigma^2 = \frac1d\sum_i (x_i-\mu)^2, \quad y_i = \gamma_i\,\frac{x_i - \mu}{\sqrt{\sigma^2+\varepsilon}} + \beta_i$$
#
# Three details decide whether your numbers agree with everybody else's. The variance divides by $d$, not by $d-1$. $\varepsilon$ stands *under the root*. And nothing is computed across the batch, so a sample's output does not depend on its neighbours.
#
# <details><summary>Hint 1: nudge</summary>
#
# With `keepdims=True` the mean has shape (..., 1). What does `x - mean` do then?
# </details>
# <details><summary>Hint 2: formula in steps</summary>
#
# Subtract the mean. The variance is the mean of the squares of that difference. Add eps, take the power 0.5, divide. Times gamma, plus beta.
# </details>
# <details><summary>Hint 3: pseudo-code</summary>
#
# ```
# centred <- x - mean over the last axis (axis kept)
# variance <- mean of centred * centred over the last axis (axis kept)
# gamma * centred / root(variance + eps) + beta
# ```
# </details>
# <details><summary>I get "'Tensor' object has no attribute 'var'"</summary>
#
# A Tensor has `mean`, products and powers. The variance is made of these.
# </details>

# %% nbgrader={"grade": false, "grade_id": "m03-layernorm", "locked": false, "schema_version": 3, "solution": true, "task": false} course={"task": "03.4", "needs": []}
#| export
class LayerNorm(Layer):
    """Mean 0 and variance 1 along the last axis, then gamma times it plus beta: (..., dim) -> (..., dim).

    gamma  : Parameter named "gamma", (dim,), ones        eps : kept as the attribute eps
    beta   : Parameter named "beta", (dim,), zeros, made after gamma
    pinned : [1,2,3,4] -> [-1.3416354, -0.4472118, 0.4472118, 1.3416354]
             [0.001,0.002,0.003] -> [-0.3061862, 0, 0.3061862]; eps outside the root would give 1.2099
    """

    def __init__(self, dim, eps=1e-5):
        ### BEGIN SOLUTION
        self.eps = eps
        self.gamma = Parameter(np.ones(dim), name="gamma")
        self.beta = Parameter(np.zeros(dim), name="beta")
        ### END SOLUTION

    def forward(self, x):
        """Biased variance, eps added to it under the root."""
        x = as_tensor(x)
        if x.shape[-1:] != self.gamma.shape:  # given: a last axis of 1 would otherwise be stretched
            raise ValueError(f"LayerNorm over {self.gamma.size} features, got shape {x.shape}")
        ### BEGIN SOLUTION
        centred = x - x.mean(axis=-1, keepdims=True)
        variance = (centred * centred).mean(axis=-1, keepdims=True)  # (..., 1)
        return self.gamma * (centred / (variance + self.eps) ** 0.5) + self.beta
        ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "m03-layernorm-test", "locked": true, "points": 15, "schema_version": 3, "solution": false, "task": false} course={"task": "03.4", "needs": []}
# Also checked: the second row of the table; other gammas and betas; each row of (2, 3, 5) on its own; a row of
# equal numbers among others; eps = 0.1; the parameters at first; that module 05 can differentiate it.
def test_unit_layernorm():
    row = [-1.3416354, -0.4472118, 0.4472118, 1.3416354]
    ck.close(LayerNorm(4)(np.array([1.0, 2.0, 3.0, 4.0])), row, "[1, 2, 3, 4]", hint="divide the squares by 4, not 3")
    x = np.random.default_rng(4).normal(3.0, 2.0, size=(2, 3, 4))
    out = np.asarray(LayerNorm(4)(x))
    ck.shape(out, (2, 3, 4), "output of a 3-d input")
    ck.close(out.mean(axis=-1), np.zeros((2, 3)), "mean of each row", atol=1e-9, hint="mean over the last axis")
    ck.close(out.var(axis=-1), np.ones((2, 3)), "variance of each row", rtol=1e-3)


test_unit_layernorm()

# %% [markdown] nbgrader={"grade": false, "grade_id": "m03-modes-text", "locked": true, "schema_version": 3, "solution": false, "task": false} course={"task": "03.5", "minutes": 20}
# ## 03.5 · Modes, parameters, Sequential · 20 points
#
# A network is a tree of layers: layers hold layers. Two questions have to reach every leaf of the tree. *Which parameters are there?* An optimizer will want all of them, each once: a layer used in two places has one weight, and updating it twice per step would be wrong. *Are you training?* A dropout three levels down has to know.
#
# Nobody keeps lists by hand. Python remembers the attributes of an object in the order in which they were first set: `vars(layer)` is a dict of names and values. So a layer can look at itself:
#
# * children: attributes that are a `Layer`, and each `Layer` in an attribute that is a list or tuple
# * parameters: attributes that are a `Parameter`, then the parameters of the children, and of theirs
#
# `Sequential` is the commonest tree: layers in a row, each taking what the one before it returned. Below, `@part_of(Layer)` puts your methods into `Layer`, so every layer above has them too.
#
# <details><summary>Hint 1: nudge</summary>
#
# A method that calls itself for each child reaches every depth. How do you notice that you have met an object before? Two Tensors of equal numbers are not the same object: `is`, or `id(...)`.
# </details>
# <details><summary>Hint 2: formula in steps</summary>
#
# children: walk through `vars(self).values()`; treat a single value as a list of one; keep what is a Layer. parameters: a dict from `id` to parameter keeps order and drops what comes twice. train: set the own flag, then each child.
# </details>
# <details><summary>Hint 3: pseudo-code</summary>
#
# ```
# parameters: found <- own parameters, by identity
#             for each child: add its parameters that are not there yet
# train(mode): own flag <- mode; train(mode) of each child; self
# Sequential: keep the layers in a list; forward hands x through them
# ```
# </details>
# <details><summary>I get an empty list of parameters from a Sequential</summary>
#
# The layers lie in a list attribute. Look inside lists and tuples too.
# </details>
# <details><summary>I get "maximum recursion depth exceeded"</summary>
#
# A method asks `self` instead of the child, or a layer holds itself.
# </details>

# %% nbgrader={"grade": false, "grade_id": "m03-modes", "locked": false, "schema_version": 3, "solution": true, "task": false} course={"task": "03.5", "needs": []}
#| export
@part_of(Layer)
class Modes:
    """What every layer can say of itself and of the layers inside it."""

    def children(self):
        """List of the layers held directly: as an attribute, or inside an attribute that is a list or tuple.

        order : in which the attributes were first set, and in which they stand in the list
        """
        ### BEGIN SOLUTION
        held = []
        for value in vars(self).values():
            items = value if isinstance(value, (list, tuple)) else (value,)
            held += [item for item in items if isinstance(item, Layer)]
        return held
        ### END SOLUTION

    def parameters(self):
        """List of all Parameters: own attributes in order, then those of each child in order, at any depth.

        each object is listed once, where it comes first, even if a layer is shared; the objects themselves,
        so a second call gives the same ones. Arrays and plain Tensors are no parameters.
        """
        ### BEGIN SOLUTION
        found = {id(value): value for value in vars(self).values() if isinstance(value, Parameter)}
        for child in self.children():
            for parameter in child.parameters():
                found.setdefault(id(parameter), parameter)
        return list(found.values())
        ### END SOLUTION

    def train(self, mode=True):
        """Set `training` to mode, True or False, here and in every layer below; returns self."""
        ### BEGIN SOLUTION
        self.training = bool(mode)
        for child in self.children():
            child.train(mode)
        return self
        ### END SOLUTION

    def eval(self):
        """Evaluation mode here and in every layer below; returns self."""
        ### BEGIN SOLUTION
        return self.train(False)
        ### END SOLUTION

# %% nbgrader={"grade": false, "grade_id": "m03-sequential", "locked": false, "schema_version": 3, "solution": true, "task": false} course={"task": "03.5", "needs": []}
#| export
class Sequential(Layer):
    """Layers in a row: Sequential(first, second, ...) computes second(first(x)).

    layers : list of the arguments, kept under this name; without layers the input comes back
    """

    def __init__(self, *layers):
        ### BEGIN SOLUTION
        self.layers = list(layers)
        ### END SOLUTION

    def forward(self, x):
        """The output of the last layer."""
        ### BEGIN SOLUTION
        for layer in self.layers:
            x = layer(x)
        return x
        ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "m03-modes-test", "locked": true, "points": 20, "schema_version": 3, "solution": false, "task": false} course={"task": "03.5", "needs": ["m03-linear-test", "m03-dropout-test"]}
# Also checked: networks inside lists and tuples, at several depths; a layer that is held twice; the order of
# children, parameters and computation; train() after eval(); arrays and plain Tensors as attributes; the same
# objects in a second call; what train and eval return.
def test_unit_modes():
    rng = np.random.default_rng(5)
    model = Sequential(Linear(3, 8, rng=rng), ReLU(), Dropout(0.5, rng=rng), Linear(8, 2, rng=rng))
    shapes = [p.shape for p in model.parameters()]
    ck.true(shapes == [(3, 8), (8,), (8, 2), (2,)], "four parameters, in order", hint=f"their shapes are {shapes}")
    ck.true(model.eval() is model, "eval() returns the layer itself")
    ck.true(model.layers[2].training is False, "eval() reaches the dropout inside")
    x = np.array([[0.5, -1.0, 2.0]])
    first, last = model.layers[0], model.layers[3]
    hidden = np.maximum(x @ first.weight.data + first.bias.data, 0)
    ck.close(model(x), hidden @ last.weight.data + last.bias.data, "value of the network", hint="layers in their order")


test_unit_modes()

# %% [markdown] nbgrader={"grade": false, "grade_id": "m03-q1-text", "locked": true, "schema_version": 3, "solution": false, "task": false} course={"task": "03.Q1", "minutes": 5}
# ## 03.Q1 · Why random, why this size · 5 points
#
# What happens to a network of several layers whose weights all start at zero, and why does training not mend it? Why is the variance of a weight divided by the number of inputs, and where does the factor 2 of He come from? Plot P1 may help. About 100 words.

# %% [markdown] nbgrader={"grade": true, "grade_id": "m03-q1", "locked": false, "points": 5, "schema_version": 3, "solution": true, "task": false} course={"task": "03.Q1"}
# ### BEGIN SOLUTION
# With zero weights all units of a layer give the same output. By symmetry they get the same gradient, so after every update they are equal again: a hundred units are worth one. Behind zero weights the gradient of the layers before is zero as well.
#
# An output is a sum of n_in products. If these are independent with mean 0, their variances add up: the variance of the output is n_in times that of one product. With a variance of 1/n_in per weight the size of the numbers stays the same; otherwise it changes by the same factor in every layer, which P1 shows as vanishing and exploding.
#
# ReLU sets about half of the values to zero and so halves the mean square. The factor 2 makes up for that.
#
# Marking: symmetry, and equal gradients that keep it (2); variance of the sum grows with n_in (2); the 2 belongs to ReLU (1).
# ### END SOLUTION

# %% [markdown] nbgrader={"grade": false, "grade_id": "m03-q2-text", "locked": true, "schema_version": 3, "solution": false, "task": false} course={"task": "03.Q2", "minutes": 5}
# ## 03.Q2 · Where to normalise · 5 points
#
# LayerNorm uses the mean and variance of one sample's features. Another layer normalises each feature over the batch instead. Compare the two: batches of one sample, sequences of different length, training and use. Name a drawback of LayerNorm too. About 100 words.

# %% [markdown] nbgrader={"grade": true, "grade_id": "m03-q2", "locked": false, "points": 5, "schema_version": 3, "solution": true, "task": false} course={"task": "03.Q2"}
# ### BEGIN SOLUTION
# LayerNorm takes its numbers from the sample itself. It works with a batch of one, and with sequences of different length, because no neighbour and no padding enters. It computes the same in training and in use, so it needs no averages kept from training and no switch of modes.
#
# Over the batch, mean and variance depend on who else is in it: with one sample there is no variance, with few it is noisy, and in use stored averages must stand in, so training and use differ.
#
# A drawback of LayerNorm: it mixes features of different kinds, and their common level and size are lost before gamma and beta. For images, normalising over the batch often works better. It also costs a mean and a root at each position in use, where stored statistics could be folded into the weights.
#
# Marking: works for batch 1 and for varying length (2); the same in training and use (2); one drawback (1).
# ### END SOLUTION

# %% [markdown] nbgrader={"grade": false, "grade_id": "m03-summary", "locked": true, "schema_version": 3, "solution": false, "task": false}
# ## Summary
#
# You can now put networks together: weights of the right size, dropout that keeps the mean, tables of vectors, normalisation per position. Parameters are found and modes set through the whole tree. All of it is made of Tensor operations, so module 05 will differentiate it as it is. Next, module 04: losses, which say how wrong an output is.
#
# * He, Zhang, Ren, Sun: Delving Deep into Rectifiers, 2015. Section 2.2 derives the factor 2.
# * Ba, Kiros, Hinton: Layer Normalization, 2016. Section 3.
