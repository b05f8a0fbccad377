"""The checks of module 06: inputs, expected values and comparisons. `pytest graders/` asks them of the reference.

Expected values come from rules for single numbers in `oracles/optimizers.py` and from least squares. What depends
on the drawn inputs alone is worked out once per worker: the drawing functions are cached by seed.
"""

from __future__ import annotations

import math
from functools import cache

import numpy as np
from oracles import optimizers as oracle

from course_tools.grading import check, expect

CLOSE = 1e-9  # the same sums in another order, in float64
ZERO = 1e-12
TABLE = [1.0, 0.5, -2.0]  # the gradients of every number table: start 1.0, lr 0.1


def seed_of(rng):
    return int(rng.integers(2**63))


def expect_arrays(got, expected, what, *, rtol=CLOSE, atol=ZERO):
    expect(got).length(len(expected), what=what)
    for i, (one, right) in enumerate(zip(got, expected, strict=True)):
        expect(one).close(right, rtol=rtol, atol=atol, what=f"{what}, array {i + 1}")


def expect_table(student, kind, options, rule, what):
    """The three weights of a number table, worked out to all digits."""
    found, right = table(student, kind, options, rule)
    expect(found).close(right, rtol=CLOSE, atol=ZERO, what=what)


def table(student, kind, options, rule):
    """The three weights that came, and the right ones."""
    start, gradients = [np.array(1.0)], [[np.array(g)] for g in TABLE]
    reply = student.probe("run", kind=kind, options=options, start=start, gradients=gradients)
    (right,) = oracle.run(rule, start, gradients, [0.1] * 3)
    expect(reply["gradients kept"]).equal(True, what="the gradients are as they were")
    return reply["weights"][0], right


def drawn(seed, shapes, steps, missing=()):
    """Start and gradients; `missing` are (step, parameter) without a gradient, both from 0."""
    rng = np.random.default_rng(seed)
    start = [rng.normal(size=shape) for shape in shapes]
    gradients = [
        [
            None if (step, i) in missing else rng.normal(size=shape) * 2.0 ** rng.integers(-3, 3)
            for i, shape in enumerate(shapes)
        ]
        for step in range(steps)
    ]
    return start, gradients


RULES = {"SGD": oracle.sgd, "RMSprop": oracle.rmsprop, "Adam": oracle.adam}
KNOWN = {}  # runs of the oracle, by everything they depend on


def right_run(key, rule, start, gradients, rates):
    if key not in KNOWN:
        KNOWN[key] = oracle.run(rule, start, gradients, rates)
    return KNOWN[key]


def expect_run(student, rng, kind, options, shapes, steps, *, rates=None, missing=(), show=()):
    """All weights after every step, and gradients left alone; returns the reply for more to be asked of it."""
    seed = seed_of(rng)
    start, gradients = drawn(seed, shapes, steps, missing)
    rates = rates or [0.1] * steps
    reply = student.probe(
        "run", kind=kind, options=options, start=start, gradients=gradients, rates=rates, show=list(show)
    )
    right = right_run((kind, seed), RULES[kind](**options), start, gradients, rates)
    expect_arrays(reply["weights"], right, "weights after each step")
    expect(reply["gradients kept"]).equal(True, what="the gradients are as they were")
    return reply


def expect_refusals(student, kind, bad, good):
    """Each bad argument raises and names itself before the parameter is touched; each good one does not."""
    replies = student.probe("refused", kind=kind, bad=bad, good=good)
    expect(replies).length(len(bad) + len(good), what="answers")
    for options, reply in zip(bad, replies[: len(bad)], strict=True):
        (name,) = options
        expect(reply["error"]).raises("ValueError", name, what=f"a bad {name}")
        expect(reply["wants"]).equal(False, what=f"requires_grad after a bad {name}")
    for options, reply in zip(good, replies[len(bad) :], strict=True):
        expect(reply["error"]).equal(None, what=f"{options} is allowed")
        expect(reply["wants"]).equal(True, what="requires_grad afterwards")


BAD = (-0.1, math.nan, math.inf)
BAD_BETAS = ([0.9], [0.9, 1.0], [-0.1, 0.9], 0.9)


def bad_numbers(*names):
    return [{name: value} for name in names for value in BAD]


def expect_resumed(student, rng, kind, options):
    """Saved after three of six steps, loaded into a new optimizer of default settings, continued."""
    seed = seed_of(rng)
    start, gradients = drawn(seed, ((2, 3), (4,)), 6, missing=[(1, 1)])
    found = student.probe("resumed", kind=kind, options=options, start=start, gradients=gradients, lr=0.1)
    right = right_run((kind, seed), RULES[kind](**options), start, gradients, [0.1] * 6)
    expect_arrays(found, [one[-1] for one in right], "weights of the continued run")


