"""Probes of module 03: run in the student's process, call the student's names, know no expected value."""

import numpy as np

from tinytorch.core.tensor import Tensor

# -- building blocks -------------------------------------------------------------------------------------------


def held(value):
    """The array of a Tensor; for anything else a text that says what came instead."""
    if not isinstance(value, Tensor):
        return f"{type(value).__name__}, not a Tensor"
    return np.array(value.data)


def array_of(value):
    """Numbers, whether or not a Tensor holds them: where nothing changes, x itself may come back."""
    return np.array(getattr(value, "data", value)) if not isinstance(value, np.ndarray) else np.array(value)


def attempt(action):
    """What the action returns, or the exception as {"raised", "message"}; subclasses go by their builtin name."""
    try:
        return action()
    except Exception as error:  # noqa: BLE001 - whatever the student raises is the answer
        kinds = [kind.__name__ for kind in type(error).__mro__ if kind.__module__ == "builtins"]
        return {"raised": kinds[0], "message": str(error)}


def own_parameters(names, layer):
    """The Parameters among a layer's attributes, in order: what `parameters()` of 03.5 will find."""
    return [value for value in vars(layer).values() if isinstance(value, names["Parameter"])]


def described(names, layer):
    """Names, shapes and wishes of a layer's own Parameters, in order."""
    found = own_parameters(names, layer)
    return {
        "shapes": [list(one.shape) for one in found],
        "names": [one.name for one in found],
        "want": [bool(one.requires_grad) for one in found],
        "values": [np.array(one.data) for one in found],
    }


def in_mode(layer, training):
    layer.training = training
    return layer


# -- what module 05 will see: every Tensor operation tells the recorder what it did ------------------------------


def over_axes(function):
    """Rule for an operation that treats every element alike or only moves it: do the same with the changes."""
    return lambda values, changes, out, ctx: function(changes[0], **ctx)


def change_of_max(values, changes, out, axis, keepdims):
    largest = values[0] == values[0].max(axis=axis, keepdims=True)
    share = largest / largest.sum(axis=axis, keepdims=True)
    return (changes[0] * share).sum(axis=axis, keepdims=keepdims)


def change_of_power(value, change, exponent):
    return change * exponent * value ** (exponent - 1.0)


# rule(values of the inputs, changes of the inputs, value of the result, ctx) -> change of the result
RULES = {
    "add": lambda v, d, out, ctx: d[0] + d[1],
    "sub": lambda v, d, out, ctx: d[0] - d[1],
    "mul": lambda v, d, out, ctx: d[0] * v[1] + v[0] * d[1],
    "div": lambda v, d, out, ctx: (d[0] - out * d[1]) / v[1],
    "neg": lambda v, d, out, ctx: -d[0],
    "pow": lambda v, d, out, ctx: change_of_power(v[0], d[0], ctx["exponent"]),
    "exp": lambda v, d, out, ctx: d[0] * out,
    "log": lambda v, d, out, ctx: d[0] / v[0],
    "matmul": lambda v, d, out, ctx: d[0] @ v[1] + v[0] @ d[1],
    "reshape": over_axes(lambda change, shape: change.reshape(shape)),
    "transpose": over_axes(lambda change, axes: change.transpose(axes)),
    "getitem": over_axes(lambda change, index: change[index]),
    "sum": over_axes(lambda change, axis, keepdims: change.sum(axis=axis, keepdims=keepdims)),
    "mean": over_axes(lambda change, axis, keepdims: change.mean(axis=axis, keepdims=keepdims)),
    "max": lambda v, d, out, ctx: change_of_max(v, d, out, **ctx),
}


def followed(run, starts):
    """{"value": run()'s result, "change": how it changes when the Tensors in `starts` change}.

    starts  [(Tensor, change of it), ...]; the chain rule follows the operations that were announced, so a
            result that was made behind the Tensors' backs has no change
    """
    tape = []
    before, Tensor.recorder = Tensor.recorder, lambda *told: tape.append(told)
    try:
        result = run()
    finally:
        Tensor.recorder = before
    changes = {id(tensor): change for tensor, change in starts}
    for out, op, inputs, ctx in tape:  # only now, as backward does: what was handed over must still be there
        values = [one.data for one in inputs]
        own = [changes.get(id(one), np.zeros_like(one.data)) for one in inputs]
        changes[id(out)] = np.broadcast_to(RULES[op](values, own, out.data, ctx), out.shape)
    change = changes.get(id(result))
    return {"value": held(result), "change": None if change is None else np.array(change)}


