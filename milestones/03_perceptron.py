"""The perceptron: one Linear layer that learns to tell two groups of points apart, after modules 01 to 03.

Nobody has differentiated anything yet, so the layer is taught by the oldest rule there is: go through the points one
by one, and whenever the layer puts one on the wrong side, add the point to the weights or take it away. When the
groups can be divided by a straight line, this ends after finitely many corrections.

Source: Rosenblatt 1958; that it ends: Novikoff 1962.

Run it with:  tito milestone run perceptron
"""

import matplotlib.pyplot as plt
import numpy as np

from tinytorch.core.layers import Linear
from tinytorch.core.tensor import Tensor

TRAIN, TEST, PASSES = 100, 500, 40
GAP = 0.05  # no point is nearer to the true line than this, or the last corrections take for ever
GOAL = 0.95


def points(n, rng):
    """n points of the plane and their group: X (n, 2), y (n,) of 0 and 1; a straight line divides them."""
    normal, offset = np.array([0.8, -0.6]), 0.4
    X = rng.normal(size=(8 * n, 2))
    side = X @ normal - offset
    kept = np.flatnonzero(np.abs(side) > GAP)[:n]
    return X[kept], (side[kept] > 0).astype(int)


def groups(layer, X):
    """The group the layer sees for each point: 1 where its output is above 0."""
    return (layer(Tensor(X)).numpy()[:, 0] > 0).astype(int)


def one_pass(layer, X, y):
    """Show every point once and correct the layer after each mistake; returns the number of mistakes."""
    mistakes = 0
    for x, wanted in zip(X, y, strict=True):
        error = wanted - groups(layer, x[None])[0]  # 1, 0 or -1
        if error:
            layer.weight.data[:, 0] += error * x
            layer.bias.data[0] += error
            mistakes += 1
    return mistakes


def line_of(layer, across):
    """Heights at which the layer's output is 0, for these places across the plane."""
    (a, b), c = layer.weight.numpy()[:, 0], layer.bias.numpy()[0]
    return -(a * across + c) / b


def main(stage):
    X, y = points(TRAIN, np.random.default_rng(301))
    X_new, y_new = points(TEST, np.random.default_rng(302))
    layer = Linear(2, 1, rng=np.random.default_rng(1))

    def accuracy(X, y):
        return float(np.mean(groups(layer, X) == y))

    across = np.linspace(-3, 3, 50)
    first_line, before = line_of(layer, across), (accuracy(X, y), accuracy(X_new, y_new))
    mistakes = []
    for number in range(PASSES):
        stage.step(number, PASSES)
        mistakes.append(one_pass(layer, X, y))
        if mistakes[-1] == 0:
            break
    reached = accuracy(X_new, y_new)
    baseline = max(np.mean(y_new), 1 - np.mean(y_new))

    figure, (plane, course) = plt.subplots(1, 2, figsize=(10, 4.2), layout="constrained")
    for group, mark, colour in ((0, "o", "tab:blue"), (1, "s", "tab:orange")):
        plane.scatter(
            *X_new[y_new == group].T, marker=mark, s=14, alpha=0.5, color=colour, label=f"group {group}"
        )
    plane.plot(across, first_line, "k:", label="before learning")
    plane.plot(across, line_of(layer, across), "k-", label="after learning")
    plane.set(title="New points and the layer's line", xlim=(-3, 3), ylim=(-3, 3), xlabel="x1", ylabel="x2")
    plane.legend(loc="upper left", fontsize="small")
    course.plot(range(1, len(mistakes) + 1), mistakes, "o-")
    course.set(
        title="Corrections in each pass", xlabel="pass over the training points", ylabel="corrections", ylim=0
    )
    course.set_xticks(range(1, len(mistakes) + 1))
    stage.figure(
        figure,
        f"Two groups of points. The line of the untrained layer puts {before[1]:.0%} of the new points on the right "
        f"side, the learned line {reached:.0%}. Beside it, corrections per pass fall from {mistakes[0]} to "
        f"{mistakes[-1]}.",
    )
    stage.table(
        ("layer", "corrections in its last pass", "training points right", "new points right"),
        [
            ("as it was made", "-", f"{before[0]:.1%}", f"{before[1]:.1%}"),
            (f"after {len(mistakes)} passes", mistakes[-1], f"{accuracy(X, y):.1%}", f"{reached:.1%}"),
        ],
    )
    stage.measured(
        f"of {TEST} new points are in the right group",
        reached,
        baseline=baseline,
        baseline_is="always the larger group",
        goal=GOAL,
    )


if __name__ == "__main__":
    raise SystemExit("Run it with:  tito milestone run perceptron")
