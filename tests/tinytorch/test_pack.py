"""Packing: what goes in comes out, a crash leaves the old file, and nothing foreign is read."""

from __future__ import annotations

import json
import math
import os
import pickle
import zipfile

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from tinytorch.given.pack import pack, unpack

arrays = hnp.arrays(
    dtype=st.one_of(
        hnp.boolean_dtypes(),
        hnp.integer_dtypes(),
        hnp.floating_dtypes(sizes=(16, 32, 64)),
        hnp.complex_number_dtypes(),
    ),
    shape=hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=3),
)
leaves = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(), arrays)
keys = st.one_of(st.text(), st.integers())
trees = st.recursive(
    leaves, lambda inner: st.one_of(st.lists(inner), st.dictionaries(keys, inner)), max_leaves=12
)


def alike(a, b):
    """Equal in type, order and bits, which == is not for NaN, -0.0, True and arrays."""
    if type(a) is not type(b):
        return False
    if isinstance(a, np.ndarray):
        return a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()
    if isinstance(a, float):
        return (
            math.isnan(a) and math.isnan(b)
            if math.isnan(a)
            else (a == b and math.copysign(1, a) == math.copysign(1, b))
        )
    if isinstance(a, list):
        return len(a) == len(b) and all(map(alike, a, b))
    if isinstance(a, dict):
        return alike(list(a), list(b)) and alike(list(a.values()), list(b.values()))
    return a == b


@given(tree=trees)
@settings(
    max_examples=120,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_what_goes_in_comes_out(tree, tmp_path):
    path = tmp_path / "tree.npz"
    pack(path, tree)
    assert alike(unpack(path), tree)
    assert os.listdir(tmp_path) == ["tree.npz"]


def test_numpy_numbers_and_tuples_come_back_plain(tmp_path):
    path = tmp_path / "new" / "folders" / "x"
    pack(
        str(path),
        {"a": np.float64(0.1), "b": (np.int64(3), np.bool_(True)), "c": np.arange(6).reshape(2, 3).T},
    )
    tree = unpack(path)
    assert alike(tree["a"], 0.1)
    assert alike(tree["b"], [3, True])
    assert np.array_equal(tree["c"], np.arange(6).reshape(2, 3).T)


@pytest.mark.parametrize(
    ("tree", "said"),
    [
        ({"model": {0: object()}}, r"tree\['model'\]\[0\] is object"),
        ([1, {2}], r"tree\[1\] is set"),
        (np.array([None]), "array of object"),
        (np.array(["text"]), "array of <U4"),
        ({(1, 2): 3}, r"key \(1, 2\)"),
        ({True: 3}, "key True"),
        (b"bytes", "tree is bytes"),
    ],
)
def test_anything_else_is_named_and_no_file_appears(tree, said, tmp_path):
    with pytest.raises(TypeError, match=said):
        pack(tmp_path / "tree.npz", tree)
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("broken", ["savez", "replace"])
def test_an_interrupted_write_leaves_the_old_file(broken, tmp_path, monkeypatch):
    path = tmp_path / "kept.npz"
    pack(path, {"epoch": 1})

    def half(stream, *_args, **_members):
        if broken == "savez":
            stream.write(b"PK half of a file")
        raise KeyboardInterrupt

    monkeypatch.setattr(*((np, "savez", half) if broken == "savez" else (os, "replace", half)))
    with pytest.raises(KeyboardInterrupt):
        pack(path, {"epoch": 2})
    monkeypatch.undo()
    assert unpack(path) == {"epoch": 1}
    assert os.listdir(tmp_path) == ["kept.npz"]


class Bomb:
    """Leaves a trace when it is unpickled."""

    def __init__(self, trace):
        self.trace = trace

    def __reduce__(self):
        return (os.mkdir, (str(self.trace),))


def npz(path, **members):
    np.savez(path, **members)


def index(tree):
    text = tree if isinstance(tree, str) else json.dumps({"format": "tinytorch-pack-1", "tree": tree})
    return np.frombuffer(text.encode(), dtype=np.uint8)


def as_object(thing):
    box = np.empty(1, dtype=object)
    box[0] = thing
    return box


FOREIGN = {
    "empty": lambda path: path.write_bytes(b""),
    "text": lambda path: path.write_text("hello"),
    "pickle": lambda path: path.write_bytes(pickle.dumps(Bomb(path.parent / "trace"))),
    "pickle in npy": lambda path: np.save(path, as_object(Bomb(path.parent / "trace")), allow_pickle=True),
    "pickle in npz": lambda path: npz(
        path, index=index({"array": 0}), array0=as_object(Bomb(path.parent / "trace"))
    ),
    "pickle as index": lambda path: npz(path, index=as_object(Bomb(path.parent / "trace"))),
    "one array": lambda path: np.save(path, np.ones(3)),
    "npz without index": lambda path: npz(path, a=np.ones(3)),
    "zip of text": lambda path: zipped(path, {"index.npy": b"{}", "readme": b"hi"}),
    "other format": lambda path: npz(path, index=index('{"format": "else", "tree": 1}')),
    "index is a list": lambda path: npz(path, index=index("[]")),
    "index is not text": lambda path: npz(path, index=np.frombuffer(b"\xff\xfe", dtype=np.uint8)),
    "NaN in the index": lambda path: npz(path, index=index('{"format": "tinytorch-pack-1", "tree": NaN}')),
    "deep index": lambda path: npz(path, index=index("[" * 100_000)),
    "array missing": lambda path: npz(path, index=index({"array": 0})),
    "array used twice": lambda path: npz(path, index=index([{"array": 0}, {"array": 0}]), array0=np.ones(1)),
    "array left over": lambda path: npz(path, index=index(1), array0=np.ones(1)),
    "unknown tag": lambda path: npz(path, index=index({"eval": "1"})),
    "two tags": lambda path: npz(path, index=index({"float": "nan", "dict": []})),
    "finite float tag": lambda path: npz(path, index=index({"float": "1.5"})),
    "key of a list": lambda path: npz(path, index=index({"dict": [[[1], 2]]})),
}


def zipped(path, members):
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)


@pytest.mark.parametrize("kind", FOREIGN)
def test_nothing_foreign_is_read(kind, tmp_path):
    path = tmp_path / "foreign.npz"
    FOREIGN[kind](path)
    if not path.exists():  # np.save adds its own ending
        (tmp_path / "foreign.npz.npy").rename(path)
    with pytest.raises(ValueError, match=r"foreign.npz is not a file written by pack"):
        unpack(path)
    assert not (tmp_path / "trace").exists()


def test_the_bomb_of_these_tests_is_real(tmp_path):
    pickle.loads(pickle.dumps(Bomb(tmp_path / "trace")))
    assert (tmp_path / "trace").exists()


def test_every_truncation_and_a_missing_file_are_refused(tmp_path):
    path = tmp_path / "whole.npz"
    pack(path, {"weight": np.arange(50.0), "epoch": 3})
    whole = path.read_bytes()
    for length in range(0, len(whole), 37):
        path.write_bytes(whole[:length])
        with pytest.raises(ValueError, match="not a file"):
            unpack(path)
    with pytest.raises(FileNotFoundError):
        unpack(tmp_path / "none.npz")