# -- 03.1 ------------------------------------------------------------------------------------------------------


def linear_of(names, weight, bias, **settings):
    """A Linear with these numbers, whatever it drew."""
    layer = names["Linear"](*weight.shape, bias=bias is not None, **settings)
    for parameter, value in ((layer.weight, weight), (layer.bias, bias)):
        if value is not None:
            parameter.data[...] = value
    return layer


def linear_values(names, weight, bias, inputs):
    """One output per input, as array and as Tensor in turn."""
    layer = linear_of(names, weight, bias)
    return [held(layer(x if i % 2 == 0 else Tensor(x))) for i, x in enumerate(inputs)]


def linear_weights(names, n_in, n_out, init, seed):
    return np.array(names["Linear"](n_in, n_out, init=init, rng=np.random.default_rng(seed)).weight.data)


def linear_compared(names, n_in, n_out, seed):
    """How weights compare: two layers of one generator, one of another in the same state, two without any.

    What is sent is how they compare, because weights of a generator of the layer's own are never the same twice.
    """
    make, rng = names["Linear"], np.random.default_rng(seed)
    layers = [make(n_in, n_out, rng=rng), make(n_in, n_out, rng=rng)]
    layers += [make(n_in, n_out, rng=np.random.default_rng(seed)), make(n_in, n_out), make(n_in, n_out)]
    first, second, third, *own = [np.array(one.weight.data) for one in layers]
    return {
        "same_state": np.array_equal(first, third),
        "next_layer": np.array_equal(first, second),
        "own_generators": np.array_equal(*own),
    }


def linear_parameters(names, n_in, n_out, bias):
    layer = names["Linear"](n_in, n_out, bias=bias)
    found = described(names, layer)
    del found["values"]  # the weight is another one every time
    return {**found, "bias": None if layer.bias is None else np.array(layer.bias.data)}


def linear_refusals(names, weight, bias, inputs, init):
    layer = linear_of(names, weight, bias)
    errors = [attempt(lambda x=x: held(layer(x))) for x in inputs]
    return [*errors, attempt(lambda: bool(names["Linear"](2, 2, init=init)))]


def linear_followed(names, weight, bias, x, changes):
    """changes  of x, weight and, if there is one, bias."""
    layer, x = linear_of(names, weight, bias), Tensor(x)
    starts = [x, layer.weight] + ([] if bias is None else [layer.bias])
    return followed(lambda: layer(x), list(zip(starts, changes, strict=True)))


# -- 03.2 ------------------------------------------------------------------------------------------------------


def dropout_outputs(names, p, x, modes, seed):
    """One output of the same layer per mode, in a row, and the input afterwards.

    What was computed must be a Tensor; where nothing is to be done, the input itself may come back.
    """
    layer = names["Dropout"](p, rng=np.random.default_rng(seed))
    outputs = [(held if mode else array_of)(in_mode(layer, mode)(x)) for mode in modes]
    return {"outputs": outputs, "input": x}


def dropout_compared(names, p, x, seed):
    """How outputs compare: two calls, another layer in the same random state, two layers without a generator.

    What is sent is how they compare, because masks of a generator of the layer's own are never the same twice.
    """
    layer, other = (names["Dropout"](p, rng=np.random.default_rng(seed)) for _ in range(2))
    first, second, third = (array_of(one(np.array(x))) for one in (layer, layer, other))
    own = [array_of(names["Dropout"](p)(np.array(x))) for _ in range(2)]
    return {
        "next_call": np.array_equal(first, second),
        "same_state": np.array_equal(first, third),
        "own_generators": np.array_equal(*own),
    }


def dropout_limits(names, chances, x):
    make = names["Dropout"]
    return [attempt(lambda p=p: array_of(make(p, rng=np.random.default_rng(0))(x))) for p in chances]