# -- 06.1 Optimizer --------------------------------------------------------------------------------------------

PAIR = [np.array([1.0, 2.0]), np.array([[3.0]])]


@check(
    "m06-optimizer-test", visible=True, hint="go through self.params and set grad to None; leave data alone"
)
def test_gradients_are_cleared(student, rng):
    """zero_grad on two parameters."""
    gradients = [np.array([5.0, 6.0]), np.array([[7.0]])]
    reply = student.probe("cleared", start=PAIR, gradients=gradients, lr=0.5)
    expect(reply["none"]).equal([True, True], what="each gradient is None")
    expect_arrays(reply["weights"], PAIR, "weights afterwards")


@check("m06-optimizer-test", visible=True, hint="keep the rate in self.lr; get_lr returns it")
def test_the_rate_is_set_and_read(student, rng):
    """set_lr and get_lr."""
    found = student.probe("rates", first=0.5, second=0.25)
    expect(found).close([0.5, 0.5, 0.25, 0.25], rtol=0, what="lr and get_lr() before and after set_lr(0.25)")


@check("m06-optimizer-test", hint="make the list before anything walks through params")
def test_parameters_from_a_generator(student, rng):
    """Parameters from a generator, or none at all; they want gradients from then on."""
    start, gradients = drawn(seed_of(rng), ((2, 3), (4,)), 2)
    reply = student.probe("from_generator", start=start, gradients=gradients)
    expect(reply["wanted"]).equal([True, True], what="requires_grad")
    expect(reply["kept"]).equal([2, 0], what="number of parameters kept")
    right = [w - 0.1 * g - 0.1 * (0.5 * g + h) / 2 for w, g, h in zip(start, *gradients, strict=True)]
    expect_arrays(reply["weights"], right, "weights after two steps of a subclass")
    expect(reply["cleared"]).equal([True, True], what="each gradient is None after zero_grad")


@check("m06-optimizer-test", hint="copy every array, in state_dict and in load_state_dict; lists too")
def test_a_saved_state_stays_as_it_is(student, rng):
    """A saved state does not follow later steps, neither after saving nor after loading."""
    start, gradients = drawn(seed_of(rng), ((2, 3), (4,)), 4, missing=[(0, 1), (1, 1)])
    reply = student.probe("photographed", start=start, gradients=gradients)
    early = 0.5 * gradients[0][0] + gradients[1][0]
    for when in ("early", "late", "after loading"):
        expect(reply[when]).length(2, what=f"saved buffers, {when}")
        expect(reply[when][0]).close(early, rtol=CLOSE, what=f"saved buffer, {when}")
        expect(reply[when][1]).equal(None, what=f"saved buffer without a step, {when}")
    expect(reply["counts"]).equal([2, 2, 0], what="saved counts")
    expect(reply["late counts"]).equal([2, 2, 0], what="saved counts, later")
    expect(reply["lr"]).close(0.25, rtol=0, what="saved lr")
    later = 0.5 * (0.5 * early + gradients[2][0]) + gradients[3][0]
    expect(reply["now"][0]).close(later, rtol=CLOSE, what="the optimizer's own buffer")


@check("m06-optimizer-test", hint="load constants, buffers and counts: everything the next step depends on")
def test_a_run_goes_on_from_a_saved_state(student, rng):
    """A saved and loaded run continues as the uninterrupted one."""
    start, gradients = drawn(seed_of(rng), ((2, 3), (4,)), 6)
    reply = student.probe("continued", start=start, gradients=gradients, lr=0.3, other_lr=0.01)
    right = []
    for i, weight in enumerate(start):
        speed = 0.0
        for step, given in enumerate(gradients):
            speed = 0.75 * speed + given[i]
            weight = weight - 0.3 * speed / (step + 1)
        right.append(weight)
    expect_arrays(reply["first"], right, "weights of the uninterrupted run")
    expect_arrays(reply["second"], right, "weights of the continued run")


@check("m06-optimizer-test", hint="lr is one of the constants: the loaded one replaces the constructor's")
def test_the_loaded_rate_wins(student, rng):
    """A loaded rate wins over the constructor's."""
    start, gradients = drawn(seed_of(rng), ((3,),), 2)
    lr = float(rng.uniform(0.1, 0.5))
    reply = student.probe("continued", start=start, gradients=gradients, lr=lr, other_lr=2.0)
    expect(reply["lr"]).close([lr, lr], rtol=0, what="lr and get_lr() after loading")


