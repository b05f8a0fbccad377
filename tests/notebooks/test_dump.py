from __future__ import annotations

import json

from course_tools.notebooks import dump, read, write
from course_tools.notebooks.digest import digest


def test_equal_notebooks_are_equal_bytes_whatever_the_order_of_keys(paper):
    turned = json.loads(json.dumps(paper), object_pairs_hook=lambda pairs: dict(reversed(pairs)))
    assert dump(turned) == dump(paper)
    assert dump(paper).endswith(b"}\n")


def test_what_is_written_is_what_is_read(paper, tmp_path):
    write(tmp_path / "deep" / "a.ipynb", paper)
    assert read(tmp_path / "deep" / "a.ipynb") == paper
    assert (tmp_path / "deep" / "a.ipynb").read_bytes() == dump(paper)


def test_outputs_no_json_can_hold_are_still_written(paper):
    cell = paper["cells"][1]
    cell["outputs"] = [
        {
            "output_type": "display_data",
            "metadata": {},
            "data": {"application/json": [float("nan")], "text/plain": "\ud800"},
        }
    ]
    kept = read(dump(paper), keep_outputs=True)["cells"][1]["outputs"]
    assert kept[0]["data"] == {"application/json": [None], "text/plain": "\ufffd"}


def test_writing_does_not_change_the_notebook(paper):
    before = json.dumps(paper)
    dump(paper)
    assert json.dumps(paper) == before


def test_the_digest_is_sha_256():
    assert (
        digest(b"abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    )  # FIPS 180-2, B.1


def test_outputs_nested_without_a_bottom_are_written_as_far_as_they_go(paper):
    deep: list = []
    for _ in range(5000):
        deep = [deep]
    bundle = {"application/json": deep, "text/plain": "kept"}
    paper["cells"][1]["outputs"] = [{"output_type": "display_data", "metadata": {}, "data": bundle}]
    assert b'"kept"' in dump(paper)


def test_whatever_is_read_can_be_written(paper):
    """The deepest metadata that `read` takes, wherever it may stand."""
    deep: dict = {}
    for _ in range(98):
        deep = {"a": deep}
    paper["metadata"]["x"] = paper["cells"][1]["metadata"]["x"] = deep
    nb = read(json.dumps(paper).encode())
    assert read(dump(nb)) == nb
