"""A small convolutional network on the digits, after modules 01 to 09.

The same digits at random places that a network of dense layers read after module 07. There every place had to be
learned by itself; a convolution looks everywhere with the same few weights. Dense layers and your SimpleCNN, with
about the same number of parameters, see the same pictures in the same number of epochs.

Run it with:  tito milestone run cnn
"""

import matplotlib.pyplot as plt
import numpy as np

from tinytorch.core.dataloader import DataLoader, TensorDataset
from tinytorch.core.layers import Linear, ReLU, Sequential
from tinytorch.core.losses import CrossEntropyLoss
from tinytorch.core.optimizers import Adam
from tinytorch.core.spatial import SimpleCNN
from tinytorch.core.tensor import Tensor
from tinytorch.core.training import Trainer, evaluating
from tinytorch.given.glyphs import glyph_digits

TRAIN, TEST, EPOCHS, BATCH = 2000, 1000, 10, 32
GOAL = 0.85


def count(model):
    """Numbers the model learns."""
    return sum(p.data.size for p in model.parameters())


def right(model, X, y):
    """Which pictures the model reads right: (n,) bool. In evaluation mode, a part at a time to save memory."""
    with evaluating(model):
        said = [
            model(Tensor(X[start : start + 200])).numpy().argmax(axis=1) for start in range(0, len(X), 200)
        ]
    return np.concatenate(said) == y


def train(model, data, test, rng, step):
    """Train on shuffled batches; returns the share of new pictures read right after each epoch."""
    trainer = Trainer(model, Adam(model.parameters(), lr=0.005), CrossEntropyLoss())
    loader = DataLoader(TensorDataset(*data), batch_size=BATCH, shuffle=True, rng=rng)

    def told():
        for batch in loader:
            yield batch
            step()

    shares = []
    for _ in range(EPOCHS):
        trainer.train_epoch(told())
        shares.append(float(np.mean(right(model, *test))))
    return shares


def main(stage):
    done, total = 0, 2 * EPOCHS * -(-TRAIN // BATCH)

    def step():
        nonlocal done
        done += 1
        stage.step(done, total)

    stage.step(0, total)
    (X, y), (X_new, y_new) = (
        glyph_digits(n, np.random.default_rng(seed)) for n, seed in ((TRAIN, 901), (TEST, 902))
    )
    flat, flat_new = X.reshape(TRAIN, -1), X_new.reshape(TEST, -1)

    rng = np.random.default_rng(9)
    dense = Sequential(Linear(64, 26, rng=rng), ReLU(), Linear(26, 10, rng=rng))
    dense_shares = train(dense, (flat, y), (flat_new, y_new), rng, step)
    cnn = SimpleCNN(rng=rng)
    shares = train(cnn, (X, y), (X_new, y_new), rng, step)
    reached, baseline = shares[-1], dense_shares[-1]

    stage.figure(
        draw(cnn, dense_shares, shares, right(cnn, X_new, y_new), y_new),
        f"Share of new digits read right by epoch: dense layers come to {baseline:.0%}, the convolutional network "
        f"to {reached:.0%}. Beside it the share of each digit, and the kernels of the first convolution.",
    )
    stage.table(
        ("model", "parameters", "after 1 epoch", f"after {EPOCHS} epochs"),
        [
            ("dense 64-26-10", count(dense), f"{dense_shares[0]:.1%}", f"{baseline:.1%}"),
            ("SimpleCNN", count(cnn), f"{shares[0]:.1%}", f"{reached:.1%}"),
        ],
    )
    stage.measured(
        f"of {TEST} new digits were read right",
        reached,
        baseline=baseline,
        baseline_is="dense layers with about as many parameters",
        goal=GOAL,
    )


def draw(cnn, dense_shares, shares, is_right, labels):
    """Accuracy by epoch, accuracy by digit, and what the first kernels look like."""
    figure = plt.figure(figsize=(11, 4.2), layout="constrained")
    rising, digits, kernels = figure.subfigures(1, 3)

    axes, epochs = rising.subplots(), range(1, EPOCHS + 1)
    axes.plot(epochs, shares, "o-", label="SimpleCNN")
    axes.plot(epochs, dense_shares, "s--", label="dense layers")
    axes.set(title="New digits read right", xlabel="epoch", ylabel="share", ylim=(0, 1.02))
    axes.legend(loc="lower right", fontsize="small")

    axes = digits.subplots()
    axes.bar(range(10), [np.mean(is_right[labels == digit]) for digit in range(10)])
    axes.set(
        title="Read right, digit by digit", xlabel="digit", ylabel="share", ylim=(0, 1.02), xticks=range(10)
    )

    kernels.suptitle("Kernels of the first convolution")
    first = next(p.data for p in cnn.parameters() if p.data.ndim == 4)  # (8, 1, 3, 3)
    limit = np.abs(first).max()
    for cell, kernel in zip(kernels.subplots(2, 4).ravel(), first[:, 0], strict=True):
        cell.imshow(kernel, cmap="PuOr", vmin=-limit, vmax=limit)
        cell.set_axis_off()
    return figure


if __name__ == "__main__":
    raise SystemExit("Run it with:  tito milestone run cnn")