@check("m06-optimizer-test", hint="set_to_none=False fills with zeros; a missing gradient stays None")
def test_both_ways_to_clear(student, rng):
    """Both forms of zero_grad, beside a parameter without gradient."""
    start = [rng.normal(size=shape) for shape in ((2, 3), (4,), (1,))]
    gradients = [rng.normal(size=(2, 3)), None, rng.normal(size=1)]
    reply = student.probe("cleared", start=start, gradients=gradients, lr=0.5)
    expect(reply["none"]).equal([True] * 3, what="each gradient is None")
    expect(reply["zeros"]).length(3, what="gradients after set_to_none=False")
    for got, gradient in zip(reply["zeros"], gradients, strict=True):
        if gradient is None:
            expect(got).equal(None, what="a gradient that was missing")
        else:
            expect(got).close(0 * gradient, atol=0, what="a gradient that was there")
    expect_arrays(reply["weights"], start, "weights afterwards")


@check("m06-optimizer-test", hint="check_numbers(lr=lr) first of all, in the constructor and in set_lr")
def test_rates_that_are_refused(student, rng):
    """Rates below 0 or not finite are refused before anything is touched, 0 is not."""
    expect_refusals(student, "Optimizer", bad_numbers("lr"), [{"lr": 0}, {"lr": 0.5}])
    reply = student.probe("refused_later", bad=list(BAD), good=0.0)
    for error in reply["errors"]:
        expect(error).raises("ValueError", "lr", what="set_lr with a bad rate")
    expect([reply["kept"], reply["now"]]).close([0.5, 0.0], rtol=0, what="lr after bad rates, and after 0")


@check("m06-optimizer-test", hint="read and check everything first, then change the attributes")
def test_a_state_that_does_not_fit(student, rng):
    """A state with something missing or of a wrong shape changes nothing, a right one does."""
    start, gradients = drawn(seed_of(rng), ((2, 3), (4,)), 1)
    *bad, good = student.probe("misfits", start=start, gradients=gradients)
    said_of_each = ("shape", "entries", "lr", "entries", *[""] * 5)  # the last five lack a name each
    expect(bad).length(len(said_of_each), what="refused states")
    for reply, said in zip(bad, said_of_each, strict=True):
        expect(reply["error"]).raises("ValueError", said, what="loading a state that does not fit")
        expect(reply["lr"]).close(0.25, rtol=0, what="lr afterwards")
        expect_arrays(reply["speeds"], gradients[0], "buffers afterwards")
    expect(good["lr"]).close(7.0, rtol=0, what="lr of a state that fits")
    expect_arrays(good["speeds"], [2 * g for g in gradients[0]], "buffers of a state that fits")


# -- 06.2 SGD --------------------------------------------------------------------------------------------------


@check("m06-sgd-test", visible=True, hint="weight minus lr times gradient")
def test_table_of_plain_sgd(student, rng):
    """Plain SGD: 0.9, 0.85, 1.05."""
    expect_table(student, "SGD", {}, oracle.sgd(), "weights")


@check("m06-sgd-test", visible=True, hint="v is momentum times the old v, plus g; the first v is g")
def test_table_of_momentum(student, rng):
    """Momentum 0.9: 0.9, 0.76, 0.834."""
    expect_table(student, "SGD", {"momentum": 0.9}, oracle.sgd(0.9), "weights")


@check("m06-sgd-test", hint="decay goes into the gradient, before the velocity")
def test_table_of_momentum_and_decay(student, rng):
    """Momentum 0.9 with weight decay 0.1; and decay alone."""
    for options in ({"momentum": 0.9, "weight_decay": 0.1}, {"weight_decay": 0.3}):
        expect_table(student, "SGD", options, oracle.sgd(**options), "weights")


@check("m06-sgd-test", hint="one velocity per parameter, in momentum_buffers, None before the first use")
def test_each_parameter_has_its_velocity(student, rng):
    """Two parameters of different shape with velocities of their own."""
    options = {"momentum": 0.8}
    reply = expect_run(student, rng, "SGD", options, ((2, 3), (4,)), 3, show=["momentum_buffers"])
    after = reply["weights"]
    expect_arrays(
        reply["momentum_buffers"], [(one[1] - one[2]) / 0.1 for one in after], "momentum_buffers", rtol=1e-7
    )
    reply = expect_run(
        student, rng, "SGD", options, ((3,), (2,)), 1, missing=[(0, 1)], show=["momentum_buffers"]
    )
    expect(reply["momentum_buffers"]).length(2, what="momentum_buffers")
    expect(reply["momentum_buffers"][1]).equal(None, what="the velocity of a parameter that has not moved")


