"""07.6: a resumed run is the run that never stopped, and a file that does not fit changes nothing."""

from __future__ import annotations

import numpy as np
import pytest

from tinytorch.core.losses import MSELoss
from tinytorch.core.optimizers import SGD, Adam, AdamW
from tinytorch.given.pack import pack, unpack

KINDS = {
    "momentum": lambda p: SGD(p, lr=0.05, momentum=0.9, weight_decay=0.01),
    "adam": lambda p: Adam(p, lr=0.01, betas=(0.8, 0.95)),
    "adamw": lambda p: AdamW(p, lr=0.01, weight_decay=0.1),
}
KEYS = {
    "epoch",
    "step",
    "model_state",
    "optimizer_state",
    "scheduler_state",
    "grad_clip_norm",
    "history",
    "training_mode",
}


def make(ns, rng, kind="adam", sizes=(3, 4, 2), schedule=True, clip=0.3):
    model = ns["mlp"](*sizes, rng=rng)
    cosine = ns["CosineSchedule"](0.05, 0.002, 5) if schedule else None
    return ns["Trainer"](model, KINDS[kind](model.parameters()), MSELoss(), cosine, clip)


def state(trainer):
    return [
        [np.array(p.data) for p in trainer.model.parameters()],
        trainer.optimizer.state_dict(),
        vars(trainer.scheduler).copy() if trainer.scheduler else None,
        (trainer.epoch, trainer.step, trainer.grad_clip_norm, trainer.training_mode),
        {key: list(value) for key, value in trainer.history.items()},
    ]


def same(a, b):
    np.testing.assert_equal(a, b)  # exact, and reaches into lists and dicts
    return True


@pytest.fixture
def batches(rng):
    return [(rng.normal(size=(n, 3)), rng.normal(size=(n, 2))) for n in (6, 6, 2)]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("schedule", [True, False])
def test_two_and_three_epochs_are_five(ns, rng, tmp_path, batches, kind, schedule):
    trainer = make(ns, rng, kind, schedule=schedule)
    resumed = make(ns, rng, kind, schedule=schedule, clip=7.0)
    if schedule:
        resumed.scheduler.max_lr, resumed.scheduler.total_epochs = 0.9, 77
    resumed.optimizer.set_lr(0.77)
    for epoch in range(5):
        if epoch == 2:
            trainer.save_checkpoint(tmp_path / "a" / "b" / "kept.npz")
            resumed.load_checkpoint(str(tmp_path / "a" / "b" / "kept.npz"))
            assert same(state(resumed), state(trainer))
        trainer.train_epoch(batches, accumulation_steps=2)
        if epoch >= 2:
            resumed.train_epoch(batches, accumulation_steps=2)
    assert same(state(resumed), state(trainer))
    assert trainer.step == 10


def test_the_file_holds_the_agreed_keys_and_no_pickle(ns, rng, tmp_path):
    trainer = make(ns, rng, schedule=False, clip=None)
    trainer.save_checkpoint(tmp_path / "kept.npz")
    saved = unpack(tmp_path / "kept.npz")
    assert set(saved) == KEYS
    assert list(saved["model_state"]) == [0, 1, 2, 3]
    assert saved["scheduler_state"] is None
    with np.load(tmp_path / "kept.npz", allow_pickle=False) as arrays:
        assert all(arrays[name].dtype != object for name in arrays.files)


def test_states_are_copies_both_ways(ns, rng, batches):
    trainer = make(ns, rng)
    trainer.train_epoch(batches)
    kept = trainer._get_model_state(), trainer._get_optimizer_state(), trainer._get_scheduler_state()
    frozen = make(ns, rng)
    frozen._set_model_state(kept[0])
    frozen._set_optimizer_state(kept[1])
    frozen._set_scheduler_state(kept[2])
    copied = state(frozen)[:3]
    for one in (trainer, frozen):
        one.train_epoch(batches)
        one.scheduler.max_lr = 44.0
    again = make(ns, rng)
    again._set_model_state(kept[0])
    again._set_optimizer_state(kept[1])
    again._set_scheduler_state(kept[2])
    assert same(state(again)[:3], copied)


def broken(saved):
    """Files that do not fit, one trouble each."""
    yield {**saved, "model_state": {i: a for i, a in saved["model_state"].items() if i != 2}}
    yield {**saved, "model_state": {**saved["model_state"], 9: np.zeros(2)}}
    yield {**saved, "model_state": {**saved["model_state"], 3: np.zeros(3)}}
    yield {**saved, "model_state": {**saved["model_state"], 3: saved["model_state"][3][None]}}
    yield {**saved, "optimizer_state": {**saved["optimizer_state"], "m_buffers": [np.zeros(1)] * 4}}
    yield {
        **saved,
        "optimizer_state": {k: v for k, v in saved["optimizer_state"].items() if k != "v_buffers"},
    }
    for key in KEYS - {"grad_clip_norm"}:
        yield {k: v for k, v in saved.items() if k != key}


def test_a_file_that_does_not_fit_changes_nothing_and_a_right_one_loads(ns, rng, tmp_path, batches):
    right, trainer = make(ns, rng), make(ns, rng, clip=0.9)
    right.train_epoch(batches)
    right.save_checkpoint(tmp_path / "right.npz")
    before, troubles = state(trainer), list(broken(unpack(tmp_path / "right.npz")))
    for number, content in enumerate(troubles):
        pack(tmp_path / f"{number}.npz", content)
        with pytest.raises(ValueError, match="Checkpoint parameter"):
            trainer.load_checkpoint(tmp_path / f"{number}.npz")
        assert same(state(trainer), before)
    assert len(troubles) == 13
    trainer.load_checkpoint(tmp_path / "right.npz")
    assert same(state(trainer), state(right))


def test_a_file_without_limit_keeps_the_limit_and_one_with_none_takes_it_away(ns, rng, tmp_path):
    saver, trainer = make(ns, rng, clip=None), make(ns, rng, clip=0.7)
    saver.save_checkpoint(tmp_path / "new.npz")
    content = unpack(tmp_path / "new.npz")
    del content["grad_clip_norm"]
    pack(tmp_path / "old.npz", content)
    trainer.load_checkpoint(tmp_path / "old.npz")
    assert trainer.grad_clip_norm == 0.7
    trainer.load_checkpoint(tmp_path / "new.npz")
    assert trainer.grad_clip_norm is None


@pytest.mark.parametrize("mode", [True, False])
def test_the_mode_saved_is_the_mode_loaded(ns, rng, tmp_path, batches, mode):
    saver, trainer = make(ns, rng), make(ns, rng)
    for one, training in ((saver, mode), (trainer, not mode)):
        one.train_epoch(batches) if training else one.evaluate(batches)
    saver.save_checkpoint(tmp_path / "kept.npz")
    trainer.load_checkpoint(tmp_path / "kept.npz")
    assert trainer.training_mode is mode
    assert {layer.training for layer in ns["layers_of"](trainer.model)} == {mode}


def test_an_interrupted_write_leaves_the_old_file(ns, rng, tmp_path, batches, monkeypatch):
    trainer = make(ns, rng)
    trainer.save_checkpoint(tmp_path / "kept.npz")
    old = (tmp_path / "kept.npz").read_bytes()
    trainer.train_epoch(batches)

    def full(*_, **__):
        raise OSError("no space left on device")

    monkeypatch.setattr(np, "savez", full)
    with pytest.raises(OSError, match="no space"):
        trainer.save_checkpoint(tmp_path / "kept.npz")
    assert (tmp_path / "kept.npz").read_bytes() == old
    assert len(list(tmp_path.iterdir())) == 1
