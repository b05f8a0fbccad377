"""Multi-layer perceptrons on two moons and on small digits, after modules 01 to 07.

A straight line cannot follow two interleaved half circles, and it does not know a digit again that was moved by one
pixel. Both need a layer between: here it is yours, trained by your Trainer with your schedule and clipping. What a
straight line reaches (least squares on the same numbers) stands beside it.

Run it with:  tito milestone run mlp
"""

import matplotlib.pyplot as plt
import numpy as np

from tinytorch.core.activations import softmax
from tinytorch.core.layers import Linear, ReLU, Sequential, Tanh
from tinytorch.core.losses import CrossEntropyLoss
from tinytorch.core.optimizers import Adam
from tinytorch.core.tensor import Tensor
from tinytorch.core.training import CosineSchedule, Trainer, evaluating
from tinytorch.given.data import batches, two_moons
from tinytorch.given.glyphs import glyph_digits

MOON_EPOCHS, DIGIT_EPOCHS = 40, 25
TRAIN, TEST = 2000, 1000
GOAL = 0.8


def straight(X, y, X_new, y_new):
    """Share of new rows a linear model gets right: least squares on one-hot targets, with a constant column."""
    ones = [np.column_stack([part, np.ones(len(part))]) for part in (X, X_new)]
    weights = np.linalg.lstsq(ones[0], np.eye(y.max() + 1)[y], rcond=None)[0]
    return float(np.mean((ones[1] @ weights).argmax(axis=1) == y_new))


def train(model, X, y, epochs, lr, rng, step):
    """Train with your Trainer, a new order in every epoch; returns the losses."""
    trainer = Trainer(
        model,
        Adam(model.parameters(), lr=lr),
        CrossEntropyLoss(),
        scheduler=CosineSchedule(lr, lr / 100, epochs),
        grad_clip_norm=5.0,
    )
    for _ in range(epochs):
        order = rng.permutation(len(X))
        trainer.train_epoch(batches(X[order], y[order], 32))
        step()
    return trainer.history["train_loss"]


def outputs(model, X):
    """What the model says for each row, in evaluation mode."""
    with evaluating(model):
        return model(Tensor(X)).numpy()


def main(stage):
    done, total = 0, MOON_EPOCHS + DIGIT_EPOCHS

    def step():
        nonlocal done
        done += 1
        stage.step(done, total)

    stage.step(0, total)
    rng = np.random.default_rng(7)
    moons = [two_moons(n, 0.15, np.random.default_rng(seed)) for n, seed in ((400, 701), (400, 702))]
    curved = Sequential(Linear(2, 16, rng=rng), Tanh(), Linear(16, 2, rng=rng))
    train(curved, *moons[0], MOON_EPOCHS, 0.03, rng, step)
    moons_right = float(np.mean(outputs(curved, moons[1][0]).argmax(axis=1) == moons[1][1]))
    moons_straight = straight(*moons[0], *moons[1])

    digits = [glyph_digits(n, np.random.default_rng(seed)) for n, seed in ((TRAIN, 703), (TEST, 704))]
    (X, y), (X_new, y_new) = [(pictures.reshape(len(pictures), 64), labels) for pictures, labels in digits]
    reader = Sequential(Linear(64, 64, rng=rng), ReLU(), Linear(64, 10, rng=rng))
    losses = train(reader, X, y, DIGIT_EPOCHS, 0.003, rng, step)
    said = outputs(reader, X_new).argmax(axis=1)
    reached, baseline = float(np.mean(said == y_new)), straight(X, y, X_new, y_new)

    stage.figure(
        draw(curved, moons[1], digits[1], said, losses),
        f"Two moons with the curved border the network found, {moons_right:.0%} of new points on the right side; "
        f"twelve digits with what the network read, {reached:.0%} of {TEST} right; "
        f"and the loss of the digit network falling from {losses[0]:.2f} to {losses[-1]:.2f}.",
    )
    stage.table(
        ("data", "network", "new ones right", "a straight line"),
        [
            ("two moons", "2-16-2, tanh", f"{moons_right:.1%}", f"{moons_straight:.1%}"),
            ("digits", "64-64-10, ReLU", f"{reached:.1%}", f"{baseline:.1%}"),
        ],
    )
    stage.measured(
        f"of {TEST} new digits were read right",
        reached,
        baseline=baseline,
        baseline_is="a linear model of the same pixels, by least squares",
        goal=GOAL,
    )


def draw(curved, moons, digits, said, losses):
    """The border between the moons, some digits as they were read, and the loss."""
    figure = plt.figure(figsize=(11, 4.2), layout="constrained")
    plane, reading, falling = figure.subfigures(1, 3)

    axes = plane.subplots()
    X, y = moons
    across, up = np.meshgrid(np.linspace(-1.6, 2.6, 80), np.linspace(-1.2, 1.7, 60))
    sure = softmax(outputs(curved, np.column_stack([across.ravel(), up.ravel()])))[:, 1].reshape(across.shape)
    axes.contourf(across, up, sure, levels=[0, 0.5, 1], colors=["tab:blue", "tab:orange"], alpha=0.2)
    for group, mark, colour in ((0, "o", "tab:blue"), (1, "s", "tab:orange")):
        axes.scatter(*X[y == group].T, marker=mark, s=10, color=colour)
    axes.set(title="Two moons and the border found", xlabel="x1", ylabel="x2")

    pictures, labels = digits
    grid = reading.subplots(3, 4)
    reading.suptitle("Digits and what was read")
    for i, cell in enumerate(grid.ravel()):
        cell.imshow(pictures[i, 0], cmap="gray_r", vmin=-0.3, vmax=1.2)
        cell.set_title(f"{said[i]}" if said[i] == labels[i] else f"{said[i]}, is {labels[i]}", fontsize=9)
        cell.set_axis_off()

    axes = falling.subplots()
    axes.plot(range(1, len(losses) + 1), losses, "o-", markersize=3)
    axes.set(title="Loss on the digits", xlabel="epoch", ylabel="cross-entropy in nats", ylim=0)
    return figure


if __name__ == "__main__":
    raise SystemExit("Run it with:  tito milestone run mlp")