@check("m06-sgd-test", hint="lr multiplies v when the weight moves; v itself knows nothing of lr")
def test_changing_rates_of_sgd(student, rng):
    """Five steps with another rate each."""
    options = {"momentum": 0.7, "weight_decay": 0.05}
    expect_run(student, rng, "SGD", options, ((2, 2),), 5, rates=[0.1, 0.3, 0.02, 0.5, 0.01])


@check("m06-sgd-test", hint="without a gradient neither weight nor velocity changes, not even by decay")
def test_a_gradient_that_is_missing_once(student, rng):
    """A parameter without gradient in step 2 keeps weight and velocity."""
    options = {"momentum": 0.9, "weight_decay": 0.1}
    expect_run(student, rng, "SGD", options, ((2, 3), (4,)), 4, missing=[(1, 1)])


@check("m06-sgd-test", hint="make a new array, g = g + ...; and the velocity must not be the gradient itself")
def test_sgd_leaves_the_gradient_alone(student, rng):
    """The caller's gradient keeps every bit while the weight moves."""
    for options in ({"weight_decay": 0.5}, {"momentum": 0.5}, {"momentum": 0.5, "weight_decay": 0.5}):
        expect_run(student, rng, "SGD", options, ((3, 2),), 3)


@check("m06-sgd-test", hint="the first velocity is a copy of g: the array of g may be written into again")
def test_the_next_gradient_in_the_same_array(student, rng):
    """The next gradient is written into the array of the last one."""
    start, gradients = drawn(seed_of(rng), ((2, 3), (4,)), 3)
    reply = student.probe(
        "run", kind="SGD", options={"momentum": 0.6}, start=start, gradients=gradients, anew=False
    )
    right = oracle.run(oracle.sgd(0.6), start, gradients, [0.1] * 3)
    expect_arrays(reply["weights"], right, "weights after each step")


@check(
    "m06-sgd-test",
    hint="check_numbers(lr=..., momentum=..., weight_decay=...) before anything else",
)
def test_arguments_sgd_refuses(student, rng):
    """Bad arguments are refused by name, 0 is allowed."""
    names = ("lr", "momentum", "weight_decay")
    expect_refusals(student, "SGD", bad_numbers(*names), [{name: 0} for name in names])


@check("m06-sgd-test", hint="momentum and decay belong to constants, velocities to buffers")
def test_sgd_goes_on_from_a_saved_state(student, rng):
    """A saved and loaded run continues as the uninterrupted one."""
    expect_resumed(student, rng, "SGD", {"momentum": 0.9, "weight_decay": 0.1})


# -- 06.3 RMSprop ----------------------------------------------------------------------------------------------


@check(
    "m06-rmsprop-test",
    visible=True,
    hint="s is alpha times old s plus (1 - alpha) times g squared; g over its root",
)
def test_table_of_rmsprop(student, rng):
    """alpha 0.9: 0.683772, 0.536330, 0.818188."""
    expect_table(student, "RMSprop", {"alpha": 0.9}, oracle.rmsprop(0.9), "weights")


@check("m06-rmsprop-test", hint="b is momentum times old b, plus the finished step")
def test_table_of_rmsprop_with_momentum(student, rng):
    """alpha 0.9 with momentum 0.9."""
    options = {"alpha": 0.9, "momentum": 0.9}
    expect_table(student, "RMSprop", options, oracle.rmsprop(**options), "weights")


@check("m06-rmsprop-test", hint="eps stands outside the root: g / (sqrt(s) + eps)")
def test_a_large_eps_of_rmsprop(student, rng):
    """eps of 0.1."""
    options = {"alpha": 0.9, "eps": 0.1}
    expect_table(student, "RMSprop", options, oracle.rmsprop(**options), "weights")


@check(
    "m06-rmsprop-test", hint="the old average gets alpha, the new square 1 - alpha; the default alpha is 0.99"
)
def test_another_alpha(student, rng):
    """alpha of 0.5, and the default."""
    for options in ({"alpha": 0.5}, {}):
        expect_table(student, "RMSprop", options, oracle.rmsprop(**options), "weights")


@check("m06-rmsprop-test", hint="g + weight_decay * w, before the square is taken")
def test_weight_decay_of_rmsprop(student, rng):
    """Weight decay goes into the gradient."""
    expect_run(student, rng, "RMSprop", {"alpha": 0.8, "weight_decay": 0.4}, ((2, 3),), 4)


