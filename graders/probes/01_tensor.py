"""Probes of module 01: run in the student's process, call the student's names, know no expected value.

Every array that comes in is copied before the student's code may see it: operands are compared afterwards.
"""

import operator
import warnings

import numpy as np

OPERATIONS = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "**": operator.pow,
    "@": operator.matmul,
    "neg": operator.neg,
    "exp": lambda tensor: tensor.exp(),
    "log": lambda tensor: tensor.log(),
    "reshape": lambda tensor, *shape: tensor.reshape(*shape),
    "reshape tuple": lambda tensor, *shape: tensor.reshape(shape),
    "transpose": lambda tensor, *axes: tensor.transpose(*axes),
    "transpose tuple": lambda tensor, *axes: tensor.transpose(axes),
    "T": lambda tensor: tensor.T,
    "sum": lambda tensor, **how: tensor.sum(**how),
    "mean": lambda tensor, **how: tensor.mean(**how),
    "max": lambda tensor, **how: tensor.max(**how),
}

# Indices have no plain form, so a question names one of these.
INDICES = {
    "integer": 1,
    "columns": (slice(None), slice(1, None)),
    "negative integers": (-1, 0, -2),
    "slices": (slice(None), slice(1, None), slice(None, None, -2)),
    "ellipsis": (..., 2),
    "new axis": (0, None, slice(0, 2)),
    "everything": ...,
    "rows": slice(0, 1),
    "repeated": [0, 0, 1, 0],
    "pairs": ([1, 0, 1], [2, 2, 0]),
}


def held(names, value):
    """The array of a Tensor; for anything else a text that says what came instead."""
    if not isinstance(value, names["Tensor"]):
        return f"{type(value).__name__}, not a Tensor"
    return value.data


def attempt(action):
    """What the action returns, or the exception as {"raised", "message"}; subclasses go by their builtin name."""
    try:
        return action()
    except Exception as error:  # noqa: BLE001 - whatever the student raises is the answer
        kinds = [kind.__name__ for kind in type(error).__mro__ if kind.__module__ == "builtins"]
        return {"raised": kinds[0], "message": str(error)}


# -- 01.1 ------------------------------------------------------------------------------------------------------


def source_of(data, how):
    """What a Tensor is made of: as it came, or put in another form."""
    if how == "tuples":
        return tuple(tuple(row) for row in data.tolist())
    if how == "lists":
        return data.tolist()
    if how == "transposed":
        return data.T
    if how == "every other":
        return data[::2, ::-1]
    return data


def create(names, sources):
    """Each source is [data, how]; what the Tensor says of itself."""
    found = []
    for data, how in sources:
        tensor = names["Tensor"](source_of(data, how))
        found.append(
            {
                "data": tensor.data,
                "shape": list(tensor.shape),
                "ndim": tensor.ndim,
                "size": tensor.size,
                "dtype": str(tensor.dtype),
            }
        )
    return found


def written_after(names, data):
    """A Tensor whose source was written into afterwards."""
    source = np.array(data)
    tensor = names["Tensor"](source)
    source[...] = -7
    return tensor.data


def tensor_of_tensor(names, data):
    first = names["Tensor"](data, requires_grad=True, name="first")
    first.grad = np.ones_like(first.data)
    second, third = names["Tensor"](first), names["Tensor"](first)
    history = [second.grad, second.requires_grad]
    first.data[0] = -7
    third.data[-1] = 9
    copies = {"first": first.data, "second": second.data, "third": third.data}
    return {**copies, "history": history, "of_array": written_after(names, data)}


def seen_by_numpy(names, data):
    tensor = names["Tensor"](data)
    copied = np.array(tensor)
    copied[...] = -7
    return {
        "array": np.asarray(tensor),
        "single": np.asarray(tensor, dtype=np.float32),
        "kept": tensor.data,
        "length": len(tensor),
    }


def items(names, sources):
    return [attempt(lambda data=data: names["Tensor"](data).item()) for data in sources]


def attributes(names, data):
    given = names["Tensor"](data, requires_grad=True, name="weight")
    default = names["Tensor"](data)
    found = [[one.requires_grad, one.name, one.grad] for one in (given, default)]
    handed = given.numpy()
    handed[0] = 4.5  # reaches the Tensor if it is the inner array
    return {"attributes": found, "inside": given.data}


def texts(names, sources):
    return [repr(names["Tensor"](data)) for data in sources]