def dropout_default(names):
    return float(names["Dropout"]().p)


def dropout_followed(names, p, x, change, seed):
    layer, x = names["Dropout"](p, rng=np.random.default_rng(seed)), Tensor(x)
    return followed(lambda: layer(x), [(x, change)])


# -- 03.3 ------------------------------------------------------------------------------------------------------


def embedding_of(names, table):
    layer = names["Embedding"](*table.shape)
    layer.weight.data[...] = table
    return layer


def embedding_rows(names, table, ids, form):
    """The rows, asked for with a list, an array or one number."""
    ids = {"list": ids.tolist, "array": ids.copy, "int": lambda: int(ids)}[form]()
    return held(embedding_of(names, table)(ids))


def embedding_errors(names, table, questions):
    layer = embedding_of(names, table)
    return [attempt(lambda ids=ids: held(layer(ids))) for ids in questions]


def embedding_written(names, table, ids):
    """The table after a write into the result, and the result after a write into the table."""
    layer = embedding_of(names, table)
    first = layer(ids)
    first.data[...] = -7.0
    kept = np.array(layer.weight.data)
    second = layer(ids)
    layer.weight.data[...] = 9.0
    return {"table": kept, "rows": held(second)}


def embedding_drawn(names, vocab_size, dim, seed):
    layers = [names["Embedding"](vocab_size, dim, rng=np.random.default_rng(seed)) for _ in range(2)]
    found = described(names, layers[0])
    return {**found, "same_state": np.array_equal(layers[0].weight.data, layers[1].weight.data)}


def embedding_followed(names, table, ids, change):
    """The ids are written over between the look-up and the end, as a caller may do."""
    layer = embedding_of(names, table)
    given = np.array(ids)

    def run():
        result = layer(given)
        given[...] = 0
        return result

    return followed(run, [(layer.weight, change)])


# -- 03.4 ------------------------------------------------------------------------------------------------------


def layernorm_values(names, inputs, gamma=None, beta=None, eps=None):
    settings = {} if eps is None else {"eps": eps}
    layer = names["LayerNorm"](inputs[0].shape[-1], **settings)
    if gamma is not None:
        layer.gamma.data[...], layer.beta.data[...] = gamma, beta
    return [held(layer(x)) for x in inputs]


def layernorm_parameters(names, dim):
    return described(names, names["LayerNorm"](dim))


def layernorm_followed(names, x, gamma, beta, eps, changes):
    layer, x = names["LayerNorm"](len(gamma), eps=eps), Tensor(x)
    layer.gamma.data[...], layer.beta.data[...] = gamma, beta
    starts = list(zip([x, layer.gamma, layer.beta], changes, strict=True))
    return followed(lambda: layer(x), starts)


# -- 03.5 ------------------------------------------------------------------------------------------------------


def network(names, rng_seed, n_in, n_hidden, n_out):
    """Linear, ReLU, Dropout, Linear: the network of the visible test."""
    rng = np.random.default_rng(rng_seed)
    make = names["Linear"]
    middle = names["ReLU"](), names["Dropout"](0.5, rng=rng)
    return names["Sequential"](make(n_in, n_hidden, rng=rng), *middle, make(n_hidden, n_out, rng=rng))


def two_layers(names, seed, sizes, x):
    model = network(names, seed, *sizes)
    parameters = model.parameters()
    drops = not np.array_equal(array_of(model(x)), array_of(model(x)))
    same = model.eval() is model
    return {
        "shapes": [list(one.shape) for one in parameters],
        "weights": [
            np.array(one.data) for i in (0, 3) for one in (model.layers[i].weight, model.layers[i].bias)
        ],
        "drops_at_first": drops,
        "returns_itself": same,
        "modes": [bool(one.training) for one in (model, *model.layers)],
        "value": array_of(model(x)),
    }


def tagged(names, tag, **attributes):
    """A layer of ours with one Parameter of a length that tells it apart (0: none) and these attributes first."""
    layer = names["Layer"]()
    for name, value in attributes.items():
        setattr(layer, name, value)
    if tag:
        layer.weight = names["Parameter"](np.zeros(tag), name=f"p{tag}")
    layer.tag = tag
    return layer