@check("m06-rmsprop-test", hint="b gathers steps without lr; lr multiplies b when the weight moves")
def test_changing_rates_of_rmsprop(student, rng):
    """Momentum with another rate in each step."""
    options = {"alpha": 0.9, "momentum": 0.7}
    expect_run(student, rng, "RMSprop", options, ((2, 2),), 4, rates=[0.1, 0.3, 0.02, 0.5])


@check("m06-rmsprop-test", hint="buffers per parameter; without a gradient a parameter is left out")
def test_two_parameters_and_a_missing_gradient(student, rng):
    """Two parameters of different shape, a gradient missing twice."""
    options = {"alpha": 0.9, "momentum": 0.5, "weight_decay": 0.1}
    expect_run(student, rng, "RMSprop", options, ((2, 3), (4,)), 4, missing=[(1, 1), (2, 0)])


@check(
    "m06-rmsprop-test",
    hint="check_numbers with all five numbers, before anything else",
)
def test_arguments_rmsprop_refuses(student, rng):
    """Bad arguments are refused by name, 0 is allowed."""
    names = ("lr", "alpha", "eps", "weight_decay", "momentum")
    expect_refusals(student, "RMSprop", bad_numbers(*names), [{name: 0} for name in names])


# -- 06.4 Adam -------------------------------------------------------------------------------------------------


@check(
    "m06-adam-test", visible=True, hint="both averages start at 0 and are divided by 1 - beta^t, t = 1, 2, 3"
)
def test_table_of_adam(student, rng):
    """The default Adam: 0.900000, 0.806782, 0.827418."""
    expect_table(student, "Adam", {}, oracle.adam(), "weights")


@check("m06-adam-test", visible=True, hint="after the correction m over the root of v is the sign of g")
def test_the_first_step_is_the_sign(student, rng):
    """The first step is lr times the sign of g, for 3 and for 0.003."""
    for g in (3.0, 0.003):
        reply = student.probe(
            "run", kind="Adam", options={}, start=[np.array(1.0)], gradients=[[np.array(g)]]
        )
        expect(reply["weights"][0]).close([1 - 0.1 * g / (g + 1e-8)], rtol=CLOSE, what="weight")


@check("m06-adam-test", hint="the first beta keeps m, the second keeps v; eps outside the root")
def test_other_betas_and_a_large_eps(student, rng):
    """betas (0.5, 0.8) and eps 0.1."""
    options = {"betas": [0.5, 0.8], "eps": 0.1}
    expect_table(student, "Adam", options, oracle.adam(**options), "weights")


@check("m06-adam-test", hint="in Adam the decay is added to the gradient")
def test_weight_decay_in_the_gradient(student, rng):
    """Weight decay 0.1, added to the gradient."""
    expect_table(student, "Adam", {"weight_decay": 0.1}, oracle.adam(weight_decay=0.1), "weights")


@check(
    "m06-adam-test", hint="count the updates of each parameter: t is 1 at its first, whatever step_count says"
)
def test_a_first_gradient_in_step_three(student, rng):
    """A parameter whose first gradient comes in step 3, and all counts."""
    reply = expect_run(
        student,
        rng,
        "Adam",
        {},
        ((2, 3), (4,)),
        4,
        missing=[(0, 1), (1, 1)],
        show=["update_counts", "step_count", "m_buffers", "v_buffers"],
    )
    expect(reply["update_counts"]).equal([4, 2], what="update_counts")
    expect(reply["step_count"]).equal(4, what="step_count")
    for name in ("m_buffers", "v_buffers"):
        expect(reply[name]).length(2, what=name)
        expect(reply[name][0]).shape((2, 3), what=f"{name}, first")
        expect(reply[name][1]).shape((4,), what=f"{name}, second")


@check("m06-adam-test", hint="averages per parameter, kept from step to step")
def test_fifty_steps_of_two_arrays(student, rng):
    """Fifty steps of two arrays with changing rates."""
    rates = [0.05 / (1 + step % 7) for step in range(50)]
    options = {"betas": [0.8, 0.95], "weight_decay": 0.05}
    expect_run(student, rng, "Adam", options, ((2, 2), (3,)), 50, rates=rates)


