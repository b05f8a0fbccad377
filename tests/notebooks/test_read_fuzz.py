"""Whatever is done to a notebook's JSON, `read` gives a valid notebook or refuses; so do restore and dump."""

from __future__ import annotations

import contextlib
import copy
import json
import random

import nbformat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_tools.notebooks import UnreadableNotebook, dump, export, lint, read, restore
from course_tools.notebooks.export import ExportError

PLANTED = [
    None, True, 0, -1, 1e308, float("nan"), float("inf"), 10**40, "", "\ud800", "a\x00b", "x" * 200, "m07-clip",
    [], {}, [[]], ["a", 1], {"": ""}, {"source": 1}, {"nbgrader": {"grade_id": "m07-clip-test", "grade": True}},
    {"nbgrader": []}, {"nbgrader": {"grade_id": 4, "solution": True}}, {"tags": ["raises-exception"]},
    {"output_type": "stream", "name": "stderr", "text": []}, "markdown", "code", "raw", 3, 4, [0.5, None], "../..",
]  # fmt: skip


def places(value, path=()):
    """Paths to every value inside a JSON value."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield (*path, key)
        yield from places(inner, (*path, key))


def mutated(nb, choose: random.Random):
    nb = copy.deepcopy(nb)
    for _ in range(choose.randint(1, 6)):
        path = choose.choice(list(places(nb)) or [()])
        if not path:
            break
        holder = nb
        for key in path[:-1]:
            holder = holder[key]
        action = choose.randrange(4)
        if action == 0:
            del holder[path[-1]]
        elif action == 1:
            holder[path[-1]] = choose.choice(PLANTED)
        elif action == 2 and isinstance(holder, list):
            holder.insert(choose.randrange(len(holder) + 1), copy.deepcopy(choose.choice(holder)))
        elif isinstance(holder, dict):
            holder[
                choose.choice(["id", "cell_type", "source", "metadata", "nbgrader", "attachments", "outputs"])
            ] = choose.choice(PLANTED)
    return nb


def valid_or_refused(data: bytes):
    try:
        nb = read(data)
    except UnreadableNotebook:
        return None
    nbformat.validate(nbformat.from_dict(nb))
    assert read(dump(nb)) == nb
    return nb


@settings(max_examples=250, deadline=None, derandomize=True, database=None)
@given(st.randoms(use_true_random=False), st.sampled_from(["utf-8", "utf-16", "utf-8-sig"]))
def test_a_mutated_notebook_is_read_or_refused_and_then_restored(shared_paper, seed, encoding):
    data = json.dumps(mutated(shared_paper, seed)).encode(encoding)
    nb = valid_or_refused(data)
    if nb is None:
        return
    restored = restore(nb, shared_paper).notebook
    nbformat.validate(nbformat.from_dict(restored))
    own = [c for c in restored["cells"] if "nbgrader" in c["metadata"]]
    assert sorted(c["metadata"]["nbgrader"]["grade_id"] for c in own) == sorted(
        c["metadata"]["nbgrader"]["grade_id"] for c in shared_paper["cells"] if "nbgrader" in c["metadata"]
    )
    lint(nb)
    for one in (nb, restored):
        with contextlib.suppress(ExportError):
            compile(export(one, module="a.b"), "a", "exec")


@settings(max_examples=200, deadline=None, derandomize=True, database=None)
@given(st.randoms(use_true_random=False))
def test_damaged_bytes_are_read_or_refused(shared_paper, seed):
    data = bytearray(dump(shared_paper))
    for _ in range(seed.randint(1, 8)):
        at = seed.randrange(len(data))
        action = seed.randrange(3)
        if action == 0:
            del data[at:]
            break
        if action == 1:
            data[at] = seed.randrange(256)
        else:
            data[at : at + seed.randint(1, 40)] = seed.randbytes(seed.randint(0, 9))
        if not data:
            break
    valid_or_refused(bytes(data))


@settings(max_examples=150, deadline=None, derandomize=True, database=None)
@given(st.binary(max_size=200))
def test_random_bytes_are_refused(data):
    with pytest.raises(UnreadableNotebook):
        read(data)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["cells", "metadata", "source", "id", "cell_type", "tags", "name", "a"]), inner
        )
    ),
    max_leaves=12,
)


@settings(max_examples=150, deadline=None, derandomize=True, database=None)
@given(st.lists(JSON, max_size=3), JSON)
def test_any_json_in_place_of_cells_and_metadata_is_read_or_refused(cells, metadata):
    cells = [{"cell_type": "code", "source": "", "metadata": metadata, "outputs": metadata}, *cells]
    valid_or_refused(json.dumps({"nbformat": 4, "cells": cells, "metadata": metadata}).encode())
