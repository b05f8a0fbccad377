"""Probes of module 05: run in the student's process, call the student's names, know no expected value."""

import numpy as np

from tinytorch.core import activations
from tinytorch.core.tensor import Tensor

# -- building blocks -------------------------------------------------------------------------------------------


def attempt(action):
    """What the action returns, or the exception as {"raised", "message"}; subclasses go by their builtin name."""
    try:
        return action()
    except Exception as error:  # noqa: BLE001 - whatever the student raises is the answer
        kinds = [kind.__name__ for kind in type(error).__mro__ if kind.__module__ == "builtins"]
        return {"raised": kinds[0], "message": str(error)}


def softmax(x, axis=-1):
    raised = np.exp(x - x.max(axis=axis, keepdims=True))
    return raised / raised.sum(axis=axis, keepdims=True)


def leaf(value):
    return Tensor(value, requires_grad=True)


def gradient(tensor):
    """The gradient if it is None or an ndarray; for anything else a text that says what it is."""
    grad = tensor.grad
    return grad if grad is None or isinstance(grad, np.ndarray) else f"{type(grad).__name__}, not an ndarray"


# -- 05.1 and 05.2 ---------------------------------------------------------------------------------------------

FUNCTIONS = {
    "exp": np.exp,
    "times the neighbour": lambda x: x * np.roll(x, 1),
    "sum of squares": lambda x: (x * x).sum(),
    "sum of fourth powers": lambda x: (x**4).sum(),
    "sine and cosine": lambda x: np.stack([np.sin(x), np.cos(2 * x)]),
    "sum of squares in a table": lambda x: (x * x).sum().reshape(1, 1),
    "itself": lambda x: x,
}


def differences(names, function, x, upstream=None, matrix=None, turned=False, **settings):
    """Differences of a function at x, or at its transpose in the memory of x; and the bits of x before and after."""
    x = x.copy().T if turned else x.copy()
    f = (lambda x: x @ matrix) if matrix is not None else FUNCTIONS[function]
    before = x.copy()
    found = attempt(lambda: names["numerical_grad"](f, x, upstream, **settings))
    return {"found": found, "same": np.asarray(before).tobytes() == np.asarray(x).tobytes()}


def differences_interrupted(names, x, calls):
    """f raises in the call of this number."""
    x, count = x.copy(), 0
    before = x.tobytes()

    def f(x):
        nonlocal count
        count += 1
        if count == calls:
            raise KeyError("stop")
        return (x * x).sum()

    found = attempt(lambda: names["numerical_grad"](f, x))
    return {"found": found, "same": before == x.tobytes(), "called": count}


def errors(names, pairs):
    return [attempt(lambda pair=pair: names["rel_error"](*pair)) for pair in pairs]


# -- 05.3 ------------------------------------------------------------------------------------------------------


def attention(q, k, v):
    return softmax(q @ k.T / np.sqrt(q.shape[1])) @ v


def attention_backward(g, q, k, v, jacobian=True):
    weights = softmax(q @ k.T / np.sqrt(q.shape[1]))
    scores = to_weights = g @ v.T
    if jacobian:
        scores = weights * (to_weights - (to_weights * weights).sum(axis=-1, keepdims=True))
    scores = scores / np.sqrt(q.shape[1])
    return scores @ k, scores.T @ q, weights.T @ g


def softmax_times(x, inner):
    return softmax(x) * inner


def spoiled(gradients, which, how):
    """The same gradients with one of them changed: its sign, one element, all of it."""
    gradients = [one.copy() for one in gradients]
    one = gradients[which]
    if how == "sign":
        one *= -1
    elif how == "element":
        one[tuple(size - 1 for size in one.shape)] += 0.3
    return tuple(gradients)


def product(g, a, b):
    return g @ b.T, a.T @ g


def raising(g, *inputs):
    raise KeyError("from bwd")


PAIRS = {
    "product": (np.matmul, product),
    "product, first sign": (np.matmul, lambda g, a, b: spoiled(product(g, a, b), 0, "sign")),
    "product, last sign": (np.matmul, lambda g, a, b: spoiled(product(g, a, b), 1, "sign")),
    "product, first element": (np.matmul, lambda g, a, b: spoiled(product(g, a, b), 0, "element")),
    "product, last element": (np.matmul, lambda g, a, b: spoiled(product(g, a, b), 1, "element")),
    "product, one short": (np.matmul, lambda g, a, b: product(g, a, b)[:1]),
    "product, turned": (np.matmul, lambda g, a, b: (g @ b.T, (a.T @ g).T)),
    "product, raising": (np.matmul, raising),
    "softmax": (softmax, lambda g, x: (softmax_times(x, g - (g * softmax(x)).sum(-1, keepdims=True)),)),
    "softmax, zeros": (softmax, lambda g, x: (np.zeros_like(x),)),
    "softmax, plain mean": (softmax, lambda g, x: (softmax_times(x, g - g.mean(-1, keepdims=True)),)),
    "attention": (attention, attention_backward),
    "attention, no jacobian": (attention, lambda g, *qkv: attention_backward(g, *qkv, jacobian=False)),
    "relu": (lambda x: np.maximum(x, 0), lambda g, x: (g * (x > 0),)),
    "relu, all through": (lambda x: np.maximum(x, 0), lambda g, x: (g,)),
}