@check("m06-adam-test", hint="sqrt(V) + eps, with V already corrected; eps as large as g halves the step")
def test_eps_beside_a_tiny_gradient(student, rng):
    """A gradient of 1e-8, beside which eps counts."""
    gradients = [[np.array([1e-8, -3e-8])] for _ in range(3)]
    start = [np.array([1.0, -2.0])]
    reply = student.probe("run", kind="Adam", options={}, start=start, gradients=gradients)
    right = oracle.run(oracle.adam(), start, gradients, [0.1] * 3)
    expect_arrays(reply["weights"], right, "weights after each step")


@check("m06-adam-test", hint="moments, update_counts and step_count all belong to the state")
def test_adam_goes_on_from_a_saved_state(student, rng):
    """A saved and loaded run continues as the uninterrupted one."""
    expect_resumed(student, rng, "Adam", {"betas": [0.8, 0.9], "eps": 0.01, "weight_decay": 0.1})


@check(
    "m06-adam-test", hint="check_numbers for lr, eps and weight_decay, check_betas for betas, first of all"
)
def test_arguments_adam_refuses(student, rng):
    """Bad arguments are refused by name, 0 is allowed."""
    bad = bad_numbers("lr", "eps", "weight_decay") + [{"betas": betas} for betas in BAD_BETAS]
    good = [{"lr": 0}, {"eps": 0}, {"weight_decay": 0}, {"betas": [0, 0]}]
    expect_refusals(student, "Adam", bad, good)


# -- 06.5 AdamW ------------------------------------------------------------------------------------------------


def both_orders(weight_decay, **options):
    return [oracle.adam(**options, decoupled=weight_decay, decay_last=last) for last in (False, True)]


def nearer(found, runs):
    """The run whose first array is nearer to the one found: the order that is meant; the first if it is no array."""
    first = found[0] if isinstance(found, list) and found else None
    if not isinstance(first, np.ndarray) or first.shape != runs[0][0].shape:
        return runs[0]
    return min(runs, key=lambda run: float(np.abs(first - run[0]).sum()))


def expect_adamw(student, start, gradients, rates, weight_decay, show=(), **options):
    """The decay before the step or after it: one of the two, for all parameters and all steps; returns the reply."""
    found = student.probe(
        "run",
        kind="AdamW",
        options={**options, "weight_decay": weight_decay},
        start=start,
        gradients=gradients,
        rates=rates,
        show=list(show),
    )
    runs = [oracle.run(rule, start, gradients, rates) for rule in both_orders(weight_decay, **options)]
    expect_arrays(found["weights"], nearer(found["weights"], runs), "weights after each step")
    expect(found["gradients kept"]).equal(True, what="the gradients are as they were")
    return found


@check(
    "m06-adamw-test",
    visible=True,
    hint="w - lr * weight_decay * w, and beside it the Adam step of the plain gradient",
)
def test_tables_of_adamw(student, rng):
    """Weight decay 0.1, decayed before or after the step."""
    before, after = both_orders(0.1)
    found, first = table(student, "AdamW", {"weight_decay": 0.1}, before)
    (second,) = oracle.run(after, [np.array(1.0)], [[np.array(g)] for g in TABLE], [0.1] * 3)
    expect(found).one_of([first, second], rtol=CLOSE, what="weights")


@check("m06-adamw-test", hint="the decay is lr times weight_decay times w, with the lr of this step")
def test_decay_with_two_rates(student, rng):
    """A decay of 0.3 with two rates."""
    start, gradients = drawn(seed_of(rng), ((2, 3),), 4)
    expect_adamw(student, start, gradients, [0.1, 0.1, 0.03, 0.03], 0.3)


@check("m06-adamw-test", hint="the averages see the plain gradient: the decay is no part of it")
def test_moments_know_nothing_of_the_decay(student, rng):
    """Both moments are the same with and without decay, the weights are not."""
    start, gradients = drawn(seed_of(rng), ((2, 3),), 3)
    show = ["m_buffers", "v_buffers"]
    question = {"kind": "AdamW", "start": start, "gradients": gradients, "show": show}
    decayed = student.probe("run", options={"weight_decay": 0.5}, **question)
    plain = student.probe("run", options={"weight_decay": 0.0}, **question)
    m, v = np.zeros((2, 3)), np.zeros((2, 3))
    for (g,) in gradients:
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2
    for reply in (decayed, plain):
        expect_arrays(reply["m_buffers"], [m], "m_buffers")
        expect_arrays(reply["v_buffers"], [v], "v_buffers")
    right = oracle.run(oracle.adam(), start, gradients, [0.1] * 3)
    expect_arrays(plain["weights"], right, "weights without decay")
    expect(decayed["weights"][0]).true(
        lambda got: not np.allclose(got, right[0]), "the same as without decay", what="weights with decay"
    )


