"""Probes of module 04: run in the student's process, call the student's names, know no expected value."""


def attempt(action):
    """What the action returns, or the exception as {"raised", "message"}; subclasses go by their builtin name."""
    try:
        return action()
    except Exception as error:  # noqa: BLE001 - whatever the student raises is the answer
        kinds = [kind.__name__ for kind in type(error).__mro__ if kind.__module__ == "builtins"]
        return {"raised": kinds[0], "message": str(error)}


def log_softmaxes(names, inputs):
    """Each input is [array, axis or None]; the array afterwards goes along, because it must not change."""
    found = []
    for x, axis in inputs:
        out = names["log_softmax"](x) if axis is None else names["log_softmax"](x, axis=axis)
        found.append({"out": out, "input": x})
    return found


def asked(loss, question):
    """Loss and gradient of [outputs, targets]."""
    value = loss.forward(*question)
    return {"loss": value, "gradient": loss.backward()}


def losses(names, loss, questions, settings=None):
    """One loss object, asked one question after the other: each its loss and gradient."""
    made = names[loss](**(settings or {}))
    return [asked(made, question) for question in questions]


def values(names, loss, questions, settings):
    """The loss alone, with an object of its own for each of the settings."""
    return [names[loss](**one).forward(*question) for one in settings for question in questions]


def refused(names, loss, questions, settings=None):
    """What forward returns for each question, or the error."""
    made = names[loss](**(settings or {}))
    return [attempt(lambda question=question: made.forward(*question)) for question in questions]


def made(names, loss, settings, question):
    """For each of the settings the loss of the question, or the error, also of the constructor."""
    return [attempt(lambda one=one: names[loss](**one).forward(*question)) for one in settings]


def backward_first(names, loss, question):
    """backward of a new object; then, after forward, loss and gradient."""
    one = names[loss]()
    return {"too_early": attempt(lambda: one.backward() is not None), **asked(one, question)}


def last_forward(names, loss, questions):
    """Forward of all questions, then one backward; after that forward and backward of the first."""
    one = names[loss]()
    found = [one.forward(*question) for question in questions]
    return {"losses": found, "gradient": one.backward(), "again": asked(one, questions[0])}


def counted(names, questions):
    """counted_rows alone: its three answers for each [logits, targets, ignore_index], or the error."""
    return [attempt(lambda one=one: list(names["counted_rows"](*one))) for one in questions]


def spread(names, questions):
    """spread_rows alone, for each [rows, counts, shape]."""
    return [
        names["spread_rows"](rows, counts, tuple(int(one) for one in shape))
        for rows, counts, shape in questions
    ]


def unit_rows_backwards(names, g, units, norms):
    return names["unit_rows_backward"](g, units, norms)


def pairs(names, temperature, questions):
    """Loss and both gradients of each [U, V]."""
    one, found = names["ContrastiveLoss"](temperature), []
    for question in questions:
        value = one.forward(*question)
        gradients = one.backward()
        found.append(
            {"loss": value, "gradients": list(gradients) if isinstance(gradients, tuple) else gradients}
        )
    return found