def checked(names, pairs, inputs, seed):
    """gradcheck's answer for each pair, each from the same random state."""
    answers = []
    for pair in pairs:
        own = tuple(one.copy() for one in inputs)
        answers.append(
            attempt(
                lambda pair=pair, own=own: names["gradcheck"](*PAIRS[pair], own, np.random.default_rng(seed))
            )
        )
    return answers


# -- 05.4 and 05.5 ---------------------------------------------------------------------------------------------


def reduced(names, cases):
    return [names["unbroadcast"](g.copy(), tuple(int(one) for one in shape)) for g, shape in cases]


class Node:
    """A node that is equal to every other one, as two Tensors of the same numbers could be."""

    def __init__(self, inputs):
        self.inputs = inputs

    def __eq__(self, other):
        return isinstance(other, Node)

    def __hash__(self):
        return 7


class PlainNode:
    def __init__(self, inputs):
        self.inputs = inputs


def ordered(names, graph, root, equal=False):
    """graph[i] lists the nodes before i that node i is made from; the answer names nodes by their position."""
    nodes = []
    for inputs in graph:
        nodes.append((Node if equal else PlainNode)(tuple(nodes[int(i)] for i in inputs)))
    position = {id(node): i for i, node in enumerate(nodes)}
    return [position.get(id(node), -1) for node in names["topological_order"](nodes[root])]


def ordered_chain(names, length):
    nodes = [PlainNode(())]
    for _ in range(length - 1):
        nodes.append(PlainNode((nodes[-1],)))
    position = {id(node): i for i, node in enumerate(nodes)}
    return np.array([position.get(id(node), -1) for node in names["topological_order"](nodes[-1])])


# -- 05.6 ------------------------------------------------------------------------------------------------------

ROWS = [0, 2, 2, 1, 2]
OPERATIONS = {
    "add": lambda a, b: a + b,
    "mul": lambda a, b: a * b,
    "pow": lambda a, exponent: a**exponent,
    "log": lambda a: a.log(),
    "relu": lambda a: activations.ReLU()(a),
    "matmul": lambda a, b: a @ b,
    "sum": lambda a, axis=None, keepdims=False: a.sum(axis=axis, keepdims=keepdims),
    "mean": lambda a, axis=None, keepdims=False: a.mean(axis=axis, keepdims=keepdims),
    "reshape": lambda a, shape: a.reshape(shape),
    "transpose": lambda a, axes: a.transpose(axes),
    "getitem": lambda a, pick: a[PICKS[pick]],
    "softmax": lambda a, axis: activations.Softmax(axis)(a),
}
PICKS = {
    "repeated": np.array(ROWS),
    "repeated pairs": (np.array(ROWS), np.array([1, 0, 0, 1, 0])),
    "slices": (slice(None, None, 2), slice(1, 3)),
    "one": (1, 2),
    "mask": np.array([True, False, True]),
}


def tuples(settings):
    """Lists as tuples: a tuple does not survive the way here."""
    return {key: tuple(value) if isinstance(value, list) else value for key, value in settings.items()}


def rule(names, name, cases):
    """The rule's answer for each case (g, arrays, settings), with what a real operation recorded."""
    answers = []
    for g, arrays, settings in cases:
        held = [leaf(array) for array in arrays]
        out = OPERATIONS[name](*held, **tuples(settings))
        found = names["rule_" + name](g.copy(), out, tuple(held), out.ctx)
        answers.append([np.array(one) for one in found])
    return answers


# -- 05.7 ------------------------------------------------------------------------------------------------------


def expression(x, *, kind):
    if kind == "pinned":
        return x * x + x
    return (x * x) * (x + x) + x * 3.0  # "five": x five times


def backward_of(names, kind, values):
    found = []
    for value in values:
        x = leaf(value)
        expression(x, kind=kind).backward()
        found.append(gradient(x))
    return found


def forks(names, value, depth):
    x = leaf(value)
    y = x
    for _ in range(depth):
        y = y + y
    y.backward()
    return gradient(x)


def twice(names, a, b, g):
    """The gradient after one backward, after a second through the same graph, and after another loss."""
    x = leaf(a)
    result = x * x * Tensor(b)
    found = []
    for _ in range(2):
        result.backward(g.copy())
        found.append(np.array(gradient(x)))
    return found


def two_losses(names, a, b, first, second):
    x, y = leaf(a), leaf(b)
    shared = x * y
    (shared + x).backward(first.copy())
    early = np.array(gradient(x))
    (shared * y).backward(second.copy())
    return [early, gradient(x), gradient(y)]