@check("m06-adamw-test", hint="a parameter without gradient is left out altogether, decay included")
def test_no_decay_without_a_gradient(student, rng):
    """A parameter without gradient is not decayed."""
    start, gradients = drawn(seed_of(rng), ((2, 3), (4,)), 3, missing=[(0, 1), (2, 1)])
    expect_adamw(student, start, gradients, [0.1] * 3, 0.4)


@check("m06-adamw-test", hint="step_count is raised once per step, as in Adam; direction counts the updates")
def test_counts_of_adamw(student, rng):
    """The counts of steps and of updates, with a gradient missing twice."""
    start, gradients = drawn(seed_of(rng), ((2, 3), (4,)), 4, missing=[(0, 1), (2, 1)])
    reply = expect_adamw(student, start, gradients, [0.1] * 4, 0.0, show=["update_counts", "step_count"])
    expect(reply["update_counts"]).equal([4, 2], what="update_counts")
    expect(reply["step_count"]).equal(4, what="step_count")


@cache
def two_hundred(seed):
    return drawn(seed, ((3,), (2,)), 200)


@check("m06-adamw-test", hint="nothing may be lost or doubled over many steps: averages, counts, decay")
def test_two_hundred_steps(student, rng):
    """Two hundred steps."""
    start, gradients = two_hundred(seed_of(rng))
    expect_adamw(student, start, gradients, [0.02] * 200, 0.05)


@check("m06-adamw-test", hint="hand betas and eps on to Adam; the default weight_decay is 0.01")
def test_other_betas_and_eps_of_adamw(student, rng):
    """Other betas and eps, and the default decay."""
    start, gradients = drawn(seed_of(rng), ((2, 2),), 3)
    expect_adamw(student, start, gradients, [0.1] * 3, 0.2, betas=[0.6, 0.8], eps=0.05)
    reply = student.probe("run", kind="AdamW", options={}, start=start, gradients=gradients)
    runs = [oracle.run(rule, start, gradients, [0.1] * 3) for rule in both_orders(0.01)]
    expect_arrays(reply["weights"], nearer(reply["weights"], runs), "weights with the default settings")


@check("m06-adamw-test", hint="let the constructor of Adam do the checking")
def test_arguments_adamw_refuses(student, rng):
    """Bad arguments are refused by name, 0 is allowed."""
    bad = bad_numbers("lr", "eps", "weight_decay") + [{"betas": betas} for betas in BAD_BETAS]
    good = [{"lr": 0}, {"eps": 0}, {"weight_decay": 0}, {"betas": [0, 0]}]
    expect_refusals(student, "AdamW", bad, good)


# -- 06.6 fit_linear -------------------------------------------------------------------------------------------

LINE = {"X": np.array([[1.0], [2.0]]), "y": np.array([[2.0], [4.0]])}
NOTHING = {"weight": np.zeros((1, 1)), "bias": np.zeros(1)}


@check(
    "m06-fit-linear-test",
    visible=True,
    hint="zero_grad, forward, loss, backward, step; the loss of before the step",
)
def test_table_of_the_line(student, rng):
    """Three epochs on two points: losses and weights."""
    reply = student.probe("fitted", **NOTHING, **LINE, lr=0.1, epochs=3)
    losses, weight, bias = oracle.fit(**NOTHING, **LINE, rule=oracle.sgd(), lr=0.1, epochs=3)
    expect(reply["losses"]).close(losses, rtol=CLOSE, what="losses")
    expect(reply["weight"]).close(weight, rtol=CLOSE, what="weight")
    expect(reply["bias"]).close(bias, rtol=CLOSE, what="bias")


@cache
def thirty_two_rows(seed):
    rng = np.random.default_rng(seed)
    data = {"X": rng.normal(size=(32, 10)), "y": rng.normal(size=(32, 2))}
    return data, {"weight": rng.normal(size=(10, 2)), "bias": rng.normal(size=2)}


@cache
def six_epochs(seed):
    data, start = thirty_two_rows(seed)
    return oracle.fit(**start, **data, rule=oracle.adam(), lr=0.01, epochs=6)


@check("m06-fit-linear-test", hint="one update per epoch on all rows together, in the order of the text")
def test_thirty_two_rows_with_adam(student, rng):
    """32 rows of 10 numbers with Adam: every loss and all weights."""
    seed = seed_of(rng)
    data, start = thirty_two_rows(seed)
    reply = student.probe("fitted", **start, **data, lr=0.01, epochs=6, betas=[0.9, 0.999])
    losses, weight, bias = six_epochs(seed)
    expect(reply["losses"]).close(losses, rtol=CLOSE, what="losses")
    expect(reply["weight"]).close(weight, rtol=CLOSE, atol=ZERO, what="weight")
    expect(reply["bias"]).close(bias, rtol=CLOSE, atol=ZERO, what="bias")