# -- operations ------------------------------------------------------------------------------------------------


def compute(names, calls):
    """Each call is [operation, operands, tensors]: `tensors` says for each operand whether it becomes a Tensor."""
    found = []
    for operation, operands, tensors in calls:
        ready = [names["Tensor"](one) if wrap else one for one, wrap in zip(operands, tensors, strict=True)]
        found.append(held(names, OPERATIONS[operation](*ready)))
    return found


def operands_afterwards(names, operations, left, right):
    """Results, and the operands as they are after all operations."""
    a, b, array = names["Tensor"](left), names["Tensor"](right), np.array(right)
    results = []
    for operation in operations:
        first = OPERATIONS[operation](a, b)
        second = OPERATIONS[operation](a, array)
        results += [held(names, first), held(names, second)]
        first.data[...] = -7  # a result that is an operand, or shares its memory, gives itself away
    results += [held(names, a.exp()), held(names, -a)]
    return {"results": results, "operands": [a.data, b.data, array]}


def refused(names, calls):
    """As compute, but exceptions are answers."""
    return [attempt(lambda call=call: compute(names, [call])[0]) for call in calls]


def shaped(names, data, calls):
    """Each call is [method, arguments]: its result on one Tensor."""
    tensor = names["Tensor"](data)
    return [held(names, OPERATIONS[method](tensor, *arguments)) for method, arguments in calls]


def reduced(names, data, calls):
    """Each call is [method, keywords]; axis as a list stands for a tuple."""
    tensor = names["Tensor"](data)
    found = []
    for method, keywords in calls:
        how = {key: tuple(value) if isinstance(value, list) else value for key, value in keywords.items()}
        found.append(held(names, OPERATIONS[method](tensor, **how)))
    return found


def means(names, sources):
    """Means of whole Tensors; a warning counts as the exception it would be."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return [attempt(lambda data=data: held(names, names["Tensor"](data).mean())) for data in sources]


def of_transposed(names, data, shape):
    """A Tensor transposed, then reshaped."""
    return held(names, names["Tensor"](data).T.reshape(*shape))


def indexed(names, data, indices, mask=None):
    tensor = names["Tensor"](data)
    found = [held(names, tensor[INDICES[index]]) for index in indices]
    if mask is not None:
        found.append(held(names, tensor[mask]))
    return found


def written_into(names, data, calls, indices):
    """Each result is written into after it was noted; the parent is noted at the end."""
    tensor = names["Tensor"](data)
    results = [OPERATIONS[method](tensor, *arguments) for method, arguments in calls]
    results += [tensor[INDICES[index]] for index in indices]
    noted = [np.array(held(names, one)) for one in results]
    for one in results:
        one.data[...] = -7
    return {"results": noted, "parent": tensor.data}


# -- what the recorder is told ---------------------------------------------------------------------------------


def plain_ctx(ctx):
    return {key: list(value) if isinstance(value, tuple) else value for key, value in ctx.items()}


def recorded(names, calls):
    """Each call is [operation, operands, tensors, keywords]; "index" and "arguments" are no keywords of a method.

    For each: what the last announcement said, how many there were, and which operand each of its inputs is.
    """
    tensor_class = names["Tensor"]
    log = []

    def note(result, op, inputs, ctx):
        log.append((result, op, inputs, ctx))

    before = tensor_class.recorder
    tensor_class.recorder = staticmethod(note)
    try:
        return [announced(names, log, *call) for call in calls]
    finally:
        tensor_class.recorder = before


def announced(names, log, operation, operands, tensors, keywords):
    ready = [names["Tensor"](one) if wrap else one for one, wrap in zip(operands, tensors, strict=True)]
    log.clear()
    if "index" in keywords:
        result = ready[0][INDICES[keywords["index"]]]
    else:
        arguments = keywords.pop("arguments", [])
        how = {key: tuple(value) if isinstance(value, list) else value for key, value in keywords.items()}
        result = OPERATIONS[operation](*ready, *arguments, **how)
    if not log:
        return {"times": 0}
    told, op, inputs, ctx = log[-1]
    return {
        "times": len(log),
        "op": op,
        "of_result": told is result,
        "inputs": [held(names, one) for one in inputs],
        "which": [next((i for i, first in enumerate(ready) if one is first), None) for one in inputs],
        "ctx": plain_ctx(ctx),
    }