def with_grad(names, a, b, g, wrong):
    x, y = leaf(a), leaf(b)
    upstream = g.copy()
    (x * y).backward(upstream)
    found = {"grads": [gradient(x), gradient(y)], "upstream": np.array_equal(upstream, g)}
    z = leaf(a)
    found["missing"] = attempt(lambda: (z * y).backward())
    found["misshapen"] = attempt(lambda: (z * y).backward(wrong))
    found["untouched"] = z.grad is None
    return found


def nothing_recorded(names, a):
    """backward of what constants alone make, and of a constant itself; with a leaf it is another matter."""
    constant, x = Tensor(a), leaf(a)
    made = constant * 2.0
    found = {
        "refused": [
            attempt(lambda: made.sum().backward()),
            attempt(lambda: made.backward(np.ones(a.shape))),
            attempt(lambda: made.backward()),
            attempt(lambda: Tensor(3.0).backward()),
        ]
    }
    (x * constant).backward(np.ones(a.shape))
    return {**found, "untouched": constant.grad is None, "x": gradient(x)}


def first_gradients(names, roots, grads):
    """first_gradient for Tensors of these arrays, all of which want a gradient."""
    return [
        attempt(lambda array=array, grad=grad: names["first_gradient"](leaf(array), grad))
        for array, grad in zip(roots, grads, strict=True)
    ]


def narrow_leaf(names, narrow, wide):
    """The gradient of a float32 leaf beside a float64 constant, after one backward and after two; of a number."""
    x, number, constant = leaf(narrow), leaf(narrow[0]), Tensor(wide)
    found = []
    for _ in range(2):
        (x * constant).sum().backward()
        found.append(np.array(gradient(x)))
    (number * constant).sum().backward()
    return [*found, gradient(number)]


def changed_in_place(names, a, b, g):
    """Both leaves of a sum get what the caller gave; a leaf of a plain sum, and a number; some changed afterwards."""
    x, y, z, number = leaf(a), leaf(b), leaf(a), leaf(2.0)
    upstream = g.copy()
    (x + y).backward(upstream)
    z.sum().backward()
    (number * 3.0).backward()

    def halved(one):
        one.grad *= 0.5
        return gradient(one)

    changed = [attempt(lambda one=one: halved(one)) for one in (x, z, number)]
    return {"changed": changed, "other": gradient(y), "upstream": upstream}


def broadcast_leaves(names, arrays, g):
    """(a * b + c) with three leaves of different shapes."""
    a, b, c = (leaf(array) for array in arrays)
    (a * b + c).backward(g)
    return [gradient(one) for one in (a, b, c)]


def who_has_one(names, a, b):
    x, y, constant = leaf(a), leaf(a), Tensor(b)
    inner = x * constant
    root = inner + y
    root.backward(np.ones(a.shape))
    mine = np.array(gradient(x))
    before = np.array(gradient(y))
    x.grad *= 0.5  # its own array: y must not feel it
    return {
        "x": mine,
        "y": before,
        "y afterwards": gradient(y),
        "others": [one.grad is None for one in (constant, inner, root)],
    }


STEPS = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "div": lambda a, b: a / b,
    "neg": lambda a, b: -a,
    "tanh": lambda a, b: activations.Tanh()(a),
    "sigmoid": lambda a, b: activations.Sigmoid()(a),
}


def run_programs(names, programs, starts):
    """Each program: [name, position of a, position of b] per step; the slopes of its last result for all leaves."""
    found = []
    for steps, values in zip(programs, starts, strict=True):
        leaves = [leaf(float(value)) for value in values]
        known = list(leaves)
        for name, a, b in steps:
            known.append(STEPS[name](known[int(a)], known[int(b)]))
        known[-1].backward()
        found.append([gradient(one) for one in leaves])
    return found


# -- 05.8 ------------------------------------------------------------------------------------------------------


def made_from(x):
    """How many inputs a result of x has at this moment."""
    return len((x * 3.0).inputs)


def quiet(names, a):
    x = leaf(a)
    before = made_from(x)
    with names["no_grad"]():
        inside = x * 3.0
        found = {"inside": len(inside.inputs), "wants": bool(inside.requires_grad)}
    return {"before": before, **found, "after": made_from(x)}


def quiet_interrupted(names, a):
    x = leaf(a)
    counts = [made_from(x)]

    def fails():
        with names["no_grad"]():
            counts.append(made_from(x))
            raise KeyError("stop")

    caught = attempt(fails)
    counts.append(made_from(x))
    return {"caught": caught, "counts": counts}


def quiet_nested(names, a):
    x = leaf(a)
    counts = []
    with names["no_grad"]():
        with names["no_grad"]():
            counts.append(made_from(x))
        counts.append(made_from(x))
    counts.append(made_from(x))
    return counts


def quiet_values(names, a, b):
    x, y = leaf(a), leaf(b)

    def compute():
        return activations.Tanh()(x @ y) * 2.0 - x.sum(axis=0, keepdims=True)[:, :1]

    loud = compute()
    with names["no_grad"]():
        silent = compute()
    return {
        "same": [np.array(loud.data), np.array(silent.data)],
        "inputs": [len(loud.inputs), len(silent.inputs)],
    }