@check(
    "m06-fit-linear-test",
    hint="random targets cannot be fitted, but the loop must come down to least squares",
)
def test_down_to_least_squares(student, rng):
    """Random targets: the last loss is within 1 % of the smallest possible one.

    Plain steps of 0.25 shrink the slowest of the 11 directions by a tenth or more per epoch.
    """
    data, start = thirty_two_rows(seed_of(rng))
    reply = student.probe("fitted", **start, **data, lr=0.25, epochs=300, last_only=True)
    least = oracle.least_loss(**data)
    expect(reply["losses"]).at_least(least * (1 - 1e-9), what="last loss").at_most(
        least * 1.01, what="last loss"
    )


@check("m06-fit-linear-test", hint="zero_grad stands before the first backward, too")
def test_gradients_left_over_from_before(student, rng):
    """Gradients that were in the model before the call do not matter."""
    stale = [rng.normal(size=(1, 1)) * 100, rng.normal(size=1) * 100]
    reply = student.probe("fitted", **NOTHING, **LINE, lr=0.1, epochs=2, stale=stale)
    losses, weight, bias = oracle.fit(**NOTHING, **LINE, rule=oracle.sgd(), lr=0.1, epochs=2)
    expect(reply["losses"]).close(losses, rtol=CLOSE, what="losses")
    expect(reply["weight"]).close(weight, rtol=CLOSE, what="weight")
    expect(reply["bias"]).close(bias, rtol=CLOSE, what="bias")


@check("m06-fit-linear-test", hint="the list holds one loss per epoch, and starts empty in each call")
def test_no_epochs_and_three(student, rng):
    """No epochs give an empty list, three give three numbers."""
    none, three = (student.probe("fitted", **NOTHING, **LINE, lr=0.1, epochs=n) for n in (0, 3))
    expect(none["losses"]).equal([], what="losses of no epochs")
    expect(none["weight"]).close(np.zeros((1, 1)), what="weight after no epochs")
    expect(three["losses"]).length(3, what="losses of three epochs")
    expect(three["losses"][0]).close(10.0, rtol=CLOSE, what="first of three losses")


@check("m06-fit-linear-test", hint="compute with X and y, never write into them")
def test_the_data_stay_as_they_are(student, rng):
    """Inputs and targets are unchanged, the weights are not."""
    data, start = thirty_two_rows(seed_of(rng))
    reply = student.probe("fitted", **start, **data, lr=0.1, epochs=2)
    expect(reply["unchanged"]).equal([True, True], what="X and y are the same as before")
    _, weight, _ = oracle.fit(**start, **data, rule=oracle.sgd(), lr=0.1, epochs=2)
    expect(reply["weight"]).close(weight, rtol=CLOSE, atol=ZERO, what="weight")


# -- 06.7 moves ------------------------------------------------------------------------------------------------

DECIMALS = 6e-4  # three decimals, rounded or cut


def second_move(gradient):
    """How far Adam moves in a second step with this gradient, after a first one with 1."""
    gradients = [[np.array(1.0)], [np.array(gradient)]]
    ((first, second),) = oracle.run(oracle.adam(), [np.array(1.0)], gradients, [0.1, 0.1])
    return second - first


@check("m06-moves-test", hint="the same gradient again: both corrected averages are what they were")
def test_move_with_the_old_gradient(student, rng):
    """The old gradient is still there."""
    expect(student.probe("answer", key="stale")).close(second_move(1.0), rtol=0, atol=DECIMALS, what="stale")


@check("m06-moves-test", hint="a gradient of zeros lets the averages fade, and m is still above 0")
def test_move_with_zeros(student, rng):
    """The gradient was set to zeros."""
    expect(student.probe("answer", key="zeros")).close(second_move(0.0), rtol=0, atol=DECIMALS, what="zeros")


@check(
    "m06-moves-test", hint="what does step do with a parameter whose gradient is None? And with the others?"
)
def test_move_without_a_gradient(student, rng):
    """The gradient was set to None, unlike the other two cases."""
    expect(student.probe("answer", key="none")).close(0.0, atol=DECIMALS, what="none")
    for key in ("stale", "zeros"):  # three times 0 is no answer
        expect(student.probe("answer", key=key)).below(-DECIMALS, what=key)