def tree(names):
    """Layers as attributes, in a list, in a tuple and deeper; the sizes of the Parameters tell them apart.

    the root holds, in this order: an array, a child 2, Parameter 1, [child 3 holding 4, Sequential of 5 and 6],
    a plain Tensor, (child 7,), a text, child 8
    """
    root = names["Layer"]()
    root.table = np.ones(30)
    root.first = tagged(names, 2)
    root.scale = names["Parameter"](np.zeros(1), name="p1")
    row = names["Sequential"](tagged(names, 5), tagged(names, 6))
    root.branches = [tagged(names, 3, inner=tagged(names, 4)), row]
    root.constant = Tensor(np.ones(40))
    root.pair = (tagged(names, 7), "no layer", 3.0)
    root.label = "text"
    root.last = tagged(names, 8)
    return root


def every_layer(root):
    """All layers of `tree`, found by their places."""
    deep, row = root.branches
    return [root, root.first, deep, deep.inner, row, *row.layers, root.pair[0], root.last]


def sizes(parameters):
    return [int(one.size) for one in parameters]


def tree_parameters(names):
    root = tree(names)
    first, second = root.parameters(), root.parameters()
    return {
        "sizes": sizes(first),
        "again": len(first) == len(second) and all(a is b for a, b in zip(first, second, strict=True)),
        "the_objects_themselves": any(one is root.scale for one in first)
        and any(one is root.last.weight for one in first),
        "is_list": isinstance(first, (list, tuple)),
        "deep": sizes(root.branches[1].parameters()),
    }


def tree_children(names):
    root = tree(names)
    deep, row = root.branches
    found = list(root.children())
    expected = {"first": root.first, "deep": deep, "row": row, "pair": root.pair[0], "last": root.last}
    known = {id(one): name for name, one in expected.items()}
    return {
        "root": [known.get(id(one), type(one).__name__) for one in found],
        "row": [one.tag for one in row.children()],
        "leaf": len(root.last.children()),
    }


def tree_modes(names, calls):
    """After each call ([method, arguments]) the modes of all layers, and whether the layer itself came back."""
    root = tree(names)
    found = [[bool(one.training) for one in every_layer(root)]]
    returned = []
    for method, *arguments in calls:
        returned.append(getattr(root, method)(*arguments) is root)
        found.append([bool(one.training) for one in every_layer(root)])
    return {"modes": found, "returned": returned}


def shared_parameters(names):
    """One layer held twice, one Parameter held by two layers, and equal Parameters that are not the same."""
    common = tagged(names, 3)
    root = names["Sequential"](common, tagged(names, 2), common)
    root.layers[1].tied = common.weight
    root.twins = [tagged(names, 4), tagged(names, 4)]
    root.layers[1].again = root.layers[1].weight
    return sizes(root.parameters())


def step(names, action):
    """A layer without parameters that does this to its input."""

    class Step(names["Layer"]):
        def forward(self, x):
            return action(x)

    return Step()


def sequential_outputs(names, x, factors, shifts):
    """Rows of steps x * factor, x + shift, and a Sequential inside a Sequential; nothing comes back unchanged."""
    steps = []
    for factor, shift in zip(factors, shifts, strict=True):
        steps.append(step(names, lambda x, factor=factor: x * factor))
        steps.append(step(names, lambda x, shift=shift: x + shift))
    make = names["Sequential"]
    nested = make(make(*steps[:3]), make(), make(*steps[3:]))
    return [held(model(Tensor(x))) for model in (make(*steps), make(*reversed(steps)), nested)]


def restored_dropout(names, x, seed):
    """A dropout of ours two levels down: whether the output changes at first, after eval() and after train()."""
    rng = np.random.default_rng(seed)

    class Half(names["Layer"]):
        def forward(self, x):
            return x * (rng.random(x.shape) >= 0.5).astype(float) if self.training else x

    model = names["Sequential"](names["Sequential"](Half()))
    changed = []
    for prepare in (lambda: None, model.eval, model.train):
        prepare()
        changed.append(not np.array_equal(array_of(model(Tensor(x))), x))
    return changed
